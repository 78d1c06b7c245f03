/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A descriptor chain (virtio 1.3 §2.7.5, §2.8.6) as it stands in the ring now, whoever wrote it
 * last: for the snapshot of a failure, and for a history of what was really sent.
 */
#ifndef VIRTIO_CHAIN_H
#define VIRTIO_CHAIN_H

#include "virtio/snapshot.h"

struct chain {
	enum chain_end end;
	uint16_t head; /* as the available ring names it; packed: the buffer id */
	unsigned count; /* descriptors below: the first ones, the indirect one included */
	struct snapshot_descriptor descriptors[SNAPSHOT_CHAIN];
	uint32_t readable; /* bytes, of as many descriptors as were walked */
	uint32_t writable;
};

/*
 * Walks the chain that entry `slot` of the available ring names, through its indirect table (which
 * is read only where it lies in the pool), up to the end or to what is wrong with it. A chain that
 * is longer than the ring loops. Nothing in the ring is believed.
 */
void chain_walk(const struct split_ring *ring, const struct dma_pool *pool, uint16_t slot,
	struct chain *chain);

/*
 * The same for a packed ring, where a request begins at `place`. Its head is not set: the id need
 * only stand in the last descriptor.
 */
void chain_walk_packed(const struct packed_ring *ring, const struct dma_pool *pool,
	struct packed_place place, struct chain *chain);

#endif
