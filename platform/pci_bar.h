/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Base address registers, for the other pci_*.c files.
 */
#ifndef PLATFORM_PCI_BAR_H
#define PLATFORM_PCI_BAR_H

#include "platform/pci.h"

/* Sizes the BARs into device->bars, once; otherwise as pci_read_bars. */
MUST_CHECK enum status pci_size_bars(struct pci_device *device);

/*
 * Writes an address, with decoding off meanwhile, and reads it back. ERR_REFUSED, logged, when the
 * device does not keep it.
 */
MUST_CHECK enum status pci_bar_set(struct pci_device *device, unsigned index, uint64_t bus_base);

/* True when the BAR holds an address at which accesses arrive. */
bool pci_bar_reached(const struct pci_device *device, const struct pci_bar *bar);

#endif
