/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a GIC's distributor. Out: its shared lines, configured and masked one by one. */
#include "mem/log.h"
#include "platform/gic_regs.h"
#include "platform/irq_chip.h"

static const char subject[] = "irq";

enum status gic_open_distributor(struct irq_chip *chip, uint64_t size)
{
	struct gic *gic = &chip->gic;
	enum status status = region_init(&gic->distributor, subject, IO_MMIO,
		chip->tables->gic.distributor, size, GICD_LEAST_SIZE, NULL);
	uint32_t type;

	if (status != OK)
		return status;
	type = (uint32_t)region_read(&gic->distributor, GICD_TYPER, 4, "GICD_TYPER");
	gic->lines = (uint32_t)min_u64(32 * ((type & GICD_TYPER_LINES) + 1), GIC_SPI_LIMIT);
	return OK;
}

static void write_bit(struct gic *gic, uint64_t array, uint32_t number, const char *name)
{
	region_write(&gic->distributor, array + number / 32 * 4, 4, 1u << number % 32, name);
}

/* The first word is this processor's own: SGIs and PPIs. */
void gic_mask_all(struct gic *gic)
{
	for (uint32_t number = 0; number < gic->lines; number += 32) {
		region_write(&gic->distributor, GICD_ICENABLER + number / 8, 4, UINT32_MAX,
			"GICD_ICENABLER");
		region_write(&gic->distributor, GICD_ICACTIVER + number / 8, 4, UINT32_MAX,
			"GICD_ICACTIVER");
	}
}

/* Two bits a line, of which the upper says edge. */
static void set_trigger(struct gic *gic, const struct irq_line *line)
{
	uint64_t at = GICD_ICFGR + line->number / 16 * 4;
	uint32_t bit = 2u << line->number % 16 * 2;
	uint32_t value = (uint32_t)region_read(&gic->distributor, at, 4, "GICD_ICFGR");

	region_write(
		&gic->distributor, at, 4, line->edge ? value | bit : value & ~bit, "GICD_ICFGR");
}

enum status gic_configure(struct gic *gic, const struct irq_line *line)
{
	if (line->number < GIC_SPI_BASE || line->number >= gic->lines) {
		log_error(subject, "interrupt %u: the GIC has shared ones from %u to %u only",
			line->number, GIC_SPI_BASE, gic->lines - 1);
		return ERR_RANGE;
	}
	gic_mask_line(gic, line->number);
	set_trigger(gic, line);
	region_write(&gic->distributor, GICD_IPRIORITYR + line->number, 1, GIC_PRIORITY,
		"GICD_IPRIORITYR");
	/* What came before is not ours. A level that stands now comes again. */
	write_bit(gic, GICD_ICPENDR, line->number, "GICD_ICPENDR");
	write_bit(gic, GICD_ISENABLER, line->number, "GICD_ISENABLER");
	return OK;
}

void gic_mask_line(struct gic *gic, uint32_t number)
{
	write_bit(gic, GICD_ICENABLER, number, "GICD_ICENABLER");
}
