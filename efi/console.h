/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware's console: what a run that returns to the shell tells the person there. The log
 * itself goes to the serial line.
 */
#ifndef EFI_CONSOLE_H
#define EFI_CONSOLE_H

#include "efi/firmware.h"

/*
 * Prints a line of ASCII and a line end. The console may be the log's own serial line: the caller
 * drains the log first where the order matters.
 */
void console_line(struct firmware *fw, const char *text);

/* Prints the error lines that the log still holds. */
void console_errors(struct firmware *fw);

#endif
