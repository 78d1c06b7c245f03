/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The layout of a split ring in memory (virtio 1.3 §2.7).
 */
#ifndef VIRTIO_SPLIT_RING_H
#define VIRTIO_SPLIT_RING_H

#include "mem/dma.h"
#include "mem/le.h"

/* §2.7: the largest queue size. */
#define SPLIT_RING_MAX_SIZE 32768u

/* §2.7.5 */
enum virtq_desc_flags {
	VIRTQ_DESC_F_NEXT = 1,
	VIRTQ_DESC_F_WRITE = 2,
	VIRTQ_DESC_F_INDIRECT = 4,
};

struct virtq_desc {
	le64 addr;
	le32 len;
	le16 flags;
	le16 next;
};

/* §2.7.6 */
#define VIRTQ_AVAIL_F_NO_INTERRUPT 1u

struct virtq_avail {
	le16 flags;
	le16 idx;
	le16 ring[]; /* and behind the ring: used_event */
};

/* §2.7.8 */
#define VIRTQ_USED_F_NO_NOTIFY 1u

struct virtq_used_elem {
	le32 id;
	le32 len;
};

struct virtq_used {
	le16 flags;
	le16 idx;
	struct virtq_used_elem ring[]; /* and behind the ring: avail_event */
};

_Static_assert(sizeof(struct virtq_desc) == 16, "virtio 1.3 §2.7.5");
_Static_assert(offsetof(struct virtq_desc, next) == 14, "virtio 1.3 §2.7.5");
_Static_assert(sizeof(struct virtq_used_elem) == 8, "virtio 1.3 §2.7.8");
_Static_assert(offsetof(struct virtq_used, ring) == 4, "virtio 1.3 §2.7.8");

/* Offsets from the start of the descriptor table, in bytes. */
struct split_layout {
	size_t avail;
	size_t used;
	size_t size; /* of all three parts */
};

/* A ring as the driver and the device see it. */
struct split_ring {
	uint16_t size; /* entries, a power of two */
	struct virtq_desc *desc;
	struct virtq_avail *avail;
	struct virtq_used *used;
};

/*
 * The layout for `size` entries. `used_align` is the alignment of the used ring: 4 for a modern
 * device (§2.7), QueueAlign for a legacy one, whose three parts it places by itself (§2.7.2).
 */
struct split_layout split_layout_of(uint16_t size, size_t used_align);

/* Describes the ring in `memory`, which is zeroed and at least layout.size bytes. */
void split_ring_init(struct split_ring *ring, uint16_t size, const struct dma_block *memory,
	const struct split_layout *layout);

/* The event indices behind the rings (§2.7.7, §2.7.10). */
static inline le16 *split_ring_used_event(const struct split_ring *ring)
{
	return &ring->avail->ring[ring->size];
}

static inline le16 *split_ring_avail_event(const struct split_ring *ring)
{
	return (le16 *)&ring->used->ring[ring->size];
}

/* §2.7.10: whether moving the index from `old` to `new` passes `event`. All wrap at 65536. */
static inline bool split_ring_need_event(uint16_t event, uint16_t new, uint16_t old)
{
	return (uint16_t)(new - event - 1) < (uint16_t)(new - old);
}

#endif
