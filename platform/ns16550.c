/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In: characters. Out: the same through a 16550 (National PC16550D data sheet, §8), by I/O port or
 * by mmio, its registers 1 << register_shift bytes apart.
 */
#include "platform/uart.h"

/* PC16550D §8, table II: register numbers. */
enum ns16550_register {
	THR = 0, /* transmitter holding; with LCR.DLAB: DLL */
	IER = 1, /* interrupt enable; with LCR.DLAB: DLM */
	IIR = 2, /* read: interrupt identification; write: FCR, FIFO control */
	LCR = 3,
	MCR = 4,
	LSR = 5,
	NS16550_REGISTERS = 8,
};

#define DLL THR
#define DLM IER
#define FCR IIR

#define IIR_FIFO_ENABLED (3u << 6) /* both bits: a FIFO that works (the 16550's sets only one) */
#define FCR_ENABLE       (1u << 0)
#define FCR_CLEAR        (3u << 1) /* receiver and transmitter */
#define LCR_8N1          0x03u
#define LCR_DLAB         (1u << 7)
#define MCR_DTR_RTS      0x03u
#define LSR_THRE         (1u << 5)
#define LSR_TEMT         (1u << 6)

#define FIFO_DEPTH 16u

static uint8_t read_register(const struct uart *uart, enum ns16550_register number)
{
	return (uint8_t)uart_register_read(uart, number << uart->location.register_shift);
}

static void write_register(const struct uart *uart, enum ns16550_register number, uint8_t value)
{
	uart_register_write(uart, number << uart->location.register_shift, value);
}

static void find_fifo(struct uart *uart)
{
	uart->has_fifo = (read_register(uart, IIR) & IIR_FIFO_ENABLED) == IIR_FIFO_ENABLED;
}

static bool ns16550_probe(struct uart *uart)
{
	if (read_register(uart, LSR) == 0xff)
		return false;
	find_fifo(uart);
	return true;
}

static bool ns16550_setup(struct uart *uart)
{
	/* §8.3: baud = clock / (16 * divisor), rounded. */
	uint64_t sixteen_bauds = uart->location.baud * 16ul;
	uint64_t divisor = (uart->location.clock_hz + sixteen_bauds / 2) / sixteen_bauds;

	if (divisor < 1 || divisor > 0xffff)
		return false;
	uart_wait_register(uart, LSR << uart->location.register_shift, LSR_TEMT, LSR_TEMT);
	write_register(uart, LCR, LCR_8N1);
	write_register(uart, IER, 0);
	write_register(uart, LCR, LCR_8N1 | LCR_DLAB);
	write_register(uart, DLL, (uint8_t)divisor);
	write_register(uart, DLM, (uint8_t)(divisor >> 8));
	write_register(uart, LCR, LCR_8N1);
	write_register(uart, FCR, FCR_ENABLE | FCR_CLEAR);
	write_register(uart, MCR, MCR_DTR_RTS);
	find_fifo(uart);
	return true;
}

/*
 * THRE means all of the FIFO is empty, or without one the holding register (§8.4): there is no
 * flag for a FIFO that has some room left.
 */
static unsigned ns16550_room(struct uart *uart)
{
	if (!(read_register(uart, LSR) & LSR_THRE))
		return 0;
	return uart->has_fifo ? FIFO_DEPTH : 1;
}

static void ns16550_put(struct uart *uart, char c)
{
	write_register(uart, THR, (uint8_t)c);
}

const struct uart_ops ns16550_ops = {
	.name = "16550",
	.registers = NS16550_REGISTERS,
	.probe = ns16550_probe,
	.setup = ns16550_setup,
	.room = ns16550_room,
	.put = ns16550_put,
};
