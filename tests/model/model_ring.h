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

/* Tells the driver whether the device wants to hear of the next request, in both ways. */
void model_wish(struct model *m, struct model_queue *q, bool wanted);

#endif
