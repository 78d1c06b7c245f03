/* SPDX-License-Identifier: BSD-2-Clause */
/* In: status, features and configuration as the driver uses them. Out: a device's life. */
#include <string.h>

#include "model_ring.h"

#define BIT(n) (1ull << (n))

/* §6: bits of the transport that a driver may accept. Bits 24 and 27 are the legacy interface's. */
#define KNOWN_MODERN \
	(BIT(28) | BIT(29) | BIT(32) | BIT(33) | BIT(34) | BIT(35) | BIT(36) | BIT(38) | BIT(40))
#define KNOWN_PCI    (BIT(39) | BIT(41))
#define KNOWN_LEGACY (BIT(24) | BIT(27) | BIT(28) | BIT(29))

#define F_ANY_LAYOUT      27
#define F_UNUSED          30
#define F_VERSION_1       32
#define F_ACCESS_PLATFORM 33
#define F_ORDER_PLATFORM  36

/* §5.7.3: CONTEXT_INIT requires VIRGL, BLOB_ALIGNMENT requires RESOURCE_BLOB. */
static const struct {
	uint32_t device_id;
	unsigned bit;
	unsigned requires;
} dependencies[] = {{16, 4, 0}, {16, 5, 3}};

bool model_access(struct model *m)
{
	host_advance_us(MODEL_ACCESS_US);
	m->accesses++;
	if (m->lies.vanish_at && m->accesses >= m->lies.vanish_at)
		m->gone = true;
	model_audit(m);
	if (!m->gone)
		model_run(m);
	return !m->gone;
}

/*
 * What was read of the configuration must have been confirmed before anything else is done, when it
 * was more than a field (§2.5.1).
 */
static void settle(struct model *m, const char *what)
{
	bool several = m->config_fields & (m->config_fields - 1);

	for (unsigned i = 0; m->legacy && i < ARRAY_SIZE(m->config_agree); i++) {
		if (several && m->config_agree[i] == 1)
			model_break(m, RULE_CONFIG_TWICE, "field 0x%x, then %s", 4 * i, what);
		m->config_agree[i] = 0;
	}
	if (several && (m->config_pending || m->config_stale))
		model_break(m, RULE_CONFIG_SETTLED, "%s, then %s",
			m->config_stale ? "the generation changed" : "no generation was read",
			what);
	m->config_fields = 0;
	m->config_pending = m->config_stale = m->generation_read = false;
}

void model_touch(struct model *m, const char *what)
{
	settle(m, what);
	if (m->resetting)
		model_break(m, RULE_RESET_AWAITED, "%s", what);
	if (m->features_ok_unread)
		model_break(m, RULE_FEATURES_OK_READ, "%s", what);
}

static void finish_reset(struct model *m)
{
	m->status = 0;
	m->resetting = false;
	m->deaf = false;
	m->was_reset = true;
	m->accepted = 0;
	m->interrupt_status = 0;
	m->interrupt_owed = 0;
	m->page_size = 0;
	m->features_ok_unread = false;
	memset(m->features_read, 0, sizeof(m->features_read));
	memset(m->features_written, 0, sizeof(m->features_written));
	memset(m->features_selected, 0, sizeof(m->features_selected));
	for (unsigned i = 0; i < MODEL_QUEUES; i++) {
		uint32_t size_max = m->queues[i].size_max;

		memset(&m->queues[i], 0, sizeof(m->queues[i]));
		m->queues[i].index = (uint16_t)i;
		m->queues[i].size_max = size_max;
		m->queues[i].size = m->legacy || !m->pci ? 0 : size_max;
		m->queues[i].enabled = m->lies.ready_before;
		m->queues[i].pfn = m->lies.ready_before;
	}
	if (m->type->reset)
		m->type->reset(m);
}

static void begin_reset(struct model *m)
{
	if (m->was_reset && m->status & MODEL_ACKNOWLEDGE &&
		!(m->status & (MODEL_DRIVER_OK | MODEL_FAILED)))
		model_break(m, RULE_GAVE_UP, "reset at status 0x%02x", m->status);
	for (unsigned i = 0; i < m->type->queue_count; i++)
		if (m->queues[i].unseen_count && m->answers_awaited)
			model_break(m, RULE_USED_BARRIER, "an answer was never read behind one");
	m->resetting = true;
	m->polls_left = m->reset_polls;
	m->config_pending = m->config_stale = false;
}

uint8_t model_read_status(struct model *m)
{
	m->features_ok_unread = false;
	if (!m->resetting)
		return m->status;
	if (m->lies.reset_never_ends || m->polls_left) {
		m->polls_left -= m->polls_left != 0;
		return m->status ? m->status : MODEL_ACKNOWLEDGE;
	}
	finish_reset(m);
	return 0;
}

/* §2.2.1, §6: what the driver accepted, when it says that it has. */
static void check_features(struct model *m)
{
	uint64_t known = m->type->features, a = m->accepted;

	if (m->legacy)
		known |= KNOWN_LEGACY;
	else
		known |= KNOWN_MODERN | (m->pci ? KNOWN_PCI : 0);
	if (a & ~m->offered)
		model_break(m, RULE_FEATURES_OFFERED, "0x%lx", a & ~m->offered);
	if (a & ~known & ~BIT(F_UNUSED))
		model_break(m, RULE_FEATURES_KNOWN, "0x%lx", a & ~known);
	if (a & BIT(F_UNUSED))
		model_break(m, RULE_UNUSED_BIT, "0x%lx", a);
	if (a & ~m->understood)
		model_break(m, RULE_UNDERSTOOD, "0x%lx", a & ~m->understood);
	for (unsigned i = 0; i < ARRAY_SIZE(dependencies); i++)
		if (dependencies[i].device_id == m->type->device_id &&
			a & BIT(dependencies[i].bit) && !(a & BIT(dependencies[i].requires)))
			model_break(m, RULE_FEATURES_DEPEND, "bit %u", dependencies[i].bit);
	if (m->legacy) {
		if (m->offered & ~a & BIT(F_ANY_LAYOUT))
			model_break(m, RULE_ANY_LAYOUT, "0x%lx of 0x%lx", a, m->offered);
		return;
	}
	if (m->offered & ~a & BIT(F_VERSION_1))
		model_break(m, RULE_VERSION_1, "0x%lx of 0x%lx", a, m->offered);
	if (m->offered & ~a & BIT(F_ACCESS_PLATFORM))
		model_break(m, RULE_ACCESS_PLATFORM, "0x%lx of 0x%lx", a, m->offered);
	if (m->offered & ~a & BIT(F_ORDER_PLATFORM))
		model_break(m, RULE_ORDER_PLATFORM, "0x%lx of 0x%lx", a, m->offered);
}

static bool any_queue(const struct model *m)
{
	for (unsigned i = 0; i < m->type->queue_count; i++)
		if (m->queues[i].enabled)
			return true;
	return false;
}

/* §3.1.1: each bit when its turn has come. */
static void check_steps(struct model *m, uint8_t added)
{
	uint8_t before = m->status;

	if (!m->was_reset)
		model_break(m, RULE_SEQUENCE, "status written without a reset");
	if (added & MODEL_DRIVER && !(before & MODEL_ACKNOWLEDGE))
		model_break(m, RULE_SEQUENCE, "DRIVER without ACKNOWLEDGE before");
	if (added & MODEL_FEATURES_OK) {
		if (m->legacy)
			model_break(m, RULE_LEGACY_STEPS, "FEATURES_OK was written");
		if (!(before & MODEL_DRIVER) || !m->features_written[0])
			model_break(m, RULE_SEQUENCE, "FEATURES_OK at status 0x%02x, features %s",
				before, m->features_written[0] ? "written" : "not written");
		check_features(m);
		m->features_ok_unread = true;
	}
	if (added & MODEL_DRIVER_OK) {
		uint8_t needed = m->legacy ? MODEL_DRIVER : MODEL_DRIVER | MODEL_FEATURES_OK;

		if ((before & needed) != needed || !any_queue(m) || !m->features_written[0])
			model_break(m, RULE_SEQUENCE, "DRIVER_OK at status 0x%02x, %s", before,
				any_queue(m) ? "a queue is set up" : "no queue is set up");
		if (m->legacy)
			check_features(m);
	}
	if (added & MODEL_SUSPEND)
		model_break(m, RULE_SUSPEND, "status 0x%02x", before | added);
}

void model_write_status(struct model *m, uint64_t value)
{
	uint8_t status = (uint8_t)value, added = (uint8_t)(status & ~m->status);

	if (!status) {
		begin_reset(m);
		return;
	}
	if (m->resetting) {
		if (!(status & MODEL_FAILED))
			model_break(m, RULE_RESET_AWAITED, "status 0x%02x", status);
		return;
	}
	if (!(status & MODEL_FAILED))
		settle(m, "status");
	if (m->features_ok_unread && m->status & MODEL_FEATURES_OK)
		model_break(m, RULE_FEATURES_OK_READ, "status 0x%02x", status);
	if (m->status & ~status & ~MODEL_NEEDS_RESET)
		model_break(m, RULE_STATUS_KEPT, "0x%02x, was 0x%02x", status, m->status);
	/* The driver need not know of this one yet; unwritten it is lost, as QEMU's is. */
	m->status &= (uint8_t)(status | ~MODEL_NEEDS_RESET);
	if (m->status & MODEL_FAILED && added)
		model_break(m, RULE_FAILED_RESET, "0x%02x, was 0x%02x", status, m->status);
	check_steps(m, added);
	if (m->required & ~m->accepted)
		status &= (uint8_t)~MODEL_FEATURES_OK;
	m->status |= status & ~m->lies.status_dropped;
	if (!(added & MODEL_DRIVER_OK))
		return;
	m->status |= m->lies.status_added;
	for (unsigned i = 0; i < m->type->queue_count; i++)
		if (m->queues[i].enabled)
			model_wish(m, &m->queues[i], !m->polls && !m->late_wish);
}

uint32_t model_read_features(struct model *m, uint32_t select)
{
	model_touch(m, "device features");
	if (select > 1)
		return 0;
	m->features_read[select] = true;
	return (uint32_t)(m->offered >> 32 * select);
}

void model_write_features(struct model *m, uint32_t select, uint64_t value)
{
	model_touch(m, "driver features");
	if (!(m->status & MODEL_DRIVER) || !m->features_read[0])
		model_break(m, RULE_SEQUENCE, "features written at status 0x%02x, %s", m->status,
			m->features_read[0] ? "read" : "not read");
	if (m->status & (m->legacy ? MODEL_DRIVER_OK : MODEL_FEATURES_OK))
		model_break(m, RULE_FEATURES_FROZEN, "status 0x%02x", m->status);
	if (select > 1 || (m->status & MODEL_FEATURES_OK))
		return;
	m->features_written[select] = true;
	m->accepted &= ~(0xffffffffull << 32 * select);
	m->accepted |= (value & 0xffffffff) << 32 * select;
}

/* The device changes num_scanouts as often as the test wants: behind the driver's reading. */
static void change_config(struct model *m, unsigned field)
{
	if (field != 2 || (!m->config_changes && !m->lies.config_never_settles))
		return;
	m->config_changes -= m->config_changes != 0;
	m->config[8] ^= 3;
	m->generation++;
}

uint64_t model_read_config(struct model *m, uint64_t offset, unsigned width)
{
	uint64_t value = 0;
	unsigned field = (unsigned)offset / 4;

	if (m->resetting)
		model_break(m, RULE_RESET_AWAITED, "configuration");
	if (width != 4 || offset % 4)
		model_break(m, RULE_CONFIG_WIDTH, "%u bytes at 0x%lx", width, offset);
	if (!range_inside(offset, width, m->type->config_size) ||
		(m->type->device_id == 16 && offset >= 16 && !(m->offered & BIT(5)))) {
		model_break(m, RULE_CONFIG_FIELD, "%u bytes at 0x%lx", width, offset);
		return UINT64_MAX;
	}
	memcpy(&value, m->config + offset, width);
	m->config_fields |= 1u << field;
	if (m->legacy) {
		bool same = m->config_agree[field] && m->config_last[field] == (uint32_t)value;

		m->config_agree[field] = same ? m->config_agree[field] + 1 : 1;
		m->config_last[field] = (uint32_t)value;
	} else {
		m->config_pending = true;
		m->config_stale = false;
	}
	change_config(m, field);
	return value;
}

void model_write_config(struct model *m, uint64_t offset, unsigned width, uint64_t value)
{
	/* §5.7.4.1: a running GPU's events_clear is there to be written. */
	if (m->type->device_id == 16 && m->status & MODEL_DRIVER_OK && offset == 4 && width == 4) {
		if (!m->lies.events_stay)
			m->config[0] &= (uint8_t)~value;
		return;
	}
	model_break(m, RULE_CONFIG_WRITTEN, "%u bytes at 0x%lx: 0x%lx", width, offset,
		(unsigned long)value);
}

uint32_t model_read_generation(struct model *m)
{
	if (m->resetting)
		model_break(m, RULE_RESET_AWAITED, "generation");
	if (m->config_pending)
		m->config_stale = !m->generation_read || m->generation != m->generation_before;
	m->config_pending = false;
	m->generation_read = true;
	m->generation_before = m->generation;
	return m->generation;
}
