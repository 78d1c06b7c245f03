/* SPDX-License-Identifier: BSD-2-Clause */
/* In: lines of text, or the log. Out: the same on the firmware's console, the log's errors only. */
#include "efi/console.h"

#include "mem/log.h"
#include "mem/string.h"

#define LINE_SIZE 256u

/* A log sink that keeps a line until it is whole. */
struct error_sink {
	struct log_sink sink;
	struct firmware *fw;
	size_t length;
	char line[LOG_LINE_SIZE + 1];
};

void console_line(struct firmware *fw, const char *text)
{
	SIMPLE_TEXT_OUTPUT_INTERFACE *out = fw->system->ConOut;
	CHAR16 wide[LINE_SIZE];
	size_t length = 0;

	if (!out)
		return;
	for (; length < LINE_SIZE - 3 && text[length]; length++)
		wide[length] = (CHAR16)text[length];
	wide[length++] = '\r';
	wide[length++] = '\n';
	wide[length] = 0;
	out->OutputString(out, wide);
}

/* Behind the time stamp of an error line: `subject: error: text`. */
static const char *error_text(const char *line)
{
	const char *text = NULL;

	for (const char *p = line; *p; p++) {
		if (p[0] == ']' && p[1] == ' ' && !text)
			text = p + 2;
		if (text && !strncmp(p, ": error: ", 9))
			return text;
	}
	return NULL;
}

static size_t take(struct log_sink *sink, const char *text, size_t length)
{
	struct error_sink *e = CONTAINER_OF(sink, struct error_sink, sink);

	for (size_t i = 0; i < length; i++) {
		if (text[i] != '\n') {
			if (e->length < LOG_LINE_SIZE)
				e->line[e->length++] = text[i];
			continue;
		}
		e->line[e->length] = '\0';
		e->length = 0;
		if (error_text(e->line))
			console_line(e->fw, error_text(e->line));
	}
	return length;
}

void console_errors(struct firmware *fw)
{
	struct error_sink e = {.sink = {.name = "console", .write = take}, .fw = fw};

	log_replay(&e.sink);
}
