/* SPDX-License-Identifier: BSD-2-Clause */
/* In: AML bytes at a cursor. Out: packages, names and values, or the cursor moved past a term. */
#include "platform/aml_term.h"

/* ACPI 6.5 §20.3, the opcodes that can stand in a term. */
enum aml_term_op {
	OP_ZERO = 0x00,
	OP_ONE = 0x01,
	OP_BYTE = 0x0a,
	OP_WORD = 0x0b,
	OP_DWORD = 0x0c,
	OP_STRING = 0x0d,
	OP_QWORD = 0x0e,
	OP_BUFFER = 0x11,
	OP_PACKAGE = 0x12,
	OP_VAR_PACKAGE = 0x13,
	OP_DUAL_NAME = 0x2e,
	OP_MULTI_NAME = 0x2f,
	OP_EXTENDED = 0x5b,
	OP_LOCAL0 = 0x60,
	OP_ARG6 = 0x6e,
	OP_ADD = 0x72,
	OP_SUBTRACT = 0x74,
	OP_MULTIPLY = 0x77,
	OP_SHIFT_LEFT = 0x79,
	OP_SHIFT_RIGHT = 0x7a,
	OP_AND = 0x7b,
	OP_OR = 0x7d,
	OP_DEREF_OF = 0x83,
	OP_SIZE_OF = 0x87,
	OP_INDEX = 0x88,
	OP_ONES = 0xff,
};

#define EXTENDED_REVISION 0x30u

bool aml_take_package(struct bytes *b, struct bytes *content)
{
	size_t start = b->pos, length;
	uint8_t lead = bytes_u8(b);
	unsigned more = lead >> 6;

	length = more ? lead & 0x0fu : lead & 0x3fu;
	for (unsigned i = 0; i < more; i++)
		length |= (size_t)bytes_u8(b) << (4 + 8 * i);
	if (b->overrun)
		return false;
	/* The length counts its own encoding. */
	if (length < b->pos - start || !range_inside(start, length, b->size)) {
		b->overrun = true;
		return false;
	}
	*content = bytes_slice(b, b->pos, start + length - b->pos);
	bytes_seek(b, start + length);
	return true;
}

static bool is_lead_character(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || c == '_';
}

bool aml_begins_name(uint8_t op)
{
	return is_lead_character(op) || op == '\\' || op == '^' || op == OP_DUAL_NAME ||
	       op == OP_MULTI_NAME;
}

static bool take_segment(struct bytes *b, uint32_t *segment)
{
	const uint8_t *c = bytes_take(b, 4);

	if (!c || !is_lead_character(c[0]))
		return false;
	for (unsigned i = 1; i < 4; i++)
		if (!is_lead_character(c[i]) && !(c[i] >= '0' && c[i] <= '9'))
			return false;
	*segment = AML_SEGMENT(c[0], c[1], c[2], c[3]);
	return true;
}

static void take_prefix(struct bytes *b, struct aml_name *name)
{
	while (bytes_left(b)) {
		uint8_t c = b->data[b->pos];

		if (c == '\\')
			name->absolute = true;
		else if (c == '^')
			name->parents++;
		else
			return;
		b->pos++;
		if (c == '\\')
			return;
	}
}

bool aml_take_name(struct bytes *b, struct aml_name *name)
{
	unsigned count = 1;
	uint8_t op;

	name->absolute = false;
	name->parents = 0;
	take_prefix(b, name);
	op = bytes_u8(b);
	if (b->overrun)
		return false;
	if (op == OP_ZERO)
		count = 0;
	else if (op == OP_DUAL_NAME)
		count = 2;
	else if (op == OP_MULTI_NAME)
		count = bytes_u8(b);
	else
		b->pos--;
	if (count > AML_MAX_SEGMENTS)
		return false;
	name->path.count = count;
	for (unsigned i = 0; i < count; i++)
		if (!take_segment(b, &name->path.segment[i]))
			return false;
	return !b->overrun;
}

/* The size of a constant's bytes behind its opcode; -1 when `op` is no plain constant. */
static int constant_size(uint8_t op)
{
	switch (op) {
	case OP_ZERO:
	case OP_ONE:
	case OP_ONES: return 0;
	case OP_BYTE: return 1;
	case OP_WORD: return 2;
	case OP_DWORD: return 4;
	case OP_QWORD: return 8;
	default: return -1;
	}
}

/* How many terms an operator has behind it, its target included; -1 when it is not known here. */
static int operand_count(uint8_t op)
{
	switch (op) {
	case OP_ADD:
	case OP_SUBTRACT:
	case OP_MULTIPLY:
	case OP_SHIFT_LEFT:
	case OP_SHIFT_RIGHT:
	case OP_AND:
	case OP_OR:
	case OP_INDEX: return 3;
	case OP_DEREF_OF:
	case OP_SIZE_OF: return 1;
	default: return op >= OP_LOCAL0 && op <= OP_ARG6 ? 0 : -1;
	}
}

/* Moves past one term without its operands, whose number is returned; -1 as aml_skip_terms. */
static int skip_term(struct bytes *b)
{
	struct bytes content;
	struct aml_name name;
	uint8_t op = bytes_u8(b);
	int size = constant_size(op);

	if (b->overrun)
		return -1;
	if (size >= 0)
		return bytes_take(b, (size_t)size) ? 0 : -1;
	if (aml_begins_name(op)) {
		b->pos--;
		return aml_take_name(b, &name) ? 0 : -1;
	}
	switch (op) {
	case OP_STRING: return bytes_string(b) ? 0 : -1;
	case OP_BUFFER:
	case OP_PACKAGE:
	case OP_VAR_PACKAGE: return aml_take_package(b, &content) ? 0 : -1;
	case OP_EXTENDED: return bytes_u8(b) == EXTENDED_REVISION ? 0 : -1;
	default: return operand_count(op);
	}
}

bool aml_skip_terms(struct bytes *b, unsigned count)
{
	while (count) {
		int operands = skip_term(b);

		if (operands < 0)
			return false;
		count = count - 1 + (unsigned)operands;
	}
	return true;
}

static uint64_t take_constant(struct bytes *b, uint8_t op)
{
	switch (op) {
	case OP_BYTE: return bytes_u8(b);
	case OP_WORD: return bytes_le16(b);
	case OP_DWORD: return bytes_le32(b);
	case OP_QWORD: return bytes_le64(b);
	case OP_ONES: return UINT64_MAX;
	default: return op == OP_ONE;
	}
}

/* §20.2.5.4 DefBuffer: its size as a term, then the bytes that are given. */
static bool take_buffer(struct bytes *b, struct aml_value *value)
{
	struct bytes content;
	uint64_t size;
	uint8_t op;

	if (!aml_take_package(b, &content))
		return false;
	op = bytes_u8(&content);
	if (content.overrun || constant_size(op) < 0)
		return true;
	size = take_constant(&content, op);
	if (content.overrun)
		return true;
	value->type = AML_VALUE_BUFFER;
	value->data = bytes_slice(&content, content.pos, min_u64(size, bytes_left(&content)));
	return true;
}

/* §20.2.5.4 DefPackage and DefVarPackage: how many elements, then those that are given. */
static bool take_elements(struct bytes *b, uint8_t op, struct aml_value *value)
{
	struct bytes content;

	if (!aml_take_package(b, &content))
		return false;
	if (op == OP_PACKAGE)
		bytes_u8(&content);
	else if (!aml_skip_terms(&content, 1))
		return true;
	if (content.overrun)
		return true;
	value->type = AML_VALUE_PACKAGE;
	value->data = bytes_slice(&content, content.pos, bytes_left(&content));
	return true;
}

static bool take_string(struct bytes *b, struct aml_value *value)
{
	size_t start = b->pos;

	if (!bytes_string(b))
		return false;
	value->type = AML_VALUE_STRING;
	value->data = bytes_slice(b, start, b->pos - start - 1);
	return true;
}

bool aml_take_value(struct bytes *b, struct aml_value *value)
{
	uint8_t op = bytes_u8(b);

	value->type = AML_VALUE_OTHER;
	if (b->overrun)
		return false;
	if (op == OP_BUFFER)
		return take_buffer(b, value);
	if (op == OP_PACKAGE || op == OP_VAR_PACKAGE)
		return take_elements(b, op, value);
	if (op == OP_STRING)
		return take_string(b, value);
	if (constant_size(op) >= 0) {
		value->type = AML_VALUE_INTEGER;
		value->integer = take_constant(b, op);
		return !b->overrun;
	}
	b->pos--;
	if (aml_begins_name(op)) {
		value->type = AML_VALUE_NAME;
		return aml_take_name(b, &value->name);
	}
	return aml_skip_terms(b, 1);
}

bool aml_join(const struct aml_path *scope, const struct aml_name *name, struct aml_path *out)
{
	unsigned kept = name->absolute ? 0 : scope->count;

	if (name->parents > kept || kept - name->parents + name->path.count > AML_MAX_SEGMENTS)
		return false;
	kept -= name->parents;
	out->count = kept + name->path.count;
	for (unsigned i = 0; i < out->count; i++)
		out->segment[i] = i < kept ? scope->segment[i] : name->path.segment[i - kept];
	return true;
}

bool aml_path_equal(const struct aml_path *a, const struct aml_path *b)
{
	if (a->count != b->count)
		return false;
	for (unsigned i = a->count; i-- > 0;)
		if (a->segment[i] != b->segment[i])
			return false;
	return true;
}
