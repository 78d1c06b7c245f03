/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What becomes of a sample when bytes of it are missing or wrong. The parser under test gets a copy
 * in memory of exactly the sample's size, so that the sanitizer sees any read outside it; what is
 * tested is that it comes back.
 */
#ifndef TESTS_UNIT_HOST_HOSTILE_H
#define TESTS_UNIT_HOST_HOSTILE_H

#include <stddef.h>
#include <stdint.h>

/* May change the bytes first, to set a checksum right. */
typedef void hostile_parser(uint8_t *data, size_t size);

/* The first 0, step, 2 * step, … bytes of the sample. */
void hostile_truncate(const void *sample, size_t size, size_t step, hostile_parser *parse);

/* `count` copies with one byte replaced; the same ones each time. */
void hostile_mutate(const void *sample, size_t size, unsigned count, hostile_parser *parse);

#endif
