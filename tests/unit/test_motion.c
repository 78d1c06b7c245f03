/* SPDX-License-Identifier: BSD-2-Clause */
/* Motion: squares where docs/options.md has them, and two buffers that are whole by their damage.
 */
#include "gpu/motion.h"

#include "host.h"
#include "host_surface.h"

#include <stdlib.h>
#include <string.h>

/* As the manual has them, walked along a pixel at a time. */
static const struct {
	uint32_t across, down, colour;
} manual[MOTION_SQUARES] = {{4, 3, 0xff0000}, {3, 5, 0x00ff00}, {7, 2, 0x0000ff}, {2, 7, 0xffff00}};

struct walker {
	uint32_t at;
	bool back;
};

static void walk(struct walker *w, uint32_t steps, uint32_t most)
{
	while (steps--) {
		if (w->at == most)
			w->back = true;
		else if (!w->at)
			w->back = false;
		w->at = w->back ? w->at - 1 : w->at + 1;
	}
}

static void test_squares(void **state)
{
	static const uint32_t sizes[][2] = {
		{16, 16}, {17, 31}, {64, 48}, {48, 64}, {1280, 800}, {65535, 16}, {65535, 65535}};

	(void)state;
	for (size_t s = 0; s < ARRAY_SIZE(sizes); s++)
		for (unsigned i = 0; i < MOTION_SQUARES; i++) {
			uint32_t w = sizes[s][0], h = sizes[s][1], side = (w < h ? w : h) / 8;
			struct walker x = {0, false}, y = {0, false};

			walk(&x, i * w / 4, w - side);
			walk(&y, i * h / 4, h - side);
			for (uint64_t n = 0; n < 3000; n++) {
				struct motion_square got = motion_square(i, n, w, h);
				struct rectangle due = {x.at, y.at, side, side};

				if (!same_rectangle(&got.area, &due))
					fail_msg("%ux%u: square %u of frame %lu is at %u,%u", w, h,
						i, (unsigned long)n, got.area.x, got.area.y);
				walk(&x, manual[i].across, w - side);
				walk(&y, manual[i].down, h - side);
			}
		}
}

/* A hundred years on they are still on the picture. */
static void test_for_ever(void **state)
{
	(void)state;
	for (uint64_t n = 189216000000; n < 189216002000; n++)
		for (unsigned i = 0; i < MOTION_SQUARES; i++) {
			struct motion_square s = motion_square(i, n, 333, 222);

			assert_true(s.area.x + s.area.width <= 333);
			assert_true(s.area.y + s.area.height <= 222);
		}
}

static uint32_t due_pixel(const struct picture *picture, const struct picture_place *place,
	uint64_t frame, uint32_t x, uint32_t y)
{
	struct colour c =
		picture_colour(picture, place->x + x, place->y + y, place->width, place->height);
	uint32_t pixel = (uint32_t)c.red << 16 | (uint32_t)c.green << 8 | c.blue;

	for (unsigned i = 0; i < MOTION_SQUARES; i++) {
		struct rectangle r = motion_square(i, frame, place->width, place->height).area;

		if (place->x + x - r.x < r.width && place->y + y - r.y < r.height)
			pixel = manual[i].colour;
	}
	return pixel;
}

static void expect_frame(const struct host_surface *hs, const struct picture *picture,
	const struct picture_place *place, uint64_t frame)
{
	for (uint32_t y = 0; y < hs->surface.height; y++)
		for (uint32_t x = 0; x < hs->surface.width; x++) {
			uint32_t seen = host_surface_pixel(hs, x, y) & 0xffffff;
			uint32_t due = due_pixel(picture, place, frame, x, y);

			if (seen != due)
				fail_msg("frame %lu: pixel %u,%u is 0x%06x, due is 0x%06x",
					(unsigned long)frame, x, y, seen, due);
		}
}

/* Frames with gaps between them, by turns on two buffers: each has all of its frame each time. */
static void run_buffers(const struct picture_place *place, uint32_t width, uint32_t height)
{
	static struct host_surface background, buffers[2];
	const struct picture picture = {.pattern = PICTURE_GRADIENT};
	const struct rectangle whole = {0, 0, width, height};
	uint64_t held[2] = {0}, pixels = 0;

	host_surface_open(&background, width, height, height);
	picture_draw_part(&picture, &background.surface, place);
	for (unsigned i = 0; i < 2; i++)
		host_surface_open(&buffers[i], width, height, 1 + height / 3);
	for (uint64_t n = 0, turn = 0; turn < 150; n += turn % 7 ? 1 : 1 + (unsigned)rand() % 90) {
		struct host_surface *to = &buffers[turn & 1];
		struct damage d = {0};

		if (turn < 2) {
			damage_add(&d, whole);
		} else {
			motion_damage(&to->surface, place, held[turn & 1], &d);
			motion_damage(&to->surface, place, n, &d);
			for (unsigned i = 0; i < d.count; i++)
				pixels += (uint64_t)d.area[i].width * d.area[i].height;
		}
		motion_draw(&to->surface, &background.surface, place, n, &d);
		expect_frame(to, &picture, place, n);
		held[turn++ & 1] = n;
	}
	/* And not by drawing all of it. */
	assert_true(pixels < 148ull * width * height / 2);
	for (unsigned i = 0; i < 2; i++)
		host_surface_close(&buffers[i]);
	host_surface_close(&background);
}

static void test_two_buffers(void **state)
{
	(void)state;
	srand(3);
	run_buffers(&(struct picture_place){0, 0, 320, 200}, 320, 200);
}

/* A display that shows a part of a larger picture: squares come and go at its edges. */
static void test_part(void **state)
{
	(void)state;
	srand(4);
	run_buffers(&(struct picture_place){100, 40, 320, 200}, 180, 120);
	run_buffers(&(struct picture_place){304, 184, 320, 200}, 16, 16);
}

/* What is not damaged stays as it is, also where a square would be. */
static void test_only_damage(void **state)
{
	static struct host_surface background, to;
	const struct picture_place place = {0, 0, 64, 48};
	const struct damage d = {.count = 1, .area = {{5, 7, 30, 20}}};

	(void)state;
	host_surface_open(&background, 64, 48, 48);
	host_surface_open(&to, 64, 48, 48);
	picture_draw(&(struct picture){.pattern = PICTURE_SOLID, .solid = {1, 2, 3}},
		&background.surface);
	for (uint64_t n = 0; n < 40; n++)
		motion_draw(&to.surface, &background.surface, &place, n, &d);
	for (uint32_t y = 0; y < 48; y++)
		for (uint32_t x = 0; x < 64; x++)
			if (x - 5 >= 30 || y - 7 >= 20)
				assert_int_equal(host_surface_pixel(&to, x, y), 0);
			else
				assert_int_not_equal(host_surface_pixel(&to, x, y), 0);
	host_surface_close(&to);
	host_surface_close(&background);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_squares, host_reset),
		cmocka_unit_test_setup(test_for_ever, host_reset),
		cmocka_unit_test_setup(test_two_buffers, host_reset),
		cmocka_unit_test_setup(test_part, host_reset),
		cmocka_unit_test_setup(test_only_damage, host_reset),
	};

	return cmocka_run_group_tests_name("motion", tests, NULL, NULL);
}
