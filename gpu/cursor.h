/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The cursor of a GPU's screens (virtio 1.3 §5.7.6.6, §5.7.6.10): an image that the display draws
 * over the picture, moved without touching it, by commands on a queue of their own. That queue is
 * opened only where a cursor is wanted (struct gpu_setup): a picture needs none, and does not pay
 * for one.
 *
 * The device gives each request back, and that is all of the answer: the requests have no room for
 * a response, and cursors that are wrong are ignored in silence.
 */
#ifndef GPU_CURSOR_H
#define GPU_CURSOR_H

#include "gpu/command.h"

#define CURSOR_SIDE  64u /* pixels; a device shows no other */
#define CURSOR_HOT_X 8u /* the pixel of our image that is at the cursor's position */
#define CURSOR_HOT_Y 4u

/* The resource of the image, above those of the screens. */
#define CURSOR_RESOURCE (VIRTIO_GPU_MAX_SCANOUTS + 1u)

/* How many steps the cursor takes on its way. */
#define CURSOR_STEPS 8u

/* Where a cursor is to be: in the middle of the scanout, unless it is given. */
struct gpu_cursor_place {
	bool given;
	uint32_t x;
	uint32_t y;
};

struct gpu_cursor {
	struct surface image; /* of all screens; zeroed: there is none yet */
	bool loaded; /* the device has it */
	uint32_t shown; /* a bit for each scanout that shows it */
};

/* Draws the arrow that docs/options.md defines on a surface of CURSOR_SIDE a side with alpha. */
void cursor_draw(const struct surface *image);

/*
 * UPDATE_CURSOR: the scanout's cursor is that resource, with its hot spot at (x, y); resource 0
 * hides it. Returns when the device has given the request back; errors are those of queue_wait.
 */
MUST_CHECK enum status gpu_update_cursor(
	struct gpu *gpu, uint32_t resource, uint32_t scanout, uint32_t x, uint32_t y);

/* MOVE_CURSOR: the same image elsewhere. Devices want its resource here too: 0 would hide it. */
MUST_CHECK enum status gpu_move_cursor(
	struct gpu *gpu, uint32_t resource, uint32_t scanout, uint32_t x, uint32_t y);

/*
 * Shows the cursor on a scanout, moves it from the upper left corner to (x, y) in CURSOR_STEPS,
 * hides it, and shows it there again. The first time, makes the image. A test point: it fails when
 * a command does, or when the commands that went out are not those of a cursor.
 */
MUST_CHECK enum status gpu_cursor_show(
	struct gpu *gpu, struct gpu_cursor *cursor, uint32_t scanout, uint32_t x, uint32_t y);

/* Hides the cursor of a scanout; ignored where none is shown. Errors are the command's. */
MUST_CHECK enum status gpu_cursor_hide(
	struct gpu *gpu, struct gpu_cursor *cursor, uint32_t scanout);

/*
 * Hides all cursors, takes the image from the device again and gives its memory back. One that was
 * never shown is ignored. Errors are the commands'.
 */
MUST_CHECK enum status gpu_cursor_take_down(struct gpu *gpu, struct gpu_cursor *cursor);

/* Gives the image's memory back. Only after gpu_close, or for an image that was never shown. */
void gpu_cursor_close(struct gpu_cursor *cursor, struct dma_pool *pool);

#endif
