/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The log in a file, for machines without a serial port: firstlight.log in the root of the volume
 * that this image was started from, next to firstlight.conf. Each run replaces it.
 */
#ifndef EFI_LOG_FILE_H
#define EFI_LOG_FILE_H

#include "efi/text_file.h"

/*
 * Writes every whole line that the log still holds, at most LOG_RING_SIZE bytes. As
 * text_file_close: that it cannot be written is no failure of the run.
 */
bool log_file_write(const struct firmware *fw, char said[TEXT_FILE_SAID_SIZE]);

#endif
