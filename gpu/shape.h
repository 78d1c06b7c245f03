/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The commands that the driver knows (virtio 1.3 §5.7.6.8): their names, how long they and their
 * answers are, and which of those that were sent fit that.
 */
#ifndef GPU_SHAPE_H
#define GPU_SHAPE_H

#include "gpu/history.h"

/* The most entries of a RESOURCE_ATTACH_BACKING that QEMU takes. */
#define GPU_MAX_ENTRIES 16384u

struct gpu_shape {
	uint32_t type;
	const char *name; /* "RESOURCE_FLUSH" */
	uint32_t request; /* bytes of its struct, without the entries behind it */
	uint32_t response; /* the type that it is answered with; 0: it has no response */
	uint32_t response_size; /* at least */
	bool long_response; /* it may have more, up to GPU_LONG_SIZE */
};

/* NULL when it is none of them. */
const struct gpu_shape *gpu_shape_of(uint32_t type);

/* "RESOURCE_FLUSH"; "unknown command" for a type that is none of them. */
const char *gpu_command_name(uint32_t type);

/* The bytes that the request's own fields call for; 0 for an unknown command. */
uint64_t gpu_record_needed(const struct gpu_record *r);

/* Whether the request went out shorter than that. */
bool gpu_record_truncated(const struct gpu_record *r);

/* Whether the device did what a command says, as far as request and answer tell. */
bool gpu_record_carried_out(const struct gpu_record *r);

/* An error response of the specification. */
bool gpu_response_is_error(uint32_t response);

#endif
