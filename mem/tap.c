/* SPDX-License-Identifier: BSD-2-Clause */
/* In: steps and how they went. Out: TAP version 14 lines on the log. */
#include "tap.h"

#include "format.h"
#include "log.h"
#include "string.h"

#define TEXT_SIZE 384u

/* In a description `#` would start a directive and `\` an escape (TAP 14, "Escaping"). */
static void escape(char *out, size_t size, const char *text)
{
	size_t length = 0;

	for (; *text && length + 3 < size; text++) {
		if (*text == '#' || *text == '\\')
			out[length++] = '\\';
		out[length++] = *text;
	}
	out[length] = '\0';
}

static void point(bool ok, const char *subject, const char *step, const char *directive)
{
	struct tap *t = &the_tap;
	char description[TEXT_SIZE];

	if (the_log.muted) {
		log_debug(subject, "%s: %s%s%s", ok ? "ok" : "not ok", step,
			*directive ? " # " : "", directive);
		return;
	}
	escape(description, sizeof(description), step);
	t->points[t->depth]++;
	if (!ok)
		t->failed[t->depth]++;
	log_line("%s %u - %s: %s%s%s", ok ? "ok" : "not ok", t->points[t->depth], subject,
		description, *directive ? " # " : "", directive);
}

void tap_begin(void)
{
	log_line("TAP version 14");
}

void tap_ok(const char *subject, const char *fmt, ...)
{
	char text[TEXT_SIZE];
	va_list args;

	va_start(args, fmt);
	format_args(text, sizeof(text), fmt, args);
	va_end(args);
	point(true, subject, text, "");
}

void tap_fail(const char *subject, const char *step, const char *cause, ...)
{
	char text[TEXT_SIZE];
	va_list args;

	va_start(args, cause);
	format_args(text, sizeof(text), cause, args);
	va_end(args);
	if (the_tap.tentative)
		log_error(subject, "%s: %s", step, text);
	else
		point(false, subject, step, text);
}

void tap_tentative(bool on)
{
	the_tap.tentative = on;
}

void tap_skip(const char *subject, const char *step, const char *reason, ...)
{
	char text[TEXT_SIZE] = "SKIP ";
	size_t length = strlen(text);
	va_list args;

	va_start(args, reason);
	format_args(text + length, sizeof(text) - length, reason, args);
	va_end(args);
	point(true, subject, step, text);
}

void tap_open(const char *subject)
{
	struct tap *t = &the_tap;

	if (t->depth + 1 >= TAP_MAX_DEPTH) {
		t->too_deep++;
		return;
	}
	log_line("# Subtest: %s", subject);
	t->depth++;
	t->points[t->depth] = 0;
	t->failed[t->depth] = 0;
	the_log.depth = t->depth;
}

/* Prints the subtest's plan and steps out of it; true when all of its points were ok. */
static bool leave(void)
{
	struct tap *t = &the_tap;
	bool ok = !t->failed[t->depth];

	if (t->too_deep) {
		t->too_deep--;
		return ok;
	}
	log_line("1..%u", t->points[t->depth]);
	t->depth--;
	the_log.depth = t->depth;
	return ok;
}

void tap_close(const char *subject, enum status status, const char *fmt, ...)
{
	char text[TEXT_SIZE];
	va_list args;
	bool ok = the_tap.depth ? leave() : true;

	va_start(args, fmt);
	format_args(text, sizeof(text), fmt, args);
	va_end(args);
	if (ok && status == OK)
		point(true, subject, text, "");
	else
		point(false, subject, text, status == OK ? "a step failed" : status_name(status));
}

void tap_end(void)
{
	struct tap *t = &the_tap;

	log_mute(false);
	while (t->depth) {
		leave();
		point(false, "run", "subtest left open", "the run ended inside it");
	}
	log_line("1..%u", t->points[0]);
}

bool tap_passed(void)
{
	for (unsigned i = 0; i <= the_tap.depth; i++)
		if (the_tap.failed[i])
			return false;
	return true;
}
