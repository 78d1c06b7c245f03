/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a resource that should hold a picture. Out: whether the device has each of its pixels. */
#include "gpu/readback.h"

#include "gpu/blob.h"
#include "gpu/context.h"
#include "mem/log.h"
#include "mem/string.h"
#include "mem/tap.h"

#define CHECK_NAME "check=readback"

/* In no test picture: what is left of it was not copied back. */
#define FILL 0x5au

static void overwrite(const struct surface *surface)
{
	for (uint32_t y = 0; y < surface->height; y++)
		memset(surface_row(surface, y), FILL, surface->stride_bytes);
}

/* Counts the pixels that differ; the first of them is logged. */
static uint64_t compare(struct gpu *gpu, const struct surface *surface,
	const struct picture *picture, const struct picture_place *place)
{
	/* White has each bit set that is used. */
	uint32_t used = le32_value(surface_pixel(surface, (struct colour){255, 255, 255}));
	uint64_t different = 0;

	for (uint32_t y = 0; y < surface->height; y++) {
		const le32 *row = surface_row(surface, y);

		for (uint32_t x = 0; x < surface->width; x++) {
			uint32_t got = le32_load(&row[x]) & used;
			uint32_t due = le32_value(surface_pixel(
				surface, picture_colour(picture, place->x + x, place->y + y,
						 place->width, place->height)));

			if (got != due && !different++)
				log_error(gpu->name, "readback: pixel %u,%u is %08x, %08x is due",
					x, y, got, due);
		}
	}
	return different;
}

enum status gpu_readback_check(struct gpu *gpu, uint32_t resource, const struct surface *surface,
	const struct picture *picture, const struct picture_place *place)
{
	enum status status;
	uint64_t different;

	if (!(gpu->dev->features & GPU_READBACK_FEATURES)) {
		tap_skip(gpu->name, CHECK_NAME,
			"the device lets nobody read its resources (VIRGL is not offered)");
		return OK;
	}
	if (gpu_uses_blobs(gpu)) {
		tap_skip(gpu->name, CHECK_NAME, "a blob has no copy that could be given back");
		return OK;
	}
	overwrite(surface);
	status = gpu_transfer_back(gpu, resource, surface);
	if (status != OK) {
		tap_fail(gpu->name, CHECK_NAME, "%s", status_name(status));
		return status;
	}
	different = compare(gpu, surface, picture, place);
	if (!different) {
		tap_ok(gpu->name, CHECK_NAME ": the device has all %ux%u pixels", surface->width,
			surface->height);
		return OK;
	}
	tap_fail(gpu->name, CHECK_NAME, "%lu of %lu pixels differ", different,
		(uint64_t)surface->width * surface->height);
	return ERR_PROTOCOL;
}
