/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a GPU that takes commands, and a picture. Out: the picture on each of its displays. */
#include "gpu/screen.h"

#include "gpu/diagnose.h"
#include "gpu/edid.h"
#include "gpu/readback.h"
#include "gpu/text.h"
#include "mem/format.h"
#include "mem/log.h"
#include "mem/tap.h"

#define LABEL_SIZE      256u
#define FALLBACK_WIDTH  1024u
#define FALLBACK_HEIGHT 768u

/* The test point of a command. */
static enum status report(struct gpu *gpu, const char *name, enum status status)
{
	if (status == OK)
		tap_ok(gpu->name, "%s", name);
	else if (status == ERR_TIMEOUT)
		tap_fail(gpu->name, name, "no answer in %u ms", gpu->dev->timeout_us / 1000);
	else if (status == ERR_REFUSED)
		tap_fail(gpu->name, name, "%s (0x%x)", gpu_response_name(gpu->last_response),
			gpu->last_response);
	else
		tap_fail(gpu->name, name, "%s", status_name(status));
	return status;
}

static struct rectangle whole(const struct surface *surface)
{
	return (struct rectangle){0, 0, surface->width, surface->height};
}

static bool side_fits(uint32_t side)
{
	return side >= SURFACE_MIN_SIDE && side <= SURFACE_MAX_SIDE;
}

/*
 * The display's own description. What it gets wrong is logged and does not end the run: the
 * picture needs none of it.
 */
static enum status read_edid(struct gpu *gpu, uint32_t scanout, struct edid *edid)
{
	uint8_t data[1024];
	uint32_t size;
	enum status status;

	*edid = (struct edid){0};
	if (!(gpu->dev->features & FEATURE(VIRTIO_GPU_F_EDID))) {
		tap_skip(gpu->name, "GET_EDID", "EDID was not negotiated");
		return OK;
	}
	status = gpu_get_edid(gpu, scanout, data, &size);
	if (status != OK && status != ERR_REFUSED)
		return report(gpu, "GET_EDID", status);
	if (status == ERR_REFUSED || edid_parse(bytes_of(data, size), gpu->name, edid) != OK) {
		*edid = (struct edid){0};
		tap_skip(gpu->name, "GET_EDID", "the display's EDID is not usable");
		return OK;
	}
	edid_log(edid, gpu->name, scanout);
	return report(gpu, "GET_EDID", OK);
}

/* The size of a scanout's picture: the first source that states a usable one. */
static void choose_size(struct gpu *gpu, const struct gpu_show *show,
	const struct gpu_display *display, const struct edid *edid, uint32_t scanout,
	struct rectangle *size)
{
	const char *source = "neither display information nor EDID states one";

	*size = (struct rectangle){0, 0, FALLBACK_WIDTH, FALLBACK_HEIGHT};
	if (show->width) {
		source = "video=";
		size->width = show->width;
		size->height = show->height;
	} else if (side_fits(display->area.width) && side_fits(display->area.height)) {
		source = "display information";
		size->width = display->area.width;
		size->height = display->area.height;
	} else if (side_fits(edid->preferred.width) && side_fits(edid->preferred.height)) {
		source = "EDID preferred timing";
		size->width = edid->preferred.width;
		size->height = edid->preferred.height;
	}
	log_info(gpu->name, "scanout %u: size %ux%u: %s (the display is %s, %ux%u)", scanout,
		size->width, size->height, source, display->enabled ? "enabled" : "not enabled",
		display->area.width, display->area.height);
}

/* Resource, backing, scanout: the surface becomes what the scanout shows. */
static enum status connect(struct gpu *gpu, struct gpu_screen *s)
{
	enum status status = report(gpu, "RESOURCE_CREATE_2D",
		gpu_resource_create(gpu, s->resource, s->surface.width, s->surface.height));

	s->created = status == OK;
	if (status == OK)
		status = report(gpu, "RESOURCE_ATTACH_BACKING",
			gpu_attach_backing(gpu, s->resource, &s->surface));
	if (status == OK)
		status = report(gpu, "SET_SCANOUT",
			gpu_set_scanout(gpu, s->scanout, s->resource, whole(&s->surface)));
	s->set = status == OK;
	return status;
}

/* Brings a part of the surface to the screen, by one notification. */
static enum status present(struct gpu *gpu, const struct gpu_screen *s, struct rectangle area)
{
	enum status status, done;

	gpu_batch_begin(gpu, report);
	status = gpu_transfer(gpu, s->resource, &s->surface, area);
	if (status == OK)
		status = gpu_flush(gpu, s->resource, area);
	done = gpu_batch_end(gpu);
	return done == OK ? status : done;
}

/*
 * Every answer was OK; whether the commands, as they went out, bring all of the picture to the
 * screen.
 */
static enum status audit(struct gpu *gpu, const struct gpu_screen *s)
{
	const struct gpu_intent intent = {
		.num_scanouts = gpu->num_scanouts,
		.scanout = s->scanout,
		.resource = s->resource,
		.width = s->surface.width,
		.height = s->surface.height,
		.stride_bytes = s->surface.stride_bytes,
		.format = VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM,
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

/* What was found, over the picture that is on the screen by now. */
static enum status show_label(struct gpu *gpu, const struct gpu_screen *s, const char *label)
{
	char text[LABEL_SIZE];
	struct rectangle r;
	enum status status;

	format(text, sizeof(text), "%s\nscanout %u: %ux%u\nPASS", label, s->scanout,
		s->surface.width, s->surface.height);
	r = text_draw_label(&s->surface, text);
	if (!r.width) {
		tap_skip(gpu->name, "label", "the display is too small for it");
		return OK;
	}
	log_info(gpu->name, "label: rectangle %ux%u+%u+%u", r.width, r.height, r.x, r.y);
	status = present(gpu, s, r);
	return status == OK ? audit(gpu, s) : status;
}

/* What was sent, and, where that is asked for, what the device has: also when the first is wrong.
 */
static enum status check(struct gpu *gpu, const struct gpu_show *show, const struct gpu_screen *s)
{
	enum status sent = audit(gpu, s), held = OK;

	if (show->readback)
		held = gpu_readback_check(gpu, s->resource, &s->surface, &show->picture);
	return sent == OK ? held : sent;
}

static enum status show_on(struct gpu *gpu, const struct gpu_show *show,
	const struct gpu_display *display, struct gpu_screen *s)
{
	struct rectangle size;
	struct edid edid;
	enum status status = read_edid(gpu, s->scanout, &edid);

	if (status != OK)
		return status;
	choose_size(gpu, show, display, &edid, s->scanout, &size);
	status = surface_open(&s->surface, gpu->dev->pool, size.width, size.height);
	if (status != OK) {
		tap_fail(gpu->name, "surface", "%ux%u: %s", size.width, size.height,
			status_name(status));
		return status;
	}
	picture_draw(&show->picture, &s->surface);
	tap_ok(gpu->name, "surface %ux%u: %s drawn, %u pieces of memory", size.width, size.height,
		picture_name(show->picture.pattern), s->surface.band_count);
	status = connect(gpu, s);
	if (status == OK)
		status = present(gpu, s, whole(&s->surface));
	if (status == OK)
		status = check(gpu, show, s);
	if (status == OK)
		tap_ok(gpu->name, "scanout %u: picture on screen", s->scanout);
	if (status == OK && show->label)
		status = show_label(gpu, s, show->label);
	return status;
}

enum status gpu_show(struct gpu *gpu, const struct gpu_show *show, struct gpu_screens *screens)
{
	struct gpu_display displays[VIRTIO_GPU_MAX_SCANOUTS];
	enum status status = report(gpu, "GET_DISPLAY_INFO", gpu_get_display_info(gpu, displays));
	bool any = false;

	screens->count = 0;
	if (status != OK)
		return status;
	for (unsigned i = 0; i < gpu->num_scanouts; i++)
		any |= displays[i].enabled;
	for (unsigned i = 0; status == OK && i < gpu->num_scanouts; i++) {
		struct gpu_screen *s = &screens->screens[screens->count];

		if (!displays[i].enabled && (any || i > 0))
			continue;
		*s = (struct gpu_screen){.scanout = i, .resource = i + 1};
		screens->count++;
		status = show_on(gpu, show, &displays[i], s);
	}
	return status;
}

static enum status restore_on(struct gpu *gpu, struct gpu_screen *s)
{
	struct edid edid;
	enum status status = read_edid(gpu, s->scanout, &edid);

	if (status == OK)
		status = connect(gpu, s);
	if (status == OK)
		status = present(gpu, s, whole(&s->surface));
	if (status == OK)
		tap_ok(gpu->name, "scanout %u: picture on screen again", s->scanout);
	return status;
}

enum status gpu_screens_restore(struct gpu *gpu, struct gpu_screens *screens)
{
	struct gpu_display displays[VIRTIO_GPU_MAX_SCANOUTS];
	/* §5.7.5: asked after each reset. The pictures keep the size that they have. */
	enum status status = report(gpu, "GET_DISPLAY_INFO", gpu_get_display_info(gpu, displays));

	for (unsigned i = 0; i < screens->count; i++)
		screens->screens[i].created = screens->screens[i].set = false;
	for (unsigned i = 0; status == OK && i < screens->count; i++)
		status = restore_on(gpu, &screens->screens[i]);
	return status;
}

void gpu_screens_close(struct gpu_screens *screens, struct dma_pool *pool)
{
	for (unsigned i = 0; i < screens->count; i++)
		surface_close(&screens->screens[i].surface, pool);
	screens->count = 0;
}
