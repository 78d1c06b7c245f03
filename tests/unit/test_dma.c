/* SPDX-License-Identifier: BSD-2-Clause */
/* In: mem/dma.c. Out: whether blocks are aligned, zeroed and apart, and everything comes back. */
#include "host.h"

#include <stdlib.h>
#include <string.h>

#include "mem/dma.h"

#define SIZE  (1u << 20)
#define BASE  0x40000000ul
#define ALIGN 65536u

static struct dma_pool pool;
static uint8_t *memory;

/* One range of SIZE bytes, full of what was there before. */
static int setup(void **state)
{
	if (host_reset(state))
		return -1;
	pool = (struct dma_pool){0};
	memory = aligned_alloc(ALIGN, SIZE);
	memset(memory, 0xa5, SIZE);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(memory);
	return 0;
}

static void add(size_t offset, size_t size)
{
	assert_int_equal(dma_pool_add(&pool, paddr_of(BASE + offset), memory + offset, size), OK);
}

static struct dma_block alloc(size_t size, size_t align)
{
	struct dma_block block = {0};

	assert_int_equal(dma_alloc(&pool, size, align, &block), OK);
	assert_int_equal(block.size, size);
	assert_int_equal(block.address.value % align, 0);
	assert_ptr_equal(block.data, memory + (block.address.value - BASE));
	for (size_t i = 0; i < size; i++)
		assert_int_equal(((uint8_t *)block.data)[i], 0);
	return block;
}

static uint64_t free_bytes(void)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < pool.free.count; i++)
		sum += pool.free.range[i].size;
	return sum;
}

static void test_alloc_and_free(void **state)
{
	struct dma_block a, b;

	(void)state;
	add(0, SIZE);
	a = alloc(100, 4096);
	b = alloc(4096, 4096);
	assert_false(ranges_overlap(a.address.value, a.size, b.address.value, b.size));
	assert_int_equal(pool.used, 4196);
	memset(a.data, 1, a.size);
	dma_free(&pool, &a);
	assert_null(a.data);
	assert_int_equal(a.size, 0);
	assert_int_equal(a.address.value, 0);
	/* Zeroed again although it was written in between. */
	a = alloc(100, 4096);
	dma_free(&pool, &a);
	dma_free(&pool, &b);
	dma_free(&pool, &b);
	assert_int_equal(pool.used, 0);
	assert_int_equal(pool.peak, 4196);
	assert_int_equal(pool.total, SIZE);
	assert_int_equal(pool.free.count, 1);
	assert_int_equal(pool.free.range[0].size, SIZE);
}

static void test_alignments(void **state)
{
	(void)state;
	/* A range that begins at no good address itself. */
	add(16, SIZE - 16);
	for (size_t align = 1; align <= ALIGN; align *= 2) {
		struct dma_block block = alloc(3 * align + 1, align);

		assert_int_equal(free_bytes() + pool.used, SIZE - 16);
		dma_free(&pool, &block);
		assert_int_equal(pool.free.count, 1);
	}
}

/* The alignment is the device's: the pointer may have less. */
static void test_alignment_is_physical(void **state)
{
	struct dma_block block;

	(void)state;
	assert_int_equal(dma_pool_add(&pool, paddr_of(BASE + 8), memory + 24, 65536), OK);
	assert_int_equal(dma_alloc(&pool, 64, 4096, &block), OK);
	assert_int_equal(block.address.value, BASE + 4096);
	assert_ptr_equal(block.data, memory + 24 + 4096 - 8);
	assert_int_equal(dma_address(&block, (uint8_t *)block.data + 5).value, BASE + 4096 + 5);
}

/* Only what adjoins for the device and for the processor is one range. */
static void test_merging(void **state)
{
	(void)state;
	add(8192, 4096);
	add(0, 4096);
	assert_int_equal(pool.free.count, 2);
	assert_int_equal(pool.free.range[0].address.value, BASE);
	add(4096, 4096);
	assert_int_equal(pool.free.count, 1);
	assert_int_equal(pool.free.range[0].size, 12288);
	add(12288, 4096);
	assert_int_equal(pool.free.count, 1);
	assert_int_equal(pool.total, 16384);
	/* Next to it for the device, elsewhere for the processor. */
	assert_int_equal(dma_pool_add(&pool, paddr_of(BASE + 16384), memory + 65536, 4096), OK);
	assert_int_equal(pool.free.count, 2);
	/* Next to it for the processor, elsewhere for the device. */
	assert_int_equal(dma_pool_add(&pool, paddr_of(BASE + 0x100000), memory + 69632, 4096), OK);
	assert_int_equal(pool.free.count, 3);
}

static void test_exhaustion(void **state)
{
	struct dma_block block = {.size = 77};

	(void)state;
	add(0, 4096);
	assert_int_equal(dma_alloc(&pool, 4097, 1, &block), ERR_NO_MEMORY);
	assert_int_equal(block.size, 77);
	assert_true(host_logged("dma: error: no range has 4097 bytes left (0 of 4096 bytes"));
	assert_int_equal(dma_alloc(&pool, SIZE_MAX, 4096, &block), ERR_NO_MEMORY);
	block = alloc(4096, 4096);
	assert_int_equal(pool.free.count, 0);
	assert_int_equal(dma_alloc(&pool, 1, 1, &(struct dma_block){0}), ERR_NO_MEMORY);
	dma_free(&pool, &block);
	assert_int_equal(pool.free.count, 1);
}

/* Enough bytes in all, but not in one piece; and room only before the aligned address. */
static void test_fragmented(void **state)
{
	struct dma_block block;

	(void)state;
	add(0, 4096);
	add(8192, 4096);
	assert_int_equal(dma_alloc(&pool, 8192, 1, &block), ERR_NO_MEMORY);
	add(16384 + 16, 4096);
	assert_int_equal(dma_alloc(&pool, 4096, 16384, &block), OK);
	assert_int_equal(block.address.value, BASE);
	assert_int_equal(dma_alloc(&pool, 4096, 16384, &block), ERR_NO_MEMORY);
}

/* The table of ranges fills up: what cannot be split any more is refused, and nothing is lost. */
static void test_full_table(void **state)
{
	struct dma_block block;

	(void)state;
	for (unsigned i = 0; i < DMA_MAX_RANGES; i++)
		add(i * 8192 + 16, 4096);
	assert_int_equal(pool.free.count, DMA_MAX_RANGES);
	assert_int_equal(
		dma_pool_add(&pool, paddr_of(BASE + 0xff000), memory + 0xff000, 16), ERR_NO_MEMORY);
	assert_int_equal(pool.total, DMA_MAX_RANGES * 4096);
	/* Out of the middle: two pieces would be left. */
	assert_int_equal(dma_alloc(&pool, 64, 64, &block), ERR_NO_MEMORY);
	assert_int_equal(free_bytes(), DMA_MAX_RANGES * 4096);
	/* From the start: one piece. */
	block = alloc(64, 16);
	assert_int_equal(pool.free.count, DMA_MAX_RANGES);
	dma_free(&pool, &block);
	assert_int_equal(free_bytes(), DMA_MAX_RANGES * 4096);
	/* To the end: one piece. */
	assert_int_equal(dma_alloc(&pool, 4096 - 48, 64, &block), OK);
	assert_int_equal(block.address.value, BASE + 64);
}

static void test_free_into_full_table(void **state)
{
	struct dma_block blocks[5];

	(void)state;
	add(0, 5 * 4096);
	for (unsigned i = 0; i < ARRAY_SIZE(blocks); i++)
		blocks[i] = alloc(4096, 1);
	dma_free(&pool, &blocks[0]);
	dma_free(&pool, &blocks[4]);
	for (unsigned i = 0; i < DMA_MAX_RANGES - 2; i++)
		add(0x10000 + i * 8192, 4096);
	/* Neither neighbour is free: it would be a piece of its own. */
	dma_free(&pool, &blocks[2]);
	assert_int_equal(blocks[2].size, 0);
	assert_int_equal(pool.used, 2 * 4096);
	assert_true(host_logged("dma: error: 4096 bytes at 0x40002000 cannot be given back"));
}

static void test_alloc_most(void **state)
{
	struct dma_block block;

	(void)state;
	add(0, 3 * 4096);
	add(65536 + 100, 5 * 4096);
	add(131072, 4 * 4096 + 4095);
	/* The second range has 5 pages, but only 4 of them whole. The third has as many. */
	assert_int_equal(dma_alloc_most(&pool, 4096, SIZE, 4096, &block), OK);
	assert_int_equal(block.size, 4 * 4096);
	assert_int_equal(block.address.value % 4096, 0);
	assert_int_equal(dma_alloc_most(&pool, 4096, SIZE, 4096, &block), OK);
	assert_int_equal(block.size, 4 * 4096);
	assert_int_equal(dma_alloc_most(&pool, 4096, 8191, 4096, &block), OK);
	assert_int_equal(block.size, 4096);
	assert_int_equal(dma_alloc_most(&pool, 4096, SIZE, 4096, &block), OK);
	assert_int_equal(block.size, 2 * 4096);
	assert_int_equal(dma_alloc_most(&pool, 4096, SIZE, 4096, &block), ERR_NO_MEMORY);
	assert_true(host_logged("no range has 4096 bytes left"));
}

/* `most` below a unit is no block at all. */
static void test_alloc_most_limits(void **state)
{
	struct dma_block block;

	(void)state;
	add(0, SIZE);
	assert_int_equal(dma_alloc_most(&pool, 4096, 4095, 4096, &block), ERR_NO_MEMORY);
	assert_int_equal(dma_alloc_most(&pool, 4096, 10000, 4096, &block), OK);
	assert_int_equal(block.size, 8192);
	for (size_t i = 0; i < block.size; i++)
		assert_int_equal(((uint8_t *)block.data)[i], 0);
}

/* Random traffic: blocks never overlap, and in the end the pool is what it was. */
static void test_random(void **state)
{
	struct dma_block blocks[24] = {{.size = 0}};
	uint32_t random = 12345;

	(void)state;
	add(0, SIZE / 2);
	add(SIZE / 2 + 4096, SIZE / 2 - 4096);
	for (unsigned i = 0; i < 5000; i++) {
		struct dma_block *b;

		random = random * 1664525 + 1013904223;
		b = &blocks[(random >> 24) % ARRAY_SIZE(blocks)];
		if (b->size)
			dma_free(&pool, b);
		else if (random & 0x100)
			*b = alloc(1 + (random >> 9) % 20000, 1u << (random >> 4) % 13);
		else
			assert_int_equal(dma_alloc_most(&pool, 4096, 16384, 4096, b), OK);
		for (unsigned j = 0; j < ARRAY_SIZE(blocks); j++)
			assert_true(&blocks[j] == b ||
				    !ranges_overlap(b->address.value, b->size,
					    blocks[j].address.value, blocks[j].size));
		assert_int_equal(free_bytes() + pool.used, pool.total);
	}
	for (unsigned j = 0; j < ARRAY_SIZE(blocks); j++)
		dma_free(&pool, &blocks[j]);
	assert_int_equal(pool.free.count, 2);
	assert_int_equal(pool.used, 0);
	assert_int_equal(free_bytes(), SIZE - 4096);
}

/* Where the program sees an address, in use or not; NULL when a byte is not the pool's. */
static void test_at(void **state)
{
	(void)state;
	add(0, 8192);
	add(16384, 4096);
	alloc(4096, 4096);
	assert_ptr_equal(dma_at(&pool, paddr_of(BASE), 8192), memory);
	assert_ptr_equal(dma_at(&pool, paddr_of(BASE + 8191), 1), memory + 8191);
	assert_ptr_equal(dma_at(&pool, paddr_of(BASE + 16384), 4096), memory + 16384);
	assert_null(dma_at(&pool, paddr_of(BASE + 8191), 2));
	assert_null(dma_at(&pool, paddr_of(BASE - 1), 1));
	assert_null(dma_at(&pool, paddr_of(BASE + 8192), 1));
	assert_null(dma_at(&pool, paddr_of(0), 1));
	assert_null(dma_at(&pool, paddr_of(BASE + 16384), SIZE_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_alloc_and_free, setup, teardown),
		cmocka_unit_test_setup_teardown(test_alignments, setup, teardown),
		cmocka_unit_test_setup_teardown(test_alignment_is_physical, setup, teardown),
		cmocka_unit_test_setup_teardown(test_merging, setup, teardown),
		cmocka_unit_test_setup_teardown(test_exhaustion, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fragmented, setup, teardown),
		cmocka_unit_test_setup_teardown(test_full_table, setup, teardown),
		cmocka_unit_test_setup_teardown(test_free_into_full_table, setup, teardown),
		cmocka_unit_test_setup_teardown(test_at, setup, teardown),
		cmocka_unit_test_setup_teardown(test_alloc_most, setup, teardown),
		cmocka_unit_test_setup_teardown(test_alloc_most_limits, setup, teardown),
		cmocka_unit_test_setup_teardown(test_random, setup, teardown),
	};

	return cmocka_run_group_tests_name("dma", tests, NULL, NULL);
}
