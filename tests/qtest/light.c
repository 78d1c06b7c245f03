/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a GPU and a picture. Out: the picture on its screen, in one piece or in many. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gpu/animate.h"
#include "gpu/present.h"
#include "mem/log.h"
#include "mem/tap.h"
#include "tests/qtest/bench.h"
#include "tests/qtest/traffic.h"

static struct light *light_of(struct bench *b, const struct virtio_device *dev)
{
	return &b->lights[dev - b->found.devices];
}

struct light *bench_find_lit(struct bench *b, const struct words *w)
{
	struct virtio_device *dev = bench_find_device(b, w, 1);

	if (dev && light_of(b, dev)->lit)
		return light_of(b, dev);
	log_error("qtest", "%s shows nothing", w->word[1]);
	return NULL;
}

/* `bars`, `solid:ff8000`; ERR_NOT_FOUND for a name that no pattern has. */
static enum status parse_picture(const char *text, struct picture *out)
{
	size_t length = strcspn(text, ":");
	unsigned long colour = text[length] ? strtoul(text + length + 1, NULL, 16) : 0;

	out->solid =
		(struct colour){(uint8_t)(colour >> 16), (uint8_t)(colour >> 8), (uint8_t)colour};
	for (unsigned i = PICTURE_BARS; i <= PICTURE_SOLID; i++) {
		out->pattern = i;
		if (strlen(picture_name(i)) == length && !strncmp(picture_name(i), text, length))
			return OK;
	}
	log_error("qtest", "pattern: %s is not known", text);
	return ERR_NOT_FOUND;
}

static enum status parse_format(const char *text, enum pixel_format *out)
{
	for (unsigned i = 0; i < PIXEL_FORMATS; i++)
		if (!strcmp(pixel_format_names[i], text)) {
			*out = i;
			return OK;
		}
	log_error("qtest", "format: %s is not known", text);
	return ERR_NOT_FOUND;
}

/* `on`, or X,Y. */
static void take_cursor(const char *text, struct light *l)
{
	char *end;

	l->setup.cursor = true;
	l->show.cursor.given = strcmp(text, "on");
	l->show.cursor.x = (uint32_t)strtoul(text, &end, 10);
	l->show.cursor.y = (uint32_t)strtoul(*end ? end + 1 : end, NULL, 10);
}

/* `mirror`; ERR_NOT_FOUND for a name that no layout has. */
static enum status parse_layout(const char *text, enum gpu_layout *out)
{
	for (unsigned i = GPU_SEPARATE; i <= GPU_SPAN; i++) {
		*out = i;
		if (!strcmp(gpu_layout_name(i), text))
			return OK;
	}
	log_error("qtest", "layout: %s is not known", text);
	return ERR_NOT_FOUND;
}

/* What the words from word 2 on ask to be shown. */
static enum status parse_show(const struct words *w, struct light *l)
{
	struct gpu_show *show = &l->show;
	enum status status = parse_picture(w->word[2], &show->picture);

	show->choice = (struct gpu_display_choice){
		.width = (uint32_t)words_number(w, 3), .height = (uint32_t)words_number(w, 4)};
	snprintf(l->label, sizeof(l->label), "%s", w->count > 5 ? w->word[5] : "-");
	show->label = strcmp(l->label, "-") ? l->label : NULL;
	show->layout = GPU_SEPARATE;
	if (status == OK && w->count > 6)
		status = parse_layout(w->word[6], &show->layout);
	show->choice.all = w->count > 7 && !strcmp(w->word[7], "all");
	show->format = PIXEL_B8G8R8X8;
	show->cursor = (struct gpu_cursor_place){0};
	if (status == OK && w->count > 8)
		status = parse_format(w->word[8], &show->format);
	if (w->count > 9 && strcmp(w->word[9], "off"))
		take_cursor(w->word[9], l);
	show->scattered = w->count > 10;
	return status;
}

enum status light_show(struct bench *b, const struct words *w)
{
	struct virtio_device *dev = bench_find_device(b, w, 1);
	struct light *l;
	enum status status;

	if (!dev || light_of(b, dev)->lit)
		return ERR_NOT_FOUND;
	l = light_of(b, dev);
	l->setup = gpu_setup_full;
	status = parse_show(w, l);
	if (status != OK)
		return status;
	l->setup.features |= b->wanted;
	dev->count = (struct io_count){.journal = dev->count.journal};
	status = gpu_session_open(
		&l->session, (unsigned)(dev - b->found.devices), dev, &l->setup, &l->show);
	l->lit = status == OK;
	log_info(dev->name, "register accesses: %lu reads, %lu writes, %lu notifications",
		dev->count.reads, dev->count.writes, l->session.gpu.control.notifications);
	return status;
}

/* After a command failed: recovers, which shows the surface as it is in memory. */
static enum status recover(struct light *l, enum status why)
{
	enum status status = gpu_session_recover(&l->session, why);

	l->lit = status == OK;
	return status;
}

/* Brings one tile of the new picture to the screen. */
static enum status present_tile(struct light *l, const struct gpu_screen *s, struct rectangle tile)
{
	struct gpu *gpu = &l->session.gpu;
	enum status status = gpu_transfer(gpu, s->resource, &s->surface, tile);

	return status == OK ? gpu_flush(gpu, s->resource, tile) : status;
}

enum status light_watch(struct bench *b, const struct words *w)
{
	struct light *l = bench_find_lit(b, w);
	struct gpu_watch watch = {.session = l ? &l->session : NULL};

	if (!l)
		return ERR_NOT_FOUND;
	gpu_watch_run(&watch, 1, words_number(w, 2) * 1000);
	l->lit = watch.status == OK;
	return watch.status;
}

enum status light_animate(struct bench *b, const struct words *w)
{
	struct light *l = bench_find_lit(b, w);
	struct gpu_animation animation = {.session = l ? &l->session : NULL};

	if (!l)
		return ERR_NOT_FOUND;
	gpu_animate_run(&animation, 1, words_number(w, 2));
	l->lit = l->session.open;
	return animation.status;
}

enum status light_repaint(struct bench *b, const struct words *w)
{
	struct light *l = bench_find_lit(b, w);
	struct rectangle tile = {0, 0, (uint32_t)words_number(w, 3), (uint32_t)words_number(w, 4)};
	struct picture picture;
	const struct gpu_screen *s;
	enum status status;

	if (!l || !tile.width || !tile.height)
		return ERR_NOT_FOUND;
	status = parse_picture(w->word[2], &picture);
	if (status != OK)
		return status;
	s = &l->session.screens.screens[0];
	picture_draw(&picture, &s->surface);
	for (uint32_t y = 0; status == OK && y < s->surface.height; y += tile.height)
		for (uint32_t x = 0; status == OK && x < s->surface.width; x += tile.width)
			status = present_tile(l, s,
				(struct rectangle){x, y,
					(uint32_t)min_u64(tile.width, s->surface.width - x),
					(uint32_t)min_u64(tile.height, s->surface.height - y)});
	return status == OK ? OK : recover(l, status);
}

/* Draws one rectangle of a picture, anywhere. */
static struct rectangle draw_patch(const struct picture *picture, const struct surface *s)
{
	struct rectangle r;

	r.width = 1 + (uint32_t)rand() % (s->width / 4);
	r.height = 1 + (uint32_t)rand() % (s->height / 4);
	r.x = (uint32_t)rand() % (s->width - r.width + 1);
	r.y = (uint32_t)rand() % (s->height - r.height + 1);
	for (uint32_t y = r.y; y < r.y + r.height; y++)
		for (uint32_t x = r.x; x < r.x + r.width; x++)
			surface_row(s, y)[x] = surface_pixel(
				s, picture_colour(picture, x, y, s->width, s->height));
	log_info("qtest", "patch: %ux%u+%u+%u", r.width, r.height, r.x, r.y);
	return r;
}

enum status light_patch(struct bench *b, const struct words *w)
{
	struct light *l = bench_find_lit(b, w);
	struct damage damage = {0};
	struct picture picture;
	const struct gpu_screen *s;
	enum status status = l ? parse_picture(w->word[2], &picture) : ERR_NOT_FOUND;

	if (status != OK)
		return status;
	s = &l->session.screens.screens[0];
	for (uint64_t i = words_number(w, 3); i; i--)
		damage_add(&damage, draw_patch(&picture, &s->surface));
	log_info("qtest", "damage: %u rectangles", damage.count);
	return gpu_present(&l->session.gpu, s->resource, &s->surface, &damage, NULL);
}

enum status light_flush(struct bench *b, const struct words *w)
{
	struct light *l = bench_find_lit(b, w);
	struct traffic traffic;
	enum status status;

	if (!l)
		return ERR_NOT_FOUND;
	status = traffic_open(&traffic, &l->session.gpu.control, &traffic_flush);
	if (status == OK)
		status = traffic_run(&traffic, words_number(w, 2));
	if (status != OK)
		status = recover(l, status);
	/* Otherwise the device may still have some of it. */
	if (status == OK)
		traffic_close(&traffic);
	return status;
}

/* What a driver with a bug would do: the device cannot follow this chain, and gives up. Split. */
enum status light_break(struct bench *b, const struct words *w)
{
	struct light *l = bench_find_lit(b, w);
	struct queue *q;

	if (!l)
		return ERR_NOT_FOUND;
	q = &l->session.gpu.control;
	le16_store(&q->ring.avail->ring[q->avail_idx % q->size], (uint16_t)q->size);
	q->avail_idx++;
	queue_notify(q);
	return OK;
}

/* A request too short for a header, which QEMU takes and does not answer; then the time is up. */
enum status light_stall(struct bench *b, const struct words *w)
{
	struct light *l = bench_find_lit(b, w);
	struct queue_buffer buffers[2];
	struct queue_used used;
	struct queue *q;
	enum status status;

	if (!l)
		return ERR_NOT_FOUND;
	q = &l->session.gpu.control;
	buffers[0] = (struct queue_buffer){l->session.gpu.requests.memory.address, 1};
	buffers[1] =
		(struct queue_buffer){paddr_add(buffers[0].address, GPU_LONG_SIZE), GPU_LONG_SIZE};
	/* The device is not told of it: QEMU 10 would answer also what is shorter than a header. */
	status = queue_add(q, buffers, 1, 1, NULL);
	if (status != OK)
		return status;
	status = queue_wait(q, &used);
	return status == OK ? OK : recover(l, status);
}

/* Nothing is lit, so nothing may be allocated. */
static enum status check_leaks(const struct bench *b)
{
	for (unsigned i = 0; i < b->found.count; i++)
		if (b->lights[i].lit)
			return OK;
	if (!b->dma.used)
		return OK;
	log_error("qtest", "dma: %lu bytes are still allocated", b->dma.used);
	return ERR_PROTOCOL;
}

enum status light_close(struct bench *b, const struct words *w)
{
	struct light *l = bench_find_lit(b, w);
	enum status status = l ? gpu_session_close(&l->session) : ERR_NOT_FOUND;

	if (l)
		l->lit = false;
	return status == OK ? check_leaks(b) : status;
}

/* One life of the device: shown and taken down so often, all memory back where it was. */
static enum status live(struct bench *b, struct light *l, struct virtio_device *dev,
	const struct gpu_show *show, uint64_t shows)
{
	struct gpu_session *s = &l->session;
	enum status status =
		gpu_session_open(s, (unsigned)(dev - b->found.devices), dev, &gpu_setup_full, show);
	uint64_t used = b->dma.used;

	if (status != OK)
		return status;
	while (status == OK && shows--) {
		unsigned changes;

		status = gpu_screens_take_down(&s->gpu, &s->screens);
		if (status == OK)
			status = gpu_screens_update(&s->gpu, show, &s->screens, &changes);
		if (status == OK && b->dma.used != used) {
			log_error("qtest", "dma: %lu bytes used, %lu before", b->dma.used, used);
			status = ERR_PROTOCOL;
		}
	}
	/* The error that came first is the one to be told. */
	if (status != OK)
		return status;
	return gpu_session_close(s);
}

enum status light_rounds(struct bench *b, const struct words *w)
{
	static const struct gpu_show show = {
		.picture = {.pattern = PICTURE_GRID}, .choice = {.all = true}};
	struct virtio_device *dev = bench_find_device(b, w, 1);
	uint64_t rounds = words_number(w, 2), used = b->dma.used;
	enum status status = OK;

	if (!dev || light_of(b, dev)->lit)
		return ERR_NOT_FOUND;
	log_mute(true);
	while (status == OK && rounds--)
		status = live(b, light_of(b, dev), dev, &show, words_number(w, 3));
	log_mute(false);
	if (status != OK)
		return status;
	log_info("qtest", "rounds: dma: %lu bytes used, %lu before", b->dma.used, used);
	return b->dma.used == used ? OK : ERR_PROTOCOL;
}
