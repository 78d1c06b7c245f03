/* SPDX-License-Identifier: BSD-2-Clause */
/* In: what firmware says of its framebuffer. Out: whether that can be true. */
#include "platform/framebuffer.h"

#include "mem/log.h"

static bool side_fits(uint32_t side)
{
	return side >= FRAMEBUFFER_MIN_SIDE && side <= FRAMEBUFFER_MAX_SIDE;
}

enum status framebuffer_check(const struct framebuffer *fb)
{
	uint64_t rows = fb->height, needed;

	if (!side_fits(fb->width) || !side_fits(fb->height)) {
		log_info("framebuffer", "%ux%u: sides must be %u to %u pixels", fb->width,
			fb->height, FRAMEBUFFER_MIN_SIDE, FRAMEBUFFER_MAX_SIDE);
		return ERR_RANGE;
	}
	if (fb->stride < fb->width) {
		log_info("framebuffer", "a row of %u pixels is said to begin %u behind the last",
			fb->width, fb->stride);
		return ERR_RANGE;
	}
	needed = ((rows - 1) * fb->stride + fb->width) * FRAMEBUFFER_PIXEL_SIZE;
	if (needed > fb->size) {
		log_info("framebuffer",
			"%ux%u, %u pixels from row to row, take 0x%lx bytes of "
			"0x%lx",
			fb->width, fb->height, fb->stride, needed, fb->size);
		return ERR_RANGE;
	}
	if (!fb->base || fb->base % FRAMEBUFFER_PIXEL_SIZE ||
		!range_inside(fb->base, fb->size, UINT64_MAX)) {
		log_info("framebuffer", "0x%lx bytes at 0x%lx: no place for one", fb->size,
			fb->base);
		return ERR_RANGE;
	}
	return OK;
}
