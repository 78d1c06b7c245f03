/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where options come from: firstlight.conf at the root of the volume this image was started from,
 * SMBIOS type 11 strings `firstlight:key=value …`, and LoadOptions (the shell's arguments, `qemu
 * -append`). In this order, later ones winning.
 */
#ifndef EFI_OPTION_SOURCES_H
#define EFI_OPTION_SOURCES_H

#include "efi/firmware.h"
#include "efi/options.h"

/* Reads all sources. ERR_MALFORMED when any word in any of them was bad; each is logged. */
MUST_CHECK enum status options_load(struct options *options, struct firmware *fw);

#endif
