/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The 2D commands of a GPU (virtio 1.3 §5.7.6.8), a function each. Each sends one request, waits
 * for its response up to the device's timeout, and checks the response's type, length and fence;
 * between gpu_batch_begin and gpu_batch_end (gpu/request.h) those without data in their response
 * are sent together.
 *
 * Errors, all logged: ERR_TIMEOUT, ERR_NEEDS_RESET, ERR_GONE and ERR_PROTOCOL of the queue;
 * ERR_REFUSED for an error response, whose type is then in gpu->last_response.
 */
#ifndef GPU_COMMAND_H
#define GPU_COMMAND_H

#include "gpu/gpu.h"
#include "gpu/rectangle.h"
#include "gpu/surface.h"

_Static_assert(sizeof(struct virtio_gpu_resource_attach_backing) +
			       SURFACE_MAX_BANDS * sizeof(struct virtio_gpu_mem_entry) <=
		       GPU_LONG_SIZE,
	"a surface's bands fit in one request");
_Static_assert(sizeof(struct virtio_gpu_mem_entry) == SURFACE_ENTRY_SIZE, "as told to the surface");
_Static_assert(sizeof(struct virtio_gpu_resp_edid) <= GPU_LONG_SIZE, "the longest response fits");

/* The rectangle as commands have it. */
struct virtio_gpu_rect gpu_wire_rect(struct rectangle r);

/* What the device says of one scanout. */
struct gpu_display {
	bool enabled;
	struct rectangle area;
};

/* GET_DISPLAY_INFO: fills displays[VIRTIO_GPU_MAX_SCANOUTS]. */
MUST_CHECK enum status gpu_get_display_info(struct gpu *gpu, struct gpu_display *displays);

/*
 * GET_EDID of a scanout. `size` is how many bytes of `edid` are valid, at most 1024. Needs
 * VIRTIO_GPU_F_EDID.
 */
MUST_CHECK enum status gpu_get_edid(
	struct gpu *gpu, uint32_t scanout, uint8_t edid[1024], uint32_t *size);

/*
 * RESOURCE_CREATE_2D: a resource on the host, of the surface's size and format. `resource` is
 * chosen by the driver, not 0.
 */
MUST_CHECK enum status gpu_resource_create(
	struct gpu *gpu, uint32_t resource, const struct surface *surface);

/*
 * RESOURCE_ATTACH_BACKING: the surface's bands, an entry each; or its rows, where it is scattered,
 * whose entries are in memory of the surface.
 */
MUST_CHECK enum status gpu_attach_backing(
	struct gpu *gpu, uint32_t resource, const struct surface *surface);

/* RESOURCE_DETACH_BACKING: from then on the device does not touch the surface's memory. */
MUST_CHECK enum status gpu_detach_backing(struct gpu *gpu, uint32_t resource);

/* RESOURCE_UNREF: the host's copy is gone, and the number free. No scanout may show it. */
MUST_CHECK enum status gpu_resource_unref(struct gpu *gpu, uint32_t resource);

/* SET_SCANOUT: shows that part of the resource; resource 0, with an empty area: switches it off. */
MUST_CHECK enum status gpu_set_scanout(
	struct gpu *gpu, uint32_t scanout, uint32_t resource, struct rectangle area);

/*
 * TRANSFER_TO_HOST_2D: copies that part of the surface to the resource it backs. The surface's
 * rows are one after the other in the backing, so a pixel is at y × stride + x × 4.
 */
MUST_CHECK enum status gpu_transfer(
	struct gpu *gpu, uint32_t resource, const struct surface *surface, struct rectangle area);

/* The same, fenced: what the resource holds is used by another queue. */
MUST_CHECK enum status gpu_transfer_fenced(
	struct gpu *gpu, uint32_t resource, const struct surface *surface, struct rectangle area);

/* RESOURCE_FLUSH: brings that part of the resource to the screen. Fenced: done when answered. */
MUST_CHECK enum status gpu_flush(struct gpu *gpu, uint32_t resource, struct rectangle area);

#endif
