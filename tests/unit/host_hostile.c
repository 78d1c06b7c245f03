/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a good sample and its parser. Out: the parser run over bad copies. */
#include "host_hostile.h"

#include <stdlib.h>
#include <string.h>

void hostile_truncate(const void *sample, size_t size, size_t step, hostile_parser *parse)
{
	for (size_t length = 0; length <= size; length += step) {
		uint8_t *copy = malloc(length);

		memcpy(copy, sample, length);
		parse(copy, length);
		free(copy);
	}
}

/* George Marsaglia's xorshift64: any generator would do, as long as it is always the same. */
static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

void hostile_mutate(const void *sample, size_t size, unsigned count, hostile_parser *parse)
{
	/* Values that lengths and counts go wrong with, then any. */
	static const uint8_t edges[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
	uint64_t state = 0x66697273746c6974;

	for (unsigned i = 0; i < count; i++) {
		uint8_t *copy = malloc(size);
		size_t at = next_random(&state) % size;
		unsigned kind = next_random(&state) % 8;
		uint8_t any = (uint8_t)next_random(&state);

		memcpy(copy, sample, size);
		copy[at] = kind < sizeof(edges) ? edges[kind] : any;
		parse(copy, size);
		free(copy);
	}
}
