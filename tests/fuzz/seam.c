/* SPDX-License-Identifier: BSD-2-Clause */
/* In: register accesses, log lines and waits of the code under test. Out: answers, properties. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/clock.h"
#include "mem/tap.h"
#include "platform/irq_cpu.h"
#include "tests/fuzz/fuzz.h"

#define HZ       1000000u
#define RELAX_US 1000u

/* So many in one run is a loop that no deadline ends. */
#define MAX_ACCESSES 4000000u

/* LOG_LINE_SIZE is without the indentation of subtests (mem/log.c). */
#define MAX_LINE (LOG_LINE_SIZE + 16u)

struct log the_log;
struct tap the_tap;
struct clock the_clock;

static const struct fuzz_bus *bus;
static uint64_t now_us;
static unsigned accesses;
static unsigned lines;
static char current[MAX_LINE];
static size_t line_length;

void fuzz_fail(const char *file, int line, const char *what)
{
	static bool failing; /* in a line of the log itself */

	if (!failing) {
		failing = true;
		log_drain();
	}
	fprintf(stderr, "%s:%d: %s\n", file, line, what);
	abort();
}

void fuzz_check_text(const char *text, size_t size)
{
	fuzz_check(memchr(text, '\0', size));
}

/*
 * No device may make the code say that a mistake was its own (mem/region.c). Where there are no
 * registers, such a line repeats the input.
 */
static void check_line(void)
{
	current[line_length] = '\0';
	if (getenv("FUZZ_LOG"))
		fprintf(stderr, "%s\n", current);
	fuzz_check(!bus || !strstr(current, "a mistake of this program"));
	lines++;
	line_length = 0;
}

static size_t check_log(struct log_sink *sink, const char *text, size_t length)
{
	(void)sink;
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\n') {
			check_line();
			continue;
		}
		fuzz_check(text[i] >= ' ' && text[i] <= '~');
		current[line_length++] = text[i];
		fuzz_check(line_length < MAX_LINE);
	}
	return length;
}

static struct log_sink checker = {.name = "checker", .write = check_log};

unsigned fuzz_lines(void)
{
	log_drain();
	fuzz_check(!line_length);
	return lines;
}

void fuzz_begin(enum log_level level, const struct fuzz_bus *the_bus)
{
	bus = the_bus;
	now_us = 0;
	accesses = 0;
	lines = 0;
	line_length = 0;
	/* Not its ring, of which nothing is read that was not written before. */
	memset(&the_log, 0, offsetof(struct log, ring));
	memset(&the_tap, 0, sizeof(the_tap));
	the_log.level = level;
	clock_start(&the_clock, clock_counter_frequency());
	fuzz_check(log_attach(&checker));
}

static void check_access(enum io_space space, uint64_t address, unsigned width)
{
	fuzz_check(width == 1 || width == 2 || width == 4 || width == 8);
	fuzz_check(address % width == 0);
	fuzz_check(space == IO_MMIO || (width <= 4 && address + width <= 0x10000));
	fuzz_check(++accesses < MAX_ACCESSES);
}

uint64_t io_read(enum io_space space, uint64_t address, unsigned width)
{
	uint64_t all_ones = UINT64_MAX >> (64 - 8 * width);

	check_access(space, address, width);
	return bus ? bus->read(bus->context, space, address, width) & all_ones : all_ones;
}

void io_write(enum io_space space, uint64_t address, unsigned width, uint64_t value)
{
	check_access(space, address, width);
	if (bus)
		bus->write(bus->context, space, address, width, value);
}

bool io_has_ports(void)
{
	return true;
}

uint64_t clock_counter(void)
{
	return now_us++;
}

uint64_t clock_counter_frequency(void)
{
	return HZ;
}

void cpu_relax(void)
{
	now_us += RELAX_US;
	if (bus && bus->relax)
		bus->relax(bus->context);
}

void irq_cpu_let_in(void)
{
	if (bus && bus->let_in)
		bus->let_in(bus->context);
}
