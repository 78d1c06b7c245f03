/* SPDX-License-Identifier: BSD-2-Clause */
/* In: devices that do not come up as they should. Out: a named status, in time, and no memory lost
 * to them or taken from under them. */
#include "bench.h"

#include <string.h>

#define DEADLINES 3u /* a step, the reset after it, and what is in between */

static struct bench bench;
static struct bench *const b = &bench;

static const enum model_transport with_gpu[] = {MODEL_MMIO, MODEL_MMIO_LEGACY, MODEL_PCI};

static void start(enum model_transport transport)
{
	host_reset(NULL);
	bench_open(b, transport,
		transport == MODEL_PCI_LEGACY ? &model_type_entropy : &model_type_gpu);
}

/* The whole way with this device. */
static enum status bring_up(void)
{
	enum status status;

	bench_find(b);
	assert_non_null(b->dev);
	bench_begin(b);
	status = b->dev->device_id == 4 ? entropy_prove(b->dev, FEATURES_OF_QUEUES) : bench_show(b);
	bench_expect_within(b, DEADLINES * BENCH_TIMEOUT_US);
	return status;
}

/* Nothing came of it: the device is reset, everything is given back, the log says why. */
static void expect_refused(enum status expected, const char *line)
{
	bench_expect(b, bring_up(), expected);
	bench_expect_line(line);
	bench_expect_line("not ok");
	bench_expect_clean(b);
	bench_close(b);
}

static void test_features_ok_dropped(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		start(i ? MODEL_PCI : MODEL_MMIO);
		b->model.lies.status_dropped = MODEL_FEATURES_OK;
		expect_refused(ERR_REFUSED, "FEATURES_OK # the device did not keep it");
	}
}

static void test_driver_ok_dropped(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(with_gpu); i++) {
		start(with_gpu[i]);
		b->model.lies.status_dropped = MODEL_DRIVER_OK;
		expect_refused(ERR_REFUSED, "DRIVER_OK # the device did not keep it");
	}
}

/* The same of an entropy device, which fails before it has a queue or with one. */
static void test_entropy_refused(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		host_reset(NULL);
		bench_open(b, i & 1 ? MODEL_PCI : MODEL_MMIO, &model_type_entropy);
		b->model.lies.status_dropped = i & 2 ? MODEL_DRIVER_OK : MODEL_FEATURES_OK;
		expect_refused(ERR_REFUSED, "the device did not keep it");
	}
}

static void test_needs_reset_at_once(void **state)
{
	(void)state;
	start(MODEL_MMIO);
	b->model.lies.status_added = MODEL_NEEDS_RESET;
	expect_refused(ERR_NEEDS_RESET, "DEVICE_NEEDS_RESET");
}

/* It gave up while it was set up: a status that is written without a look would hide that. */
static void test_needs_reset_before_it_runs(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		start(i ? MODEL_PCI : MODEL_MMIO);
		b->model.lies.gives_up_early = true;
		expect_refused(ERR_NEEDS_RESET, "DRIVER_OK # status 0x4f");
	}
}

static void test_reset_never_ends(void **state)
{
	(void)state;
	for (enum model_transport t = MODEL_MMIO; t <= MODEL_PCI_LEGACY; t++) {
		start(t);
		b->model.lies.reset_never_ends = true;
		bench_expect(b, bring_up(), ERR_TIMEOUT);
		bench_expect_line("reset # status is still 0x");
		assert_int_equal(b->memory.pool.used, 0);
		bench_close(b);
	}
}

/* A device that cannot be reset any more keeps its memory: nobody else gets it. */
static void test_last_reset_never_ends(void **state)
{
	uint64_t used;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(with_gpu); i++) {
		start(with_gpu[i]);
		bench_expect(b, bring_up(), OK);
		used = b->memory.pool.used;
		b->model.lies.reset_never_ends = true;
		bench_begin(b);
		bench_expect(b, bench_stop(b), ERR_TIMEOUT);
		bench_expect_within(b, 2 * BENCH_TIMEOUT_US);
		bench_expect_line("its memory is not used again");
		assert_int_equal(b->memory.pool.used, used);
		model_audit(&b->model);
		model_check(&b->model);
		bench_close(b);
	}
}

static void test_last_reset_of_entropy_never_ends(void **state)
{
	(void)state;
	start(MODEL_PCI_LEGACY);
	bench_find(b);
	/* The first reset ends: it takes two readings. The last one takes more than time allows. */
	b->model.lies.silent_at = 1;
	b->model.answers_awaited = false;
	bench_expect(b, entropy_prove(b->dev, FEATURES_OF_QUEUES), ERR_TIMEOUT);
	bench_expect_clean(b);
	bench_close(b);
}

/* The device leaves the bus at one register access after the other. */
static void vanish(enum model_transport transport)
{
	uint64_t total, step;

	start(transport);
	bench_expect(b, bring_up(), OK);
	if (b->dev->device_id == 16)
		bench_expect(b, bench_stop(b), OK);
	total = b->model.accesses;
	bench_close(b);
	for (step = 1; step <= total; step++) {
		enum status status = ERR_NOT_FOUND;

		start(transport);
		the_log.level = LOG_INFO;
		b->model.lies.vanish_at = step;
		b->model.answers_awaited = false;
		bench_begin(b);
		bench_find(b);
		if (b->dev && b->dev->device_id == 4) {
			status = entropy_prove(b->dev, FEATURES_OF_QUEUES);
		} else if (b->dev) {
			status = bench_show(b);
			if (status == OK)
				status = bench_stop(b);
			else if (b->gpu.dev && b->gpu.control.memory.size)
				(void)!bench_stop(b);
		}
		bench_expect_within(b, DEADLINES * BENCH_TIMEOUT_US);
		model_audit(&b->model);
		model_check(&b->model);
		if (b->dev ? status != ERR_GONE : status == OK)
			fail_msg("%s although it left at access %lu\n%s", status_name(status),
				(unsigned long)step, host_log());
		bench_close(b);
	}
}

static void test_vanishes_at_each_access(void **state)
{
	(void)state;
	for (enum model_transport t = MODEL_MMIO; t <= MODEL_PCI_LEGACY; t++)
		vanish(t);
}

static void test_configuration_never_settles(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(with_gpu); i++) {
		uint32_t words[2];

		start(with_gpu[i]);
		bench_expect(b, bring_up(), OK);
		b->model.lies.config_never_settles = true;
		bench_expect(b, virtio_read_config(b->dev, 8, words, 2), ERR_TIMEOUT);
		bench_expect_line("config: it changes with each reading");
		bench_expect(b, bench_stop(b), OK);
		bench_close(b);
	}
}

static void test_scanout_counts(void **state)
{
	static const uint32_t counts[] = {0, 17, 0x100, 0xffffffff};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(counts); i++) {
		start(MODEL_MMIO);
		memcpy(b->model.config + 8, &counts[i], 4);
		expect_refused(ERR_PROTOCOL, "num_scanouts is");
	}
}

static void test_queue_sizes(void **state)
{
	static const struct {
		enum model_transport transport;
		uint32_t size;
		enum status status;
		const char *line;
	} cases[] = {
		{MODEL_MMIO, 0, ERR_NOT_FOUND, "no such queue"},
		{MODEL_MMIO_LEGACY, 0, ERR_NOT_FOUND, "no such queue"},
		{MODEL_PCI, 0, ERR_NOT_FOUND, "no such queue"},
		{MODEL_PCI_LEGACY, 0, ERR_NOT_FOUND, "no such queue"},
		{MODEL_MMIO, 32769, ERR_PROTOCOL, "above 32768"},
		{MODEL_MMIO, 0xffffffff, ERR_PROTOCOL, "above 32768"},
		{MODEL_PCI, 65535, ERR_PROTOCOL, "above 32768"},
		{MODEL_PCI_LEGACY, 32769, ERR_PROTOCOL, "above 32768"},
		{MODEL_PCI_LEGACY, 48, ERR_PROTOCOL, "not a power of two"},
		{MODEL_PCI_LEGACY, 3, ERR_PROTOCOL, "not a power of two"},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		start(cases[i].transport);
		b->model.queues[0].size_max = cases[i].size;
		expect_refused(cases[i].status, cases[i].line);
	}
}

static void test_queue_in_use_already(void **state)
{
	(void)state;
	start(MODEL_MMIO);
	b->model.lies.ready_before = true;
	expect_refused(ERR_PROTOCOL, "QueueReady is set already");
	/* It is seen only behind the reading of QueueSizeMax, which this device does not allow. */
	start(MODEL_MMIO_LEGACY);
	b->model.lies.ready_before = true;
	assert_int_equal(bring_up(), ERR_PROTOCOL);
	bench_expect_line("QueuePFN is 0x1 already");
	start(MODEL_PCI_LEGACY);
	b->model.lies.ready_before = true;
	expect_refused(ERR_PROTOCOL, "its address is 0x1 already");
}

static void test_queue_not_taken(void **state)
{
	static const char *const lines[] = {"QueueReady does not stay 1", "QueuePFN reads 0x0",
		"queue_enable does not stay 1", "its address reads 0x0"};

	(void)state;
	for (enum model_transport t = MODEL_MMIO; t <= MODEL_PCI_LEGACY; t++) {
		start(t);
		b->model.lies.ready_dropped = true;
		expect_refused(ERR_REFUSED, lines[t]);
	}
}

/* Memory runs out at one allocation after the other. */
static void test_no_memory(void **state)
{
	static struct dma_block taken[BENCH_MEMORY / PAGE_SIZE + 64];
	unsigned failures = 0, pages = 0;
	enum status status = ERR_NO_MEMORY;

	(void)state;
	for (enum model_transport t = MODEL_MMIO; t <= MODEL_PCI_LEGACY; t++)
		for (pages = 0, status = ERR_NO_MEMORY; status != OK; pages++) {
			unsigned count = 0;
			uint64_t used;

			start(t);
			while (b->memory.pool.total - b->memory.pool.used > pages * PAGE_SIZE)
				assert_int_equal(dma_alloc(&b->memory.pool, PAGE_SIZE, PAGE_SIZE,
							 &taken[count++]),
					OK);
			used = b->memory.pool.used;
			status = bring_up();
			model_check(&b->model);
			if (b->dev->device_id == 16 && b->gpu.control.memory.size)
				bench_expect(b, bench_stop(b), OK);
			assert_true(status == OK || status == ERR_NO_MEMORY);
			failures += status != OK;
			if (status != OK)
				bench_expect_line("bytes left");
			assert_int_equal(b->memory.pool.used, used);
			bench_close(b);
		}
	assert_true(failures >= 4);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_features_ok_dropped),
		cmocka_unit_test(test_driver_ok_dropped),
		cmocka_unit_test(test_entropy_refused),
		cmocka_unit_test(test_needs_reset_at_once),
		cmocka_unit_test(test_needs_reset_before_it_runs),
		cmocka_unit_test(test_reset_never_ends),
		cmocka_unit_test(test_last_reset_never_ends),
		cmocka_unit_test(test_last_reset_of_entropy_never_ends),
		cmocka_unit_test(test_vanishes_at_each_access),
		cmocka_unit_test(test_configuration_never_settles),
		cmocka_unit_test(test_scanout_counts),
		cmocka_unit_test(test_queue_sizes),
		cmocka_unit_test(test_queue_in_use_already),
		cmocka_unit_test(test_queue_not_taken),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests_name("hostile_life", tests, NULL, bench_teardown);
}
