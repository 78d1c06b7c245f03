/* SPDX-License-Identifier: BSD-2-Clause */
/* In: backing memory and rectangles. Out: pictures of resources and screens. */
#include <stdlib.h>
#include <string.h>

#include "model_gpu.h"

struct model_resource *model_find_resource(struct model *m, uint32_t id)
{
	for (unsigned i = 0; id && i < MODEL_RESOURCES; i++)
		if (m->gpu->resources[i].id == id)
			return &m->gpu->resources[i];
	return NULL;
}

const char *model_format(uint32_t format)
{
	static const struct {
		uint32_t number;
		const char *bytes;
	} formats[] = {{1, "BGRA"}, {2, "BGRX"}, {3, "ARGB"}, {4, "XRGB"}, {67, "RGBA"},
		{68, "XBGR"}, {121, "ABGR"}, {134, "RGBX"}};

	for (unsigned i = 0; i < ARRAY_SIZE(formats); i++)
		if (formats[i].number == format)
			return formats[i].bytes;
	return NULL;
}

/* Where the byte with this letter is in the word of a pixel that the model keeps. */
static unsigned kept_at(char letter)
{
	return letter == 'B' ? 0 : letter == 'G' ? 8 : letter == 'R' ? 16 : 24;
}

void model_drop_resource(struct model *m, struct model_resource *r)
{
	m->gpu->resource_count -= r->id != 0;
	free(r->pixels);
	*r = (struct model_resource){0};
}

/* The bytes of a pixel of the backing, which is a list of pieces; NULL past its end. */
static uint8_t *backing_bytes(struct model *m, const struct model_resource *r, uint64_t offset)
{
	for (unsigned i = 0; i < r->backing_count; i++) {
		const struct model_segment *s = &r->backing[i];

		if (offset + 4 <= s->length)
			return model_map(m->memory, s->address + offset, 4);
		offset -= min_u64(offset, s->length);
	}
	return NULL;
}

static uint32_t backing_pixel(struct model *m, const struct model_resource *r, uint64_t offset)
{
	const uint8_t *bytes = backing_bytes(m, r, offset);

	uint32_t pixel = 0;

	for (unsigned i = 0; bytes && i < 4; i++)
		pixel |= (uint32_t)bytes[i] << kept_at(r->bytes[i]);
	return pixel;
}

void model_transfer_back(struct model *m, const struct model_resource *r, uint32_t stride)
{
	for (uint32_t y = 0; y < r->height; y++)
		for (uint32_t x = 0; x < r->width; x++) {
			uint64_t at = (uint64_t)y * stride + 4 * (uint64_t)x;
			uint8_t *bytes = backing_bytes(m, r, at);
			uint32_t pixel = r->pixels[(uint64_t)y * r->width + x];

			for (unsigned i = 0; bytes && i < 4; i++)
				bytes[i] = (uint8_t)(pixel >> kept_at(r->bytes[i]));
		}
}

void model_transfer(struct model *m, struct model_resource *r, const struct virtio_gpu_rect *rect,
	uint64_t offset)
{
	uint32_t x = rect->x.raw, y = rect->y.raw;

	for (uint32_t row = 0; row < rect->height.raw; row++)
		for (uint32_t column = 0; column < rect->width.raw; column++)
			r->pixels[(uint64_t)(y + row) * r->width + x + column] = backing_pixel(
				m, r, offset + (uint64_t)row * r->stride + 4 * (uint64_t)column);
	r->transferred = true;
}

/* Each scanout that shows the resource gets what of the rectangle it shows. */
void model_flush(
	struct model *m, const struct model_resource *r, const struct virtio_gpu_rect *rect)
{
	uint64_t right = rect->x.raw + (uint64_t)rect->width.raw;
	uint64_t bottom = rect->y.raw + (uint64_t)rect->height.raw;

	m->gpu->flushes++;
	for (unsigned i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++) {
		struct model_display *d = &m->gpu->displays[i];

		if (d->resource != r->id)
			continue;
		for (uint64_t y = max_u64(rect->y.raw, d->shown_y);
			y < bottom && y < (uint64_t)d->shown_y + d->shown_height; y++)
			for (uint64_t x = max_u64(rect->x.raw, d->shown_x);
				x < right && x < (uint64_t)d->shown_x + d->shown_width; x++)
				d->screen[(y - d->shown_y) * d->shown_width + x - d->shown_x] =
					r->pixels[y * r->width + x];
	}
}
