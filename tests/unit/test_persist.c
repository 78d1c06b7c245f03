/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/own_memory.h"
#include "efi/persist.h"
#include "fake_firmware.h"
#include "host.h"

#include <string.h>

static struct firmware fw;
static struct memory_plan plan;
static unsigned leaves, returns;

/* The own tables, which are efi/own_memory.c on the target. */
const struct memory_plan *own_memory_plan(void)
{
	return &plan;
}

void own_memory_leave(void)
{
	leaves++;
	plan.in_force = false;
}

void own_memory_return(void)
{
	assert_int_equal(fake_firmware.variable.writes, 1);
	returns++;
	plan.in_force = true;
}

static int setup(void **state)
{
	fake_firmware_init(&fw);
	plan.in_force = true;
	leaves = 0;
	returns = 0;
	return host_reset(state);
}

/* The variable as text. */
static const char *value(void)
{
	struct fake_variable *v = &fake_firmware.variable;

	assert_true(v->exists);
	assert_true(v->size <= PERSIST_MAX_SIZE);
	v->value[v->size] = '\0';
	return v->value;
}

static void test_short(void **state)
{
	(void)state;
	log_line("TAP version 14");
	log_line("    not ok 3 - gpu0: step # why");
	log_line("# [   0.1] gpu0: error: cause: mistake 1: text");
	persist_write(&fw, "# RESULT: FAIL x\n");
	assert_int_equal(leaves, 1);
	assert_int_equal(returns, 1);
	assert_true(host_logged("ok 1 - efi: persist: "));
	assert_string_equal(value(), "# RESULT: FAIL x\n"
				     "    not ok 3 - gpu0: step # why\n"
				     "# [   0.1] gpu0: error: cause: mistake 1: text\n"
				     "TAP version 14\n"
				     "    not ok 3 - gpu0: step # why\n"
				     "# [   0.1] gpu0: error: cause: mistake 1: text\n");
}

/* Full of failures: never more than the limit, whole lines, the first failures and the last lines.
 */
static void test_long(void **state)
{
	const char *text;

	(void)state;
	for (unsigned i = 0; i < 3000; i++)
		log_line("not ok %u - x: y # z", i + 10000);
	persist_write(&fw, "# RESULT: FAIL x\n");
	text = value();
	assert_in_range(strlen(text), PERSIST_MAX_SIZE - 100, PERSIST_MAX_SIZE);
	assert_memory_equal(text, "# RESULT: FAIL x\nnot ok 1", 25);
	assert_non_null(strstr(text, "not ok 12999 - x: y # z\n"));
	for (const char *at = strchr(text, '\n') + 1; *at; at = strchr(at, '\n') + 1)
		assert_memory_equal(at, "not ok ", 7);
}

static void test_full(void **state)
{
	(void)state;
	fake_firmware.variable.answer = EFI_OUT_OF_RESOURCES;
	persist_write(&fw, "# RESULT: PASS x\n");
	assert_int_equal(fake_firmware.variable.writes, 1);
	assert_int_equal(returns, 1);
	assert_true(host_logged("persist # SKIP firmware does not take"));
}

static void leave_variable(const char *text)
{
	fake_firmware.variable.exists = true;
	fake_firmware.variable.size = strlen(text);
	memcpy(fake_firmware.variable.value, text, strlen(text));
}

static void test_recovers(void **state)
{
	(void)state;
	leave_variable("what was\n");
	persist_recover(&fw);
	assert_string_equal(fake_firmware.file.name, "\\firstlight-last.log");
	assert_int_equal(fake_firmware.file.length, 9);
	assert_memory_equal(fake_firmware.file.text, "what was\n", 9);
	assert_false(fake_firmware.variable.exists);
	assert_true(host_logged("persist: of an earlier run: firstlight-last.log, 9 bytes"));
	assert_int_equal(fake_firmware.file.handles, 0);
}

/* It stays until it is in a file. */
static void test_no_file(void **state)
{
	(void)state;
	leave_variable("what was\n");
	fake_firmware.file.room = 4;
	persist_recover(&fw);
	assert_true(fake_firmware.variable.exists);
	assert_int_equal(fake_firmware.variable.writes, 0);
	assert_true(host_logged("the volume is full"));
}

static void test_nothing(void **state)
{
	(void)state;
	persist_recover(&fw);
	assert_false(fake_firmware.file.exists);
	assert_int_equal(fake_firmware.variable.writes, 0);
	assert_false(host_logged("persist"));
}

/* A variable of that name that is not ours is left alone. */
static void test_too_long(void **state)
{
	(void)state;
	fake_firmware.variable.exists = true;
	fake_firmware.variable.size = PERSIST_MAX_SIZE + 1;
	persist_recover(&fw);
	assert_true(fake_firmware.variable.exists);
	assert_false(fake_firmware.file.exists);
	assert_true(host_logged("FirstlightLast cannot be read: status 0x8000000000000005, 4097"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_short, setup),
		cmocka_unit_test_setup(test_long, setup),
		cmocka_unit_test_setup(test_full, setup),
		cmocka_unit_test_setup(test_recovers, setup),
		cmocka_unit_test_setup(test_no_file, setup),
		cmocka_unit_test_setup(test_nothing, setup),
		cmocka_unit_test_setup(test_too_long, setup),
	};

	return cmocka_run_group_tests_name("persist", tests, NULL, NULL);
}
