/* SPDX-License-Identifier: BSD-2-Clause */
/* In: ranges of addresses with their rights. Out: a sorted list of them, and what an address is. */
#include "platform/memory_plan.h"

#include "mem/format.h"
#include "mem/log.h"

static const char *const kind_names[MEMORY_KINDS] = {
	[MEMORY_GUARD] = "no access",
	[MEMORY_CODE] = "read, execute",
	[MEMORY_CONST] = "read",
	[MEMORY_DATA] = "read, write",
	[MEMORY_UNCACHED] = "read, write, not cached",
	[MEMORY_DEVICE] = "registers",
};

const char *memory_kind_name(enum memory_kind kind)
{
	return kind_names[kind];
}

static bool overlap(const struct memory_range *a, const struct memory_range *b)
{
	return ranges_overlap(a->base, a->size, b->base, b->size);
}

static bool both_registers(const struct memory_range *a, const struct memory_range *b)
{
	return a->kind == MEMORY_DEVICE && b->kind == MEMORY_DEVICE;
}

/* Whether nothing in the plan stands against a range. */
static enum status check_against(const struct memory_plan *plan, const struct memory_range *range)
{
	for (unsigned i = 0; i < plan->count; i++) {
		const struct memory_range *other = &plan->ranges[i];

		if (!overlap(range, other) || both_registers(range, other))
			continue;
		log_error("memory", "%s: 0x%lx bytes at 0x%lx (%s) overlap %s at 0x%lx (%s)",
			range->name, range->size, range->base, kind_names[range->kind], other->name,
			other->base, kind_names[other->kind]);
		return ERR_RANGE;
	}
	return OK;
}

static void remove_range(struct memory_plan *plan, unsigned at)
{
	plan->count--;
	for (unsigned i = at; i < plan->count; i++)
		plan->ranges[i] = plan->ranges[i + 1];
}

/* Takes the ranges that share pages with `range`, all of registers, out of the plan and into it. */
static void swallow(struct memory_plan *plan, struct memory_range *range)
{
	for (unsigned i = 0; i < plan->count;) {
		const struct memory_range other = plan->ranges[i];
		uint64_t end = max_u64(range->base + range->size, other.base + other.size);

		if (!overlap(range, &other)) {
			i++;
			continue;
		}
		if (other.base <= range->base)
			*range = other;
		range->size = end - range->base;
		remove_range(plan, i);
	}
}

static void insert(struct memory_plan *plan, const struct memory_range *range)
{
	unsigned at = plan->count++;

	for (; at > 0 && plan->ranges[at - 1].base > range->base; at--)
		plan->ranges[at] = plan->ranges[at - 1];
	plan->ranges[at] = *range;
}

enum status memory_plan_add(struct memory_plan *plan, const char *name, enum memory_kind kind,
	uint64_t base, uint64_t size)
{
	struct memory_range range = {.base = align_down(base, PAGE_SIZE), .kind = kind};
	enum status status;

	if (!size || base < PAGE_SIZE || !range_inside(base, size, UINT64_MAX - PAGE_SIZE)) {
		log_error("memory", "%s: 0x%lx bytes at 0x%lx cannot be mapped", name, size, base);
		return ERR_RANGE;
	}
	range.size = align_up(base + size, PAGE_SIZE) - range.base;
	format(range.name, sizeof(range.name), "%s", name);
	status = check_against(plan, &range);
	if (status != OK)
		return status;
	swallow(plan, &range);
	if (plan->count == MEMORY_MAX_RANGES) {
		log_error("memory", "%s: 0x%lx bytes at 0x%lx: %u ranges are mapped already", name,
			size, base, MEMORY_MAX_RANGES);
		return ERR_NO_MEMORY;
	}
	insert(plan, &range);
	return OK;
}

const struct memory_range *memory_plan_open(
	struct memory_plan *plan, uint64_t base, enum memory_kind kind)
{
	for (unsigned i = 0; i < plan->count; i++) {
		struct memory_range *r = &plan->ranges[i];

		if (r->base != base || r->kind != MEMORY_GUARD)
			continue;
		r->kind = kind;
		return r;
	}
	return NULL;
}

const struct memory_range *memory_plan_find(const struct memory_plan *plan, uint64_t address)
{
	for (unsigned i = 0; i < plan->count; i++) {
		const struct memory_range *r = &plan->ranges[i];

		if (address >= r->base && address - r->base < r->size)
			return r;
	}
	return NULL;
}

/* How far an address outside a range is from its nearest byte. */
static uint64_t distance(const struct memory_range *r, uint64_t address)
{
	return address < r->base ? r->base - address : address - (r->base + r->size - 1);
}

static const struct memory_range *nearest(const struct memory_plan *plan, uint64_t address)
{
	const struct memory_range *best = NULL;

	for (unsigned i = 0; i < plan->count; i++)
		if (!best || distance(&plan->ranges[i], address) < distance(best, address))
			best = &plan->ranges[i];
	return best;
}

void memory_plan_explain(const struct memory_plan *plan, uint64_t address, char *out, size_t size)
{
	const struct memory_range *r = memory_plan_find(plan, address);

	if (address < PAGE_SIZE) {
		format(out, size, "page 0, which is never mapped: a null pointer");
	} else if (r && r->kind == MEMORY_GUARD) {
		format(out, size, "%s: not mapped on purpose", r->name);
	} else if (r) {
		format(out, size, "%s + 0x%lx, mapped: %s", r->name, address - r->base,
			kind_names[r->kind]);
	} else {
		format(out, size, "not mapped: no device or memory of ours");
		r = nearest(plan, address);
		if (r)
			format_append(out, size, "; 0x%lx bytes %s %s", distance(r, address),
				address < r->base ? "below" : "above", r->name);
	}
}

uint64_t memory_plan_bytes(const struct memory_plan *plan, enum memory_kind kind)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i < plan->count; i++)
		if (plan->ranges[i].kind == kind)
			bytes += plan->ranges[i].size;
	return bytes;
}

void memory_range_log(const struct memory_range *range)
{
	log_debug("memory", "0x%lx-0x%lx: %s: %s", range->base, range->base + range->size - 1,
		range->name, kind_names[range->kind]);
}
