/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a GICv3 (Arm IHI 0069). Out: the same as a controller of interrupts for this processor. */
#include "mem/log.h"
#include "platform/gic_regs.h"
#include "platform/irq_chip.h"
#include "platform/irq_cpu.h"

#define DISTRIBUTOR_SIZE 0x10000u
#define MAX_PROCESSORS   512u

/* MPIDR: Aff3 at 39:32, Aff2 to Aff0 at 23:0; GICR_TYPER has them together at 63:32. */
#define MPIDR_AFFINITY 0xff00ffffffull

#define ICC_SRE_ENABLE 0x1u
#define ICC_PMR_ALL    0xffu

static const char subject[] = "irq";

#define rd_read(gic, offset, width)  region_read(&(gic)->redistributor, offset, width, #offset)
#define rd_write(gic, offset, value) region_write(&(gic)->redistributor, offset, 4, value, #offset)

static uint32_t packed_affinity(uint64_t mpidr)
{
	return (uint32_t)((mpidr >> 8 & 0xff000000) | (mpidr & 0xffffff));
}

/* Walks one region of redistributors, each of which says whose it is and whether it is the last. */
static enum status find_in(struct gic *gic, const struct irq_window *window)
{
	uint64_t offset = 0;

	for (unsigned i = 0; i < MAX_PROCESSORS && range_inside(offset, GICR_FRAMES, window->size);
		i++) {
		uint64_t type;

		if (region_init(&gic->redistributor, subject, IO_MMIO, window->base + offset,
			    GICR_FRAMES, GICR_FRAMES, NULL) != OK)
			break;
		type = rd_read(gic, GICR_TYPER, 8);
		if (type >> 32 == packed_affinity(gic->affinity))
			return OK;
		if (type & GICR_TYPER_LAST)
			break;
		offset += type & GICR_TYPER_VLPIS ? GICR_FRAMES_VLPIS : GICR_FRAMES;
	}
	return ERR_NOT_FOUND;
}

static enum status find_redistributor(struct irq_chip *chip)
{
	const struct irq_gic *tables = &chip->tables->gic;

	chip->gic.affinity = irq_cpu_read(IRQ_CPU_MPIDR) & MPIDR_AFFINITY;
	for (unsigned i = 0; i < tables->redistributor_count; i++)
		if (find_in(&chip->gic, &tables->redistributors[i]) == OK)
			return OK;
	log_error(subject, "GICv3: no redistributor has this processor's affinity 0x%lx",
		chip->gic.affinity);
	return ERR_UNSUPPORTED;
}

static enum status wait_distributor(struct gic *gic)
{
	return irq_wait_bits(&gic->distributor, GICD_CTLR, GICD_CTLR_RWP, 0, "GICD_CTLR.RWP");
}

static enum status wake_redistributor(struct gic *gic)
{
	uint32_t waker = (uint32_t)rd_read(gic, GICR_WAKER, 4);

	rd_write(gic, GICR_WAKER, waker & ~GICR_WAKER_SLEEP);
	return irq_wait_bits(&gic->redistributor, GICR_WAKER, GICR_WAKER_CHILDREN_SLEEP, 0,
		"GICR_WAKER.ChildrenAsleep");
}

static enum status mask_all(struct gic *gic)
{
	enum status status;

	gic_mask_all(gic);
	rd_write(gic, GICR_ICENABLER0, UINT32_MAX);
	rd_write(gic, GICR_ICACTIVER0, UINT32_MAX);
	status = wait_distributor(gic);
	if (status == OK)
		status = irq_wait_bits(
			&gic->redistributor, GICR_CTLR, GICR_CTLR_RWP, 0, "GICR_CTLR.RWP");
	return status;
}

static enum status open_interface(void)
{
	irq_cpu_write(IRQ_CPU_ICC_SRE, irq_cpu_read(IRQ_CPU_ICC_SRE) | ICC_SRE_ENABLE);
	if (!(irq_cpu_read(IRQ_CPU_ICC_SRE) & ICC_SRE_ENABLE)) {
		log_error(subject, "GICv3: ICC_SRE does not stay 1: the system registers are off");
		return ERR_REFUSED;
	}
	irq_cpu_write(IRQ_CPU_ICC_CTLR, 0); /* EOI also deactivates */
	irq_cpu_write(IRQ_CPU_ICC_BPR1, 0);
	irq_cpu_write(IRQ_CPU_ICC_PMR, ICC_PMR_ALL);
	irq_cpu_write(IRQ_CPU_ICC_IGRPEN1, 1);
	return OK;
}

/* The tables' facts decide: version 3 is one with redistributors. */
static enum status open(struct irq_chip *chip)
{
	struct gic *gic = &chip->gic;
	enum status status;

	if (!chip->tables->gic.distributor || !chip->tables->gic.redistributor_count)
		return ERR_NOT_FOUND;
	status = gic_open_distributor(chip, DISTRIBUTOR_SIZE);
	if (status == OK)
		status = find_redistributor(chip);
	if (status == OK)
		status = wake_redistributor(gic);
	if (status == OK)
		status = mask_all(gic);
	if (status != OK)
		return status;
	region_write(&gic->distributor, GICD_CTLR, 4, GICD_CTLR_ARE_NS | GICD_CTLR_ENABLE_GRP1A,
		"GICD_CTLR");
	status = wait_distributor(gic);
	if (status == OK)
		status = open_interface();
	if (status == OK)
		log_info(subject, "GICv3: %u lines, redistributor at 0x%lx", gic->lines,
			gic->redistributor.base);
	return status;
}

static void close(struct irq_chip *chip)
{
	irq_cpu_write(IRQ_CPU_ICC_IGRPEN1, 0);
	gic_its_close(chip);
	if (mask_all(&chip->gic) != OK)
		log_error(subject, "GICv3: not everything is masked");
}

static enum status unmask(struct irq_chip *chip, const struct irq_line *line)
{
	struct gic *gic = &chip->gic;
	uint32_t number = line->number;
	uint64_t at = GICD_IGROUPR + number / 32 * 4;
	uint32_t groups;

	if (number < gic->lines) {
		/* Group 1, where this world may say so; to this processor. */
		groups = (uint32_t)region_read(&gic->distributor, at, 4, "GICD_IGROUPR");
		region_write(&gic->distributor, at, 4, groups | 1u << number % 32, "GICD_IGROUPR");
		region_write(&gic->distributor, GICD_IROUTER + 8 * (uint64_t)number, 8,
			gic->affinity, "GICD_IROUTER");
	}
	return gic_configure(gic, line);
}

static void mask(struct irq_chip *chip, uint32_t number)
{
	if (number >= GIC_LPI_BASE)
		gic_its_mask(chip, number);
	else
		gic_mask_line(&chip->gic, number);
}

static bool acknowledge(struct irq_chip *chip, uint32_t vector, uint32_t *number)
{
	(void)chip;
	(void)vector;
	*number = (uint32_t)irq_cpu_read(IRQ_CPU_ICC_IAR1) & GIC_INTID_MASK;
	return *number < GIC_INTID_SPECIAL || *number >= GIC_LPI_BASE;
}

static void end(struct irq_chip *chip, uint32_t number)
{
	(void)chip;
	irq_cpu_write(IRQ_CPU_ICC_EOIR1, number);
}

const struct irq_controller gic_v3 = {
	.name = "GICv3",
	.open = open,
	.close = close,
	.unmask = unmask,
	.mask = mask,
	.acknowledge = acknowledge,
	.end = end,
	.message = gic_its_message,
};
