/* SPDX-License-Identifier: BSD-2-Clause */
/* In: accesses to a virtio-mmio window, version 1 or 2. Out: what the device answers. */
#include <stdio.h>

#include "model_device.h"

#define WINDOW_SIZE 0x200u
#define CONFIG      0x100u
#define MAGIC       0x74726976u

/* Registers by offset (virtio 1.3 §4.2.2, §4.2.4), spelt out again and not taken from the driver.
 */
enum mmio {
	MAGIC_VALUE = 0x000,
	VERSION = 0x004,
	DEVICE_ID = 0x008,
	VENDOR_ID = 0x00c,
	DEVICE_FEATURES = 0x010,
	DEVICE_FEATURES_SEL = 0x014,
	DRIVER_FEATURES = 0x020,
	DRIVER_FEATURES_SEL = 0x024,
	GUEST_PAGE_SIZE = 0x028,
	QUEUE_SEL = 0x030,
	QUEUE_SIZE_MAX = 0x034,
	QUEUE_SIZE = 0x038,
	QUEUE_ALIGN = 0x03c,
	QUEUE_PFN = 0x040,
	QUEUE_READY = 0x044,
	QUEUE_NOTIFY = 0x050,
	INTERRUPT_STATUS = 0x060,
	INTERRUPT_ACK = 0x064,
	STATUS = 0x070,
	QUEUE_DESC = 0x080,
	QUEUE_DRIVER = 0x090,
	QUEUE_DEVICE = 0x0a0,
	SHM_FIRST = 0x0ac,
	SHM_LAST = 0x0bc,
	CONFIG_GENERATION = 0x0fc,
};

enum access { READ = 1, WRITE = 2, LEGACY = 4, MODERN = 8, BOTH = LEGACY | MODERN };

static const struct {
	uint16_t offset;
	uint16_t access;
} registers[] = {
	{MAGIC_VALUE, READ | BOTH},
	{VERSION, READ | BOTH},
	{DEVICE_ID, READ | BOTH},
	{VENDOR_ID, READ | BOTH},
	{DEVICE_FEATURES, READ | BOTH},
	{DEVICE_FEATURES_SEL, WRITE | BOTH},
	{DRIVER_FEATURES, WRITE | BOTH},
	{DRIVER_FEATURES_SEL, WRITE | BOTH},
	{GUEST_PAGE_SIZE, WRITE | LEGACY},
	{QUEUE_SEL, WRITE | BOTH},
	{QUEUE_SIZE_MAX, READ | BOTH},
	{QUEUE_SIZE, WRITE | BOTH},
	{QUEUE_ALIGN, WRITE | LEGACY},
	{QUEUE_PFN, READ | WRITE | LEGACY},
	{QUEUE_READY, READ | WRITE | MODERN},
	{QUEUE_NOTIFY, WRITE | BOTH},
	{INTERRUPT_STATUS, READ | BOTH},
	{INTERRUPT_ACK, WRITE | BOTH},
	{STATUS, READ | WRITE | BOTH},
	{QUEUE_DESC, WRITE | MODERN},
	{QUEUE_DESC + 4, WRITE | MODERN},
	{QUEUE_DRIVER, WRITE | MODERN},
	{QUEUE_DRIVER + 4, WRITE | MODERN},
	{QUEUE_DEVICE, WRITE | MODERN},
	{QUEUE_DEVICE + 4, WRITE | MODERN},
	{CONFIG_GENERATION, READ | MODERN},
};

/* §4.2.3.1.1: magic value, version and device id, and nothing else before they are known good. */
static void check_probe(struct model *m, uint64_t offset, bool write)
{
	static const uint16_t order[] = {MAGIC_VALUE, VERSION, DEVICE_ID};
	bool driven = m->mmio_magic == MAGIC && m->mmio_version == (m->legacy ? 1 : 2) &&
		      m->type->device_id;

	if (m->probe_step < ARRAY_SIZE(order)) {
		if (write || offset != order[m->probe_step])
			model_break(
				m, RULE_MMIO_PROBE, "0x%03lx comes first", (unsigned long)offset);
		m->probe_step++;
		if (m->probe_step == 2 && m->mmio_magic != MAGIC)
			model_break(m, RULE_MMIO_EMPTY, "0x%03lx", (unsigned long)offset);
		return;
	}
	if (!driven)
		model_break(m, RULE_MMIO_EMPTY, "0x%03lx", (unsigned long)offset);
}

/* Whether the access may be made at all. */
static bool check_access(struct model *m, uint64_t offset, unsigned width, bool write)
{
	unsigned version = m->legacy ? LEGACY : MODERN;

	check_probe(m, offset, write);
	if (width != 4 || offset % 4) {
		model_break(
			m, RULE_MMIO_WIDTH, "%u bytes at 0x%03lx", width, (unsigned long)offset);
		return false;
	}
	if (offset >= SHM_FIRST && offset <= SHM_LAST)
		model_break(m, RULE_MMIO_SHM, "0x%03lx", (unsigned long)offset);
	for (unsigned i = 0; i < ARRAY_SIZE(registers); i++) {
		if (registers[i].offset != offset)
			continue;
		if (!(registers[i].access & version))
			break;
		if (registers[i].access & (write ? WRITE : READ))
			return true;
		model_break(m, RULE_MMIO_DIRECTION, "0x%03lx %s", (unsigned long)offset,
			write ? "written" : "read");
		return false;
	}
	model_break(m, RULE_MMIO_REGISTER, "0x%03lx", (unsigned long)offset);
	return false;
}

static uint32_t read_features(struct model *m)
{
	if (!m->features_selected[0])
		model_break(m, RULE_MMIO_SELECT, "DeviceFeatures");
	return model_read_features(m, m->features_select[0]);
}

static uint32_t read_size_max(struct model *m)
{
	struct model_queue *q = model_selected(m);

	model_touch(m, "QueueSizeMax");
	if (m->legacy && q && q->pfn)
		model_break(m, RULE_LEGACY_MAX, "queue %u", q->index);
	return q ? q->size_max : 0;
}

static uint32_t read_queue(struct model *m, uint64_t offset)
{
	struct model_queue *q = model_selected(m);

	model_touch(m, "queue");
	if (!q)
		return 0;
	if (m->ready_while_idle && m->status & MODEL_DRIVER_OK)
		return 0;
	return offset == QUEUE_PFN ? q->pfn : q->enabled;
}

static uint64_t read_register(struct model *m, uint64_t offset)
{
	switch (offset) {
	case MAGIC_VALUE: return m->mmio_magic;
	case VERSION: return m->mmio_version;
	case DEVICE_ID: return m->type->device_id;
	case VENDOR_ID: return 0x554d4551;
	case DEVICE_FEATURES: return read_features(m);
	case QUEUE_SIZE_MAX: return read_size_max(m);
	case QUEUE_PFN:
	case QUEUE_READY: return read_queue(m, offset);
	case INTERRUPT_STATUS: return m->interrupt_owed = m->interrupt_status;
	case STATUS: return model_read_status(m);
	default: return model_read_generation(m);
	}
}

static uint64_t mmio_read(void *context, uint64_t offset, unsigned width)
{
	struct model *m = context;

	if (!model_access(m))
		return UINT64_MAX;
	if (offset >= CONFIG)
		return model_read_config(m, offset - CONFIG, width);
	return check_access(m, offset, width, false) ? read_register(m, offset) : 0;
}

/* The queue whose register is written, unless it is in use. */
static struct model_queue *configured(struct model *m, uint64_t offset)
{
	struct model_queue *q = model_selected(m);

	model_touch(m, "queue");
	if (q && q->enabled) {
		model_break(m, RULE_MMIO_FROZEN, "0x%03lx of queue %u", (unsigned long)offset,
			q->index);
		return NULL;
	}
	return q;
}

static void write_size(struct model *m, uint32_t size)
{
	struct model_queue *q = configured(m, QUEUE_SIZE);

	if (!q)
		return;
	if (size > q->size_max)
		model_break(m, RULE_MMIO_SIZE, "%u of %u", size, q->size_max);
	q->size = size;
	q->size_written = true;
}

static void write_pfn(struct model *m, uint32_t pfn)
{
	struct model_queue *q = configured(m, QUEUE_PFN);

	if (!q)
		return;
	if (!q->size_written || !q->align || !pfn)
		model_break(m, RULE_LEGACY_QUEUE, "page 0x%x, size %u, align %u", pfn, q->size,
			q->align);
	if (!is_power_of_two(m->page_size)) {
		model_break(m, RULE_LEGACY_PAGE, "%u", m->page_size);
		return;
	}
	model_place_legacy(q, (uint64_t)pfn * m->page_size, q->align ? q->align : 4096);
	model_enable_queue(m, q);
	q->pfn = q->enabled ? pfn : 0;
}

static void write_ready(struct model *m, uint32_t ready)
{
	struct model_queue *q = model_selected(m);

	model_touch(m, "QueueReady");
	if (!q || !ready)
		return;
	if (!q->size_written || q->addresses_written != 0x3f)
		model_break(m, RULE_MMIO_QUEUE_ORDER, "queue %u: size %s, addresses 0x%02x",
			q->index, q->size_written ? "written" : "not written",
			q->addresses_written);
	model_enable_queue(m, q);
}

static void write_notify(struct model *m, uint64_t value)
{
	if ((uint16_t)value >= m->type->queue_count || !m->queues[(uint16_t)value].enabled)
		model_break(m, RULE_MMIO_NOTIFY, "0x%lx", (unsigned long)value);
	model_notified(m, value);
}

static void select_features(struct model *m, unsigned which, uint32_t value)
{
	model_touch(m, "feature selection");
	m->features_select[which] = value;
	m->features_selected[which] = true;
}

static void write_features(struct model *m, uint64_t value)
{
	if (!m->features_selected[1])
		model_break(m, RULE_MMIO_SELECT, "DriverFeatures");
	model_write_features(m, m->features_select[1], value);
}

static void write_align(struct model *m, uint32_t align)
{
	struct model_queue *q = configured(m, QUEUE_ALIGN);

	if (q)
		q->align = is_power_of_two(align) ? align : 0;
}

static void write_ack(struct model *m, uint64_t value)
{
	if (value & ~3ull)
		model_break(m, RULE_MMIO_ACK, "0x%lx", (unsigned long)value);
	m->interrupt_status &= (uint8_t)~value;
	m->interrupt_owed &= (uint8_t)~value;
}

static void write_register(struct model *m, uint64_t offset, uint64_t value)
{
	switch (offset) {
	case DEVICE_FEATURES_SEL: select_features(m, 0, (uint32_t)value); break;
	case DRIVER_FEATURES_SEL: select_features(m, 1, (uint32_t)value); break;
	case DRIVER_FEATURES: write_features(m, value); break;
	case GUEST_PAGE_SIZE:
		model_touch(m, "GuestPageSize");
		m->page_size = (uint32_t)value;
		break;
	case QUEUE_SEL:
		model_touch(m, "QueueSel");
		m->queue_select = (uint16_t)value;
		break;
	case QUEUE_SIZE: write_size(m, (uint32_t)value); break;
	case QUEUE_ALIGN: write_align(m, (uint32_t)value); break;
	case QUEUE_PFN: write_pfn(m, (uint32_t)value); break;
	case QUEUE_READY: write_ready(m, (uint32_t)value); break;
	case QUEUE_NOTIFY: write_notify(m, value); break;
	case INTERRUPT_ACK: write_ack(m, value); break;
	case STATUS: model_write_status(m, value); break;
	default:
		if (configured(m, offset))
			model_write_address(m, (unsigned)(offset - QUEUE_DESC) / 16,
				(unsigned)(offset & 4) / 4, value);
	}
}

static void mmio_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
	struct model *m = context;

	if (!model_access(m))
		return;
	if (offset >= CONFIG)
		model_write_config(m, offset - CONFIG, width, value);
	else if (check_access(m, offset, width, true))
		write_register(m, offset, value);
}

void model_open_mmio(struct model *m, struct machine *machine)
{
	struct virtio_mmio_location location = {
		.base = MODEL_MMIO_BASE + machine->virtio_mmio_count * WINDOW_SIZE,
		.size = WINDOW_SIZE,
		.source = "model",
	};

	m->mmio_magic = MAGIC;
	m->mmio_version = m->legacy ? 1 : 2;
	machine->virtio_mmio[machine->virtio_mmio_count++] = location;
	host_add_window(&(struct host_window){
		.space = IO_MMIO,
		.base = location.base,
		.size = location.size,
		.read = mmio_read,
		.write = mmio_write,
		.context = m,
	});
}
