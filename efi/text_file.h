/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A text file in the root of the volume that this image was started from, written anew from its
 * beginning to its end. Under boot services only.
 *
 * A volume that cannot be written is what many machines boot from: a CD, a kernel loader's, a full
 * one. The first status that is no success is kept, and nothing is tried after it.
 */
#ifndef EFI_TEXT_FILE_H
#define EFI_TEXT_FILE_H

#include "efi/firmware.h"

/* Room for what text_file_close says: a name, a number of bytes, a status. */
#define TEXT_FILE_SAID_SIZE 96u

struct text_file {
	const char *name;
	EFI_FILE_PROTOCOL *file; /* NULL: it is not open */
	EFI_STATUS status;
	uint64_t length; /* bytes written */
};

/* Creates the file, in place of one with that name. `name` is short and borrowed. */
void text_file_create(struct text_file *f, const struct firmware *fw, const char *name);

/* Appends to it. */
void text_file_write(struct text_file *f, const char *text, size_t length);

/* Closes it. Whether all of it was written; `said` is how it went, in words. */
bool text_file_close(struct text_file *f, char said[TEXT_FILE_SAID_SIZE]);

#endif
