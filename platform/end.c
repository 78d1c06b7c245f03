/* SPDX-License-Identifier: BSD-2-Clause */
/* In: an exit code. Out: the end of the virtual machine, where it has the device for that. */
#include "platform/end.h"

#include "mem/clock.h"
#include "mem/io.h"

/* `-device isa-debug-exit,iobase=0x501`: QEMU's default base, one byte of it is enough. */
#define DEBUG_EXIT_PORT 0x501u

/* QEMU 7.2 ends inside the write, QEMU 10 a moment after it. */
#define DEBUG_EXIT_US 200000u

bool end_debug_exit(uint8_t code)
{
	uint64_t start = clock_us();

	if (!io_has_ports())
		return false;
	io_write(IO_PORT, DEBUG_EXIT_PORT, 1, code);
	while (clock_us() - start < DEBUG_EXIT_US)
		cpu_relax();
	return false;
}
