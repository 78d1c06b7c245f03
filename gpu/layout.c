/* SPDX-License-Identifier: BSD-2-Clause */
/* In: scanouts, their sizes and positions. Out: surfaces, and who shows which part of them. */
#include "gpu/layout.h"

#include "mem/log.h"
#include "mem/string.h"
#include "mem/tap.h"

struct desktop {
	struct rectangle areas[VIRTIO_GPU_MAX_SCANOUTS]; /* of the lit ones */
	uint32_t width;
	uint32_t height;
};

const char *gpu_layout_name(enum gpu_layout layout)
{
	static const char *const names[] = {
		[GPU_SEPARATE] = "separate",
		[GPU_MIRROR] = "mirror",
		[GPU_EXTEND] = "extend",
		[GPU_SPAN] = "span",
	};

	return (unsigned)layout < ARRAY_SIZE(names) ? names[layout] : "unknown";
}

/* Whether the positions say anything: not all the same, and none out of reach. */
static bool are_laid_out(const struct gpu_head *heads, uint32_t most)
{
	const struct rectangle *first = NULL;
	bool apart = false;

	for (unsigned i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++) {
		const struct rectangle *a = &heads[i].area;

		if (!heads[i].lit)
			continue;
		if (!range_inside(a->x, a->width, most) || !range_inside(a->y, a->height, most))
			return false;
		first = first ? first : a;
		apart |= a->x != first->x || a->y != first->y;
	}
	return apart;
}

/* As display information says, but for what is empty at the left and above. */
static void place_as_stated(const struct gpu_head *heads, struct desktop *d)
{
	uint32_t left = UINT32_MAX, top = UINT32_MAX;

	for (unsigned i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++) {
		if (!heads[i].lit)
			continue;
		left = (uint32_t)min_u64(left, heads[i].area.x);
		top = (uint32_t)min_u64(top, heads[i].area.y);
	}
	for (unsigned i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++) {
		d->areas[i] = heads[i].area;
		d->areas[i].x -= left;
		d->areas[i].y -= top;
	}
}

static void place_in_rows(const struct gpu_head *heads, struct desktop *d)
{
	uint32_t x = 0, y = 0, row_height = 0;

	for (unsigned i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++) {
		const struct rectangle *a = &heads[i].area;

		if (!heads[i].lit)
			continue;
		if (x + a->width > SURFACE_MAX_SIDE) {
			y += row_height;
			x = row_height = 0;
		}
		d->areas[i] = (struct rectangle){x, y, a->width, a->height};
		x += a->width;
		row_height = (uint32_t)max_u64(row_height, a->height);
	}
}

/* Fills an empty desktop in; sides of 16 scanouts in rows fit into 32 bits. */
static enum status arrange(
	const struct gpu_head *heads, uint32_t most, const char *subject, struct desktop *d)
{
	bool stated = are_laid_out(heads, most);

	if (stated)
		place_as_stated(heads, d);
	else
		place_in_rows(heads, d);
	for (unsigned i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++) {
		const struct rectangle *a = &d->areas[i];

		if (!heads[i].lit)
			continue;
		d->width = (uint32_t)max_u64(d->width, a->x + a->width);
		d->height = (uint32_t)max_u64(d->height, a->y + a->height);
		log_info(subject, "scanout %u: %ux%u+%u+%u of the desktop (%s)", i, a->width,
			a->height, a->x, a->y, stated ? "display information" : "side by side");
	}
	if (d->width <= most && d->height <= most)
		return OK;
	tap_fail(subject, "displays", "the desktop of %ux%u is larger than %u a side", d->width,
		d->height, most);
	return ERR_RANGE;
}

/* A surface of its own for a scanout, somewhere on a picture. */
static struct gpu_frame own_frame(
	uint32_t scanout, const struct rectangle *area, struct picture_place place)
{
	return (struct gpu_frame){
		.width = area->width,
		.height = area->height,
		.place = place,
		.view_count = 1,
		.views = {{scanout, {0, 0, area->width, area->height}}},
	};
}

/* What the first lit scanout shows, all others show too. */
static void share(const struct gpu_head *heads, struct gpu_frame *frames)
{
	struct gpu_frame *f = NULL;

	for (unsigned i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++) {
		const struct rectangle *a = &heads[i].area;

		if (!heads[i].lit)
			continue;
		if (f) {
			f->views[f->view_count++] = (struct gpu_view){i, f->views[0].area};
			continue;
		}
		f = &frames[i];
		*f = own_frame(i, a, (struct picture_place){0, 0, a->width, a->height});
	}
}

static void span(const struct gpu_head *heads, const struct desktop *d, struct gpu_frame *frames)
{
	struct gpu_frame *f = NULL;

	for (unsigned i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++) {
		if (!heads[i].lit)
			continue;
		f = f ? f : &frames[i];
		f->views[f->view_count++] = (struct gpu_view){i, d->areas[i]};
	}
	if (!f)
		return;
	f->width = d->width;
	f->height = d->height;
	f->place = (struct picture_place){0, 0, d->width, d->height};
}

/* Each shows the whole picture, or its part of the desktop's, if there is one. */
static void separate(
	const struct gpu_head *heads, const struct desktop *d, struct gpu_frame *frames)
{
	for (unsigned i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++) {
		const struct rectangle *a = &heads[i].area;
		struct picture_place place = {0, 0, a->width, a->height};

		if (!heads[i].lit)
			continue;
		if (d)
			place = (struct picture_place){
				d->areas[i].x, d->areas[i].y, d->width, d->height};
		frames[i] = own_frame(i, a, place);
	}
}

enum status gpu_lay_out(enum gpu_layout layout, const struct gpu_head *heads, const char *subject,
	struct gpu_frame *frames)
{
	uint32_t most = layout == GPU_SPAN ? SURFACE_MAX_SIDE : PICTURE_MAX_SIDE;
	struct desktop desktop = {0};

	if (layout == GPU_EXTEND || layout == GPU_SPAN) {
		enum status status = arrange(heads, most, subject, &desktop);

		if (status != OK)
			return status;
	}
	memset(frames, 0, VIRTIO_GPU_MAX_SCANOUTS * sizeof(*frames));
	switch (layout) {
	case GPU_SEPARATE: separate(heads, NULL, frames); break;
	case GPU_MIRROR: share(heads, frames); break;
	case GPU_EXTEND: separate(heads, &desktop, frames); break;
	case GPU_SPAN: span(heads, &desktop, frames); break;
	}
	return OK;
}
