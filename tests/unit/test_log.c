/* SPDX-License-Identifier: BSD-2-Clause */
/* In: mem/log.c. Out: whether every sink gets every line, whole and in order, or is dropped. */
#include "host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEPT_SIZE (1u << 20)

/*
 * A sink that takes at most `room` characters in each `every`-th call, and after `limit` of them
 * none.
 */
struct test_sink {
	struct log_sink sink;
	size_t room;
	size_t limit;
	unsigned every;
	uint64_t us_per_call;
	unsigned calls;
	size_t length;
	char text[KEPT_SIZE];
};

static struct test_sink first, second;

static size_t sink_write(struct log_sink *sink, const char *text, size_t length)
{
	struct test_sink *s = CONTAINER_OF(sink, struct test_sink, sink);
	size_t took = min_u64(min_u64(length, s->room), s->limit - s->length);

	assert_ptr_equal(the_log.writing, sink);
	if (++s->calls % s->every)
		took = 0;
	assert_true(s->length + took < KEPT_SIZE);
	memcpy(s->text + s->length, text, took);
	s->length += took;
	s->text[s->length] = '\0';
	host_advance_us(s->us_per_call);
	return took;
}

static void sink_init(struct test_sink *s, const char *name, size_t room)
{
	memset(s, 0, sizeof(*s));
	s->sink = (struct log_sink){.name = name, .write = sink_write};
	s->room = room;
	s->limit = SIZE_MAX;
	s->every = 1;
}

/* An empty log without the host's own sink. */
static int reset(void **state)
{
	if (host_reset(state))
		return -1;
	log_detach(the_log.sinks[0]);
	sink_init(&first, "first", SIZE_MAX);
	sink_init(&second, "second", SIZE_MAX);
	return 0;
}

static void test_line(void **state)
{
	(void)state;
	assert_true(log_attach(&first.sink));
	log_line("ok %u - %s", 1, "step");
	log_line("%s", "");
	log_drain();
	assert_string_equal(first.text, "ok 1 - step\n\n");
	assert_null(the_log.writing);
}

static void test_detail(void **state)
{
	unsigned seconds, micros;
	char rest[64];

	(void)state;
	assert_true(log_attach(&first.sink));
	host_advance_us(12345678);
	log_info("pl011", "taken over (%d)", 5);
	log_error("pl011", "gone");
	log_drain();
	assert_int_equal(sscanf(first.text, "# [ %u.%6u] %63[^\n]", &seconds, &micros, rest), 3);
	assert_int_equal(seconds, 12);
	assert_true(micros >= 345678);
	assert_string_equal(rest, "pl011: taken over (5)");
	assert_int_equal(strchr(first.text, '.') - strchr(first.text, '['), 5);
	assert_non_null(strstr(first.text, "] pl011: error: gone\n"));
}

static void test_levels(void **state)
{
	unsigned evaluated = 0;

	(void)state;
	assert_true(log_attach(&first.sink));
	for (enum log_level level = LOG_ERROR; level <= LOG_TRACE; level++) {
		the_log.level = level;
		log_error("a", "error");
		log_info("a", "info");
		log_debug("a", "debug");
		log_trace("a", "%u", evaluated++);
		assert_int_equal(evaluated, level == LOG_TRACE);
		evaluated = 0;
	}
	log_drain();
	for (const char *c = first.text; (c = strchr(c, '\n')); c++)
		evaluated++;
	assert_int_equal(evaluated, 1 + 2 + 3 + 4);
}

static void test_depth(void **state)
{
	(void)state;
	assert_true(log_attach(&first.sink));
	for (the_log.depth = 0; the_log.depth < 6; the_log.depth++)
		log_line("x");
	log_drain();
	assert_string_equal(first.text, "x\n    x\n        x\n            x\n                x\n"
					"                x\n");
}

static void test_unprintable(void **state)
{
	(void)state;
	assert_true(log_attach(&first.sink));
	log_line("a\tb\nc\r\x1b[2J\x7f\x80\xff ~");
	log_drain();
	assert_string_equal(first.text, "a?b?c??[2J??? ~\n");
}

static void test_long_lines(void **state)
{
	char text[2 * LOG_LINE_SIZE];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_true(log_attach(&first.sink));
	for (unsigned length = LOG_LINE_SIZE - 4; length < LOG_LINE_SIZE + 4; length++) {
		size_t kept = min_u64(length, LOG_LINE_SIZE - 2);

		first.length = 0;
		log_line("%.*s", (int)length, text);
		log_drain();
		assert_int_equal(first.length, kept + 1);
		assert_int_equal(strspn(first.text, "x"), kept);
		assert_int_equal(first.text[kept], '\n');
	}

	first.length = 0;
	log_info(text, "%s", "behind the end");
	log_drain();
	assert_int_equal(first.length, LOG_LINE_SIZE - 1);

	first.length = 0;
	log_info("subject", "%s", text);
	log_drain();
	assert_int_equal(first.length, LOG_LINE_SIZE - 1);
	assert_int_equal(strchr(first.text, '\n') - first.text, LOG_LINE_SIZE - 2);
}

/* Fills the ring several times over; returns what a sink must have got. */
static char *write_many(unsigned lines)
{
	char *expected = calloc(lines, 64);
	size_t length = 0;

	for (unsigned i = 0; i < lines; i++) {
		log_line("line %u %.*s", i, (int)(i % 37),
			"........................................");
		length += (size_t)sprintf(expected + length, "line %u %.*s\n", i, (int)(i % 37),
			"........................................");
	}
	assert_true(length > 3 * LOG_RING_SIZE);
	return expected;
}

/* Sinks of different speed, none of which divides the ring, all get the same. */
static void test_ring_wraps(void **state)
{
	char *expected;

	(void)state;
	sink_init(&second, "second", 7);
	assert_true(log_attach(&first.sink));
	assert_true(log_attach(&second.sink));
	expected = write_many(8000);
	log_drain();
	assert_string_equal(first.text, expected);
	assert_string_equal(second.text, expected);
	free(expected);
}

/* One that takes a character in three quarters of the time of a stall is slow, not stalled. */
static void test_slow_sink(void **state)
{
	(void)state;
	sink_init(&first, "slow", 1);
	first.every = 3;
	first.us_per_call = LOG_STALL_US / 4;
	assert_true(log_attach(&first.sink));
	for (unsigned i = 0; i < 10; i++)
		log_line("0123456789");
	log_drain();
	assert_int_equal(first.length, 110);
	assert_ptr_equal(the_log.sinks[0], &first.sink);
}

/* As long as there is room in the ring a line is offered once and not waited for; so is a poll. */
static void test_no_wait_with_room(void **state)
{
	unsigned before;

	(void)state;
	first.limit = 0;
	assert_true(log_attach(&first.sink));
	for (unsigned i = 0; i < 1000; i++) {
		before = first.calls;
		log_line("0123456789");
		assert_int_equal(first.calls, before + 1);
		log_poll();
		assert_int_equal(first.calls, before + 2);
	}
	assert_ptr_equal(the_log.sinks[0], &first.sink);
	first.limit = SIZE_MAX;
	log_poll();
	assert_int_equal(first.length, LOG_POLL_SIZE);
	log_drain();
	assert_int_equal(first.length, 11000);
}

/* What may hang the machine comes behind its line: a sink with room has it by then. */
static void test_line_leaves_at_once(void **state)
{
	(void)state;
	sink_init(&second, "FIFO", 4);
	assert_true(log_attach(&first.sink));
	assert_true(log_attach(&second.sink));
	log_line("0123456789");
	assert_string_equal(first.text, "0123456789\n");
	assert_string_equal(second.text, "0123");
	log_line("abc");
	assert_string_equal(first.text, "0123456789\nabc\n");
	assert_string_equal(second.text, "01234567");
}

static size_t write_and_log(struct log_sink *sink, const char *text, size_t length)
{
	(void)sink;
	(void)text;
	log_line("said while writing");
	return length;
}

/* Not by itself: it would have to take what comes behind that before it has taken this. */
static void test_sink_that_logs(void **state)
{
	struct log_sink loud = {.name = "loud", .write = write_and_log};

	(void)state;
	assert_true(log_attach(&loud));
	assert_true(log_attach(&first.sink));
	log_line("line");
	assert_null(the_log.writing);
	log_detach(&loud);
	log_drain();
	assert_int_equal(strncmp(first.text, "line\nsaid while writing\n", 24), 0);
}

/* A fault in a sink's write does not return to it: without that sink, lines leave at once again. */
static void test_fault_in_a_sink(void **state)
{
	(void)state;
	assert_true(log_attach(&first.sink));
	assert_true(log_attach(&second.sink));
	the_log.writing = &second.sink;
	log_detach(&second.sink);
	log_line("the report");
	assert_string_equal(first.text, "the report\n");
	assert_int_equal(second.length, 0);
}

/* The line of a dropped sink comes on a line of its own, and nothing else is lost. */
static void check_dropped(const struct test_sink *s, const char *expected)
{
	const char *line = strstr(s->text, "# [");
	const char *end = strchr(line, '\n') + 1;
	size_t before;

	assert_non_null(strstr(line, "log: error: sink stuck took nothing for 1000 ms and is "
				     "dropped\n"));
	while (line > s->text && line[-1] == ' ')
		line--;
	before = (size_t)(line - s->text);
	assert_memory_equal(s->text, expected, before);
	assert_string_equal(end, expected + before);
	assert_true(!before || line[-1] == '\n');
}

/* A sink that stalls with the ring full, once before and once behind a good one in the table. */
static void stall_with_full_ring(bool stuck_first)
{
	char *expected = calloc(3000, 64);
	size_t length = 0;

	sink_init(&second, "stuck", SIZE_MAX);
	second.limit = 5000;
	second.us_per_call = LOG_STALL_US / 8;
	/* The good one keeps exactly as much behind as the ring can hold. */
	first.room = 3;
	assert_true(log_attach(stuck_first ? &second.sink : &first.sink));
	assert_true(log_attach(stuck_first ? &first.sink : &second.sink));
	the_log.depth = 3;
	for (unsigned i = 0; i < 3000; i++) {
		log_line("line %u ...............................", i);
		length += (size_t)sprintf(expected + length,
			"            line %u ...............................\n", i);
	}
	log_drain();
	assert_int_equal(second.length, 5000);
	assert_memory_equal(second.text, expected, 5000);
	check_dropped(&first, expected);
	assert_ptr_equal(the_log.sinks[stuck_first ? 1 : 0], &first.sink);
	assert_null(the_log.sinks[stuck_first ? 0 : 1]);
	free(expected);
}

static void test_stall_behind_good(void **state)
{
	(void)state;
	stall_with_full_ring(false);
}

static void test_stall_before_good(void **state)
{
	(void)state;
	stall_with_full_ring(true);
}

/* log_drain ends, and the others have the line that says so, when it returns. */
static void test_stall_in_drain(void **state)
{
	(void)state;
	sink_init(&second, "stuck", SIZE_MAX);
	second.limit = 0;
	second.us_per_call = LOG_STALL_US / 4;
	assert_true(log_attach(&first.sink));
	assert_true(log_attach(&second.sink));
	log_line("x");
	log_drain();
	check_dropped(&first, "x\n");
	assert_null(the_log.sinks[1]);
}

static void test_all_stall(void **state)
{
	(void)state;
	sink_init(&first, "stuck", 0);
	sink_init(&second, "stuck", 0);
	first.us_per_call = second.us_per_call = LOG_STALL_US;
	assert_true(log_attach(&first.sink));
	assert_true(log_attach(&second.sink));
	log_line("x");
	log_drain();
	assert_null(the_log.sinks[0]);
	assert_null(the_log.sinks[1]);
}

/* What was written before anybody listened is not lost. */
static void test_late_sink(void **state)
{
	(void)state;
	log_line("one");
	assert_true(log_attach(&first.sink));
	log_line("two");
	assert_true(log_attach(&second.sink));
	log_line("three");
	log_drain();
	assert_string_equal(first.text, "one\ntwo\nthree\n");
	assert_string_equal(second.text, first.text);
}

/* When the ring has wrapped, a late sink starts with the oldest line that is whole. */
static void test_late_sink_after_wrap(void **state)
{
	char *expected = write_many(8000);
	size_t length = strlen(expected);

	(void)state;
	assert_true(log_attach(&first.sink));
	log_drain();
	assert_true(first.length > LOG_RING_SIZE - 64);
	assert_true(first.length <= LOG_RING_SIZE);
	assert_memory_equal(first.text, "line ", 5);
	assert_string_equal(first.text, expected + length - first.length);
	assert_int_equal(expected[length - first.length - 1], '\n');
	free(expected);
}

static void test_sink_table(void **state)
{
	struct log_sink sinks[LOG_MAX_SINKS];

	(void)state;
	for (unsigned i = 0; i < LOG_MAX_SINKS; i++)
		assert_true(log_attach(&sinks[i]));
	assert_false(log_attach(&first.sink));
	log_detach(&sinks[1]);
	assert_true(log_attach(&first.sink));
	assert_ptr_equal(the_log.sinks[1], &first.sink);
	log_detach(&sinks[1]);
	assert_ptr_equal(the_log.sinks[1], &first.sink);
}

/* Errors too are silent while muted, below level debug; lines as they are never are. */
static void test_mute(void **state)
{
	(void)state;
	assert_true(log_attach(&first.sink));
	the_log.level = LOG_INFO;
	log_mute(true);
	log_error("a", "one");
	log_info("a", "two");
	log_line("three");
	the_log.level = LOG_DEBUG;
	log_info("a", "four");
	log_mute(false);
	the_log.level = LOG_INFO;
	log_info("a", "five");
	log_drain();
	assert_null(strstr(first.text, "one"));
	assert_null(strstr(first.text, "two"));
	assert_non_null(strstr(first.text, "three\n"));
	assert_non_null(strstr(first.text, "a: four\n"));
	assert_non_null(strstr(first.text, "a: five\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_line, reset),
		cmocka_unit_test_setup(test_detail, reset),
		cmocka_unit_test_setup(test_levels, reset),
		cmocka_unit_test_setup(test_depth, reset),
		cmocka_unit_test_setup(test_unprintable, reset),
		cmocka_unit_test_setup(test_long_lines, reset),
		cmocka_unit_test_setup(test_ring_wraps, reset),
		cmocka_unit_test_setup(test_slow_sink, reset),
		cmocka_unit_test_setup(test_no_wait_with_room, reset),
		cmocka_unit_test_setup(test_line_leaves_at_once, reset),
		cmocka_unit_test_setup(test_sink_that_logs, reset),
		cmocka_unit_test_setup(test_fault_in_a_sink, reset),
		cmocka_unit_test_setup(test_stall_behind_good, reset),
		cmocka_unit_test_setup(test_stall_before_good, reset),
		cmocka_unit_test_setup(test_stall_in_drain, reset),
		cmocka_unit_test_setup(test_all_stall, reset),
		cmocka_unit_test_setup(test_late_sink, reset),
		cmocka_unit_test_setup(test_late_sink_after_wrap, reset),
		cmocka_unit_test_setup(test_sink_table, reset),
		cmocka_unit_test_setup(test_mute, reset),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
