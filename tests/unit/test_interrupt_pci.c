/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In: virtio/interrupt.c over a fake PCI function, by its pin or by MSI-X to the frame of a fake
 * GICv2. Out: whether interrupts are told apart, missed by name, and done without.
 */
#include "fake_gic.h"
#include "fake_pci.h"

#include <string.h>

#include "virtio/device.h"
#include "virtio/mistake.h"

#define TABLE      0x10001000u
#define TABLE_SIZE 0x1000u
#define PENDING    0x800u
#define CAP        0x98u
#define FRAME      0x8020000u
#define SETSPI     0x40u
#define TYPER      0x008u
#define FIRST_SPI  40u
#define LINE       48u

static struct fake_gic gic;
static struct fake_pci machine;
static struct fake_function *function;
static struct pci_tree tree;
static struct dma_pool pool;
static struct virtio_device dev;
static uint32_t words[TABLE_SIZE / 4]; /* of the MSI-X table */
static uint32_t frame_type; /* MSI_TYPER */
static uint8_t isr;
static uint16_t vectors[2]; /* that the device was told: configuration, queue */

static const struct pci_host host = {
	.ecam_base = 0x4010000000,
	.bus_last = 0xff,
	.apertures = {{PCI_SPACE_MEMORY, false, 0x10000000, 0x10000000, 0x2eff0000, false}},
	.aperture_count = 1,
	.source = "test",
};

static uint64_t table_read(void *context, uint64_t offset, unsigned width)
{
	(void)context;
	assert_int_equal(width, 4);
	return words[offset / 4];
}

static void table_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
	(void)context;
	assert_int_equal(width, 4);
	words[offset / 4] = (uint32_t)value;
}

static uint64_t frame_read(void *context, uint64_t offset, unsigned width)
{
	(void)context;
	(void)width;
	assert_int_equal(offset, TYPER);
	return frame_type;
}

/* Reading takes it away, and the line with it. */
static uint8_t read_isr(struct virtio_device *d)
{
	uint8_t was = isr;

	assert_ptr_equal(d, &dev);
	isr = 0;
	gic.level[LINE] = false;
	return was;
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
	.read_interrupt_status = read_isr,
	.set_vectors = set_vectors,
};
static const struct virtio_transport legacy = {
	.name = "legacy virtio-pci of a test",
	.read_interrupt_status = read_isr,
};

/* A function with MSI-X of `entries`; none with 0. */
static void add_function(unsigned entries)
{
	function = fake_pci_add(&machine, NULL, 2, 0, 0x1af4, 0x1050);
	fake_pci_add_bar(function, 1, 0, TABLE_SIZE, TABLE);
	fake_pci_put(function, PCI_INTERRUPT_PIN, 1, 1);
	fake_pci_put(function, PCI_INTERRUPT_LINE, 1, 0xff);
	function->writable[PCI_COMMAND + 1] = PCI_COMMAND_INTX_DISABLE >> 8;
	if (entries) {
		fake_pci_add_capability(function, CAP, PCI_CAP_ID_MSIX, 0);
		fake_pci_put(function, CAP + 2, 2, entries - 1);
		function->writable[CAP + 2] = 0;
		function->writable[CAP + 3] = 0xc0;
		fake_pci_put(function, CAP + 4, 4, 1);
		fake_pci_put(function, CAP + 8, 4, PENDING | 1);
	}
	assert_int_equal(pci_scan(&tree, &host), OK);
	dev.pci = &tree.devices[0];
}

static int setup(void **state)
{
	if (host_reset(state))
		return -1;
	memset(&tree, 0, sizeof(tree));
	memset(words, 0, sizeof(words));
	frame_type = FIRST_SPI << 16 | 8;
	isr = 0;
	vectors[0] = vectors[1] = 0xeeee;
	dev = (struct virtio_device){.name = "virtio-pci@2", .transport = &modern};
	fake_gic_init(&gic);
	gic.tables.gic.frames[gic.tables.gic.frame_count++] = (struct irq_frame){.base = FRAME};
	host_add_window(&(struct host_window){IO_MMIO, FRAME, 0x1000, frame_read, NULL, NULL});
	host_add_window(
		&(struct host_window){IO_MMIO, TABLE, TABLE_SIZE, table_read, table_write, NULL});
	fake_pci_init(&machine, &host);
	return irq_open(&gic.tables, &pool) == OK ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	virtio_interrupt_close(&dev);
	irq_close();
	return 0;
}

static void open_as(enum interrupt_mode mode)
{
	virtio_interrupt_open(&dev, mode, &gic.tables, &tree);
}

static void route(void)
{
	struct irq_route r = {.device = 2, .device_mask = 0x1f, .pin = 1, .line = {.number = LINE}};

	assert_int_equal(irq_add_route(&gic.tables, &r, "test"), OK);
}

/* What the device does to send the message of an entry: nothing while that, or all, is masked. */
static void send(unsigned entry)
{
	const uint32_t *e = &words[4 * entry];

	if (fake_pci_get(function, CAP + 2, 2) >> 14 != 2 || e[3] & 1) {
		words[PENDING / 4] |= 1u << entry;
		return;
	}
	assert_int_equal(e[0], FRAME + SETSPI);
	assert_int_equal(e[1], 0);
	gic.pending[e[2]] = true;
}

static void expect(const char *line)
{
	if (!host_logged(line))
		fail_msg("no line has '%s'\n%s", line, host_log());
}

static bool pin_is_off(void)
{
	return fake_pci_get(function, PCI_COMMAND, 2) & PCI_COMMAND_INTX_DISABLE;
}

/* The pin is on while it is used, and MSI-X off, which firmware may have left on. */
static void test_pin(void **state)
{
	(void)state;
	add_function(2);
	fake_pci_put(function, CAP + 2, 2, 0x8001);
	fake_pci_put(function, PCI_COMMAND, 2, PCI_COMMAND_INTX_DISABLE);
	route();
	open_as(INTERRUPT_INTX);
	assert_int_equal(dev.interrupt.mode, INTERRUPT_INTX);
	assert_int_equal(fake_pci_get(function, CAP + 2, 2), 1);
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
	expect("interrupts by intx: queue 2, config 2, spurious 1");
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
	add_function(0);
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

/* The status was read by somebody else, which took the interrupt away: that is the cause. */
static void test_status_read_by_others(void **state)
{
	(void)state;
	add_function(0);
	route();
	open_as(INTERRUPT_INTX);
	isr = 1;
	gic.level[LINE] = true;
	assert_true(virtio_interrupt_look(&dev, 0));
	virtio_interrupt_answered(&dev);
	dev.journal.access[dev.journal.next++] = (struct io_access){"ISR", 0, 1, 0, 1, false};
	assert_true(virtio_interrupt_look(&dev, INTERRUPT_MISSED_US + 1));
	virtio_interrupt_answered(&dev);
	assert_int_equal(dev.interrupt.mode, INTERRUPT_POLL);
	assert_true(dev.interrupt.failed);
	assert_string_equal(dev.interrupt.cause, mistake_text(MISTAKE_ISR_TWICE));
	assert_true(pin_is_off());
}

static void test_vectors(void **state)
{
	(void)state;
	add_function(3);
	open_as(INTERRUPT_MSIX);
	assert_int_equal(dev.interrupt.mode, INTERRUPT_MSIX);
	assert_int_equal(fake_gic_enabled(&gic), 2);
	assert_int_equal(words[4 * 2 + 3], 1);
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
	virtio_interrupt_report(&dev);
	expect("interrupts by msix: queue 1, config 1, spurious 0");
	virtio_interrupt_close(&dev);
	assert_int_equal(fake_pci_get(function, CAP + 2, 2), 0xc002);
	assert_int_equal(fake_gic_enabled(&gic), 0);
	send(1);
	assert_true(words[PENDING / 4] == 2);
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
	expect("MSI-X: one entry: changes of the configuration have none");
	assert_false(virtio_interrupt_tells_changes(&dev));
	virtio_interrupt_change_seen(&dev);
	assert_int_equal(dev.interrupt.mode, INTERRUPT_MSIX);
	send(0);
	assert_true(virtio_interrupt_look(&dev, 0));
	assert_int_equal(dev.interrupt.queue, 1);
}

/* Nothing is told to a device that is not to use messages. */
static void test_assign_by_pin(void **state)
{
	(void)state;
	add_function(2);
	route();
	open_as(INTERRUPT_INTX);
	virtio_interrupt_assign(&dev, 0);
	assert_int_equal(vectors[0], 0xeeee);
	assert_int_equal(dev.interrupt.mode, INTERRUPT_INTX);
}

static void missed(const char *cause)
{
	assert_true(virtio_interrupt_look(&dev, INTERRUPT_MISSED_US + 1));
	virtio_interrupt_answered(&dev);
	assert_int_equal(dev.interrupt.mode, INTERRUPT_POLL);
	assert_int_equal(fake_pci_get(function, CAP + 2, 2), 0xc001);
	assert_int_equal(fake_gic_enabled(&gic), 0);
	virtio_interrupt_report(&dev);
	assert_false(tap_passed());
	expect(cause);
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
	words[4 + 3] = 1;
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

/* The device is polled, which is not its failure. */
static void unusable(enum interrupt_mode mode, const char *reason)
{
	open_as(mode);
	assert_int_equal(dev.interrupt.mode, INTERRUPT_POLL);
	assert_int_equal(fake_gic_enabled(&gic), 0);
	assert_true(virtio_interrupt_look(&dev, 0));
	virtio_interrupt_report(&dev);
	assert_true(tap_passed());
	expect(reason);
}

static void test_pin_without_route(void **state)
{
	(void)state;
	add_function(0);
	unusable(INTERRUPT_INTX, "interrupt # SKIP its pin is not routed: not found: polled");
}

static void test_not_mmio(void **state)
{
	(void)state;
	add_function(2);
	unusable(INTERRUPT_MMIO, "interrupt # SKIP irq=mmio is not for virtio-pci of a test");
}

static void test_no_msix(void **state)
{
	(void)state;
	add_function(0);
	unusable(INTERRUPT_MSIX, "interrupt # SKIP the device has no MSI-X: polled");
}

static void test_legacy_has_no_vectors(void **state)
{
	(void)state;
	add_function(2);
	dev.transport = &legacy;
	unusable(INTERRUPT_MSIX, "SKIP MSI-X is not used over legacy virtio-pci of a test: polled");
	assert_int_equal(fake_pci_get(function, CAP + 2, 2), 1);
}

static void test_no_frame(void **state)
{
	(void)state;
	add_function(2);
	gic.tables.gic.frame_count = 0;
	unusable(INTERRUPT_MSIX, "interrupt # SKIP MSI-X: unsupported: polled");
	expect("GICv2: no table names an MSI frame: it takes no messages");
}

/* A frame with one SPI, where two are needed: the first is given back. */
static void test_frame_is_used_up(void **state)
{
	(void)state;
	add_function(2);
	frame_type = FIRST_SPI << 16 | 1;
	unusable(INTERRUPT_MSIX, "interrupt # SKIP MSI-X: out of memory: polled");
	expect("GICv2: all 1 messages of its frame are given out");
}

static void test_control_is_not_kept(void **state)
{
	(void)state;
	add_function(2);
	function->writable[CAP + 3] = 0x40;
	unusable(INTERRUPT_MSIX, "interrupt # SKIP MSI-X: refused by the device: polled");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_pin, setup, teardown),
		cmocka_unit_test_setup_teardown(test_shared_line, setup, teardown),
		cmocka_unit_test_setup_teardown(test_status_read_by_others, setup, teardown),
		cmocka_unit_test_setup_teardown(test_vectors, setup, teardown),
		cmocka_unit_test_setup_teardown(test_one_vector, setup, teardown),
		cmocka_unit_test_setup_teardown(test_assign_by_pin, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_message, setup, teardown),
		cmocka_unit_test_setup_teardown(test_message_is_masked, setup, teardown),
		cmocka_unit_test_setup_teardown(test_late_change, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pin_without_route, setup, teardown),
		cmocka_unit_test_setup_teardown(test_not_mmio, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_msix, setup, teardown),
		cmocka_unit_test_setup_teardown(test_legacy_has_no_vectors, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_frame, setup, teardown),
		cmocka_unit_test_setup_teardown(test_frame_is_used_up, setup, teardown),
		cmocka_unit_test_setup_teardown(test_control_is_not_kept, setup, teardown),
	};

	return cmocka_run_group_tests_name("interrupt_pci", tests, NULL, NULL);
}
