/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Our definitions beside the kernel's, from its UAPI headers (Debian's linux-libc-dev), compared
 * when they are compiled. The names clash, so no translation unit can hold both: uapi_values.c
 * compiles the kernel's column of uapi_list.h, its assembly becomes uapi_values.h (numbers, named
 * by the line of the list), and uapi_ours.c asserts that our column says the same.
 */
#ifndef TESTS_UNIT_UAPI_H
#define TESTS_UNIT_UAPI_H

#include <stddef.h>
#include <stdint.h>

#define SAME(type, field) FIELD(type, field, type, field)

/* The kernel's split ring: vring_init, vring_size and vring_need_event. */
void uapi_kernel_layout(
	unsigned size, unsigned long align, size_t *avail, size_t *used, size_t *total);
int uapi_kernel_need_event(uint16_t event, uint16_t new, uint16_t old);

#endif
