/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Causes of a failure, ranked: the most certain first; among equally certain ones that which was
 * added first, since it explains the others. Each carries its evidence, with the values that were
 * seen. A cause is CERTAIN only when the evidence excludes a healthy device.
 */
#ifndef VIRTIO_DIAGNOSIS_H
#define VIRTIO_DIAGNOSIS_H

#include "mem/status.h"
#include "virtio/mistake.h"

enum certainty { UNLIKELY, POSSIBLE, LIKELY, CERTAIN };

#define DIAGNOSIS_MAX_CAUSES 8u
#define EVIDENCE_SIZE        128u

struct cause {
	enum mistake mistake;
	enum certainty certainty;
	char evidence[EVIDENCE_SIZE];
};

/* Zeroed: no cause. */
struct diagnosis {
	unsigned count;
	struct cause causes[DIAGNOSIS_MAX_CAUSES]; /* the first `count`, ranked */
};

/*
 * Adds a cause behind those that are at least as certain. A mistake that is there already keeps its
 * more certain evidence; when all places are taken, the least certain cause is dropped.
 */
void diagnosis_add(struct diagnosis *d, enum certainty certainty, enum mistake mistake,
	const char *evidence, ...) PRINTF(4, 5);

/* The first cause; CAUSE_SLOW when there is none. */
enum mistake diagnosis_first(const struct diagnosis *d);

/*
 * Logs each cause under `subject`:
 *	cause: mistake 1: TEXT (certain: EVIDENCE)
 *	next: REMEDY
 */
void diagnosis_log(const struct diagnosis *d, const char *subject);

#endif
