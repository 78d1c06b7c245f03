/* SPDX-License-Identifier: BSD-2-Clause */
/* In: mem/region.c. Out: whether only what lies inside a window is accessed, counted and traced. */
#include "host.h"

#include <string.h>

#include "mem/region.h"

#define BASE 0xa003e00ul

/* Registers of every width, as a driver would declare them. */
struct layout {
	uint32_t magic;
	uint16_t vendor;
	uint8_t revision;
	uint8_t status;
	uint64_t queue;
};

static struct {
	unsigned accesses;
	uint64_t offset;
	unsigned width;
	uint64_t value;
} last;

static uint64_t window_read(void *context, uint64_t offset, unsigned width)
{
	(void)context;
	last.accesses++;
	last.offset = offset;
	last.width = width;
	return 0x1122334455667788;
}

static void window_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
	window_read(context, offset, width);
	last.value = value;
}

static struct io_count count;
static struct region region;

static int setup(void **state)
{
	const struct host_window window = {
		.space = IO_MMIO,
		.base = BASE,
		.size = 0x1000,
		.read = window_read,
		.write = window_write,
	};

	if (host_reset(state))
		return -1;
	memset(&last, 0, sizeof(last));
	memset(&count, 0, sizeof(count));
	host_add_window(&window);
	return region_init(&region, "dev", IO_MMIO, BASE, 0x200, sizeof(struct layout), &count) ==
			       OK
		       ? 0
		       : -1;
}

static void expect_last(uint64_t offset, unsigned width)
{
	assert_int_equal(last.offset, offset);
	assert_int_equal(last.width, width);
}

static void test_widths(void **state)
{
	(void)state;
	assert_int_equal(reg_read(&region, struct layout, magic), 0x55667788);
	expect_last(0, 4);
	assert_int_equal(reg_read(&region, struct layout, vendor), 0x7788);
	expect_last(4, 2);
	assert_int_equal(reg_read(&region, struct layout, status), 0x88);
	expect_last(7, 1);
	assert_int_equal(reg_read(&region, struct layout, queue), 0x1122334455667788);
	expect_last(8, 8);
	assert_int_equal(sizeof(reg_read(&region, struct layout, vendor)), 2);
	reg_write(&region, struct layout, queue, 0x123456789abcdef0);
	expect_last(8, 8);
	assert_int_equal(last.value, 0x123456789abcdef0);
	reg_write(&region, struct layout, revision, 0x42);
	expect_last(6, 1);
	assert_int_equal(last.value, 0x42);
	assert_int_equal(last.accesses, 6);
	assert_int_equal(count.reads, 4);
	assert_int_equal(count.writes, 2);
}

static void test_trace(void **state)
{
	(void)state;
	(void)reg_read(&region, struct layout, magic);
	reg_write(&region, struct layout, queue, 0x5c0a1);
	assert_true(host_logged("dev: register: magic 0x000 -> 0x55667788\n"));
	assert_true(host_logged("dev: register: queue 0x008 <- 0x5c0a1\n"));
}

static void test_no_trace_below_its_level(void **state)
{
	(void)state;
	the_log.level = LOG_DEBUG;
	(void)reg_read(&region, struct layout, magic);
	reg_write(&region, struct layout, magic, 1);
	assert_string_equal(host_log(), "");
	assert_int_equal(last.accesses, 2);
}

static void test_no_count(void **state)
{
	(void)state;
	assert_int_equal(region_init(&region, "dev", IO_MMIO, BASE, 0x200, 0, NULL), OK);
	(void)reg_read(&region, struct layout, magic);
	reg_write(&region, struct layout, magic, 1);
	assert_int_equal(last.accesses, 2);
}

/* Our own mistakes: not made, all ones, an error line. */
static void test_outside(void **state)
{
	static const struct {
		uint64_t offset;
		unsigned width;
	} bad[] = {
		{0x200, 1},
		{0x1ff, 2},
		{0x1fe, 4},
		{0x1fc, 8},
		{UINT64_MAX, 1},
		{UINT64_MAX - 3, 4},
		{0 - BASE, 4},
		{1, 2},
		{2, 4},
		{4, 8},
		{0, 0},
		{0, 3},
		{0, 16},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(
			region_read(&region, bad[i].offset, bad[i].width, "it"), UINT64_MAX);
		region_write(&region, bad[i].offset, bad[i].width, 0, "it");
	}
	assert_int_equal(last.accesses, 0);
	assert_int_equal(count.reads + count.writes, 0);
	assert_true(
		host_logged("dev: error: register: it at 0xa003e00 + 0x200 of 0x200 bytes, 1 bytes "
			    "wide: outside the window: not accessed"));
	assert_true(
		host_logged("it at 0xa003e00 + 0x4 of 0x200 bytes, 8 bytes wide: misaligned: "));
	assert_true(
		host_logged("it at 0xa003e00 + 0x0 of 0x200 bytes, 3 bytes wide: no width of a"));
	assert_int_equal(region_read(&region, 0x1fc, 4, "last"), 0x55667788);
	assert_int_equal(region_read(&region, 0x1ff, 1, "last"), 0x88);
}

/* Alignment is that of the address, not of the offset. */
static void test_misaligned_base(void **state)
{
	(void)state;
	assert_int_equal(region_init(&region, "dev", IO_MMIO, BASE + 2, 0x100, 0, &count), OK);
	assert_int_equal(region_read(&region, 0, 4, "it"), UINT64_MAX);
	assert_int_equal(last.accesses, 0);
	assert_int_equal(region_read(&region, 2, 4, "it"), 0x55667788);
}

static void test_init_refuses(void **state)
{
	static const struct {
		enum io_space space;
		uint64_t base;
		uint64_t size;
		uint64_t needed;
		enum status expected;
	} cases[] = {
		{IO_MMIO, BASE, 0x100, 0x100, OK},
		{IO_MMIO, BASE, 0x100, 0x101, ERR_RANGE},
		{IO_MMIO, BASE, 0, 0, ERR_RANGE},
		{IO_MMIO, UINT64_MAX - 0x100, 0x100, 0, OK},
		{IO_MMIO, UINT64_MAX - 0x100, 0x102, 0, ERR_RANGE},
		{IO_MMIO, 0x1000, UINT64_MAX, 0, ERR_RANGE},
		{IO_PORT, 0xfff8, 8, 8, OK},
		{IO_PORT, 0xfff8, 9, 8, ERR_RANGE},
		{IO_PORT, 0x10000, 1, 0, ERR_RANGE},
		{IO_PORT, 0x3f8, 0x10000, 0, ERR_RANGE},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		struct region r = {.base = 77};

		if (region_init(&r, "dev", cases[i].space, cases[i].base, cases[i].size,
			    cases[i].needed, NULL) != cases[i].expected)
			fail_msg("case %u", i);
		assert_int_equal(r.base, cases[i].expected == OK ? cases[i].base : 77);
	}
	assert_int_equal(last.accesses, 0);
	assert_true(host_logged("dev: error: window: 0x100 bytes at 0xa003e00 are not usable "
				"(0x101 bytes needed)"));
}

/* Memory windows are mapped when they are opened; ports and parts of a window are not asked for. */
static void test_mapped(void **state)
{
	struct region other;

	(void)state;
	assert_int_equal(host_mapping.asked, 1);
	assert_int_equal(host_mapping.base, BASE);
	assert_int_equal(host_mapping.size, 0x200);
	assert_int_equal(region_sub(&other, &region, 0x100, 0x10), OK);
	assert_int_equal(region_init(&other, "dev", IO_PORT, 0x3f8, 8, 8, NULL), OK);
	assert_int_equal(region_init(&other, "dev", IO_MMIO, BASE, 8, 16, NULL), ERR_RANGE);
	assert_int_equal(host_mapping.asked, 1);
	host_mapping.answer = ERR_NO_MEMORY;
	other = region;
	assert_int_equal(region_init(&other, "new", IO_MMIO, 0x1000, 8, 8, NULL), ERR_NO_MEMORY);
	assert_memory_equal(&other, &region, sizeof(other));
}

static void test_sub(void **state)
{
	struct region sub = {.base = 77};

	(void)state;
	assert_int_equal(region_sub(&sub, &region, 0x100, 0x100), OK);
	assert_int_equal(sub.base, BASE + 0x100);
	assert_int_equal(sub.size, 0x100);
	assert_int_equal(region_read(&sub, 8, 4, "it"), 0x55667788);
	expect_last(0x108, 4);
	assert_int_equal(count.reads, 1);
	assert_int_equal(region_read(&sub, 0x100, 4, "it"), UINT64_MAX);

	sub.base = 77;
	assert_int_equal(region_sub(&sub, &region, 0x100, 0x101), ERR_RANGE);
	assert_int_equal(region_sub(&sub, &region, 0x201, 0x1), ERR_RANGE);
	assert_int_equal(region_sub(&sub, &region, 0x10, 0), ERR_RANGE);
	assert_int_equal(region_sub(&sub, &region, UINT64_MAX, 2), ERR_RANGE);
	assert_int_equal(region_sub(&sub, &region, 2, UINT64_MAX), ERR_RANGE);
	assert_int_equal(sub.base, 77);
	assert_true(host_logged(
		"window: offset 0x100 length 0x101 lies outside the region's 0x200 bytes"));
	/* A region may be replaced by a part of itself. */
	assert_int_equal(region_sub(&region, &region, 0x10, 0x10), OK);
	assert_int_equal(region.base, BASE + 0x10);
}

static void test_ports(void **state)
{
	const struct host_window window = {
		.space = IO_PORT,
		.base = 0x3f8,
		.size = 8,
		.read = window_read,
		.write = window_write,
	};

	(void)state;
	host_add_window(&window);
	assert_int_equal(region_init(&region, "dev", IO_PORT, 0x3f8, 8, 8, NULL), OK);
	assert_int_equal(region_read(&region, 5, 1, "LSR"), 0x88);
	expect_last(5, 1);
}

/* The last accesses, equal ones in a row counted, the oldest overwritten. */
static void test_journal(void **state)
{
	static struct io_journal journal;
	const struct io_access *a = journal.access;

	(void)state;
	journal = (struct io_journal){0};
	count.journal = &journal;
	reg_write(&region, struct layout, magic, 0x1234);
	reg_write(&region, struct layout, magic, 0x1234);
	reg_write(&region, struct layout, magic, 0x1234);
	reg_write(&region, struct layout, magic, 0x1235);
	(void)reg_read(&region, struct layout, vendor);
	assert_int_equal(journal.next, 3);
	assert_string_equal(a[0].name, "magic");
	assert_true(a[0].write && a[0].width == 4 && a[0].offset == 0 && a[0].value == 0x1234);
	assert_int_equal(a[0].repeats, 2);
	assert_true(a[1].value == 0x1235 && !a[1].repeats);
	assert_string_equal(a[2].name, "vendor");
	assert_true(!a[2].write && a[2].width == 2 && a[2].offset == 4);
	for (unsigned i = 0; i < IO_JOURNAL_SIZE; i++)
		reg_write(&region, struct layout, queue, i);
	assert_int_equal(journal.next, 3 + IO_JOURNAL_SIZE);
	assert_int_equal(a[2].value, IO_JOURNAL_SIZE - 1);
	assert_int_equal(a[3].value, 0);
	/* What is not made is not noted. */
	region_write(&region, 0x1000, 4, 1, "outside");
	assert_int_equal(journal.next, 3 + IO_JOURNAL_SIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_journal, setup),
		cmocka_unit_test_setup(test_widths, setup),
		cmocka_unit_test_setup(test_trace, setup),
		cmocka_unit_test_setup(test_no_trace_below_its_level, setup),
		cmocka_unit_test_setup(test_no_count, setup),
		cmocka_unit_test_setup(test_outside, setup),
		cmocka_unit_test_setup(test_misaligned_base, setup),
		cmocka_unit_test_setup(test_init_refuses, setup),
		cmocka_unit_test_setup(test_mapped, setup),
		cmocka_unit_test_setup(test_sub, setup),
		cmocka_unit_test_setup(test_ports, setup),
	};

	return cmocka_run_group_tests_name("region", tests, NULL, NULL);
}
