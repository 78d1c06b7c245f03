/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a PCI function with virtio capabilities. Out: regions and the modern operations. */
#include "mem/log.h"
#include "virtio/pci.h"
#include "virtio/pci_regs.h"
#include "virtio/queue.h"
#include "virtio/snapshot.h"

#define CAP_MAX 48u /* 192 bytes behind the header, at multiples of 4 */

/* One capability, as read. */
struct capability {
	uint8_t type;
	uint8_t bar;
	uint32_t offset;
	uint32_t length;
	uint32_t multiplier; /* notify only */
};

/* Where the structures are: the capabilities in their order, and the BARs opened for them so far.
 */
struct layout {
	struct capability caps[CAP_MAX];
	unsigned count;
	struct region bars[PCI_MAX_BARS]; /* size 0: not opened */
};

#define common_read(dev, field) reg_read(&(dev)->common, struct virtio_pci_common_cfg, field)
#define common_write(dev, field, value) \
	reg_write(&(dev)->common, struct virtio_pci_common_cfg, field, value)

static uint8_t read_status(struct virtio_device *dev)
{
	return common_read(dev, device_status);
}

static void write_status(struct virtio_device *dev, uint8_t status)
{
	common_write(dev, device_status, status);
}

static uint64_t read_features(struct virtio_device *dev)
{
	uint64_t features;

	common_write(dev, device_feature_select, 1);
	features = (uint64_t)common_read(dev, device_feature) << 32;
	common_write(dev, device_feature_select, 0);
	return features | common_read(dev, device_feature);
}

static void write_features(struct virtio_device *dev, uint64_t features)
{
	common_write(dev, driver_feature_select, 1);
	common_write(dev, driver_feature, features >> 32);
	common_write(dev, driver_feature_select, 0);
	common_write(dev, driver_feature, (uint32_t)features);
}

static uint64_t read_accepted(struct virtio_device *dev)
{
	uint64_t features;

	common_write(dev, driver_feature_select, 1);
	features = (uint64_t)common_read(dev, driver_feature) << 32;
	common_write(dev, driver_feature_select, 0);
	return features | common_read(dev, driver_feature);
}

static uint32_t read_queue_size_max(struct virtio_device *dev, uint16_t index)
{
	common_write(dev, queue_select, index);
	return common_read(dev, queue_size);
}

/* §4.1.5.2: the queue's index; with NOTIFICATION_DATA a place in the ring beside it. */
static unsigned doorbell_width(const struct virtio_device *dev)
{
	return virtio_has(dev, VIRTIO_F_NOTIFICATION_DATA) ? sizeof(uint32_t) : sizeof(uint16_t);
}

/* The doorbell is where the device says: queue_notify_off × multiplier (§4.1.4.4). */
static enum status find_doorbell(struct virtio_device *dev, struct queue *q)
{
	unsigned width = doorbell_width(dev);
	uint64_t offset;
	const char *wrong = NULL;

	q->notify_offset = common_read(dev, queue_notify_off);
	offset = (uint64_t)q->notify_offset * dev->notify_multiplier;
	if (!range_inside(offset, width, dev->notify.size))
		wrong = "lies outside NOTIFY_CFG";
	else if ((dev->notify.base + offset) % width)
		wrong = "is misaligned";
	else if (dev->notify.space == dev->common.space &&
		 ranges_overlap(dev->notify.base + offset, width, dev->common.base,
			 min_u64(dev->common.size, VIRTIO_PCI_COMMON_CFG_END)))
		wrong = "lies inside COMMON_CFG, which it would overwrite";
	if (wrong) {
		log_error(dev->name,
			"queue %u: doorbell at 0x%lx (queue_notify_off %u, multiplier %u) of 0x%lx "
			"bytes %s",
			q->index, offset, q->notify_offset, dev->notify_multiplier,
			dev->notify.size, wrong);
		return ERR_PROTOCOL;
	}
	log_info(dev->name, "queue %u: doorbell at 0x%lx (queue_notify_off %u, multiplier %u)",
		q->index, offset, q->notify_offset, dev->notify_multiplier);
	return OK;
}

/* §4.1.5.1.3. The queue is selected: queue_open has just read its size. */
static enum status setup_queue(struct virtio_device *dev, struct queue *q)
{
	enum status status = find_doorbell(dev, q);

	if (status != OK)
		return status;
	common_write(dev, queue_size, q->size);
	common_write(dev, queue_desc_low, (uint32_t)q->desc_area.value);
	common_write(dev, queue_desc_high, q->desc_area.value >> 32);
	common_write(dev, queue_driver_low, (uint32_t)q->driver_area.value);
	common_write(dev, queue_driver_high, q->driver_area.value >> 32);
	common_write(dev, queue_device_low, (uint32_t)q->device_area.value);
	common_write(dev, queue_device_high, q->device_area.value >> 32);
	common_write(dev, queue_enable, 1);
	if (common_read(dev, queue_enable) != 1) {
		log_error(dev->name, "queue %u: queue_enable does not stay 1", q->index);
		return ERR_REFUSED;
	}
	return OK;
}

static void notify_queue(struct virtio_device *dev, const struct queue *q)
{
	region_write(&dev->notify, (uint64_t)q->notify_offset * dev->notify_multiplier,
		doorbell_width(dev), queue_notification(q), "notify");
}

/* §4.1.4.3.2: complete when the register reads 0, and queue_enable with it. */
static void reset_queue(struct virtio_device *dev, uint16_t index)
{
	common_write(dev, queue_select, index);
	region_write(&dev->common, VIRTIO_PCI_QUEUE_RESET, VIRTIO_PCI_QUEUE_RESET_SIZE, 1,
		"queue_reset");
}

static bool queue_is_reset(struct virtio_device *dev)
{
	return !region_read(&dev->common, VIRTIO_PCI_QUEUE_RESET, VIRTIO_PCI_QUEUE_RESET_SIZE,
		       "queue_reset") &&
	       !common_read(dev, queue_enable);
}

static void read_queue(struct virtio_device *dev, uint16_t index, struct queue_registers *out)
{
	common_write(dev, queue_select, index);
	out->size = common_read(dev, queue_size);
	out->size_max = out->size;
	out->ready = common_read(dev, queue_enable) == 1;
	out->notify_off = common_read(dev, queue_notify_off);
	out->desc = (uint64_t)common_read(dev, queue_desc_high) << 32 |
		    common_read(dev, queue_desc_low);
	out->avail = (uint64_t)common_read(dev, queue_driver_high) << 32 |
		     common_read(dev, queue_driver_low);
	out->used = (uint64_t)common_read(dev, queue_device_high) << 32 |
		    common_read(dev, queue_device_low);
}

static uint8_t read_interrupt_status(struct virtio_device *dev)
{
	return (uint8_t)region_read(&dev->isr, 0, 1, "ISR");
}

/* §4.1.5.1.2: a vector that reads back otherwise was not given. */
static const char *set_vectors(struct virtio_device *dev, uint16_t config, uint16_t queue)
{
	common_write(dev, config_msix_vector, config);
	if (common_read(dev, config_msix_vector) != config)
		return "config_msix_vector";
	common_write(dev, queue_msix_vector, queue);
	if (common_read(dev, queue_msix_vector) != queue)
		return "queue_msix_vector";
	return NULL;
}

static uint32_t read_config_generation(struct virtio_device *dev)
{
	return common_read(dev, config_generation);
}

static const struct virtio_transport modern = {
	.name = "virtio-pci modern",
	.read_status = read_status,
	.write_status = write_status,
	.read_features = read_features,
	.write_features = write_features,
	.read_queue_size_max = read_queue_size_max,
	.queue_size_is_free = true,
	.setup_queue = setup_queue,
	.notify_queue = notify_queue,
	.reset_queue = reset_queue,
	.queue_is_reset = queue_is_reset,
	.read_queue = read_queue,
	.read_accepted = read_accepted,
	.read_interrupt_status = read_interrupt_status,
	.set_vectors = set_vectors,
	.read_config = virtio_config_field,
	.read_config_generation = read_config_generation,
};

static const char *cap_name(uint8_t type)
{
	static const char *const names[] = {
		[VIRTIO_PCI_CAP_COMMON_CFG] = "COMMON_CFG",
		[VIRTIO_PCI_CAP_NOTIFY_CFG] = "NOTIFY_CFG",
		[VIRTIO_PCI_CAP_ISR_CFG] = "ISR_CFG",
		[VIRTIO_PCI_CAP_DEVICE_CFG] = "DEVICE_CFG",
		[VIRTIO_PCI_CAP_PCI_CFG] = "PCI_CFG",
		[VIRTIO_PCI_CAP_SHARED_MEMORY_CFG] = "SHARED_MEMORY_CFG",
	};

	return type < ARRAY_SIZE(names) && names[type] ? names[type] : "unknown type";
}

/* §4.1.4.7: a region has 64 bits of offset and length. */
static void read_shared_memory(struct virtio_device *dev, unsigned at, const struct capability *cap)
{
	uint64_t offset = cap->offset, length = cap->length;
	uint32_t id = pci_config_read(dev->pci, at + CAP_ID, 1);

	offset |= (uint64_t)pci_config_read(dev->pci, at + CAP_OFFSET_HIGH, 4) << 32;
	length |= (uint64_t)pci_config_read(dev->pci, at + CAP_LENGTH_HIGH, 4) << 32;
	log_info(dev->name, "shared memory region %u: bar %u offset 0x%lx length 0x%lx", id,
		cap->bar, offset, length);
	if (id == 1 && !dev->shared_size)
		dev->shared_size = length;
}

/* Keeps the capability at `at` when it describes a structure that is needed, in a usable way. */
static void read_capability(struct virtio_device *dev, unsigned at, struct layout *layout)
{
	struct pci_device *pci = dev->pci;
	uint8_t length = (uint8_t)pci_config_read(pci, at + CAP_LEN, 1);
	uint8_t type = (uint8_t)pci_config_read(pci, at + CAP_CFG_TYPE, 1);
	uint8_t needed = type == VIRTIO_PCI_CAP_NOTIFY_CFG ? CAP_SIZE_NOTIFY : CAP_SIZE;
	struct capability cap = {.type = type};
	const char *verdict = "noted";

	/* What follows is the vendor's (§4.1.4.8), and may be shorter. */
	if (type == VIRTIO_PCI_CAP_VENDOR_CFG) {
		log_info(dev->name, "capability 0x%02x: VENDOR_CFG (9): left alone", at);
		return;
	}
	if (!pci_capability_fits(pci, at, needed))
		return;
	cap.bar = (uint8_t)pci_config_read(pci, at + CAP_BAR, 1);
	cap.offset = pci_config_read(pci, at + CAP_OFFSET, 4);
	cap.length = pci_config_read(pci, at + CAP_LENGTH, 4);
	if (type == VIRTIO_PCI_CAP_NOTIFY_CFG && length >= needed)
		cap.multiplier = pci_config_read(pci, at + CAP_NOTIFY_OFF_MULTIPLIER, 4);
	if (type == VIRTIO_PCI_CAP_SHARED_MEMORY_CFG && length >= CAP_SIZE_64 &&
		cap.bar < PCI_MAX_BARS && pci_capability_fits(pci, at, CAP_SIZE_64))
		read_shared_memory(dev, at, &cap);
	if (type < VIRTIO_PCI_CAP_COMMON_CFG || type > VIRTIO_PCI_CAP_DEVICE_CFG)
		verdict = "not needed";
	else if (length < needed)
		verdict = "refused: cap_len is too short";
	else if (cap.bar >= PCI_MAX_BARS)
		verdict = "passed over: bar is reserved";
	else
		layout->caps[layout->count++] = cap;
	log_info(dev->name, "capability 0x%02x: %s (%u), bar %u offset 0x%x length 0x%x: %s", at,
		cap_name(type), type, cap.bar, cap.offset, cap.length, verdict);
}

/* A list that is another one each time it is read could lead round in circles: it is bounded. */
static void read_capabilities(struct virtio_device *dev, struct layout *layout)
{
	unsigned at = 0;

	for (unsigned n = 0; n < CAP_MAX; n++) {
		at = pci_find_capability(dev->pci, PCI_CAP_ID_VNDR, at);
		if (!at)
			return;
		read_capability(dev, at, layout);
	}
	log_error(dev->name, "capabilities: %u and no end: the list changes while it is read",
		CAP_MAX);
}

static enum status open_bar(
	struct virtio_device *dev, struct pci_tree *tree, uint8_t index, struct region *bar)
{
	if (bar->size)
		return OK;
	return pci_open_bar(tree, dev->pci, index, dev->name, 1, &dev->count, bar);
}

static enum status open_capability(struct virtio_device *dev, struct pci_tree *tree,
	struct layout *layout, const struct capability *cap, uint64_t needed, uint32_t align,
	struct region *out)
{
	enum status status;

	if (cap->length < needed || cap->offset % align) {
		log_error(dev->name,
			"capability %s: offset 0x%x or length 0x%x is not usable "
			"(at least 0x%lx bytes, aligned to %u)",
			cap_name(cap->type), cap->offset, cap->length, needed, align);
		return ERR_MALFORMED;
	}
	status = open_bar(dev, tree, cap->bar, &layout->bars[cap->bar]);
	if (status != OK)
		return status;
	return region_sub(out, &layout->bars[cap->bar], cap->offset, cap->length);
}

static bool has_capability(const struct layout *layout, uint8_t type)
{
	for (unsigned i = 0; i < layout->count; i++)
		if (layout->caps[i].type == type)
			return true;
	return false;
}

/*
 * The region of a structure, by the first of its capabilities that can be used (§4.1.4.1): QEMU's
 * modern-pio-notify puts a doorbell in I/O space before the one in memory, and a host bridge need
 * not have I/O space. `align` is what §4.1.4 asks of its offset. ERR_NOT_FOUND when it has no
 * capability; else the status of the last one that was tried.
 */
static enum status open_structure(struct virtio_device *dev, struct pci_tree *tree,
	struct layout *layout, uint8_t type, uint64_t needed, uint32_t align, struct region *out)
{
	enum status status = ERR_NOT_FOUND;

	if (!has_capability(layout, type))
		log_info(dev->name, "capability %s: there is none", cap_name(type));
	for (unsigned i = 0; status != OK && i < layout->count; i++) {
		const struct capability *cap = &layout->caps[i];

		if (cap->type != type)
			continue;
		status = open_capability(dev, tree, layout, cap, needed, align, out);
		if (status == OK && type == VIRTIO_PCI_CAP_NOTIFY_CFG)
			dev->notify_multiplier = cap->multiplier;
	}
	return status;
}

enum status virtio_pci_modern_open(struct virtio_device *dev, struct pci_tree *tree)
{
	struct layout layout = {0};
	enum status status;

	read_capabilities(dev, &layout);
	status = open_structure(dev, tree, &layout, VIRTIO_PCI_CAP_COMMON_CFG,
		sizeof(struct virtio_pci_common_cfg), 4, &dev->common);
	if (status == OK)
		status = open_structure(dev, tree, &layout, VIRTIO_PCI_CAP_NOTIFY_CFG,
			sizeof(uint16_t), 2, &dev->notify);
	if (status == OK)
		status =
			open_structure(dev, tree, &layout, VIRTIO_PCI_CAP_ISR_CFG, 1, 1, &dev->isr);
	/* Only device types with a configuration have this one (§4.1.4.6). */
	if (status == OK && has_capability(&layout, VIRTIO_PCI_CAP_DEVICE_CFG))
		status = open_structure(
			dev, tree, &layout, VIRTIO_PCI_CAP_DEVICE_CFG, 1, 4, &dev->config);
	dev->has_queue_reset =
		range_inside(VIRTIO_PCI_QUEUE_RESET, VIRTIO_PCI_QUEUE_RESET_SIZE, dev->common.size);
	if (status == OK)
		dev->transport = &modern;
	return status;
}
