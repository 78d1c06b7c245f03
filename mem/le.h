/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Conversion of little-endian wire fields.
 *
 * The *_load and *_store forms make exactly one access of the field's width, which the compiler
 * neither splits, merges, repeats nor leaves out: they are for memory that a device reads and
 * writes at the same time. Load once into a local, validate, then use.
 */
#ifndef MEM_LE_H
#define MEM_LE_H

#include "types.h"

#define LE_IS_HOST (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)

/* An access of less alignment would be made byte by byte. */
_Static_assert(_Alignof(le16) == 2 && _Alignof(le32) == 4 && _Alignof(le64) == 8,
	"wire fields are naturally aligned");

static inline uint16_t le16_value(le16 v)
{
	return LE_IS_HOST ? v.raw : __builtin_bswap16(v.raw);
}

static inline uint32_t le32_value(le32 v)
{
	return LE_IS_HOST ? v.raw : __builtin_bswap32(v.raw);
}

static inline uint64_t le64_value(le64 v)
{
	return LE_IS_HOST ? v.raw : __builtin_bswap64(v.raw);
}

static inline le16 le16_of(uint16_t v)
{
	return (le16){LE_IS_HOST ? v : __builtin_bswap16(v)};
}

static inline le32 le32_of(uint32_t v)
{
	return (le32){LE_IS_HOST ? v : __builtin_bswap32(v)};
}

static inline le64 le64_of(uint64_t v)
{
	return (le64){LE_IS_HOST ? v : __builtin_bswap64(v)};
}

static inline uint16_t le16_load(const le16 *p)
{
	return le16_value((le16){*(const volatile uint16_t *)&p->raw});
}

static inline uint32_t le32_load(const le32 *p)
{
	return le32_value((le32){*(const volatile uint32_t *)&p->raw});
}

static inline uint64_t le64_load(const le64 *p)
{
	return le64_value((le64){*(const volatile uint64_t *)&p->raw});
}

static inline void u8_store(uint8_t *p, uint8_t v)
{
	*(volatile uint8_t *)p = v;
}

static inline void le16_store(le16 *p, uint16_t v)
{
	*(volatile uint16_t *)&p->raw = le16_of(v).raw;
}

static inline void le32_store(le32 *p, uint32_t v)
{
	*(volatile uint32_t *)&p->raw = le32_of(v).raw;
}

static inline void le64_store(le64 *p, uint64_t v)
{
	*(volatile uint64_t *)&p->raw = le64_of(v).raw;
}

#endif
