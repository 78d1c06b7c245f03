/* SPDX-License-Identifier: BSD-2-Clause */
/* The label: its box, its scale, what is cut, and that the picture around it stays as it was. */
#include "gpu/text.h"

#include "host.h"
#include "host_surface.h"

#include <stdlib.h>
#include <string.h>

#define UNTOUCHED 0xee5a5a5au
#define WHITE     0x00ffffffu

static void open_marked(struct host_surface *hs, uint32_t width, uint32_t height)
{
	host_surface_open(hs, width, height, height / 30 + 1);
	for (uint32_t y = 0; y < height; y++)
		for (uint32_t x = 0; x < width; x++)
			surface_row(&hs->surface, y)[x] = le32_of(UNTOUCHED);
}

/* The character in a cell of the text, ' ' where a line is shorter. */
static char character_at(const char *text, uint32_t line, uint32_t column)
{
	for (; line; line--)
		text = strchr(text, '\n') + 1;
	if (column >= strcspn(text, "\n"))
		return ' ';
	return text[column];
}

/* The pixel that the label must have at (x, y) of a surface, from the glyphs. */
static uint32_t expected(
	const char *text, struct rectangle r, uint32_t scale, uint32_t x, uint32_t y)
{
	uint32_t cell_x, cell_y, columns = r.width / scale / 8 - 2,
				 lines = r.height / scale / 16 - 1;
	char c;

	if (x < r.x || x >= r.x + r.width || y < r.y || y >= r.y + r.height)
		return UNTOUCHED;
	cell_x = (x - r.x) / scale;
	cell_y = (y - r.y) / scale;
	if (cell_x < 8 || cell_x >= 8 + columns * 8 || cell_y < 8 || cell_y >= 8 + lines * 16)
		return 0;
	c = character_at(text, (cell_y - 8) / 16, (cell_x - 8) / 8);
	if (c < ' ' || c > '~')
		c = '?';
	return font_glyphs[c - ' '][(cell_y - 8) % 16] >> (7 - cell_x % 8) & 1 ? WHITE : 0;
}

static void check(
	uint32_t width, uint32_t height, const char *text, struct rectangle want, uint32_t scale)
{
	struct host_surface hs;
	struct rectangle r;

	open_marked(&hs, width, height);
	r = text_draw_label(&hs.surface, text);
	if (memcmp(&r, &want, sizeof(r)))
		fail_msg("%ux%u `%s`: box %u,%u %ux%u", width, height, text, r.x, r.y, r.width,
			r.height);
	for (uint32_t y = 0; y < height; y++) {
		for (uint32_t x = 0; x < width; x++) {
			uint32_t got = host_surface_pixel(&hs, x, y);
			uint32_t pixel = expected(text, r, scale, x, y);

			if (got != pixel)
				fail_msg("%ux%u `%s` at %u,%u: %08x instead of %08x", width, height,
					text, x, y, got, pixel);
		}
	}
	host_surface_close(&hs);
}

static void test_font(void **state)
{
	static const uint8_t blank[FONT_HEIGHT];

	(void)state;
	assert_memory_equal(font_glyphs[0], blank, FONT_HEIGHT);
	for (unsigned i = 1; i < ARRAY_SIZE(font_glyphs); i++) {
		assert_memory_not_equal(font_glyphs[i], blank, FONT_HEIGHT);
		for (unsigned j = 0; j < i; j++)
			assert_memory_not_equal(font_glyphs[i], font_glyphs[j], FONT_HEIGHT);
	}
}

/* One line of 5 characters is 56x32 pixels, two are 56x48. */
static void test_box_and_scale(void **state)
{
	(void)state;
	check(112, 64, "hello", (struct rectangle){28, 16, 56, 32}, 1);
	check(111, 64, "hello", (struct rectangle){27, 16, 56, 32}, 1); /* over half: still 1 */
	check(223, 999, "hello", (struct rectangle){83, 483, 56, 32}, 1);
	check(224, 999, "hello", (struct rectangle){56, 467, 112, 64}, 2);
	check(999, 127, "hello", (struct rectangle){471, 47, 56, 32}, 1);
	check(999, 128, "hello", (struct rectangle){443, 32, 112, 64}, 2);
	check(1280, 800, "hello", (struct rectangle){332, 224, 616, 352}, 11);
	check(640, 480, "ab\nhello", (struct rectangle){180, 120, 280, 240}, 5);
}

static void test_lines(void **state)
{
	(void)state;
	check(200, 200, "A", (struct rectangle){64, 52, 72, 96}, 3);
	check(200, 200, "A\n\nB", (struct rectangle){88, 68, 24, 64}, 1);
	check(200, 200, "AB\n", (struct rectangle){68, 52, 64, 96}, 2);
	check(200, 200, "\nAB", (struct rectangle){68, 52, 64, 96}, 2);
	check(200, 200, "a\tb\x80\xff!", (struct rectangle){68, 84, 64, 32}, 1);
}

static void test_cut(void **state)
{
	(void)state;
	check(55, 64, "hello", (struct rectangle){3, 16, 48, 32}, 1);
	check(56, 47, "hello\nworld", (struct rectangle){0, 7, 56, 32}, 1);
	check(56, 48, "hello\nworld", (struct rectangle){0, 0, 56, 48}, 1);
	check(24, 32, "hello\nworld", (struct rectangle){0, 0, 24, 32}, 1);
	check(31, 40, "one\ntwo\nthree", (struct rectangle){3, 4, 24, 32}, 1);
}

static void test_nothing_fits(void **state)
{
	static const uint32_t sizes[][2] = {{16, 16}, {23, 99}, {99, 31}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		check(sizes[i][0], sizes[i][1], "hello", (struct rectangle){0}, 1);
	check(200, 200, "", (struct rectangle){0}, 1);
	check(200, 200, "\n\n", (struct rectangle){0}, 1);
}

/* Any text on any surface: the box lies inside, and nothing outside it is touched. */
static void test_random(void **state)
{
	char text[200];

	(void)state;
	srand(1);
	for (unsigned round = 0; round < 200; round++) {
		uint32_t width = 16 + (uint32_t)rand() % 150, height = 16 + (uint32_t)rand() % 150;
		size_t length = (size_t)rand() % sizeof(text);
		struct host_surface hs;
		struct rectangle r;

		for (size_t i = 0; i < length; i++)
			text[i] = rand() % 8 ? (char)(1 + rand() % 255) : '\n';
		text[length] = '\0';
		open_marked(&hs, width, height);
		r = text_draw_label(&hs.surface, text);
		assert_true(r.x + r.width <= width && r.y + r.height <= height);
		for (uint32_t y = 0; y < height; y++)
			for (uint32_t x = 0; x < width; x++)
				if (y < r.y || y >= r.y + r.height || x < r.x || x >= r.x + r.width)
					assert_int_equal(host_surface_pixel(&hs, x, y), UNTOUCHED);
		host_surface_close(&hs);
	}
}

/* In a part of the surface it is as on a surface of that size. */
static void test_in_a_part(void **state)
{
	const struct rectangle part = {50, 30, 100, 60};
	struct host_surface small, large;
	struct rectangle a, b;

	(void)state;
	open_marked(&small, part.width, part.height);
	open_marked(&large, 180, 120);
	a = text_draw_label(&small.surface, "two\nlines");
	b = text_draw_label_in(&large.surface, part, "two\nlines");
	assert_int_equal(b.x, a.x + part.x);
	assert_int_equal(b.y, a.y + part.y);
	for (uint32_t y = 0; y < 120; y++)
		for (uint32_t x = 0; x < 180; x++) {
			bool inside = x - part.x < part.width && y - part.y < part.height;

			assert_int_equal(host_surface_pixel(&large, x, y),
				inside ? host_surface_pixel(&small, x - part.x, y - part.y)
				       : UNTOUCHED);
		}
	host_surface_close(&small);
	host_surface_close(&large);
}

/* White on black in each format. */
static void test_formats(void **state)
{
	(void)state;
	for (unsigned f = 0; f < PIXEL_FORMATS; f++) {
		uint32_t black = strchr(pixel_format_names[f], 'a') ? 0xff000000 : 0;
		struct host_surface hs;
		struct rectangle r;

		host_surface_open_as(&hs, f, 64, 64, 64);
		r = text_draw_label(&hs.surface, "A");
		assert_int_equal(r.width, 24);
		for (uint32_t y = r.y; y < r.y + r.height; y++)
			for (uint32_t x = r.x; x < r.x + r.width; x++)
				assert_int_equal(host_pixel_argb(f, surface_row(&hs.surface, y)[x]),
					black | expected("A", r, 1, x, y));
		host_surface_close(&hs);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_font, host_reset),
		cmocka_unit_test_setup(test_box_and_scale, host_reset),
		cmocka_unit_test_setup(test_lines, host_reset),
		cmocka_unit_test_setup(test_cut, host_reset),
		cmocka_unit_test_setup(test_nothing_fits, host_reset),
		cmocka_unit_test_setup(test_in_a_part, host_reset),
		cmocka_unit_test_setup(test_random, host_reset),
		cmocka_unit_test_setup(test_formats, host_reset),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
