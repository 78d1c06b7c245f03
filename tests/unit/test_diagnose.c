/* SPDX-License-Identifier: BSD-2-Clause */
/* In: snapshots of devices, each with one thing wrong. Out: whether that mistake comes first. */
#include "host.h"

#include <string.h>

#include "virtio/device.h"
#include "virtio/diagnose.h"

#define FEATURES 0x130000002u /* VERSION_1, EVENT_IDX, INDIRECT_DESC, EDID */

static struct written done(uint64_t value)
{
	return (struct written){true, value};
}

/* A modern mmio device with one request in flight, on which nothing wrong can be seen. */
static struct virtio_snapshot healthy(void)
{
	return (struct virtio_snapshot){
		.step = "request",
		.failure = ERR_TIMEOUT,
		.timeout_us = 1000000,
		.transport = "test",
		.is_mmio = true,
		.device_id = 16,
		.device_id_now = 16,
		.status = 0x0f,
		.offered = 0x130000003,
		.accepted = 0x130000002,
		.programmed = {.complete = true,
			.status = done(0x0f),
			.size = done(64),
			.enable = done(1),
			.desc = done(0x10000),
			.avail = done(0x10400),
			.used = done(0x10488),
			.features = done(0x130000002),
			.doorbell = done(0)},
		.has_queue = true,
		.device = {.size_max = 1024, .ready = true},
		.size = 64,
		.desc = 0x10000,
		.avail = 0x10400,
		.used = 0x10488,
		.ring_in_memory = true,
		.used_align = 4,
		.avail_idx = 8,
		.used_idx = 7,
		.used_idx_seen = 7,
		.avail_event = 7,
		.in_flight = 1,
		.notifications = 8,
		.notified = true,
		.chain_end = CHAIN_WHOLE,
		.chain_count = 2,
		.chain = {{0, 0x20000, 24, VIRTQ_DESC_F_NEXT, 1, true, false},
			{1, 0x21000, 408, VIRTQ_DESC_F_WRITE, 0, true, false}},
		.request_length = 24,
		.request_least = 24,
		.response_room = 408,
	};
}

static struct virtio_snapshot healthy_legacy(void)
{
	struct virtio_snapshot s = healthy();

	s.legacy = true;
	s.status = 0x07;
	s.offered = s.accepted = 0x30000002;
	s.device.pfn = 0x10;
	s.used = 0x11000;
	s.used_align = 4096;
	s.programmed = (struct virtio_programmed){
		.complete = true,
		.status = done(0x07),
		.size = done(64),
		.align = done(4096),
		.pfn = done(0x10),
		.page_size = done(4096),
		.features = done(0x30000002),
		.doorbell = done(0),
	};
	return s;
}

static struct virtio_snapshot healthy_pci(void)
{
	struct virtio_snapshot s = healthy();

	s.is_mmio = false;
	s.is_pci = true;
	s.pci_vendor = 0x1af4;
	s.pci_command = 0x0406;
	s.pci_bars[4] = 0x8000000c;
	s.notify_multiplier = 4;
	s.device.size = 64;
	s.device.desc = s.desc;
	s.device.avail = s.avail;
	s.device.used = s.used;
	s.accepted_now = s.accepted;
	s.has_accepted_now = true;
	return s;
}

/* The same in a packed ring, whose last request went to its last two descriptors. */
static struct virtio_snapshot healthy_packed(void)
{
	struct virtio_snapshot s = healthy();

	s.packed = true;
	s.avail_event = 0;
	s.at.next_avail = (struct packed_place){0, false};
	s.at.next_used = (struct packed_place){62, true};
	s.at.used_flags = VIRTQ_DESC_F_AVAIL | VIRTQ_DESC_F_NEXT;
	s.at.device = (struct packed_event){RING_EVENT_FLAGS_DESC, {63, true}};
	return s;
}

/* At FEATURES_OK: no queue yet, and the device did not keep the bit. */
static struct virtio_snapshot refused(void)
{
	struct virtio_snapshot s = healthy();

	s.step = "FEATURES_OK";
	s.failure = ERR_REFUSED;
	s.status = 0x03;
	s.programmed.status = done(0x0b);
	s.has_queue = false;
	return s;
}

static struct diagnosis judged(const struct virtio_snapshot *s)
{
	struct diagnosis d = {0};

	diagnose(s, &d);
	assert_true(d.count);
	for (unsigned i = 0; i < d.count; i++)
		assert_true(d.causes[i].evidence[0]);
	return d;
}

static void expect(const struct virtio_snapshot *s, enum certainty certainty, enum mistake mistake)
{
	struct diagnosis d = judged(s);

	if (d.causes[0].mistake != mistake)
		fail_msg("'%s' (%s), expected '%s'", mistake_text(d.causes[0].mistake),
			d.causes[0].evidence, mistake_text(mistake));
	assert_int_equal(d.causes[0].certainty, certainty);
}

static bool names(const struct virtio_snapshot *s, enum mistake mistake)
{
	struct diagnosis d = judged(s);

	for (unsigned i = 0; i < d.count; i++)
		if (d.causes[i].mistake == mistake)
			return true;
	return false;
}

/* Changes a snapshot, and says what comes of it. `change` sees it as `s`. */
#define CASE(base, change, certainty, mistake)     \
	do {                                       \
		struct virtio_snapshot s = base(); \
		change;                            \
		expect(&s, certainty, mistake);    \
	} while (0)

static void test_healthy(void **state)
{
	struct virtio_snapshot all[] = {healthy(), healthy_pci(), healthy_legacy()};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(all); i++) {
		struct diagnosis d = judged(&all[i]);

		for (unsigned c = 0; c < d.count; c++)
			assert_true(d.causes[c].certainty <= POSSIBLE);
		assert_true(names(&all[i], CAUSE_SLOW));
		/* Without VERSION_1 a device that gave up looks healthy. */
		assert_int_equal(names(&all[i], CAUSE_RING_MALFORMED), all[i].legacy);
	}
}

/* A device whose journal is too old to tell is not accused of what it does not say. */
static void test_incomplete_journal(void **state)
{
	struct virtio_snapshot all[] = {healthy(), healthy_pci(), healthy_legacy()};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(all); i++) {
		all[i].programmed = (struct virtio_programmed){0};
		assert_int_equal(judged(&all[i]).causes[0].certainty, POSSIBLE);
	}
}

static void test_bus(void **state)
{
	(void)state;
	CASE(healthy, s.status = 0xff, CERTAIN, CAUSE_GONE);
	CASE(healthy_pci, s.status = 0xff, CERTAIN, CAUSE_GONE);
	CASE(healthy_pci, s.pci_vendor = 0xffff; s.pci_command = 0xffff, CERTAIN, CAUSE_GONE);
	CASE(healthy_pci, s.status = 0xff; s.pci_command = 0x0404, CERTAIN, MISTAKE_DECODE);
	CASE(healthy_pci, s.status = 0xff; s.pci_bars[4] = 0x0c, CERTAIN, MISTAKE_DECODE);
	CASE(healthy_pci, s.pci_bars[4] = 0; s.pci_bars[0] = 1, CERTAIN, MISTAKE_DECODE);
	/* QEMU takes DRIVER_OK back. */
	CASE(healthy_pci, s.pci_command = 0x0402; s.status = 0x0b, CERTAIN, MISTAKE_BUS_MASTER);
	CASE(healthy, s.device_id_now = 0; s.status = 0, CERTAIN, MISTAKE_EMPTY_SLOT);
	CASE(healthy, s.programmed.narrow_name = "DeviceID"; s.programmed.narrow_width = 1;
		s.device_id_now = 0, CERTAIN, MISTAKE_ACCESS_WIDTH);
}

static void test_reset(void **state)
{
	(void)state;
	CASE(healthy, s.status = 0, CERTAIN, MISTAKE_SECOND_OWNER);
	CASE(healthy_pci, s.status = 0; s.device.ready = false, CERTAIN, MISTAKE_SECOND_OWNER);
	/* Also when it was the driver's own journal that the reset went through. */
	CASE(healthy, s.status = 0; memset(&s.programmed, 0, sizeof(s.programmed));
		s.programmed.complete = true;
		s.programmed.status = done(0), CERTAIN, MISTAKE_SECOND_OWNER);
	/* The driver went on with DRIVER_OK. */
	CASE(healthy, s.status = 0x04, CERTAIN, MISTAKE_SECOND_OWNER);
	/* A second probe that got as far. */
	CASE(healthy_pci, s.device.ready = false, CERTAIN, MISTAKE_SECOND_OWNER);
	/* libkrun's mmio says so of every queue of a running device. */
	CASE(healthy, s.device.ready = false, POSSIBLE, MISTAKE_SECOND_OWNER);
	CASE(healthy, s.device.ready = false; s.avail_event = 8; s.notified = false;
		s.used_idx = 8, CERTAIN, MISTAKE_DEADLINE);
	CASE(healthy_legacy, s.device.ready = false;
		s.device.pfn = 0, CERTAIN, MISTAKE_SECOND_OWNER);
	CASE(healthy_legacy, s.status = 0;
		s.programmed.pfn_zero = done(1), CERTAIN, MISTAKE_PFN_ZERO);
	CASE(healthy_legacy, s.device.ready = false; s.device.pfn = 0;
		s.programmed.pfn_zero = done(0), CERTAIN, MISTAKE_PFN_ZERO);
	CASE(healthy, s.has_queue = false;
		s.programmed.status = done(0), CERTAIN, CAUSE_RESET_UNENDING);
}

static void test_features(void **state)
{
	(void)state;
	CASE(refused, , LIKELY, CAUSE_FEATURES_REFUSED);
	CASE(refused, s.offered |= FEATURE(VIRTIO_F_ACCESS_PLATFORM), CERTAIN,
		MISTAKE_ACCESS_PLATFORM);
	CASE(refused, s.programmed.features = done(2), CERTAIN, MISTAKE_VERSION_1);
	CASE(healthy, s.programmed.features = done(2), CERTAIN, MISTAKE_VERSION_1);
	CASE(healthy_pci, s.programmed.complete = false; s.programmed.features.done = false;
		s.accepted = 2, CERTAIN, MISTAKE_VERSION_1);
	CASE(healthy, s.programmed.features = done(2);
		s.programmed.late_features = done(FEATURES), CERTAIN, MISTAKE_LATE_FEATURES);
	CASE(healthy, s.programmed.late_features = s.programmed.features, POSSIBLE, CAUSE_SLOW);
	/* ACCESS_PLATFORM that a device tolerates is not what is wrong. */
	CASE(healthy, s.offered |= FEATURE(VIRTIO_F_ACCESS_PLATFORM), POSSIBLE, CAUSE_SLOW);
}

static void test_queue_registers(void **state)
{
	(void)state;
	CASE(healthy_legacy, s.device.ready = false; s.device.pfn = 0;
		s.programmed.pfn.done = false; s.programmed.pfn.value = 0;
		s.programmed.enable = done(1), CERTAIN, MISTAKE_V2_REGISTERS_ON_V1);
	CASE(healthy, s.device.ready = false; s.programmed.enable.done = false;
		s.programmed.pfn = done(0x10), CERTAIN, MISTAKE_V1_REGISTERS_ON_V2);
	CASE(healthy, s.device.ready = false;
		s.programmed.pfn = done(0x10), CERTAIN, MISTAKE_V1_REGISTERS_ON_V2);
	CASE(healthy_pci, s.device.ready = false;
		s.programmed.enable = (struct written){0}, CERTAIN, MISTAKE_NOT_ENABLED);
	CASE(healthy_pci, s.device.ready = false; s.failure = ERR_REFUSED; s.in_flight = 0;
		s.chain_end = CHAIN_NONE, CERTAIN, MISTAKE_NOT_ENABLED);
	CASE(healthy_legacy, s.programmed.page_size.done = false, CERTAIN, MISTAKE_PAGE_SIZE);
	/* A device that refuses the ring for what goes before it, or for where it is. */
	CASE(healthy_legacy, s.programmed.page_size.done = false;
		s.device.ready = false, CERTAIN, MISTAKE_PAGE_SIZE);
	CASE(healthy_legacy, s.programmed.size.done = false;
		s.device.ready = false, CERTAIN, MISTAKE_QUEUE_SIZE);
	CASE(healthy_pci, s.device.ready = false; s.legacy = true; s.desc = 1ull << 44;
		s.pci_command = 7; s.failure = ERR_RANGE, CERTAIN, MISTAKE_PFN_TRUNCATED);
	CASE(healthy_legacy, s.programmed.page_size = done(512), CERTAIN, MISTAKE_PAGE_SIZE);
	CASE(healthy_legacy, s.device.pfn = 0x10000, CERTAIN, MISTAKE_PAGE_SIZE);
	CASE(healthy_legacy, s.desc += 1ull << 44;
		s.used += 1ull << 44, CERTAIN, MISTAKE_PFN_TRUNCATED);
	CASE(healthy_legacy, s.device.pfn = 0x99, CERTAIN, MISTAKE_RING_ADDRESS);
	CASE(healthy, s.programmed.size.done = false, CERTAIN, MISTAKE_QUEUE_SIZE);
	CASE(healthy, s.programmed.size = done(128), CERTAIN, MISTAKE_QUEUE_SIZE);
	CASE(healthy_pci, s.device.size = 128, CERTAIN, MISTAKE_QUEUE_SIZE);
	CASE(healthy_legacy, s.programmed.align = done(256), CERTAIN, MISTAKE_USED_OFFSET);
	CASE(healthy_legacy, s.programmed.align = done(0), CERTAIN, MISTAKE_USED_OFFSET);
	CASE(healthy_legacy, s.used = 0x10488;
		s.programmed.align.done = false, CERTAIN, MISTAKE_USED_OFFSET);
	CASE(healthy, s.programmed.desc = done(0xffff800000010000), CERTAIN, MISTAKE_RING_ADDRESS);
	CASE(healthy, s.programmed.used.done = false, CERTAIN, MISTAKE_RING_ADDRESS);
	CASE(healthy_pci, s.device.avail = 0x99000, CERTAIN, MISTAKE_RING_ADDRESS);
	CASE(healthy, s.ring_in_memory = false, CERTAIN, MISTAKE_RING_ADDRESS);
}

/* A ring that QEMU gave up on: the root is named, not that it gave up. */
static void test_ring(void **state)
{
	(void)state;
	CASE(healthy, s.status = 0x4f, LIKELY, CAUSE_RING_MALFORMED);
	CASE(healthy, s.status = 0x4f; s.response_written = true, LIKELY, CAUSE_RING_MALFORMED);
	CASE(healthy, s.status = 0x4f;
		s.chain[0].in_memory = false, CERTAIN, MISTAKE_BUFFER_ADDRESS);
	CASE(healthy, s.status = 0x4f; s.chain[1].len = 0, CERTAIN, MISTAKE_ZERO_LENGTH);
	CASE(healthy, s.chain[0].flags = VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_WRITE;
		s.chain[1].flags = 0, CERTAIN, MISTAKE_READABLE_AFTER_WRITABLE);
	CASE(healthy, s.chain_end = CHAIN_LOOPS, CERTAIN, MISTAKE_CHAIN);
	CASE(healthy, s.chain_end = CHAIN_NEXT_OUTSIDE, CERTAIN, MISTAKE_CHAIN);
	CASE(healthy, s.chain_end = CHAIN_HEAD_OUTSIDE; s.chain_count = 0;
		s.request_length = 0, CERTAIN, MISTAKE_CHAIN);
	CASE(healthy, s.avail_idx = 7 + 65, CERTAIN, MISTAKE_CHAIN);
	CASE(healthy, s.avail_idx = 7 + 2, CERTAIN, MISTAKE_CHAIN);
	CASE(healthy, s.in_flight = 65; s.avail_idx = 7 + 65, CERTAIN, MISTAKE_TOO_MANY);
	CASE(healthy, s.chain_end = CHAIN_TABLE_BAD, CERTAIN, MISTAKE_INDIRECT_TABLE);
	CASE(healthy, s.chain_end = CHAIN_TABLE_OUTSIDE, CERTAIN, MISTAKE_BUFFER_ADDRESS);
	CASE(healthy, s.request_length = 23, CERTAIN, MISTAKE_SHORT_REQUEST);
	CASE(healthy, s.avail_idx = 7; s.chain_end = CHAIN_NONE, CERTAIN, CAUSE_NOT_PUBLISHED);
	CASE(healthy, s.in_flight = 0; s.avail_idx = 7;
		s.chain_end = CHAIN_NONE, CERTAIN, CAUSE_NOT_PUBLISHED);
}

static void test_notification(void **state)
{
	(void)state;
	CASE(healthy, s.programmed.doorbell = done(1), CERTAIN, MISTAKE_DOORBELL);
	CASE(healthy_pci, s.programmed.doorbell_offset = 4, CERTAIN, MISTAKE_DOORBELL);
	CASE(healthy_pci, s.programmed.doorbell_offset = 4;
		s.device.notify_off = 1, POSSIBLE, CAUSE_SLOW);
	CASE(healthy, s.notified = false, CERTAIN, MISTAKE_MISSED_NOTIFICATION);
	CASE(healthy, s.notified = false; s.avail_event = 900, POSSIBLE, CAUSE_SLOW);
	CASE(healthy, s.notified = false; s.avail_event = 900;
		s.accepted &= ~FEATURE(VIRTIO_F_EVENT_IDX), CERTAIN, MISTAKE_MISSED_NOTIFICATION);
	CASE(healthy, s.notified = false; s.used_flags = VIRTQ_USED_F_NO_NOTIFY;
		s.accepted &= ~FEATURE(VIRTIO_F_EVENT_IDX), POSSIBLE, CAUSE_SLOW);
}

static void test_answer(void **state)
{
	(void)state;
	CASE(healthy, s.used_idx = 8, CERTAIN, MISTAKE_DEADLINE);
	CASE(healthy, s.failure = ERR_PROTOCOL; s.used_idx = 99, CERTAIN, CAUSE_DEVICE_BROKE_RING);
	CASE(healthy_legacy, s.used_elsewhere = 0x10500;
		s.response_written = true, CERTAIN, MISTAKE_USED_OFFSET);
	/* Where its QueueAlign is known, the used ring is where that puts it. */
	CASE(healthy_legacy, s.response_written = true, LIKELY, MISTAKE_CACHES);
	CASE(healthy_legacy, s.response_written = true; s.programmed.complete = false;
		s.programmed.align.done = false, LIKELY, MISTAKE_USED_OFFSET);
	CASE(healthy, s.coherence = COHERENCE_NO, LIKELY, MISTAKE_CACHES);
	CASE(healthy_packed, s.coherence = COHERENCE_NO, LIKELY, MISTAKE_CACHES);
	CASE(healthy, s.coherence = COHERENCE_NO; s.uncached = true, POSSIBLE, CAUSE_SLOW);
	CASE(healthy, s.coherence = COHERENCE_YES, POSSIBLE, CAUSE_SLOW);
	CASE(healthy, s.uncached = true, POSSIBLE, CAUSE_SLOW);
	/* An IOMMU that lets the first request through does not stop the next. */
	CASE(healthy, s.programmed.features.value |= FEATURE(VIRTIO_F_ACCESS_PLATFORM);
		s.used_idx = s.used_idx_seen = 0; s.avail_idx = 1, POSSIBLE, CAUSE_IOMMU);
	CASE(healthy, s.programmed.features.value |= FEATURE(VIRTIO_F_ACCESS_PLATFORM), POSSIBLE,
		CAUSE_SLOW);
	CASE(healthy, s.response_written = true, LIKELY, MISTAKE_CACHES);
	CASE(healthy, s.interrupt_status = 1; s.used_idx = s.used_idx_seen = 0; s.avail_idx = 1;
		s.avail_event = 0, LIKELY, MISTAKE_CACHES);
	CASE(healthy, s.interrupt_status = 1, POSSIBLE, MISTAKE_CACHES);
}

static void test_packed(void **state)
{
	struct virtio_snapshot answered = healthy_packed();
	struct diagnosis d;

	(void)state;
	CASE(healthy_packed, (void)0, POSSIBLE, CAUSE_SLOW);
	CASE(healthy_packed, s.chain_end = CHAIN_NONE, CERTAIN, CAUSE_NOT_PUBLISHED);
	CASE(healthy_packed, s.in_flight = 0, CERTAIN, CAUSE_NOT_PUBLISHED);
	CASE(healthy_packed, s.in_flight = 65, CERTAIN, MISTAKE_TOO_MANY);
	CASE(healthy_packed, s.chain_end = CHAIN_OVERWRITTEN, CERTAIN, CAUSE_DEVICE_BROKE_RING);
	CASE(healthy_packed, s.chain_end = CHAIN_OVERWRITTEN;
		s.in_flight = 2, POSSIBLE, CAUSE_SLOW);
	CASE(healthy_packed, s.notified = false, CERTAIN, MISTAKE_MISSED_NOTIFICATION);
	CASE(healthy_packed, s.notified = false;
		s.at.device.place.offset = 62, POSSIBLE, CAUSE_SLOW);
	CASE(healthy_packed, s.notified = false;
		s.at.device.flags = RING_EVENT_FLAGS_DISABLE, POSSIBLE, CAUSE_SLOW);
	CASE(healthy_packed, s.used_idx = 8, CERTAIN, MISTAKE_DEADLINE);
	CASE(healthy_packed, s.failure = ERR_PROTOCOL, CERTAIN, CAUSE_DEVICE_BROKE_RING);
	CASE(healthy_packed, s.interrupt_status = 1, POSSIBLE, MISTAKE_CACHES);
	CASE(healthy_packed, s.response_written = true, LIKELY, MISTAKE_CACHES);
	CASE(healthy_packed, s.programmed.doorbell = done(1), CERTAIN, MISTAKE_DOORBELL);
	/* With NOTIFICATION_DATA there is a place above the index. */
	CASE(healthy_packed, s.programmed.doorbell = done(0x80020000), CERTAIN, MISTAKE_DOORBELL);
	CASE(healthy_packed, s.programmed.doorbell = done(0x80020000);
		s.accepted |= FEATURE(VIRTIO_F_NOTIFICATION_DATA), POSSIBLE, CAUSE_SLOW);
	answered.response_written = true;
	d = judged(&answered);
	assert_string_equal(d.causes[0].evidence,
		"the response is there, the descriptor at 62 (wrap 1), flags 0x81, is not used");
}

static void test_not_running(void **state)
{
	(void)state;
	CASE(healthy, s.status = 0x0b, LIKELY, CAUSE_NOT_RUNNING);
	CASE(healthy, s.has_queue = false; s.failure = ERR_REFUSED;
		s.status = 0x0b, LIKELY, CAUSE_NOT_RUNNING);
}

/* A queue that a device sets up already: somebody was here before. */
static void test_setup(void **state)
{
	(void)state;
	CASE(healthy, s.failure = ERR_PROTOCOL; s.in_flight = 0; s.avail_idx = s.used_idx;
		s.chain_end = CHAIN_NONE; s.programmed.complete = false;
		s.programmed.status = done(0x0b); s.status = 0x0b, LIKELY, MISTAKE_SECOND_OWNER);
	CASE(healthy_pci, s.failure = ERR_PROTOCOL; s.in_flight = 0; s.avail_idx = s.used_idx;
		s.chain_end = CHAIN_NONE; s.device.ready = false, LIKELY, MISTAKE_NOT_ENABLED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_healthy),
		cmocka_unit_test(test_incomplete_journal),
		cmocka_unit_test(test_bus),
		cmocka_unit_test(test_reset),
		cmocka_unit_test(test_features),
		cmocka_unit_test(test_queue_registers),
		cmocka_unit_test(test_ring),
		cmocka_unit_test(test_notification),
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_packed),
		cmocka_unit_test(test_not_running),
		cmocka_unit_test(test_setup),
	};

	return cmocka_run_group_tests_name("diagnose", tests, NULL, NULL);
}
