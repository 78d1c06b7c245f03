/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The test pictures: pure functions of (x, y, width, height) that anyone can recompute. Their
 * definition, in integer arithmetic, is in docs/options.md under `pattern=`.
 */
#ifndef GPU_PICTURE_H
#define GPU_PICTURE_H

#include "gpu/surface.h"

/* Its arithmetic is that of 32 bits. */
#define PICTURE_MAX_SIDE 65535u

enum picture_pattern {
	PICTURE_BARS,
	PICTURE_GRID,
	PICTURE_CHECKER,
	PICTURE_GRADIENT,
	PICTURE_SOLID,
};

struct picture {
	enum picture_pattern pattern;
	struct colour solid; /* of PICTURE_SOLID */
};

/* Where a surface stands on a picture that may be larger than it. */
struct picture_place {
	uint32_t x; /* of the surface's upper left corner on the picture */
	uint32_t y;
	uint32_t width; /* of the whole picture, at most PICTURE_MAX_SIDE each */
	uint32_t height;
};

/* The colour of one pixel; x < width, y < height, both sides at least 16. */
struct colour picture_colour(
	const struct picture *picture, uint32_t x, uint32_t y, uint32_t width, uint32_t height);

/* Draws the picture over the whole surface: the same pixels, without a division for each. */
void picture_draw(const struct picture *picture, const struct surface *surface);

/* Draws that part of the picture which the surface, all of which lies on it, shows. */
void picture_draw_part(const struct picture *picture, const struct surface *surface,
	const struct picture_place *place);

/* "bars", "grid", "checker", "gradient", "solid". */
const char *picture_name(enum picture_pattern pattern);

#endif
