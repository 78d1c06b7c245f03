/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a virtio device shows on PCI, in the specification's own names: the capabilities, the
 * common configuration and the legacy header (virtio 1.3 §4.1.4). For pci_modern.c and
 * pci_legacy.c.
 */
#ifndef VIRTIO_PCI_REGS_H
#define VIRTIO_PCI_REGS_H

#include "mem/types.h"

/* struct virtio_pci_cap, §4.1.4: offsets in configuration space from the capability's start. */
enum virtio_pci_cap {
	CAP_LEN = 2,
	CAP_CFG_TYPE = 3,
	CAP_BAR = 4,
	CAP_ID = 5, /* of shared memory: which region it is, §4.1.4.7 */
	CAP_OFFSET = 8,
	CAP_LENGTH = 12,
	CAP_NOTIFY_OFF_MULTIPLIER = 16, /* struct virtio_pci_notify_cap, §4.1.4.4 */
	CAP_OFFSET_HIGH = 16, /* struct virtio_pci_cap64, §4.1.4.7 */
	CAP_LENGTH_HIGH = 20,
};

#define CAP_SIZE        16u
#define CAP_SIZE_NOTIFY 20u
#define CAP_SIZE_64     24u

/* cfg_type, §4.1.4 */
enum virtio_pci_cap_type {
	VIRTIO_PCI_CAP_COMMON_CFG = 1,
	VIRTIO_PCI_CAP_NOTIFY_CFG = 2,
	VIRTIO_PCI_CAP_ISR_CFG = 3,
	VIRTIO_PCI_CAP_DEVICE_CFG = 4,
	VIRTIO_PCI_CAP_PCI_CFG = 5,
	VIRTIO_PCI_CAP_SHARED_MEMORY_CFG = 8,
	VIRTIO_PCI_CAP_VENDOR_CFG = 9,
};

/* §4.1.4.3 */
struct virtio_pci_common_cfg {
	uint32_t device_feature_select;
	uint32_t device_feature;
	uint32_t driver_feature_select;
	uint32_t driver_feature;
	uint16_t config_msix_vector; /* 0x10 */
	uint16_t num_queues;
	uint8_t device_status;
	uint8_t config_generation;
	uint16_t queue_select;
	uint16_t queue_size; /* 0x18 */
	uint16_t queue_msix_vector;
	uint16_t queue_enable;
	uint16_t queue_notify_off;
	uint32_t queue_desc_low; /* 0x20: le64 fields, accessed as two halves (§4.1.3.1) */
	uint32_t queue_desc_high;
	uint32_t queue_driver_low;
	uint32_t queue_driver_high;
	uint32_t queue_device_low;
	uint32_t queue_device_high;
};

/*
 * Behind them, where the window is long enough: queue_notif_config_data, then this one, then two of
 * the administration queues.
 */
#define VIRTIO_PCI_QUEUE_RESET      0x3au
#define VIRTIO_PCI_QUEUE_RESET_SIZE 2u /* le16 */
#define VIRTIO_PCI_COMMON_CFG_END   0x40u

_Static_assert(sizeof(struct virtio_pci_common_cfg) == 0x38, "virtio 1.3 §4.1.4.3");
_Static_assert(offsetof(struct virtio_pci_common_cfg, queue_enable) == 0x1c, "§4.1.4.3");

/* The legacy header, §4.1.4.10; with MSI-X off, the device's configuration follows it. */
struct virtio_pci_legacy_regs {
	uint32_t device_features;
	uint32_t driver_features;
	uint32_t queue_address; /* 0x08: a page frame number */
	uint16_t queue_size;
	uint16_t queue_select;
	uint16_t queue_notify; /* 0x10 */
	uint8_t device_status;
	uint8_t isr_status;
};

_Static_assert(sizeof(struct virtio_pci_legacy_regs) == 20, "virtio 1.3 §4.1.4.10");

#endif
