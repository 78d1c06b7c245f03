/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A walk over the declarations of an AML term list, scopes included, in the order they are written
 * (ACPI 6.5 §20.2.5). Method bodies are not entered: they are term lists to walk on their own.
 */
#ifndef PLATFORM_AML_WALK_H
#define PLATFORM_AML_WALK_H

#include "mem/status.h"
#include "platform/aml_term.h"

#define AML_MAX_DEPTH 32u

enum aml_object_kind {
	AML_OBJECT_NAME, /* body: the data object */
	AML_OBJECT_METHOD, /* body: the term list */
	AML_OBJECT_DEVICE, /* body: the term list; what is in it comes next */
	AML_OBJECT_RETURN, /* body: what is returned. Ends its scope. Has no path */
};

struct aml_object {
	enum aml_object_kind kind;
	struct aml_path path;
	struct bytes body;
};

struct aml_frame {
	struct bytes cursor;
	struct aml_path scope;
};

struct aml_walk {
	const uint8_t *start; /* of the term list, which offsets in the log count from */
	struct aml_frame frames[AML_MAX_DEPTH];
	unsigned depth;
	unsigned *steps; /* what is left to look at; shared, borrowed */
	bool quiet; /* a repeated walk: what is wrong has been logged before */
	bool conditional; /* an If, Else or While was passed over */
	enum status status; /* ERR_MALFORMED once something was wrong */
};

/* Begins a walk over a term list that stands in `scope`. */
void aml_walk_begin(struct aml_walk *walk, struct bytes terms, const struct aml_path *scope,
	unsigned *steps, bool quiet);

/* The next object; false at the end. What is wrong ends its scope only, and sets the status. */
MUST_CHECK bool aml_walk_next(struct aml_walk *walk, struct aml_object *object);

#endif
