/* SPDX-License-Identifier: BSD-2-Clause */
/* In: requests in slots. Out: the same in a packed ring (virtio 1.3 §2.8), and used ones from it.
 */
#include <barrier.h>

#include "virtio/queue_format.h"

#define RING_ALIGN PAGE_SIZE

static enum status open_ring(struct queue *q, uint16_t size)
{
	struct packed_layout layout = packed_layout_of(size);
	enum status status = dma_alloc(q->dev->pool, layout.size, RING_ALIGN, &q->memory);

	if (status != OK)
		return status;
	packed_ring_init(&q->packed, size, &q->memory, &layout);
	q->desc_area = q->memory.address;
	q->driver_area = paddr_add(q->memory.address, layout.driver);
	q->device_area = paddr_add(q->memory.address, layout.device);
	return OK;
}

/* §2.8.10 */
static bool want_interrupts(struct queue *q, bool wanted)
{
	const struct packed_ring *r = &q->packed;
	uint32_t flags = !wanted        ? RING_EVENT_FLAGS_DISABLE
			 : q->event_idx ? RING_EVENT_FLAGS_DESC
					: RING_EVENT_FLAGS_ENABLE;
	uint32_t place = flags == RING_EVENT_FLAGS_DESC ? packed_place_bits(r->next_used) : 0;

	le32_store(&r->driver->both, flags << 16 | place);
	if (!wanted)
		return false;
	dma_mb();
	return packed_is_used(le16_load(&r->desc[r->next_used.offset].flags), r->next_used.wrap);
}

/* §2.8.7: WRITE is the only flag that an entry may have. */
static void fill_table(
	void *memory, const struct queue_buffer *buffers, const uint16_t *flags, unsigned count)
{
	struct pvirtq_desc *table = memory;

	for (unsigned i = 0; i < count; i++) {
		le64_store(&table[i].addr, buffers[i].address.value);
		le32_store(&table[i].len, buffers[i].length);
		le16_store(&table[i].id, 0);
		le16_store(&table[i].flags, flags[i] & VIRTQ_DESC_F_WRITE);
	}
}

/* §2.8.21.1, up to the flags of the first descriptor, which make the request available. */
static void add(struct queue *q, uint16_t head, const struct queue_buffer *buffers,
	const uint16_t *flags, unsigned count)
{
	struct packed_ring *r = &q->packed;
	struct queue_slot *slot = &q->slots[head];

	slot->place = r->next_avail;
	for (unsigned i = 0; i < count; i++) {
		struct pvirtq_desc *d = &r->desc[r->next_avail.offset];
		uint16_t all = flags[i] | packed_avail_flags(r->next_avail.wrap);

		le64_store(&d->addr, buffers[i].address.value);
		le32_store(&d->len, buffers[i].length);
		le16_store(&d->id, head);
		if (i)
			le16_store(&d->flags, all);
		else
			slot->flags = all;
		r->next_avail = packed_place_after(r->next_avail, 1, r->size);
	}
}

static bool publish(struct queue *q)
{
	struct packed_ring *r = &q->packed;
	struct packed_place old = r->published;
	struct packed_event event;

	/* §2.8.21.1.1: all of a request before the flags that make it available. */
	dma_wmb();
	for (uint16_t n = q->published_idx; n != q->avail_idx; n++) {
		const struct queue_slot *slot = &q->slots[q->order[n % QUEUE_MAX_SLOTS]];

		le16_store(&r->desc[slot->place.offset].flags, slot->flags);
	}
	r->published = r->next_avail;
	/* §2.8.21.3.1: the flags before the event suppression is read, and before the doorbell. */
	dma_mb();
	event = packed_event_read(r->device);
	/* §2.8.10: DESC is valid with EVENT_IDX only. */
	if (event.flags == RING_EVENT_FLAGS_DESC && !q->event_idx)
		return true;
	return packed_need_event(&event, old, r->published, r->size);
}

/*
 * §2.8.4 has the length of a used descriptor count only with WRITE; QEMU (7.2 to 10) leaves that
 * flag out and the length is right, as other drivers take it. It is checked like any other.
 */
static enum status look(struct queue *q, struct queue_element *out)
{
	const struct packed_ring *r = &q->packed;
	const struct pvirtq_desc *d = &r->desc[r->next_used.offset];

	if (!packed_is_used(le16_load(&d->flags), r->next_used.wrap))
		return ERR_NOT_FOUND;
	/* §2.8.22: the rest is read after the flags that announced it. */
	dma_rmb();
	out->id = le16_load(&d->id);
	out->length = le32_load(&d->len);
	out->most = q->in_flight;
	return OK;
}

static void pass(struct queue *q, uint16_t head)
{
	struct packed_ring *r = &q->packed;

	r->next_used = packed_place_after(r->next_used, q->slots[head].count, r->size);
}

static uint16_t next(const struct queue *q)
{
	return packed_place_bits(q->packed.published);
}

static void walk(const struct queue *q, uint16_t number, struct chain *chain)
{
	*chain = (struct chain){.end = CHAIN_NONE};
	for (uint16_t head = 0; head < QUEUE_MAX_SLOTS; head++)
		if (q->slots[head].count && q->slots[head].number == number) {
			chain_walk_packed(&q->packed, q->dev->pool, q->slots[head].place, chain);
			chain->head = head;
		}
	/* It was made available: whatever stands there now, the device has written. */
	if (chain->end == CHAIN_NONE && (int16_t)(q->published_idx - number) > 0)
		chain->end = CHAIN_OVERWRITTEN;
}

const struct queue_format queue_packed = {
	.name = "packed",
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
