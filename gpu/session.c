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

static void log_loss(const struct gpu_session *s, enum status why)
{
	unsigned resources = 0, scanouts = 0;

	for (unsigned i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++) {
		const struct gpu_screen *screen = &s->screens.screens[i];

		if (!screen->frame.view_count)
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

static enum status recover(struct gpu_session *s, enum status why, const struct gpu_show *show)
{
	uint64_t worked = worked_us(s);
	enum status status;

	log_loss(s, why);
	if (s->recoveries && worked < GPU_SESSION_SETTLED_US) {
		tap_fail(s->name, "recovery", "%s again after %lu ms of work", status_name(why),
			worked / 1000);
		return give_up(s, why);
	}
	s->recoveries++;
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
	return status == OK ? OK : recover(s, status, show);
}

enum status gpu_session_recover(struct gpu_session *s, enum status why)
{
	return recover(s, why, NULL);
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
	status = recover(s, status, NULL);
	if (status != OK)
		return status;
	status = gpu_screens_update(&s->gpu, s->show, &s->screens, &more);
	*changes += more;
	return status == OK ? OK : recover(s, status, NULL);
}

enum status gpu_session_close(struct gpu_session *s)
{
	/* What is not taken down in order goes with the reset. */
	enum status status = s->open ? gpu_screens_take_down(&s->gpu, &s->screens) : OK;
	enum status ended = end(s);

	return ended == OK ? status : ended;
}
