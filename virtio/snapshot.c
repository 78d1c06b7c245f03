/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a device that does not do what it was asked. Out: all that can be seen of both sides. */
#include "virtio/snapshot.h"

#include "mem/string.h"
#include "virtio/device.h"
#include "virtio/pci.h"
#include "virtio/queue_format.h"

/* Where else a used ring may be: legacy layouts of these alignments and sizes. */
#define ALIGN_LEAST 4u
#define ALIGN_MOST  65536u
#define SIZE_LEAST  2u
#define SIZE_MOST   1024u

#define USED_ALIGN_MODERN 4u
#define STATUS_ALL_ONES   0xffu

/* Copies what is memory of a buffer behind the `count` bytes that are there; returns the sum. */
static unsigned copy_bytes(const struct dma_pool *pool, const struct snapshot_descriptor *d,
	uint8_t *out, unsigned count, unsigned size)
{
	unsigned more = (unsigned)min_u64(d->len, size - count);
	const void *bytes = dma_at(pool, paddr_of(d->addr), more);

	if (!bytes)
		return count;
	memcpy(out + count, bytes, more);
	return count + more;
}

static void take_bytes(struct virtio_snapshot *s, const struct dma_pool *pool)
{
	for (unsigned i = 0; i < s->chain_count; i++) {
		const struct snapshot_descriptor *d = &s->chain[i];

		if (d->flags & VIRTQ_DESC_F_INDIRECT)
			continue;
		if (d->flags & VIRTQ_DESC_F_WRITE)
			s->response_count = copy_bytes(
				pool, d, s->response, s->response_count, SNAPSHOT_RESPONSE);
		else
			s->request_count =
				copy_bytes(pool, d, s->request, s->request_count, SNAPSHOT_REQUEST);
	}
	for (unsigned i = 0; i < s->response_count; i++)
		s->response_written |= s->response[i] != 0;
}

/* The oldest request that the device has not given back. */
static void take_chain(struct virtio_snapshot *s, const struct queue *q)
{
	const struct dma_pool *pool = q->dev->pool;
	struct chain chain;

	if (s->avail_idx == s->used_idx_seen)
		return;
	q->format->walk(q, queue_oldest(q), &chain);
	s->chain_end = chain.end;
	s->head = chain.head;
	s->chain_count = chain.count;
	memcpy(s->chain, chain.descriptors, sizeof(s->chain));
	s->request_length = chain.readable;
	s->response_room = chain.writable;
	take_bytes(s, pool);
}

/* Whether a used ring of `size` entries at `address` has given the pending request back. */
static bool is_used_ring(const struct virtio_snapshot *s, const struct dma_pool *pool,
	uint64_t address, uint16_t size)
{
	const struct virtq_used *used = dma_at(pool, paddr_of(address),
		sizeof(struct virtq_used) + sizeof(struct virtq_used_elem) * size);
	const struct virtq_used_elem *element;
	uint16_t idx, ahead;
	uint32_t length;

	if (!used)
		return false;
	idx = le16_load(&used->idx);
	ahead = (uint16_t)(idx - s->used_idx_seen);
	if (!idx || !ahead || ahead > s->in_flight)
		return false;
	element = &used->ring[s->used_idx_seen % size];
	length = le32_load(&element->len);
	return le32_load(&element->id) == s->head && length && length <= s->response_room;
}

/* The driver's own ring holds what it wrote itself: nothing there tells of the device. */
static bool is_own_ring(const struct virtio_snapshot *s, uint64_t address)
{
	uint64_t avail_end = s->avail + sizeof(struct virtq_avail) + sizeof(le16) * s->size;
	uint64_t used_size = sizeof(struct virtq_used) + sizeof(struct virtq_used_elem) * s->size;

	return range_inside(address - s->desc, 1, avail_end - s->desc) ||
	       range_inside(address - s->used, 1, used_size);
}

/* A legacy device places its used ring by itself (§2.7.2): looks where it may have. */
static uint64_t find_used_elsewhere(const struct virtio_snapshot *s, const struct dma_pool *pool)
{
	if (!s->legacy || s->chain_end == CHAIN_NONE || s->used_idx != s->used_idx_seen)
		return 0;
	for (size_t align = ALIGN_LEAST; align <= ALIGN_MOST; align *= 2) {
		for (uint16_t size = SIZE_LEAST; size <= SIZE_MOST; size = (uint16_t)(size * 2)) {
			uint64_t at = s->desc + split_layout_of(size, align).used;

			if (!is_own_ring(s, at) && is_used_ring(s, pool, at, size))
				return at;
		}
	}
	return 0;
}

static bool ring_in_memory(const struct queue *q)
{
	const struct dma_pool *pool = q->dev->pool;
	size_t n = q->size, event = sizeof(struct pvirtq_event_suppress);
	bool packed = q->format == &queue_packed;

	return dma_at(pool, q->desc_area, sizeof(struct virtq_desc) * n) &&
	       dma_at(pool, q->driver_area,
		       packed ? event : sizeof(struct virtq_avail) + sizeof(le16) * n) &&
	       dma_at(pool, q->device_area,
		       packed ? event
			      : sizeof(struct virtq_used) + sizeof(struct virtq_used_elem) * n);
}

static void take_split(struct virtio_snapshot *s, const struct queue *q)
{
	const struct split_ring *r = &q->ring;

	s->avail_flags = le16_load(&r->avail->flags);
	s->avail_idx = le16_load(&r->avail->idx);
	s->used_event = le16_load(split_ring_used_event(r));
	s->used_flags = le16_load(&r->used->flags);
	s->avail_event = le16_load(split_ring_avail_event(r));
}

static void take_packed(struct virtio_snapshot *s, const struct queue *q)
{
	const struct packed_ring *r = &q->packed;

	s->avail_idx = q->published_idx;
	s->at.next_avail = r->next_avail;
	s->at.next_used = r->next_used;
	s->at.driver = packed_event_read(r->driver);
	s->at.device = packed_event_read(r->device);
}

/* How far the device is, which it may go on with at any time. */
static void take_used(struct virtio_snapshot *s, const struct queue *q)
{
	const struct pvirtq_desc *d;

	if (!s->packed) {
		s->used_idx = le16_load(&q->ring.used->idx);
		return;
	}
	d = &q->packed.desc[q->packed.next_used.offset];
	s->at.used_flags = le16_load(&d->flags);
	s->at.used_id = le16_load(&d->id);
	s->at.used_length = le32_load(&d->len);
	s->used_idx = s->used_idx_seen;
	if (packed_is_used(s->at.used_flags, s->at.next_used.wrap))
		s->used_idx++;
}

/* What the driver has of the queue, and what stands in memory. No register is touched. */
static void take_queue(struct virtio_snapshot *s, const struct queue *q)
{
	s->has_queue = true;
	s->packed = q->format == &queue_packed;
	s->index = q->index;
	s->size = q->size;
	s->desc = q->desc_area.value;
	s->avail = q->driver_area.value;
	s->used = q->device_area.value;
	s->ring_in_memory = ring_in_memory(q);
	s->used_align = s->legacy ? q->dev->queue_align : USED_ALIGN_MODERN;
	s->used_idx_seen = q->used_idx;
	if (s->packed)
		take_packed(s, q);
	else
		take_split(s, q);
	take_used(s, q);
	s->in_flight = q->in_flight;
	s->notifications = q->notifications;
	s->notified = q->dev->count.writes != q->writes_at_publish;
	s->request_least = q->request_least;
	take_chain(s, q);
	s->used_elsewhere = find_used_elsewhere(s, q->dev->pool);
}

static void take_pci(struct virtio_snapshot *s, const struct virtio_device *dev)
{
	struct pci_device now = *dev->pci;

	now.vendor_id = (uint16_t)pci_config_read(dev->pci, PCI_VENDOR_ID, 2);
	now.device_id = (uint16_t)pci_config_read(dev->pci, PCI_DEVICE_ID, 2);
	s->pci_vendor = now.vendor_id;
	s->device_id_now = virtio_pci_device_type(&now);
	s->pci_command = (uint16_t)pci_config_read(dev->pci, PCI_COMMAND, 2);
	for (unsigned i = 0; i < PCI_MAX_BARS; i++)
		s->pci_bars[i] = pci_config_read(dev->pci, PCI_BAR0 + 4 * i, 4);
	s->notify_multiplier = dev->notify_multiplier;
}

/* §2.4.2: until a reset is done nothing but the status may be touched; nobody is there at 0xff. */
static bool only_status(const struct virtio_snapshot *s)
{
	const struct written *written = &s->programmed.status;

	return s->status == STATUS_ALL_ONES || (written->done && !written->value && s->status);
}

/* The status comes first: reading the queue selects it, which may be seen by the device. */
static void take_registers(struct virtio_snapshot *s, struct virtio_device *dev)
{
	const struct virtio_transport *t = dev->transport;

	s->status = t->read_status(dev);
	if (dev->pci)
		take_pci(s, dev);
	if (only_status(s))
		return;
	if (t->read_device_id)
		s->device_id_now = t->read_device_id(dev);
	if (t->read_accepted) {
		s->accepted_now = t->read_accepted(dev);
		s->has_accepted_now = true;
	}
	s->config_generation = t->read_config_generation(dev);
	if (s->has_queue)
		t->read_queue(dev, s->index, &s->device);
	s->interrupt_status = virtio_interrupt_status(dev);
}

void virtio_snapshot_take(struct virtio_snapshot *s, struct virtio_device *dev,
	const struct queue *q, const char *step, enum status failure)
{
	*s = (struct virtio_snapshot){
		.step = step,
		.failure = failure,
		.timeout_us = dev->timeout_us,
		.transport = dev->transport->name,
		.legacy = dev->transport->legacy,
		.is_pci = dev->pci,
		.is_mmio = !dev->pci,
		.device_id = dev->device_id,
		.offered = dev->offered,
		.accepted = dev->features,
		.coherence = dev->coherence,
		.uncached = dev->pool->uncached,
		.programmed = virtio_programmed_of(&dev->journal, q ? q->index : 0),
	};
	if (q)
		take_queue(s, q);
	take_registers(s, dev);
	/* An answer that came meanwhile says that the deadline was too short. */
	if (q)
		take_used(s, q);
}
