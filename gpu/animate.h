/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GPUs that show a moving picture (gpu/motion.h) at a steady rate: two buffers for each screen, and
 * in each frame only what has changed since that buffer was shown is drawn and transferred.
 */
#ifndef GPU_ANIMATE_H
#define GPU_ANIMATE_H

#include "gpu/pace.h"
#include "gpu/session.h"

#define GPU_ANIMATE_RATE 60u /* frames a second */

/* What one of a screen's buffers holds. */
struct gpu_canvas {
	bool drawn; /* false: something else than a frame */
	uint64_t frame;
};

/* One GPU that is animated; zeroed but for its session. */
struct gpu_animation {
	struct gpu_session *session; /* borrowed; it was opened, and its screens are shown */
	enum status status; /* OK while it goes on; then why it ended */
	struct pace pace;
	struct pace told; /* as of the last line of the log */
	uint64_t told_us;
	uint64_t rate; /* frames a second, of the time before that line */
	uint64_t notifications; /* in all frames */
	uint64_t accesses; /* of registers beside them */
	struct surface background[VIRTIO_GPU_MAX_SCANOUTS]; /* at the numbers of the screens */
	struct gpu_canvas front[VIRTIO_GPU_MAX_SCANOUTS];
	struct gpu_canvas back[VIRTIO_GPU_MAX_SCANOUTS];
};

/*
 * Shows so many frames (0: for ever) on all of the GPUs, each at its time; those whose time is over
 * before they can be drawn are dropped, but never the last. A frame is drawn out of sight, sent by
 * one notification (one for each GPU_MAX_BATCH commands where there are many displays), and
 * answered before the next one is drawn. A text with the frame's number, the frames a second and
 * those dropped stands over it where the session's show has a label; the log names its rectangle on
 * each scanout. A line about once a second has the figures, the last one is a test point. A GPU
 * that fails is recovered (gpu_session_recover), and goes on with the frame that is due; one for
 * whose second buffers there is no room keeps its picture as it is. At the end the last frame
 * stays; changes of displays are not followed meanwhile. Ends early when no GPU is left.
 */
void gpu_animate_run(struct gpu_animation *animations, unsigned count, uint64_t frames);

#endif
