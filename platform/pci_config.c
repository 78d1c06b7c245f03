/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a function and an offset. Out: one access of its configuration space, by ECAM or by ports. */
#include "platform/pci_config.h"

#include "mem/log.h"

/* ECAM: a mebibyte a bus, a page a function (PCI Express 6.0 §7.2.2). */
#define ECAM_BUS_SIZE      0x100000u
#define ECAM_FUNCTION_SIZE 0x1000u

/* Configuration mechanism #1 (PCI Local Bus 3.0 §3.2.2.3.2). */
#define PORTS_BASE             0xcf8u
#define PORTS_SIZE             8u
#define PORTS_CONFIG_ADDRESS   0u
#define PORTS_CONFIG_DATA      4u
#define PORTS_ENABLE           0x80000000u
#define PORTS_FUNCTION_SIZE    0x100u
#define CAPABILITIES_FIRST     0x40u /* the header ends here */
#define CAPABILITIES_END       0x100u
#define CAPABILITY_OFFSET_MASK 0xfcu /* the two low bits are reserved (§6.7) */

struct register_name {
	uint8_t offset;
	const char *name;
};

static const struct register_name common_names[] = {
	{PCI_VENDOR_ID, "VENDOR_ID"},
	{PCI_COMMAND, "COMMAND"},
	{PCI_STATUS, "STATUS"},
	{PCI_REVISION_ID, "REVISION_ID"},
	{PCI_HEADER_TYPE, "HEADER_TYPE"},
	{PCI_BAR0, "BAR0"},
	{PCI_BAR0 + 4, "BAR1"},
	{PCI_CAPABILITY_LIST, "CAPABILITY_LIST"},
};

static const struct register_name device_names[] = {
	{PCI_BAR0 + 8, "BAR2"},
	{PCI_BAR0 + 12, "BAR3"},
	{PCI_BAR0 + 16, "BAR4"},
	{PCI_BAR0 + 20, "BAR5"},
	{PCI_SUBSYSTEM_VENDOR_ID, "SUBSYSTEM_VENDOR_ID"},
	{PCI_SUBSYSTEM_ID, "SUBSYSTEM_ID"},
};

static const struct register_name bridge_names[] = {
	{PCI_PRIMARY_BUS, "PRIMARY_BUS"},
	{PCI_SECONDARY_BUS, "SECONDARY_BUS"},
	{PCI_SUBORDINATE_BUS, "SUBORDINATE_BUS"},
	{PCI_IO_BASE, "IO_BASE"},
	{PCI_IO_LIMIT, "IO_LIMIT"},
	{PCI_MEMORY_BASE, "MEMORY_BASE"},
	{PCI_MEMORY_LIMIT, "MEMORY_LIMIT"},
	{PCI_PREFETCH_BASE, "PREFETCH_BASE"},
	{PCI_PREFETCH_LIMIT, "PREFETCH_LIMIT"},
	{PCI_PREFETCH_BASE_UPPER, "PREFETCH_BASE_UPPER"},
	{PCI_PREFETCH_LIMIT_UPPER, "PREFETCH_LIMIT_UPPER"},
	{PCI_IO_BASE_UPPER, "IO_BASE_UPPER"},
	{PCI_IO_LIMIT_UPPER, "IO_LIMIT_UPPER"},
};

static const char *find_name(const struct register_name *names, size_t count, unsigned offset)
{
	for (size_t i = 0; i < count; i++)
		if (names[i].offset == offset)
			return names[i].name;
	return NULL;
}

static const char *register_name(const struct pci_device *device, unsigned offset)
{
	const char *name = find_name(common_names, ARRAY_SIZE(common_names), offset);

	if (!name && device->header_type == PCI_HEADER_DEVICE)
		name = find_name(device_names, ARRAY_SIZE(device_names), offset);
	if (!name && device->header_type == PCI_HEADER_BRIDGE)
		name = find_name(bridge_names, ARRAY_SIZE(bridge_names), offset);
	return name ? name : "config";
}

enum status pci_config_check(const struct pci_host *host)
{
	uint64_t size;
	struct region window;

	if (host->bus_first > host->bus_last) {
		log_error("pci", "host: no buses (0x%02x to 0x%02x, from %s)", host->bus_first,
			host->bus_last, host->source);
		return ERR_RANGE;
	}
	if (host->access == PCI_ACCESS_PORTS) {
		if (host->segment) {
			log_error("pci", "host: ports reach segment 0 only (segment 0x%04x)",
				host->segment);
			return ERR_RANGE;
		}
		if (!io_has_ports()) {
			log_error("pci", "host: this processor has no I/O ports (from %s)",
				host->source);
			return ERR_UNSUPPORTED;
		}
		return OK;
	}
	if (host->ecam_base % ECAM_BUS_SIZE) {
		log_error("pci", "host: ECAM is not aligned to 1 MiB (0x%lx, from %s)",
			host->ecam_base, host->source);
		return ERR_RANGE;
	}
	size = (uint64_t)(host->bus_last - host->bus_first + 1) * ECAM_BUS_SIZE;
	return region_init(&window, "pci", IO_MMIO, host->ecam_base, size, size, NULL);
}

/* The access itself, as an offset in a region. */
struct reach {
	struct region region;
	unsigned offset;
};

/*
 * Where a register is: the one place that knows both methods. Selects it, for ports. False when the
 * method does not reach that far.
 */
static bool config_reach(
	struct pci_device *device, unsigned offset, unsigned width, struct reach *out)
{
	const struct pci_host *host = device->host;
	uint32_t function = (uint32_t)device->address.device << 3 | device->address.function;

	if (host->access == PCI_ACCESS_ECAM) {
		uint64_t base = host->ecam_base +
				(uint64_t)(device->address.bus - host->bus_first) * ECAM_BUS_SIZE +
				function * ECAM_FUNCTION_SIZE;

		out->region = (struct region){
			device->name, IO_MMIO, base, ECAM_FUNCTION_SIZE, &device->count};
		out->offset = offset;
		return range_inside(offset, width, ECAM_FUNCTION_SIZE);
	}
	if (!range_inside(offset, width, PORTS_FUNCTION_SIZE))
		return false;
	out->region =
		(struct region){device->name, IO_PORT, PORTS_BASE, PORTS_SIZE, &device->count};
	out->offset = PORTS_CONFIG_DATA + offset % 4;
	region_write(&out->region, PORTS_CONFIG_ADDRESS, 4,
		PORTS_ENABLE | (uint32_t)device->address.bus << 16 | function << 8 | (offset & ~3u),
		"CONFIG_ADDRESS");
	return true;
}

uint32_t pci_config_read(struct pci_device *device, unsigned offset, unsigned width)
{
	uint32_t all_ones = UINT32_MAX >> (32 - 8 * width);
	struct reach to;

	if (!config_reach(device, offset, width, &to))
		return all_ones;
	return (uint32_t)region_read(&to.region, to.offset, width, register_name(device, offset)) &
	       all_ones;
}

void pci_config_write(struct pci_device *device, unsigned offset, unsigned width, uint32_t value)
{
	struct reach to;

	if (config_reach(device, offset, width, &to))
		region_write(&to.region, to.offset, width, value, register_name(device, offset));
}

/*
 * Always from the start of the list (PCI Local Bus 3.0 §6.7), also to go on behind `after`: only
 * so is a loop seen that leads back to capabilities which the caller had before.
 */
unsigned pci_find_capability(struct pci_device *device, uint8_t id, unsigned after)
{
	uint64_t visited = 0; /* a bit for each of the 64 offsets a capability can have */
	bool behind = !after;
	unsigned offset, header;

	if (device->header_type > PCI_HEADER_BRIDGE)
		return 0;
	if (!(pci_config_read(device, PCI_STATUS, 2) & PCI_STATUS_CAP_LIST))
		return 0;
	offset = pci_config_read(device, PCI_CAPABILITY_LIST, 1) & CAPABILITY_OFFSET_MASK;
	while (offset) {
		if (offset < CAPABILITIES_FIRST || visited & 1ul << offset / 4) {
			log_error(device->name, "capabilities: the list %s at offset 0x%02x",
				offset < CAPABILITIES_FIRST ? "points into the header" : "loops",
				offset);
			return 0;
		}
		visited |= 1ul << offset / 4;
		header = pci_config_read(device, offset, 2);
		if (behind && (header & 0xff) == id)
			return offset;
		behind = behind || offset == after;
		offset = header >> 8 & CAPABILITY_OFFSET_MASK;
	}
	return 0;
}

bool pci_capability_fits(const struct pci_device *device, unsigned at, unsigned size)
{
	if (range_inside(at, size, CAPABILITIES_END))
		return true;
	log_error(
		device->name, "capabilities: the %u bytes of that at 0x%02x do not fit", size, at);
	return false;
}
