/* SPDX-License-Identifier: BSD-2-Clause */
/* In: blobs and UUIDs as a driver asks for them. Out: resources that are the guest's memory. */
#include <stdlib.h>
#include <string.h>

#include "gpu/protocol_3d.h"
#include "model_gpu.h"

#define F_BLOB_ALIGNMENT 5u

#define BLOB_FLAGS                                                                \
	(VIRTIO_GPU_BLOB_FLAG_USE_MAPPABLE | VIRTIO_GPU_BLOB_FLAG_USE_SHAREABLE | \
		VIRTIO_GPU_BLOB_FLAG_USE_CROSS_DEVICE)

static uint32_t blob_alignment(const struct model *m)
{
	uint32_t value;

	memcpy(&value, m->config + 16, sizeof(value));
	return m->accepted & 1u << F_BLOB_ALIGNMENT && value ? value : 1;
}

/* The same for the same resource, and random as far as RFC 9562 is concerned. */
uint32_t model_assign_uuid(struct model *m, const void *request, uint32_t size, void *response)
{
	const struct virtio_gpu_resource_assign_uuid *q = request;
	struct virtio_gpu_resp_resource_uuid *out = response;
	struct model_resource *r =
		model_known_resource(m, le32_value(q->resource_id), "RESOURCE_ASSIGN_UUID");

	(void)size;
	if (!r)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	memset(out->uuid, 0x11, sizeof(out->uuid));
	out->uuid[6] = 0x41;
	out->uuid[8] = 0x91;
	out->uuid[15] = (uint8_t)r->id;
	return VIRTIO_GPU_RESP_OK_RESOURCE_UUID;
}

/* Memory of the host's, which has no entries. */
static uint32_t create_host_blob(
	struct model *m, struct model_resource *r, const struct virtio_gpu_resource_create_blob *q)
{
	r->blob = le64_value(q->size);
	r->mappable = le32_value(q->blob_flags) == VIRTIO_GPU_BLOB_FLAG_USE_MAPPABLE;
	if (q->nr_entries.raw || q->blob_id.raw || !r->blob)
		model_break(m, RULE_GPU_BLOB, "%u entries, %lu bytes of the host's",
			le32_value(q->nr_entries), (unsigned long)r->blob);
	if (r->blob % blob_alignment(m))
		model_break(m, RULE_GPU_BLOB_ALIGNED, "%lu bytes, blob_alignment is %u",
			(unsigned long)r->blob, blob_alignment(m));
	return VIRTIO_GPU_RESP_OK_NODATA;
}

uint32_t model_map_blob(struct model *m, const void *request, uint32_t size, void *response)
{
	const struct virtio_gpu_resource_map_blob *q = request;
	struct virtio_gpu_resp_map_info *out = response;
	struct model_resource *r =
		model_known_resource(m, le32_value(q->resource_id), "RESOURCE_MAP_BLOB");
	uint64_t offset = le64_value(q->offset);

	(void)size;
	if (!r)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (!r->mappable || r->mapped || offset % blob_alignment(m) ||
		!range_inside(offset, r->blob, MODEL_HOST_VISIBLE)) {
		model_break(m, RULE_GPU_MAP, "%u at 0x%lx%s", r->id, (unsigned long)offset,
			r->mapped ? " again" : "");
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	}
	r->mapped = true;
	m->gpu->maps++;
	out->map_info = le32_of(VIRTIO_GPU_MAP_CACHE_CACHED);
	out->padding = le32_of(0);
	return VIRTIO_GPU_RESP_OK_MAP_INFO;
}

uint32_t model_unmap_blob(struct model *m, const void *request, uint32_t size, void *response)
{
	const struct virtio_gpu_resource_unmap_blob *q = request;
	struct model_resource *r =
		model_known_resource(m, le32_value(q->resource_id), "RESOURCE_UNMAP_BLOB");

	(void)size;
	(void)response;
	if (!r)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (!r->mapped)
		model_break(m, RULE_GPU_MAP, "%u is not mapped", r->id);
	r->mapped = false;
	return VIRTIO_GPU_RESP_OK_NODATA;
}

/* Of the guest's memory, or a context's. */
uint32_t model_create_blob(struct model *m, const void *request, uint32_t size, void *response)
{
	const struct virtio_gpu_resource_create_blob *q = request;
	uint64_t bytes = le64_value(q->size), backing = 0;
	struct model_resource *r =
		model_new_resource(m, le32_value(q->resource_id), "RESOURCE_CREATE_BLOB");

	(void)response;
	if (!r)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (le32_value(q->blob_mem) == VIRTIO_GPU_BLOB_MEM_HOST3D)
		return create_host_blob(m, r, q);
	if (!model_take_backing(m, r, q, size, sizeof(*q), le32_value(q->nr_entries))) {
		model_drop_resource(m, r);
		return VIRTIO_GPU_RESP_ERR_UNSPEC;
	}
	for (unsigned i = 0; i < r->backing_count; i++)
		backing += r->backing[i].length;
	if (le32_value(q->blob_mem) != VIRTIO_GPU_BLOB_MEM_GUEST || q->blob_id.raw ||
		le32_value(q->blob_flags) & ~BLOB_FLAGS || !bytes || bytes != backing)
		model_break(m, RULE_GPU_BLOB, "memory %u, flags 0x%x, %lu bytes in %lu",
			le32_value(q->blob_mem), le32_value(q->blob_flags), (unsigned long)bytes,
			(unsigned long)backing);
	if (bytes % blob_alignment(m))
		model_break(m, RULE_GPU_BLOB_ALIGNED, "%lu bytes, blob_alignment is %u",
			(unsigned long)bytes, blob_alignment(m));
	r->blob = bytes;
	return VIRTIO_GPU_RESP_OK_NODATA;
}

/* The rows that are shown lie in the blob, one behind the other. */
static bool rows_fit(struct model *m, const struct model_resource *r,
	const struct virtio_gpu_set_scanout_blob *q)
{
	uint64_t row = 4ull * le32_value(q->width), stride = le32_value(q->strides[0]);
	uint64_t end = le32_value(q->offsets[0]) + stride * le32_value(q->height);

	if (!model_format(le32_value(q->format)) || !q->width.raw || !q->height.raw) {
		model_break(m, RULE_GPU_FORMAT, "format %u, %ux%u", le32_value(q->format),
			le32_value(q->width), le32_value(q->height));
		return false;
	}
	if (r->blob && stride >= row && end <= r->blob && !q->strides[1].raw && !q->padding.raw)
		return true;
	model_break(m, RULE_GPU_BLOB, "rows of %lu bytes, %lu apart, up to 0x%lx of 0x%lx",
		(unsigned long)row, (unsigned long)stride, (unsigned long)end,
		(unsigned long)r->blob);
	return false;
}

uint32_t model_set_scanout_blob(struct model *m, const void *request, uint32_t size, void *response)
{
	const struct virtio_gpu_set_scanout_blob *q = request;
	struct model_resource *r =
		model_known_resource(m, le32_value(q->resource_id), "SET_SCANOUT_BLOB");
	struct virtio_gpu_rect rect = model_rect(q->r);
	uint32_t id = le32_value(q->scanout_id);

	(void)size;
	(void)response;
	if (id >= model_num_scanouts(m)) {
		model_break(m, RULE_GPU_SCANOUTS, "SET_SCANOUT_BLOB of %u", id);
		return VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID;
	}
	if (!r)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (!rows_fit(m, r, q))
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	if (!model_covered(&rect, le32_value(q->width), le32_value(q->height))) {
		model_break(m, RULE_GPU_COVERED, "SET_SCANOUT_BLOB %ux%u+%u+%u", rect.width.raw,
			rect.height.raw, rect.x.raw, rect.y.raw);
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	}
	free(r->pixels);
	r->width = le32_value(q->width);
	r->height = le32_value(q->height);
	r->stride = le32_value(q->strides[0]);
	r->offset = le32_value(q->offsets[0]);
	r->bytes = model_format(le32_value(q->format));
	r->pixels = calloc((uint64_t)r->width * r->height, 4);
	model_show(m, id, r, &rect);
	return VIRTIO_GPU_RESP_OK_NODATA;
}
