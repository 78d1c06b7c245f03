/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MSI-X for a function of a fake PCI machine: its capability, and a table of words that tests see.
 */
#ifndef TESTS_UNIT_FAKE_MSIX_H
#define TESTS_UNIT_FAKE_MSIX_H

#include "fake_pci.h"

#define FAKE_MSIX_CAP     0x98u /* the capability, in configuration space */
#define FAKE_MSIX_CONTROL (FAKE_MSIX_CAP + 2)
#define FAKE_MSIX_SIZE    0x1000u /* BAR 1: the table at its start, pending bits at 0x800 */
#define FAKE_MSIX_PENDING 0x800u

struct fake_msix {
	uint32_t words[FAKE_MSIX_SIZE / 4];
	char order[512]; /* what was written to entry 1, in this order: `OFFSET=VALUE `, in hex */
};

/* An empty table. Before fake_pci_init, whose own windows know of none. */
void fake_msix_init(struct fake_msix *msix);

/* A GPU with pin INTA. Its BAR 1 is the table, behind a bridge none; `entries` 0: without MSI-X. */
struct fake_function *fake_msix_add(
	struct fake_pci *m, struct fake_function *bridge, unsigned device, unsigned entries);

#endif
