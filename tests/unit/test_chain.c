/* SPDX-License-Identifier: BSD-2-Clause */
/* In: rings whose chains are whole, or broken in one way. Out: whether the walk says which. */
#include "host.h"

#include <stdlib.h>
#include <string.h>

#include "virtio/queue_format.h"

#define RING_SIZE 8u
#define POOL_BASE 0x10000u
#define POOL_SIZE 0x4000u

struct bench {
	struct dma_pool pool;
	void *memory;
	struct split_ring ring;
	struct dma_block block;
	struct dma_block table;
};

static struct bench b;

static int setup(void **state)
{
	struct split_layout layout = split_layout_of(RING_SIZE, 4);

	host_reset(state);
	memset(&b, 0, sizeof(b));
	b.memory = aligned_alloc(4096, POOL_SIZE);
	assert_non_null(b.memory);
	memset(b.memory, 0, POOL_SIZE);
	assert_int_equal(dma_pool_add(&b.pool, paddr_of(POOL_BASE), b.memory, POOL_SIZE), OK);
	assert_int_equal(dma_alloc(&b.pool, layout.size, 4096, &b.block), OK);
	assert_int_equal(dma_alloc(&b.pool, 4096, 4096, &b.table), OK);
	split_ring_init(&b.ring, RING_SIZE, &b.block, &layout);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(b.memory);
	return 0;
}

static void put(struct virtq_desc *d, uint64_t addr, uint32_t len, uint16_t flags, uint16_t next)
{
	le64_store(&d->addr, addr);
	le32_store(&d->len, len);
	le16_store(&d->flags, flags);
	le16_store(&d->next, next);
}

/* 24 readable bytes in descriptor 3, 408 writable ones in descriptor 5; named by entry 1. */
static void put_request(void)
{
	le16_store(&b.ring.avail->ring[1], 3);
	put(&b.ring.desc[3], POOL_BASE + 0x100, 24, VIRTQ_DESC_F_NEXT, 5);
	put(&b.ring.desc[5], POOL_BASE + 0x200, 408, VIRTQ_DESC_F_WRITE, 0);
}

/* The same through a table at `address`, in descriptor 2. */
static void put_table(uint64_t address, uint32_t length)
{
	struct virtq_desc *table = b.table.data;

	le16_store(&b.ring.avail->ring[1], 2);
	put(&b.ring.desc[2], address, length, VIRTQ_DESC_F_INDIRECT, 0);
	put(&table[0], POOL_BASE + 0x100, 24, VIRTQ_DESC_F_NEXT, 1);
	put(&table[1], POOL_BASE + 0x200, 408, VIRTQ_DESC_F_WRITE, 0);
}

static struct chain walk(uint16_t slot, enum chain_end end)
{
	struct chain chain;

	chain_walk(&b.ring, &b.pool, slot, &chain);
	assert_int_equal(chain.end, end);
	return chain;
}

static void test_whole(void **state)
{
	struct chain c;

	(void)state;
	put_request();
	c = walk(1 + RING_SIZE, CHAIN_WHOLE);
	assert_int_equal(c.head, 3);
	assert_int_equal(c.count, 2);
	assert_int_equal(c.readable, 24);
	assert_int_equal(c.writable, 408);
	assert_int_equal(c.descriptors[0].addr, POOL_BASE + 0x100);
	assert_int_equal(c.descriptors[0].next, 5);
	assert_int_equal(c.descriptors[1].index, 5);
	assert_int_equal(c.descriptors[1].flags, VIRTQ_DESC_F_WRITE);
	assert_true(c.descriptors[0].in_memory && c.descriptors[1].in_memory);
	assert_false(c.descriptors[0].in_table);
}

static void test_through_a_table(void **state)
{
	struct chain c;

	(void)state;
	put_table(b.table.address.value, 32);
	c = walk(1, CHAIN_WHOLE);
	assert_int_equal(c.head, 2);
	assert_int_equal(c.count, 3);
	assert_int_equal(c.readable, 24);
	assert_int_equal(c.writable, 408);
	assert_false(c.descriptors[0].in_table);
	assert_true(c.descriptors[2].in_table);
}

/* A device may be given such a table; reading it must not fault. */
static void test_misaligned_table(void **state)
{
	uint8_t *table = b.table.data;

	(void)state;
	put_table(b.table.address.value + 3, 32);
	memmove(table + 3, table, 32);
	assert_int_equal(walk(1, CHAIN_WHOLE).writable, 408);
}

static void test_bad_tables(void **state)
{
	struct virtq_desc *table = b.table.data;

	(void)state;
	put_table(b.table.address.value, 33);
	walk(1, CHAIN_TABLE_BAD);
	put_table(b.table.address.value, 0);
	walk(1, CHAIN_TABLE_BAD);
	put_table(POOL_BASE + POOL_SIZE - 16, 32);
	walk(1, CHAIN_TABLE_OUTSIDE);
	put_table(b.table.address.value, 32);
	put(&table[1], POOL_BASE, 16, VIRTQ_DESC_F_INDIRECT, 0);
	walk(1, CHAIN_TABLE_BAD);
	put_table(b.table.address.value, 32);
	put(&table[1], POOL_BASE, 16, VIRTQ_DESC_F_NEXT, 2);
	walk(1, CHAIN_NEXT_OUTSIDE);
}

static void test_broken(void **state)
{
	(void)state;
	put_request();
	le16_store(&b.ring.avail->ring[1], RING_SIZE);
	assert_int_equal(walk(1, CHAIN_HEAD_OUTSIDE).count, 0);
	put_request();
	le16_store(&b.ring.desc[3].next, RING_SIZE);
	walk(1, CHAIN_NEXT_OUTSIDE);
	put_request();
	le16_store(&b.ring.desc[3].next, 3);
	assert_int_equal(walk(1, CHAIN_LOOPS).count, SNAPSHOT_CHAIN);
}

static void test_outside_memory(void **state)
{
	struct chain c;

	(void)state;
	put_request();
	le64_store(&b.ring.desc[3].addr, POOL_BASE + POOL_SIZE - 23);
	le32_store(&b.ring.desc[5].len, UINT32_MAX);
	c = walk(1, CHAIN_WHOLE);
	assert_false(c.descriptors[0].in_memory);
	assert_false(c.descriptors[1].in_memory);
	assert_int_equal(c.writable, UINT32_MAX);
}

/* A chain as long as the ring is whole. */
static void test_longest(void **state)
{
	struct chain c;

	(void)state;
	for (uint16_t i = 0; i < RING_SIZE; i++)
		put(&b.ring.desc[i], POOL_BASE, 1, i < RING_SIZE - 1 ? VIRTQ_DESC_F_NEXT : 0,
			(uint16_t)(i + 1));
	c = walk(0, CHAIN_WHOLE);
	assert_int_equal(c.readable, RING_SIZE);
	/* Also one of as many in a table; lengths beyond 4 GiB are no small ones. */
	put_table(b.table.address.value, 16 * RING_SIZE);
	for (uint16_t i = 0; i < RING_SIZE; i++)
		put((struct virtq_desc *)b.table.data + i, POOL_BASE, 0x80000000,
			i < RING_SIZE - 1 ? VIRTQ_DESC_F_NEXT : 0, (uint16_t)(i + 1));
	c = walk(1, CHAIN_WHOLE);
	assert_int_equal(c.readable, UINT32_MAX);
}

static struct packed_ring packed;

static void put_packed(uint16_t at, uint64_t addr, uint32_t len, uint16_t id, uint16_t flags)
{
	packed.desc[at] =
		(struct pvirtq_desc){le64_of(addr), le32_of(len), le16_of(id), le16_of(flags)};
}

static struct chain walk_packed(struct packed_place place, enum chain_end end)
{
	struct chain chain;

	chain_walk_packed(&packed, &b.pool, place, &chain);
	assert_int_equal(chain.end, end);
	return chain;
}

/* A list of two that passes the end of a ring of five: the turn is another one behind it. */
static void test_packed(void **state)
{
	struct packed_layout layout = packed_layout_of(5);
	struct packed_place last = {4, true};
	struct chain c;

	(void)state;
	packed_ring_init(&packed, 5, &b.block, &layout);
	walk_packed(last, CHAIN_NONE);
	put_packed(4, POOL_BASE + 0x100, 24, 9, VIRTQ_DESC_F_AVAIL | VIRTQ_DESC_F_NEXT);
	put_packed(0, POOL_BASE + 0x200, 408, 9, VIRTQ_DESC_F_USED | VIRTQ_DESC_F_WRITE);
	c = walk_packed(last, CHAIN_WHOLE);
	assert_int_equal(c.count, 2);
	assert_int_equal(c.readable, 24);
	assert_int_equal(c.writable, 408);
	assert_int_equal(c.descriptors[1].index, 0);
	assert_int_equal(c.descriptors[1].next, 9);
	walk_packed((struct packed_place){4, false}, CHAIN_NONE);
	put_packed(4, 0, 0, 9, VIRTQ_DESC_F_AVAIL | VIRTQ_DESC_F_USED);
	walk_packed(last, CHAIN_OVERWRITTEN);
	for (uint16_t i = 0; i < 5; i++)
		put_packed(i, POOL_BASE, 1, 9, VIRTQ_DESC_F_AVAIL | VIRTQ_DESC_F_NEXT);
	walk_packed(last, CHAIN_LOOPS);
}

/* In a table the entries follow each other, and WRITE alone counts. */
static void test_packed_table(void **state)
{
	struct packed_layout layout = packed_layout_of(5);
	struct packed_place first = {0, true};
	struct pvirtq_desc *table = b.table.data;
	struct chain c;

	(void)state;
	packed_ring_init(&packed, 5, &b.block, &layout);
	put_packed(0, b.table.address.value, 32, 3, VIRTQ_DESC_F_AVAIL | VIRTQ_DESC_F_INDIRECT);
	table[0] = (struct pvirtq_desc){le64_of(POOL_BASE), le32_of(24), le16_of(0), le16_of(0)};
	table[1] = (struct pvirtq_desc){le64_of(POOL_BASE), le32_of(408), le16_of(0),
		le16_of(VIRTQ_DESC_F_WRITE | VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_INDIRECT)};
	c = walk_packed(first, CHAIN_WHOLE);
	assert_int_equal(c.count, 3);
	assert_int_equal(c.readable, 24);
	assert_int_equal(c.writable, 408);
	put_packed(0, b.table.address.value, 33, 3, VIRTQ_DESC_F_AVAIL | VIRTQ_DESC_F_INDIRECT);
	walk_packed(first, CHAIN_TABLE_BAD);
	put_packed(0, POOL_BASE + POOL_SIZE, 32, 3, VIRTQ_DESC_F_AVAIL | VIRTQ_DESC_F_INDIRECT);
	walk_packed(first, CHAIN_TABLE_OUTSIDE);
}

/* The last published request, after the index has wrapped and something changed the ring. */
static void test_published(void **state)
{
	struct virtio_device dev = {.pool = &b.pool};
	struct queue q = {.dev = &dev,
		.format = &queue_split,
		.ring = b.ring,
		.published_idx = 2,
		.avail_idx = 4};
	struct queue_request r;

	(void)state;
	put_request();
	r = queue_published(&q, 0);
	assert_int_equal(r.head, 3);
	assert_int_equal(r.readable, 24);
	assert_int_equal(r.writable, 408);
	assert_true(r.whole);
	le32_store(&b.ring.desc[3].len, 16);
	assert_int_equal(queue_published(&q, 0).readable, 16);
	le16_store(&b.ring.desc[3].next, 99);
	assert_false(queue_published(&q, 0).whole);
	le16_store(&b.ring.avail->ring[RING_SIZE - 1], 5);
	q.published_idx = 0;
	assert_int_equal(queue_published(&q, 0).head, 5);
	q.published_idx = 3;
	assert_int_equal(queue_published(&q, 1).head, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(test_through_a_table, setup, teardown),
		cmocka_unit_test_setup_teardown(test_misaligned_table, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_tables, setup, teardown),
		cmocka_unit_test_setup_teardown(test_broken, setup, teardown),
		cmocka_unit_test_setup_teardown(test_outside_memory, setup, teardown),
		cmocka_unit_test_setup_teardown(test_longest, setup, teardown),
		cmocka_unit_test_setup_teardown(test_packed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_packed_table, setup, teardown),
		cmocka_unit_test_setup_teardown(test_published, setup, teardown),
	};

	return cmocka_run_group_tests_name("chain", tests, NULL, NULL);
}
