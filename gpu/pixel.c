/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the specification's formats. Out: where each colour is in a pixel. */
#include "gpu/pixel.h"

#include "gpu/protocol.h"

const struct pixel_layout pixel_layouts[PIXEL_FORMATS] = {
	[PIXEL_B8G8R8X8] = {VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, 16, 8, 0, 0},
	[PIXEL_B8G8R8A8] = {VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM, 16, 8, 0, 0xff000000},
	[PIXEL_A8R8G8B8] = {VIRTIO_GPU_FORMAT_A8R8G8B8_UNORM, 8, 16, 24, 0x000000ff},
	[PIXEL_X8R8G8B8] = {VIRTIO_GPU_FORMAT_X8R8G8B8_UNORM, 8, 16, 24, 0},
	[PIXEL_R8G8B8A8] = {VIRTIO_GPU_FORMAT_R8G8B8A8_UNORM, 0, 8, 16, 0xff000000},
	[PIXEL_X8B8G8R8] = {VIRTIO_GPU_FORMAT_X8B8G8R8_UNORM, 24, 16, 8, 0},
	[PIXEL_A8B8G8R8] = {VIRTIO_GPU_FORMAT_A8B8G8R8_UNORM, 24, 16, 8, 0x000000ff},
	[PIXEL_R8G8B8X8] = {VIRTIO_GPU_FORMAT_R8G8B8X8_UNORM, 0, 8, 16, 0},
};

const char *const pixel_format_names[PIXEL_FORMATS + 1] = {
	[PIXEL_B8G8R8X8] = "b8g8r8x8",
	[PIXEL_B8G8R8A8] = "b8g8r8a8",
	[PIXEL_A8R8G8B8] = "a8r8g8b8",
	[PIXEL_X8R8G8B8] = "x8r8g8b8",
	[PIXEL_R8G8B8A8] = "r8g8b8a8",
	[PIXEL_X8B8G8R8] = "x8b8g8r8",
	[PIXEL_A8B8G8R8] = "a8b8g8r8",
	[PIXEL_R8G8B8X8] = "r8g8b8x8",
	NULL,
};

bool pixel_number_known(uint32_t number)
{
	for (unsigned i = 0; i < PIXEL_FORMATS; i++)
		if (pixel_layouts[i].number == number)
			return true;
	return false;
}

/* Whether the row and all others begin on a pair. */
static bool aligned(const le32 *row, le32 *const rows[PIXEL_ROWS])
{
	uintptr_t any = (uintptr_t)row;

	for (unsigned i = 0; i < PIXEL_ROWS; i++)
		any |= (uintptr_t)rows[i];
	return any % sizeof(pixel_pair) == 0;
}

/* The pair at `i` of `from` in all four. */
static inline void make_pair(pixel_pair *a, pixel_pair *b, pixel_pair *c, pixel_pair *d,
	const pixel_pair *from, pixel_pair change, unsigned i)
{
	a[i] = b[i] = c[i] = d[i] = from[i] ^ change;
}

static inline void make_block(
	le32 *const rows[PIXEL_ROWS], const le32 *row, pixel_pair change, uint32_t x)
{
	const pixel_pair *from = (const pixel_pair *)(row + x);
	pixel_pair *a = (pixel_pair *)(rows[0] + x), *b = (pixel_pair *)(rows[1] + x);
	pixel_pair *c = (pixel_pair *)(rows[2] + x), *d = (pixel_pair *)(rows[3] + x);

	make_pair(a, b, c, d, from, change, 0);
	make_pair(a, b, c, d, from, change, 1);
	make_pair(a, b, c, d, from, change, 2);
	make_pair(a, b, c, d, from, change, 3);
	make_pair(a, b, c, d, from, change, 4);
	make_pair(a, b, c, d, from, change, 5);
	make_pair(a, b, c, d, from, change, 6);
	make_pair(a, b, c, d, from, change, 7);
}

/* As many as there are; gives where the next one would begin. Inline: one without a change, too. */
static inline uint32_t make_blocks(
	le32 *const rows[PIXEL_ROWS], const le32 *from, pixel_pair change, uint32_t width)
{
	uint32_t x = 0;

	for (; width - x >= PIXEL_BLOCK; x += PIXEL_BLOCK)
		make_block(rows, from, change, x);
	return x;
}

void pixel_make_rows(le32 *const rows[PIXEL_ROWS], const le32 *from, le32 change, uint32_t width)
{
	const pixel_pair both = (pixel_pair)change.raw << 32 | change.raw;
	uint32_t x = 0;

	if (aligned(from, rows))
		x = both ? make_blocks(rows, from, both, width) : make_blocks(rows, from, 0, width);
	for (; x < width; x++)
		for (unsigned i = 0; i < PIXEL_ROWS; i++)
			rows[i][x].raw = from[x].raw ^ change.raw;
}
