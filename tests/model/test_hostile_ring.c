/* SPDX-License-Identifier: BSD-2-Clause */
/* In: devices that answer wrongly, late, twice or never. Out: a named status in time, a cause on
 * the log, and a device that is reset before its memory is anybody else's. */
#include "bench.h"

#include <string.h>

static struct bench bench;
static struct bench *const b = &bench;

static const enum model_transport with_gpu[] = {MODEL_MMIO, MODEL_MMIO_LEGACY, MODEL_PCI};

static void start(enum model_transport transport)
{
	host_reset(NULL);
	bench_open(b, transport,
		transport == MODEL_PCI_LEGACY ? &model_type_entropy : &model_type_gpu);
	b->model.answers_awaited = false;
}

/* From the first request to its bad end, and the device reset behind it. */
static void expect_end(enum status expected, const char *line)
{
	enum status status;

	bench_find(b);
	assert_non_null(b->dev);
	bench_begin(b);
	if (b->dev->device_id == 4) {
		status = entropy_prove(b->dev, FEATURES_OF_QUEUES);
	} else {
		status = bench_show(b);
		bench_expect(b, bench_stop(b), OK);
	}
	bench_expect(b, status, expected);
	bench_expect_within(b, 2 * BENCH_TIMEOUT_US);
	bench_expect_line(line);
	bench_expect_line("not ok");
	bench_expect_line("cause: ");
	bench_expect_clean(b);
	bench_close(b);
}

static struct model_used wrong;

static void spoil_id(struct model *m, struct model_queue *q, struct model_used *used)
{
	(void)q;
	if (m->requests == 2)
		used->id = wrong.id;
}

static void test_wrong_ids(void **state)
{
	/* Heads of nothing: free, not in the ring, not in any ring. */
	static const uint32_t ids[] = {5, 63, 64, 1000, 0xffff, 0x10000, 0xffffffff};

	(void)state;
	for (unsigned t = 0; t < ARRAY_SIZE(with_gpu); t++)
		for (unsigned i = 0; i < ARRAY_SIZE(ids); i++) {
			start(with_gpu[t]);
			wrong.id = ids[i];
			b->model.lies.used = spoil_id;
			expect_end(ERR_PROTOCOL, "an id that heads no chain in flight");
		}
}

/* The middle of a chain is no head. */
static void spoil_to_second(struct model *m, struct model_queue *q, struct model_used *used)
{
	const struct virtq_desc *d = model_map(m->memory, q->desc, 16 * (uint64_t)q->size);

	assert_true(le16_load(&d[used->id].flags) & VIRTQ_DESC_F_NEXT);
	used->id = le16_load(&d[used->id].next);
}

static void test_id_inside_a_chain(void **state)
{
	(void)state;
	start(MODEL_MMIO);
	b->model.offered &= ~(1ull << 28);
	b->model.lies.used = spoil_to_second;
	expect_end(ERR_PROTOCOL, "an id that heads no chain in flight");
}

static void spoil_length(struct model *m, struct model_queue *q, struct model_used *used)
{
	(void)m;
	(void)q;
	used->length = wrong.length;
}

static void test_lengths_beyond_the_buffers(void **state)
{
	static const uint32_t lengths[] = {2049, 4096, 0x7fffffff, 0xffffffff};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(lengths); i++) {
		start(MODEL_MMIO);
		wrong.length = lengths[i];
		b->model.lies.used = spoil_length;
		expect_end(ERR_PROTOCOL, "a length beyond the writable buffers");
	}
	start(MODEL_PCI_LEGACY);
	wrong.length = 33;
	b->model.lies.used = spoil_length;
	expect_end(ERR_PROTOCOL, "a length beyond the writable buffers");
}

static void spoil_step(struct model *m, struct model_queue *q, struct model_used *used)
{
	(void)m;
	(void)q;
	used->step = wrong.step;
}

static void test_index_jumps(void **state)
{
	static const uint16_t steps[] = {2, 3, 64, 65, 0x7fff, 0x8000, 0xffff};

	(void)state;
	for (unsigned t = MODEL_MMIO; t <= MODEL_PCI_LEGACY; t++)
		for (unsigned i = 0; i < ARRAY_SIZE(steps); i++) {
			start((enum model_transport)t);
			wrong.step = steps[i];
			b->model.lies.used = spoil_step;
			expect_end(ERR_PROTOCOL, "idx is ahead of what is in flight");
		}
}

/* The element is written, its index never moves. */
static void test_index_stays(void **state)
{
	(void)state;
	start(MODEL_MMIO);
	wrong.step = 0;
	b->model.lies.used = spoil_step;
	expect_end(ERR_TIMEOUT, "GET_DISPLAY_INFO # no answer in 1000 ms");
}

/* Each answer comes a second time. */
static void answer_again(struct model *m, struct model_queue *q)
{
	struct virtq_used *used = model_map(m->memory, q->used, 6 + 8 * (uint64_t)q->size);
	struct model_unseen last = q->unseen[q->unseen_count - 1];

	last.slot = (uint16_t)(q->used_idx % q->size);
	q->unseen[q->unseen_count++] = last;
	q->used_idx++;
	le16_store(&used->idx, q->used_idx);
}

static void test_answers_twice(void **state)
{
	(void)state;
	for (unsigned t = MODEL_MMIO; t <= MODEL_PCI_LEGACY; t++) {
		start((enum model_transport)t);
		b->model.lies.answered = answer_again;
		expect_end(ERR_PROTOCOL, "idx is ahead of what is in flight");
	}
}

/* The n-th request is never answered. */
static void test_never_answers(void **state)
{
	(void)state;
	for (unsigned t = 0; t < ARRAY_SIZE(with_gpu); t++)
		for (unsigned n = 1; n <= 7; n++) {
			start(with_gpu[t]);
			b->model.lies.silent_at = n;
			expect_end(ERR_TIMEOUT, "no answer in 1000 ms");
		}
	for (unsigned n = 1; n <= 2; n++) {
		start(MODEL_PCI_LEGACY);
		b->model.lies.silent_at = n;
		expect_end(ERR_TIMEOUT, "entropy # request");
	}
}

/* Answers around the deadline: in time, or a timeout that says if the answer came after it. */
static void test_answers_late(void **state)
{
	unsigned in_time = 0, noticed = 0;

	(void)state;
	for (uint64_t late = 0; late < 40; late++) {
		enum status status;

		start(MODEL_MMIO);
		b->model.delay_us = BENCH_TIMEOUT_US - 2000 + late * 100;
		bench_find(b);
		status = bench_show(b);
		bench_expect(b, bench_stop(b), OK);
		assert_true(status == OK || status == ERR_TIMEOUT);
		in_time += status == OK;
		noticed += host_logged("the answer came after the wait had ended");
		bench_expect_clean(b);
		bench_close(b);
	}
	assert_true(in_time);
	assert_true(noticed);
}

/* What the device may not write to is full of nonsense when it has answered all. */
static void scribble(struct model *m, struct model_queue *q)
{
	struct virtq_avail *avail = model_map(m->memory, q->avail, 6 + 2 * (uint64_t)q->size);

	if (q->used_idx != q->published)
		return;
	memset(model_map(m->memory, q->desc, 16 * (uint64_t)q->size), 0xff, 16 * q->size);
	memset(avail->ring, 0xff, 2 * q->size);
}

static void test_writes_where_it_must_not(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2 * ARRAY_SIZE(with_gpu); i++) {
		start(with_gpu[i / 2]);
		if (i & 1)
			b->model.offered &= ~(1ull << 28);
		b->model.lies.answered = scribble;
		bench_find(b);
		bench_expect(b, bench_show(b), OK);
		bench_expect_picture(b, 0, 64, 48);
		bench_end(b);
	}
}

/* The index of the available ring is the driver's, too: it goes on from its own. */
static void scribble_index(struct model *m, struct model_queue *q)
{
	struct virtq_avail *avail = model_map(m->memory, q->avail, 6 + 2 * (uint64_t)q->size);

	le16_store(&avail->idx, 0x5555);
	le16_store(&avail->flags, 0);
}

static void test_writes_the_available_index(void **state)
{
	(void)state;
	start(MODEL_MMIO);
	b->model.lies.answered = scribble_index;
	bench_find(b);
	assert_int_equal(bench_show(b), OK);
	assert_int_equal(bench_stop(b), OK);
	assert_int_equal(b->memory.pool.used, 0);
	bench_close(b);
}

static void needs_reset(struct model *m, struct model_reply *reply)
{
	const struct virtio_gpu_ctrl_hdr *h = (const void *)reply->request;

	if (le32_value(h->type) == VIRTIO_GPU_CMD_RESOURCE_CREATE_2D)
		m->status |= MODEL_NEEDS_RESET;
}

static void stay(struct model *m, struct model_queue *q, struct model_used *used)
{
	(void)q;
	if (m->status & MODEL_NEEDS_RESET || !m->status)
		used->step = 0;
}

static void test_needs_reset_meanwhile(void **state)
{
	(void)state;
	start(MODEL_PCI);
	b->model.lies.reply = needs_reset;
	b->model.lies.used = stay;
	expect_end(ERR_NEEDS_RESET, "the device found the ring malformed and gave up");
}

static void lose_status(struct model *m, struct model_reply *reply)
{
	const struct virtio_gpu_ctrl_hdr *h = (const void *)reply->request;

	if (le32_value(h->type) == VIRTIO_GPU_CMD_RESOURCE_CREATE_2D)
		m->status = 0;
}

static void test_reset_by_somebody_else(void **state)
{
	(void)state;
	start(MODEL_MMIO_LEGACY);
	b->model.lies.reply = lose_status;
	b->model.lies.used = stay;
	expect_end(ERR_TIMEOUT, "reset behind the driver's back");
}

static void leave(struct model *m, struct model_reply *reply)
{
	const struct virtio_gpu_ctrl_hdr *h = (const void *)reply->request;

	if (le32_value(h->type) == VIRTIO_GPU_CMD_RESOURCE_CREATE_2D)
		m->gone = true;
}

static void stay_when_gone(struct model *m, struct model_queue *q, struct model_used *used)
{
	(void)q;
	if (m->gone)
		used->step = 0;
}

/* Gone with a request: no reset can be had, and its memory is nobody's any more. */
static void test_leaves_meanwhile(void **state)
{
	(void)state;
	start(MODEL_MMIO);
	b->model.lies.reply = leave;
	b->model.lies.used = stay_when_gone;
	bench_find(b);
	bench_expect(b, bench_show(b), ERR_GONE);
	bench_expect_line("cause: the device left the bus");
	bench_expect(b, bench_stop(b), ERR_GONE);
	bench_expect_line("its memory is not used again");
	assert_true(b->memory.pool.used);
	bench_close(b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong_ids),
		cmocka_unit_test(test_id_inside_a_chain),
		cmocka_unit_test(test_lengths_beyond_the_buffers),
		cmocka_unit_test(test_index_jumps),
		cmocka_unit_test(test_index_stays),
		cmocka_unit_test(test_answers_twice),
		cmocka_unit_test(test_never_answers),
		cmocka_unit_test(test_answers_late),
		cmocka_unit_test(test_writes_where_it_must_not),
		cmocka_unit_test(test_writes_the_available_index),
		cmocka_unit_test(test_needs_reset_meanwhile),
		cmocka_unit_test(test_reset_by_somebody_else),
		cmocka_unit_test(test_leaves_meanwhile),
	};

	return cmocka_run_group_tests_name("hostile_ring", tests, NULL, bench_teardown);
}
