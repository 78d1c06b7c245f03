/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two buffers for a screen (virtio 1.3 §5.7.6.3): one is shown, the other one is drawn on,
 * then they change places. Nothing that is shown is ever written to, in memory or on the host.
 */
#ifndef GPU_FLIP_H
#define GPU_FLIP_H

#include "gpu/damage.h"
#include "gpu/screen.h"

/* The resource of a screen's back: its first scanout's number behind it, above the cursor's. */
#define GPU_BACK_RESOURCE (CURSOR_RESOURCE + 1u)

/*
 * Gives a screen that is shown a back: another surface like the front, each of its bytes 0, and its
 * resource. Commands are test points. ERR_NO_MEMORY, logged, when there is no room: then there is
 * no back. Else the command's error: the back's memory stays the screen's, since the device may
 * know it, and is given back with it.
 */
MUST_CHECK enum status gpu_flip_open(struct gpu *gpu, struct gpu_screen *s);

/*
 * The back, as it is in memory, becomes what the scanouts show, and the front the back: the parts
 * of it in `damage` are transferred (none of a blob), the scanouts set to it, and all of it is
 * flushed, for a device may have nothing on a scanout that was set anew. The flush is fenced: once
 * it is answered the new back may be drawn on. To be called in a batch (gpu/request.h), whose end
 * says how it went; what is returned is an error of the queue.
 */
MUST_CHECK enum status gpu_flip(struct gpu *gpu, struct gpu_screen *s, const struct damage *damage);

/* Takes the back down: resource, then memory. On an error, the command's, it stays as it is. */
MUST_CHECK enum status gpu_flip_close(struct gpu *gpu, struct gpu_screen *s);

#endif
