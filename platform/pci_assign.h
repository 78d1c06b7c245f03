/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Addresses for BARs that have none which reaches them.
 */
#ifndef PLATFORM_PCI_ASSIGN_H
#define PLATFORM_PCI_ASSIGN_H

#include "mem/log.h"
#include "platform/pci.h"

/*
 * Gives a sized BAR an address: inside the open windows of the bridges above it when there is room,
 * else windows are opened or widened, from the host bridge's apertures. Nothing that has an address
 * is moved. ERR_NO_MEMORY, logged at `level`, when there is no room; ERR_REFUSED, logged, when the
 * device does not keep the address.
 */
MUST_CHECK enum status pci_assign_bar(
	struct pci_tree *tree, struct pci_device *device, unsigned index, enum log_level level);

#endif
