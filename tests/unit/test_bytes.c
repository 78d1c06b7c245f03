/* SPDX-License-Identifier: BSD-2-Clause */
/* In: mem/bytes.c. Out: whether numbers are read right, and nothing is read past the end. */
#include "host.h"

#include "mem/bytes.h"

static const uint8_t data[] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 'o', 'k', 0, 'x'};

static void test_little_endian(void **state)
{
	struct bytes b = bytes_of(data, sizeof(data));

	(void)state;
	assert_int_equal(bytes_u8(&b), 0x01);
	assert_int_equal(bytes_le16(&b), 0x4523);
	assert_int_equal(bytes_le32(&b), 0xcdab8967);
	bytes_seek(&b, 0);
	assert_true(bytes_le64(&b) == 0xefcdab8967452301);
	assert_int_equal(bytes_left(&b), 4);
	assert_false(b.overrun);
}

static void test_big_endian(void **state)
{
	struct bytes b = bytes_of(data, sizeof(data));

	(void)state;
	assert_int_equal(bytes_be32(&b), 0x01234567);
	bytes_seek(&b, 0);
	assert_true(bytes_be64(&b) == 0x0123456789abcdef);
}

static void test_overrun_stays(void **state)
{
	struct bytes b = bytes_of(data, 3);

	(void)state;
	assert_int_equal(bytes_le32(&b), 0);
	assert_true(b.overrun);
	assert_int_equal(bytes_left(&b), 0);
	assert_int_equal(bytes_u8(&b), 0);
	bytes_seek(&b, 0);
	assert_int_equal(bytes_u8(&b), 1);
	assert_true(b.overrun);
}

static void test_each_width_overruns(void **state)
{
	(void)state;
	for (size_t size = 0; size < 8; size++) {
		struct bytes a = bytes_of(data, size), b = a, c = a, d = a, e = a;

		assert_true(bytes_le64(&a) == 0 && a.overrun);
		assert_true(bytes_be64(&b) == 0 && b.overrun);
		bytes_le32(&c);
		assert_int_equal(c.overrun, size < 4);
		bytes_be32(&d);
		assert_int_equal(d.overrun, size < 4);
		bytes_le16(&e);
		assert_int_equal(e.overrun, size < 2);
	}
}

static void test_take(void **state)
{
	struct bytes b = bytes_of(data, sizeof(data));

	(void)state;
	bytes_seek(&b, 2);
	assert_ptr_equal(bytes_take(&b, 3), data + 2);
	assert_int_equal(b.pos, 5);
	assert_ptr_equal(bytes_take(&b, 0), data + 5);
	assert_null(bytes_take(&b, SIZE_MAX));
	assert_true(b.overrun);
}

static void test_seek(void **state)
{
	struct bytes b = bytes_of(data, sizeof(data));

	(void)state;
	bytes_seek(&b, sizeof(data));
	assert_false(b.overrun);
	bytes_seek(&b, sizeof(data) + 1);
	assert_true(b.overrun);
	assert_int_equal(b.pos, sizeof(data));
}

static void test_slice(void **state)
{
	struct bytes b = bytes_of(data, sizeof(data)), part;

	(void)state;
	bytes_seek(&b, 7); /* does not matter */
	part = bytes_slice(&b, 4, 4);
	assert_int_equal(bytes_be32(&part), 0x89abcdef);
	assert_int_equal(bytes_left(&part), 0);
	assert_false(part.overrun);
	part = bytes_slice(&b, sizeof(data), 0);
	assert_false(part.overrun);
	part = bytes_slice(&b, 4, sizeof(data) - 3);
	assert_true(part.overrun);
	assert_int_equal(part.size, 0);
	part = bytes_slice(&b, SIZE_MAX, 2);
	assert_true(part.overrun);
	part = bytes_slice(&b, 2, SIZE_MAX);
	assert_true(part.overrun);
}

static void test_string(void **state)
{
	struct bytes b = bytes_of(data, sizeof(data));

	(void)state;
	bytes_seek(&b, 8);
	assert_string_equal(bytes_string(&b), "ok");
	assert_int_equal(b.pos, 11);
	assert_null(bytes_string(&b)); /* 'x' has no NUL behind it */
	assert_true(b.overrun);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_little_endian),
		cmocka_unit_test(test_big_endian),
		cmocka_unit_test(test_overrun_stays),
		cmocka_unit_test(test_each_width_overruns),
		cmocka_unit_test(test_take),
		cmocka_unit_test(test_seek),
		cmocka_unit_test(test_slice),
		cmocka_unit_test(test_string),
	};

	return cmocka_run_group_tests_name("bytes", tests, NULL, NULL);
}
