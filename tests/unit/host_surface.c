/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a size. Out: a surface whose memory is scattered and guarded. */
#include "host_surface.h"

#include "host.h"

#include <stdlib.h>
#include <string.h>

#define GUARD_BYTE    0xa5
#define DEVICE_BASE   0x4000000000u
#define DEVICE_STRIDE 0x100000000u /* the device sees the pieces 4 GiB apart, last one first */

void host_surface_open_as(struct host_surface *hs, enum pixel_format format, uint32_t width,
	uint32_t height, uint32_t rows_a_piece)
{
	unsigned pieces = (height + rows_a_piece - 1) / rows_a_piece;
	size_t stride;

	memset(hs, 0, sizeof(*hs));
	hs->piece_size = align_up((size_t)rows_a_piece * width * PIXEL_SIZE, PAGE_SIZE);
	stride = hs->piece_size + PAGE_SIZE;
	hs->arena_size = pieces * stride + PAGE_SIZE;
	hs->arena = aligned_alloc(PAGE_SIZE, hs->arena_size);
	assert_non_null(hs->arena);
	memset(hs->arena, GUARD_BYTE, hs->arena_size);
	for (unsigned i = 0; i < pieces; i++) {
		paddr address = paddr_of(DEVICE_BASE + (pieces - i) * DEVICE_STRIDE);

		assert_int_equal(dma_pool_add(&hs->pool, address,
					 hs->arena + PAGE_SIZE + i * stride, hs->piece_size),
			OK);
	}
	assert_int_equal(surface_open(&hs->surface, &hs->pool, format, width, height), OK);
}

void host_surface_open(
	struct host_surface *hs, uint32_t width, uint32_t height, uint32_t rows_a_piece)
{
	host_surface_open_as(hs, PIXEL_B8G8R8X8, width, height, rows_a_piece);
}

void host_surface_close(struct host_surface *hs)
{
	size_t stride = hs->piece_size + PAGE_SIZE;

	surface_close(&hs->surface, &hs->pool);
	assert_int_equal(hs->pool.used, 0);
	for (size_t guard = 0; guard < hs->arena_size; guard += stride)
		for (size_t i = 0; i < PAGE_SIZE; i++)
			assert_int_equal(hs->arena[guard + i], GUARD_BYTE);
	free(hs->arena);
}

uint32_t host_surface_pixel(const struct host_surface *hs, uint32_t x, uint32_t y)
{
	const uint8_t *p = (const uint8_t *)surface_row(&hs->surface, y) + x * PIXEL_SIZE;

	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

uint32_t host_pixel_argb(enum pixel_format format, le32 pixel)
{
	static const char order[] = "bgra";
	const char *letters = pixel_format_names[format];
	const uint8_t *bytes = (const uint8_t *)&pixel;
	uint32_t argb = 0;

	for (unsigned i = 0; i < PIXEL_SIZE; i++, letters += 2) {
		const char *place = strchr(order, *letters);

		if (place)
			argb |= (uint32_t)bytes[i] << 8 * (place - order);
		else
			assert_int_equal(bytes[i], 0);
	}
	return argb;
}
