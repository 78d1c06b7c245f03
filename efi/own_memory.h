/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The program's own view of memory, for after boot services: a stack, and page tables with nothing
 * in them but the image by the rights of its sections, the program's data, the DMA memory and the
 * windows of registers that drivers opened. Whatever else is accessed faults at once.
 *
 * Nothing of the firmware's is mapped. For its runtime services its own tables are put back
 * (own_memory_leave): these map, as firmware means them, all that its code touches, also what it
 * should not (boot services memory, registers that no descriptor names), and runtime code that is
 * writable has no place in tables that keep writing and executing apart. They are intact, since
 * memory that firmware has not given to this program is never written.
 */
#ifndef EFI_OWN_MEMORY_H
#define EFI_OWN_MEMORY_H

#include "efi/firmware.h"
#include "mem/dma.h"
#include "platform/memory_plan.h"
#include "platform/page_format.h"

#define OWN_STACK_SIZE  (128u * 1024) /* what UEFI 2.10 §2.3 promises under boot services */
#define OWN_TABLE_PAGES 128u

/* What the processor itself needs, page aligned. The stack begins where the tables are. */
struct own_pages {
	uint8_t guard[PAGE_SIZE]; /* not mapped */
	uint8_t stack[OWN_STACK_SIZE];
	uint64_t tables[OWN_TABLE_PAGES * PAGE_ENTRIES];
};

/*
 * Builds the tables, without the DMA memory yet, and puts them in force. For after
 * ExitBootServices, own vectors installed, on the own stack. `own` is borrowed for the rest of the
 * run; it ends the program's data, which begins at `data`. Otherwise than OK, logged, firmware's
 * tables stay in force: ERR_RANGE or ERR_NO_MEMORY as memory_plan_add and paging_map.
 */
MUST_CHECK enum status own_memory_enter(const struct firmware *fw, const struct dma_pool *dma,
	const void *data, struct own_pages *own);

/*
 * Maps the DMA memory, which is not reachable before, cached or, for devices that are not coherent,
 * not: then it is cleaned out of the caches, whose lines no cached mapping can bring back. All of
 * it at once, rather than maintenance around each access: a ring's neighbours in a cache line are
 * written by both sides, so that no order of cleaning and invalidating is right for it. What the
 * pool says of itself is kept in step.
 *
 * While firmware's tables are in force it is reachable, cached. When it cannot be mapped otherwise
 * than OK, logged, firmware's tables are put back. ERR_UNSUPPORTED, logged, when it is cached, and
 * was not to be; else as paging_map.
 */
MUST_CHECK enum status own_memory_open_dma(struct dma_pool *dma, bool cached);

/* Puts firmware's tables back; nothing when they are in force. */
void own_memory_leave(void);

/* The own ones again, after own_memory_leave. */
void own_memory_return(void);

/* What is mapped, for the reports of faults; borrowed. */
const struct memory_plan *own_memory_plan(void);

#endif
