/* SPDX-License-Identifier: BSD-2-Clause */
/* In: snapshots of silent queues, each with one thing wrong. Out: whether the cause is named. */
#include "host.h"

#include <string.h>

#include "virtio/device.h"
#include "virtio/diagnose.h"

/* A queue with one request in flight on which nothing is wrong to be seen. */
static struct queue_snapshot healthy(void)
{
	return (struct queue_snapshot){
		.transport = "test",
		.status = 0x0f,
		.offered = 0x130000002,
		.features = 0x130000002,
		.device = {.size_max = 64, .ready = true},
		.size = 64,
		.desc = 0x1000,
		.avail = 0x1400,
		.used = 0x2000,
		.avail_idx = 8,
		.used_idx = 7,
		.used_idx_seen = 7,
		.in_flight = 1,
		.notifications = 8,
	};
}

static struct queue_snapshot healthy_legacy(void)
{
	struct queue_snapshot s = healthy();

	s.legacy = true;
	s.status = 0x07;
	s.features = 0x30000002;
	s.device.pfn = 1;
	return s;
}

static struct queue_snapshot healthy_pci(void)
{
	struct queue_snapshot s = healthy();

	s.is_pci = true;
	s.pci_command = 0x0406;
	s.device.size = 64;
	s.device.desc = s.desc;
	s.device.avail = s.avail;
	s.device.used = s.used;
	return s;
}

/* The first cause: how certain, and a part of its text. */
static struct queue_diagnosis expect(const struct queue_snapshot *s, enum status status,
	enum certainty certainty, const char *what)
{
	struct queue_diagnosis d = diagnose(s);

	assert_int_equal(d.status, status);
	assert_in_range(d.count, 1, QUEUE_MAX_CAUSES);
	for (unsigned i = 1; i < d.count; i++)
		assert_true(d.causes[i].certainty <= d.causes[i - 1].certainty);
	for (unsigned i = 0; i < d.count; i++) {
		assert_true(d.causes[i].what[0]);
		assert_true(d.causes[i].evidence[0]);
	}
	assert_int_equal(d.causes[0].certainty, certainty);
	if (!strstr(d.causes[0].what, what))
		fail_msg("'%s', expected '%s'", d.causes[0].what, what);
	return d;
}

static void test_device_gone(void **state)
{
	struct queue_snapshot s = healthy();

	(void)state;
	s.status = 0xff;
	assert_int_equal(expect(&s, ERR_GONE, CERTAIN, "left the bus").count, 1);
}

static void test_device_reset(void **state)
{
	struct queue_snapshot s = healthy();

	(void)state;
	s.status = 0;
	assert_int_equal(
		expect(&s, ERR_TIMEOUT, CERTAIN, "reset behind the driver's back").count, 1);
}

static void test_needs_reset(void **state)
{
	struct queue_snapshot s = healthy();

	(void)state;
	s.status = 0x4f;
	assert_int_equal(expect(&s, ERR_NEEDS_RESET, CERTAIN, "found the ring malformed").count, 1);
}

static void test_features_not_agreed(void **state)
{
	struct queue_snapshot s = healthy(), l = healthy_legacy();

	(void)state;
	s.status = 0x07;
	expect(&s, ERR_TIMEOUT, CERTAIN, "features were never agreed on");
	/* A legacy device has no FEATURES_OK: nothing is certain here. */
	expect(&l, ERR_TIMEOUT, POSSIBLE, "shorter than the device's header");
}

static void test_no_driver_ok(void **state)
{
	struct queue_snapshot s = healthy();

	(void)state;
	s.status = 0x0b;
	expect(&s, ERR_TIMEOUT, CERTAIN, "the device does not run");
}

/* QEMU takes DRIVER_OK back when bus mastering goes: only the cause is named. */
static void test_no_bus_master(void **state)
{
	struct queue_snapshot s = healthy_pci();

	(void)state;
	s.status = 0x0b;
	s.pci_command = 0x0402;
	assert_int_equal(expect(&s, ERR_TIMEOUT, CERTAIN, "bus mastering is off").count, 1);
}

static void test_queue_not_enabled(void **state)
{
	struct queue_snapshot s = healthy();

	(void)state;
	s.device.ready = false;
	expect(&s, ERR_TIMEOUT, CERTAIN, "the queue is not enabled");
}

/* What version 2 queue registers, written on a version 1 device, come to. */
static void test_legacy_queue_without_address(void **state)
{
	struct queue_snapshot s = healthy_legacy();

	(void)state;
	s.device.ready = false;
	s.device.pfn = 0;
	expect(&s, ERR_TIMEOUT, CERTAIN, "version 2 queue registers");
}

static void test_legacy_queue_elsewhere(void **state)
{
	struct queue_snapshot s = healthy_legacy();

	(void)state;
	s.device.pfn = 0x1000;
	expect(&s, ERR_TIMEOUT, CERTAIN, "the ring at another address");
}

static void test_ring_elsewhere(void **state)
{
	struct queue_snapshot s = healthy_pci();

	(void)state;
	s.device.desc = 0x9000;
	expect(&s, ERR_TIMEOUT, CERTAIN, "the ring at another address");
}

static void test_other_size(void **state)
{
	struct queue_snapshot s = healthy_pci();

	(void)state;
	s.device.size = 256;
	expect(&s, ERR_TIMEOUT, CERTAIN, "another queue size");
}

static void test_late_answer(void **state)
{
	struct queue_snapshot s = healthy();

	(void)state;
	s.used_idx = 8;
	expect(&s, ERR_TIMEOUT, CERTAIN, "the answer came after the deadline");
	/* Also across the wrap, and whatever the interrupt status says. */
	s.used_idx = 0;
	s.used_idx_seen = 0xffff;
	s.avail_idx = 0;
	s.interrupt_status = 1;
	expect(&s, ERR_TIMEOUT, CERTAIN, "the answer came after the deadline");
}

static void test_used_elsewhere(void **state)
{
	struct queue_snapshot s = healthy();

	(void)state;
	s.interrupt_status = 1;
	expect(&s, ERR_TIMEOUT, LIKELY, "where the driver does not look");
	/* A configuration change says nothing about queues. */
	s.interrupt_status = 2;
	expect(&s, ERR_TIMEOUT, POSSIBLE, "");
}

static void test_nothing_asked(void **state)
{
	struct queue_snapshot s = healthy();

	(void)state;
	s.in_flight = 0;
	expect(&s, ERR_TIMEOUT, CERTAIN, "nothing was asked");
}

static void test_never_published(void **state)
{
	struct queue_snapshot s = healthy();

	(void)state;
	s.avail_idx = 7;
	expect(&s, ERR_TIMEOUT, CERTAIN, "never published");
}

static void test_never_notified(void **state)
{
	struct queue_snapshot s = healthy();

	(void)state;
	s.notifications = 0;
	expect(&s, ERR_TIMEOUT, LIKELY, "never notified");
}

/* When all looks well, what is left is named as possible; without VERSION_1 there is more of it. */
static void test_all_healthy(void **state)
{
	struct queue_snapshot s = healthy(), l = healthy_legacy(), p = healthy_pci();
	struct queue_diagnosis with = expect(&s, ERR_TIMEOUT, POSSIBLE, "");
	struct queue_diagnosis without = expect(&l, ERR_TIMEOUT, POSSIBLE, "");

	(void)state;
	assert_int_equal(without.count, with.count + 1);
	expect(&p, ERR_TIMEOUT, POSSIBLE, "");
}

/* Everything wrong at once: as many causes as fit, the certain ones first. */
static void test_everything_wrong(void **state)
{
	struct queue_snapshot s = {.transport = "test", .is_pci = true, .status = 0x03};
	struct queue_diagnosis d;

	(void)state;
	s.device.size = 3;
	s.device.desc = 5;
	s.interrupt_status = 1;
	d = expect(&s, ERR_TIMEOUT, CERTAIN, "");
	assert_true(d.count >= 6);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_device_gone),
		cmocka_unit_test(test_device_reset),
		cmocka_unit_test(test_needs_reset),
		cmocka_unit_test(test_features_not_agreed),
		cmocka_unit_test(test_no_driver_ok),
		cmocka_unit_test(test_no_bus_master),
		cmocka_unit_test(test_queue_not_enabled),
		cmocka_unit_test(test_legacy_queue_without_address),
		cmocka_unit_test(test_legacy_queue_elsewhere),
		cmocka_unit_test(test_ring_elsewhere),
		cmocka_unit_test(test_other_size),
		cmocka_unit_test(test_late_answer),
		cmocka_unit_test(test_used_elsewhere),
		cmocka_unit_test(test_nothing_asked),
		cmocka_unit_test(test_never_published),
		cmocka_unit_test(test_never_notified),
		cmocka_unit_test(test_all_healthy),
		cmocka_unit_test(test_everything_wrong),
	};

	return cmocka_run_group_tests_name("diagnose", tests, NULL, NULL);
}
