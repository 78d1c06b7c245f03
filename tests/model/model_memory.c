/* SPDX-License-Identifier: BSD-2-Clause */
/* In: physical addresses that the device was told. Out: the bytes there, if the driver owns them.
 */
#include <stdlib.h>
#include <string.h>

#include "model_device.h"
#include "virtio/features.h"

/* Nowhere near a pointer of this process, nor near each other. */
static const uint64_t bases[MODEL_RANGES] = {0x1234500000, 0x2200000000, 0x5678900000};

#define SMALL_RANGE 0x10000u
#define GARBAGE     0xa5

void model_memory_open(struct model_memory *memory, size_t size, uint64_t above)
{
	*memory = (struct model_memory){0};
	for (unsigned i = 0; i < MODEL_RANGES; i++) {
		struct dma_block *r = &memory->ranges[i];

		r->address = paddr_of(bases[i] + above);
		r->size = i == 1 ? size : SMALL_RANGE;
		r->data = aligned_alloc(PAGE_SIZE, r->size);
		/* Where memory is taken from first: filling all of it would take most of the time.
		 */
		memset(r->data, GARBAGE, min_u64(r->size, SMALL_RANGE));
		assert_int_equal(dma_pool_add(&memory->pool, r->address, r->data, r->size), OK);
	}
}

void model_memory_close(struct model_memory *memory)
{
	for (unsigned i = 0; i < MODEL_RANGES; i++)
		free(memory->ranges[i].data);
}

void *model_map(struct model_memory *memory, uint64_t address, uint64_t length)
{
	for (unsigned i = 0; i < MODEL_RANGES; i++) {
		const struct dma_block *r = &memory->ranges[i];

		if (address >= r->address.value &&
			range_inside(address - r->address.value, length, r->size))
			return (uint8_t *)r->data + (address - r->address.value);
	}
	return NULL;
}

static bool is_free(const struct dma_pool *pool, uint64_t address, uint64_t length)
{
	for (unsigned i = 0; i < pool->free.count; i++)
		if (ranges_overlap(pool->free.range[i].address.value, pool->free.range[i].size,
			    address, length))
			return true;
	return false;
}

bool model_owned(struct model_memory *memory, uint64_t address, uint64_t length)
{
	return model_map(memory, address, length) && !is_free(&memory->pool, address, length);
}

static void audit_queue(struct model *m, const struct model_queue *q)
{
	uint64_t n = q->size, packed = m->accepted & FEATURE(VIRTIO_F_RING_PACKED);

	if (is_free(&m->memory->pool, q->desc, 16 * n) ||
		is_free(&m->memory->pool, q->avail, packed ? 4 : 6 + 2 * n) ||
		is_free(&m->memory->pool, q->used, packed ? 4 : 6 + 8 * n))
		model_break(m, RULE_MEMORY, "the ring of queue %u was given back", q->index);
	for (unsigned i = 0; i < q->chain_count; i++) {
		const struct model_chain *c = &q->chains[i];

		for (unsigned s = 0; s < c->readable_count; s++)
			if (is_free(&m->memory->pool, c->readable[s].address,
				    c->readable[s].length))
				model_break(m, RULE_MEMORY, "a request was given back");
		for (unsigned s = 0; s < c->writable_count; s++)
			if (is_free(&m->memory->pool, c->writable[s].address,
				    c->writable[s].length))
				model_break(m, RULE_MEMORY, "a response was given back");
	}
}

void model_audit(struct model *m)
{
	const struct dma_pool *pool = &m->memory->pool;

	for (unsigned i = 0; i < m->type->queue_count; i++)
		if (m->queues[i].enabled)
			audit_queue(m, &m->queues[i]);
	for (unsigned i = 0; m->type->knows && i < pool->free.count; i++)
		if (m->type->knows(m, pool->free.range[i].address.value, pool->free.range[i].size))
			model_break(m, RULE_MEMORY, "the backing of a resource was given back");
}
