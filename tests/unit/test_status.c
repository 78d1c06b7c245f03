/* SPDX-License-Identifier: BSD-2-Clause */
/* In: mem/status.c. Out: whether every status has a name of its own. */
#include "host.h"

#include <string.h>

#include "mem/status.h"

static void test_names(void **state)
{
	(void)state;
	for (unsigned i = 0; i < STATUS_COUNT; i++) {
		assert_non_null(status_name((enum status)i));
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(
				status_name((enum status)i), status_name((enum status)j));
	}
	assert_string_equal(status_name(OK), "ok");
	assert_string_equal(status_name(ERR_TIMEOUT), "timeout");
	assert_string_equal(status_name(STATUS_COUNT), "unknown status");
	assert_string_equal(status_name((enum status) - 1), "unknown status");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests_name("status", tests, NULL, NULL);
}
