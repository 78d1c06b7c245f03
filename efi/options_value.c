/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the value of a word. Out: a number or a choice, or a line that says what is wrong with it. */
#include "efi/options_table.h"

#include "mem/format.h"
#include "mem/string.h"

#define NEAREST_MAX_LENGTH 32u /* longer texts are no typing mistake of ours */

enum status option_refuse(const struct option_word *word, const char *fmt, ...)
{
	char reason[LOG_LINE_SIZE];
	va_list args;

	va_start(args, fmt);
	format_args(reason, sizeof(reason), fmt, args);
	va_end(args);
	log_error(word->source, "`%s`: %s", word->text, reason);
	return ERR_MALFORMED;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

unsigned option_digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	c = lower(c);
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

enum status option_take_number(const struct option_word *word, const char *what, uint64_t least,
	uint64_t most, const char **at, uint64_t *out)
{
	const char *p = *at;
	unsigned base = 10;
	uint64_t value = 0;
	bool overflow = false;

	if (p[0] == '0' && lower(p[1]) == 'x' && option_digit_value(p[2]) < 16) {
		base = 16;
		p += 2;
	}
	if (option_digit_value(*p) >= base)
		return option_refuse(word, "%s must be a number, decimal or with 0x", what);
	for (; option_digit_value(*p) < base; p++) {
		overflow |= __builtin_mul_overflow(value, base, &value);
		overflow |= __builtin_add_overflow(value, option_digit_value(*p), &value);
	}
	if (overflow || value < least || value > most)
		return option_refuse(word,
			base == 16 ? "%s %.*s is outside 0x%lx to 0x%lx"
				   : "%s %.*s is outside %lu to %lu",
			what, (int)(p - *at), *at, least, most);
	*at = p;
	*out = value;
	return OK;
}

static uint8_t min3(unsigned a, unsigned b, unsigned c)
{
	return (uint8_t)min_u64(a, min_u64(b, c));
}

/*
 * The typing mistakes between two texts: characters left out, added, replaced, or swapped with
 * their neighbour (optimal string alignment distance). Capitals count as small letters. Both
 * texts are at most NEAREST_MAX_LENGTH long.
 */
static unsigned mistakes_between(const char *a, size_t a_length, const char *b, size_t b_length)
{
	uint8_t rows[3][NEAREST_MAX_LENGTH + 1]; /* row i is rows[i % 3] */

	for (unsigned j = 0; j <= b_length; j++)
		rows[0][j] = (uint8_t)j;
	for (unsigned i = 1; i <= a_length; i++) {
		uint8_t *row = rows[i % 3], *above = rows[(i - 1) % 3];

		row[0] = (uint8_t)i;
		for (unsigned j = 1; j <= b_length; j++) {
			char x = lower(a[i - 1]), y = lower(b[j - 1]);

			row[j] = min3(above[j] + 1u, row[j - 1] + 1u, above[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == lower(b[j - 2]) && y == lower(a[i - 2]))
				row[j] = min3(row[j], rows[(i - 2) % 3][j - 2] + 1u, row[j]);
		}
	}
	return rows[a_length % 3][b_length];
}

const char *option_nearest(const char *text, size_t length, const char *const *candidates)
{
	const char *best = NULL;
	unsigned fewest = UINT8_MAX;

	if (!length || length > NEAREST_MAX_LENGTH)
		return NULL;
	for (; *candidates; candidates++) {
		size_t candidate_length = strlen(*candidates);
		unsigned mistakes = mistakes_between(text, length, *candidates, candidate_length);

		/* The beginning of a name is a name that was not written to its end. */
		if (length >= 2 && !strncmp(text, *candidates, length))
			mistakes = 1;
		if (mistakes < fewest && mistakes <= max_u64(1, candidate_length / 3)) {
			fewest = mistakes;
			best = *candidates;
		}
	}
	return best;
}

static void join(char *out, size_t size, const char *const *names)
{
	format(out, size, "%s", *names);
	for (names++; *names; names++)
		format_append(out, size, ", %s", *names);
}

enum status option_choose(const struct option_word *word, const char *what, const char *text,
	size_t length, const char *const *names, unsigned *out)
{
	char list[128];
	const char *nearest;

	for (unsigned i = 0; names[i]; i++) {
		if (strlen(names[i]) == length && !memcmp(names[i], text, length)) {
			*out = i;
			return OK;
		}
	}
	join(list, sizeof(list), names);
	nearest = option_nearest(text, length, names);
	if (!nearest)
		return option_refuse(word, "unknown %s `%.*s` (%s)", what, (int)length, text, list);
	return option_refuse(word, "unknown %s `%.*s`: did you mean `%s`? (%s)", what, (int)length,
		text, nearest, list);
}
