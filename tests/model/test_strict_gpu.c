/* SPDX-License-Identifier: BSD-2-Clause */
/* In: GPUs with displays of all kinds. Out: whether each shows the picture, by the rules. */
#include "bench.h"

#include "gpu/present.h"

#include <string.h>

static struct bench bench;
static struct bench *const b = &bench;

static const struct gpu_show bars = {.picture = {.pattern = PICTURE_BARS}};

static void start(void)
{
	host_reset(NULL);
	bench_open(b, MODEL_MMIO, &model_type_gpu);
}

static void display(unsigned index, bool enabled, uint32_t width, uint32_t height)
{
	b->model.gpu->displays[index] =
		(struct model_display){.enabled = enabled, .width = width, .height = height};
}

static void show(const struct gpu_show *what)
{
	bench_expect_shown(b, what);
}

static void finish(void)
{
	bench_expect(b, bench_stop(b), OK);
	assert_false(host_logged("cause:"));
	bench_expect_clean(b);
	bench_close(b);
}

static void test_sizes(void **state)
{
	static const uint32_t sizes[][2] = {{16, 16}, {17, 19}, {640, 480}, {800, 16}, {1366, 33}};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
		start();
		display(0, true, sizes[i][0], sizes[i][1]);
		show(&bars);
		bench_expect_picture(b, 0, sizes[i][0], sizes[i][1]);
		finish();
	}
}

static void test_every_display(void **state)
{
	(void)state;
	start();
	b->model.config[8] = 16;
	for (unsigned i = 0; i < 16; i++)
		display(i, i != 3, 32 + i, 20 + i);
	show(&bars);
	for (unsigned i = 0; i < 16; i++)
		if (i != 3)
			bench_expect_picture(b, i, 32 + i, 20 + i);
	assert_int_equal(b->model.gpu->displays[3].resource, 0);
	assert_int_equal(b->screens.count, 15);
	finish();
}

/* Displays above num_scanouts are not the driver's, whatever the response says of them. */
static void test_displays_that_are_not_there(void **state)
{
	(void)state;
	start();
	b->model.config[8] = 2;
	for (unsigned i = 0; i < 16; i++)
		display(i, true, 32, 32);
	show(&bars);
	assert_int_equal(b->screens.count, 2);
	finish();
}

static void test_no_display_enabled(void **state)
{
	(void)state;
	start();
	b->model.config[8] = 2;
	display(0, false, 48, 32);
	show(&bars);
	bench_expect_picture(b, 0, 48, 32);
	assert_int_equal(b->screens.count, 1);
	finish();
}

/* Neither enabled nor with a size: the EDID's, and without that 1024×768 (§5.7.5). */
static void test_fallback_sizes(void **state)
{
	(void)state;
	start();
	display(0, false, 0, 0);
	show(&bars);
	bench_expect_picture(b, 0, 1280, 800);
	bench_expect_line("EDID preferred timing");
	finish();
	start();
	b->model.offered &= ~2ull;
	display(0, false, 0, 0);
	show(&bars);
	bench_expect_picture(b, 0, 1024, 768);
	bench_expect_line("# SKIP EDID was not negotiated");
	finish();
}

static void test_size_by_option(void **state)
{
	const struct gpu_show override = {
		.picture = bars.picture, .choice = {.width = 100, .height = 50}};

	(void)state;
	start();
	show(&override);
	bench_expect_picture(b, 0, 100, 50);
	finish();
}

/* The same picture in each format, which the device is told. */
static void test_formats(void **state)
{
	(void)state;
	for (unsigned f = 0; f < PIXEL_FORMATS; f++) {
		const struct gpu_show as = {.picture = bars.picture, .format = f};
		const char *name = pixel_format_names[f];

		start();
		show(&as);
		bench_expect_picture(b, 0, 64, 48);
		for (unsigned i = 0; i < 4; i++)
			assert_int_equal(
				model_find_resource(&b->model, 1)->bytes[i], name[2 * i] - 32);
		finish();
	}
}

/* A label is a second transfer and flush, of a part of the picture. */
static void test_label(void **state)
{
	const struct gpu_show with = {.picture = bars.picture, .label = "a label"};
	const struct model_display *d;
	struct surface *surface;

	(void)state;
	start();
	display(0, true, 640, 480);
	show(&with);
	d = &b->model.gpu->displays[0];
	assert_int_equal(b->model.gpu->flushes, 2);
	surface = &b->screens.screens[0].surface;
	for (uint32_t y = 0; y < 480; y++)
		assert_memory_equal(&d->screen[y * 640], surface_row(surface, y), 640 * 4);
	bench_expect_line("label: rectangle");
	finish();
}

/* The picture is shown without it, and the step says so. */
static void test_no_room_for_a_label(void **state)
{
	const struct gpu_show with = {.picture = bars.picture, .label = "a label"};

	(void)state;
	start();
	display(0, true, 16, 16);
	show(&with);
	bench_expect_picture(b, 0, 16, 16);
	bench_expect_line("gpu0: label # SKIP the display is too small for it");
	assert_false(host_logged("label: rectangle"));
	finish();
}

/* Memory in pieces: each is an entry of the backing. */
static void test_scattered_memory(void **state)
{
	struct dma_block holes[20], pieces[20];

	(void)state;
	start();
	for (unsigned i = 0; i < 20; i++) {
		assert_int_equal(dma_alloc(&b->memory.pool, 3 * 4096, PAGE_SIZE, &pieces[i]), OK);
		assert_int_equal(dma_alloc(&b->memory.pool, 4096, PAGE_SIZE, &holes[i]), OK);
	}
	for (unsigned i = 0; i < 20; i++)
		dma_free(&b->memory.pool, &pieces[i]);
	display(0, true, 1000, 1000);
	show(&bars);
	assert_true(b->screens.screens[0].surface.band_count > 1);
	bench_expect_picture(b, 0, 1000, 1000);
	bench_expect(b, bench_stop(b), OK);
	for (unsigned i = 0; i < 20; i++)
		dma_free(&b->memory.pool, &holes[i]);
	bench_expect_clean(b);
	bench_close(b);
}

static const struct gpu_show by_rows = {.picture = {.pattern = PICTURE_BARS}, .scattered = true};

/* Rows told one by one: many more entries than fit behind the command. */
static void test_scattered_rows(void **state)
{
	static const uint32_t sizes[][2] = {{16, 16}, {640, 480}, {17, 1000}};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
		const struct model_resource *r;

		start();
		display(0, true, sizes[i][0], sizes[i][1]);
		show(&by_rows);
		bench_expect_picture(b, 0, sizes[i][0], sizes[i][1]);
		r = model_find_resource(&b->model, 1);
		assert_int_equal(r->backing_count, sizes[i][1]);
		for (unsigned y = 1; y < r->backing_count; y++)
			assert_int_equal(r->backing[y].address + r->backing[y].length,
				r->backing[y - 1].address);
		finish();
	}
}

/* The same in memory that is in pieces already, on a ring that has no room to spare. */
static void test_scattered_twice(void **state)
{
	struct gpu_setup small = {.queue_size = 4, .queue_align = VIRTIO_LEGACY_ALIGN};
	struct dma_block holes[20], pieces[20];

	(void)state;
	start();
	for (unsigned i = 0; i < 20; i++) {
		assert_int_equal(dma_alloc(&b->memory.pool, 9 * 4096, PAGE_SIZE, &pieces[i]), OK);
		assert_int_equal(dma_alloc(&b->memory.pool, 4096, PAGE_SIZE, &holes[i]), OK);
	}
	for (unsigned i = 0; i < 20; i++)
		dma_free(&b->memory.pool, &pieces[i]);
	display(0, true, 1000, 900);
	bench_find(b);
	bench_expect(b, gpu_open(&b->gpu, 0, b->dev, &small), OK);
	bench_expect(b, gpu_show(&b->gpu, &by_rows, &b->screens), OK);
	assert_true(b->screens.screens[0].surface.band_count > 1);
	assert_int_equal(model_find_resource(&b->model, 1)->backing_count, 900);
	bench_expect_picture(b, 0, 1000, 900);
	bench_expect(b, bench_stop(b), OK);
	for (unsigned i = 0; i < 20; i++)
		dma_free(&b->memory.pool, &holes[i]);
	bench_expect_clean(b);
	bench_close(b);
}

/* Nothing is left of the first time that would stand in the way of a second one. */
static void test_twice(void **state)
{
	(void)state;
	start();
	show(&bars);
	bench_expect(b, bench_stop(b), OK);
	bench_expect_clean(b);
	bench_expect(b, gpu_open(&b->gpu, 0, b->dev, &gpu_setup_full), OK);
	bench_expect(b, gpu_show(&b->gpu, &bars, &b->screens), OK);
	bench_expect_picture(b, 0, 64, 48);
	finish();
}

/* A part of the surface goes to its own place. */
static void test_partial_update(void **state)
{
	struct rectangle part = {10, 20, 7, 5};
	struct gpu_screen *s = &b->screens.screens[0];

	(void)state;
	start();
	show(&bars);
	for (uint32_t y = 0; y < 48; y++)
		memset(surface_row(&s->surface, y), 0x77, 64 * 4);
	bench_expect(b, gpu_transfer(&b->gpu, s->resource, &s->surface, part), OK);
	bench_expect(b, gpu_flush(&b->gpu, s->resource, part), OK);
	for (uint32_t y = 0; y < 48; y++)
		for (uint32_t x = 0; x < 64; x++) {
			bool inside = x >= 10 && x < 17 && y >= 20 && y < 25;
			uint32_t pixel = b->model.gpu->displays[0].screen[y * 64 + x];

			assert_int_equal(pixel == 0x77777777, inside);
		}
	finish();
}

static enum status show_with_cursor(const struct gpu_show *what)
{
	struct gpu_setup setup = gpu_setup_full;

	setup.cursor = true;
	bench_find(b);
	bench_expect(b, gpu_open(&b->gpu, 0, b->dev, &setup), OK);
	return gpu_show(&b->gpu, what, &b->screens);
}

/* On each display, in its middle or where it is wanted, with the image and its hot spot. */
static void test_cursor(void **state)
{
	const struct gpu_show placed = {.picture = bars.picture, .cursor = {true, 3, 41}};

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		const struct model_display *d;

		start();
		d = b->model.gpu->displays;
		b->model.config[8] = 2;
		display(1, true, 100, 80);
		bench_expect(b, show_with_cursor(i ? &placed : &bars), OK);
		for (unsigned at = 0; at < 2; at++, d++) {
			assert_int_equal(d->cursor, CURSOR_RESOURCE);
			assert_int_equal(d->cursor_x, i ? 3 : d->width / 2);
			assert_int_equal(d->cursor_y, i ? 41 : d->height / 2);
			assert_int_equal(d->hot_x, 8);
			assert_int_equal(d->hot_y, 4);
		}
		assert_int_equal(b->model.gpu->cursor_updates, 2 * 3);
		assert_int_equal(b->model.gpu->cursor_moves, 2 * CURSOR_STEPS);
		bench_expect_picture(b, 0, 64, 48);
		finish();
	}
}

/* Nobody pays for a queue that is not wanted. */
static void test_no_cursor(void **state)
{
	(void)state;
	start();
	show(&bars);
	assert_false(b->model.queues[VIRTIO_GPU_CURSORQ].enabled);
	assert_int_equal(b->gpu.control.index, VIRTIO_GPU_CONTROLQ);
	assert_null(b->gpu.cursor_request.data);
	finish();
}

/* Several parts go by one notification, and nothing else does. */
static void test_damage(void **state)
{
	static const struct rectangle parts[] = {{10, 20, 7, 5}, {300, 20, 1, 1}, {639, 479, 1, 1}};
	struct gpu_screen *s = &b->screens.screens[0];
	struct damage damage = {0};
	uint64_t notifications;
	const uint32_t *screen;

	(void)state;
	start();
	display(0, true, 640, 480);
	show(&bars);
	for (uint32_t y = 0; y < 480; y++)
		memset(surface_row(&s->surface, y), 0x77, 640 * 4);
	for (unsigned i = 0; i < ARRAY_SIZE(parts); i++)
		damage_add(&damage, parts[i]);
	/* The first two are so near that they are one. */
	assert_int_equal(damage.count, 2);
	notifications = b->gpu.control.notifications;
	bench_expect(b, gpu_present(&b->gpu, s->resource, &s->surface, &damage, NULL), OK);
	assert_int_equal(b->gpu.control.notifications, notifications + 1);
	assert_int_equal(b->model.gpu->flushes, 3);
	screen = b->model.gpu->displays[0].screen;
	for (uint32_t y = 0; y < 480; y++)
		for (uint32_t x = 0; x < 640; x++) {
			bool inside = x >= 10 && x < 301 && y >= 20 && y < 25;

			inside |= x == 639 && y == 479;
			assert_int_equal(screen[y * 640 + x] == 0x77777777, inside);
		}
	/* Without damage nothing is sent. */
	damage.count = 0;
	bench_expect(b, gpu_present(&b->gpu, s->resource, &s->surface, &damage, NULL), OK);
	assert_int_equal(b->gpu.control.notifications, notifications + 1);
	finish();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_every_display),
		cmocka_unit_test(test_displays_that_are_not_there),
		cmocka_unit_test(test_no_display_enabled),
		cmocka_unit_test(test_fallback_sizes),
		cmocka_unit_test(test_size_by_option),
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_label),
		cmocka_unit_test(test_no_room_for_a_label),
		cmocka_unit_test(test_scattered_memory),
		cmocka_unit_test(test_scattered_rows),
		cmocka_unit_test(test_scattered_twice),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_partial_update),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_cursor),
		cmocka_unit_test(test_no_cursor),
	};

	return cmocka_run_group_tests_name("strict_gpu", tests, NULL, bench_teardown);
}
