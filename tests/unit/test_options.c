/* SPDX-License-Identifier: BSD-2-Clause */
/* Options: each key, each way to get it wrong, the words between them, and the manuals. */
#include "efi/options.h"
#include "efi/options_table.h"

#include "host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SOURCE "LoadOptions"

static enum status parse_as(struct options *o, const char *text, size_t length, bool comments)
{
	/* In memory of just that size, so that reading past the end is seen. */
	char *exact = malloc(length ? length : 1);
	enum status status;

	memcpy(exact, text, length);
	status = options_parse(o, SOURCE, exact, length, comments);
	free(exact);
	return status;
}

/* The options that a good text gives. */
static struct options good(const char *text)
{
	struct options o;

	assert_int_equal(host_reset(NULL), 0);
	options_init(&o);
	if (parse_as(&o, text, strlen(text), false) != OK || host_logged("error:"))
		fail_msg("`%s`: %s", text, host_log());
	return o;
}

/* A text that is refused for a reason, and leaves the options as they were. */
static void bad(const char *text, const char *reason)
{
	struct options o, before;

	assert_int_equal(host_reset(NULL), 0);
	memset(&o, 0, sizeof(o));
	options_init(&o);
	before = o;
	assert_int_equal(parse_as(&o, text, strlen(text), false), ERR_MALFORMED);
	if (!host_logged(reason))
		fail_msg("`%s` gives not `%s` but:\n%s", text, reason, host_log());
	assert_memory_equal(&o, &before, sizeof(o));
}

static unsigned count_errors(void)
{
	unsigned count = 0;

	for (const char *at = host_log(); (at = strstr(at, "error:")); at++)
		count++;
	return count;
}

static void test_defaults(void **state)
{
	struct options o = good("");

	(void)state;
	assert_int_equal(o.mode, MODE_RUN);
	assert_int_equal(o.after, AFTER_HALT);
	assert_int_equal(o.level, LOG_INFO);
	assert_int_equal(o.picture.pattern, PICTURE_BARS);
	assert_true(o.label);
	assert_true(o.isolate);
	assert_false(o.readback || o.check_3d || o.blob);
	assert_false(o.packed);
	assert_int_equal(options_features(&o, true, 0x30000002), 0x30000002);
	assert_int_equal(o.choice.width, 0);
	assert_int_equal(o.choice.height, 0);
	assert_int_equal(o.timeout_ms, 1000);
	assert_false(o.have_earlycon);
	assert_int_equal(o.virtio_mmio_count, 0);
	assert_int_equal(o.crash, TRAP_TEST_NONE);
	assert_null(o.fault);
	assert_int_equal(o.fault_at, 0);
	assert_int_equal(options_check(&o), OK);
}

/* What is accepted where it is offered, of a word of bits that is usual. */
static void test_features(void **state)
{
	const uint64_t usual = 0x30000002;
	struct options o;

	(void)state;
	o = good("features=-event_idx,+in_order,+notification_data");
	assert_int_equal(options_features(&o, true, usual), 0x4810000002);
	assert_int_equal(options_features(&o, false, usual), 0x4810000000);
	o = good("ring=packed features=-edid");
	assert_int_equal(options_features(&o, true, usual), 0x430000000);
	o = good("features=+in_order,-in_order,-event_idx,+event_idx");
	assert_int_equal(options_features(&o, true, usual), usual);
	o = good("features=-event_idx features=-edid");
	assert_int_equal(options_features(&o, true, usual), 0x30000000);
	o = good("features=-event_idx features=usual");
	assert_int_equal(options_features(&o, true, usual), usual);
	o = good("ring=packed ring=split");
	assert_int_equal(options_features(&o, true, usual), usual);
	o = good("ring=packed fault=chain-loop");
	assert_int_equal(options_check(&o), ERR_MALFORMED);
	assert_true(host_logged("mistakes are made in split rings"));
}

static void test_choices(void **state)
{
	(void)state;
	assert_int_equal(good("mode=list").mode, MODE_LIST);
	assert_int_equal(good("mode=run").mode, MODE_RUN);
	assert_int_equal(good("after=halt").after, AFTER_HALT);
	assert_int_equal(good("after=shutdown").after, AFTER_SHUTDOWN);
	assert_int_equal(good("after=reset").after, AFTER_RESET);
	assert_int_equal(good("after=semihosting").after, AFTER_SEMIHOSTING);
	assert_int_equal(good("after=debug-exit").after, AFTER_DEBUG_EXIT);
	assert_int_equal(good("after=shell").after, AFTER_SHELL);
	assert_int_equal(good("loglevel=error").level, LOG_ERROR);
	assert_int_equal(good("loglevel=info").level, LOG_INFO);
	assert_int_equal(good("loglevel=debug").level, LOG_DEBUG);
	assert_int_equal(good("loglevel=trace").level, LOG_TRACE);
	assert_false(good("label=off").label);
	assert_false(good("").persist);
	assert_true(good("persist=nvram").persist);
	assert_false(good("persist=nvram persist=none").persist);
	assert_int_equal(good("").console, CONSOLE_FAIL);
	assert_int_equal(good("console=on").console, CONSOLE_ON);
	assert_int_equal(good("console=on console=off").console, CONSOLE_OFF);
	assert_false(good("isolate=off").isolate);
	assert_true(good("check=readback").readback);
	assert_false(good("check=readback check=none").readback);
	assert_true(good("check=readback,3d").readback && good("check=3d,readback").check_3d);
	assert_true(good("check=none,3d").check_3d);
	assert_false(good("check=3d").readback || good("check=readback").check_3d);
	assert_false(good("check=3d check=readback").check_3d);
	assert_true(good("resource=blob").blob);
	assert_false(good("resource=blob resource=2d").blob);
	assert_true(good("isolate=off isolate=on").isolate);
	assert_true(good("label=on").label);
	assert_int_equal(good("crash=none").crash, TRAP_TEST_NONE);
	assert_int_equal(good("crash=undefined").crash, TRAP_TEST_UNDEFINED);
	assert_int_equal(good("crash=read").crash, TRAP_TEST_READ);
	assert_int_equal(good("crash=write").crash, TRAP_TEST_WRITE);
	assert_int_equal(good("crash=execute").crash, TRAP_TEST_EXECUTE);
	assert_int_equal(good("crash=null").crash, TRAP_TEST_NULL);
	assert_int_equal(good("crash=stack").crash, TRAP_TEST_STACK);
	assert_int_equal(good("crash=code").crash, TRAP_TEST_CODE);
	assert_int_equal(good("crash=data").crash, TRAP_TEST_DATA);
}

static void test_pattern(void **state)
{
	struct options o = good("pattern=solid:20c0Ff");

	(void)state;
	assert_int_equal(o.picture.pattern, PICTURE_SOLID);
	assert_int_equal(o.picture.solid.red, 0x20);
	assert_int_equal(o.picture.solid.green, 0xc0);
	assert_int_equal(o.picture.solid.blue, 0xff);
	assert_int_equal(good("pattern=bars").picture.pattern, PICTURE_BARS);
	assert_int_equal(good("pattern=grid").picture.pattern, PICTURE_GRID);
	assert_int_equal(good("pattern=checker").picture.pattern, PICTURE_CHECKER);
	assert_int_equal(good("pattern=gradient").picture.pattern, PICTURE_GRADIENT);
	/* The names of the option and those of the picture are the same. */
	for (int p = PICTURE_BARS; p <= PICTURE_GRADIENT; p++) {
		char text[40];

		snprintf(text, sizeof(text), "pattern=%s", picture_name((enum picture_pattern)p));
		assert_int_equal(good(text).picture.pattern, p);
	}
	for (unsigned f = 0; f < PIXEL_FORMATS; f++) {
		char text[40];

		snprintf(text, sizeof(text), "format=%s", pixel_format_names[f]);
		assert_int_equal(good(text).format, f);
	}
	assert_int_equal(good("").format, PIXEL_B8G8R8X8);
	bad("format=b8g8r8", "unknown value `b8g8r8`: did you mean `b8g8r8x8`?");
	assert_false(good("").scattered);
	assert_true(good("backing=scattered").scattered);
	assert_false(good("backing=scattered backing=contiguous").scattered);
	assert_false(good("").cursor);
	assert_true(good("cursor=on").cursor);
	assert_false(good("cursor=on").cursor_place.given);
	assert_false(good("cursor=3,4 cursor=off").cursor);
	assert_false(good("cursor=3,4 cursor=on").cursor_place.given);
	o = good("cursor=100,0x50");
	assert_true(o.cursor && o.cursor_place.given);
	assert_int_equal(o.cursor_place.x, 100);
	assert_int_equal(o.cursor_place.y, 80);
	bad("cursor=100", "`,` and y must stand behind x");
	bad("cursor=100,", "y must be a number");
	bad("cursor=8192,1", "x 8192 is outside 0 to 8191");
	bad("cursor=1,2,3", "`,3` is not expected behind X,Y");
	bad("cursor=om", "unknown value `om`: did you mean `on`?");
	bad("pattern=solid", "`pattern=solid`: the colour `` must be six digits rrggbb");
	bad("pattern=solid:", "the colour `` must be");
	bad("pattern=solid:12345", "the colour `12345` must be");
	bad("pattern=solid:1234567", "the colour `1234567` must be");
	bad("pattern=solid:12345g", "the colour `12345g` must be");
	bad("pattern=solid:0x1234", "the colour `0x1234` must be");
	bad("pattern=bars:112233", "nothing is expected behind `bars`");
	bad("pattern=grit", "unknown pattern `grit`: did you mean `grid`? (bars, grid, checker, "
			    "gradient, solid)");
	bad("pattern=:112233", "unknown pattern `` (bars,");
}

static void test_video(void **state)
{
	struct options o = good("video=1920x1080");

	(void)state;
	assert_int_equal(o.choice.width, 1920);
	assert_int_equal(o.choice.height, 1080);
	o = good("video=16x8192-32");
	assert_int_equal(o.choice.width, 16);
	assert_int_equal(o.choice.height, 8192);
	o = good("video=640x480 video=auto");
	assert_int_equal(o.choice.width, 0);
	assert_int_equal(o.choice.height, 0);
	bad("video=1920", "`x` and the height must stand behind the width");
	bad("video=1920x", "height must be a number");
	bad("video=1920X1080", "`x` and the height");
	bad("video=x1080", "WIDTHxHEIGHT or auto is expected");
	bad("video=-1x5", "WIDTHxHEIGHT or auto is expected");
	bad("video=atuo", "WIDTHxHEIGHT or auto is expected");
	bad("video=15x480", "width 15 is outside 16 to 8192");
	bad("video=640x8193", "height 8193 is outside 16 to 8192");
	bad("video=4294967936x480", "width 4294967936 is outside");
	bad("video=18446744073709552256x480", "width 18446744073709552256 is outside");
	bad("video=640x480-16", "depth `16`: only 32 bits a pixel are driven");
	bad("video=640x480@60", "refresh rate `60`: a virtio GPU has none");
	bad("video=640x480-32@60", "depth `32@60`");
	bad("video=640x480M", "`M` is not supported behind WIDTHxHEIGHT");
	bad("video=Virtual-1:640x480", "WIDTHxHEIGHT or auto is expected");
}

static void test_pace(void **state)
{
	struct options o;

	(void)state;
	assert_int_equal(good("mode=run").pace, 0);
	assert_int_equal(good("pace=115200").pace, 115200);
	bad("pace=4000001", "baud 4000001 is outside 0 to 4000000");
	o = good("pace=300");
	assert_int_equal(options_check(&o), OK);
	o = good("pace=299");
	assert_int_equal(options_check(&o), ERR_MALFORMED);
	assert_true(host_logged("pace=299: a line of less than 300 baud"));
}

static void test_watch(void **state)
{
	(void)state;
	assert_int_equal(good("mode=watch").mode, MODE_WATCH);
	assert_int_equal(good("mode=watch").duration_s, 0);
	assert_int_equal(good("mode=bench").mode, MODE_BENCH);
	assert_int_equal(good("duration=30").duration_s, 30);
	assert_int_equal(good("duration=0").duration_s, 0);
	bad("duration=1000001", "seconds 1000001 is outside 0 to 1000000");
	bad("duration=5s", "`s` is not expected behind the seconds");
	bad("duration=ever", "seconds must be a number");
}

static void test_animate(void **state)
{
	struct options o = good("mode=animate duration=2 frames=600");

	(void)state;
	assert_int_equal(o.mode, MODE_ANIMATE);
	assert_int_equal(o.frames, 600);
	assert_int_equal(options_check(&o), OK);
	assert_false(host_logged("no effect"));
	assert_int_equal(good("mode=animate").frames, 0);
	bad("frames=1000000001", "frames 1000000001 is outside 0 to 1000000000");
	bad("frames=all", "frames must be a number");
	o = good("frames=3");
	assert_int_equal(options_check(&o), OK);
	assert_true(host_logged("frames= has no effect: only mode=animate has some"));
	o = good("mode=animate after=shell");
	assert_int_equal(options_check(&o), ERR_MALFORMED);
}

static void test_displays(void **state)
{
	(void)state;
	assert_int_equal(good("").layout, GPU_SEPARATE);
	assert_int_equal(good("displays=separate").layout, GPU_SEPARATE);
	assert_int_equal(good("displays=mirror").layout, GPU_MIRROR);
	assert_int_equal(good("displays=extend").layout, GPU_EXTEND);
	assert_int_equal(good("displays=span").layout, GPU_SPAN);
	bad("displays=mirrored", "did you mean `mirror`?");
	assert_false(good("").choice.all);
	assert_true(good("scanouts=all").choice.all);
	assert_false(good("scanouts=all scanouts=enabled").choice.all);
	bad("scanouts=1", "unknown value `1`");
}

static void test_timeout(void **state)
{
	(void)state;
	assert_int_equal(good("timeout=1").timeout_ms, 1);
	assert_int_equal(good("timeout=600000").timeout_ms, 600000);
	assert_int_equal(good("timeout=0x10").timeout_ms, 16);
	assert_int_equal(good("timeout=0XfF").timeout_ms, 255);
	assert_int_equal(good("timeout=010").timeout_ms, 10);
	bad("timeout=0", "milliseconds 0 is outside 1 to 600000");
	bad("timeout=600001", "milliseconds 600001 is outside");
	bad("timeout=18446744073709551617", "milliseconds 18446744073709551617 is outside");
	bad("timeout=0x10000000000000001", "milliseconds 0x10000000000000001 is outside 0x1 to");
	bad("timeout=soon", "milliseconds must be a number, decimal or with 0x");
	bad("timeout=-1", "milliseconds must be a number");
	bad("timeout=5s", "`s` is not expected behind the milliseconds");
	bad("timeout=0x", "milliseconds 0 is outside");
}

static void check_uart(const char *text, enum uart_type type, enum io_space space, uint64_t base,
	unsigned shift, uint32_t baud, uint32_t clock_hz)
{
	struct options o = good(text);

	assert_true(o.have_earlycon);
	assert_int_equal(o.earlycon.type, type);
	assert_int_equal(o.earlycon.space, space);
	assert_int_equal(o.earlycon.base, base);
	assert_int_equal(o.earlycon.register_shift, shift);
	assert_int_equal(o.earlycon.register_width, 1u << shift);
	assert_int_equal(o.earlycon.baud, baud);
	assert_int_equal(o.earlycon.clock_hz, clock_hz);
	assert_true(o.earlycon.console);
	assert_false(o.earlycon.debug_port);
	assert_string_equal(o.earlycon.source, "LoadOptions earlycon");
}

static void test_earlycon(void **state)
{
	(void)state;
	check_uart("earlycon=pl011,mmio32,0x9000000", UART_PL011, IO_MMIO, 0x9000000, 2, 0, 0);
	check_uart("earlycon=pl011,0x9000000", UART_PL011, IO_MMIO, 0x9000000, 2, 0, 0);
	check_uart("earlycon=pl011,0x9000000,115200n8,24000000", UART_PL011, IO_MMIO, 0x9000000, 2,
		115200, 24000000);
	check_uart("earlycon=uart8250,io,0x3f8,115200n8", UART_16550, IO_PORT, 0x3f8, 0, 115200,
		1843200);
	check_uart("earlycon=uart8250,io,0x2f8,9600", UART_16550, IO_PORT, 0x2f8, 0, 9600, 1843200);
	check_uart("earlycon=uart8250,mmio,0x10000001", UART_16550, IO_MMIO, 0x10000001, 0, 0, 0);
	check_uart("earlycon=uart,mmio16,0x10000002", UART_16550, IO_MMIO, 0x10000002, 1, 0, 0);
	check_uart("earlycon=ns16550,mmio32,0xfe215040", UART_16550, IO_MMIO, 0xfe215040, 2, 0, 0);
	check_uart("earlycon=ns16550a,268435456,115200n8,3686400", UART_16550, IO_MMIO, 0x10000000,
		0, 115200, 3686400);
}

/* As on a kernel command line, the key alone means the console that the tables name. */
static void test_earlycon_auto(void **state)
{
	(void)state;
	assert_false(good("earlycon").have_earlycon);
	assert_false(good("earlycon=auto").have_earlycon);
	assert_false(good("earlycon=pl011,0x9000000 earlycon").have_earlycon);
	assert_true(good("earlycon earlycon=pl011,0x9000000").have_earlycon);
	good("earlycon=pl011,0x9000000,115200n8");
	assert_true(host_logged("LoadOptions: earlycon: without an input clock a pl011 keeps"));
}

static void test_earlycon_bad(void **state)
{
	(void)state;
	bad("earlycon=", "a value is missing (auto|TYPE[,ACCESS],ADDRESS");
	bad("earlycon=msm_serial,0x1", "unknown UART `msm_serial` (pl011, uart8250, uart, ns16550");
	bad("earlycon=pl01,0x9000000", "unknown UART `pl01`: did you mean `pl011`?");
	bad("earlycon=,0x9000000", "unknown UART `` (");
	bad("earlycon=pl011", "an address must stand behind `pl011`");
	bad("earlycon=pl011,", "unknown register access ``");
	bad("earlycon=pl011,mmio32", "an address must stand behind `mmio32`");
	bad("earlycon=pl011,mmio32,", "address must be a number");
	bad("earlycon=pl011,io,0x3f8", "a pl011 has no `io` registers, only mmio32");
	bad("earlycon=pl011,mmio,0x9000000", "a pl011 has no `mmio` registers");
	bad("earlycon=pl011,0x9000002",
		"address 0x9000002 is not a multiple of the access width 4");
	bad("earlycon=uart8250,mmio32be,0x1000",
		"unknown register access `mmio32be`: did you mean");
	bad("earlycon=uart8250,io,0", "address 0 is outside 1 to 65528");
	bad("earlycon=uart8250,io,0xfff9", "address 0xfff9 is outside 0x1 to 0xfff8");
	bad("earlycon=uart8250,mmio,0xffffffffffffffff", "is outside 0x1 to");
	bad("earlycon=uart8250,mmio,0x10000000000000000", "is outside 0x1 to");
	bad("earlycon=uart8250,io,0x3f8,115200e7", "line settings `115200e7`: only 8n1 without");
	bad("earlycon=uart8250,io,0x3f8,115200n8r", "line settings `115200n8r`: only 8n1 without");
	bad("earlycon=uart8250,io,0x3f8,115200n7", "as in 115200n8");
	bad("earlycon=uart8250,io,0x3f8,n8", "line speed must be a number");
	bad("earlycon=uart8250,io,0x3f8,", "line speed must be a number");
	bad("earlycon=uart8250,io,0x3f8,49", "line speed 49 is outside 50 to");
	bad("earlycon=uart8250,io,0x3f8,230400", "1843200 Hz cannot be divided to 230400 baud");
	bad("earlycon=uart8250,io,0x3f8,50,4000000000", "cannot be divided to 50 baud");
	bad("earlycon=uart8250,io,0x3f8,9600n8,0", "input clock 0 is outside 1 to");
	bad("earlycon=uart8250,io,0x3f8,9600n8,1843200,x", "nothing is expected at `,x`");
	bad("earlycon=uart8250,io,0x3f8x", "nothing is expected at `x`");
}

static void test_virtio_mmio(void **state)
{
	struct options o =
		good("virtio_mmio.device=512@0xa003e00:47 "
		     "virtio_mmio.device=0x200@4096:0:3 "
		     "virtio_mmio.device=4K@0x10001000:1 virtio_mmio.device=1M@0x100000:2");

	(void)state;
	assert_int_equal(o.virtio_mmio_count, 4);
	assert_int_equal(o.virtio_mmio[0].size, 512);
	assert_int_equal(o.virtio_mmio[0].base, 0xa003e00);
	assert_int_equal(o.virtio_mmio[0].interrupt, 47);
	assert_string_equal(o.virtio_mmio[0].source, "LoadOptions virtio_mmio.device");
	assert_int_equal(o.virtio_mmio[1].size, 512);
	assert_int_equal(o.virtio_mmio[1].base, 4096);
	assert_int_equal(o.virtio_mmio[1].interrupt, 0);
	assert_int_equal(o.virtio_mmio[2].size, 4096);
	assert_int_equal(o.virtio_mmio[3].size, 1024 * 1024);
	assert_int_equal(o.virtio_mmio[3].interrupt, 2);
}

static void test_virtio_mmio_bad(void **state)
{
	struct options o;

	(void)state;
	bad("virtio_mmio.device=", "a value is missing (SIZE@BASE:IRQ[:ID])");
	bad("virtio_mmio.device=512", "`@` and an address must stand behind the size");
	bad("virtio_mmio.device=512G@0x1000:1", "`@` and an address");
	bad("virtio_mmio.device=0@0x1000:1", "size 0 is outside 1 to");
	bad("virtio_mmio.device=@0x1000:1", "size must be a number");
	bad("virtio_mmio.device=512@", "address must be a number");
	bad("virtio_mmio.device=512@0:1", "address 0 is outside 1 to");
	bad("virtio_mmio.device=512@0xffffffffffffff00:1", "address 0xffffffffffffff00 is outside");
	bad("virtio_mmio.device=512@0x1000", "`:` and an interrupt must stand behind the address");
	bad("virtio_mmio.device=512@0x1000:", "interrupt must be a number");
	bad("virtio_mmio.device=512@0x1000:4294967296", "interrupt 4294967296 is outside 0 to");
	bad("virtio_mmio.device=512@0x1000:1:", "id must be a number");
	bad("virtio_mmio.device=512@0x1000:1:2:3", "nothing is expected at `:3`");
	options_init(&o);
	for (unsigned i = 0; i < OPTIONS_MAX_VIRTIO_MMIO; i++)
		assert_int_equal(parse_as(&o, "virtio_mmio.device=512@0x1000:1", 31, false), OK);
	assert_int_equal(parse_as(&o, "virtio_mmio.device=512@0x1000:1", 31, false), ERR_MALFORMED);
	assert_int_equal(o.virtio_mmio_count, OPTIONS_MAX_VIRTIO_MMIO);
	assert_true(host_logged("more than 16 devices are not kept"));
}

static void test_help_words(void **state)
{
	(void)state;
	assert_int_equal(good("help").mode, MODE_HELP);
	assert_int_equal(good("-h").mode, MODE_HELP);
	assert_int_equal(good("--help").mode, MODE_HELP);
	assert_int_equal(good("-?").mode, MODE_HELP);
	bad("help=me", "`help=me`: `help` takes no value");
	bad("hepl", "unknown key `hepl`: did you mean `help`?");
}

static void test_keys(void **state)
{
	(void)state;
	bad("patern=grid", "LoadOptions: error: unknown key `patern`: did you mean `pattern`?");
	bad("pattern", "`pattern`: a value is missing (bars|grid|checker|gradient|solid:RRGGBB)");
	bad("pattern=", "`pattern=`: a value is missing");
	bad("=grid", "`=grid`: a key is missing");
	bad("=", "a key is missing");
	bad("\"\"", "``: a key is missing");
	bad("patternx=", "unknown key `patternx`: did you mean `pattern`?");
	bad("xyzzy=1", "unknown key `xyzzy`: `help` lists the keys");
	bad("firstlight.efi", "unknown key `firstlight.efi`: `help` lists the keys");
}

/* Each kind of mistake, for keys and values: swapped, left out, added, replaced, cut, capitals. */
static void test_nearest(void **state)
{
	static const char *const names[] = {"halt", "shutdown", "reset", "shell", NULL};
	static const struct {
		const char *typed, *meant;
	} cases[] = {
		{"hatl", "halt"},
		{"hlt", "halt"},
		{"haltt", "halt"},
		{"helt", "halt"},
		{"HALT", "halt"},
		{"shut", "shutdown"},
		{"shutdwon", "shutdown"},
		{"resett", "reset"},
		{"rest", "reset"},
		{"shel", "shell"},
		{"poweroff", NULL},
		{"", NULL},
		{"s", NULL},
		{"shutdownshutdownshutdownshutdown", NULL},
		{"shutdownshutdownshutdownshutdownx", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *typed = cases[i].typed, *meant = cases[i].meant;
		const char *got = option_nearest(typed, strlen(typed), names);

		if (!got != !meant || (got && strcmp(got, meant)))
			fail_msg("`%s`: `%s` instead of `%s`", typed, got ? got : "", meant);
	}
	bad("loglevel=dbug",
		"unknown value `dbug`: did you mean `debug`? (error, info, debug, trace)");
	bad("mode=fast", "unknown value `fast` (run, watch, bench, animate, list)");
	bad("ring=paked", "unknown value `paked`: did you mean `packed`?");
	bad("features=+event_id", "unknown feature `event_id`: did you mean `event_idx`?");
	bad("features=+admin_vq", "unknown feature `admin_vq` (edid, indirect_desc, event_idx");
	bad("features=event_idx", "+NAME or -NAME is expected at `event_idx`");
	bad("features=+event_idx,", "a feature is missing behind the last comma");
	bad("isolate=yes", "unknown value `yes` (off, on)");
	bad("check=readbak", "unknown value `readbak`: did you mean `readback`?");
	bad("check=readback,4d", "unknown value `4d`: did you mean `3d`?");
	bad("check=readback,", "unknown value `` (none, readback, 3d)");
	bad("check=,3d", "unknown value `` (none, readback, 3d)");
	bad("resource=3d", "unknown value `3d`: did you mean `2d`?");
	bad("label=yes", "unknown value `yes` (off, on)");
	bad("virtio_mmio=1", "unknown key `virtio_mmio`: did you mean `virtio_mmio.device`?");
	bad("log=debug", "unknown key `log`: did you mean `loglevel`?");
}

/* What U-Boot gives whatever it starts; and near misses, which are nobody's. */
static void test_linux_words(void **state)
{
	struct options o = good("root=/dev/sdb3 init=/sbin/init rootwait ro pattern=grid");

	(void)state;
	assert_int_equal(o.picture.pattern, PICTURE_GRID);
	assert_true(host_logged("`root=/dev/sdb3` is for Linux and passed over"));
	assert_true(host_logged("`init=/sbin/init` is for Linux and passed over"));
	assert_true(host_logged("`rootwait` is for Linux and passed over"));
	assert_true(host_logged("`ro` is for Linux and passed over"));
	good("rw");
	bad("rootw", "unknown key `rootw`");
	bad("r", "unknown key `r`");
	bad("Root=/dev/sda", "unknown key `Root`");
	bad("quiet", "unknown key `quiet`");
}

static void test_order(void **state)
{
	struct options o = good("pattern=grid label=off pattern=checker label=on");

	(void)state;
	assert_int_equal(o.picture.pattern, PICTURE_CHECKER);
	assert_true(o.label);
	assert_int_equal(parse_as(&o, "pattern=bars", 12, false), OK);
	assert_int_equal(o.picture.pattern, PICTURE_BARS);
	/* Each word is told, with its source. */
	assert_true(host_logged("LoadOptions: option pattern=bars"));
}

/* A bad word does not take the good ones with it, wherever it stands. */
static void test_bad_among_good(void **state)
{
	static const char text[] = "label=off patern=grid timeout=5 mode=walk after=reset";
	struct options o;

	(void)state;
	options_init(&o);
	assert_int_equal(parse_as(&o, text, strlen(text), false), ERR_MALFORMED);
	assert_false(o.label);
	assert_int_equal(o.timeout_ms, 5);
	assert_int_equal(o.mode, MODE_RUN);
	assert_int_equal(o.after, AFTER_RESET);
	assert_int_equal(count_errors(), 2);
}

static void test_white_space(void **state)
{
	struct options o = good(" \t\r\n label=off\t\n\v\ftimeout=5  \r\n");

	(void)state;
	assert_false(o.label);
	assert_int_equal(o.timeout_ms, 5);
	good("   ");
	options_init(&o);
	assert_int_equal(options_parse(&o, SOURCE, NULL, 0, true), OK);
}

static void test_quotes(void **state)
{
	(void)state;
	assert_false(good("\"label=off\"").label);
	assert_false(good("label=\"off\" mode=list").label);
	assert_false(good("la\"bel=o\"ff").label);
	bad("label=\"o ff\"", "`label=o ff`: unknown value `o ff`");
	bad("\"la bel=off",
		"the word that begins with `la bel=off` has a quote that is not closed");
	bad("label=\"off\n", "has a quote that is not closed");
	bad("label=off\"", "has a quote that is not closed");
	bad("label=\"\"", "a value is missing");
	bad("label=\"o\tff\"", "byte 0x09 at offset 8 is not printable ASCII");
}

/* A quote ends with its line, so that one forgotten does not take the rest of a file. */
static void test_quote_line(void **state)
{
	static const char text[] = "label=\"off\r\ntimeout=5\r\n";
	struct options o;

	(void)state;
	options_init(&o);
	assert_int_equal(parse_as(&o, text, strlen(text), true), ERR_MALFORMED);
	assert_true(o.label);
	assert_int_equal(o.timeout_ms, 5);
	assert_int_equal(count_errors(), 1);
}

static void test_comments(void **state)
{
	static const char text[] = "\xef\xbb\xbf# firstlight.conf \xc3\xbc \" it's\r\n"
				   "label=off # pattern=grid\r\n"
				   "#timeout=7\r\n"
				   "timeout=5#6\r\n"
				   "\r\n"
				   "mode=list # the last line has no end";
	struct options o;

	(void)state;
	options_init(&o);
	assert_int_equal(parse_as(&o, text, strlen(text), true), OK);
	assert_int_equal(count_errors(), 0);
	assert_false(o.label);
	assert_int_equal(o.picture.pattern, PICTURE_BARS);
	assert_int_equal(o.timeout_ms, 5);
	assert_int_equal(o.mode, MODE_LIST);
	/* Elsewhere it is a character like others. */
	bad("#label=off", "unknown key `#label`: did you mean `label`?");
	bad("pattern=solid:#20c0ff", "the colour `#20c0ff` must be");
	assert_int_equal(parse_as(&o, "\"la#bel\"", 8, true), ERR_MALFORMED);
	assert_true(host_logged("unknown key `la#bel`"));
}

static void test_bytes(void **state)
{
	static const char text[] = "label=off\0timeout=5 pattern=gr\xefid \x7f mode=list \x01";
	struct options o;

	(void)state;
	options_init(&o);
	assert_int_equal(parse_as(&o, text, sizeof(text) - 1, true), ERR_MALFORMED);
	assert_true(
		host_logged("LoadOptions: error: byte 0x00 at offset 9 is not printable ASCII"));
	assert_int_equal(count_errors(), 1);
	assert_true(o.label);
	assert_int_equal(o.timeout_ms, 1000);
	assert_int_equal(o.mode, MODE_LIST);
	bad("m\xc3\xb6"
	    "de=list",
		"byte 0xc3 at offset 1 is");
	bad("\xff\xfel", "the text is UTF-16: it must be saved as ASCII or UTF-8");
	bad("\xfe\xff", "the text is UTF-16");
	bad("\xef\xbb", "byte 0xef at offset 0 is");
}

static void test_limits(void **state)
{
	static char text[OPTIONS_MAX_LENGTH + 1];
	char word[OPTIONS_MAX_WORD + 2] = {0};
	struct options o;

	(void)state;
	options_init(&o);
	memset(text, ' ', sizeof(text));
	memcpy(text + OPTIONS_MAX_LENGTH - 9, "label=off", 9);
	assert_int_equal(parse_as(&o, text, OPTIONS_MAX_LENGTH, true), OK);
	assert_false(o.label);
	options_init(&o);
	assert_int_equal(parse_as(&o, text, OPTIONS_MAX_LENGTH + 1, true), ERR_MALFORMED);
	assert_true(o.label);
	assert_true(host_logged("65537 bytes of options are more than 65536"));

	memset(word, '0', OPTIONS_MAX_WORD);
	memcpy(word, "timeout=", 8);
	word[OPTIONS_MAX_WORD - 1] = '7';
	assert_int_equal(good(word).timeout_ms, 7);
	word[OPTIONS_MAX_WORD] = '7';
	bad(word,
		"the word that begins with `timeout=00000000000000000000000000000000` is too long");
}

static void test_check(void **state)
{
	struct options o = good("after=shell");

	(void)state;
	assert_int_equal(options_check(&o), ERR_MALFORMED);
	assert_true(host_logged("options: error: after=shell: every mode but list leaves"));
	o = good("after=shell mode=list");
	assert_int_equal(options_check(&o), OK);
	assert_false(host_logged("no effect"));
	o = good("after=reset mode=list");
	assert_int_equal(options_check(&o), OK);
	assert_true(host_logged("options: after= has no effect: mode=list returns to the shell"));
	o = good("crash=read mode=list");
	assert_int_equal(options_check(&o), OK);
	assert_true(host_logged("options: crash= has no effect"));
	o = good("fault=pfn-zero mode=list");
	assert_int_equal(options_check(&o), OK);
	assert_true(host_logged("options: fault= has no effect"));
	o = good("help after=shell");
	assert_int_equal(options_check(&o), OK);
}

/* The table against itself: what it calls the default is one, and its examples are valid. */
static void test_table(void **state)
{
	(void)state;
	for (unsigned i = 0; i < OPTION_COUNT; i++) {
		const struct option *option = &option_table[i];
		struct options want, o;
		char text[128];

		assert_non_null(option->key);
		good(option->example);
		memset(&want, 0, sizeof(want));
		options_init(&want);
		o = want;
		for (unsigned j = 0; option->names && option->names[j]; j++)
			assert_non_null(strstr(option->values, option->names[j]));
		if (!option->initial)
			continue;
		snprintf(text, sizeof(text), "%s %s=%s", option->example, option->key,
			option->initial);
		assert_int_equal(parse_as(&o, text, strlen(text), false), OK);
		o.earlycon = want.earlycon; /* left behind, and not valid */
		assert_memory_equal(&o, &want, sizeof(o));
	}
}

static char help_text[8192];

static void keep_line(void *context, const char *text)
{
	unsigned *lines = context;

	(*lines)++;
	assert_null(strchr(text, '\n'));
	if (strlen(text) > 79)
		fail_msg("more than 79 characters: %s", text);
	strcat(help_text, text);
	strcat(help_text, "\n");
}

static void test_help(void **state)
{
	unsigned lines = 0;

	(void)state;
	help_text[0] = '\0';
	options_help(keep_line, &lines);
	assert_true(lines > 2 * OPTION_COUNT);
	for (unsigned i = 0; i < OPTION_COUNT; i++) {
		const struct option *option = &option_table[i];
		char head[128];

		snprintf(head, sizeof(head), "\n  %s%s%s", option->key, option->values ? "=" : "\n",
			option->values ? option->values : "");
		if (!strstr(help_text, head))
			fail_msg("`%s` is not in the help:\n%s", head, help_text);
	}
}

static void test_fault(void **state)
{
	struct options o = good("fault=zero-length");

	(void)state;
	assert_ptr_equal(o.fault, fault_find("zero-length"));
	assert_int_equal(o.fault_at, 0);
	o = good("fault=zero-length@0x10");
	assert_int_equal(o.fault_at, 16);
	o = good("fault=zero-length@3 fault=pfn-zero");
	assert_ptr_equal(o.fault, fault_find("pfn-zero"));
	assert_int_equal(o.fault_at, 0);
	o = good("fault=zero-length@3 fault=none");
	assert_null(o.fault);
	assert_int_equal(o.fault_at, 0);
	assert_int_equal(good("fault=help").mode, MODE_FAULTS);
	assert_null(good("fault=help").fault);
	bad("fault", "a value is missing (none|help|NAME[@N])");
	bad("fault=zero-lenght", "unknown fault `zero-lenght`: did you mean `zero-length`?");
	bad("fault=zero-lenght@2", "unknown fault `zero-lenght`: did you mean `zero-length`?");
	bad("fault=xyzzy", "unknown fault `xyzzy`: `fault=help` lists them");
	bad("fault=@1", "unknown fault ``: `fault=help` lists them");
	bad("fault=zero-length@", "number must be a number");
	bad("fault=zero-length@0", "number 0 is outside 1 to 4294967295");
	bad("fault=zero-length@1x", "`x` is not expected behind the number");
}

/* Every fault with its mistake's number, in lines that fit. */
static void test_fault_help(void **state)
{
	unsigned lines = 0;

	(void)state;
	help_text[0] = '\0';
	options_fault_help(keep_line, &lines);
	for (const struct fault *f = faults; f->name; f++) {
		char head[128];

		snprintf(head, sizeof(head), "\n  %s (mistake %d)\n      %s\n", f->name, f->mistake,
			f->line);
		if (!strstr(help_text, head))
			fail_msg("`%s` is not in the list:\n%s", head, help_text);
	}
}

static bool mentions(const char *text, size_t size, const char *words)
{
	size_t length = strlen(words);

	for (size_t at = 0; at + length <= size; at++)
		if (!memcmp(text + at, words, length))
			return true;
	return false;
}

/* docs/options.md has a section on each option, with its values, default and example. */
static void test_manual(void **state)
{
	size_t size;
	char *manual = host_read_file("docs/options.md", &size);

	(void)state;
	for (unsigned i = 0; i < OPTION_COUNT; i++) {
		const struct option *option = &option_table[i];
		char words[4][128] = {{0}};

		snprintf(words[0], sizeof(words[0]), "\n### `%s%s%s`\n", option->key,
			option->values ? "=" : "", option->values ? option->values : "");
		snprintf(words[1], sizeof(words[1]), "`%s`", option->example);
		if (option->initial)
			snprintf(words[2], sizeof(words[2]), "Default: `%s`", option->initial);
		for (unsigned w = 0; w < 3; w++)
			if (!mentions(manual, size, words[w]))
				fail_msg("docs/options.md lacks %s", words[w]);
	}
	free(manual);
}

/* The configuration file that comes with the program names each option, and is valid. */
static void test_configuration_file(void **state)
{
	static const char path[] = "efi/firstlight.conf";
	FILE *file = fopen(path, "rb");
	struct options o;
	size_t size;
	char *text;

	(void)state;
	if (!file)
		skip();
	fclose(file);
	text = host_read_file(path, &size);
	options_init(&o);
	if (options_parse(&o, path, text, size, true) != OK)
		fail_msg("%s", host_log());
	for (unsigned i = 0; i < OPTION_COUNT; i++) {
		char words[64];

		if (!option_table[i].values)
			continue;
		snprintf(words, sizeof(words), "%s=", option_table[i].key);
		if (!mentions(text, size, words))
			fail_msg("%s lacks %s", path, words);
	}
	free(text);
}

/* What options may hold, whatever was read. */
static void check_valid(const struct options *o)
{
	assert_in_range(o->mode, MODE_RUN, MODE_FAULTS);
	assert_true(o->fault || !o->fault_at);
	assert_in_range(o->after, AFTER_HALT, AFTER_SHELL);
	assert_in_range(o->level, LOG_ERROR, LOG_TRACE);
	assert_in_range(o->picture.pattern, PICTURE_BARS, PICTURE_SOLID);
	assert_in_range(o->timeout_ms, 1, 600000);
	assert_in_range(o->virtio_mmio_count, 0, OPTIONS_MAX_VIRTIO_MMIO);
	assert_in_range(o->crash, TRAP_TEST_NONE, TRAP_TEST_COUNT - 1);
	assert_int_equal(!o->choice.width, !o->choice.height);
	if (o->choice.width) {
		assert_in_range(o->choice.width, 16, 8192);
		assert_in_range(o->choice.height, 16, 8192);
	}
	if (o->have_earlycon) {
		assert_in_range(o->earlycon.register_shift, 0, 2);
		assert_int_equal(o->earlycon.register_width, 1 << o->earlycon.register_shift);
		assert_int_not_equal(o->earlycon.base, 0);
	}
}

/* Bits of valid words and noise, put together at random: an error is logged when it is returned. */
static void test_random(void **state)
{
	static const char *const bits[] = {"mode", "after", "loglevel", "pattern", "label", "video",
		"timeout", "earlycon", "virtio_mmio.device", "isolate", "check", "readback",
		"resource", "blob", "3d", "ring", "features", "usual", "packed", "+", "-",
		"event_idx", "in_order", "crash", "fault", "help", "=", "=", "=", "=", " ", " ",
		" ", "\n", "\"", "#", ",", ":", "@", "x", "-32", "0x", "0x3f8", "16", "512", "8192",
		"18446744073709551615", "K", "M", "run", "list", "shell", "trace", "solid",
		"solid:", "123456", "bars", "on", "off", "pl011", "uart8250", "io", "mmio",
		"mmio32", "115200n8", "auto", "none", "read", "pfn-zero", "zero-length@", "\xff",
		"\t", "\r\n", "A"};
	char text[1024];

	(void)state;
	srand(1);
	for (unsigned round = 0; round < 10000; round++) {
		struct options o;
		size_t length = 0;
		enum status status;

		assert_int_equal(host_reset(NULL), 0);
		options_init(&o);
		for (int n = rand() % 40; n; n--) {
			const char *bit = bits[(size_t)rand() % ARRAY_SIZE(bits)];

			memcpy(text + length, bit, strlen(bit));
			length += strlen(bit);
			if (rand() % 16 == 0)
				text[length++] = (char)rand();
		}
		status = parse_as(&o, text, length, round % 2);
		assert_int_equal(status == OK, count_errors() == 0);
		check_valid(&o);
	}
}

/* Valid words with one byte changed, at each place. */
static void test_mutated(void **state)
{
	(void)state;
	for (unsigned i = 0; i < OPTION_COUNT; i++) {
		char text[128];
		size_t length = strlen(option_table[i].example);

		for (size_t at = 0; at < length; at++) {
			for (unsigned byte = 0; byte < 256; byte++) {
				struct options o;
				enum status status;

				assert_int_equal(host_reset(NULL), 0);
				options_init(&o);
				memcpy(text, option_table[i].example, length);
				text[at] = (char)byte;
				status = parse_as(&o, text, length, byte % 2);
				assert_int_equal(status == OK, count_errors() == 0);
				check_valid(&o);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_defaults, host_reset),
		cmocka_unit_test_setup(test_choices, host_reset),
		cmocka_unit_test_setup(test_features, host_reset),
		cmocka_unit_test_setup(test_pattern, host_reset),
		cmocka_unit_test_setup(test_video, host_reset),
		cmocka_unit_test_setup(test_pace, host_reset),
		cmocka_unit_test_setup(test_watch, host_reset),
		cmocka_unit_test_setup(test_animate, host_reset),
		cmocka_unit_test_setup(test_displays, host_reset),
		cmocka_unit_test_setup(test_timeout, host_reset),
		cmocka_unit_test_setup(test_earlycon, host_reset),
		cmocka_unit_test_setup(test_earlycon_auto, host_reset),
		cmocka_unit_test_setup(test_earlycon_bad, host_reset),
		cmocka_unit_test_setup(test_virtio_mmio, host_reset),
		cmocka_unit_test_setup(test_virtio_mmio_bad, host_reset),
		cmocka_unit_test_setup(test_help_words, host_reset),
		cmocka_unit_test_setup(test_keys, host_reset),
		cmocka_unit_test_setup(test_nearest, host_reset),
		cmocka_unit_test_setup(test_linux_words, host_reset),
		cmocka_unit_test_setup(test_order, host_reset),
		cmocka_unit_test_setup(test_bad_among_good, host_reset),
		cmocka_unit_test_setup(test_white_space, host_reset),
		cmocka_unit_test_setup(test_quotes, host_reset),
		cmocka_unit_test_setup(test_quote_line, host_reset),
		cmocka_unit_test_setup(test_comments, host_reset),
		cmocka_unit_test_setup(test_bytes, host_reset),
		cmocka_unit_test_setup(test_limits, host_reset),
		cmocka_unit_test_setup(test_check, host_reset),
		cmocka_unit_test_setup(test_table, host_reset),
		cmocka_unit_test_setup(test_help, host_reset),
		cmocka_unit_test_setup(test_fault, host_reset),
		cmocka_unit_test_setup(test_fault_help, host_reset),
		cmocka_unit_test_setup(test_manual, host_reset),
		cmocka_unit_test_setup(test_configuration_file, host_reset),
		cmocka_unit_test_setup(test_random, host_reset),
		cmocka_unit_test_setup(test_mutated, host_reset),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
