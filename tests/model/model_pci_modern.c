/* SPDX-License-Identifier: BSD-2-Clause */
/* In: accesses to the common configuration structure. Out: what the device answers. */
#include "model_pci.h"
#include "virtio/features.h"

/* §4.1.4.3, spelt out again and not taken from the driver. */
enum common {
	DEVICE_FEATURE_SELECT = 0x00,
	DEVICE_FEATURE = 0x04,
	DRIVER_FEATURE_SELECT = 0x08,
	DRIVER_FEATURE = 0x0c,
	CONFIG_MSIX_VECTOR = 0x10,
	NUM_QUEUES = 0x12,
	DEVICE_STATUS = 0x14,
	CONFIG_GENERATION = 0x15,
	QUEUE_SELECT = 0x16,
	QUEUE_SIZE = 0x18,
	QUEUE_MSIX_VECTOR = 0x1a,
	QUEUE_ENABLE = 0x1c,
	QUEUE_NOTIFY_OFF = 0x1e,
	QUEUE_DESC = 0x20,
	QUEUE_DRIVER = 0x28,
	QUEUE_DEVICE = 0x30,
	QUEUE_RESET = 0x3a,
};

#define NO_VECTOR 0xffffu

static const struct {
	uint8_t offset;
	uint8_t width;
	bool read_only;
} fields[] = {
	{DEVICE_FEATURE_SELECT, 4, false},
	{DEVICE_FEATURE, 4, true},
	{DRIVER_FEATURE_SELECT, 4, false},
	{DRIVER_FEATURE, 4, false},
	{CONFIG_MSIX_VECTOR, 2, false},
	{NUM_QUEUES, 2, true},
	{DEVICE_STATUS, 1, false},
	{CONFIG_GENERATION, 1, true},
	{QUEUE_SELECT, 2, false},
	{QUEUE_SIZE, 2, false},
	{QUEUE_MSIX_VECTOR, 2, false},
	{QUEUE_ENABLE, 2, false},
	{QUEUE_NOTIFY_OFF, 2, true},
	{QUEUE_DESC, 4, false},
	{QUEUE_DESC + 4, 4, false},
	{QUEUE_DRIVER, 4, false},
	{QUEUE_DRIVER + 4, 4, false},
	{QUEUE_DEVICE, 4, false},
	{QUEUE_DEVICE + 4, 4, false},
	{QUEUE_RESET, 2, false},
};

static bool check_access(struct model *m, uint64_t offset, unsigned width, bool write)
{
	for (unsigned i = 0; i < ARRAY_SIZE(fields); i++) {
		if (fields[i].offset != offset || fields[i].width != width)
			continue;
		if (!write || !fields[i].read_only)
			return true;
		model_break(m, RULE_PCI_READ_ONLY, "0x%02lx", (unsigned long)offset);
		return false;
	}
	model_break(m, RULE_PCI_WIDTH, "%u bytes at 0x%02lx", width, (unsigned long)offset);
	return false;
}

/* §4.1.4.3: queue_reset is there when it was negotiated; until it reads 0 there is nothing else. */
static void check_reset(struct model *m, const struct model_queue *q, uint64_t offset)
{
	if (offset == QUEUE_RESET ? !(m->accepted & FEATURE(VIRTIO_F_RING_RESET)) : q->resetting)
		model_break(m, RULE_QUEUE_RESET, "0x%02lx of queue %u", (unsigned long)offset,
			q->index);
}

static uint64_t read_queue(struct model *m, uint64_t offset)
{
	struct model_queue *q = model_selected(m);

	model_touch(m, "queue");
	if (!q)
		return 0;
	check_reset(m, q, offset);
	switch (offset) {
	case QUEUE_SIZE: return q->size;
	case QUEUE_ENABLE: return q->enabled;
	case QUEUE_RESET: return model_queue_resetting(m, q);
	case QUEUE_NOTIFY_OFF: return m->pci->notify_off[q->index];
	case QUEUE_DESC: return (uint32_t)q->desc;
	case QUEUE_DESC + 4: return q->desc >> 32;
	case QUEUE_DRIVER: return (uint32_t)q->avail;
	case QUEUE_DRIVER + 4: return q->avail >> 32;
	case QUEUE_DEVICE: return (uint32_t)q->used;
	default: return q->used >> 32;
	}
}

uint64_t model_pci_common_read(struct model *m, uint64_t offset, unsigned width)
{
	if (!check_access(m, offset, width, false))
		return UINT64_MAX;
	switch (offset) {
	case DEVICE_FEATURE_SELECT: return m->features_select[0];
	case DEVICE_FEATURE: return model_read_features(m, m->features_select[0]);
	case DRIVER_FEATURE_SELECT: return m->features_select[1];
	case CONFIG_MSIX_VECTOR:
	case QUEUE_MSIX_VECTOR:
		return model_pci_msix_on(m) ? m->pci->vectors[offset == QUEUE_MSIX_VECTOR]
					    : NO_VECTOR;
	case NUM_QUEUES: return m->type->queue_count;
	case DEVICE_STATUS: return model_read_status(m);
	case CONFIG_GENERATION: return model_read_generation(m);
	case QUEUE_SELECT: return m->queue_select;
	case DRIVER_FEATURE: return (uint32_t)(m->accepted >> 32 * (m->features_select[1] & 1));
	default: return read_queue(m, offset);
	}
}

static void enable(struct model *m, struct model_queue *q, uint64_t value)
{
	if (!value) {
		model_break(m, RULE_PCI_ENABLE, "queue %u", q->index);
		return;
	}
	if (q->addresses_written != 0x3f || q->enabled)
		model_break(m, RULE_PCI_QUEUE_ORDER, "queue %u: addresses 0x%02x, %s", q->index,
			q->addresses_written, q->enabled ? "enabled before" : "not enabled before");
	model_enable_queue(m, q);
}

static void write_queue(struct model *m, uint64_t offset, uint64_t value)
{
	struct model_queue *q = model_selected(m);

	model_touch(m, "queue");
	if (!q)
		return;
	check_reset(m, q, offset);
	if (offset == QUEUE_RESET) {
		model_reset_queue(m, q, value);
		return;
	}
	if (offset == QUEUE_ENABLE) {
		enable(m, q, value);
		return;
	}
	if (q->enabled)
		model_break(m, RULE_PCI_QUEUE_ORDER, "0x%02lx of queue %u, which is enabled",
			(unsigned long)offset, q->index);
	if (offset != QUEUE_SIZE) {
		model_write_address(
			m, (unsigned)(offset - QUEUE_DESC) / 8, (unsigned)(offset & 4) / 4, value);
		return;
	}
	if (!is_power_of_two(value) && !(m->accepted & 1ull << 34))
		model_break(m, RULE_QUEUE_SIZE, "queue_size %lu", (unsigned long)value);
	q->size = (uint32_t)value;
}

static void select_features(struct model *m, unsigned which, uint64_t value)
{
	model_touch(m, "feature selection");
	m->features_select[which] = (uint32_t)value;
}

/* Inside the table, of which there is none while MSI-X is off. */
static void write_vector(struct model *m, unsigned index, uint16_t value)
{
	struct model_pci *p = m->pci;
	bool given = value != NO_VECTOR && p->vectors_left;

	if (value != NO_VECTOR && (!model_pci_msix_on(m) || value >= MODEL_PCI_VECTORS))
		model_break(m, RULE_PCI_VECTOR, "0x%x", value);
	p->vectors[index] = given ? value : NO_VECTOR;
	p->vectors_left -= given;
}

void model_pci_common_write(struct model *m, uint64_t offset, unsigned width, uint64_t value)
{
	if (!check_access(m, offset, width, true))
		return;
	switch (offset) {
	case DEVICE_FEATURE_SELECT: select_features(m, 0, value); break;
	case DRIVER_FEATURE_SELECT: select_features(m, 1, value); break;
	case DRIVER_FEATURE: model_write_features(m, m->features_select[1], value); break;
	case DEVICE_STATUS: model_write_status(m, value); break;
	case QUEUE_SELECT:
		model_touch(m, "queue_select");
		m->queue_select = (uint16_t)value;
		break;
	case CONFIG_MSIX_VECTOR:
	case QUEUE_MSIX_VECTOR:
		write_vector(m, offset == QUEUE_MSIX_VECTOR, (uint16_t)value);
		break;
	default: write_queue(m, offset, value);
	}
}
