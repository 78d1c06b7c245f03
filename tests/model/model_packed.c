/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a packed ring (virtio 1.3 §2.8). Out: the device's side of it, and what the driver did wrong.
 */
#include <string.h>

#include "model_ring.h"

#define HASHED_BYTES 4096u
#define HASH_START   0xcbf29ce484222325

static uint64_t hash(uint64_t h, const void *data, uint64_t size)
{
	const uint8_t *bytes = data;

	for (uint64_t i = 0; bytes && i < size; i++)
		h = (h ^ bytes[i]) * 0x100000001b3;
	return h;
}

static struct pvirtq_desc *ring_of(struct model *m, const struct model_queue *q)
{
	return q->enabled ? model_map(m->memory, q->desc, 16 * (uint64_t)q->size) : NULL;
}

static struct pvirtq_event_suppress *event_of(struct model *m, uint64_t address)
{
	return model_map(m->memory, address, sizeof(struct pvirtq_event_suppress));
}

void model_packed_wish(struct model *m, struct model_queue *q, bool wanted)
{
	struct pvirtq_event_suppress *event = event_of(m, q->used);
	struct packed_place place = q->taken_at;
	uint32_t flags = wanted ? RING_EVENT_FLAGS_ENABLE : RING_EVENT_FLAGS_DISABLE;

	if (!event)
		return;
	q->wanted = wanted;
	if (model_has_event_idx(m)) {
		flags = RING_EVENT_FLAGS_DESC;
		if (!wanted) /* one that has been passed */
			place = packed_place_after(
				place, (uint16_t)(q->size - 1), (uint16_t)q->size);
		if (!wanted)
			place.wrap = !place.wrap;
	}
	le32_store(&event->both, flags << 16 | packed_place_bits(place));
}

/* ---- lists of descriptors ---- */

static bool add_segment(
	struct model *m, struct model_chain *c, const struct pvirtq_desc *d, bool check)
{
	bool writable = le16_load(&d->flags) & VIRTQ_DESC_F_WRITE;
	uint64_t address = le64_load(&d->addr);
	uint32_t length = le32_load(&d->len);
	unsigned *count = writable ? &c->writable_count : &c->readable_count;
	void *bytes = model_map(m->memory, address, length);

	if (check && !writable && c->writable_count)
		model_break(m, RULE_PACKED_LIST, "a readable element behind a writable one");
	if (check && !model_owned(m->memory, address, length))
		model_break(m, RULE_PHYSICAL, "%u bytes at 0x%lx", length, (unsigned long)address);
	if (!bytes || !length || *count == MODEL_SEGMENTS)
		return false;
	if (!writable)
		c->hash = hash(c->hash, bytes, min_u64(length, HASHED_BYTES));
	(writable ? c->writable : c->readable)[(*count)++] =
		(struct model_segment){address, length};
	return true;
}

static bool walk_table(struct model *m, const struct model_queue *q, struct model_chain *c,
	const struct pvirtq_desc *d, bool check)
{
	uint32_t length = le32_load(&d->len), n = length / 16;
	const struct pvirtq_desc *table = model_map(m->memory, le64_load(&d->addr), length);

	if (check && (!(m->accepted & FEATURE(VIRTIO_F_INDIRECT_DESC)) || c->count > 1 ||
			     le16_load(&d->flags) & VIRTQ_DESC_F_NEXT))
		model_break(m, RULE_PACKED_INDIRECT, "flags 0x%x", le16_load(&d->flags));
	if (check && (!n || length % 16 || n > q->size))
		model_break(m, RULE_PACKED_LIST, "a table of %u bytes", length);
	if (check && !model_owned(m->memory, le64_load(&d->addr), length))
		model_break(m, RULE_PHYSICAL, "a table of %u bytes", length);
	c->hash = hash(c->hash, table, length);
	for (uint32_t i = 0; table && i < n; i++) {
		if (check && le16_load(&table[i].flags) & ~VIRTQ_DESC_F_WRITE)
			model_break(m, RULE_PACKED_INDIRECT, "entry %u has flags 0x%x", i,
				le16_load(&table[i].flags));
		if (!add_segment(m, c, &table[i], check))
			return false;
	}
	return table && n;
}

/* The list that begins at `place`. False when it cannot be followed. */
static bool walk(struct model *m, struct model_queue *q, struct packed_place place,
	struct model_chain *c, bool check)
{
	const struct pvirtq_desc *ring = ring_of(m, q);
	uint16_t flags;

	*c = (struct model_chain){.place = place, .hash = HASH_START, .ring_hash = HASH_START};
	do {
		const struct pvirtq_desc *d = &ring[place.offset];

		flags = le16_load(&d->flags);
		if (!packed_is_avail(flags, place.wrap)) {
			if (check)
				model_break(
					m, RULE_PACKED_FLAGS, "0x%x at %u", flags, place.offset);
			return false;
		}
		if (++c->count > q->size) {
			if (check)
				model_break(m, RULE_PACKED_LIST, "it is longer than the ring");
			return false;
		}
		c->head = le16_load(&d->id);
		c->ring_hash = hash(c->ring_hash, d, sizeof(*d));
		if (flags & VIRTQ_DESC_F_INDIRECT ? !walk_table(m, q, c, d, check)
						  : !add_segment(m, c, d, check))
			return false;
		place = packed_place_after(place, 1, (uint16_t)q->size);
	} while (flags & VIRTQ_DESC_F_NEXT);
	return true;
}

/* What a driver may not change: the rest of the ring is the device's to write. */
uint64_t model_packed_hash(struct model *m, const struct model_chain *taken)
{
	uint64_t h = HASH_START;

	for (unsigned i = 0; i < taken->readable_count; i++)
		h = hash(h,
			model_map(m->memory, taken->readable[i].address, taken->readable[i].length),
			min_u64(taken->readable[i].length, HASHED_BYTES));
	return h;
}

/* ---- barriers ---- */

static uint64_t hash_watched(struct model *m, const struct pvirtq_desc *d)
{
	uint32_t length = le32_load(&d->len);
	uint64_t h = hash(HASH_START, d, offsetof(struct pvirtq_desc, flags));

	return hash(h, model_map(m->memory, le64_load(&d->addr), length),
		min_u64(length, HASHED_BYTES));
}

void model_packed_write_barrier(struct model *m, struct model_queue *q)
{
	const struct pvirtq_desc *ring = ring_of(m, q);
	struct packed_place at = q->next;

	if (!ring)
		return;
	if (packed_is_avail(le16_load(&ring[at.offset].flags), at.wrap))
		model_break(m, RULE_PACKED_BARRIER, "flags were stored before the barrier");
	q->ordered = true;
	for (unsigned k = 0; k < MODEL_WATCHED; k++) {
		q->hashes[k] = hash_watched(m, &ring[at.offset]);
		q->flags[k] = le16_load(&ring[at.offset].flags);
		at = packed_place_after(at, 1, (uint16_t)q->size);
	}
}

/* One list that is available now; `k` descriptors were before it since the last barrier. */
static void published(struct model *m, struct model_queue *q, struct model_chain *c, unsigned k)
{
	const struct pvirtq_desc *ring = ring_of(m, q);
	struct packed_place at = c->place;

	for (unsigned i = 0; i < c->count && k + i < MODEL_WATCHED; i++) {
		const struct pvirtq_desc *d = &ring[at.offset];

		if (q->ordered && (hash_watched(m, d) != q->hashes[k + i] ||
					  (i && le16_load(&d->flags) != q->flags[k + i])))
			model_break(m, RULE_PACKED_BARRIER,
				"the descriptor at %u changed behind the barrier", at.offset);
		at = packed_place_after(at, 1, (uint16_t)q->size);
	}
	for (unsigned u = 0; u < q->unseen_count; u++)
		if (q->unseen[u].head == c->head)
			model_break(m, RULE_PACKED_USED_BARRIER, "id %u is used again", c->head);
	q->exposed[q->published % MODEL_CHAINS] = c->ring_hash ^ c->hash;
	q->room += c->count;
	if (q->room > q->size)
		model_break(
			m, RULE_PACKED_LIST, "%u descriptors in a ring of %u", q->room, q->size);
	q->next = packed_place_after(q->next, c->count, (uint16_t)q->size);
	q->published++;
}

/* §2.8.21: the flags are there now; what the device wishes is read behind this. */
void model_packed_full_barrier(struct model *m, struct model_queue *q)
{
	const struct pvirtq_desc *ring = ring_of(m, q);
	unsigned count = 0;

	while (ring && packed_is_avail(le16_load(&ring[q->next.offset].flags), q->next.wrap) &&
		q->room <= q->size) {
		struct model_chain c;

		if (!walk(m, q, q->next, &c, false))
			c.count += !c.count;
		published(m, q, &c, count);
		count += c.count;
	}
	if (!count)
		return;
	if (!q->ordered)
		model_break(m, RULE_PACKED_BARRIER, "there was no barrier before the flags");
	q->ordered = false;
	if (m->late_wish)
		model_packed_wish(m, q, true);
	q->owed = q->wanted;
}

bool model_packed_unpublished(struct model *m, struct model_queue *q)
{
	const struct pvirtq_desc *ring = ring_of(m, q);

	return ring && q->room < q->size &&
	       packed_is_avail(le16_load(&ring[q->next.offset].flags), q->next.wrap);
}

void model_packed_read_barrier(struct model *m, struct model_queue *q)
{
	struct pvirtq_desc *ring = ring_of(m, q);

	for (unsigned u = 0; ring && u < q->unseen_count; u++) {
		le16_store(&ring[q->unseen[u].slot].id, (uint16_t)q->unseen[u].id);
		le32_store(&ring[q->unseen[u].slot].len, q->unseen[u].length);
	}
	q->unseen_count = 0;
}

/* ---- the device's work ---- */

bool model_packed_take(struct model *m, struct model_queue *q, struct model_chain *c)
{
	struct pvirtq_event_suppress *event = event_of(m, q->avail);
	uint32_t both = event ? le32_load(&event->both) : 0, flags = both >> 16;

	if (flags > RING_EVENT_FLAGS_DESC ||
		(flags == RING_EVENT_FLAGS_DESC && !model_has_event_idx(m)) ||
		(flags == RING_EVENT_FLAGS_DESC && (both & 0x7fff) >= q->size))
		model_break(m, RULE_PACKED_EVENT, "0x%x", both);
	if (!walk(m, q, q->taken_at, c, true))
		return false;
	if (c->head >= 0x8000)
		model_break(m, RULE_PACKED_ID, "%u", c->head);
	for (unsigned i = 0; i < q->chain_count; i++)
		if (q->chains[i].head == c->head)
			model_break(m, RULE_PACKED_ID, "%u is with the device already", c->head);
	if ((c->ring_hash ^ c->hash) != q->exposed[q->taken % MODEL_CHAINS])
		model_break(
			m, RULE_PACKED_KEPT, "request %u changed before it was taken", q->taken);
	c->hash = model_packed_hash(m, c);
	q->taken_at = packed_place_after(q->taken_at, c->count, (uint16_t)q->size);
	return true;
}

/* The used descriptor, of which the driver sees id and length only behind its read barrier. */
void model_packed_use(struct model *m, struct model_queue *q, struct model_chain *c,
	const struct model_used *u, unsigned descriptors)
{
	struct pvirtq_desc *d = &ring_of(m, q)[q->used_at.offset];

	q->unseen[q->unseen_count++] = (struct model_unseen){
		.slot = q->used_at.offset, .head = c->head, .id = u->id, .length = u->length};
	le16_store(&d->id, (uint16_t)MODEL_UNSEEN);
	le32_store(&d->len, MODEL_UNSEEN);
	le16_store(&d->flags, (uint16_t)(packed_used_flags(q->used_at.wrap) |
					 (c->writable_count ? VIRTQ_DESC_F_WRITE : 0)));
	q->used_at = packed_place_after(q->used_at, (uint16_t)descriptors, (uint16_t)q->size);
	q->room -= descriptors;
}

bool model_packed_interrupts(const struct model_queue *q, uint32_t asked, struct packed_place old,
	struct packed_place new)
{
	struct pvirtq_event_suppress both;
	struct packed_event event;

	le32_store(&both.both, asked);
	event = packed_event_read(&both);
	return packed_need_event(&event, old, new, (uint16_t)q->size);
}
