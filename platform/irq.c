/* SPDX-License-Identifier: BSD-2-Clause */
/* In: interrupts that the processor takes. Out: calls of the handlers that are connected to them.
 */
#include "platform/irq.h"

#include "mem/clock.h"
#include "mem/log.h"
#include "platform/irq_chip.h"
#include "platform/irq_cpu.h"

static const char subject[] = "irq";

/* What an exception vector needs, which is entered without an argument. */
static struct irq_chip chip;

enum status irq_wait_bits(const struct region *region, uint64_t offset, uint32_t bits,
	uint32_t wanted, const char *name)
{
	uint64_t start = clock_us();
	uint32_t value;

	for (;;) {
		bool late = clock_us() - start > IRQ_TIMEOUT_US;

		value = (uint32_t)region_read(region, offset, 4, name);
		if ((value & bits) == wanted)
			return OK;
		if (late)
			break;
		cpu_relax();
	}
	log_error(subject, "%s: reads 0x%x after %u ms: bits 0x%x are not 0x%x", name, value,
		IRQ_TIMEOUT_US / 1000, bits, wanted);
	return ERR_TIMEOUT;
}

enum status irq_open(const struct irq_tables *tables, struct dma_pool *pool)
{
	static const struct irq_controller *const gics[] = {&gic_v3, &gic_v2};
	static const struct irq_controller *const apics[] = {&apic_controller, NULL};
	const struct irq_controller *const *kinds = irq_cpu_kind() == IRQ_CPU_GIC ? gics : apics;
	enum status status = ERR_NOT_FOUND;

	chip = (struct irq_chip){.tables = tables, .pool = pool};
	for (unsigned i = 0; i < 2 && kinds[i] && status == ERR_NOT_FOUND; i++) {
		status = kinds[i]->open(&chip);
		if (status == OK)
			chip.controller = kinds[i];
	}
	if (status == ERR_NOT_FOUND)
		log_error(subject, "no table describes an interrupt controller that is driven");
	if (status != OK)
		return status;
	irq_cpu_route();
	log_info(subject, "%s: open, everything is masked", chip.controller->name);
	return OK;
}

void irq_close(void)
{
	if (!chip.controller)
		return;
	while (chip.connected)
		irq_disconnect(chip.connected);
	chip.controller->close(&chip);
	log_info(subject, "%s: masked; %lu interrupts were taken, %lu spurious, %lu unclaimed",
		chip.controller->name, chip.counts.taken, chip.counts.spurious,
		chip.counts.unclaimed);
	chip.controller = NULL;
}

bool irq_is_open(void)
{
	return chip.controller;
}

static void add(struct irq *irq, uint32_t number)
{
	irq->number = number;
	irq->next = chip.connected;
	chip.connected = irq;
}

enum status irq_connect(struct irq *irq, const struct irq_line *line)
{
	enum status status = chip.controller ? chip.controller->unmask(&chip, line) : ERR_NOT_FOUND;

	if (status != OK)
		return status;
	add(irq, line->number);
	log_info(subject, "%s: interrupt %u, %s", irq->name, line->number,
		line->edge  ? "edge"
		: line->low ? "level, active low"
			    : "level");
	return OK;
}

enum status irq_connect_message(
	struct irq *irq, const struct irq_sender *sender, struct irq_message *message)
{
	struct irq_line line = {.edge = true};
	enum status status;

	if (!chip.controller)
		return ERR_NOT_FOUND;
	status = chip.controller->message(&chip, sender, &line, message);
	if (status != OK)
		return status;
	add(irq, line.number);
	log_info(subject, "%s: interrupt %u by message 0x%x to 0x%lx", irq->name, line.number,
		message->data, message->address);
	return OK;
}

void irq_disconnect(struct irq *irq)
{
	struct irq **at = &chip.connected;
	bool shared = false;

	while (*at && *at != irq)
		at = &(*at)->next;
	if (!*at)
		return;
	*at = irq->next;
	irq->next = NULL;
	for (struct irq *i = chip.connected; i; i = i->next)
		shared |= i->number == irq->number;
	if (!shared)
		chip.controller->mask(&chip, irq->number);
}

/* A line may be shared: each handler looks at its own device. */
static void deliver(uint32_t number)
{
	bool claimed = false;

	for (struct irq *irq = chip.connected; irq; irq = irq->next)
		if (irq->number == number)
			claimed |= irq->handler(irq->context);
	chip.counts.unclaimed += !claimed;
}

bool irq_dispatch(uint32_t vector)
{
	uint32_t number;

	if (!chip.controller)
		return false;
	chip.counts.taken++;
	if (!chip.controller->acknowledge(&chip, vector, &number)) {
		chip.counts.spurious++;
		return true;
	}
	deliver(number);
	if (++chip.at_once > IRQ_MOST_AT_ONCE) {
		chip.controller->mask(&chip, number);
		chip.stormed = true;
		chip.storm = number;
	}
	chip.controller->end(&chip, number);
	return true;
}

void irq_let_in(void)
{
	chip.at_once = 0;
	irq_cpu_let_in();
	if (!chip.stormed)
		return;
	chip.stormed = false;
	log_error(subject,
		"interrupt %u: came %u times in a row, and is not acknowledged by anybody: masked",
		chip.storm, IRQ_MOST_AT_ONCE);
}

struct irq_counts irq_counts(void)
{
	return chip.counts;
}
