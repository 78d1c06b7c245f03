/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the parts of a ring are, as the device sees them. NULL when they are not in memory.
 */
#ifndef TESTS_MODEL_MODEL_RING_H
#define TESTS_MODEL_MODEL_RING_H

#include "model_device.h"
#include "virtio/features.h"

static inline bool model_has_event_idx(const struct model *m)
{
	return m->accepted & FEATURE(VIRTIO_F_EVENT_IDX);
}

static inline struct virtq_avail *model_avail(struct model *m, const struct model_queue *q)
{
	return model_map(m->memory, q->avail, 6 + 2 * (uint64_t)q->size);
}

static inline struct virtq_used *model_used(struct model *m, const struct model_queue *q)
{
	return model_map(m->memory, q->used, 6 + 8 * (uint64_t)q->size);
}

static inline bool model_is_packed(const struct model *m)
{
	return m->accepted & FEATURE(VIRTIO_F_RING_PACKED);
}

/* The packed ring's side of what model_ring.c and model_order.c do. */
void model_packed_wish(struct model *m, struct model_queue *q, bool wanted);
void model_packed_write_barrier(struct model *m, struct model_queue *q);
void model_packed_read_barrier(struct model *m, struct model_queue *q);
void model_packed_full_barrier(struct model *m, struct model_queue *q);
/* Whether the driver made something available and has passed no full barrier since. */
bool model_packed_unpublished(struct model *m, struct model_queue *q);
bool model_packed_take(struct model *m, struct model_queue *q, struct model_chain *chain);
void model_packed_use(struct model *m, struct model_queue *q, struct model_chain *chain,
	const struct model_used *used, unsigned descriptors);
bool model_packed_interrupts(const struct model_queue *q, uint32_t asked, struct packed_place old,
	struct packed_place new);
uint64_t model_packed_hash(struct model *m, const struct model_chain *taken);

/* Whether the device looks at no ring: it gave up, is being reset, or is not there any more. */
static inline bool model_is_deaf(const struct model *m)
{
	return m->deaf || m->status & MODEL_NEEDS_RESET || m->resetting || m->gone;
}

/* Whether the driver waits for interrupts, and does not poll. */
static inline bool model_interrupts(const struct model *m)
{
	return m->mode && *m->mode != INTERRUPT_POLL;
}

/* What the driver says of interrupts now: flags in the upper half, where in the lower one. */
uint32_t model_asked(struct model *m, const struct model_queue *q);
/* With interrupts on: whether the driver would hear of the next used element. */
bool model_is_asked(struct model *m, const struct model_queue *q);

/* Tells the driver whether the device wants to hear of the next request, in both ways. */
void model_wish(struct model *m, struct model_queue *q, bool wanted);

#endif
