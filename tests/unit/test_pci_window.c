/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_pci.h"

#include <string.h>

#include "platform/pci_window.h"

static struct fake_pci machine;
static struct pci_tree tree;
static struct fake_function *upper_fake, *lower_fake;
static struct pci_device *upper, *lower, *leaf;

/* As arm's virt machine: I/O by memory, high and low memory. */
static const struct pci_host host = {
	.ecam_base = 0x4010000000,
	.bus_last = 0xff,
	.apertures =
		{
			{PCI_SPACE_IO, false, 0, 0x3eff0000, 0x10000, true},
			{PCI_SPACE_MEMORY, false, 0x10000000, 0x10000000, 0x2eff0000, false},
			{PCI_SPACE_MEMORY, false, 0x8000000000, 0x8000000000, 0x8000000000, false},
		},
	.aperture_count = 3,
	.source = "test",
};

static int setup(void **state)
{
	int failed = host_reset(state);

	fake_pci_init(&machine, &host);
	upper_fake = fake_pci_add(&machine, NULL, 1, 0, 0x1b36, 0x000c);
	fake_pci_make_bridge(upper_fake, 1, 2);
	lower_fake = fake_pci_add(&machine, upper_fake, 0, 0, 0x1b36, 0x000c);
	fake_pci_make_bridge(lower_fake, 2, 2);
	fake_pci_add(&machine, lower_fake, 0, 0, 0x1af4, 0x1050);
	return failed;
}

static void scan(void)
{
	memset(&tree, 0, sizeof(tree));
	assert_int_equal(pci_scan(&tree, &host), OK);
	assert_int_equal(tree.count, 3);
	upper = &tree.devices[0];
	lower = &tree.devices[1];
	leaf = &tree.devices[2];
}

static void test_apertures(void **state)
{
	(void)state;
	assert_ptr_equal(pci_find_aperture(&host, PCI_SPACE_MEMORY, 0x10000000, 0x2eff0000),
		&host.apertures[1]);
	assert_ptr_equal(pci_find_aperture(&host, PCI_SPACE_IO, 0xfff0, 0x10), &host.apertures[0]);
	assert_null(pci_find_aperture(&host, PCI_SPACE_IO, 0xfff0, 0x20));
	assert_null(pci_find_aperture(&host, PCI_SPACE_IO, 0x10000000, 0x10));
	assert_null(pci_find_aperture(&host, PCI_SPACE_MEMORY, 0x0ffffff0, 0x20));
	assert_null(pci_find_aperture(&host, PCI_SPACE_MEMORY, 0xfffffffffffffff0, 0x20));
}

static void test_after_reset(void **state)
{
	(void)state;
	scan();
	for (unsigned kind = 0; kind < PCI_WINDOW_COUNT; kind++) {
		assert_int_equal(upper->windows[kind].size, 0);
		assert_true(upper->windows[kind].stray);
	}
	assert_int_equal(pci_window_last(upper, PCI_WINDOW_IO), UINT32_MAX);
	assert_int_equal(pci_window_last(upper, PCI_WINDOW_MEMORY), UINT32_MAX);
	assert_int_equal(pci_window_last(upper, PCI_WINDOW_PREFETCH), UINT64_MAX);
	assert_true(pci_forwarded(upper, PCI_SPACE_MEMORY, 0x10000000, 0x1000));
	assert_false(pci_forwarded(lower, PCI_SPACE_MEMORY, 0x10000000, 0x1000));
	assert_int_equal(machine.writes, 0);
}

static void test_open(void **state)
{
	(void)state;
	fake_pci_open_window(upper_fake, PCI_WINDOW_IO, 0x2000, 0x4fff);
	fake_pci_open_window(upper_fake, PCI_WINDOW_MEMORY, 0x10000000, 0x102fffff);
	fake_pci_open_window(upper_fake, PCI_WINDOW_PREFETCH, 0x8000000000, 0x81001fffff);
	fake_pci_open_window(lower_fake, PCI_WINDOW_IO, 0x3000, 0x3fff);
	fake_pci_open_window(lower_fake, PCI_WINDOW_MEMORY, 0x10200000, 0x103fffff);
	fake_pci_open_window(lower_fake, PCI_WINDOW_PREFETCH, 0x8100100000, 0x81001fffff);
	scan();
	assert_int_equal(upper->windows[PCI_WINDOW_IO].base, 0x2000);
	assert_int_equal(upper->windows[PCI_WINDOW_IO].size, 0x3000);
	assert_int_equal(upper->windows[PCI_WINDOW_PREFETCH].size, 0x100200000);
	assert_true(pci_forwarded(leaf, PCI_SPACE_IO, 0x3ff0, 0x10));
	assert_false(pci_forwarded(leaf, PCI_SPACE_IO, 0x4000, 0x10));
	assert_true(pci_forwarded(lower, PCI_SPACE_IO, 0x4000, 0x10));
	assert_true(pci_forwarded(leaf, PCI_SPACE_MEMORY, 0x8100100000, 0x100000));
	/* The lower memory window ends behind the upper one: it is not there. */
	assert_int_equal(lower->windows[PCI_WINDOW_MEMORY].size, 0);
	assert_true(lower->windows[PCI_WINDOW_MEMORY].stray);
	assert_false(pci_forwarded(leaf, PCI_SPACE_MEMORY, 0x10200000, 0x1000));
	assert_true(host_logged("0000:01:00.0: window: memory 0x10200000 to 0x103fffff is not "
				"forwarded to it: taken as closed"));
}

static void test_outside_apertures(void **state)
{
	(void)state;
	fake_pci_open_window(upper_fake, PCI_WINDOW_MEMORY, 0xc0000000, 0xc00fffff);
	scan();
	assert_int_equal(upper->windows[PCI_WINDOW_MEMORY].size, 0);
	assert_true(upper->windows[PCI_WINDOW_MEMORY].stray);
}

static void test_narrow(void **state)
{
	(void)state;
	fake_pci_open_window(upper_fake, PCI_WINDOW_IO, 0x2000, 0x2fff);
	upper_fake->config[PCI_IO_BASE] &= 0xf0;
	upper_fake->config[PCI_IO_LIMIT] &= 0xf0;
	fake_pci_put(upper_fake, PCI_IO_BASE_UPPER, 4, 0x12345678); /* does not count */
	fake_pci_open_window(upper_fake, PCI_WINDOW_PREFETCH, 0x20000000, 0x200fffff);
	upper_fake->config[PCI_PREFETCH_BASE] &= 0xf0;
	scan();
	assert_int_equal(upper->windows[PCI_WINDOW_IO].base, 0x2000);
	assert_int_equal(pci_window_last(upper, PCI_WINDOW_IO), UINT16_MAX);
	assert_int_equal(pci_window_last(upper, PCI_WINDOW_PREFETCH), UINT32_MAX);
}

static void test_set(void **state)
{
	struct pci_window *w;

	(void)state;
	scan();
	assert_int_equal(pci_window_set(upper, PCI_WINDOW_IO, 0x1000, 0x2000), OK);
	assert_int_equal(fake_pci_get(upper_fake, PCI_IO_BASE, 2), 0x2111);
	assert_int_equal(pci_window_set(upper, PCI_WINDOW_MEMORY, 0x3e000000, 0xf00000), OK);
	assert_int_equal(fake_pci_get(upper_fake, PCI_MEMORY_BASE, 4), 0x3ee03e00);
	assert_int_equal(pci_window_set(upper, PCI_WINDOW_PREFETCH, 0x80fff00000, 0x200000), OK);
	assert_int_equal(fake_pci_get(upper_fake, PCI_PREFETCH_BASE, 4), 0x0001fff1);
	assert_int_equal(fake_pci_get(upper_fake, PCI_PREFETCH_BASE_UPPER, 4), 0x80);
	assert_int_equal(fake_pci_get(upper_fake, PCI_PREFETCH_LIMIT_UPPER, 4), 0x81);
	w = &upper->windows[PCI_WINDOW_PREFETCH];
	assert_true(w->base == 0x80fff00000 && w->size == 0x200000 && w->wide && !w->stray);
	assert_true(host_logged("window: prefetchable opened at 0x80fff00000 to 0x81000fffff"));
	assert_int_equal(pci_window_set(upper, PCI_WINDOW_IO, 0x1000, 0x3000), OK);
	assert_true(host_logged("window: I/O widened to 0x1000 to 0x3fff"));
	/* Read anew, they are the same. */
	scan();
	assert_true(w->base == 0x80fff00000 && w->size == 0x200000);
	assert_int_equal(upper->windows[PCI_WINDOW_IO].size, 0x3000);
	assert_int_equal(upper->windows[PCI_WINDOW_MEMORY].size, 0xf00000);
}

static void test_not_implemented(void **state)
{
	(void)state;
	fake_pci_remove_window(upper_fake, PCI_WINDOW_PREFETCH);
	scan();
	assert_int_equal(
		pci_window_set(upper, PCI_WINDOW_PREFETCH, 0x20000000, 0x100000), ERR_REFUSED);
	assert_true(upper->windows[PCI_WINDOW_PREFETCH].refused);
	assert_int_equal(upper->windows[PCI_WINDOW_PREFETCH].size, 0);
	assert_true(host_logged("is not kept by the bridge"));
}

static void test_close_stray(void **state)
{
	(void)state;
	fake_pci_open_window(upper_fake, PCI_WINDOW_MEMORY, 0x20000000, 0x200fffff);
	fake_pci_remove_window(upper_fake, PCI_WINDOW_IO);
	scan();
	pci_windows_close_stray(upper);
	/* Open ones stay, those from reset have base above limit, absent ones are known as such. */
	assert_int_equal(fake_pci_get(upper_fake, PCI_MEMORY_BASE, 4), 0x20002000);
	assert_int_equal(fake_pci_get(upper_fake, PCI_PREFETCH_BASE, 4), 0x0001fff1);
	assert_true(upper->windows[PCI_WINDOW_IO].refused);
	assert_false(upper->windows[PCI_WINDOW_PREFETCH].refused);
	machine.writes = 0;
	pci_windows_close_stray(upper);
	assert_int_equal(machine.writes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_apertures, setup),
		cmocka_unit_test_setup(test_after_reset, setup),
		cmocka_unit_test_setup(test_open, setup),
		cmocka_unit_test_setup(test_outside_apertures, setup),
		cmocka_unit_test_setup(test_narrow, setup),
		cmocka_unit_test_setup(test_set, setup),
		cmocka_unit_test_setup(test_not_implemented, setup),
		cmocka_unit_test_setup(test_close_stray, setup),
	};

	return cmocka_run_group_tests_name("pci_window", tests, NULL, NULL);
}
