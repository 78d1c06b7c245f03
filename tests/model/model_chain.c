/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the head of a descriptor chain. Out: its buffers, and what the driver did wrong in it. */
#include <string.h>

#include "model_device.h"
#include "virtio/features.h"

/* How much of a buffer goes into the hash. */
#define HASHED_BYTES 4096u

struct walk {
	struct model *m;
	struct model_queue *q;
	struct model_chain *chain;
	bool check;
	bool indirect; /* inside a table */
	const struct virtq_desc *table;
	uint32_t limit; /* descriptors in the table */
	uint32_t index;
	unsigned count;
	uint64_t bytes;
};

static void hash(struct model_chain *chain, const void *data, uint64_t size)
{
	const uint8_t *bytes = data;

	/* FNV-1a */
	for (uint64_t i = 0; i < size; i++)
		chain->hash = (chain->hash ^ bytes[i]) * 0x100000001b3;
}

#define breach(w, rule, ...) ((w)->check ? model_break((w)->m, rule, __VA_ARGS__) : (void)0)

/* One buffer. */
static bool add_segment(struct walk *w, uint64_t address, uint32_t length, bool writable)
{
	struct model_chain *c = w->chain;
	unsigned *count = writable ? &c->writable_count : &c->readable_count;
	struct model_segment *segments = writable ? c->writable : c->readable;
	const void *bytes = model_map(w->m->memory, address, length);

	if (!writable && c->writable_count) {
		breach(w, RULE_CHAIN_ORDER, "descriptor %u", w->count);
		return false;
	}
	if (w->check && !model_owned(w->m->memory, address, length))
		breach(w, RULE_PHYSICAL, "%u bytes at 0x%lx", length, (unsigned long)address);
	w->bytes += length;
	if (w->bytes > 1ull << 32)
		breach(w, RULE_CHAIN_ENDS, "0x%lx bytes", (unsigned long)w->bytes);
	if (!bytes || !length || *count == MODEL_SEGMENTS)
		return false;
	if (!writable)
		hash(c, bytes, min_u64(length, HASHED_BYTES));
	segments[(*count)++] = (struct model_segment){address, length};
	return true;
}

static bool enter_table(struct walk *w, const struct virtq_desc *d, uint16_t flags)
{
	uint64_t address = le64_load(&d->addr);
	uint32_t length = le32_load(&d->len);

	if (w->indirect)
		breach(w, RULE_INDIRECT_NESTED, "descriptor %u", w->index);
	if (flags & VIRTQ_DESC_F_NEXT)
		breach(w, RULE_INDIRECT_NEXT, "descriptor %u", w->index);
	if (!(w->m->accepted & FEATURE(VIRTIO_F_INDIRECT_DESC)))
		breach(w, RULE_INDIRECT_ACCEPTED, "descriptor %u", w->index);
	if (!length || length % sizeof(*d))
		breach(w, RULE_INDIRECT_TABLE, "%u bytes", length);
	if (w->check && !model_owned(w->m->memory, address, length))
		breach(w, RULE_PHYSICAL, "a table of %u bytes at 0x%lx", length,
			(unsigned long)address);
	w->table = model_map(w->m->memory, address, length);
	if (!w->table || w->indirect || length < sizeof(*d))
		return false;
	w->indirect = true;
	w->limit = length / sizeof(*d);
	w->index = 0;
	return true;
}

/* One descriptor; `more` is whether another one follows. False when there is no going on. */
static bool step(struct walk *w, bool *more)
{
	const struct virtq_desc *d = &w->table[w->index];
	uint16_t flags = le16_load(&d->flags);

	hash(w->chain, d, sizeof(*d));
	*more = true;
	w->chain->count += !w->indirect;
	if (flags & VIRTQ_DESC_F_INDIRECT)
		return enter_table(w, d, flags);
	if (++w->count > w->q->size) {
		breach(w, RULE_CHAIN_LENGTH, "%u descriptors in a queue of %u", w->count,
			w->q->size);
		if (w->count > 2 * w->q->size || w->count > w->limit) {
			breach(w, RULE_CHAIN_ENDS, "a loop");
			return false;
		}
	}
	if (!add_segment(w, le64_load(&d->addr), le32_load(&d->len), flags & VIRTQ_DESC_F_WRITE))
		return false;
	*more = flags & VIRTQ_DESC_F_NEXT;
	if (flags & VIRTQ_DESC_F_NEXT && w->m->accepted & FEATURE(VIRTIO_F_IN_ORDER) &&
		le16_load(&d->next) != (w->index + 1) % w->limit)
		breach(w, RULE_IN_ORDER, "%u behind %u", le16_load(&d->next), w->index);
	w->index = le16_load(&d->next);
	return true;
}

bool model_walk(struct model *m, struct model_queue *q, uint16_t head, struct model_chain *chain,
	bool check)
{
	struct walk w = {
		.m = m,
		.q = q,
		.chain = chain,
		.check = check,
		.table = model_map(m->memory, q->desc, 16 * (uint64_t)q->size),
		.limit = q->size,
		.index = head,
	};
	bool more = true;

	*chain = (struct model_chain){.head = head, .hash = 0xcbf29ce484222325};
	hash(chain, &head, sizeof(head));
	while (more) {
		if (!w.table || w.index >= w.limit) {
			breach(&w, RULE_CHAIN_ENDS, "descriptor %u of %u", w.index, w.limit);
			return false;
		}
		if (!step(&w, &more))
			return false;
	}
	return true;
}

uint64_t model_hash_chain(struct model *m, struct model_queue *q, uint16_t head)
{
	struct model_chain chain;

	/* A chain that cannot be followed has the hash of as much as there is of it. */
	model_walk(m, q, head, &chain, false);
	return chain.hash;
}
