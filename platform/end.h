/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ways to end a run that need no firmware. Which one is `after=`; shutdown and reset go through
 * the firmware's runtime services and live in efi/.
 */
#ifndef PLATFORM_END_H
#define PLATFORM_END_H

#include "mem/types.h"

/* Interrupts off, processor asleep, for ever. */
NORETURN void end_halt(void);

/*
 * Arm semihosting SYS_EXIT_EXTENDED with ADP_Stopped_ApplicationExit and `code` (Arm IHI
 * "Semihosting for AArch32 and AArch64" §7.7). Returns, always false, where this architecture has
 * none. Without a host that listens the call is an undefined instruction, which traps report.
 */
bool end_semihosting(uint8_t code);

/*
 * QEMU's isa-debug-exit at I/O port 0x501: QEMU exits with (code << 1) | 1. Returns, always false,
 * where there are no ports, or when the device is not there and nothing happened.
 */
bool end_debug_exit(uint8_t code);

#endif
