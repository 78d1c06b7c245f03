/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In: the image, the DMA memory, windows of registers. Out: page tables that map these alone.
 *
 * map_device has no argument by which it could find them, so that what is known of them is static.
 */
#include "efi/own_memory.h"

#include "mem/log.h"
#include "mem/map.h"
#include "mem/tap.h"
#include "platform/mmu.h"

static struct memory_plan plan;
static struct paging paging;
static struct mmu_state firmware_mmu;

/* In tools/efi.ld: where the sections of the image begin; each ends where the next one begins. */
#define BOUND extern const char __attribute__((visibility("hidden")))
BOUND image_text[], image_rodata[], image_data[], image_rest[];

const struct memory_plan *own_memory_plan(void)
{
	return &plan;
}

struct part {
	const char *name;
	const void *end;
	enum memory_kind kind;
};

/* Adds `count` parts, each from the end of the one before it on; the first from `base` on. */
static enum status add_parts(const void *base, const struct part *parts, unsigned count)
{
	enum status status = OK;

	for (unsigned i = 0; status == OK && i < count; i++) {
		uint64_t size = (uint64_t)parts[i].end - (uint64_t)base;

		if (size)
			status = memory_plan_add(
				&plan, parts[i].name, parts[i].kind, (uint64_t)base, size);
		base = parts[i].end;
	}
	return status;
}

static enum status add_image(const char *base, uint64_t size)
{
	const struct part parts[] = {
		{"image headers", image_text, MEMORY_CONST},
		{"image code", image_rodata, MEMORY_CODE},
		{"image constants", image_data, MEMORY_CONST},
		{"image data", image_rest, MEMORY_DATA},
		{"image relocations", base + size, MEMORY_CONST},
	};

	return add_parts(base, parts, ARRAY_SIZE(parts));
}

static enum status add_own(const void *data, const struct own_pages *own)
{
	const struct part parts[] = {
		{"program's data", own->guard, MEMORY_DATA},
		{"guard page below the stack", own->stack, MEMORY_GUARD},
		{"stack", own->tables, MEMORY_DATA},
		{"page tables", own + 1, MEMORY_DATA},
	};

	return add_parts(data, parts, ARRAY_SIZE(parts));
}

static enum status add_dma(const struct dma_pool *dma)
{
	enum status status = OK;

	for (unsigned i = 0; status == OK && i < dma->all.count; i++) {
		uint64_t base = dma->all.range[i].address.value, size = dma->all.range[i].size;

		status = memory_plan_add(&plan, "guard page below DMA memory", MEMORY_GUARD,
			base - PAGE_SIZE, PAGE_SIZE);
		/* No access before own_memory_open_dma. */
		if (status == OK)
			status = memory_plan_add(&plan, "DMA memory", MEMORY_GUARD, base, size);
		if (status == OK)
			status = memory_plan_add(&plan, "guard page above DMA memory", MEMORY_GUARD,
				base + size, PAGE_SIZE);
	}
	return status;
}

static void log_tables(void)
{
	uint64_t memory = memory_plan_bytes(&plan, MEMORY_CODE) +
			  memory_plan_bytes(&plan, MEMORY_CONST) +
			  memory_plan_bytes(&plan, MEMORY_DATA);

	for (unsigned i = 0; i < plan.count; i++)
		memory_range_log(&plan.ranges[i]);
	tap_ok("platform", "own page tables: 0x%lx bytes of memory, 0x%lx of registers", memory,
		memory_plan_bytes(&plan, MEMORY_DEVICE));
	log_info("paging", "%u levels, %s, 0x%lx bytes of code, %u of %u pages for tables",
		paging.format.levels, mmu_mode(), memory_plan_bytes(&plan, MEMORY_CODE),
		paging.used, paging.page_count);
}

enum status own_memory_enter(const struct firmware *fw, const struct dma_pool *dma,
	const void *data, struct own_pages *own)
{
	struct page_format format = mmu_format();
	enum status status = add_image(fw->loaded->ImageBase, fw->loaded->ImageSize);

	if (status == OK)
		status = add_own(data, own);
	if (status == OK)
		status = add_dma(dma);
	if (status != OK)
		return status;
	paging_init(&paging, &format, own->tables, OWN_TABLE_PAGES);
	status = paging_map_plan(&paging, &plan);
	if (status != OK)
		return status;
	mmu_enable(&paging, &firmware_mmu);
	plan.in_force = true;
	log_tables();
	return OK;
}

static enum status map_dma(const struct dma_block *block, enum memory_kind kind)
{
	uint64_t base = block->address.value;
	const struct memory_range *range = memory_plan_open(&plan, base, kind);
	enum status status = range ? paging_map(&paging, range) : ERR_NOT_FOUND;

	mmu_publish();
	if (status != OK)
		return status;
	memory_range_log(range);
	if (kind == MEMORY_UNCACHED)
		mmu_clean(base, block->size);
	return OK;
}

enum status own_memory_open_dma(struct dma_pool *dma, bool cached)
{
	enum memory_kind kind = cached ? MEMORY_DATA : MEMORY_UNCACHED;
	enum status status = OK;

	for (unsigned i = 0; plan.in_force && status == OK && i < dma->all.count; i++)
		status = map_dma(&dma->all.range[i], kind);
	if (status != OK)
		own_memory_leave();
	dma->uncached = plan.in_force && !cached;
	if (status == OK && !cached && !dma->uncached) {
		log_error("memory", "DMA memory stays cached: firmware's tables are in force");
		return ERR_UNSUPPORTED;
	}
	return status;
}

void own_memory_leave(void)
{
	if (!plan.in_force)
		return;
	plan.in_force = false;
	mmu_restore(&firmware_mmu);
}

void own_memory_return(void)
{
	mmu_enable(&paging, &firmware_mmu);
	plan.in_force = true;
}

/* Whether the plan has the whole window: several devices may share a page. */
static bool is_planned(enum memory_kind kind, uint64_t base, uint64_t size)
{
	const struct memory_range *range = memory_plan_find(&plan, base);

	return range && range->kind == kind && range_inside(base - range->base, size, range->size);
}

/* Maps the whole range that a window is in by now; most of it may be mapped already. */
static enum status map_range_at(uint64_t base)
{
	enum status status = paging_map(&paging, memory_plan_find(&plan, base));

	mmu_publish();
	return status;
}

static enum status map_as(enum memory_kind kind, const char *subject, uint64_t base, uint64_t size)
{
	bool planned = is_planned(kind, base, size);
	enum status status = memory_plan_add(&plan, subject, kind, base, size);

	if (status == OK && plan.in_force)
		status = map_range_at(base);
	if (status == OK && plan.in_force && !planned)
		memory_range_log(memory_plan_find(&plan, base));
	return status;
}

enum status map_device(const char *subject, uint64_t base, uint64_t size)
{
	return map_as(MEMORY_DEVICE, subject, base, size);
}

enum status map_memory(const char *subject, uint64_t base, uint64_t size)
{
	return map_as(MEMORY_DATA, subject, base, size);
}

void map_clean(uint64_t base, uint64_t size)
{
	if (!mmu_devices_are_coherent())
		mmu_clean(base, size);
}
