/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the device knows of a screen: a resource for its surface, the scanouts that show it, and,
 * where pictures move, a second resource that is drawn on meanwhile (gpu/flip.h).
 */
#ifndef GPU_CONNECT_H
#define GPU_CONNECT_H

#include "gpu/screen.h"

/* Whether there is a second buffer. */
static inline bool gpu_has_back(const struct gpu_screen *s)
{
	return s->back.surface.width != 0;
}

/* The front is the back from now on, the back the front. The device is told nothing. */
void gpu_swap_buffers(struct gpu_screen *s);

/*
 * Resources and their backings, or blobs; then gpu_light_up. Each command is a test point; errors
 * are the command's, and what was done by then is noted in the screen.
 */
MUST_CHECK enum status gpu_connect(struct gpu *gpu, struct gpu_screen *s);

/* The resource of the back alone. */
MUST_CHECK enum status gpu_connect_back(struct gpu *gpu, struct gpu_screen *s);

/* A scanout shows the front: SET_SCANOUT, or SET_SCANOUT_BLOB of a blob. */
MUST_CHECK enum status gpu_set_view(
	struct gpu *gpu, const struct gpu_screen *s, const struct gpu_view *view);

/*
 * All of the screen's scanouts show the front, whose pixels the device is sent, by one
 * notification: it takes the commands in this order, and one that refuses a scanout loses nothing
 * by the rest. Each command is a test point.
 */
MUST_CHECK enum status gpu_light_up(struct gpu *gpu, struct gpu_screen *s);

/*
 * Scanouts off, backings detached, resources gone, by one notification: in this order the device
 * never shows what is gone, nor knows memory that is not its own. Each command is a test point.
 */
MUST_CHECK enum status gpu_disconnect(struct gpu *gpu, struct gpu_screen *s);

/* The resource of the back alone, which no scanout shows. */
MUST_CHECK enum status gpu_disconnect_back(struct gpu *gpu, struct gpu_screen *s);

#endif
