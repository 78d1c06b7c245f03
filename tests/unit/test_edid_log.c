/* SPDX-License-Identifier: BSD-2-Clause */
/* What an EDID says, as lines: identity and preferred mode at info, the rest at debug. */
#include "host.h"
#include "host_edid.h"

#include <string.h>

static struct edid full(void)
{
	struct edid edid = {
		.manufacturer = "ABC",
		.product = 0x42,
		.serial = 0x1234,
		.week = 7,
		.year = 2026,
		.version = 1,
		.revision = 4,
		.input = 0xb5,
		.features = 0x06,
		.width_mm = 521,
		.height_mm = 293,
		.name = "Screen",
		.serial_text = "S/N 7",
		.range = {48, 75, 30, 83, 170},
		.cta = {3, 0xf0, {0x000c03, 0xc45dd8, 0x00d046}, 3},
		.displayid = {.version = 2,
			.use = 4,
			.vendor_oui = 0x000c03,
			.product = 9,
			.serial = 8,
			.name = "Inner",
			.native_width = 5120,
			.native_height = 2880,
			.tiles_wide = 2,
			.tiles_high = 1,
			.tile_x = 1,
			.tile_width = 2560,
			.tile_height = 2880},
		.mode_count = 3,
		.modes = {{.width = 1920,
				  .height = 1080,
				  .refresh_mhz = 59940,
				  .clock_khz = 148352,
				  .h_blank = 280,
				  .h_front = 88,
				  .h_sync = 44,
				  .v_blank = 45,
				  .v_front = 4,
				  .v_sync = 5,
				  .h_positive = true},
			{.width = 1920,
				.height = 1080,
				.refresh_mhz = 60000,
				.vic = 5,
				.interlaced = true,
				.preferred = true,
				.origin = EDID_CTA_VIC},
			{.width = 640,
				.height = 480,
				.refresh_mhz = 60000,
				.origin = EDID_ESTABLISHED}},
	};

	edid.preferred = edid.modes[0];
	return edid;
}

static void test_everything(void **state)
{
	struct edid edid = full();

	(void)state;
	edid_log(&edid, "gpu0", 3);
	host_expect_line(
		"gpu0: scanout 3: EDID 1.4 ABC 0042 'Screen', prefers 1920x1080 at 59.940 Hz, "
		"521x293 mm\n");
	host_expect_line("gpu0: EDID: serial number: 0x00001234 'S/N 7'\n");
	host_expect_line("gpu0: EDID: made in week 7 of 2026\n");
	host_expect_line(
		"gpu0: EDID: input: digital, DisplayPort, bits a colour: 10, features 0x06\n");
	host_expect_line("gpu0: EDID: range: 48-75 Hz, 30-83 kHz, up to 170 MHz\n");
	host_expect_line(
		"gpu0: EDID: CTA-861: revision 3, features 0xf0, vendors: 000c03 (HDMI), c45dd8 "
		"(HDMI Forum), 00d046\n");
	host_expect_line("gpu0: EDID: DisplayID 2.0: use 4, native 5120x2880\n");
	host_expect_line("gpu0: EDID: DisplayID: product 000c03 0009 0x00000008 'Inner'\n");
	host_expect_line("gpu0: EDID: DisplayID: tile 1,0 of 2x1, 2560x2880 pixels\n");
	host_expect_line(
		"gpu0: EDID: mode: 1920x1080 at 59.940 Hz, detailed timing: 148.352 MHz, blank 280 "
		"front 88 sync 44+, blank 45 front 4 sync 5-\n");
	host_expect_line("gpu0: EDID: mode: 1920x1080i at 60.000 Hz, CTA-861 VIC 5, preferred\n");
	host_expect_line("gpu0: EDID: mode: 640x480 at 60.000 Hz, established timing\n");
}

static void test_info_is_one_line(void **state)
{
	struct edid edid = full();

	(void)state;
	for (unsigned round = 0; round < 2; round++) {
		const char *end;

		host_reset(NULL);
		the_log.level = LOG_INFO;
		edid_log(&edid, "gpu0", 0);
		end = strchr(host_log(), '\n');
		assert_non_null(end);
		assert_string_equal(end, "\n");
		edid.week = 0xff;
		edid.input = 0;
	}
}

/* What is not stated has no line, and no number that looks like one. */
static void test_nothing(void **state)
{
	struct edid edid = {.manufacturer = "ABC",
		.week = 0xff,
		.year = 2020,
		.version = 1,
		.revision = 3,
		.input = 0x08};

	(void)state;
	edid_log(&edid, "gpu0", 0);
	host_expect_line("prefers nothing, 0x0 mm\n");
	host_expect_line("gpu0: EDID: model of 2020\n");
	host_expect_line("gpu0: EDID: input: analog, features 0x00\n");
	assert_false(host_logged("range") || host_logged("CTA") || host_logged("DisplayID"));
	assert_false(host_logged("mode:"));
	edid.input = 0x80;
	edid.week = 0;
	edid_log(&edid, "gpu0", 0);
	host_expect_line("gpu0: EDID: input: digital, features 0x00\n");
	host_expect_line("gpu0: EDID: made in 2020\n");
	edid.revision = 4;
	edid.input = 0xff;
	edid_log(&edid, "gpu0", 0);
	host_expect_line("gpu0: EDID: input: digital, reserved, bits a colour: 0, features 0x00\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_everything, host_reset),
		cmocka_unit_test_setup(test_info_is_one_line, host_reset),
		cmocka_unit_test_setup(test_nothing, host_reset),
	};

	return cmocka_run_group_tests_name("edid_log", tests, NULL, NULL);
}
