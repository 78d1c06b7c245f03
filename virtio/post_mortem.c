/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a step that failed. Out: what was done last, both sides of it and its causes, on the log. */
#include "mem/log.h"
#include "virtio/device.h"
#include "virtio/diagnose.h"

#define LOGGED_ACCESSES 12u
#define STATUS_ALL_ONES 0xffu

static void log_accesses(const struct virtio_device *dev)
{
	const struct io_journal *j = &dev->journal;
	uint32_t count = (uint32_t)min_u64(j->next, LOGGED_ACCESSES);

	for (uint32_t i = j->next - count; i < j->next; i++) {
		const struct io_access *a = &j->access[i % IO_JOURNAL_SIZE];

		log_error(dev->name, "access: %s 0x%03lx %s 0x%lx, %u bits, %u times", a->name,
			a->offset, a->write ? "<-" : "->", a->value, a->width * 8, a->repeats + 1);
	}
}

enum status virtio_post_mortem(
	struct virtio_device *dev, const struct queue *q, const char *step, enum status failure)
{
	struct virtio_snapshot s;
	struct diagnosis d = {0};

	log_accesses(dev);
	virtio_snapshot_take(&s, dev, q, step, failure);
	virtio_snapshot_log(&s, dev->name);
	diagnose(&s, &d);
	diagnosis_log(&d, dev->name);
	if (s.status == STATUS_ALL_ONES)
		return ERR_GONE;
	if (s.status & VIRTIO_STATUS_DEVICE_NEEDS_RESET)
		return ERR_NEEDS_RESET;
	return failure;
}
