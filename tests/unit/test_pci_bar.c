/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_pci.h"

#include <string.h>

#include "platform/pci_bar.h"

static struct fake_pci machine;
static struct fake_function *fake;
static struct pci_device device;
static struct pci_bar bars[PCI_MAX_BARS];

static const struct pci_host host = {.ecam_base = 0xb0000000, .source = "test"};

/* One function, with decoding on as firmware may leave it. */
static int setup(void **state)
{
	int failed = host_reset(state);

	fake_pci_init(&machine, &host);
	fake = fake_pci_add(&machine, NULL, 2, 0, 0x1af4, 0x1050);
	fake_pci_put(fake, PCI_COMMAND, 2, 0x0507);
	device = (struct pci_device){.host = &host, .address = {.device = 2}, .name = "device"};
	memset(bars, 0xaa, sizeof(bars));
	return failed;
}

static void check_bar(unsigned index, enum pci_space space, uint64_t base, uint64_t size)
{
	assert_int_equal(bars[index].bus_base, base);
	assert_int_equal(bars[index].size, size);
	if (size)
		assert_int_equal(bars[index].space, space);
	assert_int_equal(bars[index].assigned, base != 0);
}

static void test_sizes(void **state)
{
	uint8_t before[FAKE_CONFIG_SIZE];

	(void)state;
	fake_pci_add_bar(fake, 0, FAKE_BAR_IO, 0x40, 0xc040);
	fake_pci_add_bar(fake, 1, 0, 0x1000, 0xfe801000);
	fake_pci_add_bar(fake, 3, FAKE_BAR_PREFETCH, 16, 0xfd000010);
	fake_pci_add_bar(fake, 4, FAKE_BAR_64 | FAKE_BAR_PREFETCH, 0x4000, 0x8000004000);
	memcpy(before, fake->config, sizeof(before));
	assert_int_equal(pci_read_bars(&device, bars), OK);
	check_bar(0, PCI_SPACE_IO, 0xc040, 0x40);
	check_bar(1, PCI_SPACE_MEMORY, 0xfe801000, 0x1000);
	check_bar(2, PCI_SPACE_MEMORY, 0, 0);
	check_bar(3, PCI_SPACE_MEMORY, 0xfd000010, 16);
	check_bar(4, PCI_SPACE_MEMORY, 0x8000004000, 0x4000);
	check_bar(5, PCI_SPACE_MEMORY, 0, 0);
	assert_true(bars[3].prefetchable && !bars[3].is_64bit);
	assert_true(bars[4].prefetchable && bars[4].is_64bit);
	assert_false(bars[1].prefetchable || bars[1].is_64bit);
	assert_memory_equal(before, fake->config, sizeof(before));
	assert_int_equal(machine.live_bar_writes, 0);
	assert_true(host_logged("BAR 4: memory 64-bit prefetchable size 0x4000 at 0x8000004000"));
}

static void test_once(void **state)
{
	unsigned accesses;

	(void)state;
	fake_pci_add_bar(fake, 1, 0, 0x1000, 0xfe801000);
	assert_int_equal(pci_read_bars(&device, bars), OK);
	accesses = machine.reads + machine.writes;
	memset(bars, 0, sizeof(bars));
	assert_int_equal(pci_read_bars(&device, bars), OK);
	check_bar(1, PCI_SPACE_MEMORY, 0xfe801000, 0x1000);
	assert_int_equal(machine.reads + machine.writes, accesses);
}

static void test_decoding_stays_off(void **state)
{
	(void)state;
	fake_pci_put(fake, PCI_COMMAND, 2, 0x0400);
	fake_pci_add_bar(fake, 1, 0, 0x1000, 0);
	assert_int_equal(pci_read_bars(&device, bars), OK);
	check_bar(1, PCI_SPACE_MEMORY, 0, 0x1000);
	assert_int_equal(fake_pci_get(fake, PCI_COMMAND, 2), 0x0400);
	/* Two for each slot. */
	assert_int_equal(machine.writes, 12);
}

/* A host bridge that stops decoding may take memory away. */
static void test_host_bridge_keeps_decoding(void **state)
{
	(void)state;
	device.class_code = 0x060000;
	assert_int_equal(pci_read_bars(&device, bars), OK);
	assert_int_equal(machine.writes, 12);
}

static void test_large(void **state)
{
	(void)state;
	fake_pci_add_bar(fake, 0, FAKE_BAR_64, 0x200000000, 0x400000000);
	fake_pci_add_bar(fake, 2, FAKE_BAR_64, 0x100000000, 0);
	fake_pci_add_bar(fake, 4, 0, 0x80000000, 0x80000000);
	assert_int_equal(pci_read_bars(&device, bars), OK);
	check_bar(0, PCI_SPACE_MEMORY, 0x400000000, 0x200000000);
	check_bar(2, PCI_SPACE_MEMORY, 0, 0x100000000);
	check_bar(4, PCI_SPACE_MEMORY, 0x80000000, 0x80000000);
}

static void test_io_of_16_bits(void **state)
{
	(void)state;
	fake_pci_add_bar(fake, 0, FAKE_BAR_IO, 0x20, 0x1020);
	fake->writable[PCI_BAR0 + 2] = fake->writable[PCI_BAR0 + 3] = 0;
	assert_int_equal(pci_read_bars(&device, bars), OK);
	check_bar(0, PCI_SPACE_IO, 0x1020, 0x20);
}

static void test_bridge_has_two(void **state)
{
	(void)state;
	device.header_type = PCI_HEADER_BRIDGE;
	fake_pci_make_bridge(fake, 1, 1);
	fake_pci_add_bar(fake, 0, FAKE_BAR_64, 0x1000, 0xfe801000);
	assert_int_equal(pci_read_bars(&device, bars), OK);
	check_bar(0, PCI_SPACE_MEMORY, 0xfe801000, 0x1000);
	check_bar(2, PCI_SPACE_MEMORY, 0, 0);
	assert_int_equal(fake_pci_get(fake, PCI_PRIMARY_BUS, 4), 0x00010100);
	/* What has another header has no BARs that are known. */
	setup(NULL);
	device.header_type = 2;
	fake_pci_add_bar(fake, 0, 0, 0x1000, 0xfe801000);
	assert_int_equal(pci_read_bars(&device, bars), OK);
	check_bar(0, PCI_SPACE_MEMORY, 0, 0);
}

static void check_malformed(const char *why)
{
	uint8_t before[FAKE_CONFIG_SIZE];

	memcpy(before, fake->config, sizeof(before));
	memset(bars, 0, sizeof(bars));
	assert_int_equal(pci_read_bars(&device, bars), ERR_MALFORMED);
	assert_true(host_logged(why));
	assert_int_equal(bars[0].size, 0);
	assert_memory_equal(before, fake->config, sizeof(before));
	/* Said once. */
	host_reset(NULL);
	assert_int_equal(pci_read_bars(&device, bars), ERR_MALFORMED);
	assert_false(host_logged("error:"));
	setup(NULL);
}

static void test_malformed(void **state)
{
	(void)state;
	fake_pci_add_bar(fake, 0, 0, 0x1000, 0xfe801000);
	fake_pci_add_bar(fake, 2, FAKE_BAR_IO | 2, 0x20, 0x1000);
	check_malformed("error: BAR 2: reserved bit 1 is set");
	fake_pci_add_bar(fake, 1, 2, 0x1000, 0);
	check_malformed("error: BAR 1: reserved memory type");
	fake_pci_add_bar(fake, 1, 6, 0x1000, 0);
	check_malformed("error: BAR 1: reserved memory type");
	fake_pci_add_bar(fake, 5, FAKE_BAR_64, 0x1000, 0);
	check_malformed("error: BAR 5: 64 bits wide in the last slot");
	fake_pci_add_bar(fake, 3, 0, 0x3000, 0);
	check_malformed("error: BAR 3: its size is no power of two");
	/* 64-bit type, with nothing above 32 bits. */
	fake_pci_add_bar(fake, 3, FAKE_BAR_64, 0x1000, 0);
	memset(fake->writable + PCI_BAR0 + 16, 0, 4);
	check_malformed("error: BAR 3: its size is no power of two");
	/* Hard-wired to an address. */
	fake_pci_put(fake, PCI_BAR0, 4, 0x00345670);
	check_malformed("error: BAR 0: its size is no power of two");
}

static void test_gone(void **state)
{
	(void)state;
	device.address.device = 9;
	assert_int_equal(pci_read_bars(&device, bars), ERR_GONE);
	assert_true(host_logged("error: BARs: the function no longer answers"));
}

static void test_set(void **state)
{
	(void)state;
	fake_pci_add_bar(fake, 1, 0, 0x1000, 0);
	fake_pci_add_bar(fake, 4, FAKE_BAR_64 | FAKE_BAR_PREFETCH, 0x4000, 0x8000004000);
	assert_int_equal(pci_size_bars(&device), OK);
	assert_false(pci_bar_reached(&device, &device.bars[1]));
	assert_int_equal(pci_bar_set(&device, 1, 0xfe802000), OK);
	assert_int_equal(pci_bar_set(&device, 4, 0x7fffff8000), OK);
	assert_int_equal(fake_pci_get(fake, PCI_BAR0 + 4, 4), 0xfe802000);
	assert_int_equal(fake_pci_get(fake, PCI_BAR0 + 16, 4), 0xffff800c);
	assert_int_equal(fake_pci_get(fake, PCI_BAR0 + 20, 4), 0x7f);
	assert_int_equal(fake_pci_get(fake, PCI_COMMAND, 2), 0x0507);
	assert_int_equal(machine.live_bar_writes, 0);
	assert_int_equal(pci_read_bars(&device, bars), OK);
	check_bar(1, PCI_SPACE_MEMORY, 0xfe802000, 0x1000);
	check_bar(4, PCI_SPACE_MEMORY, 0x7fffff8000, 0x4000);
	/* No apertures are stated: firmware is taken at its word. */
	assert_true(pci_bar_reached(&device, &device.bars[1]));
	/* A BAR that no longer takes addresses. */
	memset(fake->writable + PCI_BAR0 + 4, 0, 4);
	assert_int_equal(pci_bar_set(&device, 1, 0xfe804000), ERR_REFUSED);
	assert_true(host_logged("error: BAR 1: does not keep the address 0xfe804000"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_sizes, setup),
		cmocka_unit_test_setup(test_once, setup),
		cmocka_unit_test_setup(test_decoding_stays_off, setup),
		cmocka_unit_test_setup(test_host_bridge_keeps_decoding, setup),
		cmocka_unit_test_setup(test_large, setup),
		cmocka_unit_test_setup(test_io_of_16_bits, setup),
		cmocka_unit_test_setup(test_bridge_has_two, setup),
		cmocka_unit_test_setup(test_malformed, setup),
		cmocka_unit_test_setup(test_gone, setup),
		cmocka_unit_test_setup(test_set, setup),
	};

	return cmocka_run_group_tests_name("pci_bar", tests, NULL, NULL);
}
