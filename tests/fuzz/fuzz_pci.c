/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In: a host bridge, up to 8 functions with the bytes of their configuration spaces, then what
 * each read answers. Out: scan, capabilities, BARs and their regions, checked.
 */
#include <string.h>

#include "platform/pci.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/stream.h"

#define MAX_FUNCTIONS 8u
#define CONFIG_SIZE   256u
#define HEADER_BYTES  64u /* of the input, from 0x00 on */
#define LIST_BYTES    64u /* of the input, from 0x40 on */
#define ECAM_BASE     0xb0000000u
#define BUS_LAST      15u

/* A list has at most 48 capabilities, so a search that goes on after each ends long before. */
#define MAX_FOUND 256u

enum host_flags {
	HOST_PORTS = 0x01,
	HOST_PASSIVE = 0x02,
	HOST_APERTURES = 0x04,
	HOST_IO_IS_MMIO = 0x08,
};

struct function {
	uint8_t bus;
	uint8_t devfn;
	uint8_t config[CONFIG_SIZE];
	uint8_t writable[CONFIG_SIZE];
};

struct machine_of_pci {
	struct stream stream;
	struct function functions[MAX_FUNCTIONS];
	unsigned count;
	bool ports;
	uint32_t config_address;
};

static struct pci_tree tree; /* large */

static struct function *find(struct machine_of_pci *m, unsigned bus, unsigned devfn)
{
	for (unsigned i = 0; i < m->count; i++)
		if (m->functions[i].bus == bus && m->functions[i].devfn == devfn)
			return &m->functions[i];
	return NULL;
}

/* The function and the offset that an access is to; NULL when nothing is there. */
static struct function *route(struct machine_of_pci *m, enum io_space space, uint64_t address,
	unsigned width, unsigned *offset)
{
	uint32_t a = m->config_address;

	if (space == IO_PORT) {
		fuzz_check(m->ports && address >= 0xcfc && address + width <= 0xd00);
		*offset = (a & 0xfc) + (unsigned)(address & 3);
		return find(m, a >> 16 & 0xff, a >> 8 & 0xff);
	}
	/* The code under test opens BARs, but has no business in them. */
	fuzz_check(!m->ports && address >= ECAM_BASE &&
		   address < ECAM_BASE + ((BUS_LAST + 1ul) << 20));
	*offset = address & 0xfff;
	return find(m, (unsigned)(address - ECAM_BASE) >> 20, address >> 12 & 0xff);
}

static uint64_t read(void *context, enum io_space space, uint64_t address, unsigned width)
{
	struct machine_of_pci *m = context;
	uint64_t value = 0;
	unsigned offset;
	struct function *f = route(m, space, address, width, &offset);

	if (!f || offset + width > CONFIG_SIZE)
		return UINT64_MAX;
	memcpy(&value, f->config + offset, width);
	return stream_answer(&m->stream, value);
}

static void write(
	void *context, enum io_space space, uint64_t address, unsigned width, uint64_t value)
{
	struct machine_of_pci *m = context;
	struct function *f;
	unsigned offset;

	if (space == IO_PORT && address == 0xcf8) {
		m->config_address = (uint32_t)value;
		return;
	}
	f = route(m, space, address, width, &offset);
	for (unsigned i = 0; f && i < width && offset + i < CONFIG_SIZE; i++) {
		uint8_t mask = f->writable[offset + i], byte = (uint8_t)(value >> 8 * i);

		f->config[offset + i] = (uint8_t)((f->config[offset + i] & ~mask) | (byte & mask));
	}
}

/* A BAR of 1 << log2 bytes; 0: hard-wired. */
static void let_write_bar(struct function *f, unsigned index, unsigned log2)
{
	uint64_t mask = log2 ? UINT64_MAX << (log2 & 63) : 0;
	uint8_t *at = f->writable + PCI_BAR0 + 4 * index;
	bool wide = (f->config[PCI_BAR0 + 4 * index] & 7) == 4 && index < 5;

	mask &= wide ? ~0xful : 0xfffffffc;
	for (unsigned i = 0; i < (wide ? 8u : 4u); i++)
		at[i] |= (uint8_t)(mask >> 8 * i);
}

static void take_function(struct machine_of_pci *m)
{
	struct function *f = &m->functions[m->count++];
	struct stream *s = &m->stream;

	memset(f, 0, sizeof(*f));
	f->bus = stream_byte(s) & BUS_LAST;
	f->devfn = stream_byte(s);
	for (unsigned i = 0; i < HEADER_BYTES + LIST_BYTES; i++)
		f->config[i] = stream_byte(s);
	f->writable[PCI_COMMAND] = 0x47;
	f->writable[PCI_COMMAND + 1] = 0x05;
	if ((f->config[PCI_HEADER_TYPE] & 0x7f) == PCI_HEADER_BRIDGE)
		memset(f->writable + PCI_PRIMARY_BUS, stream_byte(s), 0x34 - PCI_PRIMARY_BUS);
	for (unsigned i = 0; i < PCI_MAX_BARS; i++)
		let_write_bar(f, i, stream_byte(s));
}

static void take_host(struct pci_host *host, uint8_t flags)
{
	*host = (struct pci_host){
		.access = flags & HOST_PORTS ? PCI_ACCESS_PORTS : PCI_ACCESS_ECAM,
		.bus_last = BUS_LAST,
		.ecam_base = flags & HOST_PORTS ? 0 : ECAM_BASE,
		.source = "fuzz",
	};
	if (!(flags & HOST_APERTURES))
		return;
	host->apertures[0] = (struct pci_aperture){
		PCI_SPACE_MEMORY, false, 0x10000000, 0x10000000, 0x1000000, false};
	host->apertures[1] = (struct pci_aperture){
		PCI_SPACE_MEMORY, true, 0x8000000000, 0x4000000000, 0x100000000, false};
	host->apertures[2] = (struct pci_aperture){PCI_SPACE_IO, false, 0x1000,
		flags & HOST_IO_IS_MMIO ? 0x3eff1000 : 0x1000, 0xe000, flags & HOST_IO_IS_MMIO};
	host->aperture_count = 3;
}

static void check_tree(const struct pci_host *host)
{
	fuzz_check(tree.count <= PCI_MAX_DEVICES);
	for (unsigned i = 0; i < tree.count; i++) {
		const struct pci_device *d = &tree.devices[i];

		fuzz_check_text(d->name, sizeof(d->name));
		fuzz_check(d->host == host && d->vendor_id != 0xffff);
		fuzz_check(d->address.bus >= host->bus_first && d->address.bus <= host->bus_last);
		fuzz_check(!d->bridge || d->bridge < d);
		fuzz_check(!d->bridge || d->bridge->header_type == PCI_HEADER_BRIDGE);
		if (!d->secondary_bus)
			continue;
		fuzz_check(d->secondary_bus > d->address.bus);
		fuzz_check(d->secondary_bus <= d->subordinate_bus);
		fuzz_check(d->subordinate_bus <= host->bus_last);
	}
}

static void check_capabilities(struct pci_device *d, bool lies)
{
	unsigned at = 0, found = 0;

	while (found++ < MAX_FOUND && (at = pci_find_capability(d, PCI_CAP_ID_VNDR, at)))
		fuzz_check(at >= 0x40 && at < CONFIG_SIZE && at % 4 == 0);
	fuzz_check(found < MAX_FOUND || lies);
	at = pci_find_capability(d, PCI_CAP_ID_MSIX, 0);
	fuzz_check(!at || (at >= 0x40 && at < CONFIG_SIZE && at % 4 == 0));
}

static void check_bars(struct pci_device *d)
{
	struct pci_bar bars[PCI_MAX_BARS];

	if (pci_read_bars(d, bars) != OK)
		return;
	for (unsigned i = 0; i < PCI_MAX_BARS; i++) {
		fuzz_check(!bars[i].size || is_power_of_two(bars[i].size));
		fuzz_check(!bars[i].size || bars[i].bus_base % bars[i].size == 0);
	}
}

static bool in_an_aperture(const struct pci_host *host, const struct region *r)
{
	for (unsigned i = 0; i < host->aperture_count; i++) {
		const struct pci_aperture *a = &host->apertures[i];
		bool ports = a->space == PCI_SPACE_IO && !a->io_is_mmio;

		if (ports == (r->space == IO_PORT) && r->base >= a->cpu_base &&
			range_inside(r->base - a->cpu_base, r->size, a->size))
			return true;
	}
	return !host->aperture_count;
}

static void check_regions(const struct pci_host *host, struct pci_device *d)
{
	for (unsigned i = 0; i < PCI_MAX_BARS + 1; i++) {
		struct io_count count = {0};
		struct region region;

		if (pci_open_bar(&tree, d, i, "fuzz", 16, &count, &region) != OK)
			continue;
		fuzz_check(i < PCI_MAX_BARS && region.size >= 16);
		fuzz_check(in_an_aperture(host, &region));
	}
}

/*
 * While firmware owns the machine, only the command registers may be other than before, and windows
 * of bridges, of which stray ones are closed.
 */
static void check_unmoved(struct machine_of_pci *before, struct machine_of_pci *after)
{
	for (unsigned i = 0; i < before->count; i++) {
		uint8_t *a = before->functions[i].config, *b = after->functions[i].config;

		memcpy(a + PCI_COMMAND, b + PCI_COMMAND, 2);
		if ((a[PCI_HEADER_TYPE] & 0x7f) == PCI_HEADER_BRIDGE)
			memcpy(a + PCI_IO_BASE, b + PCI_IO_BASE, 0x34 - PCI_IO_BASE);
		fuzz_check(!memcmp(a, b, CONFIG_SIZE));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct machine_of_pci m, before;
	struct fuzz_bus bus = {.read = read, .write = write, .context = &m};
	struct pci_host host;
	uint8_t flags;

	m = (struct machine_of_pci){.stream = stream_of(data, size)};
	flags = stream_byte(&m.stream);
	take_host(&host, flags);
	m.ports = flags & HOST_PORTS;
	while (m.count <= flags >> 5)
		take_function(&m);
	stream_begin_circle(&m.stream);
	before = m;

	tree = (struct pci_tree){.passive = flags & HOST_PASSIVE};
	fuzz_begin(LOG_ERROR, &bus);
	fuzz_check(pci_scan(&tree, &host) == OK || fuzz_lines());
	check_tree(&host);
	for (unsigned i = 0; i < tree.count; i++) {
		check_capabilities(&tree.devices[i], stream_lies(&m.stream));
		check_bars(&tree.devices[i]);
		check_regions(&host, &tree.devices[i]);
	}
	check_tree(&host);
	if (tree.passive && !stream_lies(&m.stream))
		check_unmoved(&before, &m);
	return 0;
}
