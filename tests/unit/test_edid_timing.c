/* SPDX-License-Identifier: BSD-2-Clause */
/* Timings of the base block: detailed ones to the bit, standard and established ones. */
#include "host.h"
#include "host_edid.h"

#include <string.h>

static struct edid edid_with_timing(const uint8_t *timing)
{
	uint8_t block[EDID_BLOCK_SIZE];

	edid_plain(block);
	memcpy(block + EDID_DESCRIPTOR(0), timing, 18);
	edid_seal(block);
	return edid_of(block, sizeof(block));
}

static void test_detailed(void **state)
{
	struct edid_mode m = edid_with_timing(edid_timing_1080).modes[0];

	(void)state;
	assert_int_equal(m.width, 1920);
	assert_int_equal(m.height, 1080);
	assert_int_equal(m.clock_khz, 148500);
	assert_int_equal(m.refresh_mhz, 60000);
	assert_int_equal(m.h_blank, 280);
	assert_int_equal(m.h_front, 88);
	assert_int_equal(m.h_sync, 44);
	assert_int_equal(m.v_blank, 45);
	assert_int_equal(m.v_front, 4);
	assert_int_equal(m.v_sync, 5);
	assert_true(m.h_positive && m.v_positive);
	assert_false(m.interlaced || m.preferred);
	assert_int_equal(m.origin, EDID_DETAILED);
	assert_string_equal(host_log(), "");
}

/* Every bit of every number. */
static void test_all_ones(void **state)
{
	uint8_t ones[18];
	struct edid edid;
	struct edid_mode m;

	(void)state;
	memset(ones, 0xff, sizeof(ones));
	edid = edid_with_timing(ones);
	m = edid.modes[0];
	assert_int_equal(m.clock_khz, 655350);
	assert_int_equal(m.width, 4095);
	assert_int_equal(m.height, 8190);
	assert_int_equal(m.h_blank, 4095);
	assert_int_equal(m.v_blank, 4095);
	assert_int_equal(m.h_front, 1023);
	assert_int_equal(m.h_sync, 1023);
	assert_int_equal(m.v_front, 63);
	assert_int_equal(m.v_sync, 63);
	assert_int_equal(edid.width_mm, 4095);
	assert_int_equal(edid.height_mm, 4095);
	assert_true(m.interlaced);
}

/* Analog and composite syncs have no polarity of their own here. */
static void test_syncs(void **state)
{
	static const struct {
		uint8_t flags;
		bool h, v;
	} cases[] = {{0x1e, true, true}, {0x1a, true, false}, {0x1c, false, true},
		{0x18, false, false}, {0x16, true, false}, {0x14, false, false},
		{0x06, false, false}};
	uint8_t timing[18];

	(void)state;
	memcpy(timing, edid_timing_1080, sizeof(timing));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct edid_mode m;

		timing[17] = cases[i].flags;
		m = edid_with_timing(timing).modes[0];
		assert_int_equal(m.h_positive, cases[i].h);
		assert_int_equal(m.v_positive, cases[i].v);
	}
}

static void test_sync_outside_the_blanking(void **state)
{
	uint8_t timing[18];

	(void)state;
	memcpy(timing, edid_timing_1080, sizeof(timing));
	timing[8] = 280 - 44; /* just inside */
	edid_with_timing(timing);
	assert_string_equal(host_log(), "");
	timing[8]++;
	assert_int_equal(edid_with_timing(timing).mode_count, 1);
	assert_true(host_logged("EDID: 1920x1080: the sync does not fit into the blanking"));
	host_reset(NULL);
	memcpy(timing, edid_timing_1080, sizeof(timing));
	timing[6] = 8; /* less than front and sync */
	edid_with_timing(timing);
	assert_true(host_logged("EDID: 1920x1080: the sync does not fit into the blanking"));
}

/* 1 pixel of 1 line at 655 MHz is more millihertz than 32 bits hold. */
static void test_fastest(void **state)
{
	static const uint8_t timing[18] = {0xff, 0xff, 1, 0, 0, 1};

	(void)state;
	assert_int_equal(edid_with_timing(timing).modes[0].refresh_mhz, UINT32_MAX);
}

static void test_standard(void **state)
{
	static const uint8_t timings[16] = {
		0xd1, 0xc0, 0x95, 0x00, 0x81, 0x80, 0x45, 0x59, 0, 0, 1, 1, 0xff, 0xff, 1, 0};
	static const struct {
		uint32_t width, height, hz;
	} modes[] = {{1920, 1080, 60}, {1440, 900, 60}, {1280, 1024, 60}, {800, 600, 85},
		{2288, 1287, 123}, {256, 160, 60}};
	uint8_t block[EDID_BLOCK_SIZE];
	struct edid edid;

	(void)state;
	edid_plain(block);
	memcpy(block + 38, timings, sizeof(timings));
	edid_seal(block);
	edid = edid_of(block, sizeof(block));
	assert_int_equal(edid.mode_count, ARRAY_SIZE(modes));
	for (unsigned i = 0; i < ARRAY_SIZE(modes); i++) {
		assert_int_equal(edid.modes[i].width, modes[i].width);
		assert_int_equal(edid.modes[i].height, modes[i].height);
		assert_int_equal(edid.modes[i].refresh_mhz, modes[i].hz * 1000);
		assert_int_equal(edid.modes[i].origin, EDID_STANDARD);
	}
	assert_int_equal(edid.preferred.width, 0);
	block[19] = 2; /* before 1.3 the first ratio was 1:1 */
	edid_seal(block);
	assert_int_equal(edid_of(block, sizeof(block)).modes[1].height, 1440);
}

static void test_established(void **state)
{
	uint8_t block[EDID_BLOCK_SIZE];
	struct edid edid;

	(void)state;
	edid_plain(block);
	block[35] = 0x20; /* 640x480 */
	block[36] = 0x10; /* 1024x768, interlaced */
	block[37] = 0xff; /* 1152x870; the rest is the manufacturer's */
	edid_seal(block);
	edid = edid_of(block, sizeof(block));
	assert_int_equal(edid.mode_count, 3);
	assert_int_equal(edid.modes[0].width, 640);
	assert_int_equal(edid.modes[1].width, 1024);
	assert_int_equal(edid.modes[1].refresh_mhz, 87000);
	assert_true(edid.modes[1].interlaced);
	assert_int_equal(edid.modes[2].width, 1152);
	assert_int_equal(edid.modes[2].refresh_mhz, 75000);
	assert_int_equal(edid.preferred.width, 0);
}

/* Four descriptors of 44 established timings are more than the list holds. */
static void test_too_many(void **state)
{
	uint8_t block[EDID_BLOCK_SIZE];
	struct edid edid;

	(void)state;
	edid_plain(block);
	for (unsigned i = 0; i < 4; i++) {
		block[EDID_DESCRIPTOR(i) + 3] = 0xf7;
		memset(block + EDID_DESCRIPTOR(i) + 6, 0xff, 12);
	}
	edid_seal(block);
	edid = edid_of(block, sizeof(block));
	assert_int_equal(edid.mode_count, EDID_MAX_MODES);
	assert_int_equal(edid.modes[EDID_MAX_MODES - 1].width, 1920);
	assert_true(host_logged("EDID: 48 modes beyond 128 are left out"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_detailed, host_reset),
		cmocka_unit_test_setup(test_all_ones, host_reset),
		cmocka_unit_test_setup(test_syncs, host_reset),
		cmocka_unit_test_setup(test_sync_outside_the_blanking, host_reset),
		cmocka_unit_test_setup(test_fastest, host_reset),
		cmocka_unit_test_setup(test_standard, host_reset),
		cmocka_unit_test_setup(test_established, host_reset),
		cmocka_unit_test_setup(test_too_many, host_reset),
	};

	return cmocka_run_group_tests_name("edid_timing", tests, NULL, NULL);
}
