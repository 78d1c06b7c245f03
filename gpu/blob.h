/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Blob resources (virtio 1.3 §5.7.6.8): memory of the guest that the device shows from where it is,
 * without a copy of its own. They need RESOURCE_BLOB, which is accepted only where pictures are to
 * be shown so. Errors of the commands are those of gpu/command.h.
 */
#ifndef GPU_BLOB_H
#define GPU_BLOB_H

#include "gpu/gpu.h"
#include "gpu/rectangle.h"
#include "gpu/surface.h"

/* What the driver accepts for it, where it is offered. */
#define GPU_BLOB_FEATURES \
	(FEATURE(VIRTIO_GPU_F_RESOURCE_BLOB) | FEATURE(VIRTIO_GPU_F_BLOB_ALIGNMENT))

/*
 * Of what a blob's size is a multiple at least. Linux's udmabuf, by which QEMU shares it, takes
 * whole pages alone, entry by entry.
 */
#define GPU_BLOB_UNIT PAGE_SIZE

/* The largest blob_alignment that is followed: a 2 MiB page. */
#define GPU_MAX_BLOB_ALIGNMENT (2u << 20)

/* Whether pictures are blobs on this device. */
bool gpu_uses_blobs(const struct gpu *gpu);

/*
 * Of what sizes of blobs are multiples: GPU_BLOB_UNIT, or the device's blob_alignment if that is
 * more. ERR_PROTOCOL, logged, when that is no power of two or above GPU_MAX_BLOB_ALIGNMENT; else
 * the errors of virtio_read_config.
 */
MUST_CHECK enum status gpu_blob_unit(struct gpu *gpu, uint32_t *unit);

/*
 * RESOURCE_CREATE_BLOB of the surface's memory, whose unit is gpu_blob_unit's: the resource and its
 * backing in one. VIRTIO_GPU_BLOB_MEM_GUEST.
 */
MUST_CHECK enum status gpu_create_blob(
	struct gpu *gpu, uint32_t resource, const struct surface *surface);

/*
 * RESOURCE_CREATE_BLOB of `size` bytes that the host allocates for a context, and that can be
 * mapped. VIRTIO_GPU_BLOB_MEM_HOST3D, blob_id 0: with a context of venus, plain memory.
 */
MUST_CHECK enum status gpu_create_host_blob(
	struct gpu *gpu, uint32_t context, uint32_t resource, uint64_t size);

/*
 * RESOURCE_MAP_BLOB at `offset` of the host-visible region, and RESOURCE_UNMAP_BLOB. `cache` is how
 * the mapping is to be accessed, enum virtio_gpu_map_cache; ERR_PROTOCOL, logged, when the device
 * says nothing of that list.
 */
MUST_CHECK enum status gpu_map_blob(
	struct gpu *gpu, uint32_t resource, uint64_t offset, uint32_t *cache);
MUST_CHECK enum status gpu_unmap_blob(struct gpu *gpu, uint32_t resource);

/* SET_SCANOUT_BLOB: shows that part of the surface, which is `resource`. */
MUST_CHECK enum status gpu_set_scanout_blob(struct gpu *gpu, uint32_t scanout, uint32_t resource,
	const struct surface *surface, struct rectangle area);

#endif
