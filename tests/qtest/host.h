/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host's side of the seam, except for registers (tests/qtest/qtest.h): time is the monotonic
 * clock, the log and the test points go to standard output.
 */
#ifndef TESTS_QTEST_HOST_H
#define TESTS_QTEST_HOST_H

#include "mem/types.h"

/* Starts the clock and the log. First. False when the log has no room for another sink. */
bool host_start(void);

#endif
