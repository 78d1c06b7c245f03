/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The few C string functions this code uses, with their standard meaning and names (the compiler
 * emits calls to the mem* four on its own). On the host the C library provides them.
 */
#ifndef MEM_STRING_H
#define MEM_STRING_H

#include "types.h"

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t limit);

#endif
