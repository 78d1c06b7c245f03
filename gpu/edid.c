/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the bytes of an EDID. Out: who made the display, what it is called and wants to show. */
#include "gpu/edid.h"

#include "mem/log.h"
#include "mem/string.h"

/* Offsets in the base block (E-EDID A2 §3.1). */
#define EDID_MANUFACTURER 8u
#define EDID_VERSION      18u
#define EDID_WIDTH_CM     21u
#define EDID_DESCRIPTORS  54u
#define EDID_EXTENSIONS   126u

#define DESCRIPTOR_COUNT 4u
#define DESCRIPTOR_SIZE  18u
#define DESCRIPTOR_NAME  0xfcu
#define NAME_OFFSET      5u
#define NAME_LENGTH      13u

#define CLOCK_UNIT_HZ     10000u
#define TIMING_INTERLACED 0x80u

/* The bytes of a block add up to 0 (modulo 256). */
static bool checksum_fits(const struct bytes *data, size_t offset)
{
	struct bytes block = bytes_slice(data, offset, EDID_BLOCK_SIZE);
	uint8_t sum = 0;

	while (bytes_left(&block))
		sum = (uint8_t)(sum + bytes_u8(&block));
	return !block.overrun && !sum;
}

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
	if (!checksum_fits(data, 0)) {
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

/* In centimetres; with one side 0 it is an aspect ratio or unknown (E-EDID A2 §3.6.2). */
static void read_size(struct bytes *base, struct edid *edid)
{
	uint32_t width_cm = bytes_u8(base), height_cm = bytes_u8(base);

	if (!width_cm || !height_cm)
		return;
	edid->width_mm = width_cm * 10;
	edid->height_mm = height_cm * 10;
}

/* Up to 13 characters, ended by a newline when shorter, and then padded with spaces. */
static void read_name(const uint8_t *descriptor, struct edid *edid)
{
	unsigned length = 0;

	while (length < NAME_LENGTH && descriptor[NAME_OFFSET + length] != '\n') {
		uint8_t c = descriptor[NAME_OFFSET + length];

		edid->name[length++] = c >= ' ' && c <= '~' ? (char)c : '?';
	}
	while (length && edid->name[length - 1] == ' ')
		length--;
	edid->name[length] = '\0';
}

/* Detailed timing descriptor (E-EDID A2 §3.10.2): the low bytes, then the high four bits. */
static void read_timing(const uint8_t *d, uint32_t clock, struct edid *edid, const char *subject)
{
	uint32_t width = d[2] | (d[4] & 0xf0u) << 4, blank_width = d[3] | (d[4] & 0x0fu) << 8;
	uint32_t height = d[5] | (d[7] & 0xf0u) << 4, blank_height = d[6] | (d[7] & 0x0fu) << 8;
	uint32_t width_mm = d[12] | (d[14] & 0xf0u) << 4, height_mm = d[13] | (d[14] & 0x0fu) << 8;
	uint32_t total = (width + blank_width) * (height + blank_height);

	if (!width || !height) {
		log_info(subject, "EDID: the timing of %ux%u is ignored", width, height);
		return;
	}
	edid->preferred_width = width;
	edid->preferred_height = d[17] & TIMING_INTERLACED ? 2 * height : height;
	edid->preferred_hz = (clock * CLOCK_UNIT_HZ + total / 2) / total;
	if (width_mm && height_mm) {
		edid->width_mm = width_mm;
		edid->height_mm = height_mm;
	}
}

/* A descriptor is a timing when its pixel clock is not 0, else its byte 3 says what it is. */
static void read_descriptor(struct bytes *base, struct edid *edid, const char *subject)
{
	const uint8_t *d = bytes_take(base, DESCRIPTOR_SIZE);
	uint32_t clock = d[0] | (uint32_t)d[1] << 8;

	if (clock && !edid->preferred_width)
		read_timing(d, clock, edid, subject);
	else if (!clock && d[3] == DESCRIPTOR_NAME && !edid->name[0])
		read_name(d, edid);
}

static void check_extensions(const struct bytes *data, const struct edid *edid, const char *subject)
{
	unsigned present = (unsigned)(data->size / EDID_BLOCK_SIZE - 1);

	if (edid->extensions > present)
		log_info(subject, "EDID: %u extension blocks are stated, %u are there",
			edid->extensions, present);
	for (unsigned i = 1; i <= edid->extensions && i <= present; i++)
		if (!checksum_fits(data, (size_t)i * EDID_BLOCK_SIZE))
			log_info(subject, "EDID: the checksum of extension block %u is wrong", i);
}

enum status edid_parse(struct bytes data, const char *subject, struct edid *out)
{
	struct bytes base = bytes_slice(&data, 0, EDID_BLOCK_SIZE);
	struct edid edid = {0};
	enum status status = check_base(&data, subject);

	if (status != OK)
		return status;
	bytes_seek(&base, EDID_MANUFACTURER);
	read_manufacturer(&base, &edid, subject);
	edid.product = bytes_le16(&base);
	edid.serial = bytes_le32(&base);
	bytes_seek(&base, EDID_VERSION);
	edid.version = bytes_u8(&base);
	edid.revision = bytes_u8(&base);
	bytes_seek(&base, EDID_WIDTH_CM);
	read_size(&base, &edid);
	bytes_seek(&base, EDID_DESCRIPTORS);
	for (unsigned i = 0; i < DESCRIPTOR_COUNT; i++)
		read_descriptor(&base, &edid, subject);
	bytes_seek(&base, EDID_EXTENSIONS);
	edid.extensions = bytes_u8(&base);
	check_extensions(&data, &edid, subject);
	*out = edid;
	return OK;
}
