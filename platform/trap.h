/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Own exception vectors, for after firmware is gone: a fault is explained on the log (cause in
 * words, registers, addresses relative to the image, backtrace by frame pointers) and ends the
 * run. Nothing returns from a fault.
 */
#ifndef PLATFORM_TRAP_H
#define PLATFORM_TRAP_H

#include "mem/types.h"
#include "platform/memory_plan.h"

/* What the report needs to know of the program; copied. */
struct trap_context {
	uint64_t image_base; /* where the firmware loaded the image */
	uint64_t image_size;
	uint64_t stack_bottom; /* the stack is [stack_bottom, stack_top): frames outside it are not
				*/
	uint64_t stack_top; /* followed */
	const struct memory_plan
		*memory; /* what is mapped once it is in force, borrowed; may be NULL */
	/* Ends the run, with the failure verdict; does not return. Called once, log drained. */
	void (*end)(void);
};

/*
 * Installs the vectors on this processor and masks its interrupts: aarch64 VBAR_EL1 or VBAR_EL2 by
 * the current level, x86_64 an IDT with a GDT, a TSS and a stack of its own. A second fault while
 * the first is reported ends the run at once.
 */
void trap_install(const struct trap_context *context);

/* The mistakes of `crash=`, to see the report on purpose. Each faults and does not return. */
enum trap_test {
	TRAP_TEST_NONE,
	TRAP_TEST_UNDEFINED,
	TRAP_TEST_READ,
	TRAP_TEST_WRITE,
	TRAP_TEST_EXECUTE,
	TRAP_TEST_NULL, /* reads through a null pointer */
	TRAP_TEST_STACK, /* lets the stack grow until it ends */
	TRAP_TEST_CODE, /* writes to the image's code */
	TRAP_TEST_DATA, /* executes the image's data */
	TRAP_TEST_COUNT
};
NOINLINE void trap_provoke(enum trap_test test); /* by its own name on the report */

#endif
