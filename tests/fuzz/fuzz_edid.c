/* SPDX-License-Identifier: BSD-2-Clause */
/* In: an EDID. Out: what is read of it, checked; again with header and checksums set right. */
#include "gpu/edid.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/image.h"

static void check_text(const char *text, size_t size)
{
	fuzz_check_text(text, size);
	for (const char *c = text; *c; c++)
		fuzz_check(*c >= ' ' && *c <= '~');
}

static void check_mode(const struct edid_mode *m)
{
	fuzz_check(m->width && m->height);
	fuzz_check(m->width <= 65536 && m->height <= 65536);
	fuzz_check(m->origin <= EDID_TYPE_VII);
	fuzz_check(!m->vic == (m->origin != EDID_CTA_VIC));
}

static bool same_mode(const struct edid_mode *a, const struct edid_mode *b)
{
	return a->width == b->width && a->height == b->height && a->origin == b->origin &&
	       a->refresh_mhz == b->refresh_mhz && a->clock_khz == b->clock_khz;
}

/* The preferred mode is one of the modes, or none. */
static void check_preferred(const struct edid *e)
{
	bool found = !e->preferred.width;

	for (unsigned i = 0; i < e->mode_count; i++)
		found |= same_mode(&e->preferred, &e->modes[i]);
	fuzz_check(found);
}

static void check(const struct edid *e)
{
	fuzz_check(strlen(e->manufacturer) == 3);
	check_text(e->manufacturer, sizeof(e->manufacturer));
	check_text(e->name, sizeof(e->name));
	check_text(e->serial_text, sizeof(e->serial_text));
	check_text(e->displayid.vendor, sizeof(e->displayid.vendor));
	check_text(e->displayid.name, sizeof(e->displayid.name));
	fuzz_check(!e->width_mm == !e->height_mm);
	fuzz_check(e->extensions <= 255);
	fuzz_check(e->range.v_min_hz <= e->range.v_max_hz);
	fuzz_check(e->range.h_min_khz <= e->range.h_max_khz);
	fuzz_check(e->cta.vendor_count <= EDID_MAX_VENDORS);
	fuzz_check(e->displayid.tile_x < 64 && e->displayid.tile_y < 64);
	fuzz_check(e->mode_count <= EDID_MAX_MODES);
	for (unsigned i = 0; i < e->mode_count; i++)
		check_mode(&e->modes[i]);
	check_preferred(e);
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
		edid_log(&edid, "gpu0", 0);
		return status;
	}
	fuzz_check(status == ERR_MALFORMED && fuzz_lines());
	fuzz_check(!memcmp(&edid, &untouched, sizeof(edid)));
	return status;
}

/* DisplayID has a checksum of its own inside the block's. */
static void mend_extensions(uint8_t *data, size_t size)
{
	for (size_t at = EDID_BLOCK_SIZE; at + EDID_BLOCK_SIZE <= size; at += EDID_BLOCK_SIZE) {
		uint8_t *block = data + at;

		if (block[0] == 0x70 && block[2] <= 121)
			image_mend_sum(block + 1, block[2] + 5u, block[2] + 4u);
		image_mend_sum(block, EDID_BLOCK_SIZE, EDID_BLOCK_SIZE - 1);
	}
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
	mend_extensions(mended, size);
	fuzz_check(parse(mended, size, LOG_TRACE) == OK);
	free(mended);
	return 0;
}
