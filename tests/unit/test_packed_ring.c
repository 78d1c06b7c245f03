/* SPDX-License-Identifier: BSD-2-Clause */
/* In: virtio/packed_ring.h. Out: whether layout, places, flags and events are the specification's.
 */
#include "host.h"

#include <stdlib.h>
#include <string.h>

#include "virtio/packed_ring.h"

static struct packed_place at(uint16_t offset, bool wrap)
{
	return (struct packed_place){offset, wrap};
}

/* §2.8.10.1, for sizes that need not be powers of two. */
static void test_layout(void **state)
{
	(void)state;
	for (unsigned n = 1; n <= 32768; n++) {
		struct packed_layout l = packed_layout_of((uint16_t)n);

		assert_true(l.driver >= 16 * n && l.driver % 4 == 0);
		assert_true(l.device >= l.driver + 4 && l.device % 4 == 0);
		assert_true(l.size >= l.device + 4 && l.size <= 16 * n + 8);
	}
}

static void test_init(void **state)
{
	uint8_t *memory = calloc(1, 4096);
	struct dma_block block = {.data = memory, .address = paddr_of(0x1000), .size = 4096};
	struct packed_layout layout = packed_layout_of(5);
	struct packed_ring r;

	(void)state;
	packed_ring_init(&r, 5, &block, &layout);
	assert_int_equal(r.size, 5);
	assert_ptr_equal(r.desc, memory);
	assert_ptr_equal(r.driver, memory + layout.driver);
	assert_ptr_equal(r.device, memory + layout.device);
	/* §2.8.1: both counters begin at 1. */
	assert_true(r.next_avail.wrap && r.published.wrap && r.next_used.wrap);
	assert_int_equal(r.next_avail.offset + r.published.offset + r.next_used.offset, 0);
	free(memory);
}

static void expect_place(struct packed_place place, uint16_t offset, bool wrap)
{
	assert_int_equal(place.offset, offset);
	assert_int_equal(place.wrap, wrap);
}

/* The counter changes behind the last descriptor. */
static void test_places(void **state)
{
	(void)state;
	expect_place(packed_place_after(at(0, true), 1, 5), 1, true);
	expect_place(packed_place_after(at(4, true), 1, 5), 0, false);
	expect_place(packed_place_after(at(4, false), 1, 5), 0, true);
	expect_place(packed_place_after(at(3, true), 4, 5), 2, false);
	expect_place(packed_place_after(at(3, true), 5, 5), 3, false);
	expect_place(packed_place_after(at(0, false), 0, 5), 0, false);
	expect_place(packed_place_after(at(32767, true), 32768, 32768), 32767, false);
	expect_place(packed_place_after(at(0, true), 1, 1), 0, false);
	assert_int_equal(packed_place_bits(at(0x1234, false)), 0x1234);
	assert_int_equal(packed_place_bits(at(0x1234, true)), 0x9234);
}

/* §2.8.1: of the four values of AVAIL and USED, by turn. */
static void test_flags(void **state)
{
	static const uint16_t both[] = {0, 0x80, 0x8000, 0x8080};

	(void)state;
	assert_int_equal(packed_avail_flags(true), 0x80);
	assert_int_equal(packed_avail_flags(false), 0x8000);
	assert_int_equal(packed_used_flags(true), 0x8080);
	assert_int_equal(packed_used_flags(false), 0);
	for (unsigned i = 0; i < 4; i++) {
		uint16_t flags = both[i] | 7;

		assert_int_equal(packed_is_avail(flags, true), i == 1);
		assert_int_equal(packed_is_avail(flags, false), i == 2);
		assert_int_equal(packed_is_used(flags, true), i == 3);
		assert_int_equal(packed_is_used(flags, false), i == 0);
	}
}

/* §2.8.14: reserved bits do not count. */
static void test_event(void **state)
{
	struct pvirtq_event_suppress memory = {le32_of(0xfffe9234)};
	struct packed_event e = packed_event_read(&memory);

	(void)state;
	assert_int_equal(e.flags, RING_EVENT_FLAGS_DESC);
	expect_place(e.place, 0x1234, true);
	memory.both = le32_of(0x00011234);
	e = packed_event_read(&memory);
	assert_int_equal(e.flags, RING_EVENT_FLAGS_DISABLE);
	expect_place(e.place, 0x1234, false);
}

static bool need(enum ring_event_flags flags, struct packed_place event, struct packed_place old,
	struct packed_place new)
{
	struct packed_event e = {flags, event};

	return packed_need_event(&e, old, new, 5);
}

static void test_plain_events(void **state)
{
	(void)state;
	assert_true(need(RING_EVENT_FLAGS_ENABLE, at(9, false), at(0, true), at(1, true)));
	assert_false(need(RING_EVENT_FLAGS_DISABLE, at(0, true), at(0, true), at(1, true)));
	assert_true(need(RING_EVENT_FLAGS_RESERVED, at(9, false), at(0, true), at(1, true)));
}

/* Every event within two turns against every range of at most a whole one. */
static void test_events_at_a_place(void **state)
{
	(void)state;
	for (unsigned old = 0; old < 10; old++)
		for (unsigned count = 0; count <= 5; count++)
			for (unsigned event = old; event < old + 10; event++) {
				struct packed_place from = at(old % 5, old / 5 % 2 == 0);
				struct packed_place to =
					packed_place_after(from, (uint16_t)count, 5);
				struct packed_place e = at(event % 5, event / 5 % 2 == 0);

				assert_int_equal(need(RING_EVENT_FLAGS_DESC, e, from, to),
					event < old + count);
			}
	/* Places that the ring does not have. */
	assert_false(need(RING_EVENT_FLAGS_DESC, at(32767, true), at(4, true), at(4, false)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_init),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_event),
		cmocka_unit_test(test_plain_events),
		cmocka_unit_test(test_events_at_a_place),
	};

	return cmocka_run_group_tests_name("packed_ring", tests, NULL, NULL);
}
