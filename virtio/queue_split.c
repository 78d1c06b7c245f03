/* SPDX-License-Identifier: BSD-2-Clause */
/* In: requests in slots. Out: the same in a split ring (virtio 1.3 §2.7), and used ones from it. */
#include <barrier.h>

#include "virtio/queue_format.h"

/* §2.7: 4 bytes for a modern used ring; that of a legacy device is at its QueueAlign (§2.7.2). */
#define USED_ALIGN_MODERN 4u
#define RING_ALIGN        PAGE_SIZE

static enum status open_ring(struct queue *q, uint16_t size)
{
	struct virtio_device *dev = q->dev;
	size_t align = dev->transport->legacy ? dev->queue_align : USED_ALIGN_MODERN;
	struct split_layout layout = split_layout_of(size, align);
	enum status status = dma_alloc(dev->pool, layout.size, RING_ALIGN, &q->memory);

	if (status != OK)
		return status;
	split_ring_init(&q->ring, size, &q->memory, &layout);
	q->desc_area = q->memory.address;
	q->driver_area = paddr_add(q->memory.address, layout.avail);
	q->device_area = paddr_add(q->memory.address, layout.used);
	return OK;
}

/* §2.7.7.1 */
static bool want_interrupts(struct queue *q, bool wanted)
{
	if (q->event_idx)
		le16_store(split_ring_used_event(&q->ring), (uint16_t)(q->used_idx - !wanted));
	else
		le16_store(&q->ring.avail->flags, wanted ? 0 : VIRTQ_AVAIL_F_NO_INTERRUPT);
	if (!wanted)
		return false;
	dma_mb();
	return le16_load(&q->ring.used->idx) != q->used_idx;
}

static void write_descriptor(
	struct virtq_desc *d, const struct queue_buffer *b, uint16_t flags, uint16_t next)
{
	le64_store(&d->addr, b->address.value);
	le32_store(&d->len, b->length);
	le16_store(&d->flags, flags);
	le16_store(&d->next, flags & VIRTQ_DESC_F_NEXT ? next : 0);
}

/* §2.7.5.3 */
static void fill_table(
	void *memory, const struct queue_buffer *buffers, const uint16_t *flags, unsigned count)
{
	struct virtq_desc *table = memory;

	for (unsigned i = 0; i < count; i++)
		write_descriptor(&table[i], &buffers[i], flags[i], (uint16_t)(i + 1));
}

/* §2.7.13 steps 1 to 3 */
static void add(struct queue *q, uint16_t head, const struct queue_buffer *buffers,
	const uint16_t *flags, unsigned count)
{
	uint16_t at = head;

	for (unsigned i = 0; i < count; i++) {
		write_descriptor(&q->ring.desc[at], &buffers[i], flags[i], q->slots[at].next);
		at = q->slots[at].next;
	}
	le16_store(&q->ring.avail->ring[q->avail_idx % q->ring.size], head);
}

/* §2.7.10.1: whether the device wants to hear of the buffers published since `old`. */
static bool wants_notification(const struct queue *q, uint16_t old)
{
	if (q->event_idx)
		return split_ring_need_event(
			le16_load(split_ring_avail_event(&q->ring)), q->avail_idx, old);
	return !(le16_load(&q->ring.used->flags) & VIRTQ_USED_F_NO_NOTIFY);
}

static bool publish(struct queue *q)
{
	/* §2.7.13.3.1: descriptors and ring entries before the index that makes them visible. */
	dma_wmb();
	le16_store(&q->ring.avail->idx, q->avail_idx);
	/* §2.7.13.4.1: the index before flags or avail_event are read, and before the doorbell. */
	dma_mb();
	return wants_notification(q, q->published_idx);
}

static enum status look(struct queue *q, struct queue_element *out)
{
	uint16_t idx = le16_load(&q->ring.used->idx);
	struct virtq_used_elem *element = &q->ring.used->ring[q->used_idx % q->ring.size];

	if (idx == q->used_idx)
		return ERR_NOT_FOUND;
	out->most = (uint16_t)(idx - q->used_idx);
	if (out->most > q->in_flight)
		return queue_broken(q, "idx is ahead of what is in flight", idx);
	/* §2.7.14: the element is read after the index that announced it. */
	dma_rmb();
	out->id = le32_load(&element->id);
	out->length = le32_load(&element->len);
	return OK;
}

static void pass(struct queue *q, uint16_t head)
{
	(void)q;
	(void)head;
}

static uint16_t next(const struct queue *q)
{
	return q->published_idx;
}

static void walk(const struct queue *q, uint16_t number, struct chain *chain)
{
	chain_walk(&q->ring, q->dev->pool, number, chain);
}

const struct queue_format queue_split = {
	.name = "split",
	.open = open_ring,
	.fill_table = fill_table,
	.add = add,
	.publish = publish,
	.look = look,
	.pass = pass,
	.want_interrupts = want_interrupts,
	.next = next,
	.walk = walk,
};
