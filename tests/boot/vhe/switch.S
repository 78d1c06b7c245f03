/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * void switch_to_host(uint64_t hcr, uint64_t mair, uint64_t tcr, uint64_t root)
 *
 * In: EL2 with E2H clear, interrupts masked or not. Out: with HCR_EL2 as given, translation by
 * other tables. The MMU is off meanwhile: what TCR_EL2 and the tables mean changes with E2H (Arm ARM
 * D17.2.48).
 */
#define CPTR_FPEN 0x300000 /* where E2H is set: no trap of floating point */

	.text
	.globl	switch_to_host
	.hidden	switch_to_host
	.type	switch_to_host, %function
switch_to_host:
	mrs	x4, daif
	msr	daifset, #0xf
	/* These instructions, where a fetch without translation finds them. */
	adr	x6, switch_to_host
	adr	x7, 2f
1:	dc	cvac, x6
	add	x6, x6, #16
	cmp	x6, x7
	b.lo	1b
	dsb	sy
	isb

	mrs	x5, sctlr_el2
	bic	x6, x5, #1
	msr	sctlr_el2, x6
	isb
	msr	hcr_el2, x0
	isb
	mov	x6, #CPTR_FPEN
	msr	cptr_el2, x6
	msr	mair_el2, x1
	msr	tcr_el2, x2
	msr	ttbr0_el2, x3
	isb
	tlbi	alle2
	dsb	nsh
	isb
	msr	sctlr_el2, x5
	isb
	msr	daif, x4
	ret
2:
	.size	switch_to_host, . - switch_to_host

	.section .note.GNU-stack, "", %progbits
