/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is shown on a GPU's scanouts: from the displays that there are to flushed pictures, and back
 * to a device that holds nothing, while it runs.
 */
#ifndef GPU_SCREEN_H
#define GPU_SCREEN_H

#include "gpu/cursor.h"
#include "gpu/display.h"
#include "gpu/layout.h"
#include "gpu/picture.h"
#include "gpu/surface.h"

/* The buffer that is drawn on while the other one is shown. */
struct gpu_back {
	uint32_t resource;
	bool created;
	bool attached;
	struct surface surface; /* width 0: there is none */
};

/* A surface with its resource, and the scanouts that show it. */
struct gpu_screen {
	struct gpu_frame frame; /* view_count 0: there is no screen */
	uint32_t resource;
	bool created; /* the device has the resource */
	bool attached; /* and knows the surface's memory */
	uint32_t set; /* a bit for each scanout that the device was told to set to it */
	bool whole; /* each step went well; else what is on it may be no picture */
	struct surface surface;
	struct gpu_back back; /* where the picture moves (gpu/flip.h) */
};

/* Each stands at the number of its first scanout. */
struct gpu_screens {
	unsigned count; /* that there are */
	struct gpu_cursor_place cursor_place; /* on each */
	struct gpu_cursor cursor;
	struct gpu_screen screens[VIRTIO_GPU_MAX_SCANOUTS];
};

/* What to show. */
struct gpu_show {
	struct picture picture;
	enum gpu_layout layout;
	struct gpu_display_choice choice;
	enum pixel_format format;
	bool scattered; /* backing=scattered: each row an entry by itself */
	bool readback; /* check=readback: have the device give the picture back, and compare */
	bool check_3d; /* check=3d: list the capability sets, and use a context */
	bool blob; /* resource=blob: show the picture's memory itself, where that is offered */
	struct gpu_cursor_place cursor;
	const char *label; /* lines of text over the picture, to which scanout, size and verdict are
			      added; NULL: none */
};

/*
 * Shows the picture on the displays that gpu_find_heads finds, as the layout says. Then, when there
 * is a label, writes it over each scanout's part of the picture by a partial update and logs its
 * rectangle. Where the GPU has its cursor queue open, the cursor is shown. Each command is a test
 * point. Errors are the command's; what was shown before stays.
 * `screens` need not be initialised.
 */
MUST_CHECK enum status gpu_show(
	struct gpu *gpu, const struct gpu_show *show, struct gpu_screens *screens);

/*
 * Asks for the displays anew. Screens that are no longer as they should be, or of which a step has
 * failed, are taken down, then new ones are brought up; the others stay as they are. `changes` is
 * how many were taken down or brought up. Errors as gpu_show.
 */
MUST_CHECK enum status gpu_screens_update(struct gpu *gpu, const struct gpu_show *show,
	struct gpu_screens *screens, unsigned *changes);

/* Asks for the displays anew: how many screens are not as they should be, or missing. */
MUST_CHECK enum status gpu_screens_compare(struct gpu *gpu, const struct gpu_show *show,
	const struct gpu_screens *screens, unsigned *stale);

/*
 * Takes all screens down, by one notification each: scanouts off, backing detached, resource gone;
 * then their memory is given back. Each command is a test point. On an error, the command's, the
 * rest stays: the device must be reset before its memory is given back.
 */
MUST_CHECK enum status gpu_screens_take_down(struct gpu *gpu, struct gpu_screens *screens);

/*
 * On a GPU that was reset and opened again: makes each screen's surface the picture of its scanouts
 * again, as it is in memory, and a second buffer its resource. Each command is a test point; errors
 * are the command's.
 */
MUST_CHECK enum status gpu_screens_restore(struct gpu *gpu, struct gpu_screens *screens);

/*
 * Has the screens show their surfaces as they are in memory, by a batch each. Of two buffers it is
 * in doubt which the device shows: the scanouts are set to the front first. As gpu_present.
 */
MUST_CHECK enum status gpu_screens_present(struct gpu *gpu, struct gpu_screens *screens);

/* Gives the pictures' memory back. Only after gpu_close: the device may read it until then. */
void gpu_screens_close(struct gpu_screens *screens, struct dma_pool *pool);

#endif
