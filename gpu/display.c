/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a GPU that takes commands. Out: its scanouts, with sizes that can be shown. */
#include "gpu/display.h"

#include "mem/log.h"
#include "mem/tap.h"

#define FALLBACK_WIDTH  1024u
#define FALLBACK_HEIGHT 768u

static bool side_fits(uint32_t side)
{
	return side >= SURFACE_MIN_SIDE && side <= SURFACE_MAX_SIDE;
}

/* A size that a surface can have, in the memory that there is. */
static bool size_fits(const struct gpu *gpu, uint32_t width, uint32_t height)
{
	return side_fits(width) && side_fits(height) &&
	       (uint64_t)width * height * PIXEL_SIZE <= gpu->dev->pool->total;
}

enum status gpu_ask_displays(struct gpu *gpu, struct gpu_display *displays)
{
	return gpu_report(gpu, "GET_DISPLAY_INFO", gpu_get_display_info(gpu, displays));
}

enum status gpu_ask_edid(struct gpu *gpu, uint32_t scanout, struct edid *edid)
{
	uint8_t data[1024];
	uint32_t size = 0;
	enum status status;

	*edid = (struct edid){0};
	if (!(gpu->dev->features & FEATURE(VIRTIO_GPU_F_EDID))) {
		tap_skip(gpu->name, "GET_EDID", "EDID was not negotiated");
		return OK;
	}
	status = gpu_get_edid(gpu, scanout, data, &size);
	if (status != OK && status != ERR_REFUSED)
		return gpu_report(gpu, "GET_EDID", status);
	if (status == ERR_REFUSED || edid_parse(bytes_of(data, size), gpu->name, edid) != OK) {
		*edid = (struct edid){0};
		tap_skip(gpu->name, "GET_EDID", "the display's EDID is not usable");
		return OK;
	}
	edid_log(edid, gpu->name, scanout);
	return gpu_report(gpu, "GET_EDID", OK);
}

/* The size of a scanout's picture: the first source that states a usable one. */
static struct rectangle choose_area(struct gpu *gpu, const struct gpu_display_choice *choice,
	const struct gpu_display *display, const struct edid *edid, uint32_t scanout)
{
	const char *source = "neither display information nor EDID states one";
	struct rectangle area = {display->area.x, display->area.y, FALLBACK_WIDTH, FALLBACK_HEIGHT};

	if (choice->width) {
		source = "video=";
		area.width = choice->width;
		area.height = choice->height;
	} else if (size_fits(gpu, display->area.width, display->area.height)) {
		source = "display information";
		area = display->area;
	} else if (size_fits(gpu, edid->preferred.width, edid->preferred.height)) {
		source = "EDID preferred timing";
		area.width = edid->preferred.width;
		area.height = edid->preferred.height;
	}
	log_info(gpu->name, "scanout %u: size %ux%u: %s (the display is %s, %ux%u)", scanout,
		area.width, area.height, source, display->enabled ? "enabled" : "not enabled",
		display->area.width, display->area.height);
	return area;
}

enum status gpu_find_heads(
	struct gpu *gpu, const struct gpu_display_choice *choice, struct gpu_head *heads)
{
	struct gpu_display displays[VIRTIO_GPU_MAX_SCANOUTS];
	enum status status = gpu_ask_displays(gpu, displays);
	bool any = false;

	if (status != OK)
		return status;
	for (unsigned i = 0; i < gpu->num_scanouts; i++)
		any |= displays[i].enabled;
	for (unsigned i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++) {
		bool chosen = choice->all || displays[i].enabled || (!any && i == 0);
		struct edid edid;

		heads[i] = (struct gpu_head){.lit = i < gpu->num_scanouts && chosen};
		if (!heads[i].lit)
			continue;
		status = gpu_ask_edid(gpu, i, &edid);
		if (status != OK)
			return status;
		heads[i].area = choose_area(gpu, choice, &displays[i], &edid, i);
	}
	return OK;
}
