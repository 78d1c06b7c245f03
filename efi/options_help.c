/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the table of options. Out: the manual. */
#include "efi/options_table.h"
#include "mem/format.h"

/* The lines of a text, indented. */
static void print_manual(
	const char *text, void (*line)(void *context, const char *text), void *context)
{
	char out[96];

	while (*text) {
		size_t length = 0;

		while (text[length] && text[length] != '\n')
			length++;
		format(out, sizeof(out), "      %.*s", (int)length, text);
		line(context, out);
		text += length + (text[length] == '\n');
	}
}

void options_help(void (*line)(void *context, const char *text), void *context)
{
	char out[96];

	line(context, "Words are key=value, separated by spaces; later words win.");
	for (unsigned i = 0; i < OPTION_COUNT; i++) {
		const struct option *o = &option_table[i];

		format(out, sizeof(out), "  %s%s%s", o->key, o->values ? "=" : "",
			o->values ? o->values : "");
		if (o->initial)
			format_append(out, sizeof(out), " (default %s)", o->initial);
		line(context, out);
		print_manual(o->manual, line, context);
		if (o->values) {
			format(out, sizeof(out), "      Example: %s", o->example);
			line(context, out);
		}
	}
}
