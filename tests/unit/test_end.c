/* SPDX-License-Identifier: BSD-2-Clause */
/* In: platform/end.c. Out: whether the exit code reaches QEMU's device. */
#include "host.h"

#include "platform/end.h"

static uint64_t written;

static uint64_t read_port(void *context, uint64_t offset, unsigned width)
{
	(void)context;
	fail_msg("read of %u bytes at %lu", width, offset);
	return 0;
}

static void write_port(void *context, uint64_t offset, unsigned width, uint64_t value)
{
	(void)context;
	assert_int_equal(offset, 0);
	assert_int_equal(width, 1);
	written = value;
}

static void test_debug_exit(void **state)
{
	const struct host_window window = {
		.space = IO_PORT,
		.base = 0x501,
		.size = 1,
		.read = read_port,
		.write = write_port,
	};

	(void)state;
	/* Nobody there: it returns. */
	assert_false(end_debug_exit(3));
	host_add_window(&window);
	assert_false(end_debug_exit(3));
	assert_int_equal(written, 3);
	host_set_ports(false);
	assert_false(end_debug_exit(4));
	assert_int_equal(written, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_debug_exit, host_reset),
	};

	return cmocka_run_group_tests_name("end", tests, NULL, NULL);
}
