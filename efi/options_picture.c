/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the words that say what is shown. Out: pattern, format, size of the picture, and its cursor.
 */
#include "efi/options_table.h"
#include "mem/string.h"

/* Six hexadecimal digits, rrggbb. */
static enum status take_colour(
	const struct option_word *word, const char *text, struct colour *colour)
{
	uint32_t value = 0;
	size_t length = 0;

	for (; length < 6 && option_digit_value(text[length]) < 16; length++)
		value = value << 4 | option_digit_value(text[length]);
	if (length != 6 || text[length])
		return option_refuse(word,
			"the colour `%s` must be six digits rrggbb, as in "
			"solid:20c0ff",
			text);
	*colour = (struct colour){(uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value};
	return OK;
}

/* The name of a pattern; solid has `:` and a colour behind it. */
enum status option_set_pattern(
	struct options *options, const struct option_word *word, const struct option *option)
{
	struct picture picture = {0};
	const char *value = word->value;
	size_t length = 0;
	unsigned choice;
	enum status status;

	while (value[length] && value[length] != ':')
		length++;
	status = option_choose(word, "pattern", value, length, option->names, &choice);
	if (status != OK)
		return status;
	picture.pattern = (enum picture_pattern)choice;
	if (picture.pattern == PICTURE_SOLID)
		status = take_colour(word, value + length + (value[length] == ':'), &picture.solid);
	else if (value[length])
		status = option_refuse(
			word, "nothing is expected behind `%s`", option->names[choice]);
	if (status == OK)
		options->picture = picture;
	return status;
}

enum status option_set_format(
	struct options *options, const struct option_word *word, const struct option *option)
{
	unsigned choice;
	enum status status = option_choose(
		word, "value", word->value, strlen(word->value), pixel_format_names, &choice);

	(void)option;
	if (status == OK)
		options->format = (enum pixel_format)choice;
	return status;
}

/* WIDTHxHEIGHT[-32], the part of the kernel's modes that a virtio GPU can follow. */
static enum status take_video(const struct option_word *word, uint64_t *width, uint64_t *height)
{
	const char *at = word->value;
	enum status status;

	if (*at < '0' || *at > '9')
		return option_refuse(word, "WIDTHxHEIGHT or auto is expected, as in 1920x1080");
	status = option_take_number(word, "width", SURFACE_MIN_SIDE, SURFACE_MAX_SIDE, &at, width);
	if (status != OK)
		return status;
	if (*at++ != 'x')
		return option_refuse(word, "`x` and the height must stand behind the width");
	status =
		option_take_number(word, "height", SURFACE_MIN_SIDE, SURFACE_MAX_SIDE, &at, height);
	if (status != OK)
		return status;
	if (!*at || !strcmp(at, "-32"))
		return OK;
	if (*at == '-')
		return option_refuse(word, "depth `%s`: only 32 bits a pixel are driven", at + 1);
	if (*at == '@')
		return option_refuse(word, "refresh rate `%s`: a virtio GPU has none", at + 1);
	return option_refuse(word, "`%s` is not supported behind WIDTHxHEIGHT", at);
}

enum status option_set_video(
	struct options *options, const struct option_word *word, const struct option *option)
{
	uint64_t width = 0, height = 0;
	enum status status = OK;

	if (strcmp(word->value, option->names[0]))
		status = take_video(word, &width, &height);
	if (status != OK)
		return status;
	options->choice.width = (uint32_t)width;
	options->choice.height = (uint32_t)height;
	return OK;
}

/* off, on, or a place. */
enum status option_set_cursor(
	struct options *options, const struct option_word *word, const struct option *option)
{
	const uint64_t most = SURFACE_MAX_SIDE - 1;
	const char *at = word->value;
	uint64_t x = 0, y = 0;
	bool placed = *at >= '0' && *at <= '9', on = true;
	enum status status;

	if (!placed)
		status = option_take_switch(word, option, &on);
	else
		status = option_take_number(word, "x", 0, most, &at, &x);
	if (placed && status == OK && *at++ != ',')
		return option_refuse(word, "`,` and y must stand behind x");
	if (placed && status == OK)
		status = option_take_number(word, "y", 0, most, &at, &y);
	if (status != OK)
		return status;
	if (placed && *at)
		return option_refuse(word, "`%s` is not expected behind X,Y", at);
	options->cursor = on;
	options->cursor_place = (struct gpu_cursor_place){placed, (uint32_t)x, (uint32_t)y};
	return OK;
}
