/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In: the values of earlycon= and virtio_mmio.device=, in the syntax of the Linux kernel's
 * parameters of the same names. Out: the places of a UART and of virtio-mmio devices.
 */
#include "efi/options_table.h"

#include "mem/format.h"
#include "mem/string.h"

/* What Linux takes for the input clock of a 16550 when none is stated (BASE_BAUD * 16). */
#define UART_16550_CLOCK_HZ 1843200u
#define UART_MIN_BAUD       50u
#define UART_CLOCKS_A_BIT   16u /* both kinds divide their clock by 16 times the divisor */

/* The names of UARTs, PL011 first. */
static const char *const uart_names[] = {"pl011", "uart8250", "uart", "ns16550", "ns16550a", NULL};

enum uart_access { ACCESS_IO, ACCESS_MMIO, ACCESS_MMIO16, ACCESS_MMIO32 };

static const char *const access_names[] = {
	[ACCESS_IO] = "io",
	[ACCESS_MMIO] = "mmio",
	[ACCESS_MMIO16] = "mmio16",
	[ACCESS_MMIO32] = "mmio32",
	NULL,
};

/* How far `text` goes up to the next comma. */
static size_t field_length(const char *text)
{
	size_t length = 0;

	while (text[length] && text[length] != ',')
		length++;
	return length;
}

/* Moves over `c` if it is next. */
static bool take_char(const char **at, char c)
{
	if (**at != c)
		return false;
	(*at)++;
	return true;
}

/* The optional second field: how the registers are reached. */
static enum status take_access(
	const struct option_word *word, const char **at, struct uart_location *uart)
{
	unsigned access = uart->type == UART_PL011 ? ACCESS_MMIO32 : ACCESS_MMIO;
	size_t length = field_length(*at);
	enum status status;

	if (**at < '0' || **at > '9') {
		status = option_choose(word, "register access", *at, length, access_names, &access);
		if (status != OK)
			return status;
		*at += length;
		if (!take_char(at, ','))
			return option_refuse(
				word, "an address must stand behind `%s`", access_names[access]);
	}
	if (uart->type == UART_PL011 && access != ACCESS_MMIO32)
		return option_refuse(
			word, "a pl011 has no `%s` registers, only mmio32", access_names[access]);
	uart->space = access == ACCESS_IO ? IO_PORT : IO_MMIO;
	uart->register_shift = access == ACCESS_MMIO32 ? 2 : access == ACCESS_MMIO16;
	uart->register_width = (uint8_t)(1u << uart->register_shift);
	return OK;
}

static enum status take_address(
	const struct option_word *word, const char **at, struct uart_location *uart)
{
	uint64_t most = uart->space == IO_PORT ? 0xfff8 : UINT64_MAX - PAGE_SIZE;
	enum status status = option_take_number(word, "address", 1, most, at, &uart->base);

	if (status != OK)
		return status;
	if (uart->base % uart->register_width)
		return option_refuse(word, "address 0x%lx is not a multiple of the access width %u",
			uart->base, uart->register_width);
	return OK;
}

/* The optional line settings, such as 115200n8: the speed, and nothing but 8n1. */
static enum status take_line(
	const struct option_word *word, const char **at, struct uart_location *uart)
{
	size_t length = field_length(*at);
	const char *whole = *at;
	uint64_t baud;
	enum status status =
		option_take_number(word, "line speed", UART_MIN_BAUD, UINT32_MAX, at, &baud);

	if (status != OK)
		return status;
	if (!strncmp(*at, "n8", 2))
		*at += 2;
	if (*at != whole + length)
		return option_refuse(word,
			"line settings `%.*s`: only 8n1 without flow control is supported, as in "
			"%lun8",
			(int)length, whole, baud);
	uart->baud = (uint32_t)baud;
	return OK;
}

/* The optional input clock, in hertz; the divisor that the speed needs has 16 bits. */
static enum status take_clock(
	const struct option_word *word, const char **at, struct uart_location *uart)
{
	uint64_t clock = uart->type == UART_16550 ? UART_16550_CLOCK_HZ : 0, divisor;
	enum status status;

	if (take_char(at, ',')) {
		status = option_take_number(word, "input clock", 1, UINT32_MAX, at, &clock);
		if (status != OK)
			return status;
	}
	if (!clock) {
		log_info(word->source, "earlycon: without an input clock a pl011 keeps its speed");
		return OK;
	}
	divisor = clock / ((uint64_t)uart->baud * UART_CLOCKS_A_BIT);
	if (divisor < 1 || divisor > UINT16_MAX)
		return option_refuse(
			word, "a clock of %lu Hz cannot be divided to %u baud", clock, uart->baud);
	uart->clock_hz = (uint32_t)clock;
	return OK;
}

/* TYPE[,ACCESS],ADDRESS[,LINE[,CLOCK]] */
static enum status take_uart(
	const struct option_word *word, const char **at, struct uart_location *uart)
{
	size_t length = field_length(*at);
	unsigned name;
	enum status status = option_choose(word, "UART", *at, length, uart_names, &name);

	if (status != OK)
		return status;
	uart->type = name == 0 ? UART_PL011 : UART_16550;
	*at += length;
	if (!take_char(at, ','))
		return option_refuse(word, "an address must stand behind `%s`", uart_names[name]);
	status = take_access(word, at, uart);
	if (status == OK)
		status = take_address(word, at, uart);
	if (status == OK && take_char(at, ','))
		status = take_line(word, at, uart);
	if (status == OK && uart->baud)
		status = take_clock(word, at, uart);
	return status;
}

enum status option_set_earlycon(
	struct options *options, const struct option_word *word, const struct option *option)
{
	struct uart_location uart = {.console = true};
	const char *at = word->value;
	enum status status;

	if (!strcmp(at, option->names[0])) {
		options->have_earlycon = false;
		return OK;
	}
	status = take_uart(word, &at, &uart);
	if (status != OK)
		return status;
	if (*at)
		return option_refuse(word, "nothing is expected at `%s`", at);
	format(uart.source, sizeof(uart.source), "%s earlycon", word->source);
	options->earlycon = uart;
	options->have_earlycon = true;
	return OK;
}

/* A size with K or M behind it, as the kernel's memparse reads it. */
static enum status take_size(const struct option_word *word, const char **at, uint64_t *size)
{
	enum status status = option_take_number(word, "size", 1, UINT32_MAX, at, size);

	if (status != OK)
		return status;
	if (take_char(at, 'K') || take_char(at, 'k'))
		*size *= 1024;
	else if (take_char(at, 'M') || take_char(at, 'm'))
		*size *= 1024 * 1024;
	return OK;
}

/* SIZE@BASE:IRQ[:ID]; the kernel uses the ID to name the device, here nobody does. */
static enum status take_window(
	const struct option_word *word, const char **at, struct virtio_mmio_location *window)
{
	uint64_t interrupt, id;
	enum status status = take_size(word, at, &window->size);

	if (status != OK)
		return status;
	if (!take_char(at, '@'))
		return option_refuse(word, "`@` and an address must stand behind the size");
	status = option_take_number(
		word, "address", 1, UINT64_MAX - window->size, at, &window->base);
	if (status != OK)
		return status;
	if (!take_char(at, ':'))
		return option_refuse(word, "`:` and an interrupt must stand behind the address");
	status = option_take_number(word, "interrupt", 0, UINT32_MAX, at, &interrupt);
	if (status != OK)
		return status;
	window->interrupt = (uint32_t)interrupt;
	if (!take_char(at, ':'))
		return OK;
	return option_take_number(word, "id", 0, INT32_MAX, at, &id);
}

enum status option_set_virtio_mmio(
	struct options *options, const struct option_word *word, const struct option *option)
{
	struct virtio_mmio_location window = {0};
	const char *at = word->value;
	enum status status = take_window(word, &at, &window);

	(void)option;
	if (status != OK)
		return status;
	if (*at)
		return option_refuse(word, "nothing is expected at `%s`", at);
	if (options->virtio_mmio_count == OPTIONS_MAX_VIRTIO_MMIO)
		return option_refuse(
			word, "more than %u devices are not kept", OPTIONS_MAX_VIRTIO_MMIO);
	format(window.source, sizeof(window.source), "%s virtio_mmio.device", word->source);
	options->virtio_mmio[options->virtio_mmio_count++] = window;
	return OK;
}
