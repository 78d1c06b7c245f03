/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processor's side of page tables: its format, and the switch from firmware's tables to own
 * ones and back. Implemented under platform/<arch>/.
 */
#ifndef PLATFORM_MMU_H
#define PLATFORM_MMU_H

#include "mem/types.h"
#include "platform/paging.h"

#define MMU_REGISTERS 6u

/* The registers that say which tables are in force; which ones is the architecture's affair. */
struct mmu_state {
	uint64_t registers[MMU_REGISTERS];
};

/* The format that this processor takes at its present level and in its present mode. */
struct page_format mmu_format(void);

/* That level and mode in words, for the log: "EL2". */
const char *mmu_mode(void);

/*
 * Puts the tables at `root` in force and forgets translations of the old ones, which `before`
 * describes afterwards. The code, the stack and the vectors in use, and `before`, must be mapped
 * by both.
 */
void mmu_enable(const struct paging *paging, struct mmu_state *before);

/* Back to the tables that mmu_enable replaced; they must be as they were. */
void mmu_restore(const struct mmu_state *before);

/* Entries that were added to tables in force are seen by the accesses that follow. */
void mmu_publish(void);

/* Writes what caches hold of [base, base + size) to memory, and forgets it. It must be mapped. */
void mmu_clean(uint64_t base, uint64_t size);

/* True where every device is coherent with the caches, whatever tables say: x86. */
bool mmu_devices_are_coherent(void);

/* Goes on in `run`, which does not return, with an empty stack that ends at `top`. */
NORETURN void mmu_run_on_stack(void *top, void (*run)(void));

#endif
