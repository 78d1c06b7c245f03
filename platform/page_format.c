/* SPDX-License-Identifier: BSD-2-Clause */
/* In: what a processor can do. Out: the bits of its page table entries. */
#include "platform/page_format.h"

/* VMSAv8-64 descriptors (Arm ARM D8.3). */
#define ARM_VALID    (1ull << 0)
#define ARM_TABLE    (1ull << 1) /* a table; in the last table: a page */
#define ARM_ATTR(n)  ((uint64_t)(n) << 2)
#define ARM_AP_RES1  (1ull << 6) /* AP[1] where the regime has one privilege level */
#define ARM_AP_RO    (1ull << 7) /* AP[2] */
#define ARM_SH_INNER (3ull << 8)
#define ARM_AF       (1ull << 10)
#define ARM_PXN      (1ull << 53)
#define ARM_XN       (1ull << 54) /* UXN where the regime has two privilege levels */
#define ARM_ADDRESS  0x0000fffffffff000ull
#define ARM_BITS     48u

/* IA-32e entries (Intel SDM volume 3, tables 4-15 to 4-20). */
#define X86_PRESENT  (1ull << 0)
#define X86_WRITE    (1ull << 1)
#define X86_PWT      (1ull << 3)
#define X86_PCD      (1ull << 4)
#define X86_ACCESSED (1ull << 5)
#define X86_DIRTY    (1ull << 6)
#define X86_PS       (1ull << 7)
#define X86_NX       (1ull << 63)
#define X86_ADDRESS  0x000ffffffffff000ull

/* Identity mapping uses the lower half of what is canonical. */
#define X86_BITS_4_LEVELS 47u
#define X86_BITS_5_LEVELS 52u

struct page_format page_format_aarch64(bool two_privileges, unsigned address_bits)
{
	uint64_t any = ARM_AF | (two_privileges ? 0 : ARM_AP_RES1);
	uint64_t memory = any | ARM_ATTR(AARCH64_ATTR_NORMAL) | ARM_SH_INNER;
	uint64_t never = ARM_XN | (two_privileges ? ARM_PXN : 0);
	uint64_t not_below = two_privileges ? ARM_XN : 0;

	return (struct page_format){
		.levels = 4,
		.block_levels = 3,
		.address_bits = (unsigned)min_u64(address_bits, ARM_BITS),
		.address_mask = ARM_ADDRESS,
		.valid = ARM_VALID,
		.table_mask = ARM_VALID | ARM_TABLE,
		.table_match = ARM_VALID | ARM_TABLE,
		.table = ARM_VALID | ARM_TABLE,
		.page = ARM_VALID | ARM_TABLE,
		.block = ARM_VALID,
		.kinds =
			{
				[MEMORY_CODE] = memory | ARM_AP_RO | not_below,
				[MEMORY_CONST] = memory | ARM_AP_RO | never,
				[MEMORY_DATA] = memory | never,
				/* Shareability does not count there: it is outer. */
				[MEMORY_UNCACHED] = any | ARM_ATTR(AARCH64_ATTR_UNCACHED) | never,
				[MEMORY_DEVICE] = any | ARM_ATTR(AARCH64_ATTR_DEVICE) | never,
			},
	};
}

struct page_format page_format_x86_64(const struct x86_paging *paging)
{
	uint64_t leaf = X86_PRESENT | X86_ACCESSED | X86_DIRTY;
	uint64_t never = paging->no_execute ? X86_NX : 0;
	/* PAT entry 3: uncacheable, whatever the MTRRs say (SDM 12.5.2.2). */
	uint64_t uncached = X86_WRITE | X86_PCD | X86_PWT | never;
	unsigned limit = paging->levels == 5 ? X86_BITS_5_LEVELS : X86_BITS_4_LEVELS;

	return (struct page_format){
		.levels = paging->levels,
		.block_levels = paging->gib_blocks ? 3 : 2,
		.address_bits = (unsigned)min_u64(paging->address_bits, limit),
		.address_mask = X86_ADDRESS,
		.valid = X86_PRESENT,
		.table_mask = X86_PRESENT | X86_PS,
		.table_match = X86_PRESENT,
		.table = X86_PRESENT | X86_WRITE | X86_ACCESSED,
		.page = leaf,
		.block = leaf | X86_PS,
		.kinds =
			{
				[MEMORY_CODE] = 0,
				[MEMORY_CONST] = never,
				[MEMORY_DATA] = X86_WRITE | never,
				[MEMORY_UNCACHED] = uncached,
				[MEMORY_DEVICE] = uncached,
			},
	};
}
