/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In: characters. Out: the same through an Arm PrimeCell UART (PL011, Arm DDI 0183).
 *
 * The SBSA Generic UART is a subset of it without line and control registers (Arm BSA, "Generic
 * UART"); reading one of those may abort. Tables call both by one name, so that nothing but UARTDR
 * and UARTFR is touched unless somebody asks for a baud, which a Generic UART does not have.
 */
#include "platform/uart.h"

/* Arm DDI 0183 §3.2, table 3-1. */
enum pl011_register {
	UARTDR = 0x000,
	UARTFR = 0x018,
	UARTIBRD = 0x024,
	UARTFBRD = 0x028,
	UARTLCR_H = 0x02c,
	UARTCR = 0x030,
	PL011_REGISTERS_END = 0x034,
};

/* §3.3.3 Flag Register */
#define UARTFR_BUSY (1u << 3)
#define UARTFR_TXFF (1u << 5) /* transmit FIFO full */
#define UARTFR_TXFE (1u << 7) /* transmit FIFO empty */

/* §3.3.7 Line Control Register */
#define UARTLCR_H_FEN    (1u << 4)
#define UARTLCR_H_WLEN_8 (3u << 5)

/* §3.3.8 Control Register */
#define UARTCR_UARTEN (1u << 0)
#define UARTCR_TXE    (1u << 8)
#define UARTCR_RXE    (1u << 9)

#define FIFO_DEPTH 16u /* r1p5 has 32, earlier ones 16 */

static bool pl011_probe(struct uart *uart)
{
	uint32_t all_ones = UINT32_MAX >> (32 - 8 * uart->location.register_width);

	return uart_register_read(uart, UARTFR) != all_ones;
}

static bool pl011_setup(struct uart *uart)
{
	/* §3.3.6: the divisor UARTCLK / (16 * baud) in units of 1/64, rounded. */
	uint64_t baud = uart->location.baud;
	uint64_t divisor = (uart->location.clock_hz * 4ul + baud / 2) / baud;

	if (divisor < 64 || divisor > 0xffff * 64ul)
		return false;
	/* §3.3.8 "Programming of control registers": disable, let it finish, flush, program. */
	uart_register_write(uart, UARTCR, 0);
	uart_wait_register(uart, UARTFR, UARTFR_BUSY, 0);
	uart_register_write(uart, UARTLCR_H, 0);
	uart_register_write(uart, UARTIBRD, (uint32_t)(divisor / 64));
	uart_register_write(uart, UARTFBRD, (uint32_t)(divisor % 64));
	/* §3.3.7: writing UARTLCR_H latches the divisor. */
	uart_register_write(uart, UARTLCR_H, UARTLCR_H_WLEN_8 | UARTLCR_H_FEN);
	uart_register_write(uart, UARTCR, UARTCR_UARTEN | UARTCR_TXE | UARTCR_RXE);
	uart->has_fifo = true;
	return true;
}

/*
 * An empty FIFO takes a burst for one reading of UARTFR. Whether there is a FIFO is UARTLCR_H.FEN,
 * which a Generic UART does not have; but without a FIFO the two flags are about one holding
 * register and are never clear together (§3.3.3), so that seeing them clear proves a FIFO.
 */
static unsigned pl011_room(struct uart *uart)
{
	uint32_t flags = uart_register_read(uart, UARTFR) & (UARTFR_TXFF | UARTFR_TXFE);

	if (!flags)
		uart->has_fifo = true;
	if (flags & UARTFR_TXFF)
		return 0;
	return flags & UARTFR_TXFE && uart->has_fifo ? FIFO_DEPTH : 1;
}

static void pl011_put(struct uart *uart, char c)
{
	uart_register_write(uart, UARTDR, (uint8_t)c);
}

const struct uart_ops pl011_ops = {
	.name = "pl011",
	.registers = PL011_REGISTERS_END,
	.probe = pl011_probe,
	.setup = pl011_setup,
	.room = pl011_room,
	.put = pl011_put,
};
