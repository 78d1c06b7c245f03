/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a CTA-861 extension. Out: its video modes, detailed timings and vendors. */
#include "gpu/edid_parts.h"

#include "mem/log.h"

#define CTA_HEADER_SIZE 4u
#define CTA_LAST        127u /* the block's checksum */
#define CTA_REV_BLOCKS  3u /* the first revision with data blocks */

#define CTA_NATIVE 0x0fu

/* Data block tags (CTA-861-H), and extended ones. */
#define BLOCK_VIDEO           2u
#define BLOCK_VENDOR          3u
#define BLOCK_EXTENDED        7u
#define EXTENDED_VENDOR_VIDEO 1u
#define EXTENDED_YCBCR420     14u
#define EXTENDED_VENDOR_AUDIO 17u

/* 1 to 127 and 193 to 253 are a VIC, 129 to 192 are VICs 1 to 64, marked as native (§7.5.1). */
static void read_svd(uint8_t svd, const char *subject, struct edid *edid)
{
	bool native = svd >= 129 && svd <= 192;
	uint8_t vic = native ? svd & 0x7f : svd;
	struct edid_mode mode;

	if (!edid_find_vic(vic, &mode)) {
		log_debug(subject, "EDID: CTA-861: video code %u is not known", svd);
		return;
	}
	mode.preferred = native;
	edid_add_mode(edid, &mode);
}

static void read_video(struct bytes block, const char *subject, struct edid *edid)
{
	while (bytes_left(&block))
		read_svd(bytes_u8(&block), subject, edid);
}

static void read_vendor(struct bytes block, const char *subject, struct edid *edid)
{
	struct edid_cta *cta = &edid->cta;
	uint32_t oui = bytes_le16(&block);

	oui |= (uint32_t)bytes_u8(&block) << 16;
	if (block.overrun)
		log_info(subject, "EDID: CTA-861: a vendor's block of %zu bytes has no OUI",
			block.size);
	else if (cta->vendor_count < EDID_MAX_VENDORS)
		cta->vendors[cta->vendor_count++] = oui;
	else
		log_debug(subject, "EDID: CTA-861: vendor 0x%06x is left out", oui);
}

static const char *extended_name(uint8_t tag)
{
	switch (tag) {
	case 0: return "video capability";
	case 2: return "VESA display device";
	case 5: return "colorimetry";
	case 6: return "HDR static metadata";
	case 7: return "HDR dynamic metadata";
	case 8: return "native video resolution";
	case 13: return "video format preference";
	case 15: return "YCbCr 4:2:0 capability map";
	case 19: return "room configuration";
	case 20: return "speaker location";
	case 32: return "InfoFrame";
	case 34: return "DisplayID type VII timing";
	case 35: return "DisplayID type VIII timing";
	case 42: return "DisplayID type X timing";
	case 120: return "HDMI Forum extension override";
	case 121: return "HDMI Forum sink capability";
	default: return "unknown";
	}
}

static void read_extended(struct bytes block, const char *subject, struct edid *edid)
{
	uint8_t tag = bytes_u8(&block);
	struct bytes rest = bytes_of(block.data + block.pos, bytes_left(&block));

	if (block.overrun)
		log_info(subject, "EDID: CTA-861: an extended block has no tag");
	else if (tag == EXTENDED_YCBCR420)
		read_video(rest, subject, edid);
	else if (tag == EXTENDED_VENDOR_VIDEO || tag == EXTENDED_VENDOR_AUDIO)
		read_vendor(rest, subject, edid);
	else
		log_debug(subject, "EDID: CTA-861: extended block %u (%s) is not read", tag,
			extended_name(tag));
}

static const char *block_name(unsigned tag)
{
	switch (tag) {
	case 1: return "audio";
	case 4: return "speaker allocation";
	case 5: return "VESA transfer characteristics";
	case 6: return "video format";
	default: return "unknown";
	}
}

/* Tag in the upper three bits of a block's first byte, length behind it in the others. */
static void read_blocks(struct bytes blocks, const char *subject, struct edid *edid)
{
	while (bytes_left(&blocks)) {
		uint8_t head = bytes_u8(&blocks);
		unsigned tag = head >> 5, length = head & 0x1f;
		struct bytes block = bytes_slice(&blocks, blocks.pos, length);

		if (block.overrun) {
			log_info(subject, "EDID: CTA-861: block %u of %u bytes, %zu are left", tag,
				length, bytes_left(&blocks));
			return;
		}
		bytes_take(&blocks, length);
		if (tag == BLOCK_VIDEO)
			read_video(block, subject, edid);
		else if (tag == BLOCK_VENDOR)
			read_vendor(block, subject, edid);
		else if (tag == BLOCK_EXTENDED)
			read_extended(block, subject, edid);
		else
			log_debug(subject, "EDID: CTA-861: block %u (%s) is not read", tag,
				block_name(tag));
	}
}

static void read_timings(struct bytes timings, const char *subject, struct edid *edid)
{
	while (bytes_left(&timings) >= EDID_DETAILED_SIZE) {
		const uint8_t *d = bytes_take(&timings, EDID_DETAILED_SIZE);

		if (!d[0] && !d[1])
			return;
		edid_read_detailed(d, EDID_CTA_DETAILED, subject, edid);
	}
}

/* The first `count` detailed timings, from the base block on, are native (CTA-861). */
static void mark_native(struct edid *edid, unsigned count)
{
	for (unsigned i = 0; i < edid->mode_count && count; i++) {
		struct edid_mode *mode = &edid->modes[i];

		if (mode->origin == EDID_DETAILED || mode->origin == EDID_CTA_DETAILED) {
			mode->preferred = true;
			count--;
		}
	}
}

void edid_read_cta(struct bytes block, const char *subject, struct edid *edid)
{
	uint8_t revision = block.data[1], timings = block.data[2], features = block.data[3];

	edid->cta.revision = revision;
	edid->cta.features = features;
	if (!timings) /* neither timings nor data blocks */
		return;
	if (timings < CTA_HEADER_SIZE || timings > CTA_LAST) {
		log_info(subject, "EDID: CTA-861: the timings cannot be at %u", timings);
		return;
	}
	if (revision >= CTA_REV_BLOCKS)
		read_blocks(bytes_slice(&block, CTA_HEADER_SIZE, timings - CTA_HEADER_SIZE),
			subject, edid);
	read_timings(bytes_slice(&block, timings, CTA_LAST - timings), subject, edid);
	mark_native(edid, features & CTA_NATIVE);
}
