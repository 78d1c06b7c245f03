/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SMBIOS (DMTF DSP0134): only the OEM strings of type 11, with which a VMM hands options to a
 * guest (`qemu -smbios type=11,value=…`). Untrusted, as every table.
 */
#ifndef PLATFORM_SMBIOS_H
#define PLATFORM_SMBIOS_H

#include "mem/bytes.h"
#include "platform/acpi.h"

/*
 * Calls `found` for each OEM string, in the order of the tables, for the entry point at physical
 * address `entry` (`_SM3_` or `_SM_`). ERR_MALFORMED, logged, when the entry point or the structure
 * table is broken; what came before that was reported.
 */
MUST_CHECK enum status smbios_each_oem_string(const struct table_source *source, uint64_t entry,
	void (*found)(void *context, const char *text), void *context);

/* As above, over the structure table itself. */
MUST_CHECK enum status smbios_each_oem_string_in(
	struct bytes table, void (*found)(void *context, const char *text), void *context);

#endif
