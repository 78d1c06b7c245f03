/* SPDX-License-Identifier: BSD-2-Clause */
/* EDID: what QEMU's virtio-gpu says, blocks made by hand, and blocks that are cut or changed. */
#include "gpu/edid.h"

#include "host.h"
#include "host_edid.h"
#include "mem/format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLE_WXGA "tests/samples/edid/qemu-1280x800.bin"
#define SAMPLE_4K   "tests/samples/edid/qemu-3840x2160.bin"
#define SAMPLE_5K   "tests/samples/edid/qemu-5120x2880.bin"
#define SAMPLE_SIZE 1024u

static void refuse(const void *data, size_t size, const char *reason)
{
	struct edid edid, before;

	memset(&edid, 0x77, sizeof(edid));
	before = edid;
	assert_int_equal(edid_parse(bytes_of(data, size), "gpu0", &edid), ERR_MALFORMED);
	assert_memory_equal(&edid, &before, sizeof(edid));
	host_expect_line(reason);
}

static void test_qemu(void **state)
{
	size_t size;
	uint8_t *data = host_read_file(SAMPLE_WXGA, &size);
	struct edid edid = edid_of(data, size);

	(void)state;
	assert_int_equal(size, SAMPLE_SIZE);
	assert_string_equal(edid.manufacturer, "RHT");
	assert_int_equal(edid.product, 0x1234);
	assert_int_equal(edid.serial, 0);
	assert_int_equal(edid.version, 1);
	assert_int_equal(edid.revision, 4);
	assert_int_equal(edid.extensions, 1);
	assert_int_equal(edid.width_mm, 325);
	assert_int_equal(edid.height_mm, 203);
	assert_int_equal(edid.preferred.width, 1280);
	assert_int_equal(edid.preferred.height, 800);
	assert_int_equal(edid.preferred.refresh_mhz, 74994);
	assert_string_equal(edid.name, "QEMU Monitor");
	assert_string_equal(host_log(), "");
	free(data);
}

/* What no detailed timing can state stands in DisplayID, marked as preferred. */
static void check_displayid_sample(const char *path, uint32_t width, uint32_t height, uint32_t mhz)
{
	size_t size;
	uint8_t *data = host_read_file(path, &size);
	struct edid edid = edid_of(data, size);

	assert_int_equal(size, SAMPLE_SIZE);
	assert_int_equal(edid.extensions, 2);
	assert_int_equal(edid.preferred.width, width);
	assert_int_equal(edid.preferred.height, height);
	assert_int_equal(edid.preferred.refresh_mhz, mhz);
	assert_int_equal(edid.preferred.origin, EDID_TYPE_I);
	assert_true(edid.preferred.preferred);
	assert_int_equal(edid.displayid.version, 1);
	assert_int_equal(edid.displayid.revision, 3);
	assert_int_equal(edid.cta.revision, 3);
	assert_string_equal(edid.name, "QEMU Monitor");
	assert_string_equal(host_log(), "");
	free(data);
}

static void test_qemu_displayid(void **state)
{
	(void)state;
	check_displayid_sample(SAMPLE_4K, 3840, 2160, 75000);
	check_displayid_sample(SAMPLE_5K, 5120, 2880, 75000);
}

static void test_plain(void **state)
{
	uint8_t block[EDID_BLOCK_SIZE];
	struct edid edid;

	(void)state;
	edid_plain(block);
	edid = edid_of(block, sizeof(block));
	assert_string_equal(edid.manufacturer, "ABC");
	assert_int_equal(edid.product, 0x1234);
	assert_int_equal(edid.serial, 0x12345678);
	assert_int_equal(edid.revision, 3);
	assert_int_equal(edid.extensions, 0);
	assert_int_equal(edid.width_mm, 0);
	assert_int_equal(edid.preferred.width, 0);
	assert_string_equal(edid.name, "");
	assert_string_equal(host_log(), "");
}

/* Letters are 1 to 26: 0 and 27 to 31 are none. */
static void test_manufacturer(void **state)
{
	static const struct {
		uint16_t code;
		const char *letters;
	} cases[] = {
		{0x0443, "ABC"}, {26 << 10 | 26 << 5 | 26, "ZZZ"}, {0x0000, "???"},
		{27 << 10 | 1 << 5 | 31, "?A?"}, {0x8443, "ABC"}, /* bit 15 is reserved */
	};
	uint8_t block[EDID_BLOCK_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		edid_plain(block);
		block[8] = (uint8_t)(cases[i].code >> 8);
		block[9] = (uint8_t)cases[i].code;
		edid_seal(block);
		assert_string_equal(edid_of(block, sizeof(block)).manufacturer, cases[i].letters);
	}
	assert_true(host_logged("the manufacturer 0x6c3f is not three letters"));
}

static void test_size(void **state)
{
	uint8_t block[EDID_BLOCK_SIZE];
	struct edid edid;

	(void)state;
	edid_plain(block);
	block[21] = 60;
	block[22] = 34;
	edid_seal(block);
	edid = edid_of(block, sizeof(block));
	assert_int_equal(edid.width_mm, 600);
	assert_int_equal(edid.height_mm, 340);
	block[22] = 0; /* an aspect ratio */
	edid_seal(block);
	edid = edid_of(block, sizeof(block));
	assert_int_equal(edid.width_mm, 0);
	assert_int_equal(edid.height_mm, 0);
}

static void test_timing(void **state)
{
	uint8_t block[EDID_BLOCK_SIZE], *d = block + EDID_DESCRIPTOR(0);
	struct edid edid;

	(void)state;
	edid_plain(block);
	memcpy(d + 2 * 18, edid_timing_1080,
		18); /* the first timing need not be the first descriptor */
	edid_seal(block);
	edid = edid_of(block, sizeof(block));
	assert_int_equal(edid.preferred.width, 1920);
	assert_int_equal(edid.preferred.height, 1080);
	assert_int_equal(edid.preferred.refresh_mhz, 60000);
	assert_int_equal(edid.width_mm, 521);
	assert_int_equal(edid.height_mm, 293);

	memcpy(d, edid_timing_1080, 18); /* 640x480 in front of it */
	d[2] = 0x80, d[4] = 0x21, d[5] = 0xe0, d[7] = 0x10;
	edid_seal(block);
	edid = edid_of(block, sizeof(block));
	assert_int_equal(edid.preferred.width, 640);
	assert_int_equal(edid.preferred.height, 480);
}

/* 1920x1080 interlaced is stated as fields of 540 lines. */
static void test_interlaced(void **state)
{
	uint8_t block[EDID_BLOCK_SIZE], *d = block + EDID_DESCRIPTOR(0);
	struct edid edid;

	(void)state;
	edid_plain(block);
	memcpy(d, edid_timing_1080, 18);
	d[0] = 0x01, d[1] = 0x1d; /* 74.25 MHz */
	d[5] = 0x1c, d[6] = 0x16, d[7] = 0x20; /* 540 + 22 lines */
	d[17] = 0x9e;
	edid_seal(block);
	edid = edid_of(block, sizeof(block));
	assert_int_equal(edid.preferred.width, 1920);
	assert_int_equal(edid.preferred.height, 1080);
	assert_int_equal(edid.preferred.refresh_mhz, 60000);
}

static void test_empty_timing(void **state)
{
	uint8_t block[EDID_BLOCK_SIZE];
	struct edid edid;

	(void)state;
	edid_plain(block);
	memset(block + EDID_DESCRIPTOR(0), 0, 18);
	block[EDID_DESCRIPTOR(0)] = 1;
	edid_seal(block);
	edid = edid_of(block, sizeof(block));
	assert_int_equal(edid.preferred.width, 0);
	assert_int_equal(edid.width_mm, 0);
	assert_true(host_logged("gpu0: EDID: the timing of 0x0 is ignored"));
	block[EDID_DESCRIPTOR(0) + 2] = 16;
	edid_seal(block);
	assert_int_equal(edid_of(block, sizeof(block)).preferred.width, 0);
	assert_true(host_logged("gpu0: EDID: the timing of 16x0 is ignored"));
}

static void check_name(const char *bytes, size_t length, const char *name)
{
	uint8_t block[EDID_BLOCK_SIZE];

	edid_plain(block);
	block[EDID_DESCRIPTOR(1) + 3] = 0xfc;
	memset(block + EDID_DESCRIPTOR(1) + 5, ' ', 13);
	memcpy(block + EDID_DESCRIPTOR(1) + 5, bytes, length);
	edid_seal(block);
	assert_string_equal(edid_of(block, sizeof(block)).name, name);
}

static void test_name(void **state)
{
	(void)state;
	check_name("Screen\n", 7, "Screen");
	check_name("Thirteen_long", 13, "Thirteen_long");
	check_name("spaces  \n", 9, "spaces");
	check_name("unended", 7, "unended");
	check_name("\n", 1, "");
	check_name("", 0, "");
	check_name("a\0b\xffz\x1b\n", 7, "a?b?z?");
	check_name("one\ntwo", 7, "one");
}

static void test_identity(void **state)
{
	uint8_t block[EDID_BLOCK_SIZE];
	struct edid edid;

	(void)state;
	edid_plain(block);
	block[16] = 7;
	block[17] = 36;
	block[20] = 0xa5;
	block[24] = 0x06;
	block[EDID_DESCRIPTOR(3) + 3] = 0xff;
	memcpy(block + EDID_DESCRIPTOR(3) + 5, "S/N 7\n       ", 13);
	block[EDID_DESCRIPTOR(2) + 3] = 0xff; /* the first of two is the one that counts */
	memcpy(block + EDID_DESCRIPTOR(2) + 5, "S/N 6\n       ", 13);
	edid_seal(block);
	edid = edid_of(block, sizeof(block));
	assert_int_equal(edid.week, 7);
	assert_int_equal(edid.year, 2026);
	assert_int_equal(edid.input, 0xa5);
	assert_int_equal(edid.features, 0x06);
	assert_string_equal(edid.serial_text, "S/N 6");
	assert_string_equal(edid.name, "");
}

static struct edid_range range_of(const uint8_t values[6])
{
	uint8_t block[EDID_BLOCK_SIZE];

	edid_plain(block);
	block[EDID_DESCRIPTOR(0) + 3] = 0xfd;
	memcpy(block + EDID_DESCRIPTOR(0) + 4, values, 6);
	edid_seal(block);
	return edid_of(block, sizeof(block)).range;
}

static void check_range(const uint8_t values[6], const uint16_t range[5])
{
	struct edid_range r = range_of(values);

	assert_int_equal(r.v_min_hz, range[0]);
	assert_int_equal(r.v_max_hz, range[1]);
	assert_int_equal(r.h_min_khz, range[2]);
	assert_int_equal(r.h_max_khz, range[3]);
	assert_int_equal(r.clock_max_mhz, range[4]);
}

/* Limits above 255 have their offsets in byte 4: of the maximum, or of both. */
static void test_range(void **state)
{
	static const uint16_t none[5];

	(void)state;
	check_range((uint8_t[]){0, 48, 75, 30, 83, 17}, (uint16_t[]){48, 75, 30, 83, 170});
	check_range((uint8_t[]){0x02, 48, 45, 30, 83, 17}, (uint16_t[]){48, 300, 30, 83, 170});
	check_range((uint8_t[]){0x0f, 1, 45, 2, 45, 255}, (uint16_t[]){256, 300, 257, 300, 2550});
	check_range((uint8_t[]){0x08, 48, 75, 30, 45, 0}, (uint16_t[]){48, 75, 30, 300, 0});
	check_range((uint8_t[]){0x05, 48, 75, 30, 83, 0}, (uint16_t[]){48, 75, 30, 83, 0});
	assert_string_equal(host_log(), "");
	check_range((uint8_t[]){0, 75, 48, 30, 83, 17}, none);
	assert_true(host_logged("EDID: the range of 75-48 Hz, 30-83 kHz is ignored"));
	check_range((uint8_t[]){0, 0, 75, 30, 83, 17}, none);
	check_range((uint8_t[]){0, 48, 75, 84, 83, 17}, none);
	check_range((uint8_t[]){0, 48, 75, 0, 83, 17}, none);
	assert_true(host_logged("EDID: the range of 48-75 Hz, 0-83 kHz is ignored"));
}

/* Extension blocks that are not read, by their tags (E-EDID A2, table 2.4). */
static void test_extension_names(void **state)
{
	static const struct {
		uint8_t tag;
		const char *name;
	} cases[] = {
		{0x00, "timing"},
		{0x10, "video timing block"},
		{0x20, "EDID 2.0"},
		{0x40, "display information"},
		{0x50, "localised strings"},
		{0x60, "digital packet video link"},
		{0xa7, "display transfer characteristics"},
		{0xaf, "display transfer characteristics"},
		{0xbf, "display transfer characteristics"},
		{0xf0, "block map"},
		{0xff, "the manufacturer's own"},
		{0x03, "unknown"},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		uint8_t extension[EDID_BLOCK_SIZE] = {cases[i].tag};
		char line[96];

		host_reset(NULL);
		edid_with(extension);
		format(line, sizeof(line), "EDID: extension block 1 (0x%02x, %s) is not read\n",
			cases[i].tag, cases[i].name);
		assert_true(host_logged(line));
	}
}

/* What is not read is named. */
static void test_unread(void **state)
{
	uint8_t block[EDID_BLOCK_SIZE];

	(void)state;
	edid_plain(block);
	block[EDID_DESCRIPTOR(0) + 3] = 0xfe;
	block[EDID_DESCRIPTOR(1) + 3] = 0x0f;
	block[EDID_DESCRIPTOR(2) + 3] = 0x11;
	edid_seal(block);
	edid_of(block, sizeof(block));
	assert_true(host_logged("EDID: descriptor 0xfe (text) is not read"));
	assert_true(host_logged("EDID: descriptor 0x0f (the manufacturer's own) is not read"));
	assert_true(host_logged("EDID: descriptor 0x11 (unknown) is not read"));
}

/* A right base block; an extension with a wrong checksum is not read. */
static void test_extension_checksum(void **state)
{
	size_t size;
	uint8_t *data = host_read_file(SAMPLE_5K, &size);
	struct edid edid;

	(void)state;
	data[2 * EDID_BLOCK_SIZE + 127] ^= 1;
	edid = edid_of(data, size);
	assert_int_equal(edid.displayid.version, 0);
	assert_int_equal(edid.cta.revision, 3);
	assert_int_equal(edid.preferred.origin, EDID_CTA_VIC);
	assert_true(host_logged("gpu0: EDID: the checksum of extension block 2 is wrong"));
	free(data);
}

static void test_refused(void **state)
{
	uint8_t block[EDID_BLOCK_SIZE];

	(void)state;
	edid_plain(block);
	refuse(block, 0, "gpu0: error: EDID: 0 bytes are less than a block of 128");
	refuse(block, 127, "127 bytes are less than a block of 128");
	block[20] ^= 0x10;
	refuse(block, sizeof(block), "EDID: the checksum of the base block is wrong");
	edid_plain(block);
	block[0] = 1;
	edid_seal(block);
	refuse(block, sizeof(block), "EDID: the header is wrong");
	memset(block, 0, sizeof(block));
	refuse(block, sizeof(block), "EDID: the header is wrong");
}

static void test_extensions(void **state)
{
	size_t size;
	uint8_t *data = host_read_file(SAMPLE_WXGA, &size);

	(void)state;
	edid_of(data, 128);
	assert_true(host_logged("gpu0: EDID: 1 extension blocks are stated, 0 are there"));
	edid_of(data, 255);
	assert_false(host_logged("checksum"));
	data[200] ^= 1;
	edid_of(data, size);
	assert_true(host_logged("gpu0: EDID: the checksum of extension block 1 is wrong"));
	data[126] = 255;
	data[127] = (uint8_t)(data[127] - 254);
	assert_int_equal(edid_of(data, size).extensions, 255);
	assert_true(host_logged("255 extension blocks are stated, 7 are there"));
	free(data);
}

/* At every length, in memory of just that size. */
static void test_truncated(void **state)
{
	size_t size;
	uint8_t *data = host_read_file(SAMPLE_4K, &size);

	(void)state;
	for (size_t length = 0; length <= size; length++) {
		uint8_t *cut = malloc(length ? length : 1);
		struct edid edid;
		enum status status;

		memcpy(cut, data, length);
		status = edid_parse(bytes_of(cut, length), "gpu0", &edid);
		assert_int_equal(status, length < EDID_BLOCK_SIZE ? ERR_MALFORMED : OK);
		free(cut);
	}
	free(data);
}

/* Random changes under a right checksum: what comes out can be printed and is in bounds. */
static void test_mutated(void **state)
{
	size_t size;
	uint8_t *data = host_read_file(SAMPLE_WXGA, &size), block[EDID_BLOCK_SIZE];

	(void)state;
	the_log.level = LOG_ERROR;
	srand(1);
	for (unsigned round = 0; round < 50000; round++) {
		struct edid edid;

		memcpy(block, data, sizeof(block));
		for (int changes = rand() % 16; changes >= 0; changes--)
			block[8 + rand() % 119] = (uint8_t)rand();
		edid_seal(block);
		edid = edid_of(block, sizeof(block));
		assert_int_equal(strlen(edid.manufacturer), 3);
		assert_true(strnlen(edid.name, sizeof(edid.name)) < sizeof(edid.name));
		for (const char *c = edid.name; *c; c++)
			assert_true(*c >= ' ' && *c <= '~');
		assert_true(edid.mode_count <= EDID_MAX_MODES);
		assert_int_equal(!edid.preferred.width, !edid.preferred.height);
		assert_int_equal(!edid.width_mm, !edid.height_mm);
	}
	free(data);
}

/* A single changed byte never passes the checksum. */
static void test_every_byte_counts(void **state)
{
	size_t size;
	uint8_t *data = host_read_file(SAMPLE_WXGA, &size);
	struct edid edid;

	(void)state;
	for (unsigned i = 0; i < EDID_BLOCK_SIZE; i++) {
		data[i]++;
		assert_int_equal(edid_parse(bytes_of(data, size), "gpu0", &edid), ERR_MALFORMED);
		data[i]--;
	}
	free(data);
}

/* Writes what is read of a file, for test_edid_decode.py. */
static int show(const char *path)
{
	size_t size;
	uint8_t *data;
	struct edid edid;
	enum status status;

	host_reset(NULL);
	data = host_read_file(path, &size);
	status = edid_parse(bytes_of(data, size), "gpu0", &edid);
	if (status == OK)
		edid_log(&edid, "gpu0", 0);
	printf("%s", host_log());
	free(data);
	return status == OK ? 0 : 1;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_qemu, host_reset),
		cmocka_unit_test_setup(test_qemu_displayid, host_reset),
		cmocka_unit_test_setup(test_plain, host_reset),
		cmocka_unit_test_setup(test_manufacturer, host_reset),
		cmocka_unit_test_setup(test_size, host_reset),
		cmocka_unit_test_setup(test_timing, host_reset),
		cmocka_unit_test_setup(test_interlaced, host_reset),
		cmocka_unit_test_setup(test_empty_timing, host_reset),
		cmocka_unit_test_setup(test_name, host_reset),
		cmocka_unit_test_setup(test_identity, host_reset),
		cmocka_unit_test_setup(test_range, host_reset),
		cmocka_unit_test_setup(test_unread, host_reset),
		cmocka_unit_test_setup(test_extension_names, host_reset),
		cmocka_unit_test_setup(test_extension_checksum, host_reset),
		cmocka_unit_test_setup(test_refused, host_reset),
		cmocka_unit_test_setup(test_extensions, host_reset),
		cmocka_unit_test_setup(test_truncated, host_reset),
		cmocka_unit_test_setup(test_mutated, host_reset),
		cmocka_unit_test_setup(test_every_byte_counts, host_reset),
	};

	if (argc == 2)
		return show(argv[1]);
	return cmocka_run_group_tests_name("edid", tests, NULL, NULL);
}
