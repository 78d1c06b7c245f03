/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A linear framebuffer that firmware set up: pixels in memory that some display controller shows,
 * nobody here knows which one.
 */
#ifndef PLATFORM_FRAMEBUFFER_H
#define PLATFORM_FRAMEBUFFER_H

#include "mem/status.h"

#define FRAMEBUFFER_PIXEL_SIZE 4u /* bytes; others are not driven */
#define FRAMEBUFFER_MIN_SIDE   16u
#define FRAMEBUFFER_MAX_SIDE   8192u

struct framebuffer {
	uint64_t base; /* of the upper left pixel; 0: there is no framebuffer */
	uint64_t size; /* bytes that are the framebuffer's */
	uint32_t width; /* pixels */
	uint32_t height; /* rows */
	uint32_t stride; /* pixels from one row to the next */
	uint32_t red; /* the bits of each colour in a pixel's little-endian word */
	uint32_t green;
	uint32_t blue;
	bool is_memory; /* it lies in what firmware calls memory (QEMU's ramfb), not on a device */
};

/*
 * Whether a framebuffer that firmware described can be drawn on: sides of 16 to 8192 pixels, rows
 * that do not overlap, all of them inside `size`, a whole number of pixels from 0 that does not
 * wrap. ERR_RANGE, logged with the value that is wrong.
 */
MUST_CHECK enum status framebuffer_check(const struct framebuffer *fb);

#endif
