/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_pci.h"

#include <string.h>

#define ROOT_PORT       4u
#define UPSTREAM_PORT   5u
#define DOWNSTREAM_PORT 6u

static struct fake_pci machine;
static struct pci_tree tree;

static const struct pci_host ecam = {.ecam_base = 0xb0000000, .bus_last = 0xff, .source = "test"};

static int setup(void **state)
{
	memset(&tree, 0, sizeof(tree));
	return host_reset(state);
}

static struct pci_device *find(const char *name)
{
	for (unsigned i = 0; i < tree.count; i++)
		if (!strcmp(tree.devices[i].name, name))
			return &tree.devices[i];
	return NULL;
}

static void test_functions(void **state)
{
	struct fake_function *f;
	struct pci_device *d;

	(void)state;
	fake_pci_init(&machine, &ecam);
	fake_pci_add(&machine, NULL, 0, 0, 0x8086, 0x29c0);
	f = fake_pci_add(&machine, NULL, 2, 0, 0x1af4, 0x1050);
	fake_pci_put(f, PCI_REVISION_ID, 4, 0x03800001);
	fake_pci_add(&machine, NULL, 31, 0, 0x8086, 0x2918);
	fake_pci_add(&machine, NULL, 31, 3, 0x8086, 0x2930);
	assert_int_equal(pci_scan(&tree, &ecam), OK);
	assert_int_equal(tree.count, 4);
	d = find("0000:00:02.0");
	assert_non_null(d);
	assert_int_equal(d->vendor_id, 0x1af4);
	assert_int_equal(d->device_id, 0x1050);
	assert_int_equal(d->class_code, 0x038000);
	assert_int_equal(d->revision, 1);
	assert_int_equal(d->header_type, 0);
	assert_null(d->bridge);
	assert_non_null(find("0000:00:1f.3"));
	assert_true(host_logged("0000:00:02.0: function: 1af4:1050 class 0x038000 revision 0x01"));
	/* One read for each of 29 devices and 6 functions that are not there; nothing written. */
	assert_int_equal(machine.absent_reads, 29 + 6);
	assert_int_equal(machine.writes, 0);
}

/* Function 0 decides whether there are others; 0x0000 is what a broken bridge answers. */
static void test_absent(void **state)
{
	struct fake_function *f;

	(void)state;
	fake_pci_init(&machine, &ecam);
	fake_pci_add(&machine, NULL, 1, 0, 0xffff, 0x1234);
	fake_pci_add(&machine, NULL, 1, 1, 0x1af4, 0x1050);
	fake_pci_add(&machine, NULL, 2, 0, 0, 0);
	f = fake_pci_add(&machine, NULL, 3, 0, 0x8086, 1);
	fake_pci_add(&machine, NULL, 3, 1, 0x8086, 2);
	f->config[PCI_HEADER_TYPE] = 0; /* says that it is alone */
	assert_int_equal(pci_scan(&tree, &ecam), OK);
	assert_int_equal(tree.count, 1);
	assert_string_equal(tree.devices[0].name, "0000:00:03.0");
	assert_true(host_logged("0000:00:02.0: function: vendor and device 0x0000"));
}

/* As OVMF leaves a q35 machine: root ports, a switch, numbers given. */
static void test_bridges(void **state)
{
	struct fake_function *port, *up, *down;
	struct pci_device *d;

	(void)state;
	fake_pci_init(&machine, &ecam);
	fake_pci_add(&machine, NULL, 0, 0, 0x8086, 0x29c0);
	port = fake_pci_add(&machine, NULL, 1, 0, 0x1b36, 0x000c);
	fake_pci_make_bridge(port, 1, 3);
	fake_pci_make_express(port, ROOT_PORT);
	up = fake_pci_add(&machine, port, 0, 0, 0x104c, 0x8232);
	fake_pci_make_bridge(up, 2, 3);
	fake_pci_make_express(up, UPSTREAM_PORT);
	down = fake_pci_add(&machine, up, 5, 0, 0x104c, 0x8233);
	fake_pci_make_bridge(down, 3, 3);
	fake_pci_make_express(down, DOWNSTREAM_PORT);
	fake_pci_add(&machine, down, 0, 0, 0x1af4, 0x1050);
	fake_pci_add(&machine, NULL, 2, 0, 0x1af4, 0x1044);
	assert_int_equal(pci_scan(&tree, &ecam), OK);
	assert_int_equal(tree.count, 6);
	d = find("0000:03:00.0");
	assert_non_null(d);
	assert_string_equal(d->bridge->name, "0000:02:05.0");
	assert_int_equal(d->bridge->secondary_bus, 3);
	assert_string_equal(d->bridge->bridge->bridge->name, "0000:00:01.0");
	assert_null(d->bridge->bridge->bridge->bridge);
	assert_non_null(find("0000:00:02.0"));
	/* Behind the root port and the downstream port only device 0 is looked for. */
	assert_int_equal(machine.absent_reads, 29 + 31);
	assert_int_equal(machine.writes, 0);
}

/* A machine that no firmware numbered, beside one port that has numbers. */
static void test_numbering(void **state)
{
	struct fake_function *a, *b, *c, *numbered;

	(void)state;
	fake_pci_init(&machine, &ecam);
	a = fake_pci_add(&machine, NULL, 1, 0, 0x1b36, 1);
	fake_pci_make_bridge(a, 0, 0);
	fake_pci_put(a, 0x1b, 1, 0x40); /* the latency timer stays */
	b = fake_pci_add(&machine, a, 3, 0, 0x1b36, 1);
	fake_pci_make_bridge(b, 0, 0);
	fake_pci_add(&machine, b, 7, 0, 0x1af4, 0x1050);
	numbered = fake_pci_add(&machine, NULL, 2, 0, 0x1b36, 2);
	fake_pci_make_bridge(numbered, 2, 4);
	c = fake_pci_add(&machine, numbered, 1, 0, 0x1b36, 3);
	fake_pci_make_bridge(c, 0, 0);
	fake_pci_add(&machine, c, 0, 0, 0x1af4, 0x1044);
	assert_int_equal(pci_scan(&tree, &ecam), ERR_NO_MEMORY);
	/* Bus 1 is the only free one below 2 to 4: nothing is left for what is behind `a`. */
	assert_int_equal(fake_pci_get(a, PCI_PRIMARY_BUS, 4), 0x40010100);
	assert_int_equal(fake_pci_get(c, PCI_PRIMARY_BUS, 4), 0x00030302);
	assert_non_null(find("0000:03:00.0"));
}

static void test_numbering_nested(void **state)
{
	struct fake_function *a, *b, *c;
	struct pci_device *d;

	(void)state;
	fake_pci_init(&machine, &ecam);
	a = fake_pci_add(&machine, NULL, 1, 0, 0x1b36, 1);
	fake_pci_make_bridge(a, 0, 0);
	b = fake_pci_add(&machine, a, 3, 0, 0x1b36, 1);
	fake_pci_make_bridge(b, 0, 0);
	fake_pci_add(&machine, b, 7, 0, 0x1af4, 0x1050);
	c = fake_pci_add(&machine, NULL, 2, 0, 0x1b36, 1);
	fake_pci_make_bridge(c, 0, 0);
	fake_pci_add(&machine, c, 9, 0, 0x1af4, 0x1044);
	assert_int_equal(pci_scan(&tree, &ecam), OK);
	assert_int_equal(fake_pci_get(a, PCI_PRIMARY_BUS, 4), 0x00020100);
	assert_int_equal(fake_pci_get(b, PCI_PRIMARY_BUS, 4), 0x00020201);
	assert_int_equal(fake_pci_get(c, PCI_PRIMARY_BUS, 4), 0x00030300);
	d = find("0000:02:07.0");
	assert_non_null(d);
	assert_int_equal(d->bridge->subordinate_bus, 2);
	assert_int_equal(d->bridge->bridge->subordinate_bus, 2);
	assert_non_null(find("0000:03:09.0"));
	assert_true(host_logged("0000:00:01.0: bridge: given buses 0x01 to 0x02"));
}

/* What a bridge claims stays its own, used or not. */
static void test_claims_stay(void **state)
{
	struct fake_function *a, *b;

	(void)state;
	fake_pci_init(&machine, &ecam);
	a = fake_pci_add(&machine, NULL, 1, 0, 0x1b36, 1);
	fake_pci_make_bridge(a, 1, 3);
	fake_pci_add(&machine, a, 0, 0, 0x1af4, 0x1044);
	b = fake_pci_add(&machine, NULL, 2, 0, 0x1b36, 1);
	fake_pci_make_bridge(b, 0, 0);
	fake_pci_add(&machine, b, 0, 0, 0x1af4, 0x1050);
	assert_int_equal(pci_scan(&tree, &ecam), OK);
	assert_int_equal(fake_pci_get(b, PCI_PRIMARY_BUS, 4), 0x00040400);
	assert_non_null(find("0000:04:00.0"));
}

static void test_no_number_left(void **state)
{
	static const struct pci_host two_buses = {
		.ecam_base = 0xb0000000, .bus_first = 8, .bus_last = 9, .source = "test"};
	struct fake_function *a, *b;

	(void)state;
	fake_pci_init(&machine, &two_buses);
	a = fake_pci_add(&machine, NULL, 1, 0, 0x1b36, 1);
	fake_pci_make_bridge(a, 0, 0);
	b = fake_pci_add(&machine, NULL, 2, 0, 0x1b36, 1);
	fake_pci_make_bridge(b, 0, 0);
	fake_pci_add(&machine, NULL, 3, 0, 0x1af4, 0x1050);
	assert_int_equal(pci_scan(&tree, &two_buses), ERR_NO_MEMORY);
	assert_int_equal(fake_pci_get(a, PCI_PRIMARY_BUS, 4), 0x00090908);
	assert_int_equal(fake_pci_get(b, PCI_PRIMARY_BUS, 4), 0);
	assert_int_equal(tree.count, 3);
	assert_true(host_logged("0000:08:02.0: error: bridge: no bus number is left"));
}

static void test_numbers_not_kept(void **state)
{
	struct fake_function *a;

	(void)state;
	fake_pci_init(&machine, &ecam);
	a = fake_pci_add(&machine, NULL, 1, 0, 0x1b36, 1);
	fake_pci_make_bridge(a, 0, 0);
	memset(a->writable + PCI_PRIMARY_BUS, 0, 4);
	fake_pci_add(&machine, NULL, 3, 0, 0x1af4, 0x1050);
	assert_int_equal(pci_scan(&tree, &ecam), ERR_PROTOCOL);
	assert_int_equal(tree.count, 2);
	assert_true(tree.devices[0].refused);
	assert_true(host_logged("error: bridge: does not keep the bus numbers 0x01 to 0xff"));
}

static void test_passive(void **state)
{
	struct fake_function *a, *b;

	(void)state;
	fake_pci_init(&machine, &ecam);
	a = fake_pci_add(&machine, NULL, 1, 0, 0x1b36, 1);
	fake_pci_make_bridge(a, 0, 0);
	b = fake_pci_add(&machine, NULL, 2, 0, 0x1b36, 1);
	fake_pci_make_bridge(b, 5, 5);
	fake_pci_add(&machine, b, 0, 0, 0x1af4, 0x1050);
	tree.passive = true;
	assert_int_equal(pci_scan(&tree, &ecam), OK);
	assert_int_equal(machine.writes, 0);
	assert_int_equal(tree.count, 3);
	assert_non_null(find("0000:05:00.0"));
	assert_true(host_logged("0000:00:01.0: bridge: has no bus numbers"));
}

/* One bridge with these numbers on bus 0x10 of 0x10 to 0x20, beside a good one of 0x11 to 0x12. */
static void check_refused(unsigned secondary, unsigned subordinate)
{
	static const struct pci_host host = {
		.ecam_base = 0xb0000000, .bus_first = 0x10, .bus_last = 0x20, .source = "test"};
	struct fake_function *good, *bad;

	setup(NULL);
	fake_pci_init(&machine, &host);
	good = fake_pci_add(&machine, NULL, 1, 0, 0x1b36, 1);
	fake_pci_make_bridge(good, 0x11, 0x12);
	fake_pci_add(&machine, good, 0, 0, 0x1af4, 0x1044);
	bad = fake_pci_add(&machine, NULL, 2, 0, 0x1b36, 1);
	fake_pci_make_bridge(bad, secondary, subordinate);
	fake_pci_add(&machine, NULL, 3, 0, 0x1af4, 0x1050);
	assert_int_equal(pci_scan(&tree, &host), ERR_PROTOCOL);
	assert_int_equal(tree.count, 4);
	assert_true(find("0000:10:02.0")->refused);
	assert_non_null(find("0000:10:03.0"));
	assert_non_null(find("0000:11:00.0"));
	assert_true(host_logged("0000:10:02.0: error: bridge: buses"));
	assert_int_equal(machine.writes, 0);
}

static void test_bad_numbers(void **state)
{
	(void)state;
	check_refused(0x10, 0x10); /* the bus it is on */
	check_refused(0x0f, 0x13); /* below the host */
	check_refused(0x21, 0x22); /* above the host */
	check_refused(0x11, 0x11); /* taken */
	check_refused(0x12, 0x14); /* partly taken */
	check_refused(0x14, 0x13); /* backwards */
}

static void test_own_bus_below(void **state)
{
	struct fake_function *a, *b;

	(void)state;
	fake_pci_init(&machine, &ecam);
	a = fake_pci_add(&machine, NULL, 1, 0, 0x1b36, 1);
	fake_pci_make_bridge(a, 1, 3);
	b = fake_pci_add(&machine, a, 0, 0, 0x1b36, 1);
	fake_pci_make_bridge(b, 1, 1);
	b = fake_pci_add(&machine, a, 1, 0, 0x1b36, 1);
	fake_pci_make_bridge(b, 4, 4); /* beyond the subordinate bus above */
	assert_int_equal(pci_scan(&tree, &ecam), ERR_PROTOCOL);
	assert_int_equal(tree.count, 3);
	assert_true(tree.devices[1].refused && tree.devices[2].refused);
}

static void test_subordinate_cut(void **state)
{
	struct fake_function *a, *b;

	(void)state;
	fake_pci_init(&machine, &ecam);
	a = fake_pci_add(&machine, NULL, 1, 0, 0x1b36, 1);
	fake_pci_make_bridge(a, 1, 3);
	b = fake_pci_add(&machine, a, 0, 0, 0x1b36, 1);
	fake_pci_make_bridge(b, 2, 9);
	fake_pci_add(&machine, b, 0, 0, 0x1af4, 0x1050);
	assert_int_equal(pci_scan(&tree, &ecam), ERR_PROTOCOL);
	assert_int_equal(tree.count, 3);
	assert_int_equal(find("0000:01:00.0")->subordinate_bus, 3);
	assert_non_null(find("0000:02:00.0"));
	assert_true(host_logged("only up to 0x03 are forwarded"));
}

static void test_full(void **state)
{
	struct fake_function *bridge;

	(void)state;
	fake_pci_init(&machine, &ecam);
	bridge = fake_pci_add(&machine, NULL, 0, 0, 0x1b36, 1);
	fake_pci_make_bridge(bridge, 0, 0);
	for (unsigned i = 0; i < 32; i++)
		for (unsigned f = 0; f < 8; f++)
			fake_pci_add(&machine, bridge, i, f, 0x1af4, 0x1050);
	assert_int_equal(pci_scan(&tree, &ecam), ERR_NO_MEMORY);
	assert_int_equal(tree.count, PCI_MAX_DEVICES);
	assert_true(host_logged("0000:01:1f.7: error: function: more than 256"));
	/* The bridge is left as every other. */
	assert_int_equal(fake_pci_get(bridge, PCI_PRIMARY_BUS, 4), 0x00010100);
}

/* As deep as buses go: the walk needs no stack. */
static void test_deep(void **state)
{
	struct fake_function *f = NULL;

	(void)state;
	the_log.level = LOG_ERROR;
	fake_pci_init(&machine, &ecam);
	for (unsigned i = 0; i < 255; i++) {
		f = fake_pci_add(&machine, f, 0, 0, 0x1b36, 1);
		fake_pci_make_bridge(f, 0, 0);
		fake_pci_make_express(f, DOWNSTREAM_PORT);
	}
	fake_pci_add(&machine, f, 0, 0, 0x1af4, 0x1050);
	assert_int_equal(pci_scan(&tree, &ecam), OK);
	assert_int_equal(tree.count, 256);
	assert_string_equal(tree.devices[255].name, "0000:ff:00.0");
}

/* Extra root buses of a segment are hosts of their own, and share the tree. */
static void test_two_roots(void **state)
{
	static const struct pci_host first = {
		.ecam_base = 0xb0000000, .bus_last = 0x7f, .source = "test"};
	static const struct pci_host second = {
		.ecam_base = 0xb8000000, .bus_first = 0x80, .bus_last = 0xff, .source = "test"};
	static const struct pci_host again = {
		.ecam_base = 0xb0100000, .bus_first = 0x01, .bus_last = 0x01, .source = "again"};
	static struct fake_pci other;
	struct fake_function *a;

	(void)state;
	fake_pci_init(&machine, &first);
	a = fake_pci_add(&machine, NULL, 1, 0, 0x1b36, 1);
	fake_pci_make_bridge(a, 1, 1);
	fake_pci_add(&machine, a, 0, 0, 0x1af4, 0x1044);
	fake_pci_init(&other, &second);
	a = fake_pci_add(&other, NULL, 0, 0, 0x1b36, 1);
	fake_pci_make_bridge(a, 0, 0);
	fake_pci_add(&other, a, 2, 0, 0x1af4, 0x1050);
	assert_int_equal(pci_scan(&tree, &first), OK);
	assert_int_equal(pci_scan(&tree, &second), OK);
	assert_int_equal(pci_scan(&tree, &again), OK);
	assert_int_equal(tree.count, 4);
	assert_ptr_equal(find("0000:81:02.0")->host, &second);
	assert_true(host_logged("bus 0000:01 was reached before (from again)"));
}

static void test_truncated_ecam(void **state)
{
	struct pci_host host = ecam;
	struct fake_function *a;

	(void)state;
	/* The window ends behind bus 0; the table says otherwise. */
	host.bus_last = 0;
	fake_pci_init(&machine, &host);
	a = fake_pci_add(&machine, NULL, 1, 0, 0x1b36, 1);
	fake_pci_make_bridge(a, 1, 1);
	fake_pci_add(&machine, a, 0, 0, 0x1af4, 0x1044);
	assert_int_equal(pci_scan(&tree, &ecam), OK);
	assert_int_equal(tree.count, 1);
	/* And where the table is right, no access is made behind it. */
	setup(NULL);
	fake_pci_init(&machine, &host);
	a = fake_pci_add(&machine, NULL, 1, 0, 0x1b36, 1);
	fake_pci_make_bridge(a, 1, 1);
	assert_int_equal(pci_scan(&tree, &host), ERR_PROTOCOL);
	assert_int_equal(machine.absent_reads, 31);
	host.ecam_base = 0x123;
	assert_int_equal(pci_scan(&tree, &host), ERR_RANGE);
}

static void test_by_ports(void **state)
{
	static const struct pci_host ports = {
		.access = PCI_ACCESS_PORTS, .bus_last = 0xff, .source = "test"};
	struct fake_function *a;

	(void)state;
	fake_pci_init(&machine, &ports);
	a = fake_pci_add(&machine, NULL, 1, 0, 0x1b36, 1);
	fake_pci_make_bridge(a, 0, 0);
	fake_pci_add(&machine, a, 31, 0, 0x1af4, 0x1044);
	fake_pci_add(&machine, a, 31, 7, 0x1af4, 0x1050);
	assert_int_equal(pci_scan(&tree, &ports), OK);
	assert_int_equal(tree.count, 3);
	assert_int_equal(find("0000:01:1f.7")->device_id, 0x1050);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_functions, setup),
		cmocka_unit_test_setup(test_absent, setup),
		cmocka_unit_test_setup(test_bridges, setup),
		cmocka_unit_test_setup(test_numbering, setup),
		cmocka_unit_test_setup(test_numbering_nested, setup),
		cmocka_unit_test_setup(test_claims_stay, setup),
		cmocka_unit_test_setup(test_no_number_left, setup),
		cmocka_unit_test_setup(test_numbers_not_kept, setup),
		cmocka_unit_test_setup(test_passive, setup),
		cmocka_unit_test_setup(test_bad_numbers, setup),
		cmocka_unit_test_setup(test_own_bus_below, setup),
		cmocka_unit_test_setup(test_subordinate_cut, setup),
		cmocka_unit_test_setup(test_full, setup),
		cmocka_unit_test_setup(test_deep, setup),
		cmocka_unit_test_setup(test_two_roots, setup),
		cmocka_unit_test_setup(test_truncated_ecam, setup),
		cmocka_unit_test_setup(test_by_ports, setup),
	};

	return cmocka_run_group_tests_name("pci_scan", tests, NULL, NULL);
}
