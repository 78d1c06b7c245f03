/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page mapping: which physical addresses the processor may reach, as seen from the drivers.
 *
 * Addresses are identity mapped throughout. Memory of the program's own is mapped when boot
 * services are left (efi/own_memory.h); registers are mapped when a window of them is opened,
 * which region_init does. What nobody asked for is not mapped.
 *
 * A link-time seam, as mem/io.h: efi/own_memory.c on the target; host tests map nothing.
 */
#ifndef MEM_MAP_H
#define MEM_MAP_H

#include "status.h"

/*
 * Makes the registers at physical addresses [base, base + size) reachable: device memory, never
 * executable, whole pages. Under boot services, whose tables are firmware's, the window is
 * remembered for the own tables. Asking again for what is mapped is OK. `subject` is whose
 * registers, for the log; copied.
 *
 * ERR_RANGE when the window lies beyond the processor's addresses or in memory of the program;
 * ERR_NO_MEMORY when there is no room for more ranges or for more tables. Both logged.
 */
MUST_CHECK enum status map_device(const char *subject, uint64_t base, uint64_t size);

/* The same for memory that firmware left to be written, cached as memory is. */
MUST_CHECK enum status map_memory(const char *subject, uint64_t base, uint64_t size);

/*
 * Writes what caches hold of memory that map_memory made reachable to that memory: for a device
 * that does not look into them. Nothing where all do (x86).
 */
void map_clean(uint64_t base, uint64_t size);

#endif
