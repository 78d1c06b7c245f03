/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_pci.h"

#include <string.h>

#include "platform/pci_config.h"

static struct fake_pci machine;

static const struct pci_host ecam = {.ecam_base = 0x4010000000,
	.bus_first = 0x10,
	.bus_last = 0x1f,
	.segment = 1,
	.source = "test"};
static const struct pci_host ports = {
	.access = PCI_ACCESS_PORTS, .bus_last = 0xff, .source = "test"};

/* A function on the root bus of a host, and what reaches it. */
static struct fake_function *start(const struct pci_host *host, struct pci_device *device)
{
	fake_pci_init(&machine, host);
	*device = (struct pci_device){
		.host = host, .address = {host->segment, host->bus_first, 3, 0}, .name = "device"};
	return fake_pci_add(&machine, NULL, 3, 0, 0x1af4, 0x1050);
}

static void check_access(const struct pci_host *host)
{
	struct pci_device d;
	struct fake_function *f = start(host, &d);

	f->config[0x50] = 0x11;
	f->config[0x51] = 0x22;
	f->config[0x52] = 0x33;
	f->config[0x53] = 0x44;
	f->writable[0x52] = f->writable[0x53] = 0xff;
	assert_int_equal(pci_config_read(&d, PCI_VENDOR_ID, 4), 0x10501af4);
	assert_int_equal(pci_config_read(&d, 0x50, 4), 0x44332211);
	assert_int_equal(pci_config_read(&d, 0x52, 2), 0x4433);
	assert_int_equal(pci_config_read(&d, 0x53, 1), 0x44);
	pci_config_write(&d, 0x52, 2, 0x5566);
	pci_config_write(&d, 0x53, 1, 0x77);
	assert_int_equal(fake_pci_get(f, 0x50, 4), 0x77662211);
	assert_true(host_logged("device: register: VENDOR_ID"));
	assert_true(host_logged("device: register: config"));
}

static void test_ecam(void **state)
{
	struct pci_device d;

	(void)state;
	check_access(&ecam);
	assert_int_equal(machine.reads, 4);
	assert_int_equal(machine.writes, 2);
	/* Function 1 is the next page, bus 0x12 two mebibytes up. */
	start(&ecam, &d);
	assert_int_equal(pci_config_read(&d, 0x0, 2), 0x1af4);
	assert_true(d.count.reads == 1 && d.count.writes == 0);
	d.address.function = 1;
	assert_int_equal(pci_config_read(&d, 0x0, 2), 0xffff);
	d.address.bus = 0x12;
	assert_int_equal(pci_config_read(&d, 0x0, 2), 0xffff);
}

static void test_ports(void **state)
{
	struct pci_device d;

	(void)state;
	check_access(&ports);
	assert_true(host_logged("CONFIG_ADDRESS 0x000 <- 0x80001850"));
	start(&ports, &d);
	assert_int_equal(pci_config_read(&d, 0x0, 2), 0x1af4);
	/* The address register counts: it is an access too. */
	assert_true(d.count.reads == 1 && d.count.writes == 1);
}

static void test_past_the_end(void **state)
{
	struct pci_device d;

	(void)state;
	start(&ports, &d);
	assert_int_equal(pci_config_read(&d, 0x100, 4), 0xffffffff);
	assert_int_equal(pci_config_read(&d, 0x100, 1), 0xff);
	pci_config_write(&d, 0x100, 4, 0);
	assert_int_equal(machine.reads + machine.writes, 0);

	host_reset(NULL);
	start(&ecam, &d);
	assert_int_equal(pci_config_read(&d, 0x1000, 2), 0xffff);
	pci_config_write(&d, 0x1000, 2, 0);
	assert_int_equal(machine.reads + machine.writes, 0);
	/* Extended space is reached, and this function has none. */
	assert_int_equal(pci_config_read(&d, 0x100, 4), 0xffffffff);
	assert_int_equal(machine.reads, 1);
	assert_false(host_logged("error:"));
}

static void test_check(void **state)
{
	struct pci_host host = ecam;

	(void)state;
	assert_int_equal(pci_config_check(&host), OK);
	host.ecam_base = 0x4010001000;
	assert_int_equal(pci_config_check(&host), ERR_RANGE);
	assert_true(host_logged("ECAM is not aligned"));
	host.ecam_base = 0xfffffffffff00000; /* room for one bus at most, and 16 are named */
	assert_int_equal(pci_config_check(&host), ERR_RANGE);
	assert_true(host_logged("window: 0x1000000 bytes"));
	host = ecam;
	host.bus_first = 0x20;
	assert_int_equal(pci_config_check(&host), ERR_RANGE);
	assert_true(host_logged("no buses"));
	host = ports;
	assert_int_equal(pci_config_check(&host), OK);
	host.segment = 1;
	assert_int_equal(pci_config_check(&host), ERR_RANGE);
	assert_true(host_logged("ports reach segment 0 only"));
	host = ports;
	host_set_ports(false);
	assert_int_equal(pci_config_check(&host), ERR_UNSUPPORTED);
	assert_true(host_logged("this processor has no I/O ports (from test)"));
}

static void test_capabilities(void **state)
{
	struct pci_device d;
	struct fake_function *f = start(&ecam, &d);

	(void)state;
	assert_int_equal(pci_find_capability(&d, PCI_CAP_ID_VNDR, 0), 0);
	fake_pci_add_capability(f, 0xfc, PCI_CAP_ID_VNDR, 0x43); /* reserved bits in the pointer */
	fake_pci_add_capability(f, 0x40, PCI_CAP_ID_MSIX, 0x60);
	fake_pci_add_capability(f, 0x60, PCI_CAP_ID_VNDR, 0);
	assert_int_equal(pci_find_capability(&d, PCI_CAP_ID_VNDR, 0), 0xfc);
	assert_int_equal(pci_find_capability(&d, PCI_CAP_ID_VNDR, 0xfc), 0x60);
	assert_int_equal(pci_find_capability(&d, PCI_CAP_ID_VNDR, 0x60), 0);
	assert_int_equal(pci_find_capability(&d, PCI_CAP_ID_MSIX, 0), 0x40);
	assert_int_equal(pci_find_capability(&d, PCI_CAP_ID_EXP, 0), 0);
	/* Behind an offset that is no capability there is nothing. */
	assert_int_equal(pci_find_capability(&d, PCI_CAP_ID_VNDR, 0x44), 0);
	assert_false(host_logged("error:"));
	/* CardBus has its list elsewhere. */
	d.header_type = 2;
	assert_int_equal(pci_find_capability(&d, PCI_CAP_ID_MSIX, 0), 0);
}

static void test_capability_loop(void **state)
{
	struct pci_device d;
	struct fake_function *f = start(&ecam, &d);

	(void)state;
	fake_pci_add_capability(f, 0x40, PCI_CAP_ID_VNDR, 0x50);
	fake_pci_add_capability(f, 0x50, PCI_CAP_ID_VNDR, 0x40);
	assert_int_equal(pci_find_capability(&d, PCI_CAP_ID_VNDR, 0), 0x40);
	assert_int_equal(pci_find_capability(&d, PCI_CAP_ID_VNDR, 0x40), 0x50);
	/* A caller that goes on and on gets to the end too. */
	assert_int_equal(pci_find_capability(&d, PCI_CAP_ID_VNDR, 0x50), 0);
	assert_true(host_logged("error: capabilities: the list loops at offset 0x40"));
	/* The longest list, which ends in itself. */
	for (unsigned offset = 0x40; offset < 0x100; offset += 4)
		fake_pci_add_capability(
			f, offset, 1, (uint8_t)(offset == 0xfc ? 0xfc : offset + 4));
	machine.reads = 0;
	assert_int_equal(pci_find_capability(&d, PCI_CAP_ID_VNDR, 0), 0);
	assert_true(host_logged("error: capabilities: the list loops at offset 0xfc"));
	assert_int_equal(machine.reads, 2 + 48);
}

static void test_capability_in_header(void **state)
{
	struct pci_device d;
	struct fake_function *f = start(&ecam, &d);

	(void)state;
	fake_pci_add_capability(f, 0x40, PCI_CAP_ID_VNDR, 0x3c);
	assert_int_equal(pci_find_capability(&d, PCI_CAP_ID_MSIX, 0), 0);
	assert_true(host_logged("error: capabilities: the list points into the header at "
				"offset 0x3c"));
}

/* One that begins where there is no room for it: what follows is another kind of space. */
static void test_capability_at_the_end(void **state)
{
	struct pci_device d;
	struct fake_function *f = start(&ecam, &d);

	(void)state;
	fake_pci_add_capability(f, 0xfc, PCI_CAP_ID_MSIX, 0);
	assert_int_equal(pci_find_capability(&d, PCI_CAP_ID_MSIX, 0), 0xfc);
	assert_true(pci_capability_fits(&d, 0xfc, 4));
	assert_true(pci_capability_fits(&d, 0xf4, 12));
	assert_false(host_logged("error:"));
	assert_false(pci_capability_fits(&d, 0xfc, 12));
	assert_true(host_logged("error: capabilities: the 12 bytes of that at 0xfc do not fit"));
}

/* A list of nothing but ones, the null capability, and one id several times. */
static void test_capability_ids(void **state)
{
	struct pci_device d;
	struct fake_function *f = start(&ecam, &d);

	(void)state;
	f->config[PCI_STATUS] = PCI_STATUS_CAP_LIST;
	memset(f->config + PCI_CAPABILITY_LIST, 0xff, FAKE_CONFIG_SIZE - PCI_CAPABILITY_LIST);
	assert_int_equal(pci_find_capability(&d, PCI_CAP_ID_MSIX, 0), 0);
	assert_true(host_logged("error: capabilities: the list loops at offset 0xfc"));

	f = start(&ecam, &d);
	for (unsigned at = 0x40; at < 0x60; at += 8)
		fake_pci_add_capability(f, at, PCI_CAP_ID_MSIX, (uint8_t)(at + 8));
	fake_pci_add_capability(f, 0x60, 0, 0x70);
	fake_pci_add_capability(f, 0x70, PCI_CAP_ID_EXP, 0);
	assert_int_equal(pci_find_capability(&d, PCI_CAP_ID_MSIX, 0), 0x40);
	assert_int_equal(pci_find_capability(&d, PCI_CAP_ID_MSIX, 0x40), 0x48);
	assert_int_equal(pci_find_capability(&d, PCI_CAP_ID_MSIX, 0x58), 0);
	assert_int_equal(pci_find_capability(&d, PCI_CAP_ID_EXP, 0), 0x70);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_ecam, host_reset),
		cmocka_unit_test_setup(test_ports, host_reset),
		cmocka_unit_test_setup(test_past_the_end, host_reset),
		cmocka_unit_test_setup(test_check, host_reset),
		cmocka_unit_test_setup(test_capabilities, host_reset),
		cmocka_unit_test_setup(test_capability_loop, host_reset),
		cmocka_unit_test_setup(test_capability_in_header, host_reset),
		cmocka_unit_test_setup(test_capability_at_the_end, host_reset),
		cmocka_unit_test_setup(test_capability_ids, host_reset),
	};

	return cmocka_run_group_tests_name("pci_config", tests, NULL, NULL);
}
