/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pixels in memory: what pictures are drawn on and a device is shown.
 *
 * The memory may be scattered: a surface is a list of bands, each a run of whole rows in one
 * block, as many as a pool has ranges. It can also be scattered on purpose, down to single rows.
 * Pixel code asks for a row and knows nothing of that. A row is always in one piece: memory in
 * pieces that are smaller than a row is of no use.
 */
#ifndef GPU_SURFACE_H
#define GPU_SURFACE_H

#include "gpu/pixel.h"
#include "gpu/rectangle.h"
#include "mem/dma.h"

#define SURFACE_MAX_BANDS  DMA_MAX_RANGES
#define SURFACE_MIN_SIDE   16u
#define SURFACE_MAX_SIDE   8192u
#define SURFACE_ENTRY_SIZE 16u /* bytes for what the device is told of a row */

/* `rows` rows from `first_row` on, one after the other in `block`. */
struct surface_band {
	uint32_t first_row;
	uint32_t rows;
	struct dma_block block;
};

struct surface {
	uint32_t width; /* pixels */
	uint32_t height; /* rows */
	enum pixel_format format;
	uint32_t stride_bytes; /* from one row to the next inside a band */
	uint32_t unit; /* bytes: its memory is one block, a multiple of that; 0: bands */
	unsigned band_count;
	struct surface_band bands[SURFACE_MAX_BANDS];
	struct dma_block entries; /* SURFACE_ENTRY_SIZE a row; empty: it is not scattered */
};

/*
 * Allocates a surface of width × height pixels from the pool, in as many bands as it takes. Each of
 * its bytes is 0: black, and transparent where the format has alpha.
 * ERR_RANGE for a side outside SURFACE_MIN_SIDE … SURFACE_MAX_SIDE; ERR_NO_MEMORY when the pool
 * or the bands do not suffice. Both logged; nothing stays allocated.
 */
MUST_CHECK enum status surface_open(struct surface *surface, struct dma_pool *pool,
	enum pixel_format format, uint32_t width, uint32_t height);

/*
 * The same with the sides, the format and the unit of `like`, of which nothing else is looked at.
 * With a unit (a power of two) that a multiple of must be free in one piece.
 */
MUST_CHECK enum status surface_open_like(
	struct surface *surface, struct dma_pool *pool, const struct surface *like);

/*
 * Scatters a surface that nothing was drawn on yet: its rows stand in each band last first, so that
 * none is followed by the next, and the device is told of each by itself: SURFACE_MAX_SIDE entries
 * at most, of the 16384 that QEMU takes. ERR_NO_MEMORY, logged, when the pool has no room for them
 * in one piece.
 */
MUST_CHECK enum status surface_scatter(struct surface *surface, struct dma_pool *pool);

/* Gives the memory back. The device must have let go of it. */
void surface_close(struct surface *surface, struct dma_pool *pool);

/* Copies the pixels of a part of a surface, of the same size and format, to where they are there.
 */
void surface_copy(const struct surface *to, const struct surface *from, struct rectangle area);

/* All of it. */
static inline struct rectangle surface_whole(const struct surface *surface)
{
	return (struct rectangle){0, 0, surface->width, surface->height};
}

/* The pixels of row y (y < height), `width` of them. Inline, since drawing asks for each row. */
static inline le32 *surface_row(const struct surface *surface, uint32_t y)
{
	const struct surface_band *band = surface->bands;
	uint32_t row;

	while (y - band->first_row >= band->rows)
		band++;
	row = y - band->first_row;
	if (surface->entries.size)
		row = band->rows - 1 - row;
	return (le32 *)((uint8_t *)band->block.data + (size_t)row * surface->stride_bytes);
}

/* The colour as a pixel of this surface. */
static inline le32 surface_pixel(const struct surface *surface, struct colour c)
{
	return pixel_of(surface->format, c);
}

#endif
