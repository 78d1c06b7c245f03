/* SPDX-License-Identifier: BSD-2-Clause */
/* DisplayID extensions 1.x and 2.x: timings, product, size, tiles, and sections that are wrong. */
#include "host.h"
#include "host_edid.h"

#include <string.h>

#define SECTION_SIZE 5u

/* 5120x2880 at 60.811 Hz of 936 MHz; preferred. */
#define TIMING(clock_0, clock_1, clock_2, flags)                                                \
	clock_0, clock_1, clock_2, flags, 0xff, 0x13, 79, 0, 7, 0x80, 31, 0, 0x3f, 0x0b, 79, 0, \
		65, 0, 7, 0

/* A section of these data blocks, with its checksum. */
static void make_section(uint8_t *block, uint8_t version, const uint8_t *blocks, uint8_t size)
{
	uint8_t sum = 0;

	memset(block, 0, EDID_BLOCK_SIZE);
	memcpy(block, (uint8_t[]){0x70, version, size, 3, 0}, SECTION_SIZE);
	memcpy(block + SECTION_SIZE, blocks, size);
	for (unsigned i = 1; i < SECTION_SIZE + size; i++)
		sum = (uint8_t)(sum + block[i]);
	block[SECTION_SIZE + size] = (uint8_t)-sum;
}

static struct edid edid_with_section(uint8_t version, const uint8_t *blocks, uint8_t size)
{
	uint8_t block[EDID_BLOCK_SIZE];

	make_section(block, version, blocks, size);
	return edid_with(block);
}

static void check_5k(const struct edid_mode *m, enum edid_origin origin)
{
	assert_int_equal(m->origin, origin);
	assert_int_equal(m->clock_khz, 936000);
	assert_int_equal(m->refresh_mhz, 60811);
	assert_int_equal(m->width, 5120);
	assert_int_equal(m->height, 2880);
	assert_int_equal(m->h_blank, 80);
	assert_int_equal(m->h_front, 8);
	assert_int_equal(m->h_sync, 32);
	assert_int_equal(m->v_blank, 80);
	assert_int_equal(m->v_front, 66);
	assert_int_equal(m->v_sync, 8);
	assert_true(m->h_positive);
	assert_false(m->v_positive);
}

static void test_type_1(void **state)
{
	/* in units of 10 kHz: 93599 + 1; the second one is the preferred one */
	static const uint8_t blocks[] = {
		3, 0, 40, TIMING(0x9f, 0x6d, 1, 0), TIMING(0x9f, 0x6d, 1, 0x80)};
	struct edid edid = edid_with_section(0x13, blocks, sizeof(blocks));

	(void)state;
	assert_int_equal(edid.displayid.version, 1);
	assert_int_equal(edid.displayid.revision, 3);
	assert_int_equal(edid.displayid.use, 3);
	assert_int_equal(edid.mode_count, 2);
	check_5k(&edid.modes[0], EDID_TYPE_I);
	assert_false(edid.modes[0].preferred);
	check_5k(&edid.preferred, EDID_TYPE_I);
	assert_true(edid.preferred.preferred);
	assert_string_equal(host_log(), "");
}

/* In kHz: 935999 + 1; bits 6:4 of the block's revision make each timing longer. */
static void test_type_7(void **state)
{
	static const uint8_t blocks[] = {0x22, 0, 20, TIMING(0x3f, 0x48, 0x0e, 0x80)};
	static const uint8_t longer[] = {0x22, 0x20, 44, TIMING(0x3f, 0x48, 0x0e, 0), 0xaa, 0xaa,
		TIMING(0x3f, 0x48, 0x0e, 0x80), 0xaa, 0xaa};
	struct edid edid = edid_with_section(0x20, blocks, sizeof(blocks));

	(void)state;
	assert_int_equal(edid.mode_count, 1);
	check_5k(&edid.preferred, EDID_TYPE_VII);
	edid = edid_with_section(0x20, longer, sizeof(longer));
	assert_int_equal(edid.mode_count, 2);
	check_5k(&edid.modes[1], EDID_TYPE_VII);
	assert_string_equal(host_log(), "");
}

/* Not marked as preferred, it is not: neither without nor with a detailed timing. */
static void test_preferred(void **state)
{
	static const uint8_t plain[] = {3, 0, 20, TIMING(0x9f, 0x6d, 1, 0)};
	static const uint8_t marked[] = {3, 0, 20, TIMING(0x9f, 0x6d, 1, 0x80)};
	uint8_t blocks[2 * EDID_BLOCK_SIZE];

	(void)state;
	assert_int_equal(edid_with_section(0x13, plain, sizeof(plain)).preferred.width, 0);
	edid_plain(blocks);
	memcpy(blocks + EDID_DESCRIPTOR(0), edid_timing_1080, 18);
	blocks[126] = 1;
	edid_seal(blocks);
	make_section(blocks + EDID_BLOCK_SIZE, 0x13, plain, sizeof(plain));
	edid_seal(blocks + EDID_BLOCK_SIZE);
	assert_int_equal(edid_of(blocks, sizeof(blocks)).preferred.width, 1920);
	make_section(blocks + EDID_BLOCK_SIZE, 0x13, marked, sizeof(marked));
	edid_seal(blocks + EDID_BLOCK_SIZE);
	assert_int_equal(edid_of(blocks, sizeof(blocks)).preferred.width, 5120);
}

/* Lines of a frame become lines of a field: 1080i. */
static void test_interlaced(void **state)
{
	static const uint8_t blocks[] = {3, 0, 20, 0x00, 0x1d, 0, 0x10, 0x7f, 7, 0x17, 1, 87, 0, 43,
		0, 0x37, 4, 44, 0, 3, 0, 9, 0};
	struct edid_mode m = edid_with_section(0x13, blocks, sizeof(blocks)).modes[0];

	(void)state;
	assert_true(m.interlaced);
	assert_int_equal(m.width, 1920);
	assert_int_equal(m.height, 1080);
	assert_int_equal(m.refresh_mhz, 60000);
	assert_int_equal(m.v_blank, 22);
	assert_int_equal(m.v_front, 2);
	assert_int_equal(m.v_sync, 5);
}

static void test_largest(void **state)
{
	uint8_t blocks[23] = {3, 0, 20};
	struct edid_mode m;

	(void)state;
	memset(blocks + 3, 0xff, 20);
	blocks[6] = 0;
	m = edid_with_section(0x13, blocks, sizeof(blocks)).modes[0];
	assert_int_equal(m.width, 65536);
	assert_int_equal(m.height, 65536);
	assert_int_equal(m.clock_khz, 167772160);
	memset(blocks + 7, 0, 16); /* one pixel */
	m = edid_with_section(0x13, blocks, sizeof(blocks)).modes[0];
	assert_int_equal(m.width, 1);
	assert_int_equal(m.refresh_mhz, UINT32_MAX);
}

static void test_product(void **state)
{
	static const uint8_t first[] = {0, 0, 17, 'A', 'B', 'C', 0x21, 0x43, 0x65, 0x87, 0xa9, 0xcb,
		7, 26, 5, 'I', 'n', '\t', 'r', ' '};
	static const uint8_t second[] = {
		0x20, 0, 12, 0xaa, 0x0c, 3, 0x21, 0x43, 0x65, 0x87, 0xa9, 0xcb, 7, 26, 0};
	struct edid edid = edid_with_section(0x13, first, sizeof(first));

	(void)state;
	assert_string_equal(edid.displayid.vendor, "ABC");
	assert_int_equal(edid.displayid.product, 0x4321);
	assert_int_equal(edid.displayid.serial, 0xcba98765);
	assert_string_equal(edid.displayid.name, "In?r");
	edid = edid_with_section(0x20, second, sizeof(second));
	assert_string_equal(edid.displayid.vendor, "");
	assert_int_equal(edid.displayid.vendor_oui, 0xaa0c03);
	assert_int_equal(edid.displayid.product, 0x4321);
	assert_string_equal(edid.displayid.name, "");
}

/* A name that is longer than its block, and one longer than ours. */
static void test_product_name(void **state)
{
	uint8_t blocks[3 + 12 + 60] = {0, 0, 12 + 60, 'A', 'B', 'C'};

	(void)state;
	memset(blocks + 15, 'x', 60);
	blocks[14] = 61;
	assert_string_equal(edid_with_section(0x13, blocks, sizeof(blocks)).displayid.name, "");
	assert_true(host_logged("EDID: DisplayID: block 0x00 of 72 bytes is too short"));
	blocks[14] = 60;
	assert_int_equal(
		strlen(edid_with_section(0x13, blocks, sizeof(blocks)).displayid.name), 32);
}

static void test_size(void **state)
{
	uint8_t blocks[3 + 12] = {1, 0, 12, 0x4f, 0x17, 0x1c, 0x0d, 0x00, 0x14, 0x40, 0x0b};
	struct edid edid = edid_with_section(0x13, blocks, sizeof(blocks));

	(void)state;
	assert_int_equal(edid.width_mm, 597); /* 596.7 */
	assert_int_equal(edid.height_mm, 336); /* 335.6 */
	assert_int_equal(edid.displayid.native_width, 5120);
	assert_int_equal(edid.displayid.native_height, 2880);
	blocks[0] = 0x21;
	assert_int_equal(edid_with_section(0x20, blocks, sizeof(blocks)).width_mm, 597);
	blocks[1] = 0x80;
	assert_int_equal(edid_with_section(0x20, blocks, sizeof(blocks)).width_mm, 5967);
	blocks[2] = 7; /* too short */
	blocks[0] = 1;
	edid = edid_with_section(0x13, blocks, 10);
	assert_int_equal(edid.width_mm, 0);
	assert_int_equal(edid.displayid.native_width, 0);
	assert_true(host_logged("EDID: DisplayID: block 0x01 of 7 bytes is too short"));
}

/* 2 by 1; then numbers whose high bits stand in the third byte: 19 by 34, at 17, 17. */
static void test_tiled(void **state)
{
	uint8_t blocks[3 + 22] = {0x12, 0, 22, 0x82, 0x10, 0x10, 0, 0xff, 0x09, 0x3f, 0x0b};
	struct edid_displayid id = edid_with_section(0x13, blocks, sizeof(blocks)).displayid;

	(void)state;
	assert_int_equal(id.tiles_wide, 2);
	assert_int_equal(id.tiles_high, 1);
	assert_int_equal(id.tile_x, 1);
	assert_int_equal(id.tile_y, 0);
	assert_int_equal(id.tile_width, 2560);
	assert_int_equal(id.tile_height, 2880);
	memcpy(blocks, (uint8_t[]){0x28, 0, 22, 0, 0x21, 0x11, 1 << 6 | 2 << 4 | 1 << 2 | 1}, 7);
	id = edid_with_section(0x20, blocks, sizeof(blocks)).displayid;
	assert_int_equal(id.tiles_wide, 19);
	assert_int_equal(id.tiles_high, 34);
	assert_int_equal(id.tile_x, 17);
	assert_int_equal(id.tile_y, 17);
	blocks[2] = 7; /* too short */
	assert_int_equal(edid_with_section(0x20, blocks, 10).displayid.tiles_wide, 0);
	assert_true(host_logged("EDID: DisplayID: block 0x28 of 7 bytes is too short"));
}

static void test_wrong_sections(void **state)
{
	static const uint8_t blocks[] = {3, 0, 20, TIMING(0x9f, 0x6d, 1, 0x80)};
	uint8_t block[EDID_BLOCK_SIZE];

	(void)state;
	make_section(block, 0x13, blocks, sizeof(blocks));
	block[8] ^= 1; /* inside the section: the extension's own sum is made right */
	assert_int_equal(edid_with(block).mode_count, 0);
	assert_true(host_logged("EDID: DisplayID: the checksum of the section is wrong"));
	make_section(block, 0x13, blocks, sizeof(blocks));
	block[2] = 122;
	assert_int_equal(edid_with(block).mode_count, 0);
	assert_true(host_logged("EDID: DisplayID: the section of 122 bytes does not fit"));
	assert_int_equal(edid_with_section(0x30, blocks, sizeof(blocks)).displayid.version, 0);
	assert_true(host_logged("EDID: DisplayID 3.0 is not read"));
}

/* The longest section; a block longer than its section; a timing and a half; an unknown block. */
static void test_blocks(void **state)
{
	static const uint8_t longer[] = {0x0a, 0, 24, 3, 0, 20, TIMING(0x9f, 0x6d, 1, 0x80)};
	static const uint8_t half[] = {
		3, 0, 30, TIMING(0x9f, 0x6d, 1, 0x80), 1, 2, 3, 4, 5, 6, 7, 8, 9, 9};
	static const uint8_t others[] = {0x0a, 0, 1, 'x', 0x26, 0, 0, 0x7e, 0, 0, 0x55, 0, 0, 0x81,
		0, 0, 3, 0, 20, TIMING(0x9f, 0x6d, 1, 0x80)};
	uint8_t filled[121] = {3, 0, 20, TIMING(0x9f, 0x6d, 1, 0x80)};

	(void)state;
	assert_int_equal(edid_with_section(0x13, filled, sizeof(filled)).mode_count, 1);
	assert_string_equal(host_log(), "");
	assert_int_equal(edid_with_section(0x13, longer, sizeof(longer)).mode_count, 0);
	assert_true(host_logged("EDID: DisplayID: block 0x0a of 24 bytes, 23 are left"));
	assert_int_equal(edid_with_section(0x13, half, sizeof(half)).mode_count, 1);
	assert_true(host_logged("EDID: DisplayID: 10 bytes behind the timings"));
	assert_int_equal(edid_with_section(0x13, others, sizeof(others)).mode_count, 1);
	assert_true(host_logged("EDID: DisplayID: block 0x0a (serial number) is not read"));
	assert_true(host_logged("EDID: DisplayID: block 0x26 (interface features) is not read"));
	assert_true(host_logged("EDID: DisplayID: block 0x7e (vendor-specific) is not read"));
	assert_true(host_logged("EDID: DisplayID: block 0x55 (unknown) is not read"));
	assert_true(host_logged("EDID: DisplayID: block 0x81 (CTA data blocks) is not read"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_type_1, host_reset),
		cmocka_unit_test_setup(test_type_7, host_reset),
		cmocka_unit_test_setup(test_preferred, host_reset),
		cmocka_unit_test_setup(test_interlaced, host_reset),
		cmocka_unit_test_setup(test_largest, host_reset),
		cmocka_unit_test_setup(test_product, host_reset),
		cmocka_unit_test_setup(test_product_name, host_reset),
		cmocka_unit_test_setup(test_size, host_reset),
		cmocka_unit_test_setup(test_tiled, host_reset),
		cmocka_unit_test_setup(test_wrong_sections, host_reset),
		cmocka_unit_test_setup(test_blocks, host_reset),
	};

	return cmocka_run_group_tests_name("edid_displayid", tests, NULL, NULL);
}
