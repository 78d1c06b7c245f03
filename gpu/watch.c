/* SPDX-License-Identifier: BSD-2-Clause */
/* In: GPUs that show a picture. Out: the picture on whatever displays there are, as they change. */
#include "gpu/watch.h"

#include "mem/clock.h"
#include "mem/log.h"
#include "mem/tap.h"
#include "virtio/diagnosis.h"

/* Each so many looks are at the status: a device that broke has no event to tell. */
#define STATUS_EVERY 64u

/* A field of 32 bits needs no generation (§2.5.1): this is one register read. */
static enum status read_events(struct virtio_device *dev, uint32_t *events)
{
	*events = dev->transport->read_config(dev, offsetof(struct virtio_gpu_config, events_read));
	return *events == UINT32_MAX ? virtio_judge(dev) : OK;
}

/* By interrupts: no register is read without one, but at first and now and then. */
static enum status listen(struct gpu_watch *w, uint32_t *events)
{
	struct virtio_device *dev = w->session->dev;
	bool told = virtio_interrupt_changed(dev), due = w->untold >= GPU_WATCH_UNTOLD_LOOKS;
	enum status status;

	if (!told && w->untold && !due) {
		w->untold++;
		return OK;
	}
	w->untold = 1;
	status = read_events(dev, events);
	if (status == OK && !*events)
		status = virtio_judge(dev);
	if (!told && due && (*events || status == ERR_NEEDS_RESET))
		virtio_interrupt_change_seen(dev);
	return status;
}

/* Whether something happened: the one place where that is noticed. */
static enum status notice(struct gpu_watch *w, uint32_t *events)
{
	struct virtio_device *dev = w->session->dev;

	*events = 0;
	w->looks++;
	if (virtio_interrupt_tells_changes(dev))
		return listen(w, events);
	return w->looks % STATUS_EVERY ? read_events(dev, events) : virtio_judge(dev);
}

/* Before the displays are asked for: a change behind that is an event of its own. */
static void acknowledge(struct gpu_watch *w, uint32_t events)
{
	struct virtio_device *dev = w->session->dev;
	uint32_t unknown = events & ~VIRTIO_GPU_EVENT_DISPLAY & ~w->unknown;

	if (unknown)
		log_info(w->session->name, "watch: events_read has unknown bits 0x%x", unknown);
	w->unknown |= unknown;
	if (!(events & VIRTIO_GPU_EVENT_DISPLAY))
		return;
	w->events++;
	reg_write(&dev->config, struct virtio_gpu_config, events_clear, VIRTIO_GPU_EVENT_DISPLAY);
}

/* Events that change nothing, again and again, are no reason to ask all the time. */
static void count(struct gpu_watch *w, uint32_t events, unsigned changes)
{
	const char *name = w->session->name;

	if (changes) {
		w->served++;
		w->idle = 0;
		tap_ok(name, "displays changed: served, %u in all", w->served);
		return;
	}
	if (!(events & VIRTIO_GPU_EVENT_DISPLAY))
		return;
	log_info(name, "watch: EVENT_DISPLAY, and nothing has changed");
	if (++w->idle == GPU_WATCH_IDLE_EVENTS)
		log_info(name,
			"watch: %u such events in a row: looked at every %u ms from now on "
			"(does the device clear events_read?)",
			w->idle, GPU_WATCH_IDLE_INTERVAL_US / 1000);
}

/* The displays as they are now. */
static enum status follow(struct gpu_watch *w, uint32_t events)
{
	unsigned changes;
	enum status status = gpu_session_update(w->session, &changes);

	if (status == OK)
		count(w, events, changes);
	return status;
}

enum status gpu_watch_look(struct gpu_watch *w)
{
	uint32_t events;
	enum status status = notice(w, &events);

	if (status != OK) {
		status = gpu_session_recover(w->session, status);
		w->untold = 0;
	} else {
		acknowledge(w, events);
		if (!(events & VIRTIO_GPU_EVENT_DISPLAY)) {
			w->idle = events ? w->idle : 0;
			return OK;
		}
	}
	/* What changed while the device was down has no event that is certain to come. */
	w->status = status == OK ? follow(w, events) : status;
	return w->status;
}

/* The displays have changed, and no look has noticed it. */
static void explain(struct gpu_watch *w, unsigned stale)
{
	/* Past the transport's own way to it: what the device has, whatever the driver read. */
	bool pending = virtio_config_field(
			       w->session->dev, offsetof(struct virtio_gpu_config, events_read)) &
		       VIRTIO_GPU_EVENT_DISPLAY;
	struct diagnosis d = {0};

	diagnosis_add(&d, pending ? CERTAIN : LIKELY, MISTAKE_EVENTS_IGNORED,
		"%u screens are not as the displays are; EVENT_DISPLAY is %s, %u were noticed",
		stale, pending ? "set in events_read" : "not set", w->events);
	diagnosis_log(&d, w->session->name);
	tap_fail(w->session->name, "displays", "%s", mistake_text(MISTAKE_EVENTS_IGNORED));
}

/* What changed since the last look is an event of the next one: only what has none is a mistake. */
static enum status audit(struct gpu_watch *w)
{
	struct gpu_session *s = w->session;
	unsigned stale, events;

	w->untold = GPU_WATCH_UNTOLD_LOOKS; /* whether an interrupt came or not */
	if (gpu_watch_look(w) != OK)
		return w->status;
	events = w->events;
	w->status = gpu_screens_compare(&s->gpu, s->show, &s->screens, &stale);
	if (w->status != OK || !stale)
		return w->status;
	w->untold = GPU_WATCH_UNTOLD_LOOKS;
	if (gpu_watch_look(w) != OK || w->events != events)
		return w->status;
	explain(w, stale);
	w->status = ERR_PROTOCOL;
	return w->status;
}

/* Looks at those whose time has come. False when no session is left. */
static bool look_at_all(struct gpu_watch *watches, unsigned count)
{
	bool any = false;

	for (unsigned i = 0; i < count; i++) {
		struct gpu_watch *w = &watches[i];

		if (w->status == OK && clock_us() >= w->next_us) {
			if (gpu_watch_look(w) != OK)
				log_error(w->session->name, "watch: ended: %s",
					status_name(w->status));
			w->next_us = clock_us() + (w->idle >= GPU_WATCH_IDLE_EVENTS
								  ? GPU_WATCH_IDLE_INTERVAL_US
								  : GPU_WATCH_INTERVAL_US);
		}
		any |= w->status == OK;
	}
	return any;
}

void gpu_watch_run(struct gpu_watch *watches, unsigned count, uint64_t duration_us)
{
	uint64_t start = clock_us();

	if (duration_us)
		log_info("gpu", "watch: %u GPUs, for %lu s", count, duration_us / 1000000);
	else
		log_info("gpu", "watch: %u GPUs, for ever", count);
	while (look_at_all(watches, count)) {
		if (duration_us && clock_us() - start >= duration_us)
			break;
		log_poll();
		cpu_relax();
	}
	for (unsigned i = 0; i < count; i++) {
		struct gpu_watch *w = &watches[i];

		if (w->status == OK && audit(w) != OK)
			log_error(w->session->name, "watch: ended: %s", status_name(w->status));
		log_info(w->session->name, "watch: %u changes served in %u looks", w->served,
			w->looks);
	}
}
