/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the RSDP's address and a way to read memory. Out: what the ACPI tables say of the machine. */
#include "platform/acpi.h"

#include "mem/format.h"
#include "mem/log.h"
#include "mem/string.h"
#include "platform/acpi_parts.h"

#define MAX_TABLES     256u
#define MAX_BLOCKS     64u
#define MAX_TABLE_SIZE 0x1000000u /* far above any real table */

#define RSDP_V1_SIZE  20u
#define RSDP_V2_SIZE  36u
#define RSDP_MAX_SIZE 4096u

struct header {
	char signature[5]; /* what is not printable as `?` */
	uint32_t length;
	uint8_t revision;
};

static const char subject[] = "acpi";

static struct header read_header(struct bytes table)
{
	const uint8_t *signature = bytes_take(&table, 4);
	struct header header = {0};

	for (unsigned i = 0; signature && i < 4; i++)
		header.signature[i] =
			signature[i] > ' ' && signature[i] <= '~' ? (char)signature[i] : '?';
	header.length = bytes_le32(&table);
	header.revision = bytes_u8(&table);
	return header;
}

static bool is_table(const struct header *header, const char *signature)
{
	return !strcmp(header->signature, signature);
}

static bool checksum_right(const uint8_t *data, size_t size)
{
	uint8_t sum = 0;

	while (size--)
		sum = (uint8_t)(sum + *data++);
	return !sum;
}

static enum status check_table(struct bytes *table, const struct header *header)
{
	if (table->size < ACPI_HEADER_SIZE || header->length < ACPI_HEADER_SIZE ||
		header->length > table->size) {
		log_error(subject, "%s: length: 0x%x bytes are said, 0x%lx are there: passed over",
			header->signature, header->length, table->size);
		return ERR_MALFORMED;
	}
	*table = bytes_of(table->data, header->length);
	if (!checksum_right(table->data, table->size)) {
		log_error(subject, "%s: checksum: wrong: passed over", header->signature);
		return ERR_MALFORMED;
	}
	return OK;
}

/* A table that was checked. */
static enum status read_checked(struct bytes table, const struct header *header, struct machine *m)
{
	struct bytes block;

	if (is_table(header, "MCFG"))
		return acpi_read_mcfg(table, m);
	if (is_table(header, "SPCR"))
		return acpi_read_spcr(table, m);
	if (is_table(header, "DBG2"))
		return acpi_read_dbg2(table, m);
	if (is_table(header, "FACP"))
		return acpi_read_fadt(table, m);
	if (is_table(header, "APIC"))
		return acpi_read_madt(table, m);
	if (is_table(header, "IORT"))
		return acpi_read_iort(table, m);
	if (is_table(header, "DSDT") || is_table(header, "SSDT")) {
		block = bytes_slice(&table, ACPI_HEADER_SIZE, table.size - ACPI_HEADER_SIZE);
		return acpi_read_devices(&block, 1, m);
	}
	log_debug(subject, "%s: not read here", header->signature);
	return ERR_UNSUPPORTED;
}

enum status acpi_read_table(struct bytes table, struct machine *m)
{
	struct header header = read_header(table);
	enum status status = check_table(&table, &header);

	return status == OK ? read_checked(table, &header, m) : status;
}

/* The table at an address, checked. */
static enum status open_table(const struct table_source *source, uint64_t address,
	struct bytes *table, struct header *header)
{
	const void *data = address ? source->map(source->context, address, ACPI_HEADER_SIZE) : NULL;

	if (data) {
		*header = read_header(bytes_of(data, ACPI_HEADER_SIZE));
		if (header->length > MAX_TABLE_SIZE) {
			log_error(subject, "%s at 0x%lx: length: 0x%x is more than any table has",
				header->signature, address, header->length);
			return ERR_MALFORMED;
		}
		if (header->length < ACPI_HEADER_SIZE)
			return check_table(&(struct bytes){.data = data}, header);
		data = source->map(source->context, address, header->length);
	}
	if (!data) {
		log_error(subject, "table at 0x%lx: that is not memory: passed over", address);
		return ERR_MALFORMED;
	}
	*table = bytes_of(data, header->length);
	return check_table(table, header);
}

/* The definition blocks met so far; they are read last, all together. */
struct blocks {
	struct bytes block[MAX_BLOCKS];
	unsigned count;
};

static void add_block(struct blocks *blocks, struct bytes table, const struct header *header)
{
	if (blocks->count == MAX_BLOCKS) {
		log_error(subject, "%s: no room (%u definition blocks are known): passed over",
			header->signature, MAX_BLOCKS);
		return;
	}
	blocks->block[blocks->count++] =
		bytes_slice(&table, ACPI_HEADER_SIZE, table.size - ACPI_HEADER_SIZE);
}

static void read_dsdt(const struct table_source *source, uint64_t address, struct blocks *blocks)
{
	struct header header;
	struct bytes table;

	if (!address) {
		log_debug(subject, "FACP: no DSDT");
		return;
	}
	if (open_table(source, address, &table, &header) != OK)
		return;
	if (is_table(&header, "DSDT"))
		add_block(blocks, table, &header);
	else
		log_error(subject, "table at 0x%lx: signature: %s instead of DSDT", address,
			header.signature);
}

static void read_listed(const struct table_source *source, uint64_t address, struct machine *m,
	struct blocks *blocks)
{
	struct header header;
	struct bytes table;
	enum status status;

	if (open_table(source, address, &table, &header) != OK)
		return;
	log_debug(subject, "%s at 0x%lx: 0x%x bytes, revision %u", header.signature, address,
		header.length, header.revision);
	if (is_table(&header, "SSDT")) {
		add_block(blocks, table, &header);
		return;
	}
	status = read_checked(table, &header, m);
	if (status != OK && status != ERR_UNSUPPORTED)
		log_info(subject, "%s: not all of it was usable (%s)", header.signature,
			status_name(status));
	if (is_table(&header, "FACP"))
		read_dsdt(source, acpi_fadt_dsdt(table), blocks);
}

static void read_root(
	const struct table_source *source, struct bytes root, size_t entry_size, struct machine *m)
{
	struct blocks blocks = {.count = 0};
	size_t count = (root.size - ACPI_HEADER_SIZE) / entry_size;

	if (count > MAX_TABLES) {
		log_error(subject, "root table: %lu entries: only %u are read", count, MAX_TABLES);
		count = MAX_TABLES;
	}
	bytes_seek(&root, ACPI_HEADER_SIZE);
	while (count--)
		read_listed(source, entry_size == 8 ? bytes_le64(&root) : bytes_le32(&root), m,
			&blocks);
	if (blocks.count && acpi_read_devices(blocks.block, blocks.count, m) != OK)
		log_info(subject, "DSDT and SSDT: not all of it was usable");
	/* A _CCA is about the bridge itself, and stands. */
	machine_settle_pci_segments(m);
}

/* The root table at an address, if it is one with this signature. */
static bool open_root(const struct table_source *source, uint64_t address, const char *signature,
	struct bytes *table)
{
	struct header header;

	if (!address || open_table(source, address, table, &header) != OK)
		return false;
	if (is_table(&header, signature))
		return true;
	log_error(subject, "table at 0x%lx: signature: %s instead of %s", address, header.signature,
		signature);
	return false;
}

struct rsdp {
	uint64_t rsdt;
	uint64_t xsdt; /* 0: none */
};

/* ACPI 6.5 §5.2.5.3: the extended checksum covers as much as the length says. */
static uint64_t read_xsdt_address(const struct table_source *source, uint64_t address)
{
	const uint8_t *data = source->map(source->context, address, RSDP_V2_SIZE);
	struct bytes b = bytes_of(data, data ? RSDP_V2_SIZE : 0);
	uint32_t length;

	bytes_seek(&b, RSDP_V1_SIZE);
	length = bytes_le32(&b);
	if (length >= RSDP_V2_SIZE && length <= RSDP_MAX_SIZE) {
		data = source->map(source->context, address, length);
		if (data && checksum_right(data, length))
			return bytes_le64(&b);
	}
	log_error(subject, "RSDP at 0x%lx: extended checksum is wrong: the XSDT is not used",
		address);
	return 0;
}

static enum status read_rsdp(const struct table_source *source, uint64_t address, struct rsdp *rsdp)
{
	const uint8_t *data = source->map(source->context, address, RSDP_V1_SIZE);
	struct bytes b;
	uint8_t revision;

	if (!data || memcmp(data, "RSD PTR ", 8) || !checksum_right(data, RSDP_V1_SIZE)) {
		log_error(subject, "RSDP at 0x%lx: %s", address,
			data ? "signature or checksum is wrong" : "that is not memory");
		return ERR_MALFORMED;
	}
	b = bytes_of(data, RSDP_V1_SIZE);
	bytes_seek(&b, 15);
	revision = bytes_u8(&b);
	rsdp->rsdt = bytes_le32(&b);
	rsdp->xsdt = revision >= 2 ? read_xsdt_address(source, address) : 0;
	log_debug(subject, "RSDP at 0x%lx: revision %u, XSDT 0x%lx, RSDT 0x%lx", address, revision,
		rsdp->xsdt, rsdp->rsdt);
	return OK;
}

enum status acpi_read_machine(
	const struct table_source *source, uint64_t address, struct machine *m)
{
	struct bytes root;
	struct rsdp rsdp;
	enum status status = read_rsdp(source, address, &rsdp);

	if (status != OK)
		return status;
	if (open_root(source, rsdp.xsdt, "XSDT", &root)) {
		read_root(source, root, 8, m);
		return OK;
	}
	if (open_root(source, rsdp.rsdt, "RSDT", &root)) {
		read_root(source, root, 4, m);
		return OK;
	}
	log_error(subject, "RSDP at 0x%lx: no usable XSDT (0x%lx) or RSDT (0x%lx)", address,
		rsdp.xsdt, rsdp.rsdt);
	return ERR_MALFORMED;
}
