/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PCI function on bus 0 behind ECAM: its configuration space, and BARs wherever the driver puts
 * them inside the apertures.
 *
 * The modern function's structures lie as the specification allows and as QEMU does not lay them
 * out: in two BARs, in no order, behind capabilities that are to be ignored, with a doorbell for
 * each queue where nobody would guess it.
 */
#ifndef TESTS_MODEL_MODEL_PCI_H
#define TESTS_MODEL_MODEL_PCI_H

#include "model_device.h"

#define MODEL_PCI_CONFIG  256u
#define MODEL_PCI_BARS    6u
#define MODEL_MULTIPLIER  8u
#define MODEL_PCI_DEVICE  2u /* on bus 0 */
#define MODEL_PCI_VECTORS 4u /* of MSI-X */

/* Where the structures are. */
#define MODEL_COMMON_BAR    4u
#define MODEL_COMMON_OFFSET 0x1000u
#define MODEL_CONFIG_BAR    4u
#define MODEL_CONFIG_OFFSET 0x2000u
#define MODEL_DECOY_BAR     4u
#define MODEL_DECOY_OFFSET  0x3000u
#define MODEL_NOTIFY_BAR    1u
#define MODEL_NOTIFY_OFFSET 0x1000u
#define MODEL_ISR_BAR       1u
#define MODEL_ISR_OFFSET    0x20u

/* The capabilities' offsets, in the order of the list. */
enum model_cap {
	MODEL_CAP_MSIX = 0x40,
	MODEL_CAP_RESERVED_TYPE = 0x4c,
	MODEL_CAP_DEVICE = 0x5c,
	MODEL_CAP_RESERVED_BAR = 0x6c,
	MODEL_CAP_NOTIFY = 0x7c,
	MODEL_CAP_COMMON = 0x94,
	MODEL_CAP_ISR = 0xa4,
	MODEL_CAP_DECOY = 0xb4,
	MODEL_CAP_PCI_CFG = 0xc4,
	MODEL_CAP_VENDOR = 0xd8,
};

struct model_pci {
	uint8_t config[MODEL_PCI_CONFIG];
	uint8_t writable[MODEL_PCI_CONFIG];
	uint16_t notify_off[MODEL_QUEUES];
	uint16_t vectors[2]; /* with MSI-X on, as they read: configuration, queue … */
	unsigned vectors_left; /* … of which so many more are given */
};

uint32_t model_pci_get(const struct model *m, unsigned offset, unsigned width);
void model_pci_put(struct model *m, unsigned offset, unsigned width, uint32_t value);

/* A BAR of `size` bytes; flags as in the register. */
void model_pci_add_bar(
	struct model *m, unsigned index, unsigned flags, uint64_t size, uint64_t address);

/* The registers of the modern interface. */
uint64_t model_pci_common_read(struct model *m, uint64_t offset, unsigned width);
void model_pci_common_write(struct model *m, uint64_t offset, unsigned width, uint64_t value);

#endif
