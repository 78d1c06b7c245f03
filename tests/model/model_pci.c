/* SPDX-License-Identifier: BSD-2-Clause */
/* In: configuration, memory and port accesses. Out: those that are a virtio structure's, there. */
#include "model_pci.h"

#include <stdlib.h>
#include <string.h>

#define COMMAND        0x04u
#define COMMAND_IO     1u
#define COMMAND_MEMORY 2u
#define COMMAND_MASTER 4u
#define BAR0           0x10u
#define MSIX_CONTROL   (MODEL_CAP_MSIX + 2)
#define MSIX_ENABLE    0x8000u
#define INTERRUPT_PIN  0x3d
#define BAR_IO         1u
#define BAR_64         4u
#define VENDOR_DATA    9u /* cfg_type */

/* The modern function's device id follows from its type; transitional ones are listed (§4.1.2). */
#define MODERN_BASE          0x1040u
#define TRANSITIONAL_ENTROPY 0x1005u

static const struct {
	uint8_t at;
	uint8_t length;
	uint8_t type;
	uint8_t bar;
	uint32_t offset;
	uint32_t size;
	uint8_t next;
} capabilities[] = {
	{MODEL_CAP_RESERVED_TYPE, 16, 0x77, 4, 0x3000, 0x100, MODEL_CAP_DEVICE},
	{MODEL_CAP_DEVICE, 16, 4, MODEL_CONFIG_BAR, MODEL_CONFIG_OFFSET, 0x1000,
		MODEL_CAP_RESERVED_BAR},
	{MODEL_CAP_RESERVED_BAR, 16, 1, 6, 0x0, 0x1000, MODEL_CAP_NOTIFY},
	{MODEL_CAP_NOTIFY, 24, 2, MODEL_NOTIFY_BAR, MODEL_NOTIFY_OFFSET, 0x1000, MODEL_CAP_COMMON},
	{MODEL_CAP_COMMON, 16, 1, MODEL_COMMON_BAR, MODEL_COMMON_OFFSET, 0x1000, MODEL_CAP_ISR},
	{MODEL_CAP_ISR, 16, 3, MODEL_ISR_BAR, MODEL_ISR_OFFSET, 0x20, MODEL_CAP_DECOY},
	{MODEL_CAP_DECOY, 16, 1, MODEL_DECOY_BAR, MODEL_DECOY_OFFSET, 0x1000, MODEL_CAP_PCI_CFG},
	{MODEL_CAP_PCI_CFG, 20, 5, 0, 0, 0, MODEL_CAP_VENDOR},
	{MODEL_CAP_VENDOR, 24, VENDOR_DATA, 0, 0, 0, 0},
};

uint32_t model_pci_get(const struct model *m, unsigned offset, unsigned width)
{
	uint32_t value = 0;

	for (unsigned i = 0; i < width; i++)
		value |= (uint32_t)m->pci->config[offset + i] << 8 * i;
	return value;
}

void model_pci_put(struct model *m, unsigned offset, unsigned width, uint32_t value)
{
	for (unsigned i = 0; i < width; i++)
		m->pci->config[offset + i] = (uint8_t)(value >> 8 * i);
}

static void let_write(struct model *m, unsigned offset, unsigned width, uint32_t mask)
{
	for (unsigned i = 0; i < width; i++)
		m->pci->writable[offset + i] = (uint8_t)(mask >> 8 * i);
}

bool model_pci_msix_on(const struct model *m)
{
	return model_pci_get(m, MSIX_CONTROL, 2) & MSIX_ENABLE;
}

bool model_reaches_memory(const struct model *m)
{
	return !m->pci || model_pci_get(m, COMMAND, 2) & COMMAND_MASTER;
}

static uint64_t config_read(void *context, uint64_t offset, unsigned width)
{
	struct model *m = context;
	unsigned at = offset & 0xfff;

	if (!model_access(m) || offset >> 12 != MODEL_PCI_DEVICE << 3 || at + width > 256)
		return UINT64_MAX;
	if (at >= MODEL_CAP_PCI_CFG + 16 && at < MODEL_CAP_PCI_CFG + 20 && m->pci->config[0x34])
		model_break(m, RULE_PCI_CFG, "read");
	if (at >= MODEL_CAP_VENDOR + 4 && m->pci->config[0x34] &&
		m->pci->config[MODEL_CAP_VENDOR + 3] == VENDOR_DATA &&
		at - MODEL_CAP_VENDOR < m->pci->config[MODEL_CAP_VENDOR + 2])
		model_break(m, RULE_PCI_VENDOR, "%u bytes at 0x%02x read", width, at);
	return model_pci_get(m, at, width);
}

/* What the driver may write of the capabilities: MSI-X control, which is no virtio capability. */
static void check_capability_write(struct model *m, unsigned at, unsigned width)
{
	if (!m->pci->config[0x34] || at < MODEL_CAP_RESERVED_TYPE)
		return;
	if (at >= MODEL_CAP_VENDOR)
		model_break(m, RULE_PCI_VENDOR, "%u bytes at 0x%02x", width, at);
	else if (at >= MODEL_CAP_PCI_CFG)
		model_break(m, RULE_PCI_CFG, "%u bytes at 0x%02x", width, at);
	else
		model_break(m, RULE_PCI_CAPS_KEPT, "%u bytes at 0x%02x", width, at);
}

static void config_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
	struct model *m = context;
	unsigned at = offset & 0xfff;

	if (!model_access(m) || offset >> 12 != MODEL_PCI_DEVICE << 3 || at + width > 256)
		return;
	check_capability_write(m, at, width);
	for (unsigned i = 0; i < width; i++) {
		uint8_t mask = m->pci->writable[at + i], byte = (uint8_t)(value >> 8 * i);

		m->pci->config[at + i] =
			(uint8_t)((m->pci->config[at + i] & ~mask) | (byte & mask));
	}
}

/* The BAR that answers at a bus address; MODEL_PCI_BARS when none does. */
static unsigned find_bar(const struct model *m, bool io, uint64_t address, uint64_t *offset)
{
	uint32_t needed = io ? COMMAND_IO : COMMAND_MEMORY;

	if (!(model_pci_get(m, COMMAND, 2) & needed))
		return MODEL_PCI_BARS;
	for (unsigned i = 0; i < MODEL_PCI_BARS; i++) {
		uint32_t low = model_pci_get(m, BAR0 + 4 * i, 4), mask = 0;
		uint64_t base = low & ~15u;

		for (unsigned b = 0; b < 4; b++)
			mask |= (uint32_t)m->pci->writable[BAR0 + 4 * i + b] << 8 * b;
		if (!mask || (low & BAR_IO) != io)
			continue;
		if (!io && low & BAR_64)
			base |= (uint64_t)model_pci_get(m, BAR0 + 4 * i + 4, 4) << 32;
		if (address >= base && address - base < -(uint64_t)(int32_t)mask) {
			*offset = address - base;
			return i;
		}
		i += !io && low & BAR_64;
	}
	return MODEL_PCI_BARS;
}

static bool in(unsigned bar, uint64_t *offset, unsigned cap_bar, uint64_t cap_offset, uint64_t size)
{
	if (bar != cap_bar || *offset < cap_offset || *offset - cap_offset >= size)
		return false;
	*offset -= cap_offset;
	return true;
}

/* Reading acknowledges (§4.1.4.5). */
static uint64_t read_isr(struct model *m)
{
	uint8_t status = m->interrupt_status;

	if (model_pci_msix_on(m))
		model_break(m, RULE_PCI_ISR, "0x%x", status);
	m->interrupt_status = 0;
	return status;
}

static uint64_t memory_read(void *context, uint64_t offset, unsigned width)
{
	struct model *m = context;
	unsigned bar = model_access(m) ? find_bar(m, false, MODEL_PCI_APERTURE + offset, &offset)
				       : MODEL_PCI_BARS;

	if (in(bar, &offset, MODEL_COMMON_BAR, MODEL_COMMON_OFFSET, 0x3c))
		return model_pci_common_read(m, offset, width);
	if (in(bar, &offset, MODEL_CONFIG_BAR, MODEL_CONFIG_OFFSET, 0x1000))
		return model_read_config(m, offset, width);
	if (in(bar, &offset, MODEL_ISR_BAR, MODEL_ISR_OFFSET, 1))
		return read_isr(m);
	if (bar < MODEL_PCI_BARS)
		model_break(m,
			in(bar, &offset, MODEL_NOTIFY_BAR, MODEL_NOTIFY_OFFSET, 0x1000)
				? RULE_PCI_NOTIFY
				: RULE_PCI_FIRST,
			"BAR %u, 0x%lx read", bar, (unsigned long)offset);
	return UINT64_MAX;
}

/*
 * §4.1.5.2.1: 16 bits, the queue's index, at queue_notify_off × notify_off_multiplier; 32 with
 * NOTIFICATION_DATA, which stands above it.
 */
static void doorbell(struct model *m, uint64_t offset, unsigned width, uint64_t value)
{
	bool data = m->accepted & 1ull << 38;
	uint16_t index = (uint16_t)value;
	bool good = width == (data ? 4 : 2) && index < m->type->queue_count &&
		    offset == (uint64_t)m->pci->notify_off[index] * MODEL_MULTIPLIER &&
		    m->queues[index].enabled;

	if (!good)
		model_break(m, RULE_PCI_NOTIFY, "%u bytes, 0x%lx at 0x%lx", width,
			(unsigned long)value, (unsigned long)offset);
	else
		model_notified(m, value);
}

static void memory_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
	struct model *m = context;
	unsigned bar = model_access(m) ? find_bar(m, false, MODEL_PCI_APERTURE + offset, &offset)
				       : MODEL_PCI_BARS;

	if (in(bar, &offset, MODEL_COMMON_BAR, MODEL_COMMON_OFFSET, 0x3c))
		model_pci_common_write(m, offset, width, value);
	else if (in(bar, &offset, MODEL_CONFIG_BAR, MODEL_CONFIG_OFFSET, 0x1000))
		model_write_config(m, offset, width, value);
	else if (in(bar, &offset, MODEL_NOTIFY_BAR, MODEL_NOTIFY_OFFSET, 0x1000))
		doorbell(m, offset, width, value);
	else if (bar < MODEL_PCI_BARS)
		model_break(m, RULE_PCI_FIRST, "BAR %u, 0x%lx written", bar, (unsigned long)offset);
}

static uint64_t port_read(void *context, uint64_t offset, unsigned width)
{
	struct model *m = context;

	if (!model_access(m) || find_bar(m, true, MODEL_IO_APERTURE + offset, &offset) != 0)
		return UINT64_MAX;
	return model_pci_legacy_read(m, offset, width);
}

static void port_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
	struct model *m = context;

	if (model_access(m) && find_bar(m, true, MODEL_IO_APERTURE + offset, &offset) == 0)
		model_pci_legacy_write(m, offset, width, value);
}

void model_pci_add_bar(
	struct model *m, unsigned index, unsigned flags, uint64_t size, uint64_t address)
{
	unsigned at = BAR0 + 4 * index;

	let_write(m, at, 4, (uint32_t)-size);
	model_pci_put(m, at, 4, (uint32_t)address | flags);
	if (!(flags & BAR_IO) && flags & BAR_64) {
		let_write(m, at + 4, 4, UINT32_MAX);
		model_pci_put(m, at + 4, 4, (uint32_t)(address >> 32));
	}
}

static void add_msix(struct model *m, uint8_t next)
{
	model_pci_put(m, 0x06, 2, 0x10);
	model_pci_put(m, 0x34, 1, MODEL_CAP_MSIX);
	model_pci_put(
		m, MODEL_CAP_MSIX, 4, 0x11u | (uint32_t)next << 8 | (MODEL_PCI_VECTORS - 1) << 16);
	let_write(m, MSIX_CONTROL, 2, MSIX_ENABLE);
}

static void fill_modern(struct model *m)
{
	model_pci_put(m, 0x00, 4, 0x1af4u | (MODERN_BASE + m->type->device_id) << 16);
	model_pci_put(m, 0x08, 1, 0x5a); /* any revision (§4.1.2.2) */
	/* One BAR with an address, one left to the driver. */
	model_pci_add_bar(m, 1, 0, 0x4000, MODEL_PCI_APERTURE + 0x10000);
	model_pci_add_bar(m, 4, BAR_64, 0x8000, 0);
	add_msix(m, MODEL_CAP_RESERVED_TYPE);
	for (unsigned i = 0; i < ARRAY_SIZE(capabilities); i++) {
		unsigned at = capabilities[i].at;

		model_pci_put(m, at, 4,
			0x09u | (uint32_t)capabilities[i].next << 8 |
				(uint32_t)capabilities[i].length << 16 |
				(uint32_t)capabilities[i].type << 24);
		model_pci_put(m, at + 4, 4, capabilities[i].bar);
		model_pci_put(m, at + 8, 4, capabilities[i].offset);
		model_pci_put(m, at + 12, 4, capabilities[i].size);
	}
	model_pci_put(m, MODEL_CAP_NOTIFY + 16, 4, MODEL_MULTIPLIER);
	m->pci->notify_off[0] = 3;
	m->pci->notify_off[1] = 1;
}

/* A legacy device: no virtio capability, MSI-X left on by whoever had it before. */
static void fill_legacy(struct model *m)
{
	model_pci_put(m, 0x00, 4, 0x1af4u | TRANSITIONAL_ENTROPY << 16);
	model_pci_put(m, 0x2c, 4, 0x1af4u | m->type->device_id << 16);
	model_pci_add_bar(m, 0, BAR_IO, 0x40, MODEL_IO_APERTURE + 0x40);
	add_msix(m, 0);
	model_pci_put(m, MSIX_CONTROL, 2, MSIX_ENABLE | (MODEL_PCI_VECTORS - 1));
}

static void describe_host(struct machine *machine)
{
	struct pci_host *host = &machine->pci_hosts[machine->pci_host_count++];

	*host = (struct pci_host){
		.access = PCI_ACCESS_ECAM,
		.ecam_base = MODEL_ECAM_BASE,
		.aperture_count = 2,
		.source = "model",
	};
	host->apertures[0] = (struct pci_aperture){.space = PCI_SPACE_MEMORY,
		.bus_base = MODEL_PCI_APERTURE,
		.cpu_base = MODEL_PCI_APERTURE,
		.size = MODEL_PCI_SIZE};
	host->apertures[1] = (struct pci_aperture){.space = PCI_SPACE_IO,
		.bus_base = MODEL_IO_APERTURE,
		.cpu_base = MODEL_IO_APERTURE,
		.size = MODEL_IO_SIZE};
}

void model_open_pci(struct model *m, struct machine *machine)
{
	struct host_window windows[] = {
		{IO_MMIO, MODEL_ECAM_BASE, 0x100000, config_read, config_write, m},
		{IO_MMIO, MODEL_PCI_APERTURE, MODEL_PCI_SIZE, memory_read, memory_write, m},
		{IO_PORT, MODEL_IO_APERTURE, MODEL_IO_SIZE, port_read, port_write, m},
	};

	m->pci = calloc(1, sizeof(*m->pci));
	let_write(m, COMMAND, 2, 0x0547);
	model_pci_put(m, INTERRUPT_PIN, 1, 1);
	if (m->legacy)
		fill_legacy(m);
	else
		fill_modern(m);
	for (unsigned i = 0; i < ARRAY_SIZE(windows); i++)
		host_add_window(&windows[i]);
	describe_host(machine);
}

void model_close_pci(struct model *m)
{
	free(m->pci);
}
