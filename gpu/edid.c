/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the bytes of an EDID. Out: who made the display, what it is called and what it can show. */
#include "gpu/edid.h"

#include "gpu/edid_parts.h"
#include "mem/log.h"
#include "mem/string.h"

/* Offsets in the base block (E-EDID A2 §3.1). */
#define EDID_MANUFACTURER 8u
#define EDID_WIDTH_CM     21u
#define EDID_FEATURES     24u
#define EDID_ESTABLISHED  35u
#define EDID_STANDARD     38u
#define EDID_DESCRIPTORS  54u
#define EDID_EXTENSIONS   126u

#define FIRST_YEAR       1990u
#define STANDARD_COUNT   8u
#define DESCRIPTOR_COUNT 4u
#define TEXT_OFFSET      5u
#define TEXT_LENGTH      13u

/* Tags of display descriptors (E-EDID A2 §3.10.3). */
#define DESCRIPTOR_DUMMY       0x10u
#define DESCRIPTOR_ESTABLISHED 0xf7u
#define DESCRIPTOR_STANDARD    0xfau
#define DESCRIPTOR_NAME        0xfcu
#define DESCRIPTOR_RANGE       0xfdu
#define DESCRIPTOR_SERIAL      0xffu

/* Tags of extension blocks. */
#define EXTENSION_CTA       0x02u
#define EXTENSION_DISPLAYID 0x70u
#define EXTENSION_MAP       0xf0u

static enum status check_base(const struct bytes *data, const char *subject)
{
	static const uint8_t header[8] = {0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00};

	if (data->size < EDID_BLOCK_SIZE) {
		log_error(subject, "EDID: %zu bytes are less than a block of %u", data->size,
			EDID_BLOCK_SIZE);
		return ERR_MALFORMED;
	}
	if (memcmp(data->data, header, sizeof(header))) {
		log_error(subject, "EDID: the header is wrong");
		return ERR_MALFORMED;
	}
	if (!edid_sum_fits(data, 0, EDID_BLOCK_SIZE)) {
		log_error(subject, "EDID: the checksum of the base block is wrong");
		return ERR_MALFORMED;
	}
	return OK;
}

/* Three letters of five bits each, 1 for A, the first one highest, in a big-endian word. */
static void read_manufacturer(struct bytes *base, struct edid *edid, const char *subject)
{
	unsigned high = bytes_u8(base), code = high << 8 | bytes_u8(base);
	bool letters = true;

	for (unsigned i = 0; i < 3; i++) {
		unsigned letter = code >> (10 - 5 * i) & 0x1f;
		bool valid = letter >= 1 && letter <= 26;

		edid->manufacturer[i] = valid ? (char)('A' + letter - 1) : '?';
		letters &= valid;
	}
	if (!letters)
		log_info(subject, "EDID: the manufacturer 0x%04x is not three letters", code);
}

/* Vendor and product identification, version, input definition (E-EDID A2 §3.4 to §3.6.1). */
static void read_identity(struct bytes *base, struct edid *edid, const char *subject)
{
	bytes_seek(base, EDID_MANUFACTURER);
	read_manufacturer(base, edid, subject);
	edid->product = bytes_le16(base);
	edid->serial = bytes_le32(base);
	edid->week = bytes_u8(base);
	edid->year = (uint16_t)(FIRST_YEAR + bytes_u8(base));
	edid->version = bytes_u8(base);
	edid->revision = bytes_u8(base);
	edid->input = bytes_u8(base);
	bytes_seek(base, EDID_FEATURES);
	edid->features = bytes_u8(base);
	bytes_seek(base, EDID_EXTENSIONS);
	edid->extensions = bytes_u8(base);
}

/* In centimetres; with one side 0 it is an aspect ratio or unknown (E-EDID A2 §3.6.2). */
static void read_size(struct bytes *base, struct edid *edid)
{
	uint32_t width_cm, height_cm;

	bytes_seek(base, EDID_WIDTH_CM);
	width_cm = bytes_u8(base);
	height_cm = bytes_u8(base);
	edid_offer_size(edid, width_cm * 10, height_cm * 10);
}

/* Up to 13 characters, ended by a newline when shorter. The first descriptor of a kind counts. */
static void read_text(const uint8_t *descriptor, char out[EDID_TEXT_SIZE])
{
	const uint8_t *text = descriptor + TEXT_OFFSET;
	size_t length = 0;

	while (length < TEXT_LENGTH && text[length] != '\n')
		length++;
	if (!out[0])
		edid_copy_text(out, EDID_TEXT_SIZE, text, length);
}

/* Byte 4 adds 255 to a maximum (bit 1 of two), or to both limits (E-EDID A2 §3.10.3.3). */
static void read_range(const uint8_t *d, struct edid *edid, const char *subject)
{
	unsigned v = d[4] & 3, h = d[4] >> 2 & 3;
	struct edid_range range = {
		.v_min_hz = (uint16_t)(d[5] + (v == 3 ? 255 : 0)),
		.v_max_hz = (uint16_t)(d[6] + (v & 2 ? 255 : 0)),
		.h_min_khz = (uint16_t)(d[7] + (h == 3 ? 255 : 0)),
		.h_max_khz = (uint16_t)(d[8] + (h & 2 ? 255 : 0)),
		.clock_max_mhz = (uint16_t)(d[9] * 10),
	};

	if (!range.v_min_hz || range.v_min_hz > range.v_max_hz || !range.h_min_khz ||
		range.h_min_khz > range.h_max_khz) {
		log_info(subject, "EDID: the range of %u-%u Hz, %u-%u kHz is ignored",
			range.v_min_hz, range.v_max_hz, range.h_min_khz, range.h_max_khz);
		return;
	}
	edid->range = range;
}

static const char *descriptor_name(uint8_t tag)
{
	switch (tag) {
	case 0xf8: return "CVT 3-byte codes";
	case 0xf9: return "display colour management";
	case 0xfb: return "colour point";
	case 0xfe: return "text";
	default: return tag < 0x10 ? "the manufacturer's own" : "unknown";
	}
}

/* A descriptor is a timing when its pixel clock is not 0, else its byte 3 says what it is. */
static void read_descriptor(const uint8_t *d, struct edid *edid, const char *subject)
{
	if (d[0] || d[1]) {
		edid_read_detailed(d, EDID_DETAILED, subject, edid);
		return;
	}
	switch (d[3]) {
	case DESCRIPTOR_DUMMY: return;
	case DESCRIPTOR_NAME: read_text(d, edid->name); return;
	case DESCRIPTOR_SERIAL: read_text(d, edid->serial_text); return;
	case DESCRIPTOR_RANGE: read_range(d, edid, subject); return;
	case DESCRIPTOR_STANDARD: edid_read_standard(d + 5, 6, edid); return;
	case DESCRIPTOR_ESTABLISHED: edid_read_established_3(d + 6, edid); return;
	default:
		log_debug(subject, "EDID: descriptor 0x%02x (%s) is not read", d[3],
			descriptor_name(d[3]));
	}
}

static void read_timings(struct bytes *base, struct edid *edid, const char *subject)
{
	bytes_seek(base, EDID_DESCRIPTORS);
	for (unsigned i = 0; i < DESCRIPTOR_COUNT; i++)
		read_descriptor(bytes_take(base, EDID_DETAILED_SIZE), edid, subject);
	bytes_seek(base, EDID_ESTABLISHED);
	edid_read_established(bytes_take(base, 3), edid);
	bytes_seek(base, EDID_STANDARD);
	edid_read_standard(bytes_take(base, 2 * STANDARD_COUNT), STANDARD_COUNT, edid);
}

static const char *extension_name(uint8_t tag)
{
	switch (tag) {
	case 0x00: return "timing";
	case 0x10: return "video timing block";
	case 0x20: return "EDID 2.0";
	case 0x40: return "display information";
	case 0x50: return "localised strings";
	case 0x60: return "digital packet video link";
	case 0xa7:
	case 0xaf:
	case 0xbf: return "display transfer characteristics";
	case EXTENSION_MAP: return "block map";
	case 0xff: return "the manufacturer's own";
	default: return "unknown";
	}
}

static void read_extension(
	struct bytes block, unsigned number, struct edid *edid, const char *subject)
{
	uint8_t tag = block.data[0];

	if (!edid_sum_fits(&block, 0, EDID_BLOCK_SIZE))
		log_info(subject, "EDID: the checksum of extension block %u is wrong", number);
	else if (tag == EXTENSION_CTA)
		edid_read_cta(block, subject, edid);
	else if (tag == EXTENSION_DISPLAYID)
		edid_read_displayid(block, subject, edid);
	else
		log_debug(subject, "EDID: extension block %u (0x%02x, %s) is not read", number, tag,
			extension_name(tag));
}

static void read_extensions(const struct bytes *data, struct edid *edid, const char *subject)
{
	unsigned present = (unsigned)(data->size / EDID_BLOCK_SIZE - 1);

	if (edid->extensions > present)
		log_info(subject, "EDID: %u extension blocks are stated, %u are there",
			edid->extensions, present);
	for (unsigned i = 1; i <= edid->extensions && i <= present; i++)
		read_extension(bytes_slice(data, (size_t)i * EDID_BLOCK_SIZE, EDID_BLOCK_SIZE), i,
			edid, subject);
}

/* How much a mode's place makes it the preferred one; 0: not at all. */
static unsigned preference(const struct edid_mode *mode)
{
	switch (mode->origin) {
	case EDID_TYPE_I:
	case EDID_TYPE_VII: return mode->preferred ? 5 : 0;
	case EDID_DETAILED: return 4;
	case EDID_CTA_DETAILED: return mode->preferred ? 3 : 1;
	case EDID_CTA_VIC: return 2;
	default: return 0;
	}
}

static void choose_preferred(struct edid *edid)
{
	unsigned best = 0;

	for (unsigned i = 0; i < edid->mode_count; i++) {
		const struct edid_mode *mode = &edid->modes[i];

		if (preference(mode) > best) {
			best = preference(mode);
			edid->preferred = *mode;
		}
	}
}

enum status edid_parse(struct bytes data, const char *subject, struct edid *out)
{
	struct bytes base = bytes_slice(&data, 0, EDID_BLOCK_SIZE);
	enum status status = check_base(&data, subject);

	if (status != OK)
		return status;
	memset(out, 0, sizeof(*out));
	read_identity(&base, out, subject);
	read_timings(&base, out, subject);
	read_extensions(&data, out, subject);
	read_size(&base, out);
	choose_preferred(out);
	if (out->modes_left_out)
		log_info(subject, "EDID: %u modes beyond %u are left out", out->modes_left_out,
			EDID_MAX_MODES);
	return OK;
}
