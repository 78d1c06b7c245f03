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
	bool packed;
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
	/* The two le16 behind len stand the other way round in a packed ring (§2.8.13). */
	out.flags = le16_value(w->packed ? d.next : d.flags);
	out.next = le16_value(w->packed ? d.flags : d.next);
	out.in_memory = dma_at(w->pool, (paddr){out.addr}, out.len);
	return out;
}

/* In a packed ring's table WRITE is the only flag that counts (§2.8.7). */
static bool names_table(const struct walk *w, const struct snapshot_descriptor *d)
{
	return d->flags & VIRTQ_DESC_F_INDIRECT && !(w->packed && w->indirect);
}

static void keep(const struct walk *w, const struct snapshot_descriptor *d)
{
	struct chain *c = w->chain;

	if (c->count < SNAPSHOT_CHAIN)
		c->descriptors[c->count++] = *d;
	if (names_table(w, d))
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

/* Where the chain goes on behind `at`; false when that was its end. */
static bool next_of(const struct walk *w, const struct snapshot_descriptor *d, uint16_t *at)
{
	if (w->packed && w->indirect) {
		*at = (uint16_t)(d->index + 1);
		return *at < w->entries;
	}
	*at = w->packed ? (uint16_t)((d->index + 1u) % w->entries) : d->next;
	return d->flags & VIRTQ_DESC_F_NEXT;
}

static enum chain_end follow(struct walk *w, uint16_t at, uint32_t limit)
{
	for (uint32_t steps = 0; steps < limit; steps++) {
		struct snapshot_descriptor d;

		if (at >= w->entries)
			return CHAIN_NEXT_OUTSIDE;
		d = read_descriptor(w, at);
		keep(w, &d);
		if (names_table(w, &d)) {
			enum chain_end end = enter_table(w, &d);

			if (end != CHAIN_WHOLE)
				return end;
			at = 0;
			continue;
		}
		if (!next_of(w, &d, &at))
			return CHAIN_WHOLE;
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

	/* The descriptors are left as they are: each request that is sent goes through here. */
	chain->head = le16_load(&ring->avail->ring[slot % ring->size]);
	chain->count = 0;
	chain->readable = chain->writable = 0;
	if (chain->head >= ring->size)
		chain->end = CHAIN_HEAD_OUTSIDE;
	else /* one step more for the descriptor that names a table */
		chain->end = follow(&w, chain->head, (uint32_t)ring->size + 1);
}

void chain_walk_packed(const struct packed_ring *ring, const struct dma_pool *pool,
	struct packed_place place, struct chain *chain)
{
	struct walk w = {
		.chain = chain,
		.pool = pool,
		.table = (const uint8_t *)ring->desc,
		.entries = ring->size,
		.packed = true,
	};
	uint16_t flags = le16_load(&ring->desc[place.offset].flags);

	*chain = (struct chain){.end = CHAIN_NONE};
	if (packed_is_avail(flags, place.wrap))
		chain->end = follow(&w, place.offset, (uint32_t)ring->size + 1);
	else if (packed_is_used(flags, place.wrap))
		chain->end = CHAIN_OVERWRITTEN;
}
