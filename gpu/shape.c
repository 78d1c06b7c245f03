/* SPDX-License-Identifier: BSD-2-Clause */
/* In: commands. Out: how long they and their answers are to be. */
#include "gpu/shape.h"

#include "gpu/protocol_3d.h"

#define HEADER_SIZE ((uint32_t)sizeof(struct virtio_gpu_ctrl_hdr))

#define NODATA VIRTIO_GPU_RESP_OK_NODATA, HEADER_SIZE, false

/* clang-format off: a table */
static const struct gpu_shape shapes[] = {
	{VIRTIO_GPU_CMD_GET_DISPLAY_INFO, "GET_DISPLAY_INFO", HEADER_SIZE,
		VIRTIO_GPU_RESP_OK_DISPLAY_INFO, sizeof(struct virtio_gpu_resp_display_info),
		false},
	{VIRTIO_GPU_CMD_RESOURCE_CREATE_2D, "RESOURCE_CREATE_2D",
		sizeof(struct virtio_gpu_resource_create_2d), NODATA},
	{VIRTIO_GPU_CMD_RESOURCE_UNREF, "RESOURCE_UNREF", sizeof(struct virtio_gpu_resource_unref),
		NODATA},
	{VIRTIO_GPU_CMD_SET_SCANOUT, "SET_SCANOUT", sizeof(struct virtio_gpu_set_scanout), NODATA},
	{VIRTIO_GPU_CMD_RESOURCE_FLUSH, "RESOURCE_FLUSH", sizeof(struct virtio_gpu_resource_flush),
		NODATA},
	{VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D, "TRANSFER_TO_HOST_2D",
		sizeof(struct virtio_gpu_transfer_to_host_2d), NODATA},
	{VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING, "RESOURCE_ATTACH_BACKING",
		sizeof(struct virtio_gpu_resource_attach_backing), NODATA},
	{VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING, "RESOURCE_DETACH_BACKING",
		sizeof(struct virtio_gpu_resource_detach_backing), NODATA},
	{VIRTIO_GPU_CMD_GET_CAPSET_INFO, "GET_CAPSET_INFO",
		sizeof(struct virtio_gpu_get_capset_info), VIRTIO_GPU_RESP_OK_CAPSET_INFO,
		sizeof(struct virtio_gpu_resp_capset_info), false},
	{VIRTIO_GPU_CMD_GET_CAPSET, "GET_CAPSET", sizeof(struct virtio_gpu_get_capset),
		VIRTIO_GPU_RESP_OK_CAPSET, sizeof(struct virtio_gpu_resp_capset), true},
	{VIRTIO_GPU_CMD_GET_EDID, "GET_EDID", sizeof(struct virtio_gpu_get_edid),
		VIRTIO_GPU_RESP_OK_EDID, sizeof(struct virtio_gpu_resp_edid), false},
	{VIRTIO_GPU_CMD_RESOURCE_ASSIGN_UUID, "RESOURCE_ASSIGN_UUID",
		sizeof(struct virtio_gpu_resource_assign_uuid), VIRTIO_GPU_RESP_OK_RESOURCE_UUID,
		sizeof(struct virtio_gpu_resp_resource_uuid), false},
	{VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB, "RESOURCE_CREATE_BLOB",
		sizeof(struct virtio_gpu_resource_create_blob), NODATA},
	{VIRTIO_GPU_CMD_SET_SCANOUT_BLOB, "SET_SCANOUT_BLOB",
		sizeof(struct virtio_gpu_set_scanout_blob), NODATA},
	{VIRTIO_GPU_CMD_CTX_CREATE, "CTX_CREATE", sizeof(struct virtio_gpu_ctx_create), NODATA},
	{VIRTIO_GPU_CMD_CTX_DESTROY, "CTX_DESTROY", HEADER_SIZE, NODATA},
	{VIRTIO_GPU_CMD_CTX_ATTACH_RESOURCE, "CTX_ATTACH_RESOURCE",
		sizeof(struct virtio_gpu_ctx_resource), NODATA},
	{VIRTIO_GPU_CMD_CTX_DETACH_RESOURCE, "CTX_DETACH_RESOURCE",
		sizeof(struct virtio_gpu_ctx_resource), NODATA},
	{VIRTIO_GPU_CMD_RESOURCE_CREATE_3D, "RESOURCE_CREATE_3D",
		sizeof(struct virtio_gpu_resource_create_3d), NODATA},
	{VIRTIO_GPU_CMD_TRANSFER_TO_HOST_3D, "TRANSFER_TO_HOST_3D",
		sizeof(struct virtio_gpu_transfer_host_3d), NODATA},
	{VIRTIO_GPU_CMD_TRANSFER_FROM_HOST_3D, "TRANSFER_FROM_HOST_3D",
		sizeof(struct virtio_gpu_transfer_host_3d), NODATA},
	{VIRTIO_GPU_CMD_SUBMIT_3D, "SUBMIT_3D", sizeof(struct virtio_gpu_cmd_submit), NODATA},
	{VIRTIO_GPU_CMD_RESOURCE_MAP_BLOB, "RESOURCE_MAP_BLOB",
		sizeof(struct virtio_gpu_resource_map_blob), VIRTIO_GPU_RESP_OK_MAP_INFO,
		sizeof(struct virtio_gpu_resp_map_info), false},
	{VIRTIO_GPU_CMD_RESOURCE_UNMAP_BLOB, "RESOURCE_UNMAP_BLOB",
		sizeof(struct virtio_gpu_resource_unmap_blob), NODATA},
	{VIRTIO_GPU_CMD_UPDATE_CURSOR, "UPDATE_CURSOR", sizeof(struct virtio_gpu_update_cursor), 0,
		0, false},
	{VIRTIO_GPU_CMD_MOVE_CURSOR, "MOVE_CURSOR", sizeof(struct virtio_gpu_update_cursor), 0, 0,
		false},
};
/* clang-format on */

const struct gpu_shape *gpu_shape_of(uint32_t type)
{
	for (unsigned i = 0; i < ARRAY_SIZE(shapes); i++)
		if (shapes[i].type == type)
			return &shapes[i];
	return NULL;
}

const char *gpu_command_name(uint32_t type)
{
	const struct gpu_shape *shape = gpu_shape_of(type);

	return shape ? shape->name : "unknown command";
}

uint64_t gpu_record_needed(const struct gpu_record *r)
{
	const struct gpu_shape *shape = gpu_shape_of(r->type);
	uint64_t entries = min_u64(r->entries, GPU_MAX_ENTRIES);

	return shape ? shape->request + entries * sizeof(struct virtio_gpu_mem_entry) : 0;
}

bool gpu_record_truncated(const struct gpu_record *r)
{
	return r->request_length < gpu_record_needed(r);
}

bool gpu_response_is_error(uint32_t response)
{
	return response >= VIRTIO_GPU_RESP_ERR_UNSPEC &&
	       response <= VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
}

bool gpu_record_carried_out(const struct gpu_record *r)
{
	return r->answered && r->response == VIRTIO_GPU_RESP_OK_NODATA && !gpu_record_truncated(r);
}
