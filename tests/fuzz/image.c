/* SPDX-License-Identifier: BSD-2-Clause */
/* In: an input. Out: physical memory with it at IMAGE_BASE, in which parsers look for tables. */
#include "tests/fuzz/image.h"

#include <stdlib.h>
#include <string.h>

#include "mem/bytes.h"

struct image_piece {
	struct image_piece *next;
	uint8_t *data;
};

/* Where checksums stand: of the first `size` bytes of what begins with `anchor`. */
static const struct {
	const char *anchor;
	size_t size; /* 0: as many as were mapped */
	size_t at;
} sums[] = {
	{"RSD PTR ", 20, 8},
	{"_SM3_", 24, 5},
	{"_SM_", 31, 4},
};

#define RSDP_EXTENDED_SUM 32u
#define TABLE_SUM         9u

void image_mend_sum(uint8_t *data, size_t size, size_t at)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + data[i]);
	data[at] = (uint8_t)(data[at] - sum);
}

static void mend(uint8_t *data, size_t size)
{
	struct bytes table = bytes_of(data, size);

	for (size_t i = 0; i < ARRAY_SIZE(sums); i++) {
		size_t length = strlen(sums[i].anchor);

		if (size < sums[i].size || memcmp(data, sums[i].anchor, length))
			continue;
		image_mend_sum(data, sums[i].size, sums[i].at);
		if (!i && size > RSDP_EXTENDED_SUM)
			image_mend_sum(data, size, RSDP_EXTENDED_SUM);
		return;
	}
	bytes_seek(&table, 4);
	if (bytes_le32(&table) == size && size > TABLE_SUM)
		image_mend_sum(data, size, TABLE_SUM);
}

static const void *map(void *context, uint64_t address, size_t size)
{
	struct image *image = context;
	struct image_piece *piece;

	if (address < IMAGE_BASE || !range_inside(address - IMAGE_BASE, size, image->size))
		return NULL;
	piece = malloc(sizeof(*piece));
	piece->data = malloc(size);
	piece->next = image->pieces;
	image->pieces = piece;
	memcpy(piece->data, image->data + (address - IMAGE_BASE), size);
	if (image->mend)
		mend(piece->data, size);
	return piece->data;
}

struct table_source image_source(struct image *image)
{
	return (struct table_source){.map = map, .context = image};
}

void image_close(struct image *image)
{
	while (image->pieces) {
		struct image_piece *piece = image->pieces;

		image->pieces = piece->next;
		free(piece->data);
		free(piece);
	}
}
