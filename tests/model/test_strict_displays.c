/* SPDX-License-Identifier: BSD-2-Clause */
/* In: GPUs with many displays that come, go and change. Out: whether each shows its part of the
 * picture, by the rules, and nothing is left of those that are gone. */
#include "bench.h"

#include <stdlib.h>

static struct bench bench;
static struct bench *const b = &bench;

static struct gpu_show what;

static void start(unsigned scanouts, enum gpu_layout layout)
{
	host_reset(NULL);
	bench_open(b, MODEL_MMIO, &model_type_gpu);
	b->model.config[8] = (uint8_t)scanouts;
	what = (struct gpu_show){.picture = {.pattern = PICTURE_BARS}, .layout = layout};
}

/* What the device says of a display; what it shows stays. */
static void display(unsigned index, bool enabled, struct rectangle area)
{
	struct model_display *d = &b->model.gpu->displays[index];

	d->enabled = enabled;
	d->x = area.x;
	d->y = area.y;
	d->width = area.width;
	d->height = area.height;
}

static void show(void)
{
	bench_expect_shown(b, &what);
}

static unsigned update(void)
{
	unsigned changes;

	bench_expect(b, gpu_screens_update(&b->gpu, &what, &b->screens, &changes), OK);
	model_audit(&b->model);
	model_check(&b->model);
	return changes;
}

static void finish(void)
{
	bench_expect(b, gpu_screens_take_down(&b->gpu, &b->screens), OK);
	model_audit(&b->model);
	model_check(&b->model);
	assert_int_equal(b->screens.count, 0);
	assert_int_equal(b->model.gpu->resource_count, 0);
	bench_expect(b, bench_stop(b), OK);
	assert_true(tap_passed());
	assert_false(host_logged("cause:"));
	bench_expect_clean(b);
	bench_close(b);
}

/* The scanout shows that part of the bars over a picture of width × height. */
static void expect_part(unsigned index, struct rectangle part, uint32_t width, uint32_t height)
{
	const struct model_display *d = &b->model.gpu->displays[index];

	assert_true(d->resource);
	assert_int_equal(d->shown_width, part.width);
	assert_int_equal(d->shown_height, part.height);
	for (uint32_t y = 0; y < part.height; y++)
		for (uint32_t x = 0; x < part.width; x++) {
			struct colour c = picture_colour(
				&what.picture, part.x + x, part.y + y, width, height);
			uint32_t pixel = (uint32_t)c.red << 16 | (uint32_t)c.green << 8 | c.blue;

			if ((d->screen[y * part.width + x] & 0xffffff) != pixel)
				fail_msg("scanout %u: pixel %u,%u is 0x%06x, expected 0x%06x",
					index, x, y, d->screen[y * part.width + x], pixel);
		}
}

static void expect_whole(unsigned index, uint32_t width, uint32_t height)
{
	expect_part(index, (struct rectangle){0, 0, width, height}, width, height);
}

static void expect_dark(unsigned index)
{
	assert_int_equal(b->model.gpu->displays[index].resource, 0);
}

static void test_separate(void **state)
{
	(void)state;
	for (unsigned count = 1; count <= 16; count++) {
		start(count, GPU_SEPARATE);
		for (unsigned i = 0; i < count; i++)
			display(i, true, (struct rectangle){0, 0, 32 + i, 20 + i});
		show();
		for (unsigned i = 0; i < count; i++)
			expect_whole(i, 32 + i, 20 + i);
		assert_int_equal(b->screens.count, count);
		finish();
	}
}

static void test_mirror(void **state)
{
	(void)state;
	start(16, GPU_MIRROR);
	for (unsigned i = 1; i < 16; i++)
		display(i, true, (struct rectangle){0, 0, 60 + i, 40});
	display(0, false, (struct rectangle){0});
	show();
	for (unsigned i = 1; i < 16; i++)
		expect_whole(i, 61, 40);
	expect_dark(0);
	assert_int_equal(b->model.gpu->resource_peak, 1);
	bench_expect_line("scanouts 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15: picture on screen");
	finish();
}

/* An L of three displays, as display information lays it out, with a gap around it. */
static void lay_out(void)
{
	display(0, true, (struct rectangle){100, 50, 64, 48});
	display(1, true, (struct rectangle){164, 50, 40, 60});
	display(2, true, (struct rectangle){110, 110, 50, 20});
}

static void expect_laid_out(void)
{
	expect_part(0, (struct rectangle){0, 0, 64, 48}, 104, 80);
	expect_part(1, (struct rectangle){64, 0, 40, 60}, 104, 80);
	expect_part(2, (struct rectangle){10, 60, 50, 20}, 104, 80);
}

static void test_extend(void **state)
{
	(void)state;
	start(3, GPU_EXTEND);
	lay_out();
	show();
	expect_laid_out();
	assert_int_equal(b->model.gpu->resource_peak, 3);
	finish();
}

static void test_span(void **state)
{
	(void)state;
	start(3, GPU_SPAN);
	lay_out();
	show();
	expect_laid_out();
	assert_int_equal(b->model.gpu->resource_peak, 1);
	assert_int_equal(b->model.gpu->displays[2].shown_y, 60);
	finish();
}

/* No positions, or such as no picture can have: side by side. */
static void test_side_by_side(void **state)
{
	static const uint32_t far[] = {0, 65500, 0xfffffff0};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(far); i++) {
		start(2, i % 2 ? GPU_SPAN : GPU_EXTEND);
		display(0, true, (struct rectangle){far[i], 0, 64, 48});
		display(1, true, (struct rectangle){0, far[i], 40, 60});
		show();
		expect_part(0, (struct rectangle){0, 0, 64, 48}, 104, 60);
		expect_part(1, (struct rectangle){64, 0, 40, 60}, 104, 60);
		bench_expect_line("(side by side)");
		finish();
	}
}

/* The sum of the sides is more than a surface has: the next row. */
static void test_rows(void **state)
{
	(void)state;
	start(3, GPU_EXTEND);
	display(0, true, (struct rectangle){0, 0, 8000, 16});
	display(1, true, (struct rectangle){0, 0, 192, 20});
	display(2, true, (struct rectangle){0, 0, 300, 16});
	show();
	expect_part(1, (struct rectangle){8000, 0, 192, 20}, 8192, 36);
	expect_part(2, (struct rectangle){0, 20, 300, 16}, 8192, 36);
	finish();
}

static void test_desktop_too_large(void **state)
{
	(void)state;
	start(2, GPU_SPAN);
	display(0, true, (struct rectangle){0, 0, 8190, 100});
	display(1, true, (struct rectangle){0, 0, 100, 8190});
	bench_find(b);
	bench_expect(b, gpu_open(&b->gpu, 0, b->dev, &gpu_setup_full), OK);
	bench_expect(b, gpu_show(&b->gpu, &what, &b->screens), ERR_RANGE);
	bench_expect_line("not ok");
	bench_expect_line("the desktop of 8190x8290");
	bench_end(b);
}

/* Those without a display too, at the size that their EDID prefers. */
static void test_all_scanouts(void **state)
{
	(void)state;
	start(3, GPU_MIRROR);
	what.choice.all = true;
	show();
	for (unsigned i = 0; i < 3; i++)
		expect_whole(i, 64, 48);
	finish();
	start(2, GPU_SEPARATE);
	what.choice = (struct gpu_display_choice){.all = true, .width = 50, .height = 30};
	show();
	for (unsigned i = 0; i < 2; i++)
		expect_whole(i, 50, 30);
	finish();
}

/* 0x0, too small, too large, larger than memory: what comes next is taken. */
static void test_absurd_sizes(void **state)
{
	static const uint32_t sizes[][2] = {
		{0, 0}, {15, 480}, {8193, 16}, {0xffffffff, 0xffffffff}, {8192, 8192}};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
		start(1, GPU_SEPARATE);
		b->model.offered &= ~2ull; /* EDID */
		display(0, true, (struct rectangle){0, 0, sizes[i][0], sizes[i][1]});
		show();
		expect_whole(0, 1024, 768);
		finish();
	}
}

/* Each scanout has its own label; where all show the same there is one. */
static void test_labels(void **state)
{
	static const struct {
		enum gpu_layout layout;
		unsigned flushes;
	} cases[] = {{GPU_SEPARATE, 4}, {GPU_MIRROR, 2}, {GPU_EXTEND, 4}, {GPU_SPAN, 3}};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		start(2, cases[i].layout);
		what.label = "a label";
		display(0, true, (struct rectangle){0, 0, 320, 200});
		display(1, true, (struct rectangle){320, 0, 320, 200});
		show();
		assert_int_equal(b->model.gpu->flushes, cases[i].flushes);
		for (unsigned d = 0; d < 2; d++) /* its middle is on a black box */
			assert_int_equal(
				b->model.gpu->displays[d].screen[68 * 320 + 160] & 0xffffff, 0);
		finish();
	}
}

/* Two that stand at one place, and one that does not. */
static void test_label_of_the_third(void **state)
{
	(void)state;
	start(3, GPU_SPAN);
	what.label = "a label";
	for (unsigned i = 0; i < 3; i++)
		display(i, true, (struct rectangle){i / 2 * 320, 0, 320, 200});
	show();
	bench_expect_line("label: rectangle 160x64+80+68 on scanout 2");
	assert_int_equal(b->model.gpu->displays[2].screen[68 * 320 + 160] & 0xffffff, 0);
	finish();
}

static void test_resize(void **state)
{
	static const uint32_t sizes[][2] = {{64, 48}, {100, 80}, {30, 20}, {30, 21}, {640, 480}};

	(void)state;
	start(2, GPU_SEPARATE);
	display(1, true, (struct rectangle){0, 0, 50, 50});
	show();
	for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
		display(0, true, (struct rectangle){0, 0, sizes[i][0], sizes[i][1]});
		/* Down and up; the first is the size that it has. */
		assert_int_equal(update(), i ? 2 : 0);
		expect_whole(0, sizes[i][0], sizes[i][1]);
		expect_whole(1, 50, 50);
		assert_int_equal(b->model.gpu->resource_count, 2);
	}
	assert_int_equal(b->model.gpu->resource_peak, 2);
	finish();
}

static void test_plug(void **state)
{
	(void)state;
	for (unsigned layout = GPU_SEPARATE; layout <= GPU_SPAN; layout++) {
		start(3, layout);
		show();
		expect_whole(0, 64, 48);
		lay_out();
		assert_int_not_equal(update(), 0);
		if (layout == GPU_EXTEND || layout == GPU_SPAN)
			expect_laid_out();
		display(2, false, (struct rectangle){0});
		display(0, false, (struct rectangle){0});
		assert_int_not_equal(update(), 0);
		expect_dark(0);
		expect_whole(1, 40, 60);
		expect_dark(2);
		assert_int_equal(b->screens.count, 1);
		finish();
	}
}

/* The last display unplugged: scanout 0 is shown, as when none was enabled at first. */
static void test_none_left(void **state)
{
	(void)state;
	start(2, GPU_SEPARATE);
	display(0, false, (struct rectangle){0});
	display(1, true, (struct rectangle){0, 0, 70, 50});
	show();
	expect_whole(1, 70, 50);
	expect_dark(0);
	display(1, false, (struct rectangle){0});
	assert_int_equal(update(), 2);
	expect_dark(1);
	expect_whole(0, 1280, 800);
	finish();
}

/* What the history no longer holds is not missed; healthy runs have no cause. */
static void test_thousands_of_rounds(void **state)
{
	uint64_t used = 0;

	(void)state;
	start(2, GPU_SEPARATE);
	show();
	for (unsigned i = 0; i < 3000; i++) {
		bench_expect(b, gpu_screens_take_down(&b->gpu, &b->screens), OK);
		assert_int_equal(b->model.gpu->resource_count, 0);
		if (!used)
			used = b->memory.pool.used;
		assert_int_equal(b->memory.pool.used, used);
		display(1, i % 3, (struct rectangle){0, 0, 16 + i % 50, 16 + i % 7});
		(void)update();
		assert_false(host_logged("cause:"));
		host_forget_log();
	}
	assert_true(b->model.gpu->resource_peak <= 2);
	finish();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_separate),
		cmocka_unit_test(test_mirror),
		cmocka_unit_test(test_extend),
		cmocka_unit_test(test_span),
		cmocka_unit_test(test_side_by_side),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_desktop_too_large),
		cmocka_unit_test(test_all_scanouts),
		cmocka_unit_test(test_absurd_sizes),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_label_of_the_third),
		cmocka_unit_test(test_resize),
		cmocka_unit_test(test_plug),
		cmocka_unit_test(test_none_left),
		cmocka_unit_test(test_thousands_of_rounds),
	};

	return cmocka_run_group_tests_name("strict_displays", tests, NULL, bench_teardown);
}
