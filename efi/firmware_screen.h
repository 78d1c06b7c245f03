/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The framebuffer that firmware has left on, for machines whose GPU shows nothing: the picture
 * where there is no virtio GPU, and the log as text.
 */
#ifndef EFI_FIRMWARE_SCREEN_H
#define EFI_FIRMWARE_SCREEN_H

#include "efi/program.h"

/*
 * The log from its first line on, and all that comes, on the framebuffer; below the picture where
 * it shows that. A virtio GPU that works hides it. Nothing where there is no framebuffer. For when
 * the DMA memory is open, which it is drawn in.
 */
void firmware_screen_open_console(struct program *p);

/* The picture, as a step, and with console=on the log below it. Skipped without a framebuffer. */
void firmware_screen_show(struct program *p);

#endif
