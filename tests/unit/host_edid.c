/* SPDX-License-Identifier: BSD-2-Clause */
/* In: nothing, or an extension. Out: an EDID around it, and what is read of that. */
#include "host_edid.h"

#include <string.h>

#include "host.h"

const uint8_t edid_timing_1080[18] = {0x02, 0x3a, 0x80, 0x18, 0x71, 0x38, 0x2d, 0x40, 0x58, 0x2c,
	0x45, 0x00, 0x09, 0x25, 0x21, 0x00, 0x00, 0x1e};

void edid_seal(uint8_t *block)
{
	uint8_t sum = 0;

	for (unsigned i = 0; i < EDID_BLOCK_SIZE - 1; i++)
		sum = (uint8_t)(sum + block[i]);
	block[EDID_BLOCK_SIZE - 1] = (uint8_t)-sum;
}

void edid_plain(uint8_t *block)
{
	static const uint8_t start[] = {0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00, 0x04, 0x43,
		0x34, 0x12, 0x78, 0x56, 0x34, 0x12, 0, 0, 1, 3};

	memset(block, 0, EDID_BLOCK_SIZE);
	memcpy(block, start, sizeof(start));
	for (unsigned i = 0; i < 4; i++)
		block[EDID_DESCRIPTOR(i) + 3] = 0x10;
	edid_seal(block);
}

struct edid edid_of(const void *data, size_t size)
{
	struct edid edid;

	if (edid_parse(bytes_of(data, size), "gpu0", &edid) != OK)
		fail_msg("%s", host_log());
	return edid;
}

struct edid edid_with(uint8_t *extension)
{
	uint8_t blocks[2 * EDID_BLOCK_SIZE];

	edid_plain(blocks);
	blocks[126] = 1;
	edid_seal(blocks);
	edid_seal(extension);
	memcpy(blocks + EDID_BLOCK_SIZE, extension, EDID_BLOCK_SIZE);
	return edid_of(blocks, sizeof(blocks));
}
