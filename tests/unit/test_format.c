/* SPDX-License-Identifier: BSD-2-Clause */
/* In: mem/format.c. Out: whether it says what the C library says, and never writes outside. */
#include "host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/format.h"

#define ROUNDS 20000

static uint64_t random_state = 0x9e3779b97f4a7c15;

static uint64_t random_u64(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static unsigned random_below(unsigned limit)
{
	return (unsigned)(random_u64() >> 33) % limit;
}

/* A number whose size in bits is random too, so that small ones come up. */
static uint64_t random_number(void)
{
	uint64_t value = random_u64() >> random_below(64);

	return random_below(4) ? value : 0 - value;
}

/* Compares one result: `out` has room for `size` bytes. */
static void compare(const char *fmt, const char *expected, size_t expected_length, const char *out,
	size_t size, size_t length)
{
	size_t kept = expected_length < size ? expected_length : size - 1;

	if (length != expected_length)
		fail_msg("%s: length %zu, expected %zu (%s)", fmt, length, expected_length,
			expected);
	if (size && (memcmp(out, expected, kept) || out[kept]))
		fail_msg("%s: `%.*s`, expected `%s`", fmt, (int)size, out, expected);
}

/*
 * Formats with both and compares. The buffer is of exactly `size` bytes: ASan sees one more. The
 * arguments are evaluated twice.
 */
#define CHECK(size_, fmt_, ...)                                                            \
	do {                                                                               \
		char expected_[256];                                                       \
		size_t size__ = (size_);                                                   \
		char *out_ = malloc(size__ ? size__ : 1);                                  \
		int length_ = snprintf(expected_, sizeof(expected_), (fmt_), __VA_ARGS__); \
                                                                                           \
		compare((fmt_), expected_, (size_t)length_, out_, size__,                  \
			format(out_, size__, (fmt_), __VA_ARGS__));                        \
		free(out_);                                                                \
	} while (0)

static void check_integer(size_t size, const char *fmt, const char *length)
{
	uint64_t value = random_number();

	if (!strcmp(length, "l"))
		CHECK(size, fmt, (unsigned long)value);
	else if (!strcmp(length, "ll"))
		CHECK(size, fmt, (unsigned long long)value);
	else if (!strcmp(length, "z"))
		CHECK(size, fmt, (size_t)value);
	else
		CHECK(size, fmt, (unsigned)value);
}

static void test_random_integers(void **state)
{
	static const char *const lengths[] = {"", "h", "hh", "l", "ll", "z"};
	static const char *const flags[] = {"", "-", "0", "-0", "0-"};
	static const char types[] = "diuxX";
	char fmt[64];

	(void)state;
	for (unsigned i = 0; i < ROUNDS; i++) {
		const char *length = lengths[random_below(6)];
		char width[8] = "";

		if (random_below(2))
			snprintf(width, sizeof(width), "%u", 1 + random_below(40));
		snprintf(fmt, sizeof(fmt), "a%%%s%s%s%cb", flags[random_below(5)], width, length,
			types[random_below(5)]);
		check_integer(random_below(50), fmt, length);
	}
}

static void test_random_strings(void **state)
{
	static const char letters[] = "The quick brown fox jumps over the lazy dog";
	char fmt[64];

	(void)state;
	for (unsigned i = 0; i < ROUNDS; i++) {
		const char *text = letters + random_below(sizeof(letters));
		char width[8] = "", precision[8] = "";
		const char *left = random_below(2) ? "-" : "";

		if (random_below(2))
			snprintf(width, sizeof(width), "%u", 1 + random_below(50));
		if (random_below(2))
			snprintf(precision, sizeof(precision), ".%u", random_below(50));
		snprintf(fmt, sizeof(fmt), "%%%s%s%ss|%%.*s|%%%s%sc", left, width, precision, left,
			width);
		int limit = (int)random_below(60) - 5;
		int letter = 'a' + (int)random_below(26);

		CHECK(random_below(120), fmt, text, limit, text, letter);
	}
}

static void test_random_pointers(void **state)
{
	char fmt[32];

	(void)state;
	for (unsigned i = 0; i < ROUNDS; i++) {
		void *pointer = (void *)(random_number() | 1);

		snprintf(fmt, sizeof(fmt), "%%%s%up", random_below(2) ? "-" : "",
			1 + random_below(30));
		CHECK(random_below(40), fmt, pointer);
	}
}

static void test_extremes(void **state)
{
	(void)state;
	CHECK(64, "%d %d", INT32_MIN, INT32_MAX);
	CHECK(64, "%ld %ld", INT64_MIN, INT64_MAX);
	CHECK(64, "%lu %lx %lX", UINT64_MAX, UINT64_MAX, UINT64_MAX);
	CHECK(64, "%u %x %d %lu", 0u, 0u, 0, 0ul);
	CHECK(64, "%05d|%-5d|%5d", -42, -42, -42);
	CHECK(64, "%hhx %hx %hhd %hd", 0x1ff, 0x1ffff, 200, 40000);
	CHECK(64, "100%% of %s", "it");
	CHECK(4, "%s", "0123456789");
	CHECK(1, "%s", "0123456789");
	CHECK(0, "%s", "0123456789");
}

/* A precision keeps a string without a NUL from being read further. */
static void test_string_without_end(void **state)
{
	char *text = malloc(4);
	char out[16];

	(void)state;
	memcpy(text, "abcd", 4);
	assert_int_equal(format(out, sizeof(out), "%.4s|%.*s", text, 2, text), 7);
	assert_string_equal(out, "abcd|ab");
	free(text);
}

static void test_null_string(void **state)
{
	const char *volatile null = NULL;
	char out[16];

	(void)state;
	format(out, sizeof(out), "%s", null);
	assert_string_equal(out, "(null)");
}

/* What is not known is copied, takes no argument, and the rest is still read. */
static void test_unknown(void **state)
{
	static const char *const unknown[] = {"%q %d", "%-08.3lq %d", "%+d %d", "% d %d"};
	char out[32], expected[32];

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(unknown); i++) {
		const char *volatile fmt = unknown[i];

		snprintf(expected, sizeof(expected), "%.*s 7", (int)strlen(fmt) - 3, fmt);
		assert_int_equal(format(out, sizeof(out), fmt, 7), strlen(expected));
		assert_string_equal(out, expected);
	}
	const char *volatile cut = "50%";

	assert_int_equal(format(out, sizeof(out), cut, 0), 3);
	assert_string_equal(out, "50%");
}

static void test_append(void **state)
{
	char out[8] = "";

	(void)state;
	assert_int_equal(format_append(out, sizeof(out), "%s", "abc"), 3);
	assert_int_equal(format_append(out, sizeof(out), "%d", 12), 5);
	assert_string_equal(out, "abc12");
	assert_int_equal(format_append(out, sizeof(out), "%s", "3456"), 9);
	assert_string_equal(out, "abc1234");
	assert_int_equal(format_append(out, sizeof(out), "x"), 8);
	assert_string_equal(out, "abc1234");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_integers),
		cmocka_unit_test(test_random_strings),
		cmocka_unit_test(test_random_pointers),
		cmocka_unit_test(test_extremes),
		cmocka_unit_test(test_string_without_end),
		cmocka_unit_test(test_null_string),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_append),
	};

	return cmocka_run_group_tests_name("format", tests, NULL, NULL);
}
