/* SPDX-License-Identifier: BSD-2-Clause */
/* In: capability sets and contexts as a driver asks for them. Out: whether it does that by the
 * rules; nothing is rendered. */
#include <string.h>

#include "gpu/protocol_3d.h"
#include "model_gpu.h"

#define F_CONTEXT_INIT 4u

static const struct model_capset *find_capset(const struct model *m, uint32_t id)
{
	for (unsigned i = 0; id && i < MODEL_CAPSETS; i++)
		if (m->gpu->capsets[i].id == id)
			return &m->gpu->capsets[i];
	return NULL;
}

uint32_t model_capset_info(struct model *m, const void *request, uint32_t size, void *response)
{
	const struct virtio_gpu_get_capset_info *q = request;
	struct virtio_gpu_resp_capset_info *out = response;
	uint32_t index = le32_value(q->capset_index);

	(void)size;
	if (index >= m->config[12] || index >= MODEL_CAPSETS) {
		model_break(m, RULE_GPU_CAPSET, "index %u of %u", index, m->config[12]);
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	}
	out->capset_id = le32_of(m->gpu->capsets[index].id);
	out->capset_max_version = le32_of(m->gpu->capsets[index].version);
	out->capset_max_size = le32_of(m->gpu->capsets[index].size);
	out->padding = le32_of(0);
	return VIRTIO_GPU_RESP_OK_CAPSET_INFO;
}

uint32_t model_capset_size(const struct model *m, const void *request)
{
	const struct virtio_gpu_get_capset *q = request;
	const struct model_capset *capset = find_capset(m, le32_value(q->capset_id));

	return capset ? capset->size : 0;
}

uint32_t model_capset(struct model *m, const void *request, uint32_t size, void *response)
{
	const struct virtio_gpu_get_capset *q = request;
	const struct model_capset *capset = find_capset(m, le32_value(q->capset_id));
	struct virtio_gpu_resp_capset *out = response;

	(void)size;
	if (!capset || le32_value(q->capset_version) > capset->version) {
		model_break(m, RULE_GPU_CAPSET, "set %u, version %u", le32_value(q->capset_id),
			le32_value(q->capset_version));
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	}
	memset(out->capset_data, 0xc5, capset->size);
	return VIRTIO_GPU_RESP_OK_CAPSET;
}

/* The place of a context; one that is free for id 0, NULL when there is none. */
static uint32_t *find_context(struct model *m, uint32_t id)
{
	for (unsigned i = 0; i < MODEL_CONTEXTS; i++)
		if (m->gpu->contexts[i] == id)
			return &m->gpu->contexts[i];
	return NULL;
}

static uint32_t context_of(const void *request)
{
	return le32_value(((const struct virtio_gpu_ctrl_hdr *)request)->ctx_id);
}

static uint32_t *known_context(struct model *m, const void *request, const char *command)
{
	uint32_t id = context_of(request), *context = id ? find_context(m, id) : NULL;

	if (!context)
		model_break(m, RULE_GPU_CONTEXT, "%s in context %u", command, id);
	return context;
}

uint32_t model_ctx_create(struct model *m, const void *request, uint32_t size, void *response)
{
	const struct virtio_gpu_ctx_create *q = request;
	uint32_t id = context_of(q), capset = le32_value(q->context_init);
	uint32_t *context = find_context(m, 0);

	(void)size;
	(void)response;
	if (!id || find_context(m, id)) {
		model_break(m, RULE_GPU_CONTEXT, "CTX_CREATE of %u", id);
		return VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID;
	}
	if (le32_value(q->nlen) >= sizeof(q->debug_name) ||
		strnlen(q->debug_name, sizeof(q->debug_name)) != le32_value(q->nlen))
		model_break(m, RULE_GPU_CONTEXT, "a name of %u bytes", le32_value(q->nlen));
	if (capset && (!(m->accepted & 1u << F_CONTEXT_INIT) || !find_capset(m, capset)))
		model_break(m, RULE_GPU_CONTEXT, "context_init 0x%x", capset);
	if (!context)
		return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
	*context = id;
	m->gpu->context_init = capset;
	return VIRTIO_GPU_RESP_OK_NODATA;
}

uint32_t model_ctx_destroy(struct model *m, const void *request, uint32_t size, void *response)
{
	uint32_t *context = known_context(m, request, "CTX_DESTROY");

	(void)size;
	(void)response;
	if (!context)
		return VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID;
	for (unsigned i = 0; i < MODEL_RESOURCES; i++)
		if (m->gpu->resources[i].context == *context)
			m->gpu->resources[i].context = 0;
	*context = 0;
	return VIRTIO_GPU_RESP_OK_NODATA;
}

/* The resource of a command; NULL when it, or its context, is not known. */
static struct model_resource *in_context(
	struct model *m, const void *request, uint32_t id, const char *command)
{
	uint32_t *context = known_context(m, request, command);
	struct model_resource *r = model_known_resource(m, id, command);

	return context ? r : NULL;
}

uint32_t model_ctx_attach(struct model *m, const void *request, uint32_t size, void *response)
{
	const struct virtio_gpu_ctx_resource *q = request;
	struct model_resource *r =
		in_context(m, q, le32_value(q->resource_id), "CTX_ATTACH_RESOURCE");

	(void)size;
	(void)response;
	if (!r)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	r->context = context_of(q);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

static bool attached(
	struct model *m, const void *request, const struct model_resource *r, const char *command)
{
	if (r && r->context == context_of(request))
		return true;
	if (r)
		model_break(m, RULE_GPU_CONTEXT, "%s of %u, which is not attached", command, r->id);
	return false;
}

uint32_t model_ctx_detach(struct model *m, const void *request, uint32_t size, void *response)
{
	const struct virtio_gpu_ctx_resource *q = request;
	struct model_resource *r =
		in_context(m, q, le32_value(q->resource_id), "CTX_DETACH_RESOURCE");

	(void)size;
	(void)response;
	if (!attached(m, q, r, "CTX_DETACH_RESOURCE"))
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	r->context = 0;
	return VIRTIO_GPU_RESP_OK_NODATA;
}

/* Of transfers, those of the whole picture. */
static bool box_fits(struct model *m, const struct virtio_gpu_transfer_host_3d *q,
	const struct model_resource *r, const char *command)
{
	if (!q->box.x.raw && !q->box.y.raw && !q->box.z.raw && q->box.d.raw == 1 &&
		q->box.w.raw == r->width && q->box.h.raw == r->height && !q->offset.raw &&
		!q->level.raw && q->stride.raw == r->stride)
		return true;
	model_break(m, RULE_GPU_COVERED, "%s %ux%ux%u, stride %u", command, q->box.w.raw,
		q->box.h.raw, q->box.d.raw, q->stride.raw);
	return false;
}

uint32_t model_transfer_3d(struct model *m, const void *request, uint32_t size, void *response)
{
	const struct virtio_gpu_transfer_host_3d *q = request;
	struct model_resource *r =
		in_context(m, q, le32_value(q->resource_id), "TRANSFER_TO_HOST_3D");
	struct virtio_gpu_rect whole = {{0}, {0}, {0}, {0}};

	(void)size;
	(void)response;
	if (!attached(m, q, r, "TRANSFER_TO_HOST_3D"))
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (!r->backing_count || r->blob)
		model_break(m, RULE_GPU_ORDER, "TRANSFER_TO_HOST_3D of %u", r->id);
	if (!box_fits(m, q, r, "TRANSFER_TO_HOST_3D"))
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	whole.width.raw = r->width;
	whole.height.raw = r->height;
	model_transfer(m, r, &whole, 0);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

/* Outside of any context, as the picture's resource was created. */
uint32_t model_transfer_3d_back(struct model *m, const void *request, uint32_t size, void *response)
{
	const struct virtio_gpu_transfer_host_3d *q = request;
	struct model_resource *r =
		model_known_resource(m, le32_value(q->resource_id), "TRANSFER_FROM_HOST_3D");

	(void)size;
	(void)response;
	if (!r)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (!r->backing_count || !r->transferred || r->blob)
		model_break(m, RULE_GPU_ORDER, "TRANSFER_FROM_HOST_3D of %u", r->id);
	if (!box_fits(m, q, r, "TRANSFER_FROM_HOST_3D"))
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	model_transfer_back(m, r, q->stride.raw);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

/* Of a renderer's commands this device knows the one that does nothing. */
uint32_t model_submit(struct model *m, const void *request, uint32_t size, void *response)
{
	const struct virtio_gpu_cmd_submit *q = request;
	const uint32_t *words = (const void *)(q + 1);
	uint32_t bytes = size - (uint32_t)sizeof(*q);

	(void)response;
	if (!known_context(m, q, "SUBMIT_3D"))
		return VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID;
	if (!bytes || bytes % 4 || le32_value(q->size) != bytes) {
		model_break(m, RULE_GPU_COMMAND, "SUBMIT_3D of %u bytes in %u", le32_value(q->size),
			bytes);
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	}
	for (uint32_t i = 0; i < bytes / 4; i++)
		if (words[i])
			return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	m->gpu->submits++;
	return VIRTIO_GPU_RESP_OK_NODATA;
}
