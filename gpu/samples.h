/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Times that were measured, and the figures that are made of them: lines of the log for programs,
 *
 *	# metric gpu0.present-full.median 1234567 ns
 *
 * Integers only.
 */
#ifndef GPU_SAMPLES_H
#define GPU_SAMPLES_H

#include "mem/types.h"

#define SAMPLES_MAX 512u

/* Zeroed: none. */
struct samples {
	unsigned count;
	uint64_t ns[SAMPLES_MAX];
};

/* Adds a time; the ones beyond SAMPLES_MAX are passed over. */
void samples_add(struct samples *samples, uint64_t ns);

/*
 * The time that `percent` (1 to 100) of them do not exceed, the least such among them (the nearest
 * rank); 50 is the median. 0 when there are none. Sorts them.
 */
uint64_t samples_percentile(struct samples *samples, unsigned percent);

/* What `amount` in `ns` nanoseconds is in a second, rounded down; 0 when no time passed. */
uint64_t samples_rate(uint64_t amount, uint64_t ns);

/* A figure: `# metric SUBJECT.NAME.KIND VALUE UNIT`. None of the words has spaces. */
void metric(
	const char *subject, const char *name, const char *kind, uint64_t value, const char *unit);

/* Three figures: KIND is `median`, `p99` and, how many they are, `count`. */
void samples_metrics(struct samples *samples, const char *subject, const char *name);

#endif
