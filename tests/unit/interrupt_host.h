/* SPDX-License-Identifier: BSD-2-Clause */
/* One virtio device whose interrupts come by a fake GICv2: what the tests of them share. */
#ifndef TESTS_INTERRUPT_HOST_H
#define TESTS_INTERRUPT_HOST_H

#include "fake_gic.h"

#include "virtio/device.h"

extern struct fake_gic gic;
extern struct dma_pool pool;
extern struct pci_tree tree;
extern struct virtio_device dev;

/* Everything as new, but for the device, which is the test's. */
int interrupt_setup(void **state);
int interrupt_teardown(void **state);

void open_as(enum interrupt_mode mode);

/* Opened so the device is polled, for that reason, which is not its failure. */
void expect_unusable(enum interrupt_mode mode, const char *reason);

#endif
