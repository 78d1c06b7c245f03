/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a window of virtio-mmio registers. Out: a device behind the transport operations. */
#include "virtio/mmio.h"

#include "mem/format.h"
#include "mem/log.h"
#include "virtio/queue.h"
#include "virtio/snapshot.h"

#define MAGIC_VALUE    0x74726976u /* "virt", §4.2.2 */
#define VERSION_LEGACY 1u
#define VERSION_MODERN 2u
#define VERSION_NEXT   3u /* in preparation at OASIS */

/* §4.2.4: the page size that the driver tells a legacy device. */
#define LEGACY_PAGE_SIZE PAGE_SIZE
#define LEGACY_PFN_LIMIT ((uint64_t)LEGACY_PAGE_SIZE << 32)

#define mmio_read(dev, field) reg_read(&(dev)->common, struct virtio_mmio_regs, field)
#define mmio_write(dev, field, value) \
	reg_write(&(dev)->common, struct virtio_mmio_regs, field, value)

static uint8_t read_status(struct virtio_device *dev)
{
	return (uint8_t)mmio_read(dev, Status);
}

static void write_status(struct virtio_device *dev, uint8_t status)
{
	mmio_write(dev, Status, status);
}

static uint64_t read_features(struct virtio_device *dev)
{
	uint64_t features;

	mmio_write(dev, DeviceFeaturesSel, 1);
	features = (uint64_t)mmio_read(dev, DeviceFeatures) << 32;
	mmio_write(dev, DeviceFeaturesSel, 0);
	return features | mmio_read(dev, DeviceFeatures);
}

static void write_features(struct virtio_device *dev, uint64_t features)
{
	mmio_write(dev, DriverFeaturesSel, 1);
	mmio_write(dev, DriverFeatures, features >> 32);
	mmio_write(dev, DriverFeaturesSel, 0);
	mmio_write(dev, DriverFeatures, (uint32_t)features);
}

/* A legacy device has the first word only; QEMU's shows the second one too (§4.2.4). */
static uint64_t read_features_legacy(struct virtio_device *dev)
{
	mmio_write(dev, DeviceFeaturesSel, 0);
	return mmio_read(dev, DeviceFeatures);
}

static void write_features_legacy(struct virtio_device *dev, uint64_t features)
{
	mmio_write(dev, DriverFeaturesSel, 0);
	mmio_write(dev, DriverFeatures, (uint32_t)features);
	/* §4.2.4: before any queue is used. */
	mmio_write(dev, GuestPageSize, LEGACY_PAGE_SIZE);
}

static uint32_t read_queue_size_max(struct virtio_device *dev, uint16_t index)
{
	mmio_write(dev, QueueSel, index);
	return mmio_read(dev, QueueSizeMax);
}

/* §4.2.3.2. The queue is selected: queue_open has just read its maximum. */
static enum status setup_queue(struct virtio_device *dev, struct queue *q)
{
	if (mmio_read(dev, QueueReady)) { /* step 2 */
		log_error(dev->name, "queue %u: QueueReady is set already", q->index);
		return ERR_PROTOCOL;
	}
	mmio_write(dev, QueueSize, q->size); /* step 5 */
	mmio_write(dev, QueueDescLow, (uint32_t)q->desc_area.value); /* step 6 */
	mmio_write(dev, QueueDescHigh, q->desc_area.value >> 32);
	mmio_write(dev, QueueDriverLow, (uint32_t)q->driver_area.value);
	mmio_write(dev, QueueDriverHigh, q->driver_area.value >> 32);
	mmio_write(dev, QueueDeviceLow, (uint32_t)q->device_area.value);
	mmio_write(dev, QueueDeviceHigh, q->device_area.value >> 32);
	mmio_write(dev, QueueReady, 1); /* step 7 */
	if (mmio_read(dev, QueueReady) != 1) {
		log_error(dev->name, "queue %u: QueueReady does not stay 1", q->index);
		return ERR_REFUSED;
	}
	return OK;
}

/* §4.2.4, "Virtqueue Configuration". The queue is selected. */
static enum status setup_queue_legacy(struct virtio_device *dev, struct queue *q)
{
	uint64_t address = q->desc_area.value;
	uint32_t pfn = (uint32_t)(address / LEGACY_PAGE_SIZE);
	uint32_t got;

	if (address >= LEGACY_PFN_LIMIT) {
		log_error(dev->name, "queue %u: 0x%lx is above what QueuePFN can hold", q->index,
			address);
		return ERR_RANGE;
	}
	got = mmio_read(dev, QueuePFN); /* step 2 */
	if (got) {
		log_error(dev->name, "queue %u: QueuePFN is 0x%x already", q->index, got);
		return ERR_PROTOCOL;
	}
	mmio_write(dev, QueueSize, q->size); /* step 5 */
	mmio_write(dev, QueueAlign, dev->queue_align); /* step 6 */
	mmio_write(dev, QueuePFN, pfn); /* step 7 */
	got = mmio_read(dev, QueuePFN);
	if (got != pfn) {
		log_error(dev->name, "queue %u: QueuePFN reads 0x%x, 0x%x was written", q->index,
			got, pfn);
		return ERR_REFUSED;
	}
	return OK;
}

static void notify_queue(struct virtio_device *dev, const struct queue *q)
{
	mmio_write(dev, QueueNotify, queue_notification(q));
}

static void read_queue(struct virtio_device *dev, uint16_t index, struct queue_registers *out)
{
	/* The address registers are write-only in version 2 (§4.2.2). */
	out->size_max = read_queue_size_max(dev, index);
	out->ready = mmio_read(dev, QueueReady) == 1;
}

static void read_queue_legacy(
	struct virtio_device *dev, uint16_t index, struct queue_registers *out)
{
	mmio_write(dev, QueueSel, index);
	out->pfn = mmio_read(dev, QueuePFN);
	out->ready = out->pfn != 0;
	/* §4.2.4: QueueSizeMax may be read only while the queue is not in use. */
	if (!out->ready)
		out->size_max = mmio_read(dev, QueueSizeMax);
}

static uint32_t read_device_id(struct virtio_device *dev)
{
	return mmio_read(dev, DeviceID);
}

static uint8_t read_interrupt_status(struct virtio_device *dev)
{
	return (uint8_t)mmio_read(dev, InterruptStatus);
}

static void acknowledge_interrupt(struct virtio_device *dev, uint8_t status)
{
	mmio_write(dev, InterruptACK, status);
}

static uint32_t read_config_generation(struct virtio_device *dev)
{
	return mmio_read(dev, ConfigGeneration);
}

static uint32_t no_config_generation(struct virtio_device *dev)
{
	(void)dev;
	return 0;
}

static const struct virtio_transport modern = {
	.name = "virtio-mmio version 2",
	.read_status = read_status,
	.write_status = write_status,
	.read_features = read_features,
	.write_features = write_features,
	.read_queue_size_max = read_queue_size_max,
	.queue_size_is_free = true,
	.setup_queue = setup_queue,
	.notify_queue = notify_queue,
	.read_queue = read_queue,
	.read_device_id = read_device_id,
	.read_interrupt_status = read_interrupt_status,
	.acknowledge_interrupt = acknowledge_interrupt,
	.read_config = virtio_config_field,
	.read_config_generation = read_config_generation,
};

static const struct virtio_transport legacy = {
	.name = "virtio-mmio version 1 (legacy)",
	.legacy = true,
	.read_status = read_status,
	.write_status = write_status,
	.read_features = read_features_legacy,
	.write_features = write_features_legacy,
	.read_queue_size_max = read_queue_size_max,
	.queue_size_is_free = true,
	.setup_queue = setup_queue_legacy,
	.notify_queue = notify_queue,
	.read_queue = read_queue_legacy,
	.read_device_id = read_device_id,
	.read_interrupt_status = read_interrupt_status,
	.acknowledge_interrupt = acknowledge_interrupt,
	.read_config = virtio_config_field,
	.read_config_generation = no_config_generation,
};

static enum status choose_transport(struct virtio_device *dev, uint32_t version)
{
	switch (version) {
	case VERSION_LEGACY: dev->transport = &legacy; return OK;
	case VERSION_MODERN: dev->transport = &modern; return OK;
	case VERSION_NEXT:
		log_error(dev->name, "version: 3: a register layout that is not published yet; it "
				     "is not driven");
		return ERR_UNSUPPORTED;
	default:
		log_error(dev->name, "version: %u is unknown; 1 and 2 are driven", version);
		return ERR_UNSUPPORTED;
	}
}

/* §4.2.3.1.1: magic value, version, device id, in this order. */
static enum status identify(struct virtio_device *dev, const struct virtio_mmio_location *l)
{
	uint32_t magic = mmio_read(dev, MagicValue), version;
	enum status status;

	if (magic != MAGIC_VALUE) {
		log_info(dev->name, "magic value: 0x%x is not 0x%x: no virtio device (%s)", magic,
			MAGIC_VALUE, l->source);
		return ERR_NOT_FOUND;
	}
	version = mmio_read(dev, Version);
	dev->device_id = mmio_read(dev, DeviceID);
	if (!dev->device_id) {
		log_debug(dev->name, "slot: empty (device id 0, version %u)", version);
		return ERR_NOT_FOUND;
	}
	status = choose_transport(dev, version);
	if (status != OK)
		return status;
	log_info(dev->name, "found: %s (%u), %s, by %s", virtio_id_name(dev->device_id),
		dev->device_id, dev->transport->name, l->source);
	return OK;
}

enum status virtio_mmio_probe(struct virtio_device *dev, const struct virtio_mmio_location *l)
{
	enum status status;

	format(dev->name, sizeof(dev->name), "virtio-mmio@%lx", l->base);
	dev->coherence = l->coherence;
	dev->interrupt.line = (struct irq_line){.number = l->interrupt, .edge = l->interrupt_edge};
	status = region_init(&dev->common, dev->name, IO_MMIO, l->base, l->size,
		sizeof(struct virtio_mmio_regs), &dev->count);
	if (status != OK)
		return status;
	if (l->size > sizeof(struct virtio_mmio_regs))
		status = region_sub(&dev->config, &dev->common, sizeof(struct virtio_mmio_regs),
			l->size - sizeof(struct virtio_mmio_regs));
	if (status != OK)
		return status;
	return identify(dev, l);
}
