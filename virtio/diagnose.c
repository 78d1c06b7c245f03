/* SPDX-License-Identifier: BSD-2-Clause */
/* In: what the driver knows and the device says of a silent queue. Out: causes, ranked. */
#include "virtio/diagnose.h"

#include "mem/log.h"
#include "virtio/device.h"
#include "virtio/queue.h"

#define STATUS_ALL_ONES 0xffu
#define LOGGED_SLOTS    4u

static void add(
	struct queue_diagnosis *d, enum certainty certainty, const char *what, const char *evidence)
{
	if (d->count < QUEUE_MAX_CAUSES)
		d->causes[d->count++] = (struct queue_cause){certainty, what, evidence};
}

/* The device's state as a whole. True when it explains the silence alone. */
static bool judge_status(const struct queue_snapshot *s, struct queue_diagnosis *d)
{
	if (s->status == STATUS_ALL_ONES) {
		d->status = ERR_GONE;
		add(d, CERTAIN, "the device left the bus, or its registers are not decoded",
			"status reads 0xff");
		return true;
	}
	if (!s->status) {
		add(d, CERTAIN,
			"the device was reset behind the driver's back: a second owner or a second "
			"probe of the same device",
			"status reads 0");
		return true;
	}
	if (s->status & VIRTIO_STATUS_DEVICE_NEEDS_RESET) {
		d->status = ERR_NEEDS_RESET;
		add(d, CERTAIN,
			"the device found the ring malformed and gave up: an address that is not "
			"RAM, a bad chain, or an index that jumped",
			"status has DEVICE_NEEDS_RESET");
		return true;
	}
	return false;
}

static void judge_life(const struct queue_snapshot *s, struct queue_diagnosis *d)
{
	if (!s->legacy && !(s->status & VIRTIO_STATUS_FEATURES_OK))
		add(d, CERTAIN, "the features were never agreed on", "status lacks FEATURES_OK");
	if (s->is_pci && !(s->pci_command & PCI_COMMAND_MASTER))
		add(d, CERTAIN, "PCI bus mastering is off: the device cannot reach memory",
			"the command register lacks bit 2");
	else if (!(s->status & VIRTIO_STATUS_DRIVER_OK))
		add(d, CERTAIN, "the device does not run", "status lacks DRIVER_OK");
}

static void judge_queue(const struct queue_snapshot *s, struct queue_diagnosis *d)
{
	if (!s->device.ready && s->legacy)
		add(d, CERTAIN,
			"the device has no ring: a legacy device was given version 2 queue "
			"registers, or none",
			"its queue address reads 0");
	else if (!s->device.ready)
		add(d, CERTAIN, "the device has no ring: the queue is not enabled",
			"QueueReady or queue_enable reads 0");
	else if (s->legacy && (uint64_t)s->device.pfn * PAGE_SIZE != s->desc)
		add(d, CERTAIN, "the device has the ring at another address",
			"page frame number times 4096 is not where the ring is");
	if (s->device.desc && s->device.desc != s->desc)
		add(d, CERTAIN, "the device has the ring at another address",
			"queue_desc reads back another value");
	if (s->device.size && s->device.size != s->size)
		add(d, CERTAIN, "the device has another queue size, so the rings do not match",
			"queue_size reads back another value");
}

static void judge_ring(const struct queue_snapshot *s, struct queue_diagnosis *d)
{
	if (s->used_idx != s->used_idx_seen)
		add(d, CERTAIN,
			"the answer came after the deadline: the device or its host is slow",
			"used.idx moved after the wait ended");
	else if (s->interrupt_status & 1)
		add(d, LIKELY,
			"the device used the buffer where the driver does not look: queue "
			"alignment "
			"or size differ, or caches are not coherent",
			"the interrupt status says a buffer was used, used.idx did not move");
	if (!s->in_flight)
		add(d, CERTAIN, "nothing was asked of the device", "no request is in flight");
	else if (s->avail_idx == (uint16_t)(s->used_idx_seen))
		add(d, CERTAIN, "the request was never published", "avail.idx equals used.idx");
	if (!s->notifications)
		add(d, LIKELY, "the device was never notified and does not poll",
			"the driver sent no notification");
}

/* What is left when everything that can be read looks healthy. */
static void judge_remains(const struct queue_snapshot *s, struct queue_diagnosis *d)
{
	if (d->count)
		return;
	add(d, POSSIBLE, "the request is shorter than the device's header, which it never answers",
		"all registers and indices are as they should be");
	if (!(s->features & FEATURE(VIRTIO_F_VERSION_1)))
		add(d, POSSIBLE,
			"the device found the ring malformed and went silent: without VERSION_1 it "
			"cannot say so",
			"VERSION_1 was not negotiated");
	add(d, POSSIBLE, "the notification reached another queue, or none",
		"the device gives no sign of having seen the request");
	add(d, POSSIBLE, "the device is slower than the deadline", "raise timeout= to tell");
}

static void sort(struct queue_diagnosis *d)
{
	for (unsigned i = 1; i < d->count; i++) {
		struct queue_cause c = d->causes[i];
		unsigned at = i;

		for (; at > 0 && d->causes[at - 1].certainty < c.certainty; at--)
			d->causes[at] = d->causes[at - 1];
		d->causes[at] = c;
	}
}

struct queue_diagnosis diagnose(const struct queue_snapshot *s)
{
	struct queue_diagnosis d = {.status = ERR_TIMEOUT};

	if (!judge_status(s, &d)) {
		judge_life(s, &d);
		judge_queue(s, &d);
		judge_ring(s, &d);
		judge_remains(s, &d);
	}
	sort(&d);
	return d;
}

static struct queue_snapshot take_snapshot(struct queue *q)
{
	struct virtio_device *dev = q->dev;
	const struct virtio_transport *t = dev->transport;
	struct queue_snapshot s = {
		.transport = t->name,
		.legacy = t->legacy,
		.is_pci = dev->pci,
		.status = t->read_status(dev),
		.offered = dev->offered,
		.features = dev->features,
		.index = q->index,
		.size = q->ring.size,
		.desc = q->ring.desc_address.value,
		.avail = q->ring.avail_address.value,
		.used = q->ring.used_address.value,
		.avail_idx = le16_load(&q->ring.avail->idx),
		.used_idx = le16_load(&q->ring.used->idx),
		.used_idx_seen = q->used_idx,
		.used_flags = le16_load(&q->ring.used->flags),
		.in_flight = q->in_flight,
		.notifications = q->notifications,
	};

	t->read_queue(dev, q->index, &s.device);
	s.interrupt_status = t->read_interrupt_status(dev);
	if (dev->pci)
		s.pci_command = (uint16_t)pci_config_read(dev->pci, PCI_COMMAND, 2);
	return s;
}

static void log_snapshot(const char *name, const struct queue_snapshot *s)
{
	char text[VIRTIO_STATUS_TEXT_SIZE];

	virtio_describe_status(s->status, text);
	log_error(name, "device: %s, status 0x%02x (%s), interrupt status 0x%x", s->transport,
		s->status, text, s->interrupt_status);
	log_error(name, "features: offered 0x%lx, accepted 0x%lx", s->offered, s->features);
	if (s->is_pci)
		log_error(name, "PCI command: 0x%04x", s->pci_command);
	log_error(name,
		"queue %u as the device has it: %s, size %u of %u, desc 0x%lx avail 0x%lx used "
		"0x%lx, page frame 0x%x",
		s->index, s->device.ready ? "ready" : "not ready", s->device.size,
		s->device.size_max, s->device.desc, s->device.avail, s->device.used, s->device.pfn);
	log_error(name, "queue %u as the driver has it: size %u, desc 0x%lx avail 0x%lx used 0x%lx",
		s->index, s->size, s->desc, s->avail, s->used);
	log_error(name,
		"ring: avail.idx %u, used.idx %u (seen %u), used.flags 0x%x, %u in flight, %lu "
		"notifications sent",
		s->avail_idx, s->used_idx, s->used_idx_seen, s->used_flags, s->in_flight,
		s->notifications);
}

static void log_descriptors(struct queue *q)
{
	unsigned logged = 0;

	for (unsigned i = 0; i < QUEUE_MAX_SLOTS && logged < LOGGED_SLOTS; i++) {
		const struct virtq_desc *d = &q->ring.desc[i];

		if (!q->slots[i].count)
			continue;
		log_error(q->dev->name, "descriptor %u: addr 0x%lx len %u flags 0x%x next %u", i,
			le64_load(&d->addr), le32_load(&d->len), le16_load(&d->flags),
			le16_load(&d->next));
		logged++;
	}
}

enum status diagnose_queue(struct queue *q)
{
	static const char *const words[] = {
		[UNLIKELY] = "unlikely",
		[POSSIBLE] = "possible",
		[LIKELY] = "likely",
		[CERTAIN] = "certain",
	};
	struct queue_snapshot s = take_snapshot(q);
	struct queue_diagnosis d = diagnose(&s);

	log_snapshot(q->dev->name, &s);
	log_descriptors(q);
	for (unsigned i = 0; i < d.count; i++)
		log_error(q->dev->name, "cause: %s (%s: %s)", d.causes[i].what,
			words[d.causes[i].certainty], d.causes[i].evidence);
	return d.status;
}
