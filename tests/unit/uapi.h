/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Our definitions beside the kernel's, from its UAPI headers (Debian's linux-libc-dev). The names
 * clash, so each side has a translation unit of its own, uapi_ours.c and uapi_kernel.c: both expand
 * the list of uapi_list.h, each its own column.
 */
#ifndef TESTS_UNIT_UAPI_H
#define TESTS_UNIT_UAPI_H

#include <stddef.h>
#include <stdint.h>

#define SAME(type, field) FIELD(type, field, type, field)

struct uapi_value {
	const char *name; /* ours, on both sides */
	uint64_t value;
};

extern const struct uapi_value uapi_ours[], uapi_kernel[];
extern const size_t uapi_ours_count, uapi_kernel_count;

/* The kernel's split ring: vring_init, vring_size and vring_need_event. */
void uapi_kernel_layout(
	unsigned size, unsigned long align, size_t *avail, size_t *used, size_t *total);
int uapi_kernel_need_event(uint16_t event, uint16_t new, uint16_t old);

#endif
