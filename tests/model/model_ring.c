/* SPDX-License-Identifier: BSD-2-Clause */
/* In: requests that the driver published. Out: taken, answered, and in the used ring. */
#include "model_ring.h"

#include <stdlib.h>
#include <string.h>

#define NEVER UINT64_MAX

void model_wish(struct model *m, struct model_queue *q, bool wanted)
{
	struct virtq_used *used = model_used(m, q);
	uint16_t event = wanted ? q->taken : (uint16_t)(q->taken - 1);
	bool by_event = model_has_event_idx(m);

	if (model_is_packed(m)) {
		model_packed_wish(m, q, wanted);
		return;
	}
	if (!used)
		return;
	q->wanted = wanted;
	/* What does not count says the opposite: the driver must not look at it (§2.7.10.1). */
	le16_store(&used->flags, by_event == wanted ? VIRTQ_USED_F_NO_NOTIFY : 0);
	le16_store((le16 *)&used->ring[q->size],
		by_event ? event : (uint16_t)(wanted ? q->taken - 1 : q->taken));
}

void model_give_up(struct model *m)
{
	m->deaf = true;
	if (!m->legacy && !m->never_needs_reset)
		m->status |= MODEL_NEEDS_RESET;
	m->interrupt_status |= 2;
}

static bool may_reach_memory(struct model *m)
{
	if (model_reaches_memory(m))
		return true;
	model_break(m, RULE_PCI_MASTER, "bus mastering is off");
	return false;
}

static bool take_split(
	struct model *m, struct model_queue *q, uint16_t head, struct model_chain *chain)
{
	for (unsigned i = 0; i < q->chain_count; i++)
		if (q->chains[i].head == head)
			model_break(m, RULE_EXPOSED, "head %u is with the device already", head);
	if (!model_walk(m, q, head, chain, true))
		return false;
	if (m->accepted & FEATURE(VIRTIO_F_IN_ORDER) && head != q->in_order)
		model_break(m, RULE_IN_ORDER, "head %u, %u is next", head, q->in_order);
	q->in_order = (uint16_t)((head + chain->count) % q->size);
	if (chain->hash != q->exposed[q->taken % MODEL_CHAINS])
		model_break(m, RULE_EXPOSED, "request %u changed before it was taken", q->taken);
	return true;
}

static void take_one(struct model *m, struct model_queue *q, const struct virtq_avail *avail)
{
	struct model_chain *chain = &q->chains[q->chain_count];
	uint64_t now = clock_us();

	if (model_is_packed(m)
			? !model_packed_take(m, q, chain)
			: !take_split(m, q, le16_load(&avail->ring[q->taken % q->size]), chain)) {
		model_give_up(m);
		return;
	}
	if (m->type->check_chain)
		m->type->check_chain(m, chain);
	m->requests++;
	chain->due_us = m->requests == m->lies.silent_at ? NEVER : now + m->delay_us;
	q->chain_count++;
}

static void take(struct model *m, struct model_queue *q)
{
	const struct virtq_avail *avail = model_avail(m, q);
	uint16_t flags;

	if ((!avail && !model_is_packed(m)) || !may_reach_memory(m) || m->stale & MODEL_STALE_AVAIL)
		return;
	flags = model_is_packed(m) ? 0 : le16_load(&avail->flags);
	if (flags > VIRTQ_AVAIL_F_NO_INTERRUPT || (flags && model_has_event_idx(m)))
		model_break(m, RULE_AVAIL_FLAGS, "0x%x", flags);
	for (; q->taken != q->published && q->chain_count < MODEL_CHAINS && !m->deaf; q->taken++)
		take_one(m, q, avail);
	model_wish(m, q, !m->polls && !m->late_wish);
}

/* Copies between a chain's buffers and one piece of memory. */
static uint32_t gather(struct model *m, const struct model_segment *segments, unsigned count,
	uint8_t *to, bool write)
{
	uint32_t at = 0;

	for (unsigned i = 0; i < count; i++) {
		uint8_t *bytes = model_map(m->memory, segments[i].address, segments[i].length);

		if (to && write)
			memcpy(bytes, to + at, segments[i].length);
		else if (to)
			memcpy(to + at, bytes, segments[i].length);
		at += segments[i].length;
	}
	return at;
}

/* What the device does with a request. Returns the bytes that it wrote. */
static uint32_t carry_out(struct model *m, const struct model_queue *q, struct model_chain *c)
{
	struct model_reply reply = {
		.queue = q->index,
		.request_size = gather(m, c->readable, c->readable_count, NULL, false),
		.room = gather(m, c->writable, c->writable_count, NULL, false),
	};
	uint8_t *request = malloc(reply.request_size + !reply.request_size);

	reply.data = malloc(reply.room + !reply.room);
	reply.request = request;
	gather(m, c->readable, c->readable_count, request, false);
	gather(m, c->writable, c->writable_count, reply.data, false);
	m->type->answer(m, &reply);
	if (m->lies.reply)
		m->lies.reply(m, &reply);
	if (!(m->stale & MODEL_STALE_RESPONSE))
		gather(m, c->writable, c->writable_count, reply.data, true);
	free(request);
	free(reply.data);
	return reply.length;
}

uint32_t model_asked(struct model *m, const struct model_queue *q)
{
	const struct virtq_avail *avail = model_avail(m, q);
	const struct pvirtq_event_suppress *event =
		model_map(m->memory, q->avail, sizeof(struct pvirtq_event_suppress));

	if (model_is_packed(m))
		return event ? le32_load(&event->both) : 0;
	return avail ? (uint32_t)le16_load(&avail->flags) << 16 | le16_load(&avail->ring[q->size])
		     : 0;
}

static bool is_wanted(struct model *m, uint32_t asked, uint16_t new, uint16_t old)
{
	if (model_has_event_idx(m))
		return split_ring_need_event((uint16_t)asked, new, old);
	return !(asked >> 16 & VIRTQ_AVAIL_F_NO_INTERRUPT);
}

bool model_is_asked(struct model *m, const struct model_queue *q)
{
	if (model_is_packed(m))
		return model_packed_interrupts(q, q->asked, q->used_at,
			packed_place_after(q->used_at, 1, (uint16_t)q->size));
	return is_wanted(m, q->asked, (uint16_t)(q->used_idx + 1), q->used_idx);
}

/* For what was used since `old`. What the driver says counts from its barrier on. */
static void interrupt(
	struct model *m, const struct model_queue *q, uint16_t old, struct packed_place place)
{
	uint32_t asked = model_interrupts(m) ? q->asked : model_asked(m, q);
	bool wanted = model_is_packed(m) ? model_packed_interrupts(q, asked, place, q->used_at)
					 : is_wanted(m, asked, q->used_idx, old);

	m->interrupt_status |= wanted && !m->lies.mute;
}

/*
 * The used element, which the driver sees behind its read barrier; until then its place holds what
 * nobody may take for one.
 */
static void use(struct model *m, struct model_queue *q, struct model_chain *c, uint32_t length,
	unsigned batch, unsigned descriptors)
{
	struct virtq_used *used = model_used(m, q);
	struct model_used u = {.id = c->head, .length = length, .step = (uint16_t)batch};
	uint16_t old = q->used_idx;
	struct packed_place place = q->used_at;

	if ((!used && !model_is_packed(m)) || m->stale & MODEL_STALE_USED)
		return;
	if (m->lies.used)
		m->lies.used(m, q, &u);
	if (model_is_packed(m)) {
		model_packed_use(m, q, c, &u, descriptors);
		q->used_idx = (uint16_t)(old + batch);
		interrupt(m, q, old, place);
		if (m->lies.answered)
			m->lies.answered(m, q);
		return;
	}
	q->unseen[q->unseen_count++] = (struct model_unseen){
		.slot = (uint16_t)(old % q->size), .head = c->head, .id = u.id, .length = u.length};
	le32_store(&used->ring[old % q->size].id, MODEL_UNSEEN);
	le32_store(&used->ring[old % q->size].len, MODEL_UNSEEN);
	q->used_idx = (uint16_t)(old + u.step);
	le16_store(&used->idx, q->used_idx);
	interrupt(m, q, old, place);
	if (m->lies.answered)
		m->lies.answered(m, q);
}

static void answer(struct model *m, struct model_queue *q, unsigned index, unsigned batch,
	unsigned descriptors)
{
	struct model_chain c = q->chains[index];
	bool packed = model_is_packed(m);
	uint32_t length;

	if ((packed ? model_packed_hash(m, &c) : model_hash_chain(m, q, c.head)) != c.hash)
		model_break(m, RULE_EXPOSED, "head %u changed before it was used", c.head);
	q->chain_count--;
	memmove(&q->chains[index], &q->chains[index + 1],
		(q->chain_count - index) * sizeof(q->chains[0]));
	length = carry_out(m, q, &c);
	if (batch)
		use(m, q, &c, length, batch, descriptors + c.count);
}

/* All that are due, in their order, with one used element (§2.7.9, §2.8.8). */
static void answer_batch(struct model *m, struct model_queue *q, uint64_t now)
{
	unsigned count = 0, descriptors = 0;

	while (count < q->chain_count && q->chains[count].due_us <= now)
		count++;
	for (unsigned n = count; n > 0; n--) {
		unsigned size = q->chains[0].count;

		answer(m, q, 0, n == 1 ? count : 0, descriptors);
		descriptors += size;
	}
}

void model_run(struct model *m)
{
	bool in_order = m->accepted & FEATURE(VIRTIO_F_IN_ORDER);
	uint64_t now = clock_us();

	for (unsigned i = 0; i < m->type->queue_count; i++) {
		struct model_queue *q = &m->queues[i];

		if (!q->enabled || q->resetting || !(m->status & MODEL_DRIVER_OK) ||
			model_is_deaf(m))
			continue;
		if (m->polls)
			take(m, q);
		if (in_order && m->batches && q->unseen_count < MODEL_CHAINS)
			answer_batch(m, q, now);
		for (unsigned n = q->chain_count; n > 0; n--) {
			unsigned at = m->answers_last_first && !in_order ? n - 1 : 0;

			if (q->chains[at].due_us > now || q->unseen_count == MODEL_CHAINS)
				break;
			answer(m, q, at, 1, 0);
		}
	}
}

/* §2.9 */
static void check_place(struct model *m, const struct model_queue *q, uint64_t place)
{
	uint16_t due = model_is_packed(m) ? packed_place_bits(q->next) : q->published;

	if (m->accepted & FEATURE(VIRTIO_F_NOTIFICATION_DATA) ? place != due : place)
		model_break(m, RULE_NOTIFY_PLACE, "0x%lx, 0x%x is due", (unsigned long)place, due);
}

void model_notified(struct model *m, uint64_t value)
{
	uint64_t index = value & 0xffff;
	struct model_queue *q = index < m->type->queue_count ? &m->queues[index] : NULL;

	model_touch(m, "notification");
	m->notifications++;
	if (!(m->status & MODEL_DRIVER_OK))
		model_break(m, RULE_NOTIFY_EARLY, "status 0x%02x", m->status);
	if (q && q->resetting)
		model_break(m, RULE_QUEUE_RESET, "queue %u is notified", q->index);
	if (!q || !q->enabled || q->resetting || model_is_deaf(m))
		return;
	check_place(m, q, value >> 16);
	if (model_is_packed(m) && model_packed_unpublished(m, q))
		model_break(m, RULE_PACKED_NOTIFY_BARRIER, "notified, flags are not published");
	if (!model_is_packed(m) && model_avail(m, q) &&
		le16_load(&model_avail(m, q)->idx) != q->published)
		model_break(m, RULE_FLAGS_BARRIER, "notified, idx is not published");
	/* Without EVENT_IDX nothing is said of a notification about nothing. */
	if (!q->owed && (!q->wanted || model_has_event_idx(m)))
		model_break(m, RULE_NOTIFY_SPARED, "avail idx %u", q->published);
	q->owed = false;
	take(m, q);
	model_run(m);
}
