/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_pci.h"

#include <string.h>

static struct fake_pci machine;
static struct pci_tree tree;
static struct pci_host host;
static struct io_count count;
static struct region region;

/* As arm's virt machine, with a translated low aperture to see that it counts. */
static const struct pci_host virt = {
	.ecam_base = 0x4010000000,
	.bus_last = 0xff,
	.apertures =
		{
			{PCI_SPACE_IO, false, 0, 0x3eff0000, 0x10000, true},
			{PCI_SPACE_MEMORY, false, 0x10000000, 0x50000000, 0x2eff0000, false},
			{PCI_SPACE_MEMORY, false, 0x8000000000, 0x8000000000, 0x8000000000, false},
		},
	.aperture_count = 3,
	.source = "test",
};

static void start(const struct pci_host *h)
{
	host_reset(NULL);
	memset(&tree, 0, sizeof(tree));
	memset(&count, 0, sizeof(count));
	memset(&region, 0, sizeof(region));
	host = *h;
	fake_pci_init(&machine, &host);
}

static int setup(void **state)
{
	(void)state;
	start(&virt);
	return 0;
}

/* A virtio GPU as QEMU has it: MSI-X in BAR 1, registers in BAR 4, both without an address. */
static struct fake_function *add_gpu(struct fake_function *bridge, unsigned device)
{
	struct fake_function *f = fake_pci_add(&machine, bridge, device, 0, 0x1af4, 0x1050);

	fake_pci_add_bar(f, 1, 0, 0x1000, 0);
	fake_pci_add_bar(f, 4, FAKE_BAR_64 | FAKE_BAR_PREFETCH, 0x4000, 0);
	return f;
}

static struct pci_device *scan_last(void)
{
	assert_int_equal(pci_scan(&tree, &host), OK);
	return &tree.devices[tree.count - 1];
}

static enum status open_bar(struct pci_device *d, unsigned index, uint64_t needed)
{
	return pci_open_bar(&tree, d, index, "gpu0", needed, &count, &region);
}

static void check_region(const struct fake_function *f, unsigned index)
{
	assert_int_equal(
		region_read(&region, 0x30, 4, "test"), fake_pci_pattern(&machine, f, index, 0x30));
	assert_int_equal(machine.collisions, 0);
	assert_int_equal(machine.live_bar_writes, 0);
}

static uint32_t command_of(const struct fake_function *f)
{
	return fake_pci_get(f, PCI_COMMAND, 2);
}

static void test_root_bus(void **state)
{
	struct fake_function *f = add_gpu(NULL, 2);

	(void)state;
	assert_int_equal(open_bar(scan_last(), 4, 0x4000), OK);
	assert_int_equal(region.base, 0x8000000000);
	assert_int_equal(region.size, 0x4000);
	assert_int_equal(region.space, IO_MMIO);
	assert_string_equal(region.subject, "gpu0");
	check_region(f, 4);
	assert_int_equal(count.reads, 1);
	/* Memory and bus master, no I/O since it has none; BAR 1 is out of the way. */
	assert_int_equal(command_of(f), 0x0006);
	assert_int_equal(fake_pci_get(f, PCI_BAR0 + 4, 4), 0x10000000);
}

/* Firmware's addresses stay, command bits may be off. Interrupt Disable is not touched. */
static void test_assigned(void **state)
{
	struct fake_function *f = fake_pci_add(&machine, NULL, 2, 0, 0x1af4, 0x1050);

	(void)state;
	fake_pci_add_bar(f, 1, 0, 0x1000, 0x10040000);
	fake_pci_add_bar(f, 4, FAKE_BAR_64 | FAKE_BAR_PREFETCH, 0x4000, 0x8000004000);
	fake_pci_put(f, PCI_COMMAND, 2, 0x0400);
	assert_int_equal(open_bar(scan_last(), 1, 0), OK);
	assert_int_equal(region.base, 0x50040000);
	check_region(f, 1);
	assert_int_equal(command_of(f), 0x0406);
	assert_false(host_logged("given"));
	/* With everything on, the command register is not written again. */
	machine.writes = 0;
	assert_int_equal(open_bar(&tree.devices[0], 4, 0), OK);
	check_region(f, 4);
	assert_int_equal(machine.writes, 0);
}

static void test_behind_bridges(void **state)
{
	struct fake_function *port = fake_pci_add(&machine, NULL, 1, 0, 0x1b36, 0x000c);
	struct fake_function *down, *f;

	(void)state;
	fake_pci_make_bridge(port, 0, 0);
	fake_pci_add_bar(port, 0, 0, 0x1000, 0);
	down = fake_pci_add(&machine, port, 0, 0, 0x1b36, 0x000c);
	fake_pci_make_bridge(down, 0, 0);
	f = add_gpu(down, 0);
	assert_int_equal(open_bar(scan_last(), 4, 0x1000), OK);
	check_region(f, 4);
	assert_int_equal(open_bar(&tree.devices[2], 1, 0x1000), OK);
	check_region(f, 1);
	assert_int_equal(command_of(f), 0x0006);
	assert_int_equal(command_of(port), 0x0007);
	assert_int_equal(command_of(down), 0x0007);
	/* The port's own BAR is not left at 0, the window at 0 that a reset leaves is closed. */
	assert_true(fake_pci_get(port, PCI_BAR0, 4) >= 0x10000000);
	assert_int_equal(fake_pci_get(port, PCI_IO_BASE, 2), 0x01f1);
}

/* An I/O BAR reached by memory, and one reached by ports. */
static void test_io(void **state)
{
	static const struct pci_host pc = {
		.access = PCI_ACCESS_PORTS,
		.bus_last = 0xff,
		.apertures = {{PCI_SPACE_IO, false, 0x1000, 0x1000, 0xf000, false}},
		.aperture_count = 1,
		.source = "test",
	};
	struct fake_function *f = fake_pci_add(&machine, NULL, 2, 0, 0x1af4, 0x1005);

	(void)state;
	fake_pci_add_bar(f, 0, FAKE_BAR_IO, 0x20, 0);
	assert_int_equal(open_bar(scan_last(), 0, 0x14), OK);
	assert_int_equal(region.space, IO_MMIO);
	assert_int_equal(region.base, 0x3eff1000);
	assert_int_equal(command_of(f), 0x0005);

	start(&pc);
	f = fake_pci_add(&machine, NULL, 2, 0, 0x1af4, 0x1005);
	fake_pci_add_bar(f, 0, FAKE_BAR_IO, 0x40, 0xc040);
	assert_int_equal(open_bar(scan_last(), 0, 0x14), OK);
	assert_int_equal(region.space, IO_PORT);
	assert_int_equal(region.base, 0xc040);
	assert_int_equal(region.size, 0x40);
	check_region(f, 0);
	host_set_ports(false);
	assert_int_equal(open_bar(&tree.devices[0], 0, 0x14), ERR_RANGE);
	assert_true(host_logged("BAR 0: I/O 0xc040, but this processor has no ports"));
}

/* An address that firmware gave, but that nothing forwards. */
static void test_moved(void **state)
{
	struct fake_function *f = fake_pci_add(&machine, NULL, 2, 0, 0x1af4, 0x1050);

	(void)state;
	fake_pci_add_bar(f, 1, 0, 0x1000, 0xfe000000);
	fake_pci_put(f, PCI_COMMAND, 2, 0x0006);
	assert_int_equal(open_bar(scan_last(), 1, 0), OK);
	assert_int_equal(region.base, 0x50000000);
	check_region(f, 1);
	assert_true(host_logged("BAR 1: nothing is forwarded to it at 0xfe000000"));
}

static void test_no_apertures(void **state)
{
	struct pci_host pc = {.access = PCI_ACCESS_PORTS, .source = "test"};
	struct fake_function *f;

	(void)state;
	start(&pc);
	f = fake_pci_add(&machine, NULL, 2, 0, 0x1af4, 0x1050);
	fake_pci_add_bar(f, 0, FAKE_BAR_IO, 0x20, 0xc000);
	fake_pci_add_bar(f, 1, 0, 0x1000, 0xfebf1000);
	fake_pci_add_bar(f, 2, 0, 0x1000, 0);
	assert_int_equal(open_bar(scan_last(), 1, 0), OK);
	assert_int_equal(region.base, 0xfebf1000);
	assert_true(host_logged("states no apertures: 0xfebf1000 is taken at its word"));
	assert_int_equal(open_bar(&tree.devices[0], 0, 0), OK);
	assert_int_equal(region.space, IO_PORT);
	assert_int_equal(open_bar(&tree.devices[0], 2, 0), ERR_NO_MEMORY);
	assert_true(host_logged("error: BAR 2: no aperture has room"));
}

static void test_refusals(void **state)
{
	struct fake_function *f = add_gpu(NULL, 2);
	struct pci_device *d = scan_last();

	(void)state;
	region.base = 0x1234;
	assert_int_equal(open_bar(d, 0, 0), ERR_NOT_FOUND);
	assert_int_equal(open_bar(d, 5, 0), ERR_NOT_FOUND); /* the upper half */
	assert_int_equal(open_bar(d, 6, 0), ERR_NOT_FOUND);
	assert_true(host_logged("error: BAR 6: is not implemented"));
	assert_int_equal(open_bar(d, 4, 0x4001), ERR_RANGE);
	assert_true(host_logged("error: BAR 4: has 0x4000 bytes, 0x4001 are needed"));
	f->writable[PCI_COMMAND] = 0x03;
	assert_int_equal(open_bar(d, 4, 0), ERR_REFUSED);
	assert_true(host_logged("error: command: 0x0006 was written, reads 0x0002"));
	assert_int_equal(region.base, 0x1234);

	start(&virt);
	f = add_gpu(NULL, 2);
	fake_pci_put(f, PCI_BAR0, 4, 6);
	assert_int_equal(open_bar(scan_last(), 4, 0), ERR_MALFORMED);
}

/* Apertures from tables may lie about the processor's side. */
static void test_bad_aperture(void **state)
{
	struct pci_host bad = virt;
	struct fake_function *f;

	(void)state;
	bad.apertures[0] = (struct pci_aperture){PCI_SPACE_IO, false, 0, 0x8000, 0x10000, false};
	bad.apertures[1].cpu_base = UINT64_MAX - 0xffff;
	start(&bad);
	f = fake_pci_add(&machine, NULL, 2, 0, 0x1af4, 0x1050);
	fake_pci_add_bar(f, 0, FAKE_BAR_IO, 0x20, 0xc000);
	fake_pci_add_bar(f, 1, 0, 0x1000, 0x10100000);
	assert_int_equal(open_bar(scan_last(), 1, 0), ERR_RANGE);
	assert_true(host_logged("error: BAR 1: the aperture's processor address wraps"));
	assert_int_equal(open_bar(&tree.devices[0], 0, 0), ERR_RANGE);
	assert_true(host_logged("gpu0: error: window: 0x20 bytes at 0x14000 are not usable"));
}

static void test_enable(void **state)
{
	struct fake_function *port = fake_pci_add(&machine, NULL, 1, 0, 0x1b36, 0x000c), *f;
	struct pci_device *d;

	(void)state;
	fake_pci_make_bridge(port, 1, 1);
	port->writable[PCI_COMMAND] = 0x06; /* a bridge need not forward I/O */
	f = fake_pci_add(&machine, port, 0, 0, 0x1af4, 0x1050);
	fake_pci_add_bar(f, 0, FAKE_BAR_IO, 0x20, 0);
	d = scan_last();
	assert_int_equal(pci_enable(d), OK);
	/* Its BAR at 0 is not brought to life. */
	assert_int_equal(command_of(f), 0x0004);
	assert_int_equal(command_of(port), 0x0006);
	assert_true(host_logged("BAR 0: has no address that reaches it: I/O decoding is left"));
	port->writable[PCI_COMMAND] = 0x02;
	fake_pci_put(port, PCI_COMMAND, 2, 0);
	assert_int_equal(pci_enable(d), ERR_REFUSED);
	/* The port leaves the bus. */
	memset(port->config, 0xff, sizeof(port->config));
	assert_int_equal(pci_enable(d), ERR_GONE);
	assert_true(host_logged("error: command: the function no longer answers"));
}

/*
 * While firmware owns the machine nothing is moved: AAVMF 2022.11 drives a disk through I/O at bus
 * address 0, which went deaf when it was given another.
 */
static void test_passive(void **state)
{
	struct fake_function *f;
	struct pci_device *d;

	(void)state;
	f = fake_pci_add(&machine, NULL, 1, 0, 0x1af4, 0x1001);
	fake_pci_add_bar(f, 0, FAKE_BAR_IO, 0x80, 0);
	fake_pci_add_bar(f, 1, 0, 0x1000, 0x10001000);
	fake_pci_put(f, PCI_COMMAND, 2, PCI_COMMAND_IO);
	tree.passive = true;
	d = scan_last();
	assert_int_equal(open_bar(d, 1, 0x1000), OK);
	assert_int_equal(open_bar(d, 0, 0x80), OK);
	assert_int_equal(fake_pci_get(f, PCI_BAR0, 4), 1);
	/* Not decoded and at 0: it has no address. */
	fake_pci_put(f, PCI_COMMAND, 2, 0);
	assert_int_equal(open_bar(d, 0, 0x80), ERR_UNSUPPORTED);
	assert_true(host_logged("BAR 0: has no address, and none is given"));
	assert_int_equal(fake_pci_get(f, PCI_BAR0, 4), 1);
	assert_int_equal(command_of(f), 0);
}

/* Decoded by firmware, but outside what the host bridge forwards: there is something else. */
static void test_passive_outside(void **state)
{
	struct fake_function *f;

	(void)state;
	f = fake_pci_add(&machine, NULL, 1, 0, 0x1af4, 0x1050);
	fake_pci_add_bar(f, 1, 0, 0x1000, 0x0ffff000);
	fake_pci_put(f, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	tree.passive = true;
	assert_int_equal(open_bar(scan_last(), 1, 0x1000), ERR_UNSUPPORTED);
	assert_true(host_logged("BAR 1: decoded at 0xffff000, where nothing is forwarded to it"));
	assert_int_equal(fake_pci_get(f, PCI_BAR0 + 4, 4), 0x0ffff000);
	assert_int_equal(command_of(f), PCI_COMMAND_MEMORY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_root_bus, setup),
		cmocka_unit_test_setup(test_assigned, setup),
		cmocka_unit_test_setup(test_behind_bridges, setup),
		cmocka_unit_test_setup(test_io, setup),
		cmocka_unit_test_setup(test_moved, setup),
		cmocka_unit_test_setup(test_no_apertures, setup),
		cmocka_unit_test_setup(test_refusals, setup),
		cmocka_unit_test_setup(test_bad_aperture, setup),
		cmocka_unit_test_setup(test_enable, setup),
		cmocka_unit_test_setup(test_passive, setup),
		cmocka_unit_test_setup(test_passive_outside, setup),
	};

	return cmocka_run_group_tests_name("pci_open", tests, NULL, NULL);
}
