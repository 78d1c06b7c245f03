/* SPDX-License-Identifier: BSD-2-Clause */
/* In: what the driver put into the ring. Out: answers to it, or what the stream writes instead. */
#include "tests/fuzz/device.h"

#include <string.h>

#include "gpu/protocol.h"
#include "virtio/device.h"
#include "virtio/features.h"
#include "virtio/split_ring.h"

#define MAX_PIECES    16u /* of a chain; a longer one is a loop */
#define INDIRECT_SIZE sizeof(struct virtq_desc)

struct piece {
	uint64_t address;
	uint32_t size;
	bool writable;
};

struct chain {
	struct piece pieces[MAX_PIECES];
	unsigned count;
};

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

/* The ring as the driver told it; the device of a legacy one works its places out (§2.7.2). */
static bool find_ring(struct device *d, struct device_queue *q)
{
	*q = d->queue;
	if (!q->size || q->size > SPLIT_RING_MAX_SIZE)
		return false;
	if (q->pfn) {
		q->desc = (uint64_t)q->pfn * PAGE_SIZE;
		q->avail = q->desc + 16 * (uint64_t)q->size;
		q->used = align_up(q->avail + 6 + 2 * (uint64_t)q->size, PAGE_SIZE);
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
	struct chain *chain)
{
	struct virtq_desc desc;
	uint16_t flags;

	do {
		if (at >= size || chain->count == MAX_PIECES ||
			!take_descriptor(d, table + INDIRECT_SIZE * at, &desc))
			return;
		flags = le16_value(desc.flags);
		if (flags & VIRTQ_DESC_F_INDIRECT) {
			if (!inner)
				walk_table(d, le64_value(desc.addr),
					le32_value(desc.len) / INDIRECT_SIZE, 0, true, chain);
			return;
		}
		chain->pieces[chain->count++] = (struct piece){
			le64_value(desc.addr), le32_value(desc.len), flags & VIRTQ_DESC_F_WRITE};
		at = le16_value(desc.next);
	} while (flags & VIRTQ_DESC_F_NEXT);
}

static void check_backing(struct device *d, const struct piece *request)
{
	const struct virtio_gpu_resource_attach_backing *r =
		(const void *)device_memory(d, request->address, request->size);
	uint32_t count;

	if (!r || request->size < sizeof(*r))
		return;
	count = le32_value(r->nr_entries);
	fuzz_check(d->scribbled || count <= (request->size - sizeof(*r)) / sizeof(r->entries[0]));
	for (uint32_t i = 0; !d->scribbled && i < count; i++)
		device_memory(d, le64_value(r->entries[i].addr), le32_value(r->entries[i].length));
}

/* A good EDID of a small display (E-EDID A2 §3): header, maker, one timing, checksum. */
static void write_edid(uint8_t *edid)
{
	static const uint8_t start[] = {0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0x49, 0x14};
	static const uint8_t timing[] = {0x10, 0x27, 64, 16, 0, 48, 8, 0};
	uint8_t sum = 0;

	memcpy(edid, start, sizeof(start));
	memcpy(edid + 54, timing, sizeof(timing));
	for (unsigned i = 0; i < 127; i++)
		sum = (uint8_t)(sum + edid[i]);
	edid[127] = (uint8_t)-sum;
}

/* The right response to a GPU command; its length. */
static uint32_t answer_gpu(struct device *d, const struct piece *request, uint8_t *out)
{
	struct virtio_gpu_resp_display_info *info = (void *)out;
	struct virtio_gpu_resp_edid *edid = (void *)out;
	struct virtio_gpu_ctrl_hdr hdr = {0};
	const uint8_t *p = device_memory(d, request->address, request->size);
	uint32_t length = sizeof(hdr);

	if (p && request->size >= sizeof(hdr))
		memcpy(&hdr, p, sizeof(hdr));
	switch (le32_value(hdr.type)) {
	case VIRTIO_GPU_CMD_GET_DISPLAY_INFO:
		hdr.type = le32_of(VIRTIO_GPU_RESP_OK_DISPLAY_INFO);
		info->pmodes[0].r.width = le32_of(64);
		info->pmodes[0].r.height = le32_of(48);
		info->pmodes[0].enabled = le32_of(1);
		length = sizeof(*info);
		break;
	case VIRTIO_GPU_CMD_GET_EDID:
		hdr.type = le32_of(VIRTIO_GPU_RESP_OK_EDID);
		edid->size = le32_of(128);
		write_edid(edid->edid);
		length = sizeof(*edid);
		break;
	case VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING:
		check_backing(d, request);
		hdr.type = le32_of(VIRTIO_GPU_RESP_OK_NODATA);
		break;
	default: hdr.type = le32_of(VIRTIO_GPU_RESP_OK_NODATA);
	}
	memcpy(out, &hdr, sizeof(hdr));
	return length;
}

static uint32_t answer_entropy(struct device *d, uint8_t *out, uint32_t size)
{
	for (uint32_t i = 0; i < size; i++)
		out[i] = (uint8_t)(d->drawn++ * 167 + 13);
	return size;
}

/* Carries a chain out; the bytes written. */
static uint32_t carry_out(struct device *d, const struct chain *chain)
{
	uint8_t out[sizeof(struct virtio_gpu_resp_edid)] = {0};
	const struct piece *first = &chain->pieces[0], *last = first;
	uint32_t length;

	if (!chain->count)
		return 0;
	last = &chain->pieces[chain->count - 1];
	/* Every piece is looked at, so that each is checked. */
	for (unsigned i = 0; i < chain->count; i++)
		device_memory(d, chain->pieces[i].address, chain->pieces[i].size);
	if (!last->writable)
		return 0;
	length = d->is_gpu ? answer_gpu(d, first, out)
			   : answer_entropy(d, out, (uint32_t)min_u64(last->size, sizeof(out)));
	length = (uint32_t)min_u64(length, last->size);
	store(d, last->address, out, length);
	d->response = last->address;
	d->response_size = last->size;
	return length;
}

static void publish_used(
	struct device *d, const struct device_queue *q, uint32_t id, uint32_t length)
{
	struct virtq_used_elem element = {le32_of(id), le32_of(length)};
	le16 idx = le16_of(++d->used_idx);

	store(d, q->used + 4 + 8 * (uint64_t)((uint16_t)(d->used_idx - 1) % q->size), &element,
		sizeof(element));
	store(d, q->used + 2, &idx, sizeof(idx));
	d->interrupt |= 1;
}

static bool is_packed(const struct device *d)
{
	return d->driver_features & FEATURE(VIRTIO_F_RING_PACKED);
}

/* A used descriptor for a list of `count`. */
static void publish_used_packed(struct device *d, const struct device_queue *q, uint32_t id,
	uint32_t length, uint16_t count)
{
	uint64_t at = q->desc + INDIRECT_SIZE * (uint64_t)d->next_used.offset;
	struct pvirtq_desc used = {.len = le32_of(length),
		.id = le16_of((uint16_t)id),
		.flags = le16_of(packed_used_flags(d->next_used.wrap))};

	if (d->next_used.offset >= q->size)
		return;
	store(d, at + offsetof(struct pvirtq_desc, len), &used.len,
		sizeof(used) - offsetof(struct pvirtq_desc, len));
	d->next_used = packed_place_after(
		d->next_used, (uint16_t)min_u64(count, q->size), (uint16_t)q->size);
	d->used_idx++;
	d->interrupt |= 1;
}

static void walk_packed_table(struct device *d, uint64_t table, uint32_t count, struct chain *chain)
{
	struct pvirtq_desc desc;

	for (uint32_t i = 0; i < count && chain->count < MAX_PIECES; i++) {
		uint8_t *p = device_memory(d, table + INDIRECT_SIZE * i, sizeof(desc));

		if (!p)
			return;
		memcpy(&desc, p, sizeof(desc));
		chain->pieces[chain->count++] = (struct piece){le64_value(desc.addr),
			le32_value(desc.len), le16_value(desc.flags) & VIRTQ_DESC_F_WRITE};
	}
}

/* The next list, if it is available: its descriptors, which are passed; 0: there is none. */
static uint16_t take_list(
	struct device *d, const struct device_queue *q, struct chain *chain, uint16_t *id)
{
	struct packed_place at = d->next_avail;
	struct pvirtq_desc desc;
	uint16_t count = 0, flags;

	do {
		uint8_t *p =
			at.offset >= q->size
				? NULL
				: device_memory(d, q->desc + INDIRECT_SIZE * (uint64_t)at.offset,
					  sizeof(desc));

		if (!p || chain->count == MAX_PIECES)
			return 0;
		memcpy(&desc, p, sizeof(desc));
		flags = le16_value(desc.flags);
		if (!packed_is_avail(flags, at.wrap))
			return 0;
		if (flags & VIRTQ_DESC_F_INDIRECT)
			walk_packed_table(d, le64_value(desc.addr),
				le32_value(desc.len) / INDIRECT_SIZE, chain);
		else
			chain->pieces[chain->count++] = (struct piece){le64_value(desc.addr),
				le32_value(desc.len), flags & VIRTQ_DESC_F_WRITE};
		at = packed_place_after(at, 1, (uint16_t)q->size);
		count++;
	} while (flags & VIRTQ_DESC_F_NEXT);
	*id = le16_value(desc.id);
	d->next_avail = at;
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

static bool answer_list(struct device *d, const struct device_queue *q, const struct twist *twist)
{
	struct chain chain = {.count = 0};
	uint16_t id, count = take_list(d, q, &chain, &id);
	uint32_t length;

	if (!count)
		return false;
	length = carry_out(d, &chain);
	spoil_response(d, twist);
	if (!twist->late)
		publish_used_packed(d, q, id, twist->length_given ? twist->length : length, count);
	return true;
}

static void answer_one(struct device *d, const struct device_queue *q, const struct twist *twist)
{
	uint64_t slot = d->avail_seen % q->size;
	uint16_t head = load16(d, q->avail + 4 + 2 * slot);
	struct chain chain = {.count = 0};
	uint32_t length;

	d->avail_seen++;
	walk_table(d, q->desc, q->size, head, false, &chain);
	length = carry_out(d, &chain);
	spoil_response(d, twist);
	if (!twist->late)
		publish_used(d, q, head, twist->length_given ? twist->length : length);
}

static void answer(struct device *d, const struct twist *twist)
{
	struct device_queue q;
	uint16_t idx;

	if (!find_ring(d, &q) || !(d->status & VIRTIO_STATUS_DRIVER_OK))
		return;
	if (is_packed(d)) {
		for (unsigned i = 0; i < MAX_PIECES && answer_list(d, &q, twist); i++)
			continue;
		return;
	}
	idx = load16(d, q.avail + 2);
	for (unsigned i = 0; i < MAX_PIECES && d->avail_seen != idx; i++)
		answer_one(d, &q, twist);
}

/* Writes bytes of the stream somewhere near the ring or a response. */
static void scribble(struct device *d)
{
	struct stream *s = &d->stream;
	uint8_t where = stream_byte(s);
	uint64_t offset = stream_byte(s);
	struct device_queue q;
	uint64_t bases[4];
	uint8_t bytes[16];

	if (!d->knows_memory || !find_ring(d, &q))
		return;
	bases[0] = q.desc;
	bases[1] = q.avail;
	bases[2] = q.used;
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

/* A used element and index that no request stands behind. */
static void forge(struct device *d, bool jump)
{
	struct device_queue q;

	if (!d->knows_memory || !find_ring(d, &q))
		return;
	if (is_packed(d)) {
		d->scribbled = true; /* what was available there is not any more */
		publish_used_packed(d, &q, stream_word(&d->stream) & 0x1ff, stream_byte(&d->stream),
			jump ? stream_byte(&d->stream) : 1);
		return;
	}
	if (jump)
		d->used_idx = (uint16_t)(d->used_idx + stream_byte(&d->stream));
	else
		publish_used(d, &q, stream_word(&d->stream) & 0x1ff, stream_byte(&d->stream));
	if (jump)
		publish_used(d, &q, 0, 0);
}

void device_act(struct device *d)
{
	struct stream *s = &d->stream;
	struct twist twist = {0};

	switch (stream_byte(s) & 15) {
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
