/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a DisplayID extension, 1.x or 2.x. Out: its timings, and what it says of the display. */
#include "gpu/edid_parts.h"

#include "mem/log.h"

/* The section begins behind the extension's tag. */
#define SECTION_HEADER_SIZE 5u /* with the tag: version, bytes of blocks, use, extensions */
#define SECTION_MAX_BLOCKS  121u
#define BLOCK_HEADER_SIZE   3u /* tag, revision, length */
#define TIMING_SIZE         20u
#define TYPE_I_UNIT_KHZ     10u
#define TIMING_PREFERRED    0x80u
#define TIMING_INTERLACED   0x10u
#define SYNC_POSITIVE       0x8000u
#define SIZE_IN_MM          0x80u /* of a 2.x block's revision: not in tenths */

/* Data block tags, DisplayID 1.3 and 2.0. */
#define BLOCK_PRODUCT      0x00u
#define BLOCK_PARAMETERS   0x01u
#define BLOCK_TYPE_I       0x03u
#define BLOCK_TILED        0x12u
#define BLOCK_2_PRODUCT    0x20u
#define BLOCK_2_PARAMETERS 0x21u
#define BLOCK_2_TYPE_VII   0x22u
#define BLOCK_2_TILED      0x28u

/*
 * Vendor (a PNP ID, or an OUI), product code, serial number, week, year, length of the name, name.
 * False when the block is too short, as with the two below.
 */
static bool read_product(struct bytes b, bool oui, struct edid_displayid *id)
{
	const uint8_t *vendor = bytes_take(&b, 3), *name;
	uint16_t product = bytes_le16(&b);
	uint32_t serial = bytes_le32(&b);
	size_t length;

	bytes_le16(&b);
	length = bytes_u8(&b);
	name = bytes_take(&b, length);
	if (b.overrun)
		return false;
	if (oui)
		id->vendor_oui = (uint32_t)vendor[0] << 16 | vendor[1] << 8 | vendor[2];
	else
		edid_copy_text(id->vendor, sizeof(id->vendor), vendor, 3);
	id->product = product;
	id->serial = serial;
	edid_copy_text(id->name, sizeof(id->name), name, length);
	return true;
}

/* Image size in tenths of a millimetre, or in millimetres, then the native pixels. */
static bool read_parameters(struct bytes b, uint32_t unit, struct edid *edid)
{
	uint32_t width = bytes_le16(&b), height = bytes_le16(&b);
	uint32_t native_width = bytes_le16(&b), native_height = bytes_le16(&b);

	if (b.overrun)
		return false;
	edid_offer_size(edid, (width + unit / 2) / unit, (height + unit / 2) / unit);
	edid->displayid.native_width = native_width;
	edid->displayid.native_height = native_height;
	return true;
}

/* Each part a number less one; the topology's high bits stand in its third byte. */
static bool read_tiled(struct bytes b, struct edid_displayid *id)
{
	const uint8_t *t = bytes_take(&b, 4);
	uint32_t width = bytes_le16(&b), height = bytes_le16(&b);

	if (b.overrun)
		return false;
	id->tiles_wide = (t[1] >> 4 | (t[3] >> 2 & 0x30u)) + 1;
	id->tiles_high = ((t[1] & 0x0fu) | (t[3] & 0x30u)) + 1;
	id->tile_x = t[2] >> 4 | (t[3] << 2 & 0x30u);
	id->tile_y = (t[2] & 0x0fu) | (t[3] << 4 & 0x30u);
	id->tile_width = width + 1;
	id->tile_height = height + 1;
	return true;
}

/* Each number less one. Lines of an interlaced mode are those of a frame. */
static struct edid_mode decode_timing(struct bytes t, uint32_t unit_khz)
{
	uint32_t clock = bytes_le16(&t), flags, h_front, v_front;
	struct edid_mode m = {0};

	clock |= (uint32_t)bytes_u8(&t) << 16;
	flags = bytes_u8(&t);
	m.clock_khz = (clock + 1) * unit_khz;
	m.preferred = flags & TIMING_PREFERRED;
	m.interlaced = flags & TIMING_INTERLACED;
	m.width = bytes_le16(&t) + 1u;
	m.h_blank = bytes_le16(&t) + 1u;
	h_front = bytes_le16(&t);
	m.h_sync = bytes_le16(&t) + 1u;
	m.height = bytes_le16(&t) + 1u;
	m.v_blank = bytes_le16(&t) + 1u;
	v_front = bytes_le16(&t);
	m.v_sync = bytes_le16(&t) + 1u;
	m.h_positive = h_front & SYNC_POSITIVE;
	m.v_positive = v_front & SYNC_POSITIVE;
	m.h_front = (h_front & ~SYNC_POSITIVE) + 1;
	m.v_front = (v_front & ~SYNC_POSITIVE) + 1;
	if (m.interlaced) {
		m.v_blank /= 2;
		m.v_front /= 2;
		m.v_sync /= 2;
	}
	return m;
}

static void read_timings(struct bytes b, enum edid_origin origin, size_t size, const char *subject,
	struct edid *edid)
{
	uint32_t unit_khz = origin == EDID_TYPE_I ? TYPE_I_UNIT_KHZ : 1;

	while (bytes_left(&b) >= size) {
		struct edid_mode mode = decode_timing(bytes_slice(&b, b.pos, size), unit_khz);

		bytes_take(&b, size);
		mode.origin = (uint8_t)origin;
		edid_add_timing(edid, mode, subject);
	}
	if (bytes_left(&b))
		log_info(subject, "EDID: DisplayID: %zu bytes behind the timings", bytes_left(&b));
}

static const char *block_name(uint8_t tag)
{
	static const char *const names_1[] = {NULL, NULL, "colour characteristics", NULL,
		"type II timing", "type III timing", "type IV timing", "VESA timings",
		"CTA timings", "timing range limits", "serial number", "text", "device data",
		"power sequence", "transfer characteristics", "interface", "stereo",
		"type V timing", NULL, "type VI timing"};
	static const char *const names_2[] = {NULL, NULL, NULL, "type VIII timing",
		"type IX timing", "dynamic timing range", "interface features", "stereo", NULL,
		"container ID", "type X timing", "adaptive sync", "AR/VR HMD", "AR/VR layer",
		"brightness"};

	if (tag == 0x7e || tag == 0x7f)
		return "vendor-specific";
	if (tag == 0x81)
		return "CTA data blocks";
	if (tag < ARRAY_SIZE(names_1) && names_1[tag])
		return names_1[tag];
	if (tag >= 0x20 && tag - 0x20u < ARRAY_SIZE(names_2) && names_2[tag - 0x20u])
		return names_2[tag - 0x20u];
	return "unknown";
}

/* Bits 6:4 of a type VII block's revision: bytes that each timing has more. */
static void read_block(
	uint8_t tag, uint8_t revision, struct bytes b, const char *subject, struct edid *edid)
{
	uint32_t unit = tag == BLOCK_2_PARAMETERS && revision & SIZE_IN_MM ? 1 : 10;
	bool whole = true;

	switch (tag) {
	case BLOCK_PRODUCT:
	case BLOCK_2_PRODUCT:
		whole = read_product(b, tag == BLOCK_2_PRODUCT, &edid->displayid);
		break;
	case BLOCK_PARAMETERS:
	case BLOCK_2_PARAMETERS: whole = read_parameters(b, unit, edid); break;
	case BLOCK_TILED:
	case BLOCK_2_TILED: whole = read_tiled(b, &edid->displayid); break;
	case BLOCK_TYPE_I: read_timings(b, EDID_TYPE_I, TIMING_SIZE, subject, edid); break;
	case BLOCK_2_TYPE_VII:
		read_timings(b, EDID_TYPE_VII, TIMING_SIZE + (revision >> 4 & 7u), subject, edid);
		break;
	default:
		log_debug(subject, "EDID: DisplayID: block 0x%02x (%s) is not read", tag,
			block_name(tag));
	}
	if (!whole)
		log_info(subject, "EDID: DisplayID: block 0x%02x of %zu bytes is too short", tag,
			b.size);
}

/* What is left behind the last block is filled with 0, which is also the tag of an empty block. */
static void read_blocks(struct bytes blocks, const char *subject, struct edid *edid)
{
	while (bytes_left(&blocks) >= BLOCK_HEADER_SIZE) {
		uint8_t tag = bytes_u8(&blocks), revision = bytes_u8(&blocks);
		uint8_t length = bytes_u8(&blocks);
		struct bytes block = bytes_slice(&blocks, blocks.pos, length);

		if (!tag && !length)
			return;
		if (block.overrun) {
			log_info(subject, "EDID: DisplayID: block 0x%02x of %u bytes, %zu are left",
				tag, length, bytes_left(&blocks));
			return;
		}
		bytes_take(&blocks, length);
		read_block(tag, revision, block, subject, edid);
	}
}

void edid_read_displayid(struct bytes block, const char *subject, struct edid *edid)
{
	uint8_t version = block.data[1], length = block.data[2];

	if (version >> 4 != 1 && version >> 4 != 2) {
		log_info(subject, "EDID: DisplayID %u.%u is not read", version >> 4, version & 15);
		return;
	}
	if (length > SECTION_MAX_BLOCKS) {
		log_info(subject, "EDID: DisplayID: the section of %u bytes does not fit", length);
		return;
	}
	if (!edid_sum_fits(&block, 1, SECTION_HEADER_SIZE + length)) {
		log_info(subject, "EDID: DisplayID: the checksum of the section is wrong");
		return;
	}
	edid->displayid.version = version >> 4;
	edid->displayid.revision = version & 15;
	edid->displayid.use = block.data[3];
	read_blocks(bytes_slice(&block, SECTION_HEADER_SIZE, length), subject, edid);
}
