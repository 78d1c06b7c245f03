/* SPDX-License-Identifier: BSD-2-Clause */
/* In: rectangles that were drawn. Out: few that hold them all. */
#include "gpu/damage.h"

/* The least rectangle that holds both. */
static struct rectangle hull(const struct rectangle *a, const struct rectangle *b)
{
	uint64_t right = max_u64((uint64_t)a->x + a->width, (uint64_t)b->x + b->width);
	uint64_t bottom = max_u64((uint64_t)a->y + a->height, (uint64_t)b->y + b->height);
	uint32_t x = a->x < b->x ? a->x : b->x;
	uint32_t y = a->y < b->y ? a->y : b->y;

	return (struct rectangle){x, y, (uint32_t)(right - x), (uint32_t)(bottom - y)};
}

/* The pixels that are copied besides when both become one; negative when they overlap so much. */
static int64_t waste(const struct rectangle *a, const struct rectangle *b)
{
	struct rectangle both = hull(a, b);

	return (int64_t)(rectangle_pixels(&both) - rectangle_pixels(a) - rectangle_pixels(b));
}

/* The rectangle that `area` is best made one with. */
static unsigned best_partner(const struct damage *d, const struct rectangle *area)
{
	unsigned best = 0;

	for (unsigned i = 1; i < d->count; i++)
		if (waste(&d->area[i], area) < waste(&d->area[best], area))
			best = i;
	return best;
}

/* Each round leaves one rectangle less, until `area` stands by itself and has a place. */
void damage_add(struct damage *damage, struct rectangle area)
{
	if (!rectangle_pixels(&area))
		return;
	while (damage->count) {
		unsigned i = best_partner(damage, &area);

		if (damage->count < DAMAGE_MAX &&
			waste(&damage->area[i], &area) >= (int64_t)DAMAGE_COMMAND_PIXELS)
			break;
		area = hull(&damage->area[i], &area);
		damage->area[i] = damage->area[--damage->count];
	}
	damage->area[damage->count++] = area;
}
