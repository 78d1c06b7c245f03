/* SPDX-License-Identifier: BSD-2-Clause */
/* In: devices that answer cursor commands wrongly, or never. Out: a named status, nothing lost. */
#include "bench.h"

#include "gpu/session.h"

static struct bench bench;
static struct bench *const b = &bench;

static const struct gpu_show bars = {.picture = {.pattern = PICTURE_BARS}};

static void start(enum model_transport transport)
{
	host_reset(NULL);
	bench_open(b, transport, &model_type_gpu);
	bench_find(b);
	assert_non_null(b->dev);
}

static enum status run(void)
{
	struct gpu_setup setup = gpu_setup_full;
	enum status status;

	setup.cursor = true;
	bench_expect(b, gpu_open(&b->gpu, 0, b->dev, &setup), OK);
	bench_begin(b);
	status = gpu_show(&b->gpu, &bars, &b->screens);
	bench_expect_within(b, BENCH_TIMEOUT_US + BENCH_TIMEOUT_US / 2);
	model_check(&b->model);
	return status;
}

static void stop(void)
{
	bench_end(b);
}

static void test_every_transport(void **state)
{
	(void)state;
	for (enum model_transport t = MODEL_MMIO; t <= MODEL_PCI; t++) {
		start(t);
		bench_expect(b, run(), OK);
		bench_expect_line("- gpu0: scanout 0: cursor at 32,24, moved there in 8 steps");
		stop();
	}
}

/* Any of the requests on the cursor queue is never given back. */
static void test_never_answered(void **state)
{
	uint64_t before; /* requests up to the first of the cursor queue */

	(void)state;
	start(MODEL_PCI);
	bench_expect(b, run(), OK);
	before = b->model.requests - b->model.gpu->cursor_updates - b->model.gpu->cursor_moves;
	stop();
	for (unsigned n = 1; n <= CURSOR_STEPS + 3; n++) {
		start(MODEL_PCI);
		b->model.lies.silent_at = before + n;
		bench_expect(b, run(), ERR_TIMEOUT);
		bench_expect_line("gpu0: cursor # timeout");
		bench_expect_line("post-mortem");
		stop();
	}
}

static uint32_t lie;

static void lie_of_length(struct model *m, struct model_queue *q, struct model_used *used)
{
	(void)m;
	if (q->index == VIRTIO_GPU_CURSORQ)
		used->length = lie;
}

/* Bytes that there is no room for. */
static void test_lengths(void **state)
{
	static const uint32_t lengths[] = {1, 24, 56, 4096, UINT32_MAX};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(lengths); i++) {
		start(MODEL_MMIO);
		lie = lengths[i];
		b->model.lies.used = lie_of_length;
		bench_expect(b, run(), ERR_PROTOCOL);
		bench_expect_line("not ok");
		stop();
	}
}

static void lie_of_id(struct model *m, struct model_queue *q, struct model_used *used)
{
	(void)m;
	if (q->index == VIRTIO_GPU_CURSORQ)
		used->id = lie;
}

static void test_ids(void **state)
{
	static const uint32_t ids[] = {15, 16, 64, 65535, UINT32_MAX};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(ids); i++) {
		start(MODEL_MMIO);
		lie = ids[i];
		b->model.lies.used = lie_of_id;
		bench_expect(b, run(), ERR_PROTOCOL);
		stop();
	}
}

/* A device that has one queue only cannot show a cursor, and says so. */
static void test_no_queue(void **state)
{
	struct gpu_setup setup = gpu_setup_full;

	(void)state;
	start(MODEL_MMIO);
	b->model.queues[VIRTIO_GPU_CURSORQ].size_max = 0;
	setup.cursor = true;
	bench_expect(b, gpu_open(&b->gpu, 0, b->dev, &setup), ERR_NOT_FOUND);
	bench_expect_line("queue 1: the device has no such queue");
	bench_expect_clean(b);
	bench_close(b);
}

/* After a reset the device has neither image nor place: both are given again. */
static void test_recovered(void **state)
{
	struct gpu_setup setup = gpu_setup_full;
	static struct gpu_session session;

	(void)state;
	start(MODEL_PCI);
	setup.cursor = true;
	bench_expect(b, gpu_session_open(&session, 0, b->dev, &setup, &bars), OK);
	assert_int_equal(b->model.gpu->displays[0].cursor, CURSOR_RESOURCE);
	bench_expect(b, gpu_session_recover(&session, ERR_TIMEOUT), OK);
	assert_int_equal(b->model.gpu->displays[0].cursor, CURSOR_RESOURCE);
	assert_int_equal(b->model.gpu->displays[0].cursor_x, 32);
	assert_int_equal(b->model.gpu->cursor_updates, 2 * 3);
	bench_end_session(b, &session);
}

/* The image's commands fail as any others do. */
static void test_image_refused(void **state)
{
	(void)state;
	start(MODEL_MMIO);
	b->model.gpu->refuse_command = VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D;
	b->model.gpu->refuse_with = VIRTIO_GPU_RESP_ERR_UNSPEC;
	bench_expect(b, run(), ERR_REFUSED);
	stop();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_transport),
		cmocka_unit_test(test_never_answered),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_no_queue),
		cmocka_unit_test(test_recovered),
		cmocka_unit_test(test_image_refused),
	};

	return cmocka_run_group_tests_name("hostile_cursor", tests, NULL, bench_teardown);
}
