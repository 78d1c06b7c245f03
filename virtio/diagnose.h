/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why a device does not do what it was asked: a pure judgement of a snapshot.
 */
#ifndef VIRTIO_DIAGNOSE_H
#define VIRTIO_DIAGNOSE_H

#include "virtio/diagnosis.h"
#include "virtio/snapshot.h"

/* Judges the device and the queue of a snapshot. Adds to `d` at least one cause. Pure. */
void diagnose(const struct virtio_snapshot *snapshot, struct diagnosis *d);

#endif
