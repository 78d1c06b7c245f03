/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In: firmware that has just started this image. Out: a picture on every virtio GPU, or the
 * reason why not.
 *
 * efi_main is the recipe, one line a step; run_alone is its second half. This file also owns all
 * the program's state (efi/program.h).
 */
#include "efi/console.h"
#include "efi/devices.h"
#include "efi/discover.h"
#include "efi/dma_pages.h"
#include "efi/finish.h"
#include "efi/firmware_screen.h"
#include "efi/gop_bench.h"
#include "efi/leave.h"
#include "efi/lights.h"
#include "efi/log_file.h"
#include "efi/option_sources.h"
#include "efi/own_memory.h"
#include "efi/persist.h"
#include "efi/report.h"
#include "efi/under_firmware.h"
#include "mem/clock.h"
#include "mem/tap.h"
#include "platform/end.h"
#include "platform/mmu.h"

#define CALIBRATION_US 20000u

struct log the_log;
struct tap the_tap;
struct clock the_clock;

/* In pages of its own (efi/program.h). */
static struct program *program;

/* Time 0 is now. Where the processor does not state its counter's frequency, it is measured. */
static void start_clock(EFI_BOOT_SERVICES *bs)
{
	uint64_t hz = clock_counter_frequency(), start = clock_counter();

	if (!hz && !EFI_ERROR(bs->Stall(CALIBRATION_US)))
		hz = (clock_counter() - start) * (1000000 / CALIBRATION_US);
	/* A counter that stands still must not make every wait endless: one tick, one µs. */
	clock_start(&the_clock, hz ? hz : 1000000);
}

/* The serial line gets the log from its first line on, out of the ring. */
static void open_serial(void)
{
	const struct uart_location *location;

	while ((location = machine_choose_uart(&program->machine))) {
		if (uart_open(&program->serial, location) == OK &&
			log_attach(&program->serial.sink)) {
			if (program->options.pace)
				uart_pace(&program->serial, program->options.pace);
			tap_ok("efi", "serial: %s", location->source);
			return;
		}
		machine_drop_uart(&program->machine, location);
	}
	tap_skip("efi", "serial", "no UART is usable");
}

/* What the medium has when the run says no more. The log ends with the verdict in either place. */
static void save_log(void)
{
	char said[TEXT_FILE_SAID_SIZE];

	if (log_file_write(&program->firmware, said))
		tap_ok("efi", "log file: %s", said);
	else
		tap_skip("efi", "log file", "%s", said);
}

/* What a fault ends with: the report of platform/trap.c is on the log already. */
static void end_after_trap(void)
{
	bool in_force = own_memory_plan()->in_force;

	/* The devices may not have been looked for yet. What is drawn on is memory for devices. */
	if (in_force && !program->dma_is_open)
		program->dma_is_open = own_memory_open_dma(&program->dma, true) == OK;
	if (program->options.console != CONSOLE_OFF && in_force && program->dma_is_open)
		firmware_screen_open_console(program);
	if (program->options.persist)
		persist_write(&program->firmware, "# RESULT: FAIL a processor exception\n");
	finish_end(&program->firmware, program->options.after,
		finish_report(VERDICT_FAIL, "a processor exception"));
}

static void own_the_traps(void)
{
	struct trap_context context = {
		.image_base = (uint64_t)program->firmware.loaded->ImageBase,
		.image_size = program->firmware.loaded->ImageSize,
		.stack_bottom = (uint64_t)program->own.stack,
		.stack_top = (uint64_t)program->own.tables,
		.memory = own_memory_plan(),
		.end = end_after_trap,
	};

	trap_install(&context);
	tap_ok("platform", "exception vectors are our own");
}

/* Without own tables firmware's are good enough for a picture, though not for a PASS. */
static void own_the_memory(void)
{
	enum status status =
		own_memory_enter(&program->firmware, &program->dma, program, &program->own);

	if (status != OK)
		tap_fail("platform", "own page tables", "%s", status_name(status));
	if (program->options.crash != TRAP_TEST_NONE)
		trap_provoke(program->options.crash);
}

static void begin_log(EFI_SYSTEM_TABLE *system)
{
	start_clock(system->BootServices);
	the_log.level = LOG_INFO;
	tap_begin();
}

static bool step(const char *name, enum status status)
{
	if (status == OK)
		tap_ok("efi", "%s", name);
	else
		tap_fail("efi", name, "%s", status_name(status));
	return status == OK;
}

/* The recipe's second half, on the own stack: no firmware from here on. */
static NORETURN void run_alone(void)
{
	own_the_traps();
	own_the_memory();
	devices_find(program);
	devices_open_dma(program);
	devices_connect_interrupts(program);
	devices_prove_queues(program);
	lights_show(program);
	if (!program->found)
		firmware_screen_show(program);
	if (program->options.mode == MODE_WATCH)
		lights_watch(program);
	if (program->options.mode == MODE_BENCH)
		lights_bench(program);
	if (program->options.mode == MODE_ANIMATE)
		lights_animate(program);
	report_and_end(program);
}

/* The recipe. Returns when firmware is to go on: the result. */
static EFI_STATUS run(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	bool good;

	if (!step("firmware", firmware_open(&program->firmware, image, system)))
		return under_firmware_fail(program, EFI_UNSUPPORTED);
	good = step("options", options_load(&program->options, &program->firmware));
	the_log.level = program->options.level;
	persist_recover(&program->firmware);
	good &= step("machine",
		machine_discover(&program->machine, &program->firmware, &program->options));
	open_serial();
	if (!good)
		return under_firmware_fail(program, EFI_INVALID_PARAMETER);
	if (program->options.mode == MODE_HELP)
		return under_firmware_help(program);
	if (program->options.mode == MODE_FAULTS)
		return under_firmware_faults(program);
	if (program->options.mode == MODE_LIST)
		return under_firmware_list(program);
	if (program->options.mode == MODE_BENCH)
		gop_bench(&program->firmware);
	if (!step("DMA memory", dma_pages_allocate(&program->dma, &program->firmware)))
		return under_firmware_fail(program, EFI_OUT_OF_RESOURCES);
	save_log();
	if (!step("boot services left", boot_services_leave(&program->firmware)))
		finish_end(&program->firmware, program->options.after,
			finish_report(VERDICT_FAIL, "firmware did not let go"));
	mmu_run_on_stack(program->own.tables, run_alone);
}

/* The image's entry point, as the link script names it. */
EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system);

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	struct firmware firmware = {.image = image, .system = system};
	EFI_STATUS status;

	begin_log(system);
	program = firmware_take_pages(&firmware, sizeof(*program));
	if (!program) {
		console_errors(&firmware);
		return EFI_OUT_OF_RESOURCES;
	}
	status = run(image, system);
	firmware_free_pages(&firmware, program, sizeof(*program));
	return status;
}
