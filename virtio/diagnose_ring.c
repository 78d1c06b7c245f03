/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a snapshot of a queue. Out: the causes that its ring shows. */
#include "virtio/diagnose_ring.h"

#include "mem/format.h"
#include "virtio/device.h"

#define INTERRUPT_USED 1u /* ISR and InterruptStatus, bit 0 (§4.1.4.5, §4.2.2) */

static void judge_descriptors(const struct virtio_snapshot *s, struct diagnosis *d)
{
	bool writable = false;

	for (unsigned i = 0; i < s->chain_count; i++) {
		const struct snapshot_descriptor *c = &s->chain[i];
		bool table = c->flags & VIRTQ_DESC_F_INDIRECT;
		bool writes = c->flags & VIRTQ_DESC_F_WRITE;
		const char *what = c->in_table ? "table entry" : "descriptor";

		if (!c->in_memory)
			diagnosis_add(d, CERTAIN, MISTAKE_BUFFER_ADDRESS,
				"%s %u: %u bytes at 0x%lx", what, c->index, c->len, c->addr);
		if (!c->len && !table)
			diagnosis_add(
				d, CERTAIN, MISTAKE_ZERO_LENGTH, "%s %u: len 0", what, c->index);
		if (writable && !writes && !table)
			diagnosis_add(d, CERTAIN, MISTAKE_READABLE_AFTER_WRITABLE,
				"%s %u lacks WRITE behind one that has it", what, c->index);
		writable |= writes;
	}
}

static void judge_chain(const struct virtio_snapshot *s, struct diagnosis *d)
{
	const struct snapshot_descriptor *last = &s->chain[s->chain_count ? s->chain_count - 1 : 0];

	switch (s->chain_end) {
	case CHAIN_NONE:
	case CHAIN_WHOLE: break;
	case CHAIN_OVERWRITTEN:
		/* Of several, another's used descriptor may stand there. */
		if (s->in_flight == 1 && s->used_idx == s->used_idx_seen)
			diagnosis_add(d, CERTAIN, CAUSE_DEVICE_BROKE_RING,
				"the descriptor at %u (wrap %u) has flags 0x%x, neither available "
				"nor "
				"used",
				s->at.next_used.offset, s->at.next_used.wrap, s->at.used_flags);
		break;
	case CHAIN_LOOPS:
		diagnosis_add(d, CERTAIN, MISTAKE_CHAIN,
			"the chain of head %u does not end within the ring's %u descriptors",
			s->head, s->size);
		break;
	case CHAIN_HEAD_OUTSIDE:
		diagnosis_add(d, CERTAIN, MISTAKE_CHAIN,
			"the available ring names head %u of %u descriptors", s->head, s->size);
		break;
	case CHAIN_NEXT_OUTSIDE:
		diagnosis_add(d, CERTAIN, MISTAKE_CHAIN,
			"the chain of head %u goes on outside its table of descriptors", s->head);
		break;
	case CHAIN_TABLE_BAD:
		diagnosis_add(d, CERTAIN, MISTAKE_INDIRECT_TABLE,
			"a table of %u bytes at 0x%lx, or one in a table", last->len, last->addr);
		break;
	case CHAIN_TABLE_OUTSIDE:
		diagnosis_add(d, CERTAIN, MISTAKE_BUFFER_ADDRESS,
			"an indirect table of %u bytes at 0x%lx", last->len, last->addr);
		break;
	}
}

/* §2.8.21: whether the oldest request is there for the device to see. */
static void judge_available(const struct virtio_snapshot *s, struct diagnosis *d)
{
	if (s->in_flight > s->size)
		diagnosis_add(d, CERTAIN, MISTAKE_TOO_MANY, "%u in flight, the ring has %u entries",
			s->in_flight, s->size);
	if (s->failure != ERR_TIMEOUT)
		return;
	if (!s->in_flight)
		diagnosis_add(d, CERTAIN, CAUSE_NOT_PUBLISHED, "no request is in flight");
	else if (s->chain_end == CHAIN_NONE)
		diagnosis_add(d, CERTAIN, CAUSE_NOT_PUBLISHED,
			"no descriptor of the oldest request is available; %u in flight",
			s->in_flight);
}

/* §2.7.13: what avail.idx says is pending, against what the driver has in flight. */
static void judge_indices(const struct virtio_snapshot *s, struct diagnosis *d)
{
	uint16_t pending = (uint16_t)(s->avail_idx - s->used_idx_seen);

	if (s->in_flight > s->size)
		diagnosis_add(d, CERTAIN, MISTAKE_TOO_MANY, "%u in flight, the ring has %u entries",
			s->in_flight, s->size);
	else if (pending > s->in_flight)
		diagnosis_add(d, CERTAIN, MISTAKE_CHAIN,
			"avail.idx is %u: %u requests pending, %u are in flight, the ring has %u "
			"entries",
			s->avail_idx, pending, s->in_flight, s->size);
	if (s->failure != ERR_TIMEOUT)
		return;
	if (!s->in_flight)
		diagnosis_add(d, CERTAIN, CAUSE_NOT_PUBLISHED, "no request is in flight");
	else if (!pending)
		diagnosis_add(d, CERTAIN, CAUSE_NOT_PUBLISHED,
			"avail.idx is %u, as many as were taken back; %u in flight", s->avail_idx,
			s->in_flight);
}

void diagnose_request(const struct virtio_snapshot *s, struct diagnosis *d)
{
	if (s->packed)
		judge_available(s, d);
	else
		judge_indices(s, d);
	judge_chain(s, d);
	judge_descriptors(s, d);
	if (s->chain_end == CHAIN_WHOLE && s->request_length < s->request_least)
		diagnosis_add(d, CERTAIN, MISTAKE_SHORT_REQUEST, "%u bytes, at least %u are needed",
			s->request_length, s->request_least);
}

/* mmio: the queue's number to QueueNotify (§4.2.2); pci: at the queue's own doorbell (§4.1.4.4). */
static void judge_doorbell(const struct virtio_snapshot *s, struct diagnosis *d)
{
	const struct virtio_programmed *p = &s->programmed;
	uint64_t offset = (uint64_t)s->device.notify_off * s->notify_multiplier;
	uint64_t index = p->doorbell.value;

	if (!p->doorbell.done)
		return;
	/* With NOTIFICATION_DATA the index is the lower half (§2.9). */
	if (s->accepted & FEATURE(VIRTIO_F_NOTIFICATION_DATA))
		index &= UINT16_MAX;
	if (index != s->index)
		diagnosis_add(d, CERTAIN, MISTAKE_DOORBELL, "%lu was written, the queue is %u",
			index, s->index);
	else if (s->is_pci && !s->legacy && p->doorbell_offset != offset)
		diagnosis_add(d, CERTAIN, MISTAKE_DOORBELL,
			"written at 0x%lx of NOTIFY_CFG, the doorbell is at 0x%lx",
			p->doorbell_offset, offset);
}

/* §2.7.10, §2.8.10: by what stands in the device's part now. */
static bool wants_notification(const struct virtio_snapshot *s)
{
	struct packed_place last = s->at.next_avail;

	if (s->packed && !last.offset)
		last = (struct packed_place){s->size, !last.wrap};
	last.offset--;
	if (s->packed)
		return packed_need_event(&s->at.device, last, s->at.next_avail, s->size);
	if (s->accepted & FEATURE(VIRTIO_F_EVENT_IDX))
		return split_ring_need_event(
			s->avail_event, s->avail_idx, (uint16_t)(s->avail_idx - 1));
	return !(s->used_flags & VIRTQ_USED_F_NO_NOTIFY);
}

/* What the driver sees of the device's progress, in the words of the ring's format. */
#define USED_SIZE 80u
static const char *describe_used(const struct virtio_snapshot *s, char text[USED_SIZE])
{
	if (s->packed)
		format(text, USED_SIZE, "the descriptor at %u (wrap %u), flags 0x%x, is %s",
			s->at.next_used.offset, s->at.next_used.wrap, s->at.used_flags,
			s->used_idx == s->used_idx_seen ? "not used" : "used");
	else
		format(text, USED_SIZE, "used.idx is %u, %u were taken", s->used_idx,
			s->used_idx_seen);
	return text;
}

static void judge_notification(const struct virtio_snapshot *s, struct diagnosis *d)
{
	if (s->chain_end == CHAIN_NONE || s->notified || !wants_notification(s))
		return;
	/* It was answered after all. */
	if (s->used_idx != s->used_idx_seen)
		return;
	if (s->packed)
		diagnosis_add(d, CERTAIN, MISTAKE_MISSED_NOTIFICATION,
			"no register was written since; next available at %u (wrap %u), the "
			"device's event flags %u, at %u (wrap %u)",
			s->at.next_avail.offset, s->at.next_avail.wrap, s->at.device.flags,
			s->at.device.place.offset, s->at.device.place.wrap);
	else
		diagnosis_add(d, CERTAIN, MISTAKE_MISSED_NOTIFICATION,
			"no register was written since; avail.idx %u avail_event %u used.flags "
			"0x%x",
			s->avail_idx, s->avail_event, s->used_flags);
}

/* The device worked on the request, and its answer is not where the driver looks. */
static void judge_lost_answer(const struct virtio_snapshot *s, struct diagnosis *d)
{
	char used[USED_SIZE];

	describe_used(s, used);
	if (s->coherence == COHERENCE_NO && !s->uncached)
		diagnosis_add(d, LIKELY, MISTAKE_CACHES,
			"tables say that the device is not coherent, its memory is mapped cached; "
			"%s",
			used);
	if (s->used_elsewhere)
		diagnosis_add(d, CERTAIN, MISTAKE_USED_OFFSET,
			"its used ring is at 0x%lx, the driver's at 0x%lx", s->used_elsewhere,
			s->used);
	else if (s->response_written) {
		bool placed = s->is_pci || s->programmed.align.done;

		if (s->legacy)
			diagnosis_add(d, placed ? POSSIBLE : LIKELY, MISTAKE_USED_OFFSET,
				"the response is there, used.idx at 0x%lx is still %u", s->used,
				s->used_idx);
		diagnosis_add(d, s->legacy && !placed ? POSSIBLE : LIKELY, MISTAKE_CACHES,
			"the response is there, %s", used);
	} else if (s->interrupt_status & INTERRUPT_USED && !d->count)
		/* An interrupt of an earlier request may stand there: it is not acknowledged. */
		diagnosis_add(d, s->used_idx_seen ? POSSIBLE : LIKELY, MISTAKE_CACHES,
			"the interrupt status is 0x%x, %s", s->interrupt_status, used);
}

void diagnose_answer(const struct virtio_snapshot *s, struct diagnosis *d)
{
	char used[USED_SIZE];

	judge_doorbell(s, d);
	judge_notification(s, d);
	if (s->failure == ERR_PROTOCOL)
		diagnosis_add(d, CERTAIN, CAUSE_DEVICE_BROKE_RING, "%s, %u in flight",
			describe_used(s, used), s->in_flight);
	else if (s->used_idx != s->used_idx_seen)
		diagnosis_add(d, CERTAIN, MISTAKE_DEADLINE, "%s by now; the deadline was %u ms",
			describe_used(s, used), s->timeout_us / 1000);
	else if (s->chain_end != CHAIN_NONE)
		judge_lost_answer(s, d);
}
