/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes AML for tests: opcodes in the order of ACPI 6.5 §20.2, packages closed when they end. */
#ifndef TESTS_UNIT_AML_BUILDER_H
#define TESTS_UNIT_AML_BUILDER_H

#include <string.h>

#include "host.h"
#include "mem/bytes.h"

struct aml {
	uint8_t data[65536];
	size_t size;
};

static inline void aml_raw(struct aml *a, const void *data, size_t size)
{
	assert_true(a->size + size <= sizeof(a->data));
	memcpy(a->data + a->size, data, size);
	a->size += size;
}

/* Bytes given one by one: AML(a, 0x10, 0x20). */
#define AML(a, ...) \
	aml_raw((a), (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static inline void aml_text(struct aml *a, const char *text)
{
	aml_raw(a, text, strlen(text));
}

/* Opens a package, with the PkgLength of four bytes; the opcode stands in front already. */
static inline size_t aml_open(struct aml *a)
{
	AML(a, 0, 0, 0, 0);
	return a->size - 4;
}

static inline void aml_close(struct aml *a, size_t start)
{
	size_t length = a->size - start;

	a->data[start] = (uint8_t)(0xc0 | (length & 0xf));
	a->data[start + 1] = (uint8_t)(length >> 4);
	a->data[start + 2] = (uint8_t)(length >> 12);
	a->data[start + 3] = (uint8_t)(length >> 20);
}

static inline size_t aml_scope(struct aml *a, const char *name)
{
	size_t start;

	AML(a, 0x10);
	start = aml_open(a);
	aml_text(a, name);
	return start;
}

static inline size_t aml_device(struct aml *a, const char *name)
{
	size_t start;

	AML(a, 0x5b, 0x82);
	start = aml_open(a);
	aml_text(a, name);
	return start;
}

static inline size_t aml_method(struct aml *a, const char *name)
{
	size_t start;

	AML(a, 0x14);
	start = aml_open(a);
	aml_text(a, name);
	AML(a, 0); /* flags */
	return start;
}

static inline void aml_name(struct aml *a, const char *name)
{
	AML(a, 0x08);
	aml_text(a, name);
}

static inline void aml_string(struct aml *a, const char *text)
{
	AML(a, 0x0d);
	aml_raw(a, text, strlen(text) + 1);
}

static inline void aml_dword(struct aml *a, uint32_t value)
{
	AML(a, 0x0c, (uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
		(uint8_t)(value >> 24));
}

static inline void aml_buffer(struct aml *a, const void *data, uint8_t size)
{
	size_t start;

	AML(a, 0x11);
	start = aml_open(a);
	AML(a, 0x0a, size);
	aml_raw(a, data, size);
	aml_close(a, start);
}

static inline void aml_name_string(struct aml *a, const char *name, const char *text)
{
	aml_name(a, name);
	aml_string(a, text);
}

static inline struct bytes aml_bytes(const struct aml *a)
{
	return bytes_of(a->data, a->size);
}

#endif
