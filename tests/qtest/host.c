/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the waits and log lines of the code under test. Out: this machine's clock, and stdout. */
#include "tests/qtest/host.h"

#include <sched.h>
#include <time.h>
#include <unistd.h>

#include "mem/clock.h"
#include "mem/log.h"
#include "mem/tap.h"
#include "platform/irq_cpu.h"

#define HZ 1000000000u

struct log the_log;
struct tap the_tap;
struct clock the_clock;

static size_t write_stdout(struct log_sink *sink, const char *text, size_t length)
{
	ssize_t written = write(STDOUT_FILENO, text, length);

	(void)sink;
	return written > 0 ? (size_t)written : 0;
}

static struct log_sink standard_output = {.name = "stdout", .write = write_stdout};

uint64_t clock_counter(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * HZ + (uint64_t)now.tv_nsec;
}

uint64_t clock_counter_frequency(void)
{
	return HZ;
}

/* QEMU may be waiting for this very processor. */
void cpu_relax(void)
{
	sched_yield();
}

/* No interrupts here: QEMU's processor does not run. */
void irq_cpu_let_in(void)
{
}

bool host_start(void)
{
	clock_start(&the_clock, clock_counter_frequency());
	the_log.level = LOG_INFO;
	return log_attach(&standard_output);
}
