/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the driver's barriers and its waiting. Out: whether its accesses were in order. */
#include "model_ring.h"

#include <string.h>

static uint64_t hash_entry(
	struct model *m, struct model_queue *q, const struct virtq_avail *avail, uint16_t position)
{
	return model_hash_chain(m, q, le16_load(&avail->ring[position % q->size]));
}

/* §2.7.13.3.1: what comes before idx must be there now, and idx must not. */
void model_at_write_barrier(struct model *m)
{
	for (unsigned i = 0; i < m->type->queue_count; i++) {
		struct model_queue *q = &m->queues[i];
		const struct virtq_avail *avail = q->enabled ? model_avail(m, q) : NULL;

		if (model_is_packed(m))
			model_packed_write_barrier(m, q);
		if (!avail || model_is_packed(m))
			continue;
		if (le16_load(&avail->idx) != q->published)
			model_break(m, RULE_IDX_BARRIER, "idx was stored before the barrier");
		q->ordered = true;
		for (unsigned k = 0; k < MODEL_WATCHED && k < q->size; k++)
			q->hashes[k] = hash_entry(m, q, avail, (uint16_t)(q->published + k));
	}
}

/* Behind the barrier that goes before them, used elements are seen. */
void model_at_read_barrier(struct model *m)
{
	for (unsigned i = 0; i < m->type->queue_count; i++) {
		struct model_queue *q = &m->queues[i];
		struct virtq_used *used = q->enabled ? model_used(m, q) : NULL;

		if (model_is_packed(m))
			model_packed_read_barrier(m, q);
		for (unsigned u = 0; used && u < q->unseen_count; u++) {
			le32_store(&used->ring[q->unseen[u].slot].id, q->unseen[u].id);
			le32_store(&used->ring[q->unseen[u].slot].len, q->unseen[u].length);
		}
		q->unseen_count = 0;
	}
}

/* One entry that the driver has published. */
static void published(struct model *m, struct model_queue *q, uint16_t head, uint64_t hash,
	uint16_t position, unsigned k)
{
	if (q->ordered && k < MODEL_WATCHED && q->hashes[k] != hash)
		model_break(m, RULE_IDX_BARRIER, "entry %u changed behind the barrier", position);
	for (unsigned u = 0; u < q->unseen_count; u++)
		if (q->unseen[u].head == head)
			model_break(m, RULE_USED_BARRIER, "head %u is used again", head);
	q->exposed[position % MODEL_CHAINS] = hash;
}

static void publish(struct model *m, struct model_queue *q, const struct virtq_avail *avail)
{
	uint16_t idx = le16_load(&avail->idx), count = (uint16_t)(idx - q->published);
	uint16_t room = (uint16_t)(q->size - (uint16_t)(q->published - q->used_idx));

	if (!count)
		return;
	if (count > room) {
		model_break(
			m, RULE_AVAIL_FORWARD, "from %u to %u, %u fit", q->published, idx, room);
		q->published = idx;
		model_give_up(m);
		return;
	}
	if (!q->ordered)
		model_break(m, RULE_IDX_BARRIER, "there was no barrier before idx");
	for (unsigned k = 0; k < count; k++) {
		uint16_t position = (uint16_t)(q->published + k);

		published(m, q, le16_load(&avail->ring[position % q->size]),
			hash_entry(m, q, avail, position), position, k);
	}
	q->published = idx;
	q->ordered = false;
	if (m->late_wish)
		model_wish(m, q, true);
	q->owed = q->wanted;
}

/* §2.7.13.4.1: idx is there now; what the device wishes is read behind this. */
void model_at_full_barrier(struct model *m)
{
	for (unsigned i = 0; i < m->type->queue_count; i++) {
		struct model_queue *q = &m->queues[i];
		const struct virtq_avail *avail = q->enabled ? model_avail(m, q) : NULL;

		if (q->enabled)
			q->asked = model_asked(m, q);
		if (model_is_packed(m))
			model_packed_full_barrier(m, q);
		else if (avail)
			publish(m, q, avail);
	}
}

/* A driver that does not poll waits for an interrupt: of its first queue, whatever it waits for. */
static void check_interrupt(struct model *m, const struct model_queue *q)
{
	if (m->interrupt_owed)
		model_break(m, RULE_MMIO_ACKED, "0x%x", m->interrupt_owed);
	m->interrupt_owed = 0;
	if (q->index || m->interrupt_status & 1 || m->lies.mute)
		return;
	if (!model_is_asked(m, q))
		model_break(m, RULE_INTERRUPT_ASKED, "it says 0x%x, used idx is %u", q->asked,
			q->used_idx);
}

void model_at_wait(struct model *m)
{
	model_audit(m);
	for (unsigned i = 0; i < m->type->queue_count; i++) {
		struct model_queue *q = &m->queues[i];
		const struct virtq_avail *avail = q->enabled ? model_avail(m, q) : NULL;
		bool packed = q->enabled && model_is_packed(m);

		if ((!avail && !packed) || model_is_deaf(m))
			continue;
		if (model_interrupts(m))
			check_interrupt(m, q);
		if (packed && model_packed_unpublished(m, q))
			model_break(m, RULE_PACKED_NOTIFY_BARRIER, "there was none behind flags");
		if (!packed && le16_load(&avail->idx) != q->published)
			model_break(m, RULE_FLAGS_BARRIER, "there was no barrier behind idx");
		if (q->owed)
			model_break(m,
				!m->late_wish ? RULE_NOTIFY_SENT
				: packed      ? RULE_PACKED_NOTIFY_BARRIER
					      : RULE_FLAGS_BARRIER,
				"avail idx %u", q->published);
		q->owed = false;
	}
	model_run(m);
}
