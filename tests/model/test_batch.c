/* SPDX-License-Identifier: BSD-2-Clause */
/* In: batches of requests. Out: how often the device is notified, and what is said of each. */
#include "bench.h"

#include <string.h>

#define REPORTS 64u

static struct bench bench;
static struct bench *const b = &bench;

/* As much of a surface as a resource is created by. */
static const struct surface small = {.width = 16, .height = 16};

static enum status reports[REPORTS];
static unsigned report_count;
static uint32_t refused; /* the resource whose creation the device refuses; 0: none */

static enum status note(struct gpu *gpu, const char *name, enum status status)
{
	assert_ptr_equal(gpu, &b->gpu);
	assert_string_equal(name, "RESOURCE_CREATE_2D");
	assert_in_range(report_count, 0, REPORTS - 1);
	reports[report_count++] = status;
	return status;
}

static void refuse(struct model *m, struct model_reply *reply)
{
	const struct virtio_gpu_resource_create_2d *create = (const void *)reply->request;
	struct virtio_gpu_ctrl_hdr *h = (void *)reply->data;

	(void)m;
	if (refused && le32_value(create->hdr.type) == VIRTIO_GPU_CMD_RESOURCE_CREATE_2D &&
		le32_value(create->resource_id) == refused)
		h->type = le32_of(VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY);
}

static void start(uint64_t not_offered, uint16_t queue_size)
{
	struct gpu_setup setup = gpu_setup_full;
	struct gpu_display displays[VIRTIO_GPU_MAX_SCANOUTS];
	uint8_t edid[1024];
	uint32_t size;

	host_reset(NULL);
	report_count = 0;
	refused = 0;
	bench_open(b, MODEL_MMIO, &model_type_gpu);
	b->model.offered &= ~not_offered;
	b->model.lies.reply = refuse;
	bench_find(b);
	setup.queue_size = queue_size;
	bench_expect(b, gpu_open(&b->gpu, 0, b->dev, &setup), OK);
	/* What the specification asks for before anything is shown. */
	bench_expect(b, gpu_get_display_info(&b->gpu, displays), OK);
	bench_expect(b, gpu_get_edid(&b->gpu, 0, edid, &size), OK);
	b->model.notifications = 0;
}

static void finish(void)
{
	bench_end(b);
}

/* A batch that creates resources 1 to `count`, up to an error. */
static enum status create(unsigned count)
{
	enum status status = OK;

	gpu_batch_begin(&b->gpu, note);
	for (unsigned i = 1; status == OK && i <= count; i++)
		status = gpu_resource_create(&b->gpu, i, &small);
	return gpu_batch_end(&b->gpu, status);
}

static void expect_reports(unsigned count, enum status last)
{
	assert_int_equal(report_count, count);
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(reports[i], i + 1 < count ? OK : last);
}

/* Answers that come in the order of the requests, or against it, at once or later. */
static void test_one_notification(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		start(0, 64);
		b->model.answers_last_first = i & 1;
		b->model.delay_us = i & 2 ? 3000 : 0;
		bench_expect(b, create(10), OK);
		expect_reports(10, OK);
		assert_int_equal(b->model.notifications, 1);
		assert_int_equal(b->gpu.control.in_flight, 0);
		finish();
	}
}

/* More than fit go in groups: of 32, or of as many as the queue has descriptors for. */
static void test_groups(void **state)
{
	(void)state;
	start(0, 64);
	bench_expect(b, create(40), OK);
	expect_reports(40, OK);
	assert_int_equal(b->model.notifications, 2);
	finish();
	start(FEATURE(VIRTIO_F_INDIRECT_DESC), 8);
	bench_expect(b, create(9), OK);
	expect_reports(9, OK);
	assert_int_equal(b->model.notifications, 3);
	finish();
}

/* The first that fails is the last that is reported, and what the batch ends with. */
static void test_failure(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		start(0, 64);
		b->model.answers_last_first = i;
		refused = 6;
		bench_expect(b, create(40), ERR_REFUSED);
		expect_reports(6, ERR_REFUSED);
		bench_expect_line("command 8: 0x101 RESOURCE_CREATE_2D");
		assert_int_equal(b->gpu.control.in_flight, 0);
		/* The next batch is a new one. */
		refused = 0;
		report_count = 0;
		gpu_batch_begin(&b->gpu, note);
		bench_expect(b, gpu_resource_create(&b->gpu, 50, &small), OK);
		bench_expect(b, gpu_batch_end(&b->gpu, OK), OK);
		expect_reports(1, OK);
		finish();
	}
}

static void test_no_answer(void **state)
{
	(void)state;
	start(0, 64);
	b->model.lies.silent_at = b->model.requests + 3;
	bench_expect(b, create(5), ERR_TIMEOUT);
	expect_reports(3, ERR_TIMEOUT);
	finish();
}

/* In groups, too: what the device may still read is not written to, nor is any more sent. */
static void test_no_answer_to_a_group(void **state)
{
	(void)state;
	start(0, 64);
	b->model.delay_us = BENCH_TIMEOUT_US + BENCH_TIMEOUT_US / 2;
	b->model.answers_awaited = false;
	bench_begin(b);
	bench_expect(b, create(40), ERR_TIMEOUT);
	bench_expect_within(b, BENCH_TIMEOUT_US + 100000);
	expect_reports(1, ERR_TIMEOUT);
	assert_int_equal(b->model.notifications, 1);
	finish();
}

/* A command whose answer is data is waited for, with all before it, by the same notification. */
static void test_data(void **state)
{
	struct gpu_display displays[VIRTIO_GPU_MAX_SCANOUTS];

	(void)state;
	start(0, 64);
	gpu_batch_begin(&b->gpu, NULL);
	bench_expect(b, gpu_resource_create(&b->gpu, 1, &small), OK);
	bench_expect(b, gpu_get_display_info(&b->gpu, displays), OK);
	assert_true(displays[0].enabled);
	assert_int_equal(b->model.notifications, 1);
	bench_expect(b, gpu_batch_end(&b->gpu, OK), OK);
	assert_int_equal(b->model.notifications, 1);
	finish();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_notification),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_failure),
		cmocka_unit_test(test_no_answer),
		cmocka_unit_test(test_no_answer_to_a_group),
		cmocka_unit_test(test_data),
	};

	return cmocka_run_group_tests_name("batch", tests, NULL, bench_teardown);
}
