/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a queue size and memory. Out: where the parts of a packed ring are, and places in it. */
#include "virtio/packed_ring.h"

struct packed_layout packed_layout_of(uint16_t size)
{
	struct packed_layout l;

	/* Each part is as large as the next one's alignment asks for (§2.8.10.1). */
	l.driver = sizeof(struct pvirtq_desc) * size;
	l.device = l.driver + sizeof(struct pvirtq_event_suppress);
	l.size = l.device + sizeof(struct pvirtq_event_suppress);
	return l;
}

void packed_ring_init(struct packed_ring *ring, uint16_t size, const struct dma_block *memory,
	const struct packed_layout *layout)
{
	uint8_t *base = memory->data;

	*ring = (struct packed_ring){
		.size = size,
		.desc = (struct pvirtq_desc *)base,
		.driver = (struct pvirtq_event_suppress *)(base + layout->driver),
		.device = (struct pvirtq_event_suppress *)(base + layout->device),
		.next_avail.wrap = true,
		.published.wrap = true,
		.next_used.wrap = true,
	};
}

struct packed_place packed_place_after(struct packed_place place, uint16_t count, uint16_t size)
{
	uint32_t offset = (uint32_t)place.offset + count;
	bool turn = offset >= size;

	return (struct packed_place){
		.offset = (uint16_t)(turn ? offset - size : offset),
		.wrap = place.wrap != turn,
	};
}

struct packed_event packed_event_read(const struct pvirtq_event_suppress *event)
{
	uint32_t both = le32_load(&event->both);

	return (struct packed_event){
		.flags = (enum ring_event_flags)(both >> 16 & 3),
		.place = {.offset = both & 0x7fff, .wrap = both >> 15 & 1},
	};
}

/* How many descriptors `place` is behind `old`, which may be a whole turn of the ring. */
static uint32_t distance(struct packed_place old, struct packed_place place, uint16_t size)
{
	uint32_t turn = place.wrap == old.wrap ? 0 : size;

	return turn + place.offset - old.offset;
}

bool packed_need_event(const struct packed_event *event, struct packed_place old,
	struct packed_place new, uint16_t size)
{
	if (event->flags != RING_EVENT_FLAGS_DESC)
		return event->flags != RING_EVENT_FLAGS_DISABLE;
	/* A place before `old` is a very large distance. */
	return distance(old, event->place, size) < distance(old, new, size);
}
