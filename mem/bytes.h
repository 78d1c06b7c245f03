/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A bounded cursor over bytes that nobody vouches for: firmware tables, EDIDs, files.
 *
 * Reading past the end never touches memory: it returns 0 and sets `overrun`, which stays set. A
 * parser reads a whole structure and asks once, at the end, whether it was all there.
 */
#ifndef MEM_BYTES_H
#define MEM_BYTES_H

#include "types.h"

struct bytes {
	const uint8_t *data;
	size_t size;
	size_t pos;
	bool overrun;
};

static inline struct bytes bytes_of(const void *data, size_t size)
{
	return (struct bytes){.data = data, .size = size};
}

static inline size_t bytes_left(const struct bytes *b)
{
	return b->size - b->pos;
}

/*
 * The next `length` bytes, borrowed from the underlying memory, and moves past them.
 * NULL, with overrun set, when fewer are left.
 */
const uint8_t *bytes_take(struct bytes *b, size_t length);

/* Little-endian numbers, unaligned; 0 with overrun set when fewer bytes are left. */
uint8_t bytes_u8(struct bytes *b);
uint16_t bytes_le16(struct bytes *b);
uint32_t bytes_le32(struct bytes *b);
uint64_t bytes_le64(struct bytes *b);

/* Big-endian numbers (FDT), as above. */
uint32_t bytes_be32(struct bytes *b);
uint64_t bytes_be64(struct bytes *b);

/* Moves to an absolute position; past the end sets overrun and moves to the end. */
void bytes_seek(struct bytes *b, size_t pos);

/*
 * A cursor of its own over [offset, offset + length) of `b`, whose position does not matter.
 * Where that is not inside, an empty cursor with overrun set.
 */
struct bytes bytes_slice(const struct bytes *b, size_t offset, size_t length);

/*
 * A NUL-terminated string at the position, moved past its NUL. NULL with overrun set when no NUL
 * is left.
 */
const char *bytes_string(struct bytes *b);

#endif
