/* SPDX-License-Identifier: BSD-2-Clause */
/* In: commands. Out: how long they and their answers are to be. */
#include "gpu/shape.h"

#define HEADER_SIZE ((uint32_t)sizeof(struct virtio_gpu_ctrl_hdr))

#define NODATA VIRTIO_GPU_RESP_OK_NODATA, HEADER_SIZE

/* clang-format off: a table */
static const struct gpu_shape shapes[] = {
	{VIRTIO_GPU_CMD_GET_DISPLAY_INFO, "GET_DISPLAY_INFO", HEADER_SIZE,
		VIRTIO_GPU_RESP_OK_DISPLAY_INFO, sizeof(struct virtio_gpu_resp_display_info)},
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
	{VIRTIO_GPU_CMD_GET_CAPSET_INFO, "GET_CAPSET_INFO", HEADER_SIZE + 8,
		VIRTIO_GPU_RESP_OK_CAPSET_INFO, HEADER_SIZE + 16},
	{VIRTIO_GPU_CMD_GET_CAPSET, "GET_CAPSET", HEADER_SIZE + 8, VIRTIO_GPU_RESP_OK_CAPSET,
		HEADER_SIZE},
	{VIRTIO_GPU_CMD_GET_EDID, "GET_EDID", sizeof(struct virtio_gpu_get_edid),
		VIRTIO_GPU_RESP_OK_EDID, sizeof(struct virtio_gpu_resp_edid)},
	{VIRTIO_GPU_CMD_TRANSFER_FROM_HOST_3D, "TRANSFER_FROM_HOST_3D",
		sizeof(struct virtio_gpu_transfer_host_3d), NODATA},
	{VIRTIO_GPU_CMD_UPDATE_CURSOR, "UPDATE_CURSOR", sizeof(struct virtio_gpu_update_cursor), 0,
		0},
	{VIRTIO_GPU_CMD_MOVE_CURSOR, "MOVE_CURSOR", sizeof(struct virtio_gpu_update_cursor), 0, 0},
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
