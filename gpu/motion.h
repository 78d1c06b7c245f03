/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The moving picture: squares over a still one, each a pure function of the frame's number and the
 * picture's size that anyone can recompute. Defined in docs/options.md under `mode=`.
 */
#ifndef GPU_MOTION_H
#define GPU_MOTION_H

#include "gpu/damage.h"
#include "gpu/picture.h"

#define MOTION_SQUARES 4u

struct motion_square {
	struct rectangle area; /* on the picture, all of it inside */
	struct colour colour;
};

/*
 * Square `index` < MOTION_SQUARES of a frame on a picture of width × height pixels, sides of 16 to
 * PICTURE_MAX_SIDE. A higher one covers those below it.
 */
struct motion_square motion_square(unsigned index, uint64_t frame, uint32_t width, uint32_t height);

/* Adds what of a frame's squares is on the surface, which stands at `place` of the picture. */
void motion_damage(const struct surface *surface, const struct picture_place *place, uint64_t frame,
	struct damage *damage);

/*
 * Draws a frame on the surface, but only inside of the damage: the background, a surface of the
 * same size and format, and the squares over it.
 */
void motion_draw(const struct surface *surface, const struct surface *background,
	const struct picture_place *place, uint64_t frame, const struct damage *damage);

#endif
