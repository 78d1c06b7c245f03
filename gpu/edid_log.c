/* SPDX-License-Identifier: BSD-2-Clause */
/* In: an EDID that was read. Out: what it says, as lines of the log. */
#include "gpu/edid.h"

#include "mem/format.h"
#include "mem/log.h"

#define INPUT_DIGITAL 0x80u
#define WEEK_MODEL    0xffu
#define OUI_HDMI      0x000c03u
#define OUI_HDMI_2    0xc45dd8u /* HDMI Forum */
#define LIST_SIZE     160u

static const char *const origins[] = {
	[EDID_DETAILED] = "detailed timing",
	[EDID_ESTABLISHED] = "established timing",
	[EDID_STANDARD] = "standard timing",
	[EDID_CTA_DETAILED] = "CTA-861 detailed timing",
	[EDID_CTA_VIC] = "CTA-861 VIC",
	[EDID_TYPE_I] = "DisplayID type I",
	[EDID_TYPE_VII] = "DisplayID type VII",
};

/* E-EDID A2 §3.6.1: only 1.4 says which interface and how many bits. */
static void log_input(const struct edid *e, const char *subject)
{
	static const char *const interfaces[] = {
		"undefined", "DVI", "HDMI-a", "HDMI-b", "MDDI", "DisplayPort"};
	unsigned bits = e->input >> 4 & 7, interface = e->input & 15;
	bool detailed = e->version == 1 && e->revision >= 4;

	if (!(e->input & INPUT_DIGITAL))
		log_debug(subject, "EDID: input: analog, features 0x%02x", e->features);
	else if (!detailed)
		log_debug(subject, "EDID: input: digital, features 0x%02x", e->features);
	else
		log_debug(subject, "EDID: input: digital, %s, bits a colour: %u, features 0x%02x",
			interface < ARRAY_SIZE(interfaces) ? interfaces[interface] : "reserved",
			bits && bits < 7 ? 4 + 2 * bits : 0, e->features);
}

static void log_identity(const struct edid *e, const char *subject)
{
	log_debug(subject, "EDID: serial number: 0x%08x '%s'", e->serial, e->serial_text);
	if (e->week == WEEK_MODEL)
		log_debug(subject, "EDID: model of %u", e->year);
	else if (e->week)
		log_debug(subject, "EDID: made in week %u of %u", e->week, e->year);
	else
		log_debug(subject, "EDID: made in %u", e->year);
	log_input(e, subject);
	if (e->range.v_max_hz)
		log_debug(subject, "EDID: range: %u-%u Hz, %u-%u kHz, up to %u MHz",
			e->range.v_min_hz, e->range.v_max_hz, e->range.h_min_khz,
			e->range.h_max_khz, e->range.clock_max_mhz);
}

static void log_cta(const struct edid_cta *cta, const char *subject)
{
	char vendors[LIST_SIZE] = "";

	for (unsigned i = 0; i < cta->vendor_count; i++) {
		uint32_t oui = cta->vendors[i];

		format_append(vendors, sizeof(vendors), "%s%06x%s", i ? ", " : "", oui,
			oui == OUI_HDMI     ? " (HDMI)"
			: oui == OUI_HDMI_2 ? " (HDMI Forum)"
					    : "");
	}
	log_debug(subject, "EDID: CTA-861: revision %u, features 0x%02x, vendors: %s",
		cta->revision, cta->features, cta->vendor_count ? vendors : "none");
}

static void log_displayid(const struct edid_displayid *id, const char *subject)
{
	log_debug(subject, "EDID: DisplayID %u.%u: use %u, native %ux%u", id->version, id->revision,
		id->use, id->native_width, id->native_height);
	if (id->vendor[0])
		log_debug(subject, "EDID: DisplayID: product %s %04x 0x%08x '%s'", id->vendor,
			id->product, id->serial, id->name);
	else if (id->vendor_oui)
		log_debug(subject, "EDID: DisplayID: product %06x %04x 0x%08x '%s'", id->vendor_oui,
			id->product, id->serial, id->name);
	if (id->tiles_wide)
		log_debug(subject, "EDID: DisplayID: tile %u,%u of %ux%u, %ux%u pixels", id->tile_x,
			id->tile_y, id->tiles_wide, id->tiles_high, id->tile_width,
			id->tile_height);
}

/* `1920x1080i at 60.000 Hz` */
static void write_mode(char *out, size_t size, const struct edid_mode *m)
{
	format(out, size, "%ux%u%s at %u.%03u Hz", m->width, m->height, m->interlaced ? "i" : "",
		m->refresh_mhz / 1000, m->refresh_mhz % 1000);
}

static void log_mode(const struct edid_mode *m, const char *subject)
{
	const char *mark = m->preferred ? ", preferred" : "";
	char mode[LIST_SIZE];

	write_mode(mode, sizeof(mode), m);
	if (m->origin == EDID_CTA_VIC)
		log_debug(
			subject, "EDID: mode: %s, %s %u%s", mode, origins[m->origin], m->vic, mark);
	else if (!m->clock_khz)
		log_debug(subject, "EDID: mode: %s, %s%s", mode, origins[m->origin], mark);
	else
		log_debug(subject,
			"EDID: mode: %s, %s%s: %u.%03u MHz, blank %u front %u sync %u%c, "
			"blank %u front %u sync %u%c",
			mode, origins[m->origin], mark, m->clock_khz / 1000, m->clock_khz % 1000,
			m->h_blank, m->h_front, m->h_sync, m->h_positive ? '+' : '-', m->v_blank,
			m->v_front, m->v_sync, m->v_positive ? '+' : '-');
}

void edid_log(const struct edid *edid, const char *subject, uint32_t scanout)
{
	char mode[LIST_SIZE] = "nothing";

	if (edid->preferred.width)
		write_mode(mode, sizeof(mode), &edid->preferred);
	log_info(subject, "scanout %u: EDID %u.%u %s %04x '%s', prefers %s, %ux%u mm", scanout,
		edid->version, edid->revision, edid->manufacturer, edid->product, edid->name, mode,
		edid->width_mm, edid->height_mm);
	log_identity(edid, subject);
	if (edid->cta.revision)
		log_cta(&edid->cta, subject);
	if (edid->displayid.version)
		log_displayid(&edid->displayid, subject);
	for (unsigned i = 0; i < edid->mode_count; i++)
		log_mode(&edid->modes[i], subject);
}
