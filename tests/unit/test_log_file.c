/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/log_file.h"
#include "fake_firmware.h"
#include "host.h"

#include <string.h>

static struct firmware fw;
static char said[TEXT_FILE_SAID_SIZE];

static int setup(void **state)
{
	fake_firmware_init(&fw);
	return host_reset(state);
}

static int teardown(void **state)
{
	(void)state;
	assert_int_equal(fake_firmware.file.handles, 0);
	return 0;
}

static void assert_file(const char *text)
{
	assert_true(fake_firmware.file.exists);
	assert_string_equal(fake_firmware.file.name, "\\firstlight.log");
	assert_int_equal(fake_firmware.file.length, strlen(text));
	assert_memory_equal(fake_firmware.file.text, text, strlen(text));
}

static void test_lines(void **state)
{
	(void)state;
	log_line("one");
	log_line("two");
	assert_true(log_file_write(&fw, said));
	assert_file("one\ntwo\n");
	assert_string_equal(said, "firstlight.log, 8 bytes");
}

/* A longer log than the ring: its last lines, the first of them whole. */
static void test_the_last_lines(void **state)
{
	const char *line = "line 9999\n", *text = fake_firmware.file.text;

	(void)state;
	for (unsigned i = 0; i < 10000; i++)
		log_line("line %u", i);
	assert_true(log_file_write(&fw, said));
	assert_in_range(fake_firmware.file.length, LOG_RING_SIZE - 16, LOG_RING_SIZE);
	assert_memory_equal(text, "line ", 5);
	assert_memory_equal(text + fake_firmware.file.length - strlen(line), line, strlen(line));
}

/* Nothing of a longer file of an earlier run stays behind the new one. */
static void test_replaces(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 100; i++)
		log_line("of the run before");
	assert_true(log_file_write(&fw, said));
	host_reset(state);
	log_line("short");
	assert_true(log_file_write(&fw, said));
	assert_file("short\n");
}

static void test_no_volume(void **state)
{
	(void)state;
	fake_firmware.file.no_volume = true;
	assert_false(log_file_write(&fw, said));
	assert_non_null(strstr(said, "firstlight.log: this image's volume has no file system"));
	fake_firmware.file.no_volume = false;
	fake_firmware.loaded.DeviceHandle = NULL;
	assert_false(log_file_write(&fw, said));
	assert_false(fake_firmware.file.exists);
}

static void test_write_protected(void **state)
{
	(void)state;
	fake_firmware.file.open = EFI_WRITE_PROTECTED;
	assert_false(log_file_write(&fw, said));
	assert_non_null(strstr(said, "the volume is write-protected (status 0x80"));
}

/* A file that cannot be deleted is not written over: its end would stay. */
static void test_cannot_be_deleted(void **state)
{
	(void)state;
	log_line("old");
	assert_true(log_file_write(&fw, said));
	fake_firmware.file.removal = EFI_WARN_DELETE_FAILURE;
	log_line("new");
	assert_false(log_file_write(&fw, said));
	assert_non_null(strstr(said, "may not be replaced"));
	assert_file("old\n");
}

static void test_full(void **state)
{
	(void)state;
	fake_firmware.file.room = 10;
	log_line("0123456789");
	assert_false(log_file_write(&fw, said));
	assert_non_null(strstr(said, "the volume is full"));
	assert_file("0123456789");
}

static void test_not_flushed(void **state)
{
	(void)state;
	fake_firmware.file.flush = EFI_DEVICE_ERROR;
	assert_false(log_file_write(&fw, said));
	assert_non_null(strstr(said, "firmware cannot write it"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_lines, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_last_lines, setup, teardown),
		cmocka_unit_test_setup_teardown(test_replaces, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_volume, setup, teardown),
		cmocka_unit_test_setup_teardown(test_write_protected, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cannot_be_deleted, setup, teardown),
		cmocka_unit_test_setup_teardown(test_full, setup, teardown),
		cmocka_unit_test_setup_teardown(test_not_flushed, setup, teardown),
	};

	return cmocka_run_group_tests_name("log_file", tests, NULL, NULL);
}
