/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a ring in memory and a device of a few registers. Out: whether both sides are seen. */
#include "host.h"

#include <stdlib.h>
#include <string.h>

#include "virtio/diagnose.h"
#include "virtio/queue_format.h"

#define RING_SIZE 16u
#define POOL_BASE 0x100000u
#define POOL_SIZE 0x20000u

struct bench {
	struct dma_pool pool;
	void *memory;
	struct dma_block block;
	struct dma_block buffer;
	struct virtio_transport transport;
	struct virtio_device dev;
	struct queue queue;
	uint8_t status;
	unsigned touched; /* register accesses, the status not counted */
};

static struct bench b;

static uint8_t read_status(struct virtio_device *dev)
{
	(void)dev;
	return b.status;
}

static void read_queue(struct virtio_device *dev, uint16_t index, struct queue_registers *out)
{
	/* As the journal and the count are by a real one. */
	dev->journal.next = 0;
	dev->count.writes++;
	b.touched++;
	out->size_max = 1024;
	out->ready = true;
	out->pfn = index;
}

static uint8_t read_interrupt_status(struct virtio_device *dev)
{
	(void)dev;
	b.touched++;
	return 1;
}

static uint32_t read_config_generation(struct virtio_device *dev)
{
	(void)dev;
	b.touched++;
	return 5;
}

static uint32_t read_device_id(struct virtio_device *dev)
{
	(void)dev;
	b.touched++;
	return 16;
}

/* The answer comes while the registers are read. */
static uint32_t read_device_id_late(struct virtio_device *dev)
{
	le16_store(&b.queue.ring.used->idx, 3);
	return read_device_id(dev);
}

static uint64_t read_accepted(struct virtio_device *dev)
{
	(void)dev;
	b.touched++;
	return 0x42;
}

static void put(struct virtq_desc *d, uint64_t addr, uint32_t len, uint16_t flags, uint16_t next)
{
	le64_store(&d->addr, addr);
	le32_store(&d->len, len);
	le16_store(&d->flags, flags);
	le16_store(&d->next, next);
}

static uint8_t *response(void)
{
	return (uint8_t *)b.buffer.data + 2048;
}

/* The third request, 24 bytes at descriptor 2 and 100 for the response at 3, is pending. */
static void fill_ring(void)
{
	struct split_ring *r = &b.queue.ring;
	uint8_t *request = b.buffer.data;

	for (unsigned i = 0; i < 24; i++)
		request[i] = (uint8_t)(i + 1);
	put(&r->desc[2], b.buffer.address.value, 24, VIRTQ_DESC_F_NEXT, 3);
	put(&r->desc[3], b.buffer.address.value + 2048, 100, VIRTQ_DESC_F_WRITE, 0);
	le16_store(&r->avail->ring[2], 2);
	le16_store(&r->avail->idx, 3);
	le16_store(&r->used->idx, 2);
	le16_store(split_ring_avail_event(r), 77);
	le16_store(split_ring_used_event(r), 88);
}

static void make(bool legacy, size_t used_align)
{
	struct split_layout layout = split_layout_of(RING_SIZE, used_align);

	b.transport = (struct virtio_transport){
		.name = "test",
		.legacy = legacy,
		.read_status = read_status,
		.read_queue = read_queue,
		.read_interrupt_status = read_interrupt_status,
		.read_config_generation = read_config_generation,
		.read_device_id = read_device_id,
	};
	b.dev = (struct virtio_device){
		.name = "dev",
		.device_id = 16,
		.transport = &b.transport,
		.pool = &b.pool,
		.timeout_us = 1000000,
		.queue_align = 4096,
		.offered = 0x130000002,
		.features = 0x100000002,
	};
	assert_int_equal(dma_alloc(&b.pool, layout.size, 4096, &b.block), OK);
	assert_int_equal(dma_alloc(&b.pool, 4096, 4096, &b.buffer), OK);
	b.queue = (struct queue){.dev = &b.dev,
		.format = &queue_split,
		.index = 1,
		.size = RING_SIZE,
		.desc_area = b.block.address,
		.driver_area = paddr_add(b.block.address, layout.avail),
		.device_area = paddr_add(b.block.address, layout.used),
		.used_idx = 2,
		.in_flight = 1,
		.notifications = 3,
		.request_least = 24};
	split_ring_init(&b.queue.ring, RING_SIZE, &b.block, &layout);
	fill_ring();
	b.status = 0x0f;
}

static int setup(void **state)
{
	host_reset(state);
	memset(&b, 0, sizeof(b));
	b.memory = aligned_alloc(4096, POOL_SIZE);
	assert_non_null(b.memory);
	memset(b.memory, 0, POOL_SIZE);
	assert_int_equal(dma_pool_add(&b.pool, paddr_of(POOL_BASE), b.memory, POOL_SIZE), OK);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(b.memory);
	return 0;
}

static struct virtio_snapshot take(void)
{
	struct virtio_snapshot s;

	virtio_snapshot_take(&s, &b.dev, &b.queue, "request", ERR_TIMEOUT);
	return s;
}

static void test_both_sides(void **state)
{
	struct virtio_snapshot s;

	(void)state;
	make(false, 4);
	b.dev.journal.access[0] =
		(struct io_access){.name = "Status", .value = 0x0f, .width = 4, .write = true};
	b.dev.journal.next = 1;
	s = take();
	assert_string_equal(s.step, "request");
	assert_int_equal(s.failure, ERR_TIMEOUT);
	assert_true(s.is_mmio && !s.is_pci && !s.legacy);
	assert_int_equal(s.status, 0x0f);
	assert_int_equal(s.device_id_now, 16);
	assert_int_equal(s.interrupt_status, 1);
	assert_int_equal(s.config_generation, 5);
	assert_int_equal(s.accepted, 0x100000002);
	assert_false(s.has_accepted_now);
	/* The journal was read before the registers were. */
	assert_true(s.programmed.complete);
	assert_int_equal(s.programmed.status.value, 0x0f);
	assert_true(s.has_queue && s.device.ready && s.ring_in_memory);
	assert_int_equal(s.index, 1);
	assert_int_equal(s.device.pfn, 1);
	assert_int_equal(s.size, RING_SIZE);
	assert_int_equal(s.desc, b.block.address.value);
	assert_int_equal(s.used_align, 4);
	assert_int_equal(s.avail_idx, 3);
	assert_int_equal(s.used_idx, 2);
	assert_int_equal(s.used_idx_seen, 2);
	assert_int_equal(s.avail_event, 77);
	assert_int_equal(s.used_event, 88);
	assert_int_equal(s.in_flight, 1);
	assert_int_equal(s.request_least, 24);
}

static void test_request(void **state)
{
	struct virtio_snapshot s;

	(void)state;
	make(false, 4);
	s = take();
	assert_int_equal(s.chain_end, CHAIN_WHOLE);
	assert_int_equal(s.head, 2);
	assert_int_equal(s.chain_count, 2);
	assert_int_equal(s.request_length, 24);
	assert_int_equal(s.response_room, 100);
	assert_int_equal(s.request_count, 24);
	assert_int_equal(s.request[23], 24);
	assert_int_equal(s.response_count, SNAPSHOT_RESPONSE);
	assert_false(s.response_written);
	response()[1] = 0x11;
	s = take();
	assert_true(s.response_written);
	assert_int_equal(s.response[1], 0x11);
	le16_store(&b.queue.ring.avail->idx, 2);
	assert_int_equal(take().chain_end, CHAIN_NONE);
}

/* Addresses that are not the pool's are not looked at. */
static void test_outside_memory(void **state)
{
	struct virtio_snapshot s;

	(void)state;
	make(false, 4);
	le64_store(&b.queue.ring.desc[2].addr, 0xffff800000000000);
	b.queue.device_area = paddr_of(POOL_BASE + POOL_SIZE);
	s = take();
	assert_false(s.chain[0].in_memory);
	assert_int_equal(s.request_count, 0);
	assert_false(s.ring_in_memory);
}

static void test_notified(void **state)
{
	(void)state;
	make(false, 4);
	b.dev.count.writes = b.queue.writes_at_publish = 9;
	assert_false(take().notified);
	b.queue.writes_at_publish = 9;
	assert_true(take().notified);
}

/* The device found its used ring by an alignment of 4096; the driver looks at one of 256. */
static void test_used_elsewhere(void **state)
{
	uint64_t at;
	struct virtq_used *used;

	(void)state;
	make(true, 256);
	at = b.block.address.value + 4096;
	used = dma_at(&b.pool, paddr_of(at), 4096);
	assert_int_equal(take().used_elsewhere, 0);
	le16_store(&used->idx, 3);
	le32_store(&used->ring[2].id, 2);
	le32_store(&used->ring[2].len, 24);
	assert_int_equal(take().used_elsewhere, at);
	(void)virtio_post_mortem(&b.dev, &b.queue, "request", ERR_TIMEOUT);
	host_expect_line("ring: another used ring with this request at 0x");
	le32_store(&used->ring[2].len, 101);
	assert_int_equal(take().used_elsewhere, 0);
	le32_store(&used->ring[2].len, 24);
	le32_store(&used->ring[2].id, 1);
	assert_int_equal(take().used_elsewhere, 0);
	le32_store(&used->ring[2].id, 2);
	le16_store(&used->idx, 9);
	assert_int_equal(take().used_elsewhere, 0);
	le16_store(&used->idx, 3);
	b.transport.legacy = false;
	assert_int_equal(take().used_elsewhere, 0);
}

/* The driver's own descriptors, which happen to look like a used ring of two entries. */
static void test_own_ring(void **state)
{
	struct virtq_desc *desc;

	(void)state;
	make(true, 256);
	desc = b.queue.ring.desc;
	b.queue.used_idx = 0;
	le16_store(&b.queue.ring.avail->ring[0], 0);
	le16_store(&b.queue.ring.used->idx, 0);
	put(&desc[0], b.buffer.address.value, 24, VIRTQ_DESC_F_NEXT, 1);
	put(&desc[1], b.buffer.address.value + 2048, 100, VIRTQ_DESC_F_WRITE, 0);
	put(&desc[2], 0, 0, 0, 1); /* flags 0, idx 1 … */
	put(&desc[3], 24ull << 32, 0, 0, 0); /* … id 0, 24 bytes */
	assert_int_equal(take().used_elsewhere, 0);
}

static void test_answer_meanwhile(void **state)
{
	(void)state;
	make(false, 4);
	b.transport.read_device_id = read_device_id_late;
	assert_int_equal(take().used_idx, 3);
}

/* Until a reset ends, and when nobody is there, only the status is read (§2.4.2). */
static void test_only_status(void **state)
{
	(void)state;
	make(false, 4);
	b.status = 0xff;
	take();
	assert_int_equal(b.touched, 0);
	b.status = 0x0f;
	b.dev.journal.access[0] = (struct io_access){.name = "Status", .width = 4, .write = true};
	b.dev.journal.next = 1;
	take();
	assert_int_equal(b.touched, 0);
	b.status = 0;
	take();
	assert_true(b.touched);
}

/* The second of two requests is pending in a packed ring of five, at its end. */
static void make_packed(void)
{
	struct packed_layout layout = packed_layout_of(5);
	struct pvirtq_desc *desc;
	struct queue *q = &b.queue;

	make(false, 4);
	memset(b.block.data, 0, b.block.size);
	*q = (struct queue){.dev = &b.dev,
		.format = &queue_packed,
		.size = 5,
		.avail_idx = 2,
		.published_idx = 2,
		.used_idx = 1,
		.in_flight = 1,
		.desc_area = b.block.address,
		.driver_area = paddr_add(b.block.address, layout.driver),
		.device_area = paddr_add(b.block.address, layout.device)};
	packed_ring_init(&q->packed, 5, &b.block, &layout);
	q->packed.next_used = (struct packed_place){4, true};
	q->packed.next_avail = (struct packed_place){1, false};
	q->slots[3] = (struct queue_slot){.count = 2, .number = 1, .place = {4, true}};
	desc = q->packed.desc;
	desc[4] = (struct pvirtq_desc){le64_of(b.buffer.address.value), le32_of(24), le16_of(3),
		le16_of(VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_AVAIL)};
	desc[0] = (struct pvirtq_desc){le64_of(b.buffer.address.value + 2048), le32_of(100),
		le16_of(3), le16_of(VIRTQ_DESC_F_WRITE | VIRTQ_DESC_F_USED)};
	le32_store(&q->packed.driver->both, RING_EVENT_FLAGS_DISABLE << 16);
	le32_store(&q->packed.device->both, RING_EVENT_FLAGS_DESC << 16 | 0x8004);
}

static void test_packed(void **state)
{
	struct virtio_snapshot s;

	(void)state;
	make_packed();
	s = take();
	assert_true(s.packed && s.ring_in_memory);
	assert_int_equal(s.size, 5);
	assert_int_equal(s.avail_idx, 2);
	assert_int_equal(s.used_idx_seen, 1);
	assert_int_equal(s.used_idx, 1);
	assert_int_equal(s.chain_end, CHAIN_WHOLE);
	assert_int_equal(s.head, 3);
	assert_int_equal(s.request_length, 24);
	assert_int_equal(s.response_room, 100);
	assert_int_equal(s.at.next_avail.offset, 1);
	assert_false(s.at.next_avail.wrap);
	assert_int_equal(s.at.next_used.offset, 4);
	assert_int_equal(s.at.driver.flags, RING_EVENT_FLAGS_DISABLE);
	assert_int_equal(s.at.device.flags, RING_EVENT_FLAGS_DESC);
	assert_int_equal(s.at.device.place.offset, 4);
	/* The answer: one used descriptor where the list began. */
	le32_store(&b.queue.packed.desc[4].len, 60);
	le16_store(&b.queue.packed.desc[4].flags, VIRTQ_DESC_F_AVAIL | VIRTQ_DESC_F_USED);
	s = take();
	assert_int_equal(s.used_idx, 2);
	assert_int_equal(s.at.used_length, 60);
	assert_int_equal(s.chain_end, CHAIN_OVERWRITTEN);
	/* Nonsense there is the device's, too: the request was published. */
	le16_store(&b.queue.packed.desc[4].flags, 0);
	assert_int_equal(take().chain_end, CHAIN_OVERWRITTEN);
	b.queue.published_idx = 1;
	assert_int_equal(take().chain_end, CHAIN_NONE);
}

static void test_packed_log(void **state)
{
	(void)state;
	make_packed();
	assert_int_equal(virtio_post_mortem(&b.dev, &b.queue, "request", ERR_TIMEOUT), ERR_TIMEOUT);
	assert_true(host_logged("the driver's part: next available at 1 (wrap 0), events DISABLE"));
	assert_true(
		host_logged("the device's part: next used at 4 (wrap 1): id 3 len 24 flags 0x81, "
			    "not used (1 taken), events DESC, at 4 (wrap 1)"));
	assert_true(host_logged("oldest request: a whole chain, head 3"));
	assert_true(host_logged("descriptor 4: addr 0x101000 len 24 flags 0x81 NEXT AVAIL id 3"));
	assert_true(
		host_logged("descriptor 0: addr 0x101800 len 100 flags 0x8002 WRITE USED id 3"));
	assert_true(
		host_logged("size 5, desc 0x100000 driver 0x100050 device 0x100054, in memory"));
	assert_false(host_logged("avail.idx") || host_logged("used.idx"));
}

static void test_without_a_queue(void **state)
{
	struct virtio_snapshot s;

	(void)state;
	make(false, 4);
	b.transport.read_accepted = read_accepted;
	virtio_snapshot_take(&s, &b.dev, NULL, "FEATURES_OK", ERR_REFUSED);
	assert_false(s.has_queue);
	assert_true(s.has_accepted_now);
	assert_int_equal(s.accepted_now, 0x42);
}

static void test_log(void **state)
{
	(void)state;
	make(false, 4);
	response()[0] = 0xab;
	assert_int_equal(virtio_post_mortem(&b.dev, &b.queue, "request", ERR_TIMEOUT), ERR_TIMEOUT);
	assert_true(host_logged("dev: error: post-mortem: request: timeout"));
	assert_true(host_logged("status 0x0f (ACKNOWLEDGE DRIVER DRIVER_OK FEATURES_OK)"));
	assert_true(host_logged("features accepted by the driver: 0x100000002 (EDID VERSION_1)"));
	assert_true(host_logged("written for queue 1: size unknown"));
	assert_true(host_logged("queue 1 as the device has it: ready, size 0 of 1024"));
	assert_true(host_logged("queue 1 as the driver has it: size 16, desc 0x100000"));
	assert_true(host_logged("avail.idx 3, used_event 88; 1 in flight"));
	assert_true(host_logged("descriptor 2: addr 0x101000 len 24 flags 0x1 NEXT next 3"));
	assert_true(host_logged("request: 24 of 24 bytes: 01 02 03"));
	assert_true(host_logged("response: 32 of 100 bytes: ab 00"));
	assert_true(host_logged("dev: error: cause: "));
	assert_true(host_logged("dev: error: next: "));
}

/* The last accesses stand in the log; what the device says of itself is the result. */
static void test_post_mortem(void **state)
{
	(void)state;
	make(false, 4);
	for (unsigned i = 0; i < 20; i++)
		b.dev.journal.access[b.dev.journal.next++] =
			(struct io_access){"QueueNotify", 0x50, i, 0, 4, true};
	b.status = 0x4f;
	assert_int_equal(
		virtio_post_mortem(&b.dev, &b.queue, "request", ERR_TIMEOUT), ERR_NEEDS_RESET);
	assert_false(host_logged("access: QueueNotify 0x050 <- 0x7,"));
	assert_true(host_logged("access: QueueNotify 0x050 <- 0x8, 32 bits, 1 times"));
	assert_true(host_logged("access: QueueNotify 0x050 <- 0x13, 32 bits, 1 times"));
	b.status = 0xff;
	assert_int_equal(virtio_post_mortem(&b.dev, NULL, "reset", ERR_TIMEOUT), ERR_GONE);
	assert_true(host_logged("cause: the device left the bus (certain: status reads 0xff)"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_both_sides, setup, teardown),
		cmocka_unit_test_setup_teardown(test_request, setup, teardown),
		cmocka_unit_test_setup_teardown(test_outside_memory, setup, teardown),
		cmocka_unit_test_setup_teardown(test_notified, setup, teardown),
		cmocka_unit_test_setup_teardown(test_used_elsewhere, setup, teardown),
		cmocka_unit_test_setup_teardown(test_own_ring, setup, teardown),
		cmocka_unit_test_setup_teardown(test_answer_meanwhile, setup, teardown),
		cmocka_unit_test_setup_teardown(test_only_status, setup, teardown),
		cmocka_unit_test_setup_teardown(test_packed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_packed_log, setup, teardown),
		cmocka_unit_test_setup_teardown(test_without_a_queue, setup, teardown),
		cmocka_unit_test_setup_teardown(test_log, setup, teardown),
		cmocka_unit_test_setup_teardown(test_post_mortem, setup, teardown),
	};

	return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
