/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * void switch_to_5_levels(uint32_t root)
 *
 * In: a PML5 below 4 GiB; code and stack below 4 GiB too, mapped to themselves. Out: CR4.LA57 set,
 * everything else as it was. LA57 cannot be changed in long mode: paging is off meanwhile (Intel
 * SDM volume 3, 4.1.2 and 10.8.5), and so are interrupts.
 */
#define CR0_PG   0x80000000
#define CR4_LA57 0x1000

#define CODE_32 0x08
#define DATA    0x10
#define CODE_64 0x18

	.text
	.globl	switch_to_5_levels
	.hidden	switch_to_5_levels
switch_to_5_levels:
	pushfq
	pushq	%rbp
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movw	%ds, %ax
	pushq	%rax
	movw	%es, %ax
	pushq	%rax
	movw	%ss, %ax
	pushq	%rax
	cli
	sgdt	gdtr_before(%rip)
	movw	%cs, cs_before(%rip)
	leaq	gdt(%rip), %rax
	movq	%rax, gdtr + 2(%rip)
	lgdt	gdtr(%rip)
	leaq	in_64(%rip), %rsi
	leaq	in_32(%rip), %rax
	pushq	$CODE_32
	pushq	%rax
	lretq

	.code32
in_32:
	movl	$DATA, %eax
	movw	%ax, %ss
	movw	%ax, %ds
	movw	%ax, %es
	movl	%cr0, %ebx
	movl	%ebx, %eax
	andl	$~CR0_PG, %eax
	movl	%eax, %cr0
	movl	%cr4, %eax
	orl	$CR4_LA57, %eax
	movl	%eax, %cr4
	movl	%edi, %cr3
	movl	%ebx, %cr0
	pushl	$CODE_64
	pushl	%esi
	lretl

	.code64
in_64:
	movl	%esp, %esp /* upper halves are not kept outside 64-bit mode */
	lgdt	gdtr_before(%rip)
	movzwl	cs_before(%rip), %ecx
	leaq	at_home(%rip), %rax
	pushq	%rcx
	pushq	%rax
	lretq
at_home:
	popq	%rax
	movw	%ax, %ss
	popq	%rax
	movw	%ax, %es
	popq	%rax
	movw	%ax, %ds
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	popfq
	ret

	.data
	.balign	8
gdt:
	.quad	0
	.quad	0x00cf9b000000ffff /* CODE_32 */
	.quad	0x00cf93000000ffff /* DATA */
	.quad	0x00af9b000000ffff /* CODE_64 */
gdtr:
	.word	. - gdt - 1
	.quad	0
gdtr_before:
	.word	0
	.quad	0
cs_before:
	.word	0

	.section .note.GNU-stack, "", @progbits
