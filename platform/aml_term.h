/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How AML encodes lengths, names and data (ACPI 6.5 §20.2): what platform/aml.c walks over.
 *
 * All of these read at the cursor and move it. Those that return bool are false when the bytes
 * end (then the cursor has overrun) or are something that is not known here (then it has not).
 */
#ifndef PLATFORM_AML_TERM_H
#define PLATFORM_AML_TERM_H

#include "mem/bytes.h"

#define AML_MAX_SEGMENTS 32u

/* An absolute place in the namespace; a segment is its four characters, the first one lowest. */
struct aml_path {
	uint32_t segment[AML_MAX_SEGMENTS];
	unsigned count;
};

/* A name as it is written: absolute, or relative to a scope (ACPI 6.5 §20.2.2). */
struct aml_name {
	bool absolute; /* begins with `\` */
	unsigned parents; /* how many `^` */
	struct aml_path path;
};

enum aml_value_type {
	AML_VALUE_OTHER, /* something computed */
	AML_VALUE_INTEGER,
	AML_VALUE_STRING,
	AML_VALUE_BUFFER,
	AML_VALUE_PACKAGE, /* data: its elements, behind their number */
	AML_VALUE_NAME, /* the value is what that name holds */
};

struct aml_value {
	enum aml_value_type type;
	uint64_t integer;
	struct bytes data; /* string (without its NUL) or buffer; borrowed */
	struct aml_name name;
};

/* The segment of a four-character name. */
#define AML_SEGMENT(a, b, c, d) \
	((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)

/* What follows a PkgLength and is covered by it, as a cursor of its own (§20.2.4). */
MUST_CHECK bool aml_take_package(struct bytes *b, struct bytes *content);

MUST_CHECK bool aml_take_name(struct bytes *b, struct aml_name *name);

/* True when `op` begins a name. */
bool aml_begins_name(uint8_t op);

/* Moves past `count` terms: constants, names, data, and operators with their operands (§20.2.5). */
MUST_CHECK bool aml_skip_terms(struct bytes *b, unsigned count);

/* A constant, string, buffer, package or name (§20.2.3); anything else is AML_VALUE_OTHER. */
MUST_CHECK bool aml_take_value(struct bytes *b, struct aml_value *value);

/* The place that a name means in a scope, without the search of outer scopes. */
MUST_CHECK bool aml_join(
	const struct aml_path *scope, const struct aml_name *name, struct aml_path *out);

bool aml_path_equal(const struct aml_path *a, const struct aml_path *b);

#endif
