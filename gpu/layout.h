/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which surfaces the lit scanouts show, and which part of the picture is on each: pure arithmetic.
 * What displays there are comes from a device and is untrusted.
 */
#ifndef GPU_LAYOUT_H
#define GPU_LAYOUT_H

#include "gpu/picture.h"
#include "gpu/protocol.h"
#include "gpu/rectangle.h"

enum gpu_layout {
	GPU_SEPARATE, /* each scanout has its own surface with the whole picture */
	GPU_MIRROR, /* one surface on all, of the first one's size */
	GPU_EXTEND, /* one picture over the whole desktop, a surface for each scanout's part */
	GPU_SPAN, /* one surface as large as the desktop; each scanout shows its rectangle of it */
};

/* A scanout. */
struct gpu_head {
	bool lit;
	struct rectangle area; /* where on the desktop; sides as a surface's */
};

/* A scanout that shows a surface, or a part of it. */
struct gpu_view {
	uint32_t scanout;
	struct rectangle area; /* of the surface */
};

/* A surface, before there is one. Unused views are zeroed: two frames are equal byte for byte. */
struct gpu_frame {
	uint32_t width;
	uint32_t height;
	struct picture_place place; /* of the surface on the picture */
	uint32_t view_count; /* 0: there is no such surface */
	struct gpu_view views[VIRTIO_GPU_MAX_SCANOUTS];
};

/*
 * Lays the lit ones of heads[VIRTIO_GPU_MAX_SCANOUTS] out and fills
 * frames[VIRTIO_GPU_MAX_SCANOUTS], each at the number of its first scanout. The desktop is what the
 * heads' positions say; where they all stand at one place, or out of reach, they are put side by
 * side, in rows of at most SURFACE_MAX_SIDE pixels. ERR_RANGE, a test point, when the desktop is
 * larger than a surface (GPU_SPAN) or a picture can be (GPU_EXTEND); nothing is filled in then.
 */
MUST_CHECK enum status gpu_lay_out(enum gpu_layout layout, const struct gpu_head *heads,
	const char *subject, struct gpu_frame *frames);

/* "separate", "mirror", "extend", "span". */
const char *gpu_layout_name(enum gpu_layout layout);

#endif
