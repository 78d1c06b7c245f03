/* SPDX-License-Identifier: BSD-2-Clause */
/* In: ranges of addresses with their rights. Out: page tables that say the same. */
#include "platform/paging.h"

#include "mem/log.h"
#include "mem/string.h"

#define ENTRY_BITS 9u
#define PAGE_BITS  12u

static uint64_t span_of(unsigned level)
{
	return 1ull << (PAGE_BITS + ENTRY_BITS * (level - 1));
}

static unsigned index_of(uint64_t address, unsigned level)
{
	return address / span_of(level) % PAGE_ENTRIES;
}

static bool leads_to_table(const struct page_format *f, uint64_t entry, unsigned level)
{
	return level > PAGE_LEVEL_PTE && (entry & f->table_mask) == f->table_match;
}

static uint64_t *table_at(const struct page_format *f, uint64_t entry)
{
	return (uint64_t *)(entry & f->address_mask);
}

static uint64_t mapping(
	const struct page_format *f, enum memory_kind kind, uint64_t address, unsigned level)
{
	return align_down(address, span_of(level)) | f->kinds[kind] |
	       (level == PAGE_LEVEL_PTE ? f->page : f->block);
}

/* Whether one entry of this level may map from `at` on. */
static bool fits(const struct page_format *f, uint64_t at, uint64_t end, unsigned level)
{
	return level == PAGE_LEVEL_PTE ||
	       (level <= f->block_levels && !(at % span_of(level)) && end - at >= span_of(level));
}

/* Pages are given out once and empty, so that tables in use never lead to what is not one. */
static enum status add_table(struct paging *p, uint64_t *entry)
{
	if (p->used == p->page_count)
		return ERR_NO_MEMORY;
	*entry = (uint64_t)(p->pages + (size_t)PAGE_ENTRIES * p->used) | p->format.table;
	p->used++;
	return OK;
}

/* Maps as much from `at` on as one entry can; `next` is where to go on. */
static enum status map_entry(struct paging *p, const struct memory_range *range, uint64_t at,
	uint64_t end, uint64_t *next)
{
	const struct page_format *f = &p->format;
	uint64_t *entry = &p->pages[index_of(at, f->levels)];
	unsigned level = f->levels;

	for (;; level--, entry = table_at(f, *entry) + index_of(at, level)) {
		if (leads_to_table(f, *entry, level))
			continue;
		if (*entry & f->valid || fits(f, at, end, level))
			break;
		if (add_table(p, entry) != OK)
			return ERR_NO_MEMORY;
	}
	if (!(*entry & f->valid))
		*entry = mapping(f, range->kind, at, level);
	*next = align_down(at, span_of(level)) + span_of(level);
	return *entry == mapping(f, range->kind, at, level) ? OK : ERR_RANGE;
}

void paging_init(struct paging *paging, const struct page_format *format, uint64_t *pages,
	unsigned page_count)
{
	*paging = (struct paging){*format, pages, page_count, 1};
	memset(pages, 0, (size_t)page_count * PAGE_SIZE);
}

enum status paging_map(struct paging *paging, const struct memory_range *range)
{
	uint64_t at = range->base, limit = 1ull << paging->format.address_bits;
	enum status status = OK;

	if (range->kind == MEMORY_GUARD)
		return OK;
	if (!range_inside(range->base, range->size, limit)) {
		log_error("paging",
			"%s: 0x%lx bytes at 0x%lx lie beyond 0x%lx, where addresses end",
			range->name, range->size, range->base, limit);
		return ERR_RANGE;
	}
	while (status == OK && at < range->base + range->size)
		status = map_entry(paging, range, at, range->base + range->size, &at);
	if (status == ERR_NO_MEMORY)
		log_error("paging",
			"%s: not mapped from 0x%lx on: all %u pages for tables are used",
			range->name, at, paging->page_count);
	else if (status != OK)
		log_error("paging", "%s: mapped otherwise already, below 0x%lx", range->name, at);
	return status;
}

enum status paging_map_plan(struct paging *paging, const struct memory_plan *plan)
{
	enum status status = OK;

	for (unsigned i = 0; status == OK && i < plan->count; i++)
		status = paging_map(paging, &plan->ranges[i]);
	return status;
}

uint64_t paging_walk(const struct paging *paging, uint64_t address, unsigned *level)
{
	const struct page_format *f = &paging->format;
	unsigned at = f->levels;
	uint64_t entry;

	if (address >> f->address_bits)
		return 0;
	entry = paging->pages[index_of(address, at)];
	while (leads_to_table(f, entry, at)) {
		at--;
		entry = table_at(f, entry)[index_of(address, at)];
	}
	if (!(entry & f->valid))
		return 0;
	if (level)
		*level = at;
	return entry;
}
