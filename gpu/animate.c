/* SPDX-License-Identifier: BSD-2-Clause */
/* In: GPUs that show a picture. Out: that picture with something moving on it, and figures. */
#include "gpu/animate.h"

#include "gpu/connect.h"
#include "gpu/flip.h"
#include "gpu/motion.h"
#include "gpu/text.h"
#include "mem/clock.h"
#include "mem/format.h"
#include "mem/log.h"
#include "mem/tap.h"

#define SECOND_US 1000000u
#define TEXT_SIZE 80u

static uint64_t accesses_now(const struct gpu_session *s)
{
	return s->dev->count.reads + s->dev->count.writes - s->gpu.control.notifications;
}

/* The still part of the picture, out of which what has moved on is made good. */
static enum status open_background(
	struct gpu_session *s, const struct gpu_screen *screen, struct surface *background)
{
	const struct surface *front = &screen->surface;
	enum status status = surface_open_like(background, s->dev->pool, front);

	if (status == OK)
		picture_draw_part(&s->show->picture, background, &screen->frame.place);
	else
		tap_fail(s->name, "background", "%ux%u: %s", front->width, front->height,
			status_name(status));
	return status;
}

/*
 * A device that fails by this is brought up again, with all buffers there are by then. One that
 * refuses it works, and keeps the picture that it shows.
 */
static enum status open_back(struct gpu_session *s, struct gpu_screen *screen)
{
	enum status status;

	tap_tentative(true);
	status = gpu_flip_open(&s->gpu, screen);
	tap_tentative(false);
	if (status == OK)
		return OK;
	if (status == ERR_REFUSED ? gpu_flip_close(&s->gpu, screen) != OK : gpu_has_back(screen))
		return gpu_session_restart(s, status);
	tap_fail(s->name, "second buffer", "%ux%u: %s", screen->surface.width,
		screen->surface.height, status_name(status));
	return status;
}

static void begin(struct gpu_animation *a)
{
	struct gpu_session *s = a->session;

	for (unsigned i = 0; a->status == OK && i < VIRTIO_GPU_MAX_SCANOUTS; i++) {
		struct gpu_screen *screen = &s->screens.screens[i];

		if (!screen->frame.view_count)
			continue;
		a->status = open_background(s, screen, &a->background[i]);
		if (a->status == OK)
			a->status = open_back(s, screen);
	}
}

/* In the upper left quarter. As long in each frame: it covers what it covered before. */
static struct rectangle text_area(const struct gpu_view *v)
{
	return (struct rectangle){v->area.x, v->area.y, v->area.width / 2, v->area.height / 2};
}

/* Views that show the same have the same text. */
static void draw_text(
	struct gpu_animation *a, const struct gpu_screen *s, uint64_t frame, struct damage *damage)
{
	char text[TEXT_SIZE];

	format(text, sizeof(text), "frame %14lu\nframes a second %4lu\ndropped %12lu", frame,
		a->rate, a->pace.dropped);
	for (unsigned i = 0; i < s->frame.view_count; i++) {
		const struct gpu_view *v = &s->frame.views[i];
		struct rectangle r;

		if (i && same_rectangle(&v->area, &s->frame.views[0].area))
			continue;
		r = text_draw_label_in(&s->back.surface, text_area(v), text);
		damage_add(damage, r);
		if (a->pace.shown == 1 && r.width)
			log_info(a->session->name,
				"animate: text: rectangle %ux%u+%u+%u on scanout %u", r.width,
				r.height, r.x - v->area.x, r.y - v->area.y, v->scanout);
	}
}

/* Draws a frame on the back, where that differs from what the back holds, and flips. */
static enum status show_on_screen(struct gpu_animation *a, unsigned i, uint64_t frame)
{
	struct gpu_screen *s = &a->session->screens.screens[i];
	const struct surface *surface = &s->back.surface;
	const struct picture_place *place = &s->frame.place;
	struct damage damage = {0};

	if (a->back[i].drawn) {
		motion_damage(surface, place, a->back[i].frame, &damage);
		motion_damage(surface, place, frame, &damage);
	} else {
		damage_add(&damage, surface_whole(surface));
	}
	motion_draw(surface, &a->background[i], place, frame, &damage);
	if (a->session->show->label)
		draw_text(a, s, frame, &damage);
	a->back[i] = a->front[i];
	a->front[i] = (struct gpu_canvas){true, frame};
	return gpu_flip(&a->session->gpu, s, &damage);
}

static enum status show(struct gpu_animation *a, uint64_t frame)
{
	struct gpu *gpu = &a->session->gpu;
	uint64_t notifications = gpu->control.notifications, accesses = accesses_now(a->session);
	enum status status = OK;

	gpu_batch_begin(gpu, NULL);
	for (unsigned i = 0; status == OK && i < VIRTIO_GPU_MAX_SCANOUTS; i++)
		if (a->session->screens.screens[i].frame.view_count)
			status = show_on_screen(a, i, frame);
	status = gpu_batch_end(gpu, status);
	a->notifications += gpu->control.notifications - notifications;
	a->accesses += accesses_now(a->session) - accesses;
	return status;
}

/* The device has the fronts again, as they are in memory. The frame, or a later one, is due still.
 */
static void recover(struct gpu_animation *a, uint64_t frame, enum status why)
{
	log_error(a->session->name, "animate: frame %lu: %s", frame, status_name(why));
	a->status = gpu_session_recover(a->session, why);
	for (unsigned i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++)
		a->front[i].drawn = a->back[i].drawn = false;
	a->pace.next = frame;
	a->pace.shown--;
}

/* Frames a second since the last line. */
static uint64_t rate_of(const struct gpu_animation *a, uint64_t now)
{
	uint64_t took = now - a->told_us, shown = a->pace.shown - a->told.shown;

	return took ? (shown * SECOND_US + took / 2) / took : 0;
}

static void tell(struct gpu_animation *a, uint64_t now)
{
	uint64_t took = now - a->told_us;

	log_info(a->session->name, "animate: %lu frames in %lu.%03lu s, %lu dropped",
		a->pace.shown - a->told.shown, took / SECOND_US, took / 1000 % 1000,
		a->pace.dropped - a->told.dropped);
	a->rate = rate_of(a, now);
	a->told = a->pace;
	a->told_us = now;
}

/* Shows the frame that is due, if one is. False when there are no more. */
static bool step(struct gpu_animation *a)
{
	uint64_t now = clock_us(), frame;
	enum status status;

	if (a->status != OK || pace_is_over(&a->pace))
		return false;
	if (now >= a->told_us + SECOND_US)
		tell(a, now);
	else if (!a->told.shown)
		a->rate = rate_of(a, now);
	if (now < pace_due_us(&a->pace))
		return true;
	frame = pace_take(&a->pace, now);
	status = show(a, frame);
	if (status != OK)
		recover(a, frame, status);
	return true;
}

/* A device that fails by this is brought up again, and asked once more. */
static enum status close_back(struct gpu_session *s, struct gpu_screen *screen)
{
	enum status status;

	tap_tentative(true);
	status = gpu_flip_close(&s->gpu, screen);
	tap_tentative(false);
	if (status == OK)
		return OK;
	status = gpu_session_restart(s, status);
	return status == OK ? gpu_flip_close(&s->gpu, screen) : status;
}

static void finish(struct gpu_animation *a)
{
	struct gpu_session *s = a->session;
	uint64_t took = clock_us() - a->pace.start_us;

	for (unsigned i = 0; a->status == OK && i < VIRTIO_GPU_MAX_SCANOUTS; i++)
		if (s->screens.screens[i].frame.view_count)
			a->status = close_back(s, &s->screens.screens[i]);
	for (unsigned i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++)
		surface_close(&a->background[i], s->dev->pool);
	if (a->status != OK) {
		log_error(s->name, "animate: ended: %s", status_name(a->status));
		return;
	}
	tap_ok(s->name,
		"animated: %lu frames in %lu.%03lu s, %lu dropped; %lu notifications, %lu other "
		"register accesses",
		a->pace.shown, took / SECOND_US, took / 1000 % 1000, a->pace.dropped,
		a->notifications, a->accesses);
}

static bool step_all(struct gpu_animation *animations, unsigned count)
{
	bool any = false;

	for (unsigned i = 0; i < count; i++)
		any |= step(&animations[i]);
	return any;
}

void gpu_animate_run(struct gpu_animation *animations, unsigned count, uint64_t frames)
{
	uint64_t start;

	if (frames)
		log_info("gpu", "animate: %u GPUs, %lu frames, %u a second", count, frames,
			GPU_ANIMATE_RATE);
	else
		log_info("gpu", "animate: %u GPUs, for ever, %u frames a second", count,
			GPU_ANIMATE_RATE);
	for (unsigned i = 0; i < count; i++)
		begin(&animations[i]);
	start = clock_us();
	for (unsigned i = 0; i < count; i++) {
		animations[i].pace =
			(struct pace){.start_us = start, .rate = GPU_ANIMATE_RATE, .count = frames};
		animations[i].told_us = start;
	}
	while (step_all(animations, count)) {
		log_poll();
		cpu_relax();
	}
	for (unsigned i = 0; i < count; i++)
		finish(&animations[i]);
}
