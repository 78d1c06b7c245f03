/* SPDX-License-Identifier: BSD-2-Clause */
/* In: an exit code. Out: the end of the virtual machine, where it has the device for that. */
#include "platform/end.h"

#include "mem/io.h"

/* `-device isa-debug-exit,iobase=0x501`: QEMU's default base, one byte of it is enough. */
#define DEBUG_EXIT_PORT 0x501u

bool end_debug_exit(uint8_t code)
{
	if (io_has_ports())
		io_write(IO_PORT, DEBUG_EXIT_PORT, 1, code);
	return false;
}
