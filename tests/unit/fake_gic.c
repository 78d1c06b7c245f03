/* SPDX-License-Identifier: BSD-2-Clause */
/* In: accesses of a distributor and a processor interface. Out: interrupts that are dispatched. */
#include "fake_gic.h"

#include <string.h>

#include "platform/gic_regs.h"

#define DISTRIBUTOR 0x8000000u
#define INTERFACE   0x8010000u
#define NONE        1023u

static bool is_ready(const struct fake_gic *g, unsigned line)
{
	bool wire = g->wire[line] && *g->wire[line];

	return g->enabled[line] && !g->active[line] && (g->level[line] || g->pending[line] || wire);
}

static unsigned next_line(const struct fake_gic *g)
{
	for (unsigned i = 0; i < FAKE_GIC_LINES; i++)
		if (g->distributor_on && g->interface_on && is_ready(g, i))
			return i;
	return NONE;
}

/* One register of an array of bits, in which writing 1 sets a flag to `to`. */
static void write_bits(bool *flags, uint64_t at, uint64_t value, bool to)
{
	for (unsigned i = 0; i < 32; i++)
		if (value >> i & 1 && at * 8 + i < FAKE_GIC_LINES)
			flags[at * 8 + i] = to;
}

static uint64_t distributor_read(void *context, uint64_t offset, unsigned width)
{
	struct fake_gic *g = context;
	uint64_t value = 0;

	(void)width;
	if (offset == GICD_TYPER)
		return FAKE_GIC_LINES / 32 - 1;
	if (offset == GICD_ITARGETSR)
		return 1;
	for (unsigned i = 0; i < 16 && offset >= GICD_ICFGR; i++)
		value |= (uint64_t)g->edge[(offset - GICD_ICFGR) * 4 + i] << (2 * i + 1);
	return value;
}

static void distributor_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
	struct fake_gic *g = context;

	(void)width;
	if (offset == GICD_CTLR)
		g->distributor_on = value & 1;
	else if (offset >= GICD_ICFGR)
		for (unsigned i = 0; i < 16; i++)
			g->edge[(offset - GICD_ICFGR) * 4 + i] = value >> (2 * i + 1) & 1;
	else if (offset >= GICD_ICACTIVER && offset < GICD_IPRIORITYR)
		write_bits(g->active, offset - GICD_ICACTIVER, value, false);
	else if (offset >= GICD_ICPENDR && offset < GICD_ICACTIVER)
		write_bits(g->pending, offset - GICD_ICPENDR, value, false);
	else if (offset >= GICD_ICENABLER && offset < GICD_ICPENDR)
		write_bits(g->enabled, offset - GICD_ICENABLER, value, false);
	else if (offset >= GICD_ISENABLER && offset < GICD_ICENABLER)
		write_bits(g->enabled, offset - GICD_ISENABLER, value, true);
}

static uint64_t interface_read(void *context, uint64_t offset, unsigned width)
{
	struct fake_gic *g = context;
	unsigned line = next_line(g);

	(void)width;
	if (offset != GICC_IAR || line == NONE)
		return NONE;
	g->active[line] = true;
	g->pending[line] = false;
	g->taken[line]++;
	return line;
}

static void interface_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
	struct fake_gic *g = context;

	(void)width;
	if (offset == GICC_CTLR)
		g->interface_on = value & 1;
	if (offset != GICC_EOIR)
		return;
	assert_true(value < FAKE_GIC_LINES && g->active[value]);
	g->active[value] = false;
	g->ended++;
}

static void let_in(void *context)
{
	struct fake_gic *g = context;

	if (g->on_let_in)
		g->on_let_in(g->context);
	for (; g->false_alarms; g->false_alarms--)
		assert_true(irq_dispatch(0));
	while (next_line(g) != NONE)
		assert_true(irq_dispatch(0));
}

void fake_gic_init(struct fake_gic *g)
{
	memset(g, 0, sizeof(*g));
	g->tables.gic.distributor = DISTRIBUTOR;
	g->tables.gic.cpu_interface = INTERFACE;
	memset(g->enabled, true, sizeof(g->enabled));
	host_add_window(&(struct host_window){
		IO_MMIO, DISTRIBUTOR, 0x1000, distributor_read, distributor_write, g});
	host_add_window(&(struct host_window){
		IO_MMIO, INTERFACE, 0x1000, interface_read, interface_write, g});
	host_set_irq_cpu(
		&(struct host_irq_cpu){.kind = IRQ_CPU_GIC, .let_in = let_in, .context = g});
}

unsigned fake_gic_enabled(const struct fake_gic *g)
{
	unsigned count = 0;

	for (unsigned i = 0; i < FAKE_GIC_LINES; i++)
		count += g->enabled[i];
	return count;
}
