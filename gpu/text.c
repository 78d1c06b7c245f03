/* SPDX-License-Identifier: BSD-2-Clause */
/* In: lines of text. Out: a box with them in the middle of a surface. */
#include "gpu/text.h"

#define MARGIN_X FONT_WIDTH
#define MARGIN_Y (FONT_HEIGHT / 2)

/* How much of a text is drawn, in characters. */
struct extent {
	uint32_t columns;
	uint32_t lines;
};

/* How far a text goes up to the end of its line. */
static uint32_t line_length(const char *text)
{
	uint32_t length = 0;

	while (text[length] && text[length] != '\n')
		length++;
	return length;
}

static struct extent measure(const char *text)
{
	struct extent e = {0, 0};

	for (;;) {
		uint32_t length = line_length(text);

		e.columns = length > e.columns ? length : e.columns;
		e.lines++;
		text += length;
		if (!*text++)
			return e;
	}
}

/* The margins grow with the glyphs. */
static uint32_t box_width(struct extent e)
{
	return e.columns * FONT_WIDTH + 2 * MARGIN_X;
}

static uint32_t box_height(struct extent e)
{
	return e.lines * FONT_HEIGHT + 2 * MARGIN_Y;
}

/* Leaves as many of `wanted` cells of `size` pixels as fit between two margins in `room`. */
static uint32_t cut(uint32_t wanted, uint32_t size, uint32_t margin, uint32_t room)
{
	uint32_t fit = room < 2 * margin ? 0 : (room - 2 * margin) / size;

	return wanted < fit ? wanted : fit;
}

static uint32_t choose_scale(struct extent e, struct rectangle area)
{
	uint32_t across = area.width / 2 / box_width(e);
	uint32_t down = area.height / 2 / box_height(e);
	uint32_t scale = across < down ? across : down;

	return scale ? scale : 1;
}

static void fill(const struct surface *s, struct rectangle r, le32 pixel)
{
	for (uint32_t y = r.y; y < r.y + r.height; y++)
		pixel_fill(surface_row(s, y) + r.x, pixel, r.width);
}

static void draw_glyph(
	const struct surface *s, char character, uint32_t x, uint32_t y, uint32_t scale)
{
	const le32 white = surface_pixel(s, (struct colour){255, 255, 255});
	uint8_t code = (uint8_t)character;
	const uint8_t *glyph;

	if (code < FONT_FIRST || code > FONT_LAST)
		code = '?';
	glyph = font_glyphs[code - FONT_FIRST];
	for (uint32_t i = 0; i < FONT_HEIGHT * FONT_WIDTH; i++) {
		uint32_t row = i / FONT_WIDTH, column = i % FONT_WIDTH;
		struct rectangle dot = {x + column * scale, y + row * scale, scale, scale};

		if (glyph[row] & 0x80 >> column)
			fill(s, dot, white);
	}
}

static void draw_lines(const struct surface *s, const char *text, struct extent e, uint32_t x,
	uint32_t y, uint32_t scale)
{
	for (uint32_t line = 0; line < e.lines; line++) {
		uint32_t length = line_length(text);

		for (uint32_t i = 0; i < length && i < e.columns; i++)
			draw_glyph(s, text[i], x + i * FONT_WIDTH * scale,
				y + line * FONT_HEIGHT * scale, scale);
		text += length + 1;
	}
}

struct rectangle text_draw_label_in(
	const struct surface *surface, struct rectangle area, const char *lines)
{
	const le32 black = surface_pixel(surface, (struct colour){0, 0, 0});
	struct extent e = measure(lines);
	struct rectangle box;
	uint32_t scale;

	e.columns = cut(e.columns, FONT_WIDTH, MARGIN_X, area.width);
	e.lines = cut(e.lines, FONT_HEIGHT, MARGIN_Y, area.height);
	if (!e.columns || !e.lines)
		return (struct rectangle){0};
	scale = choose_scale(e, area);
	box.width = box_width(e) * scale;
	box.height = box_height(e) * scale;
	box.x = area.x + (area.width - box.width) / 2;
	box.y = area.y + (area.height - box.height) / 2;
	fill(surface, box, black);
	draw_lines(surface, lines, e, box.x + MARGIN_X * scale, box.y + MARGIN_Y * scale, scale);
	return box;
}

struct rectangle text_draw_label(const struct surface *surface, const char *lines)
{
	return text_draw_label_in(surface, surface_whole(surface), lines);
}

void text_fill(const struct surface *surface, struct rectangle area, struct colour colour)
{
	fill(surface, area, surface_pixel(surface, colour));
}

void text_draw_character(const struct surface *surface, char character, uint32_t x, uint32_t y)
{
	text_fill(surface, (struct rectangle){x, y, FONT_WIDTH, FONT_HEIGHT},
		(struct colour){0, 0, 0});
	draw_glyph(surface, character, x, y, 1);
}
