/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In: the SPCR and DBG2 tables (Microsoft, "Serial Port Console Redirection Table" revision 4 and
 * "Debug Port Table 2"). Out: the UARTs that they name.
 */
#include "mem/format.h"
#include "mem/log.h"
#include "platform/acpi_parts.h"

#define SPCR_INTERFACE_TYPE 36u
#define SPCR_ADDRESS        40u
#define SPCR_BAUD           58u
#define SPCR_CLOCK          76u /* from revision 3 */
#define SPCR_PRECISE_BAUD   80u /* from revision 4 */

#define DBG2_DEVICES_OFFSET 36u
#define DBG2_PORT_SERIAL    0x8000u

/* DBG2 table 3: subtypes of a serial port; SPCR's interface types are the same numbers. */
enum serial_subtype {
	SERIAL_16550 = 0x00,
	SERIAL_16550_SUBSET = 0x01,
	SERIAL_PL011 = 0x03,
	SERIAL_SBSA_32BIT = 0x0d,
	SERIAL_SBSA = 0x0e,
	SERIAL_16550_GAS = 0x12,
};

/* ACPI 6.5 §5.2.3.2, generic address structure */
struct gas {
	uint8_t space;
	uint8_t bit_width;
	uint8_t bit_offset;
	uint8_t access_size;
	uint64_t address;
};

enum gas_space { GAS_MEMORY, GAS_IO };

static const char subject[] = "acpi";

static struct gas take_gas(struct bytes *b)
{
	struct gas gas;

	gas.space = bytes_u8(b);
	gas.bit_width = bytes_u8(b);
	gas.bit_offset = bytes_u8(b);
	gas.access_size = bytes_u8(b);
	gas.address = bytes_le64(b);
	return gas;
}

/*
 * The register layout of a 16550 in memory: the access size says how wide an access is, the bit
 * width how far the registers are apart. Either may be left out by firmware.
 */
static void set_layout(struct uart_location *uart, const struct gas *gas)
{
	unsigned distance = gas->bit_width / 8u, width = 1;

	if (gas->access_size >= 1 && gas->access_size <= 3)
		width = 1u << (gas->access_size - 1);
	else if (!gas->access_size && is_power_of_two(distance) && distance <= 4)
		width = distance;
	if (!is_power_of_two(distance) || distance < width)
		distance = width;
	uart->register_width = (uint8_t)width;
	uart->register_shift = (uint8_t)__builtin_ctz(distance);
}

/* False, logged, when this kind of port cannot be driven. */
static bool describe_uart(
	struct uart_location *uart, const char *table, unsigned type, const struct gas *gas)
{
	*uart = (struct uart_location){.base = gas->address};
	format(uart->source, SOURCE_SIZE, "ACPI %s", table);
	switch (type) {
	case SERIAL_16550:
	case SERIAL_16550_SUBSET:
	case SERIAL_16550_GAS: uart->type = UART_16550; break;
	case SERIAL_PL011:
	case SERIAL_SBSA_32BIT:
	case SERIAL_SBSA: uart->type = UART_PL011; break;
	default:
		log_info(subject, "%s: interface type 0x%02x at 0x%lx is not driven: passed over",
			table, type, gas->address);
		return false;
	}
	if (gas->space > GAS_IO || gas->bit_offset) {
		log_info(subject, "%s: address space %u, bit offset %u: passed over", table,
			gas->space, gas->bit_offset);
		return false;
	}
	uart->space = gas->space == GAS_IO ? IO_PORT : IO_MMIO;
	if (uart->type == UART_PL011) {
		uart->register_width = 4;
		uart->register_shift = 2;
	} else if (uart->space == IO_PORT) {
		uart->register_width = 1;
	} else {
		set_layout(uart, gas);
	}
	return true;
}

static uint32_t baud_of_code(uint8_t code)
{
	switch (code) {
	case 3: return 9600;
	case 4: return 19200;
	case 6: return 57600;
	case 7: return 115200;
	default: return 0;
	}
}

/* What later revisions say of the line. A table that ends before it keeps the UART that it names.
 */
static enum status read_spcr_line(struct bytes table, uint8_t revision, struct uart_location *uart)
{
	uint32_t clock = 0, baud = 0;

	bytes_seek(&table, SPCR_BAUD);
	uart->baud = baud_of_code(bytes_u8(&table));
	bytes_seek(&table, SPCR_CLOCK);
	if (revision >= 3)
		clock = bytes_le32(&table);
	if (revision >= 4)
		baud = bytes_le32(&table);
	if (revision >= 3 && table.overrun) {
		log_error(subject, "SPCR: length: 0x%lx bytes are too few for revision %u",
			table.size, revision);
		return ERR_MALFORMED;
	}
	uart->clock_hz = clock;
	if (baud)
		uart->baud = baud;
	return OK;
}

/* A Generic UART (Arm BSA) has no registers of its line: what is said of it is for the other end.
 */
static bool has_line_registers(uint8_t type)
{
	return type != SERIAL_SBSA_32BIT && type != SERIAL_SBSA;
}

enum status acpi_read_spcr(struct bytes table, struct machine *m)
{
	struct uart_location uart;
	enum status line, status;
	struct gas gas;
	uint8_t revision, type;

	bytes_seek(&table, 8);
	revision = bytes_u8(&table);
	bytes_seek(&table, SPCR_INTERFACE_TYPE);
	type = bytes_u8(&table);
	bytes_seek(&table, SPCR_ADDRESS);
	gas = take_gas(&table);
	bytes_seek(&table, SPCR_BAUD + 1);
	if (table.overrun) {
		log_error(subject, "SPCR: length: 0x%lx bytes are too few", table.size);
		return ERR_MALFORMED;
	}
	if (!gas.address) {
		log_info(subject, "SPCR: address 0: console redirection is off");
		return OK;
	}
	if (!describe_uart(&uart, "SPCR", type, &gas))
		return OK;
	line = read_spcr_line(table, revision, &uart);
	if (!has_line_registers(type))
		uart.baud = uart.clock_hz = 0;
	uart.console = true;
	status = machine_add_uart(m, &uart);
	return status == OK ? line : status;
}

/* DBG2 table 2; `b` holds one debug device information structure. */
static enum status read_debug_device(struct bytes b, struct machine *m)
{
	struct uart_location uart;
	uint16_t type, subtype, address_offset;
	uint8_t count;
	struct gas gas;

	bytes_seek(&b, 3);
	count = bytes_u8(&b);
	bytes_seek(&b, 12);
	type = bytes_le16(&b);
	subtype = bytes_le16(&b);
	bytes_seek(&b, 18);
	address_offset = bytes_le16(&b);
	bytes_seek(&b, address_offset);
	gas = take_gas(&b);
	if (b.overrun) {
		log_error(subject, "DBG2: length: a device's 0x%lx bytes are too few", b.size);
		return ERR_MALFORMED;
	}
	if (type != DBG2_PORT_SERIAL || !count || !gas.address) {
		log_debug(subject, "DBG2: port type 0x%04x, %u addresses, 0x%lx: passed over", type,
			count, gas.address);
		return OK;
	}
	if (!describe_uart(&uart, "DBG2", subtype, &gas))
		return OK;
	uart.debug_port = true;
	return machine_add_uart(m, &uart);
}

enum status acpi_read_dbg2(struct bytes table, struct machine *m)
{
	enum status status, result = OK;
	uint32_t offset, count;

	bytes_seek(&table, DBG2_DEVICES_OFFSET);
	offset = bytes_le32(&table);
	count = bytes_le32(&table);
	bytes_seek(&table, offset);
	for (; count && !table.overrun; count--) {
		size_t start = table.pos, length;

		bytes_u8(&table); /* revision */
		length = bytes_le16(&table);
		/* A length of less than this would not get the loop on. */
		if (table.overrun || length < 3 || !range_inside(start, length, table.size))
			break;
		status = read_debug_device(bytes_slice(&table, start, length), m);
		if (status != OK)
			result = status;
		bytes_seek(&table, start + length);
	}
	if (count || table.overrun) {
		log_error(subject, "DBG2: length: %u devices do not fit in 0x%lx bytes", count,
			table.size);
		return ERR_MALFORMED;
	}
	return result;
}
