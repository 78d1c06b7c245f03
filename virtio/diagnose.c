/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a snapshot. Out: the causes that explain it, those that explain others first. */
#include "virtio/diagnose.h"

#include "virtio/device.h"
#include "virtio/diagnose_ring.h"

#define ALL_ONES       0xffu
#define VENDOR_NONE    0xffffu
#define PFN_LIMIT      ((uint64_t)PAGE_SIZE << 32)
#define BAR_IO         1u
#define BAR_FLAGS_IO   0x3u
#define BAR_FLAGS      0xfu
#define ALIGN_DEFAULT  VIRTIO_LEGACY_ALIGN
#define STATUS_PRESENT (VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER)

/* A wait for an answer, on a device that had been started. */
static bool is_request(const struct virtio_snapshot *s)
{
	return s->has_queue && s->failure == ERR_TIMEOUT;
}

/* The last that was written to the status is a reset, and it has not ended. */
static bool is_resetting(const struct virtio_snapshot *s)
{
	return s->programmed.status.done && !s->programmed.status.value && s->status;
}

/* The bits that the driver set, and that are not set any more. */
static uint8_t lost_status(const struct virtio_snapshot *s)
{
	uint64_t set = s->programmed.status.value;

	if (is_request(s)) {
		set |= STATUS_PRESENT | VIRTIO_STATUS_DRIVER_OK;
		set |= s->legacy ? 0u : VIRTIO_STATUS_FEATURES_OK;
	}
	return (uint8_t)(set & ~(uint64_t)s->status);
}

/* The features that the driver really wrote in time, else those that it says. */
static uint64_t written_features(const struct virtio_snapshot *s)
{
	if (s->programmed.features.done)
		return s->programmed.features.value;
	return s->programmed.complete ? 0 : s->accepted;
}

static bool has_bar_address(const struct virtio_snapshot *s)
{
	for (unsigned i = 0; i < PCI_MAX_BARS; i++) {
		uint32_t bar = s->pci_bars[i];

		if (bar & ~(bar & BAR_IO ? BAR_FLAGS_IO : BAR_FLAGS))
			return true;
	}
	return false;
}

/* Whether the registers can be reached at all. False: nothing that they say counts. */
static bool judge_bus(const struct virtio_snapshot *s, struct diagnosis *d)
{
	uint16_t decode = s->legacy ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY;

	if (s->is_pci && s->pci_vendor == VENDOR_NONE) {
		diagnosis_add(d, CERTAIN, CAUSE_GONE, "the PCI vendor id reads 0xffff");
		return false;
	}
	if (s->is_pci && (!(s->pci_command & decode) || !has_bar_address(s))) {
		diagnosis_add(d, CERTAIN, MISTAKE_DECODE,
			"command 0x%04x, BARs 0x%x 0x%x 0x%x 0x%x 0x%x 0x%x; status reads 0x%02x",
			s->pci_command, s->pci_bars[0], s->pci_bars[1], s->pci_bars[2],
			s->pci_bars[3], s->pci_bars[4], s->pci_bars[5], s->status);
		return false;
	}
	if (s->status == ALL_ONES) {
		diagnosis_add(d, CERTAIN, CAUSE_GONE, "status reads 0xff");
		return false;
	}
	return true;
}

static void judge_access(const struct virtio_snapshot *s, struct diagnosis *d)
{
	if (s->is_pci && !(s->pci_command & PCI_COMMAND_MASTER))
		diagnosis_add(d, CERTAIN, MISTAKE_BUS_MASTER,
			"the command register is 0x%04x, without bit 2", s->pci_command);
	if (!s->is_mmio)
		return;
	if (s->programmed.narrow_name)
		diagnosis_add(d, CERTAIN, MISTAKE_ACCESS_WIDTH, "%s was accessed with %u bits",
			s->programmed.narrow_name, s->programmed.narrow_width * 8);
	else if (!s->device_id_now && !is_resetting(s))
		diagnosis_add(d, CERTAIN, MISTAKE_EMPTY_SLOT, "DeviceID reads 0");
}

/* A reset that does not end, or one that the driver knows nothing of. False: it explains all. */
static bool judge_reset(const struct virtio_snapshot *s, struct diagnosis *d)
{
	const struct virtio_programmed *p = &s->programmed;

	if (is_resetting(s)) {
		diagnosis_add(d, CERTAIN, CAUSE_RESET_UNENDING,
			"status is still 0x%02x after 0 was written", s->status);
		return false;
	}
	if (s->legacy && p->pfn_zero.done && (lost_status(s) & STATUS_PRESENT)) {
		diagnosis_add(d, CERTAIN, MISTAKE_PFN_ZERO,
			"0 was written for queue %lu; status reads 0x%02x", p->pfn_zero.value,
			s->status);
		return false;
	}
	if (lost_status(s) & STATUS_PRESENT) {
		diagnosis_add(d, CERTAIN, MISTAKE_SECOND_OWNER,
			"status reads 0x%02x: bits that the driver set are gone", s->status);
		return false;
	}
	return true;
}

static void judge_features(const struct virtio_snapshot *s, struct diagnosis *d)
{
	const struct virtio_programmed *p = &s->programmed;
	uint64_t written = written_features(s);
	bool refused = lost_status(s) & VIRTIO_STATUS_FEATURES_OK;

	if (p->late_features.done && p->late_features.value != written)
		diagnosis_add(d, CERTAIN, MISTAKE_LATE_FEATURES,
			"0x%lx was written after FEATURES_OK, 0x%lx before", p->late_features.value,
			written);
	if (s->legacy)
		return;
	if (refused && s->offered & ~written & FEATURE(VIRTIO_F_ACCESS_PLATFORM))
		diagnosis_add(d, CERTAIN, MISTAKE_ACCESS_PLATFORM,
			"offered 0x%lx, accepted 0x%lx; status 0x%02x lacks FEATURES_OK",
			s->offered, written, s->status);
	if (!(written & FEATURE(VIRTIO_F_VERSION_1)))
		diagnosis_add(d, CERTAIN, MISTAKE_VERSION_1, "accepted 0x%lx of 0x%lx", written,
			s->offered);
	if (refused && !d->count)
		diagnosis_add(d, LIKELY, CAUSE_FEATURES_REFUSED,
			"status 0x%02x lacks FEATURES_OK; accepted 0x%lx of 0x%lx", s->status,
			written, s->offered);
}

/* What a device may refuse a ring for: its address, or what goes before its address. */
static bool judge_unwritten(const struct virtio_snapshot *s, struct diagnosis *d)
{
	const struct virtio_programmed *p = &s->programmed;
	bool written = s->is_mmio && p->complete && (p->pfn.done || p->enable.done);

	if (s->legacy && s->desc >= PFN_LIMIT)
		diagnosis_add(d, CERTAIN, MISTAKE_PFN_TRUNCATED,
			"the ring is at 0x%lx, page frame numbers end below 0x%lx", s->desc,
			PFN_LIMIT);
	else if (written && s->legacy && !p->page_size.done)
		diagnosis_add(d, CERTAIN, MISTAKE_PAGE_SIZE,
			"GuestPageSize was not written; the page frame reads 0");
	else if (written && !p->size.done)
		diagnosis_add(d, CERTAIN, MISTAKE_QUEUE_SIZE,
			"QueueSize was not written, the driver has %u; the queue is not ready",
			s->size);
	else
		return false;
	return true;
}

/* A version 2 device may say of the queues of a running device that they are not ready: libkrun. */
static bool hides_ready(const struct virtio_snapshot *s)
{
	const struct virtio_programmed *p = &s->programmed;

	return s->is_mmio && !s->legacy && is_request(s) && p->enable.done && p->enable.value &&
	       !p->pfn.done && s->status & VIRTIO_STATUS_DRIVER_OK;
}

/* The device has no ring: registers of another version, a reset, or none was written. */
static void judge_not_ready(const struct virtio_snapshot *s, struct diagnosis *d)
{
	const struct virtio_programmed *p = &s->programmed;
	const struct written *enable = s->legacy ? &p->pfn : &p->enable;

	if (s->is_mmio && s->legacy && (p->enable.done || p->desc.done))
		diagnosis_add(d, CERTAIN, MISTAKE_V2_REGISTERS_ON_V1,
			"QueuePFN reads 0; QueueDesc, QueueReady were written");
	else if (s->is_mmio && !s->legacy && p->pfn.done)
		diagnosis_add(d, CERTAIN, MISTAKE_V1_REGISTERS_ON_V2,
			"QueueReady reads 0; QueuePFN was written with 0x%lx", p->pfn.value);
	else if (s->legacy && p->pfn_zero.done)
		diagnosis_add(d, CERTAIN, MISTAKE_PFN_ZERO,
			"0 was written for queue %lu; the queue's reads 0", p->pfn_zero.value);
	else if (judge_unwritten(s, d))
		return;
	else if (is_request(s) && enable->value)
		diagnosis_add(d, CERTAIN, MISTAKE_SECOND_OWNER,
			"the queue was enabled, and is not any more; status 0x%02x", s->status);
	else if (s->failure == ERR_PROTOCOL)
		diagnosis_add(d, LIKELY, MISTAKE_NOT_ENABLED,
			"it is not: the driver did not accept what the device says of it");
	else
		diagnosis_add(d, CERTAIN, MISTAKE_NOT_ENABLED, "%s reads 0",
			s->legacy ? "its page frame" : "its enable register");
}

/* §4.2.4: page frame number times GuestPageSize is where a legacy device has its ring. */
static void judge_page_frame(const struct virtio_snapshot *s, struct diagnosis *d)
{
	const struct virtio_programmed *p = &s->programmed;
	uint64_t page = s->is_mmio && p->page_size.done ? p->page_size.value : PAGE_SIZE;
	uint64_t at = s->device.pfn * page;

	if (s->desc >= PFN_LIMIT)
		diagnosis_add(d, CERTAIN, MISTAKE_PFN_TRUNCATED,
			"page frame 0x%x, the ring is at 0x%lx", s->device.pfn, s->desc);
	else if (s->is_mmio && p->complete && !p->page_size.done)
		diagnosis_add(d, CERTAIN, MISTAKE_PAGE_SIZE,
			"GuestPageSize was not written; page frame 0x%x", s->device.pfn);
	else if (s->is_mmio && (page != PAGE_SIZE || s->device.pfn == (uint32_t)s->desc) &&
		 at != s->desc)
		diagnosis_add(d, CERTAIN, MISTAKE_PAGE_SIZE,
			"page frame 0x%x of %lu bytes, the ring is at 0x%lx", s->device.pfn, page,
			s->desc);
	else if (at != s->desc)
		diagnosis_add(d, CERTAIN, MISTAKE_RING_ADDRESS,
			"page frame 0x%x of %lu bytes, the ring is at 0x%lx", s->device.pfn, page,
			s->desc);
}

static void judge_address(const struct virtio_snapshot *s, struct diagnosis *d, const char *name,
	uint64_t device, const struct written *written, uint64_t driver)
{
	if (device && device != driver)
		diagnosis_add(d, CERTAIN, MISTAKE_RING_ADDRESS,
			"the device has %s at 0x%lx, it is at 0x%lx", name, device, driver);
	else if (written->done && written->value != driver)
		diagnosis_add(d, CERTAIN, MISTAKE_RING_ADDRESS,
			"%s was said to be at 0x%lx, it is at 0x%lx", name, written->value, driver);
	else if (s->programmed.complete && !written->done)
		diagnosis_add(d, CERTAIN, MISTAKE_RING_ADDRESS, "the address of %s was not written",
			name);
}

/* mmio's QueueSize cannot be read back: what was written to it counts. */
static void judge_size(const struct virtio_snapshot *s, struct diagnosis *d)
{
	const struct virtio_programmed *p = &s->programmed;

	if (s->is_pci && s->device.size != s->size)
		diagnosis_add(d, CERTAIN, MISTAKE_QUEUE_SIZE, "the device has %u, the driver %u",
			s->device.size, s->size);
	else if (s->is_mmio && p->size.done && p->size.value != s->size)
		diagnosis_add(d, CERTAIN, MISTAKE_QUEUE_SIZE, "%lu was written, the driver has %u",
			p->size.value, s->size);
	else if (s->is_mmio && p->complete && !p->size.done)
		diagnosis_add(d, CERTAIN, MISTAKE_QUEUE_SIZE,
			"QueueSize was not written, the driver has %u", s->size);
}

/* §2.7.2: a legacy device puts its used ring where the next multiple of its alignment is. */
static void judge_used_place(const struct virtio_snapshot *s, struct diagnosis *d)
{
	const struct written *align = &s->programmed.align;
	uint64_t has = s->is_mmio && align->done ? align->value : ALIGN_DEFAULT;
	uint64_t used = s->desc;

	if (!is_power_of_two(has))
		used = 0;
	else
		used += split_layout_of(s->size, has).used;
	if (used != s->used)
		diagnosis_add(d, CERTAIN, MISTAKE_USED_OFFSET,
			"by alignment %lu the device has it at 0x%lx, the driver at 0x%lx", has,
			used, s->used);
}

static void judge_queue(const struct virtio_snapshot *s, struct diagnosis *d)
{
	const struct virtio_programmed *p = &s->programmed;

	if (!s->device.ready && !hides_ready(s)) {
		judge_not_ready(s, d);
		return;
	}
	if (s->failure == ERR_PROTOCOL && !s->in_flight && s->used_idx == s->used_idx_seen)
		diagnosis_add(d, LIKELY, MISTAKE_SECOND_OWNER, "the queue is set up already");
	if (s->legacy)
		judge_page_frame(s, d);
	judge_size(s, d);
	if (s->legacy)
		judge_used_place(s, d);
	else {
		judge_address(s, d, "desc", s->device.desc, &p->desc, s->desc);
		judge_address(
			s, d, s->packed ? "driver" : "avail", s->device.avail, &p->avail, s->avail);
		judge_address(
			s, d, s->packed ? "device" : "used", s->device.used, &p->used, s->used);
	}
}

static void judge_ring(const struct virtio_snapshot *s, struct diagnosis *d)
{
	judge_queue(s, d);
	if (!s->ring_in_memory)
		diagnosis_add(d, CERTAIN, MISTAKE_RING_ADDRESS,
			"desc 0x%lx %s 0x%lx %s 0x%lx are not all memory", s->desc,
			s->packed ? "driver" : "avail", s->avail, s->packed ? "device" : "used",
			s->used);
	diagnose_request(s, d);
}

/* A device that gave up answers nothing: what it found wrong may have been seen above. */
static void judge_needs_reset(const struct virtio_snapshot *s, struct diagnosis *d)
{
	if (s->status & VIRTIO_STATUS_DEVICE_NEEDS_RESET && !d->count)
		diagnosis_add(d, LIKELY, CAUSE_RING_MALFORMED,
			"status 0x%02x has DEVICE_NEEDS_RESET", s->status);
}

static void judge_running(const struct virtio_snapshot *s, struct diagnosis *d)
{
	if (!d->count && lost_status(s) & VIRTIO_STATUS_DRIVER_OK)
		diagnosis_add(
			d, LIKELY, CAUSE_NOT_RUNNING, "status 0x%02x lacks DRIVER_OK", s->status);
}

/* What is left when everything that can be seen is as it should be. */
static void judge_remains(const struct virtio_snapshot *s, struct diagnosis *d)
{
	if (d->count)
		return;
	if (s->has_queue && !(written_features(s) & FEATURE(VIRTIO_F_VERSION_1)))
		diagnosis_add(d, POSSIBLE, CAUSE_RING_MALFORMED,
			"without VERSION_1 a device that gave up cannot say so");
	if (s->has_queue && !s->device.ready)
		diagnosis_add(d, POSSIBLE, MISTAKE_SECOND_OWNER,
			"the queue was enabled, and QueueReady reads 0; status 0x%02x", s->status);
	if (s->in_flight && !s->used_idx_seen &&
		written_features(s) & FEATURE(VIRTIO_F_ACCESS_PLATFORM))
		diagnosis_add(d, POSSIBLE, CAUSE_IOMMU,
			"ACCESS_PLATFORM was accepted, and no request of this queue was answered");
	diagnosis_add(d, POSSIBLE, CAUSE_SLOW,
		"everything that can be seen is right; the deadline was %u ms",
		s->timeout_us / 1000);
	if (s->in_flight && s->notified)
		diagnosis_add(d, UNLIKELY, MISTAKE_CACHES,
			"the device was notified of request %u, and may see an older ring",
			s->avail_idx);
}

void diagnose(const struct virtio_snapshot *s, struct diagnosis *d)
{
	if (!judge_bus(s, d))
		return;
	judge_access(s, d);
	if (!judge_reset(s, d))
		return;
	judge_features(s, d);
	if (s->has_queue)
		judge_ring(s, d);
	judge_needs_reset(s, d);
	if (s->in_flight || s->used_idx != s->used_idx_seen)
		diagnose_answer(s, d);
	judge_running(s, d);
	judge_remains(s, d);
}
