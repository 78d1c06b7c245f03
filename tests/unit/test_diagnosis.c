/* SPDX-License-Identifier: BSD-2-Clause */
/* In: causes in any order. Out: whether they are ranked, kept once, and logged with a remedy. */
#include "host.h"

#include <string.h>

#include "virtio/diagnosis.h"

static void expect(
	const struct diagnosis *d, unsigned at, enum mistake mistake, const char *evidence)
{
	assert_in_range(at, 0, d->count - 1);
	assert_int_equal(d->causes[at].mistake, mistake);
	assert_string_equal(d->causes[at].evidence, evidence);
}

static void test_ranking(void **state)
{
	struct diagnosis d = {0};

	(void)state;
	assert_int_equal(diagnosis_first(&d), CAUSE_SLOW);
	diagnosis_add(&d, POSSIBLE, CAUSE_SLOW, "slow");
	diagnosis_add(&d, CERTAIN, MISTAKE_DOORBELL, "offset 0x%x", 8);
	diagnosis_add(&d, LIKELY, MISTAKE_CACHES, "stale");
	diagnosis_add(&d, CERTAIN, MISTAKE_CHAIN, "a loop");
	assert_int_equal(d.count, 4);
	expect(&d, 0, MISTAKE_DOORBELL, "offset 0x8");
	expect(&d, 1, MISTAKE_CHAIN, "a loop");
	expect(&d, 2, MISTAKE_CACHES, "stale");
	expect(&d, 3, CAUSE_SLOW, "slow");
	assert_int_equal(diagnosis_first(&d), MISTAKE_DOORBELL);
}

/* A cause is there once, with its most certain evidence. */
static void test_once(void **state)
{
	struct diagnosis d = {0};

	(void)state;
	diagnosis_add(&d, LIKELY, MISTAKE_CHAIN, "a guess");
	diagnosis_add(&d, LIKELY, MISTAKE_CACHES, "stale");
	diagnosis_add(&d, POSSIBLE, MISTAKE_CHAIN, "a worse guess");
	expect(&d, 0, MISTAKE_CHAIN, "a guess");
	diagnosis_add(&d, CERTAIN, MISTAKE_CACHES, "seen");
	assert_int_equal(d.count, 2);
	expect(&d, 0, MISTAKE_CACHES, "seen");
	expect(&d, 1, MISTAKE_CHAIN, "a guess");
	diagnosis_add(&d, LIKELY, MISTAKE_DOORBELL, "behind it");
	diagnosis_add(&d, CERTAIN, MISTAKE_CHAIN, "a loop");
	assert_int_equal(d.count, 3);
	expect(&d, 1, MISTAKE_CHAIN, "a loop");
	expect(&d, 2, MISTAKE_DOORBELL, "behind it");
}

static void test_full(void **state)
{
	struct diagnosis d = {0};

	(void)state;
	for (unsigned i = 0; i < DIAGNOSIS_MAX_CAUSES; i++)
		diagnosis_add(&d, i == 0 ? POSSIBLE : LIKELY, MISTAKE_PAGE_SIZE + i, "%u", i);
	diagnosis_add(&d, POSSIBLE, CAUSE_SLOW, "no room for it");
	assert_int_equal(d.count, DIAGNOSIS_MAX_CAUSES);
	expect(&d, DIAGNOSIS_MAX_CAUSES - 1, MISTAKE_PAGE_SIZE, "0");
	diagnosis_add(&d, CERTAIN, MISTAKE_DOORBELL, "first");
	assert_int_equal(d.count, DIAGNOSIS_MAX_CAUSES);
	expect(&d, 0, MISTAKE_DOORBELL, "first");
	expect(&d, 1, MISTAKE_USED_OFFSET, "1");
}

static void test_log(void **state)
{
	struct diagnosis d = {0};

	(void)state;
	host_reset(NULL);
	diagnosis_add(&d, CERTAIN, MISTAKE_V2_REGISTERS_ON_V1, "QueuePFN reads %u", 0);
	diagnosis_add(&d, POSSIBLE, CAUSE_SLOW, "nothing else is seen");
	diagnosis_log(&d, "dev");
	assert_true(
		host_logged("dev: error: cause: mistake 1: version 2 queue registers were written "
			    "to a version 1 (legacy) device (certain: QueuePFN reads 0)"));
	assert_true(host_logged("dev: error: next: read Version"));
	assert_true(host_logged("dev: error: cause: the device may need longer than the deadline "
				"(possible: nothing else is seen)"));
}

/* Every mistake has both texts, in one line each, and no two say the same. */
static void test_texts(void **state)
{
	(void)state;
	for (enum mistake i = MISTAKE_V2_REGISTERS_ON_V1; i < CAUSE_COUNT; i++) {
		assert_non_null(mistake_text(i));
		assert_non_null(mistake_remedy(i));
		assert_in_range(strlen(mistake_text(i)), 10, 100);
		assert_in_range(strlen(mistake_remedy(i)), 10, 150);
		for (enum mistake j = MISTAKE_V2_REGISTERS_ON_V1; j < i; j++)
			assert_string_not_equal(mistake_text(i), mistake_text(j));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranking),
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_log),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests_name("diagnosis", tests, NULL, NULL);
}
