/* SPDX-License-Identifier: BSD-2-Clause */
/* In: our definitions and the kernel's (uapi.h). Out: whether they say the same. */
#include "host.h"

#include <string.h>

#include "uapi.h"
#include "virtio/split_ring.h"

static const struct uapi_value *find(const char *name)
{
	for (size_t i = 0; i < uapi_kernel_count; i++)
		if (!strcmp(uapi_kernel[i].name, name))
			return &uapi_kernel[i];
	return NULL;
}

static void test_values(void **state)
{
	unsigned different = 0;

	(void)state;
	assert_int_equal(uapi_ours_count, uapi_kernel_count);
	assert_true(uapi_ours_count > 200);
	for (size_t i = 0; i < uapi_ours_count; i++) {
		const struct uapi_value *ours = &uapi_ours[i], *kernel = find(ours->name);

		assert_non_null(kernel);
		if (ours->value == kernel->value)
			continue;
		print_message("%s: ours 0x%lx, the kernel's 0x%lx\n", ours->name, ours->value,
			kernel->value);
		different++;
	}
	assert_int_equal(different, 0);
}

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
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_split_layout),
		cmocka_unit_test(test_need_event),
	};

	return cmocka_run_group_tests_name("uapi", tests, NULL, NULL);
}
