/* SPDX-License-Identifier: BSD-2-Clause */
/* In: displays with a picture, and a log. Out: its last lines over their lower halves, to the
 * pixel, and the picture as it was everywhere else. */
#include "bench.h"
#include "gpu/console.h"
#include "gpu/screen_log.h"
#include "gpu/text.h"
#include "host_surface.h"

#include <string.h>

#define WIDTH  320u
#define HEIGHT 160u

static struct bench bench;
static struct bench *const b = &bench;
static const struct gpu_show bars = {.picture = {.pattern = PICTURE_BARS}, .layout = GPU_SEPARATE};

static struct virtio_gpu_rect flushed; /* by the last RESOURCE_FLUSH */

static void watch(struct model *m, struct model_reply *reply)
{
	const struct virtio_gpu_resource_flush *flush = (const void *)reply->request;

	(void)m;
	if (le32_value(flush->hdr.type) == VIRTIO_GPU_CMD_RESOURCE_FLUSH)
		flushed = flush->r;
}

static void start(unsigned scanouts)
{
	host_reset(NULL);
	bench_open(b, MODEL_MMIO, &model_type_gpu);
	b->model.lies.reply = watch;
	b->model.config[8] = (uint8_t)scanouts;
	for (unsigned i = 0; i < scanouts; i++)
		b->model.gpu->displays[i] =
			(struct model_display){.enabled = true, .width = WIDTH, .height = HEIGHT};
}

static void show(const struct gpu_show *what)
{
	bench_expect_shown(b, what);
}

static void finish(void)
{
	bench_end(b);
}

/* Rows of text, the topmost first, of a half that is black elsewhere. */
static void draw_text(struct host_surface *due, const char *const *rows, unsigned count)
{
	for (unsigned row = 0; row < count; row++)
		for (uint32_t x = 0; x < strlen(rows[row]); x++)
			text_draw_character(
				&due->surface, rows[row][x], x * FONT_WIDTH, row * FONT_HEIGHT);
}

/* The display's lower half is the rows. */
static void expect_half(unsigned index, const char *const *rows, unsigned count)
{
	const struct model_display *d = &b->model.gpu->displays[index];
	struct host_surface due;

	host_surface_open(&due, WIDTH, HEIGHT / 2, 16);
	text_fill(&due.surface, (struct rectangle){0, 0, WIDTH, HEIGHT / 2}, (struct colour){0});
	draw_text(&due, rows, count);
	for (uint32_t y = 0; y < HEIGHT / 2; y++)
		for (uint32_t x = 0; x < WIDTH; x++) {
			uint32_t got = d->screen[(HEIGHT / 2 + y) * WIDTH + x] & 0xffffff;

			if (got != host_surface_pixel(&due, x, y))
				fail_msg("display %u: text: pixel %u,%u is 0x%06x", index, x, y,
					got);
		}
	host_surface_close(&due);
}

/* … and its upper half is the picture, where it is alone on the display. */
static void expect_picture_above(unsigned index)
{
	const struct model_display *d = &b->model.gpu->displays[index];

	for (uint32_t y = 0; y < HEIGHT / 2; y++)
		for (uint32_t x = 0; x < WIDTH; x++) {
			struct colour c = picture_colour(&bars.picture, x, y, WIDTH, HEIGHT);
			uint32_t pixel = (uint32_t)c.red << 16 | (uint32_t)c.green << 8 | c.blue;

			if ((d->screen[y * WIDTH + x] & 0xffffff) != pixel)
				fail_msg("display %u: pixel %u,%u is 0x%06x, due 0x%06x", index, x,
					y, d->screen[y * WIDTH + x], pixel);
		}
}

/* Five rows fit: the last four lines of the log, and what is said behind them. */
static void test_last_lines(void **state)
{
	static const char *const rows[] = {"line 5", "line 6", "line 7", "line 8", "not ok: why"};
	unsigned flushes;

	(void)state;
	start(2);
	show(&bars);
	for (unsigned i = 0; i < 9; i++)
		log_line("line %u", i);
	flushes = b->model.gpu->flushes;
	bench_expect(b, gpu_screens_show_log(&b->gpu, &b->screens, "not ok: why"), OK);
	assert_int_equal(b->model.gpu->flushes, flushes + 2);
	expect_half(0, rows, ARRAY_SIZE(rows));
	expect_picture_above(0);
	expect_picture_above(1);
	assert_int_equal(le32_value(flushed.y), HEIGHT / 2);
	assert_int_equal(le32_value(flushed.height), HEIGHT / 2);
	finish();
}

/* A device that owes an answer is asked for nothing more. */
static void test_no_answer_before(void **state)
{
	struct gpu_display displays[VIRTIO_GPU_MAX_SCANOUTS];
	uint64_t requests;

	(void)state;
	start(1);
	b->model.answers_awaited = false;
	show(&bars);
	b->model.lies.silent_at = b->model.requests + 1;
	bench_expect(b, gpu_get_display_info(&b->gpu, displays), ERR_TIMEOUT);
	requests = b->model.requests;
	bench_expect(b, gpu_screens_show_log(&b->gpu, &b->screens, "why"), ERR_TIMEOUT);
	assert_int_equal(b->model.requests, requests);
	bench_expect_picture(b, 0, WIDTH, HEIGHT);
	finish();
}

/* A picture that reaches over two displays has the text on each of them. */
static void test_each_view(void **state)
{
	static const char *const rows[] = {"1", "2", "3", "4", "the end"};
	struct gpu_show spanned = bars;

	(void)state;
	start(2);
	b->model.gpu->displays[1].x = WIDTH;
	spanned.layout = GPU_SPAN;
	show(&spanned);
	assert_int_equal(b->screens.count, 1);
	assert_int_equal(b->screens.screens[0].frame.view_count, 2);
	for (unsigned i = 1; i <= 4; i++)
		log_line("%u", i);
	/* The commands for the first view write no lines that the second would show. */
	log_mute(true);
	the_log.level = LOG_ERROR;
	bench_expect(b, gpu_screens_show_log(&b->gpu, &b->screens, "the end"), OK);
	log_mute(false);
	for (unsigned i = 0; i < 2; i++)
		expect_half(i, rows, ARRAY_SIZE(rows));
	finish();
}

/* Where no character fits nothing is drawn and nothing sent. */
static void test_too_small(void **state)
{
	uint64_t requests;

	(void)state;
	start(1);
	b->model.gpu->displays[0].height = 2 * FONT_HEIGHT - 2;
	show(&bars);
	requests = b->model.requests;
	bench_expect(b, gpu_screens_show_log(&b->gpu, &b->screens, "not ok"), OK);
	assert_true(b->model.requests == requests);
	bench_expect_picture(b, 0, WIDTH, 2 * FONT_HEIGHT - 2);
	finish();
}

/* A command that is refused is the end: the other display is not written to. */
static void test_refused(void **state)
{
	uint64_t requests;

	(void)state;
	start(2);
	show(&bars);
	requests = b->model.requests;
	b->model.gpu->refuse_command = VIRTIO_GPU_CMD_RESOURCE_FLUSH;
	b->model.gpu->refuse_with = VIRTIO_GPU_RESP_ERR_UNSPEC;
	bench_expect(b, gpu_screens_show_log(&b->gpu, &b->screens, "not ok"), ERR_REFUSED);
	assert_int_equal(b->model.requests, requests + 2);
	assert_false(tap_passed());
	b->model.gpu->refuse_command = 0;
	bench_expect_picture(b, 1, WIDTH, HEIGHT);
	finish();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_last_lines),
		cmocka_unit_test(test_no_answer_before),
		cmocka_unit_test(test_each_view),
		cmocka_unit_test(test_too_small),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests_name("screen_log", tests, NULL, bench_teardown);
}
