/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In: platform/uart.c, pl011.c and ns16550.c. Out: whether characters reach the line whole, in
 * order, without waiting, without overrunning the transmitter and with few register accesses.
 */
#include "host.h"

#include <stdio.h>
#include <string.h>

#include "platform/uart.h"

#define BASE 0x9000000ul

/* A transmitter behind either set of registers. */
static struct fake {
	unsigned width; /* the only one allowed */
	unsigned shift;
	unsigned capacity; /* 1, or the depth of its FIFO */
	unsigned held; /* characters in it now */
	unsigned leave; /* how many leave before each reading of the status */
	bool dead; /* all ones */
	unsigned status_reads;
	unsigned other_reads;
	unsigned data_writes;
	unsigned other_writes;
	uint32_t regs[32]; /* by register number; PL011: offset / 4 */
	char order[32][24]; /* writes other than data */
	size_t length;
	char text[4096];
} fake;

static struct uart uart;

static void drain(void)
{
	fake.held = fake.held > fake.leave ? fake.held - fake.leave : 0;
}

static void transmit(uint64_t value)
{
	assert_true(fake.held < fake.capacity);
	fake.held++;
	fake.data_writes++;
	fake.text[fake.length++] = (char)value;
	fake.text[fake.length] = '\0';
}

static void remember(uint64_t offset, uint64_t value)
{
	assert_true(fake.other_writes < ARRAY_SIZE(fake.order));
	snprintf(fake.order[fake.other_writes++], sizeof(fake.order[0]), "%lx<-%lx", offset, value);
}

static uint64_t pl011_read(void *context, uint64_t offset, unsigned width)
{
	(void)context;
	assert_int_equal(width, fake.width);
	if (fake.dead)
		return UINT64_MAX;
	/* Nothing else is in an SBSA Generic UART. */
	assert_int_equal(offset, 0x18);
	fake.status_reads++;
	drain();
	return (fake.held ? 1u << 3 : 1u << 7) | (fake.held >= fake.capacity ? 1u << 5 : 0);
}

static void pl011_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
	(void)context;
	assert_int_equal(width, fake.width);
	if (!offset)
		transmit(value);
	else
		remember(offset, value);
	if (offset == 0x2c)
		fake.capacity = value & 0x10 ? 16 : 1;
}

static uint64_t ns16550_read(void *context, uint64_t offset, unsigned width)
{
	(void)context;
	assert_int_equal(width, fake.width);
	assert_int_equal(offset & ((1u << fake.shift) - 1), 0);
	if (fake.dead)
		return UINT64_MAX;
	switch (offset >> fake.shift) {
	case 2: fake.other_reads++; return fake.capacity > 1 ? 0xc1 : 0x01;
	case 5:
		fake.status_reads++;
		drain();
		return fake.held ? 0 : 0x60;
	}
	fail_msg("register %lu is read", offset >> fake.shift);
	return 0;
}

static void ns16550_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
	uint64_t number = offset >> fake.shift;

	(void)context;
	assert_int_equal(width, fake.width);
	assert_int_equal(offset & ((1u << fake.shift) - 1), 0);
	if (!number && !(fake.regs[3] & 0x80)) {
		transmit(value);
		return;
	}
	fake.regs[number] = (uint32_t)value;
	remember(number, value);
	if (number == 2)
		fake.capacity = value & 1 ? 16 : 1;
}

static struct uart_location pl011_location(void)
{
	const struct host_window window = {
		.space = IO_MMIO,
		.base = BASE,
		.size = 0x1000,
		.read = pl011_read,
		.write = pl011_write,
	};

	fake = (struct fake){.width = 4, .capacity = 16};
	host_add_window(&window);
	return (struct uart_location){
		.type = UART_PL011, .base = BASE, .register_width = 4, .source = "SPCR"};
}

static struct uart_location ns16550_location(
	enum io_space space, uint64_t base, unsigned shift, unsigned width)
{
	const struct host_window window = {
		.space = space,
		.base = base,
		.size = 8ul << shift,
		.read = ns16550_read,
		.write = ns16550_write,
	};

	fake = (struct fake){.width = width, .shift = shift, .capacity = 16};
	host_add_window(&window);
	return (struct uart_location){.type = UART_16550,
		.space = space,
		.base = base,
		.register_shift = (uint8_t)shift,
		.register_width = (uint8_t)width,
		.source = "DBG2"};
}

static void open_uart(struct uart_location location)
{
	assert_int_equal(uart_open(&uart, &location), OK);
	fake.status_reads = fake.other_reads = 0;
}

static size_t write_text(const char *text)
{
	return uart.sink.write(&uart.sink, text, strlen(text));
}

static void test_pl011_writes(void **state)
{
	(void)state;
	open_uart(pl011_location());
	fake.leave = 16;
	assert_int_equal(write_text("hello"), 5);
	assert_string_equal(fake.text, "hello");
	assert_int_equal(fake.other_writes, 0);
	assert_string_equal(uart.sink.name, "pl011");
	assert_true(host_logged("pl011: taken over: mmio 0x9000000, 4 bytes an access, shift 0, "
				"from SPCR\n"));
}

static void test_pl011_access_width(void **state)
{
	static const struct {
		uint8_t told;
		unsigned used;
	} widths[] = {{0, 4}, {1, 4}, {2, 2}, {4, 4}, {8, 4}};

	for (unsigned i = 0; i < ARRAY_SIZE(widths); i++) {
		struct uart_location location;

		host_reset(state);
		location = pl011_location();
		location.register_width = widths[i].told;
		location.register_shift = 7;
		fake.width = widths[i].used;
		open_uart(location);
		assert_int_equal(write_text("x"), 1);
	}
}

/* However much the port takes, no more than a line of that speed: 16 at once, then one in 86.8 us.
 */
static void test_pace(void **state)
{
	(void)state;
	open_uart(pl011_location());
	uart_pace(&uart, 115200);
	assert_true(host_logged("pl011: held to 115200 baud: a character takes 86805 ns\n"));
	host_hold_clock();
	uart.has_fifo = true;
	fake.leave = 16;
	assert_int_equal(write_text("0123456789abcdefgh"), 16);
	fake.status_reads = 0;
	assert_int_equal(write_text("gh"), 0);
	/* It is not even asked. */
	assert_int_equal(fake.status_reads, 0);
	host_advance_us(2 * 87);
	assert_int_equal(write_text("ghi"), 2);
	/* A line that was idle for long has no more than its FIFO. */
	host_advance_us(1000000);
	assert_int_equal(write_text("0123456789abcdefgh"), 16);
	/* The carriage return takes its time, too. */
	host_advance_us(1000000);
	assert_int_equal(write_text("0123456789abcde\n"), 15);
	host_advance_us(87);
	assert_int_equal(write_text("\n"), 1);
}

/* Until a FIFO is proven, a character each reading; then a burst when it is empty. */
static void test_pl011_proves_fifo(void **state)
{
	(void)state;
	open_uart(pl011_location());
	assert_int_equal(write_text("ab"), 2);
	assert_int_equal(fake.status_reads, 2);
	assert_true(uart.has_fifo);
	fake.held = fake.status_reads = 0;
	assert_int_equal(write_text("0123456789abcdef"), 16);
	assert_int_equal(fake.status_reads, 1);
	/* Full. */
	assert_int_equal(write_text("x"), 0);
	assert_int_equal(fake.status_reads, 2);
	/* Half full: what is surely free. */
	fake.held = 8;
	fake.status_reads = 0;
	assert_int_equal(write_text("01234567x"), 8);
	assert_int_equal(fake.status_reads, 9);
}

/* A holding register is never half full, so that it never gets a burst. */
static void test_pl011_without_fifo(void **state)
{
	(void)state;
	open_uart(pl011_location());
	fake.capacity = 1;
	for (unsigned i = 0; i < 10; i++) {
		assert_int_equal(write_text("ab"), 1);
		assert_int_equal(write_text("ab"), 0);
		fake.held = 0;
	}
	fake.leave = 1;
	assert_int_equal(write_text("0123456789"), 10);
	assert_false(uart.has_fifo);
}

static void test_pl011_sets_baud(void **state)
{
	struct uart_location location = pl011_location();

	(void)state;
	location.baud = 115200;
	location.clock_hz = 24000000;
	fake.held = 5;
	fake.leave = 1;
	open_uart(location);
	/* 24 MHz / (16 * 115200) = 13.0208: 13 and 1/64 (Arm DDI 0183 §3.3.6). */
	assert_string_equal(fake.order[0], "30<-0");
	assert_string_equal(fake.order[1], "2c<-0");
	assert_string_equal(fake.order[2], "24<-d");
	assert_string_equal(fake.order[3], "28<-1");
	assert_string_equal(fake.order[4], "2c<-70");
	assert_string_equal(fake.order[5], "30<-301");
	assert_int_equal(fake.other_writes, 6);
	assert_int_equal(fake.held, 0);
	assert_true(uart.has_fifo);
	assert_true(host_logged("line: 115200 baud, 8n1 (clock 24000000 Hz)"));
}

static void test_pl011_rounds_divisor(void **state)
{
	static const struct {
		uint32_t clock_hz;
		uint32_t baud;
		const char *integer;
		const char *fraction;
	} cases[] = {
		{4000000, 230400, "24<-1", "28<-5"}, /* the manual's example */
		{7372800, 115200, "24<-4", "28<-0"},
		{24000000, 57600, "24<-1a", "28<-3"}, /* 26 and 2.67/64 */
		{16, 1, "24<-1", "28<-0"},
		{4294967295, 4097, "24<-fff0", "28<-0"},
	};

	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		struct uart_location location;

		host_reset(state);
		location = pl011_location();
		location.clock_hz = cases[i].clock_hz;
		location.baud = cases[i].baud;
		open_uart(location);
		assert_string_equal(fake.order[2], cases[i].integer);
		assert_string_equal(fake.order[3], cases[i].fraction);
	}
}

/* No such divisor, or no clock: the line is left alone, and that is said. */
static void test_line_left_alone(void **state)
{
	static const struct {
		uint32_t clock_hz;
		uint32_t baud;
		const char *said;
	} cases[] = {
		{100000, 115200, "no divisor of 100000 Hz gives 115200 baud"},
		{100000000, 50, "no divisor of 100000000 Hz gives 50 baud"},
		{0, 115200, "115200 baud is asked for, but the input clock is not known"},
		{24000000, 0, "line: as firmware set it"},
	};

	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++)
		for (unsigned type = 0; type < 2; type++) {
			struct uart_location location;

			host_reset(state);
			location = type ? ns16550_location(IO_PORT, 0x3f8, 0, 1) : pl011_location();
			location.clock_hz = cases[i].clock_hz;
			location.baud = cases[i].baud;
			open_uart(location);
			assert_int_equal(fake.other_writes, 0);
			assert_true(host_logged(cases[i].said));
		}
}

static void advance(void *context)
{
	(void)context;
	host_advance_us(1000);
}

/* A transmitter that does not empty delays the setting of the line for 100 ms, no more. */
static void test_setup_gives_up(void **state)
{
	struct uart_location location = pl011_location();
	uint64_t before;

	(void)state;
	host_hold_clock();
	host_on_relax(advance, NULL);
	before = clock_us();
	location.baud = 9600;
	location.clock_hz = 24000000;
	fake.held = 1;
	open_uart(location);
	assert_in_range(clock_us() - before, 100000, 101000);
	assert_int_equal(fake.other_writes, 6);
}

static void test_16550_layouts(void **state)
{
	static const struct {
		enum io_space space;
		uint64_t base;
		unsigned shift;
		unsigned width;
	} cases[] = {
		{IO_PORT, 0x3f8, 0, 1},
		{IO_PORT, 0xfff8, 0, 1},
		{IO_MMIO, BASE, 0, 1},
		{IO_MMIO, BASE, 1, 1},
		{IO_MMIO, BASE, 1, 2},
		{IO_MMIO, BASE, 2, 1},
		{IO_MMIO, BASE, 2, 2},
		{IO_MMIO, BASE, 2, 4},
		{IO_MMIO, BASE, 4, 4},
	};

	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		host_reset(state);
		open_uart(ns16550_location(
			cases[i].space, cases[i].base, cases[i].shift, cases[i].width));
		fake.leave = 16;
		assert_int_equal(write_text("hello\n"), 6);
		assert_string_equal(fake.text, "hello\r\n");
		assert_int_equal(fake.other_writes, 0);
	}
}

static void test_16550_fifo(void **state)
{
	(void)state;
	open_uart(ns16550_location(IO_PORT, 0x3f8, 0, 1));
	assert_int_equal(write_text("0123456789abcdefgh"), 16);
	assert_int_equal(fake.status_reads, 2);
	assert_int_equal(fake.other_reads, 0);
	/* It says nothing of the room left in a FIFO that is not empty. */
	fake.held = 1;
	assert_int_equal(write_text("x"), 0);
	fake.held = 0;
	assert_int_equal(write_text("x"), 1);
}

static void test_16550_without_fifo(void **state)
{
	struct uart_location location = ns16550_location(IO_PORT, 0x3f8, 0, 1);

	(void)state;
	fake.capacity = 1;
	open_uart(location);
	assert_int_equal(write_text("abc"), 1);
	fake.leave = 1;
	fake.status_reads = 0;
	assert_int_equal(write_text("bcd"), 3);
	assert_int_equal(fake.status_reads, 3);
}

static void test_16550_sets_baud(void **state)
{
	static const char *const order[] = {
		"3<-3", "1<-0", "3<-83", "0<-c", "1<-0", "3<-3", "2<-7", "4<-3"};
	struct uart_location location = ns16550_location(IO_MMIO, BASE, 2, 4);

	(void)state;
	location.baud = 9600;
	location.clock_hz = 1843200;
	fake.capacity = 1;
	fake.held = 1;
	fake.leave = 1;
	open_uart(location);
	for (unsigned i = 0; i < ARRAY_SIZE(order); i++)
		assert_string_equal(fake.order[i], order[i]);
	assert_int_equal(fake.other_writes, ARRAY_SIZE(order));
	assert_int_equal(write_text("0123456789abcdefgh"), 16);
}

/* A newline is two characters on the line, also when there is room for one only. */
static void test_newline_across_bursts(void **state)
{
	const char *text = "a\n\nb\r\n";
	size_t taken = 0, length = strlen(text);

	(void)state;
	open_uart(pl011_location());
	fake.capacity = 1;
	for (unsigned i = 0; i < 20; i++) {
		taken += uart.sink.write(&uart.sink, text + taken, length - taken);
		fake.held = 0;
	}
	assert_int_equal(taken, length);
	assert_string_equal(fake.text, "a\r\n\r\nb\r\r\n");
	assert_int_equal(write_text(""), 0);
}

static void test_gone(void **state)
{
	struct uart_location location = pl011_location();

	(void)state;
	uart.sink.name = "untouched";
	fake.dead = true;
	assert_int_equal(uart_open(&uart, &location), ERR_GONE);
	location.register_width = 2;
	fake.width = 2;
	assert_int_equal(uart_open(&uart, &location), ERR_GONE);
	assert_true(host_logged("pl011: error: gone: all ones at mmio 0x9000000, from SPCR"));

	location = ns16550_location(IO_PORT, 0x2f8, 0, 1);
	fake.dead = true;
	assert_int_equal(uart_open(&uart, &location), ERR_GONE);
	/* Nobody there at all. */
	location.base = 0x3e8;
	assert_int_equal(uart_open(&uart, &location), ERR_GONE);
	assert_true(host_logged("16550: error: gone: all ones at port 0x3e8, from DBG2"));
	assert_int_equal(fake.data_writes + fake.other_writes, 0);
	assert_string_equal(uart.sink.name, "untouched");
}

static void test_unusable_locations(void **state)
{
	struct uart_location bad[] = {
		{.type = UART_16550, .base = BASE, .register_width = 0},
		{.type = UART_16550, .base = BASE, .register_width = 3, .register_shift = 2},
		{.type = UART_16550, .base = BASE, .register_width = 8, .register_shift = 3},
		{.type = UART_16550, .base = BASE, .register_width = 2, .register_shift = 0},
		{.type = UART_16550, .base = BASE, .register_width = 4, .register_shift = 1},
		{.type = UART_16550, .base = BASE, .register_width = 1, .register_shift = 5},
		{.type = UART_16550, .base = BASE, .register_width = 1, .register_shift = 255},
		{.type = UART_16550, .base = BASE + 2, .register_width = 4, .register_shift = 2},
		{.type = UART_16550, .base = UINT64_MAX - 3, .register_width = 1},
		{.type = UART_16550, .space = IO_PORT, .base = 0xfff9, .register_width = 1},
		{.type = UART_16550, .space = IO_PORT, .base = 0x103f8, .register_width = 1},
		{.type = UART_PL011, .base = BASE + 2, .register_width = 4},
		{.type = UART_PL011, .base = UINT64_MAX - 3, .register_width = 4},
	};

	(void)state;
	pl011_location();
	uart.sink.name = "untouched";
	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++)
		if (uart_open(&uart, &bad[i]) != ERR_RANGE)
			fail_msg("location %u is taken", i);
	assert_true(host_logged("16550: error: refused: mmio 0x9000000, 0 bytes an access"));
	host_set_ports(false);
	bad[0] = ns16550_location(IO_PORT, 0x3f8, 0, 1);
	assert_int_equal(uart_open(&uart, &bad[0]), ERR_RANGE);
	assert_true(host_logged("16550: error: refused: port 0x3f8, 1 bytes an access"));
	assert_int_equal(fake.status_reads + fake.data_writes, 0);
	assert_string_equal(uart.sink.name, "untouched");
}

/* At level trace the log's own UART does not log: that would never end. */
static void test_no_trace_of_itself(void **state)
{
	uint64_t written;

	(void)state;
	open_uart(pl011_location());
	fake.leave = 16;
	assert_true(log_attach(&uart.sink));
	assert_int_equal(the_log.level, LOG_TRACE);
	log_info("a", "line");
	written = the_log.written;
	log_drain();
	assert_int_equal(the_log.written, written);
	assert_non_null(strstr(fake.text, "] a: line\r\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_pl011_writes, host_reset),
		cmocka_unit_test_setup(test_pl011_access_width, host_reset),
		cmocka_unit_test_setup(test_pace, host_reset),
		cmocka_unit_test_setup(test_pl011_proves_fifo, host_reset),
		cmocka_unit_test_setup(test_pl011_without_fifo, host_reset),
		cmocka_unit_test_setup(test_pl011_sets_baud, host_reset),
		cmocka_unit_test_setup(test_pl011_rounds_divisor, host_reset),
		cmocka_unit_test_setup(test_line_left_alone, host_reset),
		cmocka_unit_test_setup(test_setup_gives_up, host_reset),
		cmocka_unit_test_setup(test_16550_layouts, host_reset),
		cmocka_unit_test_setup(test_16550_fifo, host_reset),
		cmocka_unit_test_setup(test_16550_without_fifo, host_reset),
		cmocka_unit_test_setup(test_16550_sets_baud, host_reset),
		cmocka_unit_test_setup(test_newline_across_bursts, host_reset),
		cmocka_unit_test_setup(test_gone, host_reset),
		cmocka_unit_test_setup(test_unusable_locations, host_reset),
		cmocka_unit_test_setup(test_no_trace_of_itself, host_reset),
	};

	return cmocka_run_group_tests_name("uart", tests, NULL, NULL);
}
