/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In: virtio/interrupt.c over the pin of a fake PCI function, which is a line of a fake GICv2. Out:
 * whether the line is shared well, and what takes the device's interrupts away is named.
 */
#include "fake_msix.h"
#include "interrupt_host.h"

#include "virtio/mistake.h"

#define LINE 48u

static struct fake_pci machine;
static struct fake_function *function;
static uint8_t isr;

static void note_read(uint64_t value)
{
	dev.journal.access[dev.journal.next++] = (struct io_access){"ISR", 0, value, 0, 1, false};
}

/* Reading takes it away, and the line with it. */
static uint8_t read_isr(struct virtio_device *d)
{
	uint8_t was = isr;

	assert_ptr_equal(d, &dev);
	note_read(was);
	isr = 0;
	gic.level[LINE] = false;
	return was;
}

static const char *set_vectors(struct virtio_device *d, uint16_t config, uint16_t queue)
{
	fail_msg("%s is told of vectors %u and %u", d->name, config, queue);
	return NULL;
}

static const struct virtio_transport transport = {
	.name = "virtio-pci of a test",
	.read_interrupt_status = read_isr,
	.set_vectors = set_vectors,
};

static int setup(void **state)
{
	if (interrupt_setup(state))
		return -1;
	isr = 0;
	fake_pci_init(&machine, &fake_pci_virt);
	function = fake_msix_add(&machine, NULL, 2, 2);
	fake_pci_put(function, PCI_INTERRUPT_LINE, 1, 0xff);
	function->writable[PCI_COMMAND + 1] = PCI_COMMAND_INTX_DISABLE >> 8;
	assert_int_equal(pci_scan(&tree, &fake_pci_virt), OK);
	dev = (struct virtio_device){
		.name = "virtio-pci@2", .transport = &transport, .pci = &tree.devices[0]};
	return irq_open(&gic.tables, &pool) == OK ? 0 : -1;
}

static void route(void)
{
	struct irq_route r = {.device = 2, .device_mask = 0x1f, .pin = 1, .line = {.number = LINE}};

	assert_int_equal(irq_add_route(&gic.tables, &r, "test"), OK);
}

static bool pin_is_off(void)
{
	return fake_pci_get(function, PCI_COMMAND, 2) & PCI_COMMAND_INTX_DISABLE;
}

/* The pin is on while it is used, and MSI-X off, which firmware may have left on. */
static void test_pin(void **state)
{
	(void)state;
	fake_pci_put(function, FAKE_MSIX_CONTROL, 2, 0x8001);
	fake_pci_put(function, PCI_COMMAND, 2, PCI_COMMAND_INTX_DISABLE);
	route();
	open_as(INTERRUPT_INTX);
	assert_int_equal(dev.interrupt.mode, INTERRUPT_INTX);
	assert_int_equal(fake_pci_get(function, FAKE_MSIX_CONTROL, 2), 1);
	assert_false(pin_is_off());
	assert_false(virtio_interrupt_look(&dev, 0));
	isr = 3;
	gic.level[LINE] = true;
	assert_true(virtio_interrupt_look(&dev, 0));
	gic.pending[LINE] = true;
	assert_false(virtio_interrupt_look(&dev, 0));
	assert_int_equal(irq_counts().unclaimed, 1);
	isr = 3;
	gic.level[LINE] = true;
	assert_true(virtio_interrupt_look(&dev, 0));
	/* The ISR is read once; for a post-mortem it is as it was then. */
	assert_int_equal(isr, 0);
	isr = 1;
	assert_int_equal(virtio_interrupt_status(&dev), 3);
	assert_int_equal(isr, 1);
	virtio_interrupt_report(&dev);
	host_expect_line("interrupts by intx: queue 2, config 2, spurious 1");
	virtio_interrupt_close(&dev);
	assert_true(pin_is_off());
	assert_int_equal(fake_gic_enabled(&gic), 0);
	assert_int_equal(virtio_interrupt_status(&dev), 1);
}

static bool other_handler(void *context)
{
	++*(unsigned *)context;
	gic.level[LINE] = false;
	return true;
}

/* Another device's interrupts on the line are counted as none of this one's, and go on. */
static void test_shared_line(void **state)
{
	unsigned calls = 0;
	struct irq other = {.name = "other", .handler = other_handler, .context = &calls};
	const struct irq_line line = {.number = LINE};

	(void)state;
	route();
	assert_int_equal(irq_connect(&other, &line), OK);
	open_as(INTERRUPT_INTX);
	gic.pending[LINE] = true;
	assert_false(virtio_interrupt_look(&dev, 0));
	assert_int_equal(calls, 1);
	assert_int_equal(dev.interrupt.spurious, 1);
	assert_int_equal(dev.interrupt.queue, 0);
	isr = 1;
	gic.level[LINE] = true;
	assert_true(virtio_interrupt_look(&dev, 0));
	assert_int_equal(dev.interrupt.queue, 1);
	/* The line stays on for the other one. */
	virtio_interrupt_close(&dev);
	assert_int_equal(fake_gic_enabled(&gic), 1);
	irq_disconnect(&other);
	assert_int_equal(fake_gic_enabled(&gic), 0);
}

/* The line is raised, and the handler reads why. */
static void be_answered_by_pin(void)
{
	route();
	open_as(INTERRUPT_INTX);
	isr = 1;
	gic.level[LINE] = true;
	assert_true(virtio_interrupt_look(&dev, 0));
	virtio_interrupt_answered(&dev);
}

/* The status was read by somebody else, which took the interrupt away: that is the cause. */
static void test_status_read_by_others(void **state)
{
	(void)state;
	be_answered_by_pin();
	note_read(1);
	assert_true(virtio_interrupt_look(&dev, INTERRUPT_MISSED_US + 1));
	virtio_interrupt_answered(&dev);
	assert_int_equal(dev.interrupt.mode, INTERRUPT_POLL);
	assert_true(dev.interrupt.failed);
	assert_string_equal(dev.interrupt.cause, mistake_text(MISTAKE_ISR_TWICE));
	assert_true(pin_is_off());
}

/* Nor is the handler's own reading taken for somebody else's. */
static void test_missed(void **state)
{
	(void)state;
	be_answered_by_pin();
	isr = 1;
	assert_true(virtio_interrupt_look(&dev, INTERRUPT_MISSED_US + 1));
	virtio_interrupt_answered(&dev);
	virtio_interrupt_report(&dev);
	host_expect_line("interrupt status is 0x1, and interrupt 48 did not come");
	assert_true(pin_is_off());
}

/* Nothing is told to a device that is not to use messages. */
static void test_assign_by_pin(void **state)
{
	(void)state;
	route();
	open_as(INTERRUPT_INTX);
	virtio_interrupt_assign(&dev, 0);
	assert_int_equal(dev.interrupt.mode, INTERRUPT_INTX);
}

static void test_pin_without_route(void **state)
{
	(void)state;
	expect_unusable(
		INTERRUPT_INTX, "interrupt # SKIP its pin is not routed: not found: polled");
}

static void test_not_mmio(void **state)
{
	(void)state;
	expect_unusable(
		INTERRUPT_MMIO, "interrupt # SKIP irq=mmio is not for virtio-pci of a test");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_pin, setup, interrupt_teardown),
		cmocka_unit_test_setup_teardown(test_shared_line, setup, interrupt_teardown),
		cmocka_unit_test_setup_teardown(
			test_status_read_by_others, setup, interrupt_teardown),
		cmocka_unit_test_setup_teardown(test_missed, setup, interrupt_teardown),
		cmocka_unit_test_setup_teardown(test_assign_by_pin, setup, interrupt_teardown),
		cmocka_unit_test_setup_teardown(test_pin_without_route, setup, interrupt_teardown),
		cmocka_unit_test_setup_teardown(test_not_mmio, setup, interrupt_teardown),
	};

	return cmocka_run_group_tests_name("interrupt_pin", tests, NULL, NULL);
}
