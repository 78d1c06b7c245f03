/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a snapshot. Out: its lines on the log, what the driver has beside what the device says. */
#include "mem/format.h"
#include "mem/log.h"
#include "virtio/device.h"
#include "virtio/snapshot.h"

#define VALUE_SIZE 24u
#define FLAGS_SIZE 48u
#define EVENT_SIZE 48u

/* A value that the driver wrote, or what is known when it did not. */
static const char *describe(
	const struct virtio_programmed *p, const struct written *w, char text[VALUE_SIZE])
{
	if (w->done)
		format(text, VALUE_SIZE, "0x%lx", w->value);
	else
		format(text, VALUE_SIZE, "%s", p->complete ? "not written" : "unknown");
	return text;
}

static void log_features(
	const struct virtio_snapshot *s, const char *subject, const char *what, uint64_t features)
{
	char text[FEATURES_TEXT_SIZE];

	features_describe(features, s->device_id, text);
	log_error(subject, "features %s: 0x%lx (%s)", what, features, text);
}

static void log_device(const struct virtio_snapshot *s, const char *subject)
{
	char text[VIRTIO_STATUS_TEXT_SIZE];

	virtio_describe_status(s->status, text);
	log_error(subject,
		"device: %s, type %u (now %u), status 0x%02x (%s), interrupt status 0x%x, "
		"config generation %u",
		s->transport, s->device_id, s->device_id_now, s->status, text, s->interrupt_status,
		s->config_generation);
	log_error(subject, "memory for the device: mapped %s%s",
		s->uncached ? "not cached" : "cached",
		s->coherence == COHERENCE_NOT_STATED ? "; coherence is not stated"
						     : coherence_suffix(s->coherence));
	log_features(s, subject, "offered", s->offered);
	log_features(s, subject, "accepted by the driver", s->accepted);
	if (s->has_accepted_now)
		log_features(s, subject, "accepted as the device has them", s->accepted_now);
	if (s->is_pci)
		log_error(subject,
			"PCI: vendor 0x%04x, command 0x%04x, BARs 0x%x 0x%x 0x%x 0x%x 0x%x 0x%x",
			s->pci_vendor, s->pci_command, s->pci_bars[0], s->pci_bars[1],
			s->pci_bars[2], s->pci_bars[3], s->pci_bars[4], s->pci_bars[5]);
}

/* What the second and third part of a ring are, in each format. */
static const char *const parts[2][2] = {{"avail", "used"}, {"driver", "device"}};

static void log_programmed(const struct virtio_snapshot *s, const char *subject)
{
	const struct virtio_programmed *p = &s->programmed;
	char a[VALUE_SIZE], b[VALUE_SIZE], c[VALUE_SIZE], d[VALUE_SIZE];

	log_error(subject, "written: status %s, features %s, late features %s, page size %s",
		describe(p, &p->status, a), describe(p, &p->features, b),
		describe(p, &p->late_features, c), describe(p, &p->page_size, d));
	if (!s->has_queue)
		return;
	log_error(subject, "written for queue %u: size %s, align %s, page frame %s, enable %s",
		s->index, describe(p, &p->size, a), describe(p, &p->align, b),
		describe(p, &p->pfn, c), describe(p, &p->enable, d));
	log_error(subject, "written for queue %u: desc %s %s %s %s %s; doorbell %s at 0x%lx",
		s->index, describe(p, &p->desc, a), parts[s->packed][0], describe(p, &p->avail, b),
		parts[s->packed][1], describe(p, &p->used, c), describe(p, &p->doorbell, d),
		p->doorbell_offset);
}

static void log_split(const struct virtio_snapshot *s, const char *subject)
{
	log_error(subject,
		"ring, the driver's part: avail.flags 0x%x, avail.idx %u, used_event %u; %u in "
		"flight, %lu notifications sent, the last request %s",
		s->avail_flags, s->avail_idx, s->used_event, s->in_flight, s->notifications,
		s->notified ? "notified" : "not notified");
	log_error(subject,
		"ring, the device's part: used.flags 0x%x, used.idx %u (%u taken), avail_event %u; "
		"aligned to %u",
		s->used_flags, s->used_idx, s->used_idx_seen, s->avail_event, s->used_align);
	if (s->used_elsewhere)
		log_error(subject, "ring: another used ring with this request at 0x%lx",
			s->used_elsewhere);
}

/* An event suppression structure in words. */
static const char *describe_event(const struct packed_event *e, char text[EVENT_SIZE])
{
	static const char *const names[] = {"ENABLE", "DISABLE", "DESC", "reserved (3)"};

	format(text, EVENT_SIZE, "%s, at %u (wrap %u)", names[e->flags], e->place.offset,
		e->place.wrap);
	return text;
}

static void log_packed(const struct virtio_snapshot *s, const char *subject)
{
	const struct snapshot_packed *p = &s->at;
	char event[EVENT_SIZE];

	log_error(subject,
		"packed ring, the driver's part: next available at %u (wrap %u), events %s; %u in "
		"flight, %lu notifications sent, the last request %s",
		p->next_avail.offset, p->next_avail.wrap, describe_event(&p->driver, event),
		s->in_flight, s->notifications, s->notified ? "notified" : "not notified");
	log_error(subject,
		"packed ring, the device's part: next used at %u (wrap %u): id %u len %u flags "
		"0x%x, %s (%u taken), events %s",
		p->next_used.offset, p->next_used.wrap, p->used_id, p->used_length, p->used_flags,
		s->used_idx == s->used_idx_seen ? "not used" : "used", s->used_idx_seen,
		describe_event(&p->device, event));
}

static void log_queue(const struct virtio_snapshot *s, const char *subject)
{
	log_error(subject,
		"queue %u as the device has it: %s, size %u of %u, desc 0x%lx %s 0x%lx %s "
		"0x%lx, page frame 0x%x, doorbell %u x %u",
		s->index, s->device.ready ? "ready" : "not ready", s->device.size,
		s->device.size_max, s->device.desc, parts[s->packed][0], s->device.avail,
		parts[s->packed][1], s->device.used, s->device.pfn, s->device.notify_off,
		s->notify_multiplier);
	log_error(subject,
		"queue %u as the driver has it: size %u, desc 0x%lx %s 0x%lx %s 0x%lx, %s",
		s->index, s->size, s->desc, parts[s->packed][0], s->avail, parts[s->packed][1],
		s->used, s->ring_in_memory ? "in memory" : "not in memory");
	if (s->packed)
		log_packed(s, subject);
	else
		log_split(s, subject);
}

static void log_descriptor(const struct snapshot_descriptor *d, bool packed, const char *subject)
{
	uint16_t known = packed ? 7u | VIRTQ_DESC_F_AVAIL | VIRTQ_DESC_F_USED : 7u;
	char flags[FLAGS_SIZE];

	format(flags, sizeof(flags), "%s%s%s%s%s%s", d->flags & VIRTQ_DESC_F_NEXT ? " NEXT" : "",
		d->flags & VIRTQ_DESC_F_WRITE ? " WRITE" : "",
		d->flags & VIRTQ_DESC_F_INDIRECT ? " INDIRECT" : "",
		packed && d->flags & VIRTQ_DESC_F_AVAIL ? " AVAIL" : "",
		packed && d->flags & VIRTQ_DESC_F_USED ? " USED" : "",
		d->flags & ~known ? " others" : "");
	log_error(subject, "%s %u: addr 0x%lx%s len %u flags 0x%x%s %s %u",
		d->in_table ? "table entry" : "descriptor", d->index, d->addr,
		d->in_memory ? "" : " (not memory)", d->len, d->flags, flags,
		packed ? "id" : "next", d->next);
}

static void log_bytes(
	const char *subject, const char *what, const uint8_t *bytes, unsigned count, uint32_t of)
{
	char text[3 * SNAPSHOT_REQUEST + 1] = "";

	for (unsigned i = 0; i < count; i++)
		format_append(text, sizeof(text), " %02x", bytes[i]);
	log_error(subject, "%s: %u of %u bytes:%s", what, count, of, text);
}

static void log_request(const struct virtio_snapshot *s, const char *subject)
{
	static const char *const ends[] = {
		[CHAIN_NONE] = "none is pending",
		[CHAIN_WHOLE] = "a whole chain",
		[CHAIN_LOOPS] = "its chain does not end",
		[CHAIN_HEAD_OUTSIDE] = "its head is outside the ring",
		[CHAIN_NEXT_OUTSIDE] = "next is outside its table",
		[CHAIN_TABLE_BAD] = "its indirect table has no possible length, or is nested",
		[CHAIN_TABLE_OUTSIDE] = "its indirect table is not in memory",
		[CHAIN_OVERWRITTEN] = "the device has written in its place",
	};

	log_error(subject, "oldest request: %s, head %u", ends[s->chain_end], s->head);
	for (unsigned i = 0; i < s->chain_count; i++)
		log_descriptor(&s->chain[i], s->packed, subject);
	if (s->chain_end == CHAIN_NONE)
		return;
	log_bytes(subject, "request", s->request, s->request_count, s->request_length);
	log_bytes(subject, "response", s->response, s->response_count, s->response_room);
}

void virtio_snapshot_log(const struct virtio_snapshot *s, const char *subject)
{
	log_error(subject, "post-mortem: %s: %s", s->step, status_name(s->failure));
	log_device(s, subject);
	log_programmed(s, subject);
	if (!s->has_queue)
		return;
	log_queue(s, subject);
	log_request(s, subject);
}
