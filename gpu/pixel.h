/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pixels: colours, and how they stand in the four bytes of a pixel (virtio 1.3 §5.7.6.8, enum
 * virtio_gpu_formats).
 */
#ifndef GPU_PIXEL_H
#define GPU_PIXEL_H

#include "mem/le.h"

#define PIXEL_SIZE 4u

/* All formats of a 2D resource. The names are the order of the bytes in memory. */
enum pixel_format {
	PIXEL_B8G8R8X8, /* the default: what every device has */
	PIXEL_B8G8R8A8,
	PIXEL_A8R8G8B8,
	PIXEL_X8R8G8B8,
	PIXEL_R8G8B8A8,
	PIXEL_X8B8G8R8,
	PIXEL_A8B8G8R8,
	PIXEL_R8G8B8X8,
	PIXEL_FORMATS,
};

struct colour {
	uint8_t red;
	uint8_t green;
	uint8_t blue;
};

/* Where the parts are in the little-endian word of a pixel. */
struct pixel_layout {
	uint32_t number; /* enum virtio_gpu_formats */
	uint8_t red; /* bits to the left */
	uint8_t green;
	uint8_t blue;
	uint32_t opaque; /* the bits of alpha; 0: there is none, its byte is not used */
};

extern const struct pixel_layout pixel_layouts[PIXEL_FORMATS];

/* "b8g8r8x8": the specification's names in small letters, without _UNORM; NULL behind the last. */
extern const char *const pixel_format_names[PIXEL_FORMATS + 1];

/* The colour as a pixel, opaque; an unused byte is 0. */
static inline le32 pixel_of(enum pixel_format format, struct colour c)
{
	const struct pixel_layout *l = &pixel_layouts[format];

	return le32_of((uint32_t)c.red << l->red | (uint32_t)c.green << l->green |
		       (uint32_t)c.blue << l->blue | l->opaque);
}

/* Two pixels, that stand on a multiple of their size. */
typedef uint64_t __attribute__((may_alias)) pixel_pair;

/* Pixels that are stored without a loop: a line of the cache, 64 bytes. */
#define PIXEL_BLOCK 16u

static inline void pixel_fill_block(le32 *to, pixel_pair two)
{
	pixel_pair *at = (pixel_pair *)to;

	at[0] = at[1] = at[2] = at[3] = two;
	at[4] = at[5] = at[6] = at[7] = two;
}

/* Sets `count` pixels in a row. Inline, since a picture is made of many short ones. */
static inline void pixel_fill(le32 *to, le32 pixel, uint32_t count)
{
	const pixel_pair two = (pixel_pair)pixel.raw << 32 | pixel.raw;
	le32 *end = to + count;

	if (to < end && (uintptr_t)to % sizeof(two))
		*to++ = pixel;
	if ((uintptr_t)end % sizeof(two) && to < end)
		*--end = pixel;
	if (end - to < (ptrdiff_t)PIXEL_BLOCK) {
		for (; to < end; to += 2)
			*(pixel_pair *)to = two;
		return;
	}
	for (; to < end - PIXEL_BLOCK; to += PIXEL_BLOCK)
		pixel_fill_block(to, two);
	pixel_fill_block(end - PIXEL_BLOCK, two); /* some of them again */
}

/* Rows that are written for one that is read. */
#define PIXEL_ROWS 4u

/*
 * Makes each of the rows of `width` pixels of those of `from`, which is none of them: the bits of
 * `change` are the other way in each pixel. Where there are fewer rows, one may stand there more
 * than once.
 */
void pixel_make_rows(le32 *const rows[PIXEL_ROWS], const le32 *from, le32 change, uint32_t width);

/* Whether there is a format with this number of the specification. */
bool pixel_number_known(uint32_t number);

#endif
