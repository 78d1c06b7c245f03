/* SPDX-License-Identifier: BSD-2-Clause */
/* The C library's string functions for a program without one. Not linked on the host. */
#include "string.h"

/* Copied and filled by words where both ends allow it: pictures go through here. */
typedef uint64_t __attribute__((may_alias)) word;

static bool both_aligned(const void *a, const void *b)
{
	return !(((uintptr_t)a | (uintptr_t)b) % sizeof(word));
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	uint8_t *t = to;
	const uint8_t *f = from;

	if (both_aligned(t, f)) {
		/* Read before it is written, for memmove: the ends may lie closer than this. */
		for (; size >= 4 * sizeof(word); size -= 4 * sizeof(word)) {
			const word *w = (const word *)f;
			word a = w[0], b = w[1], c = w[2], d = w[3];

			((word *)t)[0] = a;
			((word *)t)[1] = b;
			((word *)t)[2] = c;
			((word *)t)[3] = d;
			t += 4 * sizeof(word);
			f += 4 * sizeof(word);
		}
		for (; size >= sizeof(word); size -= sizeof(word)) {
			*(word *)t = *(const word *)f;
			t += sizeof(word);
			f += sizeof(word);
		}
	}
	while (size--)
		*t++ = *f++;
	return to;
}

void *memmove(void *to, const void *from, size_t size)
{
	uint8_t *t = to;
	const uint8_t *f = from;

	if (t <= f)
		return memcpy(to, from, size);
	while (size--)
		t[size] = f[size];
	return to;
}

void *memset(void *to, int byte, size_t size)
{
	const word value = (uint8_t)byte * 0x0101010101010101ull;
	uint8_t *t = to;

	if (both_aligned(t, t)) {
		for (; size >= 4 * sizeof(word); size -= 4 * sizeof(word)) {
			word *w = (word *)t;

			w[0] = w[1] = w[2] = w[3] = value;
			t += 4 * sizeof(word);
		}
		for (; size >= sizeof(word); size -= sizeof(word)) {
			*(word *)t = value;
			t += sizeof(word);
		}
	}
	while (size--)
		*t++ = (uint8_t)byte;
	return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const uint8_t *x = a, *y = b;

	for (; size; size--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

size_t strlen(const char *s)
{
	size_t length = 0;

	while (s[length])
		length++;
	return length;
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, SIZE_MAX);
}

int strncmp(const char *a, const char *b, size_t limit)
{
	for (; limit; limit--, a++, b++)
		if (*a != *b || !*a)
			return (uint8_t)*a - (uint8_t)*b;
	return 0;
}
