/* SPDX-License-Identifier: BSD-2-Clause */
/* In: virtio/split_ring.h. Out: whether its layout is the specification's, for every size. */
#include "host.h"

#include <stdlib.h>
#include <string.h>

#include "virtio/split_ring.h"

/* §2.7: the bytes of each part, as the specification's table has them. */
static uint64_t desc_bytes(uint64_t n)
{
	return 16 * n;
}

static uint64_t avail_bytes(uint64_t n)
{
	return 6 + 2 * n;
}

static uint64_t used_bytes(uint64_t n)
{
	return 6 + 8 * n;
}

/* §2.7.2, with ALIGN as it is meant (the text lacks the "- 1"). */
static uint64_t legacy_align(uint64_t x, uint64_t align)
{
	return (x + align - 1) & ~(align - 1);
}

static void test_modern_layout(void **state)
{
	(void)state;
	for (unsigned n = 1; n <= 32768; n *= 2) {
		struct split_layout l = split_layout_of((uint16_t)n, 4);

		assert_int_equal(l.avail, desc_bytes(n));
		assert_int_equal(l.avail % 2, 0);
		assert_true(l.used >= l.avail + avail_bytes(n));
		assert_true(l.used < l.avail + avail_bytes(n) + 4);
		assert_int_equal(l.used % 4, 0);
		assert_true(l.size >= l.used + used_bytes(n));
		assert_true(l.size < l.used + used_bytes(n) + 4);
	}
}

static void test_legacy_layout(void **state)
{
	(void)state;
	for (unsigned n = 1; n <= 32768; n *= 2)
		for (unsigned align = 64; align <= 65536; align *= 2) {
			struct split_layout l = split_layout_of((uint16_t)n, align);
			uint64_t first = legacy_align(desc_bytes(n) + avail_bytes(n), align);

			assert_int_equal(l.avail, desc_bytes(n));
			assert_int_equal(l.used, first);
			assert_int_equal(l.size, first + legacy_align(used_bytes(n), align));
		}
}

/* Numbers from the field: a queue of 64 and of 1024 at 4096 (QEMU's virtio-mmio). */
static void test_known_layouts(void **state)
{
	struct split_layout l = split_layout_of(64, 4096);

	(void)state;
	assert_int_equal(l.avail, 0x400);
	assert_int_equal(l.used, 0x1000);
	assert_int_equal(l.size, 0x2000);
	l = split_layout_of(1024, 4096);
	assert_int_equal(l.avail, 0x4000);
	assert_int_equal(l.used, 0x5000);
	assert_int_equal(l.size, 0x8000);
	l = split_layout_of(256, 4);
	assert_int_equal(l.avail, 0x1000);
	assert_int_equal(l.used, 0x1208);
}

/* Each part is where the layout says; the event indices stand behind the rings. */
static void test_parts(void **state)
{
	(void)state;
	for (unsigned n = 1; n <= 32768; n *= 2) {
		struct split_layout l = split_layout_of((uint16_t)n, 4096);
		struct dma_block memory = {{0x1234567000}, aligned_alloc(4096, l.size), l.size};
		uint8_t *base = memory.data;
		struct split_ring r;

		split_ring_init(&r, (uint16_t)n, &memory, &l);
		assert_int_equal(r.size, n);
		assert_ptr_equal(r.desc, base);
		assert_ptr_equal(r.avail, base + desc_bytes(n));
		assert_ptr_equal(r.used, base + l.used);
		assert_ptr_equal(split_ring_used_event(&r), (uint8_t *)r.avail + 4 + 2 * n);
		assert_ptr_equal(split_ring_avail_event(&r), (uint8_t *)r.used + 4 + 8 * n);
		/* The last byte of all is inside (the sanitizer sees what is not). */
		le16_store(split_ring_avail_event(&r), 0xffff);
		free(base);
	}
}

/* §2.7.10, said differently: some index written since `old` was the one after the event. */
static bool passes(uint16_t event, uint16_t new, uint16_t old)
{
	for (uint16_t i = old; i != new; i++)
		if (i == event)
			return true;
	return false;
}

static void test_need_event(void **state)
{
	static const uint16_t places[] = {0, 1, 2, 100, 0x7ffe, 0x7fff, 0x8000, 0xfffe, 0xffff};

	(void)state;
	for (unsigned p = 0; p < ARRAY_SIZE(places); p++)
		for (uint16_t count = 0; count < 70; count++)
			for (int distance = -80; distance <= 80; distance++) {
				uint16_t old = places[p], new = (uint16_t)(old + count);
				uint16_t event = (uint16_t)(old + distance);

				assert_int_equal(split_ring_need_event(event, new, old),
					passes(event, new, old));
			}
}

/* Over all 65536 places an event is passed once in a round. */
static void test_need_event_in_a_round(void **state)
{
	unsigned passed = 0;

	(void)state;
	for (unsigned i = 0; i < 65536; i++)
		passed += split_ring_need_event(12345, (uint16_t)(i + 1), (uint16_t)i);
	assert_int_equal(passed, 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_modern_layout),
		cmocka_unit_test(test_legacy_layout),
		cmocka_unit_test(test_known_layouts),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_need_event),
		cmocka_unit_test(test_need_event_in_a_round),
	};

	return cmocka_run_group_tests_name("split_ring", tests, NULL, NULL);
}
