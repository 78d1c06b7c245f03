/* SPDX-License-Identifier: BSD-2-Clause */
/* In: platform/irq.c over a fake GICv2. Out: whether handlers are called, and lines masked. */
#include "fake_gic.h"

#include <string.h>

#define LINE  40u
#define OTHER 41u

static struct fake_gic gic;
static struct dma_pool pool;

/* A device whose handler takes its level away, when it is `mine`. */
struct fake_device {
	struct irq irq;
	unsigned line;
	bool mine;
	unsigned calls;
};

static struct fake_device a, b;

static bool handler(void *context)
{
	struct fake_device *d = context;

	d->calls++;
	if (d->mine)
		gic.level[d->line] = false;
	return d->mine;
}

static enum status connect(struct fake_device *d, unsigned line, bool edge, bool mine)
{
	*d = (struct fake_device){
		.irq = {.name = "device", .handler = handler, .context = d},
		.line = line,
		.mine = mine,
	};
	return irq_connect(&d->irq, &(struct irq_line){.number = line, .edge = edge});
}

static int setup(void **state)
{
	if (host_reset(state))
		return -1;
	fake_gic_init(&gic);
	assert_int_equal(irq_open(&gic.tables, &pool), OK);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	irq_close();
	return 0;
}

static void test_everything_is_masked_first(void **state)
{
	(void)state;
	assert_int_equal(fake_gic_enabled(&gic), 0);
	gic.level[LINE] = true;
	irq_let_in();
	assert_int_equal(irq_counts().taken, 0);
	assert_int_equal(connect(&a, LINE, false, true), OK);
	assert_int_equal(fake_gic_enabled(&gic), 1);
	irq_let_in();
	assert_int_equal(a.calls, 1);
	assert_int_equal(gic.ended, 1);
	assert_int_equal(irq_counts().taken, 1);
}

static void test_edge_and_level(void **state)
{
	(void)state;
	assert_int_equal(connect(&a, LINE, true, true), OK);
	assert_int_equal(connect(&b, OTHER, false, true), OK);
	assert_true(gic.edge[LINE] && !gic.edge[OTHER]);
	gic.pending[LINE] = true;
	gic.level[OTHER] = true;
	irq_let_in();
	irq_let_in();
	assert_int_equal(a.calls, 1);
	assert_int_equal(b.calls, 1);
}

/* Both handlers of a line look; it stays unmasked until the last of them is gone. */
static void test_shared_line(void **state)
{
	(void)state;
	assert_int_equal(connect(&a, LINE, false, false), OK);
	assert_int_equal(connect(&b, LINE, false, true), OK);
	gic.level[LINE] = true;
	irq_let_in();
	assert_int_equal(a.calls, 1);
	assert_int_equal(b.calls, 1);
	assert_int_equal(irq_counts().unclaimed, 0);
	irq_disconnect(&a.irq);
	irq_disconnect(&a.irq);
	assert_true(gic.enabled[LINE]);
	irq_disconnect(&b.irq);
	assert_false(gic.enabled[LINE]);
	gic.level[LINE] = true;
	irq_let_in();
	assert_int_equal(b.calls, 1);
}

static void test_spurious(void **state)
{
	(void)state;
	assert_int_equal(connect(&a, LINE, false, true), OK);
	gic.false_alarms = 3;
	irq_let_in();
	assert_int_equal(irq_counts().spurious, 3);
	assert_int_equal(gic.ended, 0);
	assert_int_equal(a.calls, 0);
	irq_close();
	assert_true(host_logged("3 interrupts were taken, 3 spurious, 0 unclaimed"));
}

/* A line that nobody takes away is masked, in bounded time, and the others go on. */
static void test_storm(void **state)
{
	(void)state;
	assert_int_equal(connect(&a, LINE, false, false), OK);
	assert_int_equal(connect(&b, OTHER, false, true), OK);
	gic.level[LINE] = true;
	irq_let_in();
	assert_false(gic.enabled[LINE]);
	assert_int_equal(a.calls, IRQ_MOST_AT_ONCE + 1);
	assert_int_equal(irq_counts().unclaimed, IRQ_MOST_AT_ONCE + 1);
	assert_true(host_logged("interrupt 40: came 64 times in a row"));
	gic.level[OTHER] = true;
	irq_let_in();
	assert_int_equal(b.calls, 1);
}

static void test_no_such_line(void **state)
{
	(void)state;
	assert_int_equal(connect(&a, 31, false, true), ERR_RANGE);
	assert_int_equal(connect(&a, FAKE_GIC_LINES, false, true), ERR_RANGE);
	assert_true(host_logged("interrupt 64: the GIC has shared ones from 32 to 63 only"));
	assert_int_equal(fake_gic_enabled(&gic), 0);
}

static void test_close(void **state)
{
	(void)state;
	assert_int_equal(connect(&a, LINE, false, true), OK);
	irq_close();
	assert_int_equal(fake_gic_enabled(&gic), 0);
	assert_false(gic.interface_on);
	assert_false(irq_is_open());
	assert_false(irq_dispatch(0));
	assert_int_equal(connect(&a, LINE, false, true), ERR_NOT_FOUND);
	irq_close();
}

static void test_no_messages(void **state)
{
	struct irq irq = {.name = "device", .handler = handler, .context = &a};
	struct irq_sender sender = {0};
	struct irq_message message;

	(void)state;
	assert_int_equal(irq_connect_message(&irq, &sender, &message), ERR_UNSUPPORTED);
	assert_true(host_logged("no table names an MSI frame"));
	/* The table says what the frame has: two SPIs from 50. */
	gic.tables.gic.frames[0] = (struct irq_frame){0x8020000, 50, 2};
	gic.tables.gic.frame_count = 1;
	assert_int_equal(irq_connect_message(&irq, &sender, &message), OK);
	assert_true(message.address == 0x8020040 && message.data == 50);
	assert_true(gic.enabled[50] && gic.edge[50]);
	irq_disconnect(&irq);
	assert_int_equal(irq_connect_message(&irq, &sender, &message), OK);
	assert_int_equal(message.data, 51);
	irq_disconnect(&irq);
	assert_int_equal(irq_connect_message(&irq, &sender, &message), ERR_NO_MEMORY);
}

static void test_no_controller(void **state)
{
	static const struct irq_tables none;

	(void)state;
	irq_close();
	assert_int_equal(irq_open(&none, &pool), ERR_NOT_FOUND);
	assert_true(host_logged("no table describes an interrupt controller"));
	assert_false(irq_is_open());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_everything_is_masked_first, setup, teardown),
		cmocka_unit_test_setup_teardown(test_edge_and_level, setup, teardown),
		cmocka_unit_test_setup_teardown(test_shared_line, setup, teardown),
		cmocka_unit_test_setup_teardown(test_spurious, setup, teardown),
		cmocka_unit_test_setup_teardown(test_storm, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_such_line, setup, teardown),
		cmocka_unit_test_setup_teardown(test_close, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_messages, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_controller, setup, teardown),
	};

	return cmocka_run_group_tests_name("irq", tests, NULL, NULL);
}
