/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A rectangle of pixels.
 */
#ifndef GPU_RECTANGLE_H
#define GPU_RECTANGLE_H

#include "mem/types.h"

struct rectangle {
	uint32_t x;
	uint32_t y;
	uint32_t width;
	uint32_t height;
};

static inline bool same_rectangle(const struct rectangle *a, const struct rectangle *b)
{
	return a->x == b->x && a->y == b->y && a->width == b->width && a->height == b->height;
}

#endif
