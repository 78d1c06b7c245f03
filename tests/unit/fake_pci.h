/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PCI machine for tests: functions with configuration space behind ECAM or ports, bridges that
 * forward by their bus numbers and windows, BARs that size and decode, apertures of the host
 * bridge.
 *
 * A function keeps only the bits of a register that are writable, which is all that BAR sizing
 * needs. Reading memory or I/O of an aperture arrives at the function whose BAR answers, through
 * every bridge on the way, or reads as all ones.
 */
#ifndef TESTS_UNIT_FAKE_PCI_H
#define TESTS_UNIT_FAKE_PCI_H

#include "host.h"
#include "platform/pci.h"

#define FAKE_MAX_FUNCTIONS 320u
#define FAKE_CONFIG_SIZE   256u

#define FAKE_BAR_IO       0x1u
#define FAKE_BAR_64       0x4u
#define FAKE_BAR_PREFETCH 0x8u

struct fake_function {
	struct fake_function *bridge; /* NULL: on the root bus */
	unsigned device;
	unsigned function;
	uint8_t config[FAKE_CONFIG_SIZE];
	uint8_t writable[FAKE_CONFIG_SIZE];
};

struct fake_pci {
	const struct pci_host *host;
	struct fake_function functions[FAKE_MAX_FUNCTIONS];
	unsigned count;
	uint32_t config_address; /* port 0xcf8 */
	unsigned reads; /* of configuration space */
	unsigned absent_reads; /* of those, at functions that are not there */
	unsigned writes;
	unsigned live_bar_writes; /* BARs changed while they were decoded: a mistake */
	unsigned collisions; /* accesses that two BARs answered: a mistake */
};

/* As that of arm's virt machine, with its low memory alone. */
extern const struct pci_host fake_pci_virt;

/* An empty machine behind `host` (borrowed): its configuration space and its apertures. */
void fake_pci_init(struct fake_pci *m, const struct pci_host *host);

struct fake_function *fake_pci_add(struct fake_pci *m, struct fake_function *bridge,
	unsigned device, unsigned function, uint16_t vendor_id, uint16_t device_id);

/* Makes it a bridge, its windows as after a reset: prefetchable of 64 bits, I/O of 32. */
void fake_pci_make_bridge(struct fake_function *f, unsigned secondary, unsigned subordinate);

/* Adds a PCI Express capability at 0x40, of a device/port type. */
void fake_pci_make_express(struct fake_function *f, unsigned type);

/* Adds a capability at an offset; `next` is what its next pointer holds. */
void fake_pci_add_capability(struct fake_function *f, unsigned offset, uint8_t id, uint8_t next);

/* A BAR of `size` bytes (a power of two), with FAKE_BAR_ flags, that holds `address`. */
void fake_pci_add_bar(
	struct fake_function *f, unsigned index, unsigned flags, uint64_t size, uint64_t address);

/* Opens a bridge's window, [base, limit] in whole granules. */
void fake_pci_open_window(
	struct fake_function *f, enum pci_window_kind kind, uint64_t base, uint64_t limit);

/* Makes a window hard-wired to 0: not implemented. */
void fake_pci_remove_window(struct fake_function *f, enum pci_window_kind kind);

uint32_t fake_pci_get(const struct fake_function *f, unsigned offset, unsigned width);
void fake_pci_put(struct fake_function *f, unsigned offset, unsigned width, uint32_t value);

/* What four bytes at `offset` of a BAR read as. */
uint32_t fake_pci_pattern(
	const struct fake_pci *m, const struct fake_function *f, unsigned index, uint64_t offset);

#endif
