/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In: an ITS (Arm IHI 0069 §5). Out: messages that become LPIs on this processor.
 *
 * A sender's message is looked up by its device id (the device table) and its data (the event, in
 * the device's own table), which give an LPI and a collection (the collection table), and that the
 * redistributor. All of these tables are memory that only the ITS writes, by commands.
 */
#include <barrier.h>

#include "mem/le.h"
#include "mem/log.h"
#include "mem/string.h"
#include "platform/gic_regs.h"
#include "platform/irq_chip.h"

#define COMMANDS_SIZE 4096u /* one page */
#define COMMAND_SIZE  32u
#define TABLE_ALIGN   65536u
#define PAGES_MOST    256u /* what GITS_BASER can state */
#define DEVICES_MOST  16u /* bits: requester ids have no more */
#define EVENT_BITS    5u
#define EVENTS        (1u << EVENT_BITS)
#define ITT_ALIGN     256u
#define LPI_ID_BITS   14u /* INTIDs below 16384 */
#define LPI_COUNT     ((1u << LPI_ID_BITS) - GIC_LPI_BASE)
#define PROPERTY_ON   (GIC_PRIORITY | 1u)
#define PROPERTY_OFF  GIC_PRIORITY
#define COLLECTION    0u

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

#define its_read(its, offset)         region_read(&(its)->registers, offset, 8, #offset)
#define its_write(its, offset, value) region_write(&(its)->registers, offset, 8, value, #offset)

/* Puts a command behind the others and waits until the ITS has carried it out. */
static enum status command(struct gic_its *its, const char *name, const uint64_t words[4])
{
	uint32_t at = (uint32_t)its_read(its, GITS_CWRITER) % COMMANDS_SIZE;
	le64 *out = (le64 *)((uint8_t *)its->commands.data + at);
	uint32_t next = (at + COMMAND_SIZE) % COMMANDS_SIZE;

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

/*
 * The page of a device table that has the device's entry, where the table is one of pages (IHI 0069
 * §5.2.1): most of 65536 devices are not there, and neither are their pages.
 */
static enum status add_device_page(struct irq_chip *chip, uint32_t device, unsigned slot)
{
	struct gic_its *its = &chip->gic.its;
	struct dma_block *page = &its->pages[slot];
	enum status status;
	le64 *entry;

	if (!its->page_size)
		return OK;
	entry = (le64 *)its->tables[its->devices_table].data + device / its->devices_a_page;
	if (le64_load(entry))
		return OK;
	status = dma_alloc(chip->pool, its->page_size, its->page_size, page);
	if (status == OK)
		le64_store(entry, GITS_BASER_VALID | page->address.value);
	return status;
}

static enum status map_device(struct irq_chip *chip, uint32_t device, unsigned slot)
{
	struct gic_its *its = &chip->gic.its;
	struct dma_block *table = &its->entries[slot];
	enum status status = add_device_page(chip, device, slot);

	if (status == OK)
		status = dma_alloc(chip->pool, (size_t)its->entry_size * EVENTS, ITT_ALIGN, table);
	if (status == OK) {
		const uint64_t words[4] = {(uint64_t)device << 32 | ITS_MAPD, EVENT_BITS - 1,
			COMMAND_VALID | table->address.value, 0};

		status = command(its, "GITS_CREADR behind MAPD", words);
	}
	if (status == OK)
		its->devices[slot] = device;
	return status;
}

/* How the GIC is to access its tables: as the processor does. */
static uint64_t its_memory(const struct irq_chip *chip)
{
	return chip->pool->uncached ? GITS_UNCACHED : GITS_CACHEABLE | GIC_SHAREABLE;
}

static uint64_t lpi_memory(const struct irq_chip *chip)
{
	return chip->pool->uncached ? GICR_UNCACHED : GICR_CACHEABLE | GIC_SHAREABLE;
}

/*
 * A table register keeps what it can. Tables in cached memory need a GIC that takes part in the
 * caches; tables in other memory need nothing.
 */
static enum status check_shared(const struct irq_chip *chip, const char *name, uint64_t kept)
{
	if (chip->pool->uncached || (kept & GIC_SHAREABLE_MASK) == GIC_SHAREABLE)
		return OK;
	log_error(subject, "%s: reads 0x%lx: the GIC does not take part in the caches", name, kept);
	return ERR_UNSUPPORTED;
}

/*
 * One GITS_BASER, of the smallest pages that are few enough to be stated. `wish` is what else is
 * asked for; of that and of the page size the ITS keeps what it can.
 */
static enum status open_table(
	struct irq_chip *chip, unsigned i, uint64_t baser, uint64_t ids, uint64_t wish)
{
	static const uint32_t page_sizes[4] = {4096, 16384, 65536, 65536};
	struct gic_its *its = &chip->gic.its;
	uint64_t at = GITS_BASER + 8 * i, keep = baser & (7ull << 56 | 0x1full << 48);
	uint64_t kept, bytes, pages = UINT64_MAX;
	enum status status;
	uint32_t page;

	for (uint64_t asked = 0; asked < 3 && pages > PAGES_MOST; asked++) {
		region_write(&its->registers, at, 8, keep | wish | asked << 8, "GITS_BASER");
		kept = region_read(&its->registers, at, 8, "GITS_BASER");
		page = page_sizes[GITS_BASER_PAGE(kept)];
		bytes = ids * GITS_BASER_ENTRY(baser);
		if (kept & wish & GITS_BASER_INDIRECT)
			bytes = align_up(bytes, page) / page * sizeof(le64);
		pages = align_up(bytes, page) / page;
	}
	pages = min_u64(pages, PAGES_MOST);
	status = dma_alloc(chip->pool, pages * page, page, &its->tables[i]);
	if (status != OK)
		return status;
	if (kept & wish & GITS_BASER_INDIRECT) {
		its->devices_table = i;
		its->page_size = page;
		its->devices_a_page = page / (uint32_t)GITS_BASER_ENTRY(baser);
	}
	keep |= kept & (wish | 3u << 8);
	region_write(&its->registers, at, 8,
		GITS_BASER_VALID | its_memory(chip) | keep | its->tables[i].address.value |
			(pages - 1),
		"GITS_BASER");
	return check_shared(chip, "GITS_BASER", region_read(&its->registers, at, 8, "GITS_BASER"));
}

static enum status open_tables(struct irq_chip *chip)
{
	struct gic_its *its = &chip->gic.its;
	enum status status = OK;

	for (unsigned i = 0; i < GITS_BASERS && status == OK; i++) {
		uint64_t baser = region_read(&its->registers, GITS_BASER + 8 * i, 8, "GITS_BASER");

		if (GITS_BASER_TYPE(baser) == GITS_TYPE_DEVICES)
			status = open_table(
				chip, i, baser, 1ull << its->device_bits, GITS_BASER_INDIRECT);
		else if (GITS_BASER_TYPE(baser) == GITS_TYPE_COLLECTIONS)
			status = open_table(chip, i, baser, 1, 0);
	}
	return status;
}

static enum status open_commands(struct irq_chip *chip)
{
	struct gic_its *its = &chip->gic.its;
	enum status status = dma_alloc(chip->pool, COMMANDS_SIZE, TABLE_ALIGN, &its->commands);

	if (status != OK)
		return status;
	its_write(its, GITS_CBASER,
		GITS_BASER_VALID | its_memory(chip) | its->commands.address.value);
	status = check_shared(chip, "GITS_CBASER", its_read(its, GITS_CBASER));
	its_write(its, GITS_CWRITER, 0);
	return status;
}

/* The redistributor's tables of all LPIs: how they are set, and which are pending. */
static enum status open_lpis(struct irq_chip *chip)
{
	struct gic *gic = &chip->gic;
	struct gic_its *its = &gic->its;
	const struct region *rd = &gic->redistributor;
	enum status status;

	region_write(rd, GICR_CTLR, 4, 0, "GICR_CTLR");
	if (region_read(rd, GICR_CTLR, 4, "GICR_CTLR") & GICR_CTLR_ENABLE_LPIS) {
		log_error(subject, "GICR_CTLR: EnableLPIs stays 1: firmware's tables are in use");
		return ERR_UNSUPPORTED;
	}
	status = dma_alloc(chip->pool, LPI_COUNT, TABLE_ALIGN, &its->properties);
	if (status == OK)
		status = dma_alloc(chip->pool, (1u << LPI_ID_BITS) / 8, TABLE_ALIGN, &its->pending);
	if (status != OK)
		return status;
	memset(its->properties.data, PROPERTY_OFF, LPI_COUNT);
	region_write(rd, GICR_PROPBASER, 8,
		its->properties.address.value | lpi_memory(chip) | (LPI_ID_BITS - 1),
		"GICR_PROPBASER");
	region_write(rd, GICR_PENDBASER, 8, its->pending.address.value | lpi_memory(chip),
		"GICR_PENDBASER");
	status = check_shared(
		chip, "GICR_PROPBASER", region_read(rd, GICR_PROPBASER, 8, "GICR_PROPBASER"));
	if (status == OK)
		region_write(rd, GICR_CTLR, 4, GICR_CTLR_ENABLE_LPIS, "GICR_CTLR");
	return status;
}

static enum status disable(struct gic_its *its)
{
	region_write(&its->registers, GITS_CTLR, 4, 0, "GITS_CTLR");
	return irq_wait_bits(&its->registers, GITS_CTLR, GITS_CTLR_QUIESCENT, GITS_CTLR_QUIESCENT,
		"GITS_CTLR.Quiescent");
}

static enum status open_its(struct irq_chip *chip)
{
	struct gic *gic = &chip->gic;
	struct gic_its *its = &gic->its;
	uint64_t base = chip->tables->gic.its[0], type, rd_type;
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
	status = open_tables(chip);
	if (status == OK)
		status = open_commands(chip);
	if (status == OK)
		status = open_lpis(chip);
	if (status != OK)
		return status;
	region_write(&its->registers, GITS_CTLR, 4, GITS_CTLR_ENABLED, "GITS_CTLR");
	status = map_collection(its);
	if (status == OK)
		status = sync(its);
	return status;
}

static void free_all(struct irq_chip *chip)
{
	struct gic_its *its = &chip->gic.its;

	for (unsigned i = 0; i < ARRAY_SIZE(its->tables); i++)
		dma_free(chip->pool, &its->tables[i]);
	for (unsigned i = 0; i < ARRAY_SIZE(its->entries); i++) {
		dma_free(chip->pool, &its->entries[i]);
		dma_free(chip->pool, &its->pages[i]);
	}
	dma_free(chip->pool, &its->commands);
	dma_free(chip->pool, &its->properties);
	dma_free(chip->pool, &its->pending);
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
		free_all(chip);
	else
		log_info(subject, "GIC ITS: it does not let go of its tables: they stay");
	gic->its = (struct gic_its){0};
}

static enum status open_once(struct irq_chip *chip)
{
	struct gic_its *its = &chip->gic.its;
	enum status status;

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
	status = open_its(chip);
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
	enum status status;

	for (unsigned i = 0; i < its->device_count; i++) {
		*slot = i;
		if (its->devices[i] == device)
			return OK;
	}
	if (device >> its->device_bits) {
		log_error(subject, "GIC ITS: device id 0x%x has more than %u bits", device,
			its->device_bits);
		return ERR_RANGE;
	}
	if (its->device_count == ARRAY_SIZE(its->devices)) {
		log_error(subject, "GIC ITS: %u devices are mapped already", its->device_count);
		return ERR_NO_MEMORY;
	}
	*slot = its->device_count;
	status = map_device(chip, device, *slot);
	if (status == OK)
		its->device_count++;
	return status;
}

static enum status find_device(
	struct irq_chip *chip, const struct irq_sender *sender, uint32_t *device)
{
	bool assumed;
	enum status status =
		irq_find_device(chip->tables, sender->segment, sender->requester, device, &assumed);

	if (status != OK)
		log_error(subject, "MSI map: segment %04x has one, without requester 0x%04x",
			sender->segment, sender->requester);
	else
		log_info(subject, "GIC ITS: requester 0x%04x is device 0x%x%s", sender->requester,
			*device, assumed ? " (assumed: no table maps it)" : "");
	return status;
}

enum status gic_its_message(struct irq_chip *chip, const struct irq_sender *sender,
	struct irq_line *line, struct irq_message *message)
{
	struct gic_its *its = &chip->gic.its;
	enum status status = open_once(chip);
	uint32_t device, event;
	unsigned slot;

	if (status == OK)
		status = find_device(chip, sender, &device);
	if (status == OK)
		status = find_slot(chip, device, &slot);
	if (status != OK)
		return status;
	if (its->events[slot] == EVENTS || its->lpis == LPI_COUNT) {
		log_error(subject, "GIC ITS: device 0x%x has %u messages already", device, EVENTS);
		return ERR_NO_MEMORY;
	}
	event = its->events[slot]++;
	line->number = GIC_LPI_BASE + its->lpis;
	u8_store((uint8_t *)its->properties.data + its->lpis++, PROPERTY_ON);
	*message = (struct irq_message){its->base.value + GITS_TRANSLATER, event};
	return map_event(its, device, event, line->number);
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
		u8_store((uint8_t *)its->properties.data + index, PROPERTY_OFF);
}

void gic_its_close(struct irq_chip *chip)
{
	if (chip->gic.its.open)
		close_its(chip);
}
