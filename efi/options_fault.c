/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the value of fault=. Out: a mistake to commit, and which time; or the list of them. */
#include "efi/options_table.h"

#include "mem/format.h"
#include "mem/string.h"

#define NAMES_MAX 96u

/* The fault of this name, of `length` characters. */
static const struct fault *find(const char *name, size_t length)
{
	for (const struct fault *f = faults; f->name; f++)
		if (strlen(f->name) == length && !memcmp(f->name, name, length))
			return f;
	return NULL;
}

static enum status unknown(const struct option_word *word, size_t length)
{
	const char *names[NAMES_MAX + 1] = {NULL};
	const char *nearest;

	for (unsigned i = 0; i < NAMES_MAX && faults[i].name; i++)
		names[i] = faults[i].name;
	nearest = option_nearest(word->value, length, names);
	if (nearest)
		return option_refuse(word, "unknown fault `%.*s`: did you mean `%s`?", (int)length,
			word->value, nearest);
	return option_refuse(
		word, "unknown fault `%.*s`: `fault=help` lists them", (int)length, word->value);
}

enum status option_set_fault(
	struct options *options, const struct option_word *word, const struct option *option)
{
	const struct fault *fault;
	const char *at = word->value;
	uint64_t number = 0;
	enum status status = OK;

	if (!strcmp(word->value, option->names[0])) {
		options->fault = NULL;
		options->fault_at = 0;
		return OK;
	}
	if (!strcmp(word->value, option->names[1])) {
		options->mode = MODE_FAULTS;
		return OK;
	}
	while (*at && *at != '@')
		at++;
	fault = find(word->value, (size_t)(at - word->value));
	if (!fault)
		return unknown(word, (size_t)(at - word->value));
	if (*at == '@') {
		at++;
		status = option_take_number(word, "number", 1, UINT32_MAX, &at, &number);
	}
	if (status != OK)
		return status;
	if (*at)
		return option_refuse(word, "`%s` is not expected behind the number", at);
	options->fault = fault;
	options->fault_at = (uint32_t)number;
	return OK;
}

void options_fault_help(void (*line)(void *context, const char *text), void *context)
{
	char out[96];

	line(context, "fault=NAME makes the driver commit a known mistake (docs/diagnosis.md):");
	for (const struct fault *f = faults; f->name; f++) {
		format(out, sizeof(out), "  %s (mistake %u)", f->name, f->mistake);
		line(context, out);
		format(out, sizeof(out), "      %s", f->line);
		line(context, out);
	}
}
