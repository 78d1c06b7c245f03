/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In: an ITS (Arm IHI 0069 §5) with its tables. Out: messages that become LPIs on this processor,
 * by commands.
 */
#include <barrier.h>

#include "mem/le.h"
#include "mem/log.h"
#include "platform/gic_its.h"

#define COMMAND_SIZE 32u
#define DEVICES_MOST 16u /* bits: requester ids have no more */
#define COLLECTION   0u
#define NO_DEVICE    UINT32_MAX

/* IHI 0069 §5.3 */
enum its_command {
	ITS_SYNC = 0x05,
	ITS_MAPD = 0x08,
	ITS_MAPC = 0x09,
	ITS_MAPTI = 0x0a,
	ITS_INV = 0x0c,
};
#define COMMAND_VALID (1ull << 63)

static const char subject[] = "irq";

/* Puts a command behind the others and waits until the ITS has carried it out. */
static enum status command(struct gic_its *its, const char *name, const uint64_t words[4])
{
	uint32_t at = (uint32_t)its_read(its, GITS_CWRITER) % GIC_ITS_COMMANDS_SIZE;
	le64 *out = (le64 *)((uint8_t *)its->commands.data + at);
	uint32_t next = (at + COMMAND_SIZE) % GIC_ITS_COMMANDS_SIZE;

	for (unsigned i = 0; i < 4; i++)
		le64_store(&out[i], words[i]);
	/* The command before the register that announces it. */
	dma_mb();
	its_write(its, GITS_CWRITER, next);
	return irq_wait_bits(&its->registers, GITS_CREADR, UINT32_MAX, next, name);
}

static enum status map_collection(struct gic_its *its)
{
	const uint64_t words[4] = {ITS_MAPC, 0, COMMAND_VALID | its->target | COLLECTION, 0};

	return command(its, "GITS_CREADR behind MAPC", words);
}

static enum status sync(struct gic_its *its)
{
	const uint64_t words[4] = {ITS_SYNC, 0, its->target, 0};

	return command(its, "GITS_CREADR behind SYNC", words);
}

static enum status map_event(struct gic_its *its, uint32_t device, uint32_t event, uint32_t lpi)
{
	const uint64_t map[4] = {
		(uint64_t)device << 32 | ITS_MAPTI, (uint64_t)lpi << 32 | event, COLLECTION, 0};
	const uint64_t inv[4] = {(uint64_t)device << 32 | ITS_INV, event, 0, 0};
	enum status status = command(its, "GITS_CREADR behind MAPTI", map);

	if (status == OK)
		status = command(its, "GITS_CREADR behind INV", inv);
	return status == OK ? sync(its) : status;
}

static enum status map_device(struct irq_chip *chip, uint32_t device, unsigned slot)
{
	struct gic_its *its = &chip->gic.its;
	enum status status = gic_its_add_device(chip, device, slot);

	if (status == OK) {
		const uint64_t words[4] = {(uint64_t)device << 32 | ITS_MAPD,
			GIC_ITS_EVENT_BITS - 1, COMMAND_VALID | its->entries[slot].address.value,
			0};

		status = command(its, "GITS_CREADR behind MAPD", words);
	}
	if (status == OK)
		its->devices[slot] = device;
	return status;
}

static enum status disable(struct gic_its *its)
{
	region_write(&its->registers, GITS_CTLR, 4, 0, "GITS_CTLR");
	return irq_wait_bits(&its->registers, GITS_CTLR, GITS_CTLR_QUIESCENT, GITS_CTLR_QUIESCENT,
		"GITS_CTLR.Quiescent");
}

static enum status open_its(struct irq_chip *chip, uint64_t base)
{
	struct gic *gic = &chip->gic;
	struct gic_its *its = &gic->its;
	uint64_t type, rd_type;
	enum status status =
		region_init(&its->registers, subject, IO_MMIO, base, GITS_SIZE, GITS_SIZE, NULL);

	if (status == OK)
		status = disable(its);
	if (status != OK)
		return status;
	type = its_read(its, GITS_TYPER);
	rd_type = region_read(&gic->redistributor, GICR_TYPER, 8, "GICR_TYPER");
	its->base = paddr_of(base);
	its->entry_size = (uint32_t)GITS_TYPER_ENTRY(type);
	its->device_bits = (uint32_t)min_u64(GITS_TYPER_DEVICES(type), DEVICES_MOST);
	its->target =
		type & GITS_TYPER_PTA ? gic->redistributor.base : GICR_TYPER_NUMBER(rd_type) << 16;
	status = gic_its_open_tables(chip);
	if (status != OK)
		return status;
	region_write(&its->registers, GITS_CTLR, 4, GITS_CTLR_ENABLED, "GITS_CTLR");
	status = map_collection(its);
	if (status == OK)
		status = sync(its);
	return status;
}

/* What the ITS or the redistributor may still write to is lost on purpose. */
static void close_its(struct irq_chip *chip)
{
	struct gic *gic = &chip->gic;
	const struct region *rd = &gic->redistributor;
	bool quiet;

	if (!gic->its.registers.size)
		return;
	quiet = disable(&gic->its) == OK;
	region_write(rd, GICR_CTLR, 4, 0, "GICR_CTLR");
	quiet &= !(region_read(rd, GICR_CTLR, 4, "GICR_CTLR") & GICR_CTLR_ENABLE_LPIS);
	if (quiet)
		gic_its_free_tables(chip);
	else
		log_info(subject, "GIC ITS: it does not let go of its tables: they stay");
	gic->its = (struct gic_its){0};
}

static enum status open_once(struct irq_chip *chip, uint64_t base)
{
	struct gic_its *its = &chip->gic.its;
	enum status status;

	if (its->open && its->base.value != base) {
		log_error(subject, "GIC ITS: at 0x%lx: one is driven, and that is the one at 0x%lx",
			base, its->base.value);
		return ERR_UNSUPPORTED;
	}
	if (its->open)
		return OK;
	if (!chip->tables->gic.its_count) {
		log_error(subject, "GICv3: no table names an ITS: it takes no messages");
		return ERR_UNSUPPORTED;
	}
	if (!(region_read(&chip->gic.redistributor, GICR_TYPER, 8, "GICR_TYPER") &
		    GICR_TYPER_PLPIS)) {
		log_error(subject, "GICv3: its redistributors know no LPIs: it takes no messages");
		return ERR_UNSUPPORTED;
	}
	status = open_its(chip, base);
	its->open = status == OK;
	if (status != OK)
		close_its(chip);
	else
		log_info(subject, "GIC ITS: at 0x%lx, %u bits of device ids", its->base.value,
			its->device_bits);
	return status;
}

/* The device's slot, mapped when it is new. */
static enum status find_slot(struct irq_chip *chip, uint32_t device, unsigned *slot)
{
	struct gic_its *its = &chip->gic.its;

	if (device >> its->device_bits) {
		log_error(subject, "GIC ITS: device id 0x%x has more than %u bits", device,
			its->device_bits);
		return ERR_RANGE;
	}
	for (unsigned i = 0; i < its->device_count; i++) {
		*slot = i;
		if (its->devices[i] == device)
			return OK;
	}
	if (its->device_count == ARRAY_SIZE(its->devices)) {
		log_error(subject, "GIC ITS: %u devices are mapped already", its->device_count);
		return ERR_NO_MEMORY;
	}
	/* When its mapping fails it is used up: the ITS may come to know its memory later. */
	*slot = its->device_count++;
	its->devices[*slot] = NO_DEVICE;
	return map_device(chip, device, *slot);
}

static enum status find_device(
	struct irq_chip *chip, const struct irq_sender *sender, struct irq_device *device)
{
	enum status status =
		irq_find_device(chip->tables, sender->segment, sender->requester, device);

	if (status != OK)
		log_error(subject, "MSI map: segment %04x has one, without requester 0x%04x",
			sender->segment, sender->requester);
	else
		log_info(subject, "GIC ITS: requester 0x%04x is device 0x%x%s", sender->requester,
			device->id, device->assumed ? " (assumed: no table maps it)" : "");
	return status;
}

enum status gic_its_message(struct irq_chip *chip, const struct irq_sender *sender,
	struct irq_line *line, struct irq_message *message)
{
	struct gic_its *its = &chip->gic.its;
	struct irq_device device;
	enum status status = find_device(chip, sender, &device);
	uint32_t event;
	unsigned slot;

	if (status == OK)
		status = open_once(chip, device.its);
	if (status == OK)
		status = find_slot(chip, device.id, &slot);
	if (status != OK)
		return status;
	if (its->events[slot] == GIC_ITS_EVENTS || its->lpis == GIC_LPI_COUNT) {
		log_error(subject, "GIC ITS: device 0x%x has %u messages already", device.id,
			GIC_ITS_EVENTS);
		return ERR_NO_MEMORY;
	}
	event = its->events[slot]++;
	line->number = GIC_LPI_BASE + its->lpis;
	gic_its_set_lpi(its, its->lpis++, true);
	*message = (struct irq_message){its->base.value + GITS_TRANSLATER, event};
	return map_event(its, device.id, event, line->number);
}

/*
 * The redistributor may keep the old property until an INV, which is left out: a message that still
 * comes finds no handler, and closing turns all LPIs off.
 */
void gic_its_mask(struct irq_chip *chip, uint32_t number)
{
	struct gic_its *its = &chip->gic.its;
	uint32_t index = number - GIC_LPI_BASE;

	if (index < its->lpis)
		gic_its_set_lpi(its, index, false);
}

void gic_its_close(struct irq_chip *chip)
{
	if (chip->gic.its.open)
		close_its(chip);
}
