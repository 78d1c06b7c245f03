/* SPDX-License-Identifier: BSD-2-Clause */
#include "gpu/console.h"
#include "gpu/text.h"
#include "host.h"
#include "host_surface.h"

#include <string.h>

#define COLUMNS 12u
#define ROWS    4u
#define LEFT    5u
#define TOP     7u

static struct host_surface hs;
static struct console console;
static struct rectangle drawn;
static unsigned drawings;

static void note_drawn(void *context, struct rectangle area)
{
	assert_ptr_equal(context, &hs);
	drawn = area;
	drawings++;
}

/* A console on a part of a surface that is grey elsewhere. */
static int setup(void **state)
{
	const struct rectangle area = {LEFT, TOP, COLUMNS * FONT_WIDTH + 3, ROWS * FONT_HEIGHT + 5};

	host_reset(state);
	host_surface_open(&hs, 128, 96, 10);
	text_fill(&hs.surface, (struct rectangle){0, 0, 128, 96}, (struct colour){9, 9, 9});
	console = (struct console){.drawn = note_drawn, .context = &hs};
	drawings = 0;
	return console_open(&console, &hs.surface, area);
}

static bool is_inside(uint32_t x, uint32_t y)
{
	const struct rectangle *a = &console.area;

	return x >= a->x && x < a->x + a->width && y >= a->y && y < a->y + a->height;
}

/* Nothing was drawn beside the console. */
static int teardown(void **state)
{
	(void)state;
	for (uint32_t y = 0; y < 96; y++)
		for (uint32_t x = 0; x < 128; x++)
			if (!is_inside(x, y))
				assert_int_equal(host_surface_pixel(&hs, x, y), 0x090909);
	host_surface_close(&hs);
	return 0;
}

static void read_glyph(uint32_t column, uint32_t row, uint8_t glyph[FONT_HEIGHT])
{
	for (uint32_t y = 0; y < FONT_HEIGHT; y++) {
		glyph[y] = 0;
		for (uint32_t x = 0; x < FONT_WIDTH; x++) {
			uint32_t pixel = host_surface_pixel(
				&hs, LEFT + column * FONT_WIDTH + x, TOP + row * FONT_HEIGHT + y);

			assert_true(pixel == 0 || pixel == 0xffffff);
			glyph[y] |= (uint8_t)(pixel ? 0x80 >> x : 0);
		}
	}
}

/* The rows as text, each with all its columns. */
static void assert_rows(const char *const rows[ROWS])
{
	uint8_t glyph[FONT_HEIGHT];

	for (uint32_t row = 0; row < ROWS; row++) {
		for (uint32_t column = 0; column < COLUMNS; column++) {
			char due = column < strlen(rows[row]) ? rows[row][column] : ' ';

			read_glyph(column, row, glyph);
			assert_memory_equal(glyph, font_glyphs[due - FONT_FIRST], FONT_HEIGHT);
		}
	}
}

static void write_text(const char *text)
{
	console_write(&console, text, strlen(text));
}

static void test_lines(void **state)
{
	const char *const rows[] = {"one", "two?", "", "three"};

	(void)state;
	assert_int_equal(console.columns, COLUMNS);
	assert_int_equal(console.rows, ROWS);
	assert_int_equal(drawings, 1);
	write_text("one\n");
	assert_int_equal(drawn.y, TOP);
	write_text("two\x01\n\nthree");
	assert_int_equal(drawn.y, TOP + FONT_HEIGHT);
	assert_int_equal(drawings, 3);
	assert_rows(rows);
}

/* A row that is just full is followed by none that is empty. */
static void test_long_lines(void **state)
{
	const char *const rows[] = {"abcdefghijkl", "abcdefghijkl", "m", ""};

	(void)state;
	write_text("abcdefghijkl\n");
	write_text("abcdefghijklm\n");
	assert_rows(rows);
}

static void test_scrolls(void **state)
{
	const char *const at_once[] = {"6", "7", "8", ""};
	const char *const one_more[] = {"7", "8", "9", ""};

	(void)state;
	write_text("1\n2\n3\n4\n5\n6\n7\n8\n");
	assert_rows(at_once);
	write_text("9\n");
	assert_rows(one_more);
	assert_int_equal(drawn.y, TOP);
	assert_int_equal(drawn.height, ROWS * FONT_HEIGHT);
}

/* Text in one piece, by pieces of any size, and by single characters comes out alike. */
static void test_pieces(void **state)
{
	const char text[] = "a\nbb\nccccccccccccccccc\nd\n\ne\nffffffffffffffffffffffffffff\ng";
	const char *const rows[] = {"ffffffffffff", "ffffffffffff", "ffff", "g"};

	for (size_t piece = 1; piece < sizeof(text); piece++) {
		for (size_t at = 0; at < sizeof(text) - 1; at += piece)
			console_write(&console, text + at,
				at + piece < sizeof(text) ? piece : sizeof(text) - 1 - at);
		assert_rows(rows);
		teardown(state);
		setup(state);
	}
}

/* As a sink of the log: the last lines of what it holds. */
static void test_sink(void **state)
{
	const char *const rows[] = {"line 97", "line 98", "line 99", ""};

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		log_line("line %u", i);
	log_replay(&console.sink);
	assert_rows(rows);
}

static void test_too_small(void **state)
{
	struct console small = {0};

	(void)state;
	assert_int_equal(
		console_open(&small, &hs.surface, (struct rectangle){0, 0, 7, 90}), ERR_RANGE);
	assert_int_equal(
		console_open(&small, &hs.surface, (struct rectangle){0, 0, 90, 15}), ERR_RANGE);
}

static void test_half(void **state)
{
	const struct rectangle half = console_half((struct rectangle){1, 2, 30, 41});
	const struct rectangle due = {1, 23, 30, 20};

	(void)state;
	assert_true(same_rectangle(&half, &due));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_lines, setup, teardown),
		cmocka_unit_test_setup_teardown(test_long_lines, setup, teardown),
		cmocka_unit_test_setup_teardown(test_scrolls, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pieces, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sink, setup, teardown),
		cmocka_unit_test_setup_teardown(test_too_small, setup, teardown),
		cmocka_unit_test_setup_teardown(test_half, setup, teardown),
	};

	return cmocka_run_group_tests_name("console", tests, NULL, NULL);
}
