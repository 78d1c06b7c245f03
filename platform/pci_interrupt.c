/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a function, and what tables say of lines. Out: its pin's line, or its MSI-X, programmed. */
#include "platform/pci_interrupt.h"

#include "mem/log.h"

/* PCI Local Bus 3.0 §6.8.2: in the capability, and in one entry of the table. */
#define MSIX_CONTROL 2u
#define MSIX_TABLE   4u
#define MSIX_PENDING 8u
#define MSIX_SIZE    12u

#define MSIX_ENABLE   0x8000u
#define MSIX_MASK_ALL 0x4000u
#define MSIX_LAST     0x07ffu
#define MSIX_BAR      0x7u /* the rest is the offset */

#define ENTRY_SIZE    16u
#define ENTRY_ADDRESS 0u
#define ENTRY_DATA    8u
#define ENTRY_CONTROL 12u
#define ENTRY_MASKED  1u

/* Interrupt Line values that say nothing (§6.2.4; 0 is the timer's). */
#define LINE_UNKNOWN 0xffu

#define PIN_COUNT 4u

/* The part of a BAR that a word of the capability names. */
static enum status open_part(struct pci_tree *tree, struct pci_device *device, const char *subject,
	uint32_t where, uint64_t size, struct region *out)
{
	struct region bar;
	enum status status;

	if ((where & MSIX_BAR) >= PCI_MAX_BARS) {
		log_error(device->name, "MSI-X: BAR %u is reserved", where & MSIX_BAR);
		return ERR_MALFORMED;
	}
	status = pci_open_bar(tree, device, where & MSIX_BAR, subject, size, NULL, &bar);
	if (status != OK)
		return status;
	return region_sub(out, &bar, where & ~MSIX_BAR, size);
}

static void entry_write(const struct pci_msix *msix, uint16_t entry, uint64_t field, uint32_t value,
	const char *name)
{
	region_write(&msix->table, (uint64_t)entry * ENTRY_SIZE + field, 4, value, name);
}

enum status pci_msix_open(
	struct pci_tree *tree, struct pci_device *device, const char *subject, struct pci_msix *out)
{
	struct pci_msix msix = {.capability = pci_find_capability(device, PCI_CAP_ID_MSIX, 0)};
	uint32_t control;
	enum status status;

	if (!msix.capability)
		return ERR_NOT_FOUND;
	if (!pci_capability_fits(device, msix.capability, MSIX_SIZE))
		return ERR_MALFORMED;
	control = pci_config_read(device, msix.capability + MSIX_CONTROL, 2);
	msix.count = (uint16_t)((control & MSIX_LAST) + 1);
	status = open_part(tree, device, subject,
		pci_config_read(device, msix.capability + MSIX_TABLE, 4),
		(uint64_t)msix.count * ENTRY_SIZE, &msix.table);
	if (status != OK)
		return status;
	/* Only a diagnosis looks at it. */
	if (open_part(tree, device, subject,
		    pci_config_read(device, msix.capability + MSIX_PENDING, 4),
		    align_up(msix.count, 64) / 8, &msix.pending) != OK)
		msix.pending.size = 0;
	pci_config_write(device, msix.capability + MSIX_CONTROL, 2, MSIX_MASK_ALL);
	for (uint16_t i = 0; i < msix.count; i++)
		entry_write(&msix, i, ENTRY_CONTROL, ENTRY_MASKED, "MSI-X control");
	log_info(device->name, "MSI-X: %u entries at 0x%lx", msix.count, msix.table.base);
	*out = msix;
	return OK;
}

void pci_msix_set(struct pci_msix *msix, uint16_t entry, const struct irq_message *message)
{
	/* §6.8.2.1: an entry changes while it is masked. */
	entry_write(msix, entry, ENTRY_CONTROL, ENTRY_MASKED, "MSI-X control");
	entry_write(msix, entry, ENTRY_ADDRESS, (uint32_t)message->address, "MSI-X address");
	entry_write(msix, entry, ENTRY_ADDRESS + 4, (uint32_t)(message->address >> 32),
		"MSI-X address high");
	entry_write(msix, entry, ENTRY_DATA, message->data, "MSI-X data");
	entry_write(msix, entry, ENTRY_CONTROL, 0, "MSI-X control");
}

enum status pci_msix_enable(struct pci_device *device, struct pci_msix *msix)
{
	unsigned at = msix->capability + MSIX_CONTROL;
	uint32_t kept;

	pci_config_write(device, at, 2, MSIX_ENABLE);
	kept = pci_config_read(device, at, 2);
	if ((kept & (MSIX_ENABLE | MSIX_MASK_ALL)) == MSIX_ENABLE)
		return OK;
	log_error(device->name, "MSI-X: it does not stay on: its control word reads 0x%04x", kept);
	return ERR_REFUSED;
}

void pci_msix_mask(struct pci_device *device, struct pci_msix *msix)
{
	pci_config_write(device, msix->capability + MSIX_CONTROL, 2, MSIX_ENABLE | MSIX_MASK_ALL);
}

void pci_msix_disable(struct pci_device *device)
{
	unsigned capability = pci_find_capability(device, PCI_CAP_ID_MSIX, 0);
	uint32_t control;

	if (!capability)
		return;
	control = pci_config_read(device, capability + MSIX_CONTROL, 2);
	if (control & MSIX_ENABLE)
		pci_config_write(device, capability + MSIX_CONTROL, 2, control & ~MSIX_ENABLE);
}

bool pci_msix_is_pending(const struct pci_msix *msix, uint16_t entry)
{
	if (!msix->pending.size)
		return false;
	return region_read(&msix->pending, entry / 64 * 8u, 4, "MSI-X pending") >> entry % 32 & 1;
}

struct irq_sender pci_sender(const struct pci_device *device)
{
	const struct pci_address *a = &device->address;

	return (struct irq_sender){
		a->segment, (uint16_t)(a->bus << 8 | a->device << 3 | a->function)};
}

/* Firmware's word for a line that no table routes. Lines of PCI are level and low unless said. */
static enum status take_line_register(
	const struct irq_tables *tables, struct pci_device *device, struct irq_line *line)
{
	uint8_t number = (uint8_t)pci_config_read(device, PCI_INTERRUPT_LINE, 1);

	if (!tables->apic.local || !number || number == LINE_UNKNOWN)
		return ERR_NOT_FOUND;
	if (!irq_find_isa_line(tables, number, line))
		*line = (struct irq_line){.number = number, .low = true};
	log_info(device->name,
		"INTx: no table routes its pin that could be read: firmware's Interrupt Line "
		"register, %u, is taken for interrupt %u",
		number, line->number);
	return OK;
}

enum status pci_find_line(
	const struct irq_tables *tables, struct pci_device *device, struct irq_line *line)
{
	unsigned first = pci_config_read(device, PCI_INTERRUPT_PIN, 1), pin = first;
	struct pci_device *at = device;
	enum status status;

	if (pin < 1 || pin > PIN_COUNT) {
		log_error(device->name, "INTx: the function has no pin (register: %u)", pin);
		return ERR_NOT_FOUND;
	}
	for (; at->bridge; at = at->bridge)
		pin = (pin - 1 + at->address.device) % PIN_COUNT + 1;
	status = irq_find_route(tables, at->address.segment, at->address.bus, at->address.device,
		(uint8_t)pin, line);
	if (status != OK)
		status = take_line_register(tables, device, line);
	if (status != OK)
		log_error(device->name,
			"INTx: no table routes pin INT%c of device %u on bus %02x, where INT%c of "
			"this function ends",
			'@' + (int)pin, at->address.device, at->address.bus, '@' + (int)first);
	else
		log_info(device->name, "INTx: pin INT%c is interrupt %u", '@' + (int)first,
			line->number);
	return status;
}

void pci_allow_pin(struct pci_device *device, bool on)
{
	uint32_t command = pci_config_read(device, PCI_COMMAND, 2);

	pci_config_write(device, PCI_COMMAND, 2,
		on ? command & ~(uint32_t)PCI_COMMAND_INTX_DISABLE
		   : command | PCI_COMMAND_INTX_DISABLE);
}
