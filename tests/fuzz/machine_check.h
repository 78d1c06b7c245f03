/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What holds for a machine whatever the tables said.
 */
#ifndef TESTS_FUZZ_MACHINE_CHECK_H
#define TESTS_FUZZ_MACHINE_CHECK_H

#include "platform/machine.h"

/* Checks the promises of platform/machine.h, logs the machine and chooses its UART. */
void machine_check(const struct machine *m);

/* Checks that two readings of the same tables found the same things. */
void machine_check_same(const struct machine *a, const struct machine *b);

#endif
