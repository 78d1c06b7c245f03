/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The UUID by which other devices know a resource (virtio 1.3 §5.7.6.8, RESOURCE_ASSIGN_UUID).
 */
#ifndef GPU_UUID_H
#define GPU_UUID_H

#include "gpu/gpu.h"

#define GPU_UUID_SIZE 16u

/* RESOURCE_ASSIGN_UUID. Needs RESOURCE_UUID. Errors are those of gpu/command.h. */
MUST_CHECK enum status gpu_assign_uuid(
	struct gpu *gpu, uint32_t resource, uint8_t uuid[GPU_UUID_SIZE]);

/*
 * What is wrong with a UUID: all bytes 0, or a variant or version that RFC 9562 does not have. NULL
 * when nothing is.
 */
const char *gpu_uuid_wrong(const uint8_t uuid[GPU_UUID_SIZE]);

/*
 * Where RESOURCE_UUID is negotiated: asks for a resource's UUID twice and logs it; a test point.
 * The picture needs none, so a device that refuses, or gives one that is no UUID or is another one
 * the second time, is an error on the log and a step that is skipped: OK. Other errors are the
 * command's.
 */
MUST_CHECK enum status gpu_uuid_ask(struct gpu *gpu, uint32_t resource);

#endif
