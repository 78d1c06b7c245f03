/* SPDX-License-Identifier: BSD-2-Clause */
/* In: what the driver put into the ring. Out: answers to it, or what the stream writes instead. */
#include "tests/fuzz/device_parts.h"

#include <string.h>

#include "gpu/protocol.h"
#include "virtio/device.h"
#include "virtio/features.h"
#include "virtio/split_ring.h"

#define INDIRECT_SIZE sizeof(struct virtq_desc)
#define WIDE          96u /* another width of a display */

bool device_memory_is_free(const struct device *d, uint64_t address, uint64_t size)
{
	for (unsigned i = 0; i < d->pool->free.count; i++)
		if (ranges_overlap(d->pool->free.range[i].address.value,
			    d->pool->free.range[i].size, address, size))
			return true;
	return false;
}

uint8_t *device_memory(struct device *d, uint64_t address, uint64_t size)
{
	bool inside = address >= d->ram_base &&
		      range_inside(address - d->ram_base, size, DEVICE_RAM_SIZE);

	if (!d->scribbled && !d->lied_of_queue) {
		fuzz_check(inside);
		fuzz_check(!device_memory_is_free(d, address, size));
	}
	return inside ? d->ram + (address - d->ram_base) : NULL;
}

static uint16_t load16(struct device *d, uint64_t address)
{
	uint8_t *p = device_memory(d, address, 2);
	uint16_t value = 0;

	if (p)
		memcpy(&value, p, sizeof(value));
	return value;
}

static void store(struct device *d, uint64_t address, const void *data, size_t size)
{
	uint8_t *p = device_memory(d, address, size);

	if (p)
		memcpy(p, data, size);
}

/* A queue's ring, found. */
struct ring {
	struct device_queue *queue;
	uint32_t size;
	uint64_t desc;
	uint64_t avail;
	uint64_t used;
};

/* The ring as the driver told it; the device of a legacy one works its places out (§2.7.2). */
static bool find_ring(struct device *d, unsigned index, struct ring *r)
{
	struct device_queue *q = &d->queues[index];

	*r = (struct ring){q, q->size, q->desc, q->avail, q->used};
	if (!q->size || q->size > SPLIT_RING_MAX_SIZE)
		return false;
	if (q->pfn) {
		r->desc = (uint64_t)q->pfn * PAGE_SIZE;
		r->avail = r->desc + 16 * (uint64_t)q->size;
		r->used = align_up(r->avail + 6 + 2 * (uint64_t)q->size, PAGE_SIZE);
		return true;
	}
	return q->ready;
}

static bool take_descriptor(struct device *d, uint64_t address, struct virtq_desc *out)
{
	uint8_t *p = device_memory(d, address, sizeof(*out));

	if (p)
		memcpy(out, p, sizeof(*out));
	return p;
}

/* A table of descriptors, the ring's or an indirect one, from entry `at` on. */
static void walk_table(struct device *d, uint64_t table, uint64_t size, uint16_t at, bool inner,
	struct device_chain *chain)
{
	struct virtq_desc desc;
	uint16_t flags;

	do {
		if (at >= size || chain->count == DEVICE_MAX_PIECES ||
			!take_descriptor(d, table + INDIRECT_SIZE * at, &desc))
			return;
		flags = le16_value(desc.flags);
		if (flags & VIRTQ_DESC_F_INDIRECT) {
			if (!inner)
				walk_table(d, le64_value(desc.addr),
					le32_value(desc.len) / INDIRECT_SIZE, 0, true, chain);
			return;
		}
		chain->pieces[chain->count++] = (struct device_piece){
			le64_value(desc.addr), le32_value(desc.len), flags & VIRTQ_DESC_F_WRITE};
		at = le16_value(desc.next);
	} while (flags & VIRTQ_DESC_F_NEXT);
}

/* Carries a chain out; the bytes written. */
static uint32_t carry_out(struct device *d, const struct device_chain *chain)
{
	uint8_t out[DEVICE_ANSWER_SIZE] = {0};
	const struct device_piece *last;
	uint32_t length;

	if (!chain->count)
		return 0;
	last = &chain->pieces[chain->count - 1];
	/* Every piece is looked at, so that each is checked. */
	for (unsigned i = 0; i < chain->count; i++)
		device_memory(d, chain->pieces[i].address, chain->pieces[i].size);
	if (!last->writable)
		return 0;
	length = device_answer(d, chain, out, (uint32_t)min_u64(last->size, sizeof(out)));
	store(d, last->address, out, length);
	d->response = last->address;
	d->response_size = last->size;
	return length;
}

static void publish_used(struct device *d, const struct ring *r, uint32_t id, uint32_t length)
{
	struct virtq_used_elem element = {le32_of(id), le32_of(length)};
	uint16_t slot = (uint16_t)(r->queue->used_idx++ % r->size);
	le16 idx = le16_of(r->queue->used_idx);

	store(d, r->used + 4 + 8 * (uint64_t)slot, &element, sizeof(element));
	store(d, r->used + 2, &idx, sizeof(idx));
	d->interrupt |= 1;
}

static bool is_packed(const struct device *d)
{
	return d->driver_features & FEATURE(VIRTIO_F_RING_PACKED);
}

/* A used descriptor for a list of `count`. */
static void publish_used_packed(
	struct device *d, const struct ring *r, uint32_t id, uint32_t length, uint16_t count)
{
	struct packed_place *next = &r->queue->next_used;
	uint64_t at = r->desc + INDIRECT_SIZE * (uint64_t)next->offset;
	struct pvirtq_desc used = {.len = le32_of(length),
		.id = le16_of((uint16_t)id),
		.flags = le16_of(packed_used_flags(next->wrap))};

	if (next->offset >= r->size)
		return;
	store(d, at + offsetof(struct pvirtq_desc, len), &used.len,
		sizeof(used) - offsetof(struct pvirtq_desc, len));
	*next = packed_place_after(*next, (uint16_t)min_u64(count, r->size), (uint16_t)r->size);
	d->interrupt |= 1;
}

static void walk_packed_table(
	struct device *d, uint64_t table, uint32_t count, struct device_chain *chain)
{
	struct pvirtq_desc desc;

	for (uint32_t i = 0; i < count && chain->count < DEVICE_MAX_PIECES; i++) {
		uint8_t *p = device_memory(d, table + INDIRECT_SIZE * i, sizeof(desc));

		if (!p)
			return;
		memcpy(&desc, p, sizeof(desc));
		chain->pieces[chain->count++] = (struct device_piece){le64_value(desc.addr),
			le32_value(desc.len), le16_value(desc.flags) & VIRTQ_DESC_F_WRITE};
	}
}

/* The next list, if it is available: its descriptors, which are passed; 0: there is none. */
static uint16_t take_list(
	struct device *d, const struct ring *r, struct device_chain *chain, uint16_t *id)
{
	struct packed_place at = r->queue->next_avail;
	struct pvirtq_desc desc;
	uint16_t count = 0, flags;

	do {
		uint8_t *p =
			at.offset >= r->size
				? NULL
				: device_memory(d, r->desc + INDIRECT_SIZE * (uint64_t)at.offset,
					  sizeof(desc));

		if (!p || chain->count == DEVICE_MAX_PIECES)
			return 0;
		memcpy(&desc, p, sizeof(desc));
		flags = le16_value(desc.flags);
		if (!packed_is_avail(flags, at.wrap))
			return 0;
		if (flags & VIRTQ_DESC_F_INDIRECT)
			walk_packed_table(d, le64_value(desc.addr),
				le32_value(desc.len) / INDIRECT_SIZE, chain);
		else
			chain->pieces[chain->count++] = (struct device_piece){le64_value(desc.addr),
				le32_value(desc.len), flags & VIRTQ_DESC_F_WRITE};
		at = packed_place_after(at, 1, (uint16_t)r->size);
		count++;
	} while (flags & VIRTQ_DESC_F_NEXT);
	*id = le16_value(desc.id);
	r->queue->next_avail = at;
	return count;
}

/* What is to be done to an answer before the driver sees it. */
struct twist {
	bool late; /* not published */
	bool length_given;
	uint32_t length;
	uint16_t at; /* in the response: `count` bytes of the stream */
	uint8_t count;
};

static void spoil_response(struct device *d, const struct twist *twist)
{
	for (unsigned i = 0; i < twist->count && d->response_size; i++) {
		uint8_t byte = stream_byte(&d->stream);

		store(d, d->response + (twist->at + i) % d->response_size, &byte, 1);
	}
}

static bool answer_list(struct device *d, const struct ring *r, const struct twist *twist)
{
	struct device_chain chain = {.count = 0};
	uint16_t id, count = take_list(d, r, &chain, &id);
	uint32_t length;

	if (!count)
		return false;
	length = carry_out(d, &chain);
	spoil_response(d, twist);
	if (!twist->late)
		publish_used_packed(d, r, id, twist->length_given ? twist->length : length, count);
	return true;
}

static void answer_one(struct device *d, const struct ring *r, const struct twist *twist)
{
	uint64_t slot = r->queue->avail_seen++ % r->size;
	uint16_t head = load16(d, r->avail + 4 + 2 * slot);
	struct device_chain chain = {.count = 0};
	uint32_t length;

	walk_table(d, r->desc, r->size, head, false, &chain);
	length = carry_out(d, &chain);
	spoil_response(d, twist);
	if (!twist->late)
		publish_used(d, r, head, twist->length_given ? twist->length : length);
}

/* avail_event (§2.7.10): the device wants to know of the request that comes next. */
static void ask_for_next(struct device *d, const struct ring *r)
{
	le16 event = le16_of(r->queue->avail_seen);

	store(d, r->used + 4 + 8 * (uint64_t)r->size, &event, sizeof(event));
}

/* Up to DEVICE_MAX_PIECES requests; whether there were any. */
static bool answer_ring(struct device *d, const struct ring *r, const struct twist *twist)
{
	unsigned count = 0;
	uint16_t idx;

	if (is_packed(d)) {
		while (count < DEVICE_MAX_PIECES && answer_list(d, r, twist))
			count++;
		return count;
	}
	idx = load16(d, r->avail + 2);
	for (; count < DEVICE_MAX_PIECES && r->queue->avail_seen != idx; count++)
		answer_one(d, r, twist);
	if (count && d->driver_features & FEATURE(VIRTIO_F_EVENT_IDX))
		ask_for_next(d, r);
	return count;
}

static void answer(struct device *d, const struct twist *twist)
{
	struct ring r;

	if (!(d->status & VIRTIO_STATUS_DRIVER_OK))
		return;
	for (unsigned i = 0; i < device_queues(d); i++)
		if (find_ring(d, i, &r) && answer_ring(d, &r, twist))
			d->busy = i;
}

/* Writes bytes of the stream somewhere near the ring or a response. */
static void scribble(struct device *d)
{
	struct stream *s = &d->stream;
	uint8_t where = stream_byte(s);
	uint64_t offset = stream_byte(s);
	struct ring r;
	uint64_t bases[4];
	uint8_t bytes[16];

	if (!d->knows_memory || !find_ring(d, d->busy, &r))
		return;
	bases[0] = r.desc;
	bases[1] = r.avail;
	bases[2] = r.used;
	bases[3] = d->response;
	d->scribbled = true;
	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = stream_byte(s);
	store(d, bases[where & 3] + offset, bytes, 1 + (where >> 2 & 15));
}

static void change_config(struct device *d)
{
	d->config[stream_byte(&d->stream) & 3] = stream_word(&d->stream);
	d->generation++;
}

/* Other displays than before, with the event that says so (§5.7.4). */
static void change_displays(struct device *d)
{
	uint8_t how = stream_byte(&d->stream);

	d->displays ^= how & 7;
	d->width = how & 8 ? WIDE : DEVICE_WIDTH;
	if (how & 16)
		return;
	d->config[0] |= VIRTIO_GPU_EVENT_DISPLAY;
	d->generation++;
	d->interrupt |= 2;
}

/* A used element and index that no request stands behind. */
static void forge(struct device *d, bool jump)
{
	struct ring r;

	if (!d->knows_memory || !find_ring(d, d->busy, &r))
		return;
	if (is_packed(d)) {
		d->scribbled = true; /* what was available there is not any more */
		publish_used_packed(d, &r, stream_word(&d->stream) & 0x1ff, stream_byte(&d->stream),
			jump ? stream_byte(&d->stream) : 1);
		return;
	}
	if (jump)
		r.queue->used_idx = (uint16_t)(r.queue->used_idx + stream_byte(&d->stream));
	else
		publish_used(d, &r, stream_word(&d->stream) & 0x1ff, stream_byte(&d->stream));
	if (jump)
		publish_used(d, &r, 0, 0);
}

void device_act(struct device *d)
{
	struct stream *s = &d->stream;
	struct twist twist = {0};

	switch (stream_byte(s) & 15) {
	case 7:
		if (d->more & DEVICE_WATCH)
			change_displays(d);
		answer(d, &twist);
		break;
	case 8: break;
	case 9:
		twist.at = stream_byte(s);
		twist.at |= (uint16_t)(stream_byte(s) << 8);
		twist.count = stream_byte(s) & 31;
		answer(d, &twist);
		break;
	case 10:
		twist.length_given = true;
		twist.length = stream_word(s);
		answer(d, &twist);
		break;
	case 11: scribble(d); break;
	case 12: forge(d, false); break;
	case 13: forge(d, true); break;
	case 14: change_config(d); break;
	case 15:
		d->status |= stream_byte(s);
		twist.late = true;
		answer(d, &twist);
		break;
	default: answer(d, &twist);
	}
}
