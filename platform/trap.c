/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In: a decoded fault. Out: its report on the log, a failed test point, and the end of the run.
 *
 * An exception vector is entered without an argument, so that what it needs to know has to be
 * static: the context, and how far the report has come.
 */
#include "platform/trap_report.h"

#include "mem/format.h"
#include "mem/log.h"
#include "mem/string.h"
#include "mem/tap.h"

#define MAX_FRAMES         32u
#define MAX_STACK          (1024u * 1024) /* how far above sp a frame is believed */
#define REGISTERS_PER_LINE 4u
#define PLACE_SIZE         48u
#define ADDRESS_SIZE       160u

static struct trap_context the_context;
static enum { NO_TRAP, REPORTING, ENDING } stage;

/* The frames found so far, as addr2line wants them, and the frame to look at next. */
struct walk {
	const struct trap_fault *fault;
	uint64_t fp;
	unsigned count;
	char symbols[LOG_LINE_SIZE];
};

void trap_set_context(const struct trap_context *context)
{
	the_context = *context;
	stage = NO_TRAP;
}

bool trap_in_image(uint64_t address, uint64_t size)
{
	return address >= the_context.image_base &&
	       range_inside(address - the_context.image_base, size, the_context.image_size);
}

/* `image+0x1234 (0x7f001234)`, or the address alone where that is not in the image. */
static void format_place(char *out, uint64_t address)
{
	if (trap_in_image(address, 1))
		format(out, PLACE_SIZE, "image+0x%lx (0x%lx)", address - the_context.image_base,
			address);
	else
		format(out, PLACE_SIZE, "0x%lx, outside the image", address);
}

/* One line of the report: printed at every log level, as the continuation of its first line. */
static void detail(const char *fmt, ...) PRINTF(1, 2);
static void detail(const char *fmt, ...)
{
	char text[LOG_LINE_SIZE];
	va_list args;

	va_start(args, fmt);
	format_args(text, sizeof(text), fmt, args);
	va_end(args);
	log_line("#   %s", text);
}

static void print_registers(const struct trap_fault *fault)
{
	char line[LOG_LINE_SIZE] = "";

	for (unsigned i = 0; i < fault->register_count; i++) {
		const struct trap_register *r = &fault->registers[i];

		format_append(line, sizeof(line), "  %-6s 0x%016lx", r->name, r->value);
		if ((i + 1) % REGISTERS_PER_LINE && i + 1 < fault->register_count)
			continue;
		detail("%s", line + 2);
		line[0] = '\0';
	}
}

/*
 * Why `size` bytes at `address` cannot be a part of the stack; NULL when they can. Between sp and
 * the stack's top the memory is known to be there, anywhere else reading it could fault again.
 */
static const char *not_on_stack(const struct trap_fault *fault, uint64_t address, uint64_t size)
{
	if (address % sizeof(uint64_t))
		return "misaligned";
	if (address < fault->sp)
		return "below the stack pointer";
	if (address < the_context.stack_bottom)
		return "below the stack";
	if (address >= the_context.stack_top || size > the_context.stack_top - address)
		return "at or above the top of the stack";
	if (address - fault->sp > MAX_STACK)
		return "more than 1 MiB above the stack pointer";
	return NULL;
}

/* addr2line looks up the line that an address begins or is part of, so `inside` is into a call. */
static void add_frame(struct walk *walk, uint64_t address, uint64_t inside)
{
	char place[PLACE_SIZE];

	format_place(place, address);
	detail("#%u %s", walk->count++, place);
	if (trap_in_image(address, 1))
		format_append(walk->symbols, sizeof(walk->symbols), " 0x%lx",
			address - inside - the_context.image_base);
}

/* The return address of code that has no frame of its own, or none yet; 0 when it is not known. */
static uint64_t frameless_caller(const struct trap_fault *fault)
{
	if (!fault->return_at_sp)
		return fault->link;
	if (not_on_stack(fault, fault->sp, sizeof(uint64_t)))
		return 0;
	return *(const uint64_t *)fault->sp;
}

/* Code outside the image has no frame of its own: its caller is the return address. */
static void add_caller_of_stray(struct walk *walk)
{
	uint64_t caller = frameless_caller(walk->fault);

	if (!trap_in_image(walk->fault->pc, 1) && trap_in_image(caller, 1))
		add_frame(walk, caller, 1);
}

static void print_backtrace(const struct trap_fault *fault)
{
	struct walk walk = {.fault = fault, .fp = fault->fp};
	const char *why;

	detail("backtrace:");
	add_frame(&walk, fault->pc, 0);
	add_caller_of_stray(&walk);
	for (;;) {
		const uint64_t *record = (const uint64_t *)walk.fp;

		why = not_on_stack(fault, walk.fp, 2 * sizeof(*record));
		if (!why && walk.count == MAX_FRAMES)
			why = "not followed, enough frames are shown";
		/* mmu_run_on_stack: the function that a stack begins with has no caller. */
		if (!why && !record[0] && !record[1])
			why = "the first";
		if (why)
			break;
		add_frame(&walk, record[1], 1);
		if (record[0] <= walk.fp) {
			walk.fp = record[0];
			why = "not above the one before it";
			break;
		}
		walk.fp = record[0];
	}
	detail("end of the backtrace: frame pointer 0x%lx is %s", walk.fp, why);
	if (walk.symbols[0])
		detail("to name these: addr2line -pfie build/%s/firstlight.elf%s", fault->arch,
			walk.symbols);
}

/* The fault may have come from inside the log, in the middle of a line. */
static void finish_line(void)
{
	if (the_log.written && the_log.ring[(the_log.written - 1) % LOG_RING_SIZE] != '\n')
		log_line("%s", "");
}

/* What the address is that could not be accessed. */
static void print_address(const struct trap_fault *fault)
{
	char text[ADDRESS_SIZE];

	if (!fault->has_address || !the_context.memory || !the_context.memory->in_force)
		return;
	memory_plan_explain(the_context.memory, fault->address, text, sizeof(text));
	detail("address 0x%lx: %s", fault->address, text);
}

static void print_report(const struct trap_fault *fault)
{
	uint64_t caller = frameless_caller(fault);
	char place[PLACE_SIZE];

	finish_line();
	log_error("trap", "%s", fault->cause);
	print_address(fault);
	format_place(place, fault->pc);
	detail("at %s", place);
	if (trap_in_image(caller, 1)) {
		/* A function without a frame of its own was called from here. */
		format_place(place, caller);
		detail("%s %s", fault->return_at_sp ? "word at the stack pointer" : "link register",
			place);
	}
	detail("image 0x%lx, 0x%lx bytes; stack pointer 0x%lx, top of the stack 0x%lx",
		the_context.image_base, the_context.image_size, fault->sp, the_context.stack_top);
	print_registers(fault);
	/* What is known by now is out before a frame pointer is believed. */
	log_drain();
	print_backtrace(fault);
	tap_fail("trap", "no fault", "%s", fault->cause);
	log_drain();
}

/* A fault inside a sink would come again with the next line: the others get the report. */
static void drop_faulting_sink(void)
{
	if (the_log.writing)
		log_detach(the_log.writing);
}

void trap_report(const struct trap_fault *fault)
{
	if (stage == ENDING)
		return;
	drop_faulting_sink();
	if (stage == NO_TRAP) {
		stage = REPORTING;
		print_report(fault);
		stage = ENDING;
	} else {
		/* From here on a third fault halts, so that this cannot go round for ever. */
		stage = ENDING;
		tap_fail("trap", "no fault inside the report", "%s", fault->cause);
	}
	the_context.end();
}
