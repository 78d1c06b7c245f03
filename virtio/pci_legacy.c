/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a PCI function with the legacy interface in BAR 0. Out: regions and the legacy operations. */
#include "mem/log.h"
#include "virtio/pci.h"
#include "virtio/pci_regs.h"
#include "virtio/queue.h"
#include "virtio/snapshot.h"

#define LEGACY_BAR       0u
#define LEGACY_PFN_LIMIT ((uint64_t)PAGE_SIZE << 32)

#define legacy_read(dev, field) reg_read(&(dev)->common, struct virtio_pci_legacy_regs, field)
#define legacy_write(dev, field, value) \
	reg_write(&(dev)->common, struct virtio_pci_legacy_regs, field, value)

static uint8_t read_status(struct virtio_device *dev)
{
	return legacy_read(dev, device_status);
}

static void write_status(struct virtio_device *dev, uint8_t status)
{
	legacy_write(dev, device_status, status);
}

static uint64_t read_features(struct virtio_device *dev)
{
	return legacy_read(dev, device_features);
}

static void write_features(struct virtio_device *dev, uint64_t features)
{
	legacy_write(dev, driver_features, (uint32_t)features);
}

static uint32_t read_queue_size(struct virtio_device *dev, uint16_t index)
{
	legacy_write(dev, queue_select, index);
	return legacy_read(dev, queue_size);
}

/* §4.1.5.1.3.1. The queue is selected: queue_open has just read its size, which is fixed. */
static enum status setup_queue(struct virtio_device *dev, struct queue *q)
{
	uint64_t address = q->desc_area.value;
	uint32_t pfn = (uint32_t)(address / PAGE_SIZE), got;

	if (address >= LEGACY_PFN_LIMIT) {
		log_error(dev->name, "queue %u: 0x%lx is above what a page frame number can hold",
			q->index, address);
		return ERR_RANGE;
	}
	got = legacy_read(dev, queue_address);
	if (got) {
		log_error(dev->name, "queue %u: its address is 0x%x already", q->index, got);
		return ERR_PROTOCOL;
	}
	legacy_write(dev, queue_address, pfn);
	got = legacy_read(dev, queue_address);
	if (got != pfn) {
		log_error(dev->name, "queue %u: its address reads 0x%x, 0x%x was written", q->index,
			got, pfn);
		return ERR_REFUSED;
	}
	return OK;
}

static void notify_queue(struct virtio_device *dev, const struct queue *q)
{
	legacy_write(dev, queue_notify, q->index);
}

static void read_queue(struct virtio_device *dev, uint16_t index, struct queue_registers *out)
{
	out->size = read_queue_size(dev, index);
	out->size_max = out->size;
	out->pfn = legacy_read(dev, queue_address);
	out->ready = out->pfn != 0;
}

static uint8_t read_interrupt_status(struct virtio_device *dev)
{
	return legacy_read(dev, isr_status);
}

static uint32_t no_config_generation(struct virtio_device *dev)
{
	(void)dev;
	return 0;
}

static const struct virtio_transport legacy = {
	.name = "virtio-pci legacy",
	.legacy = true,
	.read_status = read_status,
	.write_status = write_status,
	.read_features = read_features,
	.write_features = write_features,
	.read_queue_size_max = read_queue_size,
	.setup_queue = setup_queue,
	.notify_queue = notify_queue,
	.read_queue = read_queue,
	.read_interrupt_status = read_interrupt_status,
	.read_config = virtio_config_field,
	.read_config_generation = no_config_generation,
};

enum status virtio_pci_legacy_open(struct virtio_device *dev, struct pci_tree *tree)
{
	uint64_t header = sizeof(struct virtio_pci_legacy_regs);
	enum status status;

	if (dev->pci->revision) {
		log_error(dev->name,
			"legacy interface: revision %u, it needs 0 (virtio 1.3, 4.1.2.3)",
			dev->pci->revision);
		return ERR_UNSUPPORTED;
	}
	/* While it is on, two vector registers stand before the configuration. */
	pci_msix_disable(dev->pci);
	status = pci_open_bar(
		tree, dev->pci, LEGACY_BAR, dev->name, header, &dev->count, &dev->common);
	if (status != OK)
		return status;
	if (dev->common.size > header)
		status = region_sub(&dev->config, &dev->common, header, dev->common.size - header);
	if (status != OK)
		return status;
	dev->transport = &legacy;
	return OK;
}
