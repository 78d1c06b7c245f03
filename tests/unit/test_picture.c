/* SPDX-License-Identifier: BSD-2-Clause */
/* Pictures: what is drawn against the definition of docs/options.md, written down once more. */
#include "gpu/picture.h"

#include "host.h"
#include "host_surface.h"

#include <string.h>

#define WHITE 0xffffffu

static uint32_t grey(uint32_t v)
{
	return v << 16 | v << 8 | v;
}

static uint32_t defined_bars(uint32_t x, uint32_t y, uint32_t w, uint32_t h)
{
	static const uint32_t upper[] = {
		0xbfbfbf, 0xbfbf00, 0x00bfbf, 0x00bf00, 0xbf00bf, 0xbf0000, 0x0000bf};
	static const uint32_t lower[] = {
		0x0000bf, 0x131313, 0xbf00bf, 0x131313, 0x00bfbf, 0x131313, 0xbfbfbf};

	if (x == 0 || y == 0 || x == w - 1 || y == h - 1)
		return WHITE;
	if (x == y * (w - 1) / (h - 1))
		return WHITE;
	if (3 * y < 2 * h)
		return upper[7 * x / w];
	if (4 * y < 3 * h)
		return lower[7 * x / w];
	return grey(255 * x / (w - 1));
}

/* The definition, for any picture but solid. */
static uint32_t defined(
	enum picture_pattern pattern, uint32_t x, uint32_t y, uint32_t w, uint32_t h)
{
	switch (pattern) {
	case PICTURE_BARS: return defined_bars(x, y, w, h);
	case PICTURE_GRID:
		if (x == 0 || y == 0 || x == w - 1 || y == h - 1)
			return 0xff0000;
		return x % 64 == 0 || y % 64 == 0 ? WHITE : 0;
	case PICTURE_CHECKER: return ((x >> 3) ^ (y >> 3)) & 1 ? WHITE : 0;
	case PICTURE_GRADIENT:
		return (255 * x / (w - 1)) << 16 | (255 * y / (h - 1)) << 8 |
		       (255 - 255 * x / (w - 1));
	case PICTURE_SOLID: break;
	}
	return 0x123456;
}

static const struct colour solid = {0x12, 0x34, 0x56};

static uint32_t number_of(struct colour c)
{
	return (uint32_t)c.red << 16 | (uint32_t)c.green << 8 | c.blue;
}

static void check(enum picture_pattern pattern, uint32_t w, uint32_t h)
{
	struct picture picture = {.pattern = pattern, .solid = solid};
	struct host_surface hs;

	host_surface_open(&hs, w, h, h / 40 + 1);
	picture_draw(&picture, &hs.surface);
	for (uint32_t y = 0; y < h; y++) {
		for (uint32_t x = 0; x < w; x++) {
			uint32_t want = defined(pattern, x, y, w, h);
			uint32_t drawn = host_surface_pixel(&hs, x, y);
			uint32_t said = number_of(picture_colour(&picture, x, y, w, h));

			if (drawn != want || said != want)
				fail_msg("%s %ux%u at %u,%u: drawn %06x, said %06x, defined %06x",
					picture_name(pattern), w, h, x, y, drawn, said, want);
		}
	}
	host_surface_close(&hs);
}

static void test_definition(void **state)
{
	static const uint32_t sizes[][2] = {{16, 16}, {17, 19}, {16, 17}, {63, 65}, {64, 64},
		{65, 66}, {129, 130}, {255, 257}, {640, 480}, {1366, 768}, {8192, 16}, {16, 8192}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		for (int p = PICTURE_BARS; p <= PICTURE_SOLID; p++)
			check((enum picture_pattern)p, sizes[i][0], sizes[i][1]);
}

static void check_format(
	enum pixel_format format, enum picture_pattern pattern, uint32_t w, uint32_t h)
{
	struct picture picture = {.pattern = pattern, .solid = solid};
	uint32_t alpha = strchr(pixel_format_names[format], 'a') ? 0xff000000 : 0;
	struct host_surface hs;

	host_surface_open_as(&hs, format, w, h, h / 9);
	picture_draw(&picture, &hs.surface);
	for (uint32_t y = 0; y < h; y++)
		for (uint32_t x = 0; x < w; x++)
			assert_int_equal(host_pixel_argb(format, surface_row(&hs.surface, y)[x]),
				alpha | defined(pattern, x, y, w, h));
	host_surface_close(&hs);
}

/* The same picture in each format, opaque where it has alpha: odd and even, wide and high. */
static void test_formats(void **state)
{
	(void)state;
	for (enum pixel_format f = 0; f < PIXEL_FORMATS; f++)
		for (int p = PICTURE_BARS; p <= PICTURE_SOLID; p++)
			for (uint32_t side = 16; side < 350; side += 37)
				check_format(f, (enum picture_pattern)p, side, 366 - side);
}

/* All heights at which the regions of the bars begin in another way. */
static void test_every_small_height(void **state)
{
	(void)state;
	for (uint32_t h = 16; h < 300; h++)
		for (int p = PICTURE_BARS; p <= PICTURE_SOLID; p++)
			check((enum picture_pattern)p, 16 + h % 7, h);
}

/* Every part of a picture is what the whole one has there. */
static void check_part(
	enum picture_pattern pattern, struct picture_place place, uint32_t w, uint32_t h)
{
	struct picture picture = {.pattern = pattern, .solid = solid};
	struct host_surface hs;

	host_surface_open(&hs, w, h, h / 3 + 1);
	picture_draw_part(&picture, &hs.surface, &place);
	for (uint32_t y = 0; y < h; y++)
		for (uint32_t x = 0; x < w; x++) {
			uint32_t want = defined(
				pattern, place.x + x, place.y + y, place.width, place.height);

			if (host_surface_pixel(&hs, x, y) != want)
				fail_msg("%s %ux%u+%u+%u of %ux%u at %u,%u: %06x, defined %06x",
					picture_name(pattern), w, h, place.x, place.y, place.width,
					place.height, x, y, host_surface_pixel(&hs, x, y), want);
		}
	host_surface_close(&hs);
}

static void test_parts(void **state)
{
	(void)state;
	for (int p = PICTURE_BARS; p <= PICTURE_SOLID; p++) {
		for (uint32_t y = 0; y <= 300 - 33; y += 19)
			for (uint32_t x = 0; x <= 200 - 17; x += 61)
				check_part((enum picture_pattern)p,
					(struct picture_place){x, y, 200, 300}, 17, 33);
		check_part((enum picture_pattern)p, (struct picture_place){183, 267, 200, 300}, 17,
			33);
		check_part((enum picture_pattern)p,
			(struct picture_place){PICTURE_MAX_SIDE - 20, PICTURE_MAX_SIDE - 16,
				PICTURE_MAX_SIDE, PICTURE_MAX_SIDE},
			20, 16);
	}
}

/* Worked out by hand, so that a mistake in the definition's copy above is seen too. */
static void test_points(void **state)
{
	static const struct {
		enum picture_pattern pattern;
		uint32_t w, h, x, y, want;
	} points[] = {
		/* 1280x800: bars of 1280 / 7 = 182.86; regions from y = 534 and y = 600 */
		{PICTURE_BARS, 1280, 800, 0, 400, 0xffffff},
		{PICTURE_BARS, 1280, 800, 1279, 1, 0xffffff},
		{PICTURE_BARS, 1280, 800, 1, 0, 0xffffff},
		{PICTURE_BARS, 1280, 800, 640, 799, 0xffffff},
		{PICTURE_BARS, 1280, 800, 182, 1, 0xbfbfbf},
		{PICTURE_BARS, 1280, 800, 183, 1, 0xbfbf00},
		{PICTURE_BARS, 1280, 800, 366, 1, 0x00bfbf},
		{PICTURE_BARS, 1280, 800, 365, 1, 0xbfbf00},
		{PICTURE_BARS, 1280, 800, 1278, 533, 0x0000bf},
		{PICTURE_BARS, 1280, 800, 1278, 534, 0xbfbfbf},
		{PICTURE_BARS, 1280, 800, 200, 534, 0x131313},
		{PICTURE_BARS, 1280, 800, 200, 599, 0x131313},
		{PICTURE_BARS, 1280, 800, 200, 600, 0x272727}, /* 255 * 200 / 1279 = 39.87 */
		{PICTURE_BARS, 1280, 800, 1278, 798, 0xfefefe},
		{PICTURE_BARS, 1280, 800, 640, 400, 0xffffff}, /* 400 * 1279 / 799 = 640.3 */
		{PICTURE_BARS, 1280, 800, 641, 400, 0x00bf00},
		{PICTURE_GRID, 640, 480, 0, 0, 0xff0000},
		{PICTURE_GRID, 640, 480, 639, 100, 0xff0000},
		{PICTURE_GRID, 640, 480, 64, 1, 0xffffff},
		{PICTURE_GRID, 640, 480, 65, 64, 0xffffff},
		{PICTURE_GRID, 640, 480, 65, 65, 0x000000},
		{PICTURE_CHECKER, 640, 480, 7, 7, 0x000000},
		{PICTURE_CHECKER, 640, 480, 8, 7, 0xffffff},
		{PICTURE_CHECKER, 640, 480, 8, 8, 0x000000},
		{PICTURE_GRADIENT, 256, 256, 0, 0, 0x0000ff},
		{PICTURE_GRADIENT, 256, 256, 255, 255, 0xffff00},
		{PICTURE_GRADIENT, 256, 256, 16, 32, 0x1020ef},
		{PICTURE_SOLID, 16, 16, 3, 3, 0x123456},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(points); i++) {
		struct picture picture = {.pattern = points[i].pattern, .solid = solid};
		uint32_t got = number_of(picture_colour(
			&picture, points[i].x, points[i].y, points[i].w, points[i].h));

		if (got != points[i].want)
			fail_msg("point %zu: %06x instead of %06x", i, got, points[i].want);
	}
}

/* The largest side of each kind in one picture: no product overflows. */
static void test_largest(void **state)
{
	struct picture picture = {.pattern = PICTURE_BARS};
	struct colour c = picture_colour(&picture, 8190, 8190, 8192, 8192);

	(void)state;
	assert_int_equal(number_of(c), WHITE);
	c = picture_colour(&picture, 8190, 8189, 8192, 8192);
	assert_int_equal(number_of(c), 0xfefefe);
	picture.pattern = PICTURE_GRADIENT;
	c = picture_colour(&picture, 8191, 8190, 8192, 8192);
	assert_int_equal(number_of(c), 0xfffe00);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(picture_name(PICTURE_BARS), "bars");
	assert_string_equal(picture_name(PICTURE_GRID), "grid");
	assert_string_equal(picture_name(PICTURE_CHECKER), "checker");
	assert_string_equal(picture_name(PICTURE_GRADIENT), "gradient");
	assert_string_equal(picture_name(PICTURE_SOLID), "solid");
	assert_string_equal(picture_name((enum picture_pattern)77), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_definition, host_reset),
		cmocka_unit_test_setup(test_formats, host_reset),
		cmocka_unit_test_setup(test_every_small_height, host_reset),
		cmocka_unit_test_setup(test_parts, host_reset),
		cmocka_unit_test_setup(test_points, host_reset),
		cmocka_unit_test_setup(test_largest, host_reset),
		cmocka_unit_test_setup(test_names, host_reset),
	};

	return cmocka_run_group_tests_name("picture", tests, NULL, NULL);
}
