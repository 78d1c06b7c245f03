/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware's console: what a run that returns to the shell tells the person there. The log
 * itself goes to the serial line.
 */
#ifndef EFI_CONSOLE_H
#define EFI_CONSOLE_H

#include "efi/firmware.h"

/* Prints a line of ASCII and a line end. */
void console_line(struct firmware *fw, const char *text);

/* Prints the error lines that the log still holds. */
void console_errors(struct firmware *fw);

#endif
