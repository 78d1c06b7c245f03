/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For the small applications of these tests that bring a machine into a state in which no firmware
 * at hand leaves it.
 */
#ifndef TESTS_BOOT_START_H
#define TESTS_BOOT_START_H

#include <efi.h>

/* Starts \firstlight.efi of the volume that `image` came from. Returns what it, or this, ends with.
 */
EFI_STATUS start_firstlight(EFI_HANDLE image, EFI_SYSTEM_TABLE *system);

#endif
