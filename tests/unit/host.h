/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host's side of the seam for unit tests: registers are fake windows, time is the host's
 * monotonic clock (or a hand-moved one), and the log is kept so that a test can look for a line.
 */
#ifndef TESTS_UNIT_HOST_H
#define TESTS_UNIT_HOST_H

/* cmocka.h needs these four before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mem/clock.h"
#include "mem/io.h"
#include "mem/log.h"
#include "mem/tap.h"
#include "platform/irq_cpu.h"

/* A window of fake registers; `read` and `write` see offsets from `base`. */
struct host_window {
	enum io_space space;
	uint64_t base;
	uint64_t size;
	uint64_t (*read)(void *context, uint64_t offset, unsigned width);
	void (*write)(void *context, uint64_t offset, unsigned width, uint64_t value);
	void *context;
};

/*
 * Adds a window (copied). An access that no window covers reads as all ones and is ignored when
 * it is a write, as on a bus.
 */
void host_add_window(const struct host_window *window);

/*
 * Forgets all windows and the hook, empties the log and the test points, sets the log level to
 * trace, and starts the clock. For a test's setup.
 */
int host_reset(void **state);

/*
 * What map_device was last asked for; `asked` counts since host_reset. It answers `answer`, OK
 * after host_reset.
 */
struct host_mapping {
	unsigned asked;
	uint64_t base;
	uint64_t size;
	enum status answer;
	bool memory; /* by map_memory */
	unsigned cleaned; /* calls of map_clean since then, and the last one's arguments */
	uint64_t clean_base;
	uint64_t clean_size;
};
extern struct host_mapping host_mapping;

/* Called in each turn of a waiting loop, until host_reset: for fakes that go on meanwhile. */
void host_on_relax(void (*hook)(void *context), void *context);

/* Whether the processor has I/O ports: it does, until a test says no, and after host_reset. */
void host_set_ports(bool there);

/* The processor's side of interrupts (platform/irq_cpu.h). */
struct host_irq_cpu {
	enum irq_cpu_kind kind;
	uint64_t (*read)(void *context, uint32_t which);
	void (*write)(void *context, uint32_t which, uint64_t value);
	void (*let_in)(void *context); /* calls irq_dispatch for what is pending */
	void *context;
};

/* Sets it (copied), until host_reset: then registers read as 0 and nothing is ever pending. */
void host_set_irq_cpu(const struct host_irq_cpu *cpu);

/* Adds to the clock, so that deadlines pass without waiting. */
void host_advance_us(uint64_t us);

/* Nothing else moves the clock from now on, until host_reset: for what happens within microseconds.
 */
void host_hold_clock(void);

/* True when a logged line contains `text`. */
bool host_logged(const char *text);

/* Fails the test, with the log, when no logged line contains `text`. */
void host_expect_line(const char *text);

/* The whole log since host_reset, NUL-terminated. Fails the test when it is over 1 MiB. */
const char *host_log(void);

/* Forgets what was logged so far: for tests that log more than is kept, and look now and then. */
void host_forget_log(void);

/* A sample file's contents; the caller frees it. Fails the test when it cannot be read. */
void *host_read_file(const char *path, size_t *size);

#endif
