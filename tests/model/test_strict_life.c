/* SPDX-License-Identifier: BSD-2-Clause */
/* In: devices of every transport that behave. Out: whether the driver keeps every rule with them.
 */
#include "bench.h"
#include "model_pci.h"

static struct bench bench;
static struct bench *const b = &bench;

static const enum model_transport all[] = {
	MODEL_MMIO, MODEL_MMIO_LEGACY, MODEL_PCI, MODEL_PCI_LEGACY};

/* Brings the entropy device up on a transport, with a change to the model by the test. */
static void prove_entropy(enum model_transport transport, void (*change)(struct model *m))
{
	host_reset(NULL);
	bench_open(b, transport, &model_type_entropy);
	if (change)
		change(&b->model);
	bench_find(b);
	model_check(&b->model);
	assert_non_null(b->dev);
	bench_expect(b, entropy_prove(b->dev, FEATURES_OF_QUEUES), OK);
	assert_true(b->model.notifications || b->model.polls);
	bench_expect_clean(b);
	bench_close(b);
}

/* The same of a GPU, to the picture and back. */
static void show_picture(enum model_transport transport, void (*change)(struct model *m))
{
	host_reset(NULL);
	bench_open(b, transport, &model_type_gpu);
	if (change)
		change(&b->model);
	bench_find(b);
	model_check(&b->model);
	assert_non_null(b->dev);
	bench_expect(b, bench_show(b), OK);
	bench_expect_picture(b, 0, 64, 48);
	bench_end(b);
}

static void on_all(void (*change)(struct model *m))
{
	for (unsigned i = 0; i < ARRAY_SIZE(all); i++) {
		prove_entropy(all[i], change);
		if (all[i] != MODEL_PCI_LEGACY)
			show_picture(all[i], change);
	}
}

static void test_every_transport(void **state)
{
	(void)state;
	on_all(NULL);
}

static void no_ring_features(struct model *m)
{
	m->offered &= ~(3ull << 28);
}

static void test_without_ring_features(void **state)
{
	(void)state;
	on_all(no_ring_features);
}

static void only_event_idx(struct model *m)
{
	m->offered &= ~(1ull << 28);
}

static void only_indirect(struct model *m)
{
	m->offered &= ~(1ull << 29);
}

static void test_one_ring_feature(void **state)
{
	(void)state;
	on_all(only_event_idx);
	on_all(only_indirect);
}

/* Everything that has a bit and everything that has none. */
static void offer_all(struct model *m)
{
	/* Bits above 31 too on legacy mmio, as QEMU: a legacy device has them not (§4.2.4). */
	m->offered = UINT64_MAX;
}

static void test_unknown_features(void **state)
{
	(void)state;
	on_all(offer_all);
}

static void bare(struct model *m)
{
	m->offered = m->legacy ? 0 : 1ull << 32;
}

static void test_no_feature_but_version_1(void **state)
{
	(void)state;
	on_all(bare);
}

static void slow_reset(struct model *m)
{
	m->reset_polls = 200;
}

static void test_slow_reset(void **state)
{
	(void)state;
	on_all(slow_reset);
}

static void late_answers(struct model *m)
{
	m->delay_us = BENCH_TIMEOUT_US / 2;
}

static void test_late_answers(void **state)
{
	(void)state;
	on_all(late_answers);
}

static void polling(struct model *m)
{
	m->polls = true;
	m->delay_us = 10;
}

static void test_device_that_polls(void **state)
{
	(void)state;
	on_all(polling);
	assert_int_equal(b->model.notifications, 0);
}

static void polling_without_event_idx(struct model *m)
{
	polling(m);
	only_indirect(m);
}

static void test_device_that_polls_by_flags(void **state)
{
	(void)state;
	on_all(polling_without_event_idx);
	assert_int_equal(b->model.notifications, 0);
}

static void late_wish(struct model *m)
{
	m->late_wish = true;
}

static void late_wish_by_flags(struct model *m)
{
	m->late_wish = true;
	only_indirect(m);
}

/* The device asks to be notified in the moment in which the driver looks. */
static void test_wish_at_the_barrier(void **state)
{
	(void)state;
	on_all(late_wish);
	on_all(late_wish_by_flags);
}

static const enum model_transport with_gpu[] = {MODEL_MMIO, MODEL_MMIO_LEGACY, MODEL_PCI};

#define NUM_SCANOUTS offsetof(struct virtio_gpu_config, num_scanouts)

/* Several fields are read until they belong together, before anything else is done. */
static void test_configuration_changes(void **state)
{
	struct gpu_display displays[VIRTIO_GPU_MAX_SCANOUTS];

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(with_gpu); i++) {
		uint32_t words[2] = {99, 99};

		host_reset(NULL);
		bench_open(b, with_gpu[i], &model_type_gpu);
		bench_find(b);
		bench_expect(b, bench_show(b), OK);
		/* An even number: it ends as it began. */
		b->model.config_changes = 4;
		bench_expect(b, virtio_read_config(b->dev, NUM_SCANOUTS, words, 2), OK);
		bench_expect(b, gpu_get_display_info(&b->gpu, displays), OK);
		assert_int_equal(b->model.config_changes, 0);
		assert_int_equal(words[0], 1);
		assert_int_equal(words[1], 0);
		bench_end(b);
	}
}

/* One field is one register read. */
static void test_configuration_field(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(with_gpu); i++) {
		uint32_t word = 99;
		uint64_t before;

		host_reset(NULL);
		bench_open(b, with_gpu[i], &model_type_gpu);
		bench_find(b);
		bench_expect(b, bench_show(b), OK);
		before = b->dev->count.reads;
		bench_expect(b, virtio_read_config(b->dev, NUM_SCANOUTS, &word, 1), OK);
		assert_int_equal(b->dev->count.reads - before, 1);
		assert_int_equal(word, 1);
		bench_end(b);
	}
}

static void small_queue(struct model *m)
{
	m->queues[0].size_max = 2;
}

static void test_small_queue(void **state)
{
	(void)state;
	on_all(small_queue);
}

static void odd_queue(struct model *m)
{
	/* Only the driver's choice has to be a power of two. */
	m->queues[0].size_max = 48;
}

static void test_odd_queue(void **state)
{
	(void)state;
	show_picture(MODEL_MMIO, odd_queue);
	show_picture(MODEL_MMIO_LEGACY, odd_queue);
	show_picture(MODEL_PCI, odd_queue);
}

static void large_queue(struct model *m)
{
	m->queues[0].size_max = 32768;
}

static void test_large_queue(void **state)
{
	(void)state;
	on_all(large_queue);
}

/* One queue of a running device, without a request in flight: ready again with a new ring. */
static void test_reset_of_a_queue(void **state)
{
	(void)state;
	host_reset(NULL);
	bench_open(b, MODEL_PCI, &model_type_gpu);
	b->model.offered |= FEATURE(VIRTIO_F_RING_RESET);
	b->model.reset_polls = 2;
	bench_find(b);
	assert_non_null(b->dev);
	bench_expect(b, bench_show(b), OK);
	bench_expect(b, queue_reset(&b->gpu.control), OK);
	bench_expect(b, gpu_screens_present(&b->gpu, &b->screens), OK);
	bench_end(b);
}

/* A window that ends before the register: declined, by name. */
static void test_no_register_for_it(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(all); i++) {
		if (all[i] != MODEL_MMIO && all[i] != MODEL_PCI)
			continue;
		host_reset(NULL);
		bench_open(b, all[i], &model_type_gpu);
		b->model.offered |= FEATURE(VIRTIO_F_RING_RESET);
		if (all[i] == MODEL_PCI)
			model_pci_put(&b->model, MODEL_CAP_COMMON + 12, 4, 0x3b);
		bench_find(b);
		assert_non_null(b->dev);
		bench_expect(b, bench_show(b), OK);
		assert_false(b->model.accepted & FEATURE(VIRTIO_F_RING_RESET));
		bench_expect_line("features declined: 0x10000000000 (RING_RESET)");
		bench_expect(b, bench_stop(b), OK);
		bench_close(b);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_transport),
		cmocka_unit_test(test_without_ring_features),
		cmocka_unit_test(test_one_ring_feature),
		cmocka_unit_test(test_unknown_features),
		cmocka_unit_test(test_no_feature_but_version_1),
		cmocka_unit_test(test_slow_reset),
		cmocka_unit_test(test_late_answers),
		cmocka_unit_test(test_device_that_polls),
		cmocka_unit_test(test_device_that_polls_by_flags),
		cmocka_unit_test(test_wish_at_the_barrier),
		cmocka_unit_test(test_configuration_changes),
		cmocka_unit_test(test_configuration_field),
		cmocka_unit_test(test_small_queue),
		cmocka_unit_test(test_odd_queue),
		cmocka_unit_test(test_large_queue),
		cmocka_unit_test(test_reset_of_a_queue),
		cmocka_unit_test(test_no_register_for_it),
	};

	return cmocka_run_group_tests_name("strict_life", tests, NULL, bench_teardown);
}
