/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/leave.h"
#include "fake_firmware.h"
#include "host.h"

#include <stdlib.h>

static struct firmware fw;

static int setup(void **state)
{
	fake_firmware_init(&fw);
	fake_firmware_add(EfiConventionalMemory, 0x40000000, 0x1000, EFI_MEMORY_WB);
	return host_reset(state);
}

/* The copy of the map belongs to nobody any more once boot services are left. */
static int teardown(void **state)
{
	(void)state;
	free(fw.map.descriptors);
	return 0;
}

static void test_at_once(void **state)
{
	(void)state;
	assert_int_equal(boot_services_leave(&fw), OK);
	assert_true(fake_firmware.left);
	assert_int_equal(fake_firmware.exits, 1);
	assert_int_equal(fake_firmware.watchdog_timeout, 0);
	assert_true(host_logged("watchdog: off"));
}

/* Each stale key means another reading of the map, without an allocation (fake_firmware.c). */
static void test_stale(void **state)
{
	(void)state;
	fake_firmware.stale = 3;
	assert_int_equal(boot_services_leave(&fw), OK);
	assert_int_equal(fake_firmware.exits, 4);
	assert_true(host_logged("attempt 3: the memory map is stale"));
	assert_true(host_logged("done, attempt 4"));
}

static void test_never(void **state)
{
	(void)state;
	fake_firmware.stale = 1000;
	assert_int_equal(boot_services_leave(&fw), ERR_REFUSED);
	assert_false(fake_firmware.left);
	assert_int_equal(fake_firmware.exits, 8);
	assert_true(host_logged("error: ExitBootServices: status"));
}

/* The map has grown beyond the buffer: that is said, not written over. */
static void test_map_outgrows(void **state)
{
	(void)state;
	assert_int_equal(memory_map_read(&fw.map, &fake_firmware.services), EFI_SUCCESS);
	fw.map.capacity = 8;
	assert_int_equal(boot_services_leave(&fw), ERR_REFUSED);
	assert_int_equal(fake_firmware.exits, 0);
	assert_true(host_logged("error: GetMemoryMap: status"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stale, setup, teardown),
		cmocka_unit_test_setup_teardown(test_never, setup, teardown),
		cmocka_unit_test_setup_teardown(test_map_outgrows, setup, teardown),
	};

	return cmocka_run_group_tests_name("leave", tests, NULL, NULL);
}
