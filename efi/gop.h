/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware's framebuffer, by its graphics output protocol (UEFI 2.10 §12.9).
 */
#ifndef EFI_GOP_H
#define EFI_GOP_H

#include <efi.h>

#include "platform/framebuffer.h"

/*
 * Describes the framebuffer of the mode that is set. It stays what it is once boot services are
 * left. ERR_NOT_FOUND when there is none (PixelBltOnly, as of a virtio GPU's driver, or no mode);
 * ERR_MALFORMED for a pixel format that is none; else as framebuffer_check. All logged.
 */
MUST_CHECK enum status gop_read(
	const EFI_GRAPHICS_OUTPUT_PROTOCOL *gop, struct framebuffer *framebuffer);

#endif
