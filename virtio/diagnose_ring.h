/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The part of a judgement (virtio/diagnose.h) that is about the ring: what was published, and what
 * came back.
 */
#ifndef VIRTIO_DIAGNOSE_RING_H
#define VIRTIO_DIAGNOSE_RING_H

#include "virtio/diagnosis.h"
#include "virtio/snapshot.h"

/* The oldest pending request as it was published: chain, indices, length. Pure. */
void diagnose_request(const struct virtio_snapshot *s, struct diagnosis *d);

/* Whether the device heard of it, and what it did: doorbell, used ring, response. Pure. */
void diagnose_answer(const struct virtio_snapshot *s, struct diagnosis *d);

#endif
