/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the processor may reach once firmware is gone, and how: a list of ranges of physical
 * addresses, each with its rights and a name. It is made before the page tables (platform/paging.h
 * builds these from it) and says afterwards what an address that faulted is.
 */
#ifndef PLATFORM_MEMORY_PLAN_H
#define PLATFORM_MEMORY_PLAN_H

#include "mem/status.h"

#define MEMORY_MAX_RANGES 128u
#define MEMORY_NAME_SIZE  32u

/* No kind is both written and executed. But for the last two it is write-back cached memory. */
enum memory_kind {
	MEMORY_GUARD, /* ours, and not to be touched */
	MEMORY_CODE, /* read and execute */
	MEMORY_CONST, /* read */
	MEMORY_DATA, /* read and write */
	MEMORY_UNCACHED, /* read and write, no cache holds it: for devices that are not coherent */
	MEMORY_DEVICE, /* registers: read and write, not cached, in program order */
	MEMORY_KINDS
};

struct memory_range {
	uint64_t base; /* whole pages */
	uint64_t size;
	enum memory_kind kind;
	char name[MEMORY_NAME_SIZE];
};

/* Sorted by address, without overlaps. */
struct memory_plan {
	bool in_force; /* nothing else is mapped now */
	struct memory_range ranges[MEMORY_MAX_RANGES];
	unsigned count;
};

/* The kind in words: "read, execute". */
const char *memory_kind_name(enum memory_kind kind);

/*
 * Adds [base, base + size), rounded outwards to whole pages. Windows of registers that share
 * pages become one range, with the name of the lower one. `name` is copied, cut where it is long.
 *
 * ERR_RANGE, logged, when the range is empty, wraps, holds page 0 (a null pointer must fault)
 * or overlaps a range of which one of the two is not of registers; ERR_NO_MEMORY, logged, when
 * MEMORY_MAX_RANGES are in the plan.
 */
MUST_CHECK enum status memory_plan_add(struct memory_plan *plan, const char *name,
	enum memory_kind kind, uint64_t base, uint64_t size);

/*
 * Makes the guard that begins at `base` memory of another kind, which is not MEMORY_GUARD: of what
 * was kept apart until its kind was known. NULL when no guard begins there; else the range,
 * borrowed, to be mapped.
 */
MUST_CHECK const struct memory_range *memory_plan_open(
	struct memory_plan *plan, uint64_t base, enum memory_kind kind);

/* The range that holds an address; NULL when none does. */
const struct memory_range *memory_plan_find(const struct memory_plan *plan, uint64_t address);

/*
 * Says in words what an address is, for a fault's report: `guard page below the stack`, `page 0: a
 * null pointer`, `registers of …`, or that it is not mapped, and the nearest range.
 */
void memory_plan_explain(const struct memory_plan *plan, uint64_t address, char *out, size_t size);

/* The bytes of all ranges of a kind. */
uint64_t memory_plan_bytes(const struct memory_plan *plan, enum memory_kind kind);

/* Logs a range at debug. */
void memory_range_log(const struct memory_range *range);

#endif
