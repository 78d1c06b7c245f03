/* SPDX-License-Identifier: BSD-2-Clause */
/* In: what to ask of the GPU. Out: its answer, checked. */
#include "gpu/command.h"

#include "gpu/diagnose.h"
#include "gpu/shape.h"
#include "mem/clock.h"
#include "mem/log.h"
#include "mem/string.h"

/* How many commands are shown when one fails. */
#define SHOWN_COMMANDS 8u

static const char *const error_names[] = {
	"VIRTIO_GPU_RESP_ERR_UNSPEC",
	"VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY",
	"VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID",
	"VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID",
	"VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID",
	"VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER",
};

static const char *const ok_names[] = {
	"VIRTIO_GPU_RESP_OK_NODATA",
	"VIRTIO_GPU_RESP_OK_DISPLAY_INFO",
	"VIRTIO_GPU_RESP_OK_CAPSET_INFO",
	"VIRTIO_GPU_RESP_OK_CAPSET",
	"VIRTIO_GPU_RESP_OK_EDID",
};

const char *gpu_response_name(uint32_t type)
{
	uint32_t error = type - VIRTIO_GPU_RESP_ERR_UNSPEC;
	uint32_t ok = type - VIRTIO_GPU_RESP_OK_NODATA;

	if (error < ARRAY_SIZE(error_names))
		return error_names[error];
	if (ok < ARRAY_SIZE(ok_names))
		return ok_names[ok];
	return "unknown response type";
}

/* The request buffer, zeroed, with its header filled in. */
static void *request(struct gpu *gpu, enum virtio_gpu_ctrl_type type)
{
	struct virtio_gpu_ctrl_hdr *hdr = gpu->buffer.data;

	memset(hdr, 0, COMMAND_REQUEST_SIZE);
	hdr->type = le32_of(type);
	return hdr;
}

static void *response(struct gpu *gpu)
{
	return (uint8_t *)gpu->buffer.data + COMMAND_REQUEST_SIZE;
}

/* Asks that the response comes when the command has been carried out (§5.7.6.7, fence_id). */
static void add_fence(struct gpu *gpu)
{
	struct virtio_gpu_ctrl_hdr *hdr = gpu->buffer.data;

	hdr->flags = le32_of(VIRTIO_GPU_FLAG_FENCE);
	hdr->fence_id = le64_of(++gpu->last_fence);
}

static enum status check_fence(struct gpu *gpu, const char *name)
{
	const struct virtio_gpu_ctrl_hdr *asked = gpu->buffer.data, *got = response(gpu);

	if (!(le32_value(asked->flags) & VIRTIO_GPU_FLAG_FENCE))
		return OK;
	if (le32_load(&got->flags) & VIRTIO_GPU_FLAG_FENCE &&
		le64_load(&got->fence_id) == gpu->last_fence)
		return OK;
	log_error(gpu->name, "%s: the response carries fence %lu flags 0x%x, asked was %lu", name,
		le64_load(&got->fence_id), le32_load(&got->flags), gpu->last_fence);
	return ERR_PROTOCOL;
}

/* Judges a response of `length` bytes against what the command is to be answered with. */
static enum status check_response(struct gpu *gpu, const char *name, uint32_t length,
	enum virtio_gpu_ctrl_type expected, size_t expected_size)
{
	const struct virtio_gpu_ctrl_hdr *hdr = response(gpu);

	if (length < sizeof(*hdr)) {
		log_error(gpu->name, "%s: the response has %u bytes, less than a header", name,
			length);
		return ERR_PROTOCOL;
	}
	gpu->last_response = le32_load(&hdr->type);
	if (gpu->last_response != expected) {
		log_error(gpu->name, "%s: response 0x%x (%s), expected 0x%x", name,
			gpu->last_response, gpu_response_name(gpu->last_response), expected);
		return gpu_response_is_error(gpu->last_response) ? ERR_REFUSED : ERR_PROTOCOL;
	}
	if (length < expected_size) {
		log_error(gpu->name, "%s: the response has %u bytes, %zu are needed", name, length,
			expected_size);
		return ERR_PROTOCOL;
	}
	return check_fence(gpu, name);
}

/* Notes what the device finds in the ring and in the request buffer. */
static void note_sent(struct gpu *gpu)
{
	struct queue_request r = queue_published(&gpu->control);

	gpu_history_sent(&gpu->history, gpu->buffer.data,
		(uint32_t)min_u64(r.readable, COMMAND_REQUEST_SIZE), r.writable, gpu->dev->pool);
	if (r.outside)
		gpu_history_outside(&gpu->history, r.address);
}

/* Says why the newest command's answer is not the expected one. */
static void explain(struct gpu *gpu)
{
	const struct gpu_intent intent = {.num_scanouts = gpu->num_scanouts};
	struct diagnosis d = {0};

	gpu_history_log(&gpu->history, SHOWN_COMMANDS, gpu->name);
	gpu_diagnose_answer(&gpu->history, &intent, &d);
	diagnosis_log(&d, gpu->name);
}

/* Sends the request buffer's first `size` bytes and waits for the response. */
static enum status send(struct gpu *gpu, const char *name, size_t size,
	enum virtio_gpu_ctrl_type expected, size_t expected_size)
{
	struct queue_buffer buffers[2] = {
		{gpu->buffer.address, (uint32_t)size},
		{paddr_add(gpu->buffer.address, COMMAND_REQUEST_SIZE),
			COMMAND_BUFFER_SIZE - COMMAND_REQUEST_SIZE},
	};
	struct queue_used used;
	enum status status;

	gpu->last_response = 0;
	gpu->sent_us = clock_us();
	memset(response(gpu), 0, expected_size);
	log_debug(gpu->name, "%s: %zu bytes", name, size);
	status = queue_add(&gpu->control, buffers, 1, 1, NULL);
	if (status != OK)
		return status;
	queue_notify(&gpu->control);
	note_sent(gpu);
	status = queue_wait(&gpu->control, &used);
	if (status != OK) {
		gpu_history_log(&gpu->history, SHOWN_COMMANDS, gpu->name);
		return status;
	}
	gpu_history_answered(&gpu->history, response(gpu), used.length);
	status = check_response(gpu, name, used.length, expected, expected_size);
	if (status != OK)
		explain(gpu);
	return status;
}

/* Most commands are answered with a bare header. */
static enum status send_nodata(struct gpu *gpu, const char *name, size_t size)
{
	return send(gpu, name, size, VIRTIO_GPU_RESP_OK_NODATA, sizeof(struct virtio_gpu_ctrl_hdr));
}

static struct virtio_gpu_rect wire_rect(struct rectangle r)
{
	return (struct virtio_gpu_rect){
		le32_of(r.x), le32_of(r.y), le32_of(r.width), le32_of(r.height)};
}

enum status gpu_get_display_info(struct gpu *gpu, struct gpu_display *displays)
{
	const struct virtio_gpu_resp_display_info *info = response(gpu);
	enum status status;

	request(gpu, VIRTIO_GPU_CMD_GET_DISPLAY_INFO);
	status = send(gpu, "GET_DISPLAY_INFO", sizeof(struct virtio_gpu_ctrl_hdr),
		VIRTIO_GPU_RESP_OK_DISPLAY_INFO, sizeof(*info));
	if (status != OK)
		return status;
	for (unsigned i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++) {
		const struct virtio_gpu_display_one *one = &info->pmodes[i];

		displays[i].enabled = le32_load(&one->enabled) != 0;
		displays[i].area = (struct rectangle){le32_load(&one->r.x), le32_load(&one->r.y),
			le32_load(&one->r.width), le32_load(&one->r.height)};
	}
	return OK;
}

enum status gpu_get_edid(struct gpu *gpu, uint32_t scanout, uint8_t edid[1024], uint32_t *size)
{
	const struct virtio_gpu_resp_edid *got = response(gpu);
	struct virtio_gpu_get_edid *r = request(gpu, VIRTIO_GPU_CMD_GET_EDID);
	enum status status;
	uint32_t length;

	r->scanout = le32_of(scanout);
	status = send(gpu, "GET_EDID", sizeof(*r), VIRTIO_GPU_RESP_OK_EDID, sizeof(*got));
	if (status != OK)
		return status;
	length = le32_load(&got->size);
	if (length > sizeof(got->edid)) {
		log_error(gpu->name, "GET_EDID: size is %u, the response holds %zu", length,
			sizeof(got->edid));
		return ERR_PROTOCOL;
	}
	memcpy(edid, got->edid, length);
	*size = length;
	return OK;
}

enum status gpu_resource_create(struct gpu *gpu, uint32_t resource, uint32_t width, uint32_t height)
{
	struct virtio_gpu_resource_create_2d *r = request(gpu, VIRTIO_GPU_CMD_RESOURCE_CREATE_2D);

	r->resource_id = le32_of(resource);
	r->format = le32_of(VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM);
	r->width = le32_of(width);
	r->height = le32_of(height);
	return send_nodata(gpu, "RESOURCE_CREATE_2D", sizeof(*r));
}

enum status gpu_attach_backing(struct gpu *gpu, uint32_t resource, const struct surface *surface)
{
	struct virtio_gpu_resource_attach_backing *r =
		request(gpu, VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING);

	r->resource_id = le32_of(resource);
	r->nr_entries = le32_of(surface->band_count);
	for (unsigned i = 0; i < surface->band_count; i++) {
		const struct surface_band *band = &surface->bands[i];

		r->entries[i].addr = le64_of(band->block.address.value);
		r->entries[i].length = le32_of(band->rows * surface->stride_bytes);
	}
	return send_nodata(gpu, "RESOURCE_ATTACH_BACKING",
		sizeof(*r) + surface->band_count * sizeof(r->entries[0]));
}

enum status gpu_set_scanout(
	struct gpu *gpu, uint32_t scanout, uint32_t resource, struct rectangle area)
{
	struct virtio_gpu_set_scanout *r = request(gpu, VIRTIO_GPU_CMD_SET_SCANOUT);

	r->r = wire_rect(area);
	r->scanout_id = le32_of(scanout);
	r->resource_id = le32_of(resource);
	return send_nodata(gpu, "SET_SCANOUT", sizeof(*r));
}

enum status gpu_transfer(
	struct gpu *gpu, uint32_t resource, const struct surface *surface, struct rectangle area)
{
	struct virtio_gpu_transfer_to_host_2d *r = request(gpu, VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D);

	r->r = wire_rect(area);
	r->offset = le64_of(
		(uint64_t)area.y * surface->stride_bytes + (uint64_t)area.x * SURFACE_PIXEL_SIZE);
	r->resource_id = le32_of(resource);
	return send_nodata(gpu, "TRANSFER_TO_HOST_2D", sizeof(*r));
}

enum status gpu_flush(struct gpu *gpu, uint32_t resource, struct rectangle area)
{
	struct virtio_gpu_resource_flush *r = request(gpu, VIRTIO_GPU_CMD_RESOURCE_FLUSH);

	add_fence(gpu);
	r->r = wire_rect(area);
	r->resource_id = le32_of(resource);
	return send_nodata(gpu, "RESOURCE_FLUSH", sizeof(*r));
}

enum status gpu_transfer_back(struct gpu *gpu, uint32_t resource, const struct surface *surface)
{
	struct virtio_gpu_transfer_host_3d *r = request(gpu, VIRTIO_GPU_CMD_TRANSFER_FROM_HOST_3D);

	add_fence(gpu);
	r->box.w = le32_of(surface->width);
	r->box.h = le32_of(surface->height);
	r->box.d = le32_of(1);
	r->resource_id = le32_of(resource);
	r->stride = le32_of(surface->stride_bytes);
	return send_nodata(gpu, "TRANSFER_FROM_HOST_3D", sizeof(*r));
}
