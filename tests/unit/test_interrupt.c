/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In: virtio/interrupt.c over a fake transport and a fake GICv2. Out: whether interrupts are told
 * apart, acknowledged and missed, and whether the device is polled when they cannot be used.
 */
#include "interrupt_host.h"

#define LINE 48u

static uint8_t isr; /* the device's interrupt status */
static unsigned reads, acknowledged;

/* InterruptStatus, and InterruptACK, which takes the line away. */
static uint8_t read_status(struct virtio_device *d)
{
	assert_ptr_equal(d, &dev);
	reads++;
	return isr;
}

static void acknowledge(struct virtio_device *d, uint8_t status)
{
	assert_ptr_equal(d, &dev);
	acknowledged |= status;
	isr = (uint8_t)(isr & ~status);
	gic.level[LINE] = isr;
}

static const struct virtio_transport transport = {
	.name = "virtio-mmio of a test",
	.read_interrupt_status = read_status,
	.acknowledge_interrupt = acknowledge,
};

static void raise(uint8_t status)
{
	isr |= status;
	gic.level[LINE] = true;
}

static int setup(void **state)
{
	if (interrupt_setup(state))
		return -1;
	isr = 0;
	reads = acknowledged = 0;
	dev = (struct virtio_device){.name = "virtio-mmio@1000", .transport = &transport};
	dev.interrupt.line = (struct irq_line){.number = LINE};
	return irq_open(&gic.tables, &pool) == OK ? 0 : -1;
}

static void test_polled(void **state)
{
	(void)state;
	open_as(INTERRUPT_POLL);
	raise(1);
	assert_true(virtio_interrupt_look(&dev, 0));
	virtio_interrupt_answered(&dev);
	virtio_interrupt_report(&dev);
	assert_int_equal(reads, 0);
	assert_int_equal(fake_gic_enabled(&gic), 0);
	assert_int_equal(the_tap.points[0], 0);
	assert_false(host_logged("virtio-mmio@1000"));
}

static void test_queue_and_config(void **state)
{
	(void)state;
	open_as(INTERRUPT_MMIO);
	assert_false(virtio_interrupt_look(&dev, 0));
	raise(1);
	assert_true(virtio_interrupt_look(&dev, 0));
	virtio_interrupt_answered(&dev);
	assert_false(virtio_interrupt_look(&dev, 0));
	raise(2);
	assert_false(virtio_interrupt_look(&dev, 0));
	raise(3);
	assert_true(virtio_interrupt_look(&dev, 0));
	assert_int_equal(acknowledged, 3);
	assert_int_equal(dev.interrupt.queue, 2);
	assert_int_equal(dev.interrupt.config, 2);
	virtio_interrupt_report(&dev);
	assert_true(host_logged("interrupts by mmio: queue 2, config 2, spurious 0"));
	assert_true(tap_passed());
}

/* §4.2.2.2: bits without a meaning are ignored, and not acknowledged. */
static void test_undefined_bits(void **state)
{
	(void)state;
	open_as(INTERRUPT_MMIO);
	isr = 0x81;
	gic.pending[LINE] = true;
	assert_true(virtio_interrupt_look(&dev, 0));
	assert_int_equal(acknowledged, 1);
	assert_int_equal(dev.interrupt.queue, 1);
	isr = 0;
	gic.level[LINE] = false;
}

/* A change is told once to each who asks. */
static void test_changes(void **state)
{
	(void)state;
	open_as(INTERRUPT_MMIO);
	assert_true(virtio_interrupt_tells_changes(&dev));
	assert_false(virtio_interrupt_changed(&dev));
	assert_false(virtio_interrupt_is_alarm(&dev));
	raise(2);
	assert_true(virtio_interrupt_changed(&dev));
	assert_false(virtio_interrupt_changed(&dev));
	assert_true(virtio_interrupt_is_alarm(&dev));
	assert_false(virtio_interrupt_is_alarm(&dev));
	raise(2);
	virtio_interrupt_change_seen(&dev);
	assert_true(virtio_interrupt_tells_changes(&dev));
	virtio_interrupt_change_seen(&dev);
	assert_false(virtio_interrupt_tells_changes(&dev));
	assert_true(host_logged("the configuration changed, and no interrupt told of it"));
	dev.interrupt.mode = INTERRUPT_MSIX;
	dev.interrupt.config_vector = VIRTIO_MSI_NO_VECTOR;
	assert_false(virtio_interrupt_tells_changes(&dev));
	dev.interrupt.mode = INTERRUPT_POLL;
}

static void test_pause(void **state)
{
	(void)state;
	open_as(INTERRUPT_MMIO);
	assert_true(virtio_interrupt_pause(&dev, true));
	raise(1);
	assert_true(virtio_interrupt_look(&dev, 0));
	assert_int_equal(reads, 0);
	assert_true(virtio_interrupt_pause(&dev, false));
	assert_true(virtio_interrupt_look(&dev, 0));
	assert_int_equal(reads, 1);
	virtio_interrupt_close(&dev);
	assert_false(virtio_interrupt_pause(&dev, true));
	assert_false(virtio_interrupt_pause(&dev, false));
	assert_int_equal(dev.interrupt.mode, INTERRUPT_POLL);
}

/* The line is shared with another device: its interrupts are not this one's. */
static void test_spurious(void **state)
{
	(void)state;
	open_as(INTERRUPT_MMIO);
	gic.pending[LINE] = true;
	assert_false(virtio_interrupt_look(&dev, 0));
	assert_int_equal(dev.interrupt.spurious, 1);
	assert_int_equal(dev.interrupt.queue, 0);
	assert_int_equal(acknowledged, 0);
	isr = 0xff; /* the device left the bus */
	gic.pending[LINE] = true;
	assert_false(virtio_interrupt_look(&dev, 0));
	assert_int_equal(dev.interrupt.spurious, 2);
	isr = 0;
}

/* The ring is looked at after a while in any case; what is found then was not announced. */
static void missed(const char *cause)
{
	assert_false(virtio_interrupt_look(&dev, INTERRUPT_MISSED_US));
	assert_true(virtio_interrupt_look(&dev, INTERRUPT_MISSED_US + 1));
	assert_int_equal(dev.interrupt.mode, INTERRUPT_MMIO);
	virtio_interrupt_answered(&dev);
	assert_int_equal(dev.interrupt.mode, INTERRUPT_POLL);
	assert_int_equal(fake_gic_enabled(&gic), 0);
	assert_true(virtio_interrupt_look(&dev, 0));
	assert_true(tap_passed());
	virtio_interrupt_report(&dev);
	assert_false(tap_passed());
	host_expect_line(cause);
}

static void test_missed_and_raised(void **state)
{
	(void)state;
	open_as(INTERRUPT_MMIO);
	isr = 1;
	missed("not ok 1 - virtio-mmio@1000: interrupt # the device's interrupt status is 0x1, and "
	       "interrupt 48 did not come");
}

static void test_missed_and_not_raised(void **state)
{
	(void)state;
	open_as(INTERRUPT_MMIO);
	missed("the device's interrupt status is 0: it raised none (interrupt 48)");
}

static void raise_late(void *context)
{
	unsigned *turns = context;

	if (++*turns == 3)
		raise(1);
}

/* The answer was seen before its interrupt: that is no failure, if it comes soon. */
static void test_late_is_not_missed(void **state)
{
	unsigned turns = 0;

	(void)state;
	open_as(INTERRUPT_MMIO);
	assert_true(virtio_interrupt_look(&dev, INTERRUPT_MISSED_US + 1));
	gic.on_let_in = raise_late;
	gic.context = &turns;
	virtio_interrupt_answered(&dev);
	gic.on_let_in = NULL;
	assert_int_equal(dev.interrupt.mode, INTERRUPT_MMIO);
	assert_int_equal(dev.interrupt.queue, 1);
	/* … and it does not announce the next answer. */
	assert_false(virtio_interrupt_look(&dev, 0));
}

static void raise_later(void *context)
{
	host_advance_us(30000);
	raise_late(context);
}

/* A device that is a process of its own, on a busy host: its answer is here long before. */
static void test_far_later_is_not_missed(void **state)
{
	unsigned turns = 0;

	(void)state;
	open_as(INTERRUPT_MMIO);
	assert_true(virtio_interrupt_look(&dev, INTERRUPT_MISSED_US + 1));
	gic.on_let_in = raise_later;
	gic.context = &turns;
	virtio_interrupt_answered(&dev);
	gic.on_let_in = NULL;
	assert_int_equal(dev.interrupt.mode, INTERRUPT_MMIO);
	assert_int_equal(dev.interrupt.queue, 1);
}

static void test_other_transport(void **state)
{
	(void)state;
	expect_unusable(
		INTERRUPT_MSIX, "interrupt # SKIP irq=msix is not for virtio-mmio of a test");
}

static void test_no_line(void **state)
{
	(void)state;
	dev.interrupt.line.number = 0;
	expect_unusable(INTERRUPT_MMIO, "interrupt # SKIP no table names its line: polled");
}

static void test_line_out_of_range(void **state)
{
	(void)state;
	dev.interrupt.line.number = FAKE_GIC_LINES;
	expect_unusable(INTERRUPT_MMIO, "interrupt # SKIP its line 64: out of range: polled");
}

static void test_no_controller(void **state)
{
	(void)state;
	irq_close();
	expect_unusable(
		INTERRUPT_MMIO, "interrupt # SKIP there is no interrupt controller: polled");
}

static const char *refuse_vectors(struct virtio_device *d, uint16_t config, uint16_t queue)
{
	assert_true(d == &dev && config == 0 && queue == 1);
	return "queue_msix_vector";
}

static void test_vector_not_given(void **state)
{
	struct virtio_transport t = transport;

	(void)state;
	t.set_vectors = refuse_vectors;
	dev.transport = &t;
	dev.interrupt.asked = dev.interrupt.mode = INTERRUPT_MSIX;
	dev.interrupt.queue_vector = 1;
	virtio_interrupt_assign(&dev, 0);
	assert_int_equal(dev.interrupt.mode, INTERRUPT_POLL);
	virtio_interrupt_report(&dev);
	assert_true(host_logged("not ok 1 - virtio-mmio@1000: interrupt # queue 0: "
				"queue_msix_vector reads VIRTIO_MSI_NO_VECTOR"));
	dev.transport = &transport;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_polled, setup, interrupt_teardown),
		cmocka_unit_test_setup_teardown(test_queue_and_config, setup, interrupt_teardown),
		cmocka_unit_test_setup_teardown(test_undefined_bits, setup, interrupt_teardown),
		cmocka_unit_test_setup_teardown(test_changes, setup, interrupt_teardown),
		cmocka_unit_test_setup_teardown(test_pause, setup, interrupt_teardown),
		cmocka_unit_test_setup_teardown(test_spurious, setup, interrupt_teardown),
		cmocka_unit_test_setup_teardown(test_missed_and_raised, setup, interrupt_teardown),
		cmocka_unit_test_setup_teardown(
			test_missed_and_not_raised, setup, interrupt_teardown),
		cmocka_unit_test_setup_teardown(test_late_is_not_missed, setup, interrupt_teardown),
		cmocka_unit_test_setup_teardown(
			test_far_later_is_not_missed, setup, interrupt_teardown),
		cmocka_unit_test_setup_teardown(test_other_transport, setup, interrupt_teardown),
		cmocka_unit_test_setup_teardown(test_no_line, setup, interrupt_teardown),
		cmocka_unit_test_setup_teardown(test_line_out_of_range, setup, interrupt_teardown),
		cmocka_unit_test_setup_teardown(test_no_controller, setup, interrupt_teardown),
		cmocka_unit_test_setup_teardown(test_vector_not_given, setup, interrupt_teardown),
	};

	return cmocka_run_group_tests_name("interrupt", tests, NULL, NULL);
}
