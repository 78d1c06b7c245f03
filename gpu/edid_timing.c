/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the timings of an EDID's base block, in their three forms. Out: modes, added to its list. */
#include "gpu/edid_parts.h"

#include "mem/log.h"

#define CLOCK_UNIT_KHZ    10u
#define TIMING_INTERLACED 0x80u
#define SYNC_DIGITAL      0x10u
#define SYNC_SEPARATE     0x18u

/* E-EDID A2 §3.8, byte 35 bit 7 first; byte 37 has one bit. */
static const struct edid_short established[] = {
	{720, 400, 70},
	{720, 400, 88},
	{640, 480, 60},
	{640, 480, 67},
	{640, 480, 72},
	{640, 480, 75},
	{800, 600, 56},
	{800, 600, 60},
	{800, 600, 72},
	{800, 600, 75},
	{832, 624, 75},
	{1024, 768, 87 | EDID_FIELDS},
	{1024, 768, 60},
	{1024, 768, 70},
	{1024, 768, 75},
	{1280, 1024, 75},
	{1152, 870, 75},
};

/* E-EDID A2 §3.10.3.9, byte 6 bit 7 first. The same size and rate twice: reduced blanking. */
static const struct edid_short established_3[] = {
	{640, 350, 85},
	{640, 400, 85},
	{720, 400, 85},
	{640, 480, 85},
	{848, 480, 60},
	{800, 600, 85},
	{1024, 768, 85},
	{1152, 864, 75},
	{1280, 768, 60},
	{1280, 768, 60},
	{1280, 768, 75},
	{1280, 768, 85},
	{1280, 960, 60},
	{1280, 960, 85},
	{1280, 1024, 60},
	{1280, 1024, 85},
	{1360, 768, 60},
	{1440, 900, 60},
	{1440, 900, 60},
	{1440, 900, 75},
	{1440, 900, 85},
	{1400, 1050, 60},
	{1400, 1050, 60},
	{1400, 1050, 75},
	{1400, 1050, 85},
	{1680, 1050, 60},
	{1680, 1050, 60},
	{1680, 1050, 75},
	{1680, 1050, 85},
	{1600, 1200, 60},
	{1600, 1200, 65},
	{1600, 1200, 70},
	{1600, 1200, 75},
	{1600, 1200, 85},
	{1792, 1344, 60},
	{1792, 1344, 75},
	{1856, 1392, 60},
	{1856, 1392, 75},
	{1920, 1200, 60},
	{1920, 1200, 60},
	{1920, 1200, 75},
	{1920, 1200, 85},
	{1920, 1440, 60},
	{1920, 1440, 75},
};

void edid_add_mode(struct edid *edid, const struct edid_mode *mode)
{
	if (edid->mode_count < EDID_MAX_MODES)
		edid->modes[edid->mode_count++] = *mode;
	else
		edid->modes_left_out++;
}

/*
 * In millihertz, rounded, and at most what 32 bits hold. A field of an interlaced mode has half a
 * line more than it states.
 */
static uint32_t refresh_mhz(const struct edid_mode *mode)
{
	uint64_t columns = (uint64_t)mode->width + mode->h_blank;
	uint64_t lines = mode->interlaced ? mode->height + 2ull * mode->v_blank + 1
					  : 2 * ((uint64_t)mode->height + mode->v_blank);
	uint64_t halves = columns * lines; /* half lines, of a field or of a frame */

	return (uint32_t)min_u64((mode->clock_khz * 2000000ull + halves / 2) / halves, UINT32_MAX);
}

void edid_add_timing(struct edid *edid, struct edid_mode mode, const char *subject)
{
	if (!mode.width || !mode.height) {
		log_info(subject, "EDID: the timing of %ux%u is ignored", mode.width, mode.height);
		return;
	}
	if (mode.h_front + mode.h_sync > mode.h_blank || mode.v_front + mode.v_sync > mode.v_blank)
		log_info(subject, "EDID: %ux%u: the sync does not fit into the blanking",
			mode.width, mode.height);
	mode.refresh_mhz = refresh_mhz(&mode);
	edid_add_mode(edid, &mode);
}

void edid_offer_size(struct edid *edid, uint32_t width_mm, uint32_t height_mm)
{
	if (edid->width_mm || !width_mm || !height_mm)
		return;
	edid->width_mm = width_mm;
	edid->height_mm = height_mm;
}

bool edid_sum_fits(const struct bytes *data, size_t offset, size_t length)
{
	struct bytes block = bytes_slice(data, offset, length);
	uint8_t sum = 0;

	while (bytes_left(&block))
		sum = (uint8_t)(sum + bytes_u8(&block));
	return !block.overrun && !sum;
}

void edid_copy_text(char *out, size_t size, const uint8_t *text, size_t length)
{
	size_t used = 0;

	for (size_t i = 0; i < length && used < size - 1; i++)
		out[used++] = text[i] >= ' ' && text[i] <= '~' ? (char)text[i] : '?';
	while (used && out[used - 1] == ' ')
		used--;
	out[used] = '\0';
}

/* The low bytes of a timing, then the high bits of each (E-EDID A2 §3.10.2). */
static struct edid_mode decode_detailed(const uint8_t *d)
{
	uint8_t sync = d[17] & SYNC_SEPARATE;
	struct edid_mode m = {
		.clock_khz = (d[0] | (uint32_t)d[1] << 8) * CLOCK_UNIT_KHZ,
		.width = d[2] | (d[4] & 0xf0u) << 4,
		.h_blank = d[3] | (d[4] & 0x0fu) << 8,
		.height = d[5] | (d[7] & 0xf0u) << 4,
		.v_blank = d[6] | (d[7] & 0x0fu) << 8,
		.h_front = d[8] | (d[11] & 0xc0u) << 2,
		.h_sync = d[9] | (d[11] & 0x30u) << 4,
		.v_front = d[10] >> 4 | (d[11] & 0x0cu) << 2,
		.v_sync = (d[10] & 0x0fu) | (d[11] & 0x03u) << 4,
		.interlaced = d[17] & TIMING_INTERLACED,
		.h_positive = sync >= SYNC_DIGITAL && d[17] & 2,
		.v_positive = sync == SYNC_SEPARATE && d[17] & 4,
	};

	if (m.interlaced)
		m.height *= 2;
	return m;
}

void edid_read_detailed(
	const uint8_t *d, enum edid_origin origin, const char *subject, struct edid *edid)
{
	struct edid_mode mode = decode_detailed(d);

	mode.origin = (uint8_t)origin;
	if (mode.width && mode.height)
		edid_offer_size(edid, d[12] | (d[14] & 0xf0u) << 4, d[13] | (d[14] & 0x0fu) << 8);
	edid_add_timing(edid, mode, subject);
}

struct edid_mode edid_expand(const struct edid_short *mode, enum edid_origin origin)
{
	return (struct edid_mode){
		.width = mode->width,
		.height = mode->height,
		.refresh_mhz = (mode->rate & ~EDID_FIELDS) * 1000u,
		.origin = (uint8_t)origin,
		.interlaced = mode->rate & EDID_FIELDS,
	};
}

/* A bit a mode, highest first. */
static void read_bits(
	const uint8_t *bits, const struct edid_short *modes, unsigned count, struct edid *edid)
{
	for (unsigned i = 0; i < count; i++) {
		struct edid_mode mode = edid_expand(&modes[i], EDID_ESTABLISHED);

		if (bits[i / 8] & 0x80u >> i % 8)
			edid_add_mode(edid, &mode);
	}
}

void edid_read_established(const uint8_t *bits, struct edid *edid)
{
	read_bits(bits, established, ARRAY_SIZE(established), edid);
}

void edid_read_established_3(const uint8_t *bits, struct edid *edid)
{
	read_bits(bits, established_3, ARRAY_SIZE(established_3), edid);
}

/*
 * Width / 8 - 31, then the aspect ratio in two bits and the rate - 60 in six (E-EDID A2
 * §3.9). 01 01 is none; what is unused is 00 in some displays too. Ratio 0 was 1:1 before 1.3.
 */
static void read_standard(const uint8_t *t, struct edid *edid)
{
	static const uint8_t ratios[4][2] = {{16, 10}, {4, 3}, {5, 4}, {16, 9}};
	bool square = !(t[1] >> 6) && edid->version == 1 && edid->revision < 3;
	struct edid_mode mode = {
		.width = (t[0] + 31u) * 8,
		.refresh_mhz = (60u + (t[1] & 0x3f)) * 1000,
		.origin = EDID_STANDARD,
	};

	if (!t[0] || (t[0] == 1 && t[1] == 1))
		return;
	mode.height =
		square ? mode.width : mode.width * ratios[t[1] >> 6][1] / ratios[t[1] >> 6][0];
	edid_add_mode(edid, &mode);
}

void edid_read_standard(const uint8_t *timings, unsigned count, struct edid *edid)
{
	for (unsigned i = 0; i < count; i++)
		read_standard(timings + 2 * (size_t)i, edid);
}
