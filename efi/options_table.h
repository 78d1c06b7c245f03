/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The inside of the options, shared by its files: the table that parsing, help and suggestions
 * are driven by, and what the parsers of values use.
 */
#ifndef EFI_OPTIONS_TABLE_H
#define EFI_OPTIONS_TABLE_H

#include "efi/options.h"

/* A word of a source, taken apart. */
struct option_word {
	const char *source; /* for the log */
	const char *text; /* the whole word */
	const char *value; /* behind the `=` */
};

struct option {
	const char *key;
	const char *values; /* what may stand behind `=`, for people; NULL: the key stands alone */
	const char *initial; /* the value that is the default; NULL: none can be written */
	const char *alone; /* the value that the key alone stands for; NULL: there must be one */
	const char *example; /* a whole word */
	const char *manual; /* lines separated by \n */
	const char *const
		*names; /* the names among the values, up to a NULL; NULL: there are none */
	/* Sets what the word says. ERR_MALFORMED, logged, when it says nothing valid. */
	enum status (*set)(struct options *options, const struct option_word *word,
		const struct option *option);
	size_t member; /* where in struct options, for the setters of one member */
	const char *unit; /* of a number */
	uint32_t least, most;
};

#define OPTION_COUNT 29u

extern const struct option option_table[OPTION_COUNT];

/* Logs why a word is refused. Returns ERR_MALFORMED. */
MUST_CHECK enum status option_refuse(const struct option_word *word, const char *fmt, ...)
	PRINTF(2, 3);

/* The value of a digit of any base up to 16; 16 when the character is none. */
unsigned option_digit_value(char c);

/*
 * Takes a number, decimal or with 0x, off the front of `*at`; `what` it is goes into the message
 * when it is none or lies outside `least` … `most`.
 */
MUST_CHECK enum status option_take_number(const struct option_word *word, const char *what,
	uint64_t least, uint64_t most, const char **at, uint64_t *out);

/*
 * Looks `text` (`length` characters) up in a list of names that ends with NULL; `what` it is and
 * the nearest name go into the message when it is none of them.
 */
MUST_CHECK enum status option_choose(const struct option_word *word, const char *what,
	const char *text, size_t length, const char *const *names, unsigned *out);

/*
 * The candidate (of a list that ends with NULL) that `text` was most likely meant to be: the one
 * with the fewest typing mistakes, if those are few for its length. NULL when none is near.
 */
const char *option_nearest(const char *text, size_t length, const char *const *candidates);

/* One of two names, the second of which says yes. */
MUST_CHECK enum status option_take_switch(
	const struct option_word *word, const struct option *option, bool *on);

/*
 * Setters of the member at option->member: an enumeration whose constants count as `names` do; a
 * bool, by the second of two names; a uint32_t from `least` to `most`, in `unit`s.
 */
enum status option_set_choice(
	struct options *options, const struct option_word *word, const struct option *option);
enum status option_set_switch(
	struct options *options, const struct option_word *word, const struct option *option);
enum status option_set_number(
	struct options *options, const struct option_word *word, const struct option *option);

/* pattern=, format=, video= and cursor= */
enum status option_set_pattern(
	struct options *options, const struct option_word *word, const struct option *option);
enum status option_set_format(
	struct options *options, const struct option_word *word, const struct option *option);
enum status option_set_video(
	struct options *options, const struct option_word *word, const struct option *option);
enum status option_set_cursor(
	struct options *options, const struct option_word *word, const struct option *option);

/* earlycon= and virtio_mmio.device=, in the syntax of the Linux kernel's parameters. */
enum status option_set_earlycon(
	struct options *options, const struct option_word *word, const struct option *option);
enum status option_set_virtio_mmio(
	struct options *options, const struct option_word *word, const struct option *option);

/* features= */
enum status option_set_features(
	struct options *options, const struct option_word *word, const struct option *option);

/* fault=, which knows the table of gpu/fault.h. */
enum status option_set_fault(
	struct options *options, const struct option_word *word, const struct option *option);

#endif
