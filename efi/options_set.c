/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a word, and the entry of the table that it belongs to. Out: that member of the options. */
#include "efi/options_table.h"
#include "mem/string.h"

/* The member of `options` that a word of the table stands for. */
static void *member(struct options *options, const struct option *option)
{
	return (char *)options + option->member;
}

static enum status choose(
	const struct option_word *word, const struct option *option, unsigned *choice)
{
	return option_choose(
		word, "value", word->value, strlen(word->value), option->names, choice);
}

enum status option_set_choice(
	struct options *options, const struct option_word *word, const struct option *option)
{
	return choose(word, option, member(options, option));
}

enum status option_take_switch(
	const struct option_word *word, const struct option *option, bool *on)
{
	unsigned choice;
	enum status status = choose(word, option, &choice);

	if (status == OK)
		*on = choice;
	return status;
}

enum status option_set_switch(
	struct options *options, const struct option_word *word, const struct option *option)
{
	return option_take_switch(word, option, member(options, option));
}

enum status option_set_number(
	struct options *options, const struct option_word *word, const struct option *option)
{
	const char *at = word->value;
	uint64_t value;
	enum status status =
		option_take_number(word, option->unit, option->least, option->most, &at, &value);

	if (status != OK)
		return status;
	if (*at)
		return option_refuse(word, "`%s` is not expected behind the %s", at, option->unit);
	*(uint32_t *)member(options, option) = (uint32_t)value;
	return OK;
}
