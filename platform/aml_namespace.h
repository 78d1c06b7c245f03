/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of definition blocks, looked up: what platform/aml.c and aml_route.c share.
 */
#ifndef PLATFORM_AML_NAMESPACE_H
#define PLATFORM_AML_NAMESPACE_H

#include "platform/aml_walk.h"

struct aml_namespace {
	const struct bytes *blocks;
	unsigned count;
	unsigned steps; /* objects that may still be looked at */
};

/* The first name or method at a path. */
MUST_CHECK bool aml_find_path(
	struct aml_namespace *ns, const struct aml_path *path, struct aml_object *out);

/* ACPI 6.5 §5.3: a lone segment is searched for in the scope and then in those around it. */
MUST_CHECK bool aml_find_name(struct aml_namespace *ns, const struct aml_path *scope,
	const struct aml_name *name, struct aml_object *out);

/* The value that a name or method stands for; AML_VALUE_OTHER when it is no constant. */
void aml_evaluate(struct aml_namespace *ns, struct aml_object object, struct aml_value *value);

/* `\_SB.PCI0`: without the underscores that fill a segment up. */
void aml_write_path(const struct aml_path *path, char *out, size_t size);

#endif
