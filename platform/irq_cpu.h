/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processor's side of interrupts, a part of the seam: platform/<arch>/irq.c on the target, a
 * fake in host tests.
 */
#ifndef PLATFORM_IRQ_CPU_H
#define PLATFORM_IRQ_CPU_H

#include "mem/types.h"

enum irq_cpu_kind { IRQ_CPU_GIC, IRQ_CPU_APIC };

enum irq_cpu_kind irq_cpu_kind(void);

/* aarch64: the GICv3's processor interface (IHI 0069 §12.2), and who this processor is. */
enum irq_cpu_register {
	IRQ_CPU_MPIDR,
	IRQ_CPU_ICC_SRE, /* of the current level; at EL2 with its Enable bit */
	IRQ_CPU_ICC_PMR,
	IRQ_CPU_ICC_BPR1,
	IRQ_CPU_ICC_CTLR,
	IRQ_CPU_ICC_IGRPEN1,
	IRQ_CPU_ICC_IAR1, /* reading it acknowledges */
	IRQ_CPU_ICC_EOIR1,
};

/* aarch64: one of the above. x86_64: a model specific register by its number. */
uint64_t irq_cpu_read(uint32_t which);
void irq_cpu_write(uint32_t which, uint64_t value);

/* From now on physical interrupts come to the current level (aarch64: HCR_EL2.IMO, at EL2). */
void irq_cpu_route(void);

/* Unmasks interrupts, relaxes, and masks them again. */
void irq_cpu_let_in(void);

#endif
