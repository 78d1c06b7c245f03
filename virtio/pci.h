/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio over PCI (virtio 1.3 §4.1): the modern interface, described by capabilities in any order
 * and in any BAR, and the legacy interface in I/O BAR 0 (§4.1.4.10), which legacy devices have
 * alone and transitional ones beside the modern one.
 */
#ifndef VIRTIO_PCI_H
#define VIRTIO_PCI_H

#include "virtio/device.h"

#define PCI_VENDOR_VIRTIO 0x1af4u

/*
 * The virtio device type of a PCI function (§4.1.2); 0 when it is no virtio device. Reads the
 * subsystem id of a transitional one.
 */
uint32_t virtio_pci_device_type(struct pci_device *pci);

/*
 * Opens the function's BARs and describes the device: name, type, transport, regions. The modern
 * interface is preferred; the legacy one is taken where its capabilities are missing or unusable,
 * with a line that says so. ERR_NOT_FOUND when the function is no virtio device (no line);
 * ERR_UNSUPPORTED or ERR_MALFORMED, logged, when it has neither interface in usable form.
 */
MUST_CHECK enum status virtio_pci_probe(
	struct virtio_device *dev, struct pci_tree *tree, struct pci_device *pci);

/* The two interfaces, for virtio_pci_probe: they fill transport and regions. */
MUST_CHECK enum status virtio_pci_modern_open(struct virtio_device *dev, struct pci_tree *tree);
MUST_CHECK enum status virtio_pci_legacy_open(struct virtio_device *dev, struct pci_tree *tree);

#endif
