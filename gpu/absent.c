/* SPDX-License-Identifier: BSD-2-Clause */
/* In: what was looked at for a GPU, in vain. Out: lines on the log that say so. */
#include "gpu/absent.h"

#include "mem/log.h"
#include "virtio/pci.h"

#define CLASS_DISPLAY 0x03u
#define CLASS_BRIDGE  0x06u

static const char *reason(const struct pci_device *device)
{
	uint32_t class = device->class_code >> 16;

	if (device->vendor_id == PCI_VENDOR_VIRTIO)
		return "another kind of virtio device, or one that was refused";
	if (class == CLASS_DISPLAY)
		return "a display controller, which is no virtio device";
	return class == CLASS_BRIDGE ? "a bridge" : "no display controller";
}

void gpu_explain_absence(
	const struct virtio_devices *devices, const struct pci_tree *tree, unsigned hosts)
{
	log_info("gpu",
		"looked at: %u virtio-mmio windows, %u PCI functions behind %u host bridges",
		devices->windows, devices->functions, hosts);
	for (unsigned i = 0; i < tree->count; i++) {
		const struct pci_device *d = &tree->devices[i];

		log_info("gpu", "looked at: %s: %04x:%04x class 0x%06x: %s", d->name, d->vendor_id,
			d->device_id, d->class_code, reason(d));
	}
	log_info("gpu", "next: QEMU: -device virtio-gpu-pci, or virtio-gpu-device on machines with "
			"virtio-mmio");
	log_info("gpu", "next: a window that no table names: virtio_mmio.device=SIZE@BASE:IRQ");
	log_info("gpu", "next: loglevel=debug shows every slot and PCI function that was looked "
			"at");
}
