/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a function. Out: what its base address registers ask for, and addresses in them. */
#include "platform/pci_bar.h"

#include "mem/log.h"
#include "mem/string.h"
#include "platform/pci_window.h"

/* PCI Local Bus 3.0 §6.2.5.1. */
#define BAR_IO           0x1u
#define BAR_IO_RESERVED  0x2u
#define BAR_IO_FLAGS     0x3u
#define BAR_TYPE_MASK    0x6u
#define BAR_TYPE_32      0x0u
#define BAR_TYPE_64      0x4u
#define BAR_PREFETCH     0x8u
#define BAR_MEMORY_FLAGS 0xfu

#define COMMAND_DECODE    (PCI_COMMAND_IO | PCI_COMMAND_MEMORY)
#define COMMAND_GONE      0xffffu
#define CLASS_HOST_BRIDGE 0x0600u

static unsigned bar_offset(unsigned index)
{
	return PCI_BAR0 + 4 * index;
}

static unsigned bar_slots(const struct pci_device *device)
{
	switch (device->header_type) {
	case PCI_HEADER_DEVICE: return 6;
	case PCI_HEADER_BRIDGE: return 2;
	default: return 0;
	}
}

/*
 * Turns decoding off, so that nothing answers at the values BARs hold meanwhile, and returns the
 * command register to be put back. A host bridge keeps it: there it may stand for memory itself.
 */
static uint16_t decode_off(struct pci_device *device)
{
	uint16_t command = (uint16_t)pci_config_read(device, PCI_COMMAND, 2);

	if (command & COMMAND_DECODE && device->class_code >> 8 != CLASS_HOST_BRIDGE)
		pci_config_write(device, PCI_COMMAND, 2, command & ~(uint32_t)COMMAND_DECODE);
	return command;
}

static void decode_restore(struct pci_device *device, uint16_t command)
{
	if (command & COMMAND_DECODE && device->class_code >> 8 != CLASS_HOST_BRIDGE)
		pci_config_write(device, PCI_COMMAND, 2, command);
}

/* What a slot holds, and what it reads after all ones were written to it. */
static uint32_t probe_slot(struct pci_device *device, unsigned index, uint32_t *held)
{
	uint32_t mask;

	*held = pci_config_read(device, bar_offset(index), 4);
	pci_config_write(device, bar_offset(index), 4, UINT32_MAX);
	mask = pci_config_read(device, bar_offset(index), 4);
	pci_config_write(device, bar_offset(index), 4, *held);
	return mask;
}

static enum status bar_malformed(
	const struct pci_device *device, unsigned index, const char *what, uint64_t mask)
{
	log_error(device->name, "BAR %u: %s (all ones reads back 0x%lx)", index, what, mask);
	return ERR_MALFORMED;
}

/* Sizes the BAR that begins in slot `index`; a 64-bit one has the next slot too. */
static enum status size_bar(struct pci_device *device, unsigned index, struct pci_bar *out)
{
	uint32_t held, held_upper = 0, mask = probe_slot(device, index, &held);
	struct pci_bar bar = {.space = mask & BAR_IO ? PCI_SPACE_IO : PCI_SPACE_MEMORY};
	uint64_t address_mask;

	if (!mask)
		return OK;
	if (bar.space == PCI_SPACE_IO) {
		if (mask & BAR_IO_RESERVED)
			return bar_malformed(device, index, "reserved bit 1 is set", mask);
		address_mask = mask & ~BAR_IO_FLAGS;
		/* The upper half may be hard-wired to 0 (§6.2.5.1): ports have 16 bits. */
		if (!(address_mask & 0xffff0000))
			address_mask |= 0xffff0000;
	} else {
		bar.is_64bit = (mask & BAR_TYPE_MASK) == BAR_TYPE_64;
		bar.prefetchable = mask & BAR_PREFETCH;
		if (!bar.is_64bit && (mask & BAR_TYPE_MASK) != BAR_TYPE_32)
			return bar_malformed(device, index, "reserved memory type", mask);
		address_mask = mask & ~BAR_MEMORY_FLAGS;
	}
	if (bar.is_64bit) {
		if (index + 1 == bar_slots(device))
			return bar_malformed(device, index, "64 bits wide in the last slot", mask);
		address_mask |= (uint64_t)probe_slot(device, index + 1, &held_upper) << 32;
	} else {
		address_mask |= UINT64_MAX << 32;
	}
	bar.size = -address_mask;
	if (!is_power_of_two(bar.size))
		return bar_malformed(device, index, "its size is no power of two", address_mask);
	bar.bus_base = ((uint64_t)held_upper << 32 | held) & address_mask;
	bar.assigned = bar.bus_base != 0;
	log_debug(device->name, "BAR %u: %s %s%ssize 0x%lx at 0x%lx", index,
		bar.space == PCI_SPACE_IO ? "I/O" : "memory", bar.is_64bit ? "64-bit " : "",
		bar.prefetchable ? "prefetchable " : "", bar.size, bar.bus_base);
	*out = bar;
	return OK;
}

static enum status size_all(struct pci_device *device, struct pci_bar *bars)
{
	enum status status = OK;

	for (unsigned i = 0; i < bar_slots(device) && status == OK; i++) {
		status = size_bar(device, i, &bars[i]);
		if (bars[i].is_64bit)
			i++;
	}
	return status;
}

enum status pci_size_bars(struct pci_device *device)
{
	struct pci_bar bars[PCI_MAX_BARS] = {0};
	uint16_t command;

	if (device->bars_read)
		return device->bars_status;
	device->bars_read = true;
	command = decode_off(device);
	if (command == COMMAND_GONE) {
		log_error(device->name, "BARs: the function no longer answers");
		device->bars_status = ERR_GONE;
		return ERR_GONE;
	}
	device->bars_status = size_all(device, bars);
	decode_restore(device, command);
	if (device->bars_status == OK)
		memcpy(device->bars, bars, sizeof(bars));
	return device->bars_status;
}

enum status pci_read_bars(struct pci_device *device, struct pci_bar *bars)
{
	enum status status = pci_size_bars(device);

	if (status == OK)
		memcpy(bars, device->bars, sizeof(device->bars));
	return status;
}

enum status pci_bar_set(struct pci_device *device, unsigned index, uint64_t bus_base)
{
	struct pci_bar *bar = &device->bars[index];
	uint32_t flags = bar->space == PCI_SPACE_IO ? BAR_IO_FLAGS : BAR_MEMORY_FLAGS;
	uint16_t command = decode_off(device);
	uint64_t kept;

	pci_config_write(device, bar_offset(index), 4, (uint32_t)bus_base);
	kept = pci_config_read(device, bar_offset(index), 4) & ~flags;
	if (bar->is_64bit) {
		pci_config_write(device, bar_offset(index + 1), 4, (uint32_t)(bus_base >> 32));
		kept |= (uint64_t)pci_config_read(device, bar_offset(index + 1), 4) << 32;
	}
	decode_restore(device, command);
	bar->bus_base = kept;
	bar->assigned = kept != 0;
	if (kept != bus_base) {
		log_error(device->name, "BAR %u: does not keep the address 0x%lx (reads 0x%lx)",
			index, bus_base, kept);
		return ERR_REFUSED;
	}
	return OK;
}

bool pci_bar_reached(const struct pci_device *device, const struct pci_bar *bar)
{
	return bar->assigned && pci_forwarded(device, bar->space, bar->bus_base, bar->size);
}
