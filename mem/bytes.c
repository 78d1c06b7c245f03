/* SPDX-License-Identifier: BSD-2-Clause */
/* In: memory of known size with unknown contents. Out: numbers, strings, sub-ranges, or overrun. */
#include "bytes.h"

const uint8_t *bytes_take(struct bytes *b, size_t length)
{
	const uint8_t *p;

	if (length > bytes_left(b)) {
		b->pos = b->size;
		b->overrun = true;
		return NULL;
	}
	p = b->data + b->pos;
	b->pos += length;
	return p;
}

static uint64_t take_le(struct bytes *b, size_t length)
{
	const uint8_t *p = bytes_take(b, length);
	uint64_t value = 0;

	while (p && length--)
		value = value << 8 | p[length];
	return value;
}

static uint64_t take_be(struct bytes *b, size_t length)
{
	const uint8_t *p = bytes_take(b, length);
	uint64_t value = 0;

	for (size_t i = 0; p && i < length; i++)
		value = value << 8 | p[i];
	return value;
}

uint8_t bytes_u8(struct bytes *b)
{
	return (uint8_t)take_le(b, 1);
}

uint16_t bytes_le16(struct bytes *b)
{
	return (uint16_t)take_le(b, 2);
}

uint32_t bytes_le32(struct bytes *b)
{
	return (uint32_t)take_le(b, 4);
}

uint64_t bytes_le64(struct bytes *b)
{
	return take_le(b, 8);
}

uint32_t bytes_be32(struct bytes *b)
{
	return (uint32_t)take_be(b, 4);
}

uint64_t bytes_be64(struct bytes *b)
{
	return take_be(b, 8);
}

void bytes_seek(struct bytes *b, size_t pos)
{
	if (pos > b->size) {
		b->overrun = true;
		pos = b->size;
	}
	b->pos = pos;
}

struct bytes bytes_slice(const struct bytes *b, size_t offset, size_t length)
{
	if (!range_inside(offset, length, b->size))
		return (struct bytes){.data = b->data, .overrun = true};
	return bytes_of(b->data + offset, length);
}

const char *bytes_string(struct bytes *b)
{
	size_t length = 0;

	while (length < bytes_left(b) && b->data[b->pos + length])
		length++;
	return (const char *)bytes_take(b, length + 1);
}
