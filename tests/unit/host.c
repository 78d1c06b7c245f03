/* SPDX-License-Identifier: BSD-2-Clause */
/* In: register accesses, log lines and waits of the code under test. Out: fakes that tests see. */
#include "host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mem/map.h"

#define MAX_WINDOWS 16u
#define KEPT_SIZE   (1u << 20)

struct log the_log;
struct tap the_tap;
struct clock the_clock;
struct host_mapping host_mapping;

static struct host_window windows[MAX_WINDOWS];
static unsigned window_count;
static bool has_ports = true;
static uint64_t advanced_us;
static uint64_t held_us; /* 0: the clock goes */
static void (*relax_hook)(void *context);
static void *relax_context;
static struct host_irq_cpu irq_cpu;
static char kept[KEPT_SIZE];
static size_t kept_length;
static bool lost; /* a line, for which there was no room */

static size_t keep(struct log_sink *sink, const char *text, size_t length)
{
	(void)sink;
	lost |= kept_length + length >= KEPT_SIZE;
	if (!lost) {
		memcpy(kept + kept_length, text, length);
		kept_length += length;
	}
	return length;
}

static struct log_sink keeper = {.name = "test", .write = keep};

static struct host_window *find(enum io_space space, uint64_t address, unsigned width)
{
	for (unsigned i = 0; i < window_count; i++) {
		struct host_window *w = &windows[i];

		if (w->space == space && address >= w->base &&
			range_inside(address - w->base, width, w->size))
			return w;
	}
	return NULL;
}

uint64_t io_read(enum io_space space, uint64_t address, unsigned width)
{
	struct host_window *w = find(space, address, width);
	uint64_t all_ones = UINT64_MAX >> (64 - 8 * width);

	return w ? w->read(w->context, address - w->base, width) & all_ones : all_ones;
}

void io_write(enum io_space space, uint64_t address, unsigned width, uint64_t value)
{
	struct host_window *w = find(space, address, width);

	if (w)
		w->write(w->context, address - w->base, width, value);
}

bool io_has_ports(void)
{
	return has_ports;
}

void host_set_ports(bool there)
{
	has_ports = there;
}

enum status map_device(const char *subject, uint64_t base, uint64_t size)
{
	(void)subject;
	host_mapping = (struct host_mapping){.asked = host_mapping.asked + 1,
		.base = base,
		.size = size,
		.answer = host_mapping.answer};
	return host_mapping.answer;
}

enum status map_memory(const char *subject, uint64_t base, uint64_t size)
{
	enum status status = map_device(subject, base, size);

	host_mapping.memory = true;
	return status;
}

void map_clean(uint64_t base, uint64_t size)
{
	host_mapping.cleaned++;
	host_mapping.clean_base = base;
	host_mapping.clean_size = size;
}

uint64_t clock_counter(void)
{
	struct timespec now;

	if (held_us)
		return held_us + advanced_us;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000 + advanced_us;
}

uint64_t clock_counter_frequency(void)
{
	return 1000000;
}

void cpu_relax(void)
{
	if (relax_hook)
		relax_hook(relax_context);
}

enum irq_cpu_kind irq_cpu_kind(void)
{
	return irq_cpu.kind;
}

uint64_t irq_cpu_read(uint32_t which)
{
	return irq_cpu.read ? irq_cpu.read(irq_cpu.context, which) : 0;
}

void irq_cpu_write(uint32_t which, uint64_t value)
{
	if (irq_cpu.write)
		irq_cpu.write(irq_cpu.context, which, value);
}

void irq_cpu_route(void)
{
}

void irq_cpu_let_in(void)
{
	if (irq_cpu.let_in)
		irq_cpu.let_in(irq_cpu.context);
}

void host_set_irq_cpu(const struct host_irq_cpu *cpu)
{
	irq_cpu = *cpu;
}

void host_on_relax(void (*hook)(void *context), void *context)
{
	relax_hook = hook;
	relax_context = context;
}

void host_add_window(const struct host_window *window)
{
	assert_true(window_count < MAX_WINDOWS);
	windows[window_count++] = *window;
}

static void forget(void)
{
	memset(kept, 0, kept_length);
	kept_length = 0;
	lost = false;
}

int host_reset(void **state)
{
	(void)state;
	window_count = 0;
	has_ports = true;
	relax_hook = NULL;
	irq_cpu = (struct host_irq_cpu){0};
	host_mapping = (struct host_mapping){0};
	memset(&the_log, 0, sizeof(the_log));
	memset(&the_tap, 0, sizeof(the_tap));
	the_log.level = LOG_TRACE;
	forget();
	held_us = 0;
	clock_start(&the_clock, clock_counter_frequency());
	return log_attach(&keeper) ? 0 : -1;
}

void host_hold_clock(void)
{
	held_us = clock_counter() - advanced_us;
}

void host_advance_us(uint64_t us)
{
	advanced_us += us;
}

const char *host_log(void)
{
	log_drain();
	kept[kept_length] = '\0';
	/* Whoever looks for a line that must not be there would not see it. */
	if (lost)
		fail_msg("more was logged than is kept: the log's level is too high for this test");
	return kept;
}

void host_forget_log(void)
{
	log_drain();
	forget();
}

bool host_logged(const char *text)
{
	return strstr(host_log(), text) != NULL;
}

void host_expect_line(const char *text)
{
	if (!host_logged(text))
		fail_msg("no line has '%s'\n%s", text, host_log());
}

void *host_read_file(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	long length;
	void *data;

	if (!file)
		fail_msg("%s: cannot be opened", path);
	fseek(file, 0, SEEK_END);
	length = ftell(file);
	rewind(file);
	data = malloc((size_t)length);
	*size = fread(data, 1, (size_t)length, file);
	fclose(file);
	assert_int_equal(*size, length);
	return data;
}
