/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The input of a target that plays hardware: first what it is, then what it does, access by access.
 * The second part is a circle: it begins again at its end, so that a loop in the code under test is
 * not ended by the end of the input. Where it is empty, hardware behaves.
 */
#ifndef TESTS_FUZZ_STREAM_H
#define TESTS_FUZZ_STREAM_H

#include "mem/bytes.h"

struct stream {
	struct bytes in;
	size_t circle; /* where the second part begins */
};

static inline struct stream stream_of(const uint8_t *data, size_t size)
{
	return (struct stream){.in = bytes_of(data, size), .circle = SIZE_MAX};
}

/* The second part begins here. */
static inline void stream_begin_circle(struct stream *s)
{
	s->circle = s->in.pos;
}

/* Whether there is a second part at all. */
static inline bool stream_lies(const struct stream *s)
{
	return s->circle < s->in.size;
}

/* The next byte; 0 where there is none. */
static inline uint8_t stream_byte(struct stream *s)
{
	if (!bytes_left(&s->in) && stream_lies(s))
		bytes_seek(&s->in, s->circle);
	return bytes_left(&s->in) ? bytes_u8(&s->in) : 0;
}

static inline uint32_t stream_word(struct stream *s)
{
	uint32_t value = stream_byte(s);

	value |= (uint32_t)stream_byte(s) << 8;
	value |= (uint32_t)stream_byte(s) << 16;
	return value | (uint32_t)stream_byte(s) << 24;
}

/*
 * What a read answers: the truth, as long as the stream's next byte is below 0xe0, else all ones or
 * a word of the stream.
 */
static inline uint64_t stream_answer(struct stream *s, uint64_t truth)
{
	uint8_t kind = stream_lies(s) ? stream_byte(s) : 0;

	if (kind < 0xe0)
		return truth;
	return kind < 0xe8 ? UINT64_MAX : stream_word(s);
}

#endif
