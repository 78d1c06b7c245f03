/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In: platform/paging.c and page_format.c, in every format. Out: whether a walk finds exactly the
 * rights that were asked for, and nothing beside them.
 *
 * What an entry allows is judged here from the manuals' bits, not from page_format.c's constants.
 */
#include "host.h"

#include <stdlib.h>
#include <string.h>

#include "platform/paging.h"

#define MIB(n) ((uint64_t)(n) << 20)
#define GIB(n) ((uint64_t)(n) << 30)

#define PAGES  128u
#define ROUNDS 200u /* of the property test, each format */

/* What an entry says, decoded by hand. */
struct rights {
	bool read, write, execute, cached, device, user;
};

struct flavour {
	const char *name;
	struct page_format format;
	struct rights (*decode)(uint64_t entry);
};

static struct paging paging;
static struct memory_plan plan;
static uint64_t *pages;
static const struct flavour *now;

/* Arm ARM D8.3.2, stage 1, EL1&0 and EL2&0. */
static struct rights decode_arm(uint64_t e, bool two_privileges)
{
	unsigned attribute = e >> 2 & 7, ap = e >> 6 & 3, sh = e >> 8 & 3;
	bool xn = two_privileges ? e >> 53 & 1 : e >> 54 & 1;

	assert_true(e >> 10 & 1); /* access flag: nothing sets it for us */
	if (attribute == 0)
		assert_int_equal(sh, 3); /* inner shareable */
	else
		assert_in_range(attribute, 1, 2);
	if (two_privileges)
		assert_true(e >> 54 & 1); /* EL0 never executes */
	else
		assert_true(ap & 1); /* AP[1] is RES1 */
	return (struct rights){
		.read = true,
		.write = !(ap & 2),
		.execute = !xn,
		.cached = attribute == 0,
		.device = attribute == 1,
		.user = two_privileges && ap & 1,
	};
}

static struct rights decode_el1(uint64_t entry)
{
	return decode_arm(entry, true);
}

static struct rights decode_el2(uint64_t entry)
{
	return decode_arm(entry, false);
}

/* SDM volume 3, tables 4-18 to 4-20. */
static struct rights decode_x86(uint64_t e)
{
	unsigned pat = e >> 3 & 3;

	assert_true(pat == 0 || pat == 3);
	assert_int_equal(e >> 8 & 1, 0); /* not global */
	return (struct rights){
		.read = e & 1,
		.write = e >> 1 & 1,
		.execute = !(e >> 63),
		.cached = pat == 0,
		.device = pat == 3,
		.user = e >> 2 & 1,
	};
}

static struct flavour flavours[5];

static int make_flavours(void **state)
{
	const struct x86_paging four = {4, 40, true, true}, small = {4, 36, true, false},
				five = {5, 52, true, true};

	(void)state;
	flavours[0] = (struct flavour){"el1", page_format_aarch64(true, 44), decode_el1};
	flavours[1] = (struct flavour){"el2", page_format_aarch64(false, 48), decode_el2};
	flavours[2] = (struct flavour){"four", page_format_x86_64(&four), decode_x86};
	flavours[3] = (struct flavour){"no 1 GiB", page_format_x86_64(&small), decode_x86};
	flavours[4] = (struct flavour){"five", page_format_x86_64(&five), decode_x86};
	pages = aligned_alloc(PAGE_SIZE, PAGES * PAGE_SIZE);
	return pages ? 0 : -1;
}

static int free_pages(void **state)
{
	(void)state;
	free(pages);
	return 0;
}

static void begin(const struct flavour *flavour, unsigned page_count)
{
	now = flavour;
	memset(pages, 0xa5, PAGES * PAGE_SIZE);
	memset(&plan, 0, sizeof(plan));
	paging_init(&paging, &flavour->format, pages, page_count);
}

static enum status map(enum memory_kind kind, uint64_t base, uint64_t size)
{
	const struct memory_range range = {.base = base, .size = size, .kind = kind, .name = "it"};

	return paging_map(&paging, &range);
}

static void expect_unmapped(uint64_t address)
{
	if (paging_walk(&paging, address, NULL))
		fail_msg("%s: 0x%lx is mapped", now->name, address);
}

/* An address is mapped to itself with the rights of a kind, and never written and executed. */
static void expect_kind(uint64_t address, enum memory_kind kind)
{
	unsigned level = 0;
	uint64_t entry = paging_walk(&paging, address, &level);
	uint64_t span = level ? 1ull << (12 + 9 * (level - 1)) : 0;
	struct rights r;

	if (!entry)
		fail_msg("%s: 0x%lx is not mapped", now->name, address);
	assert_int_equal(entry & now->format.address_mask & ~(span - 1), address & ~(span - 1));
	assert_int_equal(entry & now->format.address_mask & (span - 1), 0);
	r = now->decode(entry);
	assert_true(r.read);
	assert_false(r.user);
	assert_false(r.write && r.execute);
	assert_int_equal(
		r.write, kind == MEMORY_DATA || kind == MEMORY_UNCACHED || kind == MEMORY_DEVICE);
	assert_int_equal(r.execute, kind == MEMORY_CODE);
	assert_int_equal(r.cached, kind != MEMORY_UNCACHED && kind != MEMORY_DEVICE);
	/* On x86 the two are one. */
	if (kind != MEMORY_UNCACHED || now->decode != decode_x86)
		assert_int_equal(r.device, kind == MEMORY_DEVICE);
}

static unsigned level_of(uint64_t address)
{
	unsigned level = 0;

	assert_true(paging_walk(&paging, address, &level));
	return level;
}

static void each_flavour(void (*test)(const struct flavour *flavour))
{
	for (unsigned i = 0; i < ARRAY_SIZE(flavours); i++)
		test(&flavours[i]);
}

static void check_kinds(const struct flavour *flavour)
{
	begin(flavour, PAGES);
	for (unsigned kind = MEMORY_CODE; kind < MEMORY_KINDS; kind++)
		assert_int_equal(map(kind, MIB(64) + kind * 0x2000, 0x1000), OK);
	assert_int_equal(map(MEMORY_GUARD, MIB(65), 0x1000), OK);
	expect_unmapped(MIB(65));
	expect_unmapped(0);
	for (unsigned kind = MEMORY_CODE; kind < MEMORY_KINDS; kind++) {
		expect_kind(MIB(64) + kind * 0x2000, kind);
		expect_kind(MIB(64) + kind * 0x2000 + 0xfff, kind);
		expect_unmapped(MIB(64) + kind * 0x2000 - 1);
		expect_unmapped(MIB(64) + kind * 0x2000 + 0x1000);
	}
	/* The root, a table for each level down to the last. */
	assert_int_equal(paging.used, flavour->format.levels);
}

static void test_kinds(void **state)
{
	(void)state;
	each_flavour(check_kinds);
}

/* An ECAM takes one table, not 128: and blocks end where the range does. */
static void check_blocks(const struct flavour *flavour)
{
	unsigned gib = flavour->format.block_levels, top = flavour->format.levels;

	begin(flavour, PAGES);
	assert_int_equal(map(MEMORY_DEVICE, GIB(4), MIB(256)), OK);
	assert_int_equal(paging.used, top - 1);
	assert_int_equal(level_of(GIB(4)), 2);
	assert_int_equal(level_of(GIB(4) + MIB(256) - 1), 2);
	expect_unmapped(GIB(4) - 1);
	expect_unmapped(GIB(4) + MIB(256));

	assert_int_equal(map(MEMORY_DATA, GIB(6) - 0x1000, GIB(2) + MIB(2) + 0x2000), OK);
	assert_int_equal(level_of(GIB(6) - 1), 1);
	assert_int_equal(level_of(GIB(6)), gib);
	assert_int_equal(level_of(GIB(7)), gib);
	assert_int_equal(level_of(GIB(8)), 2);
	assert_int_equal(level_of(GIB(8) + MIB(2)), 1);
	expect_kind(GIB(8) - 1, MEMORY_DATA);
	expect_kind(GIB(8) + MIB(2) + 0xfff, MEMORY_DATA);
	expect_unmapped(GIB(6) - 0x1001);
	expect_unmapped(GIB(8) + MIB(2) + 0x1000);
}

static void test_blocks(void **state)
{
	(void)state;
	each_flavour(check_blocks);
}

/* What grows around what is mapped: valid entries stay as they are. */
static void check_again(const struct flavour *flavour)
{
	uint64_t before, after;
	unsigned used;

	begin(flavour, PAGES);
	assert_int_equal(map(MEMORY_DEVICE, MIB(32) + 0x3000, 0x1000), OK);
	before = paging_walk(&paging, MIB(32) + 0x3000, NULL);
	assert_int_equal(map(MEMORY_DEVICE, MIB(30), MIB(8)), OK);
	after = paging_walk(&paging, MIB(32) + 0x3000, NULL);
	assert_int_equal(before, after);
	used = paging.used;
	assert_int_equal(map(MEMORY_DEVICE, MIB(34) + 0x5000, 0x2000), OK); /* inside a block */
	assert_int_equal(paging.used, used);
	for (uint64_t at = MIB(30); at < MIB(38); at += 0x1000)
		expect_kind(at, MEMORY_DEVICE);
	expect_unmapped(MIB(30) - 1);
	expect_unmapped(MIB(38));
	/* From the middle of a block on, to beyond it. */
	assert_int_equal(map(MEMORY_DEVICE, MIB(37) + 0x1000, MIB(1) + 0x2000), OK);
	expect_kind(MIB(38), MEMORY_DEVICE);
	expect_kind(MIB(38) + 0x2fff, MEMORY_DEVICE);
	expect_unmapped(MIB(38) + 0x3000);
}

static void test_again(void **state)
{
	(void)state;
	each_flavour(check_again);
}

static void check_contradiction(const struct flavour *flavour)
{
	begin(flavour, PAGES);
	assert_int_equal(map(MEMORY_DATA, MIB(32), MIB(4)), OK);
	assert_int_equal(map(MEMORY_CODE, MIB(34) + 0x1000, 0x1000), ERR_RANGE);
	assert_true(host_logged("paging: error: it: mapped otherwise already"));
	expect_kind(MIB(34) + 0x1000, MEMORY_DATA);
}

static void test_contradiction(void **state)
{
	(void)state;
	each_flavour(check_contradiction);
}

static void check_address_limit(const struct flavour *flavour)
{
	uint64_t limit = 1ull << flavour->format.address_bits;

	begin(flavour, PAGES);
	assert_int_equal(map(MEMORY_DEVICE, limit, 0x1000), ERR_RANGE);
	assert_int_equal(map(MEMORY_DEVICE, limit - 0x1000, 0x2000), ERR_RANGE);
	assert_int_equal(map(MEMORY_DEVICE, limit - 0x1000, 0x1000), OK);
	expect_kind(limit - 1, MEMORY_DEVICE);
	expect_unmapped(limit);
	expect_unmapped(UINT64_MAX);
	expect_unmapped(0);
	assert_true(host_logged("where addresses end"));
}

static void test_address_limit(void **state)
{
	(void)state;
	each_flavour(check_address_limit);
	/* No canonical address of the lower half is higher; 48 bits are what the tables hold. */
	assert_int_equal(
		page_format_x86_64(&(struct x86_paging){4, 52, true, true}).address_bits, 47);
	assert_int_equal(page_format_aarch64(true, 52).address_bits, 48);
}

static void check_exhausted(const struct flavour *flavour)
{
	begin(flavour, flavour->format.levels + 1);
	assert_int_equal(map(MEMORY_DATA, MIB(2), 0x1000), OK);
	assert_int_equal(map(MEMORY_DATA, MIB(4), 0x1000), OK);
	assert_int_equal(map(MEMORY_DATA, MIB(6) - 0x1000, 0x2000), ERR_NO_MEMORY);
	expect_kind(MIB(6) - 1, MEMORY_DATA);
	expect_unmapped(MIB(6));
	assert_true(host_logged("paging: error: it: not mapped from 0x600000 on: all"));
	assert_int_equal(paging.used, paging.page_count);
}

static void test_exhausted(void **state)
{
	(void)state;
	each_flavour(check_exhausted);
}

/* Without EFER.NXE bit 63 is reserved: a fault in every walk. */
static void test_no_execute_disable(void **state)
{
	const struct x86_paging old = {4, 36, false, false};
	const struct page_format f = page_format_x86_64(&old);

	(void)state;
	for (unsigned kind = 0; kind < MEMORY_KINDS; kind++)
		assert_int_equal(f.kinds[kind] >> 63, 0);
}

static uint64_t seed;

static uint64_t random_below(uint64_t limit)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (seed >> 24) % limit;
}

/* A random range: bases crowd around boundaries of blocks, sizes span all levels. */
static void add_random(void)
{
	static const uint64_t units[] = {0x1000, MIB(2), GIB(1)};
	uint64_t base = GIB(random_below(8)) + MIB(2) * random_below(3) +
			0x1000 * random_below(1024) - 0x1000 * random_below(2);
	uint64_t size = units[random_below(3)] * (1 + random_below(3)) + 0x1000 * random_below(4);

	/* Refusals of the plan are its affair: what it took must be in the tables. */
	(void)!memory_plan_add(
		&plan, "random", (enum memory_kind)random_below(MEMORY_KINDS), base, size);
}

static void expect_address(uint64_t address)
{
	const struct memory_range *range = memory_plan_find(&plan, address);

	if (range && range->kind != MEMORY_GUARD)
		expect_kind(address, range->kind);
	else
		expect_unmapped(address);
}

static void expect_plan(void)
{
	for (unsigned i = 0; i < plan.count; i++) {
		const struct memory_range *r = &plan.ranges[i];

		assert_true(!i || plan.ranges[i - 1].base + plan.ranges[i - 1].size <= r->base);
		expect_address(r->base - 1);
		expect_address(r->base);
		expect_address(r->base + r->size - 1);
		expect_address(r->base + r->size);
		for (unsigned n = 0; n < 64; n++)
			expect_address(r->base + random_below(r->size));
	}
	expect_unmapped(0);
	expect_unmapped(0xfff);
	for (unsigned n = 0; n < 256; n++)
		expect_address(random_below(GIB(16)));
}

/* Half of the ranges are there before the tables are in use, and half come later, as BARs do. */
static void check_random(const struct flavour *flavour)
{
	for (unsigned round = 0; round < ROUNDS; round++) {
		host_reset(NULL);
		the_log.level = LOG_ERROR;
		begin(flavour, PAGES);
		for (unsigned i = 0; i < 12; i++)
			add_random();
		assert_int_equal(paging_map_plan(&paging, &plan), OK);
		expect_plan();
		for (unsigned i = 0; i < 12; i++)
			add_random();
		assert_int_equal(paging_map_plan(&paging, &plan), OK);
		expect_plan();
	}
}

static void test_random(void **state)
{
	(void)state;
	seed = 1;
	each_flavour(check_random);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_kinds, host_reset),
		cmocka_unit_test_setup(test_blocks, host_reset),
		cmocka_unit_test_setup(test_again, host_reset),
		cmocka_unit_test_setup(test_contradiction, host_reset),
		cmocka_unit_test_setup(test_address_limit, host_reset),
		cmocka_unit_test_setup(test_exhausted, host_reset),
		cmocka_unit_test_setup(test_no_execute_disable, host_reset),
		cmocka_unit_test_setup(test_random, host_reset),
	};

	return cmocka_run_group_tests_name("paging", tests, make_flavours, free_pages);
}
