/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a place on a screen. Out: the cursor there, as far as the device lets that be known. */
#include "gpu/cursor.h"

#include "gpu/diagnose.h"
#include "mem/clock.h"
#include "mem/log.h"
#include "mem/tap.h"

#define SHADOW_OFFSET 4u
#define SHADOW        0x80000000u /* black, half transparent; in B8G8R8A8 */

/* The arrow, from its tip to the right and down; what lies to the left or above is not in it. */
static bool in_arrow(uint32_t u, uint32_t v)
{
	return u < CURSOR_SIDE && v < CURSOR_SIDE && u <= v && 3 * u + 7 * v <= 280;
}

static le32 cursor_pixel(enum pixel_format format, uint32_t x, uint32_t y)
{
	uint32_t u = x - CURSOR_HOT_X, v = y - CURSOR_HOT_Y;

	if (in_arrow(u, v)) {
		bool edge = u == 0 || u == v || 3 * u + 7 * v > 266;
		uint8_t value = edge ? 0 : 255;

		return pixel_of(format, (struct colour){value, value, value});
	}
	return le32_of(in_arrow(u - SHADOW_OFFSET, v - SHADOW_OFFSET) ? SHADOW : 0);
}

void cursor_draw(const struct surface *image)
{
	for (uint32_t y = 0; y < image->height; y++)
		for (uint32_t x = 0; x < image->width; x++)
			surface_row(image, y)[x] = cursor_pixel(image->format, x, y);
}

/* Sends the request that stands in the cursor's memory, and waits until it is given back. */
static enum status send(struct gpu *gpu)
{
	const struct virtio_gpu_update_cursor *r = gpu->cursor_request.data;
	const struct queue_buffer buffer = {gpu->cursor_request.address, sizeof(*r)};
	struct queue_request sent;
	struct queue_used used;
	uint32_t number;
	enum status status = queue_add(&gpu->cursor, &buffer, 1, 0, NULL);

	if (status != OK)
		return status;
	gpu->sent_us = clock_us();
	queue_notify(&gpu->cursor);
	sent = queue_published(&gpu->cursor, 0);
	number = gpu_history_sent(&gpu->history, r, (uint32_t)min_u64(sent.readable, sizeof(*r)),
		sent.writable, gpu->dev->pool);
	status = queue_wait(&gpu->cursor, &used);
	if (status == OK)
		gpu_history_answered(&gpu->history, number, NULL, 0);
	return status;
}

static enum status command(struct gpu *gpu, enum virtio_gpu_ctrl_type type, uint32_t resource,
	uint32_t scanout, uint32_t x, uint32_t y)
{
	struct virtio_gpu_update_cursor *r = gpu->cursor_request.data;

	*r = (struct virtio_gpu_update_cursor){
		.hdr.type = le32_of(type),
		.pos = {.scanout_id = le32_of(scanout), .x = le32_of(x), .y = le32_of(y)},
		.resource_id = le32_of(resource),
		.hot_x = le32_of(CURSOR_HOT_X),
		.hot_y = le32_of(CURSOR_HOT_Y),
	};
	return send(gpu);
}

enum status gpu_update_cursor(
	struct gpu *gpu, uint32_t resource, uint32_t scanout, uint32_t x, uint32_t y)
{
	return command(gpu, VIRTIO_GPU_CMD_UPDATE_CURSOR, resource, scanout, x, y);
}

enum status gpu_move_cursor(
	struct gpu *gpu, uint32_t resource, uint32_t scanout, uint32_t x, uint32_t y)
{
	return command(gpu, VIRTIO_GPU_CMD_MOVE_CURSOR, resource, scanout, x, y);
}

/* Gives the device the image. §5.7.6.6: it must be there before the cursor queue names it. */
static enum status load(struct gpu *gpu, struct gpu_cursor *cursor)
{
	const struct rectangle whole = {0, 0, CURSOR_SIDE, CURSOR_SIDE};
	struct surface *image = &cursor->image;
	enum status status = OK;

	if (!image->band_count)
		status = surface_open(
			image, gpu->dev->pool, PIXEL_B8G8R8A8, CURSOR_SIDE, CURSOR_SIDE);
	if (status != OK)
		return status;
	cursor_draw(image);
	status = gpu_resource_create(gpu, CURSOR_RESOURCE, image);
	if (status == OK)
		status = gpu_attach_backing(gpu, CURSOR_RESOURCE, image);
	if (status == OK)
		status = gpu_transfer_fenced(gpu, CURSOR_RESOURCE, image, whole);
	cursor->loaded = status == OK;
	cursor->shown = 0;
	return status;
}

static enum status walk(struct gpu *gpu, uint32_t scanout, uint32_t x, uint32_t y)
{
	enum status status = gpu_update_cursor(gpu, CURSOR_RESOURCE, scanout, 0, 0);

	for (unsigned i = 1; status == OK && i <= CURSOR_STEPS; i++)
		status = gpu_move_cursor(
			gpu, CURSOR_RESOURCE, scanout, x * i / CURSOR_STEPS, y * i / CURSOR_STEPS);
	if (status == OK)
		status = gpu_update_cursor(gpu, 0, scanout, x, y);
	if (status == OK)
		status = gpu_update_cursor(gpu, CURSOR_RESOURCE, scanout, x, y);
	return status;
}

/* Whether what went out shows a cursor: the device would not say. */
static enum status audit(struct gpu *gpu)
{
	struct diagnosis d = {0};

	gpu_diagnose_cursor(&gpu->history, CURSOR_RESOURCE, &d);
	if (!d.count)
		return OK;
	gpu_history_log(&gpu->history, gpu->history.count, GPU_HISTORY_SIZE, gpu->name);
	diagnosis_log(&d, gpu->name);
	tap_fail(gpu->name, "cursor", "%s", mistake_text(diagnosis_first(&d)));
	return ERR_PROTOCOL;
}

enum status gpu_cursor_show(
	struct gpu *gpu, struct gpu_cursor *cursor, uint32_t scanout, uint32_t x, uint32_t y)
{
	enum status status = cursor->loaded ? OK : load(gpu, cursor);

	if (status == OK)
		status = walk(gpu, scanout, x, y);
	if (status != OK) {
		tap_fail(gpu->name, "cursor", "%s", status_name(status));
		return status;
	}
	cursor->shown |= 1u << scanout;
	status = audit(gpu);
	if (status == OK)
		tap_ok(gpu->name, "scanout %u: cursor at %u,%u, moved there in %u steps", scanout,
			x, y, CURSOR_STEPS);
	return status;
}

enum status gpu_cursor_hide(struct gpu *gpu, struct gpu_cursor *cursor, uint32_t scanout)
{
	if (!(cursor->shown & 1u << scanout))
		return OK;
	cursor->shown &= ~(1u << scanout);
	return gpu_update_cursor(gpu, 0, scanout, 0, 0);
}

enum status gpu_cursor_take_down(struct gpu *gpu, struct gpu_cursor *cursor)
{
	enum status status = OK;

	if (!cursor->loaded)
		return OK;
	for (uint32_t i = 0; status == OK && i < VIRTIO_GPU_MAX_SCANOUTS; i++)
		status = gpu_cursor_hide(gpu, cursor, i);
	if (status == OK)
		status = gpu_detach_backing(gpu, CURSOR_RESOURCE);
	if (status == OK)
		status = gpu_resource_unref(gpu, CURSOR_RESOURCE);
	if (status == OK)
		gpu_cursor_close(cursor, gpu->dev->pool);
	return status;
}

void gpu_cursor_close(struct gpu_cursor *cursor, struct dma_pool *pool)
{
	surface_close(&cursor->image, pool);
	*cursor = (struct gpu_cursor){0};
}
