/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts that edid_parse is made of, one file each; for gpu/edid*.c alone. All of them write
 * into an EDID that is being read, and log what is wrong under `subject`.
 */
#ifndef GPU_EDID_PARTS_H
#define GPU_EDID_PARTS_H

#include "gpu/edid.h"

#define EDID_DETAILED_SIZE 18u
#define EDID_FIELDS        0x8000u

/* A mode of a table. */
struct edid_short {
	uint16_t width;
	uint16_t height;
	uint16_t rate; /* Hz; with EDID_FIELDS: of fields, interlaced */
};

struct edid_mode edid_expand(const struct edid_short *mode, enum edid_origin origin);

/* Adds a mode, or counts it as left out when EDID_MAX_MODES are there. */
void edid_add_mode(struct edid *edid, const struct edid_mode *mode);

/*
 * Adds a mode whose clock, size and blanking are set, with its refresh rate. One of size 0 is
 * logged and ignored; one whose sync is outside its blanking is logged.
 */
void edid_add_timing(struct edid *edid, struct edid_mode mode, const char *subject);

/* Takes a physical size when none was taken before and neither side is 0. */
void edid_offer_size(struct edid *edid, uint32_t width_mm, uint32_t height_mm);

/* True when the bytes [offset, offset + length) are all there and add up to 0 (modulo 256). */
bool edid_sum_fits(const struct bytes *data, size_t offset, size_t length);

/* Up to `size - 1` characters, without spaces at the end; what is not printable becomes `?`. */
void edid_copy_text(char *out, size_t size, const uint8_t *text, size_t length);

/* Detailed timing descriptor of 18 bytes, whose pixel clock is not 0, and the size it states. */
void edid_read_detailed(
	const uint8_t *d, enum edid_origin origin, const char *subject, struct edid *edid);

/* Established timings I and II (three bytes) and III (six bytes), highest bit first. */
void edid_read_established(const uint8_t *bits, struct edid *edid);
void edid_read_established_3(const uint8_t *bits, struct edid *edid);

/* `count` standard timings of two bytes. */
void edid_read_standard(const uint8_t *timings, unsigned count, struct edid *edid);

/* Size and refresh of a Video Identification Code (CTA-861-H); false for an unknown one. */
bool edid_find_vic(uint8_t vic, struct edid_mode *out);

/* A CTA-861 or DisplayID extension of 128 bytes, whose checksum is right. */
void edid_read_cta(struct bytes block, const char *subject, struct edid *edid);
void edid_read_displayid(struct bytes block, const char *subject, struct edid *edid);

#endif
