/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rendering contexts (virtio 1.3 §5.7.6.8, the 3D commands): the ones that hold resources and take
 * commands of a renderer's own. They need VIRGL; contexts are numbered by the driver, not 0. Errors
 * are those of gpu/command.h.
 */
#ifndef GPU_CONTEXT_H
#define GPU_CONTEXT_H

#include "gpu/gpu.h"
#include "gpu/surface.h"

/*
 * CTX_CREATE. `capset` is the capability set that the context speaks, which is told to the device
 * where CONTEXT_INIT is negotiated; without it, or with 0, the device chooses.
 */
MUST_CHECK enum status gpu_create_context(
	struct gpu *gpu, uint32_t context, uint32_t capset, const char *name);

/* CTX_DESTROY: with what was attached to it. */
MUST_CHECK enum status gpu_destroy_context(struct gpu *gpu, uint32_t context);

/* CTX_ATTACH_RESOURCE: from then on the context's commands may name it. */
MUST_CHECK enum status gpu_attach_resource(struct gpu *gpu, uint32_t context, uint32_t resource);

/* CTX_DETACH_RESOURCE */
MUST_CHECK enum status gpu_detach_resource(struct gpu *gpu, uint32_t context, uint32_t resource);

/* TRANSFER_TO_HOST_3D: copies the whole surface to the resource that it backs. Fenced. */
MUST_CHECK enum status gpu_transfer_3d(
	struct gpu *gpu, uint32_t context, uint32_t resource, const struct surface *surface);

/*
 * TRANSFER_FROM_HOST_3D: copies the whole resource back to the surface that backs it, over what is
 * there. Needs VIRTIO_GPU_F_VIRGL; a 2D device has no such command.
 */
MUST_CHECK enum status gpu_transfer_back(
	struct gpu *gpu, uint32_t resource, const struct surface *surface);

/* SUBMIT_3D: `count` words of commands, as the context's capability set has them. Fenced. */
MUST_CHECK enum status gpu_submit(
	struct gpu *gpu, uint32_t context, const uint32_t *words, uint32_t count);

#endif
