/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The raw register access of the seam: one call is one access of exactly that width, in program
 * order with other calls. mem/<arch>/io.c makes it one instruction on the target; the host tests
 * send it over QEMU's qtest socket or to a model. Drivers use mem/region.h, never this, and nothing
 * else reaches a register: tests/tools/test_accesses.py looks at the instructions, and
 * tests/test_layers.py for other ways to a device.
 */
#ifndef MEM_IO_H
#define MEM_IO_H

#include "types.h"

enum io_space {
	IO_MMIO, /* physical memory addresses */
	IO_PORT, /* x86 I/O ports */
};

/* `width` is 1, 2, 4 or 8 (ports: 1, 2 or 4) and divides the address. */
uint64_t io_read(enum io_space space, uint64_t address, unsigned width);
void io_write(enum io_space space, uint64_t address, unsigned width, uint64_t value);

/* True where this processor has an I/O port space of its own. */
bool io_has_ports(void);

#endif
