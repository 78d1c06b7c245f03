/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A GPU that shows a picture and goes on showing it: when the device wants a reset, does not
 * answer, refuses a command or answers nonsense, it is reset, and displays and pictures are
 * restored from memory.
 */
#ifndef GPU_SESSION_H
#define GPU_SESSION_H

#include "gpu/screen.h"

/* A failure within this time of work since the last recovery is not recovered from. */
#define GPU_SESSION_SETTLED_US 1000000u

struct gpu_session {
	unsigned number;
	char name[GPU_NAME_SIZE]; /* "gpu0" */
	struct virtio_device *dev; /* borrowed */
	struct gpu_setup setup;
	const struct gpu_show *show; /* borrowed */
	bool open; /* the device knows the memory of `gpu` and of the screens */
	struct gpu gpu;
	struct gpu_screens screens; /* also while the device is reset: the pictures are ours */
	unsigned recoveries;
	uint64_t working_since_us; /* the end of the last recovery, or of the start */
};

/*
 * Opens the device and shows the picture on its displays (gpu_open, gpu_show); `show` is borrowed
 * as long as the session is open. A failure on the way
 * is recovered from once, as by gpu_session_recover, the picture being shown anew; until then its
 * steps that fail are details of the log (tap_tentative). On an error the device is reset and its
 * memory given back, unless it refuses to be reset: then the memory is lost on purpose.
 */
MUST_CHECK enum status gpu_session_open(struct gpu_session *s, unsigned number,
	struct virtio_device *dev, const struct gpu_setup *setup, const struct gpu_show *show);

/*
 * After a command on s->gpu failed with `why`: says what was lost (requests in flight, resources,
 * scanouts), resets the device, opens it again, and shows every screen's surface as it is in
 * memory. Where a command was not answered, nothing else is wrong with the device and RING_RESET is
 * negotiated, the control queue alone is reset first (virtio 1.3 §2.6.1), and the surfaces are
 * presented again; the command must be one that leaves resources and scanouts as they are. Each
 * step is a test point. A second failure, during the recovery or before the device has worked for
 * GPU_SESSION_SETTLED_US since the last one, ends the session: its status is returned, the device
 * is reset, the session closed. Time spent waiting for an answer does not count as work.
 */
MUST_CHECK enum status gpu_session_recover(struct gpu_session *s, enum status why);

/*
 * The same after a command that makes or takes away resources: it is in doubt which there are, so
 * the device is always reset as a whole.
 */
MUST_CHECK enum status gpu_session_restart(struct gpu_session *s, enum status why);

/*
 * Asks for the displays anew and has the screens follow (gpu_screens_update). A failure on the way
 * is recovered from as by gpu_session_recover, and the displays are asked for once more; `changes`
 * is the sum. On an error the session has ended; but not by ERR_NO_MEMORY or ERR_RANGE, a failed
 * test point, when there is no room for what is to be shown: then the other screens are as before.
 */
MUST_CHECK enum status gpu_session_update(struct gpu_session *s, unsigned *changes);

/*
 * Takes the screens down in order, resets the device and gives everything back. ERR_TIMEOUT or
 * ERR_GONE as gpu_close; the error of a command when only the taking down failed.
 */
MUST_CHECK enum status gpu_session_close(struct gpu_session *s);

#endif
