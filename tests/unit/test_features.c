/* SPDX-License-Identifier: BSD-2-Clause */
/* In: feature words. Out: whether their bits get the specification's names. */
#include "host.h"

#include <string.h>

#include "virtio/device.h"
#include "virtio/features.h"

static void expect(uint64_t features, uint32_t device_id, const char *names)
{
	char text[FEATURES_TEXT_SIZE];

	memset(text, 'x', sizeof(text));
	features_describe(features, device_id, text);
	assert_string_equal(text, names);
}

static void test_none(void **state)
{
	(void)state;
	expect(0, VIRTIO_ID_GPU, "none");
}

/* §5.7.3: bits 0 to 23 are the device type's. */
static void test_bits_of_the_type(void **state)
{
	(void)state;
	expect(FEATURE(0) | FEATURE(1), VIRTIO_ID_GPU, "VIRGL EDID");
	expect(0x3f, VIRTIO_ID_GPU,
		"VIRGL EDID RESOURCE_UUID RESOURCE_BLOB CONTEXT_INIT BLOB_ALIGNMENT");
	expect(FEATURE(6) | FEATURE(23), VIRTIO_ID_GPU, "6 23");
	expect(FEATURE(0) | FEATURE(1), VIRTIO_ID_ENTROPY, "0 1");
}

/* §6, in both words. */
static void test_bits_of_the_transport(void **state)
{
	(void)state;
	expect(FEATURE(24) | FEATURE(27), VIRTIO_ID_GPU, "NOTIFY_ON_EMPTY ANY_LAYOUT");
	expect(FEATURE(28) | FEATURE(29) | FEATURE(32), VIRTIO_ID_GPU,
		"INDIRECT_DESC EVENT_IDX VERSION_1");
	expect(0x7full << 33, VIRTIO_ID_ENTROPY,
		"ACCESS_PLATFORM RING_PACKED IN_ORDER ORDER_PLATFORM SR_IOV NOTIFICATION_DATA "
		"NOTIF_CONFIG_DATA");
	expect(FEATURE(40) | FEATURE(41) | FEATURE(43), VIRTIO_ID_GPU,
		"RING_RESET ADMIN_VQ SUSPEND");
	expect(FEATURE(30) | FEATURE(31) | FEATURE(42) | FEATURE(63), VIRTIO_ID_GPU, "30 31 42 63");
}

/* What QEMU 7.2 offers of a GPU on virtio-mmio version 1. */
static void test_a_real_word(void **state)
{
	(void)state;
	expect(0x39000002, VIRTIO_ID_GPU,
		"EDID NOTIFY_ON_EMPTY ANY_LAYOUT INDIRECT_DESC EVENT_IDX");
}

/* All 64 at once fit. */
static void test_every_bit(void **state)
{
	static const uint32_t types[] = {VIRTIO_ID_GPU, VIRTIO_ID_ENTROPY};
	char text[FEATURES_TEXT_SIZE];

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(types); i++) {
		unsigned words = 1;

		features_describe(UINT64_MAX, types[i], text);
		for (const char *c = text; *c; c++)
			words += *c == ' ';
		assert_int_equal(words, 64);
		assert_string_equal(text + strlen(text) - 3, " 63");
	}
}

static void test_requirements(void **state)
{
	(void)state;
	assert_int_equal(features_with_requirements(0x3f, VIRTIO_ID_GPU), 0x3f);
	assert_int_equal(features_with_requirements(0x3e, VIRTIO_ID_GPU), 0x2e);
	assert_int_equal(features_with_requirements(0x37, VIRTIO_ID_GPU), 0x17);
	assert_int_equal(features_with_requirements(0x30, VIRTIO_ID_GPU), 0);
	assert_int_equal(features_with_requirements(0x30, VIRTIO_ID_ENTROPY), 0x30);
	assert_int_equal(features_with_requirements(0, VIRTIO_ID_GPU), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_bits_of_the_type),
		cmocka_unit_test(test_bits_of_the_transport),
		cmocka_unit_test(test_a_real_word),
		cmocka_unit_test(test_every_bit),
		cmocka_unit_test(test_requirements),
	};

	return cmocka_run_group_tests_name("features", tests, NULL, NULL);
}
