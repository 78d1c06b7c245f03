/* SPDX-License-Identifier: BSD-2-Clause */
/* In: ranges of physical memory. Out: zeroed, aligned blocks of it, and the same blocks back. */
#include "dma.h"

#include "log.h"
#include "string.h"

static uint8_t *end_of(const struct dma_block *b)
{
	return (uint8_t *)b->data + b->size;
}

/* Whether b begins where a ends, for the device and for the processor. */
static bool adjoin(const struct dma_block *a, const struct dma_block *b)
{
	return a->address.value + a->size == b->address.value && end_of(a) == b->data;
}

static void remove_range(struct dma_ranges *r, unsigned at)
{
	r->count--;
	for (unsigned i = at; i < r->count; i++)
		r->range[i] = r->range[i + 1];
}

static enum status insert_range(struct dma_ranges *r, struct dma_block range)
{
	unsigned at = 0;

	while (at < r->count && r->range[at].address.value < range.address.value)
		at++;
	if (at > 0 && adjoin(&r->range[at - 1], &range)) {
		r->range[at - 1].size += range.size;
		if (at < r->count && adjoin(&r->range[at - 1], &r->range[at])) {
			r->range[at - 1].size += r->range[at].size;
			remove_range(r, at);
		}
		return OK;
	}
	if (at < r->count && adjoin(&range, &r->range[at])) {
		range.size += r->range[at].size;
		r->range[at] = range;
		return OK;
	}
	if (r->count == DMA_MAX_RANGES)
		return ERR_NO_MEMORY;
	for (unsigned i = r->count++; i > at; i--)
		r->range[i] = r->range[i - 1];
	r->range[at] = range;
	return OK;
}

/* The bytes that must be skipped in a range to reach the alignment. */
static size_t skip_for(const struct dma_block *range, size_t align)
{
	return align_up(range->address.value, align) - range->address.value;
}

/* Cuts [skip, skip + size) out of range `at`. */
static enum status carve(
	struct dma_pool *pool, unsigned at, size_t skip, size_t size, struct dma_block *out)
{
	struct dma_block range = pool->free.range[at];
	struct dma_block tail = {
		.address = paddr_add(range.address, skip + size),
		.data = (uint8_t *)range.data + skip + size,
		.size = range.size - skip - size,
	};

	if (skip && tail.size && pool->free.count == DMA_MAX_RANGES)
		return ERR_NO_MEMORY;
	if (skip)
		pool->free.range[at].size = skip;
	else
		remove_range(&pool->free, at);
	if (tail.size && insert_range(&pool->free, tail) != OK)
		return ERR_NO_MEMORY;
	out->address = paddr_add(range.address, skip);
	out->data = (uint8_t *)range.data + skip;
	out->size = size;
	memset(out->data, 0, size);
	pool->used += size;
	pool->peak = max_u64(pool->peak, pool->used);
	return OK;
}

static enum status no_memory(const struct dma_pool *pool, size_t size)
{
	log_error("dma", "no range has %zu bytes left (%lu of %lu bytes are in use)", size,
		pool->used, pool->total);
	return ERR_NO_MEMORY;
}

enum status dma_pool_add(struct dma_pool *pool, paddr address, void *data, size_t size)
{
	struct dma_block block = {address, data, size};
	enum status status = insert_range(&pool->all, block);

	if (status == OK)
		status = insert_range(&pool->free, block);
	if (status == OK)
		pool->total += size;
	return status;
}

enum status dma_alloc(struct dma_pool *pool, size_t size, size_t align, struct dma_block *out)
{
	for (unsigned i = 0; i < pool->free.count; i++) {
		size_t skip = skip_for(&pool->free.range[i], align);

		if (range_inside(skip, size, pool->free.range[i].size) &&
			carve(pool, i, skip, size, out) == OK)
			return OK;
	}
	return no_memory(pool, size);
}

enum status dma_alloc_most(
	struct dma_pool *pool, size_t unit, size_t most, size_t align, struct dma_block *out)
{
	size_t best = 0;
	unsigned best_at = 0;

	for (unsigned i = 0; i < pool->free.count; i++) {
		size_t skip = skip_for(&pool->free.range[i], align);
		size_t room = skip < pool->free.range[i].size ? pool->free.range[i].size - skip : 0;

		room = min_u64(room, most) / unit * unit;
		if (room > best) {
			best = room;
			best_at = i;
		}
	}
	if (best &&
		carve(pool, best_at, skip_for(&pool->free.range[best_at], align), best, out) == OK)
		return OK;
	return no_memory(pool, unit);
}

void dma_free(struct dma_pool *pool, struct dma_block *block)
{
	if (!block->size)
		return;
	pool->used -= block->size;
	if (insert_range(&pool->free, *block) != OK)
		log_error("dma", "%zu bytes at 0x%lx cannot be given back: too many ranges",
			block->size, block->address.value);
	*block = (struct dma_block){0};
}

paddr dma_address(const struct dma_block *block, const void *byte)
{
	return paddr_add(
		block->address, (uint64_t)((const uint8_t *)byte - (uint8_t *)block->data));
}

void *dma_at(const struct dma_pool *pool, paddr address, size_t size)
{
	for (unsigned i = 0; i < pool->all.count; i++) {
		const struct dma_block *b = &pool->all.range[i];
		uint64_t offset = address.value - b->address.value;

		if (address.value >= b->address.value && range_inside(offset, size, b->size))
			return (uint8_t *)b->data + offset;
	}
	return NULL;
}
