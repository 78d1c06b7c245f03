/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which part of a configuration breaks a GPU: the device is brought up again and again, each time
 * with one thing more, and shows a small picture.
 */
#ifndef GPU_ISOLATE_H
#define GPU_ISOLATE_H

#include "gpu/session.h"

/* The longest a rung waits for one answer. */
#define ISOLATE_WAIT_US 200000u

/*
 * Climbs the ladder with the device, setup and picture of a session that has ended, whose GPU and
 * screens are those of each try: the entropy device alone (`entropy`, NULL: there is none); the GPU
 * with the fewest features and a small queue; each feature of the session's setup added; the
 * queue's size; on a legacy device another QueueAlign, when nothing works; the whole picture, all
 * of that polled; and the same with interrupts, when the device has any in use. Says beforehand how
 * long it can take, a line for each rung (what it tries, whether it works, after what time), and at
 * the end the largest configuration that works and the step that breaks it. The steps inside a rung
 * are logged at level debug and above only. The device is reset before and after. Nothing stays
 * allocated unless the device refuses to be reset, which ends the climb.
 */
void gpu_isolate(struct gpu_session *session, struct virtio_device *entropy);

#endif
