/* SPDX-License-Identifier: BSD-2-Clause */
/* In: platform/trap.c. Out: whether a fault's report is whole, and stays on the stack it was given.
 */
#include "host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/trap_report.h"

#define IMAGE      0x40000000ul
#define IMAGE_SIZE 0x10000ul
#define WORDS      64u

static unsigned ended;
static uint64_t *stack; /* of WORDS words; ASan sees what is read around it */

static struct trap_fault fault;

static void end(void)
{
	ended++;
	log_line("# ended");
}

static uint64_t address_of(unsigned word)
{
	return (uint64_t)(stack + word);
}

/* A stack of nothing, and a fault in the image with sp at its bottom. */
static int setup(void **state)
{
	struct trap_context context = {.image_base = IMAGE, .image_size = IMAGE_SIZE, .end = end};

	if (host_reset(state))
		return -1;
	stack = calloc(WORDS, sizeof(*stack));
	context.stack_top = address_of(WORDS);
	trap_set_context(&context);
	ended = 0;
	fault = (struct trap_fault){
		.arch = "aarch64",
		.cause = "data abort",
		.pc = IMAGE + 0x1234,
		.sp = address_of(0),
	};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(stack);
	return 0;
}

/* A frame at `word`: the caller's frame pointer, and the return address. */
static void frame(unsigned word, uint64_t fp, uint64_t pc)
{
	stack[word] = fp;
	stack[word + 1] = pc;
}

static void expect_end(const char *fmt, uint64_t fp)
{
	char text[128];

	snprintf(text, sizeof(text), fmt, fp);
	host_expect_line(text);
}

static void test_report(void **state)
{
	static const struct trap_register registers[] = {
		{"x0", 1}, {"x1", 2}, {"x2", 3}, {"x3", 4}, {"x4", 0x123456789abcdef0}};

	(void)state;
	fault.registers = registers;
	fault.register_count = ARRAY_SIZE(registers);
	fault.link = IMAGE + 0x888;
	the_log.level = LOG_ERROR;
	tap_ok("a", "step");
	trap_report(&fault);
	assert_true(host_logged("] trap: error: data abort\n"
				"#   at image+0x1234 (0x40001234)\n"
				"#   link register image+0x888 (0x40000888)\n"
				"#   image 0x40000000, 0x10000 bytes; stack pointer 0x"));
	assert_true(host_logged("#   x0     0x0000000000000001  x1     0x0000000000000002  "
				"x2     0x0000000000000003  x3     0x0000000000000004\n"
				"#   x4     0x123456789abcdef0\n"
				"#   backtrace:\n"
				"#   #0 image+0x1234 (0x40001234)\n"));
	assert_true(host_logged(
		"#   to name these: addr2line -pfie build/aarch64/firstlight.elf 0x1234\n"
		"not ok 2 - trap: no fault # data abort\n# ended\n"));
	assert_int_equal(ended, 1);
	assert_false(tap_passed());
}

static void test_backtrace(void **state)
{
	(void)state;
	fault.fp = address_of(4);
	frame(4, address_of(10), IMAGE + 0x100);
	frame(10, address_of(62), IMAGE + 0x200);
	frame(62, address_of(80), 0x7000);
	trap_report(&fault);
	assert_true(host_logged("#   #0 image+0x1234 (0x40001234)\n"
				"#   #1 image+0x100 (0x40000100)\n"
				"#   #2 image+0x200 (0x40000200)\n"
				"#   #3 0x7000, outside the image\n"));
	expect_end("frame pointer 0x%lx is at or above the top of the stack\n", address_of(80));
	/* A return address is behind the call it returns from. */
	assert_true(host_logged("firstlight.elf 0x1234 0xff 0x1ff\n"));
}

/* Every frame pointer that must not be followed, from the fault and from a frame. */
static void test_bad_frame_pointers(void **state)
{
	const struct {
		uint64_t fp;
		const char *why;
	} cases[] = {
		{0, "below the stack pointer"},
		{address_of(8) - 8 * 8 - 8, "below the stack pointer"},
		{address_of(20) + 4, "misaligned"},
		{address_of(20) + 1, "misaligned"},
		{address_of(WORDS), "at or above the top of the stack"},
		{address_of(WORDS - 1), "at or above the top of the stack"},
		{UINT64_MAX - 7, "at or above the top of the stack"},
	};

	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		char text[128];

		snprintf(text, sizeof(text), "frame pointer 0x%%lx is %s\n", cases[i].why);
		trap_set_context(&(struct trap_context){.image_base = IMAGE,
			.image_size = IMAGE_SIZE,
			.stack_top = address_of(WORDS),
			.end = end});
		host_reset(state);
		fault.fp = cases[i].fp;
		trap_report(&fault);
		expect_end(text, cases[i].fp);
		assert_false(host_logged("#1"));
	}
}

/* A stack that ran over: sp is in the guard page, which the report does not read. */
static void test_below_the_stack(void **state)
{
	(void)state;
	trap_set_context(&(struct trap_context){
		.stack_bottom = address_of(0), .stack_top = address_of(WORDS), .end = end});
	fault.sp = address_of(0) - 64;
	fault.return_at_sp = true;
	fault.fp = fault.sp + 8;
	trap_report(&fault);
	expect_end("frame pointer 0x%lx is below the stack\n", fault.fp);
}

/* The function that a stack begins with was called by nobody. */
static void test_first_frame(void **state)
{
	(void)state;
	fault.fp = address_of(4);
	frame(4, address_of(10), IMAGE + 0x444);
	frame(10, 0, 0);
	trap_report(&fault);
	assert_true(host_logged("#   #1 image+0x444 (0x40000444)\n#   end of"));
	expect_end("frame pointer 0x%lx is the first\n", address_of(10));
}

/* What the address is stands right behind the cause; without one nothing is said. */
static void test_address(void **state)
{
	struct memory_plan plan = {.in_force = true};
	struct trap_context context = {.memory = &plan, .end = end};

	(void)state;
	assert_int_equal(memory_plan_add(&plan, "gpu", MEMORY_DEVICE, 0x10000, 0x1000), OK);
	trap_set_context(&context);
	fault.has_address = true;
	fault.address = 0x11008;
	trap_report(&fault);
	assert_true(
		host_logged("trap: error: data abort\n#   address 0x11008: not mapped: no device "
			    "or memory of ours; 0x9 bytes above gpu\n"));
	host_reset(state);
	trap_set_context(&context);
	fault.has_address = false;
	trap_report(&fault);
	assert_false(host_logged("address 0x"));
	/* Under firmware's tables nobody knows what is mapped. */
	host_reset(state);
	plan.in_force = false;
	trap_set_context(&context);
	fault.has_address = true;
	trap_report(&fault);
	assert_false(host_logged("address 0x"));
	host_reset(state);
	plan.in_force = true;
	context.memory = NULL;
	trap_set_context(&context);
	fault.has_address = true;
	trap_report(&fault);
	assert_false(host_logged("address 0x"));
}

static void test_frames_must_grow(void **state)
{
	(void)state;
	fault.fp = address_of(10);
	frame(10, address_of(20), IMAGE);
	frame(20, address_of(20), IMAGE + 4);
	trap_report(&fault);
	assert_true(host_logged("#   #2 image+0x4 "));
	assert_false(host_logged("#3"));
	expect_end("frame pointer 0x%lx is not above the one before it\n", address_of(20));
}

static void test_frames_must_not_shrink(void **state)
{
	(void)state;
	fault.fp = address_of(20);
	frame(20, address_of(10), IMAGE);
	frame(10, address_of(20), IMAGE);
	trap_report(&fault);
	expect_end("frame pointer 0x%lx is not above the one before it\n", address_of(10));
}

static void test_enough_frames(void **state)
{
	uint64_t *tall = calloc(200, sizeof(*tall));

	(void)state;
	trap_set_context(&(struct trap_context){.image_base = IMAGE,
		.image_size = IMAGE_SIZE,
		.stack_top = (uint64_t)(tall + 200),
		.end = end});
	for (unsigned i = 0; i < 198; i += 2) {
		tall[i] = (uint64_t)(tall + i + 2);
		tall[i + 1] = IMAGE + 0xf000 + i;
	}
	fault.sp = fault.fp = (uint64_t)tall;
	trap_report(&fault);
	assert_true(host_logged("#   #31 image+0xf03c "));
	assert_false(host_logged("#32"));
	expect_end("frame pointer 0x%lx is not followed, enough frames are shown\n",
		(uint64_t)(tall + 62));
	/* All of them fit on the line that names them. */
	assert_true(host_logged(" 0xf039 0xf03b\n"));
	free(tall);
}

/* A stack that reaches further than is believable is not read above 1 MiB. */
static void test_too_far(void **state)
{
	(void)state;
	trap_set_context(&(struct trap_context){.stack_top = UINT64_MAX, .end = end});
	fault.fp = fault.sp + (1 << 20) + 8;
	trap_report(&fault);
	expect_end("frame pointer 0x%lx is more than 1 MiB above the stack pointer\n", fault.fp);
}

/* A jump to nowhere: the caller is in the link register, or on top of the stack. */
static void test_stray_with_link(void **state)
{
	(void)state;
	fault.pc = 0xdead0000;
	fault.link = IMAGE + 0x444;
	trap_report(&fault);
	assert_true(host_logged("#   at 0xdead0000, outside the image\n"));
	assert_true(host_logged("#   #0 0xdead0000, outside the image\n"
				"#   #1 image+0x444 (0x40000444)\n"));
	assert_true(host_logged("firstlight.elf 0x443\n"));
}

static void test_stray_with_return_at_sp(void **state)
{
	(void)state;
	fault.pc = 0;
	fault.return_at_sp = true;
	stack[0] = IMAGE + 0x444;
	trap_report(&fault);
	assert_true(host_logged("#   #0 0x0, outside the image\n"
				"#   #1 image+0x444 (0x40000444)\n"));
}

static void test_stray_with_bad_stack(void **state)
{
	(void)state;
	fault.pc = 0;
	fault.return_at_sp = true;
	fault.sp = address_of(WORDS);
	fault.fp = address_of(3);
	trap_report(&fault);
	assert_false(host_logged("#1"));
	assert_false(host_logged("addr2line"));
	expect_end("frame pointer 0x%lx is below the stack pointer\n", fault.fp);
}

/* The fault came while a line was half written. */
static void test_finishes_line(void **state)
{
	(void)state;
	log_line("whole");
	the_log.ring[the_log.written++] = 'h';
	trap_report(&fault);
	assert_true(host_logged("whole\nh\n# ["));
}

static void test_no_empty_line(void **state)
{
	(void)state;
	log_line("whole");
	trap_report(&fault);
	assert_true(host_logged("whole\n# ["));
}

static size_t write_nothing(struct log_sink *sink, const char *text, size_t length)
{
	(void)sink;
	(void)text;
	fail_msg("%zu characters for a sink that faulted", length);
	return length;
}

/* The report does not go where writing faulted. */
static void test_fault_in_sink(void **state)
{
	struct log_sink sink = {.name = "broken", .write = write_nothing};

	(void)state;
	assert_true(log_attach(&sink));
	the_log.writing = &sink;
	trap_report(&fault);
	assert_true(host_logged("not ok 1 - trap: no fault # data abort\n# ended\n"));
}

static struct trap_fault second = {.cause = "second cause"};

/* A sink whose first write is a fault inside the report. */
static size_t write_faults(struct log_sink *sink, const char *text, size_t length)
{
	static bool within;

	(void)sink;
	(void)text;
	if (!within) {
		within = true;
		trap_report(&second);
		within = false;
	}
	return length;
}

static void test_fault_inside_report(void **state)
{
	struct log_sink sink = {.name = "broken", .write = write_faults};

	(void)state;
	/* Where nobody returns from a fault the outer report would not go on; here it does. */
	assert_true(log_attach(&sink));
	trap_set_context(&(struct trap_context){.end = end});
	trap_report(&fault);
	assert_true(host_logged("not ok 1 - trap: no fault inside the report # second cause\n"));
	assert_false(tap_passed());
}

static void end_with_fault(void)
{
	ended++;
	trap_report(&second);
}

/* A fault while the run ends: end is not called again, and nothing is printed. */
static void test_fault_inside_end(void **state)
{
	(void)state;
	trap_set_context(&(struct trap_context){.end = end_with_fault});
	trap_report(&fault);
	assert_int_equal(ended, 1);
	assert_false(host_logged("second cause"));
}

static void test_in_image(void **state)
{
	(void)state;
	assert_true(trap_in_image(IMAGE, IMAGE_SIZE));
	assert_true(trap_in_image(IMAGE + IMAGE_SIZE - 4, 4));
	assert_false(trap_in_image(IMAGE + IMAGE_SIZE - 4, 5));
	assert_false(trap_in_image(IMAGE - 1, 1));
	assert_false(trap_in_image(UINT64_MAX, 4));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_report, setup, teardown),
		cmocka_unit_test_setup_teardown(test_backtrace, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_frame_pointers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_below_the_stack, setup, teardown),
		cmocka_unit_test_setup_teardown(test_first_frame, setup, teardown),
		cmocka_unit_test_setup_teardown(test_address, setup, teardown),
		cmocka_unit_test_setup_teardown(test_frames_must_grow, setup, teardown),
		cmocka_unit_test_setup_teardown(test_frames_must_not_shrink, setup, teardown),
		cmocka_unit_test_setup_teardown(test_enough_frames, setup, teardown),
		cmocka_unit_test_setup_teardown(test_too_far, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stray_with_link, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stray_with_return_at_sp, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stray_with_bad_stack, setup, teardown),
		cmocka_unit_test_setup_teardown(test_finishes_line, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_empty_line, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fault_in_sink, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fault_inside_report, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fault_inside_end, setup, teardown),
		cmocka_unit_test_setup_teardown(test_in_image, setup, teardown),
	};

	return cmocka_run_group_tests_name("trap", tests, NULL, NULL);
}
