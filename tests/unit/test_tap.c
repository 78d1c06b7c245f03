/* SPDX-License-Identifier: BSD-2-Clause */
/* In: mem/tap.c. Out: whether its lines are TAP version 14 and its verdict is right. */
#include "host.h"

#include <string.h>

static void test_points(void **state)
{
	(void)state;
	tap_begin();
	tap_ok("efi", "boot services left");
	tap_ok("pci", "%u functions", 7u);
	tap_skip("entropy", "bytes", "no device of %u", 3u);
	assert_true(tap_passed());
	tap_fail("gpu0", "GET_DISPLAY_INFO", "no answer in %u ms", 1000u);
	assert_false(tap_passed());
	tap_end();
	assert_string_equal(host_log(), "TAP version 14\n"
					"ok 1 - efi: boot services left\n"
					"ok 2 - pci: 7 functions\n"
					"ok 3 - entropy: bytes # SKIP no device of 3\n"
					"not ok 4 - gpu0: GET_DISPLAY_INFO # no answer in 1000 ms\n"
					"1..4\n");
}

/* Test points are there at every level, details are not. */
static void test_quiet(void **state)
{
	(void)state;
	the_log.level = LOG_ERROR;
	log_info("a", "detail");
	tap_ok("a", "step");
	assert_string_equal(host_log(), "ok 1 - a: step\n");
}

/* TAP 14, "Escaping": a number sign in a description would begin a directive. */
static void test_escapes(void **state)
{
	(void)state;
	tap_ok("a", "issue #5, C:\\dir, # SKIP me");
	tap_fail("a", "step # TODO", "cause");
	assert_string_equal(host_log(), "ok 1 - a: issue \\#5, C:\\\\dir, \\# SKIP me\n"
					"not ok 2 - a: step \\# TODO # cause\n");
}

static void test_long_description(void **state)
{
	char text[1000];

	(void)state;
	memset(text, '#', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	tap_ok("a", "%s", text);
	tap_fail("a", text, "%s", text);
	assert_true(host_logged("ok 1 - a: \\#\\#"));
	/* Cut between escapes, not inside one. */
	assert_false(host_logged("\\\n"));
	assert_false(host_logged("\\ #"));
}

static void test_subtests(void **state)
{
	(void)state;
	tap_ok("a", "one");
	tap_open("virtio-mmio@a003e00");
	tap_ok("b", "reset");
	tap_open("queue");
	tap_ok("c", "memory");
	tap_close("queue", OK, "queue %u ready", 0u);
	tap_close("virtio-mmio@a003e00", OK, "ready");
	tap_open("second");
	tap_ok("d", "counts anew");
	tap_close("second", OK, "ready");
	tap_end();
	assert_true(tap_passed());
	assert_string_equal(host_log(), "ok 1 - a: one\n"
					"# Subtest: virtio-mmio@a003e00\n"
					"    ok 1 - b: reset\n"
					"    # Subtest: queue\n"
					"        ok 1 - c: memory\n"
					"        1..1\n"
					"    ok 2 - queue: queue 0 ready\n"
					"    1..2\n"
					"ok 2 - virtio-mmio@a003e00: ready\n"
					"# Subtest: second\n"
					"    ok 1 - d: counts anew\n"
					"    1..1\n"
					"ok 3 - second: ready\n"
					"1..3\n");
}

static void test_details_are_indented(void **state)
{
	(void)state;
	tap_open("a");
	log_info("a", "detail");
	tap_close("a", OK, "done");
	assert_true(host_logged("\n    # ["));
	assert_int_equal(the_log.depth, 0);
}

/* A failure in a subtest makes every level above it fail, and the run. */
static void test_failure_propagates(void **state)
{
	(void)state;
	tap_open("a");
	tap_open("b");
	tap_fail("b", "step", "cause");
	assert_false(tap_passed());
	tap_close("b", OK, "done");
	tap_ok("a", "more");
	tap_close("a", OK, "done");
	tap_ok("c", "fine");
	assert_false(tap_passed());
	assert_true(host_logged("        not ok 1 - b: step # cause\n"));
	assert_true(host_logged("    not ok 1 - b: done # a step failed\n"));
	assert_true(host_logged("\nnot ok 1 - a: done # a step failed\n"));
	assert_true(host_logged("\nok 2 - c: fine\n"));
}

static void test_status_is_the_cause(void **state)
{
	(void)state;
	tap_open("a");
	tap_ok("a", "step");
	tap_close("a", ERR_TIMEOUT, "reset");
	assert_false(tap_passed());
	assert_true(host_logged("\nnot ok 1 - a: reset # timeout\n"));
}

/* A failed subtest does not leave its mark on the next one of the same depth. */
static void test_next_subtest_is_fresh(void **state)
{
	(void)state;
	tap_open("a");
	tap_fail("a", "step", "cause");
	tap_close("a", OK, "done");
	tap_open("b");
	tap_ok("b", "step");
	tap_close("b", OK, "done");
	assert_true(host_logged("\nok 2 - b: done\n"));
}

static void test_end_closes_what_is_open(void **state)
{
	(void)state;
	tap_open("a");
	tap_open("b");
	tap_ok("b", "step");
	tap_end();
	assert_false(tap_passed());
	assert_string_equal(host_log(),
		"# Subtest: a\n"
		"    # Subtest: b\n"
		"        ok 1 - b: step\n"
		"        1..1\n"
		"    not ok 1 - run: subtest left open # the run ended inside it\n"
		"    1..1\n"
		"not ok 1 - run: subtest left open # the run ended inside it\n"
		"1..1\n");
}

/* More levels than there are: the points are counted in the deepest, and the levels match again. */
static void test_too_deep(void **state)
{
	(void)state;
	for (unsigned i = 0; i < TAP_MAX_DEPTH + 2; i++)
		tap_open("a");
	tap_ok("deep", "step");
	for (unsigned i = 0; i < TAP_MAX_DEPTH + 2; i++)
		tap_close("a", OK, "done");
	tap_ok("top", "step");
	assert_int_equal(the_tap.depth, 0);
	assert_true(tap_passed());
	assert_true(host_logged("\n            ok 1 - deep: step\n"
				"            ok 2 - a: done\n"
				"            ok 3 - a: done\n"
				"            ok 4 - a: done\n"
				"            1..4\n"
				"        ok 1 - a: done\n"));
	assert_true(host_logged("\nok 2 - top: step\n"));
}

/* What fails is a detail, and is not held against the run. */
static void test_tentative(void **state)
{
	(void)state;
	tap_tentative(true);
	tap_fail("gpu0", "step", "no answer in %u ms", 5);
	tap_ok("gpu0", "fine");
	tap_tentative(false);
	assert_true(tap_passed());
	assert_true(host_logged("] gpu0: error: step: no answer in 5 ms\n"));
	assert_true(host_logged("\nok 1 - gpu0: fine\n"));
	assert_false(host_logged("not ok"));
	tap_fail("gpu0", "step", "again");
	assert_false(tap_passed());
	assert_true(host_logged("\nnot ok 2 - gpu0: step # again\n"));
}

/* While muted nothing counts; it can be read at level debug. */
static void test_muted(void **state)
{
	(void)state;
	for (enum log_level level = LOG_ERROR; level <= LOG_TRACE; level++) {
		host_reset(NULL);
		the_log.level = level;
		log_mute(true);
		tap_ok("a", "went %s", "well");
		tap_fail("a", "step", "cause");
		tap_skip("a", "other", "reason");
		log_mute(false);
		tap_ok("a", "heard");
		assert_true(tap_passed());
		assert_true(host_logged("ok 1 - a: heard\n"));
		assert_int_equal(host_logged("] a: ok: went well\n"), level >= LOG_DEBUG);
		assert_int_equal(host_logged("] a: not ok: step # cause\n"), level >= LOG_DEBUG);
		assert_int_equal(host_logged("] a: ok: other # SKIP reason\n"), level >= LOG_DEBUG);
	}
}

/* The verdict of a run that a trap ended inside muted steps. */
static void test_end_is_not_muted(void **state)
{
	(void)state;
	tap_open("a");
	log_mute(true);
	tap_end();
	assert_false(tap_passed());
	assert_true(host_logged("\nnot ok 1 - run: subtest left open"));
}

static void test_close_without_open(void **state)
{
	(void)state;
	tap_close("a", OK, "done");
	assert_string_equal(host_log(), "ok 1 - a: done\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_points, host_reset),
		cmocka_unit_test_setup(test_quiet, host_reset),
		cmocka_unit_test_setup(test_escapes, host_reset),
		cmocka_unit_test_setup(test_long_description, host_reset),
		cmocka_unit_test_setup(test_subtests, host_reset),
		cmocka_unit_test_setup(test_details_are_indented, host_reset),
		cmocka_unit_test_setup(test_failure_propagates, host_reset),
		cmocka_unit_test_setup(test_status_is_the_cause, host_reset),
		cmocka_unit_test_setup(test_next_subtest_is_fresh, host_reset),
		cmocka_unit_test_setup(test_end_closes_what_is_open, host_reset),
		cmocka_unit_test_setup(test_too_deep, host_reset),
		cmocka_unit_test_setup(test_tentative, host_reset),
		cmocka_unit_test_setup(test_muted, host_reset),
		cmocka_unit_test_setup(test_end_is_not_muted, host_reset),
		cmocka_unit_test_setup(test_close_without_open, host_reset),
	};

	return cmocka_run_group_tests_name("tap", tests, NULL, NULL);
}
