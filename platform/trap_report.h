/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What platform/<arch>/trap.c and platform/trap.c have to tell each other: the architecture decodes
 * a fault into words and numbers, the report prints them. Not for other callers.
 */
#ifndef PLATFORM_TRAP_REPORT_H
#define PLATFORM_TRAP_REPORT_H

#include "platform/trap.h"

#define TRAP_CAUSE_SIZE 192u

struct trap_register {
	const char *name;
	uint64_t value;
};

/* A fault, decoded. */
struct trap_fault {
	const char *arch; /* the folder under build/ that holds the symbols */
	char cause[TRAP_CAUSE_SIZE]; /* in words */
	bool has_address; /* an access to `address` faulted */
	uint64_t address;
	uint64_t pc;
	uint64_t sp;
	uint64_t fp; /* points at the caller's fp, with the return address behind it */
	/*
	 * Where the return address is for code that has not stored it in a frame: a register's
	 * value (aarch64), or on the stack at sp (x86_64: then return_at_sp is set).
	 */
	uint64_t link;
	bool return_at_sp;
	const struct trap_register *registers;
	unsigned register_count;
};

/* Remembers the context for trap_report, and that no fault has been seen yet. */
void trap_set_context(const struct trap_context *context);

/* Whether [address, address + size) lies inside the image. */
bool trap_in_image(uint64_t address, uint64_t size);

/*
 * Reports a fault and calls the context's `end`. A log sink that faulted is dropped first. A fault
 * inside the report is a failed test point and the end of the run; a fault inside `end` does
 * nothing. Returns when there is nothing left to do but to halt.
 */
void trap_report(const struct trap_fault *fault);

#endif
