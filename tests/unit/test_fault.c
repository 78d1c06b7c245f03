/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of faults, and where they may be installed. What they do: tests/qtest, tests/model. */
#include "gpu/fault.h"

#include "gpu/fault_operations.h"
#include "host.h"

#include <string.h>

static unsigned count(void)
{
	unsigned n = 0;

	while (faults[n].name)
		n++;
	return n;
}

static void test_table(void **state)
{
	bool made[MISTAKE_LAST + 1] = {false};
	unsigned different = 0;

	(void)state;
	for (unsigned i = 0; i < count(); i++) {
		const struct fault *f = &faults[i];

		assert_in_range(f->mistake, 1, MISTAKE_LAST);
		assert_true(f->transports && !(f->transports & ~(unsigned)FAULT_ALL));
		assert_non_null(f->operations);
		assert_true(strlen(f->name) <= 32); /* as far as suggestions go */
		assert_true(strlen(f->line) <= 72);
		assert_ptr_equal(fault_find(f->name), f);
		/* In the order of the mistakes, each operations table once. */
		assert_true(!i || f->mistake >= f[-1].mistake);
		for (unsigned j = 0; j < i; j++)
			assert_ptr_not_equal(faults[j].operations, f->operations);
		different += !made[f->mistake];
		made[f->mistake] = true;
	}
	/* 42 and 43 cannot be made, or leave nothing to be seen. */
	assert_int_equal(different, MISTAKE_LAST - 2);
}

/* Each replaces something. */
static void test_operations(void **state)
{
	static const struct fault_operations nothing;

	(void)state;
	for (const struct fault *f = faults; f->name; f++)
		assert_memory_not_equal(f->operations, &nothing, sizeof(nothing));
}

static void test_find(void **state)
{
	(void)state;
	assert_null(fault_find(""));
	assert_null(fault_find("no-such-fault"));
	assert_null(fault_find("zero-lengt"));
	assert_string_equal(fault_find("zero-length")->name, "zero-length");
}

static uint64_t offered(struct virtio_device *dev)
{
	(void)dev;
	return FEATURE(VIRTIO_F_VERSION_1) | FEATURE(VIRTIO_F_INDIRECT_DESC);
}

static const struct virtio_transport modern = {.name = "modern", .read_features = offered};
static const struct virtio_transport legacy = {
	.name = "legacy", .legacy = true, .read_features = offered};

/* On each transport the fault may be installed exactly where it says so. */
static void install_where(
	unsigned where, const struct virtio_transport *transport, struct pci_device *pci)
{
	for (const struct fault *f = faults; f->name; f++) {
		struct virtio_device dev = {.name = "dev", .transport = transport, .pci = pci};
		struct fault_state fault = {.at = 7};
		enum status status;

		if (f->operations->install)
			continue; /* these want a device */
		status = fault_install(&fault, f, 2, &dev);
		if (!(f->transports & where)) {
			assert_int_equal(status, ERR_UNSUPPORTED);
			assert_ptr_equal(dev.transport, transport);
			assert_int_equal(fault.at, 7);
			continue;
		}
		assert_int_equal(status, OK);
		assert_ptr_equal(dev.transport, &fault.transport);
		assert_ptr_equal(fault.real, transport);
		assert_ptr_equal(fault_state_of(&dev), &fault);
		assert_string_equal(dev.transport->name, transport->name);
		assert_int_equal(dev.transport->legacy, transport->legacy);
		assert_int_equal(fault.at, 2);
	}
}

static void test_install(void **state)
{
	struct pci_device pci = {0};

	(void)state;
	install_where(FAULT_MMIO, &modern, NULL);
	install_where(FAULT_MMIO_LEGACY, &legacy, NULL);
	install_where(FAULT_PCI, &modern, &pci);
	install_where(0, &legacy, &pci);
	assert_true(host_logged("dev: fault: zero-length is on"));
	assert_true(host_logged("dev: error: fault: pfn-zero cannot be made on modern"));
}

static void test_hidden_feature(void **state)
{
	struct virtio_device dev = {.name = "dev", .transport = &modern};
	struct fault_state fault;

	(void)state;
	assert_int_equal(fault_install(&fault, fault_find("zero-length"), 0, &dev), OK);
	assert_int_equal(dev.transport->read_features(&dev), FEATURE(VIRTIO_F_VERSION_1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_table, host_reset),
		cmocka_unit_test_setup(test_operations, host_reset),
		cmocka_unit_test_setup(test_find, host_reset),
		cmocka_unit_test_setup(test_install, host_reset),
		cmocka_unit_test_setup(test_hidden_feature, host_reset),
	};

	return cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
