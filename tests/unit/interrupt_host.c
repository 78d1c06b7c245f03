/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a device of a test. Out: it behind a fake GICv2, and what it means to be polled. */
#include "interrupt_host.h"

#include <stdio.h>
#include <string.h>

struct fake_gic gic;
struct dma_pool pool;
struct pci_tree tree;
struct virtio_device dev;

int interrupt_setup(void **state)
{
	if (host_reset(state))
		return -1;
	memset(&tree, 0, sizeof(tree));
	fake_gic_init(&gic);
	return 0;
}

int interrupt_teardown(void **state)
{
	(void)state;
	virtio_interrupt_close(&dev);
	irq_close();
	return 0;
}

void open_as(enum interrupt_mode mode)
{
	virtio_interrupt_open(&dev, mode, &gic.tables, &tree);
}

void expect_unusable(enum interrupt_mode mode, const char *reason)
{
	char error[64];

	open_as(mode);
	assert_int_equal(dev.interrupt.mode, INTERRUPT_POLL);
	assert_int_equal(fake_gic_enabled(&gic), 0);
	snprintf(error, sizeof(error), "%s: error:", dev.name);
	assert_false(host_logged(error));
	assert_true(virtio_interrupt_look(&dev, 0));
	virtio_interrupt_report(&dev);
	assert_true(tap_passed());
	host_expect_line(reason);
}
