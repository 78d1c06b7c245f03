/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the words that options are made of. Out: the table of options. */
#include "efi/options_table.h"

#include "mem/string.h"

static const char *const mode_names[] = {
	[MODE_RUN] = "run",
	[MODE_WATCH] = "watch",
	[MODE_BENCH] = "bench",
	[MODE_ANIMATE] = "animate",
	[MODE_LIST] = "list",
	NULL,
};

static const char *const after_names[] = {
	[AFTER_HALT] = "halt",
	[AFTER_SHUTDOWN] = "shutdown",
	[AFTER_RESET] = "reset",
	[AFTER_SEMIHOSTING] = "semihosting",
	[AFTER_DEBUG_EXIT] = "debug-exit",
	[AFTER_SHELL] = "shell",
	NULL,
};

static const char *const level_names[] = {
	[LOG_ERROR] = "error",
	[LOG_INFO] = "info",
	[LOG_DEBUG] = "debug",
	[LOG_TRACE] = "trace",
	NULL,
};

static const char *const console_names[] = {
	[CONSOLE_FAIL] = "fail", [CONSOLE_ON] = "on", [CONSOLE_OFF] = "off", NULL};

static const char *const persist_names[] = {[false] = "none", [true] = "nvram", NULL};

static const char *const pattern_names[] = {
	[PICTURE_BARS] = "bars",
	[PICTURE_GRID] = "grid",
	[PICTURE_CHECKER] = "checker",
	[PICTURE_GRADIENT] = "gradient",
	[PICTURE_SOLID] = "solid",
	NULL,
};

static const char *const switch_names[] = {[false] = "off", [true] = "on", NULL};

static const char *const ring_names[] = {[false] = "split", [true] = "packed", NULL};

static const char *const usual_names[] = {"usual", NULL};

enum check { CHECK_NONE, CHECK_READBACK, CHECK_3D, CHECK_COUNT };

static const char *const check_names[] = {
	[CHECK_NONE] = "none", [CHECK_READBACK] = "readback", [CHECK_3D] = "3d", NULL};

static const char *const resource_names[] = {[false] = "2d", [true] = "blob", NULL};

static const char *const dma_names[] = {"auto", "cached", "uncached", NULL};
static const char *const irq_names[] = {
	[INTERRUPT_POLL] = "poll",
	[INTERRUPT_INTX] = "intx",
	[INTERRUPT_MSIX] = "msix",
	[INTERRUPT_MMIO] = "mmio",
	NULL,
};

static const char *const layout_names[] = {
	[GPU_SEPARATE] = "separate",
	[GPU_MIRROR] = "mirror",
	[GPU_EXTEND] = "extend",
	[GPU_SPAN] = "span",
	NULL,
};

static const char *const scanout_names[] = {[false] = "enabled", [true] = "all", NULL};

static const char *const backing_names[] = {[false] = "contiguous", [true] = "scattered", NULL};

static const char *const auto_names[] = {"auto", NULL};

static const char *const crash_names[] = {
	[TRAP_TEST_NONE] = "none",
	[TRAP_TEST_UNDEFINED] = "undefined",
	[TRAP_TEST_READ] = "read",
	[TRAP_TEST_WRITE] = "write",
	[TRAP_TEST_EXECUTE] = "execute",
	[TRAP_TEST_NULL] = "null",
	[TRAP_TEST_STACK] = "stack",
	[TRAP_TEST_CODE] = "code",
	[TRAP_TEST_DATA] = "data",
	NULL,
};

static const char *const fault_names[] = {"none", "help", NULL};

/* Names with commas between them; none adds nothing to the others. */
static enum status set_check(
	struct options *options, const struct option_word *word, const struct option *option)
{
	bool on[CHECK_COUNT] = {false};
	const char *at = word->value;

	for (;;) {
		size_t length = 0;
		unsigned choice;
		enum status status;

		while (at[length] && at[length] != ',')
			length++;
		status = option_choose(word, "value", at, length, option->names, &choice);
		if (status != OK)
			return status;
		on[choice] = true;
		at += length;
		if (!*at++)
			break;
	}
	options->readback = on[CHECK_READBACK];
	options->check_3d = on[CHECK_3D];
	return OK;
}

static enum status set_help(
	struct options *options, const struct option_word *word, const struct option *option)
{
	(void)word;
	(void)option;
	options->mode = MODE_HELP;
	return OK;
}

const struct option option_table[] = {
	{
		.key = "mode",
		.values = "run|watch|bench|animate|list",
		.initial = "run",
		.example = "mode=list",
		.manual =
			"run brings up every virtio GPU and shows the picture. watch goes on, and\n"
			"follows displays that are resized, plugged in or unplugged. bench times\n"
			"firmware's driver and then this one. animate moves squares over the\n"
			"picture. list names the virtio devices, their transports and features,\n"
			"and returns to the shell.",
		.names = mode_names,
		.set = option_set_choice,
		.member = offsetof(struct options, mode),
	},
	{
		.key = "after",
		.values = "halt|shutdown|reset|semihosting|debug-exit|shell",
		.initial = "halt",
		.example = "after=shutdown",
		.manual =
			"What ends a run. halt keeps the picture on the screen. semihosting (Arm)\n"
			"and debug-exit (QEMU on x86) carry the verdict to the host. shell is\n"
			"for runs that leave boot services alone (mode=list).",
		.names = after_names,
		.set = option_set_choice,
		.member = offsetof(struct options, after),
	},
	{
		.key = "loglevel",
		.values = "error|info|debug|trace",
		.initial = "info",
		.example = "loglevel=debug",
		.manual = "How much the log says; trace shows every register access.",
		.names = level_names,
		.set = option_set_choice,
		.member = offsetof(struct options, level),
	},
	{
		.key = "console",
		.values = "fail|on|off",
		.initial = "fail",
		.example = "console=on",
		.manual = "When the last lines of the log are written over the lower half of the\n"
			  "picture: when the run fails, always, or never. on also has the log on\n"
			  "the firmware's framebuffer while the run goes on.",
		.names = console_names,
		.set = option_set_choice,
		.member = offsetof(struct options, console),
	},
	{
		.key = "persist",
		.values = "none|nvram",
		.initial = "none",
		.example = "persist=nvram",
		.manual =
			"nvram leaves a summary of the run in a variable of the firmware's, which\n"
			"the next run moves to firstlight-last.log.",
		.names = persist_names,
		.set = option_set_switch,
		.member = offsetof(struct options, persist),
	},
	{
		.key = "pattern",
		.values = "bars|grid|checker|gradient|solid:RRGGBB",
		.initial = "bars",
		.example = "pattern=solid:20c0ff",
		.manual = "The picture.",
		.names = pattern_names,
		.set = option_set_pattern,
	},
	{
		.key = "format",
		.values = "ORDER",
		.initial = "b8g8r8x8",
		.example = "format=r8g8b8a8",
		.manual = "The order of the bytes of a pixel in memory: b8g8r8x8, b8g8r8a8,\n"
			  "a8r8g8b8, x8r8g8b8, r8g8b8a8, x8b8g8r8, a8b8g8r8 or r8g8b8x8.",
		.set = option_set_format,
	},
	{
		.key = "label",
		.values = "on|off",
		.initial = "on",
		.example = "label=off",
		.manual = "Whether what was found is written over the picture.",
		.names = switch_names,
		.set = option_set_switch,
		.member = offsetof(struct options, label),
	},
	{
		.key = "backing",
		.values = "contiguous|scattered",
		.initial = "contiguous",
		.example = "backing=scattered",
		.manual = "How the picture's memory is told to the device: in as few pieces as\n"
			  "there are, or each row by itself and last first.",
		.names = backing_names,
		.set = option_set_switch,
		.member = offsetof(struct options, scattered),
	},
	{
		.key = "cursor",
		.values = "off|on|X,Y",
		.initial = "off",
		.example = "cursor=100,80",
		.manual = "Whether a cursor is shown on every display: in the middle, or with its\n"
			  "hot spot at X,Y.",
		.names = switch_names,
		.set = option_set_cursor,
	},
	{
		.key = "video",
		.values = "auto|WIDTHxHEIGHT",
		.initial = "auto",
		.example = "video=1920x1080",
		.manual =
			"The size of the picture, 16 to 8192 pixels a side; auto is the size that\n"
			"the display states. The kernel's depth -32 may follow.",
		.names = auto_names,
		.set = option_set_video,
	},
	{
		.key = "duration",
		.values = "SECONDS",
		.initial = "0",
		.example = "duration=30",
		.manual =
			"How long mode=watch and mode=animate last, up to 1000000; 0 is for ever.",
		.set = option_set_number,
		.member = offsetof(struct options, duration_s),
		.unit = "seconds",
		.most = 1000000,
	},
	{
		.key = "frames",
		.values = "N",
		.initial = "0",
		.example = "frames=600",
		.manual =
			"How many frames mode=animate has, 60 a second, up to 1000000000; 0 is as\n"
			"many as fit in duration=.",
		.set = option_set_number,
		.member = offsetof(struct options, frames),
		.unit = "frames",
		.most = 1000000000,
	},
	{
		.key = "displays",
		.values = "separate|mirror|extend|span",
		.initial = "separate",
		.example = "displays=extend",
		.manual =
			"What several displays of a GPU show. separate: each the whole picture in\n"
			"its own size. mirror: all the same. extend: each its part of one large\n"
			"picture. span: the same from one surface.",
		.names = layout_names,
		.set = option_set_choice,
		.member = offsetof(struct options, layout),
	},
	{
		.key = "scanouts",
		.values = "enabled|all",
		.initial = "enabled",
		.example = "scanouts=all",
		.manual = "all lights every scanout that the GPU has, also those that no display\n"
			  "is said to be at.",
		.names = scanout_names,
		.set = option_set_switch,
		.member = offsetof(struct options, choice.all),
	},
	{
		.key = "timeout",
		.values = "MILLISECONDS",
		.initial = "1000",
		.example = "timeout=5000",
		.manual = "How long a device may take to answer, 1 to 600000.",
		.set = option_set_number,
		.member = offsetof(struct options, timeout_ms),
		.unit = "milliseconds",
		.least = 1,
		.most = 600000,
	},
	{
		.key = "irq",
		.values = "poll|intx|msix|mmio",
		.initial = "poll",
		.example = "irq=msix",
		.manual =
			"How it is known that a device has answered: poll looks at the ring, the\n"
			"others wait for an interrupt first: intx and msix of PCI devices, mmio "
			"of\n"
			"virtio-mmio devices. A device without that kind is polled.",
		.names = irq_names,
		.set = option_set_choice,
		.member = offsetof(struct options, irq),
	},
	{
		.key = "dma",
		.values = "auto|cached|uncached",
		.initial = "auto",
		.example = "dma=uncached",
		.manual = "How memory that devices use is mapped: auto as the tables say\n"
			  "(dma-coherent, _CCA), for when they are wrong.",
		.names = dma_names,
		.set = option_set_choice,
		.member = offsetof(struct options, dma),
	},
	{
		.key = "earlycon",
		.values = "auto|TYPE[,ACCESS],ADDRESS[,LINE[,CLOCK]]",
		.initial = "auto",
		.alone = "auto",
		.example = "earlycon=pl011,mmio32,0x9000000",
		.manual =
			"The serial port of the log; auto is the console that the machine's "
			"tables\n"
			"name. TYPE is pl011, uart8250, uart, ns16550 or ns16550a, ACCESS is io,\n"
			"mmio, mmio16 or mmio32, LINE is a speed such as 115200n8, CLOCK is in "
			"Hz:\n"
			"earlycon=uart8250,io,0x3f8,115200n8",
		.names = auto_names,
		.set = option_set_earlycon,
	},
	{
		.key = "pace",
		.values = "BAUD",
		.initial = "0",
		.example = "pace=115200",
		.manual =
			"Holds the serial port to the speed of such a line, and says how long the\n"
			"first picture took: for an emulated port. 300 to 4000000; 0 does not.",
		.set = option_set_number,
		.member = offsetof(struct options, pace),
		.unit = "baud",
		.most = 4000000,
	},
	{
		.key = "virtio_mmio.device",
		.values = "SIZE@BASE:IRQ[:ID]",
		.example = "virtio_mmio.device=512@0xa003e00:47",
		.manual =
			"A virtio-mmio device that no table names. Each word adds one, up to 16.\n"
			"SIZE may end in K or M.",
		.set = option_set_virtio_mmio,
	},
	{
		.key = "check",
		.values = "none|readback|3d[,...]",
		.initial = "none",
		.example = "check=readback,3d",
		.manual =
			"readback has the device give the picture back and compares it; 3d lists\n"
			"the capability sets and uses a rendering context. Both need a device "
			"with\n"
			"a renderer (QEMU: virtio-gpu-gl).",
		.names = check_names,
		.set = set_check,
	},
	{
		.key = "resource",
		.values = "2d|blob",
		.initial = "2d",
		.example = "resource=blob",
		.manual = "What the picture is for the device: a copy that it is sent, or a blob,\n"
			  "the memory itself, shown from where it is (2d where it cannot).",
		.names = resource_names,
		.set = option_set_switch,
		.member = offsetof(struct options, blob),
	},
	{
		.key = "isolate",
		.values = "on|off",
		.initial = "on",
		.example = "isolate=off",
		.manual = "Whether a GPU that fails is brought up again, with one thing more each\n"
			  "time, to find what breaks it.",
		.names = switch_names,
		.set = option_set_switch,
		.member = offsetof(struct options, isolate),
	},
	{
		.key = "ring",
		.values = "split|packed",
		.initial = "split",
		.example = "ring=packed",
		.manual = "The format of queues; a device that does not offer packed ones fails.",
		.names = ring_names,
		.set = option_set_switch,
		.member = offsetof(struct options, packed),
	},
	{
		.key = "features",
		.values = "usual|+NAME,-NAME,...",
		.initial = "usual",
		.example = "features=-event_idx,+in_order",
		.manual =
			"Features to accept (+) where they are offered, or not to (-). Usual are\n"
			"edid, indirect_desc, event_idx and ring_reset; not in_order and\n"
			"notification_data.",
		.names = usual_names,
		.set = option_set_features,
	},
	{
		.key = "crash",
		.values = "none|undefined|read|write|execute|null|stack|code|data",
		.initial = "none",
		.example = "crash=read",
		.manual = "Faults on purpose, to see how a fault is reported.",
		.names = crash_names,
		.set = option_set_choice,
		.member = offsetof(struct options, crash),
	},
	{
		.key = "fault",
		.values = "none|help|NAME[@N]",
		.initial = "none",
		.example = "fault=queue-not-enabled",
		.manual =
			"Commits a known mistake on purpose on every GPU, to see its symptom and\n"
			"its diagnosis; only the Nth time that it can, or each time. help lists\n"
			"the mistakes and returns to the shell.",
		.names = fault_names,
		.set = option_set_fault,
	},
	{
		.key = "help",
		.example = "help",
		.manual = "Prints this text and returns to the shell (-h, --help and -? too).",
		.set = set_help,
	},
};
