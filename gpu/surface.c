/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a size and a pool of memory. Out: rows of pixels, wherever they lie. */
#include "gpu/surface.h"

#include "mem/log.h"
#include "mem/string.h"

static bool side_fits(uint32_t side)
{
	return side >= SURFACE_MIN_SIDE && side <= SURFACE_MAX_SIDE;
}

/* Adds a band for as many of the rows from `first_row` on as one block can hold. */
static enum status add_band(struct surface *s, struct dma_pool *pool, uint32_t first_row)
{
	struct surface_band *band = &s->bands[s->band_count];
	uint32_t left = s->height - first_row;
	size_t most = (size_t)left * s->stride_bytes;
	enum status status;

	if (s->band_count == SURFACE_MAX_BANDS)
		return ERR_NO_MEMORY;
	if (s->unit)
		status = dma_alloc(pool, align_up(most, s->unit), PAGE_SIZE, &band->block);
	else
		status = dma_alloc_most(pool, s->stride_bytes, most, PAGE_SIZE, &band->block);
	if (status != OK)
		return status;
	band->first_row = first_row;
	band->rows = s->unit ? left : (uint32_t)(band->block.size / s->stride_bytes);
	s->band_count++;
	return OK;
}

enum status surface_open_like(
	struct surface *surface, struct dma_pool *pool, const struct surface *like)
{
	uint32_t width = like->width, height = like->height, rows = 0;
	struct surface s = {
		.width = width, .height = height, .format = like->format, .unit = like->unit};
	enum status status;

	if (!side_fits(width) || !side_fits(height)) {
		log_error("surface", "%ux%u: sides must be %u to %u pixels", width, height,
			SURFACE_MIN_SIDE, SURFACE_MAX_SIDE);
		return ERR_RANGE;
	}
	s.stride_bytes = width * PIXEL_SIZE;
	while (rows < height) {
		status = add_band(&s, pool, rows);
		if (status != OK)
			goto err_bands;
		rows += s.bands[s.band_count - 1].rows;
	}
	log_debug("surface", "%ux%u: %u bytes a row, %u blocks of memory", width, height,
		s.stride_bytes, s.band_count);
	*surface = s;
	return OK;

err_bands:
	log_error("surface", "%ux%u: no memory for rows %u to %u (%u of at most %u blocks used)",
		width, height, rows, height - 1, s.band_count, SURFACE_MAX_BANDS);
	surface_close(&s, pool);
	return status;
}

enum status surface_open(struct surface *surface, struct dma_pool *pool, enum pixel_format format,
	uint32_t width, uint32_t height)
{
	const struct surface like = {.width = width, .height = height, .format = format};

	return surface_open_like(surface, pool, &like);
}

enum status surface_scatter(struct surface *surface, struct dma_pool *pool)
{
	return dma_alloc(
		pool, (size_t)surface->height * SURFACE_ENTRY_SIZE, PAGE_SIZE, &surface->entries);
}

void surface_close(struct surface *surface, struct dma_pool *pool)
{
	dma_free(pool, &surface->entries);
	for (unsigned i = 0; i < surface->band_count; i++)
		dma_free(pool, &surface->bands[i].block);
	*surface = (struct surface){0};
}

void surface_copy(const struct surface *to, const struct surface *from, struct rectangle area)
{
	for (uint32_t y = area.y; y < area.y + area.height; y++)
		memcpy(surface_row(to, y) + area.x, surface_row(from, y) + area.x,
			(size_t)area.width * PIXEL_SIZE);
}
