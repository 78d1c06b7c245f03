/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page tables: builds them from ranges, in any of the formats of platform/page_format.h, out of a
 * fixed number of pages. Identity mapped. A valid entry is never changed, so that tables in use
 * can be added to without break-before-make (Arm ARM D8.14).
 */
#ifndef PLATFORM_PAGING_H
#define PLATFORM_PAGING_H

#include "platform/page_format.h"

struct paging {
	struct page_format format;
	uint64_t *pages; /* page aligned, borrowed; the root is the first */
	unsigned page_count;
	unsigned used;
};

/* Begins empty tables in `page_count` (at least 1) pages of memory at `pages`. */
void paging_init(struct paging *paging, const struct page_format *format, uint64_t *pages,
	unsigned page_count);

/*
 * Maps a range with the largest blocks that fit; a guard not at all. What is mapped already, with
 * the same rights, stays. ERR_NO_MEMORY, logged, when the pages are used up (what was mapped so far
 * stays); ERR_RANGE, logged, when a part is mapped otherwise or no format can hold the address.
 */
MUST_CHECK enum status paging_map(struct paging *paging, const struct memory_range *range);

/* Maps the whole plan. */
MUST_CHECK enum status paging_map_plan(struct paging *paging, const struct memory_plan *plan);

/*
 * The entry that maps an address, as the processor would find it; 0 when nothing does. `level`,
 * unless NULL, gets the level it was found at.
 */
uint64_t paging_walk(const struct paging *paging, uint64_t address, unsigned *level);

#endif
