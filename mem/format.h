/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text from numbers: the part of C's snprintf that this code uses.
 *
 * Conversions: %c %s %d %i %u %x %X %p %%, with the flags `0` and `-`, a width, a precision for
 * strings (`%.*s` too), and the lengths hh, h, l, ll and z. Every target is LP64: a uint64_t is
 * printed with %lu or %lx. An unknown conversion is copied as it stands.
 */
#ifndef MEM_FORMAT_H
#define MEM_FORMAT_H

#include <stdarg.h>

#include "types.h"

/*
 * Writes at most size - 1 characters and a NUL to `out` (nothing when size is 0). Returns the
 * length that the whole text has, which is >= size when it was cut.
 */
size_t format(char *out, size_t size, const char *fmt, ...) PRINTF(3, 4);
size_t format_args(char *out, size_t size, const char *fmt, va_list args) PRINTF(3, 0);

/* As format, behind the text that `out` already holds; returns the length of all of it. */
size_t format_append(char *out, size_t size, const char *fmt, ...) PRINTF(3, 4);

#endif
