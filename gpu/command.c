/* SPDX-License-Identifier: BSD-2-Clause */
/* In: what to ask of the GPU. Out: its answer, checked. */
#include "gpu/command.h"

#include "gpu/request.h"
#include "mem/log.h"
#include "mem/string.h"

struct virtio_gpu_rect gpu_wire_rect(struct rectangle r)
{
	return (struct virtio_gpu_rect){
		le32_of(r.x), le32_of(r.y), le32_of(r.width), le32_of(r.height)};
}

enum status gpu_get_display_info(struct gpu *gpu, struct gpu_display *displays)
{
	const struct virtio_gpu_resp_display_info *info;
	enum status status;

	gpu_request(gpu, VIRTIO_GPU_CMD_GET_DISPLAY_INFO, 0);
	status = gpu_send(gpu);
	if (status != OK)
		return status;
	info = gpu_response(gpu, NULL);
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
	struct virtio_gpu_get_edid *r = gpu_request(gpu, VIRTIO_GPU_CMD_GET_EDID, 0);
	const struct virtio_gpu_resp_edid *got;
	enum status status;
	uint32_t length;

	r->scanout = le32_of(scanout);
	status = gpu_send(gpu);
	if (status != OK)
		return status;
	got = gpu_response(gpu, NULL);
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

enum status gpu_resource_create(struct gpu *gpu, uint32_t resource, const struct surface *surface)
{
	struct virtio_gpu_resource_create_2d *r =
		gpu_request(gpu, VIRTIO_GPU_CMD_RESOURCE_CREATE_2D, 0);

	r->resource_id = le32_of(resource);
	r->format = le32_of(pixel_layouts[surface->format].number);
	r->width = le32_of(surface->width);
	r->height = le32_of(surface->height);
	return gpu_send(gpu);
}

static void fill_entry(struct virtio_gpu_mem_entry *entry, paddr address, uint32_t rows,
	const struct surface *surface)
{
	entry->addr = le64_of(address.value);
	entry->length = le32_of(rows * surface->stride_bytes);
}

static enum status attach_bands(struct gpu *gpu, uint32_t resource, const struct surface *surface)
{
	struct virtio_gpu_resource_attach_backing *r;

	r = gpu_request(gpu, VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING,
		(uint32_t)(surface->band_count * sizeof(r->entries[0])));
	r->resource_id = le32_of(resource);
	r->nr_entries = le32_of(surface->band_count);
	for (unsigned i = 0; i < surface->band_count; i++) {
		const struct surface_band *band = &surface->bands[i];

		fill_entry(&r->entries[i], band->block.address, band->rows, surface);
	}
	return gpu_send(gpu);
}

static enum status attach_rows(struct gpu *gpu, uint32_t resource, const struct surface *surface)
{
	struct virtio_gpu_resource_attach_backing *r =
		gpu_request(gpu, VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING, 0);
	struct virtio_gpu_mem_entry *entries = surface->entries.data;

	r->resource_id = le32_of(resource);
	r->nr_entries = le32_of(surface->height);
	for (unsigned i = 0; i < surface->band_count; i++) {
		const struct surface_band *band = &surface->bands[i];
		uint32_t end = band->first_row + band->rows;

		for (uint32_t y = band->first_row; y < end; y++)
			fill_entry(&entries[y], dma_address(&band->block, surface_row(surface, y)),
				1, surface);
	}
	gpu_request_more(gpu, &surface->entries);
	return gpu_send(gpu);
}

enum status gpu_attach_backing(struct gpu *gpu, uint32_t resource, const struct surface *surface)
{
	return surface->entries.size ? attach_rows(gpu, resource, surface)
				     : attach_bands(gpu, resource, surface);
}

enum status gpu_detach_backing(struct gpu *gpu, uint32_t resource)
{
	struct virtio_gpu_resource_detach_backing *r =
		gpu_request(gpu, VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING, 0);

	r->resource_id = le32_of(resource);
	return gpu_send(gpu);
}

enum status gpu_resource_unref(struct gpu *gpu, uint32_t resource)
{
	struct virtio_gpu_resource_unref *r = gpu_request(gpu, VIRTIO_GPU_CMD_RESOURCE_UNREF, 0);

	r->resource_id = le32_of(resource);
	return gpu_send(gpu);
}

enum status gpu_set_scanout(
	struct gpu *gpu, uint32_t scanout, uint32_t resource, struct rectangle area)
{
	struct virtio_gpu_set_scanout *r = gpu_request(gpu, VIRTIO_GPU_CMD_SET_SCANOUT, 0);

	r->r = gpu_wire_rect(area);
	r->scanout_id = le32_of(scanout);
	r->resource_id = le32_of(resource);
	return gpu_send(gpu);
}

static void begin_transfer(
	struct gpu *gpu, uint32_t resource, const struct surface *surface, struct rectangle area)
{
	struct virtio_gpu_transfer_to_host_2d *r =
		gpu_request(gpu, VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D, 0);

	r->r = gpu_wire_rect(area);
	r->offset =
		le64_of((uint64_t)area.y * surface->stride_bytes + (uint64_t)area.x * PIXEL_SIZE);
	r->resource_id = le32_of(resource);
}

enum status gpu_transfer(
	struct gpu *gpu, uint32_t resource, const struct surface *surface, struct rectangle area)
{
	begin_transfer(gpu, resource, surface, area);
	return gpu_send(gpu);
}

enum status gpu_transfer_fenced(
	struct gpu *gpu, uint32_t resource, const struct surface *surface, struct rectangle area)
{
	begin_transfer(gpu, resource, surface, area);
	gpu_fence(gpu);
	return gpu_send(gpu);
}

enum status gpu_flush(struct gpu *gpu, uint32_t resource, struct rectangle area)
{
	struct virtio_gpu_resource_flush *r = gpu_request(gpu, VIRTIO_GPU_CMD_RESOURCE_FLUSH, 0);

	gpu_fence(gpu);
	r->r = gpu_wire_rect(area);
	r->resource_id = le32_of(resource);
	return gpu_send(gpu);
}
