/* SPDX-License-Identifier: BSD-2-Clause */
/* In: apertures and bridges. Out: what is forwarded, and windows that forward more. */
#include "platform/pci_window.h"

#include "mem/log.h"

/* Low four bits of a base or limit register: whether it has an upper half. */
#define WINDOW_TYPE_MASK 0x0fu
#define WINDOW_TYPE_WIDE 0x01u

/* Base and limit registers of a kind of window; [0] is the base, [1] the limit. */
struct window_layout {
	const char *name;
	enum pci_space space;
	uint64_t granule;
	uint8_t lower[2];
	uint8_t lower_width;
	uint8_t lower_shift; /* from the register to the address */
	uint8_t upper[2];
	uint8_t upper_width; /* 0: has no upper half */
	uint8_t upper_shift;
};

static const struct window_layout layouts[PCI_WINDOW_COUNT] = {
	[PCI_WINDOW_IO] = {"I/O", PCI_SPACE_IO, 0x1000, {PCI_IO_BASE, PCI_IO_LIMIT}, 1, 8,
		{PCI_IO_BASE_UPPER, PCI_IO_LIMIT_UPPER}, 2, 16},
	[PCI_WINDOW_MEMORY] = {"memory", PCI_SPACE_MEMORY, 0x100000,
		{PCI_MEMORY_BASE, PCI_MEMORY_LIMIT}, 2, 16, {0, 0}, 0, 0},
	[PCI_WINDOW_PREFETCH] = {"prefetchable", PCI_SPACE_MEMORY, 0x100000,
		{PCI_PREFETCH_BASE, PCI_PREFETCH_LIMIT}, 2, 16,
		{PCI_PREFETCH_BASE_UPPER, PCI_PREFETCH_LIMIT_UPPER}, 4, 32},
};

enum window_end { BASE, LIMIT };

const struct pci_aperture *pci_find_aperture(
	const struct pci_host *host, enum pci_space space, uint64_t base, uint64_t size)
{
	for (unsigned i = 0; i < host->aperture_count; i++) {
		const struct pci_aperture *a = &host->apertures[i];

		if (a->space == space && base >= a->bus_base &&
			range_inside(base - a->bus_base, size, a->size))
			return a;
	}
	return NULL;
}

static bool window_holds(const struct pci_window *w, uint64_t base, uint64_t size)
{
	return w->size && base >= w->base && range_inside(base - w->base, size, w->size);
}

bool pci_forwarded(
	const struct pci_device *device, enum pci_space space, uint64_t base, uint64_t size)
{
	for (const struct pci_device *b = device->bridge; b; b = b->bridge) {
		bool held = false;

		for (unsigned kind = 0; kind < PCI_WINDOW_COUNT; kind++)
			held |= layouts[kind].space == space &&
				window_holds(&b->windows[kind], base, size);
		if (!held)
			return false;
	}
	return !device->host->aperture_count || pci_find_aperture(device->host, space, base, size);
}

enum pci_space pci_window_space(enum pci_window_kind kind)
{
	return layouts[kind].space;
}

uint64_t pci_window_granule(enum pci_window_kind kind)
{
	return layouts[kind].granule;
}

uint64_t pci_window_last(const struct pci_device *bridge, enum pci_window_kind kind)
{
	if (kind == PCI_WINDOW_MEMORY)
		return UINT32_MAX;
	if (kind == PCI_WINDOW_IO)
		return bridge->windows[kind].wide ? UINT32_MAX : UINT16_MAX;
	return bridge->windows[kind].wide ? UINT64_MAX : UINT32_MAX;
}

static uint64_t address_mask(const struct window_layout *l)
{
	return (l->lower_width == 1 ? UINT8_MAX : UINT16_MAX) & ~WINDOW_TYPE_MASK;
}

/* The limit is the last granule's address: its low bits read as ones. */
static uint64_t read_end(
	struct pci_device *bridge, const struct window_layout *l, enum window_end end, bool *wide)
{
	uint32_t lower = pci_config_read(bridge, l->lower[end], l->lower_width);
	uint64_t address = (lower & address_mask(l)) << l->lower_shift;

	*wide = l->upper_width && (lower & WINDOW_TYPE_MASK) == WINDOW_TYPE_WIDE;
	if (*wide)
		address |= (uint64_t)pci_config_read(bridge, l->upper[end], l->upper_width)
			   << l->upper_shift;
	return end == LIMIT ? address | (l->granule - 1) : address;
}

static void write_end(struct pci_device *bridge, const struct window_layout *l, enum window_end end,
	bool wide, uint64_t address)
{
	if (wide)
		pci_config_write(bridge, l->upper[end], l->upper_width,
			(uint32_t)(address >> l->upper_shift));
	pci_config_write(bridge, l->lower[end], l->lower_width,
		(uint32_t)(address >> l->lower_shift & address_mask(l)));
}

static void read_window(struct pci_device *bridge, enum pci_window_kind kind)
{
	const struct window_layout *l = &layouts[kind];
	struct pci_window *w = &bridge->windows[kind];
	bool wide, limit_wide;
	uint64_t base = read_end(bridge, l, BASE, &wide);
	uint64_t limit = read_end(bridge, l, LIMIT, &limit_wide);

	*w = (struct pci_window){.wide = wide && limit_wide};
	if (base > limit)
		return;
	/* All of the address space is no window; and its size would not fit. */
	if (base && pci_forwarded(bridge, l->space, base, limit - base + 1)) {
		w->base = base;
		w->size = limit - base + 1;
		log_debug(bridge->name, "window: %s 0x%lx to 0x%lx", l->name, base, limit);
		return;
	}
	w->stray = true;
	log_debug(bridge->name, "window: %s 0x%lx to 0x%lx is not forwarded to it: taken as closed",
		l->name, base, limit);
}

void pci_windows_read(struct pci_device *bridge)
{
	for (unsigned kind = 0; kind < PCI_WINDOW_COUNT; kind++)
		read_window(bridge, kind);
}

enum status pci_window_set(
	struct pci_device *bridge, enum pci_window_kind kind, uint64_t base, uint64_t size)
{
	const struct window_layout *l = &layouts[kind];
	struct pci_window *w = &bridge->windows[kind];
	uint64_t limit = base + size - 1;
	bool wide;

	/* Closed by a limit below its base while it changes. */
	write_end(bridge, l, LIMIT, w->wide, 0);
	write_end(bridge, l, BASE, w->wide, base);
	write_end(bridge, l, LIMIT, w->wide, limit);
	if (read_end(bridge, l, BASE, &wide) != base ||
		read_end(bridge, l, LIMIT, &wide) != limit) {
		log_info(bridge->name, "window: %s 0x%lx to 0x%lx is not kept by the bridge",
			l->name, base, limit);
		*w = (struct pci_window){.wide = w->wide, .refused = true};
		return ERR_REFUSED;
	}
	log_info(bridge->name, "window: %s %s 0x%lx to 0x%lx", l->name,
		w->size ? "widened to" : "opened at", base, limit);
	*w = (struct pci_window){.base = base, .size = size, .wide = w->wide};
	return OK;
}

void pci_windows_close_stray(struct pci_device *bridge)
{
	for (unsigned kind = 0; kind < PCI_WINDOW_COUNT; kind++) {
		const struct window_layout *l = &layouts[kind];
		struct pci_window *w = &bridge->windows[kind];
		bool wide;

		if (!w->stray)
			continue;
		write_end(bridge, l, LIMIT, w->wide, 0);
		write_end(bridge, l, BASE, w->wide, address_mask(l) << l->lower_shift);
		w->stray = false;
		w->refused = read_end(bridge, l, BASE, &wide) <= read_end(bridge, l, LIMIT, &wide);
		log_debug(bridge->name, "window: %s %s", l->name,
			w->refused ? "is not implemented" : "closed");
	}
}
