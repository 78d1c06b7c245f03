/* SPDX-License-Identifier: BSD-2-Clause */
/* In: platform/gic_its.c and gic_its_tables.c over fake registers. Out: what the ITS is told, word
 * by word, and its tables, also when there is no room for them. */
#include "fake_gic_v3.h"
#include "platform/irq_cpu.h"

static struct fake_gic_v3 *const g = &fake_v3;
static unsigned calls;

static bool handler(void *context)
{
	++*(unsigned *)context;
	return true;
}

static struct irq irqs[2];
static const struct irq_sender sender = {0, 0x10};

/* Of <barrier.h>: a call in what is tested here. */
void dma_mb(void);
void dma_mb(void)
{
	fake_gic_v3_barrier();
}

static int setup(void **state)
{
	int status = fake_gic_v3_setup(state);

	calls = 0;
	fake_gic_v3_watch_barriers();
	return status;
}

static enum status connect_message(unsigned i, struct irq_message *message)
{
	irqs[i] = (struct irq){.name = "device", .handler = handler, .context = &calls};
	return irq_connect_message(&irqs[i], &sender, message);
}

/* IHI 0069 §5.3: each command's words, for device 0x10 and its two events. */
static void test_messages(void **state)
{
	struct irq_message first, second;
	uint64_t target = 7 << 16;

	(void)state;
	assert_int_equal(irq_open(&g->tables, &g->pool), OK);
	assert_int_equal(connect_message(0, &first), OK);
	assert_int_equal(connect_message(1, &second), OK);
	assert_true(first.address == FAKE_GIC_V3_ITS + 0x10040 && first.data == 0);
	assert_true(second.address == first.address && second.data == 1);
	assert_int_equal(g->command_count, 9);
	assert_int_equal(g->commands[0][0], 0x09); /* MAPC */
	assert_true(g->commands[0][2] == (1ull << 63 | target));
	assert_int_equal(g->commands[1][0], 0x05); /* SYNC */
	assert_true(g->commands[1][2] == target);
	assert_true(g->commands[2][0] == (0x10ull << 32 | 0x08)); /* MAPD, five bits of events */
	assert_int_equal(g->commands[2][1], 4);
	assert_true(g->commands[2][2] >> 63 && !(g->commands[2][2] & 0xff));
	assert_true(g->commands[3][0] == (0x10ull << 32 | 0x0a)); /* MAPTI */
	assert_true(g->commands[3][1] == 8192ull << 32);
	assert_true(g->commands[4][0] == (0x10ull << 32 | 0x0c)); /* INV */
	assert_int_equal(g->commands[5][0], 0x05);
	assert_true(g->commands[6][1] == (8193ull << 32 | 1));
	g->pending = 8193;
	assert_true(irq_dispatch(0));
	assert_int_equal(calls, 1);
	assert_int_equal(g->icc[IRQ_CPU_ICC_EOIR1], 8193);
}

/* 65536 devices of 8 bytes in pages of 4 KiB, which is all that this ITS keeps; LPIs' tables. */
static void test_tables(void **state)
{
	g->flat = true;
	const uint32_t *mine = g->redistributor + FAKE_GIC_V3_MINE / 4;
	struct irq_message message;
	const uint8_t *properties;

	(void)state;
	assert_int_equal(irq_open(&g->tables, &g->pool), OK);
	assert_int_equal(connect_message(0, &message), OK);
	assert_int_equal(g->its[GITS_BASER / 8] & 0xff, 127);
	assert_int_equal(g->its[GITS_BASER / 8 + 1] & 0xff, 0);
	assert_false(g->its[GITS_BASER / 8] & GITS_BASER_INDIRECT);
	assert_true(g->its[GITS_BASER / 8] >> 63 && g->its[GITS_CBASER / 8] >> 63);
	assert_int_equal(g->its[GITS_CTLR / 8], 1);
	assert_int_equal(mine[GICR_CTLR / 4], 1);
	assert_int_equal(mine[GICR_PROPBASER / 4] & 0x1f, 13);
	properties = g->memory + (mine[GICR_PROPBASER / 4] & 0xfffff000) - FAKE_GIC_V3_MEMORY;
	assert_int_equal(properties[0], 0xa1);
	assert_int_equal(properties[1], 0xa0);
	irq_disconnect(&irqs[0]);
	assert_int_equal(properties[0], 0xa0);
	irq_close();
	assert_int_equal(g->its[GITS_CTLR / 8], 0);
	assert_int_equal(g->pool.used, 0);
}

/* 65536 devices of 32 bytes are more than 256 pages of 4 KiB: they are in 128 of 16 KiB. */
static void test_larger_pages(void **state)
{
	struct irq_message message;

	(void)state;
	g->flat = true;
	g->any_page = true;
	g->its[GITS_BASER / 8] |= 0x1full << 48;
	assert_int_equal(irq_open(&g->tables, &g->pool), OK);
	assert_int_equal(connect_message(0, &message), OK);
	assert_int_equal(g->its[GITS_BASER / 8] >> 8 & 3, 1);
	assert_int_equal(g->its[GITS_BASER / 8] & 0xff, 127);
	assert_int_equal(g->its[GITS_BASER / 8 + 1] >> 8 & 3, 0);
}

/* Those of 8 bytes in a table of 128 pages, of which only that of device 0x10 is there. */
static void test_table_of_pages(void **state)
{
	struct irq_message message;
	const uint64_t *table;

	(void)state;
	assert_int_equal(irq_open(&g->tables, &g->pool), OK);
	assert_int_equal(connect_message(0, &message), OK);
	assert_int_equal(connect_message(1, &message), OK);
	assert_int_equal(g->its[GITS_BASER / 8] >> 62, 3);
	assert_int_equal(g->its[GITS_BASER / 8] & 0xff, 0);
	assert_int_equal(g->its[GITS_BASER / 8 + 1] >> 62, 2);
	table = (const uint64_t *)(g->memory + (g->its[GITS_BASER / 8] & 0xffffffff000) -
				   FAKE_GIC_V3_MEMORY);
	assert_int_equal(table[0] >> 63, 1);
	assert_int_equal(table[0] & 0xfff, 0);
	assert_true((table[0] & 0xffffffff000) >= FAKE_GIC_V3_MEMORY);
	for (unsigned i = 1; i < 512; i++)
		assert_int_equal(table[i], 0);
	assert_true(g->pool.used <= 32 * 1024);
	irq_close();
	assert_int_equal(g->pool.used, 0);
}

static void fails(enum status status, const char *reason)
{
	struct irq_message message;

	assert_int_equal(irq_open(&g->tables, &g->pool), OK);
	assert_int_equal(connect_message(0, &message), status);
	host_expect_line(reason);
	irq_close();
}

static void test_its_does_not_run(void **state)
{
	(void)state;
	g->stuck = true;
	fails(ERR_TIMEOUT, "GITS_CREADR behind MAPC: reads 0x0 after 100 ms");
	assert_int_equal(g->pool.used, 0);
}

static void test_its_is_not_shared(void **state)
{
	(void)state;
	g->not_shared = true;
	fails(ERR_UNSUPPORTED, "the GIC does not take part in the caches");
}

static void test_lpis_are_in_use(void **state)
{
	(void)state;
	g->lpis_stay = true;
	g->redistributor[FAKE_GIC_V3_MINE / 4 + GICR_CTLR / 4] = 1;
	fails(ERR_UNSUPPORTED, "EnableLPIs stays 1: firmware's tables are in use");
}

static void test_no_its(void **state)
{
	(void)state;
	g->tables.gic.its_count = 0;
	fails(ERR_UNSUPPORTED, "no table names an ITS");
}

static void test_sender_is_not_mapped(void **state)
{
	struct irq_map map = {.first = 0x100, .count = 1};

	(void)state;
	assert_int_equal(irq_add_map(&g->tables, &map, "test"), OK);
	fails(ERR_NOT_FOUND, "MSI map: segment 0000 has one, without requester 0x0010");
}

/* Each sender has an ITS of its own: another one's registers are not touched. */
static void test_another_its(void **state)
{
	const struct irq_sender other = {.segment = 1, .requester = 0x10};
	struct irq_map map = {.count = 0x100, .its = g->tables.gic.its[0].id};
	struct irq_message message;

	(void)state;
	g->tables.gic.its[1] = g->tables.gic.its[0];
	g->tables.gic.its[0] = (struct irq_its){.base = 0x9000000, .id = 77};
	g->tables.gic.its_count = 2;
	assert_int_equal(irq_add_map(&g->tables, &map, "test"), OK);
	map.segment = 1;
	map.its = 77;
	assert_int_equal(irq_add_map(&g->tables, &map, "test"), OK);
	assert_int_equal(irq_open(&g->tables, &g->pool), OK);
	assert_int_equal(connect_message(0, &message), OK);
	assert_true(message.address == FAKE_GIC_V3_ITS + 0x10040);
	irqs[1] = (struct irq){.name = "other", .handler = handler, .context = &calls};
	assert_int_equal(irq_connect_message(&irqs[1], &other, &message), ERR_UNSUPPORTED);
	assert_true(host_logged("GIC ITS: at 0x9000000: one is driven, and that is the one at"));
}

static void test_device_id_is_too_long(void **state)
{
	struct irq_map map = {.count = 0x100, .device = 0x10000};

	(void)state;
	assert_int_equal(irq_add_map(&g->tables, &map, "test"), OK);
	fails(ERR_RANGE, "device id 0x10010 has more than 16 bits");
}

static void test_no_lpis(void **state)
{
	(void)state;
	g->redistributor[(FAKE_GIC_V3_MINE + GICR_TYPER) / 4] &= ~GICR_TYPER_PLPIS;
	fails(ERR_UNSUPPORTED, "its redistributors know no LPIs: it takes no messages");
}

/* Whatever there is no room for: what was allocated before is given back. */
static void test_no_memory(void **state)
{
	enum status status = ERR_NO_MEMORY;
	struct irq_message message;
	unsigned failures = 0;
	size_t size;

	for (size = 0; status != OK; size += 4096) {
		fake_gic_v3_teardown(state);
		assert_int_equal(setup(state), 0);
		g->pool = (struct dma_pool){0};
		if (size)
			assert_int_equal(dma_pool_add(&g->pool, paddr_of(FAKE_GIC_V3_MEMORY),
						 g->memory, size),
				OK);
		assert_int_equal(irq_open(&g->tables, &g->pool), OK);
		status = connect_message(0, &message);
		assert_true(status == OK || status == ERR_NO_MEMORY);
		failures += status != OK;
		irq_close();
		assert_int_equal(g->pool.used, 0);
	}
	assert_in_range(failures, 8, 100);
}

/* Memory that the ITS may still write to is not given to anybody else. */
static void test_its_does_not_stop(void **state)
{
	struct irq_message message;
	size_t used;

	(void)state;
	assert_int_equal(irq_open(&g->tables, &g->pool), OK);
	assert_int_equal(connect_message(0, &message), OK);
	used = g->pool.used;
	g->busy = true;
	irq_close();
	assert_true(host_logged("GIC ITS: it does not let go of its tables: they stay"));
	assert_int_equal(g->pool.used, used);
}

/* A mapping that takes too long is tried again, with other memory; none of it is lost. */
static void test_mapping_takes_long(void **state)
{
	const struct irq_sender other = {0, 0x310}; /* in another page of the device table */
	struct irq_message message;

	(void)state;
	assert_int_equal(irq_open(&g->tables, &g->pool), OK);
	assert_int_equal(connect_message(0, &message), OK);
	irqs[1] = (struct irq){.name = "device", .handler = handler, .context = &calls};
	g->stuck = true;
	assert_int_equal(irq_connect_message(&irqs[1], &other, &message), ERR_TIMEOUT);
	assert_true(host_logged("GITS_CREADR behind MAPD: reads 0xc0 after 100 ms"));
	g->stuck = false;
	assert_int_equal(irq_connect_message(&irqs[1], &other, &message), OK);
	for (unsigned i = 6; i < 8; i++)
		assert_true(g->commands[i][0] == (0x310ull << 32 | 0x08));
	assert_true(g->commands[6][2] != g->commands[7][2]);
	irq_close();
	assert_int_equal(g->pool.used, 0);
}

/* As many devices as there are slots, each with events of its own; then no more. */
static void test_devices_run_out(void **state)
{
	enum { DEVICES = 32 };
	static struct irq many[DEVICES + 1];
	struct irq_message message;

	(void)state;
	assert_int_equal(irq_open(&g->tables, &g->pool), OK);
	for (uint16_t i = 0; i <= DEVICES; i++) {
		const struct irq_sender other = {0, i};
		enum status due = i < DEVICES ? OK : ERR_NO_MEMORY;

		many[i] = (struct irq){.name = "device", .handler = handler, .context = &calls};
		assert_int_equal(irq_connect_message(&many[i], &other, &message), due);
		assert_int_equal(message.data, 0);
	}
	assert_true(host_logged("GIC ITS: 32 devices are mapped already"));
	irq_close();
	assert_int_equal(g->pool.used, 0);
}

static void test_events_run_out(void **state)
{
	enum { EVENTS = 32 };
	static struct irq many[EVENTS + 1];
	struct irq_message message;

	(void)state;
	assert_int_equal(irq_open(&g->tables, &g->pool), OK);
	for (unsigned i = 0; i <= EVENTS; i++) {
		many[i] = (struct irq){.name = "device", .handler = handler, .context = &calls};
		assert_int_equal(irq_connect_message(&many[i], &sender, &message),
			i < EVENTS ? OK : ERR_NO_MEMORY);
		assert_int_equal(message.data, i < EVENTS ? i : EVENTS - 1);
	}
	assert_true(host_logged("GIC ITS: device 0x10 has 32 messages already"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_messages, setup, fake_gic_v3_teardown),
		cmocka_unit_test_setup_teardown(test_tables, setup, fake_gic_v3_teardown),
		cmocka_unit_test_setup_teardown(test_larger_pages, setup, fake_gic_v3_teardown),
		cmocka_unit_test_setup_teardown(test_table_of_pages, setup, fake_gic_v3_teardown),
		cmocka_unit_test_setup_teardown(test_its_does_not_run, setup, fake_gic_v3_teardown),
		cmocka_unit_test_setup_teardown(
			test_its_is_not_shared, setup, fake_gic_v3_teardown),
		cmocka_unit_test_setup_teardown(test_lpis_are_in_use, setup, fake_gic_v3_teardown),
		cmocka_unit_test_setup_teardown(test_no_its, setup, fake_gic_v3_teardown),
		cmocka_unit_test_setup_teardown(
			test_sender_is_not_mapped, setup, fake_gic_v3_teardown),
		cmocka_unit_test_setup_teardown(
			test_device_id_is_too_long, setup, fake_gic_v3_teardown),
		cmocka_unit_test_setup_teardown(test_no_lpis, setup, fake_gic_v3_teardown),
		cmocka_unit_test_setup_teardown(test_another_its, setup, fake_gic_v3_teardown),
		cmocka_unit_test_setup_teardown(test_no_memory, setup, fake_gic_v3_teardown),
		cmocka_unit_test_setup_teardown(
			test_its_does_not_stop, setup, fake_gic_v3_teardown),
		cmocka_unit_test_setup_teardown(
			test_mapping_takes_long, setup, fake_gic_v3_teardown),
		cmocka_unit_test_setup_teardown(test_devices_run_out, setup, fake_gic_v3_teardown),
		cmocka_unit_test_setup_teardown(test_events_run_out, setup, fake_gic_v3_teardown),
	};

	return cmocka_run_group_tests_name("gic_its", tests, NULL, NULL);
}
