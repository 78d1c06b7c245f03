/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware's framebuffer as a screen, for machines without a virtio GPU. What is drawn on its
 * surface, in memory, is copied to it a pixel at a time: it is written only, since reading from a
 * display controller is slow, and each store has the width of a pixel.
 *
 * A framebuffer on a device is mapped as its registers are (mem/map.h). One in memory is mapped as
 * memory, and each row written out of the processor's caches, which the controller may not see.
 */
#ifndef GPU_LINEAR_H
#define GPU_LINEAR_H

#include "gpu/picture.h"
#include "gpu/rectangle.h"
#include "platform/framebuffer.h"

struct linear_screen {
	const struct framebuffer *frame; /* borrowed; NULL: it is not open */
	struct surface surface;
};

/* The format whose colours are at these bits. ERR_UNSUPPORTED, logged, when there is none. */
MUST_CHECK enum status linear_format(const struct framebuffer *frame, enum pixel_format *out);

/*
 * Maps a framebuffer that framebuffer_check has passed, and takes memory for its surface. What is
 * on the screen stays. Errors as linear_format, map_device, map_memory and surface_open.
 */
MUST_CHECK enum status linear_open(
	struct linear_screen *screen, const struct framebuffer *frame, struct dma_pool *pool);

/* Copies a part of the surface to the screen. */
void linear_present(const struct linear_screen *screen, struct rectangle area);

/* Draws the picture, and lines of text over it when `label` is not NULL, and presents all of it. */
void linear_show(
	const struct linear_screen *screen, const struct picture *picture, const char *label);

#endif
