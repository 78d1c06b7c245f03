/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a GPU that shows a picture, and everything that mode=bench measures of it. Out: each figure
 * that can be counted, by the device's own count, and the screen as it was. */
#include "bench.h"
#include "gpu/bench.h"
#include "gpu/text.h"
#include "mem/format.h"

#include <stdio.h>
#include <string.h>

/* What one round of a step is for the device, as gpu/bench.h has it. */
struct due {
	const char *name;
	unsigned rounds;
	unsigned flushes; /* a round, with as many transfers; NOT_EVEN: not always the same */
	unsigned others; /* transfers alone, or GET_DISPLAY_INFO */
	unsigned doorbells;
	bool rate;
};

#define NOT_EVEN UINT32_MAX

static const struct due dues[] = {
	{"present-full", BENCH_FRAMES, 1, 0, 1, false},
	{"present-tile", BENCH_FRAMES, 1, 0, 1, false},
	{"present-tiles", BENCH_FRAMES, NOT_EVEN, 0, 1, false}, /* neighbours are made one */
	{"scroll", BENCH_FRAMES, 1, 0, 1, false},
	{"text", BENCH_FRAMES, 1, 0, 1, false},
	{"command", 300, 0, 1, 1, false},
	{"in-flight-1", 100, 0, 1, 1, true},
	{"in-flight-2", 100, 0, 2, 1, true},
	{"in-flight-8", 100, 0, 8, 1, true},
	{"in-flight-32", 100, 0, 32, 1, true},
	{"draw", 20, 0, 0, 0, true},
	{"fill", 20, 0, 0, 0, true},
	{"copy-full", BENCH_FRAMES, 1, 0, 1, false},
	{"copy-tile", BENCH_FRAMES, 1, 0, 1, false},
};

static struct bench bench;
static struct bench *const b = &bench;
static const struct gpu_show bars = {.picture = {.pattern = PICTURE_BARS}};

/* What the device was asked in each step, which its test point ends. */
static struct {
	unsigned flushes, transfers, others;
	struct rectangle least, most; /* of what was flushed: position and size */
} seen[ARRAY_SIZE(dues) + 1];
static unsigned points; /* before the first step */

static struct rectangle rectangle_of(const struct virtio_gpu_rect *r)
{
	return (struct rectangle){
		le32_value(r->x), le32_value(r->y), le32_value(r->width), le32_value(r->height)};
}

static uint32_t least(uint32_t one, uint32_t other)
{
	return one < other ? one : other;
}

static void note_flush(unsigned step, struct rectangle r)
{
	struct rectangle *low = &seen[step].least, *high = &seen[step].most;

	if (!seen[step].flushes++)
		*low = *high = r;
	*low = (struct rectangle){least(low->x, r.x), least(low->y, r.y),
		least(low->width, r.width), least(low->height, r.height)};
	*high = (struct rectangle){~least(~high->x, ~r.x), ~least(~high->y, ~r.y),
		~least(~high->width, ~r.width), ~least(~high->height, ~r.height)};
	assert_true(r.x + r.width <= b->model.gpu->displays[0].width);
	assert_true(r.y + r.height <= b->model.gpu->displays[0].height);
}

/* The bars, which begin with white: so many lines of text further up, and black behind them. */
static void expect_scrolled(unsigned lines)
{
	const struct model_display *d = &b->model.gpu->displays[0];
	uint32_t black = least(lines * FONT_HEIGHT, d->height);

	for (uint32_t y = 0; y < d->height; y++)
		assert_int_equal(!(d->screen[y * d->width] & 0xffffff), y >= d->height - black);
}

static void watch(struct model *m, struct model_reply *reply)
{
	enum { SCROLL = 3 };
	const struct virtio_gpu_ctrl_hdr *h = (const void *)reply->request;
	const struct virtio_gpu_resource_flush *flush = (const void *)reply->request;
	unsigned step = the_tap.points[0] - points;

	(void)m;
	if (!points)
		return;
	assert_in_range(step, 0, ARRAY_SIZE(dues));
	if (le32_value(h->type) == VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D)
		seen[step].transfers++;
	else if (le32_value(h->type) == VIRTIO_GPU_CMD_RESOURCE_FLUSH)
		note_flush(step, rectangle_of(&flush->r));
	else
		seen[step].others++;
	if (step == SCROLL && le32_value(h->type) == VIRTIO_GPU_CMD_RESOURCE_FLUSH)
		expect_scrolled(seen[step].flushes);
}

static void start(uint32_t width, uint32_t height)
{
	host_reset(NULL);
	memset(seen, 0, sizeof(seen));
	points = 0;
	bench_open(b, MODEL_MMIO, &model_type_gpu);
	b->model.gpu->displays[0] =
		(struct model_display){.enabled = true, .width = width, .height = height};
	b->model.lies.reply = watch;
	bench_expect_shown(b, &bars);
	/* Without the lines of register accesses, of which there are too many for the log. */
	the_log.level = LOG_INFO;
}

static enum status run(void)
{
	points = the_tap.points[0];
	return gpu_bench_run(&b->gpu, &b->screens.screens[0], &bars.picture);
}

static void finish(void)
{
	bench_end(b);
}

/* The value of a figure, whose unit must be that one. */
static uint64_t figure(const char *name, const char *kind, const char *unit)
{
	char start_of_line[80], got[32];
	unsigned long value;
	const char *line;

	format(start_of_line, sizeof(start_of_line), "# metric gpu0.%s.%s ", name, kind);
	line = strstr(host_log(), start_of_line);
	if (!line)
		fail_msg("no figure gpu0.%s.%s\n%s", name, kind, host_log());
	assert_int_equal(sscanf(line + strlen(start_of_line), "%lu %31s", &value, got), 2);
	assert_string_equal(got, unit);
	return value;
}

static bool has_figure(const char *name, const char *kind)
{
	char text[80];

	format(text, sizeof(text), "# metric gpu0.%s.%s ", name, kind);
	return host_logged(text);
}

/* The doorbell is the only register access of a round. */
static void expect_figures(const struct due *due)
{
	char point[64];

	format(point, sizeof(point), "gpu0: bench: %s: ", due->name);
	assert_true(host_logged(point));
	assert_int_equal(figure(due->name, "count", "times"), due->rounds);
	assert_int_equal(figure(due->name, "notifications", "a-round"), due->doorbells);
	assert_int_equal(figure(due->name, "writes", "a-round"), due->doorbells);
	assert_int_equal(figure(due->name, "reads", "a-round"), 0);
	assert_true(figure(due->name, "median", "ns") <= figure(due->name, "p99", "ns"));
	assert_int_equal(has_figure(due->name, "rate"), due->rate);
}

static void expect_commands(unsigned step, const struct due *due)
{
	unsigned pairs = due->flushes == NOT_EVEN ? seen[step].flushes : due->rounds * due->flushes;
	unsigned others = due->rounds * due->others;

	assert_int_equal(seen[step].flushes, pairs);
	assert_int_equal(seen[step].transfers + seen[step].others, pairs + others);
	assert_int_equal(seen[step].others, strcmp(due->name, "command") ? 0 : others);
}

/* Squares are of one size, at many places; the others are of the size that they are said to be. */
static void expect_areas(uint32_t width, uint32_t height)
{
	static const unsigned squares[] = {1, 13}, wholes[] = {0, 3, 12};
	enum { TILES = 2, TEXT = 4 };

	for (unsigned i = 0; i < ARRAY_SIZE(squares); i++) {
		unsigned step = squares[i];

		assert_int_equal(seen[step].least.width, least(width, BENCH_TILE));
		assert_int_equal(seen[step].most.width, least(width, BENCH_TILE));
		assert_int_equal(seen[step].least.height, least(height, BENCH_TILE));
		assert_int_equal(seen[step].most.height, least(height, BENCH_TILE));
		assert_int_equal(seen[step].most.x > 0, width > BENCH_TILE);
		assert_int_equal(seen[step].most.y > 0, height > BENCH_TILE);
	}
	for (unsigned i = 0; i < ARRAY_SIZE(wholes); i++) {
		assert_int_equal(seen[wholes[i]].least.width, width);
		assert_int_equal(seen[wholes[i]].least.height, height);
	}
	assert_true(seen[TILES].flushes >= BENCH_FRAMES);
	assert_true(seen[TILES].flushes <= BENCH_FRAMES * BENCH_TILES);
	assert_true(seen[TEXT].most.y + seen[TEXT].most.height <= 4 * FONT_HEIGHT);
}

/* `text`: whether there is room for a line of it. */
static void check(uint32_t width, uint32_t height, bool text)
{
	start(width, height);
	bench_expect(b, run(), OK);
	assert_int_equal(figure("screen", "width", "pixels"), width);
	assert_int_equal(figure("screen", "height", "pixels"), height);
	for (unsigned i = 0; i < ARRAY_SIZE(dues); i++) {
		struct due due = dues[i];

		if (!strcmp(due.name, "text"))
			due.flushes = due.doorbells = text;
		expect_figures(&due);
		expect_commands(i, &due);
	}
	expect_areas(width, height);
	assert_int_equal(the_tap.points[0] - points, ARRAY_SIZE(dues));
	assert_true(tap_passed());
	bench_expect_picture(b, 0, width, height);
	finish();
}

static void test_figures(void **state)
{
	(void)state;
	check(200, 160, true);
}

/* Smaller than a tile and than a line of text. */
static void test_small_screen(void **state)
{
	(void)state;
	check(40, 24, false);
}

/* A rate is of what the median took: of so many commands, or of the surface's bytes. */
static void expect_rate(const char *name, uint64_t amount, const char *unit)
{
	uint64_t ns = figure(name, "median", "ns");

	assert_int_equal(figure(name, "rate", unit), ns ? amount * 1000000000 / ns : 0);
}

static void test_rates(void **state)
{
	(void)state;
	start(64, 48);
	bench_expect(b, run(), OK);
	assert_true(figure("in-flight-8", "rate", "commands/s") > 0);
	expect_rate("in-flight-1", 1, "commands/s");
	expect_rate("in-flight-8", 8, "commands/s");
	expect_rate("draw", 64 * 48 * PIXEL_SIZE, "bytes/s");
	expect_rate("fill", 64 * 48 * PIXEL_SIZE, "bytes/s");
	finish();
}

/* The first that fails is the last that is run, and its memory is given back. */
static void test_refused(void **state)
{
	(void)state;
	start(64, 48);
	b->model.gpu->refuse_command = VIRTIO_GPU_CMD_GET_DISPLAY_INFO;
	b->model.gpu->refuse_with = VIRTIO_GPU_RESP_ERR_UNSPEC;
	bench_expect(b, run(), ERR_REFUSED);
	bench_expect_line("gpu0: command # round 1: refused");
	assert_true(has_figure("text", "median"));
	assert_false(has_figure("command", "median"));
	assert_false(has_figure("in-flight-1", "median"));
	assert_false(tap_passed());
	b->model.gpu->refuse_command = 0;
	finish();
}

static void test_no_room(void **state)
{
	(void)state;
	start(1000, 700);
	bench_expect(b, run(), ERR_NO_MEMORY);
	bench_expect_line("gpu0: bench # no room for another picture: ");
	assert_false(has_figure("screen", "width"));
	bench_expect_picture(b, 0, 1000, 700);
	finish();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_figures),
		cmocka_unit_test(test_small_screen),
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_no_room),
	};

	return cmocka_run_group_tests_name("gpu_bench", tests, NULL, bench_teardown);
}
