/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the MCFG and the FADT. Out: PCI segments, PSCI. */
#include "mem/format.h"
#include "mem/log.h"
#include "platform/acpi_parts.h"

/* ACPI 6.5 §5.2.9, the FADT's fields by offset */
#define FADT_DSDT          40u
#define FADT_FLAGS         112u
#define FADT_ARM_BOOT_ARCH 129u
#define FADT_X_DSDT        140u
#define FADT_HW_REDUCED    (1u << 20)
#define FADT_PSCI          (1u << 0)
#define FADT_PSCI_USE_HVC  (1u << 1)

/* PCI Firmware Specification 3.3 §4.1.2 */
#define MCFG_ENTRIES    44u
#define MCFG_ENTRY_SIZE 16u
#define ECAM_BUS_SHIFT  20u

static const char subject[] = "acpi";

static enum status too_short(const char *signature, const struct bytes *table)
{
	log_error(subject, "%s: length: 0x%lx bytes end inside an entry", signature, table->size);
	return ERR_MALFORMED;
}

enum status acpi_read_mcfg(struct bytes table, struct machine *m)
{
	enum status result = OK;

	bytes_seek(&table, MCFG_ENTRIES);
	while (bytes_left(&table) >= MCFG_ENTRY_SIZE) {
		struct pci_host host = {.access = PCI_ACCESS_ECAM};
		uint64_t base = bytes_le64(&table);
		enum status status;

		host.segment = bytes_le16(&table);
		host.bus_first = bytes_u8(&table);
		host.bus_last = bytes_u8(&table);
		bytes_le32(&table);
		/* The base is that of bus 0, whether or not the entry begins there. */
		host.ecam_base = base + ((uint64_t)host.bus_first << ECAM_BUS_SHIFT);
		if (!base || host.ecam_base < base)
			host.ecam_base = 0; /* which the machine refuses */
		format(host.source, SOURCE_SIZE, "ACPI MCFG");
		status = machine_add_pci_host(m, &host);
		if (status != OK)
			result = status;
	}
	if (bytes_left(&table) || table.overrun)
		return too_short("MCFG", &table);
	return result;
}

enum status acpi_read_fadt(struct bytes table, struct machine *m)
{
	uint32_t flags;
	uint16_t arm;

	bytes_seek(&table, FADT_FLAGS);
	flags = bytes_le32(&table);
	if (table.overrun)
		return too_short("FACP", &table);
	if (flags & FADT_HW_REDUCED)
		log_debug(subject, "FACP: hardware-reduced ACPI");
	bytes_seek(&table, FADT_ARM_BOOT_ARCH);
	arm = bytes_le16(&table); /* 0 where the table ends before it */
	if (arm & FADT_PSCI)
		m->psci = arm & FADT_PSCI_USE_HVC ? PSCI_HVC : PSCI_SMC;
	return OK;
}

uint64_t acpi_fadt_dsdt(struct bytes table)
{
	uint64_t address;

	bytes_seek(&table, FADT_X_DSDT);
	address = bytes_le64(&table);
	if (address)
		return address;
	bytes_seek(&table, FADT_DSDT);
	return bytes_le32(&table);
}
