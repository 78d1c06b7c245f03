/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The UARTs that carry the log: PL011 (Arm DDI 0183) and 16550 by port or by mmio with a register
 * shift. Output only, polled, never waiting: a transmitter that does not empty is the log's
 * business (mem/log.h).
 */
#ifndef PLATFORM_UART_H
#define PLATFORM_UART_H

#include "mem/log.h"
#include "mem/region.h"
#include "platform/machine.h"

struct uart;

struct uart_ops {
	const char *name;
	unsigned registers; /* offsets in use are below this, before register_shift */
	/*
	 * Reads what the driver needs to know of a transmitter that firmware set up. False when
	 * the registers read as all ones.
	 */
	bool (*probe)(struct uart *uart);
	/*
	 * Sets 8n1 at location.baud from location.clock_hz, neither 0, and enables transmission.
	 * False, with nothing changed, when no divisor gives that baud.
	 */
	bool (*setup)(struct uart *uart);
	/* How many characters the transmitter takes now without waiting; at least 0. */
	unsigned (*room)(struct uart *uart);
	void (*put)(struct uart *uart, char c);
};

struct uart {
	struct log_sink sink; /* attach this to the log */
	const struct uart_ops *ops;
	struct uart_location location;
	struct region regs;
	bool has_fifo; /* known to be enabled: an empty transmitter takes more than one */
	bool after_return; /* the carriage return before a newline is out, the newline is not */
	uint64_t pace_ns; /* uart_pace: of a character; 0: it is not held to any */
	uint64_t empty_ns; /* … when a line of that speed would have sent what it was given */
};

/*
 * Takes over the UART at a location and logs it; the clock must run (clock_start). It keeps
 * firmware's line settings unless the location names a baud and a clock. A newline goes out as
 * carriage return and newline. ERR_RANGE when the location is not usable on this machine (ports
 * where there are none, an access width that does not fit the distance between the registers);
 * ERR_GONE when the registers read as all ones. Both logged.
 */
MUST_CHECK enum status uart_open(struct uart *uart, const struct uart_location *location);

/*
 * Holds an open UART to the speed of a line of `baud` (8n1, behind a FIFO of 16 characters),
 * whatever it takes by itself: for measuring what a log costs where the UART is an emulated one.
 */
void uart_pace(struct uart *uart, uint32_t baud);

/* The drivers, for uart_open. */
extern const struct uart_ops pl011_ops;
extern const struct uart_ops ns16550_ops;

/*
 * A register at a byte offset, `location.register_width` wide; for the drivers. Unlike region_read
 * this does not log: at level trace each character of the log would log more characters. The
 * window is checked once, by uart_open, which is enough for offsets that are constants.
 */
uint32_t uart_register_read(const struct uart *uart, unsigned offset);
void uart_register_write(const struct uart *uart, unsigned offset, uint32_t value);

/*
 * Waits until `bits` of the register at `offset` read as `value`, for what the FIFO still holds to
 * leave before the line changes. Gives up after 100 ms: 64 characters at 9600 baud take 67.
 */
void uart_wait_register(const struct uart *uart, unsigned offset, uint32_t bits, uint32_t value);

#endif
