/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a GPU with a renderer. Out: its capability sets, by name, read and measured. */
#include "gpu/capset.h"

#include "mem/log.h"

const char *gpu_capset_name(uint32_t id)
{
	static const char *const names[] = {
		[VIRTIO_GPU_CAPSET_VIRGL] = "virgl",
		[VIRTIO_GPU_CAPSET_VIRGL2] = "virgl2",
		[VIRTIO_GPU_CAPSET_GFXSTREAM_VULKAN] = "gfxstream-vulkan",
		[VIRTIO_GPU_CAPSET_VENUS] = "venus",
		[VIRTIO_GPU_CAPSET_CROSS_DOMAIN] = "cross-domain",
		[VIRTIO_GPU_CAPSET_DRM] = "drm",
	};

	return id < ARRAY_SIZE(names) && names[id] ? names[id] : "unknown";
}

enum status gpu_count_capsets(struct gpu *gpu, uint32_t *count)
{
	uint32_t value;
	enum status status = virtio_read_config(
		gpu->dev, offsetof(struct virtio_gpu_config, num_capsets), &value, 1);

	if (status != OK)
		return status;
	if (value > GPU_MAX_CAPSETS) {
		log_error(gpu->name, "num_capsets is %u, at most %u are looked at", value,
			GPU_MAX_CAPSETS);
		return ERR_PROTOCOL;
	}
	*count = value;
	return OK;
}

enum status gpu_get_capset_info(struct gpu *gpu, uint32_t index, struct gpu_capset *capset)
{
	struct virtio_gpu_get_capset_info *r = gpu_request(gpu, VIRTIO_GPU_CMD_GET_CAPSET_INFO, 0);
	const struct virtio_gpu_resp_capset_info *got;
	enum status status;

	r->capset_index = le32_of(index);
	status = gpu_send(gpu);
	if (status != OK)
		return status;
	got = gpu_response(gpu, NULL);
	*capset = (struct gpu_capset){
		.id = le32_load(&got->capset_id),
		.version = le32_load(&got->capset_max_version),
		.size = le32_load(&got->capset_max_size),
	};
	return OK;
}

enum status gpu_get_capset(struct gpu *gpu, const struct gpu_capset *capset)
{
	uint32_t due = (uint32_t)sizeof(struct virtio_gpu_resp_capset) + capset->size, length;
	struct virtio_gpu_get_capset *r = gpu_request(gpu, VIRTIO_GPU_CMD_GET_CAPSET, 0);
	enum status status;

	r->capset_id = le32_of(capset->id);
	r->capset_version = le32_of(capset->version);
	status = gpu_send(gpu);
	if (status != OK)
		return status;
	(void)gpu_response(gpu, &length);
	if (length == due)
		return OK;
	log_error(gpu->name, "GET_CAPSET of %s: the response has %u bytes, %u are due",
		gpu_capset_name(capset->id), length, due);
	return ERR_PROTOCOL;
}

/* One that is too long for us is no mistake of the device's. */
static enum status list(
	struct gpu *gpu, uint32_t index, const struct gpu_capset *capset, uint32_t *read)
{
	enum status status;

	log_info(gpu->name, "capability set %u: %s (%u), version %u, %u bytes", index,
		gpu_capset_name(capset->id), capset->id, capset->version, capset->size);
	if (!capset->id || !capset->size) {
		log_error(gpu->name, "capability set %u: id %u with %u bytes is none", index,
			capset->id, capset->size);
		return ERR_PROTOCOL;
	}
	if (capset->size > GPU_MAX_CAPSET_SIZE) {
		log_info(gpu->name, "capability set %u: not read: there is room for %u bytes",
			index, GPU_MAX_CAPSET_SIZE);
		return OK;
	}
	status = gpu_get_capset(gpu, capset);
	*read += status == OK;
	return status;
}

enum status gpu_list_capsets(struct gpu *gpu, uint32_t *read, uint32_t *context)
{
	uint32_t count = 0;
	enum status status = gpu_count_capsets(gpu, &count);

	*read = *context = 0;
	for (uint32_t i = 0; status == OK && i < count; i++) {
		struct gpu_capset capset;

		status = gpu_get_capset_info(gpu, i, &capset);
		if (status == OK)
			status = list(gpu, i, &capset, read);
		if (status == OK && !*context)
			*context = capset.id;
	}
	return status;
}
