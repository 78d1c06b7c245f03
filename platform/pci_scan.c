/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a host bridge. Out: every function behind it, in the tree; bridges with bus numbers. */
#include "mem/format.h"
#include "mem/log.h"
#include "platform/pci_config.h"
#include "platform/pci_window.h"

#define BUSES                256u
#define DEVICES_PER_BUS      32u
#define FUNCTIONS_PER_DEVICE 8u

#define VENDOR_ABSENT     0xffffu
#define MULTI_FUNCTION    0x80u
#define BUS_NUMBERS_WIDTH 4u /* primary, secondary, subordinate; the latency timer on top */
#define LATENCY_TIMER     0xff000000u

/* PCI Express Capabilities register, Device/Port Type (PCI Express 6.0 §7.5.3.2). */
#define EXP_FLAGS           0x02u
#define EXP_TYPE(flags)     ((flags) >> 4 & 0xfu)
#define EXP_ROOT_PORT       0x4u
#define EXP_DOWNSTREAM_PORT 0x6u

struct walk {
	struct pci_tree *tree;
	const struct pci_host *host;
	/*
	 * Buses walked, and those that bridges claim by their numbers, other than the bridge whose
	 * secondary bus is being walked.
	 */
	bool used[BUSES];
	bool numbered_here[BUSES]; /* secondary buses whose numbers this walk gave */
	bool full;
	enum status status;
};

static bool is_bridge(const struct pci_device *d)
{
	return d->header_type == PCI_HEADER_BRIDGE;
}

static void mark(struct walk *w, unsigned first, unsigned last, bool used)
{
	for (unsigned bus = first; bus <= last; bus++)
		w->used[bus] = used;
}

/* The last bus of [first, last] that is used, or free; first - 1 when none is. */
static unsigned last_with(const struct walk *w, unsigned first, unsigned last, bool used)
{
	while (last >= first && w->used[last] != used)
		last--;
	return last;
}

/* The highest bus number that configuration accesses reach from the bus this bridge is on. */
static uint8_t bus_limit(const struct walk *w, const struct pci_device *bridge)
{
	return bridge->bridge ? bridge->bridge->subordinate_bus : w->host->bus_last;
}

static void broken(struct walk *w, enum status status)
{
	if (w->status != ERR_NO_MEMORY)
		w->status = status;
}

/* Whether the function is there: one read when it is not. */
static bool probe(struct pci_device *d)
{
	uint32_t id = pci_config_read(d, PCI_VENDOR_ID, 4);
	uint32_t class;

	d->vendor_id = (uint16_t)id;
	d->device_id = (uint16_t)(id >> 16);
	if (d->vendor_id == VENDOR_ABSENT)
		return false;
	if (!id) {
		log_debug(d->name, "function: vendor and device 0x0000: taken as absent");
		return false;
	}
	class = pci_config_read(d, PCI_REVISION_ID, 4);
	d->revision = (uint8_t) class;
	d->class_code = class >> 8;
	log_debug(d->name, "function: %04x:%04x class 0x%06x revision 0x%02x", d->vendor_id,
		d->device_id, d->class_code, d->revision);
	return true;
}

/* Takes over the numbers firmware gave a bridge, when they keep the rules. */
static void read_bus_numbers(struct walk *w, struct pci_device *d)
{
	uint32_t numbers = pci_config_read(d, PCI_PRIMARY_BUS, BUS_NUMBERS_WIDTH);
	unsigned secondary = numbers >> 8 & 0xff, subordinate = numbers >> 16 & 0xff;
	unsigned limit = bus_limit(w, d);

	if (!secondary)
		return;
	if (subordinate > limit && secondary <= limit) {
		log_error(d->name,
			"bridge: buses 0x%02x to 0x%02x, but only up to 0x%02x are forwarded to it",
			secondary, subordinate, limit);
		broken(w, ERR_PROTOCOL);
		subordinate = limit;
	}
	if (secondary <= d->address.bus || secondary > limit || subordinate < secondary ||
		last_with(w, secondary, subordinate, true) >= secondary) {
		log_error(d->name,
			"bridge: buses 0x%02x to 0x%02x are not free buses of 0x%02x to 0x%02x: "
			"not entered",
			secondary, subordinate, d->address.bus + 1u, limit);
		broken(w, ERR_PROTOCOL);
		d->refused = true;
		return;
	}
	d->secondary_bus = (uint8_t)secondary;
	d->subordinate_bus = (uint8_t)subordinate;
	mark(w, secondary, subordinate, true);
	log_debug(d->name, "bridge: buses 0x%02x to 0x%02x", secondary, subordinate);
}

/* Probes one function and appends it when it is there. */
static bool add_function(struct walk *w, struct pci_device *bridge, unsigned bus, unsigned device,
	unsigned function, bool *multi)
{
	struct pci_tree *tree = w->tree;
	struct pci_device probed = {
		.host = w->host,
		.bridge = bridge,
		.address = {w->host->segment, (uint8_t)bus, (uint8_t)device, (uint8_t)function},
	};
	struct pci_device *d;
	unsigned header;

	format(probed.name, sizeof(probed.name), "%04x:%02x:%02x.%x", w->host->segment, bus, device,
		function);
	if (!probe(&probed))
		return false;
	if (tree->count == PCI_MAX_DEVICES) {
		log_error(probed.name, "function: more than %u in the machine: no more looked at",
			PCI_MAX_DEVICES);
		w->full = true;
		w->status = ERR_NO_MEMORY;
		return false;
	}
	d = &tree->devices[tree->count++];
	*d = probed;
	header = pci_config_read(d, PCI_HEADER_TYPE, 1);
	*multi = header & MULTI_FUNCTION;
	d->header_type = (uint8_t)(header & ~MULTI_FUNCTION);
	if (is_bridge(d)) {
		read_bus_numbers(w, d);
		pci_windows_read(d);
	} else if (d->header_type != PCI_HEADER_DEVICE) {
		log_debug(
			d->name, "function: header type 0x%02x is not looked into", d->header_type);
	}
	return true;
}

/* A PCI Express link has one device at its far end (PCI Express 6.0 §7.3.1). */
static unsigned devices_behind(struct pci_device *bridge)
{
	unsigned capability, type;

	if (!bridge)
		return DEVICES_PER_BUS;
	capability = pci_find_capability(bridge, PCI_CAP_ID_EXP, 0);
	if (!capability)
		return DEVICES_PER_BUS;
	type = EXP_TYPE(pci_config_read(bridge, capability + EXP_FLAGS, 2));
	return type == EXP_ROOT_PORT || type == EXP_DOWNSTREAM_PORT ? 1 : DEVICES_PER_BUS;
}

/* Appends all functions of a bus; returns the index of the first. */
static unsigned add_bus(struct walk *w, struct pci_device *bridge, unsigned bus)
{
	unsigned first = w->tree->count, devices = devices_behind(bridge);
	bool multi, unused;

	for (unsigned device = 0; device < devices && !w->full; device++) {
		multi = false;
		if (!add_function(w, bridge, bus, device, 0, &multi) || !multi)
			continue;
		for (unsigned f = 1; f < FUNCTIONS_PER_DEVICE && !w->full; f++)
			add_function(w, bridge, bus, device, f, &unused);
	}
	return first;
}

/* Writes a bridge's numbers and reads them back. */
static bool set_bus_numbers(struct walk *w, struct pci_device *d, unsigned first, unsigned last)
{
	uint32_t kept = pci_config_read(d, PCI_PRIMARY_BUS, BUS_NUMBERS_WIDTH) & LATENCY_TIMER;
	uint32_t numbers = kept | last << 16 | first << 8 | d->address.bus;

	pci_config_write(d, PCI_PRIMARY_BUS, BUS_NUMBERS_WIDTH, numbers);
	if (pci_config_read(d, PCI_PRIMARY_BUS, BUS_NUMBERS_WIDTH) != numbers) {
		log_error(d->name, "bridge: does not keep the bus numbers 0x%02x to 0x%02x", first,
			last);
		broken(w, ERR_PROTOCOL);
		d->refused = true;
		return false;
	}
	d->secondary_bus = (uint8_t)first;
	d->subordinate_bus = (uint8_t)last;
	return true;
}

/*
 * Gives a bridge the next free bus, and all that are free behind it until it is known how many it
 * needs. All claims of bridges beside it are marked by now.
 */
static bool number_bridge(struct walk *w, struct pci_device *d)
{
	unsigned limit = bus_limit(w, d), first = d->address.bus + 1u, last;

	if (w->tree->passive) {
		log_info(d->name, "bridge: has no bus numbers: what is behind it is not looked at");
		return false;
	}
	while (first <= limit && w->used[first])
		first++;
	if (first > limit) {
		log_error(d->name, "bridge: no bus number is left for it (up to 0x%02x)", limit);
		broken(w, ERR_NO_MEMORY);
		return false;
	}
	for (last = first; last < limit && !w->used[last + 1]; last++)
		;
	if (!set_bus_numbers(w, d, first, last))
		return false;
	w->numbered_here[first] = true;
	return true;
}

/* Whether the bus behind a bridge is to be walked now. Its numbers are free for what is there. */
static bool enter_bridge(struct walk *w, struct pci_device *d)
{
	if (!is_bridge(d) || d->refused || w->full)
		return false;
	if (!d->secondary_bus && !number_bridge(w, d))
		return false;
	mark(w, d->secondary_bus, d->subordinate_bus, false);
	w->used[d->secondary_bus] = true;
	return true;
}

static void leave_bridge(struct walk *w, struct pci_device *d)
{
	unsigned first = d->secondary_bus;

	if (w->numbered_here[first]) {
		unsigned last = last_with(w, first, d->subordinate_bus, true);

		if (set_bus_numbers(w, d, first, last))
			log_info(d->name, "bridge: given buses 0x%02x to 0x%02x", first, last);
	}
	mark(w, first, d->subordinate_bus, true);
}

/*
 * Depth first, as bus numbers are given, and without recursion: the functions of a bus stand side
 * by side in the tree, so that after a bridge the walk goes on behind it.
 */
static void walk_root(struct walk *w)
{
	struct pci_device *devices = w->tree->devices, *bridge = NULL;
	unsigned at = add_bus(w, NULL, w->host->bus_first);

	for (;;) {
		if (at < w->tree->count && devices[at].bridge == bridge) {
			if (enter_bridge(w, &devices[at])) {
				bridge = &devices[at];
				at = add_bus(w, bridge, bridge->secondary_bus);
			} else {
				at++;
			}
		} else if (bridge) {
			leave_bridge(w, bridge);
			at = (unsigned)(bridge - devices) + 1;
			bridge = bridge->bridge;
		} else {
			return;
		}
	}
}

/* Another root bus of the same segment may have been walked before, bridges included. */
static void mark_known(struct walk *w)
{
	for (unsigned i = 0; i < w->tree->count; i++) {
		const struct pci_device *d = &w->tree->devices[i];

		if (d->address.segment != w->host->segment)
			continue;
		w->used[d->address.bus] = true;
		if (d->secondary_bus)
			mark(w, d->secondary_bus, d->subordinate_bus, true);
	}
}

enum status pci_scan(struct pci_tree *tree, const struct pci_host *host)
{
	struct walk w = {.tree = tree, .host = host, .status = OK};
	enum status status = pci_config_check(host);
	unsigned before = tree->count;

	if (status != OK)
		return status;
	mark_known(&w);
	if (w.used[host->bus_first]) {
		log_info("pci", "host: bus %04x:%02x was reached before (from %s)", host->segment,
			host->bus_first, host->source);
		return OK;
	}
	w.used[host->bus_first] = true;
	if (host->access == PCI_ACCESS_ECAM)
		log_info("pci", "host: segment 0x%04x buses 0x%02x to 0x%02x by ECAM at 0x%lx",
			host->segment, host->bus_first, host->bus_last, host->ecam_base);
	else
		log_info("pci", "host: buses 0x%02x to 0x%02x by ports 0xcf8 and 0xcfc",
			host->bus_first, host->bus_last);
	walk_root(&w);
	log_info("pci", "host: %u functions found behind bus %04x:%02x", tree->count - before,
		host->segment, host->bus_first);
	return w.status;
}
