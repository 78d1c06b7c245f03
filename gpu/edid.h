/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EDID, as a display describes itself: the base block (VESA E-EDID Standard, release A rev. 2, EDID
 * 1.3 and 1.4) and its extensions CTA-861 and DisplayID 1.x and 2.x. The data comes from a device
 * and is untrusted: what is wrong gets a line, and is left out.
 */
#ifndef GPU_EDID_H
#define GPU_EDID_H

#include "mem/bytes.h"
#include "mem/status.h"

#define EDID_BLOCK_SIZE  128u
#define EDID_MAX_MODES   128u
#define EDID_MAX_VENDORS 8u
#define EDID_TEXT_SIZE   14u /* of a descriptor's text, with its NUL */

/* Where a mode is stated. */
enum edid_origin {
	EDID_DETAILED, /* detailed timing of the base block (E-EDID A2 §3.10.2) */
	EDID_ESTABLISHED, /* established timings I, II (§3.8) and III (§3.10.3.9) */
	EDID_STANDARD, /* standard timing (§3.9), also of a descriptor */
	EDID_CTA_DETAILED, /* detailed timing of a CTA-861 extension */
	EDID_CTA_VIC, /* short video descriptor of a CTA-861 extension */
	EDID_TYPE_I, /* detailed timing of DisplayID 1.x */
	EDID_TYPE_VII, /* detailed timing of DisplayID 2.x */
};

/* A mode. An established or standard one and a VIC have size and refresh only, the rest is 0. */
struct edid_mode {
	uint32_t width; /* pixels, at least 1 */
	uint32_t height; /* lines of a whole frame, at least 1 */
	uint32_t refresh_mhz; /* millihertz, rounded; of fields when interlaced */
	uint32_t clock_khz;
	uint32_t h_blank; /* pixels */
	uint32_t h_front;
	uint32_t h_sync;
	uint32_t v_blank; /* lines; of a field when interlaced */
	uint32_t v_front;
	uint32_t v_sync;
	uint8_t origin; /* enum edid_origin */
	uint8_t vic; /* of EDID_CTA_VIC */
	bool interlaced;
	bool h_positive; /* polarity of a digital sync */
	bool v_positive;
	bool preferred; /* marked so: DisplayID's preferred timing, CTA's native one */
};

/* Display range limits (E-EDID A2 §3.10.3.3); all 0: not stated. */
struct edid_range {
	uint16_t v_min_hz;
	uint16_t v_max_hz;
	uint16_t h_min_khz;
	uint16_t h_max_khz;
	uint16_t clock_max_mhz;
};

/* The last CTA-861 extension. */
struct edid_cta {
	uint8_t revision; /* 0: there is none */
	uint8_t features; /* byte 3: underscan 0x80, audio 0x40, YCbCr 4:4:4 0x20, 4:2:2 0x10 */
	uint32_t vendors[EDID_MAX_VENDORS]; /* OUIs of vendor-specific blocks; HDMI is 0x000c03 */
	unsigned vendor_count;
};

/* The last DisplayID extension. */
struct edid_displayid {
	uint8_t version; /* 0: there is none */
	uint8_t revision;
	uint8_t use; /* product type (1.x) or primary use case (2.x) */
	char vendor[4]; /* 1.x: PNP ID */
	uint32_t vendor_oui; /* 2.x */
	uint16_t product;
	uint32_t serial;
	char name[33]; /* cut when longer; "": none */
	uint32_t native_width; /* display parameters; 0: not stated */
	uint32_t native_height;
	uint32_t tiles_wide; /* tiled display topology; 0: none is stated */
	uint32_t tiles_high;
	uint32_t tile_x; /* the place of this tile, from 0 */
	uint32_t tile_y;
	uint32_t tile_width; /* pixels */
	uint32_t tile_height;
};

struct edid {
	char manufacturer[4]; /* three letters, PNP ID */
	uint16_t product;
	uint32_t serial; /* 0: not stated */
	uint8_t week; /* of manufacture, 1 to 54; 0: not stated, 0xff: `year` is the model's */
	uint16_t year;
	uint8_t version;
	uint8_t revision;
	uint8_t input; /* video input definition, byte 20: digital 0x80 */
	uint8_t features; /* feature support, byte 24 */
	unsigned extensions; /* blocks stated behind the base block */
	uint32_t width_mm; /* physical size: the first of a detailed timing, DisplayID's display */
	uint32_t height_mm; /* parameters, the base block's centimetres; 0: not stated */
	char name[EDID_TEXT_SIZE]; /* display product name descriptor; "" when there is none */
	char serial_text[EDID_TEXT_SIZE]; /* display product serial number descriptor */
	struct edid_range range;
	struct edid_cta cta;
	struct edid_displayid displayid;
	/*
	 * The first that DisplayID marks as preferred: it describes what the base block cannot.
	 * Without one the base block's first detailed timing (E-EDID A2 §3.10.1), then of CTA-861
	 * the first native detailed timing, the first VIC, the first detailed timing. Width 0: none
	 * of these is stated.
	 */
	struct edid_mode preferred;
	unsigned mode_count;
	unsigned modes_left_out; /* beyond EDID_MAX_MODES */
	struct edid_mode modes[EDID_MAX_MODES]; /* as stated, one by one: the same may be twice */
};

/*
 * Reads an EDID. ERR_MALFORMED, logged under `subject` with the reason, for less than 128 bytes, a
 * wrong header or a wrong checksum of the base block; nothing is written then. An extension that is
 * stated but not there, whose checksum is wrong or whose inside does not fit is logged at info and
 * left out, and one that is not known is named at debug: neither is an error. Modes beyond
 * EDID_MAX_MODES are dropped, which is logged once.
 */
MUST_CHECK enum status edid_parse(struct bytes data, const char *subject, struct edid *out);

/*
 * Logs what an EDID says of the display on `scanout`: identity, preferred mode and size in one line
 * at info, everything else at debug, a line a group and a line a mode.
 */
void edid_log(const struct edid *edid, const char *subject, uint32_t scanout);

#endif
