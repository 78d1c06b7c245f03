/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a ring's format is to virtio/queue.c: split (virtio 1.3 §2.7) or packed (§2.8), as
 * negotiated. What is known of requests (struct queue_slot) is kept by the queue, for both.
 */
#ifndef VIRTIO_QUEUE_FORMAT_H
#define VIRTIO_QUEUE_FORMAT_H

#include "virtio/chain.h"
#include "virtio/queue.h"

/* What the device says of the next used request or, with IN_ORDER, of a batch of them. */
struct queue_element {
	uint32_t id; /* not checked */
	uint32_t length; /* not checked */
	uint16_t most; /* requests that it may be about */
};

struct queue_format {
	const char *name;
	/* Allocates a ring of `size` descriptors into queue->memory and says where its areas are.
	 */
	enum status (*open)(struct queue *queue, uint16_t size);
	/* Fills an indirect table. */
	void (*fill_table)(void *table, const struct queue_buffer *buffers, const uint16_t *flags,
		unsigned count);
	/* Writes the descriptors of the request that slot `head` heads, not yet for the device. */
	void (*add)(struct queue *queue, uint16_t head, const struct queue_buffer *buffers,
		const uint16_t *flags, unsigned count);
	/* Lets the device see all that was added. Whether it wants to be notified of that. */
	bool (*publish)(struct queue *queue);
	/* Reads the next used element: ERR_NOT_FOUND, or ERR_PROTOCOL by queue_broken. */
	enum status (*look)(struct queue *queue, struct queue_element *out);
	/* Goes on behind the used request of slot `head`. */
	void (*pass)(struct queue *queue, uint16_t head);
	/*
	 * Tells the device whether to interrupt for the next used request. If it is to, returns
	 * whether one was used already, for which it may not.
	 */
	bool (*want_interrupts)(struct queue *queue, bool wanted);
	/* Where the next available request goes, as NOTIFICATION_DATA has it (§2.9). */
	uint16_t (*next)(const struct queue *queue);
	/* The request of this number, as it stands in the ring now. */
	void (*walk)(const struct queue *queue, uint16_t number, struct chain *chain);
};

extern const struct queue_format queue_split;
extern const struct queue_format queue_packed;

/* The device broke the ring's rules: logs it with a post-mortem. Returns ERR_PROTOCOL. */
enum status queue_broken(struct queue *queue, const char *what, uint32_t value);

#endif
