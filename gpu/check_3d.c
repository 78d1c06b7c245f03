/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a GPU, and a resource with its surface. Out: whether capability sets and contexts work. */
#include "gpu/check_3d.h"

#include "gpu/blob.h"
#include "gpu/capset.h"
#include "gpu/context.h"
#include "mem/log.h"
#include "mem/tap.h"

#define CHECK_NAME "check=3d"

#define CONTEXT      1u
#define CONTEXT_NAME "firstlight"

/* Behind the numbers of the pictures' resources. */
#define HOST_BLOBS 0x100u

static enum status report(struct gpu *gpu, const char *what, enum status status)
{
	if (status != OK)
		tap_fail(gpu->name, CHECK_NAME, "%s: %s", what, status_name(status));
	return status;
}

/* What is done in the context, and the name of the command that failed. */
static enum status use_context(
	struct gpu *gpu, uint32_t resource, const struct surface *surface, const char **what)
{
	/* A command without a body and of number 0: VIRGL_CCMD_NOP. */
	static const uint32_t nothing[] = {0};
	enum status status;

	*what = "CTX_ATTACH_RESOURCE";
	status = gpu_attach_resource(gpu, CONTEXT, resource);
	if (status == OK && !gpu_uses_blobs(gpu)) {
		*what = "TRANSFER_TO_HOST_3D";
		status = gpu_transfer_3d(gpu, CONTEXT, resource, surface);
	}
	if (status == OK) {
		*what = "SUBMIT_3D";
		status = gpu_submit(gpu, CONTEXT, nothing, ARRAY_SIZE(nothing));
	}
	if (status == OK) {
		*what = "CTX_DETACH_RESOURCE";
		status = gpu_detach_resource(gpu, CONTEXT, resource);
	}
	return status;
}

/* Whether the context gives memory of the host's, and there is room for it to be seen. */
static bool can_map(const struct gpu *gpu, uint32_t capset, uint32_t size)
{
	return gpu_uses_blobs(gpu) && gpu->dev->shared_size >= size &&
	       capset == VIRTIO_GPU_CAPSET_VENUS &&
	       gpu->dev->features & FEATURE(VIRTIO_GPU_F_CONTEXT_INIT);
}

/* The memory is not looked at: whether it is there is the renderer's business. */
static enum status map_blob(struct gpu *gpu, uint32_t capset, uint32_t resource, const char **what)
{
	uint32_t unit, cache;
	enum status status = gpu_blob_unit(gpu, &unit);

	if (status != OK || !can_map(gpu, capset, unit))
		return status;
	*what = "RESOURCE_CREATE_BLOB";
	status = gpu_create_host_blob(gpu, CONTEXT, resource, unit);
	if (status == OK) {
		*what = "RESOURCE_MAP_BLOB";
		status = gpu_map_blob(gpu, resource, 0, &cache);
	}
	if (status == OK) {
		log_info(gpu->name, "resource %u: a blob of the host's, mapped with caching %u",
			resource, cache);
		*what = "RESOURCE_UNMAP_BLOB";
		status = gpu_unmap_blob(gpu, resource);
	}
	if (status == OK) {
		*what = "RESOURCE_UNREF";
		status = gpu_resource_unref(gpu, resource);
	}
	return status;
}

static enum status check_context(
	struct gpu *gpu, uint32_t capset, uint32_t resource, const struct surface *surface)
{
	const char *what = "CTX_CREATE";
	enum status status = gpu_create_context(gpu, CONTEXT, capset, CONTEXT_NAME);

	if (status == OK)
		status = use_context(gpu, resource, surface, &what);
	if (status == OK)
		status = map_blob(gpu, capset, HOST_BLOBS + resource, &what);
	if (status == OK) {
		what = "CTX_DESTROY";
		status = gpu_destroy_context(gpu, CONTEXT);
	}
	if (status == OK)
		tap_ok(gpu->name, CHECK_NAME ": a context of %s%s", gpu_capset_name(capset),
			gpu->dev->features & FEATURE(VIRTIO_GPU_F_CONTEXT_INIT)
				? ""
				: ", as the device chooses");
	return report(gpu, what, status);
}

enum status gpu_check_3d(struct gpu *gpu, uint32_t resource, const struct surface *surface)
{
	uint32_t read, capset;
	enum status status;

	if (!(gpu->dev->features & FEATURE(VIRTIO_GPU_F_VIRGL))) {
		tap_skip(
			gpu->name, CHECK_NAME, "the device has no renderer (VIRGL is not offered)");
		return OK;
	}
	status = report(gpu, "capability sets", gpu_list_capsets(gpu, &read, &capset));
	if (status != OK)
		return status;
	if (!capset) {
		tap_skip(gpu->name, CHECK_NAME, "the device has no capability set");
		return OK;
	}
	tap_ok(gpu->name, CHECK_NAME ": %u capability sets read", read);
	return check_context(gpu, capset, resource, surface);
}
