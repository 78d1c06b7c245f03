/* SPDX-License-Identifier: BSD-2-Clause */
/* In: PCI functions none of which is a virtio GPU. Out: what is said of each, and what to do. */
#include "gpu/absent.h"
#include "host.h"

#include <stdio.h>
#include <string.h>

static struct virtio_devices devices;
static struct pci_tree tree;

static int setup(void **state)
{
	memset(&devices, 0, sizeof(devices));
	memset(&tree, 0, sizeof(tree));
	return host_reset(state);
}

static void add(const char *name, uint16_t vendor, uint16_t device, uint32_t class)
{
	struct pci_device *d = &tree.devices[tree.count++];

	d->vendor_id = vendor;
	d->device_id = device;
	d->class_code = class;
	snprintf(d->name, sizeof(d->name), "%s", name);
	devices.functions++;
}

/* By the vendor before the class: a virtio GPU that was refused is a display controller too. */
static void test_each_kind(void **state)
{
	(void)state;
	add("0000:00:00.0", 0x8086, 0x29c0, 0x060000);
	add("0000:00:01.0", 0x1234, 0x1111, 0x030000);
	add("0000:00:02.0", 0x1af4, 0x1050, 0x038000);
	add("0000:00:03.0", 0x1af4, 0x1044, 0x00ff00);
	add("0000:00:04.0", 0x8086, 0x10d3, 0x020000);
	gpu_explain_absence(&devices, &tree, 1);
	host_expect_line(
		"gpu: looked at: 0 virtio-mmio windows, 5 PCI functions behind 1 host bridges");
	host_expect_line("looked at: 0000:00:00.0: 8086:29c0 class 0x060000: a bridge\n");
	host_expect_line(
		"looked at: 0000:00:01.0: 1234:1111 class 0x030000: a display controller, which is "
		"no virtio device\n");
	host_expect_line(
		"looked at: 0000:00:02.0: 1af4:1050 class 0x038000: another kind of virtio device, "
		"or one that was refused\n");
	host_expect_line(
		"looked at: 0000:00:03.0: 1af4:1044 class 0x00ff00: another kind of virtio device");
	host_expect_line(
		"looked at: 0000:00:04.0: 8086:10d3 class 0x020000: no display controller\n");
}

static void test_nothing_there(void **state)
{
	(void)state;
	devices.windows = 32;
	gpu_explain_absence(&devices, &tree, 0);
	host_expect_line(
		"looked at: 32 virtio-mmio windows, 0 PCI functions behind 0 host bridges");
	assert_false(host_logged("class"));
	host_expect_line("next: QEMU: -device virtio-gpu-pci, or virtio-gpu-device");
	host_expect_line("next: a window that no table names: virtio_mmio.device=SIZE@BASE:IRQ");
	host_expect_line("next: loglevel=debug");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_each_kind, setup),
		cmocka_unit_test_setup(test_nothing_there, setup),
	};

	return cmocka_run_group_tests_name("absent", tests, NULL, NULL);
}
