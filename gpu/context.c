/* SPDX-License-Identifier: BSD-2-Clause */
/* In: what a rendering context is to do. Out: that it was done. */
#include "gpu/context.h"

#include "gpu/protocol_3d.h"
#include "mem/string.h"

/* Begins a request of a context's. */
static void *begin(struct gpu *gpu, enum virtio_gpu_ctrl_type type, uint32_t more, uint32_t context)
{
	struct virtio_gpu_ctrl_hdr *hdr = gpu_request(gpu, type, more);

	hdr->ctx_id = le32_of(context);
	return hdr;
}

enum status gpu_create_context(struct gpu *gpu, uint32_t context, uint32_t capset, const char *name)
{
	struct virtio_gpu_ctx_create *r = begin(gpu, VIRTIO_GPU_CMD_CTX_CREATE, 0, context);
	size_t length = min_u64(strlen(name), sizeof(r->debug_name) - 1);

	if (gpu->dev->features & FEATURE(VIRTIO_GPU_F_CONTEXT_INIT))
		r->context_init = le32_of(capset & VIRTIO_GPU_CONTEXT_INIT_CAPSET_ID_MASK);
	r->nlen = le32_of((uint32_t)length);
	memcpy(r->debug_name, name, length);
	return gpu_send(gpu);
}

enum status gpu_destroy_context(struct gpu *gpu, uint32_t context)
{
	begin(gpu, VIRTIO_GPU_CMD_CTX_DESTROY, 0, context);
	return gpu_send(gpu);
}

static enum status send_resource(
	struct gpu *gpu, enum virtio_gpu_ctrl_type type, uint32_t context, uint32_t resource)
{
	struct virtio_gpu_ctx_resource *r = begin(gpu, type, 0, context);

	r->resource_id = le32_of(resource);
	return gpu_send(gpu);
}

enum status gpu_attach_resource(struct gpu *gpu, uint32_t context, uint32_t resource)
{
	return send_resource(gpu, VIRTIO_GPU_CMD_CTX_ATTACH_RESOURCE, context, resource);
}

enum status gpu_detach_resource(struct gpu *gpu, uint32_t context, uint32_t resource)
{
	return send_resource(gpu, VIRTIO_GPU_CMD_CTX_DETACH_RESOURCE, context, resource);
}

/* Fenced; context 0 is none. */
static enum status transfer(struct gpu *gpu, enum virtio_gpu_ctrl_type type, uint32_t context,
	uint32_t resource, const struct surface *surface)
{
	struct virtio_gpu_transfer_host_3d *r = begin(gpu, type, 0, context);

	gpu_fence(gpu);
	r->box.w = le32_of(surface->width);
	r->box.h = le32_of(surface->height);
	r->box.d = le32_of(1);
	r->resource_id = le32_of(resource);
	r->stride = le32_of(surface->stride_bytes);
	return gpu_send(gpu);
}

enum status gpu_transfer_3d(
	struct gpu *gpu, uint32_t context, uint32_t resource, const struct surface *surface)
{
	return transfer(gpu, VIRTIO_GPU_CMD_TRANSFER_TO_HOST_3D, context, resource, surface);
}

enum status gpu_transfer_back(struct gpu *gpu, uint32_t resource, const struct surface *surface)
{
	return transfer(gpu, VIRTIO_GPU_CMD_TRANSFER_FROM_HOST_3D, 0, resource, surface);
}

enum status gpu_submit(struct gpu *gpu, uint32_t context, const uint32_t *words, uint32_t count)
{
	uint32_t size = count * (uint32_t)sizeof(*words);
	struct virtio_gpu_cmd_submit *r = begin(gpu, VIRTIO_GPU_CMD_SUBMIT_3D, size, context);
	le32 *out = (le32 *)(r + 1);

	gpu_fence(gpu);
	r->size = le32_of(size);
	for (uint32_t i = 0; i < count; i++)
		out[i] = le32_of(words[i]);
	return gpu_send(gpu);
}
