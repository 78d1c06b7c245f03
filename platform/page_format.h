/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The formats of page table entries, as data: both architectures have tables of 512 entries of 64
 * bits, 4 KiB pages, and blocks of 2 MiB and 1 GiB in place of a table.
 */
#ifndef PLATFORM_PAGE_FORMAT_H
#define PLATFORM_PAGE_FORMAT_H

#include "platform/memory_plan.h"

#define PAGE_ENTRIES   512u
#define PAGE_LEVEL_PTE 1u /* levels count from 1, the last table, to `levels`, the root */

struct page_format {
	unsigned levels; /* 4 or 5 */
	unsigned block_levels; /* the highest level at which an entry may map: 2, or 3 (1 GiB) */
	unsigned address_bits; /* physical addresses that may be mapped end at 1 << this */
	uint64_t address_mask; /* the bits of an entry that hold an address */
	uint64_t valid; /* set in every entry that is not empty */
	uint64_t table_mask; /* (entry & table_mask) == table_match: leads to a table, above level 1
			      */
	uint64_t table_match;
	uint64_t table; /* the bits of an entry that leads to a table */
	uint64_t page; /* the bits that a mapping has at level 1, beside those of its kind */
	uint64_t block; /* the same at the levels above */
	uint64_t kinds[MEMORY_KINDS]; /* rights and cache policy; MEMORY_GUARD is never used */
};

/* Memory attribute indices that the aarch64 format uses, for MAIR_ELx. */
#define AARCH64_ATTR_NORMAL   0u
#define AARCH64_ATTR_DEVICE   1u
#define AARCH64_ATTR_UNCACHED 2u

/*
 * The VMSAv8-64 format, 4 KiB granule, 48 input address bits (Arm ARM D8.3). `two_privileges`: the
 * translation regime is shared with EL0, as EL1's is, and EL2's with HCR_EL2.E2H.
 */
struct page_format page_format_aarch64(bool two_privileges, unsigned address_bits);

/* What an x86 processor has and firmware turned on. */
struct x86_paging {
	unsigned levels; /* 5 with CR4.LA57, else 4 */
	unsigned address_bits; /* MAXPHYADDR */
	bool no_execute; /* EFER.NXE will be on */
	bool gib_blocks;
};

/* The IA-32e format (Intel SDM volume 3, 4.5); PAT entries 0 and 3 must be WB and UC. */
struct page_format page_format_x86_64(const struct x86_paging *paging);

#endif
