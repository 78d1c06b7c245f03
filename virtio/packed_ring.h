/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The layout of a packed ring in memory (virtio 1.3 §2.8).
 */
#ifndef VIRTIO_PACKED_RING_H
#define VIRTIO_PACKED_RING_H

#include "mem/dma.h"
#include "mem/le.h"

/* §2.8.1; beside those of enum virtq_desc_flags, which mean the same here. */
#define VIRTQ_DESC_F_AVAIL 0x0080u
#define VIRTQ_DESC_F_USED  0x8000u

/* §2.8.13 */
struct pvirtq_desc {
	le64 addr;
	le32 len;
	le16 id;
	le16 flags;
};

/* §2.8.10, what the flags of an event suppression structure say; 3 is reserved. */
enum ring_event_flags {
	RING_EVENT_FLAGS_ENABLE = 0,
	RING_EVENT_FLAGS_DISABLE = 1,
	RING_EVENT_FLAGS_DESC = 2, /* with EVENT_IDX */
	RING_EVENT_FLAGS_RESERVED = 3,
};

/*
 * §2.8.14, the two le16 of struct pvirtq_event_suppress: desc (15 bits of offset, the wrap counter
 * above them) and flags. One access reads both, which belong together.
 */
struct pvirtq_event_suppress {
	le32 both;
};

_Static_assert(sizeof(struct pvirtq_desc) == 16, "virtio 1.3 §2.8.13");
_Static_assert(offsetof(struct pvirtq_desc, flags) == 14, "virtio 1.3 §2.8.13");
_Static_assert(sizeof(struct pvirtq_event_suppress) == 4, "virtio 1.3 §2.8.14");

/* Offsets from the start of the descriptor ring, in bytes. */
struct packed_layout {
	size_t driver;
	size_t device;
	size_t size; /* of all three parts */
};

/* A place in the ring, and in which turn round it: the ring wrap counter (§2.8.1). */
struct packed_place {
	uint16_t offset;
	bool wrap;
};

/* An event suppression structure as it was read. */
struct packed_event {
	enum ring_event_flags flags;
	struct packed_place place; /* with RING_EVENT_FLAGS_DESC */
};

/* A ring as the driver sees it. */
struct packed_ring {
	uint16_t size; /* descriptors, any number up to 32768 */
	struct pvirtq_desc *desc;
	struct pvirtq_event_suppress *driver; /* whether the device may interrupt */
	struct pvirtq_event_suppress *device; /* whether it wants notifications */
	struct packed_place next_avail; /* where the next available descriptor goes … */
	struct packed_place published; /* … and as the device knows it */
	struct packed_place next_used; /* where the next used one will be */
};

struct packed_layout packed_layout_of(uint16_t size);

/* Describes the ring in `memory`, which is zeroed and at least layout.size bytes. */
void packed_ring_init(struct packed_ring *ring, uint16_t size, const struct dma_block *memory,
	const struct packed_layout *layout);

/* The place `count` descriptors, at most the ring's size, behind another. */
struct packed_place packed_place_after(struct packed_place place, uint16_t count, uint16_t size);

/* §2.8.1: the flags AVAIL and USED of a descriptor that is made available, or used, in a turn. */
static inline uint16_t packed_avail_flags(bool wrap)
{
	return wrap ? VIRTQ_DESC_F_AVAIL : VIRTQ_DESC_F_USED;
}

static inline uint16_t packed_used_flags(bool wrap)
{
	return wrap ? VIRTQ_DESC_F_AVAIL | VIRTQ_DESC_F_USED : 0;
}

static inline bool packed_is_avail(uint16_t flags, bool wrap)
{
	return (flags & (VIRTQ_DESC_F_AVAIL | VIRTQ_DESC_F_USED)) == packed_avail_flags(wrap);
}

static inline bool packed_is_used(uint16_t flags, bool wrap)
{
	return (flags & (VIRTQ_DESC_F_AVAIL | VIRTQ_DESC_F_USED)) == packed_used_flags(wrap);
}

/* A place as 15 bits of offset below the wrap counter, as events and notifications have it. */
static inline uint16_t packed_place_bits(struct packed_place place)
{
	return (uint16_t)(place.offset | (uint16_t)place.wrap << 15);
}

struct packed_event packed_event_read(const struct pvirtq_event_suppress *event);

/*
 * §2.8.10: whether the device wants to hear that all from `old` up to `new`, which is not one of
 * them, were made available. A reserved value counts as a wish: a notification does no harm.
 */
bool packed_need_event(const struct packed_event *event, struct packed_place old,
	struct packed_place new, uint16_t size);

#endif
