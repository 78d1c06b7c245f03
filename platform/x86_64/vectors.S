/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The exception stubs (Intel SDM volume 3, chapter 6): each completes a struct trap_frame on the
 * stack that the TSS names and calls trap_entry, which does not return. The interrupted stack is
 * not touched, since it may be what faulted.
 */
	.text

	/*
	 * 256 stubs, 16 bytes apart. The processor itself pushes an error code for vectors 8, 10 to
	 * 14, 17, 21, 29 and 30 (SDM volume 3, table 6-1; AMD APM volume 2, table 8-1).
	 */
	.balign 16
	.globl	trap_stubs
	.hidden	trap_stubs
trap_stubs:
	.set	number, 0
	.rept	256
	.balign 16
	.if	(number > 31) || (((0x60227d00 >> (number & 31)) & 1) == 0)
	pushq	$0
	.endif
	pushq	$number
	jmp	save_frame
	.set	number, number + 1
	.endr

save_frame:
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
	movq	%rsp, %rdi
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
