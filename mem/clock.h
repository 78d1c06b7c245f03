/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time from the processor's own counter, with which every wait here is bounded.
 *
 * The raw counter is part of the seam: mem/<arch>/clock.c reads it on the target, the host tests
 * bring their own.
 */
#ifndef MEM_CLOCK_H
#define MEM_CLOCK_H

#include "types.h"

struct clock {
	uint64_t frequency_hz;
	uint64_t start; /* the counter's value at time 0 */
};

/* Defined by the program: efi/main.c, or a host test. */
extern struct clock the_clock;

/* The raw counter; never decreases. */
uint64_t clock_counter(void);

/*
 * The counter's frequency in hertz as the processor states it (aarch64 CNTFRQ_EL0, x86 CPUID
 * 0x15), 0 where it does not: then the caller has to measure it.
 */
uint64_t clock_counter_frequency(void);

/* Sets time 0 to now, with the counter running at frequency_hz (not 0). */
void clock_start(struct clock *clock, uint64_t frequency_hz);

/* Microseconds since time 0; 0 before clock_start. */
uint64_t clock_us(void);

/* Nanoseconds since time 0, as fine as the counter is, of up to 18 GHz; 0 before clock_start. */
uint64_t clock_ns(void);

/* The processor's hint that this is a waiting loop. */
void cpu_relax(void);

#endif
