/* SPDX-License-Identifier: BSD-2-Clause */
/* In: text. Out: rows of characters on a surface, the last ones that fit. */
#include "gpu/console.h"

#include "gpu/text.h"
#include "mem/string.h"

static size_t take(struct log_sink *sink, const char *text, size_t length)
{
	console_write(CONTAINER_OF(sink, struct console, sink), text, length);
	return length;
}

/* The pixels of `count` rows of text. */
static struct rectangle rows_from(const struct console *c, uint32_t row, uint32_t count)
{
	return (struct rectangle){
		c->area.x, c->area.y + row * FONT_HEIGHT, c->area.width, count * FONT_HEIGHT};
}

enum status console_open(
	struct console *console, const struct surface *surface, struct rectangle area)
{
	if (area.width < FONT_WIDTH || area.height < FONT_HEIGHT)
		return ERR_RANGE;
	console->sink = (struct log_sink){.name = "screen", .write = take};
	console->surface = surface;
	console->area = area;
	console->columns = area.width / FONT_WIDTH;
	console->rows = area.height / FONT_HEIGHT;
	console->column = 0;
	console->row = 0;
	text_fill(surface, area, (struct colour){0, 0, 0});
	if (console->drawn)
		console->drawn(console->context, area);
	return OK;
}

/* How many rows the text wants below the present one. */
static uint32_t rows_wanted(const struct console *c, const char *text, size_t length)
{
	uint32_t rows = 0, column = c->column;

	for (size_t i = 0; i < length && rows < c->rows; i++) {
		bool end = text[i] == '\n';

		if (end || column == c->columns)
			rows++;
		column = end ? 0 : column == c->columns ? 1 : column + 1;
	}
	return rows;
}

/* Moves the text up by `count` rows, at most all of them. */
static void scroll(struct console *c, uint32_t count)
{
	struct rectangle from = rows_from(c, count, c->rows - count);

	for (uint32_t y = from.y; y < from.y + from.height; y++)
		memcpy(surface_row(c->surface, y - count * FONT_HEIGHT) + from.x,
			surface_row(c->surface, y) + from.x, from.width * PIXEL_SIZE);
	text_fill(c->surface, rows_from(c, c->rows - count, count), (struct colour){0, 0, 0});
	c->row -= count;
}

void console_write(struct console *console, const char *text, size_t length)
{
	struct console *c = console;
	uint32_t first = c->row;

	for (size_t i = 0; i < length; i++) {
		bool end = text[i] == '\n';

		if ((end || c->column == c->columns) && c->row + 1 == c->rows) {
			/* As far as the rest will need, so that the pixels move once. */
			scroll(c, rows_wanted(c, text + i, length - i));
			first = 0;
		}
		if (end || c->column == c->columns) {
			c->row++;
			c->column = 0;
		}
		if (!end)
			text_draw_character(c->surface, text[i],
				c->area.x + c->column++ * FONT_WIDTH,
				c->area.y + c->row * FONT_HEIGHT);
	}
	if (c->drawn)
		c->drawn(c->context, rows_from(c, first, c->rows - first));
}

struct rectangle console_half(struct rectangle area)
{
	uint32_t height = area.height / 2;

	return (struct rectangle){area.x, area.y + area.height - height, area.width, height};
}
