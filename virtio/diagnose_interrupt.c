/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the register accesses around a line's interrupts. Out: what was wrong with them. */
#include "virtio/diagnose_interrupt.h"

#include "mem/string.h"

static const struct io_access *access_at(const struct io_journal *j, uint32_t index)
{
	return &j->access[index % IO_JOURNAL_SIZE];
}

static bool is_pci_status(const struct io_access *a)
{
	return !a->write && (!strcmp(a->name, "ISR") || !strcmp(a->name, "isr_status"));
}

static bool acknowledges(const struct io_access *a)
{
	return is_pci_status(a) || (a->write && !strcmp(a->name, "InterruptACK"));
}

/* Bits that were read, and so cleared, by somebody else than the handler: after its last ones. */
static const struct io_access *find_other_reader(
	const struct virtio_interrupt *i, const struct io_journal *j)
{
	uint32_t kept = j->next > IO_JOURNAL_SIZE ? j->next - IO_JOURNAL_SIZE : 0;

	for (uint32_t at = i->taken_at > kept ? i->taken_at : kept; at < j->next; at++) {
		const struct io_access *a = access_at(j, at);

		if (is_pci_status(a) && a->value && a->value != UINT8_MAX)
			return a;
	}
	return NULL;
}

void diagnose_line(
	const struct virtio_interrupt *i, const struct io_journal *j, struct diagnosis *d)
{
	const struct io_access *other = find_other_reader(i, j), *last;

	if (other)
		diagnosis_add(d, CERTAIN, MISTAKE_ISR_TWICE,
			"it was read as 0x%lx, and the handler, which was called %lu times for "
			"nothing, did not get that",
			other->value, i->spurious);
	if (!i->taken_at || j->next - i->taken_at >= IO_JOURNAL_SIZE)
		return;
	last = access_at(j, i->taken_at - 1);
	if (!acknowledges(last))
		diagnosis_add(d, CERTAIN, MISTAKE_NO_INTERRUPT_ACK,
			"interrupt %u came %lu times, and the access behind it was %s %s 0x%lx",
			i->queue_irq.number, i->queue + i->config, last->name,
			last->write ? "<-" : "->", last->value);
}
