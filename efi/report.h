/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a run says last, in every place where somebody may look for it.
 */
#ifndef EFI_REPORT_H
#define EFI_REPORT_H

#include "efi/program.h"

/*
 * Disconnects the devices, judges the run, and leaves the verdict on the log, with persist=nvram in
 * a variable, and on the screens as console= says; then ends it as after= says.
 */
NORETURN void report_and_end(struct program *p);

#endif
