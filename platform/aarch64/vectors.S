/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The exception vectors (Arm ARM D1.3.1): each but that of IRQs saves all registers in a struct
 * trap_frame on a stack of its own and calls trap_entry, which does not return. The interrupted
 * stack is not touched, since it may be what faulted. A fault inside the report starts again at the top of the
 * same stack: nobody goes back to the first.
 */
#define FRAME_SIZE 304
#define STACK_SIZE 16384
#define IRQ_FRAME_SIZE 256

	.section .text.vectors, "ax", %progbits

	/*
	 * x0 and x1 are parked in the thread registers of EL0, which nobody uses here; x1 becomes
	 * the number of the vector.
	 */
	.macro vector number
	.balign 0x80
	msr	tpidr_el0, x0
	msr	tpidrro_el0, x1
	mov	x1, #\number
	b	save_frame
	.endm

	.balign 0x800
	.globl	trap_vectors
	.hidden	trap_vectors
trap_vectors:
	/* Current level with SP_EL0: synchronous, IRQ, FIQ, SError. */
	vector	0
	vector	1
	vector	2
	vector	3
	/* Current level with SP_ELx. */
	vector	4
	.balign 0x80
	b	irq_frame
	vector	6
	vector	7
	/* Lower level, AArch64. */
	vector	8
	vector	9
	vector	10
	vector	11
	/* Lower level, AArch32. */
	vector	12
	vector	13
	vector	14
	vector	15

	/*
	 * An IRQ is taken in irq_cpu_let_in only, on a stack that is in order: all general registers
	 * are put there, irq_dispatch is called, and the interrupted code goes on. ELR and SPSR stay
	 * as they are, since IRQs stay masked and a fault does not come back. When nobody has opened
	 * a controller it is a fault like any other, with the registers as they were.
	 */
irq_frame:
	sub	sp, sp, #IRQ_FRAME_SIZE
	stp	x0, x1, [sp]
	stp	x2, x3, [sp, #16]
	stp	x4, x5, [sp, #32]
	stp	x6, x7, [sp, #48]
	stp	x8, x9, [sp, #64]
	stp	x10, x11, [sp, #80]
	stp	x12, x13, [sp, #96]
	stp	x14, x15, [sp, #112]
	stp	x16, x17, [sp, #128]
	stp	x18, x19, [sp, #144]
	stp	x20, x21, [sp, #160]
	stp	x22, x23, [sp, #176]
	stp	x24, x25, [sp, #192]
	stp	x26, x27, [sp, #208]
	stp	x28, x29, [sp, #224]
	str	x30, [sp, #240]
	mov	w0, wzr
	bl	irq_dispatch
	/* Kept beside the registers, which are all to be as they were: a bool in w0. */
	str	x0, [sp, #248]
	ldr	x30, [sp, #240]
	ldp	x28, x29, [sp, #224]
	ldp	x26, x27, [sp, #208]
	ldp	x24, x25, [sp, #192]
	ldp	x22, x23, [sp, #176]
	ldp	x20, x21, [sp, #160]
	ldp	x18, x19, [sp, #144]
	ldp	x16, x17, [sp, #128]
	ldp	x14, x15, [sp, #112]
	ldp	x12, x13, [sp, #96]
	ldp	x10, x11, [sp, #80]
	ldp	x8, x9, [sp, #64]
	ldp	x6, x7, [sp, #48]
	ldp	x4, x5, [sp, #32]
	ldp	x2, x3, [sp, #16]
	ldr	x0, [sp, #248]
	tbz	w0, #0, 1f
	ldp	x0, x1, [sp]
	add	sp, sp, #IRQ_FRAME_SIZE
	eret
1:	ldp	x0, x1, [sp]
	add	sp, sp, #IRQ_FRAME_SIZE
	msr	tpidr_el0, x0
	msr	tpidrro_el0, x1
	mov	x1, #5
	b	save_frame

save_frame:
	adrp	x0, stack_top - FRAME_SIZE
	add	x0, x0, :lo12:stack_top - FRAME_SIZE
	stp	x2, x3, [x0, #16]
	stp	x4, x5, [x0, #32]
	stp	x6, x7, [x0, #48]
	stp	x8, x9, [x0, #64]
	stp	x10, x11, [x0, #80]
	stp	x12, x13, [x0, #96]
	stp	x14, x15, [x0, #112]
	stp	x16, x17, [x0, #128]
	stp	x18, x19, [x0, #144]
	stp	x20, x21, [x0, #160]
	stp	x22, x23, [x0, #176]
	stp	x24, x25, [x0, #192]
	stp	x26, x27, [x0, #208]
	stp	x28, x29, [x0, #224]
	mrs	x2, tpidr_el0
	mrs	x3, tpidrro_el0
	stp	x2, x3, [x0]

	/* The stack pointer in use at the fault: vectors 0 to 3 are taken with SP_EL0. */
	mov	x2, sp
	cmp	x1, #4
	b.hs	1f
	mrs	x2, sp_el0
1:	stp	x30, x2, [x0, #240]

	mrs	x2, CurrentEL
	cmp	x2, #(2 << 2)
	b.eq	2f
	mrs	x2, elr_el1
	mrs	x3, esr_el1
	mrs	x4, far_el1
	mrs	x5, spsr_el1
	b	3f
2:	mrs	x2, elr_el2
	mrs	x3, esr_el2
	mrs	x4, far_el2
	mrs	x5, spsr_el2
3:	stp	x2, x3, [x0, #256]
	stp	x4, x5, [x0, #272]
	str	x1, [x0, #288]

	mov	sp, x0
	mov	x29, xzr
	mov	x30, xzr
	b	trap_entry

	.bss
	.balign 16
	.space	STACK_SIZE
stack_top:

	.section .note.GNU-stack, "", %progbits
