/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a frame's number. Out: what has moved, and its pixels. */
#include "gpu/motion.h"

#include "gpu/text.h"

/* Pixels from frame to frame. */
static const struct {
	uint32_t across;
	uint32_t down;
	struct colour colour;
} squares[MOTION_SQUARES] = {
	{4, 3, {255, 0, 0}},
	{3, 5, {0, 255, 0}},
	{7, 2, {0, 0, 255}},
	{2, 7, {255, 255, 0}},
};

/* To and fro between 0 and `most` (not 0), a pixel a step. */
static uint32_t bounce(uint64_t steps, uint32_t most)
{
	uint64_t at = steps % (2 * (uint64_t)most);

	return (uint32_t)(at <= most ? at : 2 * (uint64_t)most - at);
}

struct motion_square motion_square(unsigned index, uint64_t frame, uint32_t width, uint32_t height)
{
	uint32_t side = (uint32_t)min_u64(width, height) / 8;

	return (struct motion_square){
		.area = {bounce(frame * squares[index].across + index * width / MOTION_SQUARES,
				 width - side),
			bounce(frame * squares[index].down + index * height / MOTION_SQUARES,
				height - side),
			side, side},
		.colour = squares[index].colour,
	};
}

/* What of a square is on the surface, as it counts pixels. */
static struct rectangle on_surface(const struct surface *surface, const struct picture_place *place,
	const struct motion_square *square)
{
	const struct rectangle seen = {place->x, place->y, surface->width, surface->height};
	struct rectangle r = rectangle_common(&square->area, &seen);

	if (r.width) {
		r.x -= place->x;
		r.y -= place->y;
	}
	return r;
}

void motion_damage(const struct surface *surface, const struct picture_place *place, uint64_t frame,
	struct damage *damage)
{
	for (unsigned i = 0; i < MOTION_SQUARES; i++) {
		struct motion_square square = motion_square(i, frame, place->width, place->height);

		damage_add(damage, on_surface(surface, place, &square));
	}
}

void motion_draw(const struct surface *surface, const struct surface *background,
	const struct picture_place *place, uint64_t frame, const struct damage *damage)
{
	for (unsigned d = 0; d < damage->count; d++) {
		surface_copy(surface, background, damage->area[d]);
		for (unsigned i = 0; i < MOTION_SQUARES; i++) {
			struct motion_square square =
				motion_square(i, frame, place->width, place->height);
			struct rectangle r = on_surface(surface, place, &square);

			text_fill(surface, rectangle_common(&r, &damage->area[d]), square.colour);
		}
	}
}
