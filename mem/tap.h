/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The steps of a run as TAP version 14 test points on the log, at every log level.
 *
 *	ok 11 - virtio-mmio@a003e00: queue 0 ready
 *	not ok 14 - gpu0: GET_DISPLAY_INFO # no answer in 1000 ms
 *	ok 15 - gpu: picture # SKIP no virtio GPU was found
 *
 * Where a device has steps of its own, they are a subtest: indented, with a plan of their own,
 * closed by the test point of the device. Subtests nest to TAP_MAX_DEPTH levels, the top one
 * included; one below that is not indented and counts its points in the deepest.
 */
#ifndef MEM_TAP_H
#define MEM_TAP_H

#include "status.h"

#define TAP_MAX_DEPTH 4u

struct tap {
	unsigned depth;
	bool tentative; /* tap_tentative */
	unsigned too_deep; /* open subtests below the deepest level, counted there */
	unsigned points[TAP_MAX_DEPTH];
	unsigned failed[TAP_MAX_DEPTH];
};

/* Defined by the program: efi/main.c, or a host test. */
extern struct tap the_tap;

/* `TAP version 14`. First. */
void tap_begin(void);

/* A step that went well: `ok N - subject: text`. */
void tap_ok(const char *subject, const char *fmt, ...) PRINTF(2, 3);

/* A step that failed, with the cause in words: `not ok N - subject: step # cause`. */
void tap_fail(const char *subject, const char *step, const char *cause, ...) PRINTF(3, 4);

/* A step that does not apply here, and why: `ok N - subject: step # SKIP reason`. */
void tap_skip(const char *subject, const char *step, const char *reason, ...) PRINTF(3, 4);

/*
 * While on, a step that fails is a detail, `error: step: cause`, and no test point: the caller
 * tries again, and makes the outcome a test point.
 */
void tap_tentative(bool on);

/*
 * Opens and closes a subtest. The closing test point is `ok` when `status` is OK and no step of
 * the subtest failed; else `not ok`, with the name of the status as its cause.
 */
void tap_open(const char *subject);
void tap_close(const char *subject, enum status status, const char *fmt, ...) PRINTF(3, 4);

/* Closes subtests that a failure or a trap left open, then prints the plan `1..N`. Last. */
void tap_end(void);

/* True while no test point has failed. */
bool tap_passed(void);

#endif
