/* SPDX-License-Identifier: BSD-2-Clause */
/* In: an AML term list. Out: the names, methods and devices that it declares, each with its path.
 */
#include "platform/aml_walk.h"

#include "mem/log.h"

/* ACPI 6.5 §20.3: what can stand in a term list. The second group is behind OP_EXTENDED. */
enum aml_list_op {
	OP_ALIAS = 0x06,
	OP_NAME = 0x08,
	OP_SCOPE = 0x10,
	OP_METHOD = 0x14,
	OP_EXTERNAL = 0x15,
	OP_EXTENDED = 0x5b,
	OP_CREATE_DWORD_FIELD = 0x8a,
	OP_CREATE_WORD_FIELD = 0x8b,
	OP_CREATE_BYTE_FIELD = 0x8c,
	OP_CREATE_BIT_FIELD = 0x8d,
	OP_CREATE_QWORD_FIELD = 0x8f,
	OP_IF = 0xa0,
	OP_ELSE = 0xa1,
	OP_WHILE = 0xa2,
	OP_NOOP = 0xa3,
	OP_RETURN = 0xa4,

	OP_MUTEX = 0x5b01,
	OP_EVENT = 0x5b02,
	OP_CREATE_FIELD = 0x5b13,
	OP_REGION = 0x5b80,
	OP_FIELD = 0x5b81,
	OP_DEVICE = 0x5b82,
	OP_PROCESSOR = 0x5b83,
	OP_POWER_RESOURCE = 0x5b84,
	OP_THERMAL_ZONE = 0x5b85,
	OP_INDEX_FIELD = 0x5b86,
	OP_BANK_FIELD = 0x5b87,
	OP_DATA_REGION = 0x5b88,
};

enum step { STEP_ON, STEP_FOUND, STEP_BAD };

static const char subject[] = "aml";

static bool push(struct aml_walk *walk, struct bytes terms, const struct aml_path *scope)
{
	struct aml_frame *frame;

	if (walk->depth == AML_MAX_DEPTH) {
		if (!walk->quiet)
			log_error(subject, "scope: nested deeper than %u: passed over",
				AML_MAX_DEPTH);
		walk->status = ERR_MALFORMED;
		return false;
	}
	frame = &walk->frames[walk->depth++];
	frame->cursor = terms;
	frame->scope = *scope;
	return true;
}

void aml_walk_begin(struct aml_walk *walk, struct bytes terms, const struct aml_path *scope,
	unsigned *steps, bool quiet)
{
	walk->start = terms.data;
	walk->depth = 1;
	walk->steps = steps;
	walk->quiet = quiet;
	walk->conditional = false;
	walk->status = OK;
	walk->frames[0].cursor = terms;
	walk->frames[0].scope = *scope;
}

static enum step step_if(bool ok)
{
	return ok ? STEP_ON : STEP_BAD;
}

/* The path in the frame's scope, from the name at a cursor. */
static bool take_path(struct bytes *b, const struct aml_path *scope, struct aml_path *path)
{
	struct aml_name name;

	return aml_take_name(b, &name) && aml_join(scope, &name, path);
}

/* The path of what is declared; the root itself is there already. */
static bool take_declared(struct bytes *b, const struct aml_path *scope, struct aml_path *path)
{
	return take_path(b, scope, path) && path->count;
}

static enum step step_name(struct aml_frame *frame, struct aml_object *object)
{
	struct bytes *b = &frame->cursor;
	size_t start;

	if (!take_declared(b, &frame->scope, &object->path))
		return STEP_BAD;
	start = b->pos;
	if (!aml_skip_terms(b, 1))
		return STEP_BAD;
	object->kind = AML_OBJECT_NAME;
	object->body = bytes_slice(b, start, b->pos - start);
	return STEP_FOUND;
}

static enum step step_method(struct aml_frame *frame, struct aml_object *object)
{
	struct bytes content;

	if (!aml_take_package(&frame->cursor, &content))
		return STEP_BAD;
	/* A method with a bad name harms nobody else: its length is known. */
	if (!take_declared(&content, &frame->scope, &object->path))
		return STEP_ON;
	bytes_u8(&content); /* flags */
	if (content.overrun)
		return STEP_ON;
	object->kind = AML_OBJECT_METHOD;
	object->body = bytes_slice(&content, content.pos, bytes_left(&content));
	return STEP_FOUND;
}

/* Scope and Device: a term list to go into. */
static enum step step_scope(
	struct aml_walk *walk, struct aml_frame *frame, struct aml_object *object, bool is_device)
{
	struct bytes content, terms;

	if (!aml_take_package(&frame->cursor, &content))
		return STEP_BAD;
	if (!take_path(&content, &frame->scope, &object->path)) {
		if (!walk->quiet)
			log_debug(subject, "scope: its name cannot be read: passed over");
		return STEP_ON;
	}
	terms = bytes_slice(&content, content.pos, bytes_left(&content));
	if (!push(walk, terms, &object->path))
		return STEP_ON;
	object->kind = AML_OBJECT_DEVICE;
	object->body = terms;
	return is_device ? STEP_FOUND : STEP_ON;
}

static enum step step_package(struct bytes *b)
{
	struct bytes content;

	return step_if(aml_take_package(b, &content));
}

static enum step step_return(struct bytes *b, struct aml_object *object)
{
	object->kind = AML_OBJECT_RETURN;
	object->body = bytes_slice(b, b->pos, bytes_left(b));
	bytes_seek(b, b->size);
	return STEP_FOUND;
}

/* A name, then `size` bytes, then `terms` terms. */
static bool skip_named(struct bytes *b, size_t size, unsigned terms)
{
	struct aml_name name;

	return aml_take_name(b, &name) && bytes_take(b, size) && aml_skip_terms(b, terms);
}

static unsigned take_op(struct bytes *b)
{
	unsigned op = bytes_u8(b);

	return op == OP_EXTENDED ? op << 8 | bytes_u8(b) : op;
}

static enum step step_list_op(
	struct aml_walk *walk, struct aml_frame *frame, struct aml_object *object, unsigned op)
{
	struct bytes *b = &frame->cursor;

	switch (op) {
	case OP_NAME: return step_name(frame, object);
	case OP_METHOD: return step_method(frame, object);
	case OP_SCOPE: return step_scope(walk, frame, object, false);
	case OP_DEVICE: return step_scope(walk, frame, object, true);
	case OP_RETURN: return step_return(b, object);
	case OP_IF:
	case OP_ELSE:
	case OP_WHILE: walk->conditional = true; return step_package(b);
	case OP_FIELD:
	case OP_INDEX_FIELD:
	case OP_BANK_FIELD:
	case OP_PROCESSOR:
	case OP_POWER_RESOURCE:
	case OP_THERMAL_ZONE: return step_package(b);
	case OP_NOOP: return STEP_ON;
	case OP_ALIAS: return step_if(aml_skip_terms(b, 2));
	case OP_EXTERNAL: return step_if(skip_named(b, 2, 0)); /* type, argument count */
	case OP_MUTEX: return step_if(skip_named(b, 1, 0)); /* sync flags */
	case OP_EVENT: return step_if(skip_named(b, 0, 0));
	case OP_REGION: return step_if(skip_named(b, 1, 2)); /* space; offset, length */
	case OP_DATA_REGION: return step_if(skip_named(b, 0, 3)); /* three strings */
	case OP_CREATE_BIT_FIELD:
	case OP_CREATE_BYTE_FIELD:
	case OP_CREATE_WORD_FIELD:
	case OP_CREATE_DWORD_FIELD:
	case OP_CREATE_QWORD_FIELD: return step_if(aml_skip_terms(b, 3)); /* the third: its name */
	case OP_CREATE_FIELD: return step_if(aml_skip_terms(b, 4));
	default: return STEP_BAD;
	}
}

/* Leaves the scope in which the opcode at `at` cannot be read. */
static void give_up(struct aml_walk *walk, struct bytes *b, unsigned op, size_t at)
{
	size_t offset = (size_t)(b->data - walk->start) + at, left = b->size - at;

	if (b->overrun) {
		if (!walk->quiet)
			log_error(subject,
				"length: opcode 0x%02x at 0x%lx runs over the end of its scope "
				"(0x%lx bytes are left)",
				op, offset, left);
		walk->status = ERR_MALFORMED;
	} else if (!walk->quiet) {
		log_debug(subject,
			"opcode: 0x%02x at 0x%lx is not known: the other 0x%lx bytes of its scope "
			"are passed over",
			op, offset, left);
	}
	bytes_seek(b, b->size);
}

bool aml_walk_next(struct aml_walk *walk, struct aml_object *object)
{
	while (walk->depth) {
		struct aml_frame *frame = &walk->frames[walk->depth - 1];
		size_t at = frame->cursor.pos;
		enum step step;
		unsigned op;

		if (!bytes_left(&frame->cursor)) {
			walk->depth--;
			continue;
		}
		if (!*walk->steps) {
			walk->status = ERR_MALFORMED;
			return false;
		}
		--*walk->steps;
		op = take_op(&frame->cursor);
		step = step_list_op(walk, frame, object, op);
		if (step == STEP_FOUND)
			return true;
		if (step == STEP_BAD)
			give_up(walk, &frame->cursor, op, at);
	}
	return false;
}
