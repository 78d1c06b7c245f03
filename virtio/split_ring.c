/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a queue size, an alignment and memory. Out: where the ring's three parts are in it. */
#include "virtio/split_ring.h"

struct split_layout split_layout_of(uint16_t size, size_t used_align)
{
	struct split_layout l;

	/* The three le16 are flags, idx and the event index; they are there with or without
	 * EVENT_IDX (§2.7.2). */
	l.avail = sizeof(struct virtq_desc) * size;
	l.used = align_up(l.avail + sizeof(le16) * (3 + (size_t)size), used_align);
	/* A legacy ring fills its last page, too: that memory is nobody else's (§2.7.2). */
	l.size = l.used +
		 align_up(sizeof(le16) * 3 + sizeof(struct virtq_used_elem) * size, used_align);
	return l;
}

void split_ring_init(struct split_ring *ring, uint16_t size, const struct dma_block *memory,
	const struct split_layout *layout)
{
	uint8_t *base = memory->data;

	ring->size = size;
	ring->desc = (struct virtq_desc *)base;
	ring->avail = (struct virtq_avail *)(base + layout->avail);
	ring->used = (struct virtq_used *)(base + layout->used);
}
