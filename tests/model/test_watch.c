/* SPDX-License-Identifier: BSD-2-Clause */
/* In: displays that change while the picture is shown, and devices that lie about it. Out: the
 * picture on what there is, few register reads, nothing left behind. */
#include "bench.h"
#include "gpu/fault.h"
#include "gpu/readback.h"
#include "gpu/watch.h"

#include <string.h>

static struct bench bench;
static struct bench *const b = &bench;
static struct gpu_session session;
static struct gpu_watch watch;

static bool interrupts; /* the next device has some */

static const enum model_transport with_gpu[] = {MODEL_MMIO, MODEL_MMIO_LEGACY, MODEL_PCI};
static const struct gpu_show bars = {.picture = {.pattern = PICTURE_BARS}};
static const struct gpu_show mirror = {.picture = {.pattern = PICTURE_BARS}, .layout = GPU_MIRROR};

static void start(enum model_transport transport, unsigned scanouts, const struct gpu_show *show)
{
	host_reset(NULL);
	bench_open(b, transport, &model_type_gpu);
	b->model.config[8] = (uint8_t)scanouts;
	bench_find(b);
	assert_non_null(b->dev);
	b->model.answers_awaited = false;
	if (interrupts)
		bench_interrupt(b);
	bench_expect(b, gpu_session_open(&session, 0, b->dev, &gpu_setup_full, show), OK);
	watch = (struct gpu_watch){.session = &session};
}

static void display(unsigned index, bool enabled, uint32_t width, uint32_t height)
{
	struct model_display *d = &b->model.gpu->displays[index];

	d->enabled = enabled;
	d->width = width;
	d->height = height;
	model_raise_display_event(&b->model);
}

static void look(void)
{
	bench_expect(b, gpu_watch_look(&watch), OK);
	model_audit(&b->model);
	model_check(&b->model);
}

static void finish(void)
{
	assert_true(tap_passed());
	assert_false(host_logged("not ok"));
	bench_end_session(b, &session);
}

/* Smaller, larger, the same: the event is cleared, the old resource gone. */
static void test_resize(void **state)
{
	static const uint32_t sizes[][2] = {{32, 24}, {640, 480}, {641, 479}};

	(void)state;
	for (unsigned t = 0; t < ARRAY_SIZE(with_gpu); t++) {
		start(with_gpu[t], 1, &bars);
		for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
			display(0, true, sizes[i][0], sizes[i][1]);
			look();
			bench_expect_picture(b, 0, sizes[i][0], sizes[i][1]);
			assert_int_equal(b->model.config[0], 0);
			assert_int_equal(watch.served, i + 1);
		}
		bench_expect_line("- gpu0: displays changed: served, 3 in all");
		assert_false(host_logged("nothing has changed"));
		display(0, true, sizes[2][0], sizes[2][1]);
		look();
		assert_int_equal(watch.served, ARRAY_SIZE(sizes));
		bench_expect_line("EVENT_DISPLAY, and nothing has changed");
		assert_int_equal(watch.idle, 1);
		look();
		assert_int_equal(watch.idle, 0);
		assert_int_equal(b->model.gpu->resource_peak, 1);
		assert_false(host_logged("cause:"));
		finish();
	}
}

static void test_plug_and_unplug(void **state)
{
	(void)state;
	start(MODEL_PCI, 16, &bars);
	for (unsigned i = 1; i < 16; i++) {
		display(i, true, 30 + i, 20);
		look();
		bench_expect_picture(b, i, 30 + i, 20);
	}
	for (unsigned i = 15; i > 0; i--) {
		display(i, false, 0, 0);
		look();
		assert_int_equal(b->model.gpu->displays[i].resource, 0);
		bench_expect_picture(b, 0, 64, 48);
	}
	assert_int_equal(watch.served, 30);
	assert_int_equal(b->model.gpu->resource_count, 1);
	bench_expect_line("scanout 15: taken down");
	finish();
}

/* What all share is made anew. */
static void test_mirror(void **state)
{
	(void)state;
	start(MODEL_MMIO, 2, &mirror);
	display(1, true, 100, 50);
	look();
	bench_expect_picture(b, 1, 64, 48);
	display(0, true, 50, 30);
	look();
	for (unsigned i = 0; i < 2; i++)
		bench_expect_picture(b, i, 50, 30);
	assert_int_equal(b->model.gpu->resource_count, 1);
	finish();
}

/* One register read a look, and no more often than the interval. */
static void test_few_reads(void **state)
{
	uint64_t reads, most = 2000000 / GPU_WATCH_INTERVAL_US + 1;

	(void)state;
	start(MODEL_MMIO, 1, &bars);
	reads = b->dev->count.reads;
	bench_begin(b);
	gpu_watch_run(&watch, 1, 2000000);
	bench_expect_within(b, 2100000);
	assert_int_equal(b->dev->count.reads - reads, watch.looks);
	assert_in_range(watch.looks, most / 2, most);
	bench_expect_line("watch: 1 GPUs, for 2 s");
	bench_expect_line("watch: 0 changes served");
	finish();
}

/* With interrupts: one read at first, and one in ten seconds. */
static void test_no_reads(void **state)
{
	uint64_t reads;

	(void)state;
	for (unsigned t = 0; t < ARRAY_SIZE(with_gpu); t++) {
		start(with_gpu[t], 1, &bars);
		look();
		reads = b->dev->count.reads;
		for (unsigned i = 0; i < 100; i++)
			look();
		assert_int_equal(b->dev->count.reads, reads);
		for (unsigned i = 0; i < GPU_WATCH_UNTOLD_LOOKS; i++)
			look();
		assert_in_range(b->dev->count.reads - reads, 1, 2);
		assert_int_equal(b->dev->interrupt.config, 0);
		finish();
	}
}

static void test_told_by_interrupts(void **state)
{
	(void)state;
	for (unsigned t = 0; t < ARRAY_SIZE(with_gpu); t++) {
		start(with_gpu[t], 1, &bars);
		look();
		for (unsigned i = 1; i < 4; i++) {
			display(0, true, 100 + i, 70);
			look();
			bench_expect_picture(b, 0, 100 + i, 70);
			assert_int_equal(watch.served, i);
			assert_int_equal(b->dev->interrupt.config, i);
		}
		/* That it broke is told too. */
		host_advance_us(GPU_SESSION_SETTLED_US);
		b->model.status |= MODEL_NEEDS_RESET;
		b->model.interrupt_status |= 2;
		look();
		assert_int_equal(session.recoveries, 1);
		assert_false(host_logged("nothing has changed"));
		assert_int_not_equal(b->dev->interrupt.mode, INTERRUPT_POLL);
		display(0, true, 50, 40);
		look();
		bench_expect_picture(b, 0, 50, 40);
		finish();
	}
}

/* It leaves when nothing is read any more: the last look, at the end, finds that out. */
static void test_gone_at_the_end(void **state)
{
	(void)state;
	start(MODEL_PCI, 1, &bars);
	look();
	b->model.lies.vanish_at = b->model.accesses + 1;
	gpu_watch_run(&watch, 1, 200000);
	assert_int_equal(watch.status, ERR_GONE);
	assert_false(tap_passed());
	bench_expect_line("error: watch: ended: device is gone");
	bench_close(b);
}

/* The change is served late, and the device is polled from then on. */
static void test_interrupt_that_does_not_come(void **state)
{
	(void)state;
	start(MODEL_MMIO, 1, &bars);
	look();
	display(0, true, 100, 70);
	b->model.interrupt_status = 0;
	look();
	assert_int_equal(watch.served, 0);
	gpu_watch_run(&watch, 1, 2000000);
	assert_int_equal(watch.status, OK);
	bench_expect_line("the configuration changed, and no interrupt told of it: polled from");
	assert_int_equal(b->dev->interrupt.mode, INTERRUPT_POLL);
	bench_expect_picture(b, 0, 100, 70);
	display(0, true, 50, 40);
	look();
	bench_expect_picture(b, 0, 50, 40);
	finish();
}

/* A device that breaks while nothing is asked of it, and displays that change meanwhile. */
static void test_recovery(void **state)
{
	(void)state;
	start(MODEL_PCI, 2, &bars);
	host_advance_us(GPU_SESSION_SETTLED_US);
	b->model.status |= MODEL_NEEDS_RESET;
	display(1, true, 90, 60);
	b->model.config[0] = 0;
	gpu_watch_run(&watch, 1, 2000000);
	assert_int_equal(watch.status, OK);
	assert_int_equal(session.recoveries, 1);
	bench_expect_picture(b, 0, 64, 48);
	bench_expect_picture(b, 1, 90, 60);
	display(1, false, 0, 0);
	look();
	assert_int_equal(b->model.gpu->displays[1].resource, 0);
	finish();
}

/* Each command of a change is not answered once: in the end it is served, and nothing is left. */
static void test_change_that_fails(void **state)
{
	(void)state;
	for (unsigned at = 1; at <= 10; at++) {
		start(MODEL_MMIO, 1, &bars);
		host_advance_us(GPU_SESSION_SETTLED_US);
		display(0, true, 100, 70);
		b->model.lies.silent_at = b->model.requests + at;
		look();
		assert_int_equal(session.recoveries, 1);
		assert_int_equal(watch.served, 1);
		bench_expect_picture(b, 0, 100, 70);
		assert_int_equal(b->model.gpu->resource_count, 1);
		finish();
	}
}

/* What stands over the picture of a display that has changed. */
static unsigned count_labels(void)
{
	unsigned count = 0;

	for (const char *at = host_log(); (at = strstr(at, "label: rectangle ")); at++)
		count++;
	return count;
}

/* The change is served whole: the label, and the picture that check=readback had overwritten. */
static void test_change_that_fails_at_the_end(void **state)
{
	static const struct gpu_show show = {
		.picture = {.pattern = PICTURE_BARS}, .readback = true, .label = "label"};

	(void)state;
	for (unsigned at = 1; at <= 13; at++) {
		struct gpu_setup setup = gpu_setup_full;
		const struct model_display *d;
		unsigned labels;

		host_reset(NULL);
		bench_open(b, MODEL_PCI, &model_type_gpu);
		b->model.understood |= GPU_READBACK_FEATURES;
		b->model.offered |= GPU_READBACK_FEATURES;
		b->model.answers_awaited = false;
		bench_find(b);
		setup.features |= GPU_READBACK_FEATURES;
		bench_expect(b, gpu_session_open(&session, 0, b->dev, &setup, &show), OK);
		watch = (struct gpu_watch){.session = &session};
		host_advance_us(GPU_SESSION_SETTLED_US);
		display(0, true, 400, 300);
		labels = count_labels();
		b->model.lies.silent_at = b->model.requests + at;
		look();
		assert_int_equal(session.recoveries, 1);
		assert_in_range(count_labels(), labels + 1, labels + 2);
		d = &b->model.gpu->displays[0];
		for (uint32_t x = 0; x < 400; x++) {
			struct colour c = picture_colour(&show.picture, x, 50, 400, 300);

			assert_int_equal(d->screen[50 * 400 + x] & 0xffffff,
				(uint32_t)c.red << 16 | (uint32_t)c.green << 8 | c.blue);
		}
		assert_int_equal(d->screen[150 * 400 + 200] & 0xff,
			le32_value(surface_row(&session.screens.screens[0].surface, 150)[200]) &
				0xff);
		finish();
	}
}

static void test_failure_that_stays(void **state)
{
	(void)state;
	start(MODEL_MMIO, 1, &bars);
	b->model.gpu->refuse_command = VIRTIO_GPU_CMD_RESOURCE_UNREF;
	b->model.gpu->refuse_with = VIRTIO_GPU_RESP_ERR_UNSPEC;
	display(0, true, 100, 70);
	gpu_watch_run(&watch, 1, 0); /* for ever: it ends with its last session */
	assert_int_equal(watch.status, ERR_REFUSED);
	bench_expect_line("not ok");
	bench_expect_line("watch: ended: ");
	bench_expect_line("watch: 0 changes served");
	bench_expect_clean(b);
	bench_close(b);
}

/* A display that is larger than the memory that is left: no reset makes room, and the others keep
 * their picture. */
static void test_no_room(void **state)
{
	(void)state;
	start(MODEL_PCI, 2, &bars);
	display(1, true, 1056, 1024);
	assert_int_equal(gpu_watch_look(&watch), ERR_NO_MEMORY);
	bench_expect(b, watch.status, ERR_NO_MEMORY);
	assert_int_equal(session.recoveries, 0);
	assert_true(session.open);
	bench_expect_line("- gpu0: displays # out of memory");
	bench_expect_picture(b, 0, 64, 48);
	assert_int_equal(b->model.gpu->resource_count, 1);
	bench_expect(b, gpu_session_close(&session), OK);
	bench_expect_clean(b);
	bench_close(b);
}

static void test_gone(void **state)
{
	(void)state;
	start(MODEL_PCI, 1, &bars);
	b->model.lies.vanish_at = b->model.accesses + 5;
	gpu_watch_run(&watch, 1, 10000000);
	assert_int_equal(watch.status, ERR_GONE);
	bench_expect_line("recovery # after device is gone");
	bench_close(b);
}

/* The event never clears: after a few times it is asked for rarely. */
static void test_events_stay(void **state)
{
	uint64_t requests;

	(void)state;
	start(MODEL_MMIO, 1, &bars);
	b->model.lies.events_stay = true;
	model_raise_display_event(&b->model);
	requests = b->model.requests;
	gpu_watch_run(&watch, 1, 5000000);
	assert_in_range(b->model.requests - requests, 16, 32);
	bench_expect_line("8 such events in a row: looked at every 1000 ms from now on");
	assert_int_equal(watch.served, 0);
	/* A change is still seen. */
	display(0, true, 70, 50);
	look();
	bench_expect_picture(b, 0, 70, 50);
	assert_int_equal(watch.idle, 0);
	finish();
}

/* A device that changes and says nothing: found at the end. */
static void test_change_without_event(void **state)
{
	(void)state;
	start(MODEL_MMIO, 1, &bars);
	display(0, true, 70, 50);
	b->model.config[0] = 0;
	gpu_watch_run(&watch, 1, 200000);
	assert_int_equal(watch.status, ERR_PROTOCOL);
	bench_expect_line(
		"cause: mistake 48: a change of the displays was not looked at (likely: 1 "
		"screens are not as the displays are; EVENT_DISPLAY is not set, 0 were");
	assert_false(tap_passed());
	bench_end_session(b, &session);
}

/* A driver that does not look. */
static void test_events_ignored(void **state)
{
	struct fault_state fault;

	(void)state;
	start(MODEL_MMIO, 1, &bars);
	bench_expect(b, fault_install(&fault, fault_find("events-ignored"), 0, b->dev), OK);
	display(0, true, 70, 50);
	gpu_watch_run(&watch, 1, 200000);
	assert_int_equal(watch.status, ERR_PROTOCOL);
	bench_expect_line(
		"(certain: 1 screens are not as the displays are; EVENT_DISPLAY is set in "
		"events_read, 0 were noticed)");
	assert_false(tap_passed());
	bench_end_session(b, &session);
}

static void test_unknown_events(void **state)
{
	const char *line;

	(void)state;
	start(MODEL_MMIO, 1, &bars);
	b->model.config[0] = 6;
	look();
	look();
	line = strstr(host_log(), "events_read has unknown bits 0x6");
	assert_non_null(line);
	assert_null(strstr(line + 1, "events_read has unknown bits"));
	assert_int_equal(b->model.config[0], 6);
	assert_int_equal(watch.idle, 0);
	/* Nobody but who knows an event may clear it. */
	display(0, true, 70, 50);
	look();
	assert_int_equal(b->model.config[0], 6);
	assert_int_equal(watch.served, 1);
	finish();
}

static void another_size(struct model *m, struct model_reply *reply)
{
	struct virtio_gpu_resp_display_info *info =
		(struct virtio_gpu_resp_display_info *)reply->data;
	static uint32_t at;

	if (le32_value(info->hdr.type) != VIRTIO_GPU_RESP_OK_DISPLAY_INFO)
		return;
	at++;
	for (unsigned i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++)
		info->pmodes[i] = (struct virtio_gpu_display_one){
			.r = {le32_of(at * 0x12345679), le32_of(at * i * 77),
				le32_of(16 + at * 977 * (i + 1) % 200), le32_of(16 + at * i % 157)},
			.enabled = le32_of(at >> i % 8 & 1),
		};
	model_raise_display_event(m);
}

/* Sizes, places and displays that are others each time, and no end of events. */
static void test_never_the_same(void **state)
{
	(void)state;
	for (unsigned layout = GPU_SEPARATE; layout <= GPU_MIRROR; layout++) {
		struct gpu_show show = {.picture = bars.picture, .layout = layout};

		start(MODEL_MMIO, 16, &show);
		the_log.level = LOG_ERROR; /* all of it is more than is kept */
		for (unsigned i = 0; i < 16; i++)
			b->model.gpu->displays[i].enabled = false;
		b->model.lies.reply = another_size;
		model_raise_display_event(&b->model);
		gpu_watch_run(&watch, 1, 3000000);
		assert_true(watch.served > 20);
		model_check(&b->model);
		b->model.lies.reply = NULL;
		if (watch.status == OK)
			bench_expect(b, gpu_session_close(&session), OK);
		bench_expect_clean(b);
		bench_close(b);
	}
}

static int by_interrupts(void **state)
{
	(void)state;
	interrupts = true;
	return 0;
}

static int by_polling(void **state)
{
	(void)state;
	interrupts = false;
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_resize),
		cmocka_unit_test(test_plug_and_unplug),
		cmocka_unit_test(test_mirror),
		cmocka_unit_test(test_few_reads),
		cmocka_unit_test(test_recovery),
		cmocka_unit_test(test_change_that_fails),
		cmocka_unit_test(test_change_that_fails_at_the_end),
		cmocka_unit_test(test_failure_that_stays),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_gone),
		cmocka_unit_test(test_events_stay),
		cmocka_unit_test(test_change_without_event),
		cmocka_unit_test(test_events_ignored),
		cmocka_unit_test(test_unknown_events),
		cmocka_unit_test(test_never_the_same),
		cmocka_unit_test_setup_teardown(test_no_reads, by_interrupts, by_polling),
		cmocka_unit_test_setup_teardown(test_told_by_interrupts, by_interrupts, by_polling),
		cmocka_unit_test_setup_teardown(test_gone_at_the_end, by_interrupts, by_polling),
		cmocka_unit_test_setup_teardown(
			test_interrupt_that_does_not_come, by_interrupts, by_polling),
	};

	return cmocka_run_group_tests_name("watch", tests, NULL, bench_teardown);
}
