/* SPDX-License-Identifier: BSD-2-Clause */
/* In: devices that break with one part of a configuration. Out: the line that names it. */
#include "bench.h"
#include "gpu/isolate.h"

static struct bench bench;
static struct bench *const b = &bench;

static const enum model_transport with_gpu[] = {MODEL_MMIO, MODEL_MMIO_LEGACY, MODEL_PCI};
static const struct gpu_show bars = {.picture = {.pattern = PICTURE_BARS}, .label = "label"};

static uint64_t faulty_features; /* any of them accepted: */
static uint32_t faulty_size; /* or a queue of more entries: the device is silent */
static uint32_t faulty_width; /* or a display as wide as this */

static void start(enum model_transport transport)
{
	host_reset(NULL);
	the_log.level = LOG_INFO;
	bench_open(b, transport, &model_type_gpu);
	bench_find(b);
	assert_non_null(b->dev);
	b->model.answers_awaited = false;
	faulty_features = 0;
	faulty_size = UINT32_MAX;
	faulty_width = UINT32_MAX;
}

/* Answers with an id that no chain in flight has. */
static void spoil(struct model *m, struct model_queue *q, struct model_used *used)
{
	if (m->accepted & faulty_features || q->size > faulty_size ||
		m->gpu->displays[0].shown_width >= faulty_width)
		used->id = 63;
}

static void climb(struct virtio_device *entropy)
{
	static struct gpu_session session;

	session = (struct gpu_session){
		.name = "gpu0", .dev = b->dev, .setup = gpu_setup_full, .show = &bars};
	gpu_isolate(&session, entropy);
}

static void isolate(void)
{
	b->model.lies.used = spoil;
	bench_begin(b);
	climb(NULL);
	/* 9 tries, each of which meets at most 4 waits of 200 ms. */
	bench_expect_within(b, 7 * 4 * ISOLATE_WAIT_US);
	model_check(&b->model);
	bench_expect_line("gpu0: isolate: up to 9 tries of at most 200 ms an answer: at most 8 s");
	bench_expect_line("isolate: interrupts are not used");
	assert_int_equal(b->dev->timeout_us, BENCH_TIMEOUT_US);
}

/* Whatever was tried, no test point came of it. */
static void expect_quiet_and_clean(void)
{
	assert_int_equal(the_tap.points[0], 0);
	assert_false(the_log.muted);
	assert_false(host_logged("reset (step 1)"));
	bench_expect_clean(b);
	bench_close(b);
}

static void test_everything_works(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(with_gpu); i++) {
		start(with_gpu[i]);
		isolate();
		bench_expect_line("isolate: the fewest features (none), queue of 4: works (");
		bench_expect_line("isolate: the whole picture (EDID INDIRECT_DESC EVENT_IDX), "
				  "queue of 64: works (");
		bench_expect_line("isolate: everything works: the failure does not repeat");
		expect_quiet_and_clean();
	}
}

static void test_feature_breaks(void **state)
{
	static const struct {
		unsigned bit;
		const char *works;
		const char *breaks;
	} cases[] = {
		{1, "(INDIRECT_DESC EVENT_IDX), queue of 64;",
			"breaks with: with EDID (EDID), queue of 4"},
		{28, "(EDID EVENT_IDX), queue of 64;",
			"breaks with: with INDIRECT_DESC (EDID INDIRECT_DESC), queue of 4"},
		{29, "(EDID INDIRECT_DESC), queue of 64;",
			"breaks with: with EVENT_IDX (EDID INDIRECT_DESC EVENT_IDX), queue of 4"},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(with_gpu); i++)
		for (unsigned c = 0; c < ARRAY_SIZE(cases); c++) {
			start(with_gpu[i]);
			faulty_features = 1ull << cases[c].bit;
			isolate();
			bench_expect_line("fails: protocol");
			bench_expect_line("isolate: works: the whole picture ");
			bench_expect_line(cases[c].works);
			bench_expect_line(cases[c].breaks);
			expect_quiet_and_clean();
		}
}

/* A feature that the device does not offer is no step. */
static void test_feature_not_offered(void **state)
{
	(void)state;
	start(MODEL_PCI);
	b->model.offered &= ~(1ull << 29);
	isolate();
	assert_false(host_logged("EVENT_IDX"));
	expect_quiet_and_clean();
}

static void test_queue_size_breaks(void **state)
{
	(void)state;
	start(MODEL_PCI);
	faulty_size = 32;
	isolate();
	bench_expect_line(
		"breaks with: a larger queue (EDID INDIRECT_DESC EVENT_IDX), queue of 64");
	bench_expect_line(
		"isolate: works: the whole picture (EDID INDIRECT_DESC EVENT_IDX), queue of 4;");
	expect_quiet_and_clean();
}

static void test_picture_breaks(void **state)
{
	(void)state;
	start(MODEL_MMIO);
	b->model.gpu->displays[0].width = 100;
	faulty_width = 100;
	isolate();
	bench_expect_line("works: a larger queue (EDID INDIRECT_DESC EVENT_IDX), queue of 64; "
			  "breaks with: the whole picture (");
	expect_quiet_and_clean();
}

static void test_nothing_works(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(with_gpu); i++) {
		start(with_gpu[i]);
		faulty_size = 0;
		isolate();
		bench_expect_line("queue of 4: fails: ");
		assert_int_equal(host_logged("queue of 4, QueueAlign 64: fails: "),
			with_gpu[i] == MODEL_MMIO_LEGACY);
		bench_expect_line("isolate: nothing works");
		expect_quiet_and_clean();
	}
}

/* No step waits longer than the announced time for a device that is silent. */
static void test_silent(void **state)
{
	(void)state;
	start(MODEL_MMIO);
	b->model.delay_us = 10 * BENCH_TIMEOUT_US;
	isolate();
	bench_expect_line("queue of 4: fails: timeout (");
	bench_expect_line("isolate: nothing works");
	expect_quiet_and_clean();
}

/* Each answer comes in time, and those of four displays take longer than was announced. */
static void test_slow(void **state)
{
	(void)state;
	start(MODEL_MMIO);
	b->model.config[8] = 4;
	for (unsigned i = 0; i < 4; i++)
		b->model.gpu->displays[i].enabled = true;
	b->model.delay_us = ISOLATE_WAIT_US * 9 / 10;
	bench_begin(b);
	climb(NULL);
	/* What was begun in time is brought to its end. */
	bench_expect_within(b, (9 + 4) * 4 * ISOLATE_WAIT_US);
	bench_expect_line("isolate: the fewest features (none), queue of 4: works (");
	bench_expect_line("isolate: the time is up: no more tries");
	bench_expect_line("; the rest was not tried");
	assert_int_equal(b->dev->timeout_us, BENCH_TIMEOUT_US);
	expect_quiet_and_clean();
}

static void test_cannot_be_reset(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(with_gpu); i++) {
		start(with_gpu[i]);
		b->model.lies.vanish_at = b->model.accesses + 1;
		isolate();
		bench_expect_line("fails: device is gone");
		bench_expect_line("does not let itself be reset: no more tries");
		assert_false(host_logged("QueueAlign 64: "));
		bench_expect_line("isolate: nothing works");
		assert_int_equal(b->memory.pool.used, 0);
		bench_close(b);
	}
}

static void isolate_with_interrupts(void)
{
	bench_begin(b);
	climb(NULL);
	bench_expect_within(b, 8 * 4 * ISOLATE_WAIT_US);
	model_check(&b->model);
	bench_expect_line("gpu0: isolate: up to 10 tries");
	bench_expect_line("isolate: polled first, then with interrupts");
	bench_expect_line("isolate: the whole picture (EDID INDIRECT_DESC EVENT_IDX), "
			  "queue of 64: works (");
}

static void test_interrupts_work(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(with_gpu); i++) {
		start(with_gpu[i]);
		bench_interrupt(b);
		isolate_with_interrupts();
		bench_expect_line(b->dev->pci ? "the same with interrupts by intx (EDID"
					      : "the same with interrupts by mmio (EDID");
		bench_expect_line("isolate: everything works: the failure does not repeat");
		assert_true(b->dev->interrupt.queue);
		assert_int_not_equal(b->dev->interrupt.mode, INTERRUPT_POLL);
		expect_quiet_and_clean();
	}
}

/* A device that never interrupts, and one whose line is another. */
static void test_interrupts_break(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2 * ARRAY_SIZE(with_gpu); i++) {
		start(with_gpu[i / 2]);
		bench_interrupt(b);
		b->model.lies.mute = i & 1;
		if (!(i & 1))
			b->gic.wire[BENCH_LINE] = NULL;
		isolate_with_interrupts();
		bench_expect_line("breaks with: the same with interrupts by ");
		bench_expect_line("fails: not found");
		bench_expect_line(i & 1 ? "isolate: interrupts: the device's interrupt status is 0"
					: "isolate: interrupts: the device's interrupt status is "
					  "0x1, and interrupt 48 did not come");
		assert_int_equal(b->dev->interrupt.mode, INTERRUPT_POLL);
		expect_quiet_and_clean();
	}
}

/* What the run ended with is not tried again. */
static void test_interrupts_out_of_use(void **state)
{
	(void)state;
	start(MODEL_MMIO);
	bench_interrupt(b);
	b->model.lies.mute = true;
	bench_expect(b, bench_show(b), OK);
	bench_expect(b, bench_stop(b), OK);
	climb(NULL);
	bench_expect_line("isolate: interrupts are out of use: the device's interrupt status is 0");
	bench_expect_line("isolate: everything works");
	bench_expect_clean(b);
	bench_close(b);
}

/* Level debug shows what is in a step; none of it counts. */
static void test_debug(void **state)
{
	(void)state;
	start(MODEL_MMIO);
	the_log.level = LOG_DEBUG;
	isolate();
	bench_expect_line(": ok: reset (step 1)");
	assert_int_equal(the_tap.points[0], 0);
	bench_expect_clean(b);
	bench_close(b);
}

/* The entropy device goes first. It is the only device here, so it serves as the bad GPU too. */
static void test_entropy(void **state)
{
	(void)state;
	host_reset(NULL);
	the_log.level = LOG_INFO;
	bench_open(b, MODEL_MMIO, &model_type_entropy);
	bench_find(b);
	climb(b->dev);
	bench_expect_line("isolate: up to 10 tries");
	bench_expect_line("isolate: the entropy device alone: works (");
	bench_expect_line("isolate: nothing works");
	assert_int_equal(b->dev->timeout_us, BENCH_TIMEOUT_US);
	bench_close(b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_everything_works),
		cmocka_unit_test(test_feature_breaks),
		cmocka_unit_test(test_feature_not_offered),
		cmocka_unit_test(test_queue_size_breaks),
		cmocka_unit_test(test_picture_breaks),
		cmocka_unit_test(test_nothing_works),
		cmocka_unit_test(test_silent),
		cmocka_unit_test(test_slow),
		cmocka_unit_test(test_cannot_be_reset),
		cmocka_unit_test(test_interrupts_work),
		cmocka_unit_test(test_interrupts_break),
		cmocka_unit_test(test_interrupts_out_of_use),
		cmocka_unit_test(test_debug),
		cmocka_unit_test(test_entropy),
	};

	return cmocka_run_group_tests_name("isolate", tests, NULL, bench_teardown);
}
