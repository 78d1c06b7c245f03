/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In: virtio/interrupt.c over MSI-X of a fake PCI function, to the frame of a fake GICv2. Out:
 * whether messages are told apart, missed by name, and done without.
 */
#include "fake_msix.h"
#include "interrupt_host.h"

#define FRAME     0x8020000u
#define SETSPI    0x40u
#define TYPER     0x008u
#define FIRST_SPI 40u

static struct fake_pci machine;
static struct fake_function *function;
static struct fake_msix table;
static uint32_t frame_type; /* MSI_TYPER */
static uint16_t vectors[2]; /* that the device was told: configuration, queue */

static uint64_t frame_read(void *context, uint64_t offset, unsigned width)
{
	(void)context;
	(void)width;
	assert_int_equal(offset, TYPER);
	return frame_type;
}

static const char *set_vectors(struct virtio_device *d, uint16_t config, uint16_t queue)
{
	assert_ptr_equal(d, &dev);
	vectors[0] = config;
	vectors[1] = queue;
	return NULL;
}

static const struct virtio_transport modern = {
	.name = "virtio-pci of a test",
	.set_vectors = set_vectors,
};
static const struct virtio_transport legacy = {.name = "legacy virtio-pci of a test"};

/* A function with MSI-X of `entries`; none with 0. */
static void add_function(unsigned entries)
{
	function = fake_msix_add(&machine, NULL, 2, entries);
	assert_int_equal(pci_scan(&tree, &fake_pci_virt), OK);
	dev.pci = &tree.devices[0];
}

static int setup(void **state)
{
	if (interrupt_setup(state))
		return -1;
	frame_type = FIRST_SPI << 16 | 8;
	dev = (struct virtio_device){.name = "virtio-pci@2", .transport = &modern};
	gic.tables.gic.frames[gic.tables.gic.frame_count++] = (struct irq_frame){.base = FRAME};
	host_add_window(&(struct host_window){IO_MMIO, FRAME, 0x1000, frame_read, NULL, NULL});
	fake_msix_init(&table);
	fake_pci_init(&machine, &fake_pci_virt);
	return irq_open(&gic.tables, &pool) == OK ? 0 : -1;
}

/* What the device does to send the message of an entry: nothing while that, or all, is masked. */
static void send(unsigned entry)
{
	const uint32_t *e = &table.words[4 * entry];

	if (fake_pci_get(function, FAKE_MSIX_CONTROL, 2) >> 14 != 2 || e[3] & 1) {
		table.words[FAKE_MSIX_PENDING / 4] |= 1u << entry;
		return;
	}
	assert_int_equal(e[0], FRAME + SETSPI);
	assert_int_equal(e[1], 0);
	gic.pending[e[2]] = true;
}

static void test_vectors(void **state)
{
	(void)state;
	add_function(3);
	open_as(INTERRUPT_MSIX);
	assert_int_equal(dev.interrupt.mode, INTERRUPT_MSIX);
	assert_int_equal(fake_gic_enabled(&gic), 2);
	assert_int_equal(table.words[4 * 2 + 3], 1);
	virtio_interrupt_assign(&dev, 0);
	assert_int_equal(vectors[0], 0);
	assert_int_equal(vectors[1], 1);
	assert_true(virtio_interrupt_tells_changes(&dev));
	send(1);
	assert_true(virtio_interrupt_look(&dev, 0));
	virtio_interrupt_answered(&dev);
	assert_false(virtio_interrupt_changed(&dev));
	send(0);
	assert_false(virtio_interrupt_look(&dev, 0));
	assert_true(virtio_interrupt_changed(&dev));
	assert_true(virtio_interrupt_is_alarm(&dev));
	assert_int_equal(irq_counts().unclaimed, 0);
	virtio_interrupt_report(&dev);
	host_expect_line("interrupts by msix: queue 1, config 1, spurious 0");
	virtio_interrupt_close(&dev);
	assert_int_equal(fake_pci_get(function, FAKE_MSIX_CONTROL, 2), 0xc002);
	assert_int_equal(fake_gic_enabled(&gic), 0);
	send(1);
	assert_true(table.words[FAKE_MSIX_PENDING / 4] == 2);
}

/* The one entry is the queue's: of changes nothing is told. */
static void test_one_vector(void **state)
{
	(void)state;
	add_function(1);
	open_as(INTERRUPT_MSIX);
	virtio_interrupt_assign(&dev, 0);
	assert_int_equal(vectors[0], VIRTIO_MSI_NO_VECTOR);
	assert_int_equal(vectors[1], 0);
	host_expect_line("MSI-X: one entry: changes of the configuration have none");
	assert_false(virtio_interrupt_tells_changes(&dev));
	virtio_interrupt_change_seen(&dev);
	assert_int_equal(dev.interrupt.mode, INTERRUPT_MSIX);
	send(0);
	assert_true(virtio_interrupt_look(&dev, 0));
	assert_int_equal(dev.interrupt.queue, 1);
}

static void missed(const char *cause)
{
	assert_true(virtio_interrupt_look(&dev, INTERRUPT_MISSED_US + 1));
	virtio_interrupt_answered(&dev);
	assert_int_equal(dev.interrupt.mode, INTERRUPT_POLL);
	assert_int_equal(fake_pci_get(function, FAKE_MSIX_CONTROL, 2), 0xc001);
	assert_int_equal(fake_gic_enabled(&gic), 0);
	virtio_interrupt_report(&dev);
	assert_false(tap_passed());
	host_expect_line(cause);
}

static void test_no_message(void **state)
{
	(void)state;
	add_function(2);
	open_as(INTERRUPT_MSIX);
	missed("not ok 1 - virtio-pci@2: interrupt # no message of MSI-X entry 1 arrived "
	       "(interrupt 41): the device sent none, or it is not routed");
}

static void test_message_is_masked(void **state)
{
	(void)state;
	add_function(2);
	open_as(INTERRUPT_MSIX);
	table.words[4 + 3] = 1;
	send(1);
	missed("not ok 1 - virtio-pci@2: interrupt # MSI-X entry 1 is pending: it is masked");
}

static void raise_change_late(void *context)
{
	if (++*(unsigned *)context == 3)
		send(0);
}

/* A change that was seen before its interrupt, which comes soon. */
static void test_late_change(void **state)
{
	unsigned turns = 0;

	(void)state;
	add_function(2);
	open_as(INTERRUPT_MSIX);
	gic.on_let_in = raise_change_late;
	gic.context = &turns;
	virtio_interrupt_change_seen(&dev);
	gic.on_let_in = NULL;
	assert_int_equal(turns, 3);
	assert_int_equal(dev.interrupt.mode, INTERRUPT_MSIX);
	assert_int_equal(dev.interrupt.config, 1);
}

static void test_no_msix(void **state)
{
	(void)state;
	add_function(0);
	expect_unusable(INTERRUPT_MSIX, "interrupt # SKIP the device has no MSI-X: polled");
}

static void test_legacy_has_no_vectors(void **state)
{
	(void)state;
	add_function(2);
	dev.transport = &legacy;
	expect_unusable(
		INTERRUPT_MSIX, "SKIP MSI-X is not used over legacy virtio-pci of a test: polled");
	assert_int_equal(fake_pci_get(function, FAKE_MSIX_CONTROL, 2), 1);
}

static void test_no_frame(void **state)
{
	(void)state;
	add_function(2);
	gic.tables.gic.frame_count = 0;
	expect_unusable(INTERRUPT_MSIX, "interrupt # SKIP MSI-X: unsupported: polled");
	host_expect_line("GICv2: no table names an MSI frame: it takes no messages");
}

/* A frame with one SPI, where two are needed: the first is given back. */
static void test_frame_is_used_up(void **state)
{
	(void)state;
	add_function(2);
	frame_type = FIRST_SPI << 16 | 1;
	expect_unusable(INTERRUPT_MSIX, "interrupt # SKIP MSI-X: out of memory: polled");
	host_expect_line("GICv2: all 1 messages of its frame are given out");
}

static void test_control_is_not_kept(void **state)
{
	(void)state;
	add_function(2);
	function->writable[FAKE_MSIX_CONTROL + 1] = 0x40;
	expect_unusable(INTERRUPT_MSIX, "interrupt # SKIP MSI-X: refused by the device: polled");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_vectors, setup, interrupt_teardown),
		cmocka_unit_test_setup_teardown(test_one_vector, setup, interrupt_teardown),
		cmocka_unit_test_setup_teardown(test_no_message, setup, interrupt_teardown),
		cmocka_unit_test_setup_teardown(test_message_is_masked, setup, interrupt_teardown),
		cmocka_unit_test_setup_teardown(test_late_change, setup, interrupt_teardown),
		cmocka_unit_test_setup_teardown(test_no_msix, setup, interrupt_teardown),
		cmocka_unit_test_setup_teardown(
			test_legacy_has_no_vectors, setup, interrupt_teardown),
		cmocka_unit_test_setup_teardown(test_no_frame, setup, interrupt_teardown),
		cmocka_unit_test_setup_teardown(test_frame_is_used_up, setup, interrupt_teardown),
		cmocka_unit_test_setup_teardown(
			test_control_is_not_kept, setup, interrupt_teardown),
	};

	return cmocka_run_group_tests_name("interrupt_msix", tests, NULL, NULL);
}
