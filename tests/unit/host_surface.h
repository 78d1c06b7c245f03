/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Surfaces for tests of pixel code: over deliberately scattered memory, in an order of their own
 * for the device, with guards between the pieces.
 */
#ifndef TESTS_UNIT_HOST_SURFACE_H
#define TESTS_UNIT_HOST_SURFACE_H

#include "gpu/surface.h"

struct host_surface {
	struct surface surface;
	struct dma_pool pool;
	uint8_t *arena;
	size_t arena_size;
	size_t piece_size; /* of usable memory, between two guards of a page each */
};

/* A surface over as many pieces of `rows_a_piece` rows as it takes. */
void host_surface_open(
	struct host_surface *hs, uint32_t width, uint32_t height, uint32_t rows_a_piece);

/* The same in any format. */
void host_surface_open_as(struct host_surface *hs, enum pixel_format format, uint32_t width,
	uint32_t height, uint32_t rows_a_piece);

/* Closes it, and fails the test when a guard was written to or memory was not given back. */
void host_surface_close(struct host_surface *hs);

/* The pixel as 0xXXRRGGBB, read byte by byte as a device does (B, G, R, X). */
uint32_t host_surface_pixel(const struct host_surface *hs, uint32_t x, uint32_t y);

/*
 * A pixel of a format as 0xAARRGGBB, taken apart by the letters of the format's name; 0 for what
 * the format does not have. Fails the test when an unused byte is not 0.
 */
uint32_t host_pixel_argb(enum pixel_format format, le32 pixel);

#endif
