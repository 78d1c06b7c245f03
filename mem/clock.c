/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the raw counter and its frequency. Out: microseconds, nanoseconds. */
#include "clock.h"

void clock_start(struct clock *clock, uint64_t frequency_hz)
{
	clock->frequency_hz = frequency_hz;
	clock->start = clock_counter();
}

static uint64_t units(uint64_t a_second)
{
	uint64_t ticks, hz = the_clock.frequency_hz;

	if (!hz)
		return 0;
	ticks = clock_counter() - the_clock.start;
	/* Seconds and the rest apart, so that the product cannot overflow. */
	return ticks / hz * a_second + ticks % hz * a_second / hz;
}

uint64_t clock_us(void)
{
	return units(1000000);
}

uint64_t clock_ns(void)
{
	return units(1000000000);
}
