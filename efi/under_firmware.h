/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs that end under firmware: those that fail before it is left, and those that only tell
 * something. Each function closes the log, writes it to its file, and gives everything back; what
 * it returns is the image's result, for efi_main to return.
 */
#ifndef EFI_UNDER_FIRMWARE_H
#define EFI_UNDER_FIRMWARE_H

#include "efi/program.h"

/* A step has failed, and said so: `status` is the result. The errors are on the console too. */
MUST_CHECK EFI_STATUS under_firmware_fail(struct program *p, EFI_STATUS status);

/* The bare word `help`: the options on the console. */
MUST_CHECK EFI_STATUS under_firmware_help(struct program *p);

/* fault=help: the faults on the console. */
MUST_CHECK EFI_STATUS under_firmware_faults(struct program *p);

/* mode=list: the virtio devices on the console. EFI_NOT_FOUND when there are none. */
MUST_CHECK EFI_STATUS under_firmware_list(struct program *p);

#endif
