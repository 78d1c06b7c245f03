/* SPDX-License-Identifier: BSD-2-Clause */
/* In: accesses to the legacy structure in I/O BAR 0. Out: what the device answers. */
#include "model_device.h"

/* §4.1.4.10, spelt out again and not taken from the driver. */
enum legacy {
	DEVICE_FEATURES = 0x00,
	DRIVER_FEATURES = 0x04,
	QUEUE_ADDRESS = 0x08,
	QUEUE_SIZE = 0x0c,
	QUEUE_SELECT = 0x0e,
	QUEUE_NOTIFY = 0x10,
	DEVICE_STATUS = 0x12,
	ISR_STATUS = 0x13,
	CONFIG_MSIX_OFF = 0x14,
	CONFIG_MSIX_ON = 0x18,
};

#define QUEUE_ALIGN 4096u

static const struct {
	uint8_t offset;
	uint8_t width;
	bool readable;
	bool writable;
} fields[] = {
	{DEVICE_FEATURES, 4, true, false},
	{DRIVER_FEATURES, 4, true, true},
	{QUEUE_ADDRESS, 4, true, true},
	{QUEUE_SIZE, 2, true, false},
	{QUEUE_SELECT, 2, true, true},
	{QUEUE_NOTIFY, 2, true, true},
	{DEVICE_STATUS, 1, true, true},
	{ISR_STATUS, 1, true, false},
};

static uint64_t config_offset(const struct model *m)
{
	return model_pci_msix_on(m) ? CONFIG_MSIX_ON : CONFIG_MSIX_OFF;
}

static bool check_access(struct model *m, uint64_t offset, unsigned width, bool write)
{
	for (unsigned i = 0; i < ARRAY_SIZE(fields); i++) {
		if (fields[i].offset != offset)
			continue;
		if (fields[i].width != width)
			break;
		if (write ? fields[i].writable : fields[i].readable)
			return true;
	}
	model_break(m, RULE_PCI_LEGACY, "%u bytes at 0x%02lx %s", width, (unsigned long)offset,
		write ? "written" : "read");
	return false;
}

static uint64_t read_isr(struct model *m)
{
	uint8_t status = m->interrupt_status;

	if (model_pci_msix_on(m))
		model_break(m, RULE_PCI_ISR, "0x%x", status);
	m->interrupt_status = 0;
	return status;
}

uint64_t model_pci_legacy_read(struct model *m, uint64_t offset, unsigned width)
{
	struct model_queue *q = model_selected(m);

	if (offset >= config_offset(m))
		return model_read_config(m, offset - config_offset(m), width);
	if (!check_access(m, offset, width, false))
		return UINT64_MAX;
	if (offset == DEVICE_STATUS)
		return model_read_status(m);
	if (offset == DEVICE_FEATURES)
		return model_read_features(m, 0);
	model_touch(m, "register");
	switch (offset) {
	case DRIVER_FEATURES: return (uint32_t)m->accepted;
	case QUEUE_ADDRESS: return q ? q->pfn : 0;
	case QUEUE_SIZE: return q ? q->size_max : 0;
	case QUEUE_SELECT: return m->queue_select;
	case ISR_STATUS: return read_isr(m);
	default: return 0;
	}
}

/* §4.1.5.1.3.1: the size is the device's, the address a page number. */
static void write_address(struct model *m, uint64_t pfn)
{
	struct model_queue *q = model_selected(m);

	model_touch(m, "queue address");
	if (!q)
		return;
	if (q->enabled || !pfn) {
		model_break(m, RULE_PCI_LEGACY_QUEUE, "page 0x%lx, was 0x%x", (unsigned long)pfn,
			q->pfn);
		return;
	}
	q->size = q->size_max;
	model_place_legacy(q, pfn * QUEUE_ALIGN, QUEUE_ALIGN);
	model_enable_queue(m, q);
	q->pfn = q->enabled ? (uint32_t)pfn : 0;
}

void model_pci_legacy_write(struct model *m, uint64_t offset, unsigned width, uint64_t value)
{
	if (offset >= config_offset(m)) {
		model_write_config(m, offset - config_offset(m), width, value);
		return;
	}
	if (!check_access(m, offset, width, true))
		return;
	switch (offset) {
	case DRIVER_FEATURES: model_write_features(m, 0, value); break;
	case QUEUE_ADDRESS: write_address(m, value); break;
	case QUEUE_SELECT:
		model_touch(m, "queue_select");
		m->queue_select = (uint16_t)value;
		break;
	case QUEUE_NOTIFY:
		if (value >= m->type->queue_count || !m->queues[value].enabled)
			model_break(m, RULE_PCI_NOTIFY, "0x%lx", (unsigned long)value);
		model_notified(m, value);
		break;
	default: model_write_status(m, value);
	}
}
