/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a journal of register accesses. Out: what the driver told the device, and one queue of it. */
#include "mem/string.h"
#include "virtio/device.h"
#include "virtio/snapshot.h"

#define NO_QUEUE      UINT32_MAX
#define MMIO_WIDTH    4u
#define MMIO_REGS_END 0x100u /* virtio 1.3 §4.2.2: behind it is the configuration, of any width */

/* What the device keeps between two accesses. */
struct replay {
	struct virtio_programmed *p;
	uint16_t index; /* the queue that is asked for */
	uint32_t queue; /* selected */
	uint32_t word; /* of the features, selected */
	uint64_t features;
	bool features_ok;
};

enum part { WHOLE, LOW, HIGH };

/* A register that belongs to a queue, and where its value goes. */
struct queue_register {
	const char *name;
	size_t field; /* in struct virtio_programmed */
	enum part part; /* of a 64-bit value */
};

#define FIELD(name) offsetof(struct virtio_programmed, name)

static const struct queue_register queue_registers[] = {
	{"QueueSize", FIELD(size), WHOLE},
	{"QueueAlign", FIELD(align), WHOLE},
	{"QueuePFN", FIELD(pfn), WHOLE},
	{"QueueReady", FIELD(enable), WHOLE},
	{"QueueDescLow", FIELD(desc), LOW},
	{"QueueDescHigh", FIELD(desc), HIGH},
	{"QueueDriverLow", FIELD(avail), LOW},
	{"QueueDriverHigh", FIELD(avail), HIGH},
	{"QueueDeviceLow", FIELD(used), LOW},
	{"QueueDeviceHigh", FIELD(used), HIGH},
	{"queue_size", FIELD(size), WHOLE},
	{"queue_address", FIELD(pfn), WHOLE},
	{"queue_enable", FIELD(enable), WHOLE},
	{"queue_desc_low", FIELD(desc), LOW},
	{"queue_desc_high", FIELD(desc), HIGH},
	{"queue_driver_low", FIELD(avail), LOW},
	{"queue_driver_high", FIELD(avail), HIGH},
	{"queue_device_low", FIELD(used), LOW},
	{"queue_device_high", FIELD(used), HIGH},
};

static bool is(const struct io_access *a, const char *mmio, const char *pci)
{
	return !strcmp(a->name, mmio) || !strcmp(a->name, pci);
}

static void set(struct written *w, enum part part, uint64_t value)
{
	uint64_t low = (uint32_t)value;

	w->done = true;
	switch (part) {
	case WHOLE: w->value = value; break;
	case LOW: w->value = (w->value & ~(uint64_t)UINT32_MAX) | low; break;
	case HIGH: w->value = (uint32_t)w->value | low << 32; break;
	}
}

/* A reset: what was written before counts no more, and nothing is unknown any longer. */
static void forget(struct replay *r)
{
	struct virtio_programmed fresh = {
		.complete = true,
		.narrow_name = r->p->narrow_name,
		.narrow_width = r->p->narrow_width,
	};

	*r->p = fresh;
	*r = (struct replay){.p = r->p, .index = r->index};
}

static void write_status(struct replay *r, uint64_t value)
{
	if (!value)
		forget(r);
	set(&r->p->status, WHOLE, value);
	if (value & VIRTIO_STATUS_FEATURES_OK)
		r->features_ok = true;
}

static void write_features(struct replay *r, uint64_t value)
{
	struct virtio_programmed *p = r->p;
	struct written word = {.value = r->features};

	if (r->word > 1)
		return; /* bits 64 and up: none that this program knows */
	set(&word, r->word ? HIGH : LOW, value);
	r->features = word.value;
	set(r->features_ok ? &p->late_features : &p->features, WHOLE, r->features);
}

static void write_of_queue(struct replay *r, const struct io_access *a)
{
	if (is(a, "QueuePFN", "queue_address") && !a->value)
		set(&r->p->pfn_zero, WHOLE, r->queue);
	if (r->queue != r->index)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(queue_registers); i++) {
		const struct queue_register *q = &queue_registers[i];

		if (!strcmp(a->name, q->name))
			set((struct written *)((uint8_t *)r->p + q->field), q->part, a->value);
	}
}

static void write_of_device(struct replay *r, const struct io_access *a)
{
	if (is(a, "QueueSel", "queue_select"))
		r->queue = (uint32_t)a->value;
	else if (is(a, "DriverFeaturesSel", "driver_feature_select"))
		r->word = (uint32_t)a->value;
	else if (is(a, "DriverFeatures", "driver_feature") || is(a, "", "driver_features"))
		write_features(r, a->value);
	else if (is(a, "Status", "device_status"))
		write_status(r, a->value);
	else if (is(a, "GuestPageSize", ""))
		set(&r->p->page_size, WHOLE, a->value);
	else if (is(a, "QueueNotify", "queue_notify") || is(a, "", "notify")) {
		set(&r->p->doorbell, WHOLE, a->value);
		r->p->doorbell_offset = a->offset;
	} else
		write_of_queue(r, a);
}

/* mmio's registers are the ones whose names are words with capitals: not "ISR", not "notify". */
static bool is_mmio_register(const struct io_access *a)
{
	return a->offset < MMIO_REGS_END && a->name[0] >= 'A' && a->name[0] <= 'Z' &&
	       a->name[1] >= 'a' && a->name[1] <= 'z';
}

struct virtio_programmed virtio_programmed_of(const struct io_journal *j, uint16_t index)
{
	/* One that is empty was not kept: a reset is in it. */
	struct virtio_programmed p = {.complete = j->next && j->next <= IO_JOURNAL_SIZE};
	/* A queue is selected by the driver; only after a reset it is number 0. */
	struct replay r = {.p = &p, .index = index, .queue = p.complete ? 0 : NO_QUEUE};
	uint32_t first = j->next > IO_JOURNAL_SIZE ? j->next - IO_JOURNAL_SIZE : 0;

	for (uint32_t i = first; i < j->next; i++) {
		const struct io_access *a = &j->access[i % IO_JOURNAL_SIZE];

		if (is_mmio_register(a) && a->width != MMIO_WIDTH) {
			p.narrow_name = a->name;
			p.narrow_width = a->width;
		}
		if (a->write)
			write_of_device(&r, a);
	}
	return p;
}
