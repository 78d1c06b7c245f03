/* SPDX-License-Identifier: BSD-2-Clause */
/* In: where a UART is, and the log's characters. Out: a sink that puts them on the line. */
#include "platform/uart.h"

#include "mem/clock.h"

#define MAX_REGISTER_SHIFT 4u
#define IDLE_TIMEOUT_US    100000u
#define BITS_A_CHARACTER   10u /* 8n1 */
#define PACE_FIFO          16u

static const struct uart_ops *const drivers[] = {
	[UART_PL011] = &pl011_ops,
	[UART_16550] = &ns16550_ops,
};

uint32_t uart_register_read(const struct uart *uart, unsigned offset)
{
	return (uint32_t)io_read(
		uart->regs.space, uart->regs.base + offset, uart->location.register_width);
}

void uart_register_write(const struct uart *uart, unsigned offset, uint32_t value)
{
	io_write(uart->regs.space, uart->regs.base + offset, uart->location.register_width, value);
}

void uart_wait_register(const struct uart *uart, unsigned offset, uint32_t bits, uint32_t value)
{
	uint64_t start = clock_us();

	while ((uart_register_read(uart, offset) & bits) != value &&
		clock_us() - start < IDLE_TIMEOUT_US)
		cpu_relax();
}

/* How many characters a line of uart_pace has room for now. */
static unsigned pace_room(struct uart *uart)
{
	uint64_t now = clock_ns(), held;

	uart->empty_ns = max_u64(uart->empty_ns, now);
	held = (uart->empty_ns - now + uart->pace_ns - 1) / uart->pace_ns;
	return held < PACE_FIFO ? PACE_FIFO - (unsigned)held : 0;
}

static unsigned room_of(struct uart *uart)
{
	unsigned most = uart->pace_ns ? pace_room(uart) : UINT32_MAX;

	return most ? (unsigned)min_u64(most, uart->ops->room(uart)) : 0;
}

static void put(struct uart *uart, char c)
{
	uart->ops->put(uart, c);
	uart->empty_ns += uart->pace_ns;
}

void uart_pace(struct uart *uart, uint32_t baud)
{
	uart->pace_ns = BITS_A_CHARACTER * 1000000000ull / baud;
	log_info(uart->ops->name, "held to %u baud: a character takes %lu ns", baud, uart->pace_ns);
}

/* The log's sink: asks for room once a burst, since each register access may be a VM exit. */
static size_t sink_write(struct log_sink *sink, const char *text, size_t length)
{
	struct uart *uart = CONTAINER_OF(sink, struct uart, sink);
	unsigned room = 0;
	size_t taken = 0;

	while (taken < length) {
		if (!room)
			room = room_of(uart);
		if (!room)
			break;
		room--;
		if (text[taken] == '\n' && !uart->after_return) {
			put(uart, '\r');
			uart->after_return = true;
			continue;
		}
		put(uart, text[taken++]);
		uart->after_return = false;
	}
	return taken;
}

/*
 * Whether the registers of a location can be reached: an access must fit between two registers
 * and must be aligned.
 */
static bool layout_usable(const struct uart_location *l)
{
	unsigned width = l->register_width, shift = l->register_shift;

	if (width != 1 && width != 2 && width != 4)
		return false;
	if (l->base % width)
		return false;
	return l->type == UART_PL011 || (shift <= MAX_REGISTER_SHIFT && width <= 1u << shift);
}

/* The location with what only one driver looks at filled in for both. */
static struct uart_location normalise(const struct uart_location *location)
{
	struct uart_location l = *location;

	if (l.type == UART_PL011) {
		/*
		 * Its registers are 16 bits in 32-bit words (Arm DDI 0183 §3.2): a table that asks
		 * for bytes means the data register's.
		 */
		l.register_shift = 0;
		l.register_width = l.register_width == 2 ? 2 : 4;
	}
	return l;
}

static void set_line(struct uart *uart, const char *subject)
{
	const struct uart_location *l = &uart->location;

	if (!l->baud)
		log_debug(subject, "line: as firmware set it");
	else if (!l->clock_hz)
		log_info(subject,
			"line: %u baud is asked for, but the input clock is not known: "
			"left as firmware set it",
			l->baud);
	else if (uart->ops->setup(uart))
		log_info(subject, "line: %u baud, 8n1 (clock %u Hz)", l->baud, l->clock_hz);
	else
		log_error(subject,
			"line: no divisor of %u Hz gives %u baud: left as firmware set it",
			l->clock_hz, l->baud);
}

enum status uart_open(struct uart *uart, const struct uart_location *location)
{
	struct uart u = {
		.ops = drivers[location->type],
		.location = normalise(location),
	};
	const struct uart_location *l = &u.location;
	const char *subject = u.ops->name, *space = l->space == IO_PORT ? "port" : "mmio";
	uint64_t size;
	enum status status;

	if (!layout_usable(l) || (l->space == IO_PORT && !io_has_ports())) {
		log_error(subject,
			"refused: %s 0x%lx, %u bytes an access, shift %u, from %s: cannot be "
			"reached on this machine",
			space, l->base, l->register_width, l->register_shift, l->source);
		return ERR_RANGE;
	}
	size = (uint64_t)u.ops->registers << l->register_shift;
	status = region_init(&u.regs, subject, l->space, l->base, size, size, NULL);
	if (status != OK)
		return status;
	if (!u.ops->probe(&u)) {
		log_error(
			subject, "gone: all ones at %s 0x%lx, from %s", space, l->base, l->source);
		return ERR_GONE;
	}
	log_info(subject, "taken over: %s 0x%lx, %u bytes an access, shift %u, from %s", space,
		l->base, l->register_width, l->register_shift, l->source);
	set_line(&u, subject);
	u.sink = (struct log_sink){.name = subject, .write = sink_write};
	*uart = u;
	return OK;
}
