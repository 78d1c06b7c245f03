/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio over MMIO (virtio 1.3 §4.2): version 2, and version 1, the legacy interface (§4.2.4),
 * which QEMU speaks unless it is started with `-global virtio-mmio.force-legacy=false`.
 */
#ifndef VIRTIO_MMIO_H
#define VIRTIO_MMIO_H

#include "platform/machine.h"
#include "virtio/device.h"

/* §4.2.2 and §4.2.4; offsets are the specification's. Registers that only one version has say so.
 */
struct virtio_mmio_regs {
	uint32_t MagicValue; /* 0x000 */
	uint32_t Version;
	uint32_t DeviceID;
	uint32_t VendorID;
	uint32_t DeviceFeatures; /* 0x010 */
	uint32_t DeviceFeaturesSel;
	uint32_t reserved_018[2];
	uint32_t DriverFeatures; /* 0x020 */
	uint32_t DriverFeaturesSel;
	uint32_t GuestPageSize; /* version 1 */
	uint32_t reserved_02c;
	uint32_t QueueSel; /* 0x030 */
	uint32_t QueueSizeMax;
	uint32_t QueueSize;
	uint32_t QueueAlign; /* version 1 */
	uint32_t QueuePFN; /* 0x040, version 1 */
	uint32_t QueueReady; /* version 2 */
	uint32_t reserved_048[2];
	uint32_t QueueNotify; /* 0x050 */
	uint32_t reserved_054[3];
	uint32_t InterruptStatus; /* 0x060 */
	uint32_t InterruptACK;
	uint32_t reserved_068[2];
	uint32_t Status; /* 0x070 */
	uint32_t reserved_074[3];
	uint32_t QueueDescLow; /* 0x080, version 2, and so on to ConfigGeneration */
	uint32_t QueueDescHigh;
	uint32_t reserved_088[2];
	uint32_t QueueDriverLow; /* 0x090 */
	uint32_t QueueDriverHigh;
	uint32_t reserved_098[2];
	uint32_t QueueDeviceLow; /* 0x0a0 */
	uint32_t QueueDeviceHigh;
	uint32_t reserved_0a8[21];
	uint32_t ConfigGeneration; /* 0x0fc */
};

_Static_assert(offsetof(struct virtio_mmio_regs, QueuePFN) == 0x040, "virtio 1.3 §4.2.4");
_Static_assert(offsetof(struct virtio_mmio_regs, Status) == 0x070, "virtio 1.3 §4.2.2");
_Static_assert(offsetof(struct virtio_mmio_regs, QueueDescLow) == 0x080, "virtio 1.3 §4.2.2");
_Static_assert(sizeof(struct virtio_mmio_regs) == 0x100, "virtio 1.3 §4.2.2: Config at 0x100");

/*
 * Looks at a window, with at most three register reads, and describes the device in it: name, type,
 * transport and regions. Nothing is written. ERR_NOT_FOUND, with a line, when there is no device:
 * the magic value is wrong or the slot is empty (device id 0). ERR_UNSUPPORTED, logged, for version
 * 3 and any other.
 */
MUST_CHECK enum status virtio_mmio_probe(
	struct virtio_device *dev, const struct virtio_mmio_location *location);

#endif
