/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What goes over the wire between the driver and a GPU device (virtio 1.3 §5.7), in the
 * specification's own names: the commands' types, the structs of the 2D commands, their responses,
 * the configuration. Those of gpu/protocol_3d.h are the rest.
 */
#ifndef GPU_PROTOCOL_H
#define GPU_PROTOCOL_H

#include "mem/le.h"

/* §5.7.3 */
enum virtio_gpu_feature {
	VIRTIO_GPU_F_VIRGL = 0,
	VIRTIO_GPU_F_EDID = 1,
	VIRTIO_GPU_F_RESOURCE_UUID = 2,
	VIRTIO_GPU_F_RESOURCE_BLOB = 3,
	VIRTIO_GPU_F_CONTEXT_INIT = 4, /* needs VIRGL */
	VIRTIO_GPU_F_BLOB_ALIGNMENT = 5, /* virtio 1.4; needs RESOURCE_BLOB */
};

/* §5.7.2 */
#define VIRTIO_GPU_CONTROLQ 0u
#define VIRTIO_GPU_CURSORQ  1u

#define VIRTIO_GPU_MAX_SCANOUTS 16u

/* §5.7.4, bits of events_read and events_clear */
#define VIRTIO_GPU_EVENT_DISPLAY 1u

/* §5.7.4, offsets in the device configuration */
struct virtio_gpu_config {
	uint32_t events_read;
	uint32_t events_clear;
	uint32_t num_scanouts;
	uint32_t num_capsets;
	uint32_t blob_alignment; /* virtio 1.4; only with BLOB_ALIGNMENT */
};

/* §5.7.6.7 */
enum virtio_gpu_ctrl_type {
	VIRTIO_GPU_CMD_GET_DISPLAY_INFO = 0x0100,
	VIRTIO_GPU_CMD_RESOURCE_CREATE_2D,
	VIRTIO_GPU_CMD_RESOURCE_UNREF,
	VIRTIO_GPU_CMD_SET_SCANOUT,
	VIRTIO_GPU_CMD_RESOURCE_FLUSH,
	VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D,
	VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING,
	VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING,
	VIRTIO_GPU_CMD_GET_CAPSET_INFO,
	VIRTIO_GPU_CMD_GET_CAPSET,
	VIRTIO_GPU_CMD_GET_EDID,
	VIRTIO_GPU_CMD_RESOURCE_ASSIGN_UUID,
	VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB,
	VIRTIO_GPU_CMD_SET_SCANOUT_BLOB,

	VIRTIO_GPU_CMD_CTX_CREATE = 0x0200,
	VIRTIO_GPU_CMD_CTX_DESTROY,
	VIRTIO_GPU_CMD_CTX_ATTACH_RESOURCE,
	VIRTIO_GPU_CMD_CTX_DETACH_RESOURCE,
	VIRTIO_GPU_CMD_RESOURCE_CREATE_3D,
	VIRTIO_GPU_CMD_TRANSFER_TO_HOST_3D,
	VIRTIO_GPU_CMD_TRANSFER_FROM_HOST_3D,
	VIRTIO_GPU_CMD_SUBMIT_3D,
	VIRTIO_GPU_CMD_RESOURCE_MAP_BLOB,
	VIRTIO_GPU_CMD_RESOURCE_UNMAP_BLOB,

	VIRTIO_GPU_CMD_UPDATE_CURSOR = 0x0300,
	VIRTIO_GPU_CMD_MOVE_CURSOR,

	VIRTIO_GPU_RESP_OK_NODATA = 0x1100,
	VIRTIO_GPU_RESP_OK_DISPLAY_INFO,
	VIRTIO_GPU_RESP_OK_CAPSET_INFO,
	VIRTIO_GPU_RESP_OK_CAPSET,
	VIRTIO_GPU_RESP_OK_EDID,
	VIRTIO_GPU_RESP_OK_RESOURCE_UUID,
	VIRTIO_GPU_RESP_OK_MAP_INFO,

	VIRTIO_GPU_RESP_ERR_UNSPEC = 0x1200,
	VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY,
	VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID,
	VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID,
	VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID,
	VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER,
};

#define VIRTIO_GPU_FLAG_FENCE 1u

struct virtio_gpu_ctrl_hdr {
	le32 type;
	le32 flags;
	le64 fence_id;
	le32 ctx_id;
	uint8_t ring_idx;
	uint8_t padding[3];
};

struct virtio_gpu_rect {
	le32 x;
	le32 y;
	le32 width;
	le32 height;
};

/* §5.7.6.8, in the order of the specification */
struct virtio_gpu_display_one {
	struct virtio_gpu_rect r;
	le32 enabled;
	le32 flags;
};

struct virtio_gpu_resp_display_info {
	struct virtio_gpu_ctrl_hdr hdr;
	struct virtio_gpu_display_one pmodes[VIRTIO_GPU_MAX_SCANOUTS];
};

struct virtio_gpu_get_edid {
	struct virtio_gpu_ctrl_hdr hdr;
	le32 scanout;
	le32 padding;
};

struct virtio_gpu_resp_edid {
	struct virtio_gpu_ctrl_hdr hdr;
	le32 size;
	le32 padding;
	uint8_t edid[1024];
};

/* In memory order of the four bytes of a pixel. */
enum virtio_gpu_formats {
	VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM = 1,
	VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM = 2,
	VIRTIO_GPU_FORMAT_A8R8G8B8_UNORM = 3,
	VIRTIO_GPU_FORMAT_X8R8G8B8_UNORM = 4,
	VIRTIO_GPU_FORMAT_R8G8B8A8_UNORM = 67,
	VIRTIO_GPU_FORMAT_X8B8G8R8_UNORM = 68,
	VIRTIO_GPU_FORMAT_A8B8G8R8_UNORM = 121,
	VIRTIO_GPU_FORMAT_R8G8B8X8_UNORM = 134,
};

struct virtio_gpu_resource_create_2d {
	struct virtio_gpu_ctrl_hdr hdr;
	le32 resource_id;
	le32 format;
	le32 width;
	le32 height;
};

struct virtio_gpu_resource_unref {
	struct virtio_gpu_ctrl_hdr hdr;
	le32 resource_id;
	le32 padding;
};

struct virtio_gpu_set_scanout {
	struct virtio_gpu_ctrl_hdr hdr;
	struct virtio_gpu_rect r;
	le32 scanout_id;
	le32 resource_id;
};

struct virtio_gpu_resource_flush {
	struct virtio_gpu_ctrl_hdr hdr;
	struct virtio_gpu_rect r;
	le32 resource_id;
	le32 padding;
};

struct virtio_gpu_transfer_to_host_2d {
	struct virtio_gpu_ctrl_hdr hdr;
	struct virtio_gpu_rect r;
	le64 offset;
	le32 resource_id;
	le32 padding;
};

struct virtio_gpu_mem_entry {
	le64 addr;
	le32 length;
	le32 padding;
};

struct virtio_gpu_resource_attach_backing {
	struct virtio_gpu_ctrl_hdr hdr;
	le32 resource_id;
	le32 nr_entries;
	struct virtio_gpu_mem_entry entries[];
};

struct virtio_gpu_resource_detach_backing {
	struct virtio_gpu_ctrl_hdr hdr;
	le32 resource_id;
	le32 padding;
};

/* §5.7.6.10 */
struct virtio_gpu_cursor_pos {
	le32 scanout_id;
	le32 x;
	le32 y;
	le32 padding;
};

struct virtio_gpu_update_cursor {
	struct virtio_gpu_ctrl_hdr hdr;
	struct virtio_gpu_cursor_pos pos;
	le32 resource_id;
	le32 hot_x;
	le32 hot_y;
	le32 padding;
};

_Static_assert(sizeof(struct virtio_gpu_config) == 20, "virtio 1.4 §5.7.4");
_Static_assert(sizeof(struct virtio_gpu_ctrl_hdr) == 24, "virtio 1.3 §5.7.6.7");
_Static_assert(offsetof(struct virtio_gpu_ctrl_hdr, ring_idx) == 20, "virtio 1.3 §5.7.6.7");
_Static_assert(sizeof(struct virtio_gpu_resp_display_info) == 24 + 16 * 24, "§5.7.6.8");
_Static_assert(sizeof(struct virtio_gpu_resp_edid) == 1056, "virtio 1.3 §5.7.6.8");
_Static_assert(sizeof(struct virtio_gpu_resource_create_2d) == 40, "virtio 1.3 §5.7.6.8");
_Static_assert(sizeof(struct virtio_gpu_resource_unref) == 32, "virtio 1.3 §5.7.6.8");
_Static_assert(sizeof(struct virtio_gpu_resource_detach_backing) == 32, "virtio 1.3 §5.7.6.8");
_Static_assert(sizeof(struct virtio_gpu_set_scanout) == 48, "virtio 1.3 §5.7.6.8");
_Static_assert(sizeof(struct virtio_gpu_resource_flush) == 48, "virtio 1.3 §5.7.6.8");
_Static_assert(sizeof(struct virtio_gpu_transfer_to_host_2d) == 56, "virtio 1.3 §5.7.6.8");
_Static_assert(sizeof(struct virtio_gpu_resource_attach_backing) == 32, "virtio 1.3 §5.7.6.8");
_Static_assert(sizeof(struct virtio_gpu_mem_entry) == 16, "virtio 1.3 §5.7.6.8");
_Static_assert(sizeof(struct virtio_gpu_update_cursor) == 56, "virtio 1.3 §5.7.6.10");

#endif
