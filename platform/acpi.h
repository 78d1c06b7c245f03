/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ACPI tables that say what the machine has (ACPI 6.5 §5.2): MCFG, SPCR, DBG2, FADT, MADT, and
 * the devices of the DSDT and the SSDTs.
 *
 * Tables are untrusted: lengths are checked before use, a bad checksum or a broken table is
 * logged and passed over, and the rest is still read.
 */
#ifndef PLATFORM_ACPI_H
#define PLATFORM_ACPI_H

#include "mem/bytes.h"
#include "platform/machine.h"

/* How the parser reaches physical memory. */
struct table_source {
	/*
	 * The `size` bytes at a physical address, readable for as long as the parser runs, or
	 * NULL when that range is not memory.
	 */
	const void *(*map)(void *context, uint64_t address, size_t size);
	void *context;
};

/*
 * Reads all tables reachable from the RSDP at `rsdp` (XSDT, or RSDT for revision 0) and adds
 * what they name to the machine. ERR_MALFORMED, logged, when there is no usable RSDP or root
 * table; OK even when single tables were passed over.
 */
MUST_CHECK enum status acpi_read_machine(
	const struct table_source *source, uint64_t rsdp, struct machine *m);

/*
 * Adds what one table (complete with its header) names. For tests and for tables that come from
 * elsewhere than the root table. ERR_MALFORMED, logged, when the table is too short or its checksum
 * is wrong; ERR_UNSUPPORTED, at debug, for a signature that is not read here.
 */
MUST_CHECK enum status acpi_read_table(struct bytes table, struct machine *m);

#endif
