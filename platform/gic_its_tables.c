/* SPDX-License-Identifier: BSD-2-Clause */
/* In: an ITS and a redistributor that are off. Out: their tables, and the registers that name them.
 */
#include <barrier.h>

#include "mem/le.h"
#include "mem/log.h"
#include "mem/string.h"
#include "platform/gic_its.h"

#define TABLE_ALIGN  65536u
#define PAGES_MOST   256u /* what GITS_BASER can state */
#define ITT_ALIGN    256u
#define PROPERTY_ON  (GIC_PRIORITY | 1u)
#define PROPERTY_OFF GIC_PRIORITY

static const char subject[] = "irq";

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
	uint64_t kept, bytes, pages, asked = 0;
	enum status status;
	uint32_t page;

	do {
		region_write(&its->registers, at, 8, keep | wish | asked << 8, "GITS_BASER");
		kept = region_read(&its->registers, at, 8, "GITS_BASER");
		page = page_sizes[GITS_BASER_PAGE(kept)];
		bytes = ids * GITS_BASER_ENTRY(baser);
		if (kept & wish & GITS_BASER_INDIRECT)
			bytes = align_up(bytes, page) / page * sizeof(le64);
		pages = align_up(bytes, page) / page;
	} while (++asked < 3 && pages > PAGES_MOST);
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

static enum status open_its_tables(struct irq_chip *chip)
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
	enum status status =
		dma_alloc(chip->pool, GIC_ITS_COMMANDS_SIZE, TABLE_ALIGN, &its->commands);

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
	status = dma_alloc(chip->pool, GIC_LPI_COUNT, TABLE_ALIGN, &its->properties);
	if (status == OK)
		status = dma_alloc(
			chip->pool, (1u << GIC_LPI_ID_BITS) / 8, TABLE_ALIGN, &its->pending);
	if (status != OK)
		return status;
	memset(its->properties.data, PROPERTY_OFF, GIC_LPI_COUNT);
	region_write(rd, GICR_PROPBASER, 8,
		its->properties.address.value | lpi_memory(chip) | (GIC_LPI_ID_BITS - 1),
		"GICR_PROPBASER");
	region_write(rd, GICR_PENDBASER, 8, its->pending.address.value | lpi_memory(chip),
		"GICR_PENDBASER");
	status = check_shared(
		chip, "GICR_PROPBASER", region_read(rd, GICR_PROPBASER, 8, "GICR_PROPBASER"));
	if (status != OK)
		return status;
	/* All of these tables before the registers that make the GIC read them: GITS_CTLR, too. */
	dma_mb();
	region_write(rd, GICR_CTLR, 4, GICR_CTLR_ENABLE_LPIS, "GICR_CTLR");
	return OK;
}

enum status gic_its_open_tables(struct irq_chip *chip)
{
	enum status status = open_its_tables(chip);

	if (status == OK)
		status = open_commands(chip);
	return status == OK ? open_lpis(chip) : status;
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

enum status gic_its_add_device(struct irq_chip *chip, uint32_t device, unsigned slot)
{
	struct gic_its *its = &chip->gic.its;
	enum status status = add_device_page(chip, device, slot);

	if (status != OK)
		return status;
	return dma_alloc(chip->pool, (size_t)its->entry_size * GIC_ITS_EVENTS, ITT_ALIGN,
		&its->entries[slot]);
}

void gic_its_set_lpi(struct gic_its *its, uint32_t index, bool on)
{
	u8_store((uint8_t *)its->properties.data + index, on ? PROPERTY_ON : PROPERTY_OFF);
}

void gic_its_free_tables(struct irq_chip *chip)
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
