/* SPDX-License-Identifier: BSD-2-Clause */
/* Where options come from: a file, the shell, LoadOptions, each with what firmware may make of it.
 */
#include "efi/option_sources.h"

#include <efishell.h>

#include "fake_firmware.h"
#include "host.h"

#include <stdlib.h>
#include <string.h>

static struct firmware fw;
static struct options options;

static int setup(void **state)
{
	fake_firmware_init(&fw);
	return host_reset(state);
}

static int teardown(void **state)
{
	(void)state;
	assert_int_equal(fake_firmware.file.handles, 0);
	assert_int_equal(fake_firmware.pools, 0);
	return 0;
}

static void write_config(const char *text, size_t length)
{
	fake_firmware.file.exists = true;
	fake_firmware.file.length = length;
	memcpy(fake_firmware.file.text, text, length);
}

/* LoadOptions of so many bytes, in memory of just that size, so that reading past it is seen. */
static enum status load_options(const void *bytes, size_t size)
{
	enum status status;

	fake_firmware.loaded.LoadOptions = malloc(size);
	fake_firmware.loaded.LoadOptionsSize = (UINT32)size;
	memcpy(fake_firmware.loaded.LoadOptions, bytes, size);
	status = options_load(&options, &fw);
	free(fake_firmware.loaded.LoadOptions);
	return status;
}

static void test_nothing(void **state)
{
	(void)state;
	assert_int_equal(options_load(&options, &fw), OK);
	assert_true(host_logged("options: no firstlight.conf on the volume of this image"));
	assert_true(host_logged("options: firmware has no SMBIOS"));
	assert_false(host_logged("error:"));
}

static void test_file(void **state)
{
	static const char text[] = "label=off # a comment\r\npattern=grid";

	(void)state;
	write_config(text, strlen(text));
	assert_int_equal(options_load(&options, &fw), OK);
	assert_string_equal(fake_firmware.file.name, "\\firstlight.conf");
	assert_false(options.label);
	assert_int_equal(options.picture.pattern, PICTURE_GRID);
}

/* That there is none is said only where firmware says so. */
static void test_file_that_cannot_be_opened(void **state)
{
	(void)state;
	fake_firmware.file.open = EFI_VOLUME_CORRUPTED;
	assert_int_equal(options_load(&options, &fw), OK);
	assert_true(host_logged("firstlight.conf cannot be opened: status 0x800000000000000a"));
	assert_false(host_logged("no firstlight.conf"));
}

static void test_file_that_cannot_be_read(void **state)
{
	(void)state;
	write_config("label=off", 9);
	fake_firmware.file.read = EFI_DEVICE_ERROR;
	assert_int_equal(options_load(&options, &fw), ERR_MALFORMED);
	assert_true(host_logged("error: options: firstlight.conf cannot be read: status"));
	assert_true(options.label);
}

static void test_file_that_is_too_long(void **state)
{
	(void)state;
	memset(fake_firmware.file.text, ' ', FAKE_FILE_SIZE);
	fake_firmware.file.exists = true;
	fake_firmware.file.length = OPTIONS_MAX_LENGTH;
	assert_int_equal(options_load(&options, &fw), OK);
	fake_firmware.file.length++;
	assert_int_equal(options_load(&options, &fw), ERR_MALFORMED);
	assert_true(host_logged("error: 65537 bytes of options are more than 65536"));
}

static void test_load_options(void **state)
{
	static const CHAR16 text[] = {'l', 'a', 'b', 'e', 'l', '=', 'o', 'f', 'f', 0, 0};

	(void)state;
	for (unsigned ends = 0; ends <= 2; ends++) {
		assert_int_equal(load_options(text, sizeof(text) - ends * sizeof(*text)), OK);
		assert_false(options.label);
	}
}

/* UEFI 2.10 §3.1.3: what stands there is anybody's. */
static void test_load_options_that_are_no_text(void **state)
{
	static const CHAR16 nul[] = {0, 'x'}, guid[] = {0xac4e, 0x8108}, odd[] = {'x', 'y'};

	(void)state;
	assert_int_equal(load_options(nul, sizeof(nul)), OK);
	assert_int_equal(load_options(guid, sizeof(guid)), OK);
	assert_int_equal(load_options(odd, sizeof(odd) - 1), OK);
	assert_int_equal(load_options(odd, 1), OK);
	assert_true(host_logged("LoadOptions (4 bytes) are no text and are not used"));
	assert_true(host_logged("LoadOptions (3 bytes) are no text and are not used"));
	assert_false(host_logged("error:"));
}

/* Text with something else in it is a mistake that somebody made. */
static void test_load_options_with_other_characters(void **state)
{
	static const CHAR16 wide[] = {'a', 0x4e2d, 'b'}, nul[] = {'h', 'e', 0, 'p'};

	(void)state;
	assert_int_equal(load_options(wide, sizeof(wide)), ERR_MALFORMED);
	assert_true(host_logged("LoadOptions: error: byte 0xff at offset 1 is not printable"));
	assert_int_equal(load_options(nul, sizeof(nul)), ERR_MALFORMED);
	assert_true(host_logged("LoadOptions: error: byte 0x00 at offset 2 is not printable"));
}

/* The arguments from the shell, the image's name first, are instead of LoadOptions. */
static void test_shell(void **state)
{
	CHAR16 name[] = {'a', '=', 'b', 0},
	       argument[] = {'l', 'a', 'b', 'e', 'l', '=', 'o', 'f', 'f', 0};
	CHAR16 empty[] = {0}, bad[] = {'x', 0};
	CHAR16 *words[] = {name, argument, empty}, *bad_words[] = {name, bad};
	EFI_SHELL_PARAMETERS_PROTOCOL shell = {.Argv = words, .Argc = ARRAY_SIZE(words)};
	static const CHAR16 other[] = {'n', 'o', 'n', 'e'};

	(void)state;
	fake_firmware.shell = &shell;
	assert_int_equal(load_options(other, sizeof(other)), OK);
	assert_false(options.label);
	assert_true(host_logged("shell: option label=off"));
	shell = (EFI_SHELL_PARAMETERS_PROTOCOL){.Argv = bad_words, .Argc = ARRAY_SIZE(bad_words)};
	assert_int_equal(options_load(&options, &fw), ERR_MALFORMED);
	assert_true(host_logged("shell: error: unknown key `x`"));
	shell.Argc = 0;
	assert_int_equal(options_load(&options, &fw), OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_file, setup, teardown),
		cmocka_unit_test_setup_teardown(test_file_that_cannot_be_opened, setup, teardown),
		cmocka_unit_test_setup_teardown(test_file_that_cannot_be_read, setup, teardown),
		cmocka_unit_test_setup_teardown(test_file_that_is_too_long, setup, teardown),
		cmocka_unit_test_setup_teardown(test_load_options, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_load_options_that_are_no_text, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_load_options_with_other_characters, setup, teardown),
		cmocka_unit_test_setup_teardown(test_shell, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
