/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a GPU and a picture. Out: the picture on its displays, also after the device failed once. */
#include "gpu/session.h"

#include "mem/clock.h"
#include "mem/format.h"
#include "mem/log.h"
#include "mem/string.h"
#include "mem/tap.h"

/* How long the device worked since it was last brought up: what it did not answer is no work. */
static uint64_t worked_us(const struct gpu_session *s)
{
	uint64_t until = s->gpu.sent_us;

	return until > s->working_since_us ? until - s->working_since_us : 0;
}

/* Opens the device, then shows `show` anew, or what the screens are in memory when it is NULL. */
static enum status bring_up(struct gpu_session *s, const struct gpu_show *show)
{
	enum status status = gpu_open(&s->gpu, s->number, s->dev, &s->setup);

	s->open = status == OK;
	if (status != OK)
		return status;
	return show ? gpu_show(&s->gpu, show, &s->screens)
		    : gpu_screens_restore(&s->gpu, &s->screens);
}

/* After this the device knows none of the memory it was given; or the memory is lost. */
static enum status reset(struct gpu_session *s)
{
	bool open = s->open;

	s->open = false;
	return open ? gpu_close(&s->gpu) : virtio_stop(s->dev);
}

/* Their memory may still be the device's: it is nobody's from now on. */
static void lose_screens(struct gpu_session *s)
{
	memset(&s->screens, 0, sizeof(s->screens));
}

/* Resets the device and gives everything back. */
static enum status end(struct gpu_session *s)
{
	enum status status = reset(s);

	if (status == OK)
		gpu_screens_close(&s->screens, s->dev->pool);
	else
		lose_screens(s);
	return status;
}

/* The end of a session that is not recovered from. The failure may have no test point yet. */
static enum status give_up(struct gpu_session *s, enum status why)
{
	if (s->open)
		virtio_fail(s->dev);
	if (end(s) != OK)
		log_error(s->name, "recovery: the device is not reset: its memory is lost");
	return why;
}

/* `all`: with the device's resources, not only the requests. */
static void log_loss(const struct gpu_session *s, enum status why, bool all)
{
	unsigned resources = 0, scanouts = 0;

	for (unsigned i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++) {
		const struct gpu_screen *screen = &s->screens.screens[i];

		if (!screen->frame.view_count || !all)
			continue;
		resources += screen->created;
		for (uint32_t set = screen->set; set; set &= set - 1)
			scanouts++;
	}
	log_info(s->name,
		"recovery: after: %s; lost: %u requests in flight, %u resources, "
		"%u scanouts",
		status_name(why), s->open ? s->gpu.control.in_flight : 0, resources, scanouts);
}

/* Whether a reset of the control queue may be enough: all else on the device is as it should be. */
static bool only_queue_stuck(const struct gpu_session *s, enum status why)
{
	return s->open && why == ERR_TIMEOUT && s->gpu.control.in_flight &&
	       virtio_has(s->dev, VIRTIO_F_RING_RESET) && virtio_judge(s->dev) == OK;
}

/* Resources and scanouts survive (§2.6.1). What fails here is tried again by the whole reset. */
static enum status reset_control(struct gpu_session *s)
{
	enum status status;

	tap_tentative(true);
	status = queue_reset(&s->gpu.control);
	if (status == OK)
		status = gpu_screens_present(&s->gpu, &s->screens);
	tap_tentative(false);
	if (status != OK)
		log_error(
			s->name, "recovery: the queue reset did not help: %s", status_name(status));
	return status;
}

/* What the device was told of the screens: all of it, or some that is in doubt. */
enum told { TOLD_ALL, TOLD_SOME };

static enum status recover(
	struct gpu_session *s, enum status why, const struct gpu_show *show, enum told told)
{
	bool by_queue = told == TOLD_ALL && only_queue_stuck(s, why);
	uint64_t worked = worked_us(s);
	enum status status;

	log_loss(s, why, !by_queue);
	if (s->recoveries && worked < GPU_SESSION_SETTLED_US) {
		tap_fail(s->name, "recovery", "%s again after %lu ms of work", status_name(why),
			worked / 1000);
		return give_up(s, why);
	}
	s->recoveries++;
	if (by_queue) {
		if (reset_control(s) == OK) {
			s->working_since_us = clock_us();
			tap_ok(s->name, "recovered by a queue reset: %s", status_name(why));
			return OK;
		}
		log_loss(s, why, true);
	}
	status = reset(s);
	if (status != OK) {
		tap_fail(s->name, "recovery",
			"after %s the device cannot be reset: %s; its memory is lost",
			status_name(why), status_name(status));
		lose_screens(s);
		return status;
	}
	if (show)
		gpu_screens_close(&s->screens, s->dev->pool);
	status = bring_up(s, show);
	if (status != OK) {
		tap_fail(s->name, "recovery", "%s: %s",
			show ? "it failed again" : "the pictures are not restored",
			status_name(status));
		return give_up(s, status);
	}
	s->working_since_us = clock_us();
	tap_ok(s->name, "recovered: %s", status_name(why));
	return OK;
}

enum status gpu_session_open(struct gpu_session *s, unsigned number, struct virtio_device *dev,
	const struct gpu_setup *setup, const struct gpu_show *show)
{
	enum status status;

	*s = (struct gpu_session){.number = number,
		.dev = dev,
		.setup = *setup,
		.show = show,
		.working_since_us = clock_us()};
	format(s->name, sizeof(s->name), "gpu%u", number);
	tap_tentative(true);
	status = bring_up(s, show);
	tap_tentative(false);
	return status == OK ? OK : recover(s, status, show, TOLD_SOME);
}

enum status gpu_session_recover(struct gpu_session *s, enum status why)
{
	return recover(s, why, NULL, TOLD_ALL);
}

enum status gpu_session_restart(struct gpu_session *s, enum status why)
{
	return recover(s, why, NULL, TOLD_SOME);
}

/* Of the program's own: no reset of the device makes any. */
static bool lacks_room(enum status status)
{
	return status == ERR_NO_MEMORY || status == ERR_RANGE;
}

enum status gpu_session_update(struct gpu_session *s, unsigned *changes)
{
	unsigned more = 0;
	enum status status;

	tap_tentative(true);
	status = gpu_screens_update(&s->gpu, s->show, &s->screens, changes);
	tap_tentative(false);
	if (status == OK)
		return OK;
	if (lacks_room(status)) {
		tap_fail(s->name, "displays", "%s", status_name(status));
		return status;
	}
	/* A change that was under way is done again as a whole. */
	status = recover(s, status, NULL, *changes ? TOLD_SOME : TOLD_ALL);
	if (status != OK)
		return status;
	status = gpu_screens_update(&s->gpu, s->show, &s->screens, &more);
	*changes += more;
	return status == OK || lacks_room(status) ? status : recover(s, status, NULL, TOLD_SOME);
}

enum status gpu_session_close(struct gpu_session *s)
{
	/* What is not taken down in order goes with the reset. */
	enum status status = s->open ? gpu_screens_take_down(&s->gpu, &s->screens) : OK;
	enum status ended = end(s);

	return ended == OK ? status : ended;
}
