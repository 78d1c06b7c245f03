/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a device on its way to its first picture. Out: one that is led astray outside its queues. */
#include "gpu/fault_operations.h"

#include "mem/io.h"
#include "mem/log.h"
#include "virtio/mmio.h"
#include "virtio/pci_regs.h"

#define OTHER_QUEUE   1u
#define SLOTS_LOOKED  32u
#define MAGIC_VALUE   0x74726976u /* "virt", §4.2.2 */
#define TINY_DEADLINE 1u
#define SECOND_OWNER  3u /* the request at which it comes */

#define MMIO_STATUS offsetof(struct virtio_mmio_regs, Status)
#define PCI_STATUS  offsetof(struct virtio_pci_common_cfg, device_status)

#define mmio_write(dev, field, value) \
	reg_write(&(dev)->common, struct virtio_mmio_regs, field, value)

static const struct virtio_transport *real_of(struct virtio_device *dev)
{
	return fault_state_of(dev)->real;
}

/* ---- negotiation */

/* The features without one, which the driver then knows to be without it. */
static void write_without(struct virtio_device *dev, uint64_t features, enum virtio_feature bit)
{
	dev->features = features & ~FEATURE(bit);
	real_of(dev)->write_features(dev, dev->features);
}

static void no_access_platform(struct virtio_device *dev, uint64_t features)
{
	write_without(dev, features, VIRTIO_F_ACCESS_PLATFORM);
}

const struct fault_operations fault_no_access_platform = {
	.registers = REGISTERS(.write_features = no_access_platform)};

static void no_version_1(struct virtio_device *dev, uint64_t features)
{
	write_without(dev, features, VIRTIO_F_VERSION_1);
}

const struct fault_operations fault_no_version_1 = {
	.registers = REGISTERS(.write_features = no_version_1)};

static void few_features(struct virtio_device *dev, uint64_t features)
{
	real_of(dev)->write_features(dev, features & FEATURE(VIRTIO_F_VERSION_1));
}

static void features_after_status(struct virtio_device *dev, uint8_t status)
{
	real_of(dev)->write_status(dev, status);
	if (status & VIRTIO_STATUS_FEATURES_OK && !(status & VIRTIO_STATUS_DRIVER_OK))
		real_of(dev)->write_features(dev, dev->features);
}

const struct fault_operations fault_late_features = {
	.registers =
		REGISTERS(.write_features = few_features, .write_status = features_after_status)};

/* ---- PCI */

static void clear_command(struct virtio_device *dev, uint32_t bit)
{
	uint32_t command = pci_config_read(dev->pci, PCI_COMMAND, 2);

	pci_config_write(dev->pci, PCI_COMMAND, 2, command & ~bit);
}

/* Only now: a device may not look at the bit before it has something to fetch. */
static void no_bus_master(struct fault_request *r)
{
	clear_command(r->dev, PCI_COMMAND_MASTER);
}

const struct fault_operations fault_no_bus_master = {.spoil = no_bus_master};

static enum status no_memory_decode(struct virtio_device *dev)
{
	clear_command(dev, PCI_COMMAND_MEMORY);
	return OK;
}

const struct fault_operations fault_no_memory_decode = {.install = no_memory_decode};

/* As after power-on. Decoding is off meanwhile: a half-written address could hit a neighbour. */
static enum status no_bar_address(struct virtio_device *dev)
{
	uint32_t command = pci_config_read(dev->pci, PCI_COMMAND, 2);

	clear_command(dev, PCI_COMMAND_MEMORY | PCI_COMMAND_IO);
	for (unsigned i = 0; i < PCI_MAX_BARS; i++)
		pci_config_write(dev->pci, PCI_BAR0 + 4 * i, 4, 0);
	pci_config_write(dev->pci, PCI_COMMAND, 2, command);
	return OK;
}

const struct fault_operations fault_no_bar_address = {.install = no_bar_address};

/* ---- virtio-mmio */

/*
 * The windows below the device's are looked at, as far as they are of virtio-mmio: one that is
 * empty becomes the device's.
 */
static enum status empty_slot(struct virtio_device *dev)
{
	struct region slot = dev->common;

	for (unsigned i = 0; i < SLOTS_LOOKED && slot.base >= slot.size; i++) {
		slot.base -= slot.size;
		if (reg_read(&slot, struct virtio_mmio_regs, MagicValue) != MAGIC_VALUE)
			break;
		if (reg_read(&slot, struct virtio_mmio_regs, DeviceID))
			continue;
		dev->config.base -= dev->common.base - slot.base;
		dev->common = slot;
		return OK;
	}
	log_error(dev->name, "fault: there is no empty virtio-mmio slot below it");
	return ERR_UNSUPPORTED;
}

const struct fault_operations fault_empty_slot = {.install = empty_slot};

static uint8_t narrow_read(struct virtio_device *dev)
{
	return (uint8_t)region_read(&dev->common, MMIO_STATUS, 1, "Status");
}

static void narrow_write(struct virtio_device *dev, uint8_t status)
{
	region_write(&dev->common, MMIO_STATUS, 1, status, "Status");
}

const struct fault_operations fault_narrow_access = {
	.registers = REGISTERS(.read_status = narrow_read, .write_status = narrow_write)};

/* QueuePFN = 0 for the cursor queue, which is not used. */
static void pfn_zero(struct fault_request *r)
{
	mmio_write(r->dev, QueueSel, OTHER_QUEUE);
	mmio_write(r->dev, QueuePFN, 0);
}

const struct fault_operations fault_pfn_zero = {.spoil = pfn_zero};

/* ---- notifications */

/* The next doorbell, or, where all queues have one, the next queue's number. */
static void wrong_doorbell(struct virtio_device *dev, const struct queue *q)
{
	uint64_t own = (uint64_t)q->notify_offset * dev->notify_multiplier;
	uint64_t next = own + dev->notify_multiplier;

	if (!dev->pci)
		mmio_write(dev, QueueNotify, q->index + OTHER_QUEUE);
	else if (next != own && range_inside(next, 2, dev->notify.size))
		region_write(&dev->notify, next, 2, q->index, "notify");
	else
		region_write(&dev->notify, own, 2, q->index + OTHER_QUEUE, "notify");
}

const struct fault_operations fault_wrong_doorbell = {.notify = wrong_doorbell};

static void swallow(struct virtio_device *dev, const struct queue *q)
{
	(void)dev;
	(void)q;
}

/* The first request is heard, so that everything else is known to work. */
const struct fault_operations fault_missed_notification = {.notify = swallow, .from = 2};

/*
 * A driver that does not wait for as long as the device takes: the device hears of the request
 * when the driver has given up, and looks at the registers for a reason.
 */
static void hold_back(struct virtio_device *dev, const struct queue *q)
{
	dev->timeout_us = TINY_DEADLINE;
	fault_state_of(dev)->unheard = q;
}

static uint8_t answer_then_read(struct virtio_device *dev)
{
	struct fault_state *state = fault_state_of(dev);
	const struct queue *q = state->unheard;

	state->unheard = NULL;
	if (q)
		state->real->notify_queue(dev, q);
	return state->real->read_status(dev);
}

const struct fault_operations fault_late_answer = {
	.notify = hold_back, .registers = REGISTERS(.read_status = answer_then_read)};

/* ---- another driver of the same device */

/* Behind the journal's back: it was not this driver. */
static void second_owner(struct fault_request *r)
{
	const struct region *common = &r->dev->common;

	if (r->dev->pci)
		io_write(common->space, common->base + PCI_STATUS, 1, 0);
	else
		io_write(common->space, common->base + MMIO_STATUS, 4, 0);
}

const struct fault_operations fault_second_owner = {.spoil = second_owner, .from = SECOND_OWNER};

/* Of the configuration, only events_read is at its beginning. */
static uint32_t read_config_without_events(struct virtio_device *dev, uint32_t offset)
{
	if (offset == offsetof(struct virtio_gpu_config, events_read))
		return 0;
	return fault_state_of(dev)->real->read_config(dev, offset);
}

const struct fault_operations fault_events_ignored = {
	.registers = REGISTERS(.read_config = read_config_without_events)};
