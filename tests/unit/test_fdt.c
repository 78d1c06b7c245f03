/* SPDX-License-Identifier: BSD-2-Clause */
/* In: platform/fdt*.c over trees of QEMU's machines and broken ones. Out: the machine they give. */
#include "host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host_hostile.h"
#include "platform/fdt.h"

static struct machine m;

static int setup(void **state)
{
	memset(&m, 0, sizeof(m));
	return host_reset(state);
}

static uint8_t *load(const char *name, size_t *size)
{
	char path[80];

	snprintf(path, sizeof(path), "tests/samples/fdt/%s.dtb", name);
	return host_read_file(path, size);
}

static enum status read_sample(const char *name)
{
	enum status status;
	uint8_t *blob;
	size_t size;

	blob = load(name, &size);
	assert_int_equal(fdt_size(bytes_of(blob, 40)), size);
	status = fdt_read_machine(bytes_of(blob, size), &m);
	free(blob);
	return status;
}

static void assert_aperture(unsigned index, enum pci_space space, uint64_t bus, uint64_t cpu,
	uint64_t size, bool prefetchable)
{
	const struct pci_aperture *a = &m.pci_hosts[0].apertures[index];

	assert_int_equal(a->space, space);
	assert_true(a->bus_base == bus && a->cpu_base == cpu && a->size == size);
	assert_int_equal(a->prefetchable, prefetchable);
	assert_int_equal(a->io_is_mmio, space == PCI_SPACE_IO);
}

/* QEMU lists the windows upwards; SPI 16, the first one's, is INTID 48. */
static void assert_arm_windows(void)
{
	assert_int_equal(m.virtio_mmio_count, 32);
	for (unsigned i = 0; i < 32; i++) {
		assert_true(m.virtio_mmio[i].base == 0xa000000 + 0x200 * i);
		assert_true(m.virtio_mmio[i].size == 0x200);
		assert_int_equal(m.virtio_mmio[i].interrupt, 48 + i);
		assert_true(m.virtio_mmio[i].interrupt_edge);
		assert_int_equal(m.virtio_mmio[i].coherence, COHERENCE_YES);
	}
	assert_string_equal(m.virtio_mmio[31].source, "FDT virtio_mmio@a003e00");
}

static void assert_arm_uart(void)
{
	assert_int_equal(m.uart_count, 1);
	assert_int_equal(m.uarts[0].type, UART_PL011);
	assert_true(m.uarts[0].base == 0x9000000);
	assert_true(m.uarts[0].console);
	assert_string_equal(m.uarts[0].source, "FDT pl011@9000000");
}

/* interrupt-map has four devices, which repeat: INTA of device 2 is SPI 5, as QEMU wires it. */
static void assert_arm_pins(void)
{
	struct irq_line line;

	assert_int_equal(m.irq.route_count, 16);
	for (uint8_t device = 0; device < 32; device++) {
		for (uint8_t pin = 1; pin <= 4; pin++) {
			assert_int_equal(irq_find_route(&m.irq, 0, 0, device, pin, &line), OK);
			assert_int_equal(line.number, 32 + 3 + (device + pin - 1) % 4);
			assert_true(!line.edge && !line.low);
		}
	}
	assert_int_equal(irq_find_route(&m.irq, 0, 1, 0, 1, &line), ERR_NOT_FOUND);
	assert_int_equal(irq_find_route(&m.irq, 1, 0, 0, 1, &line), ERR_NOT_FOUND);
}

static void assert_arm_senders(void)
{
	struct irq_device device = {0};

	assert_int_equal(m.irq.map_count, 1);
	assert_int_equal(irq_find_device(&m.irq, 0, 0xfff8, &device), OK);
	assert_true(device.id == 0xfff8 && !device.assumed);
	assert_int_equal(irq_find_device(&m.irq, 1, 8, &device), OK);
	assert_true(device.id == 8 && device.assumed);
}

static void test_virt(void **state)
{
	(void)state;
	assert_int_equal(read_sample("virt"), OK);
	assert_arm_windows();
	assert_arm_uart();
	assert_int_equal(m.cpu_count, 1);
	assert_int_equal(m.gic_version, 2);
	assert_int_equal(m.psci, PSCI_HVC);
	assert_int_equal(m.pci_host_count, 1);
	assert_true(m.pci_hosts[0].ecam_base == 0x4010000000);
	assert_int_equal(m.pci_hosts[0].coherence, COHERENCE_YES);
	assert_int_equal(m.pci_hosts[0].bus_last, 255);
	assert_int_equal(m.pci_hosts[0].segment, 0);
	assert_int_equal(m.pci_hosts[0].aperture_count, 3);
	assert_aperture(0, PCI_SPACE_IO, 0, 0x3eff0000, 0x10000, false);
	assert_aperture(1, PCI_SPACE_MEMORY, 0x10000000, 0x10000000, 0x2eff0000, false);
	assert_aperture(2, PCI_SPACE_MEMORY, 0x8000000000, 0x8000000000, 0x8000000000, false);
	assert_true(m.irq.gic.distributor == 0x8000000);
	assert_true(m.irq.gic.cpu_interface == 0x8010000);
	assert_int_equal(m.irq.gic.redistributor_count, 0);
	assert_int_equal(m.irq.gic.frame_count, 1);
	assert_true(m.irq.gic.frames[0].base == 0x8020000);
	assert_arm_pins();
	assert_false(host_logged("error:"));
}

static void test_virt_gicv3(void **state)
{
	(void)state;
	assert_int_equal(read_sample("virt-gicv3-4cpus"), OK);
	assert_arm_windows();
	assert_arm_uart();
	assert_int_equal(m.cpu_count, 4);
	assert_int_equal(m.gic_version, 3);
	assert_true(m.irq.gic.distributor == 0x8000000);
	assert_int_equal(m.irq.gic.redistributor_count, 1);
	assert_true(m.irq.gic.redistributors[0].base == 0x80a0000);
	assert_true(m.irq.gic.redistributors[0].size == 0xf60000);
	assert_int_equal(m.irq.gic.its_count, 1);
	assert_true(m.irq.gic.its[0].base == 0x8080000);
	assert_true(m.irq.gic.its[0].id && m.irq.gic.its[0].id == m.irq.maps[0].its);
	assert_arm_pins();
	assert_arm_senders();
}

static void test_virt_highmem_off(void **state)
{
	(void)state;
	assert_int_equal(read_sample("virt-highmem-off"), OK);
	assert_arm_windows();
	assert_true(m.pci_hosts[0].ecam_base == 0x3f000000);
	assert_int_equal(m.pci_hosts[0].bus_last, 15);
	assert_int_equal(m.pci_hosts[0].aperture_count, 2);
}

/* The secure UART is there, but not for us: status is "disabled". */
static void test_virt_secure(void **state)
{
	(void)state;
	assert_int_equal(read_sample("virt-secure"), OK);
	assert_arm_uart();
	assert_true(host_logged("pl011@9040000: status: not okay: passed over"));
	assert_int_equal(m.psci, PSCI_NONE);
}

static void test_board_uarts(void **state)
{
	(void)state;
	assert_int_equal(read_sample("board"), OK);
	assert_int_equal(m.uart_count, 2);
	assert_int_equal(m.uarts[0].type, UART_16550);
	assert_true(m.uarts[0].base == 0x80001000);
	assert_int_equal(m.uarts[0].register_shift, 2);
	assert_int_equal(m.uarts[0].register_width, 4);
	assert_int_equal(m.uarts[0].clock_hz, 24000000);
	assert_int_equal(m.uarts[0].baud, 115200); /* stdout-path's, not current-speed's */
	assert_true(m.uarts[0].console);
	assert_true(m.uarts[1].base == 0x80002004);
	assert_int_equal(m.uarts[1].register_shift, 0);
	assert_int_equal(m.uarts[1].register_width, 1);
	assert_int_equal(m.uarts[1].baud, 57600);
	assert_false(m.uarts[1].console);
	assert_true(host_logged("uart@48: ranges: 0x48 is not reachable from here"));
}

static void test_board_windows(void **state)
{
	(void)state;
	assert_int_equal(read_sample("board"), OK);
	assert_int_equal(m.virtio_mmio_count, 3);
	assert_true(m.virtio_mmio[0].base == 0x80100200);
	assert_int_equal(m.virtio_mmio[0].interrupt, 5);
	assert_true(m.virtio_mmio[1].base == 0x80200400);
	assert_int_equal(m.virtio_mmio[1].interrupt, 32 + 9);
	assert_true(m.virtio_mmio[1].interrupt_edge && !m.virtio_mmio[0].interrupt_edge);
	assert_true(m.virtio_mmio[2].base == 0x80300000);
	/* Inherited, said otherwise, and not said at all. */
	assert_int_equal(m.virtio_mmio[0].coherence, COHERENCE_YES);
	assert_int_equal(m.virtio_mmio[1].coherence, COHERENCE_NO);
	assert_int_equal(m.virtio_mmio[2].coherence, COHERENCE_NO);
	assert_true(host_logged("virtio@f00: ranges: 0xf00 is not reachable"));
	assert_true(host_logged("virtio-mmio@80310000 from FDT virtio@310000: refused"));
	assert_true(host_logged("virtio@400000: status: not okay"));
	assert_int_equal(m.cpu_count, 2);
	assert_int_equal(m.gic_version, 2);
	assert_int_equal(m.psci, PSCI_SMC);
}

static void test_board_pci(void **state)
{
	(void)state;
	assert_int_equal(read_sample("board"), OK);
	assert_int_equal(m.pci_host_count, 2);
	assert_int_equal(m.pci_hosts[0].segment, 3);
	assert_int_equal(m.pci_hosts[0].bus_last, 15);
	assert_true(m.pci_hosts[0].ecam_base == 0x85000000);
	assert_int_equal(m.pci_hosts[0].coherence, COHERENCE_NO);
	assert_int_equal(m.pci_hosts[1].coherence, COHERENCE_YES);
	assert_true(host_logged("pcie@5000000: reg: has room for 16 buses of 256"));
	assert_int_equal(m.pci_hosts[0].aperture_count, 3);
	assert_aperture(0, PCI_SPACE_IO, 0, 0x86000000, 0x10000, false);
	assert_aperture(1, PCI_SPACE_MEMORY, 0x40000000, 0x87000000, 0x1000000, false);
	assert_aperture(2, PCI_SPACE_MEMORY, 0x100000000, 0x88000000, 0x1000000, true);
	assert_true(host_logged("pcie@5000000: ranges: 0x50000000 at 0xf000000 is left out"));
	assert_true(host_logged("pci-host-cam-generic (256 bytes a function) is not driven"));
	assert_int_equal(m.pci_hosts[1].bus_last, 7);
	assert_int_equal(m.pci_hosts[1].segment, 1);
	assert_true(host_logged("pcie@a0000000: ranges: absent"));
}

/*
 * ---- trees made here ---------------------------------------------------------------------------
 */

static struct {
	uint8_t structure[65536];
	size_t size;
	char strings[512];
	size_t strings_size;
} tree;

static void put_be32(uint8_t *at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void put_cell(uint32_t value)
{
	assert_true(tree.size + 4 <= sizeof(tree.structure));
	put_be32(tree.structure + tree.size, value);
	tree.size += 4;
}

static void put_data(const void *data, size_t size)
{
	assert_true(tree.size + size + 3 <= sizeof(tree.structure));
	memset(tree.structure + tree.size, 0, size + 3);
	memcpy(tree.structure + tree.size, data, size);
	tree.size += (size + 3) & ~(size_t)3;
}

static void begin_tree(void)
{
	tree.size = 0;
	tree.strings_size = 0;
}

static void begin_node(const char *name)
{
	put_cell(1);
	put_data(name, strlen(name) + 1);
}

static void end_node(void)
{
	put_cell(2);
}

static void put_property(const char *name, const void *value, size_t size)
{
	put_cell(3);
	put_cell((uint32_t)size);
	put_cell((uint32_t)tree.strings_size);
	strcpy(tree.strings + tree.strings_size, name);
	tree.strings_size += strlen(name) + 1;
	put_data(value, size);
}

static void put_string(const char *name, const char *value)
{
	put_property(name, value, strlen(value) + 1);
}

#define CELLS(name, ...)                                             \
	do {                                                         \
		const uint32_t cells_[] = {__VA_ARGS__};             \
		uint8_t bytes_[sizeof(cells_)];                      \
		for (unsigned i_ = 0; i_ < ARRAY_SIZE(cells_); i_++) \
			put_be32(bytes_ + 4 * i_, cells_[i_]);       \
		put_property(name, bytes_, sizeof(bytes_));          \
	} while (0)

/* The tree as a blob, in memory of just its size; the caller frees it. */
static uint8_t *make_blob(uint32_t version, size_t *size)
{
	uint32_t strings_at = 40, structure_at = (uint32_t)align_up(40 + tree.strings_size, 4);
	uint8_t *blob;

	*size = structure_at + tree.size;
	blob = calloc(1, *size);
	put_be32(blob, 0xd00dfeed);
	put_be32(blob + 4, (uint32_t)*size);
	put_be32(blob + 8, structure_at);
	put_be32(blob + 12, strings_at);
	put_be32(blob + 20, version);
	put_be32(blob + 24, 16);
	put_be32(blob + 32, (uint32_t)tree.strings_size);
	put_be32(blob + 36, version < 17 ? 0xffffffff : (uint32_t)tree.size);
	memcpy(blob + strings_at, tree.strings, tree.strings_size);
	memcpy(blob + structure_at, tree.structure, tree.size);
	return blob;
}

static enum status read_made(void)
{
	size_t size;
	uint8_t *blob = make_blob(17, &size);
	enum status status = fdt_read_machine(bytes_of(blob, size), &m);

	free(blob);
	return status;
}

static void put_window(const char *name, uint32_t base)
{
	begin_node(name);
	put_string("compatible", "virtio,mmio");
	CELLS("reg", base, 0x200);
	end_node();
}

static void begin_root(void)
{
	begin_tree();
	begin_node("");
	CELLS("#address-cells", 1);
	CELLS("#size-cells", 1);
}

static void test_version_16(void **state)
{
	size_t size;
	uint8_t *blob;

	(void)state;
	begin_root();
	put_window("v@1000", 0x1000);
	end_node();
	put_cell(9);
	blob = make_blob(16, &size);
	assert_int_equal(fdt_read_machine(bytes_of(blob, size), &m), OK);
	assert_int_equal(m.virtio_mmio_count, 1);
	free(blob);
}

static void test_header(void **state)
{
	static const struct {
		unsigned at;
		uint32_t value;
		bool has_size;
	} cases[] = {
		{0, 0xd00dfeee, false}, /* magic */
		{4, 39, false}, /* totalsize */
		{4, 0xffffffff, true}, {8, 0xffffffff, true}, /* structure */
		{8, 42, true}, {12, 0xffffffff, true}, /* strings */
		{20, 15, false}, /* version */
		{24, 18, false}, /* compatible with */
		{32, 0xffffffff, true}, /* strings' size */
		{36, 0xffffffff, true}, /* structure's size */
	};
	uint8_t *blob, *copy;
	size_t size;

	(void)state;
	blob = load("virt", &size);
	copy = malloc(size);
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		memcpy(copy, blob, size);
		put_be32(copy + cases[i].at, cases[i].value);
		assert_int_equal(fdt_size(bytes_of(copy, size)) != 0, cases[i].has_size);
		assert_int_equal(fdt_read_machine(bytes_of(copy, size), &m), ERR_MALFORMED);
	}
	assert_true(host_logged("error: header: structure 0x2a+"));
	assert_int_equal(fdt_size(bytes_of(blob, 39)), 0);
	assert_int_equal(m.virtio_mmio_count, 0);
	free(copy);
	free(blob);
}

static void assert_broken(const char *line)
{
	assert_int_equal(read_made(), ERR_MALFORMED);
	assert_true(host_logged(line));
	setup(NULL);
}

static void test_broken_structures(void **state)
{
	(void)state;
	begin_tree();
	assert_broken("the end token is missing (at 0x0");
	begin_root();
	assert_broken("a node runs over the end"); /* its properties do not end */
	begin_root();
	end_node();
	assert_broken("the end token is missing");
	begin_root();
	put_window("v@1000", 0x1000);
	put_cell(9);
	assert_broken("the end inside a node");
	begin_root();
	end_node();
	end_node();
	assert_broken("a node ends that did not begin");
	begin_root();
	end_node();
	begin_node("");
	end_node();
	put_cell(9);
	assert_broken("a second root");
	begin_root();
	put_cell(7);
	assert_broken("an unknown token");
	begin_tree();
	put_cell(1);
	put_data("no end", 6);
	tree.size -= 2;
	memset(tree.structure + 4, 'x', tree.size - 4);
	assert_broken("a node runs over the end");
	begin_root();
	put_cell(3);
	put_cell(0xffffffff);
	put_cell(0);
	assert_broken("a node runs over the end");
	begin_root();
	put_window("v@1000", 0x1000);
	put_cell(3);
	put_cell(0xfffffff0);
	put_cell(0);
	assert_broken("a property runs over the end");
}

/* What was read before a break is kept. */
static void test_broken_later(void **state)
{
	(void)state;
	begin_root();
	put_window("v@1000", 0x1000);
	put_cell(77);
	assert_int_equal(read_made(), ERR_MALFORMED);
	assert_int_equal(m.virtio_mmio_count, 1);
}

static void test_nesting(void **state)
{
	(void)state;
	begin_root();
	for (unsigned i = 0; i < 15; i++) {
		begin_node("bus");
		CELLS("#address-cells", 1);
		put_property("ranges", "", 0);
	}
	for (unsigned i = 0; i < 16; i++)
		end_node();
	put_cell(9);
	assert_int_equal(read_made(), OK);
	begin_root();
	for (unsigned i = 0; i < 1000; i++)
		begin_node("bus");
	assert_broken("nested deeper than 16");
}

static void test_nops_and_late_properties(void **state)
{
	(void)state;
	begin_root();
	put_cell(4);
	put_window("v@1000", 0x1000);
	put_cell(4);
	put_string("status", "disabled"); /* behind a child: not read */
	begin_node("w@2000");
	put_cell(4);
	put_string("compatible", "virtio,mmio");
	put_cell(4);
	CELLS("reg", 0x2000, 0x200);
	put_cell(4);
	end_node();
	end_node();
	put_cell(9);
	assert_int_equal(read_made(), OK);
	assert_int_equal(m.virtio_mmio_count, 2);
}

/* A reg that cannot be read: none, cut, too many cells. */
static void test_bad_reg(void **state)
{
	(void)state;
	begin_root();
	begin_node("a");
	put_string("compatible", "virtio,mmio");
	end_node();
	begin_node("b");
	put_string("compatible", "virtio,mmio");
	CELLS("reg", 0x1000);
	end_node();
	begin_node("bus");
	CELLS("#address-cells", 3);
	put_property("ranges", "", 0);
	begin_node("c");
	put_string("compatible", "virtio,mmio");
	CELLS("reg", 0, 0, 0x1000, 0x200);
	end_node();
	end_node();
	begin_node("bus0");
	CELLS("#address-cells", 0);
	put_property("ranges", "", 0);
	begin_node("d");
	put_string("compatible", "virtio,mmio");
	CELLS("reg", 0x1000, 0x200);
	end_node();
	end_node();
	end_node();
	put_cell(9);
	assert_int_equal(read_made(), OK);
	assert_int_equal(m.virtio_mmio_count, 0);
	for (const char *name = "abcd"; *name; name++) {
		char line[16];

		snprintf(line, sizeof(line), "fdt: %c: reg: ", *name);
		assert_true(host_logged(line));
	}
}

/* Ranges that do not get on, are cut, or have more cells than are read. */
static void test_bad_ranges(void **state)
{
	static const struct {
		uint32_t address_cells, size_cells;
		unsigned size;
	} cases[] = {{1, 1, 11}, {1, 1, 4}, {1, 3, 20}, {1, 0, 0x8}};

	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		static const uint8_t zeros[32];

		setup(state);
		begin_root();
		begin_node("bus");
		CELLS("#address-cells", cases[i].address_cells);
		CELLS("#size-cells", cases[i].size_cells);
		put_property("ranges", zeros, cases[i].size);
		begin_node("v");
		put_string("compatible", "virtio,mmio");
		CELLS("reg", 0x1000, 0x200, 0, 0);
		end_node();
		end_node();
		end_node();
		put_cell(9);
		assert_int_equal(read_made(), OK);
		assert_int_equal(m.virtio_mmio_count, 0);
	}
}

/* A bus whose ranges have entries of no cells: the search ends all the same. */
static void test_ranges_without_cells(void **state)
{
	struct fdt_walk walk = {.depth = 2};
	uint64_t address = 5;

	(void)state;
	walk.nodes[1].has_ranges = true;
	walk.nodes[1].ranges = bytes_of("\0\0\0\0", 4);
	assert_false(fdt_translate(&walk, 1, &address, 1));
	assert_true(address == 5);
}

static enum status read_pci(const uint32_t *buses, uint32_t size, uint32_t cells, unsigned ranges)
{
	static const uint8_t zeros[64];

	setup(NULL);
	begin_root();
	begin_node("pci");
	put_string("compatible", "pci-host-ecam-generic");
	CELLS("#address-cells", cells);
	CELLS("#size-cells", 2);
	CELLS("reg", 0x10000000, size);
	CELLS("bus-range", buses[0], buses[1]);
	put_property("ranges", zeros, ranges);
	end_node();
	end_node();
	put_cell(9);
	return read_made();
}

static void test_bad_pci(void **state)
{
	(void)state;
	assert_int_equal(read_pci((const uint32_t[]){2, 1}, 0x10000000, 3, 0), OK);
	assert_int_equal(m.pci_host_count, 0);
	assert_int_equal(read_pci((const uint32_t[]){0, 256}, 0x10000000, 3, 0), OK);
	assert_int_equal(m.pci_host_count, 0);
	assert_int_equal(read_pci((const uint32_t[]){0, 1}, 0xfffff, 3, 0), OK);
	assert_int_equal(m.pci_host_count, 0);
	assert_int_equal(read_pci((const uint32_t[]){0, 1}, 0x10000000, 2, 0), OK);
	assert_int_equal(m.pci_host_count, 0);
	assert_true(host_logged("pci: bus-range, reg (0x10000000 bytes) or #address-cells (2)"));
	/* An entry of size 0, then a piece of one. */
	assert_int_equal(read_pci((const uint32_t[]){0, 1}, 0x10000000, 3, 24 + 20), OK);
	assert_int_equal(m.pci_host_count, 1);
	assert_int_equal(m.pci_hosts[0].aperture_count, 0);
	assert_true(host_logged("ranges: an entry is cut"));
	assert_true(host_logged("is left out"));
}

/* The bridge itself is there; what it says of its senders is refused by its name. */
static void test_cut_msi_map(void **state)
{
	(void)state;
	begin_root();
	begin_node("pci");
	put_string("compatible", "pci-host-ecam-generic");
	CELLS("#address-cells", 3);
	CELLS("#size-cells", 2);
	CELLS("reg", 0x10000000, 0x10000000);
	CELLS("bus-range", 0, 1);
	CELLS("msi-map", 0, 1, 0x8000, 0x100, 0x100, 1);
	end_node();
	end_node();
	put_cell(9);
	assert_int_equal(read_made(), OK);
	assert_int_equal(m.pci_host_count, 1);
	assert_int_equal(m.irq.map_count, 1);
	host_expect_line("pci: msi-map: an entry is cut");
}

/* A UART at 0x1000 under /soc, and what /chosen and /aliases say. */
static bool console_of(const char *stdout_path, const char *alias, uint32_t *baud)
{
	setup(NULL);
	begin_root();
	begin_node("aliases");
	if (alias)
		put_string("serial0", alias);
	end_node();
	begin_node("soc");
	CELLS("#address-cells", 1);
	put_property("ranges", "", 0);
	begin_node("uart@1000");
	put_string("compatible", "ns16550a");
	CELLS("reg", 0x1000, 0x100);
	end_node();
	end_node();
	begin_node("chosen");
	if (stdout_path)
		put_string("stdout-path", stdout_path);
	end_node();
	end_node();
	put_cell(9);
	assert_int_equal(read_made(), OK);
	assert_int_equal(m.uart_count, 1);
	*baud = m.uarts[0].baud;
	return m.uarts[0].console;
}

static void test_stdout_path(void **state)
{
	static const struct {
		const char *path, *alias;
		bool console;
		uint32_t baud;
	} cases[] = {
		{"/soc/uart@1000", NULL, true, 0},
		{"/soc/uart@1000:115200n8", NULL, true, 115200},
		{"/soc/uart", NULL, true, 0}, /* the unit address may be left out */
		{"serial0", "/soc/uart@1000", true, 0},
		{"serial0:9600", "/soc/uart@1000", true, 9600},
		{"serial0:n8", "/soc/uart@1000", true, 0},
		{"serial0:99999999999", "/soc/uart@1000", true, 999999999},
		{"serial1", "/soc/uart@1000", false, 0},
		{"serial0", NULL, false, 0},
		{"serial0", "soc/uart@1000", false, 0},
		{"an-alias-that-is-longer-than-any-alias-may-be", "/soc/uart@1000", false, 0},
		{"/soc", NULL, false, 0},
		{"/soc/uart@1000/child", NULL, false, 0},
		{"/soc/uart@100", NULL, false, 0},
		{"/soc/uart@10000", NULL, false, 0},
		{"/sock/uart@1000", NULL, false, 0},
		{"/", NULL, false, 0},
		{"", NULL, false, 0},
		{":115200", NULL, false, 0},
		{NULL, NULL, false, 0},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		uint32_t baud;

		if (console_of(cases[i].path, cases[i].alias, &baud) != cases[i].console ||
			baud != cases[i].baud)
			fail_msg("stdout-path %s", cases[i].path ? cases[i].path : "absent");
	}
}

static void test_status_values(void **state)
{
	static const struct {
		const char *value;
		unsigned size, found;
	} cases[] = {{"okay", 5, 1}, {"ok", 3, 1}, {"disabled", 9, 0}, {"fail", 5, 0},
		{"okay", 4, 0}, {"", 0, 0}};

	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		setup(state);
		begin_root();
		begin_node("v");
		put_property("status", cases[i].value, cases[i].size);
		put_string("compatible", "virtio,mmio");
		CELLS("reg", 0x1000, 0x200);
		end_node();
		end_node();
		put_cell(9);
		assert_int_equal(read_made(), OK);
		assert_int_equal(m.virtio_mmio_count, cases[i].found);
	}
}

/* A PSCI node without a method that is known; property names outside the strings. */
static void test_odd_properties(void **state)
{
	(void)state;
	begin_root();
	begin_node("psci");
	put_string("compatible", "arm,psci");
	put_string("method", "telepathy");
	put_cell(3);
	put_cell(0);
	put_cell(0xffffffff);
	put_property("compatible", "no end", 6);
	end_node();
	end_node();
	put_cell(9);
	assert_int_equal(read_made(), OK);
	assert_int_equal(m.psci, PSCI_NONE);
}

/*
 * ---- samples with bytes cut off or changed ------------------------------------------------------
 */

static void parse(uint8_t *data, size_t size)
{
	enum status status;

	memset(&m, 0, sizeof(m));
	status = fdt_read_machine(bytes_of(data, size), &m);
	assert_true(status == OK || status == ERR_MALFORMED);
}

/* The header says that the structure block ends early: everything else is there. */
static void cut_structure(const uint8_t *blob, size_t size)
{
	uint8_t *copy = malloc(size);
	uint32_t length = (uint32_t)blob[38] << 8 | blob[39];

	memcpy(copy, blob, size);
	for (uint32_t i = 0; i < length; i++) {
		put_be32(copy + 36, i);
		memset(&m, 0, sizeof(m));
		assert_int_equal(fdt_read_machine(bytes_of(copy, size), &m), ERR_MALFORMED);
	}
	free(copy);
}

static void test_hostile(void **state)
{
	static const char *const samples[] = {
		"virt", "virt-gicv3-4cpus", "virt-highmem-off", "virt-secure", "board"};

	for (unsigned i = 0; i < ARRAY_SIZE(samples); i++) {
		uint8_t *blob;
		size_t size;

		setup(state);
		the_log.level = LOG_ERROR;
		blob = load(samples[i], &size);
		hostile_truncate(blob, size, 1, parse);
		if (!strcmp(samples[i], "board"))
			cut_structure(blob, size);
		hostile_mutate(blob, size, 2000, parse);
		free(blob);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_virt, setup),
		cmocka_unit_test_setup(test_virt_gicv3, setup),
		cmocka_unit_test_setup(test_virt_highmem_off, setup),
		cmocka_unit_test_setup(test_virt_secure, setup),
		cmocka_unit_test_setup(test_board_uarts, setup),
		cmocka_unit_test_setup(test_board_windows, setup),
		cmocka_unit_test_setup(test_board_pci, setup),
		cmocka_unit_test_setup(test_version_16, setup),
		cmocka_unit_test_setup(test_header, setup),
		cmocka_unit_test_setup(test_broken_structures, setup),
		cmocka_unit_test_setup(test_broken_later, setup),
		cmocka_unit_test_setup(test_nesting, setup),
		cmocka_unit_test_setup(test_nops_and_late_properties, setup),
		cmocka_unit_test_setup(test_bad_reg, setup),
		cmocka_unit_test_setup(test_bad_ranges, setup),
		cmocka_unit_test_setup(test_ranges_without_cells, setup),
		cmocka_unit_test_setup(test_bad_pci, setup),
		cmocka_unit_test_setup(test_cut_msi_map, setup),
		cmocka_unit_test_setup(test_stdout_path, setup),
		cmocka_unit_test_setup(test_status_values, setup),
		cmocka_unit_test_setup(test_odd_properties, setup),
		cmocka_unit_test_setup(test_hostile, setup),
	};

	return cmocka_run_group_tests_name("fdt", tests, NULL, NULL);
}
