/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the generic timer's virtual counter. Out: its value and frequency. */
#include "../clock.h"

uint64_t clock_counter(void)
{
	uint64_t value;

	/* isb: the counter must not be read ahead of what it is to time (Arm ARM D12.1). */
	__asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(value)::"memory");
	return value;
}

uint64_t clock_counter_frequency(void)
{
	uint64_t value;

	__asm__ volatile("mrs %0, cntfrq_el0" : "=r"(value));
	return value;
}

void cpu_relax(void)
{
	__asm__ volatile("yield" ::: "memory");
}
