/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a GPU that did not come up. Out: the largest configuration that does, and the step beyond. */
#include "gpu/isolate.h"

#include "mem/clock.h"
#include "mem/format.h"
#include "mem/log.h"
#include "virtio/entropy.h"

#define SMALL_SIDE  64u /* pixels of the small picture */
#define SMALL_QUEUE 4u
#define OTHER_ALIGN 64u /* a QueueAlign that no legacy driver uses */
#define STEP_SIZE   (FEATURES_TEXT_SIZE + 64u)

/* A try that meets a silent device waits this often: reset, command, reset, and once more. */
#define RUNG_WAITS 4u

struct climb {
	struct gpu_session *session;
	struct virtio_device *dev; /* of it */
	const char *name; /* of it */
	uint64_t deadline_us;
	const struct gpu_show *show; /* of the next try */
	struct gpu_setup next; /* the configuration of the next try */
	bool interrupts; /* there are some to try */
	bool reached; /* there is one that works */
	bool ended; /* the device is not reset, or the time is up */
	char works[STEP_SIZE]; /* the last that works, in words */
	char breaks[STEP_SIZE]; /* the first that does not; empty: none */
};

static const struct gpu_show small = {.picture = {.pattern = PICTURE_BARS},
	.choice = {.width = SMALL_SIDE, .height = SMALL_SIDE}};

/* Whether the picture can be shown so. Gives everything back, or ends the climb. */
static enum status show_once(struct climb *c)
{
	struct gpu_session *s = c->session;
	bool failed = c->dev->interrupt.failed;
	enum status stopped, status = gpu_open(&s->gpu, s->number, c->dev, &c->next);

	if (status == OK) {
		status = gpu_show(&s->gpu, c->show, &s->screens);
		stopped = gpu_close(&s->gpu);
		if (stopped == OK)
			gpu_screens_close(&s->screens, c->dev->pool);
	} else {
		stopped = virtio_stop(c->dev);
	}
	c->ended = stopped != OK;
	if (status == OK && c->dev->interrupt.failed != failed)
		status = ERR_NOT_FOUND; /* the picture is there, an interrupt is not */
	return status == OK ? stopped : status;
}

static void log_outcome(const struct climb *c, const char *step, enum status status, uint64_t took)
{
	log_info(c->name, "isolate: %s: %s%s (%lu.%lu ms)", step,
		status == OK ? "works" : "fails: ", status == OK ? "" : status_name(status),
		took / 1000, took % 1000 / 100);
	if (c->ended)
		log_info(
			c->name, "isolate: the device does not let itself be reset: no more tries");
}

/* One rung: tries c->next. True when it works. */
static bool try(struct climb *c, const char *step)
{
	uint64_t start = clock_us();
	enum status status;

	if (!c->ended && start > c->deadline_us) {
		log_info(c->name, "isolate: the time is up: no more tries");
		c->ended = true;
	}
	if (c->ended)
		return false;
	log_mute(true);
	status = show_once(c);
	log_mute(false);
	log_outcome(c, step, status, clock_us() - start);
	if (status == OK) {
		c->reached = true;
		format(c->works, sizeof(c->works), "%s", step);
	} else if (!*c->breaks) {
		format(c->breaks, sizeof(c->breaks), "%s", step);
	}
	return status == OK;
}

static void describe(const struct climb *c, const char *what, char step[STEP_SIZE])
{
	char features[FEATURES_TEXT_SIZE];

	features_describe(c->next.features, c->dev->device_id, features);
	format(step, STEP_SIZE, "%s (%s), queue of %u", what, features, c->next.queue_size);
}

/* The device that proves queue and memory without a GPU. */
static void try_entropy(struct climb *c, struct virtio_device *entropy)
{
	uint32_t timeout_us = entropy->timeout_us;
	uint64_t start = clock_us();
	enum status status;

	entropy->timeout_us = c->dev->timeout_us;
	log_mute(true);
	status = entropy_prove(entropy, FEATURES_OF_QUEUES);
	log_mute(false);
	entropy->timeout_us = timeout_us;
	log_outcome(c, "the entropy device alone", status, clock_us() - start);
}

static bool try_fewest(struct climb *c)
{
	char step[STEP_SIZE];

	describe(c, "the fewest features", step);
	if (try(c, step))
		return true;
	if (!c->dev->transport->legacy || c->dev->pci)
		return false;
	c->next.queue_align = OTHER_ALIGN;
	format_append(step, sizeof(step), ", QueueAlign %u", OTHER_ALIGN);
	return try(c, step);
}

/* Each feature on top of those that work. */
static void try_features(struct climb *c, uint64_t features)
{
	char step[STEP_SIZE], name[FEATURES_TEXT_SIZE], what[FEATURES_TEXT_SIZE + 8];

	for (unsigned bit = 0; bit < 64; bit++) {
		if (!(features & c->dev->offered & FEATURE(bit)))
			continue;
		c->next.features |= FEATURE(bit);
		features_describe(FEATURE(bit), c->dev->device_id, name);
		format(what, sizeof(what), "with %s", name);
		describe(c, what, step);
		if (!try(c, step))
			c->next.features &= ~FEATURE(bit);
	}
}

static void try_queue_size(struct climb *c, uint16_t size)
{
	uint16_t worked = c->next.queue_size;
	char step[STEP_SIZE];

	if (size == worked || !c->dev->transport->queue_size_is_free)
		return;
	c->next.queue_size = size;
	describe(c, "a larger queue", step);
	if (!try(c, step))
		c->next.queue_size = worked;
}

static void try_picture(struct climb *c, const struct gpu_show *show, bool cursor)
{
	char step[STEP_SIZE];

	c->show = show;
	c->next.cursor = cursor;
	describe(c, "the whole picture", step);
	if (try(c, step))
		return;
	c->show = &small;
	c->next.cursor = false;
}

/* What the run began with, on top of what works when it is polled. */
static void try_interrupts(struct climb *c)
{
	const struct virtio_interrupt *i = &c->dev->interrupt;
	char what[48], step[STEP_SIZE];

	if (!virtio_interrupt_pause(c->dev, false))
		return;
	format(what, sizeof(what), "the same with interrupts by %s", interrupt_mode_name(i->mode));
	describe(c, what, step);
	if (!try(c, step) && i->failed)
		log_info(c->name, "isolate: interrupts: %s", i->cause);
}

static void log_result(const struct climb *c)
{
	if (!c->reached)
		log_info(c->name, "isolate: nothing works");
	else if (*c->breaks)
		log_info(c->name, "isolate: works: %s; breaks with: %s", c->works, c->breaks);
	else if (c->ended)
		log_info(c->name, "isolate: works: %s; the rest was not tried", c->works);
	else
		log_info(c->name, "isolate: everything works: the failure does not repeat");
}

/* Says how long it can take, and sets the deadline by that. */
static void announce(struct climb *c, bool entropy, uint64_t features)
{
	/* The fewest features, another QueueAlign, the queue's size, the whole picture. */
	unsigned tries = 4 + entropy + c->interrupts;
	uint64_t most_us;

	for (; features; features &= features - 1)
		tries++;
	most_us = (uint64_t)tries * RUNG_WAITS * c->dev->timeout_us;
	c->deadline_us = clock_us() + most_us;
	log_info(c->name, "isolate: up to %u tries of at most %u ms an answer: at most %lu s",
		tries, c->dev->timeout_us / 1000, (most_us + 999999) / 1000000);
	if (c->interrupts)
		log_info(c->name, "isolate: polled first, then with interrupts");
	else if (c->dev->interrupt.failed)
		log_info(
			c->name, "isolate: interrupts are out of use: %s", c->dev->interrupt.cause);
	else
		log_info(c->name, "isolate: interrupts are not used: nothing to compare");
}

void gpu_isolate(struct gpu_session *session, struct virtio_device *entropy)
{
	const struct gpu_setup *setup = &session->setup;
	struct virtio_device *dev = session->dev;
	struct climb c = {
		.session = session,
		.dev = dev,
		.name = session->name,
		.show = &small,
		.next = {.queue_size = SMALL_QUEUE, .queue_align = setup->queue_align},
	};
	uint32_t timeout_us = dev->timeout_us;

	dev->timeout_us = (uint32_t)min_u64(timeout_us, ISOLATE_WAIT_US);
	c.interrupts = virtio_interrupt_pause(dev, true);
	announce(&c, entropy, setup->features);
	if (entropy)
		try_entropy(&c, entropy);
	if (try_fewest(&c)) {
		try_features(&c, setup->features);
		try_queue_size(&c, setup->queue_size);
		try_picture(&c, session->show, setup->cursor);
		if (c.interrupts)
			try_interrupts(&c);
	}
	(void)virtio_interrupt_pause(dev, false);
	log_result(&c);
	dev->timeout_us = timeout_us;
}
