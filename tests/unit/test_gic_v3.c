/* SPDX-License-Identifier: BSD-2-Clause */
/* In: platform/gic_v3.c and gic_its.c over fake registers. Out: what they are told, word by word.
 */
#include "host.h"

#include <stdlib.h>
#include <string.h>

#include "platform/gic_regs.h"
#include "platform/irq.h"
#include "platform/irq_cpu.h"

#define DISTRIBUTOR    0x8000000u
#define ITS            0x8080000u
#define REDISTRIBUTORS 0x80a0000u
#define MINE           (REDISTRIBUTORS + 2u * GICR_FRAMES) /* behind one with virtual LPIs */
#define MEMORY         0x40000000u
#define MEMORY_SIZE    (4u << 20)
#define AFFINITY       0x0100000203ull /* Aff3 1, Aff2 0, Aff1 2, Aff0 3 */

static struct irq_tables tables;
static struct dma_pool pool;
static uint8_t *memory;
static uint32_t distributor[0x10000 / 4];
static uint32_t redistributor[2 * GICR_FRAMES / 4 * 2];
static uint64_t its[GITS_SIZE / 8];
static uint64_t icc[IRQ_CPU_ICC_EOIR1 + 1];
static uint64_t commands[64][4]; /* as the ITS read them */
static unsigned command_count;
static bool stuck, not_shared, flat, lpis_stay;
static uint32_t pending;
static unsigned calls;

static uint64_t words_read(void *context, uint64_t offset, unsigned width)
{
	const uint32_t *words = context;

	if (width == 8)
		return words[offset / 4] | (uint64_t)words[offset / 4 + 1] << 32;
	return words[offset / 4];
}

static void words_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
	uint32_t *words = context;

	if (words == redistributor && offset == 2 * GICR_FRAMES + GICR_CTLR && lpis_stay)
		return;
	words[offset / 4] = (uint32_t)value;
	if (width == 8)
		words[offset / 4 + 1] = (uint32_t)(value >> 32);
}

static uint64_t its_read(void *context, uint64_t offset, unsigned width)
{
	(void)context;
	if (offset == GITS_CTLR && width == 4)
		return its[0] & GITS_CTLR_ENABLED ? its[0] : GITS_CTLR_QUIESCENT;
	return its[offset / 8];
}

/* Carries out what stands up to the new end of the queue. */
static void run_commands(uint64_t end)
{
	const uint8_t *queue = memory + (its[GITS_CBASER / 8] & 0xffffffff000) - MEMORY;

	while (its[GITS_CREADR / 8] != end && !stuck) {
		memcpy(commands[command_count++ % 64], queue + its[GITS_CREADR / 8], 32);
		its[GITS_CREADR / 8] = (its[GITS_CREADR / 8] + 32) % 4096;
	}
}

static void its_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
	(void)context;
	(void)width;
	if (offset >= GITS_BASER && offset < GITS_BASER + 64) {
		/* Type and entry size are fixed; the page size is 4 KiB whatever is asked. */
		value = (value & ~(7ull << 56 | 0x1full << 48 | 3u << 8)) |
			(its[offset / 8] & (7ull << 56 | 0x1full << 48));
		if (not_shared)
			value &= ~GIC_SHAREABLE_MASK;
		if (flat)
			value &= ~GITS_BASER_INDIRECT;
	}
	its[offset / 8] = value;
	if (offset == GITS_CWRITER)
		run_commands(value);
}

static uint64_t cpu_read(void *context, uint32_t which)
{
	uint32_t number = pending;

	(void)context;
	if (which == IRQ_CPU_MPIDR)
		return 0x80000000ull | AFFINITY;
	if (which != IRQ_CPU_ICC_IAR1)
		return icc[which];
	pending = 1023;
	return number;
}

static void cpu_write(void *context, uint32_t which, uint64_t value)
{
	(void)context;
	icc[which] = value;
}

static bool handler(void *context)
{
	++*(unsigned *)context;
	return true;
}

static void describe_redistributors(void)
{
	uint32_t *first = redistributor, *mine = redistributor + 2 * GICR_FRAMES / 4;

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

static int setup(void **state)
{
	if (host_reset(state))
		return -1;
	host_on_relax(pass_time, NULL);
	memset(distributor, 0, sizeof(distributor));
	memset(redistributor, 0, sizeof(redistributor));
	memset(its, 0, sizeof(its));
	memset(icc, 0, sizeof(icc));
	memset(&pool, 0, sizeof(pool));
	command_count = calls = 0;
	stuck = not_shared = flat = lpis_stay = false;
	pending = 1023;
	memory = aligned_alloc(4096, MEMORY_SIZE);
	assert_int_equal(dma_pool_add(&pool, paddr_of(MEMORY), memory, MEMORY_SIZE), OK);
	distributor[GICD_TYPER / 4] = 3; /* 128 lines */
	its[GITS_TYPER / 8] = 11u << 4 | 15u << 8 | 15u << 13; /* 12 bytes; 16 bits of each */
	its[GITS_BASER / 8] = 1ull << 56 | 7ull << 48;
	its[GITS_BASER / 8 + 1] = 4ull << 56 | 7ull << 48;
	describe_redistributors();
	tables = (struct irq_tables){.gic = {.distributor = DISTRIBUTOR}};
	assert_int_equal(irq_add_redistributors(&tables, REDISTRIBUTORS, 0x100000, "test"), OK);
	assert_int_equal(irq_add_its(&tables, ITS, "test"), OK);
	host_set_irq_cpu(
		&(struct host_irq_cpu){.kind = IRQ_CPU_GIC, .read = cpu_read, .write = cpu_write});
	host_add_window(&(struct host_window){
		IO_MMIO, DISTRIBUTOR, 0x10000, words_read, words_write, distributor});
	host_add_window(&(struct host_window){IO_MMIO, REDISTRIBUTORS, sizeof(redistributor),
		words_read, words_write, redistributor});
	host_add_window(&(struct host_window){IO_MMIO, ITS, GITS_SIZE, its_read, its_write, NULL});
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	irq_close();
	free(memory);
	return 0;
}

static struct irq irqs[2];
static const struct irq_sender sender = {0, 0x10};

static enum status connect_message(unsigned i, struct irq_message *message)
{
	irqs[i] = (struct irq){.name = "device", .handler = handler, .context = &calls};
	return irq_connect_message(&irqs[i], &sender, message);
}

static void test_open(void **state)
{
	const uint32_t *mine = redistributor + 2 * GICR_FRAMES / 4;

	(void)state;
	assert_int_equal(irq_open(&tables, &pool), OK);
	assert_int_equal(distributor[GICD_CTLR / 4], 0x12);
	assert_int_equal(distributor[GICD_ICENABLER / 4 + 3], UINT32_MAX);
	assert_int_equal(mine[GICR_ICENABLER0 / 4], UINT32_MAX);
	assert_int_equal(mine[GICR_WAKER / 4], 0);
	assert_int_equal(icc[IRQ_CPU_ICC_SRE] & 1, 1);
	assert_int_equal(icc[IRQ_CPU_ICC_PMR], 0xff);
	assert_int_equal(icc[IRQ_CPU_ICC_IGRPEN1], 1);
	irq_close();
	assert_int_equal(icc[IRQ_CPU_ICC_IGRPEN1], 0);
}

static void test_line(void **state)
{
	struct irq_line line = {.number = 79, .edge = true};

	(void)state;
	irqs[0] = (struct irq){.name = "device", .handler = handler, .context = &calls};
	assert_int_equal(irq_open(&tables, &pool), OK);
	assert_int_equal(irq_connect(&irqs[0], &line), OK);
	assert_int_equal(distributor[GICD_IGROUPR / 4 + 2], 1u << 15);
	assert_int_equal(distributor[(GICD_IROUTER + 8 * 79) / 4], 0x203);
	assert_int_equal(distributor[(GICD_IROUTER + 8 * 79) / 4 + 1], 1);
	assert_int_equal(distributor[GICD_ICFGR / 4 + 4], 2u << 30);
	assert_int_equal(distributor[GICD_ISENABLER / 4 + 2], 1u << 15);
	pending = 79;
	assert_true(irq_dispatch(0));
	assert_int_equal(calls, 1);
	assert_int_equal(icc[IRQ_CPU_ICC_EOIR1], 79);
	assert_true(irq_dispatch(0));
	assert_int_equal(irq_counts().spurious, 1);
}

/* IHI 0069 §5.3: each command's words, for device 0x10 and its two events. */
static void test_messages(void **state)
{
	struct irq_message first, second;
	uint64_t target = 7 << 16;

	(void)state;
	assert_int_equal(irq_open(&tables, &pool), OK);
	assert_int_equal(connect_message(0, &first), OK);
	assert_int_equal(connect_message(1, &second), OK);
	assert_true(first.address == ITS + 0x10040 && first.data == 0);
	assert_true(second.address == first.address && second.data == 1);
	assert_int_equal(command_count, 9);
	assert_int_equal(commands[0][0], 0x09); /* MAPC */
	assert_true(commands[0][2] == (1ull << 63 | target));
	assert_int_equal(commands[1][0], 0x05); /* SYNC */
	assert_true(commands[1][2] == target);
	assert_true(commands[2][0] == (0x10ull << 32 | 0x08)); /* MAPD, five bits of events */
	assert_int_equal(commands[2][1], 4);
	assert_true(commands[2][2] >> 63 && !(commands[2][2] & 0xff));
	assert_true(commands[3][0] == (0x10ull << 32 | 0x0a)); /* MAPTI */
	assert_true(commands[3][1] == 8192ull << 32);
	assert_true(commands[4][0] == (0x10ull << 32 | 0x0c)); /* INV */
	assert_int_equal(commands[5][0], 0x05);
	assert_true(commands[6][1] == (8193ull << 32 | 1));
	pending = 8193;
	assert_true(irq_dispatch(0));
	assert_int_equal(calls, 1);
	assert_int_equal(icc[IRQ_CPU_ICC_EOIR1], 8193);
}

/* 65536 devices of 8 bytes in pages of 4 KiB, which is all that this ITS keeps; LPIs' tables. */
static void test_tables(void **state)
{
	flat = true;
	const uint32_t *mine = redistributor + 2 * GICR_FRAMES / 4;
	struct irq_message message;
	const uint8_t *properties;

	(void)state;
	assert_int_equal(irq_open(&tables, &pool), OK);
	assert_int_equal(connect_message(0, &message), OK);
	assert_int_equal(its[GITS_BASER / 8] & 0xff, 127);
	assert_int_equal(its[GITS_BASER / 8 + 1] & 0xff, 0);
	assert_false(its[GITS_BASER / 8] & GITS_BASER_INDIRECT);
	assert_true(its[GITS_BASER / 8] >> 63 && its[GITS_CBASER / 8] >> 63);
	assert_int_equal(its[GITS_CTLR / 8], 1);
	assert_int_equal(mine[GICR_CTLR / 4], 1);
	assert_int_equal(mine[GICR_PROPBASER / 4] & 0x1f, 13);
	properties = memory + (mine[GICR_PROPBASER / 4] & 0xfffff000) - MEMORY;
	assert_int_equal(properties[0], 0xa1);
	assert_int_equal(properties[1], 0xa0);
	irq_disconnect(&irqs[0]);
	assert_int_equal(properties[0], 0xa0);
	irq_close();
	assert_int_equal(its[GITS_CTLR / 8], 0);
	assert_int_equal(pool.used, 0);
}

/* The same devices in a table of 128 pages, of which only that of device 0x10 is there. */
static void test_table_of_pages(void **state)
{
	struct irq_message message;
	const uint64_t *table;

	(void)state;
	assert_int_equal(irq_open(&tables, &pool), OK);
	assert_int_equal(connect_message(0, &message), OK);
	assert_int_equal(connect_message(1, &message), OK);
	assert_int_equal(its[GITS_BASER / 8] >> 62, 3);
	assert_int_equal(its[GITS_BASER / 8] & 0xff, 0);
	assert_int_equal(its[GITS_BASER / 8 + 1] >> 62, 2);
	table = (const uint64_t *)(memory + (its[GITS_BASER / 8] & 0xffffffff000) - MEMORY);
	assert_int_equal(table[0] >> 63, 1);
	assert_int_equal(table[0] & 0xfff, 0);
	assert_true((table[0] & 0xffffffff000) >= MEMORY);
	for (unsigned i = 1; i < 512; i++)
		assert_int_equal(table[i], 0);
	assert_true(pool.used <= 32 * 1024);
	irq_close();
	assert_int_equal(pool.used, 0);
}

static void fails(enum status status, const char *reason)
{
	struct irq_message message;

	assert_int_equal(irq_open(&tables, &pool), OK);
	assert_int_equal(connect_message(0, &message), status);
	if (!host_logged(reason))
		fail_msg("`%s` is not in:\n%s", reason, host_log());
	irq_close();
}

static void test_its_does_not_run(void **state)
{
	(void)state;
	stuck = true;
	fails(ERR_TIMEOUT, "GITS_CREADR behind MAPC: reads 0x0 after 100 ms");
	assert_int_equal(pool.used, 0);
}

static void test_its_is_not_shared(void **state)
{
	(void)state;
	not_shared = true;
	fails(ERR_UNSUPPORTED, "the GIC does not take part in the caches");
}

static void test_lpis_are_in_use(void **state)
{
	(void)state;
	lpis_stay = true;
	redistributor[2 * GICR_FRAMES / 4 + GICR_CTLR / 4] = 1;
	fails(ERR_UNSUPPORTED, "EnableLPIs stays 1: firmware's tables are in use");
}

static void test_no_its(void **state)
{
	(void)state;
	tables.gic.its_count = 0;
	fails(ERR_UNSUPPORTED, "no table names an ITS");
}

static void test_sender_is_not_mapped(void **state)
{
	struct irq_map map = {.first = 0x100, .count = 1};

	(void)state;
	assert_int_equal(irq_add_map(&tables, &map, "test"), OK);
	fails(ERR_NOT_FOUND, "MSI map: segment 0000 has one, without requester 0x0010");
}

static void test_device_id_is_too_long(void **state)
{
	struct irq_map map = {.count = 0x100, .device = 0x10000};

	(void)state;
	assert_int_equal(irq_add_map(&tables, &map, "test"), OK);
	fails(ERR_RANGE, "device id 0x10010 has more than 16 bits");
}

static void test_whose_redistributor(void **state)
{
	(void)state;
	redistributor[2 * GICR_FRAMES / 4 + GICR_TYPER / 4 + 1] = 0x204;
	assert_int_equal(irq_open(&tables, &pool), ERR_UNSUPPORTED);
	assert_true(host_logged("no redistributor has this processor's affinity 0x100000203"));
}

static void test_write_never_arrives(void **state)
{
	(void)state;
	distributor[GICD_CTLR / 4] = GICD_CTLR_RWP;
	assert_int_equal(irq_open(&tables, &pool), ERR_TIMEOUT);
	assert_true(host_logged("GICD_CTLR.RWP: reads 0x80000000 after 100 ms"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_open, setup, teardown),
		cmocka_unit_test_setup_teardown(test_line, setup, teardown),
		cmocka_unit_test_setup_teardown(test_messages, setup, teardown),
		cmocka_unit_test_setup_teardown(test_tables, setup, teardown),
		cmocka_unit_test_setup_teardown(test_table_of_pages, setup, teardown),
		cmocka_unit_test_setup_teardown(test_its_does_not_run, setup, teardown),
		cmocka_unit_test_setup_teardown(test_its_is_not_shared, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lpis_are_in_use, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_its, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sender_is_not_mapped, setup, teardown),
		cmocka_unit_test_setup_teardown(test_device_id_is_too_long, setup, teardown),
		cmocka_unit_test_setup_teardown(test_whose_redistributor, setup, teardown),
		cmocka_unit_test_setup_teardown(test_write_never_arrives, setup, teardown),
	};

	return cmocka_run_group_tests_name("gic_v3", tests, NULL, NULL);
}
