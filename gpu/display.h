/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What displays a GPU says that there are: GET_DISPLAY_INFO and each one's EDID, made into sizes
 * that can be shown.
 */
#ifndef GPU_DISPLAY_H
#define GPU_DISPLAY_H

#include "gpu/command.h"
#include "gpu/edid.h"
#include "gpu/layout.h"

/* What of the displays somebody wants. */
struct gpu_display_choice {
	uint32_t width; /* overrides what the displays say; 0: does not */
	uint32_t height;
	bool all; /* every scanout, also those that are not enabled */
};

/* GET_DISPLAY_INFO as a test point: fills displays[VIRTIO_GPU_MAX_SCANOUTS]. */
MUST_CHECK enum status gpu_ask_displays(struct gpu *gpu, struct gpu_display *displays);

/*
 * GET_EDID as a test point, skipped where EDID was not negotiated. What a display describes wrongly
 * is logged and reads as zeros: no picture needs it. Errors are the command's.
 */
MUST_CHECK enum status gpu_ask_edid(struct gpu *gpu, uint32_t scanout, struct edid *edid);

/*
 * Asks for displays and EDIDs, and fills heads[VIRTIO_GPU_MAX_SCANOUTS]: lit are the enabled
 * scanouts (scanout 0 when none is), or all. Each has the size of `choice`, or GET_DISPLAY_INFO's,
 * or the EDID's preferred timing, or 1024×768: the first one that a surface can have and memory can
 * hold. Its position is GET_DISPLAY_INFO's. Errors are the commands'.
 */
MUST_CHECK enum status gpu_find_heads(
	struct gpu *gpu, const struct gpu_display_choice *choice, struct gpu_head *heads);

#endif
