/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * persist=nvram: what became of a run, in a variable of the firmware's (UEFI 2.10 §8.2), for
 * machines that show nothing and say nothing. The next run moves it to firstlight-last.log.
 *
 * One variable, `FirstlightLast` of a vendor GUID of our own, non-volatile and with boot and
 * runtime access: written at most once a run, when it ends, and deleted by the next one.
 */
#ifndef EFI_PERSIST_H
#define EFI_PERSIST_H

#include "efi/firmware.h"

#define PERSIST_MAX_SIZE 4096u /* bytes of the variable's value, never more */

/*
 * Makes the summary: `result`, a line with its end; the steps that failed with the causes that were
 * named, the first ones that fit in half of the room; then the last lines of the log in the rest.
 * Returns its length.
 */
size_t persist_summary(char out[PERSIST_MAX_SIZE], const char *result);

/*
 * After boot services: writes the summary, with the firmware's page tables in force around the
 * call. A step, which is skipped with the reason when firmware does not take it.
 */
void persist_write(const struct firmware *fw, const char *result);

/*
 * Under boot services: moves what an earlier run has left to firstlight-last.log, and deletes it
 * from the variables once it is there. A line when there was something, and nothing else.
 */
void persist_recover(const struct firmware *fw);

#endif
