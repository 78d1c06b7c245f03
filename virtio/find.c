/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a machine's windows and PCI functions. Out: its virtio devices. */
#include "virtio/find.h"

#include "mem/log.h"
#include "virtio/mmio.h"
#include "virtio/pci.h"

/* Keeps the description that a probe made at the end of the list, or notes why not. */
static void keep(struct virtio_devices *found, enum status status)
{
	if (status == OK)
		found->count++;
	else if (status != ERR_NOT_FOUND)
		found->refused++;
}

/* A fresh description at the end of the list; NULL, with a line, when the list is full. */
static struct virtio_device *blank(
	struct virtio_devices *found, struct dma_pool *pool, uint32_t timeout_us)
{
	struct virtio_device *dev;

	if (found->count == VIRTIO_MAX_DEVICES) {
		log_error("virtio", "more than %u devices: the rest is not looked at",
			VIRTIO_MAX_DEVICES);
		return NULL;
	}
	dev = &found->devices[found->count];
	*dev = (struct virtio_device){
		.pool = pool,
		.timeout_us = timeout_us,
		.queue_align = VIRTIO_LEGACY_ALIGN,
	};
	dev->count.journal = &dev->journal;
	return dev;
}

static enum status probe_window(struct virtio_device *dev,
	const struct virtio_mmio_location *location, bool (*wanted)(uint32_t device_id))
{
	enum status status = virtio_mmio_probe(dev, location);

	if (status != OK || wanted(dev->device_id))
		return status;
	log_info(dev->name, "left alone: %s", virtio_id_name(dev->device_id));
	return ERR_NOT_FOUND;
}

static enum status probe_function(struct virtio_device *dev, struct pci_tree *tree,
	struct pci_device *pci, bool (*wanted)(uint32_t device_id))
{
	uint32_t type = virtio_pci_device_type(pci);

	if (!type)
		return ERR_NOT_FOUND;
	if (wanted(type))
		return virtio_pci_probe(dev, tree, pci);
	log_info(pci->name, "left alone: %s (%u)", virtio_id_name(type), type);
	return ERR_NOT_FOUND;
}

void virtio_find(struct virtio_devices *found, const struct machine *machine, struct pci_tree *tree,
	bool (*wanted)(uint32_t device_id), struct dma_pool *pool, uint32_t timeout_us)
{
	struct virtio_device *dev;

	*found = (struct virtio_devices){0};
	for (unsigned i = 0; i < machine->virtio_mmio_count; i++, found->windows++) {
		dev = blank(found, pool, timeout_us);
		if (!dev)
			return;
		keep(found, probe_window(dev, &machine->virtio_mmio[i], wanted));
	}
	for (unsigned i = 0; i < tree->count; i++, found->functions++) {
		dev = blank(found, pool, timeout_us);
		if (!dev)
			return;
		keep(found, probe_function(dev, tree, &tree->devices[i], wanted));
	}
	log_info("virtio", "found: %u devices in %u mmio windows and %u PCI functions, %u refused",
		found->count, found->windows, found->functions, found->refused);
}

const struct virtio_device *virtio_find_not_coherent(const struct virtio_devices *found)
{
	for (unsigned i = 0; i < found->count; i++)
		if (found->devices[i].coherence == COHERENCE_NO)
			return &found->devices[i];
	return NULL;
}
