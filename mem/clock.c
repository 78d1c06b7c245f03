/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the raw counter and its frequency. Out: microseconds. */
#include "clock.h"

void clock_start(struct clock *clock, uint64_t frequency_hz)
{
	clock->frequency_hz = frequency_hz;
	clock->start = clock_counter();
}

uint64_t clock_us(void)
{
	uint64_t ticks, hz = the_clock.frequency_hz;

	if (!hz)
		return 0;
	ticks = clock_counter() - the_clock.start;
	/* Seconds and the rest apart, so that the product cannot overflow. */
	return ticks / hz * 1000000 + ticks % hz * 1000000 / hz;
}
