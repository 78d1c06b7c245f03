/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a GPU that takes commands, and a picture. Out: the picture on its displays, or off them. */
#include "gpu/screen.h"

#include "gpu/blob.h"
#include "gpu/check_3d.h"
#include "gpu/connect.h"
#include "gpu/diagnose.h"
#include "gpu/present.h"
#include "gpu/readback.h"
#include "gpu/text.h"
#include "mem/format.h"
#include "mem/log.h"
#include "mem/string.h"
#include "mem/tap.h"

#define LABEL_SIZE    256u
#define SCANOUTS_SIZE 64u

/* "scanout 0", "scanouts 0 2 3". */
static const char *describe(const struct gpu_frame *f, char text[SCANOUTS_SIZE])
{
	format(text, SCANOUTS_SIZE, "scanout%s", f->view_count > 1 ? "s" : "");
	for (unsigned i = 0; i < f->view_count; i++)
		format_append(text, SCANOUTS_SIZE, " %u", f->views[i].scanout);
	return text;
}

/* Brings a part of the surface to the screen, by one notification. */
static enum status present(struct gpu *gpu, const struct gpu_screen *s, struct rectangle area)
{
	struct damage damage = {0};

	damage_add(&damage, area);
	return gpu_present(gpu, s->resource, &s->surface, &damage, gpu_report);
}

/*
 * Every answer was OK; whether the commands, as they went out, bring all of the picture to the
 * scanout.
 */
static enum status audit_view(
	struct gpu *gpu, const struct gpu_screen *s, const struct gpu_view *view)
{
	const struct gpu_intent intent = {
		.num_scanouts = gpu->num_scanouts,
		.scanout = view->scanout,
		.resource = s->resource,
		.width = s->surface.width,
		.height = s->surface.height,
		.shown = view->area,
		.stride_bytes = s->surface.stride_bytes,
		.format = pixel_layouts[s->surface.format].number,
	};
	struct diagnosis d = {0};

	gpu_diagnose_picture(&gpu->history, &intent, &d);
	if (!d.count)
		return OK;
	gpu_history_log(&gpu->history, gpu->history.count, GPU_HISTORY_SIZE, gpu->name);
	diagnosis_log(&d, gpu->name);
	tap_fail(gpu->name, "picture", "%s", mistake_text(diagnosis_first(&d)));
	return ERR_PROTOCOL;
}

static enum status audit(struct gpu *gpu, const struct gpu_screen *s)
{
	enum status status = OK;

	for (unsigned i = 0; status == OK && i < s->frame.view_count; i++)
		status = audit_view(gpu, s, &s->frame.views[i]);
	return status;
}

/* What was found, over a scanout's part of the picture that is on the screen by now. */
static enum status show_label(struct gpu *gpu, const struct gpu_screen *s,
	const struct gpu_view *view, const char *label, const char *scanouts)
{
	char text[LABEL_SIZE];
	struct rectangle r;

	format(text, sizeof(text), "%s\n%s: %ux%u\nPASS", label, scanouts, view->area.width,
		view->area.height);
	r = text_draw_label_in(&s->surface, view->area, text);
	if (!r.width) {
		tap_skip(gpu->name, "label", "the display is too small for it");
		return OK;
	}
	log_info(gpu->name, "label: rectangle %ux%u+%u+%u on %s", r.width, r.height,
		r.x - view->area.x, r.y - view->area.y, scanouts);
	return present(gpu, s, r);
}

static bool all_show_the_same(const struct gpu_frame *f)
{
	bool same = f->view_count > 1;

	for (unsigned i = 1; i < f->view_count; i++)
		same &= same_rectangle(&f->views[i].area, &f->views[0].area);
	return same;
}

/* A label for each scanout; one for all where they show the same. */
static enum status show_labels(struct gpu *gpu, const struct gpu_screen *s, const char *label)
{
	const struct gpu_frame *f = &s->frame;
	char text[SCANOUTS_SIZE];
	enum status status = OK;

	if (all_show_the_same(f)) {
		status = show_label(gpu, s, &f->views[0], label, describe(f, text));
	} else {
		for (unsigned i = 0; status == OK && i < f->view_count; i++) {
			format(text, sizeof(text), "scanout %u", f->views[i].scanout);
			status = show_label(gpu, s, &f->views[i], label, text);
		}
	}
	return status == OK ? audit(gpu, s) : status;
}

/* What was sent, and, where that is asked for, what the device has: also when the first is wrong.
 */
static enum status check(struct gpu *gpu, const struct gpu_show *show, const struct gpu_screen *s)
{
	enum status sent = audit(gpu, s), held = OK;

	if (show->check_3d)
		held = gpu_check_3d(gpu, s->resource, &s->surface);
	if (held == OK && show->readback)
		held = gpu_readback_check(
			gpu, s->resource, &s->surface, &show->picture, &s->frame.place);
	return sent == OK ? held : sent;
}

/* On a GPU that has its cursor queue open: on each scanout that shows the screen. */
static enum status show_cursors(
	struct gpu *gpu, struct gpu_screens *screens, const struct gpu_screen *s)
{
	const struct gpu_cursor_place *place = &screens->cursor_place;
	enum status status = OK;

	for (unsigned i = 0; gpu->has_cursor && status == OK && i < s->frame.view_count; i++) {
		const struct gpu_view *v = &s->frame.views[i];

		status = gpu_cursor_show(gpu, &screens->cursor, v->scanout,
			place->given ? place->x : v->area.width / 2,
			place->given ? place->y : v->area.height / 2);
	}
	return status;
}

/* What was asked of the picture's memory and cannot be had is said. */
static bool scatters(struct gpu *gpu, const struct gpu_show *show)
{
	if (show->blob && !gpu_uses_blobs(gpu))
		tap_skip(gpu->name, "resource=blob", "RESOURCE_BLOB is not offered: 2D is used");
	if (show->scattered && gpu_uses_blobs(gpu))
		tap_skip(gpu->name, "backing=scattered", "a blob is shared in whole pages");
	return show->scattered && !gpu_uses_blobs(gpu);
}

/* The surface of a frame with its picture: from then on there is a screen. */
static enum status draw(struct gpu *gpu, const struct gpu_show *show, const struct gpu_frame *frame,
	struct gpu_screen *s)
{
	struct dma_pool *pool = gpu->dev->pool;
	struct surface surface = {
		.width = frame->width, .height = frame->height, .format = show->format};
	enum status status = gpu_uses_blobs(gpu) ? gpu_blob_unit(gpu, &surface.unit) : OK;

	if (status == OK)
		status = surface_open_like(&surface, pool, &surface);
	if (status == OK && scatters(gpu, show))
		status = surface_scatter(&surface, pool);
	if (status != OK) {
		tap_fail(gpu->name, "surface", "%ux%u: %s", frame->width, frame->height,
			status_name(status));
		surface_close(&surface, pool);
		return status;
	}
	picture_draw_part(&show->picture, &surface, &frame->place);
	tap_ok(gpu->name, "surface %ux%u: %s drawn in %s, %u pieces of memory", frame->width,
		frame->height, picture_name(show->picture.pattern),
		pixel_format_names[show->format], surface.band_count);
	*s = (struct gpu_screen){
		.frame = *frame, .resource = frame->views[0].scanout + 1, .surface = surface};
	return OK;
}

static enum status bring_up(struct gpu *gpu, const struct gpu_show *show, struct gpu_screen *s)
{
	char scanouts[SCANOUTS_SIZE];
	enum status status = gpu_connect(gpu, s);

	if (status == OK)
		status = check(gpu, show, s);
	if (status == OK)
		tap_ok(gpu->name, "%s: picture on screen", describe(&s->frame, scanouts));
	if (status == OK && show->label)
		status = show_labels(gpu, s, show->label);
	return status;
}

static void forget(struct gpu_screens *screens, struct gpu_screen *s, struct dma_pool *pool)
{
	surface_close(&s->surface, pool);
	surface_close(&s->back.surface, pool);
	s->frame = (struct gpu_frame){0};
	screens->count--;
}

static enum status take_down(struct gpu *gpu, struct gpu_screens *screens, struct gpu_screen *s)
{
	char scanouts[SCANOUTS_SIZE];
	enum status status = OK;

	for (unsigned i = 0; status == OK && i < s->frame.view_count; i++)
		status = gpu_cursor_hide(gpu, &screens->cursor, s->frame.views[i].scanout);
	if (status == OK)
		status = gpu_disconnect(gpu, s);
	if (status != OK)
		return status;
	tap_ok(gpu->name, "%s: taken down", describe(&s->frame, scanouts));
	forget(screens, s, gpu->dev->pool);
	return OK;
}

static bool is_due(const struct gpu_screen *s, const struct gpu_frame *frame)
{
	return s->whole && !memcmp(&s->frame, frame, sizeof(*frame));
}

/* Takes down what is not as the frames say, then brings up what is missing. */
static enum status change(struct gpu *gpu, const struct gpu_show *show,
	const struct gpu_frame *frames, struct gpu_screens *screens, unsigned *changes)
{
	enum status status = OK;

	for (unsigned i = 0; status == OK && i < VIRTIO_GPU_MAX_SCANOUTS; i++) {
		struct gpu_screen *s = &screens->screens[i];

		if (!s->frame.view_count || is_due(s, &frames[i]))
			continue;
		*changes += 1;
		status = take_down(gpu, screens, s);
	}
	for (unsigned i = 0; status == OK && i < VIRTIO_GPU_MAX_SCANOUTS; i++) {
		struct gpu_screen *s = &screens->screens[i];

		if (!frames[i].view_count || s->frame.view_count)
			continue;
		*changes += 1;
		status = draw(gpu, show, &frames[i], s);
		if (status != OK)
			break;
		screens->count++;
		status = bring_up(gpu, show, s);
		if (status == OK)
			status = show_cursors(gpu, screens, s);
		s->whole = status == OK;
	}
	return status;
}

/* What should be shown on the displays that there are now. */
static enum status plan(struct gpu *gpu, const struct gpu_show *show, struct gpu_frame *frames)
{
	struct gpu_head heads[VIRTIO_GPU_MAX_SCANOUTS];
	enum status status = gpu_find_heads(gpu, &show->choice, heads);

	return status == OK ? gpu_lay_out(show->layout, heads, gpu->name, frames) : status;
}

enum status gpu_screens_update(struct gpu *gpu, const struct gpu_show *show,
	struct gpu_screens *screens, unsigned *changes)
{
	struct gpu_frame frames[VIRTIO_GPU_MAX_SCANOUTS];
	enum status status = plan(gpu, show, frames);

	*changes = 0;
	return status == OK ? change(gpu, show, frames, screens, changes) : status;
}

enum status gpu_screens_compare(struct gpu *gpu, const struct gpu_show *show,
	const struct gpu_screens *screens, unsigned *stale)
{
	struct gpu_frame frames[VIRTIO_GPU_MAX_SCANOUTS];
	enum status status = plan(gpu, show, frames);
	unsigned count = 0;

	if (status != OK)
		return status;
	for (unsigned i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++) {
		const struct gpu_frame *now = &screens->screens[i].frame;

		if (now->view_count || frames[i].view_count)
			count += memcmp(now, &frames[i], sizeof(*now)) != 0;
	}
	*stale = count;
	return OK;
}

enum status gpu_show(struct gpu *gpu, const struct gpu_show *show, struct gpu_screens *screens)
{
	unsigned changes;

	memset(screens, 0, sizeof(*screens));
	screens->cursor_place = show->cursor;
	return gpu_screens_update(gpu, show, screens, &changes);
}

enum status gpu_screens_take_down(struct gpu *gpu, struct gpu_screens *screens)
{
	enum status status = gpu_cursor_take_down(gpu, &screens->cursor);

	for (unsigned i = 0; status == OK && i < VIRTIO_GPU_MAX_SCANOUTS; i++)
		if (screens->screens[i].frame.view_count)
			status = take_down(gpu, screens, &screens->screens[i]);
	return status;
}

static enum status restore_on(struct gpu *gpu, struct gpu_screen *s)
{
	char scanouts[SCANOUTS_SIZE];
	enum status status = OK;
	struct edid edid;

	for (unsigned i = 0; status == OK && i < s->frame.view_count; i++)
		status = gpu_ask_edid(gpu, s->frame.views[i].scanout, &edid);
	if (status == OK)
		status = gpu_connect(gpu, s);
	if (status == OK)
		tap_ok(gpu->name, "%s: picture on screen again", describe(&s->frame, scanouts));
	return status;
}

enum status gpu_screens_restore(struct gpu *gpu, struct gpu_screens *screens)
{
	struct gpu_display displays[VIRTIO_GPU_MAX_SCANOUTS];
	/* §5.7.5: asked after each reset. The pictures keep the size that they have. */
	enum status status = gpu_ask_displays(gpu, displays);

	screens->cursor.loaded = false;
	for (unsigned i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++) {
		struct gpu_screen *s = &screens->screens[i];

		s->created = s->attached = s->back.created = s->back.attached = false;
		s->set = 0;
	}
	for (unsigned i = 0; status == OK && i < VIRTIO_GPU_MAX_SCANOUTS; i++) {
		struct gpu_screen *s = &screens->screens[i];

		if (!s->frame.view_count)
			continue;
		status = restore_on(gpu, s);
		if (status == OK)
			status = show_cursors(gpu, screens, s);
	}
	return status;
}

enum status gpu_screens_present(struct gpu *gpu, struct gpu_screens *screens)
{
	enum status status = OK;

	for (unsigned i = 0; status == OK && i < VIRTIO_GPU_MAX_SCANOUTS; i++) {
		struct gpu_screen *s = &screens->screens[i];

		if (!s->frame.view_count)
			continue;
		status = gpu_has_back(s) ? gpu_light_up(gpu, s)
					 : present(gpu, s, surface_whole(&s->surface));
	}
	return status;
}

void gpu_screens_close(struct gpu_screens *screens, struct dma_pool *pool)
{
	for (unsigned i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++)
		if (screens->screens[i].frame.view_count)
			forget(screens, &screens->screens[i], pool);
	gpu_cursor_close(&screens->cursor, pool);
}
