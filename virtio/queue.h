/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A virtqueue (virtio 1.3 §2.6) with a split ring (§2.7): buffers go to the device, come back used.
 *
 * The device writes to part of the ring at any time and is not trusted: what the driver needs to
 * know later is kept in shadow state outside the ring, and a used element counts only when its id
 * heads a chain that is in flight and its length fits what the device was allowed to write.
 */
#ifndef VIRTIO_QUEUE_H
#define VIRTIO_QUEUE_H

#include "virtio/device.h"
#include "virtio/split_ring.h"

#define QUEUE_MAX_SLOTS   64u /* descriptors used of a ring, which itself may be larger */
#define QUEUE_MAX_BUFFERS 4u /* in one request */

/* A piece of memory that one descriptor names. */
struct queue_buffer {
	paddr address;
	uint32_t length; /* bytes, not 0 */
};

/* A request that the device gave back. */
struct queue_used {
	void *token; /* as given to queue_add */
	uint32_t length; /* bytes the device says it wrote, checked against what it may write */
};

/* A request as it stands in the ring. */
struct queue_request {
	uint16_t head;
	uint32_t readable; /* bytes */
	uint32_t writable;
	bool whole; /* its chain can be walked to the end */
	bool outside; /* one of its descriptors is not memory that devices may be given … */
	uint64_t address; /* … the first of them */
};

/* What is known of a descriptor, whatever the device does to the ring. */
struct queue_slot {
	uint16_t next; /* free list, or the rest of a chain in flight */
	uint16_t count; /* descriptors of the chain that this one heads; 0: it heads none */
	uint32_t writable; /* bytes that the device may write */
	void *token;
};

struct queue {
	struct virtio_device *dev;
	uint16_t index;
	uint16_t notify_offset; /* pci modern: queue_notify_off */
	struct split_ring ring;
	struct dma_block memory; /* of the ring */
	struct dma_block tables; /* QUEUE_MAX_BUFFERS indirect descriptors a slot; maybe empty */
	uint16_t free_head;
	uint16_t free_count;
	uint16_t in_flight; /* requests */
	uint16_t avail_idx; /* the next that will be published */
	uint16_t published_idx; /* as last stored for the device */
	uint16_t used_idx; /* the next used element to look at */
	bool indirect;
	bool event_idx;
	uint64_t notifications; /* sent, of all */
	uint64_t writes_at_publish; /* register writes to the device, when it last happened */
	uint32_t request_least; /* bytes of the shortest request that the device answers; 0: any */
	struct queue_slot slots[QUEUE_MAX_SLOTS];
};

/*
 * Step 7 for one queue: chooses a ring of at most `wanted` entries where the transport leaves the
 * choice, allocates it, and tells the device. ERR_NOT_FOUND when the device has no such queue,
 * ERR_PROTOCOL for a size that is not allowed, ERR_NO_MEMORY; all as failed test points. Also
 * after a failure the queue is closed by queue_close: the device may already know its memory.
 * Whoever opened it may then set request_least, for a post-mortem.
 */
MUST_CHECK enum status queue_open(
	struct queue *queue, struct virtio_device *dev, uint16_t index, uint16_t wanted);

/*
 * Gives the memory back. Only after virtio_stop returned OK: until then the device may use it. A
 * zeroed queue, which was never opened, is ignored.
 */
void queue_close(struct queue *queue);

/*
 * Puts a request into the ring: `readable` buffers that the device reads, then `writable` ones
 * that it writes (§2.7.4.2). Nothing is published before queue_notify. `token` comes back with
 * the used element. ERR_NO_MEMORY when too few descriptors are free, ERR_RANGE for no buffer,
 * more than QUEUE_MAX_BUFFERS or than the ring has entries, or an empty one.
 */
MUST_CHECK enum status queue_add(struct queue *queue, const struct queue_buffer *buffers,
	unsigned readable, unsigned writable, void *token);

/* Publishes what was added and notifies the device unless it asked not to be (§2.7.13.3). */
void queue_notify(struct queue *queue);

/*
 * The request `back` before the one that was published last (0: that one), as it stands in the ring
 * now: what the device finds, not what queue_add was given. Of those not used yet.
 */
struct queue_request queue_published(const struct queue *queue, uint16_t back);

/*
 * Takes the next used request, without waiting. ERR_NOT_FOUND when there is none yet;
 * ERR_PROTOCOL, logged, when the device broke the ring's rules: then it must be reset.
 */
MUST_CHECK enum status queue_take(struct queue *queue, struct queue_used *used);

/*
 * As queue_take, waiting up to the device's timeout while the log drains. At the deadline the
 * post-mortem is on the log (virtio/snapshot.h), and the result is ERR_TIMEOUT,
 * ERR_NEEDS_RESET or ERR_GONE.
 */
MUST_CHECK enum status queue_wait(struct queue *queue, struct queue_used *used);

#endif
