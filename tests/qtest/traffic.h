/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Many requests through one queue, in batches of one up to all that the ring can hold, so that
 * indices wrap and the ring is seen empty, part full and full. Each answer is checked.
 */
#ifndef TESTS_QTEST_TRAFFIC_H
#define TESTS_QTEST_TRAFFIC_H

#include "virtio/queue.h"

struct traffic;

/* A kind of request; all of one kind have buffers of the same sizes. */
struct traffic_kind {
	const char *name;
	unsigned readable; /* buffers that the device reads */
	unsigned writable; /* and, behind these, that it writes */
	uint32_t lengths[QUEUE_MAX_BUFFERS];
	/* Fills in the readable buffers of one request, which hold what they held last. */
	void (*prepare)(struct traffic *t, void *request);
	/* False when `length` bytes of answer, in the writable buffers, are not what they should
	 * be. */
	bool (*check)(struct traffic *t, const void *request, const void *answer, uint32_t length);
};

/* 16 bytes of entropy, in two pieces. */
extern const struct traffic_kind traffic_entropy;
/* GET_DISPLAY_INFO, on a GPU's control queue. */
extern const struct traffic_kind traffic_display_info;
/* RESOURCE_FLUSH of 8x8 pixels of resource 1, with a fence. */
extern const struct traffic_kind traffic_flush;
/* MOVE_CURSOR, on a GPU's cursor queue. */
extern const struct traffic_kind traffic_cursor;

struct traffic_request {
	bool in_flight;
	uint8_t *bytes;
	paddr address;
};

struct traffic {
	struct queue *queue; /* borrowed */
	const struct traffic_kind *kind;
	struct dma_block memory;
	unsigned capacity; /* requests that fit into the ring at a time */
	struct traffic_request requests[QUEUE_MAX_SLOTS];
	uint64_t prepared; /* requests, ever */
	uint64_t answered;
	uint8_t seen; /* entropy: the bits that were ever set, and in `unseen` ever clear */
	uint8_t unseen;
};

/* Allocates the requests. ERR_NO_MEMORY. */
MUST_CHECK enum status traffic_open(
	struct traffic *t, struct queue *queue, const struct traffic_kind *kind);

/* Gives the requests' memory back: only when the device has none of them. */
void traffic_close(struct traffic *t);

/*
 * Sends `count` requests and takes as many answers. Errors, all logged: the queue's; ERR_PROTOCOL
 * for a wrong answer, one that came twice, a ring that takes more than it can hold, or indices that
 * do not stand where they should in the end.
 */
MUST_CHECK enum status traffic_run(struct traffic *t, uint64_t count);

#endif
