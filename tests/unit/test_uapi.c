/* SPDX-License-Identifier: BSD-2-Clause */
/* In: our split ring and the kernel's (uapi.h). Out: whether they do the same. */
#include "host.h"

#include "uapi.h"
#include "virtio/split_ring.h"

/* As a legacy device places the parts, and as a modern one may. */
static void test_split_layout(void **state)
{
	static const size_t aligns[] = {4, 64, 4096, 65536};

	(void)state;
	for (unsigned n = 1; n <= SPLIT_RING_MAX_SIZE; n *= 2)
		for (size_t i = 0; i < ARRAY_SIZE(aligns); i++) {
			struct split_layout l = split_layout_of((uint16_t)n, aligns[i]);
			size_t avail, used, total;

			uapi_kernel_layout(n, aligns[i], &avail, &used, &total);
			assert_int_equal(l.avail, avail);
			assert_int_equal(l.used, used);
			assert_int_equal(l.size, align_up(total, aligns[i]));
		}
}

static void test_need_event(void **state)
{
	(void)state;
	for (unsigned old = 0; old < 65536; old += 251)
		for (unsigned event = 0; event < 65536; event += 13)
			for (unsigned step = 1; step < 8; step += 3) {
				uint16_t new = (uint16_t)(old + step);

				assert_int_equal(
					split_ring_need_event((uint16_t)event, new, (uint16_t)old),
					uapi_kernel_need_event(
						(uint16_t)event, new, (uint16_t)old));
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_split_layout),
		cmocka_unit_test(test_need_event),
	};

	return cmocka_run_group_tests_name("uapi", tests, NULL, NULL);
}
