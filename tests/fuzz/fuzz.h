/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the fuzz targets are written with. A target is one file, fuzz_<name>.c, with libFuzzer's
 * entry function; it is linked with libFuzzer by `make fuzz`, and with replay.c, which feeds it
 * files, for `make check`. A target runs the code under test on the input and asserts what must
 * hold whatever the input was; the sanitizers watch the rest.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include "mem/io.h"
#include "mem/log.h"
#include "mem/status.h"

/* libFuzzer's entry: one input. Always returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A property that must hold for every input; when it does not, that is a finding: the run ends. */
#define fuzz_check(condition) \
	((condition) ? (void)0 : fuzz_fail(__FILE__, __LINE__, "does not hold: " #condition))

NORETURN void fuzz_fail(const char *file, int line, const char *what);

/* What answers register accesses and sees time pass. */
struct fuzz_bus {
	uint64_t (*read)(void *context, enum io_space space, uint64_t address, unsigned width);
	void (*write)(void *context, enum io_space space, uint64_t address, unsigned width,
		uint64_t value);
	void (*relax)(void *context); /* the code under test waits; maybe NULL */
	void (*let_in)(void *context); /* interrupts may come; maybe NULL */
	void *context;
};

/*
 * Begins a run: an empty log at `level`, time 0, and `bus` (borrowed; NULL: nothing answers,
 * everything reads as all ones). Time is not this machine's: each look at the clock moves it on by
 * a microsecond, each turn of a waiting loop by a millisecond, so no deadline takes long.
 */
void fuzz_begin(enum log_level level, const struct fuzz_bus *bus);

/*
 * How many lines were logged since fuzz_begin. Each one was checked: printable, ended, and not
 * longer than a line may be.
 */
unsigned fuzz_lines(void);

/* Checks that `text` ends inside an array of `size` characters. */
void fuzz_check_text(const char *text, size_t size);

#endif
