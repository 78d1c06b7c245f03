/* SPDX-License-Identifier: BSD-2-Clause */
/* Damage: no pixel is ever lost, the rectangles stay few, and as small as they may. */
#include "gpu/damage.h"

#include "host.h"

#include <stdlib.h>
#include <string.h>

#define WIDTH  1024u
#define HEIGHT 768u

static struct rectangle rect(uint32_t x, uint32_t y, uint32_t width, uint32_t height)
{
	return (struct rectangle){x, y, width, height};
}

static void expect_area(const struct damage *d, unsigned i, struct rectangle r)
{
	assert_true(i < d->count);
	assert_memory_equal(&d->area[i], &r, sizeof(r));
}

static void test_empty(void **state)
{
	struct damage d = {0};

	(void)state;
	damage_add(&d, rect(5, 5, 0, 7));
	damage_add(&d, rect(5, 5, 7, 0));
	assert_int_equal(d.count, 0);
	damage_add(&d, rect(5, 6, 1, 1));
	assert_int_equal(d.count, 1);
	expect_area(&d, 0, rect(5, 6, 1, 1));
}

/* Far apart they stay two; inside, overlapping or beside each other they become one. */
static void test_two(void **state)
{
	static const struct {
		struct rectangle a, b, both; /* both.width 0: two */
	} cases[] = {
		{{0, 0, 100, 100}, {900, 600, 100, 100}, {0}},
		{{0, 0, 100, 100}, {10, 10, 5, 5}, {0, 0, 100, 100}},
		{{10, 10, 5, 5}, {0, 0, 100, 100}, {0, 0, 100, 100}},
		{{0, 0, 100, 100}, {100, 0, 50, 100}, {0, 0, 150, 100}},
		{{0, 0, 200, 200}, {150, 0, 200, 200}, {0, 0, 350, 200}},
		/* a gap of 4095 pixels is copied too; one of 4096 costs as much as a command */
		{{0, 0, 10, 1}, {4105, 0, 10, 1}, {0, 0, 4115, 1}},
		{{0, 0, 10, 1}, {4106, 0, 10, 1}, {0}},
		{{INT32_MAX - 9, 0, 9, 9}, {0, INT32_MAX - 9, 9, 9}, {0}},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct damage d = {0};

		damage_add(&d, cases[i].a);
		damage_add(&d, cases[i].b);
		assert_int_equal(d.count, cases[i].both.width ? 1 : 2);
		expect_area(&d, 0, cases[i].both.width ? cases[i].both : cases[i].a);
	}
}

/* One that joins two makes one of all three. */
static void test_chain(void **state)
{
	struct damage d = {0};

	(void)state;
	damage_add(&d, rect(0, 0, 100, 100));
	damage_add(&d, rect(300, 0, 100, 100));
	assert_int_equal(d.count, 2);
	damage_add(&d, rect(100, 0, 200, 100));
	assert_int_equal(d.count, 1);
	expect_area(&d, 0, rect(0, 0, 400, 100));
}

/* One more than there is room for: the two that are nearest become one, the others stay. */
static void test_full(void **state)
{
	struct damage d = {0};

	(void)state;
	for (unsigned i = 0; i < DAMAGE_MAX; i++)
		damage_add(&d, rect(i * 1000, i * 1000, 10, 10));
	assert_int_equal(d.count, DAMAGE_MAX);
	damage_add(&d, rect(3500, 3000, 10, 10));
	assert_int_equal(d.count, DAMAGE_MAX);
	for (unsigned i = 0; i < DAMAGE_MAX; i++)
		if (d.area[i].x == 3000)
			expect_area(&d, i, rect(3000, 3000, 510, 10));
		else
			assert_int_equal(d.area[i].width * d.area[i].height, 100);
}

static struct rectangle random_rectangle(unsigned most)
{
	struct rectangle r;

	r.width = 1 + (unsigned)rand() % most;
	r.height = 1 + (unsigned)rand() % most;
	r.x = (unsigned)rand() % (WIDTH - r.width + 1);
	r.y = (unsigned)rand() % (HEIGHT - r.height + 1);
	return r;
}

static void paint(uint8_t *bitmap, struct rectangle r, uint8_t value)
{
	for (uint32_t y = r.y; y < r.y + r.height; y++)
		memset(bitmap + y * WIDTH + r.x, value, r.width);
}

/* Random rectangles of all sizes: every pixel of them is held, and none off the surface. */
static void test_nothing_is_lost(void **state)
{
	static uint8_t bitmap[WIDTH * HEIGHT], held[WIDTH * HEIGHT];
	unsigned fullest = 0;

	(void)state;
	srand(7);
	for (unsigned round = 0; round < 300; round++) {
		struct damage d = {0};

		memset(bitmap, 0, sizeof(bitmap));
		memset(held, 0, sizeof(held));
		for (unsigned i = (unsigned)rand() % 60; i; i--) {
			struct rectangle r = random_rectangle(1u << rand() % 10);

			paint(bitmap, r, 1);
			damage_add(&d, r);
			assert_true(d.count <= DAMAGE_MAX);
		}
		for (unsigned i = 0; i < d.count; i++) {
			assert_true(d.area[i].x + d.area[i].width <= WIDTH);
			assert_true(d.area[i].y + d.area[i].height <= HEIGHT);
			paint(held, d.area[i], 1);
		}
		for (unsigned i = 0; i < sizeof(bitmap); i++)
			if (bitmap[i] && !held[i])
				fail_msg("round %u: pixel %u,%u is lost", round, i % WIDTH,
					i / WIDTH);
		fullest = d.count > fullest ? d.count : fullest;
	}
	assert_int_equal(fullest, DAMAGE_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_empty, host_reset),
		cmocka_unit_test_setup(test_two, host_reset),
		cmocka_unit_test_setup(test_chain, host_reset),
		cmocka_unit_test_setup(test_full, host_reset),
		cmocka_unit_test_setup(test_nothing_is_lost, host_reset),
	};

	return cmocka_run_group_tests_name("damage", tests, NULL, NULL);
}
