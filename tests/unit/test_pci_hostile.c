/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Configuration spaces that say anything: everything ends, within a bounded number of accesses, and
 * nothing is touched outside the windows that the tables named. Seeds are fixed.
 */
#include "fake_pci.h"

#include <string.h>

#define ROUNDS 1000u

/*
 * Per function: probing, bus numbers, windows and capabilities are some tens of accesses, sizing
 * 26, and there are up to 8 absent ones for each that is there. Opening sizes all functions once.
 */
#define MOST_ACCESSES 50000u

static uint64_t seed;
static unsigned accesses;
static unsigned outside;
static struct fake_pci machine;
static struct pci_tree tree;
static uint8_t bytes[32u << 12]; /* of one bus; every bus shows the same */

static const struct pci_host host = {
	.ecam_base = 0xb0000000,
	.bus_first = 2,
	.bus_last = 0x41,
	.apertures =
		{
			{PCI_SPACE_IO, false, 0, 0, 0x10000, false},
			{PCI_SPACE_MEMORY, true, 0x80000000, 0x80000000, 0x30000000, false},
			{PCI_SPACE_MEMORY, false, 0xc0000000, 0xc0000000, 0x3ec00000, false},
			{PCI_SPACE_MEMORY, false, UINT64_MAX - 0xffffff, 0x1000, 0x1000000, false},
		},
	.aperture_count = 4,
	.source = "test",
};

/* xorshift64*: the same everywhere. */
static uint64_t next_random(void)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return seed * 0x2545f4914f6cdd1dull;
}

static unsigned random_below(unsigned limit)
{
	return (unsigned)((next_random() >> 32) % limit);
}

/* Nothing but noise would be refused at the door: mostly it looks like what is asked for. */
static uint64_t likely(uint64_t offset)
{
	uint64_t noise = next_random();

	switch (offset & 0xfff) {
	case PCI_COMMAND: return random_below(2) ? 7 : noise;
	case PCI_HEADER_TYPE: return random_below(2);
	case PCI_PRIMARY_BUS: return random_below(2) ? 0 : noise;
	default: break;
	}
	if ((offset & 0xfff) >= PCI_BAR0 && (offset & 0xfff) < PCI_PRIMARY_BUS)
		return -1ull << random_below(33) | (noise & 0x0d);
	return noise;
}

static uint64_t random_read(void *context, uint64_t offset, unsigned width)
{
	(void)context;
	(void)width;
	accesses++;
	return random_below(8) ? likely(offset) : next_random();
}

static void ignored_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
	(void)context;
	(void)offset;
	(void)width;
	(void)value;
	accesses++;
}

static uint64_t kept_read(void *context, uint64_t offset, unsigned width)
{
	uint64_t value = 0;

	(void)context;
	accesses++;
	memcpy(&value, bytes + offset % (sizeof(bytes) - 8), width);
	return value;
}

static void kept_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
	(void)context;
	accesses++;
	memcpy(bytes + offset % (sizeof(bytes) - 8), &value, width);
}

static uint64_t outside_read(void *context, uint64_t offset, unsigned width)
{
	(void)context;
	(void)offset;
	(void)width;
	outside++;
	return 0;
}

static void outside_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
	(void)context;
	(void)offset;
	(void)width;
	(void)value;
	outside++;
}

static void add_window(uint64_t base, uint64_t size,
	uint64_t (*read)(void *context, uint64_t offset, unsigned width),
	void (*write)(void *context, uint64_t offset, unsigned width, uint64_t value))
{
	host_add_window(&(struct host_window){
		.space = IO_MMIO, .base = base, .size = size, .read = read, .write = write});
}

static void start(unsigned round)
{
	host_reset(NULL);
	the_log.level = LOG_ERROR;
	memset(&tree, 0, sizeof(tree));
	seed = round + 1;
	accesses = outside = 0;
}

/* All that a caller would do, with a few functions of the tree. */
static void drive(void)
{
	struct region region = {0};
	struct pci_bar bars[PCI_MAX_BARS];
	enum status status = pci_scan(&tree, &host);

	assert_true(status == OK || status == ERR_PROTOCOL || status == ERR_NO_MEMORY);
	assert_true(tree.count <= PCI_MAX_DEVICES);
	assert_true(accesses <= MOST_ACCESSES);
	for (unsigned i = 0; i < tree.count; i++) {
		struct pci_device *d = &tree.devices[i];

		assert_true(d->address.bus >= host.bus_first && d->address.bus <= host.bus_last);
		assert_true(!d->bridge || d->bridge < d);
	}
	for (unsigned i = 0; i < tree.count; i += 1 + tree.count / 4) {
		struct pci_device *d = &tree.devices[i];

		for (unsigned at = 0, n = 0;
			(at = pci_find_capability(d, PCI_CAP_ID_VNDR, at)) && n < 1000; n++)
			assert_true(at >= 0x40 && at < 0x100);
		status = pci_read_bars(d, bars);
		for (unsigned bar = 0; bar < PCI_MAX_BARS; bar++) {
			status = pci_open_bar(&tree, d, bar, "hostile", 4, NULL, &region);
			assert_true(status != OK || (region.size >= 4 && region.base));
		}
		status = pci_enable(d);
	}
	(void)status;
	assert_true(accesses <= 3 * MOST_ACCESSES);
	assert_int_equal(outside, 0);
}

/* Every read is another number. */
static void test_random_answers(void **state)
{
	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		start(round);
		add_window(host.ecam_base, 64u << 20, random_read, ignored_write);
		add_window(0, UINT64_MAX, outside_read, outside_write);
		drive();
	}
}

/* Memory with noise in it, that keeps what is written, wherever it is. */
static void test_random_memory(void **state)
{
	(void)state;
	for (unsigned round = 0; round < ROUNDS / 4; round++) {
		start(round);
		for (size_t i = 0; i < sizeof(bytes); i += 2)
			kept_write(NULL, i, 2, likely(i));
		accesses = 0;
		add_window(host.ecam_base, 64u << 20, kept_read, kept_write);
		add_window(0, UINT64_MAX, outside_read, outside_write);
		drive();
	}
}

/* A function that could be one, with noise in all that may be wrong. */
static void add_noise(struct fake_function *f)
{
	for (unsigned i = PCI_BAR0; i < FAKE_CONFIG_SIZE; i++)
		if (random_below(2))
			f->config[i] = (uint8_t)(next_random() >> 32);
	for (unsigned i = PCI_BAR0; i < FAKE_CONFIG_SIZE; i++)
		if (!random_below(8))
			f->writable[i] = (uint8_t)(next_random() >> 32);
	f->config[PCI_STATUS] = PCI_STATUS_CAP_LIST;
}

/* Trees of bridges and devices that mostly work: the walk goes deep. */
static void test_noisy_trees(void **state)
{
	struct fake_function *f;

	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		start(round);
		fake_pci_init(&machine, &host);
		for (unsigned i = 0; i < 40; i++) {
			struct fake_function *above =
				random_below(3) && i ? &machine.functions[random_below(i)] : NULL;

			f = fake_pci_add(&machine, above, random_below(32), 0, 0x1af4,
				(uint16_t)(0x1000 + i));
			if (random_below(2))
				fake_pci_make_bridge(f, 0, 0);
			if (!random_below(8))
				fake_pci_make_bridge(f, random_below(0x44), random_below(0x44));
			fake_pci_add_bar(f, 0, random_below(2) * FAKE_BAR_64,
				1ul << (4 + random_below(28)), random_below(2) * next_random());
			if (!random_below(4))
				add_noise(f);
		}
		drive();
		assert_true(machine.reads + machine.writes <= 3 * MOST_ACCESSES);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_answers),
		cmocka_unit_test(test_random_memory),
		cmocka_unit_test(test_noisy_trees),
	};

	return cmocka_run_group_tests_name("pci_hostile", tests, NULL, NULL);
}
