/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of a run: plan, verdict, and the exit that `after=` names.
 */
#ifndef EFI_FINISH_H
#define EFI_FINISH_H

#include "efi/firmware.h"
#include "efi/options.h"

/* Also the code that semihosting and debug-exit carry to the host. */
enum verdict {
	VERDICT_PASS = 0,
	VERDICT_FAIL = 1,
	VERDICT_SKIP = 77, /* nothing failed, but there was no GPU or framebuffer: no picture */
};

/*
 * Closes the log with the plan and `# RESULT: PASS|FAIL|SKIP text`. A step that failed makes it
 * FAIL whatever `verdict` says. Returns the verdict that was logged.
 */
enum verdict finish_report(enum verdict verdict, const char *text);

/* PASS, FAIL or SKIP. */
const char *finish_word(enum verdict verdict);

/* Ends the run the way that `after` says; when that does not work, halts, with a line. */
NORETURN void finish_end(struct firmware *fw, enum option_after after, enum verdict verdict);

#endif
