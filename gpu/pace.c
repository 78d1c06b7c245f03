/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the time. Out: the frame of that time. */
#include "gpu/pace.h"

#define SECOND_US 1000000u

bool pace_is_over(const struct pace *pace)
{
	return pace->count && pace->next >= pace->count;
}

uint64_t pace_due_us(const struct pace *pace)
{
	return pace->start_us + (pace->next * SECOND_US + pace->rate - 1) / pace->rate;
}

uint64_t pace_take(struct pace *pace, uint64_t now_us)
{
	uint64_t frame = (now_us - pace->start_us) * pace->rate / SECOND_US;

	if (pace->count && frame >= pace->count)
		frame = pace->count - 1;
	pace->dropped += frame - pace->next;
	pace->next = frame + 1;
	pace->shown++;
	return frame;
}
