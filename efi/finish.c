/* SPDX-License-Identifier: BSD-2-Clause */
/* In: how the run went and how it is to end. Out: the last lines of the log, and the end. */
#include "efi/finish.h"

#include "efi/own_memory.h"
#include "mem/tap.h"
#include "platform/end.h"
#include "platform/irq.h"

const char *finish_word(enum verdict verdict)
{
	static const char *const words[] = {
		[VERDICT_PASS] = "PASS", [VERDICT_FAIL] = "FAIL", [VERDICT_SKIP] = "SKIP"};

	return words[verdict];
}

enum verdict finish_report(enum verdict verdict, const char *text)
{
	irq_close();
	tap_end();
	if (!tap_passed())
		verdict = VERDICT_FAIL;
	log_line("# RESULT: %s %s", finish_word(verdict), text);
	log_drain();
	return verdict;
}

static void end_by_firmware(struct firmware *fw, EFI_RESET_TYPE type)
{
	own_memory_leave();
	fw->system->RuntimeServices->ResetSystem(type, EFI_SUCCESS, 0, NULL);
}

NORETURN void finish_end(struct firmware *fw, enum option_after after, enum verdict verdict)
{
	switch (after) {
	case AFTER_SHUTDOWN: end_by_firmware(fw, EfiResetShutdown); break;
	case AFTER_RESET: end_by_firmware(fw, EfiResetCold); break;
	case AFTER_SEMIHOSTING: end_semihosting((uint8_t)verdict); break;
	case AFTER_DEBUG_EXIT: end_debug_exit((uint8_t)verdict); break;
	case AFTER_HALT:
	case AFTER_SHELL: end_halt();
	}
	log_error("efi", "after: what was asked for did not end the run: halted");
	log_drain();
	end_halt();
}
