/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In: a GICv2 (Arm IHI 0048), perhaps with a frame for messages (GICv2m). Out: the same as a
 * controller of interrupts for this processor.
 */
#include "mem/log.h"
#include "platform/gic_regs.h"
#include "platform/irq_chip.h"

#define PMR_ALL  0xffu
#define CTLR_ALL 0x1u

static const char subject[] = "irq";

#define cpu_write(gic, offset, value) region_write(&(gic)->interface, offset, 4, value, #offset)

static enum status open(struct irq_chip *chip)
{
	struct gic *gic = &chip->gic;
	enum status status;

	if (!chip->tables->gic.distributor || !chip->tables->gic.cpu_interface)
		return ERR_NOT_FOUND;
	status = region_init(&gic->interface, subject, IO_MMIO, chip->tables->gic.cpu_interface,
		GICC_SIZE, GICC_SIZE, NULL);
	if (status == OK)
		status = gic_open_distributor(chip, GICD_LEAST_SIZE);
	if (status != OK)
		return status;
	gic_mask_all(gic);
	/* The groups stay as they are: with or without security this bit is the one for ours. */
	region_write(&gic->distributor, GICD_CTLR, 4, GICD_CTLR_ENABLE, "GICD_CTLR");
	cpu_write(gic, GICC_PMR, PMR_ALL);
	cpu_write(gic, GICC_BPR, 0);
	cpu_write(gic, GICC_CTLR, CTLR_ALL);
	log_info(subject, "GICv2: %u lines", gic->lines);
	return OK;
}

static void close(struct irq_chip *chip)
{
	cpu_write(&chip->gic, GICC_CTLR, 0);
	gic_mask_all(&chip->gic);
}

/* The targets of the first, banked lines read as this processor (IHI 0048 §4.3.12). */
static void set_target(struct gic *gic, uint32_t number)
{
	uint8_t mine = (uint8_t)region_read(&gic->distributor, GICD_ITARGETSR, 1, "GICD_ITARGETSR");

	/* With one processor there may be nothing to choose. */
	if (mine)
		region_write(&gic->distributor, GICD_ITARGETSR + number, 1, mine, "GICD_ITARGETSR");
}

static enum status unmask(struct irq_chip *chip, const struct irq_line *line)
{
	if (line->number >= GIC_SPI_BASE && line->number < chip->gic.lines)
		set_target(&chip->gic, line->number);
	return gic_configure(&chip->gic, line);
}

static void mask(struct irq_chip *chip, uint32_t number)
{
	gic_mask_line(&chip->gic, number);
}

static bool acknowledge(struct irq_chip *chip, uint32_t vector, uint32_t *number)
{
	(void)vector;
	*number = (uint32_t)region_read(&chip->gic.interface, GICC_IAR, 4, "GICC_IAR") &
		  GIC_INTID_MASK_V2;
	return *number < GIC_INTID_SPECIAL;
}

static void end(struct irq_chip *chip, uint32_t number)
{
	cpu_write(&chip->gic, GICC_EOIR, number);
}

/* How many SPIs a frame has, and from where: the table says, or the frame itself. */
static enum status read_frame(struct irq_frame *frame)
{
	struct region region;
	uint32_t type;
	enum status status =
		region_init(&region, subject, IO_MMIO, frame->base, V2M_SIZE, V2M_SIZE, NULL);

	if (status != OK || frame->spi_count)
		return status;
	type = (uint32_t)region_read(&region, V2M_TYPER, 4, "MSI_TYPER");
	frame->spi_base = type >> 16 & 0x3ff;
	frame->spi_count = type & 0x3ff;
	return OK;
}

static enum status message(struct irq_chip *chip, const struct irq_sender *sender,
	struct irq_line *line, struct irq_message *message)
{
	struct irq_frame frame = chip->tables->gic.frames[0];
	enum status status;

	(void)sender; /* the SPI is the data: it need not be known who sends it */
	if (!chip->tables->gic.frame_count) {
		log_error(subject, "GICv2: no table names an MSI frame: it takes no messages");
		return ERR_UNSUPPORTED;
	}
	status = read_frame(&frame);
	if (status != OK)
		return status;
	if (chip->gic.frame_used == frame.spi_count) {
		log_error(subject, "GICv2: all %u messages of its frame are given out",
			frame.spi_count);
		return ERR_NO_MEMORY;
	}
	line->number = frame.spi_base + chip->gic.frame_used++;
	*message = (struct irq_message){frame.base + V2M_SETSPI_NS, line->number};
	return unmask(chip, line);
}

const struct irq_controller gic_v2 = {
	.name = "GICv2",
	.open = open,
	.close = close,
	.unmask = unmask,
	.mask = mask,
	.acknowledge = acknowledge,
	.end = end,
	.message = message,
};
