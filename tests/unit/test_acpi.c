/* SPDX-License-Identifier: BSD-2-Clause */
/* In: platform/acpi*.c over tables of QEMU's machines and broken ones. Out: the machine they give.
 */
#include "host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host_hostile.h"
#include "platform/acpi.h"

#define BASE        0x40000000ul /* where tools/samples.py linked the samples */
#define HEADER_SIZE 36u

static struct machine m;

/* Memory as the reader sees it: one piece at BASE. */
static struct {
	uint8_t *data;
	size_t size;
} memory;

static const void *map(void *context, uint64_t address, size_t size)
{
	assert_ptr_equal(context, &memory);
	if (address < BASE || !range_inside(address - BASE, size, memory.size))
		return NULL;
	return memory.data + (address - BASE);
}

static const struct table_source source = {map, &memory};

static int setup(void **state)
{
	memset(&m, 0, sizeof(m));
	memory.data = NULL;
	memory.size = 0;
	return host_reset(state);
}

static int teardown(void **state)
{
	(void)state;
	free(memory.data);
	memory.data = NULL;
	return 0;
}

static void load(const char *name)
{
	char path[80];

	snprintf(path, sizeof(path), "tests/samples/acpi/%s.bin", name);
	memory.data = host_read_file(path, &memory.size);
}

static enum status read_sample(const char *name)
{
	load(name);
	return acpi_read_machine(&source, BASE, &m);
}

static void set_sum(uint8_t *data, size_t size, size_t at)
{
	uint8_t sum = 0;

	data[at] = 0;
	for (size_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + data[i]);
	data[at] = (uint8_t)-sum;
}

static uint8_t *find_table(const char *signature)
{
	for (size_t i = 0x40; i + HEADER_SIZE <= memory.size; i++)
		if (!memcmp(memory.data + i, signature, 4))
			return memory.data + i;
	fail_msg("%s: not in the sample", signature);
	return NULL;
}

static size_t table_size(const uint8_t *table)
{
	return table[4] | (size_t)table[5] << 8 | (size_t)table[6] << 16 | (size_t)table[7] << 24;
}

static void mend_table(uint8_t *table)
{
	set_sum(table, table_size(table), 9);
}

static void assert_aperture(unsigned index, enum pci_space space, uint64_t bus, uint64_t cpu,
	uint64_t size, bool io_is_mmio)
{
	const struct pci_aperture *a = &m.pci_hosts[0].apertures[index];

	assert_int_equal(a->space, space);
	assert_true(a->bus_base == bus && a->cpu_base == cpu && a->size == size);
	assert_int_equal(a->io_is_mmio, io_is_mmio);
	assert_false(a->prefetchable);
}

/* The 32 windows of QEMU's Arm machine; its tables number interrupts from 48. */
static void assert_arm_windows(void)
{
	assert_int_equal(m.virtio_mmio_count, 32);
	for (unsigned i = 0; i < 32; i++) {
		assert_true(m.virtio_mmio[i].base == 0xa000000 + 0x200 * i);
		assert_true(m.virtio_mmio[i].size == 0x200);
		assert_int_equal(m.virtio_mmio[i].interrupt, 48 + i);
		assert_int_equal(m.virtio_mmio[i].coherence, COHERENCE_YES);
	}
	assert_string_equal(m.virtio_mmio[31].source, "ACPI \\_SB.VR31");
}

static void assert_arm_uart(void)
{
	assert_int_equal(m.uart_count, 1);
	assert_int_equal(m.uarts[0].type, UART_PL011);
	assert_int_equal(m.uarts[0].space, IO_MMIO);
	assert_true(m.uarts[0].base == 0x9000000);
	assert_true(m.uarts[0].console && m.uarts[0].debug_port);
	assert_int_equal(m.uarts[0].baud, 9600);
}

/* QEMU's _PRT for Arm has an entry for each pin of each device; INTA of device 1 is SPI 4. */
static void assert_arm_pins(void)
{
	struct irq_line line;

	assert_int_equal(m.irq.route_count, 128);
	for (uint8_t device = 0; device < 32; device++) {
		for (uint8_t pin = 1; pin <= 4; pin++) {
			assert_int_equal(irq_find_route(&m.irq, 0, 0, device, pin, &line), OK);
			assert_int_equal(line.number, 32 + 3 + (device + pin - 1) % 4);
			assert_true(!line.edge && !line.low);
		}
	}
}

static void test_virt(void **state)
{
	(void)state;
	assert_int_equal(read_sample("virt"), OK);
	assert_true(m.irq.gic.distributor == 0x8000000);
	assert_true(m.irq.gic.cpu_interface == 0x8010000);
	assert_int_equal(m.irq.gic.frame_count, 1);
	assert_true(m.irq.gic.frames[0].base == 0x8020000);
	assert_int_equal(m.irq.gic.frames[0].spi_base, 80);
	assert_int_equal(m.irq.gic.frames[0].spi_count, 64);
	assert_arm_pins();
	assert_arm_windows();
	assert_arm_uart();
	assert_int_equal(m.cpu_count, 2);
	assert_int_equal(m.gic_version, 2);
	assert_int_equal(m.psci, PSCI_HVC);
	assert_int_equal(m.pci_host_count, 1);
	assert_int_equal(m.pci_hosts[0].access, PCI_ACCESS_ECAM);
	assert_true(m.pci_hosts[0].ecam_base == 0x4010000000);
	assert_int_equal(m.pci_hosts[0].coherence, COHERENCE_YES);
	assert_int_equal(m.pci_hosts[0].bus_last, 255);
	assert_int_equal(m.pci_hosts[0].aperture_count, 3);
	assert_aperture(0, PCI_SPACE_MEMORY, 0x10000000, 0x10000000, 0x2eff0000, false);
	assert_aperture(1, PCI_SPACE_IO, 0, 0x3eff0000, 0x10000, true);
	assert_aperture(2, PCI_SPACE_MEMORY, 0x8000000000, 0x8000000000, 0x8000000000, false);
	assert_false(host_logged("error:"));
	assert_false(host_logged("is not known"));
}

static void test_virt_gicv3_highmem_off(void **state)
{
	(void)state;
	assert_int_equal(read_sample("virt-gicv3-highmem-off"), OK);
	assert_arm_windows();
	assert_arm_uart();
	assert_int_equal(m.cpu_count, 1);
	assert_int_equal(m.gic_version, 3);
	assert_true(m.pci_hosts[0].ecam_base == 0x3f000000);
	assert_int_equal(m.pci_hosts[0].bus_last, 15);
	assert_int_equal(m.pci_hosts[0].aperture_count, 2);
}

static void assert_com1(const char *path)
{
	assert_int_equal(m.uart_count, 1);
	assert_int_equal(m.uarts[0].type, UART_16550);
	assert_int_equal(m.uarts[0].space, IO_PORT);
	assert_true(m.uarts[0].base == 0x3f8);
	assert_int_equal(m.uarts[0].register_width, 1);
	assert_int_equal(m.uarts[0].register_shift, 0);
	assert_string_equal(m.uarts[0].source, path);
}

static void test_q35(void **state)
{
	(void)state;
	assert_int_equal(read_sample("q35"), OK);
	assert_int_equal(m.cpu_count, 2);
	assert_int_equal(m.psci, PSCI_NONE);
	assert_com1("ACPI \\_SB.PCI0.SF8.COM1");
	assert_int_equal(m.pci_host_count, 1);
	assert_true(m.pci_hosts[0].ecam_base == 0xb0000000);
	assert_int_equal(m.pci_hosts[0].aperture_count, 5);
	assert_aperture(0, PCI_SPACE_IO, 0, 0, 0xcf8, false);
	assert_aperture(1, PCI_SPACE_IO, 0xd00, 0xd00, 0xf300, false);
	assert_aperture(2, PCI_SPACE_MEMORY, 0x10000000, 0x10000000, 0xa0000000, false);
	assert_aperture(3, PCI_SPACE_MEMORY, 0xc0000000, 0xc0000000, 0x3ec00000, false);
	assert_aperture(4, PCI_SPACE_MEMORY, 0x100000000, 0x100000000, 0x800000000, false);
	assert_true(host_logged("memory range 0xa0000 (0x20000 bytes): passed over"));
	assert_false(host_logged("error:"));
	assert_false(host_logged("is not known"));
}

/* A second root bus under one MCFG entry: each root is a bridge of its own. */
static void test_q35_pxb(void **state)
{
	(void)state;
	assert_int_equal(read_sample("q35-pxb"), OK);
	assert_int_equal(m.pci_host_count, 3);
	assert_int_equal(m.pci_hosts[0].bus_last, 0x1f);
	assert_int_equal(m.pci_hosts[0].aperture_count, 5);
	assert_int_equal(m.pci_hosts[1].bus_first, 0x20);
	assert_int_equal(m.pci_hosts[1].bus_last, 0x20);
	assert_true(m.pci_hosts[1].ecam_base == 0xb2000000);
}

/* No MCFG: the bridge of the DSDT, by ports. */
static void test_pc(void **state)
{
	(void)state;
	assert_int_equal(read_sample("pc"), OK);
	assert_com1("ACPI \\_SB.PCI0.S08.COM1");
	assert_int_equal(m.pci_host_count, 1);
	assert_int_equal(m.pci_hosts[0].access, PCI_ACCESS_PORTS);
	assert_int_equal(m.pci_hosts[0].bus_last, 255);
	assert_int_equal(m.pci_hosts[0].aperture_count, 4);
	assert_aperture(2, PCI_SPACE_MEMORY, 0x10000000, 0x10000000, 0xeec00000, false);
}

static void test_microvm(void **state)
{
	(void)state;
	assert_int_equal(read_sample("microvm"), OK);
	assert_com1("ACPI \\_SB.COM1");
	assert_int_equal(m.virtio_mmio_count, 2);
	assert_true(m.virtio_mmio[0].base == 0xfeb02e00);
	assert_true(m.virtio_mmio[1].base == 0xfeb02c00);
	assert_int_equal(m.virtio_mmio[0].interrupt, 0x2f);
	assert_int_equal(m.pci_host_count, 0);
	assert_true(host_logged("FACP: hardware-reduced ACPI"));
}

static void test_bad_rsdp(void **state)
{
	(void)state;
	load("virt");
	assert_int_equal(acpi_read_machine(&source, 0, &m), ERR_MALFORMED);
	assert_true(host_logged("RSDP at 0x0: that is not memory"));
	memory.data[10]++; /* checksum of the first 20 bytes */
	assert_int_equal(acpi_read_machine(&source, BASE, &m), ERR_MALFORMED);
	assert_true(host_logged("signature or checksum is wrong"));
	memory.data[10]--;
	memory.data[0]++;
	memory.data[9]--;
	assert_int_equal(acpi_read_machine(&source, BASE, &m), ERR_MALFORMED);
	assert_int_equal(m.virtio_mmio_count, 0);
}

/* Without a good extended part only the RSDT counts, and this RSDP has none. */
static void test_bad_extended_rsdp(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
	} cases[] = {{33, 1}, {20, 35}, {21, 0x20}, {23, 0xff}, {20, 0}};

	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		setup(state);
		load("virt");
		memory.data[cases[i].at] = cases[i].value;
		assert_int_equal(acpi_read_machine(&source, BASE, &m), ERR_MALFORMED);
		assert_true(host_logged("extended checksum is wrong: the XSDT is not used"));
		assert_true(host_logged("no usable XSDT (0x0) or RSDT (0x0)"));
		teardown(state);
	}
}

static void test_bad_root_table(void **state)
{
	uint8_t *xsdt;

	(void)state;
	load("virt");
	xsdt = find_table("XSDT");
	xsdt[9]++;
	assert_int_equal(acpi_read_machine(&source, BASE, &m), ERR_MALFORMED);
	assert_true(host_logged("XSDT: checksum: wrong"));
	memcpy(xsdt, "XXXX", 4);
	mend_table(xsdt);
	assert_int_equal(acpi_read_machine(&source, BASE, &m), ERR_MALFORMED);
	assert_true(host_logged("signature: XXXX instead of XSDT"));
}

static void test_single_tables_passed_over(void **state)
{
	uint8_t *xsdt;

	(void)state;
	load("virt");
	find_table("MCFG")[9]++;
	xsdt = find_table("XSDT");
	memset(xsdt + HEADER_SIZE + 8, 0xee, 8); /* the second entry: nowhere */
	memset(xsdt + HEADER_SIZE + 16, 0, 8); /* the third: null */
	mend_table(xsdt);
	assert_int_equal(acpi_read_machine(&source, BASE, &m), OK);
	assert_true(host_logged("error: MCFG: checksum: wrong: passed over"));
	assert_true(host_logged("table at 0xeeeeeeeeeeeeeeee: that is not memory"));
	assert_true(host_logged("table at 0x0: that is not memory"));
	assert_arm_windows();
	assert_arm_uart();
}

/* Tables whose checksums are right, but not their contents: the rest is still read. */
static void test_single_tables_malformed(void **state)
{
	uint8_t *table;

	(void)state;
	load("virt");
	table = find_table("APIC");
	table[44 + 1] = 0; /* the length of its first entry */
	mend_table(table);
	table = find_table("DSDT");
	memset(table + table_size(table) - 6, 0x10, 6); /* scopes, each longer than what is left */
	mend_table(table);
	assert_int_equal(acpi_read_machine(&source, BASE, &m), OK);
	assert_true(host_logged("acpi: APIC: not all of it was usable (malformed)"));
	assert_true(host_logged("DSDT and SSDT: not all of it was usable"));
	assert_int_equal(m.cpu_count, 0);
	assert_arm_windows();
	assert_arm_uart();
}

static void test_table_lengths(void **state)
{
	static const struct {
		uint32_t length;
		const char *line;
	} cases[] = {
		{35, "MCFG: length: 0x23 bytes are said"},
		{0, "MCFG: length: 0x0 bytes are said"},
		{0xffffffff, "length: 0xffffffff is more than any table has"},
		{0x10000, "that is not memory"},
	};

	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		setup(state);
		load("virt");
		memcpy(find_table("MCFG") + 4, &cases[i].length, 4);
		assert_int_equal(acpi_read_machine(&source, BASE, &m), OK);
		assert_true(host_logged(cases[i].line));
		teardown(state);
	}
}

static void test_dsdt_missing(void **state)
{
	uint8_t *fadt;

	(void)state;
	load("virt");
	fadt = find_table("FACP");
	memset(fadt + 140, 0, 8);
	memset(fadt + 40, 0, 4);
	mend_table(fadt);
	assert_int_equal(acpi_read_machine(&source, BASE, &m), OK);
	assert_true(host_logged("FACP: no DSDT"));
	assert_int_equal(m.virtio_mmio_count, 0);
	/* The 32-bit field is used where the other is empty. */
	memcpy(fadt + 40, &(uint32_t){BASE + 0x40}, 4);
	mend_table(fadt);
	assert_int_equal(acpi_read_machine(&source, BASE, &m), OK);
	assert_arm_windows();
	memcpy(fadt + 140, &(uint64_t){BASE + (uint64_t)(find_table("SPCR") - memory.data)}, 8);
	mend_table(fadt);
	assert_int_equal(acpi_read_machine(&source, BASE, &m), OK);
	assert_true(host_logged("signature: SPCR instead of DSDT"));
}

/* Two root entries that name the same SSDT-like table, more tables than are read, more blocks. */
static void test_counts_are_limited(void **state)
{
	enum { ENTRIES = 300 };
	uint64_t ssdt = BASE + 0x40, *entries;
	uint8_t *xsdt;

	(void)state;
	memory.size = 0x80 + HEADER_SIZE + ENTRIES * 8;
	memory.data = calloc(1, memory.size);
	memcpy(memory.data, "RSD PTR ", 8);
	memory.data[15] = 2;
	memory.data[20] = 36;
	memcpy(memory.data + 24, &(uint64_t){BASE + 0x80}, 8);
	set_sum(memory.data, 20, 8);
	set_sum(memory.data, 36, 32);
	memcpy(memory.data + 0x40, "SSDT", 4);
	memory.data[0x44] = HEADER_SIZE;
	mend_table(memory.data + 0x40);
	xsdt = memory.data + 0x80;
	memcpy(xsdt, "XSDT", 4);
	memcpy(xsdt + 4, &(uint32_t){HEADER_SIZE + ENTRIES * 8}, 4);
	entries = malloc(ENTRIES * 8);
	for (unsigned i = 0; i < ENTRIES; i++)
		entries[i] = ssdt;
	memcpy(xsdt + HEADER_SIZE, entries, ENTRIES * 8);
	free(entries);
	mend_table(xsdt);
	assert_int_equal(acpi_read_machine(&source, BASE, &m), OK);
	assert_true(host_logged("root table: 300 entries: only 256 are read"));
	assert_true(host_logged("SSDT: no room (64 definition blocks are known)"));
}

/* A table made of a header and a body; its memory is of just its size. */
static enum status read_made(const char *signature, uint8_t revision, const void *body, size_t size)
{
	size_t length = HEADER_SIZE + size;
	uint8_t *table = calloc(1, length);
	enum status status;

	memcpy(table, signature, 4);
	memcpy(table + 4, &(uint32_t){(uint32_t)length}, 4);
	table[8] = revision;
	memcpy(table + HEADER_SIZE, body, size);
	mend_table(table);
	status = acpi_read_table(bytes_of(table, length), &m);
	free(table);
	return status;
}

#define MADE(signature, revision, ...)                                 \
	read_made(signature, revision, (const uint8_t[]){__VA_ARGS__}, \
		sizeof((const uint8_t[]){__VA_ARGS__}))

static void test_read_table(void **state)
{
	uint8_t header[HEADER_SIZE] = "TEST";

	(void)state;
	assert_int_equal(acpi_read_table(bytes_of(header, 0), &m), ERR_MALFORMED);
	assert_int_equal(acpi_read_table(bytes_of(header, HEADER_SIZE - 1), &m), ERR_MALFORMED);
	header[4] = HEADER_SIZE + 1;
	assert_int_equal(acpi_read_table(bytes_of(header, HEADER_SIZE), &m), ERR_MALFORMED);
	header[0] = 0x07; /* not printable */
	header[4] = HEADER_SIZE;
	mend_table(header);
	assert_int_equal(acpi_read_table(bytes_of(header, HEADER_SIZE), &m), ERR_UNSUPPORTED);
	assert_true(host_logged("acpi: ?EST: not read here"));
	header[9]++;
	assert_int_equal(acpi_read_table(bytes_of(header, HEADER_SIZE), &m), ERR_MALFORMED);
}

static void test_mcfg(void **state)
{
	(void)state;
	/* Buses 0x40 to 0x7f of segment 2: the base is that of bus 0. */
	assert_int_equal(MADE("MCFG", 1, 0, 0, 0, 0, 0, 0, 0, 0, /* reserved */
				 0, 0, 0, 0xe0, 0, 0, 0, 0, 2, 0, 0x40, 0x7f, 0, 0, 0, 0),
		OK);
	assert_int_equal(m.pci_hosts[0].segment, 2);
	assert_int_equal(m.pci_hosts[0].bus_first, 0x40);
	assert_true(m.pci_hosts[0].ecam_base == 0xe4000000);
	/* Nowhere; wrapping; then a piece of an entry. */
	assert_int_equal(MADE("MCFG", 1, 0, 0, 0, 0, 0, 0, 0, 0, /* reserved */
				 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0x40, 0x7f, 0, 0, 0, 0),
		ERR_RANGE);
	assert_int_equal(MADE("MCFG", 1, 0, 0, 0, 0, 0, 0, 0, 0, /* reserved */
				 0, 0, 0xf0, 0xff, 0xff, 0xff, 0xff, 0xff, 3, 0, 2, 3, 0, 0, 0, 0),
		ERR_RANGE);
	assert_int_equal(MADE("MCFG", 1, 0, 0, 0, 0, 0, 0, 0, 0, 0xe0), ERR_MALFORMED);
	assert_int_equal(MADE("MCFG", 1, 0), ERR_MALFORMED);
	assert_int_equal(m.pci_host_count, 1);
}

static void test_fadt(void **state)
{
	uint8_t body[244 - HEADER_SIZE] = {0};

	(void)state;
	assert_int_equal(read_made("FACP", 1, body, 116 - HEADER_SIZE), OK);
	assert_int_equal(m.psci, PSCI_NONE);
	body[129 - HEADER_SIZE] = 1;
	assert_int_equal(read_made("FACP", 6, body, sizeof(body)), OK);
	assert_int_equal(m.psci, PSCI_SMC);
	body[129 - HEADER_SIZE] = 3;
	assert_int_equal(read_made("FACP", 6, body, sizeof(body)), OK);
	assert_int_equal(m.psci, PSCI_HVC);
	assert_int_equal(read_made("FACP", 1, body, 40), ERR_MALFORMED);
}

/* Its _PRT decides by what \\_PIC stored: the table for APICs, whose links end at 16 to 23. */
static void test_q35_pins(void **state)
{
	struct irq_line line;

	(void)state;
	assert_int_equal(read_sample("q35"), OK);
	assert_int_equal(m.irq.route_count, 128);
	assert_int_equal(irq_find_route(&m.irq, 0, 0, 1, 1, &line), OK);
	assert_true(line.number == 21 && !line.edge && !line.low);
	assert_int_equal(irq_find_route(&m.irq, 0, 0, 2, 1, &line), OK);
	assert_int_equal(line.number, 22);
	assert_int_equal(irq_find_route(&m.irq, 0, 0, 31, 1, &line), OK);
	assert_int_equal(line.number, 16);
	assert_true(m.irq.apic.local == 0xfee00000 && m.irq.apic.pics);
	assert_int_equal(m.irq.apic.io_count, 1);
	assert_true(m.irq.apic.io[0].base == 0xfec00000);
}

static void test_pc_pins(void **state)
{
	(void)state;
	assert_int_equal(read_sample("pc"), OK);
	assert_int_equal(m.irq.route_count, 0);
	assert_true(host_logged("PCI0: its _PRT has to be computed"));
}

static void test_gicv3_messages(void **state)
{
	struct irq_device device = {0};

	(void)state;
	assert_int_equal(read_sample("virt-gicv3-highmem-off"), OK);
	assert_true(m.irq.gic.distributor == 0x8000000);
	assert_int_equal(m.irq.gic.redistributor_count, 1);
	assert_true(m.irq.gic.redistributors[0].base == 0x80a0000);
	assert_int_equal(m.irq.gic.its_count, 1);
	assert_int_equal(m.irq.map_count, 1);
	assert_int_equal(irq_find_device(&m.irq, 0, 0xffff, &device), OK);
	assert_true(device.id == 0xffff && !device.assumed);
	assert_arm_pins();
}

/* A root complex of segment 2: requesters 0x100 to 0x1ff are devices 0x8100 on; then by an SMMU. */
#define IORT(its, mappings)                                                            \
	2, 0, 0, 0, 48, 0, 0, 0, 0, 0, 0, 0, /* two nodes, from 48 on */               \
		(its), 24, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* a group … */ \
		1, 0, 0, 0, 0, 0, 0, 0, /* … of one ITS */                           \
		2, 56, 0, 0, 1, 0, 0, 0, (mappings), 0, 0, 0, 36, 0, 0, 0, /* */       \
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* properties, ATS */              \
		2, 0, 0, 0, 64, 0, 0, 0, /* segment, memory limit */                   \
		0, 1, 0, 0, 0xff, 0, 0, 0, 0, 0x81, 0, 0, 48, 0, 0, 0, 0, 0, 0, 0

#define IORT_COHERENT (12 + 24 + 16)

static void test_iort(void **state)
{
	struct irq_device device = {0};

	(void)state;
	assert_int_equal(MADE("IORT", 3, IORT(0, 1)), OK);
	assert_int_equal(m.irq.map_count, 1);
	assert_int_equal(m.pci_segment_count, 1);
	assert_int_equal(m.pci_segments[0].segment, 2);
	assert_int_equal(m.pci_segments[0].coherence, COHERENCE_NO);
	assert_int_equal(irq_find_device(&m.irq, 2, 0x180, &device), OK);
	assert_true(device.id == 0x8180 && !device.assumed);
	assert_int_equal(irq_find_device(&m.irq, 2, 0x200, &device), ERR_NOT_FOUND);
	m.irq.map_count = 0;
	assert_int_equal(MADE("IORT", 3, IORT(1, 1)), OK);
	assert_int_equal(m.irq.map_count, 0);
	assert_true(host_logged("go through another node than an ITS"));
	assert_int_equal(MADE("IORT", 3, IORT(0, 2)), ERR_MALFORMED);
	assert_int_equal(
		MADE("IORT", 3, 1, 0, 0, 0, 48, 0, 0, 0, 0, 0, 0, 0, 2, 8, 0), ERR_MALFORMED);
	assert_int_equal(MADE("IORT", 3, 1, 0, 0, 0, 0xff, 0, 0, 0, 0, 0, 0, 0), ERR_MALFORMED);
}

static void take_word(uint8_t **at, uint32_t word)
{
	memcpy(*at, &word, sizeof(word));
	*at += sizeof(word);
}

/* A node of `size` bytes whose `count` mappings, which come next, end it. */
static void take_node(uint8_t **at, uint8_t type, uint16_t size, uint32_t count)
{
	memset(*at, 0, size);
	(*at)[0] = type;
	memcpy(*at + 1, &size, sizeof(size));
	memcpy(*at + 8, &count, sizeof(count));
	memcpy(*at + 12, &(uint32_t){size - 20 * count}, 4);
	*at += size - 20 * count;
}

static void take_mapping(uint8_t **at, uint32_t first, uint32_t count, uint32_t output,
	uint32_t node, uint32_t flags)
{
	take_word(at, first);
	take_word(at, count - 1);
	take_word(at, output);
	take_word(at, node);
	take_word(at, flags);
}

/*
 * As on servers: requesters become streams of an SMMU, and these the devices of an ITS. Of the
 * mappings of the SMMU the first is for other streams, the second for the SMMU itself.
 */
static void test_iort_smmu(void **state)
{
	uint8_t nodes[12 + 24 + 156 + 56], *at = nodes;
	struct irq_device device = {0};

	(void)state;
	for (uint8_t type = 3; type <= 4; type++) {
		setup(state);
		at = nodes;
		take_word(&at, 3);
		take_word(&at, 48);
		take_word(&at, 0);
		take_node(&at, 0, 24, 0);
		take_node(&at, type, 156, 4);
		take_mapping(&at, 0, 0x2000, 0x70000, 48, 0);
		take_mapping(&at, 0x2010, 1, 0x60000, 48, 1);
		take_mapping(&at, 0x2000, 0x80, 0x50000, 48, 0);
		take_mapping(&at, 0x2080, 0x10000, 0x40000, 48, 0);
		take_node(&at, 2, 56, 1);
		take_mapping(&at, 0x100, 0x100, 0x2010, 72, 0);
		assert_ptr_equal(at, nodes + sizeof(nodes));
		nodes[12 + 20] = 9; /* of the group: its ITS */
		assert_int_equal(read_made("IORT", 3, nodes, sizeof(nodes)), OK);
		assert_int_equal(m.irq.map_count, 2);
		assert_int_equal(irq_find_device(&m.irq, 0, 0x16f, &device), OK);
		assert_true(device.id == 0x5007f && !device.assumed);
		assert_int_equal(m.irq.maps[0].its, 9);
		assert_int_equal(irq_find_device(&m.irq, 0, 0x1ff, &device), OK);
		assert_true(device.id == 0x4008f && !device.assumed);
		assert_int_equal(irq_find_device(&m.irq, 0, 0x200, &device), ERR_NOT_FOUND);
	}
	nodes[12 + 24 + 8] = 5; /* mappings of the SMMU: one more than there is room for */
	assert_int_equal(read_made("IORT", 3, nodes, sizeof(nodes)), ERR_MALFORMED);
	assert_true(host_logged("IORT: id mappings of an SMMU at 0x48"));
}

/* A root complex that is cut, of a segment that cannot be, with a mapping to where no node is. */
static void test_iort_that_is_wrong(void **state)
{
	static const struct {
		unsigned at;
		uint8_t value;
		const char *line;
	} cases[] = {
		{12 + 24 + 1, 20, "a root complex"},
		{12 + 24 + 30, 1, "a root complex"},
		{12 + 24 + 36 + 13, 1, "a reference"},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		uint8_t nodes[] = {IORT(0, 1)};

		nodes[cases[i].at] = cases[i].value;
		assert_int_equal(read_made("IORT", 3, nodes, sizeof(nodes)), ERR_MALFORMED);
		host_expect_line(cases[i].line);
		assert_int_equal(m.irq.map_count, 0);
		host_forget_log();
	}
}

/* The same with its cache coherent attribute: what a bridge does not say itself. */
static void test_iort_coherent(void **state)
{
	uint8_t nodes[] = {IORT(0, 1)};
	struct pci_host host = {.segment = 2, .bus_last = 255, .ecam_base = 0xb0000000};

	(void)state;
	nodes[IORT_COHERENT] = 1;
	assert_int_equal(read_made("IORT", 3, nodes, sizeof(nodes)), OK);
	assert_int_equal(machine_add_pci_host(&m, &host), OK);
	host.segment = 0;
	host.ecam_base = 0xc0000000;
	assert_int_equal(machine_add_pci_host(&m, &host), OK);
	machine_settle_pci_segments(&m);
	assert_int_equal(m.pci_hosts[0].coherence, COHERENCE_YES);
	assert_int_equal(m.pci_hosts[1].coherence, COHERENCE_NOT_STATED);
	m.pci_hosts[0].coherence = COHERENCE_NO;
	machine_settle_pci_segments(&m);
	assert_int_equal(m.pci_hosts[0].coherence, COHERENCE_NO);
	assert_true(host_logged("the IORT says otherwise than before, not coherent: "));
}

static void test_madt(void **state)
{
	(void)state;
	assert_int_equal(MADE("APIC", 5, 0, 0, 0, 0, 0, 0, 0, 0, /* address, flags */
				 0, 8, 0, 0, 1, 0, 0, 0, /* local APIC, enabled */
				 0, 8, 1, 1, 0, 0, 0, 0, /* disabled */
				 0, 8, 2, 2, 2, 0, 0, 0, /* online capable */
				 9, 16, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, /* x2APIC */
				 0x7f, 2), /* of a type that is not read here: of any length */
		OK);
	assert_int_equal(m.cpu_count, 2);
	assert_int_equal(MADE("APIC", 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), ERR_MALFORMED);
	assert_int_equal(MADE("APIC", 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1), ERR_MALFORMED);
	assert_int_equal(MADE("APIC", 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0), ERR_MALFORMED);
	assert_int_equal(MADE("APIC", 5, 0, 0, 0, 0, 0, 0, 0, 0, 0), ERR_MALFORMED);
	assert_int_equal(MADE("APIC", 5, 0), ERR_MALFORMED);
	assert_int_equal(m.cpu_count, 2);
}

/* An entry shorter than its fields is refused by name; what is behind it is still read. */
static void test_madt_short_entries(void **state)
{
	static const struct {
		uint8_t type, length; /* the shortest that there is */
		const char *name;
	} kinds[] = {
		{0x0, 8, "local APIC"},
		{0x1, 12, "I/O APIC"},
		{0x2, 10, "interrupt source override"},
		{0x5, 12, "local APIC address"},
		{0x9, 16, "local x2APIC"},
		{0xb, 40, "GICC"},
		{0xc, 24, "GICD"},
		{0xd, 24, "GIC MSI frame"},
		{0xe, 16, "GICR"},
		{0xf, 20, "GIC ITS"},
	};
	char line[80];

	for (unsigned i = 0; i < ARRAY_SIZE(kinds); i++) {
		for (uint8_t length = 2; length < kinds[i].length; length++) {
			uint8_t body[8 + 40 + 8] = {0};

			setup(state);
			memset(body + 8, 0x0f, length);
			body[8] = kinds[i].type;
			body[9] = length;
			memcpy(body + 8 + length, (const uint8_t[]){0, 8, 0, 0, 1, 0, 0, 0}, 8);
			assert_int_equal(read_made("APIC", 5, body, 16u + length), ERR_MALFORMED);
			snprintf(line, sizeof(line), "APIC: %s at 0x2c: length %u, at least %u",
				kinds[i].name, length, kinds[i].length);
			assert_true(host_logged(line));
			assert_int_equal(m.cpu_count, 1);
			m.cpu_count = 0;
			assert_memory_equal(&m, &(struct machine){0}, sizeof(m));
		}
	}
}

/* The controllers of x86: where local APICs are, and which inputs ISA interrupts have. */
static void test_madt_apic(void **state)
{
	struct irq_line line;

	(void)state;
	assert_int_equal(MADE("APIC", 5, 0, 0, 0xe0, 0xfe, 1, 0, 0, 0, /* address, flags */
				 1, 12, 0, 0, 0, 0, 0xc0, 0xfe, 24, 0, 0, 0, /* I/O APIC */
				 2, 10, 0, 9, 20, 0, 0, 0, 0x0d, 0, /* 9: level, high */
				 2, 10, 0, 5, 5, 0, 0, 0, 0x0f, 0, /* 5: level, low */
				 2, 10, 0, 0, 2, 0, 0, 0, 0, 0, /* 0: as ISA has it */
				 5, 12, 0, 0, 0, 0, 0xf0, 0xfe, 0, 0, 0, 0), /* the address again */
		OK);
	assert_int_equal(m.irq.apic.local, 0xfef00000);
	assert_true(m.irq.apic.pics);
	assert_int_equal(m.irq.apic.io_count, 1);
	assert_int_equal(m.irq.apic.io[0].base, 0xfec00000);
	assert_int_equal(m.irq.apic.io[0].first, 24);
	assert_true(irq_find_isa_line(&m.irq, 9, &line));
	assert_true(line.number == 20 && !line.edge && !line.low);
	assert_true(irq_find_isa_line(&m.irq, 5, &line));
	assert_true(line.number == 5 && !line.edge && line.low);
	assert_true(irq_find_isa_line(&m.irq, 0, &line));
	assert_true(line.number == 2 && line.edge && !line.low);
	assert_false(irq_find_isa_line(&m.irq, 7, &line));
}

/* The parts of a GIC, and those that are refused: at 0, misaligned, beyond the address space. */
static void test_madt_gic(void **state)
{
	(void)state;
	assert_int_equal(MADE("APIC", 5, 0, 0, 0, 0, 0, 0, 0, 0, /* */
				 13, 24, 0, 0, 7, 0, 0, 0, 0, 0, 2, 8, 0, 0, 0, 0, 1, 0, 0, 0, 64,
				 0, 80, 0, /* MSI frame: 64 from 80 */
				 14, 16, 0, 0, 0, 0, 0x0a, 8, 0, 0, 0, 0, 0, 0, 2, 0, /* GICR */
				 15, 20, 0, 0, 7, 0, 0, 0, 0, 0, 8, 8, 0, 0, 0, 0, 0, 0, 0, 0),
		OK);
	assert_int_equal(m.irq.gic.frame_count, 1);
	assert_int_equal(m.irq.gic.frames[0].base, 0x8020000);
	assert_int_equal(m.irq.gic.frames[0].spi_count, 64);
	assert_int_equal(m.irq.gic.frames[0].spi_base, 80);
	assert_int_equal(m.irq.gic.redistributor_count, 1);
	assert_int_equal(m.irq.gic.redistributors[0].base, 0x80a0000);
	assert_int_equal(m.irq.gic.redistributors[0].size, 0x20000);
	assert_int_equal(m.irq.gic.its_count, 1);
	assert_int_equal(m.irq.gic.its[0].base, 0x8080000);
	assert_int_equal(m.irq.gic.its[0].id, 7);
	assert_int_equal(MADE("APIC", 5, 0, 0, 0, 0, 0, 0, 0, 0, /* a GICR off its boundary */
				 14, 16, 0, 0, 0, 1, 0x0a, 8, 0, 0, 0, 0, 0, 0, 2, 0),
		ERR_RANGE);
	assert_int_equal(MADE("APIC", 5, 0, 0, 0, 0, 0, 0, 0, 0, /* an ITS at the very end */
				 15, 20, 0, 0, 7, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
				 0, 0, 0, 0),
		ERR_RANGE);
	assert_int_equal(m.irq.gic.its_count, 1);
}

/* Redistributors by processor: those of one that is not enabled may not answer. */
static void test_madt_gicc(void **state)
{
	uint8_t body[8 + 2 * 80] = {0}, *off = body + 8, *on = off + 80;

	(void)state;
	off[0] = on[0] = 0x0b;
	off[1] = on[1] = 80;
	off[12] = 8; /* online capable */
	on[12] = 1;
	memcpy(off + 32, &(uint64_t){0x8000000}, 8);
	memcpy(on + 32, &(uint64_t){0x8010000}, 8);
	memcpy(off + 60, &(uint64_t){0x80a0000}, 8);
	memcpy(on + 60, &(uint64_t){0x80c0000}, 8);
	assert_int_equal(read_made("APIC", 5, body, sizeof(body)), OK);
	assert_int_equal(m.cpu_count, 1);
	assert_int_equal(m.irq.gic.cpu_interface, 0x8010000);
	assert_int_equal(m.irq.gic.redistributor_count, 1);
	assert_int_equal(m.irq.gic.redistributors[0].base, 0x80c0000);
	assert_int_equal(m.irq.gic.redistributors[0].size, 0x20000);
}

/* An SPCR: its interface type and generic address structure, the rest as QEMU's. */
static enum status read_spcr(uint8_t revision, uint8_t type, const uint8_t gas[4], uint64_t address)
{
	uint8_t body[88 - HEADER_SIZE] = {[0] = type, [58 - HEADER_SIZE] = 7};

	memcpy(body + 4, gas, 4);
	memcpy(body + 8, &address, 8);
	memcpy(body + 76 - HEADER_SIZE, &(uint32_t){48000000}, 4);
	memcpy(body + 80 - HEADER_SIZE, &(uint32_t){1500000}, 4);
	return read_made("SPCR", revision, body, sizeof(body));
}

static void test_spcr_layouts(void **state)
{
	static const struct {
		uint8_t type, gas[4], width, shift;
		enum uart_type uart;
		enum io_space space;
	} cases[] = {
		{0x00, {0, 8, 0, 1}, 1, 0, UART_16550, IO_MMIO},
		{0x00, {1, 8, 0, 0}, 1, 0, UART_16550, IO_PORT},
		{0x01, {1, 32, 0, 3}, 1, 0, UART_16550, IO_PORT},
		{0x12, {0, 32, 0, 3}, 4, 2, UART_16550, IO_MMIO},
		{0x12, {0, 32, 0, 1}, 1, 2, UART_16550, IO_MMIO},
		{0x12, {0, 32, 0, 0}, 4, 2, UART_16550, IO_MMIO},
		{0x12, {0, 16, 0, 2}, 2, 1, UART_16550, IO_MMIO},
		{0x12, {0, 8, 0, 3}, 4, 2, UART_16550, IO_MMIO}, /* narrower than the access */
		{0x12, {0, 0, 0, 0}, 1, 0, UART_16550, IO_MMIO},
		{0x12, {0, 24, 0, 9}, 1, 0, UART_16550, IO_MMIO},
		{0x12, {0, 64, 0, 0}, 1, 3, UART_16550, IO_MMIO},
		{0x03, {0, 8, 0, 1}, 4, 2, UART_PL011, IO_MMIO},
		{0x0d, {0, 32, 0, 3}, 4, 2, UART_PL011, IO_MMIO},
		{0x0e, {0, 32, 0, 3}, 4, 2, UART_PL011, IO_MMIO},
	};

	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct uart_location *uart = &m.uarts[0];

		setup(state);
		assert_int_equal(read_spcr(2, cases[i].type, cases[i].gas, 0x3f8), OK);
		assert_int_equal(m.uart_count, 1);
		assert_int_equal(uart->type, cases[i].uart);
		assert_int_equal(uart->space, cases[i].space);
		assert_int_equal(uart->register_width, cases[i].width);
		assert_int_equal(uart->register_shift, cases[i].shift);
		assert_true(uart->console);
	}
}

static void test_spcr_line(void **state)
{
	static const uint8_t gas[] = {0, 8, 0, 1};
	static const struct {
		uint8_t revision;
		uint32_t baud, clock_hz;
	} cases[] = {{1, 115200, 0}, {2, 115200, 0}, {3, 115200, 48000000}, {4, 1500000, 48000000}};

	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		setup(state);
		assert_int_equal(read_spcr(cases[i].revision, 0, gas, 0x9000000), OK);
		assert_int_equal(m.uarts[0].baud, cases[i].baud);
		assert_int_equal(m.uarts[0].clock_hz, cases[i].clock_hz);
	}
}

/* A Generic UART has no registers of its line, and nothing that would have any written. */
static void test_spcr_generic_uart(void **state)
{
	static const uint8_t gas[] = {0, 32, 0, 3}, types[] = {0x0d, 0x0e};

	for (unsigned i = 0; i < ARRAY_SIZE(types); i++) {
		setup(state);
		assert_int_equal(read_spcr(4, types[i], gas, 0x9000000), OK);
		assert_int_equal(m.uarts[0].baud, 0);
		assert_int_equal(m.uarts[0].clock_hz, 0);
	}
	setup(state);
	assert_int_equal(read_spcr(4, 0x03, gas, 0x9000000), OK);
	assert_int_equal(m.uarts[0].clock_hz, 48000000);
}

/* A table that ends before its revision's fields: a line says so, and the UART is there. */
static void test_spcr_shorter_than_its_revision(void **state)
{
	static const struct {
		uint8_t revision, length;
		enum status status;
	} cases[] = {{2, 59, OK}, {3, 79, ERR_MALFORMED}, {3, 80, OK}, {4, 83, ERR_MALFORMED},
		{4, 84, OK}};
	uint8_t body[84 - HEADER_SIZE] = {[4] = 0, 8, [10] = 0x10, [58 - HEADER_SIZE] = 7};

	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		setup(state);
		assert_int_equal(
			read_made("SPCR", cases[i].revision, body, cases[i].length - HEADER_SIZE),
			cases[i].status);
		assert_int_equal(host_logged("are too few for revision"), cases[i].status != OK);
		assert_int_equal(m.uart_count, 1);
		assert_int_equal(m.uarts[0].baud, 115200);
		assert_int_equal(m.uarts[0].clock_hz, 0);
	}
}

static void test_spcr_baud_codes(void **state)
{
	static const uint32_t bauds[] = {0, 0, 0, 9600, 19200, 0, 57600, 115200, 0};

	for (uint8_t code = 0; code < ARRAY_SIZE(bauds); code++) {
		uint8_t *spcr;

		setup(state);
		load("virt");
		spcr = find_table("SPCR");
		spcr[58] = code;
		mend_table(spcr);
		assert_int_equal(acpi_read_table(bytes_of(spcr, table_size(spcr)), &m), OK);
		assert_int_equal(m.uarts[0].baud, bauds[code]);
		teardown(state);
	}
}

static void test_spcr_refused(void **state)
{
	uint8_t body[80] = {0};

	(void)state;
	assert_int_equal(read_spcr(2, 0, (const uint8_t[]){0, 8, 0, 1}, 0), OK);
	assert_true(host_logged("SPCR: address 0: console redirection is off"));
	assert_int_equal(read_spcr(2, 0x10, (const uint8_t[]){0, 8, 0, 1}, 0x1000), OK);
	assert_true(host_logged("interface type 0x10 at 0x1000 is not driven"));
	assert_int_equal(read_spcr(2, 0, (const uint8_t[]){2, 8, 0, 1}, 0x1000), OK);
	assert_true(host_logged("SPCR: address space 2, bit offset 0: passed over"));
	assert_int_equal(read_spcr(2, 0, (const uint8_t[]){0, 8, 4, 1}, 0x1000), OK);
	assert_int_equal(read_spcr(2, 3, (const uint8_t[]){1, 8, 0, 1}, 0x1000), ERR_RANGE);
	assert_int_equal(read_made("SPCR", 2, body, 22), ERR_MALFORMED);
	assert_int_equal(read_made("SPCR", 2, body, 0), ERR_MALFORMED);
	assert_int_equal(m.uart_count, 0);
}

/* A debug device with one address, as DBG2 table 2 lays it out; 38 bytes. */
static void put_debug_device(uint8_t *out, uint16_t type, uint16_t subtype, uint64_t address)
{
	memset(out, 0, 38);
	out[1] = 38;
	out[3] = 1;
	memcpy(out + 12, &type, 2);
	memcpy(out + 14, &subtype, 2);
	out[18] = 22;
	out[20] = 34;
	out[23] = 8;
	out[25] = 1;
	memcpy(out + 26, &address, 8);
}

static void test_dbg2(void **state)
{
	uint8_t body[8 + 4 * 38] = {44, 0, 0, 0, 4};

	(void)state;
	put_debug_device(body + 8, 0x8000, 0x0003, 0x9000000);
	put_debug_device(body + 8 + 38, 0x8001, 0x0000, 0x1000); /* IEEE 1394 */
	put_debug_device(body + 8 + 76, 0x8000, 0x0000, 0x2000);
	put_debug_device(body + 8 + 114, 0x8000, 0x7777, 0x3000);
	assert_int_equal(read_made("DBG2", 0, body, sizeof(body)), OK);
	assert_int_equal(m.uart_count, 2);
	assert_int_equal(m.uarts[0].type, UART_PL011);
	assert_true(m.uarts[0].debug_port && !m.uarts[0].console);
	assert_true(m.uarts[1].base == 0x2000);
	assert_true(host_logged("interface type 0x7777 at 0x3000 is not driven"));
	assert_true(host_logged("port type 0x8001"));
}

static void test_dbg2_broken(void **state)
{
	uint8_t body[8 + 38] = {44, 0, 0, 0, 1};

	(void)state;
	put_debug_device(body + 8, 0x8000, 0x0003, 0x9000000);
	body[4] = 2; /* more devices than there are */
	assert_int_equal(read_made("DBG2", 0, body, sizeof(body)), ERR_MALFORMED);
	memset(body + 4, 0xff, 4);
	assert_int_equal(read_made("DBG2", 0, body, sizeof(body)), ERR_MALFORMED);
	memcpy(body + 4, &(uint32_t){1}, 4);
	body[8 + 18] = 30; /* the address runs over the device */
	assert_int_equal(read_made("DBG2", 0, body, sizeof(body)), ERR_MALFORMED);
	body[8 + 1] = 0; /* a device of no length */
	assert_int_equal(read_made("DBG2", 0, body, sizeof(body)), ERR_MALFORMED);
	body[8 + 2] = 0xff;
	assert_int_equal(read_made("DBG2", 0, body, sizeof(body)), ERR_MALFORMED);
	memset(body, 0xff, 4); /* the devices are outside */
	assert_int_equal(read_made("DBG2", 0, body, sizeof(body)), ERR_MALFORMED);
	assert_int_equal(read_made("DBG2", 0, body, 2), ERR_MALFORMED);
	assert_true(host_logged("devices do not fit"));
}

/*
 * ---- samples with bytes cut off or changed ------------------------------------------------------
 */

/* All of memory, as it is: mostly the checksums say no. */
static void parse_memory(uint8_t *data, size_t size)
{
	uint8_t *whole = memory.data;
	size_t whole_size = memory.size;

	memory.data = data;
	memory.size = size;
	memset(&m, 0, sizeof(m));
	if (acpi_read_machine(&source, BASE, &m) == OK)
		(void)machine_choose_uart(&m);
	memory.data = whole;
	memory.size = whole_size;
}

/* One table whose length and checksum are set right again, so that its contents are read. */
static void parse_table(uint8_t *data, size_t size)
{
	enum status status;

	memset(&m, 0, sizeof(m));
	if (size >= HEADER_SIZE) {
		memcpy(data + 4, &(uint32_t){(uint32_t)size}, 4);
		mend_table(data);
	}
	status = acpi_read_table(bytes_of(data, size), &m);
	assert_in_range(status, OK, STATUS_COUNT - 1);
	assert_true(m.uart_count <= MACHINE_MAX_UARTS);
}

static const char *const samples[] = {
	"virt", "virt-gicv3-highmem-off", "q35", "q35-pxb", "pc", "microvm"};

static void test_hostile_memory(void **state)
{
	for (unsigned i = 0; i < ARRAY_SIZE(samples); i++) {
		setup(state);
		the_log.level = LOG_ERROR;
		load(samples[i]);
		hostile_truncate(memory.data, memory.size, 1, parse_memory);
		hostile_mutate(memory.data, memory.size, 200, parse_memory);
		teardown(state);
	}
}

/* A DSDT takes a while to read and repeats itself: not each of its bytes. */
static void distort_table(const uint8_t *table)
{
	bool large = table_size(table) > 1024;

	hostile_truncate(table, table_size(table), large ? 11 : 1, parse_table);
	hostile_mutate(table, table_size(table), large ? 700 : 3000, parse_table);
}

static void test_hostile_tables(void **state)
{
	static const char *const signatures[] = {"DSDT", "FACP", "APIC", "MCFG", "SPCR", "DBG2"};

	for (unsigned i = 0; i < ARRAY_SIZE(signatures); i++) {
		const uint8_t *table;

		setup(state);
		the_log.level = LOG_ERROR;
		load("virt");
		table = find_table(signatures[i]);
		distort_table(table);
		teardown(state);
	}
}

static void test_hostile_x86_dsdt(void **state)
{
	static const char *const x86[] = {"q35-pxb", "pc", "microvm"};

	for (unsigned i = 0; i < ARRAY_SIZE(x86); i++) {
		const uint8_t *table;

		setup(state);
		the_log.level = LOG_ERROR;
		load(x86[i]);
		table = find_table("DSDT");
		distort_table(table);
		teardown(state);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_virt, setup, teardown),
		cmocka_unit_test_setup_teardown(test_virt_gicv3_highmem_off, setup, teardown),
		cmocka_unit_test_setup_teardown(test_q35, setup, teardown),
		cmocka_unit_test_setup_teardown(test_q35_pxb, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pc, setup, teardown),
		cmocka_unit_test_setup_teardown(test_microvm, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_rsdp, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_extended_rsdp, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_root_table, setup, teardown),
		cmocka_unit_test_setup_teardown(test_single_tables_passed_over, setup, teardown),
		cmocka_unit_test_setup_teardown(test_single_tables_malformed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_table_lengths, setup, teardown),
		cmocka_unit_test_setup_teardown(test_dsdt_missing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_counts_are_limited, setup, teardown),
		cmocka_unit_test_setup_teardown(test_read_table, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mcfg, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fadt, setup, teardown),
		cmocka_unit_test_setup_teardown(test_madt, setup, teardown),
		cmocka_unit_test_setup_teardown(test_q35_pins, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pc_pins, setup, teardown),
		cmocka_unit_test_setup_teardown(test_gicv3_messages, setup, teardown),
		cmocka_unit_test_setup_teardown(test_iort, setup, teardown),
		cmocka_unit_test_setup_teardown(test_iort_smmu, setup, teardown),
		cmocka_unit_test_setup_teardown(test_iort_that_is_wrong, setup, teardown),
		cmocka_unit_test_setup_teardown(test_iort_coherent, setup, teardown),
		cmocka_unit_test_setup_teardown(test_madt_short_entries, setup, teardown),
		cmocka_unit_test_setup_teardown(test_madt_apic, setup, teardown),
		cmocka_unit_test_setup_teardown(test_madt_gic, setup, teardown),
		cmocka_unit_test_setup_teardown(test_madt_gicc, setup, teardown),
		cmocka_unit_test_setup_teardown(test_spcr_layouts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_spcr_line, setup, teardown),
		cmocka_unit_test_setup_teardown(test_spcr_generic_uart, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_spcr_shorter_than_its_revision, setup, teardown),
		cmocka_unit_test_setup_teardown(test_spcr_baud_codes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_spcr_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_dbg2, setup, teardown),
		cmocka_unit_test_setup_teardown(test_dbg2_broken, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hostile_memory, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hostile_tables, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hostile_x86_dsdt, setup, teardown),
	};

	return cmocka_run_group_tests_name("acpi", tests, NULL, NULL);
}
