/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of boot services.
 */
#ifndef EFI_LEAVE_H
#define EFI_LEAVE_H

#include "efi/firmware.h"

/*
 * Turns the watchdog off and leaves boot services (UEFI 2.10 §7.4.6), reading the memory map anew
 * while its key goes stale. After OK no boot service may be called. ERR_REFUSED, logged, when
 * firmware does not let go: it is then only good for a reset.
 */
MUST_CHECK enum status boot_services_leave(struct firmware *fw);

#endif
