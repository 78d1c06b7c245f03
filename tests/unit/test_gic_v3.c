/* SPDX-License-Identifier: BSD-2-Clause */
/* In: platform/gic_v3.c over fake registers. Out: what they are told, and lines that are taken. */
#include "fake_gic_v3.h"
#include "platform/irq_cpu.h"

static struct fake_gic_v3 *const g = &fake_v3;
static unsigned calls;

static bool handler(void *context)
{
	++*(unsigned *)context;
	return true;
}

static struct irq irq; /* connected until the end of a test */

static int setup(void **state)
{
	calls = 0;
	return fake_gic_v3_setup(state);
}

static void test_open(void **state)
{
	const uint32_t *mine = g->redistributor + FAKE_GIC_V3_MINE / 4;

	(void)state;
	assert_int_equal(irq_open(&g->tables, &g->pool), OK);
	assert_int_equal(g->distributor[GICD_CTLR / 4], 0x12);
	assert_int_equal(g->distributor[GICD_ICENABLER / 4 + 3], UINT32_MAX);
	assert_int_equal(mine[GICR_ICENABLER0 / 4], UINT32_MAX);
	assert_int_equal(mine[GICR_WAKER / 4], 0);
	assert_int_equal(g->icc[IRQ_CPU_ICC_SRE] & 1, 1);
	assert_int_equal(g->icc[IRQ_CPU_ICC_PMR], 0xff);
	assert_int_equal(g->icc[IRQ_CPU_ICC_IGRPEN1], 1);
	irq_close();
	assert_int_equal(g->icc[IRQ_CPU_ICC_IGRPEN1], 0);
}

static void test_line(void **state)
{
	struct irq_line line = {.number = 79, .edge = true};

	(void)state;
	irq = (struct irq){.name = "device", .handler = handler, .context = &calls};
	assert_int_equal(irq_open(&g->tables, &g->pool), OK);
	assert_int_equal(irq_connect(&irq, &line), OK);
	assert_int_equal(g->distributor[GICD_IGROUPR / 4 + 2], 1u << 15);
	assert_int_equal(g->distributor[(GICD_IROUTER + 8 * 79) / 4], 0x203);
	assert_int_equal(g->distributor[(GICD_IROUTER + 8 * 79) / 4 + 1], 1);
	assert_int_equal(g->distributor[GICD_ICFGR / 4 + 4], 2u << 30);
	assert_int_equal(g->distributor[GICD_ISENABLER / 4 + 2], 1u << 15);
	g->pending = 79;
	assert_true(irq_dispatch(0));
	assert_int_equal(calls, 1);
	assert_int_equal(g->icc[IRQ_CPU_ICC_EOIR1], 79);
	assert_true(irq_dispatch(0));
	assert_int_equal(irq_counts().spurious, 1);
}

static void test_whose_redistributor(void **state)
{
	(void)state;
	g->redistributor[FAKE_GIC_V3_MINE / 4 + GICR_TYPER / 4 + 1] = 0x204;
	assert_int_equal(irq_open(&g->tables, &g->pool), ERR_UNSUPPORTED);
	assert_true(host_logged("no redistributor has this processor's affinity 0x100000203"));
}

static void test_write_never_arrives(void **state)
{
	(void)state;
	g->distributor[GICD_CTLR / 4] = GICD_CTLR_RWP;
	assert_int_equal(irq_open(&g->tables, &g->pool), ERR_TIMEOUT);
	assert_true(host_logged("GICD_CTLR.RWP: reads 0x80000000 after 100 ms"));
}

static void test_no_system_registers(void **state)
{
	(void)state;
	g->no_registers = true;
	assert_int_equal(irq_open(&g->tables, &g->pool), ERR_REFUSED);
	assert_true(host_logged("GICv3: ICC_SRE does not stay 1: the system registers are off"));
	assert_false(irq_is_open());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_open, setup, fake_gic_v3_teardown),
		cmocka_unit_test_setup_teardown(test_line, setup, fake_gic_v3_teardown),
		cmocka_unit_test_setup_teardown(
			test_whose_redistributor, setup, fake_gic_v3_teardown),
		cmocka_unit_test_setup_teardown(
			test_no_system_registers, setup, fake_gic_v3_teardown),
		cmocka_unit_test_setup_teardown(
			test_write_never_arrives, setup, fake_gic_v3_teardown),
	};

	return cmocka_run_group_tests_name("gic_v3", tests, NULL, NULL);
}
