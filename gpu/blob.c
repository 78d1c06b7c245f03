/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a surface. Out: a blob that is its memory, and that a scanout shows. */
#include "gpu/blob.h"

#include "gpu/command.h"
#include "gpu/protocol_3d.h"
#include "mem/log.h"

bool gpu_uses_blobs(const struct gpu *gpu)
{
	return gpu->dev->features & FEATURE(VIRTIO_GPU_F_RESOURCE_BLOB);
}

enum status gpu_blob_unit(struct gpu *gpu, uint32_t *unit)
{
	uint32_t value;
	enum status status;

	*unit = GPU_BLOB_UNIT;
	if (!(gpu->dev->features & FEATURE(VIRTIO_GPU_F_BLOB_ALIGNMENT)))
		return OK;
	status = virtio_read_config(
		gpu->dev, offsetof(struct virtio_gpu_config, blob_alignment), &value, 1);
	if (status != OK)
		return status;
	if (!value || value & (value - 1) || value > GPU_MAX_BLOB_ALIGNMENT) {
		log_error(gpu->name,
			"blob_alignment is 0x%x, a power of two up to 0x%x is followed", value,
			GPU_MAX_BLOB_ALIGNMENT);
		return ERR_PROTOCOL;
	}
	*unit = (uint32_t)max_u64(value, GPU_BLOB_UNIT);
	return OK;
}

enum status gpu_create_blob(struct gpu *gpu, uint32_t resource, const struct surface *surface)
{
	const struct dma_block *block = &surface->bands[0].block;
	struct virtio_gpu_resource_create_blob *r;

	r = gpu_request(gpu, VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB, sizeof(r->entries[0]));
	r->resource_id = le32_of(resource);
	r->blob_mem = le32_of(VIRTIO_GPU_BLOB_MEM_GUEST);
	r->blob_flags = le32_of(VIRTIO_GPU_BLOB_FLAG_USE_SHAREABLE);
	r->nr_entries = le32_of(1);
	r->size = le64_of(block->size);
	r->entries[0].addr = le64_of(block->address.value);
	r->entries[0].length = le32_of((uint32_t)block->size);
	return gpu_send(gpu);
}

enum status gpu_create_host_blob(
	struct gpu *gpu, uint32_t context, uint32_t resource, uint64_t size)
{
	struct virtio_gpu_resource_create_blob *r =
		gpu_request(gpu, VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB, 0);

	r->hdr.ctx_id = le32_of(context);
	r->resource_id = le32_of(resource);
	r->blob_mem = le32_of(VIRTIO_GPU_BLOB_MEM_HOST3D);
	r->blob_flags = le32_of(VIRTIO_GPU_BLOB_FLAG_USE_MAPPABLE);
	r->size = le64_of(size);
	return gpu_send(gpu);
}

enum status gpu_map_blob(struct gpu *gpu, uint32_t resource, uint64_t offset, uint32_t *cache)
{
	struct virtio_gpu_resource_map_blob *r =
		gpu_request(gpu, VIRTIO_GPU_CMD_RESOURCE_MAP_BLOB, 0);
	const struct virtio_gpu_resp_map_info *got;
	enum status status;
	uint32_t info;

	r->resource_id = le32_of(resource);
	r->offset = le64_of(offset);
	status = gpu_send(gpu);
	if (status != OK)
		return status;
	got = gpu_response(gpu, NULL);
	info = le32_load(&got->map_info);
	if (info > VIRTIO_GPU_MAP_CACHE_WC) {
		log_error(gpu->name, "resource %u: map_info 0x%x is no kind of caching", resource,
			info);
		return ERR_PROTOCOL;
	}
	*cache = info;
	return OK;
}

enum status gpu_unmap_blob(struct gpu *gpu, uint32_t resource)
{
	struct virtio_gpu_resource_unmap_blob *r =
		gpu_request(gpu, VIRTIO_GPU_CMD_RESOURCE_UNMAP_BLOB, 0);

	r->resource_id = le32_of(resource);
	return gpu_send(gpu);
}

enum status gpu_set_scanout_blob(struct gpu *gpu, uint32_t scanout, uint32_t resource,
	const struct surface *surface, struct rectangle area)
{
	struct virtio_gpu_set_scanout_blob *r =
		gpu_request(gpu, VIRTIO_GPU_CMD_SET_SCANOUT_BLOB, 0);

	r->r = gpu_wire_rect(area);
	r->width = le32_of(surface->width);
	r->height = le32_of(surface->height);
	r->scanout_id = le32_of(scanout);
	r->resource_id = le32_of(resource);
	r->format = le32_of(pixel_layouts[surface->format].number);
	r->strides[0] = le32_of(surface->stride_bytes);
	return gpu_send(gpu);
}
