/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is wrong with a queue that does not answer: both sides of it on the log, then the causes
 * that fit, the most certain first, each with its evidence.
 *
 * The snapshot is plain data and the judgement a pure function of it, so that a test, or another
 * driver, can fill one in.
 */
#ifndef VIRTIO_DIAGNOSE_H
#define VIRTIO_DIAGNOSE_H

#include "virtio/diagnosis.h"
#include "virtio/snapshot.h"

struct queue_snapshot {
	const char *transport;
	bool legacy;
	bool is_pci;
	uint8_t status; /* device status as read */
	uint8_t interrupt_status;
	uint64_t offered;
	uint64_t features;
	uint16_t pci_command; /* is_pci */
	struct queue_registers device;

	uint16_t index;
	uint16_t size; /* as the driver programmed it */
	uint64_t desc;
	uint64_t avail;
	uint64_t used;
	uint16_t avail_idx; /* as published in memory */
	uint16_t used_idx; /* in memory */
	uint16_t used_idx_seen; /* as far as the driver has taken elements */
	uint16_t used_flags;
	uint16_t in_flight;
	uint64_t notifications;
};

#define QUEUE_MAX_CAUSES 8u

/* One explanation. The texts are constants. */
struct queue_cause {
	enum certainty certainty;
	const char *what; /* the mistake, in a sentence */
	const char *evidence; /* what in the snapshot says so */
};

struct queue_diagnosis {
	enum status status; /* ERR_GONE, ERR_NEEDS_RESET or ERR_TIMEOUT */
	unsigned count; /* at least 1 */
	struct queue_cause causes[QUEUE_MAX_CAUSES];
};

/* Judges a snapshot. Pure. The causes come sorted, the most certain first. */
struct queue_diagnosis diagnose(const struct queue_snapshot *snapshot);

/*
 * Takes a snapshot of a queue, logs it with the last descriptors, judges it, and logs the causes
 * as `cause: …` lines. Returns the diagnosis' status.
 */
enum status diagnose_queue(struct queue *queue);

#endif
