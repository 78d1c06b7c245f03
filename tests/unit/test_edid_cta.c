/* SPDX-License-Identifier: BSD-2-Clause */
/* CTA-861 extensions: video codes, vendors, detailed timings, and blocks that do not fit. */
#include "host.h"
#include "host_edid.h"
#include "mem/format.h"

#include <string.h>

/* Revision 3 with these data blocks and no timings. */
static struct edid edid_with_blocks(const uint8_t *blocks, uint8_t size)
{
	uint8_t block[EDID_BLOCK_SIZE] = {2, 3, (uint8_t)(4 + size), 0xc0};

	memcpy(block + 4, blocks, size);
	return edid_with(block);
}

static void test_video(void **state)
{
	/* VIC 1, VIC 16 native, VIC 64 native, VIC 127, VIC 193, VIC 219 */
	static const uint8_t blocks[] = {0x46, 1, 0x90, 0xc0, 127, 193, 219};
	static const struct {
		uint8_t vic;
		uint32_t width, height, hz;
		bool native;
	} modes[] = {{1, 640, 480, 60, false}, {16, 1920, 1080, 60, true},
		{64, 1920, 1080, 100, true}, {127, 5120, 2160, 100, false},
		{193, 5120, 2160, 120, false}, {219, 4096, 2160, 120, false}};
	struct edid edid = edid_with_blocks(blocks, sizeof(blocks));

	(void)state;
	assert_int_equal(edid.cta.revision, 3);
	assert_int_equal(edid.cta.features, 0xc0);
	assert_int_equal(edid.mode_count, ARRAY_SIZE(modes));
	for (unsigned i = 0; i < ARRAY_SIZE(modes); i++) {
		const struct edid_mode *m = &edid.modes[i];

		assert_int_equal(m->vic, modes[i].vic);
		assert_int_equal(m->origin, EDID_CTA_VIC);
		assert_int_equal(m->width, modes[i].width);
		assert_int_equal(m->height, modes[i].height);
		assert_int_equal(m->refresh_mhz, modes[i].hz * 1000);
		assert_int_equal(m->preferred, modes[i].native);
	}
	assert_int_equal(edid.preferred.vic, 1); /* the first one, native or not */
	assert_string_equal(host_log(), "");
}

/* Reserved codes are named: 0, 128, behind 219, 254. */
static void test_unknown_codes(void **state)
{
	static const uint8_t blocks[] = {0x45, 0, 128, 220, 254, 5};
	struct edid edid = edid_with_blocks(blocks, sizeof(blocks));

	(void)state;
	assert_int_equal(edid.mode_count, 1);
	assert_int_equal(edid.modes[0].vic, 5);
	assert_true(edid.modes[0].interlaced);
	assert_true(host_logged("EDID: CTA-861: video code 0 is not known"));
	assert_true(host_logged("EDID: CTA-861: video code 128 is not known"));
	assert_true(host_logged("EDID: CTA-861: video code 220 is not known"));
	assert_true(host_logged("EDID: CTA-861: video code 254 is not known"));
}

static void test_vendors(void **state)
{
	/* HDMI; YCbCr 4:2:0 with VIC 97; a vendor's video and audio; audio, colorimetry: named */
	static const uint8_t blocks[] = {0x65, 0x03, 0x0c, 0x00, 0x10, 0x00, 0xe2, 14, 97, 0xe4, 1,
		0x46, 0xd0, 0x00, 0xe4, 17, 0x11, 0x22, 0x33, 0x23, 9, 7, 7, 0xe2, 5, 0, 0xc0};
	struct edid edid = edid_with_blocks(blocks, sizeof(blocks));

	(void)state;
	assert_int_equal(edid.cta.vendor_count, 3);
	assert_int_equal(edid.cta.vendors[0], 0x000c03);
	assert_int_equal(edid.cta.vendors[1], 0x00d046);
	assert_int_equal(edid.cta.vendors[2], 0x332211);
	assert_int_equal(edid.mode_count, 1);
	assert_int_equal(edid.modes[0].vic, 97);
	assert_true(host_logged("EDID: CTA-861: block 1 (audio) is not read"));
	assert_true(host_logged("EDID: CTA-861: extended block 5 (colorimetry) is not read"));
	assert_true(host_logged("EDID: CTA-861: block 6 (video format) is not read"));
}

/* Blocks that are not read, by their tags, and by their extended ones (CTA-861). */
static void test_names(void **state)
{
	static const struct {
		uint8_t tag; /* 7: extended */
		uint8_t extended;
		const char *name;
	} cases[] = {
		{1, 0, "block 1 (audio)"},
		{4, 0, "block 4 (speaker allocation)"},
		{5, 0, "block 5 (VESA transfer characteristics)"},
		{6, 0, "block 6 (video format)"},
		{0, 0, "block 0 (unknown)"},
		{7, 0, "extended block 0 (video capability)"},
		{7, 2, "extended block 2 (VESA display device)"},
		{7, 5, "extended block 5 (colorimetry)"},
		{7, 6, "extended block 6 (HDR static metadata)"},
		{7, 7, "extended block 7 (HDR dynamic metadata)"},
		{7, 8, "extended block 8 (native video resolution)"},
		{7, 13, "extended block 13 (video format preference)"},
		{7, 15, "extended block 15 (YCbCr 4:2:0 capability map)"},
		{7, 19, "extended block 19 (room configuration)"},
		{7, 20, "extended block 20 (speaker location)"},
		{7, 32, "extended block 32 (InfoFrame)"},
		{7, 34, "extended block 34 (DisplayID type VII timing)"},
		{7, 35, "extended block 35 (DisplayID type VIII timing)"},
		{7, 42, "extended block 42 (DisplayID type X timing)"},
		{7, 120, "extended block 120 (HDMI Forum extension override)"},
		{7, 121, "extended block 121 (HDMI Forum sink capability)"},
		{7, 122, "extended block 122 (unknown)"},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		uint8_t block[] = {(uint8_t)(cases[i].tag << 5 | 1), cases[i].extended};
		char line[96];

		host_reset(NULL);
		edid_with_blocks(block, sizeof(block));
		format(line, sizeof(line), "EDID: CTA-861: %s is not read\n", cases[i].name);
		host_expect_line(line);
	}
}

/* An extended block without room for its tag. */
static void test_no_extended_tag(void **state)
{
	static const uint8_t blocks[] = {0xe0, 0x41, 4};
	struct edid edid = edid_with_blocks(blocks, sizeof(blocks));

	(void)state;
	assert_true(host_logged("EDID: CTA-861: an extended block has no tag"));
	assert_int_equal(edid.mode_count, 1);
}

static void test_too_many_vendors(void **state)
{
	uint8_t blocks[4 * 9];
	struct edid edid;

	(void)state;
	for (uint8_t i = 0; i < 9; i++)
		memcpy(blocks + 4 * i, (uint8_t[]){0x63, i, 0, 0xaa}, 4);
	edid = edid_with_blocks(blocks, sizeof(blocks));
	assert_int_equal(edid.cta.vendor_count, EDID_MAX_VENDORS);
	assert_int_equal(edid.cta.vendors[7], 0xaa0007);
	assert_true(host_logged("EDID: CTA-861: vendor 0xaa0008 is left out"));
}

/* What is in front of the block that does not fit still counts. */
static void test_blocks_that_do_not_fit(void **state)
{
	static const uint8_t longer[] = {0x41, 4, 0x43, 0x41, 5};
	static const uint8_t no_oui[] = {0x62, 3, 12};
	static const uint8_t no_tag[] = {0xe0};

	(void)state;
	assert_int_equal(edid_with_blocks(longer, sizeof(longer)).mode_count, 1);
	assert_true(host_logged("EDID: CTA-861: block 2 of 3 bytes, 2 are left"));
	assert_int_equal(edid_with_blocks(no_oui, sizeof(no_oui)).cta.vendor_count, 0);
	assert_true(host_logged("EDID: CTA-861: a vendor's block of 2 bytes has no OUI"));
	edid_with_blocks(no_tag, sizeof(no_tag));
	assert_true(host_logged("EDID: CTA-861: an extended block has no tag"));
}

/* Up to the last one that fits, at the byte in front of the checksum. */
static void test_timings(void **state)
{
	uint8_t block[EDID_BLOCK_SIZE] = {2, 3, 4, 0x02};
	struct edid edid;

	(void)state;
	for (unsigned i = 0; i < 6; i++)
		memcpy(block + 4 + 18 * i, edid_timing_1080, 18);
	memset(block + 4 + 18 * 6, 0x55, 15);
	edid = edid_with(block);
	assert_int_equal(edid.mode_count, 6);
	for (unsigned i = 0; i < 6; i++) {
		assert_int_equal(edid.modes[i].origin, EDID_CTA_DETAILED);
		assert_int_equal(edid.modes[i].preferred, i < 2);
	}
	assert_int_equal(edid.preferred.width, 1920);
	assert_int_equal(edid.width_mm, 521);
	memset(block + 4 + 18, 0, 2); /* the end of the timings */
	assert_int_equal(edid_with(block).mode_count, 1);
	block[1] = 1; /* without data blocks */
	block[2] = 127 - 18;
	memcpy(block + 127 - 18, edid_timing_1080, 18);
	assert_int_equal(edid_with(block).mode_count, 1);
	block[2] = 127 - 17;
	assert_int_equal(edid_with(block).mode_count, 0);
	assert_string_equal(host_log(), "");
}

/* A native timing is preferred to the first video code, another one is not. */
static void test_preferred(void **state)
{
	uint8_t block[EDID_BLOCK_SIZE] = {2, 3, 6, 0x00, 0x41, 4};

	(void)state;
	memcpy(block + 6, edid_timing_1080, 18);
	assert_int_equal(edid_with(block).preferred.vic, 4);
	block[3] = 0x01;
	assert_int_equal(edid_with(block).preferred.origin, EDID_CTA_DETAILED);
}

static void test_offset(void **state)
{
	uint8_t block[EDID_BLOCK_SIZE] = {2, 3, 0, 0x00, 0x41, 4};

	(void)state;
	assert_int_equal(edid_with(block).mode_count, 0); /* neither blocks nor timings */
	assert_string_equal(host_log(), "");
	for (block[2] = 1; block[2] < 4; block[2]++)
		assert_int_equal(edid_with(block).mode_count, 0);
	assert_true(host_logged("EDID: CTA-861: the timings cannot be at 1"));
	assert_true(host_logged("EDID: CTA-861: the timings cannot be at 3"));
	block[2] = 127;
	assert_int_equal(edid_with(block).mode_count, 1);
	block[2] = 128;
	assert_int_equal(edid_with(block).mode_count, 0);
	assert_true(host_logged("EDID: CTA-861: the timings cannot be at 128"));
}

/* Before revision 3 there are timings only. */
static void test_first_revision(void **state)
{
	uint8_t block[EDID_BLOCK_SIZE] = {2, 1, 6, 0x00, 0x41, 4};
	struct edid edid;

	(void)state;
	memcpy(block + 6, edid_timing_1080, 18);
	edid = edid_with(block);
	assert_int_equal(edid.mode_count, 1);
	assert_int_equal(edid.modes[0].origin, EDID_CTA_DETAILED);
	assert_int_equal(edid.cta.revision, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_video, host_reset),
		cmocka_unit_test_setup(test_unknown_codes, host_reset),
		cmocka_unit_test_setup(test_vendors, host_reset),
		cmocka_unit_test_setup(test_names, host_reset),
		cmocka_unit_test_setup(test_no_extended_tag, host_reset),
		cmocka_unit_test_setup(test_too_many_vendors, host_reset),
		cmocka_unit_test_setup(test_blocks_that_do_not_fit, host_reset),
		cmocka_unit_test_setup(test_timings, host_reset),
		cmocka_unit_test_setup(test_preferred, host_reset),
		cmocka_unit_test_setup(test_offset, host_reset),
		cmocka_unit_test_setup(test_first_revision, host_reset),
	};

	return cmocka_run_group_tests_name("edid_cta", tests, NULL, NULL);
}
