/* SPDX-License-Identifier: BSD-2-Clause */
/* In: platform/pci_interrupt.c over a fake PCI. Out: whether pins swizzle and MSI-X is programmed.
 */
#include "fake_pci.h"

#include <string.h>

#include "mem/format.h"
#include "platform/pci_interrupt.h"

#define TABLE      0x10001000u
#define TABLE_SIZE 0x1000u
#define CAP        0x98u

static struct fake_pci machine;
static struct pci_tree tree;
static struct irq_tables tables;
static uint32_t words[TABLE_SIZE / 4];
static char order[512]; /* what was written to entry 1, in this order */

static const struct pci_host virt = {
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
	if (offset / 16 == 1)
		format_append(order, sizeof(order), "%lx=%lx ", offset % 16, value);
}

static int setup(void **state)
{
	if (host_reset(state))
		return -1;
	memset(&tree, 0, sizeof(tree));
	memset(&tables, 0, sizeof(tables));
	memset(words, 0, sizeof(words));
	order[0] = '\0';
	/* Before the fake machine's own windows, which know of no table. */
	host_add_window(
		&(struct host_window){IO_MMIO, TABLE, TABLE_SIZE, table_read, table_write, NULL});
	fake_pci_init(&machine, &virt);
	return 0;
}

/* A function with three entries in BAR 1 at 0, and its pending bits at 0x800. */
static struct fake_function *add_gpu(struct fake_function *bridge, unsigned device)
{
	struct fake_function *f = fake_pci_add(&machine, bridge, device, 0, 0x1af4, 0x1050);

	fake_pci_add_bar(f, 1, 0, TABLE_SIZE, bridge ? 0 : TABLE);
	fake_pci_add_capability(f, CAP, PCI_CAP_ID_MSIX, 0);
	fake_pci_put(f, CAP + 2, 2, 2);
	memset(&f->writable[CAP + 2], 0, 1);
	f->writable[CAP + 3] = 0xc0;
	fake_pci_put(f, CAP + 4, 4, 1);
	fake_pci_put(f, CAP + 8, 4, 0x801);
	fake_pci_put(f, PCI_INTERRUPT_PIN, 1, 1);
	return f;
}

static struct pci_device *scan_last(void)
{
	assert_int_equal(pci_scan(&tree, &virt), OK);
	return &tree.devices[tree.count - 1];
}

static void test_msix(void **state)
{
	const struct irq_message message = {0x180000040ul, 0x51};
	struct fake_function *f = add_gpu(NULL, 2);
	struct pci_device *d = scan_last();
	struct pci_msix msix;

	(void)state;
	assert_int_equal(pci_msix_open(&tree, d, "gpu", &msix), OK);
	assert_int_equal(msix.count, 3);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(words[i * 4 + 3], 1);
	assert_int_equal(words[3 * 4 + 3], 0);
	assert_int_equal(fake_pci_get(f, CAP + 2, 2), 0x4002);
	order[0] = '\0';
	pci_msix_set(&msix, 1, &message);
	assert_string_equal(order, "c=1 0=80000040 4=1 8=51 c=0 ");
	assert_int_equal(pci_msix_enable(d, &msix), OK);
	assert_int_equal(fake_pci_get(f, CAP + 2, 2), 0x8002);
	assert_false(pci_msix_is_pending(&msix, 1));
	words[0x800 / 4] = 2;
	assert_true(pci_msix_is_pending(&msix, 1));
	assert_false(pci_msix_is_pending(&msix, 0));
	pci_msix_mask(d, &msix);
	assert_int_equal(fake_pci_get(f, CAP + 2, 2), 0xc002);
	pci_msix_disable(d);
	assert_int_equal(fake_pci_get(f, CAP + 2, 2), 0x4002);
}

static void test_msix_is_not_there(void **state)
{
	struct fake_function *f = fake_pci_add(&machine, NULL, 2, 0, 0x1af4, 0x1050);
	struct pci_msix msix;

	(void)state;
	(void)f;
	assert_int_equal(pci_msix_open(&tree, scan_last(), "gpu", &msix), ERR_NOT_FOUND);
}

/* A table beyond its BAR, in a reserved BAR, in one that is not there. */
static void test_msix_table_is_wrong(void **state)
{
	static const struct {
		uint32_t where;
		enum status status;
	} cases[] = {{0xff8 | 1, ERR_RANGE}, {7, ERR_MALFORMED}, {4, ERR_NOT_FOUND}};
	struct fake_function *f = add_gpu(NULL, 2);
	struct pci_device *d = scan_last();
	struct pci_msix msix;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		fake_pci_put(f, CAP + 4, 4, cases[i].where);
		assert_int_equal(pci_msix_open(&tree, d, "gpu", &msix), cases[i].status);
	}
	/* Without pending bits it works: only a diagnosis would look at them. */
	fake_pci_put(f, CAP + 4, 4, 1);
	fake_pci_put(f, CAP + 8, 4, 7);
	assert_int_equal(pci_msix_open(&tree, d, "gpu", &msix), OK);
	assert_false(pci_msix_is_pending(&msix, 0));
}

/* A capability that would go on where configuration space has another meaning. */
static void test_msix_at_the_end(void **state)
{
	struct fake_function *f = add_gpu(NULL, 2);
	struct pci_msix msix;

	(void)state;
	fake_pci_add_capability(f, CAP, PCI_CAP_ID_VNDR, 0xf8);
	fake_pci_add_capability(f, 0xf8, PCI_CAP_ID_MSIX, 0);
	assert_int_equal(pci_msix_open(&tree, scan_last(), "gpu", &msix), ERR_MALFORMED);
	assert_true(host_logged("the 12 bytes of that at 0xf8 do not fit"));
}

static void test_msix_does_not_stay_on(void **state)
{
	struct fake_function *f = add_gpu(NULL, 2);
	struct pci_device *d = scan_last();
	struct pci_msix msix;

	(void)state;
	assert_int_equal(pci_msix_open(&tree, d, "gpu", &msix), OK);
	f->writable[CAP + 3] = 0x40;
	assert_int_equal(pci_msix_enable(d, &msix), ERR_REFUSED);
	assert_true(host_logged("its control word reads 0x"));
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
	add_gpu(bridge, 3);
	d = scan_last();
	add_route(2, 4, 77);
	assert_int_equal(pci_find_line(&tables, d, &line), OK);
	assert_int_equal(line.number, 77);
	assert_int_equal(pci_sender(d).requester, 0x118);
}

static void test_interrupt_line_register(void **state)
{
	struct fake_function *f = add_gpu(NULL, 2);
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

static void test_allow_pin(void **state)
{
	struct fake_function *f = add_gpu(NULL, 2);
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
		cmocka_unit_test_setup(test_swizzle, setup),
		cmocka_unit_test_setup(test_interrupt_line_register, setup),
		cmocka_unit_test_setup(test_allow_pin, setup),
	};

	return cmocka_run_group_tests_name("pci_interrupt", tests, NULL, NULL);
}
