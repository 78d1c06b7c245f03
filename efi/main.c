/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In: firmware that has just started this image. Out: a picture on every virtio GPU, or the
 * reason why not.
 *
 * efi_main is the recipe, one line a step. This file also holds all the program's state: nothing
 * else has globals, except what the log, the clock and the traps need to work without arguments.
 */
#include "efi/console.h"
#include "efi/discover.h"
#include "efi/dma_pages.h"
#include "efi/finish.h"
#include "efi/gop_bench.h"
#include "efi/leave.h"
#include "efi/list.h"
#include "efi/log_file.h"
#include "efi/option_sources.h"
#include "efi/own_memory.h"
#include "efi/persist.h"
#include "gpu/absent.h"
#include "gpu/bench.h"
#include "gpu/blob.h"
#include "gpu/check_3d.h"
#include "gpu/console.h"
#include "gpu/fault.h"
#include "gpu/isolate.h"
#include "gpu/linear.h"
#include "gpu/readback.h"
#include "gpu/screen_log.h"
#include "gpu/watch.h"
#include "mem/clock.h"
#include "mem/format.h"
#include "mem/string.h"
#include "mem/tap.h"
#include "platform/end.h"
#include "platform/mmu.h"
#include "platform/uart.h"
#include "virtio/entropy.h"
#include "virtio/find.h"

#define MAX_GPUS       8u
#define CALIBRATION_US 20000u
#define LABEL_SIZE     256u
#define RESULT_SIZE    160u

struct log the_log;
struct tap the_tap;
struct clock the_clock;

/* A GPU and what it shows. */
struct light {
	struct gpu_session session;
	struct fault_state fault;
	struct gpu_show show;
	char label[LABEL_SIZE];
	bool lit;
};

static struct firmware firmware;
static struct options options;
static struct machine machine;
static struct uart serial;
static struct dma_pool dma;
static bool dma_is_open; /* own_memory_open_dma */
static struct pci_tree pci;
static struct virtio_devices devices;
static struct light lights[MAX_GPUS];
static struct linear_screen framebuffer;
static bool framebuffer_shows; /* the picture */
static struct console console; /* on the framebuffer */

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

	while ((location = machine_choose_uart(&machine))) {
		if (uart_open(&serial, location) == OK && log_attach(&serial.sink)) {
			tap_ok("efi", "serial: %s", location->source);
			return;
		}
		machine_drop_uart(&machine, location);
	}
	tap_skip("efi", "serial", "no UART is usable");
}

/* What the medium has when the run says no more. The log ends with the verdict in either place. */
static void save_log(void)
{
	char said[TEXT_FILE_SAID_SIZE];

	if (log_file_write(&firmware, said))
		tap_ok("efi", "log file: %s", said);
	else
		tap_skip("efi", "log file", "%s", said);
}

/* A run that ends under firmware. What is then printed on its console stands behind the log. */
static EFI_STATUS return_to_firmware(EFI_STATUS status, enum verdict verdict)
{
	char said[TEXT_FILE_SAID_SIZE];

	finish_report(verdict, "returned to firmware");
	if (!log_file_write(&firmware, said))
		console_line(&firmware, said);
	log_detach(&serial.sink);
	dma_pages_free(&dma, &firmware);
	firmware_close(&firmware);
	return status;
}

/* What went wrong is also for the person at the console. */
static EFI_STATUS fail_to_firmware(EFI_STATUS status)
{
	status = return_to_firmware(status, VERDICT_FAIL);
	console_errors(&firmware);
	return status;
}

static void help_line(void *context, const char *text)
{
	console_line(context, text);
}

static EFI_STATUS show_help(void)
{
	EFI_STATUS status = return_to_firmware(EFI_SUCCESS, VERDICT_PASS);

	options_help(help_line, &firmware);
	return status;
}

static EFI_STATUS show_faults(void)
{
	EFI_STATUS status = return_to_firmware(EFI_SUCCESS, VERDICT_PASS);

	options_fault_help(help_line, &firmware);
	return status;
}

static EFI_STATUS show_list(void)
{
	EFI_STATUS status;

	devices_look(&firmware, &machine, &pci, &devices);
	if (devices.count) {
		tap_ok("virtio", "%u devices listed", devices.count);
		status = return_to_firmware(EFI_SUCCESS, VERDICT_PASS);
	} else {
		tap_skip("virtio", "devices", "there are none");
		status = return_to_firmware(EFI_NOT_FOUND, VERDICT_SKIP);
	}
	devices_print(&firmware, &devices);
	return status;
}

static enum status open_framebuffer(void)
{
	return framebuffer.frame ? OK : linear_open(&framebuffer, &machine.framebuffer, &dma);
}

static void console_drawn(void *context, struct rectangle area)
{
	linear_present(context, area);
}

/*
 * The log from its first line on, and all that comes, on the firmware's framebuffer; below the
 * picture where it shows that. A virtio GPU that works hides it.
 */
static void open_console(void)
{
	struct rectangle area = {0, 0, machine.framebuffer.width, machine.framebuffer.height};

	if (!machine.framebuffer.base || open_framebuffer() != OK)
		return;
	console.drawn = console_drawn;
	console.context = &framebuffer;
	log_detach(&console.sink);
	if (framebuffer_shows)
		area = console_half(area);
	if (console_open(&console, &framebuffer.surface, area) != OK || !log_attach(&console.sink))
		log_info("framebuffer", "the log cannot be shown on it");
}

/* What a fault ends with: the report of platform/trap.c is on the log already. */
static void end_after_trap(void)
{
	bool in_force = own_memory_plan()->in_force;

	/* The devices may not have been looked for yet. What is drawn on is memory for devices. */
	if (in_force && !dma_is_open)
		dma_is_open = own_memory_open_dma(&dma, true) == OK;
	if (options.console != CONSOLE_OFF && in_force && dma_is_open)
		open_console();
	if (options.persist)
		persist_write(&firmware, "# RESULT: FAIL a processor exception\n");
	finish_end(&firmware, options.after, finish_report(VERDICT_FAIL, "a processor exception"));
}

static void own_the_traps(void)
{
	struct trap_context context = {
		.image_base = (uint64_t)firmware.loaded->ImageBase,
		.image_size = firmware.loaded->ImageSize,
		.stack_bottom = own_stack_bottom(),
		.stack_top = own_stack_top(),
		.memory = own_memory_plan(),
		.end = end_after_trap,
	};

	trap_install(&context);
	tap_ok("platform", "exception vectors are our own");
}

/* Without own tables firmware's are good enough for a picture, though not for a PASS. */
static void own_the_memory(void)
{
	enum status status = own_memory_enter(&firmware, &dma);

	if (status != OK)
		tap_fail("platform", "own page tables", "%s", status_name(status));
	if (options.crash != TRAP_TEST_NONE)
		trap_provoke(options.crash);
}

static bool is_driven(uint32_t device_id)
{
	return device_id == VIRTIO_ID_ENTROPY || device_id == VIRTIO_ID_GPU;
}

static void find_devices(void)
{
	for (unsigned i = 0; i < machine.pci_host_count; i++) {
		const struct pci_host *host = &machine.pci_hosts[i];
		enum status status = pci_scan(&pci, host);

		if (status == OK)
			tap_ok("pci", "segment %u buses %u-%u scanned", host->segment,
				host->bus_first, host->bus_last);
		else
			tap_fail("pci", "scan", "segment %u buses %u-%u: %s", host->segment,
				host->bus_first, host->bus_last, status_name(status));
	}
	virtio_find(&devices, &machine, &pci, is_driven, &dma, options.timeout_ms * 1000);
	if (devices.refused)
		tap_fail("virtio", "devices", "%u could not be used", devices.refused);
	else
		tap_ok("virtio", "%u devices to drive", devices.count);
}

/* dma=auto: cached, unless a device that is driven does not look into caches. */
static bool choose_cached(const char **why)
{
	const struct virtio_device *dev = virtio_find_not_coherent(&devices);

	*why = "dma=";
	if (options.dma != DMA_AUTO)
		return options.dma == DMA_CACHED;
	*why = dev ? dev->name : "no device is not coherent";
	if (dev && mmu_devices_are_coherent())
		*why = "every device of this architecture is coherent";
	return !dev || mmu_devices_are_coherent();
}

static void open_dma(void)
{
	const char *why;
	bool cached = choose_cached(&why);
	enum status status = own_memory_open_dma(&dma, cached);

	dma_is_open = status == OK;
	if (dma_is_open)
		tap_ok("platform", "DMA memory mapped %s (%s)", cached ? "cached" : "not cached",
			why);
	else
		tap_fail("platform", "DMA memory mapped", "%s (%s)", status_name(status), why);
	if (options.console == CONSOLE_ON)
		open_console();
}

/* irq=: a controller of interrupts, and every device connected to it; else they are polled. */
static void connect_interrupts(void)
{
	enum status status;

	if (options.irq == INTERRUPT_POLL)
		return;
	status = irq_open(&machine.irq, &dma);
	if (status == OK)
		tap_ok("platform", "interrupt controller open");
	else
		tap_fail("platform", "interrupt controller", "%s", status_name(status));
	for (unsigned i = 0; i < devices.count; i++)
		virtio_interrupt_open(&devices.devices[i], options.irq, &machine.irq, &pci);
}

/* Everything is masked and disconnected again, and each device has its account. */
static void disconnect_interrupts(void)
{
	for (unsigned i = 0; i < devices.count; i++) {
		virtio_interrupt_report(&devices.devices[i]);
		virtio_interrupt_close(&devices.devices[i]);
	}
	irq_close();
}

/* Where there is an entropy device, its bytes prove transport and queue before a GPU is touched. */
static void prove_queues(void)
{
	unsigned proven = 0;

	for (unsigned i = 0; i < devices.count; i++) {
		struct virtio_device *dev = &devices.devices[i];

		if (dev->device_id != VIRTIO_ID_ENTROPY)
			continue;
		tap_open(dev->name);
		tap_close(dev->name,
			entropy_prove(dev, options_features(&options, false, FEATURES_OF_QUEUES)),
			"entropy device");
		proven++;
	}
	if (!proven)
		tap_skip("virtio", "entropy", "there is no entropy device");
}

static struct virtio_device *find_entropy(void)
{
	for (unsigned i = 0; i < devices.count; i++)
		if (devices.devices[i].device_id == VIRTIO_ID_ENTROPY)
			return &devices.devices[i];
	return NULL;
}

/* Shows the picture; a GPU that cannot is tried in small steps, for the log. */
static enum status light(struct light *l, unsigned number, struct virtio_device *dev)
{
	struct gpu_setup setup = gpu_setup_full;
	enum status status = OK;

	setup.features = options_features(&options, true, setup.features);
	setup.cursor = options.cursor;
	if (options.readback)
		setup.features |= GPU_READBACK_FEATURES;
	if (options.check_3d)
		setup.features |= GPU_3D_FEATURES;
	if (options.blob)
		setup.features |= GPU_BLOB_FEATURES;
	if (options.fault)
		status = fault_install(&l->fault, options.fault, options.fault_at, dev);
	if (status != OK)
		return status;
	l->show = (struct gpu_show){
		.picture = options.picture,
		.format = options.format,
		.scattered = options.scattered,
		.cursor = options.cursor_place,
		.layout = options.layout,
		.choice = options.choice,
		.readback = options.readback,
		.check_3d = options.check_3d,
		.blob = options.blob,
		.label = options.label ? l->label : NULL,
	};
	format(l->label, sizeof(l->label), "firstlight %s\ngpu%u: %s\n%s", FIRSTLIGHT_VERSION,
		number, dev->name, dev->transport->name);
	status = gpu_session_open(&l->session, number, dev, &setup, &l->show);
	l->lit = status == OK;
	log_info(dev->name, "register accesses: %lu reads, %lu writes, %lu notifications",
		dev->count.reads, dev->count.writes, l->session.gpu.control.notifications);
	if (status != OK && options.isolate)
		gpu_isolate(dev, number, find_entropy(), &setup, &l->show);
	return status;
}

/* For machines without a virtio GPU. */
static void light_framebuffer(void)
{
	char label[LABEL_SIZE];
	enum status status;

	if (!machine.framebuffer.base) {
		tap_skip("framebuffer", "picture", "firmware has none");
		return;
	}
	status = open_framebuffer();
	if (status != OK) {
		tap_fail("framebuffer", "picture", "%s", status_name(status));
		return;
	}
	format(label, sizeof(label), "firstlight %s\nfirmware's framebuffer\n%ux%u\nPASS",
		FIRSTLIGHT_VERSION, machine.framebuffer.width, machine.framebuffer.height);
	linear_show(&framebuffer, &options.picture, options.label ? label : NULL);
	framebuffer_shows = true;
	tap_ok("framebuffer", "picture shown");
	if (options.console == CONSOLE_ON)
		open_console();
}

/* Brings up every GPU. Returns how many show their picture. */
static unsigned light_displays(unsigned *found)
{
	unsigned lit = 0;

	*found = 0;
	for (unsigned i = 0; i < devices.count; i++) {
		struct virtio_device *dev = &devices.devices[i];
		struct light *l = &lights[*found];
		enum status status;

		if (dev->device_id != VIRTIO_ID_GPU)
			continue;
		if (*found == MAX_GPUS) {
			tap_fail(dev->name, "GPU", "%u others are driven already", MAX_GPUS);
			continue;
		}
		tap_open(dev->name);
		status = light(l, *found, dev);
		tap_close(dev->name, status, "gpu%u: picture shown", *found);
		*found += 1;
		lit += status == OK;
	}
	if (*found)
		return lit;
	tap_skip("gpu", "picture", "no virtio GPU was found");
	gpu_explain_absence(&devices, &pci, machine.pci_host_count);
	return 0;
}

/* Follows the displays of the lit ones. Returns how many still show their picture at the end. */
static unsigned watch_displays(unsigned found, unsigned *served)
{
	static struct gpu_watch watches[MAX_GPUS];
	unsigned count = 0, lit = 0;

	for (unsigned i = 0; i < found && i < MAX_GPUS; i++)
		if (lights[i].lit)
			watches[count++] = (struct gpu_watch){.session = &lights[i].session};
	gpu_watch_run(watches, count, options.duration_s * 1000000ull);
	for (unsigned i = 0; i < count; i++) {
		lit += watches[i].status == OK;
		*served += watches[i].served;
	}
	return lit;
}

static enum status bench_screens(struct light *l)
{
	struct gpu_session *s = &l->session;
	enum status status = OK;

	for (unsigned i = 0; status == OK && i < VIRTIO_GPU_MAX_SCANOUTS; i++)
		if (s->screens.screens[i].frame.view_count)
			status = gpu_bench_run(&s->gpu, &s->screens.screens[i], &l->show.picture);
	return status;
}

/* Measures what the lit ones cost. Returns how many show their picture at the end. */
static unsigned bench_displays(unsigned found)
{
	unsigned lit = 0;

	for (unsigned i = 0; i < found && i < MAX_GPUS; i++)
		if (lights[i].lit)
			lit += bench_screens(&lights[i]) == OK;
	return lit;
}

static enum verdict judge(unsigned found, unsigned lit)
{
	if (!tap_passed())
		return VERDICT_FAIL;
	if (!found)
		return framebuffer_shows ? VERDICT_PASS : VERDICT_SKIP;
	return lit == found ? VERDICT_PASS : VERDICT_FAIL;
}

/* The last lines of the log, for the person in front of the machine, on every screen there is. */
static void show_log(enum verdict verdict, const char *last)
{
	if (options.console == CONSOLE_OFF ||
		(options.console == CONSOLE_FAIL && verdict != VERDICT_FAIL))
		return;
	for (unsigned i = 0; i < MAX_GPUS; i++) {
		struct gpu_session *s = &lights[i].session;

		if (lights[i].lit && s->open &&
			gpu_screens_show_log(&s->gpu, &s->screens, last) != OK)
			log_info(s->gpu.name, "the log cannot be shown on it");
	}
	if (options.console == CONSOLE_FAIL)
		open_console();
}

static NORETURN void report_and_end(unsigned found, unsigned lit, unsigned served)
{
	enum verdict verdict;
	char text[RESULT_SIZE], last[RESULT_SIZE + sizeof("# RESULT: PASS ")];

	format(text, sizeof(text), "GPUs that show the picture: %u of %u", lit, found);
	if (options.mode == MODE_WATCH)
		format_append(text, sizeof(text), "; changes of displays served: %u", served);
	if (!found)
		format(text, sizeof(text), "no virtio GPU%s",
			framebuffer_shows ? ": picture on the firmware's framebuffer"
					  : " was found");
	disconnect_interrupts();
	log_info("dma", "peak: 0x%lx of 0x%lx bytes", dma.peak, dma.total);
	verdict = judge(found, lit);
	format(last, sizeof(last), "# RESULT: %s %s\n", finish_word(verdict), text);
	if (options.persist)
		persist_write(&firmware, last);
	show_log(verdict, last);
	verdict = finish_report(verdict, text);
	finish_end(&firmware, options.after, verdict);
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
	unsigned found, lit, served = 0;

	own_the_traps();
	own_the_memory();
	find_devices();
	open_dma();
	connect_interrupts();
	prove_queues();
	lit = light_displays(&found);
	if (!found)
		light_framebuffer();
	if (options.mode == MODE_WATCH)
		lit = watch_displays(found, &served);
	if (options.mode == MODE_BENCH)
		lit = bench_displays(found);
	report_and_end(found, lit, served);
}

/* The image's entry point, as the link script names it. */
EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system);

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	bool good;

	begin_log(system);
	if (!step("firmware", firmware_open(&firmware, image, system)))
		return fail_to_firmware(EFI_UNSUPPORTED);
	good = step("options", options_load(&options, &firmware));
	the_log.level = options.level;
	persist_recover(&firmware);
	good &= step("machine", machine_discover(&machine, &firmware, &options));
	open_serial();
	if (!good)
		return fail_to_firmware(EFI_INVALID_PARAMETER);
	if (options.mode == MODE_HELP)
		return show_help();
	if (options.mode == MODE_FAULTS)
		return show_faults();
	if (options.mode == MODE_LIST)
		return show_list();
	if (options.mode == MODE_BENCH)
		gop_bench(&firmware);
	if (!step("DMA memory", dma_pages_allocate(&dma, &firmware)))
		return fail_to_firmware(EFI_OUT_OF_RESOURCES);
	save_log();
	if (!step("boot services left", boot_services_leave(&firmware)))
		finish_end(&firmware, options.after,
			finish_report(VERDICT_FAIL, "firmware did not let go"));
	mmu_run_on_stack((void *)own_stack_top(), run_alone);
}
