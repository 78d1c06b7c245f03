/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A virtqueue (virtio 1.3 §2.6): buffers go to the device, come back used. Its ring is split (§2.7)
 * or, when RING_PACKED was negotiated, packed (§2.8); who uses the queue need not know which.
 *
 * The device writes to part of the ring at any time and is not trusted: what the driver needs to
 * know later is kept in shadow state outside the ring, and a used element counts only when its id
 * heads a chain that is in flight and its length fits what the device was allowed to write.
 */
#ifndef VIRTIO_QUEUE_H
#define VIRTIO_QUEUE_H

#include "virtio/device.h"
#include "virtio/packed_ring.h"
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
	/* Bytes the device says it wrote, checked against what it may write. With IN_ORDER it need
	 * not say so: then all of them. */
	uint32_t length;
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
	uint16_t number; /* of the request, which avail_idx was when it was added */
	uint16_t flags; /* packed: of its first descriptor, stored when it is published */
	struct packed_place place; /* packed: of its first descriptor */
	uint32_t readable; /* bytes */
	uint32_t writable; /* bytes that the device may write */
	void *token;
};

/* With IN_ORDER, one used element may be about several requests (§2.7.9, §2.8.8). */
struct queue_batch {
	uint16_t left; /* requests that are used and not taken yet */
	uint16_t last; /* the slot of its last one, which the element names … */
	uint32_t length; /* … and has the length of */
};

struct queue_format;

struct queue {
	struct virtio_device *dev;
	const struct queue_format *format; /* virtio/queue_format.h */
	uint16_t index;
	uint16_t size; /* descriptors of the ring */
	uint16_t notify_offset; /* pci modern: queue_notify_off */
	paddr desc_area; /* §2.6: as the device is told */
	paddr driver_area;
	paddr device_area;
	union {
		struct split_ring ring;
		struct packed_ring packed;
	};
	struct dma_block memory; /* of the ring */
	struct dma_block tables; /* QUEUE_MAX_BUFFERS indirect descriptors a slot; maybe empty */
	uint16_t free_head;
	uint16_t free_tail;
	uint16_t free_count;
	uint16_t in_flight; /* requests */
	/* Requests, counted as split rings do. */
	uint16_t avail_idx; /* the next that will be published */
	uint16_t published_idx; /* as last stored for the device */
	uint16_t used_idx; /* the next used element to look at */
	uint16_t order[QUEUE_MAX_SLOTS]; /* slots of the last requests, by their number */
	struct queue_batch batch;
	bool indirect;
	bool event_idx;
	bool in_order;
	uint64_t notifications; /* sent, of all */
	uint64_t writes_at_publish; /* register writes to the device, when it last happened */
	uint32_t request_least; /* bytes of the shortest request that the device answers; 0: any */
	struct queue_slot slots[QUEUE_MAX_SLOTS];
};

/*
 * Step 7 for one queue: chooses a ring of at most `wanted` entries, a power of two, where the
 * transport leaves the choice, allocates it, and tells the device. ERR_NOT_FOUND when the device
 * has no such queue, ERR_PROTOCOL for a size that is not allowed, ERR_GONE, ERR_NO_MEMORY; all as
 * failed test points. Also after a failure the queue is closed by queue_close: the device may
 * already know its memory. Whoever opened it may then set request_least, for a post-mortem.
 */
MUST_CHECK enum status queue_open(
	struct queue *queue, struct virtio_device *dev, uint16_t index, uint16_t wanted);

/*
 * Resets one queue of a running device (§2.6.1), which RING_RESET was negotiated with, and opens it
 * again as it was: requests in flight are forgotten and never come back, their memory is the
 * driver's again. ERR_TIMEOUT when the device does not say that it is done: then the queue is as
 * before, and the device must be reset; other errors as queue_open, after which the queue is not in
 * use. All as failed test points.
 */
MUST_CHECK enum status queue_reset(struct queue *queue);

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

/*
 * Publishes what was added and notifies the device unless it asked not to be (§2.7.13.3,
 * §2.8.21.2).
 */
void queue_notify(struct queue *queue);

/*
 * The request `back` before the one that was published last (0: the last), as it stands in the ring
 * now: what the device finds, not what queue_add was given. In a packed ring the device may have
 * written over it, so that it is what queue_add was given. `back` is below the number of requests
 * that were published and have not been taken.
 */
struct queue_request queue_published(const struct queue *queue, unsigned back);

/*
 * What a notification says: the queue's index and, with NOTIFICATION_DATA, in the upper half where
 * the next request goes (§2.9). For transports.
 */
uint32_t queue_notification(const struct queue *queue);

/* The number of the oldest request in flight; used_idx when there is none. For a post-mortem. */
uint16_t queue_oldest(const struct queue *queue);

/*
 * Takes the next used request, without waiting. ERR_NOT_FOUND when there is none yet;
 * ERR_PROTOCOL, logged, when the device broke the ring's rules: then it must be reset.
 */
MUST_CHECK enum status queue_take(struct queue *queue, struct queue_used *used);

/*
 * As queue_take, waiting up to the device's timeout while the log drains. At the deadline, or as
 * soon as the device interrupts to say that it needs a reset (§2.1.2), the post-mortem is on the
 * log (virtio/snapshot.h), and the result is ERR_TIMEOUT, ERR_NEEDS_RESET or ERR_GONE.
 */
MUST_CHECK enum status queue_wait(struct queue *queue, struct queue_used *used);

#endif
