/* SPDX-License-Identifier: BSD-2-Clause */
/* Pixels: each colour in the byte that the format's name says, by the specification's numbers. */
#include "gpu/pixel.h"

#include "host.h"
#include "host_surface.h"

#include <string.h>

static void test_bytes(void **state)
{
	(void)state;
	for (unsigned f = 0; f < PIXEL_FORMATS; f++) {
		uint32_t alpha = strchr(pixel_format_names[f], 'a') ? 0xff000000 : 0;
		le32 pixel = pixel_of(f, (struct colour){0x11, 0x22, 0x33});

		assert_int_equal(host_pixel_argb(f, pixel), alpha | 0x112233);
		assert_int_equal(host_pixel_argb(f, le32_of(pixel_layouts[f].opaque)), alpha);
	}
	assert_null(pixel_format_names[PIXEL_FORMATS]);
}

/* virtio 1.3 §5.7.6.8 */
static void test_numbers(void **state)
{
	static const struct {
		uint32_t number;
		const char *name;
	} formats[] = {{1, "b8g8r8a8"}, {2, "b8g8r8x8"}, {3, "a8r8g8b8"}, {4, "x8r8g8b8"},
		{67, "r8g8b8a8"}, {68, "x8b8g8r8"}, {121, "a8b8g8r8"}, {134, "r8g8b8x8"}};
	unsigned known = 0;

	(void)state;
	assert_int_equal(ARRAY_SIZE(formats), PIXEL_FORMATS);
	for (unsigned i = 0; i < PIXEL_FORMATS; i++)
		for (unsigned f = 0; f < PIXEL_FORMATS; f++)
			if (!strcmp(pixel_format_names[f], formats[i].name))
				assert_int_equal(pixel_layouts[f].number, formats[i].number);
	for (uint32_t number = 0; number < 256; number++)
		known += pixel_number_known(number);
	assert_int_equal(known, PIXEL_FORMATS);
	for (unsigned i = 0; i < PIXEL_FORMATS; i++)
		assert_true(pixel_number_known(formats[i].number));
	assert_false(pixel_number_known(UINT32_MAX));
}

/* Wherever the rows begin, and whether or not they are an even number of pixels long. */
static void test_make_rows(void **state)
{
	const uint32_t change = 0x00a50000;
	uint64_t memory[PIXEL_ROWS + 1][24];

	(void)state;
	for (unsigned shifts = 0; shifts < 1u << (PIXEL_ROWS + 1); shifts++)
		for (uint32_t count = 0; count <= 40; count++) {
			le32 *all[PIXEL_ROWS + 1], **rows = all + 1;

			memset(memory, 0, sizeof(memory));
			for (unsigned i = 0; i <= PIXEL_ROWS; i++)
				all[i] = (le32 *)memory[i] + (shifts >> i & 1) + 1;
			for (uint32_t x = 0; x < count + 2; x++)
				all[0][x] = le32_of(x + 1);
			pixel_make_rows(rows, all[0], le32_of(change), count);
			for (unsigned i = 0; i < PIXEL_ROWS; i++) {
				for (uint32_t x = 0; x < count; x++)
					assert_int_equal(le32_value(rows[i][x]), (x + 1) ^ change);
				assert_int_equal(le32_value(rows[i][-1]), 0);
				assert_int_equal(le32_value(rows[i][count]), 0);
			}
		}
}

static void test_fill(void **state)
{
	(void)state;
	for (unsigned shift = 0; shift < 2; shift++)
		for (uint32_t count = 0; count <= 40; count++) {
			uint64_t memory[24] = {0};
			le32 *row = (le32 *)memory + 1 + shift;

			pixel_fill(row, le32_of(0x01020304), count);
			for (uint32_t x = 0; x < count; x++)
				assert_int_equal(le32_value(row[x]), 0x01020304);
			assert_int_equal(le32_value(row[-1]), 0);
			assert_int_equal(le32_value(row[count]), 0);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_bytes, host_reset),
		cmocka_unit_test_setup(test_numbers, host_reset),
		cmocka_unit_test_setup(test_make_rows, host_reset),
		cmocka_unit_test_setup(test_fill, host_reset),
	};

	return cmocka_run_group_tests_name("pixel", tests, NULL, NULL);
}
