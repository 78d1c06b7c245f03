/* SPDX-License-Identifier: BSD-2-Clause */
/* In: platform/pci_interrupt.c over a fake PCI. Out: whether pins swizzle and MSI-X is programmed.
 */
#include "fake_msix.h"

#include <string.h>

#include "platform/pci_interrupt.h"

static struct fake_pci machine;
static struct pci_tree tree;
static struct irq_tables tables;
static struct fake_msix table;

static int setup(void **state)
{
	if (host_reset(state))
		return -1;
	memset(&tree, 0, sizeof(tree));
	memset(&tables, 0, sizeof(tables));
	fake_msix_init(&table);
	fake_pci_init(&machine, &fake_pci_virt);
	return 0;
}

static struct pci_device *scan_last(void)
{
	assert_int_equal(pci_scan(&tree, &fake_pci_virt), OK);
	return &tree.devices[tree.count - 1];
}

static void test_msix(void **state)
{
	const struct irq_message message = {0x180000040ul, 0x51};
	struct fake_function *f = fake_msix_add(&machine, NULL, 2, 3);
	struct pci_device *d = scan_last();
	struct pci_msix msix;

	(void)state;
	assert_int_equal(pci_msix_open(&tree, d, "gpu", &msix), OK);
	assert_int_equal(msix.count, 3);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(table.words[i * 4 + 3], 1);
	assert_int_equal(table.words[3 * 4 + 3], 0);
	assert_int_equal(fake_pci_get(f, FAKE_MSIX_CONTROL, 2), 0x4002);
	table.order[0] = '\0';
	pci_msix_set(&msix, 1, &message);
	assert_string_equal(table.order, "c=1 0=80000040 4=1 8=51 c=0 ");
	assert_int_equal(pci_msix_enable(d, &msix), OK);
	assert_int_equal(fake_pci_get(f, FAKE_MSIX_CONTROL, 2), 0x8002);
	assert_false(pci_msix_is_pending(&msix, 1));
	table.words[FAKE_MSIX_PENDING / 4] = 2;
	assert_true(pci_msix_is_pending(&msix, 1));
	assert_false(pci_msix_is_pending(&msix, 0));
	pci_msix_mask(d, &msix);
	assert_int_equal(fake_pci_get(f, FAKE_MSIX_CONTROL, 2), 0xc002);
	pci_msix_disable(d);
	assert_int_equal(fake_pci_get(f, FAKE_MSIX_CONTROL, 2), 0x4002);
}

static void test_msix_is_not_there(void **state)
{
	struct pci_msix msix;

	(void)state;
	fake_msix_add(&machine, NULL, 2, 0);
	assert_int_equal(pci_msix_open(&tree, scan_last(), "gpu", &msix), ERR_NOT_FOUND);
}

/* A table beyond its BAR, in a reserved BAR, in one that is not there. */
static void test_msix_table_is_wrong(void **state)
{
	static const struct {
		uint32_t where;
		enum status status;
	} cases[] = {
		{0xff8 | 1, ERR_RANGE}, {7, ERR_MALFORMED}, {6, ERR_MALFORMED}, {4, ERR_NOT_FOUND}};
	struct fake_function *f = fake_msix_add(&machine, NULL, 2, 3);
	struct pci_device *d = scan_last();
	struct pci_msix msix;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		fake_pci_put(f, FAKE_MSIX_CAP + 4, 4, cases[i].where);
		assert_int_equal(pci_msix_open(&tree, d, "gpu", &msix), cases[i].status);
	}
	host_expect_line("MSI-X: BAR 6 is reserved");
	/* Without pending bits it works: only a diagnosis would look at them. */
	fake_pci_put(f, FAKE_MSIX_CAP + 4, 4, 1);
	fake_pci_put(f, FAKE_MSIX_CAP + 8, 4, 7);
	assert_int_equal(pci_msix_open(&tree, d, "gpu", &msix), OK);
	assert_false(pci_msix_is_pending(&msix, 0));
}

/* A capability that would go on where configuration space has another meaning. */
static void test_msix_at_the_end(void **state)
{
	struct fake_function *f = fake_msix_add(&machine, NULL, 2, 3);
	struct pci_msix msix;

	(void)state;
	fake_pci_add_capability(f, FAKE_MSIX_CAP, PCI_CAP_ID_VNDR, 0xf8);
	fake_pci_add_capability(f, 0xf8, PCI_CAP_ID_MSIX, 0);
	assert_int_equal(pci_msix_open(&tree, scan_last(), "gpu", &msix), ERR_MALFORMED);
	assert_true(host_logged("the 12 bytes of that at 0xf8 do not fit"));
}

static void test_msix_does_not_stay_on(void **state)
{
	struct fake_function *f = fake_msix_add(&machine, NULL, 2, 3);
	struct pci_device *d = scan_last();
	struct pci_msix msix;

	(void)state;
	assert_int_equal(pci_msix_open(&tree, d, "gpu", &msix), OK);
	f->writable[FAKE_MSIX_CONTROL + 1] = 0x40;
	assert_int_equal(pci_msix_enable(d, &msix), ERR_REFUSED);
	assert_true(host_logged("its control word reads 0x"));
}

/* Where it is off, or not there, nothing is written: not to what else stands at that offset. */
static void test_msix_is_off_already(void **state)
{
	(void)state;
	for (unsigned entries = 0; entries <= 3; entries += 3) {
		struct fake_function *f;
		struct pci_device *d;

		setup(NULL);
		f = fake_msix_add(&machine, NULL, 2, entries);
		fake_pci_put(f, 2, 2, 0x9050); /* a device id with the bit that turns MSI-X on */
		d = scan_last();
		machine.writes = 0;
		pci_msix_disable(d);
		assert_int_equal(machine.writes, 0);
	}
}

static void add_route(uint8_t device, uint8_t pin, uint32_t number)
{
	struct irq_route route = {
		.device = device, .device_mask = 0x1f, .pin = pin, .line = {.number = number}};

	assert_int_equal(irq_add_route(&tables, &route, "test"), OK);
}

/* INTA of device 3 behind a bridge that is device 2: INTD of the bridge. */
static void test_swizzle(void **state)
{
	struct fake_function *bridge = fake_pci_add(&machine, NULL, 2, 0, 0x1b36, 0xc);
	struct irq_line line;
	struct pci_device *d;

	(void)state;
	fake_pci_make_bridge(bridge, 1, 1);
	fake_msix_add(&machine, bridge, 3, 3);
	d = scan_last();
	add_route(2, 4, 77);
	assert_int_equal(pci_find_line(&tables, d, &line), OK);
	assert_int_equal(line.number, 77);
	assert_int_equal(pci_sender(d).requester, 0x118);
}

static void test_interrupt_line_register(void **state)
{
	struct fake_function *f = fake_msix_add(&machine, NULL, 2, 3);
	struct pci_device *d = scan_last();
	struct irq_override override = {.source = 11, .line = {.number = 27}};
	struct irq_line line;

	(void)state;
	fake_pci_put(f, PCI_INTERRUPT_LINE, 1, 11);
	/* It means nothing where there are no ISA interrupts. */
	assert_int_equal(pci_find_line(&tables, d, &line), ERR_NOT_FOUND);
	assert_true(host_logged("no table routes pin INTA of device 2 on bus 00"));
	tables.apic.local = 0xfee00000;
	assert_int_equal(pci_find_line(&tables, d, &line), OK);
	assert_true(line.number == 11 && line.low && !line.edge);
	assert_int_equal(irq_add_override(&tables, &override, "test"), OK);
	assert_int_equal(pci_find_line(&tables, d, &line), OK);
	assert_true(line.number == 27 && !line.low);
	assert_true(
		host_logged("firmware's Interrupt Line register, 11, is taken for interrupt 27"));
	fake_pci_put(f, PCI_INTERRUPT_LINE, 1, 0xff);
	assert_int_equal(pci_find_line(&tables, d, &line), ERR_NOT_FOUND);
	fake_pci_put(f, PCI_INTERRUPT_PIN, 1, 0);
	assert_int_equal(pci_find_line(&tables, d, &line), ERR_NOT_FOUND);
	assert_true(host_logged("the function has no pin"));
}

/* Four pins, and what is no pin. */
static void test_pins(void **state)
{
	struct fake_function *f = fake_msix_add(&machine, NULL, 2, 0);
	struct pci_device *d = scan_last();
	struct irq_line line;

	(void)state;
	for (uint8_t pin = 1; pin <= 4; pin++) {
		add_route(2, pin, 70 + pin);
		fake_pci_put(f, PCI_INTERRUPT_PIN, 1, pin);
		assert_int_equal(pci_find_line(&tables, d, &line), OK);
		assert_int_equal(line.number, 70 + pin);
	}
	fake_pci_put(f, PCI_INTERRUPT_PIN, 1, 5);
	assert_int_equal(pci_find_line(&tables, d, &line), ERR_NOT_FOUND);
	host_expect_line("the function has no pin");
}

static void test_allow_pin(void **state)
{
	struct fake_function *f = fake_msix_add(&machine, NULL, 2, 3);
	struct pci_device *d = scan_last();

	(void)state;
	f->writable[PCI_COMMAND + 1] = 0xff;
	pci_allow_pin(d, false);
	assert_int_equal(fake_pci_get(f, PCI_COMMAND, 2) & 0x400, 0x400);
	pci_allow_pin(d, true);
	assert_int_equal(fake_pci_get(f, PCI_COMMAND, 2) & 0x400, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_msix, setup),
		cmocka_unit_test_setup(test_msix_is_not_there, setup),
		cmocka_unit_test_setup(test_msix_table_is_wrong, setup),
		cmocka_unit_test_setup(test_msix_at_the_end, setup),
		cmocka_unit_test_setup(test_msix_does_not_stay_on, setup),
		cmocka_unit_test_setup(test_msix_is_off_already, setup),
		cmocka_unit_test_setup(test_swizzle, setup),
		cmocka_unit_test_setup(test_pins, setup),
		cmocka_unit_test_setup(test_interrupt_line_register, setup),
		cmocka_unit_test_setup(test_allow_pin, setup),
	};

	return cmocka_run_group_tests_name("pci_interrupt", tests, NULL, NULL);
}
