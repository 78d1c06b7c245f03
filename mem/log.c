/* SPDX-License-Identifier: BSD-2-Clause */
/* In: lines. Out: the same lines, in order, at every sink that keeps up. */
#include "log.h"

#include "clock.h"
#include "format.h"

/* Offers a sink at most `most` of the characters that it has not taken yet. */
static void offer(struct log_sink *sink, uint64_t most)
{
	struct log *log = &the_log;
	uint64_t at, length, end = sink->taken + min_u64(most, log->written - sink->taken);
	size_t took;

	while (sink->taken < end) {
		at = sink->taken % LOG_RING_SIZE;
		length = min_u64(end - sink->taken, LOG_RING_SIZE - at);
		log->writing = sink;
		took = sink->write(sink, log->ring + at, length);
		log->writing = NULL;
		sink->taken += took;
		if (took < length)
			return;
	}
}

static void offer_all(uint64_t most)
{
	for (unsigned i = 0; i < LOG_MAX_SINKS; i++)
		if (the_log.sinks[i])
			offer(the_log.sinks[i], most);
}

/* Waits until at most `limit` characters are left for the sink. False when it stalled. */
static bool wait_for(struct log_sink *sink, uint64_t limit)
{
	uint64_t last = sink->taken, since = clock_us();

	while (the_log.written - sink->taken > limit) {
		offer(sink, LOG_RING_SIZE);
		if (sink->taken != last) {
			last = sink->taken;
			since = clock_us();
		} else if (clock_us() - since > LOG_STALL_US) {
			return false;
		}
		cpu_relax();
	}
	return true;
}

/*
 * Leaves room for `length` characters at every sink. The line about a dropped sink takes room from
 * all others, which therefore are waited for again.
 */
static void make_room(uint64_t length)
{
	for (unsigned i = 0; i < LOG_MAX_SINKS; i++) {
		struct log_sink *sink = the_log.sinks[i];

		if (!sink || wait_for(sink, LOG_RING_SIZE - length))
			continue;
		the_log.sinks[i] = NULL;
		log_error("log", "sink %s took nothing for %u ms and is dropped", sink->name,
			LOG_STALL_US / 1000);
		make_room(length);
		return;
	}
}

static void put_text(const char *text, size_t length)
{
	struct log *log = &the_log;

	for (size_t i = 0; i < length; i++)
		log->ring[log->written++ % LOG_RING_SIZE] = text[i];
}

/* Puts `line`, which holds `length` characters and has room for a newline behind them. */
static void put_line(char *line, size_t length)
{
	static const char indent[] = "                ";
	size_t indentation = min_u64(the_log.depth * 4, sizeof(indent) - 1);

	if (length > LOG_LINE_SIZE - 2)
		length = LOG_LINE_SIZE - 2;
	for (size_t i = 0; i < length; i++)
		if (line[i] < ' ' || line[i] > '~')
			line[i] = '?';
	line[length] = '\n';
	/* At once, so that a line about a dropped sink cannot come between. */
	make_room(indentation + length + 1);
	put_text(indent, indentation);
	put_text(line, length + 1);
	/* Whatever happens next has this line before it. A sink that logs is not called again. */
	if (!the_log.writing)
		offer_all(LOG_RING_SIZE);
}

/* The first character of the oldest line of which the ring still holds everything. */
static uint64_t oldest_line(void)
{
	const struct log *log = &the_log;
	uint64_t at = log->written > LOG_RING_SIZE ? log->written - LOG_RING_SIZE : 0;

	while (at && at < log->written && log->ring[at++ % LOG_RING_SIZE] != '\n')
		;
	return at;
}

bool log_attach(struct log_sink *sink)
{
	for (unsigned i = 0; i < LOG_MAX_SINKS; i++) {
		if (the_log.sinks[i])
			continue;
		sink->taken = oldest_line();
		the_log.sinks[i] = sink;
		return true;
	}
	return false;
}

void log_detach(struct log_sink *sink)
{
	for (unsigned i = 0; i < LOG_MAX_SINKS; i++)
		if (the_log.sinks[i] == sink)
			the_log.sinks[i] = NULL;
	/* After a fault in its write, which does not return, the others are written to again. */
	if (the_log.writing == sink)
		the_log.writing = NULL;
}

void log_replay(struct log_sink *sink)
{
	sink->taken = oldest_line();
	offer(sink, LOG_RING_SIZE);
}

void log_poll(void)
{
	offer_all(LOG_POLL_SIZE);
}

void log_drain(void)
{
	make_room(LOG_RING_SIZE);
}

void log_mute(bool muted)
{
	the_log.muted = muted;
}

void log_line_args(const char *fmt, va_list args)
{
	char line[LOG_LINE_SIZE];

	put_line(line, format_args(line, sizeof(line), fmt, args));
}

void log_line(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_line_args(fmt, args);
	va_end(args);
}

static void put_detail(enum log_level level, const char *subject, const char *fmt, va_list args)
{
	char line[LOG_LINE_SIZE];
	uint64_t now;
	size_t length;

	if (level > the_log.level || (the_log.muted && the_log.level < LOG_DEBUG))
		return;
	now = clock_us();
	length = format(line, sizeof(line), "# [%4lu.%06lu] %s: %s", now / 1000000, now % 1000000,
		subject, level == LOG_ERROR ? "error: " : "");
	if (length < sizeof(line))
		length += format_args(line + length, sizeof(line) - length, fmt, args);
	put_line(line, length);
}

void log_error(const char *subject, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put_detail(LOG_ERROR, subject, fmt, args);
	va_end(args);
}

void log_info(const char *subject, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put_detail(LOG_INFO, subject, fmt, args);
	va_end(args);
}

void log_debug(const char *subject, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put_detail(LOG_DEBUG, subject, fmt, args);
	va_end(args);
}

void log_at(enum log_level level, const char *subject, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put_detail(level, subject, fmt, args);
	va_end(args);
}
