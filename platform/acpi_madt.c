/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the MADT (ACPI 6.5 §5.2.12). Out: processors, and the interrupt controllers. */
#include "mem/log.h"
#include "platform/acpi_parts.h"

enum madt_type {
	MADT_LOCAL_APIC = 0x0,
	MADT_IO_APIC = 0x1,
	MADT_OVERRIDE = 0x2,
	MADT_LOCAL_APIC_ADDRESS = 0x5,
	MADT_X2APIC = 0x9,
	MADT_GICC = 0xb,
	MADT_GICD = 0xc,
	MADT_GIC_MSI_FRAME = 0xd,
	MADT_GICR = 0xe,
	MADT_GIC_ITS = 0xf,
};

#define MADT_LOCAL   36u
#define MADT_ENTRIES 44u

#define MADT_PCAT_COMPAT  0x1u /* of the table: 8259s are there */
#define MADT_ENABLED      0x1u /* of a processor */
#define MADT_SPI_OVERRIDE 0x1u /* of an MSI frame: count and base are stated here */

/* §5.2.12.5, MPS INTI flags; otherwise as the bus has it: ISA is edge and high */
#define INTI_POLARITY     0x3u
#define INTI_POLARITY_LOW 0x3u
#define INTI_TRIGGER      0xcu
#define INTI_LEVEL        0xcu

/* One redistributor: two frames of 64 KiB, four with virtual LPIs (IHI 0069 §12.10). */
#define GICR_ONE 0x20000u

static const char source[] = "ACPI MADT";

/* What is read of the table, and how long each is at least: a GICC has grown since ACPI 5.0. */
static const struct entry_kind {
	uint8_t type;
	uint8_t length; /* with type and length */
	const char *name;
} kinds[] = {
	{MADT_LOCAL_APIC, 8, "local APIC"},
	{MADT_IO_APIC, 12, "I/O APIC"},
	{MADT_OVERRIDE, 10, "interrupt source override"},
	{MADT_LOCAL_APIC_ADDRESS, 12, "local APIC address"},
	{MADT_X2APIC, 16, "local x2APIC"},
	{MADT_GICC, 40, "GICC"},
	{MADT_GICD, 24, "GICD"},
	{MADT_GIC_MSI_FRAME, 24, "GIC MSI frame"},
	{MADT_GICR, 16, "GICR"},
	{MADT_GIC_ITS, 20, "GIC ITS"},
};

/*
 * Positions here are those of the specification, less type and length. The registers of a processor
 * that is not enabled may have no power, and are not those that this program runs by.
 */
static enum status read_gicc(struct bytes *e, struct machine *m)
{
	uint64_t interface, redistributor;

	bytes_seek(e, 10);
	if (!(bytes_le32(e) & MADT_ENABLED))
		return OK;
	bytes_seek(e, 30);
	interface = bytes_le64(e);
	bytes_seek(e, 58);
	redistributor = e->overrun ? 0 : bytes_le64(e);
	e->overrun = false; /* ACPI 5.0's ends here */
	if (!m->irq.gic.cpu_interface)
		m->irq.gic.cpu_interface = interface;
	if (!redistributor)
		return OK;
	return irq_add_redistributors(&m->irq, redistributor, GICR_ONE, source);
}

static void read_gicd(struct bytes *e, struct machine *m)
{
	unsigned version;

	bytes_seek(e, 6);
	m->irq.gic.distributor = bytes_le64(e);
	bytes_seek(e, 18);
	version = bytes_u8(e);
	if (version)
		m->gic_version = version;
}

static enum status read_frame(struct bytes *e, struct machine *m)
{
	struct irq_frame frame = {0};
	uint32_t flags;

	bytes_seek(e, 6);
	frame.base = bytes_le64(e);
	flags = bytes_le32(e);
	if (flags & MADT_SPI_OVERRIDE) {
		frame.spi_count = bytes_le16(e);
		frame.spi_base = bytes_le16(e);
	}
	return irq_add_frame(&m->irq, &frame, source);
}

static enum status read_redistributors(struct bytes *e, struct machine *m)
{
	uint64_t base;

	bytes_seek(e, 2);
	base = bytes_le64(e);
	return irq_add_redistributors(&m->irq, base, bytes_le32(e), source);
}

static enum status read_its(struct bytes *e, struct machine *m)
{
	struct irq_its its;

	bytes_seek(e, 2);
	its.id = bytes_le32(e);
	its.base = bytes_le64(e);
	return irq_add_its(&m->irq, &its, source);
}

static enum status read_io_apic(struct bytes *e, struct machine *m)
{
	struct irq_io_apic io = {0};

	bytes_seek(e, 2);
	io.base = bytes_le32(e);
	io.first = bytes_le32(e);
	return irq_add_io_apic(&m->irq, &io, source);
}

static enum status read_override(struct bytes *e, struct machine *m)
{
	struct irq_override override = {0};
	uint16_t flags;

	bytes_u8(e); /* bus: 0, ISA */
	override.source = bytes_u8(e);
	override.line.number = bytes_le32(e);
	flags = bytes_le16(e);
	override.line.low = (flags & INTI_POLARITY) == INTI_POLARITY_LOW;
	override.line.edge = (flags & INTI_TRIGGER) != INTI_LEVEL;
	return irq_add_override(&m->irq, &override, source);
}

/* One structure that describes a controller, behind its type and length. */
static enum status read_controller(struct bytes *e, uint8_t type, struct machine *m)
{
	switch (type) {
	case MADT_GICC: return read_gicc(e, m);
	case MADT_GICD: read_gicd(e, m); return OK;
	case MADT_GIC_MSI_FRAME: return read_frame(e, m);
	case MADT_GICR: return read_redistributors(e, m);
	case MADT_GIC_ITS: return read_its(e, m);
	case MADT_IO_APIC: return read_io_apic(e, m);
	case MADT_OVERRIDE: return read_override(e, m);
	case MADT_LOCAL_APIC_ADDRESS:
		bytes_seek(e, 2);
		m->irq.apic.local = bytes_le64(e);
		return OK;
	default: return OK;
	}
}

/* True for an enabled processor. */
static bool is_processor(struct bytes e, uint8_t type)
{
	switch (type) {
	case MADT_LOCAL_APIC: bytes_seek(&e, 2); break;
	case MADT_X2APIC: bytes_seek(&e, 6); break;
	case MADT_GICC: bytes_seek(&e, 10); break;
	default: return false;
	}
	return bytes_le32(&e) & MADT_ENABLED;
}

static enum status too_short(const struct bytes *table)
{
	log_error("acpi", "APIC: length: 0x%lx bytes end inside an entry", table->size);
	return ERR_MALFORMED;
}

/* Whether an entry holds the fields of its type, if these are read at all. */
static bool is_whole(uint8_t type, uint8_t length, size_t at)
{
	for (unsigned i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (kinds[i].type != type || length >= kinds[i].length)
			continue;
		log_error("acpi", "APIC: %s at 0x%lx: length %u, at least %u: passed over",
			kinds[i].name, at, length, kinds[i].length);
		return false;
	}
	return true;
}

static enum status read_entry(struct bytes *e, uint8_t type, struct machine *m, unsigned *enabled)
{
	*enabled += is_processor(*e, type);
	return read_controller(e, type, m);
}

/* The table's own fields: where the local APICs are; 0 on Arm. */
static void read_local(struct bytes table, struct machine *m)
{
	uint32_t local;

	bytes_seek(&table, MADT_LOCAL);
	local = bytes_le32(&table);
	if (!local)
		return;
	m->irq.apic.local = local;
	m->irq.apic.pics = bytes_le32(&table) & MADT_PCAT_COMPAT;
}

enum status acpi_read_madt(struct bytes table, struct machine *m)
{
	unsigned enabled = 0;
	enum status result = OK;

	read_local(table, m);
	bytes_seek(&table, MADT_ENTRIES);
	while (bytes_left(&table)) {
		size_t at = table.pos;
		uint8_t type = bytes_u8(&table), length = bytes_u8(&table);
		struct bytes entry = bytes_slice(&table, table.pos, length - 2u);
		enum status status = ERR_MALFORMED;

		if (table.overrun || length < 2 || entry.overrun)
			return too_short(&table);
		if (is_whole(type, length, at))
			status = read_entry(&entry, type, m, &enabled);
		if (status != OK)
			result = status;
		bytes_seek(&table, table.pos + entry.size);
	}
	if (table.overrun)
		return too_short(&table);
	log_debug(
		"acpi", "APIC: %u processors are enabled, GIC version %u", enabled, m->gic_version);
	if (enabled)
		m->cpu_count = enabled;
	return result;
}
