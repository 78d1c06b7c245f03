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

void pixel_copy_to_rows(le32 *const rows[PIXEL_ROWS], const le32 *from, uint32_t count)
{
	le32 *a = rows[0], *b = rows[1], *c = rows[2], *d = rows[3];
	uint32_t x = 0;

	if (aligned(from, rows))
		for (; count - x >= 2; x += 2) {
			const pixel_pair two = *(const pixel_pair *)(from + x);

			*(pixel_pair *)(a + x) = *(pixel_pair *)(b + x) = two;
			*(pixel_pair *)(c + x) = *(pixel_pair *)(d + x) = two;
		}
	for (; x < count; x++)
		a[x] = b[x] = c[x] = d[x] = from[x];
}
