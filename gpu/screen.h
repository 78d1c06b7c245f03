/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A GPU's scanouts and what is shown on them: from GET_DISPLAY_INFO to a flushed picture.
 */
#ifndef GPU_SCREEN_H
#define GPU_SCREEN_H

#include "gpu/command.h"
#include "gpu/picture.h"
#include "gpu/surface.h"

/* One scanout with its picture. */
struct gpu_screen {
	uint32_t scanout;
	uint32_t resource;
	bool created; /* the device has the resource */
	bool set; /* the scanout shows it */
	struct surface surface;
};

struct gpu_screens {
	unsigned count;
	struct gpu_screen screens[VIRTIO_GPU_MAX_SCANOUTS];
};

/* What to show. */
struct gpu_show {
	struct picture picture;
	uint32_t width; /* overrides what the displays say; 0: does not */
	uint32_t height;
	bool readback; /* check=readback: have the device give the picture back, and compare */
	const char *label; /* lines of text over the picture, to which scanout, size and verdict are
			      added; NULL: none */
};

/*
 * Shows the picture on every enabled scanout (on scanout 0 when none is enabled), at the size of
 * the display: `show`'s, or GET_DISPLAY_INFO's, or the EDID's preferred timing, or 1024×768. Then,
 * when there is a label, writes it over the picture by a partial update and logs its rectangle.
 * Each command is a test point. Errors are the command's; what was shown before stays.
 */
MUST_CHECK enum status gpu_show(
	struct gpu *gpu, const struct gpu_show *show, struct gpu_screens *screens);

/*
 * On a GPU that was reset and opened again: makes each screen's surface the picture of its scanout
 * again, as it is in memory. Each command is a test point; errors are the command's.
 */
MUST_CHECK enum status gpu_screens_restore(struct gpu *gpu, struct gpu_screens *screens);

/* Gives the pictures' memory back. Only after gpu_close: the device may read it until then. */
void gpu_screens_close(struct gpu_screens *screens, struct dma_pool *pool);

#endif
