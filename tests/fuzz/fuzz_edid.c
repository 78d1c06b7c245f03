/* SPDX-License-Identifier: BSD-2-Clause */
/* In: an EDID. Out: what is read of it, checked; again with header and checksum set right. */
#include "gpu/edid.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/image.h"

static void check(const struct edid *e)
{
	fuzz_check_text(e->manufacturer, sizeof(e->manufacturer));
	fuzz_check_text(e->name, sizeof(e->name));
	fuzz_check(strlen(e->manufacturer) == 3);
	for (const char *c = e->name; *c; c++)
		fuzz_check(*c >= ' ' && *c <= '~');
	fuzz_check(!e->preferred_width == !e->preferred_height);
	fuzz_check(!e->width_mm == !e->height_mm);
	fuzz_check(e->preferred_width < 4096 && e->preferred_height < 8192);
	fuzz_check(e->extensions <= 255);
}

static enum status parse(const uint8_t *data, size_t size, enum log_level level)
{
	struct edid untouched, edid;
	enum status status;

	memset(&edid, 0xa5, sizeof(edid));
	untouched = edid;
	fuzz_begin(level, NULL);
	status = edid_parse(bytes_of(data, size), "gpu0", &edid);
	if (status == OK) {
		check(&edid);
		return status;
	}
	fuzz_check(status == ERR_MALFORMED && fuzz_lines());
	fuzz_check(!memcmp(&edid, &untouched, sizeof(edid)));
	return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t header[8] = {0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00};
	uint8_t *mended;

	fuzz_check(parse(data, size, LOG_TRACE) == parse(data, size, LOG_ERROR));
	if (size < EDID_BLOCK_SIZE)
		return 0;
	mended = malloc(size);
	memcpy(mended, data, size);
	memcpy(mended, header, sizeof(header));
	image_mend_sum(mended, EDID_BLOCK_SIZE, EDID_BLOCK_SIZE - 1);
	fuzz_check(parse(mended, size, LOG_TRACE) == OK);
	free(mended);
	return 0;
}
