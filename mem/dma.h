/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that devices read and write: a pool over ranges of physical memory which the program
 * owns and can also address itself.
 *
 * On the target the ranges are pages from the firmware; in host tests they are a mapping of the
 * guest's memory. Only here are a pointer and a paddr of the same byte known together.
 */
#ifndef MEM_DMA_H
#define MEM_DMA_H

#include "status.h"

#define DMA_MAX_RANGES 64u

/* A block of device-visible memory: `size` bytes at `data`, which the device knows as `address`. */
struct dma_block {
	paddr address;
	void *data;
	size_t size;
};

/* Sorted by address, neighbours merged. */
struct dma_ranges {
	struct dma_block range[DMA_MAX_RANGES];
	unsigned count;
};

struct dma_pool {
	struct dma_ranges free;
	struct dma_ranges all; /* whatever was added */
	uint64_t total; /* bytes ever added */
	uint64_t used; /* bytes allocated now */
	uint64_t peak; /* the most that was ever allocated */
	bool uncached; /* the processor's accesses to it pass by the caches */
};

/* Adds a range to the pool. ERR_NO_MEMORY when DMA_MAX_RANGES separate ranges are in it. */
MUST_CHECK enum status dma_pool_add(struct dma_pool *pool, paddr address, void *data, size_t size);

/*
 * Allocates `size` bytes (not 0), physically contiguous, zeroed, at an address that is a multiple
 * of `align` (a power of two). The block is the caller's until dma_free. ERR_NO_MEMORY, logged,
 * when no range has room.
 */
MUST_CHECK enum status dma_alloc(
	struct dma_pool *pool, size_t size, size_t align, struct dma_block *out);

/*
 * Allocates the largest block that one range can give: a multiple of `unit` bytes, at least one
 * unit and at most `most`; otherwise as dma_alloc. For memory that may be scattered.
 */
MUST_CHECK enum status dma_alloc_most(
	struct dma_pool *pool, size_t unit, size_t most, size_t align, struct dma_block *out);

/* Gives a block back, and empties the caller's description of it. An empty block is ignored. */
void dma_free(struct dma_pool *pool, struct dma_block *block);

/*
 * Where the program sees [address, address + size), allocated or not; NULL when not all of it is
 * the pool's. For looking at addresses that a device was given.
 */
void *dma_at(const struct dma_pool *pool, paddr address, size_t size);

/* The physical address of a byte inside a block. */
paddr dma_address(const struct dma_block *block, const void *byte);

#endif
