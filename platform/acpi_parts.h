/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts of the ACPI reader; platform/acpi.h is its interface. Each takes a complete table,
 * whose checksum has been found right, and returns ERR_MALFORMED, logged, when it is too short
 * for what it says it holds.
 */
#ifndef PLATFORM_ACPI_PARTS_H
#define PLATFORM_ACPI_PARTS_H

#include "mem/bytes.h"
#include "platform/machine.h"

#define ACPI_HEADER_SIZE 36u /* ACPI 6.5 §5.2.6 */

/* PCI Express memory mapped configuration: a host bridge for each allocation. */
MUST_CHECK enum status acpi_read_mcfg(struct bytes table, struct machine *m);

/* Fixed ACPI Description Table: PSCI. */
MUST_CHECK enum status acpi_read_fadt(struct bytes table, struct machine *m);

/* Where the FADT says that the DSDT is; 0 when it does not. */
uint64_t acpi_fadt_dsdt(struct bytes table);

/* Multiple APIC Description Table: enabled processors, interrupt controllers. */
MUST_CHECK enum status acpi_read_madt(struct bytes table, struct machine *m);

/*
 * I/O Remapping Table: the device ids that an ITS sees for PCI functions, and whether
 * these are coherent, which machine_settle_pci_segments hands to the bridges.
 */
MUST_CHECK enum status acpi_read_iort(struct bytes table, struct machine *m);

/* Serial Port Console Redirection table, revisions 1 to 4. */
MUST_CHECK enum status acpi_read_spcr(struct bytes table, struct machine *m);

/* Debug Port table 2: its serial ports. */
MUST_CHECK enum status acpi_read_dbg2(struct bytes table, struct machine *m);

/*
 * The devices of definition blocks (tables without their headers): virtio-mmio windows, UARTs, and
 * PCI host bridges, which are matched with those that MCFG gave the machine before.
 */
MUST_CHECK enum status acpi_read_devices(
	const struct bytes *blocks, unsigned count, struct machine *m);

#endif
