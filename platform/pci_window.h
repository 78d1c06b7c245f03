/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What bridges forward: the apertures of the host bridge and the windows of PCI-to-PCI bridges
 * (PCI-to-PCI Bridge 1.2 §3.2.5). All addresses are bus addresses.
 */
#ifndef PLATFORM_PCI_WINDOW_H
#define PLATFORM_PCI_WINDOW_H

#include "platform/pci.h"

/* The host's aperture that holds all of [base, base + size); NULL when there is none. */
const struct pci_aperture *pci_find_aperture(
	const struct pci_host *host, enum pci_space space, uint64_t base, uint64_t size);

/*
 * True when accesses to [base, base + size) arrive at the bus that the device is on: the host
 * bridge has an aperture there (or does not say what it forwards), and every bridge above the
 * device has a window there.
 */
bool pci_forwarded(
	const struct pci_device *device, enum pci_space space, uint64_t base, uint64_t size);

/*
 * Reads the windows of a bridge into bridge->windows; those of the bridges above are known. A
 * window that is not forwarded to the bridge, or that begins at address 0 as after a reset, counts
 * as closed and is marked stray.
 */
void pci_windows_read(struct pci_device *bridge);

enum pci_space pci_window_space(enum pci_window_kind kind);

/* Windows begin and end at multiples of this: 4 KiB for I/O, 1 MiB for memory. */
uint64_t pci_window_granule(enum pci_window_kind kind);

/* The highest address that a window of the bridge can hold. */
uint64_t pci_window_last(const struct pci_device *bridge, enum pci_window_kind kind);

/*
 * Makes a window forward [base, base + size), multiples of the granule and not empty. ERR_REFUSED,
 * logged, when the bridge does not keep it: it does not have that window, and is marked so.
 */
MUST_CHECK enum status pci_window_set(
	struct pci_device *bridge, enum pci_window_kind kind, uint64_t base, uint64_t size);

/* Closes the windows that are marked stray, before decoding brings them to life. */
void pci_windows_close_stray(struct pci_device *bridge);

#endif
