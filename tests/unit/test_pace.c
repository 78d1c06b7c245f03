/* SPDX-License-Identifier: BSD-2-Clause */
/* Pace: frames at their times, those whose time is over dropped, the last one never. */
#include "gpu/pace.h"

#include "host.h"

#define START 5000u

static void expect(const struct pace *p, uint64_t next, uint64_t shown, uint64_t dropped)
{
	assert_int_equal(p->next, next);
	assert_int_equal(p->shown, shown);
	assert_int_equal(p->dropped, dropped);
}

/* At each due time its frame, and none a microsecond before. */
static void test_on_time(void **state)
{
	static const uint32_t rates[] = {1, 24, 50, 60, 144, 1000000};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rates); i++) {
		struct pace p = {.start_us = START, .rate = rates[i], .count = 2000};

		for (uint64_t n = 0; n < 2000; n++) {
			uint64_t due = pace_due_us(&p);

			assert_false(pace_is_over(&p));
			/* n seconds / rate, rounded up */
			assert_true((due - START) * rates[i] >= n * 1000000);
			assert_true(!n || (due - START - 1) * rates[i] < n * 1000000);
			assert_int_equal(pace_take(&p, due), n);
		}
		assert_true(pace_is_over(&p));
		expect(&p, 2000, 2000, 0);
	}
}

/* As late as the next one is due, and as late as it is not. */
static void test_late(void **state)
{
	struct pace p = {.start_us = START, .rate = 50};

	(void)state;
	assert_int_equal(pace_take(&p, START + 19999), 0);
	assert_int_equal(pace_take(&p, START + 39999), 1);
	expect(&p, 2, 2, 0);
	assert_int_equal(pace_take(&p, START + 60000), 3);
	expect(&p, 4, 3, 1);
	assert_int_equal(pace_take(&p, START + 1000000), 50);
	expect(&p, 51, 4, 47);
	assert_int_equal(pace_due_us(&p), START + 1020000);
}

/* However late: the last one is drawn, once. */
static void test_the_last_one(void **state)
{
	(void)state;
	for (uint64_t late = 0; late < 10; late++) {
		struct pace p = {.start_us = START, .rate = 50, .count = 5};

		assert_int_equal(pace_take(&p, START), 0);
		assert_int_equal(pace_take(&p, START + (4 + late * 1000) * 20000), 4);
		assert_true(pace_is_over(&p));
		expect(&p, 5, 2, 3);
	}
}

static void test_only_one(void **state)
{
	struct pace p = {.start_us = START, .rate = 60, .count = 1};

	(void)state;
	assert_int_equal(pace_take(&p, START + 777777), 0);
	assert_true(pace_is_over(&p));
	expect(&p, 1, 1, 0);
}

/* For ever is as long as the clock goes. */
static void test_no_end(void **state)
{
	struct pace p = {.start_us = START, .rate = 60};
	uint64_t years = 100ull * 365 * 86400;

	(void)state;
	assert_int_equal(pace_take(&p, START + years * 1000000), years * 60);
	assert_false(pace_is_over(&p));
	assert_int_equal(pace_due_us(&p), START + years * 1000000 + 16667);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_on_time, host_reset),
		cmocka_unit_test_setup(test_late, host_reset),
		cmocka_unit_test_setup(test_the_last_one, host_reset),
		cmocka_unit_test_setup(test_only_one, host_reset),
		cmocka_unit_test_setup(test_no_end, host_reset),
	};

	return cmocka_run_group_tests_name("pace", tests, NULL, NULL);
}
