/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/gop.h"
#include "host.h"

static EFI_GRAPHICS_OUTPUT_MODE_INFORMATION info;
static EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE mode;
static EFI_GRAPHICS_OUTPUT_PROTOCOL gop;
static struct framebuffer fb;

static int setup(void **state)
{
	info = (EFI_GRAPHICS_OUTPUT_MODE_INFORMATION){
		.HorizontalResolution = 1000,
		.VerticalResolution = 700,
		.PixelFormat = PixelBlueGreenRedReserved8BitPerColor,
		.PixelsPerScanLine = 1024,
	};
	mode = (EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE){
		.MaxMode = 1,
		.Info = &info,
		.SizeOfInfo = sizeof(info),
		.FrameBufferBase = 0x80000000,
		.FrameBufferSize = 4 * 1024 * 700,
	};
	gop = (EFI_GRAPHICS_OUTPUT_PROTOCOL){.Mode = &mode};
	fb = (struct framebuffer){.base = 1};
	return host_reset(state);
}

/* What is refused leaves the output as it was. */
static void assert_refused(enum status status, const char *line)
{
	assert_int_equal(gop_read(&gop, &fb), status);
	assert_int_equal(fb.base, 1);
	assert_true(host_logged(line));
}

static void test_blue_green_red(void **state)
{
	(void)state;
	assert_int_equal(gop_read(&gop, &fb), OK);
	assert_int_equal(fb.base, 0x80000000);
	assert_int_equal(fb.size, 4 * 1024 * 700);
	assert_int_equal(fb.width, 1000);
	assert_int_equal(fb.height, 700);
	assert_int_equal(fb.stride, 1024);
	assert_int_equal(fb.red, 0xff0000);
	assert_int_equal(fb.green, 0xff00);
	assert_int_equal(fb.blue, 0xff);
}

static void test_other_formats(void **state)
{
	(void)state;
	info.PixelFormat = PixelRedGreenBlueReserved8BitPerColor;
	assert_int_equal(gop_read(&gop, &fb), OK);
	assert_int_equal(fb.red, 0xff);
	assert_int_equal(fb.blue, 0xff0000);
	info.PixelFormat = PixelBitMask;
	info.PixelInformation = (EFI_PIXEL_BITMASK){0xff000000, 0xff0000, 0xff00, 0xff};
	assert_int_equal(gop_read(&gop, &fb), OK);
	assert_int_equal(fb.red, 0xff000000);
	assert_int_equal(fb.green, 0xff0000);
	assert_int_equal(fb.blue, 0xff00);
}

static void test_no_framebuffer(void **state)
{
	(void)state;
	info.PixelFormat = PixelBltOnly;
	assert_refused(ERR_NOT_FOUND, "1000x700 without a framebuffer (PixelBltOnly)");
	info.PixelFormat = 17;
	assert_refused(ERR_MALFORMED, "pixel format 17 is unknown");
	mode.SizeOfInfo = 8;
	assert_refused(ERR_NOT_FOUND, "no mode is set");
	mode.Info = NULL;
	assert_refused(ERR_NOT_FOUND, "no mode is set");
	gop.Mode = NULL;
	assert_refused(ERR_NOT_FOUND, "no mode is set");
}

static void test_sides(void **state)
{
	(void)state;
	info.HorizontalResolution = 15;
	assert_refused(ERR_RANGE, "15x700: sides must be 16 to 8192 pixels");
	info.HorizontalResolution = 8193;
	info.PixelsPerScanLine = 8193;
	assert_refused(ERR_RANGE, "8193x700: sides");
	info.HorizontalResolution = 1000;
	info.VerticalResolution = 0;
	assert_refused(ERR_RANGE, "1000x0: sides");
	info.VerticalResolution = UINT32_MAX;
	assert_refused(ERR_RANGE, "1000x4294967295: sides");
}

static void test_rows_that_overlap(void **state)
{
	(void)state;
	info.PixelsPerScanLine = 999;
	assert_refused(ERR_RANGE, "a row of 1000 pixels is said to begin 999 behind the last");
}

/* The last row needs no more than its pixels; the product does not wrap. */
static void test_size(void **state)
{
	(void)state;
	mode.FrameBufferSize = (699 * 1024 + 1000) * 4;
	assert_int_equal(gop_read(&gop, &fb), OK);
	fb.base = 1;
	mode.FrameBufferSize--;
	assert_refused(ERR_RANGE, "1000x700, 1024 pixels from row to row, take");
	mode.FrameBufferSize = 0;
	assert_refused(ERR_RANGE, "of 0x0");
	mode.FrameBufferSize = 4 * 1024 * 700;
	info.PixelsPerScanLine = UINT32_MAX;
	assert_refused(ERR_RANGE, "4294967295 pixels from row to row");
}

static void test_place(void **state)
{
	(void)state;
	mode.FrameBufferBase = 0;
	assert_refused(ERR_RANGE, "bytes at 0x0: no place for one");
	mode.FrameBufferBase = 0x80000002;
	assert_refused(ERR_RANGE, "bytes at 0x80000002: no place for one");
	mode.FrameBufferBase = UINT64_MAX - 0xfff;
	assert_refused(ERR_RANGE, "bytes at 0xfffffffffffff000: no place for one");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_blue_green_red, setup),
		cmocka_unit_test_setup(test_other_formats, setup),
		cmocka_unit_test_setup(test_no_framebuffer, setup),
		cmocka_unit_test_setup(test_sides, setup),
		cmocka_unit_test_setup(test_rows_that_overlap, setup),
		cmocka_unit_test_setup(test_size, setup),
		cmocka_unit_test_setup(test_place, setup),
	};

	return cmocka_run_group_tests_name("gop", tests, NULL, NULL);
}
