/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * void mmu_switch_elX(const uint64_t registers[4]): MAIR, TCR, TTBR0, SCTLR of this level.
 *
 * Other attributes, sizes and tables at once are more than break-before-make allows to change
 * under a running MMU (Arm ARM D8.14.1), so it is off meanwhile. No memory is accessed until it
 * is on again but for these instructions: they are cleaned to the point of coherency before,
 * where a fetch without translation finds them.
 */
	.text

	.macro mmu_switch el, forget
	.balign 64
	.globl	mmu_switch_\el
	.hidden	mmu_switch_\el
	.type	mmu_switch_\el, %function
mmu_switch_\el:
	ldp	x1, x2, [x0]
	ldp	x3, x4, [x0, #16]
	mrs	x5, daif
	msr	daifset, #0xf
	adr	x6, mmu_switch_\el
	adr	x7, 3f
	/* 16 bytes are the shortest cache line that there can be (CTR_EL0). */
1:	dc	cvac, x6
	add	x6, x6, #16
	cmp	x6, x7
	b.lo	1b
	/* The tables are written, too. */
	dsb	sy
	isb

	mrs	x6, sctlr_\el
	bic	x6, x6, #1
	msr	sctlr_\el, x6
	isb
	msr	mair_\el, x1
	msr	tcr_\el, x2
	msr	ttbr0_\el, x3
	isb
	tlbi	\forget
	dsb	nsh
	isb
	msr	sctlr_\el, x4
	isb
	msr	daif, x5
	ret
3:
	.size	mmu_switch_\el, . - mmu_switch_\el
	.endm

	mmu_switch el1, vmalle1
	mmu_switch el2, alle2

	.section .note.GNU-stack, "", %progbits
