/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GPUs that go on running: what changes about their displays while the picture is shown (virtio 1.3
 * §5.7.4) is served, and a device that failed is recovered.
 */
#ifndef GPU_WATCH_H
#define GPU_WATCH_H

#include "gpu/session.h"

/*
 * From one look at a device to the next. While nothing happens each is one register read, or none
 * where interrupts tell of changes (virtio/interrupt.h): then one of so many is, lest one be
 * missed.
 */
#define GPU_WATCH_INTERVAL_US  10000u
#define GPU_WATCH_UNTOLD_LOOKS 1000u

/* Events in a row without a change, after which a device is looked at less often; and how often. */
#define GPU_WATCH_IDLE_EVENTS      8u
#define GPU_WATCH_IDLE_INTERVAL_US 1000000u

/* One GPU under watch; zeroed but for its session. */
struct gpu_watch {
	struct gpu_session *session; /* borrowed; it was opened */
	enum status status; /* OK while it is watched; then why no more */
	unsigned looks;
	unsigned untold; /* looks since a register was read; 0: it is to be read now */
	unsigned events; /* EVENT_DISPLAY, so often */
	unsigned served; /* events that changed what is shown */
	unsigned idle; /* events in a row that did not */
	uint32_t unknown; /* events without a meaning, logged once each */
	uint64_t next_us; /* the time of the next look */
};

/*
 * Looks once: EVENT_DISPLAY is acknowledged through events_clear, displays and EDIDs are asked for
 * anew, and the screens follow (gpu_session_update); each step is a test point. A device that
 * failed is recovered first. On an error, w->status, it is not watched any more.
 */
MUST_CHECK enum status gpu_watch_look(struct gpu_watch *w);

/*
 * Looks at all of them, in turn, for `duration_us` (0: for ever), or until no session is left. Says
 * at the beginning how long, and at the end how many changes were served. At the end the displays
 * are asked for once more: such as changed without an event having been noticed are a failure, with
 * its cause.
 */
void gpu_watch_run(struct gpu_watch *watches, unsigned count, uint64_t duration_us);

#endif
