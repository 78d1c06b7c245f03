/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EDID, as a display describes itself (VESA E-EDID Standard, release A rev. 2): the base block's
 * identity and preferred timing. The data comes from a device and is untrusted.
 */
#ifndef GPU_EDID_H
#define GPU_EDID_H

#include "mem/bytes.h"
#include "mem/status.h"

#define EDID_BLOCK_SIZE 128u

struct edid {
	char manufacturer[4]; /* three letters, PNP ID */
	uint16_t product;
	uint32_t serial;
	uint8_t version;
	uint8_t revision;
	unsigned extensions; /* blocks stated behind the base block */
	uint32_t width_mm; /* physical size; 0: not stated */
	uint32_t height_mm;
	uint32_t preferred_width; /* of the first detailed timing; 0: there is none */
	uint32_t preferred_height;
	uint32_t preferred_hz; /* rounded; 0: not stated */
	char name[14]; /* display product name descriptor; "" when there is none */
};

/*
 * Reads the base block. ERR_MALFORMED, logged under `subject` with the reason, for less than 128
 * bytes, a wrong header or a wrong checksum. Extension blocks that are stated but not there or
 * whose checksum is wrong are logged and do not count as an error.
 */
MUST_CHECK enum status edid_parse(struct bytes data, const char *subject, struct edid *out);

#endif
