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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_bytes, host_reset),
		cmocka_unit_test_setup(test_numbers, host_reset),
	};

	return cmocka_run_group_tests_name("pixel", tests, NULL, NULL);
}
