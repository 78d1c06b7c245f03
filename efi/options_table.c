/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the words that options are made of. Out: the table, the setter of each option, the manual. */
#include "efi/options_table.h"

#include "mem/format.h"
#include "mem/string.h"

static const char *const mode_names[] = {
	[MODE_RUN] = "run",
	[MODE_WATCH] = "watch",
	[MODE_BENCH] = "bench",
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

static enum status choose(
	const struct option_word *word, const char *const *names, unsigned *choice)
{
	return option_choose(word, "value", word->value, strlen(word->value), names, choice);
}

static enum status set_mode(
	struct options *options, const struct option_word *word, const char *const *names)
{
	unsigned choice;
	enum status status = choose(word, names, &choice);

	if (status == OK)
		options->mode = (enum option_mode)choice;
	return status;
}

static enum status set_after(
	struct options *options, const struct option_word *word, const char *const *names)
{
	unsigned choice;
	enum status status = choose(word, names, &choice);

	if (status == OK)
		options->after = (enum option_after)choice;
	return status;
}

static enum status set_level(
	struct options *options, const struct option_word *word, const char *const *names)
{
	unsigned choice;
	enum status status = choose(word, names, &choice);

	if (status == OK)
		options->level = (enum log_level)choice;
	return status;
}

static enum status set_console(
	struct options *options, const struct option_word *word, const char *const *names)
{
	unsigned choice;
	enum status status = choose(word, names, &choice);

	if (status == OK)
		options->console = (enum option_console)choice;
	return status;
}

/* One of two names, the second of which says yes. */
static enum status take_switch(const struct option_word *word, const char *const *names, bool *on)
{
	unsigned choice;
	enum status status = choose(word, names, &choice);

	if (status == OK)
		*on = choice;
	return status;
}

static enum status set_persist(
	struct options *options, const struct option_word *word, const char *const *names)
{
	return take_switch(word, names, &options->persist);
}

static enum status set_label(
	struct options *options, const struct option_word *word, const char *const *names)
{
	return take_switch(word, names, &options->label);
}

static enum status set_isolate(
	struct options *options, const struct option_word *word, const char *const *names)
{
	return take_switch(word, names, &options->isolate);
}

static enum status set_ring(
	struct options *options, const struct option_word *word, const char *const *names)
{
	return take_switch(word, names, &options->packed);
}

/* Names with commas between them; none adds nothing to the others. */
static enum status set_check(
	struct options *options, const struct option_word *word, const char *const *names)
{
	bool on[CHECK_COUNT] = {false};
	const char *at = word->value;

	for (;;) {
		size_t length = 0;
		unsigned choice;
		enum status status;

		while (at[length] && at[length] != ',')
			length++;
		status = option_choose(word, "value", at, length, names, &choice);
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

static enum status set_resource(
	struct options *options, const struct option_word *word, const char *const *names)
{
	return take_switch(word, names, &options->blob);
}

static enum status set_irq(
	struct options *options, const struct option_word *word, const char *const *names)
{
	unsigned choice;
	enum status status = choose(word, names, &choice);

	if (status == OK)
		options->irq = (enum interrupt_mode)choice;
	return status;
}

static enum status set_dma(
	struct options *options, const struct option_word *word, const char *const *names)
{
	unsigned choice;
	enum status status = choose(word, names, &choice);

	if (status == OK)
		options->dma = (enum option_dma)choice;
	return status;
}

static enum status set_crash(
	struct options *options, const struct option_word *word, const char *const *names)
{
	unsigned choice;
	enum status status = choose(word, names, &choice);

	if (status == OK)
		options->crash = (enum trap_test)choice;
	return status;
}

/* Six hexadecimal digits, rrggbb. */
static enum status take_colour(
	const struct option_word *word, const char *text, struct colour *colour)
{
	uint32_t value = 0;
	size_t length = 0;

	for (; length < 6 && option_digit_value(text[length]) < 16; length++)
		value = value << 4 | option_digit_value(text[length]);
	if (length != 6 || text[length])
		return option_refuse(word,
			"the colour `%s` must be six digits rrggbb, as in "
			"solid:20c0ff",
			text);
	*colour = (struct colour){(uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value};
	return OK;
}

/* The name of a pattern; solid has `:` and a colour behind it. */
static enum status set_pattern(
	struct options *options, const struct option_word *word, const char *const *names)
{
	struct picture picture = {0};
	const char *value = word->value;
	size_t length = 0;
	unsigned choice;
	enum status status;

	while (value[length] && value[length] != ':')
		length++;
	status = option_choose(word, "pattern", value, length, names, &choice);
	if (status != OK)
		return status;
	picture.pattern = (enum picture_pattern)choice;
	if (picture.pattern == PICTURE_SOLID)
		status = take_colour(word, value + length + (value[length] == ':'), &picture.solid);
	else if (value[length])
		status = option_refuse(word, "nothing is expected behind `%s`", names[choice]);
	if (status == OK)
		options->picture = picture;
	return status;
}

static enum status set_format(
	struct options *options, const struct option_word *word, const char *const *names)
{
	unsigned choice;
	enum status status = choose(word, pixel_format_names, &choice);

	(void)names;
	if (status == OK)
		options->format = (enum pixel_format)choice;
	return status;
}

/* WIDTHxHEIGHT[-32], the part of the kernel's modes that a virtio GPU can follow. */
static enum status take_video(const struct option_word *word, uint64_t *width, uint64_t *height)
{
	const char *at = word->value;
	enum status status;

	if (*at < '0' || *at > '9')
		return option_refuse(word, "WIDTHxHEIGHT or auto is expected, as in 1920x1080");
	status = option_take_number(word, "width", SURFACE_MIN_SIDE, SURFACE_MAX_SIDE, &at, width);
	if (status != OK)
		return status;
	if (*at++ != 'x')
		return option_refuse(word, "`x` and the height must stand behind the width");
	status =
		option_take_number(word, "height", SURFACE_MIN_SIDE, SURFACE_MAX_SIDE, &at, height);
	if (status != OK)
		return status;
	if (!*at || !strcmp(at, "-32"))
		return OK;
	if (*at == '-')
		return option_refuse(word, "depth `%s`: only 32 bits a pixel are driven", at + 1);
	if (*at == '@')
		return option_refuse(word, "refresh rate `%s`: a virtio GPU has none", at + 1);
	return option_refuse(word, "`%s` is not supported behind WIDTHxHEIGHT", at);
}

static enum status set_video(
	struct options *options, const struct option_word *word, const char *const *names)
{
	uint64_t width = 0, height = 0;
	enum status status = OK;

	if (strcmp(word->value, names[0]))
		status = take_video(word, &width, &height);
	if (status != OK)
		return status;
	options->choice.width = (uint32_t)width;
	options->choice.height = (uint32_t)height;
	return OK;
}

static enum status set_displays(
	struct options *options, const struct option_word *word, const char *const *names)
{
	unsigned choice;
	enum status status = choose(word, names, &choice);

	if (status == OK)
		options->layout = (enum gpu_layout)choice;
	return status;
}

static enum status set_scanouts(
	struct options *options, const struct option_word *word, const char *const *names)
{
	return take_switch(word, names, &options->choice.all);
}

/* A number with nothing behind it. */
static enum status take_time(const struct option_word *word, const char *unit, uint32_t least,
	uint32_t most, uint32_t *out)
{
	const char *at = word->value;
	uint64_t value;
	enum status status = option_take_number(word, unit, least, most, &at, &value);

	if (status != OK)
		return status;
	if (*at)
		return option_refuse(word, "`%s` is not expected behind the %s", at, unit);
	*out = (uint32_t)value;
	return OK;
}

static enum status set_backing(
	struct options *options, const struct option_word *word, const char *const *names)
{
	return take_switch(word, names, &options->scattered);
}

/* off, on, or a place. */
static enum status set_cursor(
	struct options *options, const struct option_word *word, const char *const *names)
{
	const uint64_t most = SURFACE_MAX_SIDE - 1;
	const char *at = word->value;
	uint64_t x = 0, y = 0;
	bool placed = *at >= '0' && *at <= '9', on = true;
	enum status status;

	if (!placed)
		status = take_switch(word, names, &on);
	else
		status = option_take_number(word, "x", 0, most, &at, &x);
	if (placed && status == OK && *at++ != ',')
		return option_refuse(word, "`,` and y must stand behind x");
	if (placed && status == OK)
		status = option_take_number(word, "y", 0, most, &at, &y);
	if (status != OK)
		return status;
	if (placed && *at)
		return option_refuse(word, "`%s` is not expected behind X,Y", at);
	options->cursor = on;
	options->cursor_place = (struct gpu_cursor_place){placed, (uint32_t)x, (uint32_t)y};
	return OK;
}

static enum status set_timeout(
	struct options *options, const struct option_word *word, const char *const *names)
{
	(void)names;
	return take_time(word, "milliseconds", 1, 600000, &options->timeout_ms);
}

static enum status set_duration(
	struct options *options, const struct option_word *word, const char *const *names)
{
	(void)names;
	return take_time(word, "seconds", 0, 1000000, &options->duration_s);
}

static enum status set_help(
	struct options *options, const struct option_word *word, const char *const *names)
{
	(void)word;
	(void)names;
	options->mode = MODE_HELP;
	return OK;
}

const struct option option_table[] = {
	{
		.key = "mode",
		.values = "run|watch|bench|list",
		.initial = "run",
		.example = "mode=list",
		.manual =
			"run brings up every virtio GPU and shows the picture. watch goes on, and\n"
			"follows displays that are resized, plugged in or unplugged. bench times\n"
			"firmware's driver and then this one. list names the virtio devices,\n"
			"their transports and features, and returns to the shell.",
		.names = mode_names,
		.set = set_mode,
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
		.set = set_after,
	},
	{
		.key = "loglevel",
		.values = "error|info|debug|trace",
		.initial = "info",
		.example = "loglevel=debug",
		.manual = "How much the log says; trace shows every register access.",
		.names = level_names,
		.set = set_level,
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
		.set = set_console,
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
		.set = set_persist,
	},
	{
		.key = "pattern",
		.values = "bars|grid|checker|gradient|solid:RRGGBB",
		.initial = "bars",
		.example = "pattern=solid:20c0ff",
		.manual = "The picture.",
		.names = pattern_names,
		.set = set_pattern,
	},
	{
		.key = "format",
		.values = "ORDER",
		.initial = "b8g8r8x8",
		.example = "format=r8g8b8a8",
		.manual = "The order of the bytes of a pixel in memory: b8g8r8x8, b8g8r8a8,\n"
			  "a8r8g8b8, x8r8g8b8, r8g8b8a8, x8b8g8r8, a8b8g8r8 or r8g8b8x8.",
		.set = set_format,
	},
	{
		.key = "label",
		.values = "on|off",
		.initial = "on",
		.example = "label=off",
		.manual = "Whether what was found is written over the picture.",
		.names = switch_names,
		.set = set_label,
	},
	{
		.key = "backing",
		.values = "contiguous|scattered",
		.initial = "contiguous",
		.example = "backing=scattered",
		.manual = "How the picture's memory is told to the device: in as few pieces as\n"
			  "there are, or each row by itself and last first.",
		.names = backing_names,
		.set = set_backing,
	},
	{
		.key = "cursor",
		.values = "off|on|X,Y",
		.initial = "off",
		.example = "cursor=100,80",
		.manual = "Whether a cursor is shown on every display: in the middle, or with its\n"
			  "hot spot at X,Y.",
		.names = switch_names,
		.set = set_cursor,
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
		.set = set_video,
	},
	{
		.key = "duration",
		.values = "SECONDS",
		.initial = "0",
		.example = "duration=30",
		.manual = "How long mode=watch lasts, up to 1000000; 0 is for ever.",
		.set = set_duration,
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
		.set = set_displays,
	},
	{
		.key = "scanouts",
		.values = "enabled|all",
		.initial = "enabled",
		.example = "scanouts=all",
		.manual = "all lights every scanout that the GPU has, also those that no display\n"
			  "is said to be at.",
		.names = scanout_names,
		.set = set_scanouts,
	},
	{
		.key = "timeout",
		.values = "MILLISECONDS",
		.initial = "1000",
		.example = "timeout=5000",
		.manual = "How long a device may take to answer, 1 to 600000.",
		.set = set_timeout,
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
		.set = set_irq,
	},
	{
		.key = "dma",
		.values = "auto|cached|uncached",
		.initial = "auto",
		.example = "dma=uncached",
		.manual = "How memory that devices use is mapped: auto as the tables say\n"
			  "(dma-coherent, _CCA), for when they are wrong.",
		.names = dma_names,
		.set = set_dma,
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
		.set = set_resource,
	},
	{
		.key = "isolate",
		.values = "on|off",
		.initial = "on",
		.example = "isolate=off",
		.manual = "Whether a GPU that fails is brought up again, with one thing more each\n"
			  "time, to find what breaks it.",
		.names = switch_names,
		.set = set_isolate,
	},
	{
		.key = "ring",
		.values = "split|packed",
		.initial = "split",
		.example = "ring=packed",
		.manual = "The format of queues; a device that does not offer packed ones fails.",
		.names = ring_names,
		.set = set_ring,
	},
	{
		.key = "features",
		.values = "usual|+NAME,-NAME,...",
		.initial = "usual",
		.example = "features=-event_idx,+in_order",
		.manual =
			"Features to accept (+) where they are offered, or not to (-). Usual are\n"
			"edid, indirect_desc, event_idx; not in_order, notification_data.",
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
		.set = set_crash,
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

/* The lines of a text, indented. */
static void print_manual(
	const char *text, void (*line)(void *context, const char *text), void *context)
{
	char out[96];

	while (*text) {
		size_t length = 0;

		while (text[length] && text[length] != '\n')
			length++;
		format(out, sizeof(out), "      %.*s", (int)length, text);
		line(context, out);
		text += length + (text[length] == '\n');
	}
}

void options_help(void (*line)(void *context, const char *text), void *context)
{
	char out[96];

	line(context, "Words are key=value, separated by spaces; later words win.");
	for (unsigned i = 0; i < OPTION_COUNT; i++) {
		const struct option *o = &option_table[i];

		format(out, sizeof(out), "  %s%s%s", o->key, o->values ? "=" : "",
			o->values ? o->values : "");
		if (o->initial)
			format_append(out, sizeof(out), " (default %s)", o->initial);
		line(context, out);
		print_manual(o->manual, line, context);
		if (o->values) {
			format(out, sizeof(out), "      Example: %s", o->example);
			line(context, out);
		}
	}
}
