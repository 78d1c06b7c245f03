/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a framebuffer, and what is drawn. Out: the same on the screen. */
#include "gpu/linear.h"

#include "gpu/text.h"
#include "mem/io.h"
#include "mem/log.h"
#include "mem/map.h"

enum status linear_format(const struct framebuffer *frame, enum pixel_format *out)
{
	for (unsigned i = 0; i < PIXEL_FORMATS; i++) {
		const struct pixel_layout *l = &pixel_layouts[i];

		if (l->opaque || frame->red != 0xffu << l->red ||
			frame->green != 0xffu << l->green || frame->blue != 0xffu << l->blue)
			continue;
		*out = (enum pixel_format)i;
		return OK;
	}
	log_info("framebuffer",
		"colours at 0x%08x 0x%08x 0x%08x: only 8 bits each, in bytes of 4, are "
		"driven",
		frame->red, frame->green, frame->blue);
	return ERR_UNSUPPORTED;
}

static enum status map(const struct framebuffer *frame)
{
	if (frame->is_memory)
		return map_memory("framebuffer", frame->base, frame->size);
	return map_device("framebuffer", frame->base, frame->size);
}

enum status linear_open(
	struct linear_screen *screen, const struct framebuffer *frame, struct dma_pool *pool)
{
	enum pixel_format pixels = PIXEL_FORMATS;
	struct surface surface;
	enum status status = linear_format(frame, &pixels);

	if (status == OK)
		status = map(frame);
	if (status == OK)
		status = surface_open(&surface, pool, pixels, frame->width, frame->height);
	if (status != OK)
		return status;
	*screen = (struct linear_screen){.frame = frame, .surface = surface};
	log_info("framebuffer", "%ux%u %s at 0x%lx, %u pixels from row to row, %s", frame->width,
		frame->height, pixel_format_names[pixels], frame->base, frame->stride,
		frame->is_memory ? "in memory" : "on a device");
	return OK;
}

void linear_present(const struct linear_screen *screen, struct rectangle area)
{
	const struct framebuffer *fb = screen->frame;

	for (uint32_t y = area.y; y < area.y + area.height; y++) {
		const le32 *row = surface_row(&screen->surface, y);
		uint64_t at = fb->base + (uint64_t)y * fb->stride * PIXEL_SIZE;

		for (uint32_t x = area.x; x < area.x + area.width; x++)
			io_write(IO_MMIO, at + x * PIXEL_SIZE, PIXEL_SIZE, le32_value(row[x]));
		if (fb->is_memory)
			map_clean(at + area.x * PIXEL_SIZE, area.width * PIXEL_SIZE);
	}
}

void linear_show(
	const struct linear_screen *screen, const struct picture *picture, const char *label)
{
	const struct surface *s = &screen->surface;

	picture_draw(picture, s);
	if (label) {
		struct rectangle r = text_draw_label(s, label);

		log_info(
			"framebuffer", "label: rectangle %ux%u+%u+%u", r.width, r.height, r.x, r.y);
	}
	linear_present(screen, surface_whole(s));
}
