/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What was drawn and is not on the screen yet: a few rectangles that together hold each pixel that
 * was drawn. Pure; gpu/present.h brings them there.
 */
#ifndef GPU_DAMAGE_H
#define GPU_DAMAGE_H

#include "gpu/rectangle.h"

#define DAMAGE_MAX 16u

/*
 * What the two commands for one more rectangle cost, in pixels that could be copied instead: about
 * the time in which a host takes a command, a copy of 16 KiB.
 */
#define DAMAGE_COMMAND_PIXELS 4096u

/* Zeroed: none. */
struct damage {
	unsigned count;
	struct rectangle area[DAMAGE_MAX];
};

/*
 * Adds a rectangle, whose right and lower edges are below 2^31; an empty one is ignored. It is made
 * one with another (the least that holds both) where that copies fewer pixels than both do and
 * another command costs; and, when there would be more than DAMAGE_MAX, where it costs least.
 */
void damage_add(struct damage *damage, struct rectangle area);

#endif
