/* SPDX-License-Identifier: BSD-2-Clause */
/* In: accesses of a GICv3 and its ITS. Out: registers that keep what they can, commands that are
 * carried out. */
#include "fake_gic_v3.h"

#include <stdlib.h>
#include <string.h>

#include "platform/irq_cpu.h"

#define DISTRIBUTOR    0x8000000u
#define REDISTRIBUTORS 0x80a0000u
#define AFFINITY       0x0100000203ull /* Aff3 1, Aff2 0, Aff1 2, Aff0 3 */

struct fake_gic_v3 fake_v3;
static struct fake_gic_v3 *const g = &fake_v3;

static uint64_t words_read(void *context, uint64_t offset, unsigned width)
{
	const uint32_t *words = context;

	if (width == 8)
		return words[offset / 4] | (uint64_t)words[offset / 4 + 1] << 32;
	return words[offset / 4];
}

/* Memory as the GIC sees it, at the address in a register. */
static const uint8_t *seen_at(uint64_t address)
{
	return (g->seen ? g->seen : g->memory) + (address & 0xffffffff000) - FAKE_GIC_V3_MEMORY;
}

/* IHI 0069 §5.1: which LPIs are on, and which are pending, is read when they are enabled. */
static void enable_lpis(const uint32_t *mine)
{
	const uint8_t *properties = seen_at(mine[GICR_PROPBASER / 4]);
	const uint8_t *pending = seen_at(mine[GICR_PENDBASER / 4]);

	for (unsigned i = 0; i < 8192; i++)
		assert_false(properties[i] & 1);
	for (unsigned i = GIC_LPI_BASE / 8; i < 16384 / 8; i++)
		assert_int_equal(pending[i], 0);
}

/* §5.2: the ITS's tables are empty when it is enabled. */
static void enable_its(void)
{
	for (unsigned i = 0; i < GITS_BASERS; i++) {
		uint64_t baser = g->its[GITS_BASER / 8 + i];

		for (unsigned at = 0; baser & GITS_BASER_VALID && at < 4096; at++)
			assert_int_equal(seen_at(baser)[at], 0);
	}
}

static void words_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
	uint32_t *words = context;

	if (words == g->redistributor && offset == 2 * GICR_FRAMES + GICR_CTLR && g->lpis_stay)
		return;
	if (words == g->redistributor && offset == 2 * GICR_FRAMES + GICR_CTLR && value)
		enable_lpis(words + 2 * GICR_FRAMES / 4);
	words[offset / 4] = (uint32_t)value;
	if (width == 8)
		words[offset / 4 + 1] = (uint32_t)(value >> 32);
}

static uint64_t its_read(void *context, uint64_t offset, unsigned width)
{
	(void)context;
	if (offset == GITS_CTLR && width == 4)
		return g->its[0] & GITS_CTLR_ENABLED || g->busy ? g->its[0] : GITS_CTLR_QUIESCENT;
	return g->its[offset / 8];
}

/* Carries out what stands up to the new end of the queue. */
static void run_commands(uint64_t end)
{
	const uint8_t *queue = seen_at(g->its[GITS_CBASER / 8]);

	while (g->its[GITS_CREADR / 8] != end && !g->stuck) {
		memcpy(g->commands[g->command_count++ % 64], queue + g->its[GITS_CREADR / 8], 32);
		g->its[GITS_CREADR / 8] = (g->its[GITS_CREADR / 8] + 32) % 4096;
	}
}

static void its_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
	uint64_t asked = value;

	(void)context;
	(void)width;
	if (offset >= GITS_BASER && offset < GITS_BASER + 64) {
		/* Type and entry size are fixed. */
		value = (value & ~(7ull << 56 | 0x1full << 48 | 3u << 8)) |
			(g->its[offset / 8] & (7ull << 56 | 0x1full << 48));
		if (g->not_shared)
			value &= ~GIC_SHAREABLE_MASK;
		if (g->any_page)
			value |= asked & 3u << 8;
		if (g->flat)
			value &= ~GITS_BASER_INDIRECT;
	}
	if (offset == GITS_CTLR && value & GITS_CTLR_ENABLED)
		enable_its();
	g->its[offset / 8] = value;
	if (offset == GITS_CWRITER)
		run_commands(value);
}

static uint64_t cpu_read(void *context, uint32_t which)
{
	uint32_t number = g->pending;

	(void)context;
	if (which == IRQ_CPU_MPIDR)
		return 0x80000000ull | AFFINITY;
	if (which != IRQ_CPU_ICC_IAR1)
		return g->icc[which];
	g->pending = 1023;
	return number;
}

static void cpu_write(void *context, uint32_t which, uint64_t value)
{
	(void)context;
	if (which != IRQ_CPU_ICC_SRE || !g->no_registers)
		g->icc[which] = value;
}

static void describe_redistributors(void)
{
	uint32_t *first = g->redistributor, *mine = g->redistributor + 2 * GICR_FRAMES / 4;

	first[GICR_TYPER / 4] = GICR_TYPER_VLPIS | GICR_TYPER_PLPIS;
	first[(GICR_FRAMES + GICR_TYPER) / 4] =
		GICR_TYPER_LAST; /* no register of a frame for VLPIs */
	mine[GICR_TYPER / 4] = GICR_TYPER_LAST | GICR_TYPER_PLPIS | 7u << 8; /* number 7 */
	mine[GICR_TYPER / 4 + 1] = 0x01000203;
	mine[GICR_WAKER / 4] = GICR_WAKER_SLEEP;
}

/* A turn of a wait is a millisecond. */
static void pass_time(void *context)
{
	(void)context;
	host_advance_us(1000);
}

int fake_gic_v3_setup(void **state)
{
	if (host_reset(state))
		return -1;
	host_on_relax(pass_time, NULL);
	memset(g, 0, sizeof(*g));
	g->pending = 1023;
	g->memory = aligned_alloc(4096, FAKE_GIC_V3_MEMORY_SIZE);
	assert_int_equal(dma_pool_add(&g->pool, paddr_of(FAKE_GIC_V3_MEMORY), g->memory,
				 FAKE_GIC_V3_MEMORY_SIZE),
		OK);
	g->distributor[GICD_TYPER / 4] = 3; /* 128 lines */
	g->its[GITS_TYPER / 8] = 11u << 4 | 15u << 8 | 15u << 13; /* 12 bytes; 16 bits of each */
	g->its[GITS_BASER / 8] = 1ull << 56 | 7ull << 48;
	g->its[GITS_BASER / 8 + 1] = 4ull << 56 | 7ull << 48;
	describe_redistributors();
	g->tables = (struct irq_tables){.gic = {.distributor = DISTRIBUTOR}};
	assert_int_equal(irq_add_redistributors(&g->tables, REDISTRIBUTORS, 0x100000, "test"), OK);
	assert_int_equal(
		irq_add_its(&g->tables, &(struct irq_its){FAKE_GIC_V3_ITS, 5}, "test"), OK);
	host_set_irq_cpu(
		&(struct host_irq_cpu){.kind = IRQ_CPU_GIC, .read = cpu_read, .write = cpu_write});
	host_add_window(&(struct host_window){
		IO_MMIO, DISTRIBUTOR, 0x10000, words_read, words_write, g->distributor});
	host_add_window(&(struct host_window){IO_MMIO, REDISTRIBUTORS, sizeof(g->redistributor),
		words_read, words_write, g->redistributor});
	host_add_window(&(struct host_window){
		IO_MMIO, FAKE_GIC_V3_ITS, GITS_SIZE, its_read, its_write, NULL});
	return 0;
}

void fake_gic_v3_watch_barriers(void)
{
	g->seen = malloc(FAKE_GIC_V3_MEMORY_SIZE);
	memset(g->seen, 0xff, FAKE_GIC_V3_MEMORY_SIZE);
}

void fake_gic_v3_barrier(void)
{
	if (g->seen)
		memcpy(g->seen, g->memory, FAKE_GIC_V3_MEMORY_SIZE);
}

int fake_gic_v3_teardown(void **state)
{
	(void)state;
	irq_close();
	free(g->seen);
	g->seen = NULL;
	free(g->memory);
	g->memory = NULL;
	return 0;
}
