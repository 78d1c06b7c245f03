/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text on a part of a surface, as on a terminal: white on black, lines that are too long go on in
 * the next row, and rows move up when there is no room below. It is a sink of the log, which takes
 * whatever it is given at once.
 */
#ifndef GPU_CONSOLE_H
#define GPU_CONSOLE_H

#include "gpu/rectangle.h"
#include "gpu/surface.h"
#include "mem/log.h"

struct console {
	struct log_sink sink; /* for log_attach and log_replay */
	const struct surface *surface; /* borrowed */
	struct rectangle area;
	uint32_t columns; /* of FONT_WIDTH × FONT_HEIGHT pixels */
	uint32_t rows;
	uint32_t column; /* where the next character goes; `columns`: the row is full */
	uint32_t row;
	/* Told which pixels were drawn, at the end of each write; NULL: nobody is. */
	void (*drawn)(void *context, struct rectangle area);
	void *context;
};

/*
 * Makes the area, which lies on the surface, black and empty; `drawn` and `context` are left as
 * they are. ERR_RANGE when not even one character fits: then nothing may be written.
 */
MUST_CHECK enum status console_open(
	struct console *console, const struct surface *surface, struct rectangle area);

/* Writes text; `\n` ends a line. What has no glyph appears as `?`. */
void console_write(struct console *console, const char *text, size_t length);

/* The lower half of a rectangle: where text leaves the picture to be seen. */
struct rectangle console_half(struct rectangle area);

#endif
