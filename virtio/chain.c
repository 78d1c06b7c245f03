/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a ring and an entry of its available part. Out: the chain that it names, step by step. */
#include "virtio/chain.h"

#include "mem/string.h"

/* Where the walk is: in the ring's table or in an indirect one. */
struct walk {
	struct chain *chain;
	const struct dma_pool *pool;
	const uint8_t *table; /* of descriptors, anywhere: also misaligned */
	uint32_t entries;
	bool indirect;
};

static uint32_t add_length(uint32_t sum, uint32_t length)
{
	return (uint32_t)min_u64((uint64_t)sum + length, UINT32_MAX);
}

static struct snapshot_descriptor read_descriptor(const struct walk *w, uint16_t index)
{
	struct snapshot_descriptor out = {.index = index, .in_table = w->indirect};
	struct virtq_desc d;

	memcpy(&d, w->table + sizeof(d) * index, sizeof(d));
	out.addr = le64_value(d.addr);
	out.len = le32_value(d.len);
	out.flags = le16_value(d.flags);
	out.next = le16_value(d.next);
	out.in_memory = dma_at(w->pool, (paddr){out.addr}, out.len);
	return out;
}

static void keep(struct chain *c, const struct snapshot_descriptor *d)
{
	if (c->count < SNAPSHOT_CHAIN)
		c->descriptors[c->count++] = *d;
	if (d->flags & VIRTQ_DESC_F_INDIRECT)
		return;
	if (d->flags & VIRTQ_DESC_F_WRITE)
		c->writable = add_length(c->writable, d->len);
	else
		c->readable = add_length(c->readable, d->len);
}

/* §2.7.5.3: goes on in the table that a descriptor names, which is the last one of its chain. */
static enum chain_end enter_table(struct walk *w, const struct snapshot_descriptor *d)
{
	if (w->indirect || !d->len || d->len % sizeof(struct virtq_desc))
		return CHAIN_TABLE_BAD;
	w->table = dma_at(w->pool, (paddr){d->addr}, d->len);
	if (!w->table)
		return CHAIN_TABLE_OUTSIDE;
	w->entries = d->len / sizeof(struct virtq_desc);
	w->indirect = true;
	return CHAIN_WHOLE;
}

static enum chain_end follow(struct walk *w, uint16_t at, uint32_t limit)
{
	for (uint32_t steps = 0; steps < limit; steps++) {
		struct snapshot_descriptor d;

		if (at >= w->entries)
			return CHAIN_NEXT_OUTSIDE;
		d = read_descriptor(w, at);
		keep(w->chain, &d);
		if (d.flags & VIRTQ_DESC_F_INDIRECT) {
			enum chain_end end = enter_table(w, &d);

			if (end != CHAIN_WHOLE)
				return end;
			at = 0;
			continue;
		}
		if (!(d.flags & VIRTQ_DESC_F_NEXT))
			return CHAIN_WHOLE;
		at = d.next;
	}
	return CHAIN_LOOPS;
}

void chain_walk(const struct split_ring *ring, const struct dma_pool *pool, uint16_t slot,
	struct chain *chain)
{
	struct walk w = {
		.chain = chain,
		.pool = pool,
		.table = (const uint8_t *)ring->desc,
		.entries = ring->size,
	};

	*chain = (struct chain){.head = le16_load(&ring->avail->ring[slot % ring->size])};
	if (chain->head >= ring->size)
		chain->end = CHAIN_HEAD_OUTSIDE;
	else /* one step more for the descriptor that names a table */
		chain->end = follow(&w, chain->head, (uint32_t)ring->size + 1);
}
