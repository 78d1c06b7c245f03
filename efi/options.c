/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the text of one source. Out: options set, a line for each word, an error for each bad one. */
#include "efi/options.h"

#include "efi/options_table.h"
#include "mem/string.h"

struct reader {
	const char *source;
	const char *text;
	size_t length;
	size_t at;
	bool comments;
	bool bad_byte; /* seen, and logged */
	char word[OPTIONS_MAX_WORD + 1];
};

enum word_kind { WORD_END, WORD_GOOD, WORD_BAD };

/* What shell users type for help. */
static const char *const help_words[] = {"-h", "--help", "-?"};

/*
 * Words for Linux that come without anybody's asking: U-Boot for x86 (seen: 2023.01, 2025.01) gives
 * whatever it starts by itself "root=/dev/sdb3 init=/sbin/init rootwait ro" as LoadOptions.
 */
static const char *const linux_words[] = {"root", "init", "rootwait", "ro", "rw"};

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_printable(char c)
{
	return c >= ' ' && c <= '~';
}

static void skip_line(struct reader *r)
{
	while (r->at < r->length && r->text[r->at] != '\n')
		r->at++;
}

/* Moves to the next word, over white space and comments. False when there is none. */
static bool find_word(struct reader *r)
{
	for (; r->at < r->length; r->at++) {
		char c = r->text[r->at];

		if (r->comments && c == '#')
			skip_line(r);
		else if (!is_space(c))
			return true;
	}
	return false;
}

static void note_bad_byte(struct reader *r)
{
	if (!r->bad_byte)
		log_error(r->source, "byte 0x%02x at offset %zu is not printable ASCII",
			(uint8_t)r->text[r->at], r->at);
	r->bad_byte = true;
}

/*
 * The next word, without its quotes. A bad one is logged and left out: with a byte that is not
 * printable, with a quote that is not closed on its line, or too long.
 */
static enum word_kind read_word(struct reader *r)
{
	bool quoted = false, bad = false;
	size_t length = 0;

	if (!find_word(r))
		return WORD_END;
	for (; r->at < r->length; r->at++) {
		char c = r->text[r->at];

		if (quoted ? c == '\n' || c == '\r' : is_space(c) || (r->comments && c == '#'))
			break;
		if (c == '"') {
			quoted = !quoted;
		} else if (!is_printable(c)) {
			note_bad_byte(r);
			bad = true;
		} else if (length++ < OPTIONS_MAX_WORD) {
			r->word[length - 1] = c;
		}
	}
	r->word[min_u64(length, OPTIONS_MAX_WORD)] = '\0';
	if (bad)
		return WORD_BAD;
	if (quoted || length > OPTIONS_MAX_WORD) {
		log_error(r->source, "the word that begins with `%.40s` %s", r->word,
			quoted ? "has a quote that is not closed" : "is too long");
		return WORD_BAD;
	}
	return WORD_GOOD;
}

static enum status unknown_key(const char *source, const char *key, size_t length)
{
	const char *keys[OPTION_COUNT + 1] = {NULL};
	const char *nearest;

	for (unsigned i = 0; i < OPTION_COUNT; i++)
		keys[i] = option_table[i].key;
	nearest = option_nearest(key, length, keys);
	if (nearest)
		log_error(source, "unknown key `%.*s`: did you mean `%s`?", (int)length, key,
			nearest);
	else
		log_error(source, "unknown key `%.*s`: `help` lists the keys", (int)length, key);
	return ERR_MALFORMED;
}

static const struct option *find_option(const char *key, size_t length)
{
	for (unsigned i = 0; i < OPTION_COUNT; i++)
		if (strlen(option_table[i].key) == length &&
			!memcmp(option_table[i].key, key, length))
			return &option_table[i];
	return NULL;
}

static bool asks_for_help(const char *text)
{
	for (unsigned i = 0; i < ARRAY_SIZE(help_words); i++)
		if (!strcmp(text, help_words[i]))
			return true;
	return false;
}

static bool is_for_linux(const char *key, size_t length)
{
	for (unsigned i = 0; i < ARRAY_SIZE(linux_words); i++)
		if (strlen(linux_words[i]) == length && !memcmp(linux_words[i], key, length))
			return true;
	return false;
}

static enum status apply(struct options *options, const char *source, const char *text)
{
	struct option_word word = {.source = source, .text = text};
	const struct option *option;
	size_t length = 0;
	enum status status;

	if (asks_for_help(text))
		text = "help";
	while (text[length] && text[length] != '=')
		length++;
	if (!length)
		return option_refuse(&word, "a key is missing");
	if (is_for_linux(text, length)) {
		log_info(source, "`%s` is for Linux and passed over", text);
		return OK;
	}
	option = find_option(text, length);
	if (!option)
		return unknown_key(source, text, length);
	if (text[length] && !option->values)
		return option_refuse(&word, "`%s` takes no value", option->key);
	word.value = text[length] ? text + length + 1 : option->alone;
	if (option->values && (!word.value || !*word.value))
		return option_refuse(&word, "a value is missing (%s)", option->values);
	status = option->set(options, &word, option);
	if (status == OK)
		log_info(source, "option %s", word.text);
	return status;
}

/* Moves over a byte order mark. False, logged, for one that says UTF-16. */
static bool skip_order_mark(struct reader *r)
{
	const char *t = r->text;

	if (r->length >= 3 && !memcmp(t, "\xef\xbb\xbf", 3))
		r->at = 3;
	if (r->length < 2 || (memcmp(t, "\xff\xfe", 2) && memcmp(t, "\xfe\xff", 2)))
		return true;
	log_error(r->source, "the text is UTF-16: it must be saved as ASCII or UTF-8");
	return false;
}

void options_init(struct options *options)
{
	*options = (struct options){
		.mode = MODE_RUN,
		.after = AFTER_HALT,
		.level = LOG_INFO,
		.picture = {.pattern = PICTURE_BARS},
		.label = true,
		.isolate = true,
		.timeout_ms = 1000,
		.crash = TRAP_TEST_NONE,
	};
}

enum status options_parse(
	struct options *options, const char *source, const char *text, size_t length, bool comments)
{
	struct reader r = {source, text, length, .comments = comments};
	enum status status = OK;
	enum word_kind kind;

	if (length > OPTIONS_MAX_LENGTH) {
		log_error(source, "%zu bytes of options are more than %u", length,
			OPTIONS_MAX_LENGTH);
		return ERR_MALFORMED;
	}
	if (!skip_order_mark(&r))
		return ERR_MALFORMED;
	while ((kind = read_word(&r)) != WORD_END)
		if (kind == WORD_BAD || apply(options, source, r.word) != OK)
			status = ERR_MALFORMED;
	return status;
}

enum status options_check(const struct options *options)
{
	bool list = options->mode == MODE_LIST;

	if (options->mode < MODE_LIST && options->after == AFTER_SHELL) {
		log_error("options",
			"after=shell: every mode but list leaves boot services, there is no way "
			"back to the shell");
		return ERR_MALFORMED;
	}
	if (options->fault && options->packed) {
		log_error("options",
			"fault=%s: mistakes are made in split rings, not with ring=packed",
			options->fault->name);
		return ERR_MALFORMED;
	}
	if (options->pace && options->pace < OPTIONS_LEAST_PACE) {
		log_error("options",
			"pace=%u: a line of less than %u baud looks to the log like one that "
			"stands still",
			options->pace, OPTIONS_LEAST_PACE);
		return ERR_MALFORMED;
	}
	if (list && options->after != AFTER_HALT && options->after != AFTER_SHELL)
		log_info("options", "after= has no effect: mode=list returns to the shell");
	if (options->duration_s && options->mode != MODE_WATCH && options->mode != MODE_ANIMATE)
		log_info("options", "duration= has no effect: only mode=watch and animate last");
	if (options->frames && options->mode != MODE_ANIMATE)
		log_info("options", "frames= has no effect: only mode=animate has some");
	if (list && options->fault)
		log_info("options", "fault= has no effect: mode=list drives no device");
	if (list && options->crash != TRAP_TEST_NONE)
		log_info(
			"options", "crash= has no effect: mode=list leaves firmware's traps alone");
	return OK;
}
