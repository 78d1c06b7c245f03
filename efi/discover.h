/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine as firmware describes it: ACPI, FDT, EFI handles, and what the options add by hand.
 */
#ifndef EFI_DISCOVER_H
#define EFI_DISCOVER_H

#include "efi/firmware.h"
#include "efi/options.h"
#include "platform/machine.h"

/*
 * Collects everything into `machine`. What is broken is logged and passed over: a machine of which
 * nothing is known is empty, not an error. ERR_RANGE or ERR_NO_MEMORY when something given by hand
 * cannot be used.
 */
MUST_CHECK enum status machine_discover(
	struct machine *machine, struct firmware *fw, const struct options *options);

#endif
