/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the memory map. Out: a pool of pages that are this program's alone. */
#include "efi/dma_pages.h"

#include "mem/log.h"

#define BUDGET_MAX (1024ull << 20)
#define BUDGET_MIN (1ull << 20)
#define GUARDS     2u /* pages of a piece that are not used: its first and its last */
#define RANGES_MAX 16u /* pieces taken, the largest first */

/* Below it live real-mode leftovers that firmware and hardware may still use. */
#define LOW_MEMORY_END (1ull << 20)

/* Ordinary memory that nobody owns (UEFI 2.10 §7.2.3). */
static bool is_free(const EFI_MEMORY_DESCRIPTOR *d)
{
	return d->Type == EfiConventionalMemory && d->Attribute & EFI_MEMORY_WB &&
	       !(d->Attribute & EFI_MEMORY_RUNTIME) && d->PhysicalStart >= LOW_MEMORY_END;
}

static uint64_t free_bytes(const struct memory_map *map)
{
	uint64_t total = 0;

	for (UINTN i = 0; i < memory_map_count(map); i++)
		if (is_free(memory_map_at(map, i)))
			total += memory_map_at(map, i)->NumberOfPages * PAGE_SIZE;
	return total;
}

/* The order in which ranges are taken: larger ones first, then lower ones. */
static bool comes_before(const EFI_MEMORY_DESCRIPTOR *a, const EFI_MEMORY_DESCRIPTOR *b)
{
	if (a->NumberOfPages != b->NumberOfPages)
		return a->NumberOfPages > b->NumberOfPages;
	return a->PhysicalStart < b->PhysicalStart;
}

/* The free range that comes next behind `last`; NULL when there is none. */
static const EFI_MEMORY_DESCRIPTOR *next_range(
	const struct memory_map *map, const EFI_MEMORY_DESCRIPTOR *last)
{
	const EFI_MEMORY_DESCRIPTOR *best = NULL;

	for (UINTN i = 0; i < memory_map_count(map); i++) {
		const EFI_MEMORY_DESCRIPTOR *d = memory_map_at(map, i);

		if (is_free(d) && (!last || comes_before(last, d)) &&
			(!best || comes_before(d, best)))
			best = d;
	}
	return best;
}

/* Takes at most `budget` bytes of a range, from its bottom. Returns how many. */
static uint64_t take(struct dma_pool *pool, struct firmware *fw, const EFI_MEMORY_DESCRIPTOR *range,
	uint64_t budget)
{
	EFI_PHYSICAL_ADDRESS address = range->PhysicalStart;
	/* A quarter of each range stays with the firmware, for what it still allocates. */
	uint64_t pages = min_u64(range->NumberOfPages * 3 / 4, budget / PAGE_SIZE);
	uint64_t size;
	EFI_STATUS status;

	if (pages <= GUARDS)
		return 0;
	status = fw->system->BootServices->AllocatePages(
		AllocateAddress, EfiLoaderData, pages, &address);
	if (EFI_ERROR(status)) {
		log_debug("efi", "dma: 0x%lx bytes at 0x%lx are taken by now", pages * PAGE_SIZE,
			range->PhysicalStart);
		return 0;
	}
	address += PAGE_SIZE;
	size = (pages - GUARDS) * PAGE_SIZE;
	if (dma_pool_add(pool, paddr_of(address), (void *)address, size) != OK)
		return 0;
	log_info("efi", "dma: 0x%lx bytes at 0x%lx", size, address);
	return pages * PAGE_SIZE;
}

enum status dma_pages_allocate(struct dma_pool *pool, struct firmware *fw)
{
	uint64_t budget = min_u64(free_bytes(&fw->map) / 2, BUDGET_MAX);
	const EFI_MEMORY_DESCRIPTOR *range = NULL;

	for (unsigned i = 0; i < RANGES_MAX && budget >= PAGE_SIZE; i++) {
		range = next_range(&fw->map, range);
		if (!range)
			break;
		budget -= take(pool, fw, range, budget);
	}
	if (pool->total >= BUDGET_MIN)
		return OK;
	log_error("efi", "dma: only 0x%lx bytes of memory could be had", pool->total);
	return ERR_NO_MEMORY;
}

void dma_pages_free(struct dma_pool *pool, struct firmware *fw)
{
	for (unsigned i = 0; i < pool->free.count; i++)
		fw->system->BootServices->FreePages(pool->free.range[i].address.value - PAGE_SIZE,
			pool->free.range[i].size / PAGE_SIZE + GUARDS);
	*pool = (struct dma_pool){0};
}
