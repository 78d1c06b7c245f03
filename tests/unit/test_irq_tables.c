/* SPDX-License-Identifier: BSD-2-Clause */
/* In: platform/irq_tables.c. Out: whether each thing is kept once, as many as there is room for. */
#include "host.h"

#include <string.h>

#include "platform/irq_tables.h"

static struct irq_tables t;

static int setup(void **state)
{
	memset(&t, 0, sizeof(t));
	return host_reset(state);
}

/* The n-th of a kind, each another one. */
static enum status add_redistributors(unsigned n)
{
	return irq_add_redistributors(&t, 0x20000 * (n + 1ull), 0x20000, "test");
}

static enum status add_its(unsigned n)
{
	return irq_add_its(&t, &(struct irq_its){0x10000 * (n + 1ull), n}, "test");
}

static enum status add_frame(unsigned n)
{
	return irq_add_frame(&t, &(struct irq_frame){.base = 0x1000 * (n + 1ull)}, "test");
}

static enum status add_io_apic(unsigned n)
{
	return irq_add_io_apic(
		&t, &(struct irq_io_apic){.base = 0xfec00000 + 0x1000ull * n}, "test");
}

static enum status add_override(unsigned n)
{
	return irq_add_override(&t, &(struct irq_override){.source = (uint8_t)n}, "test");
}

static enum status add_route(unsigned n)
{
	const struct irq_route route = {.bus = (uint8_t)(n / 128),
		.device = n / 4 % 32,
		.device_mask = 31,
		.pin = (uint8_t)(n % 4 + 1)};

	return irq_add_route(&t, &route, "test");
}

static enum status add_map(unsigned n)
{
	return irq_add_map(&t, &(struct irq_map){.first = 256 * n, .count = 256}, "test");
}

static const struct {
	enum status (*add)(unsigned n);
	unsigned room;
	const unsigned *count;
	enum status beyond;
} kinds[] = {
	{add_redistributors, IRQ_MAX_REDISTRIBUTORS, &t.gic.redistributor_count, ERR_NO_MEMORY},
	{add_its, IRQ_MAX_ITS, &t.gic.its_count, ERR_NO_MEMORY},
	{add_frame, IRQ_MAX_FRAMES, &t.gic.frame_count, ERR_NO_MEMORY},
	{add_io_apic, IRQ_MAX_IO_APICS, &t.apic.io_count, ERR_NO_MEMORY},
	{add_override, IRQ_MAX_OVERRIDES, &t.apic.override_count, ERR_RANGE}, /* ISA has no more */
	{add_route, IRQ_MAX_ROUTES, &t.route_count, ERR_NO_MEMORY},
	{add_map, IRQ_MAX_MAPS, &t.map_count, ERR_NO_MEMORY},
};

/* A line for what there is no room for; what is there already is no more than before. */
static void test_room(void **state)
{
	for (unsigned i = 0; i < ARRAY_SIZE(kinds); i++) {
		setup(state);
		for (unsigned n = 0; n < kinds[i].room; n++)
			assert_int_equal(kinds[i].add(n), OK);
		assert_int_equal(*kinds[i].count, kinds[i].room);
		assert_int_equal(kinds[i].add(kinds[i].room), kinds[i].beyond);
		assert_true(host_logged(kinds[i].beyond == ERR_RANGE ? "is refused" : "no room ("));
		assert_int_equal(kinds[i].add(kinds[i].room - 1), OK);
		assert_int_equal(*kinds[i].count, kinds[i].room);
	}
}

/* As servers have them: a window for each of 64 processors, and I/O APICs in four sockets. */
static void test_large_machines(void **state)
{
	(void)state;
	t.gic.distributor = 0x8000000;
	for (unsigned n = 0; n < 64; n++)
		assert_int_equal(add_redistributors(n), OK);
	for (unsigned n = 0; n < 17; n++)
		assert_int_equal(add_io_apic(n), OK);
	for (unsigned n = 0; n < 16; n++)
		assert_int_equal(add_its(n), OK);
	assert_int_equal(irq_add_redistributors(&t, 0x1000000, 0x20000, "test"), OK);
	assert_int_equal(irq_add_redistributors(&t, 0x1020000, 0x40000, "test"), OK);
	irq_tables_log(&t);
	assert_true(host_logged("redistributors at 0x20000 to 0x800000: 64 windows of 0x20000"));
	assert_true(host_logged("redistributors at 0x1000000, 0x20000 bytes"));
	assert_true(host_logged("redistributors at 0x1020000, 0x40000 bytes"));
}

static void test_refused(void **state)
{
	(void)state;
	assert_int_equal(irq_add_redistributors(&t, 0x20001, 0x20000, "test"), ERR_RANGE);
	assert_int_equal(irq_add_redistributors(&t, 0x20000, UINT64_MAX, "test"), ERR_RANGE);
	assert_int_equal(irq_add_its(&t, &(struct irq_its){0}, "test"), ERR_RANGE);
	assert_int_equal(irq_add_frame(&t, &(struct irq_frame){.base = 0x800}, "test"), ERR_RANGE);
	assert_int_equal(irq_add_io_apic(&t, &(struct irq_io_apic){0}, "test"), ERR_RANGE);
	assert_int_equal(
		irq_add_io_apic(&t, &(struct irq_io_apic){.base = 0x100000000}, "test"), ERR_RANGE);
	assert_int_equal(irq_add_route(&t, &(struct irq_route){.pin = 0}, "test"), ERR_RANGE);
	assert_int_equal(irq_add_route(&t, &(struct irq_route){.pin = 5}, "test"), ERR_RANGE);
	assert_int_equal(irq_add_map(&t, &(struct irq_map){.count = 0}, "test"), ERR_RANGE);
	assert_int_equal(
		irq_add_map(&t, &(struct irq_map){.count = 2, .device = UINT32_MAX}, "test"),
		ERR_RANGE);
	assert_memory_equal(&t, &(struct irq_tables){0}, sizeof(t));
}

/* Without a word about its segment a function is its own requester id. */
static void test_device_of_a_requester(void **state)
{
	const struct irq_map map = {.segment = 1, .first = 0x100, .count = 0x10, .device = 0x8000};
	struct irq_device device = {0};

	(void)state;
	assert_int_equal(irq_add_map(&t, &map, "test"), OK);
	assert_int_equal(irq_find_device(&t, 1, 0x10f, &device), OK);
	assert_true(device.id == 0x800f && !device.assumed);
	assert_int_equal(irq_find_device(&t, 1, 0x110, &device), ERR_NOT_FOUND);
	assert_int_equal(irq_find_device(&t, 0, 0x110, &device), OK);
	assert_true(device.id == 0x110 && device.assumed);
}

static void test_log(void **state)
{
	(void)state;
	t.gic.distributor = 0x8000000;
	t.apic.local = 0xfee00000;
	for (unsigned i = 0; i < ARRAY_SIZE(kinds); i++)
		assert_int_equal(kinds[i].add(0), OK);
	irq_tables_log(&t);
	assert_true(host_logged("GIC: distributor 0x8000000, processor interface 0x0"));
	assert_true(host_logged("GIC: redistributors at 0x20000, 0x20000 bytes"));
	assert_true(host_logged("GIC: ITS at 0x10000"));
	assert_true(host_logged("GIC: MSI frame at 0x1000, 0 SPIs from 0"));
	assert_true(host_logged("local APIC: 0xfee00000, 8259: no, ISA overrides: 1"));
	assert_true(host_logged("I/O APIC: 0xfec00000, from interrupt 0 on"));
	assert_true(host_logged("PCI: 1 interrupt routes, 1 maps of MSI senders"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_room, setup),
		cmocka_unit_test_setup(test_large_machines, setup),
		cmocka_unit_test_setup(test_refused, setup),
		cmocka_unit_test_setup(test_device_of_a_requester, setup),
		cmocka_unit_test_setup(test_log, setup),
	};

	return cmocka_run_group_tests_name("irq_tables", tests, NULL, NULL);
}
