/* SPDX-License-Identifier: BSD-2-Clause */
/* In: devices that lie in a packed ring, or of a batch. Out: a named status in time, a cause on the
 * log in the ring's own words, and a device that is reset before its memory is anybody else's. */
#include "bench.h"

#include <string.h>

#include "model_ring.h"

static struct bench bench;
static struct bench *const b = &bench;
static uint64_t beside;

static void start(enum model_transport transport, uint64_t features)
{
	host_reset(NULL);
	bench_open(b, transport, &model_type_gpu);
	b->model.answers_awaited = false;
	beside = features;
	b->model.offered |= features;
	b->model.understood |= features;
}

static enum status show(void)
{
	static const struct gpu_show bars = {.picture = {.pattern = PICTURE_BARS}};
	struct gpu_setup setup = gpu_setup_full;
	enum status status;

	setup.features |= beside;
	bench_find(b);
	assert_non_null(b->dev);
	bench_begin(b);
	status = gpu_open(&b->gpu, 0, b->dev, &setup);
	return status == OK ? gpu_show(&b->gpu, &bars, &b->screens) : status;
}

static void expect_end(enum status expected, const char *line)
{
	enum status status = show();

	bench_expect(b, bench_stop(b), OK);
	bench_expect(b, status, expected);
	bench_expect_within(b, 2 * BENCH_TIMEOUT_US);
	bench_expect_line(line);
	bench_expect_line("not ok");
	bench_expect_line("cause: ");
	/* Nothing of a split ring is said of a packed one. */
	if (beside & FEATURE(VIRTIO_F_RING_PACKED)) {
		bench_expect_line("packed ring, the device's part: next used at ");
		assert_false(host_logged("avail.") || host_logged("used.idx"));
		assert_false(host_logged("avail_event") || host_logged(" next 0"));
	}
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

static void test_wrong_packed_ids(void **state)
{
	static const uint16_t ids[] = {5, 63, 64, 1000, 0x8000, 0xffff};

	(void)state;
	for (unsigned i = 0; i < 2 * ARRAY_SIZE(ids); i++) {
		start(i & 1 ? MODEL_MMIO : MODEL_PCI, FEATURE(VIRTIO_F_RING_PACKED));
		wrong.id = ids[i / 2];
		b->model.lies.used = spoil_id;
		expect_end(ERR_PROTOCOL, "an id that heads no chain in flight");
	}
}

/* A slot that a list takes beside its own. */
static void spoil_to_second(struct model *m, struct model_queue *q, struct model_used *used)
{
	(void)m;
	(void)q;
	used->id++;
}

static void test_packed_id_inside_a_list(void **state)
{
	(void)state;
	start(MODEL_MMIO, FEATURE(VIRTIO_F_RING_PACKED));
	b->model.offered &= ~FEATURE(VIRTIO_F_INDIRECT_DESC);
	b->model.lies.used = spoil_to_second;
	expect_end(ERR_PROTOCOL, "an id that heads no chain in flight");
}

static void spoil_length(struct model *m, struct model_queue *q, struct model_used *used)
{
	(void)m;
	(void)q;
	used->length = wrong.length;
}

static void test_packed_lengths_beyond_the_buffers(void **state)
{
	static const uint32_t lengths[] = {2049, 4096, 0x7fffffff, 0xffffffff};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(lengths); i++) {
		start(MODEL_MMIO, FEATURE(VIRTIO_F_RING_PACKED));
		wrong.length = lengths[i];
		b->model.lies.used = spoil_length;
		expect_end(ERR_PROTOCOL, "a length beyond the writable buffers");
	}
}

/* The next descriptor is used, too, with nothing in flight. */
static void answer_again(struct model *m, struct model_queue *q)
{
	struct pvirtq_desc *ring = model_map(m->memory, q->desc, 16 * (uint64_t)q->size);

	ring[q->used_at.offset].id = le16_of(q->unseen[q->unseen_count - 1].head);
	le16_store(&ring[q->used_at.offset].flags, packed_used_flags(q->used_at.wrap));
}

static void test_packed_answers_twice(void **state)
{
	(void)state;
	start(MODEL_MMIO, FEATURE(VIRTIO_F_RING_PACKED));
	b->model.lies.answered = answer_again;
	/* Nobody looks there before the next request is written over it. */
	bench_expect(b, show(), OK);
	bench_expect_picture(b, 0, 64, 48);
	bench_expect(b, bench_stop(b), OK);
	bench_close(b);
}

/* Flags that are neither available nor used in this turn, or of the other one. */
static uint16_t flags;

static void spoil_flags(struct model *m, struct model_queue *q)
{
	struct pvirtq_desc *ring = model_map(m->memory, q->desc, 16 * (uint64_t)q->size);

	le16_store(&ring[q->unseen[q->unseen_count - 1].slot].flags, flags);
}

static void test_packed_flags(void **state)
{
	static const uint16_t wrongs[] = {0, VIRTQ_DESC_F_AVAIL, VIRTQ_DESC_F_USED, 7, 0x7f7f};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(wrongs); i++) {
		start(MODEL_MMIO, FEATURE(VIRTIO_F_RING_PACKED));
		flags = wrongs[i];
		b->model.lies.answered = spoil_flags;
		expect_end(ERR_TIMEOUT, "no answer in 1000 ms");
	}
}

static void test_packed_never_answers(void **state)
{
	(void)state;
	for (unsigned n = 1; n <= 7; n++) {
		start(n & 1 ? MODEL_MMIO : MODEL_PCI, FEATURE(VIRTIO_F_RING_PACKED));
		if (n & 2)
			b->model.offered &= ~FEATURE(VIRTIO_F_INDIRECT_DESC);
		b->model.lies.silent_at = n;
		expect_end(ERR_TIMEOUT, "oldest request: a whole chain");
	}
}

static void test_packed_answers_late(void **state)
{
	unsigned noticed = 0;

	(void)state;
	for (uint64_t late = 0; late < 40; late++) {
		enum status status;

		start(MODEL_MMIO, FEATURE(VIRTIO_F_RING_PACKED));
		b->model.delay_us = BENCH_TIMEOUT_US - 2000 + late * 100;
		status = show();
		bench_expect(b, bench_stop(b), OK);
		assert_true(status == OK || status == ERR_TIMEOUT);
		noticed += host_logged("the answer came after the wait had ended");
		bench_expect_clean(b);
		bench_close(b);
	}
	assert_true(noticed);
}

/* What the device may write to says nonsense behind each answer. */
static void scribble(struct model *m, struct model_queue *q)
{
	struct pvirtq_event_suppress *device = model_map(m->memory, q->used, 4);
	struct pvirtq_desc *ring = model_map(m->memory, q->desc, 16 * (uint64_t)q->size);

	le32_store(&device->both, 0xffffffff);
	for (unsigned i = 0; i < q->size; i++)
		if (i != q->unseen[q->unseen_count - 1].slot)
			memset(&ring[i], 0x5a, 14);
}

static void test_packed_scribbles(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		start(MODEL_PCI, FEATURE(VIRTIO_F_RING_PACKED));
		if (i)
			b->model.offered &= ~FEATURE(VIRTIO_F_INDIRECT_DESC);
		b->model.lies.answered = scribble;
		bench_expect(b, show(), OK);
		bench_expect_picture(b, 0, 64, 48);
		bench_end(b);
	}
}

/* None for the ring; or none for its indirect tables. */
static void test_packed_no_memory(void **state)
{
	(void)state;
	for (unsigned pages = 0; pages < 2; pages++) {
		struct dma_block most[MODEL_RANGES], room = {0};
		unsigned count = 0;

		start(MODEL_MMIO, FEATURE(VIRTIO_F_RING_PACKED));
		if (!pages)
			b->model.offered &= ~FEATURE(VIRTIO_F_INDIRECT_DESC);
		else
			assert_int_equal(
				dma_alloc(&b->memory.pool, PAGE_SIZE, PAGE_SIZE, &room), OK);
		while (count < MODEL_RANGES && dma_alloc_most(&b->memory.pool, PAGE_SIZE,
						       BENCH_MEMORY, PAGE_SIZE, &most[count]) == OK)
			count++;
		dma_free(&b->memory.pool, &room);
		bench_expect(b, show(), ERR_NO_MEMORY);
		bench_expect_line("queue # queue 0: out of memory");
		bench_expect(b, bench_stop(b), OK);
		while (count)
			dma_free(&b->memory.pool, &most[--count]);
		bench_expect_clean(b);
		bench_close(b);
	}
}

/* In both formats the lies about one request are the same with IN_ORDER. */
static void test_in_order_lies(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		start(MODEL_MMIO,
			FEATURE(VIRTIO_F_IN_ORDER) | (i ? FEATURE(VIRTIO_F_RING_PACKED) : 0));
		wrong.id = 40;
		b->model.lies.used = spoil_id;
		expect_end(ERR_PROTOCOL, "an id that heads no chain in flight");
	}
}

/* A batch that ends behind all that its index says. */
static void test_batch_behind_the_index(void **state)
{
	struct queue_buffer buffer;
	struct dma_block memory;
	struct queue_used used;
	struct queue q;

	(void)state;
	host_reset(NULL);
	bench_open(b, MODEL_MMIO, &model_type_entropy);
	b->model.answers_awaited = false;
	b->model.offered |= FEATURE(VIRTIO_F_IN_ORDER);
	b->model.understood |= FEATURE(VIRTIO_F_IN_ORDER);
	b->model.lies.silent_at = 1;
	bench_find(b);
	bench_expect(b, virtio_reset(b->dev), OK);
	bench_expect(b, virtio_negotiate(b->dev, FEATURE(VIRTIO_F_IN_ORDER)), OK);
	bench_expect(b, queue_open(&q, b->dev, 0, 8), OK);
	bench_expect(b, virtio_start(b->dev), OK);
	bench_expect(b, dma_alloc(&b->memory.pool, 64, 64, &memory), OK);
	buffer = (struct queue_buffer){memory.address, 64};
	for (unsigned i = 0; i < 3; i++)
		bench_expect(b, queue_add(&q, &buffer, 0, 1, NULL), OK);
	queue_notify(&q);
	le32_store(&q.ring.used->ring[0].id, 2);
	le16_store(&q.ring.used->idx, 2);
	assert_int_equal(queue_take(&q, &used), ERR_PROTOCOL);
	bench_expect_line("an id behind all that is used (0x2)");
	le16_store(&q.ring.used->idx, 3);
	le32_store(&q.ring.used->ring[0].len, 5);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(queue_take(&q, &used), OK);
		assert_int_equal(used.length, i < 2 ? 64 : 5);
	}
	assert_int_equal(queue_take(&q, &used), ERR_NOT_FOUND);
	assert_int_equal(virtio_stop(b->dev), OK);
	dma_free(&b->memory.pool, &memory);
	queue_close(&q);
	bench_close(b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong_packed_ids),
		cmocka_unit_test(test_packed_id_inside_a_list),
		cmocka_unit_test(test_packed_lengths_beyond_the_buffers),
		cmocka_unit_test(test_packed_answers_twice),
		cmocka_unit_test(test_packed_flags),
		cmocka_unit_test(test_packed_never_answers),
		cmocka_unit_test(test_packed_answers_late),
		cmocka_unit_test(test_packed_scribbles),
		cmocka_unit_test(test_packed_no_memory),
		cmocka_unit_test(test_in_order_lies),
		cmocka_unit_test(test_batch_behind_the_index),
	};

	return cmocka_run_group_tests_name("hostile_packed", tests, NULL, bench_teardown);
}
