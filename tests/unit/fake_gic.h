/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A GICv2 for tests: a distributor that keeps what is enabled, lines that stand or come once, and a
 * processor interface. The processor takes what is pending and enabled when it lets interrupts in.
 */
#ifndef TESTS_UNIT_FAKE_GIC_H
#define TESTS_UNIT_FAKE_GIC_H

#include "host.h"
#include "platform/irq.h"

#define FAKE_GIC_LINES 64u

struct fake_gic {
	struct irq_tables tables; /* that describe it */
	bool enabled[FAKE_GIC_LINES];
	bool edge[FAKE_GIC_LINES];
	bool level[FAKE_GIC_LINES]; /* stands until it is taken away */
	const uint8_t *wire[FAKE_GIC_LINES]; /* as long as this is not 0; may be NULL; borrowed */
	bool pending[FAKE_GIC_LINES]; /* came once */
	bool active[FAKE_GIC_LINES];
	unsigned false_alarms; /* exceptions still to take without an interrupt */
	unsigned taken[FAKE_GIC_LINES];
	unsigned ended;
	bool interface_on;
	bool distributor_on;
	/* Called before the processor looks: a device that acts. May be NULL. */
	void (*on_let_in)(void *context);
	void *context;
};

/* Resets everything, with the firmware's leftover that all lines are enabled. */
void fake_gic_init(struct fake_gic *gic);

/* How many lines are enabled. */
unsigned fake_gic_enabled(const struct fake_gic *gic);

#endif
