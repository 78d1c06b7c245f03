/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check=3d: what a GPU has beyond 2D, told by its capability sets and by a rendering context.
 */
#ifndef GPU_CHECK_3D_H
#define GPU_CHECK_3D_H

#include "gpu/command.h"

/* What the driver accepts for it, where it is offered. */
#define GPU_3D_FEATURES (FEATURE(VIRTIO_GPU_F_VIRGL) | FEATURE(VIRTIO_GPU_F_CONTEXT_INIT))

/*
 * Lists the device's capability sets and reads them; then creates a context, attaches `resource`,
 * whose backing is the surface, copies the surface to it by the 3D command (not when it is a blob,
 * which has no copy), submits a command that does nothing, detaches and destroys. In a context of
 * venus, where blobs are used and there is memory to map them into, a blob of the host's is mapped,
 * unmapped and given back. A test point for either: skipped, with OK, without VIRGL or without a
 * capability set. Errors are the commands'.
 */
MUST_CHECK enum status gpu_check_3d(
	struct gpu *gpu, uint32_t resource, const struct surface *surface);

#endif
