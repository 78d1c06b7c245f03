/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether the device really holds the picture: it is asked to give it back.
 */
#ifndef GPU_READBACK_H
#define GPU_READBACK_H

#include "gpu/command.h"
#include "gpu/picture.h"

/* What a device must offer, and the driver accept, for its resources to be read (VIRGL). */
#define GPU_READBACK_FEATURES FEATURE(VIRTIO_GPU_F_VIRGL)

/*
 * Overwrites the surface that backs `resource`, has the device copy the resource back to it, and
 * compares each pixel with its place on the picture (a byte that the format does not use is not
 * compared). A test point: skipped, with OK, where the device lets nobody read its resources.
 * ERR_PROTOCOL when a pixel differs, with the first one in the log: the surface then holds what the
 * device has. Otherwise the command's errors.
 */
MUST_CHECK enum status gpu_readback_check(struct gpu *gpu, uint32_t resource,
	const struct surface *surface, const struct picture *picture,
	const struct picture_place *place);

#endif
