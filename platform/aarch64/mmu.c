/* SPDX-License-Identifier: BSD-2-Clause */
/* In: page tables. Out: translation by them, at EL1 or EL2 (Arm ARM D8, D17.2). */
#include "platform/mmu.h"

#include "platform/paging.h"

#define CURRENT_EL_2 (2u << 2)
#define HCR_E2H      (1ull << 34)

/*
 * Attribute 0: Normal, write-back, allocating. Attribute 1: Device-nGnRnE, since a configuration
 * write must have reached the function when the store is done (PCI Express 6.0 §2.2.7: non-posted)
 * and since a bus error is then reported near the access that it belongs to. What early
 * acknowledgement would save is nothing beside what a register access costs anyway. Attribute 2:
 * Normal, non-cacheable.
 */
#define MAIR_NORMAL_WB     0xffull
#define MAIR_DEVICE_NGNRNE 0x00ull
#define MAIR_NORMAL_NC     0x44ull
#define MAIR                                                    \
	(MAIR_NORMAL_WB << 8 * AARCH64_ATTR_NORMAL |            \
		MAIR_DEVICE_NGNRNE << 8 * AARCH64_ATTR_DEVICE | \
		MAIR_NORMAL_NC << 8 * AARCH64_ATTR_UNCACHED)

/* CTR_EL0.DminLine: log2 of the words of the shortest data cache line. */
#define CTR_DMINLINE(ctr) ((ctr) >> 16 & 0xf)

/* TCR_ELx: 48 input bits whatever the processor's output size is, so that there are four levels. */
#define TCR_T0SZ  (64ull - 48)
#define TCR_WALKS (1ull << 8 | 1ull << 10 | 3ull << 12) /* write-back, inner shareable */
#define TCR_EL1_NO_TTBR1                                                        \
	(1ull << 23 | 2ull << 30 | (64ull - 48) << 16) /* EPD1; TG1, T1SZ valid \
							*/
#define TCR_EL1_IPS_SHIFT 32u
#define TCR_EL2_RES1      (1ull << 31 | 1ull << 23)
#define TCR_EL2_PS_SHIFT  16u

#define SCTLR_M   (1ull << 0)
#define SCTLR_C   (1ull << 2)
#define SCTLR_I   (1ull << 12)
#define SCTLR_WXN (1ull << 19) /* what can be written is never executed */

/* ID_AA64MMFR0_EL1.PARange, and the largest that 48-bit tables can say. */
#define PARANGE_MAX 5u
static const uint8_t parange_bits[PARANGE_MAX + 1] = {32, 36, 40, 42, 44, 48};

/* struct mmu_state, as mmu_switch.S counts on it. */
enum { MAIR_AT, TCR_AT, TTBR0_AT, SCTLR_AT };

/* In mmu_switch.S: MMU off, all four registers, old translations forgotten, SCTLR as given. */
void mmu_switch_el1(const uint64_t *registers);
void mmu_switch_el2(const uint64_t *registers);

static bool at_el2(void)
{
	uint64_t level;

	__asm__ volatile("mrs %0, CurrentEL" : "=r"(level));
	return level == CURRENT_EL_2;
}

/* Whether the regime is shared with EL0; also decides the layout of TCR_EL2. */
static bool two_privileges(void)
{
	uint64_t hcr;

	if (!at_el2())
		return true;
	__asm__ volatile("mrs %0, hcr_el2" : "=r"(hcr));
	return hcr & HCR_E2H;
}

const char *mmu_mode(void)
{
	if (!at_el2())
		return "EL1";
	return two_privileges() ? "EL2 as a host's (E2H)" : "EL2";
}

static uint64_t parange(void)
{
	uint64_t mmfr0;

	__asm__ volatile("mrs %0, id_aa64mmfr0_el1" : "=r"(mmfr0));
	return min_u64(mmfr0 & 0xf, PARANGE_MAX);
}

struct page_format mmu_format(void)
{
	return page_format_aarch64(two_privileges(), parange_bits[parange()]);
}

static void read_state(struct mmu_state *state)
{
	uint64_t *r = state->registers;

	if (at_el2()) {
		__asm__ volatile("mrs %0, mair_el2" : "=r"(r[MAIR_AT]));
		__asm__ volatile("mrs %0, tcr_el2" : "=r"(r[TCR_AT]));
		__asm__ volatile("mrs %0, ttbr0_el2" : "=r"(r[TTBR0_AT]));
		__asm__ volatile("mrs %0, sctlr_el2" : "=r"(r[SCTLR_AT]));
	} else {
		__asm__ volatile("mrs %0, mair_el1" : "=r"(r[MAIR_AT]));
		__asm__ volatile("mrs %0, tcr_el1" : "=r"(r[TCR_AT]));
		__asm__ volatile("mrs %0, ttbr0_el1" : "=r"(r[TTBR0_AT]));
		__asm__ volatile("mrs %0, sctlr_el1" : "=r"(r[SCTLR_AT]));
	}
}

static void switch_to(const struct mmu_state *state)
{
	if (at_el2())
		mmu_switch_el2(state->registers);
	else
		mmu_switch_el1(state->registers);
}

static uint64_t tcr(void)
{
	if (two_privileges())
		return TCR_T0SZ | TCR_WALKS | TCR_EL1_NO_TTBR1 | parange() << TCR_EL1_IPS_SHIFT;
	return TCR_T0SZ | TCR_WALKS | TCR_EL2_RES1 | parange() << TCR_EL2_PS_SHIFT;
}

void mmu_enable(const struct paging *paging, struct mmu_state *before)
{
	struct mmu_state own;

	read_state(before);
	own.registers[MAIR_AT] = MAIR;
	own.registers[TCR_AT] = tcr();
	own.registers[TTBR0_AT] = (uint64_t)paging->pages;
	own.registers[SCTLR_AT] =
		before->registers[SCTLR_AT] | SCTLR_M | SCTLR_C | SCTLR_I | SCTLR_WXN;
	switch_to(&own);
}

void mmu_restore(const struct mmu_state *before)
{
	switch_to(before);
}

/* The entry is written before the walk that a later access makes (Arm ARM D8.14, K11.5). */
void mmu_publish(void)
{
	__asm__ volatile("dsb ishst\n\tisb" ::: "memory");
}

/* To the point of coherency, where everybody who is not in the caches' domain looks. */
void mmu_clean(uint64_t base, uint64_t size)
{
	uint64_t ctr, line;

	__asm__ volatile("mrs %0, ctr_el0" : "=r"(ctr));
	line = 4ull << CTR_DMINLINE(ctr);
	for (uint64_t at = align_down(base, line); at < base + size; at += line)
		__asm__ volatile("dc civac, %0" ::"r"(at) : "memory");
	__asm__ volatile("dsb sy" ::: "memory");
}

bool mmu_devices_are_coherent(void)
{
	return false;
}

NORETURN void mmu_run_on_stack(void *top, void (*run)(void))
{
	__asm__ volatile("mov sp, %0\n\t"
			 "mov x29, xzr\n\t"
			 "mov x30, xzr\n\t"
			 "br %1" ::"r"(top),
			 "r"(run)
			 : "memory");
	__builtin_unreachable();
}
