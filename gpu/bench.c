/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a GPU and a screen that it shows. Out: what everything costs, as figures on the log. */
#include "gpu/bench.h"

#include "gpu/present.h"
#include "gpu/samples.h"
#include "gpu/text.h"
#include "mem/clock.h"
#include "mem/log.h"
#include "mem/string.h"
#include "mem/tap.h"

/* Of a picture that is drawn: some tens of megabytes in all. */
#define DRAWINGS 20u
#define COMMANDS 300u
#define BATCHES  100u

/* A line of a console. */
#define TEXT_WIDTH  640u
#define TEXT_HEIGHT (4 * FONT_HEIGHT)

struct bench {
	struct gpu *gpu;
	const struct gpu_screen *screen;
	const struct picture *picture;
	struct surface kept; /* what the screen showed */
};

/* What one round made the processor do at the device. */
struct costs {
	uint64_t notifications;
	uint64_t reads;
	uint64_t writes;
};

struct bench_step {
	const char *name;
	enum status (*run)(struct bench *b, unsigned round, unsigned amount);
	unsigned rounds;
	unsigned amount; /* of a round, given to `run` */
	const char *unit; /* of `rate`; NULL: it has none */
};

static enum status present(struct bench *b, struct rectangle area)
{
	struct damage damage = {0};

	damage_add(&damage, area);
	return gpu_present(b->gpu, b->screen->resource, &b->screen->surface, &damage, NULL);
}

static enum status present_full(struct bench *b, unsigned round, unsigned amount)
{
	(void)round;
	(void)amount;
	return present(b, surface_whole(&b->screen->surface));
}

static enum status copy_full(struct bench *b, unsigned round, unsigned amount)
{
	struct rectangle all = surface_whole(&b->kept);

	(void)round;
	(void)amount;
	surface_copy(&b->screen->surface, &b->kept, all);
	return present(b, all);
}

/* Another one each time. */
static struct rectangle tile(const struct bench *b, unsigned round)
{
	const struct surface *s = &b->screen->surface;
	uint32_t width = (uint32_t)min_u64(BENCH_TILE, s->width);
	uint32_t height = (uint32_t)min_u64(BENCH_TILE, s->height);

	return (struct rectangle){round * width % (s->width - width + 1),
		round * height % (s->height - height + 1), width, height};
}

static enum status present_tile(struct bench *b, unsigned round, unsigned amount)
{
	(void)amount;
	return present(b, tile(b, round));
}

/* As many of them as one presentation takes, none next to another. */
static enum status present_tiles(struct bench *b, unsigned round, unsigned amount)
{
	const struct gpu_screen *screen = b->screen;
	struct damage damage = {0};

	for (unsigned i = 0; i < amount; i++)
		damage_add(&damage, tile(b, 2 * (round + i)));
	return gpu_present(b->gpu, screen->resource, &screen->surface, &damage, NULL);
}

static enum status copy_tile(struct bench *b, unsigned round, unsigned amount)
{
	struct rectangle r = tile(b, round);

	(void)amount;
	surface_copy(&b->screen->surface, &b->kept, r);
	return present(b, r);
}

static enum status scroll(struct bench *b, unsigned round, unsigned amount)
{
	const struct surface *s = &b->screen->surface;

	(void)round;
	(void)amount;
	for (uint32_t y = 0; y < s->height; y++) {
		if (y + FONT_HEIGHT < s->height)
			memcpy(surface_row(s, y), surface_row(s, y + FONT_HEIGHT), s->stride_bytes);
		else
			memset(surface_row(s, y), 0, s->stride_bytes);
	}
	return present(b, surface_whole(s));
}

static enum status write_text(struct bench *b, unsigned round, unsigned amount)
{
	const struct surface *s = &b->screen->surface;
	struct rectangle line = {0, 0, (uint32_t)min_u64(s->width, TEXT_WIDTH),
		(uint32_t)min_u64(s->height, TEXT_HEIGHT)};

	(void)amount;
	return present(b, text_draw_label_in(s, line,
				  round % 2 ? "The quick brown fox jumps over the"
					    : "lazy dog, again and again, by turns"));
}

static enum status command(struct bench *b, unsigned round, unsigned amount)
{
	struct gpu_display displays[VIRTIO_GPU_MAX_SCANOUTS];

	(void)round;
	(void)amount;
	return gpu_get_display_info(b->gpu, displays);
}

static enum status in_flight(struct bench *b, unsigned round, unsigned amount)
{
	const struct rectangle pixel = {0, 0, 1, 1};
	enum status status = OK;

	(void)round;
	gpu_batch_begin(b->gpu, NULL);
	for (unsigned i = 0; status == OK && i < amount; i++)
		status = gpu_transfer(b->gpu, b->screen->resource, &b->screen->surface, pixel);
	return gpu_batch_end(b->gpu, status);
}

static enum status draw(struct bench *b, unsigned round, unsigned amount)
{
	(void)round;
	(void)amount;
	picture_draw_part(b->picture, &b->screen->surface, &b->screen->frame.place);
	return OK;
}

static enum status fill(struct bench *b, unsigned round, unsigned amount)
{
	const struct surface *s = &b->screen->surface;

	(void)amount;
	for (unsigned i = 0; i < s->band_count; i++)
		memset(s->bands[i].block.data, (int)round,
			(size_t)s->bands[i].rows * s->stride_bytes);
	return OK;
}

/* `copy-full` is the last of those that change the surface: it makes it what it was. */
static const struct bench_step steps[] = {
	{"present-full", present_full, BENCH_FRAMES, 0, NULL},
	{"present-tile", present_tile, BENCH_FRAMES, 0, NULL},
	{"present-tiles", present_tiles, BENCH_FRAMES, BENCH_TILES, NULL},
	{"scroll", scroll, BENCH_FRAMES, 0, NULL},
	{"text", write_text, BENCH_FRAMES, 0, NULL},
	{"command", command, COMMANDS, 0, NULL},
	{"in-flight-1", in_flight, BATCHES, 1, "commands/s"},
	{"in-flight-2", in_flight, BATCHES, 2, "commands/s"},
	{"in-flight-8", in_flight, BATCHES, 8, "commands/s"},
	{"in-flight-32", in_flight, BATCHES, 32, "commands/s"},
	{"draw", draw, DRAWINGS, 0, "bytes/s"},
	{"fill", fill, DRAWINGS, 0, "bytes/s"},
	{"copy-full", copy_full, BENCH_FRAMES, 0, NULL},
	{"copy-tile", copy_tile, BENCH_FRAMES, 0, NULL},
};

static struct costs costs_now(const struct gpu *gpu)
{
	return (struct costs){
		gpu->control.notifications, gpu->dev->count.reads, gpu->dev->count.writes};
}

static void raise(uint64_t *most, uint64_t before, uint64_t now)
{
	if (now - before > *most)
		*most = now - before;
}

/* Runs and times the rounds of a step; `most` is what one of them cost at the most. */
static enum status time_step(
	struct bench *b, const struct bench_step *step, struct samples *samples, struct costs *most)
{
	enum status status = OK;

	for (unsigned i = 0; status == OK && i < step->rounds; i++) {
		struct costs before = costs_now(b->gpu), now;
		uint64_t start = clock_ns();

		status = step->run(b, i, step->amount);
		samples_add(samples, clock_ns() - start);
		now = costs_now(b->gpu);
		raise(&most->notifications, before.notifications, now.notifications);
		raise(&most->reads, before.reads, now.reads);
		raise(&most->writes, before.writes, now.writes);
	}
	return status;
}

static enum status measure(struct bench *b, const struct bench_step *step)
{
	const struct surface *s = &b->screen->surface;
	uint64_t amount = step->amount ? step->amount : (uint64_t)s->height * s->stride_bytes;
	const char *name = b->gpu->name;
	struct samples samples = {0};
	struct costs most = {0};
	enum status status;

	/* A log that is waiting would be written by whoever waits for an answer. */
	log_drain();
	status = time_step(b, step, &samples, &most);
	if (status != OK) {
		tap_fail(name, step->name, "round %u: %s", samples.count, status_name(status));
		return status;
	}
	samples_metrics(&samples, name, step->name);
	if (step->unit)
		metric(name, step->name, "rate",
			samples_rate(amount, samples_percentile(&samples, 50)), step->unit);
	metric(name, step->name, "notifications", most.notifications, "a-round");
	metric(name, step->name, "reads", most.reads, "a-round");
	metric(name, step->name, "writes", most.writes, "a-round");
	tap_ok(name, "bench: %s: %lu us, %lu register accesses", step->name,
		samples_percentile(&samples, 50) / 1000, most.reads + most.writes);
	return OK;
}

enum status gpu_bench_run(
	struct gpu *gpu, const struct gpu_screen *screen, const struct picture *picture)
{
	struct bench b = {.gpu = gpu, .screen = screen, .picture = picture};
	const struct surface *s = &screen->surface;
	enum status status = surface_open_like(&b.kept, gpu->dev->pool, s);

	if (status != OK) {
		tap_fail(
			gpu->name, "bench", "no room for another picture: %s", status_name(status));
		return status;
	}
	surface_copy(&b.kept, s, surface_whole(s));
	metric(gpu->name, "screen", "width", s->width, "pixels");
	metric(gpu->name, "screen", "height", s->height, "pixels");
	for (unsigned i = 0; status == OK && i < ARRAY_SIZE(steps); i++)
		status = measure(&b, &steps[i]);
	surface_close(&b.kept, gpu->dev->pool);
	return status;
}
