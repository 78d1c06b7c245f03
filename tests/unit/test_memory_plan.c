/* SPDX-License-Identifier: BSD-2-Clause */
/* In: platform/memory_plan.c. Out: whether ranges keep apart, and addresses are explained. */
#include "host.h"

#include <string.h>

#include "platform/memory_plan.h"

static struct memory_plan plan;

static int setup(void **state)
{
	memset(&plan, 0, sizeof(plan));
	return host_reset(state);
}

static enum status add(const char *name, enum memory_kind kind, uint64_t base, uint64_t size)
{
	return memory_plan_add(&plan, name, kind, base, size);
}

static void expect_range(unsigned at, const char *name, uint64_t base, uint64_t size)
{
	assert_true(at < plan.count);
	assert_string_equal(plan.ranges[at].name, name);
	assert_int_equal(plan.ranges[at].base, base);
	assert_int_equal(plan.ranges[at].size, size);
}

static void expect_words(uint64_t address, const char *words)
{
	char text[160];

	memory_plan_explain(&plan, address, text, sizeof(text));
	assert_string_equal(text, words);
}

static void test_sorted_whole_pages(void **state)
{
	(void)state;
	assert_int_equal(add("data", MEMORY_DATA, 0x9000, 0x2000), OK);
	assert_int_equal(add("code", MEMORY_CODE, 0x3000, 0x1000), OK);
	assert_int_equal(add("uart", MEMORY_DEVICE, 0x5ff8, 0x10), OK);
	assert_int_equal(plan.count, 3);
	expect_range(0, "code", 0x3000, 0x1000);
	expect_range(1, "uart", 0x5000, 0x2000);
	expect_range(2, "data", 0x9000, 0x2000);
	assert_int_equal(memory_plan_bytes(&plan, MEMORY_DEVICE), 0x2000);
	assert_int_equal(memory_plan_bytes(&plan, MEMORY_GUARD), 0);
}

static void test_not_mappable(void **state)
{
	(void)state;
	assert_int_equal(add("null", MEMORY_DEVICE, 0, 0x2000), ERR_RANGE);
	assert_int_equal(add("null", MEMORY_DEVICE, 0xfff, 1), ERR_RANGE);
	assert_int_equal(add("empty", MEMORY_DATA, 0x1000, 0), ERR_RANGE);
	assert_int_equal(add("wraps", MEMORY_DEVICE, UINT64_MAX - 0xfff, 0x1000), ERR_RANGE);
	assert_int_equal(add("wraps", MEMORY_DEVICE, 0x1000, UINT64_MAX), ERR_RANGE);
	assert_int_equal(plan.count, 0);
	assert_true(host_logged("error: wraps: 0xffffffffffffffff bytes at 0x1000 cannot be"));
}

static void test_registers_share_pages(void **state)
{
	(void)state;
	assert_int_equal(add("slot1", MEMORY_DEVICE, 0xa000200, 0x200), OK);
	assert_int_equal(add("slot0", MEMORY_DEVICE, 0xa000000, 0x200), OK);
	assert_int_equal(plan.count, 1);
	expect_range(0, "slot1", 0xa000000, 0x1000);
	/* A neighbour keeps its name; what lies across both joins them. */
	assert_int_equal(add("next", MEMORY_DEVICE, 0xa001000, 0x1000), OK);
	expect_range(1, "next", 0xa001000, 0x1000);
	assert_int_equal(add("across", MEMORY_DEVICE, 0x9fff800, 0x2000), OK);
	assert_int_equal(plan.count, 1);
	expect_range(0, "across", 0x9fff000, 0x3000);
	assert_int_equal(add("inside", MEMORY_DEVICE, 0xa000000, 0x10), OK);
	expect_range(0, "across", 0x9fff000, 0x3000);
	assert_int_equal(plan.count, 1);
}

/* A BAR or a table may name the program's own memory: refused, and nothing is changed. */
static void test_overlap_refused(void **state)
{
	(void)state;
	assert_int_equal(add("data", MEMORY_DATA, 0x9000, 0x2000), OK);
	assert_int_equal(add("uart", MEMORY_DEVICE, 0x7000, 0x1000), OK);
	assert_int_equal(add("bar", MEMORY_DEVICE, 0x7000, 0x2001), ERR_RANGE);
	assert_true(host_logged("error: bar: 0x3000 bytes at 0x7000 (registers) overlap data at "
				"0x9000 (read, write)"));
	assert_int_equal(add("data", MEMORY_DATA, 0xa000, 0x1000), ERR_RANGE);
	assert_int_equal(add("guard", MEMORY_GUARD, 0x7000, 0x1000), ERR_RANGE);
	assert_int_equal(plan.count, 2);
	expect_range(0, "uart", 0x7000, 0x1000);
}

static void test_full(void **state)
{
	uint64_t base = 0x10000;

	(void)state;
	for (unsigned i = 0; i < MEMORY_MAX_RANGES; i++, base += 0x2000)
		assert_int_equal(add("many", MEMORY_DEVICE, base, 0x1000), OK);
	assert_int_equal(add("one more", MEMORY_DEVICE, base, 0x1000), ERR_NO_MEMORY);
	assert_true(host_logged("error: one more: 0x1000 bytes at 0x110000: 128 ranges"));
	/* What joins two still has room. */
	assert_int_equal(add("join", MEMORY_DEVICE, 0x10000, 0x3000), OK);
	assert_int_equal(plan.count, MEMORY_MAX_RANGES - 1);
}

static void test_long_name(void **state)
{
	(void)state;
	assert_int_equal(
		add("a name of more than thirty-one characters", MEMORY_DATA, 0x1000, 1), OK);
	assert_int_equal(strlen(plan.ranges[0].name), MEMORY_NAME_SIZE - 1);
}

static void test_find(void **state)
{
	(void)state;
	assert_int_equal(add("data", MEMORY_DATA, 0x9000, 0x2000), OK);
	assert_null(memory_plan_find(&plan, 0x8fff));
	assert_ptr_equal(memory_plan_find(&plan, 0x9000), &plan.ranges[0]);
	assert_ptr_equal(memory_plan_find(&plan, 0xafff), &plan.ranges[0]);
	assert_null(memory_plan_find(&plan, 0xb000));
}

static void test_explain(void **state)
{
	(void)state;
	expect_words(0x123456, "not mapped: no device or memory of ours");
	assert_int_equal(add("stack guard", MEMORY_GUARD, 0x8000, 0x1000), OK);
	assert_int_equal(add("stack", MEMORY_DATA, 0x9000, 0x2000), OK);
	assert_int_equal(add("gpu", MEMORY_DEVICE, 0x80000, 0x1000), OK);
	expect_words(0, "page 0, which is never mapped: a null pointer");
	expect_words(0xfff, "page 0, which is never mapped: a null pointer");
	expect_words(0x8ff0, "stack guard: not mapped on purpose");
	expect_words(0x9010, "stack + 0x10, mapped: read, write");
	expect_words(0x80004, "gpu + 0x4, mapped: registers");
	expect_words(
		0x7ff8, "not mapped: no device or memory of ours; 0x8 bytes below stack guard");
	expect_words(0xb000, "not mapped: no device or memory of ours; 0x1 bytes above stack");
	expect_words(0x7f000, "not mapped: no device or memory of ours; 0x1000 bytes below gpu");
	expect_words(UINT64_MAX,
		"not mapped: no device or memory of ours; 0xfffffffffff7f000 bytes above gpu");
}

static void test_log(void **state)
{
	(void)state;
	assert_int_equal(add("code", MEMORY_CODE, 0x3000, 0x1000), OK);
	memory_range_log(&plan.ranges[0]);
	assert_true(host_logged("memory: 0x3000-0x3fff: code: read, execute\n"));
}

/* What was kept apart gets its rights later, once. */
static void test_open(void **state)
{
	const struct memory_range *range;

	(void)state;
	assert_int_equal(add("guard", MEMORY_GUARD, 0x8000, 0x1000), OK);
	assert_int_equal(add("memory", MEMORY_GUARD, 0x9000, 0x2000), OK);
	assert_int_equal(add("registers", MEMORY_DEVICE, 0xa000, 0x1000), ERR_RANGE);
	range = memory_plan_open(&plan, 0x9000, MEMORY_UNCACHED);
	assert_ptr_equal(range, memory_plan_find(&plan, 0xa000));
	assert_int_equal(range->kind, MEMORY_UNCACHED);
	assert_int_equal(range->size, 0x2000);
	assert_string_equal(memory_kind_name(range->kind), "read, write, not cached");
	assert_null(memory_plan_open(&plan, 0x9000, MEMORY_DATA));
	assert_null(memory_plan_open(&plan, 0xa000, MEMORY_DATA));
	assert_int_equal(memory_plan_find(&plan, 0x8000)->kind, MEMORY_GUARD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_sorted_whole_pages, setup),
		cmocka_unit_test_setup(test_not_mappable, setup),
		cmocka_unit_test_setup(test_registers_share_pages, setup),
		cmocka_unit_test_setup(test_overlap_refused, setup),
		cmocka_unit_test_setup(test_full, setup),
		cmocka_unit_test_setup(test_long_name, setup),
		cmocka_unit_test_setup(test_find, setup),
		cmocka_unit_test_setup(test_explain, setup),
		cmocka_unit_test_setup(test_log, setup),
		cmocka_unit_test_setup(test_open, setup),
	};

	return cmocka_run_group_tests_name("memory_plan", tests, NULL, NULL);
}
