/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What goes over the wire for resources that other devices may know (UUIDs, blobs), capability sets
 * and rendering contexts (virtio 1.3 §5.7.6.8), in the specification's own names.
 *
 * The specification names the 3D commands and leaves what they carry to linux/virtio_gpu.h.
 */
#ifndef GPU_PROTOCOL_3D_H
#define GPU_PROTOCOL_3D_H

#include "gpu/protocol.h"

/* ---- capability sets: what a host's renderer can do ---- */

enum virtio_gpu_capset {
	VIRTIO_GPU_CAPSET_VIRGL = 1,
	VIRTIO_GPU_CAPSET_VIRGL2 = 2,
	VIRTIO_GPU_CAPSET_GFXSTREAM_VULKAN = 3,
	VIRTIO_GPU_CAPSET_VENUS = 4,
	VIRTIO_GPU_CAPSET_CROSS_DOMAIN = 5,
	VIRTIO_GPU_CAPSET_DRM = 6,
};

struct virtio_gpu_get_capset_info {
	struct virtio_gpu_ctrl_hdr hdr;
	le32 capset_index;
	le32 padding;
};

struct virtio_gpu_resp_capset_info {
	struct virtio_gpu_ctrl_hdr hdr;
	le32 capset_id;
	le32 capset_max_version;
	le32 capset_max_size; /* bytes of capset_data */
	le32 padding;
};

struct virtio_gpu_get_capset {
	struct virtio_gpu_ctrl_hdr hdr;
	le32 capset_id;
	le32 capset_version;
};

struct virtio_gpu_resp_capset {
	struct virtio_gpu_ctrl_hdr hdr;
	uint8_t capset_data[];
};

/* ---- resources that other devices may know ---- */

struct virtio_gpu_resource_assign_uuid {
	struct virtio_gpu_ctrl_hdr hdr;
	le32 resource_id;
	le32 padding;
};

struct virtio_gpu_resp_resource_uuid {
	struct virtio_gpu_ctrl_hdr hdr;
	uint8_t uuid[16]; /* RFC 4122, in its order of bytes */
};

enum virtio_gpu_blob_mem {
	VIRTIO_GPU_BLOB_MEM_GUEST = 1,
	VIRTIO_GPU_BLOB_MEM_HOST3D = 2,
	VIRTIO_GPU_BLOB_MEM_HOST3D_GUEST = 3,
};

#define VIRTIO_GPU_BLOB_FLAG_USE_MAPPABLE     1u
#define VIRTIO_GPU_BLOB_FLAG_USE_SHAREABLE    2u
#define VIRTIO_GPU_BLOB_FLAG_USE_CROSS_DEVICE 4u

struct virtio_gpu_resource_create_blob {
	struct virtio_gpu_ctrl_hdr hdr;
	le32 resource_id;
	le32 blob_mem;
	le32 blob_flags;
	le32 nr_entries;
	le64 blob_id;
	le64 size; /* bytes */
	struct virtio_gpu_mem_entry entries[];
};

struct virtio_gpu_set_scanout_blob {
	struct virtio_gpu_ctrl_hdr hdr;
	struct virtio_gpu_rect r;
	le32 scanout_id;
	le32 resource_id;
	le32 width;
	le32 height;
	le32 format;
	le32 padding;
	le32 strides[4];
	le32 offsets[4];
};

/* The id of the shared memory region that blobs are mapped into (§5.7.7). */
#define VIRTIO_GPU_SHM_ID_HOST_VISIBLE 1u

struct virtio_gpu_resource_map_blob {
	struct virtio_gpu_ctrl_hdr hdr;
	le32 resource_id;
	le32 padding;
	le64 offset; /* in the region */
};

/* The type of caching that a mapping is to have, in map_info. */
#define VIRTIO_GPU_MAP_CACHE_MASK 0x0fu
enum virtio_gpu_map_cache {
	VIRTIO_GPU_MAP_CACHE_NONE,
	VIRTIO_GPU_MAP_CACHE_CACHED,
	VIRTIO_GPU_MAP_CACHE_UNCACHED,
	VIRTIO_GPU_MAP_CACHE_WC,
};

struct virtio_gpu_resp_map_info {
	struct virtio_gpu_ctrl_hdr hdr;
	le32 map_info;
	le32 padding;
};

struct virtio_gpu_resource_unmap_blob {
	struct virtio_gpu_ctrl_hdr hdr;
	le32 resource_id;
	le32 padding;
};

/* ---- rendering contexts: hdr.ctx_id says which ---- */

/* context_init: the capability set that a context speaks. */
#define VIRTIO_GPU_CONTEXT_INIT_CAPSET_ID_MASK 0x000000ffu

struct virtio_gpu_ctx_create {
	struct virtio_gpu_ctrl_hdr hdr;
	le32 nlen; /* of debug_name */
	le32 context_init; /* 0 without CONTEXT_INIT */
	char debug_name[64];
};

/* CTX_ATTACH_RESOURCE, CTX_DETACH_RESOURCE */
struct virtio_gpu_ctx_resource {
	struct virtio_gpu_ctrl_hdr hdr;
	le32 resource_id;
	le32 padding;
};

struct virtio_gpu_resource_create_3d {
	struct virtio_gpu_ctrl_hdr hdr;
	le32 resource_id;
	le32 target;
	le32 format;
	le32 bind;
	le32 width;
	le32 height;
	le32 depth;
	le32 array_size;
	le32 last_level;
	le32 nr_samples;
	le32 flags;
	le32 padding;
};

struct virtio_gpu_box {
	le32 x;
	le32 y;
	le32 z;
	le32 w;
	le32 h;
	le32 d;
};

/* TRANSFER_TO_HOST_3D, TRANSFER_FROM_HOST_3D */
struct virtio_gpu_transfer_host_3d {
	struct virtio_gpu_ctrl_hdr hdr;
	struct virtio_gpu_box box;
	le64 offset;
	le32 resource_id;
	le32 level;
	le32 stride;
	le32 layer_stride;
};

struct virtio_gpu_cmd_submit {
	struct virtio_gpu_ctrl_hdr hdr;
	le32 size; /* bytes of the commands behind it */
	le32 padding;
};

_Static_assert(sizeof(struct virtio_gpu_get_capset_info) == 32, "virtio 1.3 §5.7.6.8");
_Static_assert(sizeof(struct virtio_gpu_resp_capset_info) == 40, "virtio 1.3 §5.7.6.8");
_Static_assert(sizeof(struct virtio_gpu_get_capset) == 32, "virtio 1.3 §5.7.6.8");
_Static_assert(sizeof(struct virtio_gpu_resource_assign_uuid) == 32, "virtio 1.3 §5.7.6.8");
_Static_assert(sizeof(struct virtio_gpu_resp_resource_uuid) == 40, "virtio 1.3 §5.7.6.8");
_Static_assert(sizeof(struct virtio_gpu_resource_create_blob) == 56, "virtio 1.3 §5.7.6.8");
_Static_assert(sizeof(struct virtio_gpu_set_scanout_blob) == 96, "virtio 1.3 §5.7.6.8");
_Static_assert(sizeof(struct virtio_gpu_resource_map_blob) == 40, "virtio 1.3 §5.7.6.9");
_Static_assert(sizeof(struct virtio_gpu_resp_map_info) == 32, "virtio 1.3 §5.7.6.9");
_Static_assert(sizeof(struct virtio_gpu_resource_unmap_blob) == 32, "virtio 1.3 §5.7.6.9");
_Static_assert(sizeof(struct virtio_gpu_ctx_create) == 96, "virtio 1.3 §5.7.6.8");
_Static_assert(sizeof(struct virtio_gpu_ctx_resource) == 32, "virtio 1.3 §5.7.6.8");
_Static_assert(sizeof(struct virtio_gpu_resource_create_3d) == 72, "linux/virtio_gpu.h");
_Static_assert(sizeof(struct virtio_gpu_transfer_host_3d) == 72, "linux/virtio_gpu.h");
_Static_assert(sizeof(struct virtio_gpu_cmd_submit) == 32, "linux/virtio_gpu.h");

#endif
