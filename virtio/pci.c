/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a PCI function. Out: a virtio device behind its modern or its legacy interface. */
#include "virtio/pci.h"

#include "mem/format.h"
#include "mem/log.h"

/* §4.1.2: device ids, and how they give the type. */
#define DEVICE_ID_TRANSITIONAL 0x1000u
#define DEVICE_ID_MODERN       0x1040u
#define DEVICE_ID_LAST         0x107fu

static bool is_transitional(const struct pci_device *pci)
{
	return pci->device_id < DEVICE_ID_MODERN;
}

uint32_t virtio_pci_device_type(struct pci_device *pci)
{
	if (pci->vendor_id != PCI_VENDOR_VIRTIO || pci->device_id < DEVICE_ID_TRANSITIONAL ||
		pci->device_id > DEVICE_ID_LAST)
		return 0;
	/* A transitional device states its type as the subsystem id (§4.1.2.3). */
	if (is_transitional(pci))
		return pci_config_read(pci, PCI_SUBSYSTEM_ID, 2);
	return pci->device_id - DEVICE_ID_MODERN;
}

enum status virtio_pci_probe(
	struct virtio_device *dev, struct pci_tree *tree, struct pci_device *pci)
{
	enum status status;

	dev->device_id = virtio_pci_device_type(pci);
	if (!dev->device_id)
		return ERR_NOT_FOUND;
	dev->pci = pci;
	dev->coherence = pci->host->coherence;
	format(dev->name, sizeof(dev->name), "virtio-pci@%s", pci->name);
	status = virtio_pci_modern_open(dev, tree);
	if (status != OK && is_transitional(pci)) {
		log_info(dev->name, "modern interface: %s: the legacy interface is tried",
			status_name(status));
		status = virtio_pci_legacy_open(dev, tree);
	}
	if (status != OK) {
		log_error(dev->name, "%s (%u): no usable interface: %s",
			virtio_id_name(dev->device_id), dev->device_id, status_name(status));
		/* A structure that is missing does not make it another kind of function. */
		return status == ERR_NOT_FOUND ? ERR_UNSUPPORTED : status;
	}
	log_info(dev->name, "found: %s (%u), %s, PCI id %04x:%04x revision %u",
		virtio_id_name(dev->device_id), dev->device_id, dev->transport->name,
		pci->vendor_id, pci->device_id, pci->revision);
	return OK;
}
