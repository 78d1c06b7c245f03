/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a function that can fail returns. The place that detects a fact logs it; callers pass the
 * status on. Outputs of a function are written only when it returns OK.
 */
#ifndef MEM_STATUS_H
#define MEM_STATUS_H

#include "types.h"

enum status {
	OK,
	ERR_TIMEOUT, /* a deadline passed */
	ERR_NO_MEMORY, /* the DMA pool or a fixed table is full */
	ERR_NOT_FOUND, /* what was looked for is not there */
	ERR_UNSUPPORTED, /* known, and deliberately not driven */
	ERR_MALFORMED, /* a table, a string or an answer breaks its own format */
	ERR_RANGE, /* a value lies outside what is allowed */
	ERR_REFUSED, /* the device refused what it was asked (features, an error response) */
	ERR_NEEDS_RESET, /* the device says DEVICE_NEEDS_RESET */
	ERR_GONE, /* the device answers all ones: it left the bus */
	ERR_PROTOCOL, /* the device broke the specification's rules */
	STATUS_COUNT
};

/* The name of a status in words ("timeout"); "unknown status" for a value outside the list. */
const char *status_name(enum status status);

#endif
