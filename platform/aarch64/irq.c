/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the GIC's system registers, and the processor's mask. Out: numbers, and a moment unmasked. */
#include "platform/irq_cpu.h"

#define CURRENT_EL_2 (2u << 2)
#define HCR_IMO      (1ul << 4) /* physical IRQs come to EL2 */
#define SRE_EL2_MINE 0x9u /* SRE, and Enable: EL1 may use its own */

/* Registers that the assembler need not know, as S<op0>_<op1>_C<n>_C<m>_<op2>. */
#define READ(name)                                                          \
	({                                                                  \
		uint64_t value_;                                            \
		__asm__ volatile("mrs %0, " name : "=r"(value_)::"memory"); \
		value_;                                                     \
	})
#define WRITE(name, value) \
	__asm__ volatile("msr " name ", %0\n\tisb" ::"r"((uint64_t)(value)) : "memory")

#define ICC_PMR_EL1     "S3_0_C4_C6_0"
#define ICC_IAR1_EL1    "S3_0_C12_C12_0"
#define ICC_EOIR1_EL1   "S3_0_C12_C12_1"
#define ICC_BPR1_EL1    "S3_0_C12_C12_3"
#define ICC_CTLR_EL1    "S3_0_C12_C12_4"
#define ICC_SRE_EL1     "S3_0_C12_C12_5"
#define ICC_IGRPEN1_EL1 "S3_0_C12_C12_7"
#define ICC_SRE_EL2     "S3_4_C12_C9_5"

static bool at_el2(void)
{
	return READ("CurrentEL") == CURRENT_EL_2;
}

enum irq_cpu_kind irq_cpu_kind(void)
{
	return IRQ_CPU_GIC;
}

/* The dsb: the interrupt is acknowledged before its handler looks at anything (IHI 0069 §4.1). */
static uint64_t acknowledge(void)
{
	uint64_t value = READ(ICC_IAR1_EL1);

	__asm__ volatile("dsb sy" ::: "memory");
	return value;
}

uint64_t irq_cpu_read(uint32_t which)
{
	switch ((enum irq_cpu_register)which) {
	case IRQ_CPU_MPIDR: return READ("mpidr_el1");
	case IRQ_CPU_ICC_SRE: return at_el2() ? READ(ICC_SRE_EL2) : READ(ICC_SRE_EL1);
	case IRQ_CPU_ICC_PMR: return READ(ICC_PMR_EL1);
	case IRQ_CPU_ICC_BPR1: return READ(ICC_BPR1_EL1);
	case IRQ_CPU_ICC_CTLR: return READ(ICC_CTLR_EL1);
	case IRQ_CPU_ICC_IGRPEN1: return READ(ICC_IGRPEN1_EL1);
	case IRQ_CPU_ICC_IAR1: return acknowledge();
	case IRQ_CPU_ICC_EOIR1: break; /* write-only */
	}
	return 0;
}

void irq_cpu_write(uint32_t which, uint64_t value)
{
	switch ((enum irq_cpu_register)which) {
	case IRQ_CPU_ICC_SRE:
		if (at_el2())
			WRITE(ICC_SRE_EL2, value | SRE_EL2_MINE);
		else
			WRITE(ICC_SRE_EL1, value);
		break;
	case IRQ_CPU_ICC_PMR: WRITE(ICC_PMR_EL1, value); break;
	case IRQ_CPU_ICC_BPR1: WRITE(ICC_BPR1_EL1, value); break;
	case IRQ_CPU_ICC_CTLR: WRITE(ICC_CTLR_EL1, value); break;
	case IRQ_CPU_ICC_IGRPEN1: WRITE(ICC_IGRPEN1_EL1, value); break;
	case IRQ_CPU_ICC_EOIR1: WRITE(ICC_EOIR1_EL1, value); break;
	case IRQ_CPU_MPIDR:
	case IRQ_CPU_ICC_IAR1: break; /* read-only */
	}
}

void irq_cpu_route(void)
{
	if (at_el2())
		WRITE("hcr_el2", READ("hcr_el2") | HCR_IMO);
}

void irq_cpu_let_in(void)
{
	/* The isb: what is pending is taken before the mask is back (Arm ARM D1.3.6). */
	__asm__ volatile("msr daifclr, #2\n\tisb\n\tyield\n\tmsr daifset, #2" ::: "memory");
}
