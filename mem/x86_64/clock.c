/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the time-stamp counter. Out: its value, and its frequency where CPUID states it. */
#include <cpuid.h>

#include "../clock.h"

uint64_t clock_counter(void)
{
	uint32_t low, high;

	/* lfence: the counter must not be read ahead of what it is to time (Intel SDM, RDTSC). */
	__asm__ volatile("lfence\n\trdtsc" : "=a"(low), "=d"(high)::"memory");
	return (uint64_t)high << 32 | low;
}

uint64_t clock_counter_frequency(void)
{
	uint32_t denominator, numerator, crystal_hz, unused;

	if (!__get_cpuid(0x15, &denominator, &numerator, &crystal_hz, &unused))
		return 0;
	if (!denominator || !numerator || !crystal_hz)
		return 0;
	return (uint64_t)crystal_hz * numerator / denominator;
}

void cpu_relax(void)
{
	__asm__ volatile("pause" ::: "memory");
}
