/* SPDX-License-Identifier: BSD-2-Clause */
/* In: platform/acpi_device.c over devices made here. Out: what the machine gets, and what it does
 * not. */
#include "host.h"

#include "aml_builder.h"
#include "platform/acpi_parts.h"

static struct machine m;
static struct aml aml;

static int setup(void **state)
{
	memset(&m, 0, sizeof(m));
	aml.size = 0;
	return host_reset(state);
}

static enum status read_devices(void)
{
	struct bytes block = aml_bytes(&aml);

	return acpi_read_devices(&block, 1, &m);
}

static size_t open_device(const char *hid)
{
	size_t device = aml_device(&aml, "DEV0");

	aml_name_string(&aml, "_HID", hid);
	return device;
}

/* A device of one id, with a resource template or (size 0) without. */
static void read_device(const char *hid, const void *crs, uint8_t size)
{
	size_t device;

	aml.size = 0;
	device = open_device(hid);
	if (size) {
		aml_name(&aml, "_CRS");
		aml_buffer(&aml, crs, size);
	}
	aml_close(&aml, device);
	assert_int_equal(read_devices(), OK);
}

static const uint8_t memory[] = {
	0x86, 9, 0, 1, 0, 0, 0, 0x1c, 0, 0x10, 0, 0, 0x89, 6, 0, 1, 1, 0x21, 0, 0, 0, 0x79, 0};
static const uint8_t port[] = {0x47, 1, 0xf8, 2, 0xf8, 2, 1, 8, 0x79, 0};
static const uint8_t cut[] = {0x86, 9, 0, 1, 0, 0};

static void test_virtio_mmio(void **state)
{
	(void)state;
	read_device("LNRO0005", memory, sizeof(memory));
	assert_int_equal(m.virtio_mmio_count, 1);
	assert_true(m.virtio_mmio[0].base == 0x1c000000);
	assert_true(m.virtio_mmio[0].size == 0x1000);
	assert_int_equal(m.virtio_mmio[0].interrupt, 0x21);
	assert_string_equal(m.virtio_mmio[0].source, "ACPI \\DEV0");
}

static void test_uarts(void **state)
{
	static const struct {
		const char *hid;
		bool by_port;
		enum uart_type type;
		uint8_t width, shift;
	} cases[] = {
		{"ARMH0011", false, UART_PL011, 4, 2},
		{"ARMHB000", false, UART_PL011, 4, 2},
		{"PNP0501", false, UART_16550, 1, 0},
		{"PNP0500", true, UART_16550, 1, 0},
	};

	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct uart_location *uart = &m.uarts[0];

		setup(state);
		if (cases[i].by_port)
			read_device(cases[i].hid, port, sizeof(port));
		else
			read_device(cases[i].hid, memory, sizeof(memory));
		assert_int_equal(m.uart_count, 1);
		assert_int_equal(uart->type, cases[i].type);
		assert_int_equal(uart->space, cases[i].by_port ? IO_PORT : IO_MMIO);
		assert_true(uart->base == (cases[i].by_port ? 0x2f8 : 0x1c000000));
		assert_int_equal(uart->register_width, cases[i].width);
		assert_int_equal(uart->register_shift, cases[i].shift);
		assert_false(uart->console);
	}
}

static void test_id_in_cid(void **state)
{
	size_t device = open_device("VEND0001");

	(void)state;
	aml_name_string(&aml, "_CID", "LNRO0005");
	aml_name(&aml, "_CRS");
	aml_buffer(&aml, memory, sizeof(memory));
	aml_close(&aml, device);
	assert_int_equal(read_devices(), OK);
	assert_int_equal(m.virtio_mmio_count, 1);
}

static void test_not_present(void **state)
{
	size_t device = open_device("LNRO0005");

	(void)state;
	aml_name(&aml, "_STA");
	AML(&aml, 0x00);
	aml_name(&aml, "_CRS");
	aml_buffer(&aml, memory, sizeof(memory));
	aml_close(&aml, device);
	assert_int_equal(read_devices(), OK);
	assert_int_equal(m.virtio_mmio_count, 0);
	assert_true(host_logged("\\DEV0 (LNRO0005): not present (_STA): passed over"));
}

static void test_unusable_resources(void **state)
{
	static const char *const ids[] = {"LNRO0005", "ARMH0011", "PNP0501", "PNP0A08"};

	for (unsigned i = 0; i < ARRAY_SIZE(ids); i++) {
		setup(state);
		read_device(ids[i], cut, sizeof(cut));
		assert_true(host_logged("error: resources: a descriptor runs over the end"));
		if (i < 3) {
			read_device(ids[i], NULL, 0);
			assert_true(host_logged("its _CRS is absent"));
			read_device(ids[i], "\x79", 2); /* empty: no base */
		}
		assert_int_equal(m.virtio_mmio_count + m.uart_count + m.pci_host_count, 0);
	}
	setup(state);
	read_device("LNRO0005", port, sizeof(port));
	assert_true(host_logged("no memory range: passed over"));
}

static void test_computed_resources(void **state)
{
	size_t device = open_device("LNRO0005"), method = aml_method(&aml, "_CRS");

	(void)state;
	AML(&aml, 0x70, 0x01, 0x60); /* Store (One, Local0) */
	aml_close(&aml, method);
	aml_close(&aml, device);
	assert_int_equal(read_devices(), OK);
	assert_true(host_logged("its _CRS has to be computed"));
	assert_int_equal(m.virtio_mmio_count, 0);
}

/* WordBusNumber, producer. */
#define BUSES(first, last, count)                                                                  \
	0x88, 13, 0, 2, 0x0c, 0, 0, 0, (first)&0xff, (first) >> 8, (last)&0xff, (last) >> 8, 0, 0, \
		(count)&0xff, (count) >> 8

static void test_bridge_without_crs(void **state)
{
	(void)state;
	read_device("PNP0A03", NULL, 0);
	assert_true(host_logged("its _CRS is absent: no apertures from here"));
	assert_int_equal(m.pci_host_count, 1);
	assert_int_equal(m.pci_hosts[0].access, PCI_ACCESS_PORTS);
	assert_int_equal(m.pci_hosts[0].bus_last, 255);
}

static void test_bridge_buses(void **state)
{
	static const struct {
		uint8_t crs[36], size;
		int first, last; /* -1: refused */
	} cases[] = {
		{{BUSES(0x00, 0xff, 0x100), 0x79, 0}, 18, 0x00, 0xff},
		{{BUSES(0x40, 0x7f, 0x40), 0x79, 0}, 18, 0x40, 0x7f},
		{{BUSES(0xff, 0xff, 1), 0x79, 0}, 18, 0xff, 0xff},
		{{BUSES(0x100, 0x1ff, 0x100), 0x79, 0}, 18, -1, -1},
		{{BUSES(0xff, 0x100, 2), 0x79, 0}, 18, -1, -1},
		{{BUSES(0x00, 0x00, 0), 0x79, 0}, 18, -1, -1},
		/* Of two, the first counts. */
		{{BUSES(0x40, 0x7f, 0x40), BUSES(0x90, 0x9f, 0x10), 0x79, 0}, 34, 0x40, 0x7f},
	};

	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		setup(state);
		read_device("PNP0A08", cases[i].crs, cases[i].size);
		assert_int_equal(m.pci_host_count, cases[i].first >= 0);
		if (cases[i].first < 0)
			continue;
		assert_int_equal(m.pci_hosts[0].bus_first, cases[i].first);
		assert_int_equal(m.pci_hosts[0].bus_last, cases[i].last);
	}
}

/* DWordIO, producer: first 0, length 0x10000. */
#define DWORD_IO(flags, translation_high)                                               \
	0x87, 23, 0, 1, 0x0c, flags, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, \
		translation_high, 0, 0, 1, 0

static void test_bridge_io(void **state)
{
	static const struct {
		uint8_t crs[28];
		unsigned count;
		bool io_is_mmio;
	} cases[] = {
		{{DWORD_IO(0x03, 0x00), 0x79, 0}, 1, false},
		{{DWORD_IO(0x03, 0x3e), 0x79, 0}, 1, true}, /* translated: no port is there */
		{{DWORD_IO(0x13, 0x00), 0x79, 0}, 1, true}, /* _TTP */
		{{DWORD_IO(0x33, 0x3e), 0x79, 0}, 0, false}, /* _TRS: sparse */
	};

	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		setup(state);
		read_device("PNP0A08", cases[i].crs, sizeof(cases[i].crs));
		assert_int_equal(m.pci_hosts[0].aperture_count, cases[i].count);
		if (cases[i].count)
			assert_int_equal(
				m.pci_hosts[0].apertures[0].io_is_mmio, cases[i].io_is_mmio);
	}
}

/* DWordIO, producer: port 0 alone, as it stands in a template that is to be filled in. */
#define DWORD_IO_UNFILLED \
	0x87, 23, 0, 1, 0x0c, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0

/* A root bridge that is not there: the one that is keeps its buses and what it forwards. */
static void test_bridge_not_filled_in(void **state)
{
	static const uint8_t none[] = {BUSES(0, 0, 1), DWORD_IO_UNFILLED, 0x79, 0};
	static const uint8_t tiny[] = {BUSES(0, 0xff, 0x100), DWORD_IO_UNFILLED, 0x79, 0};

	(void)state;
	read_device("PNP0A08", NULL, 0);
	read_device("PNP0A08", none, sizeof(none));
	assert_true(host_logged("its _CRS is not filled in: bus 00 alone, and windows of a byte"));
	assert_int_equal(m.pci_host_count, 1);
	assert_int_equal(m.pci_hosts[0].bus_last, 0xff);
	assert_int_equal(m.pci_hosts[0].aperture_count, 0);
	/* With other buses only the window is none. */
	setup(state);
	read_device("PNP0A08", tiny, sizeof(tiny));
	assert_int_equal(m.pci_host_count, 1);
	assert_int_equal(m.pci_hosts[0].aperture_count, 0);
}

/* What a bridge uses itself is no aperture: an I/O range, a consumer's memory, an interrupt. */
static void test_bridge_consumes(void **state)
{
	(void)state;
	read_device("PNP0A08", memory, sizeof(memory));
	assert_int_equal(m.pci_hosts[0].aperture_count, 0);
}

/* DWordMemory, producer, of one MiB. */
#define DWORD_MEMORY(base_high)                                                                  \
	0x87, 23, 0, 0, 0x0c, 1, 0, 0, 0, 0, 0, 0, 0, base_high, 0xff, 0xff, 0x0f, base_high, 0, \
		0, 0, 0, 0, 0, 0x10, 0

static void test_too_many_apertures(void **state)
{
	uint8_t crs[26 * 9 + 2];

	(void)state;
	for (unsigned i = 0; i < 9; i++) {
		const uint8_t one[] = {DWORD_MEMORY((uint8_t)(0x10 + i))};

		memcpy(crs + 26 * i, one, sizeof(one));
	}
	crs[26 * 9] = 0x79;
	crs[26 * 9 + 1] = 0;
	read_device("PNP0A08", crs, sizeof(crs));
	assert_int_equal(m.pci_hosts[0].aperture_count, PCI_MAX_APERTURES);
	assert_true(host_logged("ACPI \\DEV0: range 0x18000000 is left out"));
	/* And to a bridge that has all it can have, another adds nothing. */
	m.pci_hosts[0].apertures[0].bus_base = 0x90000000;
	read_device("PNP0A08", crs, sizeof(crs));
	assert_true(host_logged("no room for memory aperture 0x10000000"));
	assert_true(host_logged("not used in full"));
}

static void read_window_that_says(const char *above, const char *itself, const char *computed)
{
	size_t scope, device;

	memset(&m, 0, sizeof(m));
	aml.size = 0;
	scope = aml_device(&aml, "BUS0");
	if (above) {
		aml_name(&aml, "_CCA");
		AML(&aml, (uint8_t)*above);
	}
	device = open_device("LNRO0005");
	if (itself) {
		aml_name(&aml, "_CCA");
		AML(&aml, (uint8_t)*itself);
	}
	if (computed) {
		size_t method = aml_method(&aml, "_CCA");

		AML(&aml, 0xa4, 0x72, 0x01, 0x01, 0x00); /* Return (1 + 1) */
		aml_close(&aml, method);
	}
	aml_name(&aml, "_CRS");
	aml_buffer(&aml, memory, sizeof(memory));
	aml_close(&aml, device);
	aml_close(&aml, scope);
	assert_int_equal(read_devices(), OK);
	assert_int_equal(m.virtio_mmio_count, 1);
}

static void test_coherence(void **state)
{
	static const struct {
		const char *above, *itself, *computed;
		enum coherence expected;
	} cases[] = {
		{NULL, NULL, NULL, COHERENCE_NOT_STATED},
		{NULL, "\1", NULL, COHERENCE_YES},
		{NULL, "\0", NULL, COHERENCE_NO},
		{"\1", NULL, NULL, COHERENCE_YES},
		{"\0", NULL, NULL, COHERENCE_NO},
		{"\0", "\1", NULL, COHERENCE_YES},
		{"\1", NULL, "computed", COHERENCE_NOT_STATED},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		read_window_that_says(cases[i].above, cases[i].itself, cases[i].computed);
		assert_int_equal(m.virtio_mmio[0].coherence, cases[i].expected);
	}
	assert_true(host_logged("\\BUS0.DEV0: its _CCA has to be computed: not known"));
}

/* A bridge that a table without this fact named, before and after another says otherwise. */
static void test_bridge_coherence(void **state)
{
	struct pci_host ecam = {.bus_last = 255, .ecam_base = 0xb0000000, .source = "MCFG"};
	size_t device;

	(void)state;
	assert_int_equal(machine_add_pci_host(&m, &ecam), OK);
	device = open_device("PNP0A08");
	aml_name(&aml, "_CCA");
	AML(&aml, 0x00);
	aml_close(&aml, device);
	assert_int_equal(read_devices(), OK);
	assert_int_equal(m.pci_hosts[0].coherence, COHERENCE_NO);
	ecam.coherence = COHERENCE_YES;
	assert_int_equal(machine_add_pci_host(&m, &ecam), OK);
	assert_int_equal(m.pci_hosts[0].coherence, COHERENCE_NO);
	assert_true(host_logged("MCFG: MCFG says otherwise than before, not coherent: "));
}

static void read_bridge_at(uint32_t segment, uint32_t bus)
{
	size_t device;

	aml.size = 0;
	device = open_device("PNP0A08");
	aml_name(&aml, "_SEG");
	aml_dword(&aml, segment);
	aml_name(&aml, "_BBN");
	aml_dword(&aml, bus);
	aml_close(&aml, device);
	assert_int_equal(read_devices(), OK);
}

static void test_bridge_place(void **state)
{
	struct pci_host ecam = {.segment = 1, .bus_last = 255, .ecam_base = 0xb0000000};

	(void)state;
	read_bridge_at(1, 0);
	assert_true(host_logged("no table says how to reach segment 0001 bus 00"));
	read_bridge_at(0x10000, 0);
	read_bridge_at(0, 0x100);
	assert_true(host_logged("error: \\DEV0: segment 0x10000, bus 0x0: passed over"));
	assert_true(host_logged("error: \\DEV0: segment 0x0, bus 0x100: passed over"));
	assert_int_equal(m.pci_host_count, 0);
	assert_int_equal(machine_add_pci_host(&m, &ecam), OK);
	read_bridge_at(1, 0x20);
	assert_int_equal(m.pci_host_count, 1);
	assert_true(host_logged("is the bridge of bus 20"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_virtio_mmio, setup),
		cmocka_unit_test_setup(test_uarts, setup),
		cmocka_unit_test_setup(test_id_in_cid, setup),
		cmocka_unit_test_setup(test_coherence, setup),
		cmocka_unit_test_setup(test_bridge_coherence, setup),
		cmocka_unit_test_setup(test_not_present, setup),
		cmocka_unit_test_setup(test_unusable_resources, setup),
		cmocka_unit_test_setup(test_computed_resources, setup),
		cmocka_unit_test_setup(test_bridge_without_crs, setup),
		cmocka_unit_test_setup(test_bridge_buses, setup),
		cmocka_unit_test_setup(test_bridge_io, setup),
		cmocka_unit_test_setup(test_bridge_not_filled_in, setup),
		cmocka_unit_test_setup(test_bridge_consumes, setup),
		cmocka_unit_test_setup(test_too_many_apertures, setup),
		cmocka_unit_test_setup(test_bridge_place, setup),
	};

	return cmocka_run_group_tests_name("acpi_device", tests, NULL, NULL);
}
