/* SPDX-License-Identifier: BSD-2-Clause */
/* In: devices that fail once, or once more. Out: the picture again, or a named end; and all memory
 * given back, unless the device may still know it. */
#include "bench.h"
#include "gpu/session.h"

static struct bench bench;
static struct bench *const b = &bench;
static struct gpu_session session;

static const enum model_transport with_gpu[] = {MODEL_MMIO, MODEL_MMIO_LEGACY, MODEL_PCI};
static const struct gpu_show bars = {.picture = {.pattern = PICTURE_BARS}};

static unsigned spoil_command; /* this command's response is spoiled, */
static unsigned spoil_times; /* so often */

static void start(enum model_transport transport)
{
	host_reset(NULL);
	bench_open(b, transport, &model_type_gpu);
	bench_find(b);
	assert_non_null(b->dev);
	b->model.answers_awaited = false;
}

static void expect_open(enum status expected)
{
	bench_expect(b, gpu_session_open(&session, 0, b->dev, &gpu_setup_full, &bars), expected);
}

static void blacken(void)
{
	struct model_display *d = &b->model.gpu->displays[0];

	for (uint32_t i = 0; i < d->shown_width * d->shown_height; i++)
		d->screen[i] = 0;
}

/* The picture is there and nothing says that the run failed; then nothing stays allocated. */
static void expect_shown_and_close(void)
{
	bench_expect_picture(b, 0, 64, 48);
	assert_true(tap_passed());
	assert_false(host_logged("not ok"));
	bench_end_session(b, &session);
}

/* A command, to whose failure the session is told; what it made of that. */
static enum status flush(void)
{
	struct gpu_screen *s = &session.screens.screens[0];
	struct rectangle all = {0, 0, s->surface.width, s->surface.height};
	enum status status = gpu_flush(&session.gpu, s->resource, all);

	return status == OK ? OK : gpu_session_recover(&session, status);
}

static void expect_recovered(const char *why)
{
	blacken();
	bench_expect(b, flush(), OK);
	assert_int_equal(session.recoveries, 1);
	bench_expect_line(why);
	bench_expect_line("recovery: after: ");
	bench_expect_line("1 resources, 1 scanouts");
	expect_shown_and_close();
}

/* A chain that the device cannot follow: modern ones say so, legacy ones are deaf. */
static void test_needs_reset(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(with_gpu); i++) {
		start(with_gpu[i]);
		expect_open(OK);
		b->model.status |= MODEL_NEEDS_RESET;
		expect_recovered(b->model.legacy ? "recovered: " : "recovered: device needs reset");
	}
}

/* With an interrupt the wait ends at once, and the device interrupts again when it was reset. */
static void test_needs_reset_by_interrupt(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(with_gpu); i++) {
		uint64_t before;

		start(with_gpu[i]);
		bench_interrupt(b);
		expect_open(OK);
		before = b->dev->interrupt.queue;
		host_advance_us(GPU_SESSION_SETTLED_US);
		b->model.status |= MODEL_NEEDS_RESET;
		b->model.interrupt_status |= 2;
		bench_begin(b);
		blacken();
		bench_expect(b, flush(), OK);
		bench_expect_within(b, BENCH_TIMEOUT_US / 4);
		bench_expect_line("recovered: device needs reset");
		assert_true(b->dev->interrupt.queue > before);
		assert_int_not_equal(b->dev->interrupt.mode, INTERRUPT_POLL);
		expect_shown_and_close();
	}
}

/* An interrupt that says something else costs one look at the status, and no more. */
static void test_changes_while_waiting(void **state)
{
	struct gpu_screen *s = &session.screens.screens[0];
	struct rectangle all;
	uint64_t reads;

	(void)state;
	start(MODEL_MMIO);
	bench_interrupt(b);
	expect_open(OK);
	all = (struct rectangle){0, 0, s->surface.width, s->surface.height};
	b->model.delay_us = 20 * MODEL_TURN_US;
	reads = b->dev->count.reads;
	bench_expect(b, gpu_flush(&session.gpu, s->resource, all), OK);
	assert_int_equal(b->dev->count.reads - reads, 1);
	b->model.interrupt_status |= 2;
	bench_expect(b, gpu_flush(&session.gpu, s->resource, all), OK);
	assert_int_equal(b->dev->count.reads - reads, 1 + 3);
	b->model.delay_us = 0;
	expect_shown_and_close();
}

static void test_no_answer(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(with_gpu); i++) {
		start(with_gpu[i]);
		expect_open(OK);
		b->model.lies.silent_at = b->model.requests + 1;
		expect_recovered("lost: 1 requests in flight, 1 resources");
	}
}

static void refuse(struct model *m, struct model_reply *reply)
{
	struct virtio_gpu_ctrl_hdr *h = (struct virtio_gpu_ctrl_hdr *)reply->data;

	(void)m;
	if (le32_value(((const struct virtio_gpu_ctrl_hdr *)reply->request)->type) !=
			spoil_command ||
		!spoil_times)
		return;
	spoil_times--;
	h->type = le32_of(VIRTIO_GPU_RESP_ERR_UNSPEC);
}

static void refuse_at(uint32_t command, unsigned times)
{
	spoil_command = command;
	spoil_times = times;
	b->model.lies.reply = refuse;
}

static void start_with_reset(uint64_t more)
{
	start(MODEL_PCI);
	b->model.offered |= FEATURE(VIRTIO_F_RING_RESET) | more;
	b->model.understood |= more;
	b->model.reset_polls = 3;
}

/* Only the request is lost: the device keeps its resource, and its ring is a new one. */
static void test_queue_reset(void **state)
{
	static const uint64_t rings[] = {0, FEATURE(VIRTIO_F_RING_PACKED)};

	(void)state;
	for (unsigned i = 0; i < 2 * ARRAY_SIZE(rings); i++) {
		struct gpu_setup setup = gpu_setup_full;

		setup.features |= rings[i / 2];
		start_with_reset(rings[i / 2]);
		if (i % 2)
			bench_interrupt(b);
		bench_expect(b, gpu_session_open(&session, 0, b->dev, &setup, &bars), OK);
		b->model.lies.silent_at = b->model.requests + 1;
		blacken();
		bench_expect(b, flush(), OK);
		/* A transfer and a flush, and nothing else. */
		assert_int_equal(b->model.requests, b->model.lies.silent_at + 2);
		assert_int_equal(b->model.gpu->resource_count, 1);
		assert_int_equal(session.gpu.control.in_flight, 0);
		bench_expect_line("lost: 1 requests in flight, 0 resources, 0 scanouts");
		bench_expect_line("recovered by a queue reset: timeout");
		assert_false(host_logged("did not help"));
		expect_shown_and_close();
	}
}

/* The whole device is reset instead. */
static void test_queue_reset_never_ends(void **state)
{
	(void)state;
	start_with_reset(0);
	expect_open(OK);
	b->model.lies.silent_at = b->model.requests + 1;
	b->model.lies.queue_reset_never_ends = true;
	expect_recovered("error: queue: queue 0: its reset does not end (queue_reset)");
}

/* Nor does a new ring help when the device refuses what comes next. */
static void test_queue_reset_does_not_help(void **state)
{
	(void)state;
	start_with_reset(0);
	expect_open(OK);
	b->model.lies.silent_at = b->model.requests + 1;
	refuse_at(VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D, 1);
	blacken();
	bench_expect(b, flush(), OK);
	bench_expect_line("recovery: the queue reset did not help: refused");
	bench_expect_line("recovered: timeout");
	expect_shown_and_close();
}

/* A question that is not answered, and a command that changes what the device has. */
static void test_queue_reset_in_update(void **state)
{
	static const char *const expected[] = {
		"recovered by a queue reset: timeout", "recovered: timeout"};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(expected); i++) {
		unsigned changes;

		start_with_reset(0);
		expect_open(OK);
		if (i)
			b->model.gpu->displays[0].width = 32;
		b->model.lies.silent_at = b->model.requests + (i ? 4 : 1);
		bench_expect(b, gpu_session_update(&session, &changes), OK);
		bench_expect_line(expected[i]);
		assert_int_equal(session.recoveries, 1);
		bench_expect_picture(b, 0, i ? 32 : 64, 48);
		bench_end_session(b, &session);
	}
}

/* A device that wants a reset as a whole is given that. */
static void test_needs_more_than_a_queue(void **state)
{
	(void)state;
	start_with_reset(0);
	expect_open(OK);
	b->model.status |= MODEL_NEEDS_RESET;
	expect_recovered("recovered: device needs reset");
}

static void test_error_response(void **state)
{
	(void)state;
	start(MODEL_PCI);
	expect_open(OK);
	refuse_at(VIRTIO_GPU_CMD_RESOURCE_FLUSH, 1);
	expect_recovered("recovered: refused");
}

/* Each of the first requests is never answered: the start is repeated, and shows the picture. */
static void test_fails_on_the_way(void **state)
{
	(void)state;
	for (uint64_t request = 1; request <= 7; request++) {
		start(MODEL_MMIO);
		b->model.lies.silent_at = request;
		expect_open(OK);
		assert_int_equal(session.recoveries, 1);
		bench_expect_line(": error: ");
		bench_expect_line("recovered: timeout");
		expect_shown_and_close();
	}
}

static void test_fails_in_open(void **state)
{
	(void)state;
	start(MODEL_MMIO);
	b->model.lies.status_dropped = MODEL_DRIVER_OK;
	expect_open(ERR_REFUSED);
	bench_expect_line("not ok");
	bench_expect_line("DRIVER_OK # the device did not keep it");
	bench_expect_clean(b);
	bench_close(b);
}

/* What is refused twice is not shown: the step is a failed test point now. */
static void test_fails_twice_on_the_way(void **state)
{
	(void)state;
	start(MODEL_MMIO);
	refuse_at(VIRTIO_GPU_CMD_SET_SCANOUT, 2);
	expect_open(ERR_REFUSED);
	bench_expect_line("gpu0: SET_SCANOUT # VIRTIO_GPU_RESP_ERR_UNSPEC");
	bench_expect_line("gpu0: recovery # ");
	assert_false(tap_passed());
	bench_expect_clean(b);
	bench_close(b);
}

/* The restoration itself fails. */
static void test_not_restored(void **state)
{
	(void)state;
	start(MODEL_PCI);
	expect_open(OK);
	b->model.lies.silent_at = b->model.requests + 1;
	refuse_at(VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D, 1);
	bench_expect(b, flush(), ERR_REFUSED);
	bench_expect_line("gpu0: recovery # the pictures are not restored: refused");
	bench_expect_clean(b);
	bench_close(b);
}

/* Too soon after a recovery: the device is told so, too (§2.1.1). */
static void expect_given_up(void)
{
	bench_expect_line("gpu0: recovery # timeout again after ");
	bench_expect_line("status: FAILED set");
	assert_false(tap_passed());
	assert_false(session.open);
}

/* The wait for the second answer is longer than a second, and is no work. */
static void test_second_failure_at_once(void **state)
{
	(void)state;
	start(MODEL_MMIO);
	expect_open(OK);
	b->dev->timeout_us = 3 * GPU_SESSION_SETTLED_US;
	b->model.lies.silent_at = b->model.requests + 1;
	bench_expect(b, flush(), OK);
	b->model.lies.silent_at = b->model.requests + 1;
	bench_expect(b, flush(), ERR_TIMEOUT);
	expect_given_up();
	bench_expect_clean(b);
	bench_close(b);
}

/* A reset of the queue alone is a recovery as well. */
static void test_second_failure_after_a_queue_reset(void **state)
{
	(void)state;
	start_with_reset(0);
	expect_open(OK);
	host_advance_us(GPU_SESSION_SETTLED_US);
	b->model.lies.silent_at = b->model.requests + 1;
	bench_expect(b, flush(), OK);
	bench_expect_line("recovered by a queue reset: timeout");
	b->model.lies.silent_at = b->model.requests + 1;
	bench_expect(b, flush(), ERR_TIMEOUT);
	expect_given_up();
	bench_expect_clean(b);
	bench_close(b);
}

/* What the device had is lost with it. */
static void test_second_failure_without_reset(void **state)
{
	uint64_t used;

	(void)state;
	start(MODEL_MMIO);
	expect_open(OK);
	b->model.lies.silent_at = b->model.requests + 1;
	bench_expect(b, flush(), OK);
	used = b->memory.pool.used;
	b->model.lies.silent_at = b->model.requests + 1;
	b->model.lies.reset_never_ends = true;
	bench_expect(b, flush(), ERR_TIMEOUT);
	expect_given_up();
	bench_expect_line("recovery: the device is not reset: its memory is lost");
	assert_int_equal(session.screens.count, 0);
	assert_int_equal(b->memory.pool.used, used);
	bench_close(b);
}

static void test_second_failure_later(void **state)
{
	(void)state;
	start(MODEL_MMIO);
	expect_open(OK);
	for (unsigned i = 1; i <= 3; i++) {
		b->model.lies.silent_at = b->model.requests + 1;
		blacken();
		bench_expect(b, flush(), OK);
		assert_int_equal(session.recoveries, i);
		host_advance_us(GPU_SESSION_SETTLED_US);
	}
	expect_shown_and_close();
}

/* A device that left, and one that does not let itself be reset, keep what they were given. */
static void test_cannot_be_reset(void **state)
{
	uint64_t used;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(with_gpu); i++)
		for (unsigned gone = 0; gone < 2; gone++) {
			start(with_gpu[i]);
			expect_open(OK);
			used = b->memory.pool.used;
			b->model.lies.silent_at = b->model.requests + 1;
			if (gone)
				b->model.lies.vanish_at = b->model.accesses + 1;
			else
				b->model.lies.reset_never_ends = true;
			bench_expect(b, flush(), gone ? ERR_GONE : ERR_TIMEOUT);
			bench_expect_line("the device cannot be reset: ");
			assert_false(tap_passed());
			assert_false(session.open);
			assert_int_equal(session.screens.count, 0);
			assert_int_equal(b->memory.pool.used, used);
			model_audit(&b->model);
			model_check(&b->model);
			bench_close(b);
		}
}

/* The same at the end; nor is it given back later. */
static void test_close_without_reset(void **state)
{
	uint64_t used;

	(void)state;
	start(MODEL_MMIO);
	expect_open(OK);
	used = b->memory.pool.used;
	b->model.lies.silent_at = b->model.requests + 1; /* nor are the screens taken down */
	b->model.lies.reset_never_ends = true;
	bench_expect(b, gpu_session_close(&session), ERR_TIMEOUT);
	assert_int_equal(session.screens.count, 0);
	assert_int_equal(b->memory.pool.used, used);
	bench_close(b);
}

/* What the device refuses at the end is said, and everything is given back by the reset. */
static void test_close_refused(void **state)
{
	(void)state;
	start(MODEL_MMIO);
	expect_open(OK);
	refuse_at(VIRTIO_GPU_CMD_RESOURCE_UNREF, 1);
	bench_expect(b, gpu_session_close(&session), ERR_REFUSED);
	assert_false(tap_passed());
	bench_expect_clean(b);
	bench_close(b);
}

/* Two displays, of which the second fails first: both are shown in the end. */
static void test_two_displays(void **state)
{
	(void)state;
	start(MODEL_MMIO);
	b->model.config[8] = 2;
	b->model.gpu->displays[1] =
		(struct model_display){.enabled = true, .width = 32, .height = 40};
	b->model.lies.silent_at = 10;
	expect_open(OK);
	bench_expect_picture(b, 1, 32, 40);
	b->model.lies.silent_at = b->model.requests + 1;
	host_advance_us(GPU_SESSION_SETTLED_US);
	bench_expect(b, flush(), OK);
	bench_expect_line("2 resources, 2 scanouts");
	bench_expect_picture(b, 1, 32, 40);
	expect_shown_and_close();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_needs_reset),
		cmocka_unit_test(test_needs_reset_by_interrupt),
		cmocka_unit_test(test_changes_while_waiting),
		cmocka_unit_test(test_no_answer),
		cmocka_unit_test(test_queue_reset),
		cmocka_unit_test(test_queue_reset_never_ends),
		cmocka_unit_test(test_queue_reset_does_not_help),
		cmocka_unit_test(test_queue_reset_in_update),
		cmocka_unit_test(test_needs_more_than_a_queue),
		cmocka_unit_test(test_error_response),
		cmocka_unit_test(test_fails_on_the_way),
		cmocka_unit_test(test_fails_in_open),
		cmocka_unit_test(test_fails_twice_on_the_way),
		cmocka_unit_test(test_not_restored),
		cmocka_unit_test(test_second_failure_at_once),
		cmocka_unit_test(test_second_failure_after_a_queue_reset),
		cmocka_unit_test(test_second_failure_without_reset),
		cmocka_unit_test(test_second_failure_later),
		cmocka_unit_test(test_cannot_be_reset),
		cmocka_unit_test(test_close_without_reset),
		cmocka_unit_test(test_close_refused),
		cmocka_unit_test(test_two_displays),
	};

	return cmocka_run_group_tests_name("recovery", tests, NULL, bench_teardown);
}
