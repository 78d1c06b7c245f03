/* SPDX-License-Identifier: BSD-2-Clause */
/* In: journals of register accesses. Out: whether what the driver told the device is told. */
#include "host.h"

#include <string.h>

#include "virtio/snapshot.h"

static struct io_journal journal;

static int setup(void **state)
{
	host_reset(state);
	memset(&journal, 0, sizeof(journal));
	return 0;
}

static void add(struct io_access access)
{
	journal.access[journal.next++ % IO_JOURNAL_SIZE] = access;
}

static void put(const char *name, uint64_t value)
{
	add((struct io_access){.name = name, .value = value, .width = 4, .write = true});
}

#define assert_written(w, expected)                      \
	do {                                             \
		assert_true((w).done);                   \
		assert_int_equal((w).value, (expected)); \
	} while (0)

/* Both versions of mmio: two queues are set up, the one that is asked for counts. */
static void test_mmio(void **state)
{
	struct virtio_programmed p;

	(void)state;
	put("Status", 0);
	put("DriverFeaturesSel", 1);
	put("DriverFeatures", 1);
	put("DriverFeaturesSel", 0);
	put("DriverFeatures", 0x30000002);
	put("GuestPageSize", 4096);
	put("Status", 0x0b);
	for (uint32_t i = 0; i < 2; i++) {
		put("QueueSel", i);
		put("QueueSize", 64 + i);
		put("QueueAlign", 4096 + i);
		put("QueueDescLow", 0x1000 + i);
		put("QueueDescHigh", 7 + i);
		put("QueueDriverLow", 0x2000 + i);
		put("QueueDriverHigh", 8 + i);
		put("QueueDeviceLow", 0x3000 + i);
		put("QueueDeviceHigh", 9 + i);
		put("QueuePFN", 0x12345 + i);
		put("QueueReady", 1 + i);
	}
	put("Status", 0x0f);
	put("QueueNotify", 1);
	p = virtio_programmed_of(&journal, 0);
	assert_true(p.complete);
	assert_written(p.size, 64);
	assert_written(p.align, 4096);
	assert_written(p.desc, 0x700001000);
	assert_written(p.avail, 0x800002000);
	assert_written(p.used, 0x900003000);
	assert_written(p.pfn, 0x12345);
	assert_written(p.enable, 1);
	assert_written(p.page_size, 4096);
	assert_written(p.features, 0x130000002);
	assert_written(p.status, 0x0f);
	assert_written(p.doorbell, 1);
	assert_false(p.late_features.done);
	assert_false(p.pfn_zero.done);
	assert_null(p.narrow_name);
	p = virtio_programmed_of(&journal, 1);
	assert_written(p.size, 65);
	assert_written(p.desc, 0x800001001);
	assert_false(virtio_programmed_of(&journal, 2).size.done);
}

static void test_pci(void **state)
{
	struct virtio_programmed p;

	(void)state;
	put("device_status", 0);
	put("driver_feature_select", 1);
	put("driver_feature", 1);
	put("queue_select", 1);
	put("queue_size", 16);
	put("queue_desc_low", 0x1000);
	put("queue_desc_high", 1);
	put("queue_driver_low", 0x2000);
	put("queue_device_high", 2);
	put("queue_enable", 1);
	add((struct io_access){"notify", 0x14, 1, 0, 2, true});
	add((struct io_access){"ISR", 0, 1, 0, 1, false});
	p = virtio_programmed_of(&journal, 1);
	assert_written(p.features, 0x100000000);
	assert_written(p.size, 16);
	assert_written(p.desc, 0x100001000);
	assert_written(p.avail, 0x2000);
	assert_written(p.used, 0x200000000);
	assert_written(p.enable, 1);
	assert_written(p.doorbell, 1);
	assert_int_equal(p.doorbell_offset, 0x14);
	assert_null(p.narrow_name);
}

static void test_pci_legacy(void **state)
{
	struct virtio_programmed p;

	(void)state;
	put("device_status", 0);
	put("driver_features", 0x30000002);
	put("queue_select", 0);
	put("queue_address", 0x42);
	put("queue_notify", 0);
	p = virtio_programmed_of(&journal, 0);
	assert_written(p.features, 0x30000002);
	assert_written(p.pfn, 0x42);
	assert_written(p.doorbell, 0);
}

static void test_late_features(void **state)
{
	struct virtio_programmed p;

	(void)state;
	put("Status", 0);
	put("DriverFeatures", 2);
	put("Status", 0x0b);
	put("DriverFeaturesSel", 1);
	put("DriverFeatures", 1);
	p = virtio_programmed_of(&journal, 0);
	assert_written(p.features, 2);
	assert_written(p.late_features, 0x100000002);
}

static void test_pfn_zero(void **state)
{
	struct virtio_programmed p;

	(void)state;
	put("Status", 0);
	put("QueueSel", 0);
	put("QueuePFN", 0x42);
	put("QueueSel", 3);
	put("QueuePFN", 0);
	p = virtio_programmed_of(&journal, 0);
	assert_written(p.pfn_zero, 3);
	assert_written(p.pfn, 0x42);
}

/* Reads say nothing, and a reset takes back what was said. */
static void test_reset(void **state)
{
	struct virtio_programmed p;

	(void)state;
	put("QueueSel", 0);
	put("QueueSize", 64);
	put("Status", 0x0b);
	put("DriverFeatures", 2);
	put("Status", 0);
	add((struct io_access){"GuestPageSize", 0x28, 4096, 0, 4, false});
	put("DriverFeatures", 4);
	p = virtio_programmed_of(&journal, 0);
	assert_false(p.size.done);
	assert_false(p.late_features.done);
	assert_false(p.page_size.done);
	assert_written(p.features, 4);
	assert_written(p.status, 0);
}

static void test_narrow(void **state)
{
	struct virtio_programmed p;

	(void)state;
	put("Status", 0);
	add((struct io_access){"QueueNum", 0x100, 1, 0, 1, false});
	assert_null(virtio_programmed_of(&journal, 0).narrow_name);
	add((struct io_access){"DeviceFeatures", 0x10, 0, 0, 2, false});
	p = virtio_programmed_of(&journal, 0);
	assert_string_equal(p.narrow_name, "DeviceFeatures");
	assert_int_equal(p.narrow_width, 2);
	add((struct io_access){"QueueDescLow", 0x80, 0, 0, 8, true});
	assert_int_equal(virtio_programmed_of(&journal, 0).narrow_width, 8);
}

/* The oldest entries are lost: what is not there may have been written, until a reset is seen. */
static void test_incomplete(void **state)
{
	struct virtio_programmed p;

	(void)state;
	assert_false(virtio_programmed_of(&journal, 0).complete);
	put("QueueSize", 64);
	assert_true(virtio_programmed_of(&journal, 0).size.done);
	for (unsigned i = 1; i < IO_JOURNAL_SIZE; i++)
		put("QueueNotify", i);
	assert_true(virtio_programmed_of(&journal, 0).complete);
	put("QueueSize", 32);
	p = virtio_programmed_of(&journal, 0);
	assert_false(p.complete);
	assert_false(p.size.done);
	assert_written(p.doorbell, IO_JOURNAL_SIZE - 1);
	put("Status", 0);
	put("QueueSize", 16);
	p = virtio_programmed_of(&journal, 0);
	assert_true(p.complete);
	assert_written(p.size, 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_mmio, setup),
		cmocka_unit_test_setup(test_pci, setup),
		cmocka_unit_test_setup(test_pci_legacy, setup),
		cmocka_unit_test_setup(test_late_features, setup),
		cmocka_unit_test_setup(test_pfn_zero, setup),
		cmocka_unit_test_setup(test_reset, setup),
		cmocka_unit_test_setup(test_narrow, setup),
		cmocka_unit_test_setup(test_incomplete, setup),
	};

	return cmocka_run_group_tests_name("programmed", tests, NULL, NULL);
}
