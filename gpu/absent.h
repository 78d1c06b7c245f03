/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why a machine has no virtio GPU.
 */
#ifndef GPU_ABSENT_H
#define GPU_ABSENT_H

#include "virtio/find.h"

/*
 * Logs what was looked at, each PCI function with its identity and why it is no virtio GPU, and
 * where to look next.
 */
void gpu_explain_absence(
	const struct virtio_devices *devices, const struct pci_tree *tree, unsigned hosts);

#endif
