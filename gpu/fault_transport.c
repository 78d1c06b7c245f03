/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In: a queue to be set up. Out: one that is set up with one mistake. No step is read back: a
 * driver that errs here does not look.
 */
#include "gpu/fault_operations.h"

#include "virtio/mmio.h"

#define SMALL_QUEUE      32u
#define TINY_QUEUE       4u
#define WRONG_ALIGN      64u
#define GUEST_PAGE       PAGE_SIZE /* what the driver tells legacy devices */
#define NO_MEMORY_LEGACY 0xff000000000u /* nothing is there, and a page frame number says it */

#define mmio_write(dev, field, value) \
	reg_write(&(dev)->common, struct virtio_mmio_regs, field, value)

static void setup_legacy(
	struct virtio_device *dev, const struct queue *q, uint32_t align, uint32_t pfn)
{
	mmio_write(dev, QueueSize, q->size);
	mmio_write(dev, QueueAlign, align);
	mmio_write(dev, QueuePFN, pfn);
}

static uint32_t pfn_of(const struct queue *q)
{
	return (uint32_t)(q->desc_area.value / GUEST_PAGE);
}

/* ---- the mistakes */

static enum status v2_registers_on_v1(struct virtio_device *dev, struct queue *q)
{
	mmio_write(dev, QueueSize, q->size);
	mmio_write(dev, QueueDescLow, (uint32_t)q->desc_area.value);
	mmio_write(dev, QueueDescHigh, q->desc_area.value >> 32);
	mmio_write(dev, QueueDriverLow, (uint32_t)q->driver_area.value);
	mmio_write(dev, QueueDriverHigh, q->driver_area.value >> 32);
	mmio_write(dev, QueueDeviceLow, (uint32_t)q->device_area.value);
	mmio_write(dev, QueueDeviceHigh, q->device_area.value >> 32);
	mmio_write(dev, QueueReady, 1);
	return OK;
}

const struct fault_operations fault_v2_registers_on_v1 = {
	.registers = REGISTERS(.setup_queue = v2_registers_on_v1)};

static enum status v1_registers_on_v2(struct virtio_device *dev, struct queue *q)
{
	mmio_write(dev, GuestPageSize, GUEST_PAGE);
	setup_legacy(dev, q, VIRTIO_LEGACY_ALIGN, pfn_of(q));
	return OK;
}

const struct fault_operations fault_v1_registers_on_v2 = {
	.registers = REGISTERS(.setup_queue = v1_registers_on_v2)};

static void no_guest_page_size(struct virtio_device *dev, uint64_t features)
{
	mmio_write(dev, DriverFeaturesSel, 0);
	mmio_write(dev, DriverFeatures, (uint32_t)features);
}

const struct fault_operations fault_no_guest_page_size = {
	.registers = REGISTERS(.write_features = no_guest_page_size)};

static enum status pfn_is_address(struct virtio_device *dev, struct queue *q)
{
	setup_legacy(dev, q, dev->queue_align, (uint32_t)q->desc_area.value);
	return OK;
}

const struct fault_operations fault_pfn_is_address = {
	.registers = REGISTERS(.setup_queue = pfn_is_address)};

/* No look at whether the number fits 32 bits: right below 16 TiB. */
static enum status pfn_truncated(struct virtio_device *dev, struct queue *q)
{
	setup_legacy(dev, q, dev->queue_align, pfn_of(q));
	return OK;
}

const struct fault_operations fault_pfn_truncated = {
	.registers = REGISTERS(.setup_queue = pfn_truncated)};

static enum status wrong_queue_align(struct virtio_device *dev, struct queue *q)
{
	setup_legacy(dev, q, WRONG_ALIGN, pfn_of(q));
	return OK;
}

const struct fault_operations fault_wrong_queue_align = {
	.registers = REGISTERS(.setup_queue = wrong_queue_align)};

static uint32_t size_at_most(struct virtio_device *dev, uint16_t index, uint32_t most)
{
	const struct virtio_transport *real = fault_state_of(dev)->real;

	return (uint32_t)min_u64(real->read_queue_size_max(dev, index), most);
}

static uint32_t small_queue(struct virtio_device *dev, uint16_t index)
{
	return size_at_most(dev, index, SMALL_QUEUE);
}

static enum status no_queue_size(struct virtio_device *dev, struct queue *q)
{
	mmio_write(dev, QueueAlign, dev->queue_align);
	mmio_write(dev, QueuePFN, pfn_of(q));
	return OK;
}

const struct fault_operations fault_no_queue_size = {
	.registers = REGISTERS(.read_queue_size_max = small_queue, .setup_queue = no_queue_size)};

/* The rings part where the smaller one wraps: soon. */
static uint32_t tiny_queue(struct virtio_device *dev, uint16_t index)
{
	return size_at_most(dev, index, TINY_QUEUE);
}

/* The driver's own sequence, for another ring than the one that it uses. */
static enum status setup_other(
	struct virtio_device *dev, struct queue *q, uint16_t size, uint64_t wrong)
{
	paddr desc = q->desc_area, driver = q->driver_area, device = q->device_area;
	uint16_t right_size = q->size;
	enum status status;

	q->size = size;
	q->desc_area.value |= wrong;
	q->driver_area.value |= wrong;
	q->device_area.value |= wrong;
	status = fault_state_of(dev)->real->setup_queue(dev, q);
	q->size = right_size;
	q->desc_area = desc;
	q->driver_area = driver;
	q->device_area = device;
	return status;
}

static enum status wrong_queue_size(struct virtio_device *dev, struct queue *q)
{
	return setup_other(dev, q, q->size / 2, 0);
}

const struct fault_operations fault_wrong_queue_size = {
	.registers = REGISTERS(.read_queue_size_max = tiny_queue, .setup_queue = wrong_queue_size)};

static enum status ring_address_virtual(struct virtio_device *dev, struct queue *q)
{
	return setup_other(
		dev, q, q->size, dev->transport->legacy ? NO_MEMORY_LEGACY : FAULT_NO_MEMORY);
}

const struct fault_operations fault_ring_address_virtual = {
	.registers = REGISTERS(.setup_queue = ring_address_virtual)};

static enum status queue_not_enabled(struct virtio_device *dev, struct queue *q)
{
	(void)dev;
	(void)q;
	return OK;
}

const struct fault_operations fault_queue_not_enabled = {
	.registers = REGISTERS(.setup_queue = queue_not_enabled)};
