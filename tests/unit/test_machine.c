/* SPDX-License-Identifier: BSD-2-Clause */
/* In: platform/machine.c. Out: whether a thing that is named twice stands once, and what is
 * refused. */
#include "host.h"

#include <string.h>

#include "platform/machine.h"

static struct machine m;

static int setup(void **state)
{
	memset(&m, 0, sizeof(m));
	return host_reset(state);
}

static struct uart_location uart_at(uint64_t base, const char *source)
{
	struct uart_location uart = {.type = UART_16550, .base = base, .register_width = 1};

	strcpy(uart.source, source);
	return uart;
}

static struct virtio_mmio_location window_at(uint64_t base, uint64_t size, const char *source)
{
	struct virtio_mmio_location window = {.base = base, .size = size};

	strcpy(window.source, source);
	return window;
}

static struct pci_host ecam_at(uint64_t base, uint8_t first, uint8_t last)
{
	return (struct pci_host){
		.bus_first = first, .bus_last = last, .ecam_base = base, .source = "MCFG"};
}

static struct pci_host by_ports(uint8_t first, uint8_t last)
{
	return (struct pci_host){
		.access = PCI_ACCESS_PORTS, .bus_first = first, .bus_last = last, .source = "EFI"};
}

static struct pci_aperture memory_at(uint64_t base, uint64_t size)
{
	return (struct pci_aperture){
		.space = PCI_SPACE_MEMORY, .bus_base = base, .cpu_base = base, .size = size};
}

static void test_uart_twice_is_one(void **state)
{
	struct uart_location first = uart_at(0x9000000, "SPCR"), again = uart_at(0x9000000, "DBG2");

	(void)state;
	again.debug_port = true;
	again.console = true;
	again.baud = 115200;
	again.clock_hz = 24000000;
	again.register_shift = 2;
	assert_int_equal(machine_add_uart(&m, &first), OK);
	assert_int_equal(machine_add_uart(&m, &again), OK);
	assert_int_equal(m.uart_count, 1);
	assert_true(m.uarts[0].debug_port && m.uarts[0].console);
	assert_int_equal(m.uarts[0].baud, 115200);
	assert_int_equal(m.uarts[0].clock_hz, 24000000);
	assert_int_equal(m.uarts[0].register_shift, 0);
	assert_string_equal(m.uarts[0].source, "SPCR");
	assert_true(host_logged("uart 0x9000000: named by SPCR and by DBG2"));
	again.baud = 9600;
	again.type = UART_PL011;
	assert_int_equal(machine_add_uart(&m, &again), OK);
	assert_int_equal(m.uarts[0].baud, 115200);
	assert_true(host_logged("16550 from SPCR stands, not pl011 from DBG2"));
	again.type = UART_16550;
	again.space = IO_PORT;
	assert_int_equal(machine_add_uart(&m, &again), OK);
	assert_int_equal(m.uart_count, 2);
}

static void test_uart_layouts(void **state)
{
	static const struct {
		uint8_t width, shift;
		enum status status;
	} cases[] = {
		{1, 0, OK},
		{1, 2, OK},
		{2, 1, OK},
		{4, 2, OK},
		{4, 4, OK},
		{0, 0, ERR_RANGE},
		{3, 2, ERR_RANGE},
		{8, 3, ERR_RANGE},
		{1, 5, ERR_RANGE},
		{4, 0, ERR_RANGE}, /* registers would overlap */
		{1, 255, ERR_RANGE},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		struct uart_location uart = uart_at(0x1000 * (i + 1), "test");

		m.uart_count = 0;
		uart.register_width = cases[i].width;
		uart.register_shift = cases[i].shift;
		assert_int_equal(machine_add_uart(&m, &uart), cases[i].status);
	}
}

static void test_uart_refused(void **state)
{
	struct uart_location uart = uart_at(0, "SPCR");

	(void)state;
	assert_int_equal(machine_add_uart(&m, &uart), ERR_RANGE);
	assert_true(host_logged("error: uart 0x0 from SPCR: refused"));
	uart = uart_at(0x3f8, "SPCR");
	uart.type = UART_PL011;
	uart.space = IO_PORT;
	assert_int_equal(machine_add_uart(&m, &uart), ERR_RANGE);
	assert_int_equal(m.uart_count, 0);
}

static void test_uart_table_full(void **state)
{
	struct uart_location uart = uart_at(0x1000, "test");

	(void)state;
	for (unsigned i = 0; i < MACHINE_MAX_UARTS; i++, uart.base += 0x1000)
		assert_int_equal(machine_add_uart(&m, &uart), OK);
	assert_int_equal(machine_add_uart(&m, &uart), ERR_NO_MEMORY);
	assert_true(host_logged("no room (8 are known)"));
	uart.base = 0x1000;
	assert_int_equal(machine_add_uart(&m, &uart), OK);
}

static void test_choose_uart(void **state)
{
	struct uart_location a = uart_at(0x1000, "a"), b = uart_at(0x2000, "b"),
			     c = uart_at(0x3000, "c");

	(void)state;
	assert_null(machine_choose_uart(&m));
	assert_true(host_logged("no table names one"));
	assert_int_equal(machine_add_uart(&m, &a), OK);
	assert_int_equal(machine_add_uart(&m, &b), OK);
	assert_int_equal(machine_add_uart(&m, &c), OK);
	assert_ptr_equal(machine_choose_uart(&m), &m.uarts[0]);
	m.uarts[1].debug_port = true;
	assert_ptr_equal(machine_choose_uart(&m), &m.uarts[1]);
	m.uarts[2].console = true;
	assert_ptr_equal(machine_choose_uart(&m), &m.uarts[2]);
	assert_true(host_logged("16550 mmio 0x3000 from c is chosen (the console)"));
	assert_true(host_logged("16550 mmio 0x2000 from b is passed over"));
}

static void test_virtio_twice_is_one(void **state)
{
	struct virtio_mmio_location a = window_at(0xa000000, 0x200, "FDT"),
				    b = window_at(0xa000000, 0x200, "ACPI");

	(void)state;
	b.interrupt = 48;
	assert_int_equal(machine_add_virtio_mmio(&m, &a), OK);
	assert_int_equal(machine_add_virtio_mmio(&m, &b), OK);
	assert_int_equal(m.virtio_mmio_count, 1);
	assert_int_equal(m.virtio_mmio[0].interrupt, 48);
	assert_string_equal(m.virtio_mmio[0].source, "FDT");
	assert_true(host_logged("virtio-mmio@a000000: named by FDT and by ACPI"));
}

static void test_virtio_refused(void **state)
{
	static const struct {
		uint64_t base, size;
		const char *line;
	} cases[] = {
		{0xa000000, 0xff, "smaller than 0x100"},
		{0xa000002, 0x200, "not a multiple of 4"},
		{0xffffffffffffff00, 0x200, "wraps around"},
		{0xa000400, 0x200, "overlaps virtio-mmio@a000500 from first"},
		{0xa000600, 0x200, "virtio-mmio@a000600 from second: refused"},
		{0xa000000, UINT64_MAX, "wraps around"},
	};
	struct virtio_mmio_location first = window_at(0xa000500, 0x200, "first");

	(void)state;
	assert_int_equal(machine_add_virtio_mmio(&m, &first), OK);
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		struct virtio_mmio_location bad = window_at(cases[i].base, cases[i].size, "second");

		host_reset(NULL);
		assert_int_equal(machine_add_virtio_mmio(&m, &bad), ERR_RANGE);
		assert_true(host_logged(cases[i].line));
		assert_true(host_logged("from second"));
	}
	assert_int_equal(m.virtio_mmio_count, 1);
	/* The last bytes of the address space are an address like any other. */
	first = window_at(0xffffffffffffff00, 0x100, "first");
	assert_int_equal(machine_add_virtio_mmio(&m, &first), OK);
}

static void test_virtio_table_full(void **state)
{
	struct virtio_mmio_location window = window_at(0x1000, 0x200, "test");

	(void)state;
	for (unsigned i = 0; i < MACHINE_MAX_VIRTIO_MMIO; i++, window.base += 0x200)
		assert_int_equal(machine_add_virtio_mmio(&m, &window), OK);
	assert_int_equal(machine_add_virtio_mmio(&m, &window), ERR_NO_MEMORY);
	assert_true(host_logged("no room (256 are known)"));
}

static void test_apertures(void **state)
{
	struct pci_host host = ecam_at(0xb0000000, 0, 255);
	struct pci_aperture a = memory_at(0xc0000000, 0x1000000);

	(void)state;
	assert_int_equal(pci_host_add_aperture(&host, &a), OK);
	a.bus_base += 0xfff000;
	assert_int_equal(pci_host_add_aperture(&host, &a), OK);
	assert_int_equal(host.aperture_count, 1);
	assert_true(host_logged("memory aperture 0xc0fff000 is in 0xc0000000"));
	a.space = PCI_SPACE_IO; /* a space of its own */
	assert_int_equal(pci_host_add_aperture(&host, &a), OK);
	assert_int_equal(host.aperture_count, 2);
	a.size = 0;
	assert_int_equal(pci_host_add_aperture(&host, &a), ERR_RANGE);
	a = memory_at(UINT64_MAX, 2);
	assert_int_equal(pci_host_add_aperture(&host, &a), ERR_RANGE);
	a.bus_base = 0;
	assert_int_equal(pci_host_add_aperture(&host, &a), ERR_RANGE);
	for (a = memory_at(0x1000, 0x1000); host.aperture_count < PCI_MAX_APERTURES;
		a.bus_base += 0x1000)
		assert_int_equal(pci_host_add_aperture(&host, &a), OK);
	assert_int_equal(pci_host_add_aperture(&host, &a), ERR_NO_MEMORY);
	assert_true(host_logged("no room for memory aperture"));
}

static void test_pci_host_refused(void **state)
{
	struct pci_host bad[] = {
		ecam_at(0xb0000000, 5, 4),
		ecam_at(0, 0, 255),
		ecam_at(0xb0000800, 0, 255),
		ecam_at(0xfffffffffff00000, 0, 1),
		by_ports(0, 255),
	};

	(void)state;
	bad[4].segment = 1;
	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(machine_add_pci_host(&m, &bad[i]), ERR_RANGE);
	assert_true(host_logged("the last bus comes before the first"));
	assert_true(host_logged("not on a bus boundary"));
	assert_true(host_logged("the ECAM wraps around"));
	assert_true(host_logged("ports reach segment 0 only"));
	assert_int_equal(m.pci_host_count, 0);
	bad[3].bus_last = 0; /* the last bus-sized piece there is */
	assert_int_equal(machine_add_pci_host(&m, &bad[3]), OK);
}

/* Two segments in one window: what is behind it would be found twice, and driven twice. */
static void test_ecam_of_other_buses(void **state)
{
	struct pci_host known = ecam_at(0xb0000000, 0x10, 0x2f),
			same[] = {known, ecam_at(0xb0000000, 0x20, 0x3f)},
			other[] = {known, ecam_at(0xb0000000 + (0x1fu << 20), 0, 7),
				ecam_at(0xb0000000 - (8u << 20), 0, 8)},
			beside[] = {ecam_at(0xb0000000 + (0x20u << 20), 0, 7),
				ecam_at(0xb0000000 - (8u << 20), 0x30, 0x37)};

	(void)state;
	assert_int_equal(machine_add_pci_host(&m, &known), OK);
	for (unsigned i = 0; i < ARRAY_SIZE(same); i++)
		assert_int_equal(machine_add_pci_host(&m, &same[i]), OK);
	assert_int_equal(m.pci_host_count, 1);
	other[0].segment = 1;
	for (unsigned i = 0; i < ARRAY_SIZE(other); i++)
		assert_int_equal(machine_add_pci_host(&m, &other[i]), ERR_RANGE);
	assert_true(host_logged("pci 0001:10-2f from MCFG: refused (ECAM 0xb0000000 is that of "
				"0000:10-2f)"));
	assert_int_equal(m.pci_host_count, 1);
	beside[0].segment = 1;
	for (unsigned i = 0; i < ARRAY_SIZE(beside); i++)
		assert_int_equal(machine_add_pci_host(&m, &beside[i]), OK);
	assert_int_equal(m.pci_host_count, 3);
}

/* The second one's part of a window may be where another bridge's is. */
static void test_ecam_part_of_other_buses(void **state)
{
	struct pci_host low = ecam_at(0xb2000000, 0, 0x1f), high = by_ports(0x20, 0x3f),
			whole = ecam_at(0xb0000000, 0, 255);

	(void)state;
	assert_int_equal(machine_add_pci_host(&m, &low), OK);
	assert_int_equal(machine_add_pci_host(&m, &high), OK);
	assert_int_equal(machine_add_pci_host(&m, &whole), OK);
	assert_true(host_logged("refused (ECAM 0xb2000000 is that of 0000:00-1f)"));
	assert_int_equal(m.pci_hosts[1].access, PCI_ACCESS_PORTS);
}

static void test_ecam_wins_over_ports(void **state)
{
	struct pci_host low = by_ports(0, 0x1f), high = by_ports(0x20, 0x3f),
			ecam = ecam_at(0xb0000000, 0, 255);
	struct pci_aperture a = memory_at(0xc0000000, 0x1000000);

	(void)state;
	assert_int_equal(pci_host_add_aperture(&low, &a), OK);
	assert_int_equal(machine_add_pci_host(&m, &low), OK);
	assert_int_equal(machine_add_pci_host(&m, &high), OK);
	assert_int_equal(m.pci_host_count, 2);
	assert_int_equal(machine_add_pci_host(&m, &ecam), OK);
	assert_int_equal(m.pci_host_count, 2);
	assert_int_equal(m.pci_hosts[0].access, PCI_ACCESS_ECAM);
	assert_true(m.pci_hosts[0].ecam_base == 0xb0000000);
	assert_int_equal(m.pci_hosts[0].bus_last, 0x1f);
	assert_int_equal(m.pci_hosts[0].aperture_count, 1);
	assert_int_equal(m.pci_hosts[1].access, PCI_ACCESS_ECAM);
	assert_true(m.pci_hosts[1].ecam_base == 0xb2000000);
	assert_true(host_logged("ECAM 0xb2000000 from MCFG instead of ports from EFI"));
}

static void test_ports_do_not_replace_ecam(void **state)
{
	struct pci_host ecam = ecam_at(0xb0000000, 0, 255), ports = by_ports(0, 255);
	struct pci_aperture a = memory_at(0xc0000000, 0x1000000);

	(void)state;
	assert_int_equal(pci_host_add_aperture(&ports, &a), OK);
	assert_int_equal(machine_add_pci_host(&m, &ecam), OK);
	assert_int_equal(machine_add_pci_host(&m, &ports), OK);
	assert_int_equal(m.pci_host_count, 1);
	assert_int_equal(m.pci_hosts[0].access, PCI_ACCESS_ECAM);
	assert_int_equal(m.pci_hosts[0].aperture_count, 1);
	ecam.segment = 1;
	ecam.ecam_base = 0xc0000000;
	assert_int_equal(machine_add_pci_host(&m, &ecam), OK);
	assert_int_equal(m.pci_host_count, 2);
}

static void test_merge_has_no_room(void **state)
{
	struct pci_host ecam = ecam_at(0xb0000000, 0, 255), ports = by_ports(0, 255);
	struct pci_aperture a = memory_at(0x10000000, 0x1000);

	(void)state;
	for (unsigned i = 0; i < PCI_MAX_APERTURES; i++, a.bus_base += 0x1000)
		assert_int_equal(pci_host_add_aperture(&ecam, &a), OK);
	assert_int_equal(pci_host_add_aperture(&ports, &a), OK);
	assert_int_equal(machine_add_pci_host(&m, &ecam), OK);
	assert_int_equal(machine_add_pci_host(&m, &ports), OK);
	assert_true(host_logged("pci 0000:00: aperture 0 from EFI is left out"));
	assert_int_equal(m.pci_hosts[0].aperture_count, PCI_MAX_APERTURES);
}

static void test_ecam_too_small_for_ports(void **state)
{
	struct pci_host ports = by_ports(0, 255), ecam = ecam_at(0xb0000000, 0, 63);

	(void)state;
	assert_int_equal(machine_add_pci_host(&m, &ports), OK);
	assert_int_equal(machine_add_pci_host(&m, &ecam), OK);
	assert_int_equal(m.pci_hosts[0].access, PCI_ACCESS_PORTS);
	assert_int_equal(m.pci_hosts[0].bus_last, 255);
}

static void test_split(void **state)
{
	struct pci_host ecam = ecam_at(0xb0000000, 0, 255);

	(void)state;
	assert_int_equal(machine_split_pci_host(&m, 0, 0, 5, "none"), OK);
	assert_int_equal(m.pci_host_count, 0);
	assert_int_equal(machine_add_pci_host(&m, &ecam), OK);
	assert_int_equal(machine_split_pci_host(&m, 0, 0, 255, "all"), OK);
	assert_int_equal(m.pci_host_count, 1);
	assert_int_equal(machine_split_pci_host(&m, 0, 0x20, 0x20, "PC20"), OK);
	assert_int_equal(m.pci_host_count, 3);
	assert_int_equal(m.pci_hosts[0].bus_last, 0x1f);
	assert_int_equal(m.pci_hosts[1].bus_first, 0x20);
	assert_int_equal(m.pci_hosts[1].bus_last, 0x20);
	assert_true(m.pci_hosts[1].ecam_base == 0xb2000000);
	assert_int_equal(m.pci_hosts[2].bus_first, 0x21);
	assert_int_equal(m.pci_hosts[2].bus_last, 0xff);
	assert_true(m.pci_hosts[2].ecam_base == 0xb2100000);
	assert_ptr_equal(machine_find_pci_host(&m, 0, 0x20), &m.pci_hosts[1]);
	assert_null(machine_find_pci_host(&m, 1, 0x20));
	/* Over a border, or in the wrong order: left as it is. */
	assert_int_equal(machine_split_pci_host(&m, 0, 0x10, 0x20, "wide"), OK);
	assert_int_equal(machine_split_pci_host(&m, 0, 0x10, 0x08, "backwards"), OK);
	assert_int_equal(m.pci_host_count, 3);
}

static void test_pci_table_full(void **state)
{
	struct pci_host host = ecam_at(0xb0000000, 0, 255);

	(void)state;
	for (unsigned i = 0; i < MACHINE_MAX_PCI_HOSTS; i++, host.segment++) {
		assert_int_equal(machine_add_pci_host(&m, &host), OK);
		host.ecam_base += 0x10000000;
	}
	assert_int_equal(machine_add_pci_host(&m, &host), ERR_NO_MEMORY);
	assert_int_equal(machine_split_pci_host(&m, 0, 0x20, 0x20, "PC20"), ERR_NO_MEMORY);
	assert_int_equal(m.pci_hosts[0].bus_last, 255);
	assert_int_equal(machine_split_pci_host(&m, 0, 0, 0x20, "PC00"), ERR_NO_MEMORY);
}

static void test_log(void **state)
{
	struct uart_location uart = uart_at(0x3f8, "SPCR");
	struct virtio_mmio_location window = window_at(0xa000000, 0x200, "FDT");
	struct pci_host ecam = ecam_at(0xb0000000, 0, 255), ports = by_ports(0, 255);
	struct pci_aperture a = memory_at(0xc0000000, 0x1000000);

	(void)state;
	machine_log(&m);
	assert_true(host_logged("no table names a UART, a PCI host bridge or a virtio-mmio"));
	uart.space = IO_PORT;
	uart.console = true;
	a.prefetchable = true;
	assert_int_equal(pci_host_add_aperture(&ports, &a), OK);
	ecam.segment = 1;
	m.psci = PSCI_HVC;
	assert_int_equal(machine_add_uart(&m, &uart), OK);
	assert_int_equal(machine_add_virtio_mmio(&m, &window), OK);
	assert_int_equal(machine_add_pci_host(&m, &ecam), OK);
	assert_int_equal(machine_add_pci_host(&m, &ports), OK);
	host_reset(NULL);
	machine_log(&m);
	assert_true(host_logged("PSCI: hvc"));
	assert_true(host_logged("uart: 16550 at port 0x3f8, width 1, shift 0, console (SPCR)"));
	assert_true(host_logged("virtio-mmio@a000000: 0x200 bytes, interrupt 0 (FDT)"));
	assert_true(host_logged("pci 0001:00-ff: ECAM 0xb0000000 (MCFG)"));
	assert_true(host_logged("pci 0000:00-ff: ports 0xcf8 and 0xcfc (EFI)"));
	assert_true(host_logged("memory (prefetchable) 0xc0000000-0xc0ffffff at address"));
}

/* What is said otherwise: of memory-mapped I/O, of caches, of a framebuffer. */
static void test_log_other_kinds(void **state)
{
	struct uart_location uart = uart_at(0x9000000, "DBG2");
	struct pci_host ecam = ecam_at(0xb0000000, 0, 255);
	struct pci_aperture a = memory_at(0x3eff0000, 0x10000);

	(void)state;
	uart.type = UART_PL011;
	uart.register_width = 4;
	uart.register_shift = 2;
	uart.debug_port = true;
	a.space = PCI_SPACE_IO;
	a.bus_base = 0;
	a.io_is_mmio = true;
	assert_int_equal(pci_host_add_aperture(&ecam, &a), OK);
	ecam.coherence = COHERENCE_NO;
	assert_int_equal(machine_add_uart(&m, &uart), OK);
	assert_int_equal(machine_add_pci_host(&m, &ecam), OK);
	m.framebuffer = (struct framebuffer){
		.base = 0x80000000, .size = 0x300000, .width = 1024, .height = 768};
	m.psci = PSCI_SMC;
	host_reset(NULL);
	machine_log(&m);
	assert_true(host_logged("PSCI: smc"));
	assert_true(
		host_logged("uart: pl011 at mmio 0x9000000, width 4, shift 2, debug port (DBG2)"));
	assert_true(host_logged("pci 0000:00-ff: ECAM 0xb0000000, not coherent (MCFG)"));
	assert_true(host_logged("pci 0000:00: I/O 0x0-0xffff at address 0x3eff0000"));
	assert_true(host_logged("framebuffer: 1024x768 at 0x80000000, 0x300000 bytes"));
	assert_false(host_logged("no table names"));
	/* I/O that is reached by ports. */
	m.pci_hosts[0].apertures[0].io_is_mmio = false;
	machine_log(&m);
	assert_true(host_logged("pci 0000:00: I/O 0x0-0xffff at port 0x3eff0000"));
}

/* A console that turns out not to be there leaves the choice to the next one. */
static void test_drop_uart(void **state)
{
	struct uart_location first = uart_at(0x2f8, "earlycon"), second = uart_at(0x3f8, "DSDT");
	const struct uart_location *chosen;

	(void)state;
	first.console = true;
	assert_int_equal(machine_add_uart(&m, &first), OK);
	assert_int_equal(machine_add_uart(&m, &second), OK);
	chosen = machine_choose_uart(&m);
	assert_int_equal(chosen->base, 0x2f8);
	machine_drop_uart(&m, chosen);
	chosen = machine_choose_uart(&m);
	assert_int_equal(chosen->base, 0x3f8);
	machine_drop_uart(&m, chosen);
	assert_null(machine_choose_uart(&m));
	assert_true(host_logged("0x2f8 from earlycon is not usable"));
}

/* A row of slots is one line; a slot whose interrupt does not go on begins another. */
static void test_log_windows(void **state)
{
	struct virtio_mmio_location window = window_at(0xa000000, 0x200, "VR00");

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		window.base = 0xa000000 + 0x200 * i;
		window.interrupt = i < 4 ? 48 + i : 99;
		assert_int_equal(machine_add_virtio_mmio(&m, &window), OK);
	}
	host_reset(NULL);
	machine_log(&m);
	assert_true(host_logged("virtio-mmio@a000000 to virtio-mmio@a000600: 4 windows of 0x200 "
				"bytes, interrupts 48 to 51 (VR00 and on)"));
	assert_true(host_logged("virtio-mmio@a000800: 0x200 bytes, interrupt 99 (VR00)"));
}

/* What is stated first stands, whoever else names the window; slots that differ are two rows. */
static void test_coherence(void **state)
{
	struct virtio_mmio_location window = window_at(0xa000000, 0x200, "by hand");

	(void)state;
	assert_int_equal(machine_add_virtio_mmio(&m, &window), OK);
	window.coherence = COHERENCE_NO;
	strcpy(window.source, "FDT");
	assert_int_equal(machine_add_virtio_mmio(&m, &window), OK);
	assert_int_equal(m.virtio_mmio[0].coherence, COHERENCE_NO);
	window.coherence = COHERENCE_NOT_STATED;
	assert_int_equal(machine_add_virtio_mmio(&m, &window), OK);
	assert_false(host_logged("otherwise"));
	window.coherence = COHERENCE_YES;
	assert_int_equal(machine_add_virtio_mmio(&m, &window), OK);
	assert_int_equal(m.virtio_mmio[0].coherence, COHERENCE_NO);
	assert_true(host_logged("by hand: FDT says otherwise than before, not coherent: "));
	window.base += 0x200;
	window.interrupt = 1;
	assert_int_equal(machine_add_virtio_mmio(&m, &window), OK);
	host_reset(NULL);
	machine_log(&m);
	assert_true(host_logged("virtio-mmio@a000000: 0x200 bytes, interrupt 0, not coherent (by"));
	assert_true(host_logged("virtio-mmio@a000200: 0x200 bytes, interrupt 1, coherent (FDT)"));
}

static void test_pci_segments(void **state)
{
	(void)state;
	for (uint16_t i = 0; i < MACHINE_MAX_PCI_HOSTS; i++)
		assert_int_equal(machine_add_pci_segment(&m, i, COHERENCE_YES, "IORT"), OK);
	assert_int_equal(machine_add_pci_segment(&m, 3, COHERENCE_NO, "IORT"), OK);
	assert_int_equal(m.pci_segments[3].coherence, COHERENCE_YES);
	assert_true(host_logged("pci: IORT says otherwise than before, coherent: "));
	assert_int_equal(machine_add_pci_segment(&m, 99, COHERENCE_YES, "IORT"), ERR_NO_MEMORY);
	assert_true(host_logged("error: pci segment 0063 from IORT: no room (16 are known)"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_uart_twice_is_one, setup),
		cmocka_unit_test_setup(test_uart_layouts, setup),
		cmocka_unit_test_setup(test_uart_refused, setup),
		cmocka_unit_test_setup(test_uart_table_full, setup),
		cmocka_unit_test_setup(test_choose_uart, setup),
		cmocka_unit_test_setup(test_virtio_twice_is_one, setup),
		cmocka_unit_test_setup(test_virtio_refused, setup),
		cmocka_unit_test_setup(test_virtio_table_full, setup),
		cmocka_unit_test_setup(test_apertures, setup),
		cmocka_unit_test_setup(test_pci_host_refused, setup),
		cmocka_unit_test_setup(test_ecam_of_other_buses, setup),
		cmocka_unit_test_setup(test_ecam_part_of_other_buses, setup),
		cmocka_unit_test_setup(test_ecam_wins_over_ports, setup),
		cmocka_unit_test_setup(test_ports_do_not_replace_ecam, setup),
		cmocka_unit_test_setup(test_merge_has_no_room, setup),
		cmocka_unit_test_setup(test_ecam_too_small_for_ports, setup),
		cmocka_unit_test_setup(test_split, setup),
		cmocka_unit_test_setup(test_pci_table_full, setup),
		cmocka_unit_test_setup(test_log, setup),
		cmocka_unit_test_setup(test_log_other_kinds, setup),
		cmocka_unit_test_setup(test_log_windows, setup),
		cmocka_unit_test_setup(test_drop_uart, setup),
		cmocka_unit_test_setup(test_coherence, setup),
		cmocka_unit_test_setup(test_pci_segments, setup),
	};

	return cmocka_run_group_tests_name("machine", tests, NULL, NULL);
}
