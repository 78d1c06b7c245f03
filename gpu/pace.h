/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which frame of a moving picture is due, and which ones have been missed. Pure: the time is the
 * caller's.
 */
#ifndef GPU_PACE_H
#define GPU_PACE_H

#include "mem/types.h"

/* Frame n is due from start_us + n seconds / rate on. */
struct pace {
	uint64_t start_us;
	uint32_t rate; /* frames a second, not 0 */
	uint64_t count; /* frames there are; 0: no end */
	uint64_t next; /* the frame that is drawn next */
	uint64_t shown; /* frames that pace_take gave */
	uint64_t dropped; /* whose time was over before they could be drawn */
};

/* Whether the last frame was given. */
bool pace_is_over(const struct pace *pace);

/* The time from which on the next frame is due. */
uint64_t pace_due_us(const struct pace *pace);

/*
 * The frame to draw at `now_us`, which is not before pace_due_us: the newest that is due. Those
 * between it and the one before are dropped; the last one never is, however late it is.
 */
uint64_t pace_take(struct pace *pace, uint64_t now_us);

#endif
