/* SPDX-License-Identifier: BSD-2-Clause */
/* In: requests as lists of buffers. Out: the same requests, used by the device, checked. */
#include "virtio/queue.h"

#include <barrier.h>

#include "mem/clock.h"
#include "mem/log.h"
#include "mem/tap.h"
#include "virtio/chain.h"
#include "virtio/snapshot.h"

/* §2.7: 4 bytes for a modern used ring; that of a legacy device is at its QueueAlign (§2.7.2). */
#define USED_ALIGN_MODERN 4u
#define RING_ALIGN        PAGE_SIZE

static enum status fail_open(struct queue *q, enum status status, const char *cause)
{
	tap_fail(q->dev->name, "queue", "queue %u: %s", q->index, cause);
	return status;
}

/* Chooses the ring's size from what the device allows. */
static enum status choose_size(struct queue *q, uint16_t wanted, uint16_t *size)
{
	struct virtio_device *dev = q->dev;
	uint32_t max = dev->transport->read_queue_size_max(dev, q->index);

	log_info(dev->name, "queue %u: size at most %u, %u wanted", q->index, max, wanted);
	if (!max) {
		(void)virtio_post_mortem(dev, NULL, "queue size", ERR_NOT_FOUND);
		return fail_open(q, ERR_NOT_FOUND, "the device has no such queue (its size is 0)");
	}
	if (max > SPLIT_RING_MAX_SIZE)
		return fail_open(q, ERR_PROTOCOL, "its size is above 32768 (virtio 1.3, 2.7)");
	if (dev->transport->queue_size_is_free) {
		/* Any maximum is allowed; the size chosen must be a power of two (§2.7). */
		while (wanted > max)
			wanted /= 2;
		*size = wanted;
		return OK;
	}
	if (!is_power_of_two(max))
		return fail_open(
			q, ERR_PROTOCOL, "its size is not a power of two (virtio 1.3, 2.7)");
	*size = (uint16_t)max;
	return OK;
}

static enum status allocate(struct queue *q, uint16_t size)
{
	struct virtio_device *dev = q->dev;
	size_t align = dev->transport->legacy ? dev->queue_align : USED_ALIGN_MODERN;
	struct split_layout layout = split_layout_of(size, align);
	uint16_t slots = (uint16_t)min_u64(size, QUEUE_MAX_SLOTS);
	enum status status = dma_alloc(dev->pool, layout.size, RING_ALIGN, &q->memory);

	if (status == OK && q->indirect)
		status = dma_alloc(dev->pool, sizeof(struct virtq_desc) * QUEUE_MAX_BUFFERS * slots,
			sizeof(struct virtq_desc), &q->tables);
	if (status != OK)
		return fail_open(q, status, status_name(status));
	split_ring_init(&q->ring, size, &q->memory, &layout);
	for (uint16_t i = 0; i < slots; i++)
		q->slots[i] = (struct queue_slot){.next = (uint16_t)(i + 1)};
	q->free_count = slots;
	return OK;
}

/* Completion is polled: the device need not interrupt (§2.7.7.1). */
static void suppress_interrupts(struct queue *q)
{
	if (q->event_idx)
		le16_store(split_ring_used_event(&q->ring), (uint16_t)(q->used_idx - 1));
	else
		le16_store(&q->ring.avail->flags, VIRTQ_AVAIL_F_NO_INTERRUPT);
}

enum status queue_open(struct queue *q, struct virtio_device *dev, uint16_t index, uint16_t wanted)
{
	enum status status;
	uint16_t size;

	*q = (struct queue){
		.dev = dev,
		.index = index,
		.indirect = virtio_has(dev, VIRTIO_F_INDIRECT_DESC),
		.event_idx = virtio_has(dev, VIRTIO_F_EVENT_IDX),
	};
	status = choose_size(q, wanted, &size);
	if (status != OK)
		return status;
	status = allocate(q, size);
	if (status != OK)
		return status;
	suppress_interrupts(q);
	log_info(dev->name, "queue %u: %u entries, desc 0x%lx avail 0x%lx used 0x%lx", index, size,
		q->ring.desc_address.value, q->ring.avail_address.value,
		q->ring.used_address.value);
	status = dev->transport->setup_queue(dev, q);
	if (status != OK)
		return fail_open(q, virtio_post_mortem(dev, q, "queue setup", status),
			"the device did not take it");
	dev->opened = q;
	tap_ok(dev->name, "queue %u ready (step 7)", index);
	return OK;
}

void queue_close(struct queue *q)
{
	if (!q->dev)
		return;
	if (q->dev->opened == q)
		q->dev->opened = NULL;
	dma_free(q->dev->pool, &q->tables);
	dma_free(q->dev->pool, &q->memory);
}

static void write_descriptor(
	struct virtq_desc *d, const struct queue_buffer *b, uint16_t flags, uint16_t next)
{
	le64_store(&d->addr, b->address.value);
	le32_store(&d->len, b->length);
	le16_store(&d->flags, flags);
	le16_store(&d->next, next);
}

/* The flags of descriptor i in a chain of `count`, of which the first are readable. */
static uint16_t flags_of(unsigned i, unsigned readable, unsigned count)
{
	return (uint16_t)((i >= readable ? VIRTQ_DESC_F_WRITE : 0) |
			  (i + 1 < count ? VIRTQ_DESC_F_NEXT : 0));
}

/* §2.7.5.3: the chain in the head's own table, one descriptor in the ring. */
static void write_indirect(struct queue *q, uint16_t head, const struct queue_buffer *buffers,
	unsigned readable, unsigned count)
{
	struct virtq_desc *table = (struct virtq_desc *)q->tables.data + head * QUEUE_MAX_BUFFERS;
	struct queue_buffer whole = {
		.address = dma_address(&q->tables, table),
		.length = (uint32_t)(count * sizeof(*table)),
	};

	for (unsigned i = 0; i < count; i++)
		write_descriptor(&table[i], &buffers[i], flags_of(i, readable, count),
			(uint16_t)(i + 1 < count ? i + 1 : 0));
	write_descriptor(&q->ring.desc[head], &whole, VIRTQ_DESC_F_INDIRECT, 0);
}

static void write_chain(struct queue *q, uint16_t head, const struct queue_buffer *buffers,
	unsigned readable, unsigned count)
{
	uint16_t at = head;

	for (unsigned i = 0; i < count; i++) {
		bool last = i + 1 == count;

		write_descriptor(&q->ring.desc[at], &buffers[i], flags_of(i, readable, count),
			last ? 0 : q->slots[at].next);
		at = q->slots[at].next;
	}
}

/* Takes `count` descriptors, linked by `next`, off the free list. */
static uint16_t take_slots(struct queue *q, unsigned count)
{
	uint16_t head = q->free_head;

	for (unsigned i = 0; i < count; i++)
		q->free_head = q->slots[q->free_head].next;
	q->free_count = (uint16_t)(q->free_count - count);
	return head;
}

static void give_slots(struct queue *q, uint16_t head)
{
	uint16_t count = q->slots[head].count, last = head;

	for (unsigned i = 1; i < count; i++)
		last = q->slots[last].next;
	q->slots[head].count = 0;
	q->slots[last].next = q->free_head;
	q->free_head = head;
	q->free_count = (uint16_t)(q->free_count + count);
}

static enum status check_buffers(
	struct queue *q, const struct queue_buffer *buffers, unsigned count)
{
	/* A chain is never longer than the ring, not even in an indirect table (§2.7.5.3.1). */
	bool good = count && count <= QUEUE_MAX_BUFFERS && count <= q->ring.size;

	for (unsigned i = 0; good && i < count; i++)
		good = buffers[i].length;
	if (good)
		return OK;
	log_error(q->dev->name,
		"queue %u: a request of %u buffers, or an empty one, is refused (%u fit)", q->index,
		count, (unsigned)min_u64(QUEUE_MAX_BUFFERS, q->ring.size));
	return ERR_RANGE;
}

enum status queue_add(struct queue *q, const struct queue_buffer *buffers, unsigned readable,
	unsigned writable, void *token)
{
	unsigned count = readable + writable;
	bool indirect = q->indirect && count > 1;
	unsigned needed = indirect ? 1 : count;
	enum status status = check_buffers(q, buffers, count);
	struct queue_slot *slot;
	uint16_t head;

	if (status != OK)
		return status;
	if (needed > q->free_count)
		return ERR_NO_MEMORY;
	/* §2.7.13 steps 1 to 3 */
	head = take_slots(q, needed);
	slot = &q->slots[head];
	slot->count = (uint16_t)needed;
	slot->token = token;
	slot->writable = 0;
	for (unsigned i = readable; i < count; i++)
		slot->writable += buffers[i].length;
	if (indirect)
		write_indirect(q, head, buffers, readable, count);
	else
		write_chain(q, head, buffers, readable, count);
	le16_store(&q->ring.avail->ring[q->avail_idx % q->ring.size], head);
	q->avail_idx++;
	q->in_flight++;
	return OK;
}

/* §2.7.10.1: whether the device wants to hear of the buffers published since `old`. */
static bool wants_notification(const struct queue *q, uint16_t old)
{
	if (q->event_idx)
		return split_ring_need_event(
			le16_load(split_ring_avail_event(&q->ring)), q->avail_idx, old);
	return !(le16_load(&q->ring.used->flags) & VIRTQ_USED_F_NO_NOTIFY);
}

void queue_notify(struct queue *q)
{
	uint16_t old = q->published_idx;

	q->writes_at_publish = q->dev->count.writes;
	/* §2.7.13.3.1: descriptors and ring entries before the index that makes them visible. */
	dma_wmb();
	le16_store(&q->ring.avail->idx, q->avail_idx);
	q->published_idx = q->avail_idx;
	/* §2.7.13.4.1: the index before flags or avail_event are read, and before the doorbell. */
	dma_mb();
	if (!wants_notification(q, old))
		return;
	q->notifications++;
	q->dev->transport->notify_queue(q->dev, q);
}

struct queue_request queue_published(const struct queue *q, uint16_t back)
{
	struct queue_request r = {0};
	struct chain chain;

	chain_walk(&q->ring, q->dev->pool, (uint16_t)(q->published_idx - 1 - back), &chain);
	r.head = chain.head;
	r.readable = chain.readable;
	r.writable = chain.writable;
	r.whole = chain.end == CHAIN_WHOLE;
	for (unsigned i = 0; i < chain.count && !r.outside; i++) {
		r.outside = !chain.descriptors[i].in_memory;
		r.address = r.outside ? chain.descriptors[i].addr : 0;
	}
	return r;
}

static enum status broken(struct queue *q, const char *what, uint32_t value)
{
	log_error(q->dev->name, "queue %u: the device broke the used ring: %s (0x%x)", q->index,
		what, value);
	(void)virtio_post_mortem(q->dev, q, "used ring", ERR_PROTOCOL);
	return ERR_PROTOCOL;
}

enum status queue_take(struct queue *q, struct queue_used *used)
{
	uint16_t idx = le16_load(&q->ring.used->idx);
	struct virtq_used_elem *element = &q->ring.used->ring[q->used_idx % q->ring.size];
	uint32_t id, length;

	if (idx == q->used_idx)
		return ERR_NOT_FOUND;
	if ((uint16_t)(idx - q->used_idx) > q->in_flight)
		return broken(q, "idx is ahead of what is in flight", idx);
	/* §2.7.14: the element is read after the index that announced it. */
	dma_rmb();
	id = le32_load(&element->id);
	length = le32_load(&element->len);
	if (id >= QUEUE_MAX_SLOTS || !q->slots[id].count)
		return broken(q, "an id that heads no chain in flight", id);
	if (length > q->slots[id].writable)
		return broken(q, "a length beyond the writable buffers", length);
	used->token = q->slots[id].token;
	used->length = length;
	give_slots(q, (uint16_t)id);
	q->in_flight--;
	q->used_idx++;
	if (q->event_idx)
		suppress_interrupts(q);
	return OK;
}

enum status queue_wait(struct queue *q, struct queue_used *used)
{
	uint64_t start = clock_us();
	enum status status;

	for (;;) {
		/* The time is read first: an answer that came before the deadline counts even
		 * when this processor was held up between the two. */
		bool late = clock_us() - start > q->dev->timeout_us;

		status = queue_take(q, used);
		if (status != ERR_NOT_FOUND)
			return status;
		if (late)
			return virtio_post_mortem(q->dev, q, "request", ERR_TIMEOUT);
		log_poll();
		cpu_relax();
	}
}
