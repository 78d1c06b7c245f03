/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last commands of a GPU as they really went out, read back from the ring and the request's
 * bytes, and how each was answered. What gpu/diagnose.h judges.
 */
#ifndef GPU_HISTORY_H
#define GPU_HISTORY_H

#include "gpu/protocol.h"
#include "gpu/rectangle.h"
#include "mem/dma.h"

#define GPU_HISTORY_SIZE 32u

/* What a request has of these; the rest is 0. */
struct gpu_record {
	uint32_t type; /* le32 of the header, as sent */
	uint32_t flags;
	uint32_t request_length; /* readable bytes of its chain */
	uint32_t response_room; /* writable bytes */
	bool request_outside; /* a descriptor of it is not memory that devices may be given */
	uint64_t request_address; /* of that one */
	uint32_t resource;
	uint32_t scanout;
	uint32_t format;
	struct rectangle area; /* of CREATE: width and height alone; of a cursor: x and y */
	uint64_t offset; /* TRANSFER */
	uint32_t entries; /* ATTACH_BACKING: nr_entries */
	uint64_t backing_length; /* of the entries that the request holds */
	bool backing_outside; /* one of them is not memory that devices may be given */
	uint64_t outside; /* its address */

	bool answered;
	uint32_t response; /* its type; 0 when it is shorter than a header */
	uint32_t response_flags;
	uint32_t response_length; /* as the used element says */
};

/* Zeroed: empty. The newest is record[(count - 1) % GPU_HISTORY_SIZE]. */
struct gpu_history {
	uint32_t count; /* commands ever sent since the device was opened */
	struct gpu_record record[GPU_HISTORY_SIZE];
};

/*
 * Notes a request of `length` bytes at `request` (what the readable part of its chain says; the
 * fields beyond that are not looked at). `pool` tells whether addresses in it are memory.
 * Returns its number, counted from 1.
 */
uint32_t gpu_history_sent(struct gpu_history *h, const void *request, uint32_t length,
	uint32_t response_room, const struct dma_pool *pool);

/* Notes that the newest one goes on with `length` bytes of entries in a buffer of their own. */
void gpu_history_entries(
	struct gpu_history *h, const void *entries, uint32_t length, const struct dma_pool *pool);

/* Notes that a descriptor of the newest one, for `address`, is not memory. */
void gpu_history_outside(struct gpu_history *h, uint64_t address);

/* Notes the answer to a request by its number; one that is no longer kept, or never was, is none.
 */
void gpu_history_answered(struct gpu_history *h, uint32_t number,
	const struct virtio_gpu_ctrl_hdr *response, uint32_t length);

/* Record `age` (0: the newest), or NULL when there is none or it is no longer kept. */
const struct gpu_record *gpu_history_at(const struct gpu_history *h, uint32_t age);

/*
 * Logs the command with this number and those before it, up to `count` as far as they are kept, as
 * errors under `subject`, oldest first. For the newest, h->count is the number.
 */
void gpu_history_log(
	const struct gpu_history *h, uint32_t number, unsigned count, const char *subject);

#endif
