/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_pci.h"

#include <string.h>

#include "platform/pci_assign.h"
#include "platform/pci_bar.h"

static struct fake_pci machine;
static struct pci_tree tree;
static struct pci_host host;

/* As q35: ports, memory below 4 GiB in two parts, VGA memory, memory above. */
static const struct pci_host q35 = {
	.ecam_base = 0xb0000000,
	.bus_last = 0xff,
	.apertures =
		{
			{PCI_SPACE_IO, false, 0, 0, 0xcf8, false},
			{PCI_SPACE_IO, false, 0xd00, 0xd00, 0xf300, false},
			{PCI_SPACE_MEMORY, false, 0xa0000, 0xa0000, 0x20000, false},
			{PCI_SPACE_MEMORY, false, 0x80000000, 0x80000000, 0x30000000, false},
			{PCI_SPACE_MEMORY, false, 0xc0000000, 0xc0000000, 0x3ec00000, false},
			{PCI_SPACE_MEMORY, false, 0x800000000, 0x800000000, 0x800000000, false},
		},
	.aperture_count = 6,
	.source = "test",
};

static int setup(void **state)
{
	int failed = host_reset(state);

	memset(&tree, 0, sizeof(tree));
	host = q35;
	fake_pci_init(&machine, &host);
	return failed;
}

static struct pci_device *find(const struct fake_function *f)
{
	for (unsigned i = 0; i < tree.count; i++) {
		struct pci_device *d = &tree.devices[i];

		if (d->address.device == f->device && d->address.function == f->function &&
			d->vendor_id == fake_pci_get(f, 0, 2) &&
			d->device_id == fake_pci_get(f, 2, 2))
			return d;
	}
	fail();
	return NULL;
}

static uint64_t address_of(const struct fake_function *f, unsigned index)
{
	unsigned at = PCI_BAR0 + 4 * index;
	uint32_t low = fake_pci_get(f, at, 4);

	if (low & FAKE_BAR_IO)
		return low & ~3u;
	return (low & ~15u) | (low & FAKE_BAR_64 ? (uint64_t)fake_pci_get(f, at + 4, 4) << 32 : 0);
}

static void assign(struct fake_function *f, unsigned index, enum status expected)
{
	struct pci_device *d = find(f);

	assert_int_equal(pci_size_bars(d), OK);
	assert_int_equal(pci_assign_bar(&tree, d, index, LOG_ERROR), expected);
	assert_int_equal(machine.live_bar_writes, 0);
	if (expected != OK)
		return;
	assert_int_equal(address_of(f, index), d->bars[index].bus_base);
	assert_true(pci_bar_reached(d, &d->bars[index]));
	assert_int_equal(d->bars[index].bus_base % d->bars[index].size, 0);
}

static struct fake_function *add(struct fake_function *bridge, unsigned device)
{
	return fake_pci_add(
		&machine, bridge, device, 0, 0x1af4, (uint16_t)(0x1040 + machine.count));
}

static struct fake_function *add_bridge(
	struct fake_function *above, unsigned device, unsigned secondary, unsigned subordinate)
{
	struct fake_function *f = add(above, device);

	fake_pci_make_bridge(f, secondary, subordinate);
	return f;
}

static void scan(void)
{
	assert_int_equal(pci_scan(&tree, &host), OK);
}

static void test_root_bus(void **state)
{
	struct fake_function *other = add(NULL, 1), *f = add(NULL, 2);

	(void)state;
	fake_pci_add_bar(other, 0, 0, 0x1000000, 0x80000000);
	fake_pci_add_bar(other, 1, FAKE_BAR_IO, 0x20, 0x1000);
	fake_pci_add_bar(f, 0, FAKE_BAR_IO, 0x40, 0);
	fake_pci_add_bar(f, 1, 0, 0x1000, 0);
	fake_pci_add_bar(f, 2, 0, 0x2000, 0);
	fake_pci_add_bar(f, 4, FAKE_BAR_64 | FAKE_BAR_PREFETCH, 0x4000, 0);
	scan();
	/* The PC's fixed devices lie in stated apertures: they are kept away from. */
	assign(f, 0, OK);
	assert_int_equal(address_of(f, 0), 0x1040);
	assign(f, 1, OK);
	assert_int_equal(address_of(f, 1), 0x81000000);
	assign(f, 2, OK);
	assert_int_equal(address_of(f, 2), 0x81002000);
	assign(f, 4, OK);
	assert_int_equal(address_of(f, 4), 0x800000000);
	assert_true(host_logged("BAR 4: given memory 0x800000000 (0x4000 bytes)"));
}

static void test_no_high_aperture(void **state)
{
	struct fake_function *f = add(NULL, 2);

	(void)state;
	host.aperture_count = 5;
	fake_pci_add_bar(f, 0, FAKE_BAR_64, 0x4000, 0);
	scan();
	assign(f, 0, OK);
	assert_int_equal(address_of(f, 0), 0x80000000);
}

static void test_prefetchable_aperture(void **state)
{
	struct fake_function *f = add(NULL, 2);

	(void)state;
	host.apertures[3].prefetchable = true;
	fake_pci_add_bar(f, 0, 0, 0x4000, 0);
	fake_pci_add_bar(f, 1, FAKE_BAR_PREFETCH, 0x4000, 0);
	scan();
	assign(f, 0, OK);
	assert_int_equal(address_of(f, 0), 0xc0000000);
	assign(f, 1, OK);
	assert_int_equal(address_of(f, 1), 0x80000000);
}

static void test_no_room(void **state)
{
	struct fake_function *f = add(NULL, 2), *other = add(NULL, 3);

	(void)state;
	fake_pci_add_bar(f, 0, 0, 0x40000000, 0);
	fake_pci_add_bar(f, 1, FAKE_BAR_IO, 0x10000, 0);
	fake_pci_add_bar(f, 2, 0, 0x10000000, 0);
	fake_pci_add_bar(f, 3, 0, 0x1000, 0);
	fake_pci_add_bar(other, 0, 0, 0x40000000, 0xc0000000);
	fake_pci_add_bar(other, 1, 0, 0x1000, 0x80000000);
	fake_pci_add_bar(other, 2, 0, 0x1000, 0x90000000);
	fake_pci_add_bar(other, 3, 0, 0x1000, 0xafffe000);
	scan();
	assign(f, 0, ERR_NO_MEMORY);
	assert_true(
		host_logged("error: BAR 0: no aperture has room for 0x40000000 bytes of memory"));
	assign(f, 1, ERR_NO_MEMORY);
	assert_int_equal(address_of(f, 1), 0);
	/* Each of the three places has something in it. */
	assign(f, 2, ERR_NO_MEMORY);
	assign(f, 3, OK);
	assert_int_equal(address_of(f, 3), 0x80001000);
}

static void test_no_apertures(void **state)
{
	struct fake_function *f = add(NULL, 2);

	(void)state;
	host.aperture_count = 0;
	fake_pci_add_bar(f, 0, 0, 0x1000, 0);
	scan();
	assign(f, 0, ERR_NO_MEMORY);
}

/* The window that firmware opened has room left. */
static void test_open_window(void **state)
{
	struct fake_function *port = add_bridge(NULL, 1, 1, 1), *f = add(port, 0);
	struct fake_function *beside = add(port, 1);

	(void)state;
	fake_pci_open_window(port, PCI_WINDOW_MEMORY, 0xfe800000, 0xfe9fffff);
	fake_pci_open_window(port, PCI_WINDOW_PREFETCH, 0x800100000, 0x8001fffff);
	fake_pci_open_window(port, PCI_WINDOW_IO, 0xc000, 0xcfff);
	fake_pci_add_bar(beside, 0, 0, 0x100000, 0xfe800000);
	fake_pci_add_bar(f, 0, FAKE_BAR_IO, 0x40, 0);
	fake_pci_add_bar(f, 1, 0, 0x1000, 0);
	fake_pci_add_bar(f, 2, FAKE_BAR_64, 0x1000, 0);
	fake_pci_add_bar(f, 4, FAKE_BAR_64 | FAKE_BAR_PREFETCH, 0x4000, 0);
	scan();
	assign(f, 0, OK);
	assert_int_equal(address_of(f, 0), 0xc000);
	assign(f, 1, OK);
	assert_int_equal(address_of(f, 1), 0xfe900000);
	/* It could be above 4 GiB, but behind a bridge there is only prefetchable memory. */
	assign(f, 2, OK);
	assert_int_equal(address_of(f, 2), 0xfe901000);
	assign(f, 4, OK);
	assert_int_equal(address_of(f, 4), 0x800100000);
	assert_int_equal(fake_pci_get(port, PCI_MEMORY_BASE, 4), 0xfe90fe80);
}

static void test_widen_upwards(void **state)
{
	struct fake_function *port = add_bridge(NULL, 1, 1, 1), *f = add(port, 0);

	(void)state;
	fake_pci_open_window(port, PCI_WINDOW_MEMORY, 0xfe000000, 0xfe0fffff);
	fake_pci_add_bar(f, 0, 0, 0x100000, 0xfe000000);
	fake_pci_add_bar(f, 1, 0, 0x200000, 0);
	scan();
	assign(f, 1, OK);
	assert_int_equal(address_of(f, 1), 0xfe200000);
	assert_int_equal(fake_pci_get(port, PCI_MEMORY_BASE, 4), 0xfe30fe00);
	assert_true(host_logged("window: memory widened to 0xfe000000 to 0xfe3fffff"));
}

static void test_widen_downwards(void **state)
{
	struct fake_function *port = add_bridge(NULL, 1, 1, 1), *f = add(port, 0);
	struct fake_function *above = add(NULL, 2);

	(void)state;
	fake_pci_open_window(port, PCI_WINDOW_MEMORY, 0xfe000000, 0xfe0fffff);
	fake_pci_add_bar(above, 0, 0, 0x1000, 0xfe100000);
	fake_pci_add_bar(f, 0, 0, 0x100000, 0xfe000000);
	fake_pci_add_bar(f, 1, 0, 0x1000, 0);
	scan();
	assign(f, 1, OK);
	assert_int_equal(address_of(f, 1), 0xfdfff000);
	assert_int_equal(fake_pci_get(port, PCI_MEMORY_BASE, 4), 0xfe00fdf0);
}

/* The aperture ends where the window does. */
static void test_widen_within_aperture(void **state)
{
	struct fake_function *port = add_bridge(NULL, 1, 1, 1), *f = add(port, 0);

	(void)state;
	fake_pci_open_window(port, PCI_WINDOW_MEMORY, 0xfeb00000, 0xfebfffff);
	fake_pci_add_bar(f, 0, 0, 0x100000, 0xfeb00000);
	fake_pci_add_bar(f, 1, 0, 0x1000, 0);
	scan();
	assign(f, 1, OK);
	assert_int_equal(address_of(f, 1), 0xfeaff000);
}

/* Memory that is not prefetchable keeps out of the window that is, also of its own bridge. */
static void test_beside_prefetch_window(void **state)
{
	struct fake_function *port = add_bridge(NULL, 1, 1, 1), *f = add(port, 0);

	(void)state;
	fake_pci_open_window(port, PCI_WINDOW_PREFETCH, 0x80000000, 0x800fffff);
	fake_pci_add_bar(f, 0, 0, 0x1000, 0);
	scan();
	assign(f, 0, OK);
	assert_int_equal(address_of(f, 0), 0x80100000);
}

/* A new window does not share its first mebibyte with what is beside the bridge. */
static void test_window_beside_bar(void **state)
{
	struct fake_function *port = add_bridge(NULL, 1, 1, 1), *f = add(port, 0);
	struct fake_function *beside = add(NULL, 2);

	(void)state;
	fake_pci_add_bar(beside, 0, 0, 0x1000, 0x80000000);
	fake_pci_add_bar(f, 0, 0, 0x1000, 0);
	scan();
	assign(f, 0, OK);
	assert_int_equal(address_of(f, 0), 0x80100000);
}

/* Neighbours on both sides: windows are not moved. */
static void test_cannot_widen(void **state)
{
	struct fake_function *port = add_bridge(NULL, 1, 1, 1), *f = add(port, 0);
	struct fake_function *above = add_bridge(NULL, 2, 2, 2), *below = add(NULL, 3);

	(void)state;
	fake_pci_open_window(port, PCI_WINDOW_MEMORY, 0xfe000000, 0xfe0fffff);
	fake_pci_open_window(above, PCI_WINDOW_PREFETCH, 0xfe100000, 0xfe1fffff);
	fake_pci_add_bar(below, 0, 0, 0x1000, 0xfdf00000); /* in the same mebibyte */
	fake_pci_add_bar(f, 0, 0, 0x100000, 0xfe000000);
	fake_pci_add_bar(f, 1, 0, 0x1000, 0);
	scan();
	assign(f, 1, ERR_NO_MEMORY);
	assert_int_equal(fake_pci_get(port, PCI_MEMORY_BASE, 4), 0xfe00fe00);
}

/* Nothing was opened by anyone, two bridges deep. */
static void test_open_nested(void **state)
{
	struct fake_function *port = add_bridge(NULL, 1, 1, 3), *up = add_bridge(port, 0, 2, 3);
	struct fake_function *down = add_bridge(up, 4, 3, 3), *f = add(down, 0);
	struct fake_function *vga = add(NULL, 2);

	(void)state;
	fake_pci_add_bar(vga, 0, FAKE_BAR_PREFETCH, 0x1000000, 0x80000000);
	fake_pci_add_bar(f, 0, FAKE_BAR_IO, 0x40, 0);
	fake_pci_add_bar(f, 1, 0, 0x1000, 0);
	fake_pci_add_bar(f, 4, FAKE_BAR_64 | FAKE_BAR_PREFETCH, 0x400000, 0);
	scan();
	assign(f, 0, OK);
	assert_int_equal(address_of(f, 0), 0x1000);
	assign(f, 1, OK);
	assert_int_equal(address_of(f, 1), 0x81000000);
	assign(f, 4, OK);
	assert_int_equal(address_of(f, 4), 0x800000000);
	for (struct fake_function *b = down; b; b = b->bridge) {
		assert_int_equal(fake_pci_get(b, PCI_IO_BASE, 2), 0x1111);
		assert_int_equal(fake_pci_get(b, PCI_MEMORY_BASE, 4), 0x81008100);
		assert_int_equal(fake_pci_get(b, PCI_PREFETCH_BASE, 4), 0x00310001);
		assert_int_equal(fake_pci_get(b, PCI_PREFETCH_BASE_UPPER, 4), 8);
		assert_int_equal(fake_pci_get(b, PCI_PREFETCH_LIMIT_UPPER, 4), 8);
	}
}

/* The upper window is full and has a neighbour: both grow downwards; or the lower opens in it. */
static void test_widen_nested(void **state)
{
	struct fake_function *port = add_bridge(NULL, 1, 1, 3), *a = add_bridge(port, 0, 2, 2);
	struct fake_function *b = add_bridge(port, 1, 3, 3), *f = add(a, 0), *g = add(b, 0);
	struct fake_function *above = add(NULL, 2);

	(void)state;
	fake_pci_open_window(port, PCI_WINDOW_MEMORY, 0xfe000000, 0xfe1fffff);
	fake_pci_open_window(a, PCI_WINDOW_MEMORY, 0xfe000000, 0xfe0fffff);
	fake_pci_add_bar(above, 0, 0, 0x1000, 0xfe200000);
	fake_pci_add_bar(f, 0, 0, 0x100000, 0xfe000000);
	fake_pci_add_bar(f, 1, 0, 0x100000, 0);
	fake_pci_add_bar(g, 0, 0, 0x1000, 0);
	scan();
	/* First the other bridge opens its window in the room that is left. */
	assign(g, 0, OK);
	assert_int_equal(address_of(g, 0), 0xfe100000);
	assert_int_equal(fake_pci_get(b, PCI_MEMORY_BASE, 4), 0xfe10fe10);
	assert_int_equal(fake_pci_get(port, PCI_MEMORY_BASE, 4), 0xfe10fe00);
	/* Now all is taken, up to the root bus. */
	assign(f, 1, OK);
	assert_int_equal(address_of(f, 1), 0xfdf00000);
	assert_int_equal(fake_pci_get(a, PCI_MEMORY_BASE, 4), 0xfe00fdf0);
	assert_int_equal(fake_pci_get(port, PCI_MEMORY_BASE, 4), 0xfe10fdf0);
}

/*
 * A switch with two devices: windows that are opened for the first leave room for the second, whose
 * own cannot be anywhere else. (So with QEMU's switch, whose root port has a BAR too.)
 */
static void test_room_ahead(void **state)
{
	struct fake_function *port = add_bridge(NULL, 1, 1, 4), *up = add_bridge(port, 0, 2, 4);
	struct fake_function *a = add_bridge(up, 0, 3, 3), *b = add_bridge(up, 1, 4, 4);
	struct fake_function *f = add(a, 0), *g = add(b, 0), *h = add(b, 1);

	(void)state;
	fake_pci_add_bar(port, 0, 0, 0x1000, 0);
	fake_pci_add_bar(f, 0, 0, 0x1000, 0);
	fake_pci_add_bar(g, 0, 0, 0x1000, 0);
	fake_pci_add_bar(h, 0, 0, 0x400000, 0);
	scan();
	assign(f, 0, OK);
	assert_int_equal(fake_pci_get(port, PCI_MEMORY_BASE, 4), 0x80f08000);
	assert_int_equal(fake_pci_get(a, PCI_MEMORY_BASE, 4), 0x80008000);
	assign(port, 0, OK);
	assert_int_equal(address_of(port, 0), 0x81000000);
	assign(g, 0, OK);
	assert_int_equal(address_of(g, 0), 0x80400000);
	assign(h, 0, OK);
	assert_int_equal(address_of(h, 0), 0x80800000);
	assert_int_equal(fake_pci_get(b, PCI_MEMORY_BASE, 4), 0x80b08040);
	assert_int_equal(fake_pci_get(port, PCI_MEMORY_BASE, 4), 0x80f08000);
}

/* Where all of that does not fit, one BAR still may. */
static void test_no_room_ahead(void **state)
{
	struct fake_function *port = add_bridge(NULL, 1, 1, 1), *f = add(port, 0);

	(void)state;
	fake_pci_add_bar(f, 0, 0, 0x1000, 0);
	fake_pci_add_bar(f, 1, 0, 0x80000000, 0);
	scan();
	assign(f, 0, OK);
	assert_int_equal(address_of(f, 0), 0x80000000);
	assert_int_equal(fake_pci_get(port, PCI_MEMORY_BASE, 4), 0x80008000);
	assign(f, 1, ERR_NO_MEMORY);
}

/* A bridge without a prefetchable window forwards prefetchable memory with the other one. */
static void test_no_prefetch_window(void **state)
{
	struct fake_function *port = add_bridge(NULL, 1, 1, 1), *f = add(port, 0);

	(void)state;
	fake_pci_remove_window(port, PCI_WINDOW_PREFETCH);
	fake_pci_add_bar(f, 0, FAKE_BAR_64 | FAKE_BAR_PREFETCH, 0x4000, 0);
	scan();
	assign(f, 0, OK);
	assert_int_equal(address_of(f, 0), 0x80000000);
	assert_int_equal(fake_pci_get(port, PCI_MEMORY_BASE, 4), 0x80008000);
}

/* A 32-bit BAR cannot follow a window that is above 4 GiB. */
static void test_high_window_low_bar(void **state)
{
	struct fake_function *port = add_bridge(NULL, 1, 1, 1), *f = add(port, 0);

	(void)state;
	fake_pci_open_window(port, PCI_WINDOW_PREFETCH, 0x800000000, 0x80fffffff);
	fake_pci_add_bar(f, 0, FAKE_BAR_PREFETCH, 0x4000, 0);
	scan();
	assign(f, 0, OK);
	assert_int_equal(address_of(f, 0), 0x80000000);
	assert_int_equal(fake_pci_get(port, PCI_MEMORY_BASE, 4), 0x80008000);
}

static void test_no_io_window(void **state)
{
	struct fake_function *port = add_bridge(NULL, 1, 1, 1), *f = add(port, 0);

	(void)state;
	fake_pci_remove_window(port, PCI_WINDOW_IO);
	fake_pci_add_bar(f, 0, FAKE_BAR_IO, 0x20, 0);
	scan();
	assign(f, 0, ERR_NO_MEMORY);
	assert_true(host_logged("window: I/O 0x1000 to 0x1fff is not kept by the bridge"));
}

static void test_address_not_kept(void **state)
{
	struct fake_function *f = add(NULL, 2);

	(void)state;
	fake_pci_add_bar(f, 0, 0, 0x1000, 0);
	scan();
	assert_int_equal(pci_size_bars(find(f)), OK);
	memset(f->writable + PCI_BAR0, 0, 4);
	assign(f, 0, ERR_REFUSED);
}

/* What cannot be sized is said, and does not stop the others. */
static void test_malformed_neighbour(void **state)
{
	struct fake_function *f = add(NULL, 2), *bad = add(NULL, 3);

	(void)state;
	fake_pci_add_bar(f, 0, 0, 0x1000, 0);
	fake_pci_add_bar(bad, 0, 2, 0x1000, 0);
	scan();
	assign(f, 0, OK);
	assert_true(host_logged("0000:00:03.0: BARs: not known: not counted as obstacles"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_root_bus, setup),
		cmocka_unit_test_setup(test_no_high_aperture, setup),
		cmocka_unit_test_setup(test_prefetchable_aperture, setup),
		cmocka_unit_test_setup(test_no_room, setup),
		cmocka_unit_test_setup(test_no_apertures, setup),
		cmocka_unit_test_setup(test_open_window, setup),
		cmocka_unit_test_setup(test_widen_upwards, setup),
		cmocka_unit_test_setup(test_widen_downwards, setup),
		cmocka_unit_test_setup(test_widen_within_aperture, setup),
		cmocka_unit_test_setup(test_beside_prefetch_window, setup),
		cmocka_unit_test_setup(test_window_beside_bar, setup),
		cmocka_unit_test_setup(test_cannot_widen, setup),
		cmocka_unit_test_setup(test_open_nested, setup),
		cmocka_unit_test_setup(test_widen_nested, setup),
		cmocka_unit_test_setup(test_room_ahead, setup),
		cmocka_unit_test_setup(test_no_room_ahead, setup),
		cmocka_unit_test_setup(test_no_prefetch_window, setup),
		cmocka_unit_test_setup(test_high_window_low_bar, setup),
		cmocka_unit_test_setup(test_no_io_window, setup),
		cmocka_unit_test_setup(test_address_not_kept, setup),
		cmocka_unit_test_setup(test_malformed_neighbour, setup),
	};

	return cmocka_run_group_tests_name("pci_assign", tests, NULL, NULL);
}
