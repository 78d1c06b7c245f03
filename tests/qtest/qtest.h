/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * QEMU's qtest protocol, from the client's side: the register accesses of a machine whose own
 * processor sleeps. A request is a line (`writel 0xa000070 0x1`), its answer another (`OK 0x…`).
 *
 * This is io_read and io_write of mem/io.h for a program that is not inside the machine.
 */
#ifndef TESTS_QTEST_QTEST_H
#define TESTS_QTEST_QTEST_H

#include "mem/io.h"

/*
 * All accesses go over this connected stream socket from now on. `has_ports`: the machine is an
 * x86. When the connection breaks or QEMU answers anything but OK, the program ends there and then
 * with `Bail out!`: nothing it would do afterwards meant anything.
 */
void qtest_open(int socket, bool has_ports);

/* All accesses that were made since: of every device, configuration space included. */
struct qtest_count {
	uint64_t reads;
	uint64_t writes;
};
extern struct qtest_count qtest_count;

#endif
