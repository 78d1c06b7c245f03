/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The exception stubs (Intel SDM volume 3, chapter 6): each completes a struct trap_frame and calls
 * trap_entry, which does not return, or, for interrupts, irq_dispatch. An exception's frame is on
 * the stack that the TSS names; the interrupted stack is not touched, since it may be what faulted.
 */
#define VECTOR 120 /* in struct trap_frame */

	.text

	/*
	 * 256 stubs, 8 bytes apart: a number fits that a byte can say, which is negative from 128
	 * on, until irq_frame reads it. The processor itself pushes an error code for vectors 8,
	 * 10 to 14, 17, 21, 29 and 30 (SDM volume 3, table 6-1; AMD APM volume 2, table 8-1).
	 */
	.balign 8
	.globl	trap_stubs
	.hidden	trap_stubs
trap_stubs:
	.set	number, 0
	.rept	256
	.balign 8
	pushq	$number - (number & 128) * 2
	.if	number > 31
	jmp	irq_frame
	.elseif	(0x60227d00 >> number) & 1
	jmp	save_frame
	.else
	jmp	save_without_error
	.endif
	.set	number, number + 1
	.endr

	/* Puts an error code of 0 behind the number. */
	.macro	push_error
	pushq	(%rsp)
	movq	$0, 8(%rsp)
	.endm

	/* What the processor and the stub do not push of a struct trap_frame. */
	.macro	push_registers
	cld
	pushq	%r15
	pushq	%r14
	pushq	%r13
	pushq	%r12
	pushq	%r11
	pushq	%r10
	pushq	%r9
	pushq	%r8
	pushq	%rbp
	pushq	%rdi
	pushq	%rsi
	pushq	%rdx
	pushq	%rcx
	pushq	%rbx
	pushq	%rax
	.endm

save_without_error:
	push_error
save_frame:
	push_registers
	movq	%rsp, %rdi
	xorl	%ebp, %ebp
	call	trap_entry

	/*
	 * An interrupt is taken in irq_cpu_let_in only, on the stack that was in use: irq_dispatch is
	 * called with its vector, and the interrupted code goes on. When nobody has opened a
	 * controller it is a fault like any other.
	 */
irq_frame:
	push_error
	push_registers
	movq	%rsp, %rbx
	movzbl	VECTOR(%rbx), %edi
	movq	%rdi, VECTOR(%rbx)
	andq	$-16, %rsp
	call	irq_dispatch
	testb	%al, %al
	jz	1f
	movq	%rbx, %rsp
	popq	%rax
	popq	%rbx
	popq	%rcx
	popq	%rdx
	popq	%rsi
	popq	%rdi
	popq	%rbp
	popq	%r8
	popq	%r9
	popq	%r10
	popq	%r11
	popq	%r12
	popq	%r13
	popq	%r14
	popq	%r15
	addq	$16, %rsp
	iretq
1:	movq	%rbx, %rdi
	xorl	%ebp, %ebp
	call	trap_entry

	/*
	 * void trap_load_tables(const void *gdtr, const void *idtr, uint64_t code, uint64_t data,
	 *	uint64_t task): loads the tables, and every segment register from them.
	 */
	.globl	trap_load_tables
	.hidden	trap_load_tables
trap_load_tables:
	lgdt	(%rdi)
	movl	%ecx, %ds
	movl	%ecx, %es
	movl	%ecx, %fs
	movl	%ecx, %gs
	movl	%ecx, %ss
	/* A far return is the way to load CS: it takes the place of this call's own return. */
	popq	%rax
	pushq	%rdx
	pushq	%rax
	ltr	%r8w
	lidt	(%rsi)
	lretq

	.section .note.GNU-stack, "", @progbits
