/* SPDX-License-Identifier: BSD-2-Clause */
/* In: configuration, memory and I/O accesses. Out: what a PCI machine would answer. */
#include "fake_pci.h"

#include <string.h>

#define NOT_THERE UINT32_MAX

const struct pci_host fake_pci_virt = {
	.ecam_base = 0x4010000000,
	.bus_last = 0xff,
	.apertures = {{PCI_SPACE_MEMORY, false, 0x10000000, 0x10000000, 0x2eff0000, false}},
	.aperture_count = 1,
	.source = "test",
};

uint32_t fake_pci_get(const struct fake_function *f, unsigned offset, unsigned width)
{
	uint32_t value = 0;

	for (unsigned i = 0; i < width; i++)
		value |= (uint32_t)f->config[offset + i] << 8 * i;
	return value;
}

void fake_pci_put(struct fake_function *f, unsigned offset, unsigned width, uint32_t value)
{
	for (unsigned i = 0; i < width; i++)
		f->config[offset + i] = (uint8_t)(value >> 8 * i);
}

static void let_write(struct fake_function *f, unsigned offset, unsigned width, uint32_t mask)
{
	for (unsigned i = 0; i < width; i++)
		f->writable[offset + i] = (uint8_t)(mask >> 8 * i);
}

static bool is_bridge(const struct fake_function *f)
{
	return (f->config[PCI_HEADER_TYPE] & 0x7f) == PCI_HEADER_BRIDGE;
}

static struct fake_function *find_on(
	struct fake_pci *m, const struct fake_function *bridge, unsigned device, unsigned function)
{
	for (unsigned i = 0; i < m->count; i++) {
		struct fake_function *f = &m->functions[i];

		if (f->bridge == bridge && f->device == device && f->function == function)
			return f;
	}
	return NULL;
}

/* A configuration access as it goes down from the root bus, by the bridges' bus numbers. */
static struct fake_function *route(
	struct fake_pci *m, unsigned bus, unsigned device, unsigned function)
{
	struct fake_function *bridge = NULL;
	unsigned at = m->host->bus_first, depth = 0;

	while (at != bus && depth++ < 256) {
		struct fake_function *next = NULL;

		for (unsigned i = 0; i < m->count && !next; i++) {
			struct fake_function *f = &m->functions[i];

			if (f->bridge == bridge && is_bridge(f) && f->config[PCI_SECONDARY_BUS] &&
				bus >= f->config[PCI_SECONDARY_BUS] &&
				bus <= f->config[PCI_SUBORDINATE_BUS])
				next = f;
		}
		if (!next)
			return NULL;
		bridge = next;
		at = bridge->config[PCI_SECONDARY_BUS];
	}
	return at == bus ? find_on(m, bridge, device, function) : NULL;
}

static unsigned bar_count(const struct fake_function *f)
{
	return is_bridge(f) ? 2 : PCI_MAX_BARS;
}

static bool decodes(const struct fake_function *f, enum pci_space space)
{
	return f->config[PCI_COMMAND] &
	       (space == PCI_SPACE_IO ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY);
}

static uint32_t config_read(
	struct fake_pci *m, struct fake_function *f, unsigned offset, unsigned width)
{
	m->reads++;
	m->absent_reads += !f;
	return f && offset + width <= FAKE_CONFIG_SIZE ? fake_pci_get(f, offset, width) : NOT_THERE;
}

static void config_write(struct fake_pci *m, struct fake_function *f, unsigned offset,
	unsigned width, uint32_t value)
{
	m->writes++;
	if (!f || offset + width > FAKE_CONFIG_SIZE)
		return;
	if (offset >= PCI_BAR0 && offset < PCI_BAR0 + 4 * bar_count(f))
		m->live_bar_writes += decodes(
			f, f->config[offset & ~3u] & FAKE_BAR_IO ? PCI_SPACE_IO : PCI_SPACE_MEMORY);
	for (unsigned i = 0; i < width; i++) {
		uint8_t mask = f->writable[offset + i], byte = (uint8_t)(value >> 8 * i);

		f->config[offset + i] = (uint8_t)((f->config[offset + i] & ~mask) | (byte & mask));
	}
}

static struct fake_function *ecam_function(struct fake_pci *m, uint64_t offset)
{
	return route(m, (unsigned)(offset >> 20) + m->host->bus_first, offset >> 15 & 31,
		offset >> 12 & 7);
}

static uint64_t ecam_read(void *context, uint64_t offset, unsigned width)
{
	return config_read(context, ecam_function(context, offset), offset & 0xfff, width);
}

static void ecam_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
	config_write(
		context, ecam_function(context, offset), offset & 0xfff, width, (uint32_t)value);
}

static struct fake_function *port_function(struct fake_pci *m)
{
	uint32_t a = m->config_address;

	return a >> 31 ? route(m, a >> 16 & 0xff, a >> 11 & 31, a >> 8 & 7) : NULL;
}

static uint64_t port_read(void *context, uint64_t offset, unsigned width)
{
	struct fake_pci *m = context;

	if (offset < 4)
		return m->config_address;
	return config_read(m, port_function(m), (m->config_address & 0xfc) + (offset & 3), width);
}

static void port_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
	struct fake_pci *m = context;

	if (offset >= 4) {
		config_write(m, port_function(m), (m->config_address & 0xfc) + (offset & 3), width,
			(uint32_t)value);
		return;
	}
	/* Narrower writes are to other devices at the same ports. */
	assert_int_equal(offset, 0);
	assert_int_equal(width, 4);
	m->config_address = (uint32_t)value;
}

struct window_range {
	uint64_t base;
	uint64_t limit;
};

static struct window_range window_range(const struct fake_function *f, enum pci_window_kind kind)
{
	const uint8_t *c = f->config;
	uint64_t base, limit;

	switch (kind) {
	case PCI_WINDOW_IO:
		base = (c[0x1c] & 0xf0u) << 8 | fake_pci_get(f, 0x30, 2) << 16;
		limit = (c[0x1d] & 0xf0u) << 8 | fake_pci_get(f, 0x32, 2) << 16 | 0xfff;
		return (struct window_range){base, limit};
	case PCI_WINDOW_MEMORY:
		base = (uint64_t)(fake_pci_get(f, 0x20, 2) & 0xfff0) << 16;
		limit = (uint64_t)(fake_pci_get(f, 0x22, 2) & 0xfff0) << 16 | 0xfffff;
		return (struct window_range){base, limit};
	default:
		base = (uint64_t)(fake_pci_get(f, 0x24, 2) & 0xfff0) << 16 |
		       (uint64_t)fake_pci_get(f, 0x28, 4) << 32;
		limit = (uint64_t)(fake_pci_get(f, 0x26, 2) & 0xfff0) << 16 | 0xfffff |
			(uint64_t)fake_pci_get(f, 0x2c, 4) << 32;
		return (struct window_range){base, limit};
	}
}

/* Whether an access on the root bus arrives at the bus behind this bridge. */
static bool forwards(const struct fake_function *bridge, enum pci_space space, uint64_t address)
{
	for (const struct fake_function *b = bridge; b; b = b->bridge) {
		bool inside = false;

		for (unsigned kind = 0; kind < PCI_WINDOW_COUNT; kind++) {
			struct window_range r = window_range(b, kind);

			inside |= (kind == PCI_WINDOW_IO) == (space == PCI_SPACE_IO) &&
				  address >= r.base && address <= r.limit;
		}
		if (!inside || !decodes(b, space))
			return false;
	}
	return true;
}

/* The slot's BAR, when it answers at a bus address; its offset there. */
static bool bar_answers(const struct fake_function *f, unsigned index, enum pci_space space,
	uint64_t address, uint64_t *offset)
{
	unsigned at = PCI_BAR0 + 4 * index;
	uint64_t mask = 0, base = fake_pci_get(f, at, 4);
	uint32_t flags = (uint32_t)base & (space == PCI_SPACE_IO ? 3 : 15);

	for (unsigned i = 0; i < 4; i++)
		mask |= (uint64_t)f->writable[at + i] << 8 * i;
	if (!mask || (flags & FAKE_BAR_IO) != (space == PCI_SPACE_IO))
		return false;
	mask |= 0xffffffffull << 32;
	if (flags & FAKE_BAR_64)
		base |= (uint64_t)fake_pci_get(f, at + 4, 4) << 32;
	*offset = address & ~mask;
	return (address & mask) == (base & mask);
}

uint32_t fake_pci_pattern(
	const struct fake_pci *m, const struct fake_function *f, unsigned index, uint64_t offset)
{
	return (uint32_t)(f - m->functions + 1) << 24 | index << 16 | (uint32_t)(offset & 0xffff);
}

static uint32_t bus_read(struct fake_pci *m, enum pci_space space, uint64_t address)
{
	uint32_t value = NOT_THERE;
	uint64_t offset;

	for (unsigned i = 0; i < m->count; i++) {
		struct fake_function *f = &m->functions[i];

		if (!decodes(f, space) || !forwards(f->bridge, space, address))
			continue;
		for (unsigned bar = 0; bar < bar_count(f); bar++) {
			if (!bar_answers(f, bar, space, address, &offset))
				continue;
			m->collisions += value != NOT_THERE;
			value = fake_pci_pattern(m, f, bar, offset);
			if (f->config[PCI_BAR0 + 4 * bar] & FAKE_BAR_64)
				bar++;
		}
	}
	return value;
}

static uint64_t aperture_read(void *context, uint64_t offset, unsigned width)
{
	struct host_window *w = context;

	(void)width;
	return bus_read(w->context, w->space == IO_PORT ? PCI_SPACE_IO : PCI_SPACE_MEMORY,
		w->base + offset);
}

static void aperture_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
	(void)context;
	(void)offset;
	(void)width;
	(void)value;
}

/* What an aperture's window needs to know: the machine, the kind of space, its bus address. */
static struct host_window apertures[PCI_MAX_APERTURES];

static void add_aperture(struct fake_pci *m, unsigned index)
{
	const struct pci_aperture *a = &m->host->apertures[index];
	bool ports = a->space == PCI_SPACE_IO && !a->io_is_mmio;

	apertures[index] = (struct host_window){
		.space = a->space == PCI_SPACE_IO ? IO_PORT : IO_MMIO,
		.base = a->bus_base,
		.context = m,
	};
	host_add_window(&(struct host_window){
		.space = ports ? IO_PORT : IO_MMIO,
		.base = a->cpu_base,
		.size = a->size,
		.read = aperture_read,
		.write = aperture_write,
		.context = &apertures[index],
	});
}

void fake_pci_init(struct fake_pci *m, const struct pci_host *host)
{
	bool ecam = host->access == PCI_ACCESS_ECAM;

	memset(m, 0, sizeof(*m));
	m->host = host;
	host_add_window(&(struct host_window){
		.space = ecam ? IO_MMIO : IO_PORT,
		.base = ecam ? host->ecam_base : 0xcf8,
		.size = ecam ? (uint64_t)(host->bus_last - host->bus_first + 1) << 20 : 8,
		.read = ecam ? ecam_read : port_read,
		.write = ecam ? ecam_write : port_write,
		.context = m,
	});
	for (unsigned i = 0; i < host->aperture_count; i++)
		add_aperture(m, i);
}

struct fake_function *fake_pci_add(struct fake_pci *m, struct fake_function *bridge,
	unsigned device, unsigned function, uint16_t vendor_id, uint16_t device_id)
{
	struct fake_function *f = &m->functions[m->count];

	assert_true(m->count < FAKE_MAX_FUNCTIONS);
	m->count++;
	*f = (struct fake_function){.bridge = bridge, .device = device, .function = function};
	fake_pci_put(f, PCI_VENDOR_ID, 2, vendor_id);
	fake_pci_put(f, PCI_DEVICE_ID, 2, device_id);
	let_write(f, PCI_COMMAND, 2, 0x0547);
	if (function) {
		struct fake_function *first = find_on(m, bridge, device, 0);

		assert_non_null(first);
		first->config[PCI_HEADER_TYPE] |= 0x80;
	}
	return f;
}

void fake_pci_make_bridge(struct fake_function *f, unsigned secondary, unsigned subordinate)
{
	f->config[PCI_HEADER_TYPE] |= PCI_HEADER_BRIDGE;
	fake_pci_put(f, PCI_CLASS, 2, 0x0400);
	fake_pci_put(f, PCI_CLASS + 2, 1, 0x06);
	fake_pci_put(f, PCI_SECONDARY_BUS, 1, secondary);
	fake_pci_put(f, PCI_SUBORDINATE_BUS, 1, subordinate);
	let_write(f, PCI_PRIMARY_BUS, 4, 0x00ffffff);
	fake_pci_put(f, PCI_IO_BASE, 2, 0x0101);
	let_write(f, PCI_IO_BASE, 2, 0xf0f0);
	let_write(f, PCI_IO_BASE_UPPER, 4, UINT32_MAX);
	let_write(f, PCI_MEMORY_BASE, 4, 0xfff0fff0);
	fake_pci_put(f, PCI_PREFETCH_BASE, 4, 0x00010001);
	let_write(f, PCI_PREFETCH_BASE, 4, 0xfff0fff0);
	let_write(f, PCI_PREFETCH_BASE_UPPER, 4, UINT32_MAX);
	let_write(f, PCI_PREFETCH_LIMIT_UPPER, 4, UINT32_MAX);
}

void fake_pci_add_capability(struct fake_function *f, unsigned offset, uint8_t id, uint8_t next)
{
	f->config[PCI_STATUS] |= PCI_STATUS_CAP_LIST;
	if (!f->config[PCI_CAPABILITY_LIST])
		f->config[PCI_CAPABILITY_LIST] = (uint8_t)offset;
	f->config[offset] = id;
	f->config[offset + 1] = next;
}

void fake_pci_make_express(struct fake_function *f, unsigned type)
{
	fake_pci_add_capability(f, 0x40, PCI_CAP_ID_EXP, 0);
	fake_pci_put(f, 0x42, 2, type << 4 | 2);
}

void fake_pci_add_bar(
	struct fake_function *f, unsigned index, unsigned flags, uint64_t size, uint64_t address)
{
	unsigned at = PCI_BAR0 + 4 * index;
	uint64_t mask = -size;

	let_write(f, at, 4, (uint32_t)mask);
	fake_pci_put(f, at, 4, (uint32_t)address | flags);
	if (flags & FAKE_BAR_64) {
		let_write(f, at + 4, 4, (uint32_t)(mask >> 32));
		fake_pci_put(f, at + 4, 4, (uint32_t)(address >> 32));
	}
}

void fake_pci_open_window(
	struct fake_function *f, enum pci_window_kind kind, uint64_t base, uint64_t limit)
{
	switch (kind) {
	case PCI_WINDOW_IO:
		fake_pci_put(f, PCI_IO_BASE, 1, 0x01 | (base >> 8 & 0xf0));
		fake_pci_put(f, PCI_IO_LIMIT, 1, 0x01 | (limit >> 8 & 0xf0));
		fake_pci_put(f, PCI_IO_BASE_UPPER, 2, (uint32_t)(base >> 16));
		fake_pci_put(f, PCI_IO_LIMIT_UPPER, 2, (uint32_t)(limit >> 16));
		break;
	case PCI_WINDOW_MEMORY:
		fake_pci_put(f, PCI_MEMORY_BASE, 2, base >> 16 & 0xfff0);
		fake_pci_put(f, PCI_MEMORY_LIMIT, 2, limit >> 16 & 0xfff0);
		break;
	default:
		fake_pci_put(f, PCI_PREFETCH_BASE, 2, 0x01 | (base >> 16 & 0xfff0));
		fake_pci_put(f, PCI_PREFETCH_LIMIT, 2, 0x01 | (limit >> 16 & 0xfff0));
		fake_pci_put(f, PCI_PREFETCH_BASE_UPPER, 4, (uint32_t)(base >> 32));
		fake_pci_put(f, PCI_PREFETCH_LIMIT_UPPER, 4, (uint32_t)(limit >> 32));
		break;
	}
}

void fake_pci_remove_window(struct fake_function *f, enum pci_window_kind kind)
{
	static const uint8_t offset[] = {PCI_IO_BASE, PCI_MEMORY_BASE, PCI_PREFETCH_BASE};
	unsigned width = kind == PCI_WINDOW_IO ? 2 : 4;

	fake_pci_put(f, offset[kind], width, 0);
	let_write(f, offset[kind], width, 0);
}
