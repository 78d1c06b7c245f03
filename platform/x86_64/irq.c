/* SPDX-License-Identifier: BSD-2-Clause */
/* In: model specific registers and the interrupt flag. Out: numbers, and a moment unmasked. */
#include "platform/irq_cpu.h"

enum irq_cpu_kind irq_cpu_kind(void)
{
	return IRQ_CPU_APIC;
}

uint64_t irq_cpu_read(uint32_t which)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(which) : "memory");
	return (uint64_t)high << 32 | low;
}

void irq_cpu_write(uint32_t which, uint64_t value)
{
	__asm__ volatile("wrmsr" ::"c"(which), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
			 : "memory");
}

/* The local APIC is this processor's own. */
void irq_cpu_route(void)
{
}

void irq_cpu_let_in(void)
{
	/*
	 * sti holds interrupts off for one more instruction (Intel SDM volume 2, STI), which is not
	 * the pause: QEMU 7.2 holds them off behind it, too.
	 */
	__asm__ volatile("sti\n\tnop\n\tpause\n\tcli" ::: "memory");
}
