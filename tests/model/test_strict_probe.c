/* SPDX-License-Identifier: BSD-2-Clause */
/* In: windows and functions that are no device, or not ours. Out: whether they are left alone. */
#include "bench.h"

#include "model_pci.h"
#include "virtio/pci.h"

static struct bench bench;
static struct bench *const b = &bench;

static void start(enum model_transport transport, const struct model_type *type)
{
	host_reset(NULL);
	bench_open(b, transport, type);
}

static void expect_none(unsigned refused, uint64_t accesses)
{
	bench_find(b);
	model_check(&b->model);
	assert_null(b->dev);
	assert_int_equal(b->found.refused, refused);
	assert_int_equal(b->model.accesses, accesses);
	bench_close(b);
}

static void test_mmio_wrong_magic(void **state)
{
	(void)state;
	start(MODEL_MMIO, &model_type_gpu);
	b->model.mmio_magic = 0x74726977;
	expect_none(0, 1);
	bench_expect_line("magic value: 0x74726977");
}

/* §4.2.2.2: ignored, without reporting an error. */
static void test_mmio_empty_slot(void **state)
{
	static const struct model_type empty = {.device_id = 0};

	(void)state;
	start(MODEL_MMIO, &empty);
	expect_none(0, 3);
	assert_false(host_logged("error"));
}

static void test_mmio_versions(void **state)
{
	static const uint32_t versions[] = {0, 3, 4, 0x80000001};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(versions); i++) {
		start(MODEL_MMIO, &model_type_gpu);
		b->model.mmio_version = versions[i];
		expect_none(1, 3);
		bench_expect_line(versions[i] == 3 ? "not published yet" : "is unknown");
	}
}

static bool nobody(uint32_t device_id)
{
	(void)device_id;
	return false;
}

/* A device of another type is looked at and not touched. */
static void test_devices_of_other_types(void **state)
{
	(void)state;
	for (enum model_transport t = MODEL_MMIO; t <= MODEL_PCI_LEGACY; t++) {
		start(t, &model_type_entropy);
		for (unsigned i = 0; i < b->machine.pci_host_count; i++)
			assert_int_equal(pci_scan(&b->tree, &b->machine.pci_hosts[i]), OK);
		virtio_find(&b->found, &b->machine, &b->tree, nobody, &b->memory.pool, 1000);
		model_check(&b->model);
		assert_int_equal(b->found.count, 0);
		assert_int_equal(b->model.status, MODEL_ACKNOWLEDGE | MODEL_DRIVER);
		assert_true(!b->model.pci || !(b->model.pci->config[4] & 7));
		bench_expect_line("left alone: entropy device");
		bench_close(b);
	}
}

/* §4.1.2.2: every id of the range, with any revision. */
static void test_pci_ids(void **state)
{
	struct pci_device pci = {.vendor_id = 0x1af4, .revision = 7};

	(void)state;
	host_reset(NULL);
	for (unsigned id = 0x1040; id <= 0x107f; id++) {
		pci.device_id = (uint16_t)id;
		assert_int_equal(virtio_pci_device_type(&pci), id - 0x1040);
	}
	pci.device_id = 0x1080;
	assert_int_equal(virtio_pci_device_type(&pci), 0);
	pci.device_id = 0x0fff;
	assert_int_equal(virtio_pci_device_type(&pci), 0);
	pci.device_id = 0x1050;
	pci.vendor_id = 0x1af5;
	assert_int_equal(virtio_pci_device_type(&pci), 0);
}

static void test_pci_revision_0(void **state)
{
	(void)state;
	start(MODEL_PCI, &model_type_gpu);
	model_pci_put(&b->model, 0x08, 1, 0);
	bench_find(b);
	assert_non_null(b->dev);
	bench_expect(b, bench_show(b), OK);
	bench_end(b);
}

/* §4.1.4.1: cap_len may be larger than what is known of it. */
static void test_pci_long_capabilities(void **state)
{
	static const uint8_t caps[] = {MODEL_CAP_DEVICE, MODEL_CAP_COMMON, MODEL_CAP_ISR};

	(void)state;
	start(MODEL_PCI, &model_type_gpu);
	for (unsigned i = 0; i < ARRAY_SIZE(caps); i++)
		model_pci_put(&b->model, caps[i] + 2u, 1, 0x40);
	bench_find(b);
	assert_non_null(b->dev);
	bench_expect(b, bench_show(b), OK);
	bench_expect(b, bench_stop(b), OK);
	bench_close(b);
}

/* §4.1.4.7: a region of 64 bits is named, whole. */
static void test_pci_shared_memory(void **state)
{
	(void)state;
	start(MODEL_PCI, &model_type_gpu);
	model_pci_put(&b->model, MODEL_CAP_VENDOR + 3, 1, 8);
	model_pci_put(&b->model, MODEL_CAP_VENDOR + 4, 2, 4 | 1 << 8);
	model_pci_put(&b->model, MODEL_CAP_VENDOR + 8, 4, 0x1000);
	model_pci_put(&b->model, MODEL_CAP_VENDOR + 12, 4, 0x10000000);
	model_pci_put(&b->model, MODEL_CAP_VENDOR + 16, 4, 1);
	model_pci_put(&b->model, MODEL_CAP_VENDOR + 20, 4, 2);
	bench_find(b);
	bench_expect_line("shared memory region 1: bar 4 offset 0x100001000 length 0x210000000");
	bench_expect(b, bench_show(b), OK);
	bench_end(b);
	/* One that is too short for 64 bits is no region. */
	start(MODEL_PCI, &model_type_gpu);
	model_pci_put(&b->model, MODEL_CAP_VENDOR + 2, 2, 16 | 8 << 8);
	bench_find(b);
	assert_false(host_logged("shared memory region"));
	bench_close(b);
	/* Nor is one in a reserved BAR (§4.1.4.1). */
	start(MODEL_PCI, &model_type_gpu);
	model_pci_put(&b->model, MODEL_CAP_VENDOR + 3, 1, 8);
	model_pci_put(&b->model, MODEL_CAP_VENDOR + 4, 2, 6 | 1 << 8);
	model_pci_put(&b->model, MODEL_CAP_VENDOR + 12, 4, 0x1000);
	bench_find(b);
	assert_false(host_logged("shared memory region"));
	assert_int_equal(b->dev->shared_size, 0);
	bench_close(b);
	/* Nor is one whose last words would lie behind what capabilities have. */
	start(MODEL_PCI, &model_type_gpu);
	model_pci_put(&b->model, MODEL_CAP_VENDOR + 1, 2, 0xec | 20 << 8);
	model_pci_put(&b->model, 0xec, 4, 9 | 24 << 16 | 8 << 24);
	model_pci_put(&b->model, 0xec + 4, 4, 4 | 1 << 8);
	bench_find(b);
	bench_expect_line("the 24 bytes of that at 0xec do not fit");
	assert_false(host_logged("shared memory region"));
	bench_expect(b, bench_show(b), OK);
	bench_expect(b, bench_stop(b), OK);
	bench_close(b);
}

/* A modern device that does not offer VERSION_1 is refused, with FAILED (§2.2.1, §3.1.1). */
static void test_no_version_1(void **state)
{
	(void)state;
	start(MODEL_MMIO, &model_type_gpu);
	b->model.offered &= ~(1ull << 32);
	bench_find(b);
	bench_expect(b, bench_show(b), ERR_UNSUPPORTED);
	bench_expect_line("does not offer VERSION_1");
	bench_expect_clean(b);
	bench_close(b);
}

/* Each of a machine's devices is found once, in the order of the tables. */
static void test_two_devices(void **state)
{
	struct model second;

	(void)state;
	start(MODEL_MMIO, &model_type_gpu);
	model_open(&second, MODEL_MMIO_LEGACY, &model_type_entropy, &b->memory, &b->machine);
	bench_find(b);
	assert_int_equal(b->found.count, 2);
	assert_int_equal(b->found.devices[1].device_id, 4);
	bench_expect(b, entropy_prove(&b->found.devices[1], FEATURES_OF_QUEUES), OK);
	bench_expect(b, bench_show(b), OK);
	bench_expect(b, bench_stop(b), OK);
	bench_expect_clean(b);
	model_check(&second);
	model_close(&second);
	bench_close(b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mmio_wrong_magic),
		cmocka_unit_test(test_mmio_empty_slot),
		cmocka_unit_test(test_mmio_versions),
		cmocka_unit_test(test_devices_of_other_types),
		cmocka_unit_test(test_pci_ids),
		cmocka_unit_test(test_pci_revision_0),
		cmocka_unit_test(test_pci_long_capabilities),
		cmocka_unit_test(test_pci_shared_memory),
		cmocka_unit_test(test_no_version_1),
		cmocka_unit_test(test_two_devices),
	};

	return cmocka_run_group_tests_name("strict_probe", tests, NULL, bench_teardown);
}
