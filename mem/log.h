/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The log: lines of text in a ring, drained to sinks while the driver waits for a device, so that
 * a slow UART does not hold up the first pixel.
 *
 * A line of detail is `# [seconds.micros] subject: text`, indented by four spaces a subtest
 * (mem/tap.h writes the test points). What is not printable in a line becomes `?`: names and
 * strings may come from tables and devices.
 *
 * A sink takes what it can without waiting, of each line as soon as it is there: what comes next
 * may hang the machine. A sink that logs while it writes is not called for that line. Before a line
 * would overwrite text that a sink has not taken yet, the log waits for that sink; one that takes
 * nothing for LOG_STALL_US is dropped, and the other sinks are told.
 */
#ifndef MEM_LOG_H
#define MEM_LOG_H

#include <stdarg.h>

#include "types.h"

enum log_level { LOG_ERROR, LOG_INFO, LOG_DEBUG, LOG_TRACE };

#define LOG_RING_SIZE (64u * 1024) /* a power of two */
#define LOG_LINE_SIZE 512u /* longer lines are cut */
#define LOG_MAX_SINKS 4u
#define LOG_POLL_SIZE 64u
#define LOG_STALL_US  1000000u

struct log_sink {
	const char *name;
	/* Takes up to `length` characters without waiting; returns how many it took. */
	size_t (*write)(struct log_sink *sink, const char *text, size_t length);
	uint64_t taken; /* characters of the log taken so far */
};

struct log {
	enum log_level level;
	unsigned depth; /* of subtests: the indentation */
	bool muted; /* log_mute */
	uint64_t written; /* characters ever written */
	struct log_sink *sinks[LOG_MAX_SINKS];
	struct log_sink *writing; /* whose write is running; a fault now is that sink's */
	char ring[LOG_RING_SIZE];
};

/* Defined by the program: efi/main.c, or a host test. */
extern struct log the_log;

/*
 * Adds a sink, borrowed until log_detach. It receives every whole line still in the ring, then
 * every new line. False when LOG_MAX_SINKS are attached.
 */
bool log_attach(struct log_sink *sink);

/* A sink in whose write a fault came is not being written to any more. */
void log_detach(struct log_sink *sink);

/*
 * Gives a sink that is not attached every whole line still in the ring, once. It is not waited for:
 * what it does not take at once, it does not get.
 */
void log_replay(struct log_sink *sink);

/*
 * Lets every sink take up to LOG_POLL_SIZE characters, without waiting. For waiting loops: the
 * answer waited for is looked at again soon.
 */
void log_poll(void);

/* Waits until every sink has taken everything, or stalled. For failures, traps and the end. */
void log_drain(void);

/*
 * While muted, details are written at level debug and above only, and a test point is a detail that
 * does not count: for steps of which only the outcome matters. log_line is not affected.
 */
void log_mute(bool muted);

/* A line as it is, without `#` and time: test points. A newline is added. */
void log_line(const char *fmt, ...) PRINTF(1, 2);
void log_line_args(const char *fmt, va_list args) PRINTF(1, 0);

/*
 * A line of detail, if its level is on. Functions, so that a call costs no more code than its
 * arguments, which are worked out at any level; but a register access must not wait for those of
 * log_trace.
 */
void log_error(const char *subject, const char *fmt, ...) PRINTF(2, 3);
void log_info(const char *subject, const char *fmt, ...) PRINTF(2, 3);
void log_debug(const char *subject, const char *fmt, ...) PRINTF(2, 3);
void log_at(enum log_level level, const char *subject, const char *fmt, ...) PRINTF(3, 4);

#define log_trace(...) (the_log.level < LOG_TRACE ? (void)0 : log_at(LOG_TRACE, __VA_ARGS__))

#endif
