/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a GPU that shows a picture on its displays. Out: what a frame of all of them costs. */
#include <stdio.h>

#include "mem/clock.h"
#include "mem/log.h"
#include "tests/qtest/bench.h"

/* Of one frame: drawn and presented on each display. */
struct frame_cost {
	uint64_t notifications;
	uint64_t reads;
	uint64_t writes;
	uint64_t draw_ns;
	uint64_t present_ns;
};

/* The bytes of all pixels that are shown. */
static uint64_t count_bytes(const struct gpu_screens *screens)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++) {
		const struct gpu_screen *s = &screens->screens[i];

		if (s->frame.view_count)
			bytes += (uint64_t)s->surface.width * s->surface.height * PIXEL_SIZE;
	}
	return bytes;
}

static void draw(struct light *l)
{
	for (unsigned i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++) {
		struct gpu_screen *s = &l->session.screens.screens[i];

		if (s->frame.view_count)
			picture_draw_part(&l->show.picture, &s->surface, &s->frame.place);
	}
}

static enum status make_frame(struct light *l, struct frame_cost *out)
{
	const struct gpu *gpu = &l->session.gpu;
	struct io_count before = gpu->dev->count;
	uint64_t rung = gpu->control.notifications, start = clock_ns(), drawn;
	enum status status;

	draw(l);
	drawn = clock_ns();
	status = gpu_screens_present(&l->session.gpu, &l->session.screens);
	*out = (struct frame_cost){
		.notifications = gpu->control.notifications - rung,
		.reads = gpu->dev->count.reads - before.reads,
		.writes = gpu->dev->count.writes - before.writes,
		.draw_ns = drawn - start,
		.present_ns = clock_ns() - drawn,
	};
	return status;
}

/* Of counts the most, of times the least: what else the host does only adds to them. */
static void merge(struct frame_cost *all, const struct frame_cost *one)
{
	all->notifications = max_u64(all->notifications, one->notifications);
	all->reads = max_u64(all->reads, one->reads);
	all->writes = max_u64(all->writes, one->writes);
	all->draw_ns = min_u64(all->draw_ns, one->draw_ns);
	all->present_ns = min_u64(all->present_ns, one->present_ns);
}

enum status light_frames(struct bench *b, const struct words *w)
{
	struct light *l = bench_find_lit(b, w);
	struct frame_cost all = {.draw_ns = UINT64_MAX, .present_ns = UINT64_MAX}, one;
	enum status status = OK;

	if (!l)
		return ERR_NOT_FOUND;
	log_mute(true);
	for (uint64_t n = words_number(w, 2); status == OK && n; n--) {
		status = make_frame(l, &one);
		merge(&all, &one);
	}
	log_mute(false);
	log_info("qtest",
		"frame: %u displays, %lu bytes, %lu notifications, %lu reads, %lu writes, draw "
		"%lu ns, present %lu ns",
		l->session.screens.count, count_bytes(&l->session.screens), all.notifications,
		all.reads, all.writes, all.draw_ns, all.present_ns);
	return status;
}
