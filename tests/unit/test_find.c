/* SPDX-License-Identifier: BSD-2-Clause */
/* In: machines with virtio-mmio windows and PCI functions. Out: whether what is wanted is found,
 * the rest left alone by its name, and what cannot be used counted. */
#include "fake_pci.h"
#include "virtio/find.h"

#include <string.h>

#define BASE     0xa000000u
#define DISTANCE 0x200u
#define GPU      16u
#define CONSOLE  3u
#define WINDOWS  40u

static struct fake_pci bus;
static struct machine machine;
static struct pci_tree tree;
static struct virtio_devices found;
static struct dma_pool pool;
static uint32_t ids[WINDOWS], versions[WINDOWS];
static unsigned writes;

static uint64_t window_read(void *context, uint64_t offset, unsigned width)
{
	uint64_t i = offset / DISTANCE;

	(void)context;
	(void)width;
	switch (offset % DISTANCE) {
	case 0: return 0x74726976;
	case 4: return versions[i];
	case 8: return ids[i];
	default: return 0;
	}
}

static void window_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
	(void)context;
	(void)offset;
	(void)width;
	(void)value;
	writes++;
}

static int setup(void **state)
{
	if (host_reset(state))
		return -1;
	memset(&machine, 0, sizeof(machine));
	memset(&tree, 0, sizeof(tree));
	memset(&found, 0xff, sizeof(found));
	writes = 0;
	host_add_window(&(struct host_window){
		IO_MMIO, BASE, WINDOWS * DISTANCE, window_read, window_write, NULL});
	fake_pci_init(&bus, &fake_pci_virt);
	return 0;
}

static void add_window(uint32_t version, uint32_t id)
{
	unsigned i = machine.virtio_mmio_count++;

	versions[i] = version;
	ids[i] = id;
	machine.virtio_mmio[i] = (struct virtio_mmio_location){
		.base = BASE + DISTANCE * i, .size = DISTANCE, .source = "test"};
}

static bool is_gpu(uint32_t device_id)
{
	return device_id == GPU;
}

static void find(void)
{
	assert_int_equal(pci_scan(&tree, &fake_pci_virt), OK);
	virtio_find(&found, &machine, &tree, is_gpu, &pool, 1234);
}

/* An empty slot is no refusal, another version is one, another type is left alone by its name. */
static void test_windows(void **state)
{
	(void)state;
	add_window(2, 0);
	add_window(2, CONSOLE);
	add_window(1, GPU);
	add_window(3, GPU);
	add_window(2, GPU);
	find();
	assert_int_equal(found.count, 2);
	assert_int_equal(found.windows, 5);
	assert_int_equal(found.functions, 0);
	assert_int_equal(found.refused, 1);
	assert_int_equal(writes, 0);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(found.devices[i].device_id, GPU);
		assert_ptr_equal(found.devices[i].pool, &pool);
		assert_int_equal(found.devices[i].timeout_us, 1234);
		assert_ptr_equal(found.devices[i].count.journal, &found.devices[i].journal);
	}
	assert_string_equal(found.devices[0].name, "virtio-mmio@a000400");
	assert_string_equal(found.devices[1].name, "virtio-mmio@a000800");
	host_expect_line("virtio-mmio@a000200: left alone: console device");
	host_expect_line(
		"virtio: found: 2 devices in 5 mmio windows and 0 PCI functions, 1 refused");
}

/* Registers that lie where nothing may be mapped are not read. */
static void test_not_mapped(void **state)
{
	(void)state;
	add_window(2, GPU);
	host_mapping.answer = ERR_RANGE;
	virtio_find(&found, &machine, &tree, is_gpu, &pool, 1234);
	assert_int_equal(found.count, 0);
	assert_int_equal(found.refused, 1);
	assert_int_equal(host_mapping.base, BASE);
}

/* A GPU whose function has neither interface is refused; what is no virtio device has no line. */
static void test_functions(void **state)
{
	(void)state;
	fake_pci_add(&bus, NULL, 1, 0, 0x8086, 0x10d3);
	fake_pci_add(&bus, NULL, 2, 0, 0x1af4, 0x1043);
	fake_pci_add(&bus, NULL, 3, 0, 0x1af4, 0x1050);
	find();
	assert_int_equal(found.count, 0);
	assert_int_equal(found.functions, 3);
	assert_int_equal(found.refused, 1);
	host_expect_line("0000:00:02.0: left alone: console device (3)");
	assert_false(host_logged("0000:00:01.0: left alone"));
	assert_false(host_logged("0000:00:03.0: left alone"));
	host_expect_line(
		"virtio: found: 0 devices in 0 mmio windows and 3 PCI functions, 1 refused");
}

/* The list is full: the line says so, and nothing behind its end is touched. */
static void test_too_many(void **state)
{
	(void)state;
	for (unsigned i = 0; i < WINDOWS; i++)
		add_window(2, GPU);
	find();
	assert_int_equal(found.count, VIRTIO_MAX_DEVICES);
	assert_int_equal(found.windows, VIRTIO_MAX_DEVICES);
	host_expect_line("virtio: error: more than 32 devices: the rest is not looked at");
	assert_false(host_logged("found: 32 devices"));
}

/* Functions count with the windows before them. */
static void test_too_many_with_functions(void **state)
{
	(void)state;
	for (unsigned i = 0; i < VIRTIO_MAX_DEVICES; i++)
		add_window(2, GPU);
	fake_pci_add(&bus, NULL, 3, 0, 0x1af4, 0x1050);
	find();
	assert_int_equal(found.count, VIRTIO_MAX_DEVICES);
	assert_int_equal(found.functions, 0);
	host_expect_line("virtio: error: more than 32 devices: the rest is not looked at");
	assert_false(host_logged("found: 32 devices"));
}

static void test_not_coherent(void **state)
{
	(void)state;
	add_window(2, GPU);
	add_window(2, GPU);
	add_window(2, GPU);
	machine.virtio_mmio[0].coherence = COHERENCE_YES;
	find();
	assert_null(virtio_find_not_coherent(&found));
	found.devices[1].coherence = found.devices[2].coherence = COHERENCE_NO;
	assert_ptr_equal(virtio_find_not_coherent(&found), &found.devices[1]);
	found.count = 1;
	assert_null(virtio_find_not_coherent(&found));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_windows, setup),
		cmocka_unit_test_setup(test_not_mapped, setup),
		cmocka_unit_test_setup(test_functions, setup),
		cmocka_unit_test_setup(test_too_many, setup),
		cmocka_unit_test_setup(test_too_many_with_functions, setup),
		cmocka_unit_test_setup(test_not_coherent, setup),
	};

	return cmocka_run_group_tests_name("find", tests, NULL, NULL);
}
