/* SPDX-License-Identifier: BSD-2-Clause */
#include "gpu/linear.h"
#include "host.h"

#include <stdlib.h>
#include <string.h>

#define BASE   0x80000000ull
#define WIDTH  40u
#define HEIGHT 24u
#define STRIDE 48u
#define UNSEEN 0x5a5a5a5au

static const struct framebuffer described = {
	.base = BASE,
	.size = STRIDE * HEIGHT * 4,
	.width = WIDTH,
	.height = HEIGHT,
	.stride = STRIDE,
	.red = 0xff,
	.green = 0xff00,
	.blue = 0xff0000,
};

static uint32_t pixels[STRIDE * HEIGHT];
static struct framebuffer frame;
static struct linear_screen screen;
static struct dma_pool pool;
static void *memory;

static void write_pixel(void *context, uint64_t offset, unsigned width, uint64_t value)
{
	(void)context;
	assert_int_equal(width, 4);
	pixels[offset / 4] = (uint32_t)value;
}

static int setup(void **state)
{
	struct host_window window = {IO_MMIO, BASE, sizeof(pixels), NULL, write_pixel, NULL};

	host_reset(state);
	host_add_window(&window);
	for (unsigned i = 0; i < ARRAY_SIZE(pixels); i++)
		pixels[i] = UNSEEN;
	frame = described;
	screen = (struct linear_screen){0};
	pool = (struct dma_pool){0};
	memory = aligned_alloc(PAGE_SIZE, 4 * PAGE_SIZE);
	return dma_pool_add(&pool, paddr_of(0x40000000), memory, 4 * PAGE_SIZE);
}

static int teardown(void **state)
{
	(void)state;
	free(memory);
	return 0;
}

/* Each pixel of the picture, and nothing between the end of a row and the next. */
static void test_picture(void **state)
{
	const struct picture picture = {.pattern = PICTURE_BARS};

	(void)state;
	assert_int_equal(linear_open(&screen, &frame, &pool), OK);
	assert_int_equal(host_mapping.base, BASE);
	assert_int_equal(host_mapping.size, sizeof(pixels));
	assert_false(host_mapping.memory);
	assert_int_equal(pixels[0], UNSEEN);
	linear_show(&screen, &picture, NULL);
	for (uint32_t y = 0; y < HEIGHT; y++) {
		for (uint32_t x = 0; x < STRIDE; x++) {
			struct colour c =
				picture_colour(&picture, x < WIDTH ? x : 0, y, WIDTH, HEIGHT);
			uint32_t due = c.red | c.green << 8 | c.blue << 16;

			assert_int_equal(pixels[y * STRIDE + x], x < WIDTH ? due : UNSEEN);
		}
	}
	assert_int_equal(host_mapping.cleaned, 0);
}

static void test_a_part(void **state)
{
	(void)state;
	assert_int_equal(linear_open(&screen, &frame, &pool), OK);
	linear_present(&screen, (struct rectangle){3, 5, 2, 1});
	for (unsigned i = 0; i < ARRAY_SIZE(pixels); i++)
		assert_int_equal(
			pixels[i], i == 5 * STRIDE + 3 || i == 5 * STRIDE + 4 ? 0 : UNSEEN);
}

static void test_in_memory(void **state)
{
	(void)state;
	frame.is_memory = true;
	assert_int_equal(linear_open(&screen, &frame, &pool), OK);
	assert_true(host_mapping.memory);
	linear_present(&screen, (struct rectangle){3, 5, 2, 4});
	assert_int_equal(host_mapping.cleaned, 4);
	assert_int_equal(host_mapping.clean_base, BASE + (8 * STRIDE + 3) * 4);
	assert_int_equal(host_mapping.clean_size, 8);
}

static void test_formats(void **state)
{
	enum pixel_format format;

	(void)state;
	assert_int_equal(linear_format(&frame, &format), OK);
	assert_int_equal(format, PIXEL_R8G8B8X8);
	frame = (struct framebuffer){.red = 0xff0000, .green = 0xff00, .blue = 0xff};
	assert_int_equal(linear_format(&frame, &format), OK);
	assert_int_equal(format, PIXEL_B8G8R8X8);
	frame = (struct framebuffer){.red = 0xff00, .green = 0xff0000, .blue = 0xff000000};
	assert_int_equal(linear_format(&frame, &format), OK);
	assert_int_equal(format, PIXEL_X8R8G8B8);
	frame = (struct framebuffer){.red = 0xf800, .green = 0x7e0, .blue = 0x1f};
	assert_int_equal(linear_format(&frame, &format), ERR_UNSUPPORTED);
	assert_true(host_logged("colours at 0x0000f800 0x000007e0 0x0000001f"));
}

/* Nothing is open, and no memory taken. */
static void test_errors(void **state)
{
	(void)state;
	host_mapping.answer = ERR_RANGE;
	assert_int_equal(linear_open(&screen, &frame, &pool), ERR_RANGE);
	host_mapping.answer = OK;
	frame.height = 8000;
	assert_int_equal(linear_open(&screen, &frame, &pool), ERR_NO_MEMORY);
	frame.red = 0;
	assert_int_equal(linear_open(&screen, &frame, &pool), ERR_UNSUPPORTED);
	assert_null(screen.frame);
	assert_int_equal(pool.used, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_picture, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_part, setup, teardown),
		cmocka_unit_test_setup_teardown(test_in_memory, setup, teardown),
		cmocka_unit_test_setup_teardown(test_formats, setup, teardown),
		cmocka_unit_test_setup_teardown(test_errors, setup, teardown),
	};

	return cmocka_run_group_tests_name("linear", tests, NULL, NULL);
}
