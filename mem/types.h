/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The types everything else is written in.
 *
 * A physical address and a little-endian field are wrapped in a struct so that the compiler
 * refuses a pointer, a virtual address or a host-order number in their place.
 */
#ifndef MEM_TYPES_H
#define MEM_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A physical address: what a device or a table is told, never dereferenced. */
typedef struct {
	uint64_t value;
} paddr;

/* Little-endian wire fields (virtio 1.3 §1.4 "le16, le32, le64"), naturally aligned. */
typedef struct {
	uint16_t raw;
} le16;

typedef struct {
	uint32_t raw;
} le32;

typedef struct {
	uint64_t raw;
} le64;

#define MUST_CHECK       __attribute__((warn_unused_result))
#define NORETURN         __attribute__((noreturn))
#define NOINLINE         __attribute__((noinline))
#define PRINTF(fmt, arg) __attribute__((format(printf, fmt, arg)))

#define ARRAY_SIZE(a)                  (sizeof(a) / sizeof((a)[0]))
#define FIELD_SIZE(type, field)        sizeof(((type *)0)->field)
#define CONTAINER_OF(ptr, type, field) ((type *)((uint8_t *)(ptr)-offsetof(type, field)))

#define PAGE_SIZE 4096u

static inline paddr paddr_of(uint64_t value)
{
	return (paddr){value};
}

static inline paddr paddr_add(paddr base, uint64_t offset)
{
	return (paddr){base.value + offset};
}

static inline uint64_t align_up(uint64_t value, uint64_t power_of_two)
{
	return (value + power_of_two - 1) & ~(power_of_two - 1);
}

static inline uint64_t align_down(uint64_t value, uint64_t power_of_two)
{
	return value & ~(power_of_two - 1);
}

static inline bool is_power_of_two(uint64_t value)
{
	return value && !(value & (value - 1));
}

/* True when [offset, offset + length) lies inside [0, size); proof against wrap-around. */
static inline bool range_inside(uint64_t offset, uint64_t length, uint64_t size)
{
	return offset <= size && length <= size - offset;
}

/* True when the byte ranges [a, a + a_size) and [b, b + b_size) share a byte. */
static inline bool ranges_overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
	return a_size && b_size && (a <= b ? b - a < a_size : a - b < b_size);
}

static inline uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static inline uint64_t max_u64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

#endif
