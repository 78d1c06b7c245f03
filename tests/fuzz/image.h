/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A piece of physical memory with tables in it, made of an input.
 */
#ifndef TESTS_FUZZ_IMAGE_H
#define TESTS_FUZZ_IMAGE_H

#include "platform/acpi.h"

#define IMAGE_BASE 0x40000000u /* as in tests/samples/acpi */

struct image_piece;

struct image {
	const uint8_t *data;
	size_t size;
	/*
	 * Checksums of what is read are set right, so that a mutation gets past them: the RSDP's,
	 * ACPI tables', SMBIOS entry points'.
	 */
	bool mend;
	struct image_piece *pieces; /* handed out */
};

/*
 * The image (borrowed) as a source of tables. Each piece that is mapped is a block of its own size,
 * so that the sanitizer sees a parser read beyond what it asked for.
 */
struct table_source image_source(struct image *image);

/* Frees the pieces. */
void image_close(struct image *image);

/* Sets data[at] so that all bytes add up to 0. */
void image_mend_sum(uint8_t *data, size_t size, size_t at);

#endif
