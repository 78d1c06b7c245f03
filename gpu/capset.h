/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The capability sets of a GPU: what the host's renderers can do, each in a form of its own
 * (virtio 1.3 §5.7.6.8). They need VIRGL. Errors of the commands are those of gpu/command.h.
 */
#ifndef GPU_CAPSET_H
#define GPU_CAPSET_H

#include "gpu/gpu.h"
#include "gpu/protocol_3d.h"

/* More than any host has: drivers keep their numbers in 64 bits. */
#define GPU_MAX_CAPSETS 64u

/* The longest capability set that is read: the longest known is a third of it. */
#define GPU_MAX_CAPSET_SIZE (GPU_LONG_SIZE - (uint32_t)sizeof(struct virtio_gpu_resp_capset))

struct gpu_capset {
	uint32_t id; /* enum virtio_gpu_capset */
	uint32_t version; /* the highest */
	uint32_t size; /* bytes at most */
};

/* "virgl2"; "unknown" outside the list. */
const char *gpu_capset_name(uint32_t id);

/* The device's num_capsets. Errors are those of virtio_read_config; ERR_PROTOCOL, logged, when
 * there are more than GPU_MAX_CAPSETS. */
MUST_CHECK enum status gpu_count_capsets(struct gpu *gpu, uint32_t *count);

/* GET_CAPSET_INFO of the set with this index, counted from 0. */
MUST_CHECK enum status gpu_get_capset_info(
	struct gpu *gpu, uint32_t index, struct gpu_capset *capset);

/*
 * GET_CAPSET, of at most GPU_MAX_CAPSET_SIZE bytes, in its highest version. ERR_PROTOCOL, logged,
 * when the response has not exactly the set's size.
 */
MUST_CHECK enum status gpu_get_capset(struct gpu *gpu, const struct gpu_capset *capset);

/*
 * Logs every capability set and reads those that are not too long, each a line of the log.
 * `context` is the id of one that contexts can be made of, or 0 when there is none. ERR_PROTOCOL,
 * logged, when one has id 0 or no bytes.
 */
MUST_CHECK enum status gpu_list_capsets(struct gpu *gpu, uint32_t *read, uint32_t *context);

#endif
