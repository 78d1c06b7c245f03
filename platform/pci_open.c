/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a function's BAR. Out: a region of registers that the device answers in. */
#include "mem/log.h"
#include "platform/pci_assign.h"
#include "platform/pci_bar.h"
#include "platform/pci_window.h"

#define COMMAND_ALL  (PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER)
#define COMMAND_GONE 0xffffu

static uint32_t decode_bit(const struct pci_bar *bar)
{
	return bar->space == PCI_SPACE_IO ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY;
}

/*
 * Turns on the `wanted` command bits, where they are not. Bits that are not `required` may be
 * hard-wired to 0: a bridge need not have an I/O window.
 */
static enum status enable_bits(struct pci_device *device, uint32_t wanted, uint32_t required)
{
	uint32_t command = pci_config_read(device, PCI_COMMAND, 2), kept;

	if (command == COMMAND_GONE) {
		log_error(device->name, "command: the function no longer answers");
		return ERR_GONE;
	}
	if ((command & wanted) == wanted)
		return OK;
	if (device->header_type == PCI_HEADER_BRIDGE)
		pci_windows_close_stray(device);
	pci_config_write(device, PCI_COMMAND, 2, command | wanted);
	kept = pci_config_read(device, PCI_COMMAND, 2);
	if (required & ~kept) {
		log_error(device->name, "command: 0x%04x was written, reads 0x%04x",
			command | wanted, kept);
		return ERR_REFUSED;
	}
	log_debug(device->name, "command: 0x%04x, was 0x%04x", kept, command);
	return OK;
}

/*
 * The decode bits a function can have: those for which each BAR has an address. A BAR at 0 that
 * came to life would answer for memory or ports of others.
 */
static uint32_t decodable(struct pci_device *device)
{
	uint32_t bits = 0, unplaced = 0;

	for (unsigned i = 0; i < PCI_MAX_BARS; i++) {
		const struct pci_bar *bar = &device->bars[i];
		uint32_t bit = decode_bit(bar);

		if (!bar->size)
			continue;
		bits |= bit;
		if (pci_bar_reached(device, bar))
			continue;
		unplaced |= bit;
		log_info(device->name,
			"BAR %u: has no address that reaches it: %s decoding is left "
			"as it is unless it is asked for",
			i, bar->space == PCI_SPACE_IO ? "I/O" : "memory");
	}
	return bits & ~unplaced;
}

static enum status enable(struct pci_device *device, uint32_t required)
{
	enum status status = pci_size_bars(device);

	if (status == OK)
		status = enable_bits(device, decodable(device) | required, required);
	for (struct pci_device *b = device->bridge; b && status == OK; b = b->bridge)
		status = enable_bits(b, COMMAND_ALL, required);
	return status;
}

enum status pci_enable(struct pci_device *device)
{
	return enable(device, PCI_COMMAND_MASTER);
}

/* Where the processor finds a BAR that has an address. */
static enum status processor_address(
	const struct pci_device *device, unsigned index, enum io_space *space, uint64_t *address)
{
	const struct pci_bar *bar = &device->bars[index];
	const struct pci_aperture *a =
		pci_find_aperture(device->host, bar->space, bar->bus_base, bar->size);
	uint64_t offset = a ? bar->bus_base - a->bus_base : bar->bus_base;
	uint64_t base = a ? a->cpu_base : 0;
	bool ports = bar->space == PCI_SPACE_IO && !(a && a->io_is_mmio);

	if (!a)
		log_info(device->name,
			"BAR %u: the host bridge states no apertures: 0x%lx is taken at its word",
			index, bar->bus_base);
	if (ports && !io_has_ports()) {
		log_error(device->name, "BAR %u: I/O 0x%lx, but this processor has no ports", index,
			bar->bus_base);
		return ERR_RANGE;
	}
	if (offset > UINT64_MAX - base) {
		log_error(device->name, "BAR %u: the aperture's processor address wraps (0x%lx)",
			index, base);
		return ERR_RANGE;
	}
	*space = ports ? IO_PORT : IO_MMIO;
	*address = base + offset;
	return OK;
}

/* Whether the function has such a BAR, and a large enough one. */
static enum status check_bar(struct pci_device *device, unsigned index, uint64_t needed)
{
	enum status status = pci_size_bars(device);

	if (status != OK)
		return status;
	if (index >= PCI_MAX_BARS || !device->bars[index].size) {
		log_error(device->name, "BAR %u: is not implemented", index);
		return ERR_NOT_FOUND;
	}
	if (device->bars[index].size < needed) {
		log_error(device->name, "BAR %u: has 0x%lx bytes, 0x%lx are needed", index,
			device->bars[index].size, needed);
		return ERR_RANGE;
	}
	return OK;
}

/*
 * Places all BARs of the function that need it. The result is that of BAR `index`; the others are
 * given an address where there is one.
 */
static enum status place_bars(struct pci_tree *tree, struct pci_device *device, unsigned index)
{
	enum status status = OK, other;

	for (unsigned i = 0; i < PCI_MAX_BARS; i++) {
		const struct pci_bar *bar = &device->bars[i];

		if (!bar->size || pci_bar_reached(device, bar))
			continue;
		if (bar->assigned)
			log_info(device->name, "BAR %u: nothing is forwarded to it at 0x%lx", i,
				bar->bus_base);
		other = pci_assign_bar(tree, device, i, i == index ? LOG_ERROR : LOG_INFO);
		if (i == index)
			status = other;
	}
	return status;
}

/* Bridges have BARs of their own, which come to life with what the bridge forwards. */
static void place_bridge_bars(struct pci_tree *tree, struct pci_device *device)
{
	for (struct pci_device *b = device->bridge; b; b = b->bridge) {
		if (pci_config_read(b, PCI_COMMAND, 2) & PCI_COMMAND_MEMORY)
			continue;
		if (pci_size_bars(b) != OK || place_bars(tree, b, PCI_MAX_BARS) != OK)
			log_info(b->name, "BARs: not known: left as they are");
	}
}

/*
 * Whether a BAR works without moving anything: firmware decodes it already, be it at 0, where it is
 * reached; or all that one decode bit serves have addresses.
 */
static enum status check_placed(struct pci_device *device, unsigned index)
{
	const struct pci_bar *wanted = &device->bars[index];

	if (pci_config_read(device, PCI_COMMAND, 2) & decode_bit(wanted)) {
		if (pci_forwarded(device, wanted->space, wanted->bus_base, wanted->size))
			return OK;
		log_info(device->name,
			"BAR %u: decoded at 0x%lx, where nothing is forwarded to it, and not moved "
			"while firmware owns the machine",
			index, wanted->bus_base);
		return ERR_UNSUPPORTED;
	}
	for (unsigned i = 0; i < PCI_MAX_BARS; i++) {
		const struct pci_bar *bar = &device->bars[i];

		if (!bar->size || bar->space != wanted->space || pci_bar_reached(device, bar))
			continue;
		log_info(device->name,
			"BAR %u: has no address, and none is given while firmware "
			"owns the machine",
			i);
		return ERR_UNSUPPORTED;
	}
	return OK;
}

static enum status place(struct pci_tree *tree, struct pci_device *device, unsigned index)
{
	enum status status;

	if (tree->passive)
		return check_placed(device, index);
	status = place_bars(tree, device, index);
	if (status == OK)
		place_bridge_bars(tree, device);
	return status;
}

enum status pci_open_bar(struct pci_tree *tree, struct pci_device *device, unsigned index,
	const char *subject, uint64_t needed, struct io_count *count, struct region *out)
{
	enum status status = check_bar(device, index, needed);
	const struct pci_bar *bar;
	enum io_space space;
	uint64_t address;

	if (status != OK)
		return status;
	bar = &device->bars[index];
	status = place(tree, device, index);
	if (status == OK)
		status = processor_address(device, index, &space, &address);
	if (status == OK)
		status = enable(device, PCI_COMMAND_MASTER | decode_bit(bar));
	if (status == OK)
		status = region_init(out, subject, space, address, bar->size, needed, count);
	if (status == OK)
		log_info(device->name, "BAR %u: %s 0x%lx (0x%lx bytes)", index,
			space == IO_PORT ? "ports at" : "registers at", address, bar->size);
	return status;
}
