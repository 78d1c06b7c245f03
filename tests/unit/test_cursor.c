/* SPDX-License-Identifier: BSD-2-Clause */
/* The cursor's image against its definition, and the judgement of its commands. */
#include "gpu/cursor.h"

#include "gpu/diagnose.h"
#include "host.h"
#include "host_story.h"
#include "host_surface.h"

#include <string.h>

static struct diagnosis d;

static bool in_arrow(int u, int v)
{
	return u >= 0 && u <= v && 3 * u + 7 * v <= 280;
}

/* docs/options.md, written down once more. */
static uint32_t defined(int x, int y)
{
	int u = x - 8, v = y - 4;

	if (in_arrow(u, v))
		return u == 0 || u == v || 3 * u + 7 * v > 266 ? 0xff000000 : 0xffffffff;
	return in_arrow(u - 4, v - 4) ? 0x80000000 : 0;
}

static void test_image(void **state)
{
	struct host_surface hs;
	unsigned seen[3] = {0};

	(void)state;
	host_surface_open_as(&hs, PIXEL_B8G8R8A8, CURSOR_SIDE, CURSOR_SIDE, 16);
	cursor_draw(&hs.surface);
	for (int y = 0; y < 64; y++)
		for (int x = 0; x < 64; x++) {
			uint32_t got = host_surface_pixel(&hs, (uint32_t)x, (uint32_t)y);

			if (got != defined(x, y))
				fail_msg("%d,%d: %08x instead of %08x", x, y, got, defined(x, y));
			seen[0] += got == 0;
			seen[1] += got == 0x80000000;
			seen[2] += got == 0xffffffff;
		}
	assert_int_equal(host_surface_pixel(&hs, CURSOR_HOT_X, CURSOR_HOT_Y), 0xff000000);
	assert_true(seen[0] > 1000 && seen[1] > 100 && seen[2] > 300);
	host_surface_close(&hs);
}

static int begin(void **state)
{
	host_reset(state);
	story_begin();
	memset(&d, 0, sizeof(d));
	return 0;
}

static void cursor_command(uint32_t type, uint32_t size, uint32_t room)
{
	struct virtio_gpu_update_cursor r = {
		.hdr.type = le32_of(type),
		.pos = {.scanout_id = le32_of(1), .x = le32_of(30), .y = le32_of(40)},
		.resource_id = le32_of(17),
	};
	uint32_t number = gpu_history_sent(&the_story.history, &r, size, room, &the_story.pool);

	gpu_history_answered(&the_story.history, number, NULL, 0);
}

static void judge(unsigned count, enum mistake mistake, const char *evidence)
{
	gpu_diagnose_cursor(&the_story.history, 17, &d);
	assert_int_equal(d.count, count);
	if (!count)
		return;
	assert_int_equal(d.causes[0].mistake, mistake);
	assert_int_equal(d.causes[0].certainty, CERTAIN);
	if (!strstr(d.causes[0].evidence, evidence))
		fail_msg("%s", d.causes[0].evidence);
}

static void test_healthy(void **state)
{
	(void)state;
	story_create(1, 2, 640, 480); /* the picture, which may have any size */
	story_create(17, 1, 64, 64);
	cursor_command(0x300, 56, 0);
	cursor_command(0x301, 56, 0);
	judge(0, 0, NULL);
}

static void test_size(void **state)
{
	(void)state;
	story_create(17, 1, 64, 128);
	cursor_command(0x300, 56, 0);
	judge(1, MISTAKE_CURSOR, "created with 64x128 pixels");
}

static void test_response(void **state)
{
	(void)state;
	story_create(17, 1, 64, 64);
	cursor_command(0x301, 56, 24);
	judge(1, MISTAKE_CURSOR, "MOVE_CURSOR was sent with 24 bytes for a response");
}

static void test_truncated(void **state)
{
	(void)state;
	cursor_command(0x300, 52, 0);
	judge(1, MISTAKE_TRUNCATED_PAYLOAD, "UPDATE_CURSOR was sent with 52 bytes, it has 56");
}

static void test_log(void **state)
{
	(void)state;
	cursor_command(0x301, 56, 0);
	gpu_history_log(&the_story.history, the_story.history.count, 1, "gpu7");
	assert_true(host_logged("command 1: 0x301 MOVE_CURSOR, flags 0x0, 56 bytes, room for 0, "
				"resource 17, scanout 1, at 30,40: given back\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_image, begin),
		cmocka_unit_test_setup(test_healthy, begin),
		cmocka_unit_test_setup(test_size, begin),
		cmocka_unit_test_setup(test_response, begin),
		cmocka_unit_test_setup(test_truncated, begin),
		cmocka_unit_test_setup(test_log, begin),
	};

	return cmocka_run_group_tests_name("cursor", tests, NULL, NULL);
}
