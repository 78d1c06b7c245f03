/* SPDX-License-Identifier: BSD-2-Clause */
/* In: virtio/queue.c with batches of requests. Out: whether each comes back right, for ever. */
#include "bench.h"

#include <string.h>

#include "virtio/queue.h"

#define PIECE     24u /* bytes of each buffer */
#define IN_FLIGHT 64u

static struct bench bench;
static struct bench *const b = &bench;
static struct queue queue;
static struct dma_block memory;
static uint32_t random_state;
static uint64_t beside; /* features that are offered and wanted beside the usual ones */
static bool interrupts; /* the driver waits for them, and not by polling */

#define PACKED            FEATURE(VIRTIO_F_RING_PACKED)
#define IN_ORDER          FEATURE(VIRTIO_F_IN_ORDER)
#define NOTIFICATION_DATA FEATURE(VIRTIO_F_NOTIFICATION_DATA)

static uint32_t random_below(uint32_t limit)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 8) % limit;
}

/* Gives back each byte of the request, changed so that it is seen. */
static void echo(struct model *m, struct model_reply *reply)
{
	(void)m;
	reply->length = (uint32_t)min_u64(reply->request_size, reply->room);
	for (uint32_t i = 0; i < reply->length; i++)
		reply->data[i] = reply->request[i] ^ 0x5a;
}

static const struct model_type echo_type = {.device_id = 4, .queue_count = 1, .answer = echo};

/* A running device with a queue of at most `size` entries. */
static void open_queue(enum model_transport transport, uint16_t size, uint64_t without)
{
	host_reset(NULL);
	the_log.level = LOG_ERROR;
	bench_open(b, transport, &echo_type);
	b->model.queues[0].size_max = size;
	b->model.offered &= ~without;
	b->model.offered |= beside;
	b->model.understood |= beside;
	bench_find(b);
	assert_non_null(b->dev);
	if (interrupts)
		bench_interrupt(b);
	bench_expect(b, virtio_reset(b->dev), OK);
	bench_expect(b, virtio_negotiate(b->dev, 3ull << 28 | beside), OK);
	bench_expect(b, queue_open(&queue, b->dev, 0, size), OK);
	bench_expect(b, virtio_start(b->dev), OK);
	bench_expect(b, dma_alloc(&b->memory.pool, IN_FLIGHT * 4 * PIECE, PAGE_SIZE, &memory), OK);
}

static void close_queue(void)
{
	model_check(&b->model);
	if (interrupts && b->dev->interrupt.mode == INTERRUPT_POLL)
		fail_msg("an interrupt was missed\n%s", host_log());
	bench_expect(b, virtio_stop(b->dev), OK);
	dma_free(&b->memory.pool, &memory);
	queue_close(&queue);
	bench_expect_clean(b);
	bench_close(b);
}

static uint8_t *piece(unsigned slot, unsigned index)
{
	return (uint8_t *)memory.data + (4 * slot + index) * PIECE;
}

/* A request of `readable` and as many writable buffers in the slot's memory. */
static enum status add(unsigned slot, unsigned readable, uint32_t number)
{
	struct queue_buffer buffers[4];

	for (unsigned i = 0; i < 2 * readable; i++) {
		buffers[i] = (struct queue_buffer){dma_address(&memory, piece(slot, i)), PIECE};
		memset(piece(slot, i), (int)(number + i), PIECE);
	}
	return queue_add(&queue, buffers, readable, readable, piece(slot, 0));
}

/* The request that came back, by its token; fails the test when its answer is not its own. */
static unsigned check(
	const struct queue_used *used, const unsigned *readable, const uint32_t *numbers)
{
	unsigned slot = (unsigned)((uint8_t *)used->token - (uint8_t *)memory.data) / (4 * PIECE);

	assert_true(slot < IN_FLIGHT);
	assert_true(readable[slot]);
	assert_int_equal(used->length, readable[slot] * PIECE);
	for (unsigned i = 0; i < readable[slot]; i++)
		for (unsigned k = 0; k < PIECE; k++)
			assert_int_equal(piece(slot, readable[slot] + i)[k],
				(uint8_t)(numbers[slot] + i) ^ 0x5a);
	return slot;
}

/* `total` requests in batches of chance, until all are back. */
static void run(uint32_t total)
{
	unsigned readable[IN_FLIGHT] = {0};
	uint32_t numbers[IN_FLIGHT], sent = 0, back = 0;
	struct queue_used used;

	while (back < total) {
		unsigned batch = 1 + random_below(8);

		for (unsigned slot = 0; slot < IN_FLIGHT && batch && sent < total; slot++) {
			unsigned count = 1 + random_below(2);

			if (readable[slot] || add(slot, count, sent) != OK)
				continue;
			readable[slot] = count;
			numbers[slot] = sent++;
			batch--;
		}
		queue_notify(&queue);
		for (unsigned n = random_below(8) + (batch > 0); n && back < sent; n--) {
			bench_expect(b, queue_wait(&queue, &used), OK);
			readable[check(&used, readable, numbers)] = 0;
			back++;
		}
	}
	assert_int_equal(queue.in_flight, 0);
	assert_int_equal(queue_take(&queue, &used), ERR_NOT_FOUND);
}

static void test_indices_wrap(void **state)
{
	(void)state;
	for (unsigned without = 0; without < 4; without++) {
		open_queue(MODEL_MMIO, 64, (uint64_t)without << 28);
		run(70000);
		assert_true(b->model.requests > 65536);
		close_queue();
	}
}

static void test_every_size(void **state)
{
	(void)state;
	for (unsigned size = 4; size <= 32768; size *= 2)
		for (unsigned i = 0; i < 4; i++) {
			open_queue(i & 1 ? MODEL_MMIO : MODEL_MMIO_LEGACY, (uint16_t)size,
				i & 2 ? 1ull << 28 : 0);
			run(300);
			close_queue();
		}
}

static void test_pci_legacy(void **state)
{
	(void)state;
	open_queue(MODEL_PCI_LEGACY, 256, 0);
	run(1000);
	close_queue();
	open_queue(MODEL_PCI, 256, 0);
	run(1000);
	close_queue();
}

/* Answers out of order, some time after the request, from a device that looks by itself or not. */
static void test_out_of_order(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		open_queue(MODEL_MMIO, 32, i & 1 ? 1ull << 29 : 0);
		b->model.answers_last_first = true;
		b->model.delay_us = i & 2 ? 3000 : 0;
		b->model.polls = i & 4;
		run(2000);
		close_queue();
	}
}

static void test_late_wish(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		open_queue(MODEL_MMIO, 32, i & 1 ? 1ull << 29 : 0);
		b->model.late_wish = true;
		run(2000);
		close_queue();
	}
}

static void test_full_queue(void **state)
{
	struct queue_used used;

	(void)state;
	for (unsigned indirect = 0; indirect < 2; indirect++) {
		unsigned fit = indirect ? 8 : 4;

		open_queue(MODEL_MMIO, 8, indirect ? 0 : 1ull << 28);
		for (unsigned round = 0; round < 3; round++) {
			for (unsigned i = 0; i < fit; i++)
				assert_int_equal(add(i, 1, i), OK);
			assert_int_equal(add(fit, 1, fit), ERR_NO_MEMORY);
			queue_notify(&queue);
			for (unsigned i = 0; i < fit; i++)
				bench_expect(b, queue_wait(&queue, &used), OK);
		}
		close_queue();
	}
}

static void test_refused_requests(void **state)
{
	struct queue_buffer buffers[8] = {{{0}, 0}};

	(void)state;
	open_queue(MODEL_MMIO, 8, 0);
	for (unsigned i = 0; i < 8; i++)
		buffers[i] = (struct queue_buffer){memory.address, 16};
	assert_int_equal(queue_add(&queue, buffers, 0, 0, NULL), ERR_RANGE);
	assert_int_equal(queue_add(&queue, buffers, 3, 2, NULL), ERR_RANGE);
	buffers[1].length = 0;
	assert_int_equal(queue_add(&queue, buffers, 1, 1, NULL), ERR_RANGE);
	assert_int_equal(queue.in_flight, 0);
	assert_int_equal(queue.free_count, 8);
	close_queue();
}

/* A chain of two in a queue of one is not allowed, not even in an indirect table (§2.7.5.3.1). */
static void test_queue_of_one(void **state)
{
	enum status status;

	(void)state;
	open_queue(MODEL_MMIO, 1, 0);
	status = add(0, 1, 0);
	queue_notify(&queue);
	bench_expect(b, status, ERR_RANGE);
	close_queue();
}

/* Whatever came before, the format is the usual one again. */
static int plain(void **state)
{
	(void)state;
	beside = 0;
	interrupts = false;
	return 0;
}

static int packed(void **state)
{
	(void)state;
	beside = PACKED;
	interrupts = false;
	return 0;
}

static int by_interrupts(void **state)
{
	(void)state;
	beside = 0;
	interrupts = true;
	return 0;
}

static int packed_by_interrupts(void **state)
{
	(void)state;
	beside = PACKED;
	interrupts = true;
	return 0;
}

/* Sizes that split rings cannot have; a list passes the end at each offset. */
static void test_packed_sizes(void **state)
{
	(void)state;
	for (unsigned size = 4; size <= 40; size++)
		for (unsigned i = 0; i < 4; i++) {
			open_queue(i & 1 ? MODEL_MMIO : MODEL_PCI, (uint16_t)size,
				i & 2 ? 1ull << 28 : 0);
			assert_int_equal(queue.size, size);
			run(300);
			close_queue();
		}
}

static void test_packed_is_not_offered(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		host_reset(NULL);
		bench_open(b, i ? MODEL_MMIO_LEGACY : MODEL_PCI, &echo_type);
		bench_find(b);
		bench_expect(b, virtio_reset(b->dev), OK);
		bench_expect(b, virtio_negotiate(b->dev, PACKED), ERR_UNSUPPORTED);
		bench_expect_line("features wanted and not offered: 0x400000000 (RING_PACKED)");
		bench_expect_line(i ? "packed rings are asked for, a legacy device has split ones"
				    : "packed rings are asked for, RING_PACKED is not offered");
		bench_close(b);
	}
}

/* One by one, or with one used element for all that are due. */
static void test_in_order(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 16; i++) {
		beside = IN_ORDER | (i & 1 ? PACKED : 0);
		open_queue(MODEL_MMIO, i & 8 ? 256 : 16, i & 2 ? 1ull << 28 : 0);
		assert_int_equal(queue.size, i & 8 ? QUEUE_MAX_SLOTS : 16);
		b->model.batches = true;
		b->model.delay_us = i & 4 ? 3000 : 0;
		run(3000);
		close_queue();
	}
}

static void test_notification_data(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		beside = NOTIFICATION_DATA | (i & 1 ? PACKED : 0);
		open_queue(i & 2 ? MODEL_MMIO : MODEL_PCI, 16, i & 4 ? 1ull << 28 : 0);
		run(i & 1 ? 1000 : 70000);
		close_queue();
	}
}

/*
 * Answers two at a time: the device used the second before it could see that the driver wants to
 * hear of it, and says nothing.
 */
static void test_used_before_asked(void **state)
{
	struct queue_used used;

	(void)state;
	for (unsigned without = 0; without < 2; without++) {
		open_queue(MODEL_MMIO, 16, (uint64_t)without << 29);
		b->model.delay_us = 5 * MODEL_TURN_US;
		for (unsigned n = 0; n < 100; n++) {
			bench_begin(b);
			for (unsigned slot = 0; slot < 2; slot++)
				bench_expect(b, add(slot, 1, n), OK);
			queue_notify(&queue);
			for (unsigned slot = 0; slot < 2; slot++)
				bench_expect(b, queue_wait(&queue, &used), OK);
			bench_expect_within(b, INTERRUPT_MISSED_US);
		}
		assert_in_range(b->dev->interrupt.queue, 100, 200);
		close_queue();
	}
}

/* Late answers, out of order, each transport; at last as many as an index counts. */
static void test_interrupts(void **state)
{
	static const enum model_transport all[] = {MODEL_MMIO, MODEL_PCI};

	(void)state;
	for (unsigned i = 0; i < 16; i++) {
		open_queue(all[i & 1], 8, i & 2 ? 1ull << 29 : 0);
		b->model.answers_last_first = i & 4;
		b->model.delay_us = i & 8 ? 3000 : 0;
		run(300);
		close_queue();
	}
	open_queue(MODEL_MMIO, 64, 0);
	run(beside & PACKED ? 1000 : 66000);
	close_queue();
}

static void test_in_order_by_interrupts(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		beside = IN_ORDER | (i & 1 ? PACKED : 0);
		open_queue(MODEL_MMIO, 16, i & 2 ? 1ull << 29 : 0);
		b->model.batches = true;
		b->model.delay_us = i & 4 ? 3000 : 0;
		run(500);
		close_queue();
	}
}

/* A driver that polls asks for no interrupt, in all four ways of saying so. */
static void test_none_are_asked_for(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		beside = i & 1 ? PACKED : 0;
		open_queue(MODEL_MMIO, 16, i & 2 ? 1ull << 29 : 0);
		run(1000);
		assert_int_equal(b->model.interrupt_status, 0);
		close_queue();
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_indices_wrap, plain),
		cmocka_unit_test_setup(test_every_size, plain),
		cmocka_unit_test_setup(test_pci_legacy, plain),
		cmocka_unit_test_setup(test_out_of_order, plain),
		cmocka_unit_test_setup(test_late_wish, plain),
		cmocka_unit_test_setup(test_full_queue, plain),
		cmocka_unit_test_setup(test_refused_requests, plain),
		cmocka_unit_test_setup(test_queue_of_one, plain),
		cmocka_unit_test_setup(test_packed_is_not_offered, plain),
		cmocka_unit_test_setup(test_in_order, plain),
		cmocka_unit_test_setup(test_notification_data, plain),
		{"packed test_indices_wrap", test_indices_wrap, packed, NULL, NULL},
		{"packed test_out_of_order", test_out_of_order, packed, NULL, NULL},
		{"packed test_late_wish", test_late_wish, packed, NULL, NULL},
		{"packed test_full_queue", test_full_queue, packed, NULL, NULL},
		{"packed test_refused_requests", test_refused_requests, packed, NULL, NULL},
		{"packed test_queue_of_one", test_queue_of_one, packed, NULL, NULL},
		cmocka_unit_test_setup(test_packed_sizes, packed),
		cmocka_unit_test_setup(test_none_are_asked_for, plain),
		cmocka_unit_test_setup(test_used_before_asked, by_interrupts),
		{"interrupts test_full_queue", test_full_queue, by_interrupts, NULL, NULL},
		cmocka_unit_test_setup(test_in_order_by_interrupts, by_interrupts),
		cmocka_unit_test_setup(test_interrupts, by_interrupts),
		{"packed test_full_queue by interrupts", test_full_queue, packed_by_interrupts,
			NULL, NULL},
		{"packed test_used_before_asked", test_used_before_asked, packed_by_interrupts,
			NULL, NULL},
		{"packed test_interrupts", test_interrupts, packed_by_interrupts, NULL, NULL},
	};

	return cmocka_run_group_tests_name("strict_ring", tests, NULL, bench_teardown);
}
