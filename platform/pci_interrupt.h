/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a PCI function interrupts: by its pin (INTx), or by messages of its own (MSI-X, PCI Local Bus
 * 3.0 §6.8.2).
 */
#ifndef PLATFORM_PCI_INTERRUPT_H
#define PLATFORM_PCI_INTERRUPT_H

#include "platform/irq.h"
#include "platform/pci.h"

/* The MSI-X of a function: its capability, and its table in a BAR. */
struct pci_msix {
	unsigned capability; /* offset; 0: not open */
	uint16_t count; /* entries of the table */
	struct region table;
	struct region pending; /* size 0: it cannot be reached */
};

/*
 * Finds the capability and its table, and masks every entry; MSI-X itself stays off. ERR_NOT_FOUND
 * (no line) when the function has none; ERR_MALFORMED, logged, when the table is not inside a BAR;
 * otherwise as pci_open_bar. `subject` is the regions', borrowed.
 */
MUST_CHECK enum status pci_msix_open(struct pci_tree *tree, struct pci_device *device,
	const char *subject, struct pci_msix *out);

/* Gives an entry (below count) its message, and unmasks it. */
void pci_msix_set(struct pci_msix *msix, uint16_t entry, const struct irq_message *message);

/* Turns MSI-X on, or masks all of it. ERR_REFUSED, logged, when the control word is not kept. */
MUST_CHECK enum status pci_msix_enable(struct pci_device *device, struct pci_msix *msix);
void pci_msix_mask(struct pci_device *device, struct pci_msix *msix);

/*
 * Turns MSI-X off where it is on: while it is, a function does not use its pin, and the registers
 * of a legacy virtio device move (virtio 1.3 §4.1.4.10).
 */
void pci_msix_disable(struct pci_device *device);

/* Whether an entry waits to be sent, which it does only while it is masked. */
bool pci_msix_is_pending(const struct pci_msix *msix, uint16_t entry);

/* The function as the sender of messages. */
struct irq_sender pci_sender(const struct pci_device *device);

/*
 * The line of the function's pin, through the swizzle of the bridges above it (PCI-to-PCI Bridge
 * 1.2 §9.1) and the route that a table gives for the root bus. Where none does, on x86, its
 * Interrupt Line register, with a line that says so. ERR_NOT_FOUND, logged.
 */
MUST_CHECK enum status pci_find_line(
	const struct irq_tables *tables, struct pci_device *device, struct irq_line *line);

/* Turns the pin on or off (Interrupt Disable, PCI Local Bus 3.0 §6.2.2). */
void pci_allow_pin(struct pci_device *device, bool on);

#endif
