/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All virtio devices of a machine, on whatever transport.
 */
#ifndef VIRTIO_FIND_H
#define VIRTIO_FIND_H

#include "virtio/device.h"

#define VIRTIO_MAX_DEVICES 32u

struct virtio_devices {
	struct virtio_device devices[VIRTIO_MAX_DEVICES];
	unsigned count;
	unsigned windows; /* virtio-mmio windows looked at */
	unsigned functions; /* PCI functions looked at */
	unsigned refused; /* devices that could not be used; each has its line */
};

/*
 * Looks at every virtio-mmio window and every PCI function, and describes the devices that
 * `wanted` says yes to; PCI devices have their BARs opened. Every other function, and every virtio
 * device of another type, is left untouched, the latter with a line. `pool` and `timeout_us` are
 * what each device will work with.
 */
void virtio_find(struct virtio_devices *found, const struct machine *machine, struct pci_tree *tree,
	bool (*wanted)(uint32_t device_id), struct dma_pool *pool, uint32_t timeout_us);

/* The first of the devices that the tables say is not coherent; NULL when there is none. Borrowed.
 */
const struct virtio_device *virtio_find_not_coherent(const struct virtio_devices *found);

#endif
