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

static inline uint64_t rectangle_pixels(const struct rectangle *r)
{
	return (uint64_t)r->width * r->height;
}

/* What two rectangles have in common; empty when that is nothing. */
static inline struct rectangle rectangle_common(
	const struct rectangle *a, const struct rectangle *b)
{
	uint64_t right = min_u64((uint64_t)a->x + a->width, (uint64_t)b->x + b->width);
	uint64_t bottom = min_u64((uint64_t)a->y + a->height, (uint64_t)b->y + b->height);
	uint32_t x = (uint32_t)max_u64(a->x, b->x), y = (uint32_t)max_u64(a->y, b->y);

	if (x >= right || y >= bottom)
		return (struct rectangle){0};
	return (struct rectangle){x, y, (uint32_t)(right - x), (uint32_t)(bottom - y)};
}

#endif
