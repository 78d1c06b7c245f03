/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a queue and a kind of request. Out: that many of them, each answered once and rightly. */
#include "tests/qtest/traffic.h"

#include "mem/log.h"
#include "mem/string.h"

#define NAME(t) ((t)->queue->dev->name)

static uint32_t sum(const struct traffic_kind *k, unsigned first, unsigned count)
{
	uint32_t bytes = 0;

	for (unsigned i = first; i < first + count; i++)
		bytes += k->lengths[i];
	return bytes;
}

static unsigned buffers_of(const struct traffic_kind *k)
{
	return k->readable + k->writable;
}

enum status traffic_open(struct traffic *t, struct queue *queue, const struct traffic_kind *kind)
{
	unsigned descriptors = queue->indirect ? 1 : buffers_of(kind);
	uint32_t size = sum(kind, 0, buffers_of(kind));
	enum status status;

	*t = (struct traffic){.queue = queue, .kind = kind};
	t->capacity = (unsigned)min_u64(queue->size, QUEUE_MAX_SLOTS) / descriptors;
	status = dma_alloc(queue->dev->pool, (size_t)size * t->capacity, 8, &t->memory);
	for (unsigned i = 0; status == OK && i < t->capacity; i++) {
		t->requests[i].bytes = (uint8_t *)t->memory.data + (size_t)i * size;
		t->requests[i].address = paddr_add(t->memory.address, (uint64_t)i * size);
	}
	return status;
}

void traffic_close(struct traffic *t)
{
	dma_free(t->queue->dev->pool, &t->memory);
}

/* Puts a request into the ring. `r` is NULL to see whether one more is taken. */
static enum status add(struct traffic *t, struct traffic_request *r)
{
	const struct traffic_kind *k = t->kind;
	struct queue_buffer buffers[QUEUE_MAX_BUFFERS];
	paddr address = r ? r->address : t->memory.address;

	for (unsigned i = 0; i < buffers_of(k); i++) {
		buffers[i] = (struct queue_buffer){address, k->lengths[i]};
		address = paddr_add(address, k->lengths[i]);
	}
	return queue_add(t->queue, buffers, k->readable, k->writable, r);
}

static enum status send(struct traffic *t, unsigned batch)
{
	enum status status = OK;

	for (unsigned i = 0; status == OK && i < batch; i++) {
		struct traffic_request *r = &t->requests[i];

		t->prepared++;
		if (t->kind->prepare)
			t->kind->prepare(t, r->bytes);
		r->in_flight = true;
		status = add(t, r);
	}
	if (status == OK && batch == t->capacity && add(t, NULL) != ERR_NO_MEMORY) {
		log_error(NAME(t), "traffic: a full ring took another request");
		return ERR_PROTOCOL;
	}
	queue_notify(t->queue);
	return status;
}

static enum status take(struct traffic *t)
{
	uint32_t readable = sum(t->kind, 0, t->kind->readable);
	struct traffic_request *r;
	struct queue_used used;
	enum status status = queue_wait(t->queue, &used);

	if (status != OK)
		return status;
	r = used.token;
	if (!r || !r->in_flight) {
		log_error(
			NAME(t), "traffic: answer %lu: its request is not in flight", t->answered);
		return ERR_PROTOCOL;
	}
	r->in_flight = false;
	if (!t->kind->check(t, r->bytes, r->bytes + readable, used.length)) {
		log_error(NAME(t), "traffic: answer %lu to %s is wrong (%u bytes)", t->answered,
			t->kind->name, used.length);
		return ERR_PROTOCOL;
	}
	t->answered++;
	return OK;
}

/* What stands in memory; a packed ring has no indices, its two places meet. */
static bool ring_agrees(const struct queue *q, uint16_t due)
{
	if (virtio_has(q->dev, VIRTIO_F_RING_PACKED))
		return packed_place_bits(q->packed.next_avail) ==
		       packed_place_bits(q->packed.next_used);
	return le16_load(&q->ring.used->idx) == due && le16_load(&q->ring.avail->idx) == due;
}

/* All indices have moved by what was sent, with 16 bits each. */
static enum status check_indices(const struct traffic *t, uint16_t start)
{
	const struct queue *q = t->queue;
	uint16_t due = (uint16_t)(start + t->answered);

	log_info(NAME(t), "traffic: %lu of %s, index 0x%04x to 0x%04x, %lu notifications",
		t->answered, t->kind->name, start, q->used_idx, q->notifications);
	if (q->used_idx == due && q->avail_idx == due && !q->in_flight && ring_agrees(q, due))
		return OK;
	log_error(NAME(t), "traffic: indices: used 0x%04x, avail 0x%04x, due 0x%04x; %u in flight",
		q->used_idx, q->avail_idx, due, q->in_flight);
	return ERR_PROTOCOL;
}

enum status traffic_run(struct traffic *t, uint64_t count)
{
	uint16_t start = t->queue->used_idx;
	unsigned round = 0, batch;
	enum status status = OK;

	while (status == OK && t->answered < count) {
		batch = (unsigned)min_u64(round++ % t->capacity + 1, count - t->answered);
		status = send(t, batch);
		for (unsigned i = 0; status == OK && i < batch; i++)
			status = take(t);
	}
	return status == OK ? check_indices(t, start) : status;
}
