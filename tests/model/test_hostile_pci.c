/* SPDX-License-Identifier: BSD-2-Clause */
/* In: PCI functions whose capabilities and BARs lie. Out: a refusal that names what was wrong, and
 * no access outside. */
#include "bench.h"

#include <string.h>

#include "model_pci.h"

static struct bench bench;
static struct bench *const b = &bench;

static void start(void)
{
	host_reset(NULL);
	bench_open(b, MODEL_PCI, &model_type_gpu);
	/* The second COMMON_CFG would be a way out. */
	model_pci_put(&b->model, MODEL_CAP_DECOY + 3, 1, 0x77);
}

static void expect_unusable(const char *line)
{
	bench_find(b);
	model_check(&b->model);
	assert_null(b->dev);
	assert_int_equal(b->found.refused, 1);
	bench_expect_line(line);
	bench_expect_line("no usable interface");
	bench_close(b);
}

static void test_list_loops(void **state)
{
	(void)state;
	start();
	model_pci_put(&b->model, MODEL_CAP_DEVICE + 1, 1, MODEL_CAP_MSIX);
	expect_unusable("capabilities: the list loops");
	start();
	model_pci_put(&b->model, MODEL_CAP_MSIX + 1, 1, MODEL_CAP_MSIX);
	expect_unusable("capabilities: the list loops");
}

static void test_list_points_into_the_header(void **state)
{
	(void)state;
	start();
	model_pci_put(&b->model, MODEL_CAP_RESERVED_TYPE + 1, 1, 0x10);
	expect_unusable("the list points into the header");
}

static void test_no_list(void **state)
{
	(void)state;
	start();
	model_pci_put(&b->model, 0x06, 2, 0);
	expect_unusable("capability COMMON_CFG: there is none");
	start();
	model_pci_put(&b->model, 0x34, 1, 0);
	expect_unusable("capability COMMON_CFG: there is none");
}

static const struct {
	unsigned at;
	const char *missing;
} needed[] = {
	{MODEL_CAP_COMMON, "capability COMMON_CFG: there is none"},
	{MODEL_CAP_NOTIFY, "capability NOTIFY_CFG: there is none"},
	{MODEL_CAP_ISR, "capability ISR_CFG: there is none"},
};

static void test_missing_capabilities(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(needed); i++) {
		start();
		model_pci_put(&b->model, needed[i].at + 3, 1, 0x80);
		expect_unusable(needed[i].missing);
	}
}

static void test_short_capabilities(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(needed); i++)
		for (unsigned length = 0; length < 16; length += 15) {
			start();
			model_pci_put(&b->model, needed[i].at + 2, 1, length);
			expect_unusable("refused: cap_len is too short");
		}
	/* A notification capability has a multiplier behind it. */
	start();
	model_pci_put(&b->model, MODEL_CAP_NOTIFY + 2, 1, 19);
	expect_unusable("refused: cap_len is too short");
}

/* The list leads to a capability whose last words would lie behind what capabilities have. */
static void test_capabilities_at_the_end(void **state)
{
	static const uint8_t places[] = {0xf4, 0xf8, 0xfc};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(places); i++) {
		start();
		model_pci_put(&b->model, MODEL_CAP_NOTIFY + 1, 1, places[i]);
		model_pci_put(&b->model, places[i], 4, 0x01100009);
		expect_unusable("do not fit");
	}
}

/* Of several for one structure the first that can be used is (§4.1.4.1), be it the last. */
static void test_duplicated_types(void **state)
{
	static const struct {
		unsigned field;
		uint32_t value;
	} first[] = {{4, 6}, {4, 5}, {8, 0x7ff0}, {8, 2}, {12, 0x37}, {12, 0xffffffff}};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(first); i++) {
		host_reset(NULL);
		bench_open(b, MODEL_PCI, &model_type_gpu);
		for (unsigned at = 4; at < 16; at += 4)
			model_pci_put(&b->model, MODEL_CAP_DECOY + at, 4,
				model_pci_get(&b->model, MODEL_CAP_COMMON + at, 4));
		model_pci_put(&b->model, MODEL_CAP_COMMON + first[i].field,
			first[i].field == 4 ? 1 : 4, first[i].value);
		bench_find(b);
		assert_non_null(b->dev);
		bench_expect(b, bench_show(b), OK);
		bench_expect(b, bench_stop(b), OK);
		bench_close(b);
	}
}

/* Two doorbells, the first of them outside: its multiplier does not stay behind. */
static void test_duplicated_notify(void **state)
{
	(void)state;
	start();
	for (unsigned at = 4; at < 16; at += 4)
		model_pci_put(&b->model, MODEL_CAP_VENDOR + at, 4,
			model_pci_get(&b->model, MODEL_CAP_NOTIFY + at, 4));
	model_pci_put(&b->model, MODEL_CAP_VENDOR + 2, 2, 2 << 8 | 24);
	model_pci_put(&b->model, MODEL_CAP_VENDOR + 16, 4,
		model_pci_get(&b->model, MODEL_CAP_NOTIFY + 16, 4));
	model_pci_put(&b->model, MODEL_CAP_NOTIFY + 8, 4, 0xfffff000);
	model_pci_put(&b->model, MODEL_CAP_NOTIFY + 16, 4, 0x1000);
	bench_find(b);
	assert_non_null(b->dev);
	bench_expect(b, bench_show(b), OK);
	bench_expect(b, bench_stop(b), OK);
	bench_close(b);
}

static void test_reserved_bars(void **state)
{
	static const uint8_t bars[] = {6, 7, 0x80, 0xff};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(bars); i++) {
		start();
		model_pci_put(&b->model, MODEL_CAP_COMMON + 4, 1, bars[i]);
		expect_unusable("passed over: bar is reserved");
	}
}

static void test_bars_that_are_not_there(void **state)
{
	static const uint8_t bars[] = {0, 2, 3, 5};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(bars); i++) {
		start();
		model_pci_put(&b->model, MODEL_CAP_COMMON + 4, 1, bars[i]);
		expect_unusable("is not implemented");
	}
}

static void test_structures_outside_their_bar(void **state)
{
	static const uint32_t places[][2] = {{0x8000, 0x38}, {0x7ff0, 0x38}, {0x7000, 0x2000},
		{0xfffff000, 0x1000}, {0x1000, 0xffffffff}, {0xfffffffc, 0xfffffffc}};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(places); i++) {
		start();
		model_pci_put(&b->model, MODEL_CAP_COMMON + 8, 4, places[i][0]);
		model_pci_put(&b->model, MODEL_CAP_COMMON + 12, 4, places[i][1]);
		expect_unusable("outside");
	}
}

static void test_structures_too_small_or_crooked(void **state)
{
	static const uint32_t places[][2] = {
		{0x1000, 0}, {0x1000, 0x37}, {0x1002, 0x1000}, {0x1001, 0x1000}};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(places); i++) {
		start();
		model_pci_put(&b->model, MODEL_CAP_COMMON + 8, 4, places[i][0]);
		model_pci_put(&b->model, MODEL_CAP_COMMON + 12, 4, places[i][1]);
		expect_unusable("is not usable");
	}
}

/* The doorbell of the queue is no place to write to: found when the queue is set up. */
static void expect_doorbell_refused(const char *line)
{
	bench_find(b);
	assert_non_null(b->dev);
	bench_expect(b, bench_show(b), ERR_PROTOCOL);
	bench_expect_line(line);
	bench_expect_clean(b);
	bench_close(b);
}

static void test_doorbells_outside(void **state)
{
	(void)state;
	start();
	b->model.pci->notify_off[0] = 0x200;
	expect_doorbell_refused("of 0x1000 bytes lies outside NOTIFY_CFG");
	start();
	b->model.pci->notify_off[0] = 0xffff;
	model_pci_put(&b->model, MODEL_CAP_NOTIFY + 16, 4, 0xfffffffe);
	expect_doorbell_refused("of 0x1000 bytes lies outside NOTIFY_CFG");
	start();
	model_pci_put(&b->model, MODEL_CAP_NOTIFY + 16, 4, 0x80000000);
	expect_doorbell_refused("of 0x1000 bytes lies outside NOTIFY_CFG");
}

/* A notification would overwrite the queue's address: found by fuzzing. */
static void test_doorbell_over_common_cfg(void **state)
{
	uint8_t *config;

	(void)state;
	start();
	config = b->model.pci->config;
	/* The same BAR, offset and length. */
	memcpy(&config[MODEL_CAP_NOTIFY + 4], &config[MODEL_CAP_COMMON + 4], 12);
	model_pci_put(&b->model, MODEL_CAP_NOTIFY + 16, 4, 0);
	expect_doorbell_refused("lies inside COMMON_CFG");
	/* Queue 1's number would reset a queue: queue_reset is behind what every device has. */
	start();
	config = b->model.pci->config;
	memcpy(&config[MODEL_CAP_NOTIFY + 4], &config[MODEL_CAP_COMMON + 4], 12);
	model_pci_put(&b->model, MODEL_CAP_NOTIFY + 8, 4, MODEL_COMMON_OFFSET + 0x3a);
	model_pci_put(&b->model, MODEL_CAP_NOTIFY + 16, 4, 0);
	expect_doorbell_refused("lies inside COMMON_CFG");
}

static void test_doorbell_misaligned(void **state)
{
	(void)state;
	start();
	b->model.pci->notify_off[0] = 1;
	model_pci_put(&b->model, MODEL_CAP_NOTIFY + 16, 4, 3);
	expect_doorbell_refused("is misaligned");
}

/* With NOTIFICATION_DATA a doorbell has 32 bits, and NOTIFY_CFG must be aligned to them. */
static void test_long_doorbell_misaligned(void **state)
{
	struct gpu_setup setup = gpu_setup_full;

	(void)state;
	start();
	setup.features |= FEATURE(VIRTIO_F_NOTIFICATION_DATA);
	b->model.offered |= FEATURE(VIRTIO_F_NOTIFICATION_DATA);
	b->model.understood |= FEATURE(VIRTIO_F_NOTIFICATION_DATA);
	model_pci_put(&b->model, MODEL_CAP_NOTIFY + 8, 4, MODEL_NOTIFY_OFFSET + 2);
	bench_find(b);
	assert_non_null(b->dev);
	bench_expect(b, gpu_open(&b->gpu, 0, b->dev, &setup), ERR_PROTOCOL);
	bench_expect_line("is misaligned");
	bench_expect_clean(b);
	bench_close(b);
}

/* A GPU without its configuration. */
static void test_device_configuration_missing(void **state)
{
	(void)state;
	start();
	model_pci_put(&b->model, MODEL_CAP_DEVICE + 3, 1, 0x80);
	bench_find(b);
	assert_non_null(b->dev);
	bench_expect(b, bench_show(b), ERR_RANGE);
	bench_expect_line("lie outside its 0x0 bytes");
	bench_expect_clean(b);
	bench_close(b);
}

static void test_device_configuration_too_small(void **state)
{
	(void)state;
	start();
	model_pci_put(&b->model, MODEL_CAP_DEVICE + 12, 4, 8);
	bench_find(b);
	assert_non_null(b->dev);
	bench_expect(b, bench_show(b), ERR_RANGE);
	bench_expect_line("lie outside its 0x8 bytes");
	bench_expect_clean(b);
	bench_close(b);
}

/* Bus mastering that does not stay on is no device that could answer. */
static void test_no_bus_mastering(void **state)
{
	(void)state;
	start();
	b->model.pci->writable[4] = 3;
	expect_unusable("command: 0x");
}

static void test_legacy_with_another_revision(void **state)
{
	(void)state;
	host_reset(NULL);
	bench_open(b, MODEL_PCI_LEGACY, &model_type_entropy);
	model_pci_put(&b->model, 0x08, 1, 1);
	expect_unusable("legacy interface: revision 1");
}

static void test_legacy_bar_too_small(void **state)
{
	(void)state;
	host_reset(NULL);
	bench_open(b, MODEL_PCI_LEGACY, &model_type_entropy);
	model_pci_add_bar(&b->model, 0, 1, 16, MODEL_IO_APERTURE + 0x40);
	expect_unusable("has 0x10 bytes, 0x14 are needed");
}

/* A device with resources for so many vectors, which reads back what it was not given. */
static void expect_vectors(unsigned given, const char *refused)
{
	const char *answer;

	start();
	bench_find(b);
	assert_non_null(b->dev);
	model_pci_put(&b->model, MODEL_CAP_MSIX + 2, 2, 0x8000 | (MODEL_PCI_VECTORS - 1));
	b->model.pci->vectors_left = given;
	answer = b->dev->transport->set_vectors(b->dev, 2, 3);
	model_check(&b->model);
	if (refused)
		assert_string_equal(answer, refused);
	else
		assert_null(answer);
	assert_int_equal(b->model.pci->vectors[0], given ? 2 : VIRTIO_MSI_NO_VECTOR);
	if (given)
		assert_int_equal(b->model.pci->vectors[1], given > 1 ? 3 : VIRTIO_MSI_NO_VECTOR);
	bench_close(b);
}

static void test_vectors(void **state)
{
	(void)state;
	expect_vectors(2, NULL);
	expect_vectors(1, "queue_msix_vector");
	expect_vectors(0, "config_msix_vector");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list_loops),
		cmocka_unit_test(test_list_points_into_the_header),
		cmocka_unit_test(test_no_list),
		cmocka_unit_test(test_missing_capabilities),
		cmocka_unit_test(test_short_capabilities),
		cmocka_unit_test(test_capabilities_at_the_end),
		cmocka_unit_test(test_duplicated_types),
		cmocka_unit_test(test_duplicated_notify),
		cmocka_unit_test(test_reserved_bars),
		cmocka_unit_test(test_bars_that_are_not_there),
		cmocka_unit_test(test_structures_outside_their_bar),
		cmocka_unit_test(test_structures_too_small_or_crooked),
		cmocka_unit_test(test_doorbells_outside),
		cmocka_unit_test(test_doorbell_over_common_cfg),
		cmocka_unit_test(test_doorbell_misaligned),
		cmocka_unit_test(test_long_doorbell_misaligned),
		cmocka_unit_test(test_device_configuration_missing),
		cmocka_unit_test(test_device_configuration_too_small),
		cmocka_unit_test(test_no_bus_mastering),
		cmocka_unit_test(test_legacy_with_another_revision),
		cmocka_unit_test(test_legacy_bar_too_small),
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests_name("hostile_pci", tests, NULL, bench_teardown);
}
