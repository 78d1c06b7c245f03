/* SPDX-License-Identifier: BSD-2-Clause */
/* Figures from times: ranks of few and many, rates, and the lines that carry them. */
#include "gpu/samples.h"

#include "host.h"

#include <string.h>

static void test_none(void **state)
{
	struct samples s = {0};

	(void)state;
	assert_int_equal(samples_percentile(&s, 50), 0);
	assert_int_equal(samples_percentile(&s, 100), 0);
}

static void test_ranks(void **state)
{
	struct samples s = {0};

	(void)state;
	samples_add(&s, 7);
	assert_int_equal(samples_percentile(&s, 1), 7);
	assert_int_equal(samples_percentile(&s, 99), 7);
	samples_add(&s, 3);
	/* The nearest rank: of two, half is the first. */
	assert_int_equal(samples_percentile(&s, 50), 3);
	assert_int_equal(samples_percentile(&s, 51), 7);
	samples_add(&s, 5);
	assert_int_equal(samples_percentile(&s, 50), 5);
	assert_int_equal(samples_percentile(&s, 100), 7);
}

/* 1 … 200 in an order that is none. */
static void test_many(void **state)
{
	struct samples s = {0};

	(void)state;
	for (unsigned i = 0; i < 200; i++)
		samples_add(&s, i * 77 % 200 + 1);
	assert_int_equal(samples_percentile(&s, 50), 100);
	assert_int_equal(samples_percentile(&s, 99), 198);
	assert_int_equal(samples_percentile(&s, 100), 200);
	for (unsigned i = 1; i < s.count; i++)
		assert_true(s.ns[i - 1] < s.ns[i]);
}

static void test_too_many(void **state)
{
	struct samples s = {0};

	(void)state;
	for (unsigned i = 0; i < SAMPLES_MAX + 5; i++)
		samples_add(&s, i);
	assert_int_equal(s.count, SAMPLES_MAX);
	assert_int_equal(samples_percentile(&s, 100), SAMPLES_MAX - 1);
}

static void test_rate(void **state)
{
	(void)state;
	assert_int_equal(samples_rate(5, 0), 0);
	assert_int_equal(samples_rate(32, 1000), 32000000);
	assert_int_equal(samples_rate(1, 3), 333333333);
	/* the largest surface */
	assert_true(samples_rate(8192ull * 8192 * 4, 1000000000) == 8192ull * 8192 * 4);
}

static void test_metrics(void **state)
{
	struct samples s = {0};

	(void)state;
	for (unsigned i = 1; i <= 100; i++)
		samples_add(&s, i * 10);
	samples_metrics(&s, "gpu0", "text");
	assert_true(host_logged("# metric gpu0.text.median 500 ns\n"));
	assert_true(host_logged("# metric gpu0.text.p99 990 ns\n"));
	assert_true(host_logged("# metric gpu0.text.count 100 times\n"));
}

/* Nanoseconds and microseconds are the same time. */
static void test_clock(void **state)
{
	uint64_t us, ns;

	(void)state;
	host_hold_clock();
	host_advance_us(5000000);
	us = clock_us();
	ns = clock_ns();
	assert_true(us >= 5000000);
	assert_int_equal(ns / 1000, us);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_none, host_reset),
		cmocka_unit_test_setup(test_ranks, host_reset),
		cmocka_unit_test_setup(test_many, host_reset),
		cmocka_unit_test_setup(test_too_many, host_reset),
		cmocka_unit_test_setup(test_rate, host_reset),
		cmocka_unit_test_setup(test_metrics, host_reset),
		cmocka_unit_test_setup(test_clock, host_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
