/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In: every mistake of gpu/fault.h, on devices that keep to the specification, and on machines that
 * QEMU does not make. Out: whether the first cause that is named is the one; and no cause where no
 * mistake is made. Prints a line for each that tests/qtest/gallery.py counts.
 */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

#include "gpu/fault.h"

#define ABOVE_LEGACY 0x100000000000u /* 2^44: beyond what a page frame number says */

static struct bench bench;
static struct bench *const b = &bench;
static struct fault_state fault_state;

static const struct gpu_show labelled = {.picture = {.pattern = PICTURE_BARS}, .label = "a label"};

static const struct transport {
	enum model_transport model;
	enum fault_transport fault;
	const char *name;
} transports[] = {
	{MODEL_MMIO_LEGACY, FAULT_MMIO_LEGACY, "mmio-legacy"},
	{MODEL_MMIO, FAULT_MMIO, "mmio"},
	{MODEL_PCI, FAULT_PCI, "pci"},
};

/* A device with a display that has room for a label, on a machine whose memory is `above`. */
static void start(enum model_transport transport, uint64_t above)
{
	host_reset(NULL);
	bench_open_above(b, transport, &model_type_gpu, above);
	b->model.answers_awaited = false;
	b->model.gpu->displays[0].width = 320;
	b->model.gpu->displays[0].height = 200;
	bench_find(b);
	assert_non_null(b->dev);
}

/* With a cursor: some of the mistakes are about it. */
static enum status run(void)
{
	struct gpu_setup setup = gpu_setup_full;
	enum status status;

	setup.cursor = true;
	status = gpu_open(&b->gpu, 0, b->dev, &setup);
	if (status != OK)
		return status;
	status = gpu_show(&b->gpu, &labelled, &b->screens);
	(void)bench_stop(b);
	return status;
}

/* The number of the first cause; 0 when none is named. */
static unsigned first_cause(void)
{
	static const char mark[] = "cause: mistake ";
	const char *cause = strstr(host_log(), "cause: ");

	if (!cause || strncmp(cause, mark, strlen(mark)))
		return 0;
	return (unsigned)strtoul(cause + strlen(mark), NULL, 10);
}

static void expect_named(unsigned mistake, const char *name, const char *device)
{
	unsigned first = first_cause();

	print_message("mistake %u %s (%s): named %u\n", mistake, name, device, first);
	if (first != mistake)
		fail_msg("%s (%s) is mistake %u\n%s", name, device, mistake, host_log());
}

static void commit(const char *name)
{
	const struct fault *fault = fault_find(name);

	assert_non_null(fault);
	assert_int_equal(fault_install(&fault_state, fault, 0, b->dev), OK);
	(void)run();
}

static void expect_healthy(void)
{
	bench_expect(b, run(), OK);
	assert_false(host_logged("cause:"));
	bench_expect_clean(b);
	bench_close(b);
}

/* ---- every mistake on a device that keeps to the specification ---- */

/* What a fault needs of the device: a healthy driver does not mind. */
static void prepare(const struct fault *fault)
{
	if (fault->mistake == MISTAKE_VERSION_1)
		b->model.required = FEATURE(VIRTIO_F_VERSION_1);
	if (fault->mistake == MISTAKE_ACCESS_PLATFORM)
		b->model.required = FEATURE(VIRTIO_F_ACCESS_PLATFORM);
	/* A reset that the driver does not wait for. */
	if (fault->mistake == MISTAKE_SECOND_OWNER)
		b->model.reset_polls = 0;
}

/*
 * Mistakes that need another machine or interrupts (below), or displays that change (test_watch.c),
 * and one that this device does not mind: of its queues, the one whose page frame becomes 0 is not
 * the one in use.
 */
static bool is_elsewhere(const struct fault *fault)
{
	return fault->mistake == MISTAKE_PFN_TRUNCATED || fault->mistake == MISTAKE_EMPTY_SLOT ||
	       fault->mistake == MISTAKE_PFN_ZERO || fault->mistake == MISTAKE_EVENTS_IGNORED ||
	       fault->mistake == MISTAKE_ISR_TWICE || fault->mistake == MISTAKE_NO_INTERRUPT_ACK;
}

static void test_every_mistake(void **state)
{
	(void)state;
	for (const struct fault *f = faults; f->name; f++)
		for (unsigned i = 0; i < ARRAY_SIZE(transports); i++) {
			if (!(f->transports & transports[i].fault) || is_elsewhere(f))
				continue;
			start(transports[i].model, 0);
			prepare(f);
			commit(f->name);
			expect_named(f->mistake, f->name, transports[i].name);
			bench_close(b);
		}
}

/* fault=NAME@N: the others are as they should be. */
static void test_once(void **state)
{
	struct gpu_display displays[VIRTIO_GPU_MAX_SCANOUTS];
	const struct fault *fault = fault_find("unknown-command");

	(void)state;
	start(MODEL_MMIO, 0);
	assert_int_equal(fault_install(&fault_state, fault, 2, b->dev), OK);
	assert_int_equal(gpu_open(&b->gpu, 0, b->dev, &gpu_setup_full), OK);
	assert_int_equal(gpu_get_display_info(&b->gpu, displays), OK);
	assert_int_equal(gpu_get_display_info(&b->gpu, displays), ERR_REFUSED);
	assert_int_equal(gpu_get_display_info(&b->gpu, displays), OK);
	assert_int_equal(gpu_close(&b->gpu), OK);
	bench_close(b);
}

static void test_wrong_transport(void **state)
{
	(void)state;
	start(MODEL_MMIO, 0);
	for (const struct fault *f = faults; f->name; f++)
		if (!(f->transports & FAULT_MMIO))
			assert_int_equal(
				fault_install(&fault_state, f, 0, b->dev), ERR_UNSUPPORTED);
	bench_expect_line("fault: no-bus-master cannot be made on virtio-mmio version 2");
	expect_healthy();
	start(MODEL_PCI_LEGACY, 0);
	for (const struct fault *f = faults; f->name; f++)
		assert_int_equal(fault_install(&fault_state, f, 0, b->dev), ERR_UNSUPPORTED);
	expect_healthy();
}

static void test_no_mistake(void **state)
{
	static const enum model_transport all[] = {
		MODEL_MMIO_LEGACY, MODEL_MMIO, MODEL_PCI, MODEL_PCI_LEGACY};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(all); i++) {
		start(all[i], 0);
		expect_healthy();
	}
}

/* ---- interrupts ---- */

/* The picture is there all the same: the device is polled after the first that did not come. */
static void test_interrupt_mistakes(void **state)
{
	(void)state;
	for (const struct fault *f = faults; f->name; f++)
		for (unsigned i = 0; i < ARRAY_SIZE(transports); i++) {
			if (f->mistake != MISTAKE_ISR_TWICE &&
				f->mistake != MISTAKE_NO_INTERRUPT_ACK)
				continue;
			if (!(f->transports & transports[i].fault))
				continue;
			start(transports[i].model, 0);
			bench_interrupt(b);
			assert_int_equal(fault_install(&fault_state, f, 0, b->dev), OK);
			assert_int_equal(run(), OK);
			expect_named(f->mistake, f->name, transports[i].name);
			bench_expect_line(": polled from here on");
			assert_true(tap_passed());
			virtio_interrupt_report(b->dev);
			assert_false(tap_passed());
			bench_close(b);
		}
}

/* ---- an empty slot of virtio-mmio below the device ---- */

#define SLOT_REGISTERS 3u /* MagicValue, Version, DeviceID; what is behind them reads as 0 */

static uint64_t read_slot(void *context, uint64_t offset, unsigned width)
{
	const uint32_t *registers = context;

	(void)width;
	return offset / 4 < SLOT_REGISTERS ? registers[offset / 4] : 0;
}

static void write_slot(void *context, uint64_t offset, unsigned width, uint64_t value)
{
	(void)context;
	(void)offset;
	(void)width;
	(void)value;
}

/* A slot just below the device's. */
static void add_slot(uint32_t *registers)
{
	host_add_window(&(struct host_window){
		.space = IO_MMIO,
		.base = MODEL_MMIO_BASE - b->dev->common.size,
		.size = b->dev->common.size,
		.read = read_slot,
		.write = write_slot,
		.context = registers,
	});
}

static void test_empty_slot(void **state)
{
	uint32_t empty[SLOT_REGISTERS] = {0x74726976, 2, 0};

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		start(transports[i].model, 0);
		add_slot(empty);
		commit("empty-slot");
		expect_named(MISTAKE_EMPTY_SLOT, "empty-slot", transports[i].name);
		bench_close(b);
	}
}

/* Below the device are registers of something else, or a slot that another device has. */
static void test_no_empty_slot(void **state)
{
	const struct fault *fault = fault_find("empty-slot");
	uint32_t below[][SLOT_REGISTERS] = {{0, 2, 0}, {0x74726976, 2, 4}};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(below); i++) {
		start(MODEL_MMIO, 0);
		add_slot(below[i]);
		assert_int_equal(fault_install(&fault_state, fault, 0, b->dev), ERR_UNSUPPORTED);
		bench_expect_line("error: fault: there is no empty virtio-mmio slot below it");
		expect_healthy();
	}
}

/* ---- memory above 2^44, where legacy rings cannot be ---- */

/* The driver refuses it before the device sees anything, and says why. */
static void test_memory_above_legacy(void **state)
{
	static const enum model_transport legacy[] = {MODEL_MMIO_LEGACY, MODEL_PCI_LEGACY};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(legacy); i++) {
		start(legacy[i], ABOVE_LEGACY);
		bench_expect(b, run(), ERR_RANGE);
		bench_expect_line("is above what ");
		expect_named(MISTAKE_PFN_TRUNCATED, "a driver that looks", b->dev->transport->name);
		bench_expect_clean(b);
		bench_close(b);
	}
	start(MODEL_MMIO, ABOVE_LEGACY);
	expect_healthy();
	start(MODEL_PCI, ABOVE_LEGACY);
	expect_healthy();
}

static void test_truncated_page_frame(void **state)
{
	(void)state;
	start(MODEL_MMIO_LEGACY, ABOVE_LEGACY);
	commit("pfn-truncated");
	assert_true(b->model.broken[RULE_PHYSICAL]);
	expect_named(MISTAKE_PFN_TRUNCATED, "pfn-truncated", "mmio-legacy, memory above 2^44");
	bench_close(b);
	/* The same driver where all of it is below. */
	start(MODEL_MMIO_LEGACY, 0);
	assert_int_equal(fault_install(&fault_state, fault_find("pfn-truncated"), 0, b->dev), OK);
	expect_healthy();
}

/* ---- caches that are not coherent with the device ---- */

static void test_stale_used_ring(void **state)
{
	static const enum model_transport all[] = {
		MODEL_MMIO_LEGACY, MODEL_MMIO, MODEL_PCI, MODEL_PCI_LEGACY};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(all); i++) {
		start(all[i], 0);
		b->model.stale = MODEL_STALE_USED;
		(void)run();
		expect_named(MISTAKE_CACHES, "stale used ring", b->dev->transport->name);
		bench_close(b);
	}
}

/* Nothing that the processor sees is wrong then: it is suspected, behind what is likelier. */
static void test_stale_available_ring(void **state)
{
	(void)state;
	start(MODEL_MMIO, 0);
	b->model.stale = MODEL_STALE_AVAIL;
	bench_expect(b, run(), ERR_TIMEOUT);
	bench_expect_line("cause: the device may need longer than the deadline (possible: ");
	bench_expect_line("cause: mistake 43: ");
	bench_expect_line("(unlikely: the device was notified of request 1, and may see an older");
	bench_close(b);
}

/* The same, where the tables told it and the driver did not listen; and where it did. */
static void test_stale_as_the_tables_say(void **state)
{
	(void)state;
	start(MODEL_MMIO, 0);
	b->model.stale = MODEL_STALE_AVAIL;
	b->dev->coherence = COHERENCE_NO;
	bench_expect(b, run(), ERR_TIMEOUT);
	bench_expect_line("memory for the device: mapped cached, not coherent");
	bench_expect_line("(likely: tables say that the device is not coherent, its memory is ");
	bench_close(b);
	start(MODEL_MMIO, 0);
	b->model.stale = MODEL_STALE_AVAIL;
	b->dev->coherence = COHERENCE_NO;
	b->dev->pool->uncached = true;
	bench_expect(b, run(), ERR_TIMEOUT);
	bench_expect_line("memory for the device: mapped not cached, not coherent");
	bench_expect_line("cause: the device may need longer than the deadline (possible: ");
	bench_close(b);
}

/* The answer as a whole is in the device's copy alone. */
static void test_stale_everything(void **state)
{
	(void)state;
	start(MODEL_PCI, 0);
	b->model.stale = MODEL_STALE_USED | MODEL_STALE_RESPONSE;
	bench_expect(b, run(), ERR_TIMEOUT);
	bench_expect_line("cause: mistake 43: ");
	bench_close(b);
}

/* ---- buffers that are used again after a time-out, without a reset ---- */

static void test_reuse_without_reset(void **state)
{
	struct gpu_display displays[VIRTIO_GPU_MAX_SCANOUTS];
	uint8_t edid[1024];
	uint32_t size;

	(void)state;
	start(MODEL_MMIO, 0);
	b->dev->timeout_us = 100 * MODEL_TURN_US;
	b->model.delay_us = 150 * MODEL_TURN_US;
	assert_int_equal(gpu_open(&b->gpu, 0, b->dev, &gpu_setup_full), OK);
	assert_int_equal(gpu_get_display_info(&b->gpu, displays), ERR_TIMEOUT);
	model_check(&b->model);
	/* The late answer lands where the next request's is expected. */
	assert_int_not_equal(gpu_get_edid(&b->gpu, 0, edid, &size), OK);
	assert_true(b->model.broken[RULE_EXPOSED]);
	bench_expect_line("GET_DISPLAY_INFO before it was not answered, and there was no reset");
	bench_close(b);
}

/* ---- other machine monitors, as far as their sources say ---- */

/* VIRGL, EDID, RESOURCE_UUID, RESOURCE_BLOB, CONTEXT_INIT; no EVENT_IDX, no INDIRECT_DESC. */
#define OFFERED_ELSEWHERE (0x1fu | FEATURE(VIRTIO_F_VERSION_1))

static const struct monitor {
	const char *name;
	enum model_transport transport;
	uint16_t control; /* queue sizes */
	uint16_t cursor;
	bool ready_while_idle;
} monitors[] = {
	{"crosvm", MODEL_PCI, 512, 16, false},
	{"libkrun", MODEL_MMIO, 256, 256, true},
};

static void start_monitor(const struct monitor *v)
{
	start(v->transport, 0);
	b->model.offered = OFFERED_ELSEWHERE;
	b->model.required = FEATURE(VIRTIO_F_VERSION_1);
	b->model.never_needs_reset = true;
	b->model.ready_while_idle = v->ready_while_idle;
	b->model.queues[0].size_max = b->model.queues[0].size = v->control;
	b->model.queues[1].size_max = b->model.queues[1].size = v->cursor;
}

static void test_other_monitors(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(monitors); i++) {
		start_monitor(&monitors[i]);
		expect_healthy();
	}
}

/* Mistakes that QEMU says DEVICE_NEEDS_RESET to, or does not mind. */
static void test_mistakes_on_other_monitors(void **state)
{
	static const char *const names[] = {"no-version-1", "chain-loop", "avail-jump",
		"late-answer", "wrong-doorbell", "ring-address-virtual", "second-owner"};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(monitors); i++)
		for (unsigned k = 0; k < ARRAY_SIZE(names); k++) {
			const struct fault *fault = fault_find(names[k]);

			start_monitor(&monitors[i]);
			prepare(fault);
			commit(names[k]);
			expect_named(fault->mistake, names[k], monitors[i].name);
			bench_close(b);
		}
}

/* libkrun's GPU cannot be reset once it runs: what it was given stays lost. */
static void test_never_reset_again(void **state)
{
	uint64_t used;

	(void)state;
	start_monitor(&monitors[1]);
	bench_expect(b, gpu_open(&b->gpu, 0, b->dev, &gpu_setup_full), OK);
	bench_expect(b, gpu_show(&b->gpu, &labelled, &b->screens), OK);
	assert_false(host_logged("cause:"));
	used = b->memory.pool.used;
	b->model.lies.reset_never_ends = true;
	bench_expect(b, gpu_close(&b->gpu), ERR_TIMEOUT);
	bench_expect_line("error: stop: timeout: its memory is not used again");
	assert_int_equal(b->memory.pool.used, used);
	bench_close(b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_mistake),
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_wrong_transport),
		cmocka_unit_test(test_no_mistake),
		cmocka_unit_test(test_interrupt_mistakes),
		cmocka_unit_test(test_empty_slot),
		cmocka_unit_test(test_no_empty_slot),
		cmocka_unit_test(test_memory_above_legacy),
		cmocka_unit_test(test_truncated_page_frame),
		cmocka_unit_test(test_stale_used_ring),
		cmocka_unit_test(test_stale_available_ring),
		cmocka_unit_test(test_stale_as_the_tables_say),
		cmocka_unit_test(test_stale_everything),
		cmocka_unit_test(test_reuse_without_reset),
		cmocka_unit_test(test_other_monitors),
		cmocka_unit_test(test_mistakes_on_other_monitors),
		cmocka_unit_test(test_never_reset_again),
	};

	return cmocka_run_group_tests_name("mistakes", tests, NULL, bench_teardown);
}
