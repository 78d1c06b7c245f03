/* SPDX-License-Identifier: BSD-2-Clause */
/* In: size and addresses of a queue. Out: whether the driver may give the device such a queue. */
#include "model_ring.h"

#define ALL_ADDRESSES 0x3fu

struct model_queue *model_selected(struct model *m)
{
	return m->queue_select < m->type->queue_count ? &m->queues[m->queue_select] : NULL;
}

void model_write_address(struct model *m, unsigned part, unsigned half, uint64_t value)
{
	struct model_queue *q = model_selected(m);
	uint64_t *address = part == 0 ? &q->desc : part == 1 ? &q->avail : &q->used;

	q->addresses_written |= 1u << (2 * part + half);
	*address &= ~(0xffffffffull << 32 * half);
	*address |= (value & 0xffffffff) << 32 * half;
}

/* §2.7.2 */
void model_place_legacy(struct model_queue *q, uint64_t address, uint64_t align)
{
	q->desc = address;
	q->avail = address + 16 * (uint64_t)q->size;
	q->used = align_up(q->avail + 2 * (3 + (uint64_t)q->size), align);
	q->align = (uint32_t)align;
	q->addresses_written = ALL_ADDRESSES;
}

static void check_life(struct model *m, const struct model_queue *q)
{
	uint8_t needed = m->legacy ? MODEL_DRIVER : MODEL_DRIVER | MODEL_FEATURES_OK;

	if (m->status & MODEL_FAILED)
		model_break(m, RULE_FAILED_RESET, "a queue at status 0x%02x", m->status);
	if (!m->legacy && m->features_written[0] && !(m->status & MODEL_FEATURES_OK))
		model_break(m, RULE_FEATURES_OK_READ, "a queue at status 0x%02x", m->status);
	if ((m->status & needed) != needed || (m->status & MODEL_DRIVER_OK && !q->renewed) ||
		!m->features_written[0])
		model_break(m, RULE_SEQUENCE, "a queue at status 0x%02x, features %s", m->status,
			m->features_written[0] ? "written" : "not written");
}

static bool all_zero(const void *data, uint64_t size)
{
	const uint8_t *bytes = data;

	for (uint64_t i = 0; i < size; i++)
		if (bytes[i])
			return false;
	return true;
}

static void check_packed(struct model *m, const struct model_queue *q)
{
	uint64_t ring = 16 * (uint64_t)q->size;
	const void *desc = model_map(m->memory, q->desc, ring);
	const void *event = model_map(m->memory, q->used, 4);

	if (q->desc % 16 || q->avail % 4 || q->used % 4)
		model_break(m, RULE_PACKED_ALIGNED, "0x%lx 0x%lx 0x%lx", (unsigned long)q->desc,
			(unsigned long)q->avail, (unsigned long)q->used);
	if (!model_owned(m->memory, q->desc, ring) || !model_owned(m->memory, q->avail, 4) ||
		!model_owned(m->memory, q->used, 4))
		model_break(m, RULE_PHYSICAL, "a ring at 0x%lx 0x%lx 0x%lx", (unsigned long)q->desc,
			(unsigned long)q->avail, (unsigned long)q->used);
	if (desc && event && (!all_zero(desc, ring) || !all_zero(event, 4)))
		model_break(m, RULE_PACKED_ZEROED, "queue %u", q->index);
}

static void check_zeroed(struct model *m, const struct model_queue *q)
{
	const struct virtq_avail *avail = model_avail(m, q);
	const struct virtq_used *used = model_used(m, q);
	const void *desc = model_map(m->memory, q->desc, 16 * (uint64_t)q->size);

	if (!desc || !avail || !used)
		return;
	/* The available flags and used_event are the driver's to set beforehand. */
	if (!all_zero(desc, 16 * (uint64_t)q->size) ||
		!all_zero(&avail->idx, 2 + 2 * (uint64_t)q->size) ||
		!all_zero(used, 6 + 8 * (uint64_t)q->size))
		model_break(m, RULE_RING_ZEROED, "queue %u", q->index);
}

static void check_place(struct model *m, const struct model_queue *q)
{
	uint64_t n = q->size, end;

	if (q->desc % 16 || q->avail % 2 || q->used % 4)
		model_break(m, RULE_RING_ALIGNED, "0x%lx 0x%lx 0x%lx", (unsigned long)q->desc,
			(unsigned long)q->avail, (unsigned long)q->used);
	if (!model_owned(m->memory, q->desc, 16 * n) ||
		!model_owned(m->memory, q->avail, 6 + 2 * n) ||
		!model_owned(m->memory, q->used, 6 + 8 * n))
		model_break(m, RULE_PHYSICAL, "a ring at 0x%lx 0x%lx 0x%lx", (unsigned long)q->desc,
			(unsigned long)q->avail, (unsigned long)q->used);
	if (!m->legacy)
		return;
	end = q->used + align_up(6 + 8 * n, q->align);
	if (!model_owned(m->memory, q->desc, end - q->desc))
		model_break(m, RULE_RING_LEGACY, "0x%lx bytes from 0x%lx are not all of the queue",
			(unsigned long)(end - q->desc), (unsigned long)q->desc);
}

void model_enable_queue(struct model *m, struct model_queue *q)
{
	check_life(m, q);
	if (!q->size || q->size > SPLIT_RING_MAX_SIZE ||
		(!is_power_of_two(q->size) && !model_is_packed(m))) {
		model_break(m, RULE_QUEUE_SIZE, "%u", q->size);
		return;
	}
	if (model_is_packed(m)) {
		check_packed(m, q);
		q->next = q->taken_at = q->used_at = (struct packed_place){0, true};
	} else {
		check_place(m, q);
		check_zeroed(m, q);
	}
	q->enabled = !m->lies.ready_dropped;
	q->asked = model_asked(m, q);
	q->wanted = true;
	if (q->renewed)
		model_wish(m, q, !m->polls && !m->late_wish);
	if (m->lies.gives_up_early)
		model_give_up(m);
}

/* The requests in flight are dropped at once, the ring is forgotten when the reset ends. */
void model_reset_queue(struct model *m, struct model_queue *q, uint64_t value)
{
	if (value != 1 || !q->enabled || q->resetting)
		model_break(
			m, RULE_QUEUE_RESET, "0x%lx for queue %u", (unsigned long)value, q->index);
	q->resetting = true;
	q->polls_left = m->reset_polls;
	q->chain_count = 0;
}

bool model_queue_resetting(struct model *m, struct model_queue *q)
{
	if (!q->resetting)
		return false;
	if (m->lies.queue_reset_never_ends || q->polls_left) {
		q->polls_left -= q->polls_left != 0;
		return true;
	}
	*q = (struct model_queue){
		.index = q->index, .size_max = q->size_max, .size = q->size_max, .renewed = true};
	return false;
}
