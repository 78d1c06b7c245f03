/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a device to be brought up. Out: the driver's whole way, and what must be true after it. */
#include "bench.h"
#include "model_ring.h"

#include <string.h>

static const struct gpu_show bars = {.picture = {.pattern = PICTURE_BARS}};

static struct bench *last; /* the one that was opened last */

void bench_open(struct bench *b, enum model_transport transport, const struct model_type *type)
{
	bench_open_above(b, transport, type, 0);
}

void bench_open_above(struct bench *b, enum model_transport transport,
	const struct model_type *type, uint64_t above)
{
	bench_close(b);
	last = b;
	memset(b, 0, sizeof(*b));
	b->open = true;
	host_hold_clock();
	model_memory_open(&b->memory, BENCH_MEMORY, above);
	model_open(&b->model, transport, type, &b->memory, &b->machine);
	/* What the driver implements: INDIRECT_DESC, EVENT_IDX, and of the GPU EDID and UUIDs. */
	b->model.understood = 3ull << 28 | (type == &model_type_gpu ? 3u << 1 : 0);
	b->model.understood |= b->model.legacy ? 1u << 27 : 1ull << 32 | 1ull << 33 | 1ull << 36;
	if (transport == MODEL_PCI && type == &model_type_gpu)
		b->model.understood |= FEATURE(VIRTIO_F_RING_RESET);
	/* Few devices have UUIDs; a reset of queues is for the tests that are about it. */
	b->model.offered =
		b->model.understood & ~((uint64_t)(1u << 2) | FEATURE(VIRTIO_F_RING_RESET));
}

void bench_close(struct bench *b)
{
	if (!b->open)
		return;
	b->open = false;
	if (b->dev)
		virtio_interrupt_close(b->dev);
	irq_close();
	model_close(&b->model);
	model_memory_close(&b->memory);
}

int bench_teardown(void **state)
{
	(void)state;
	if (last)
		bench_close(last);
	return 0;
}

static bool any(uint32_t device_id)
{
	(void)device_id;
	return true;
}

void bench_find(struct bench *b)
{
	for (unsigned i = 0; i < b->machine.pci_host_count; i++)
		assert_int_equal(pci_scan(&b->tree, &b->machine.pci_hosts[i]), OK);
	virtio_find(&b->found, &b->machine, &b->tree, any, &b->memory.pool, BENCH_TIMEOUT_US);
	b->dev = b->found.count ? &b->found.devices[0] : NULL;
}

void bench_interrupt(struct bench *b)
{
	enum interrupt_mode mode = b->dev->pci ? INTERRUPT_INTX : INTERRUPT_MMIO;

	fake_gic_init(&b->gic);
	b->gic.wire[BENCH_LINE] = &b->model.interrupt_status;
	b->dev->interrupt.line = (struct irq_line){.number = BENCH_LINE};
	if (b->dev->pci) {
		const struct pci_address *at = &b->dev->pci->address;

		b->gic.tables.routes[b->gic.tables.route_count++] = (struct irq_route){
			at->segment, at->bus, at->device, 0x1f, 1, {.number = BENCH_LINE}};
	}
	assert_int_equal(irq_open(&b->gic.tables, &b->memory.pool), OK);
	virtio_interrupt_open(b->dev, mode, &b->gic.tables, &b->tree);
	assert_int_equal(b->dev->interrupt.mode, mode);
	b->model.mode = &b->dev->interrupt.mode;
}

enum status bench_show(struct bench *b)
{
	enum status status;

	if (!b->dev)
		return ERR_NOT_FOUND;
	status = gpu_open(&b->gpu, 0, b->dev, &gpu_setup_full);
	if (status == OK)
		status = gpu_show(&b->gpu, &bars, &b->screens);
	return status;
}

enum status bench_stop(struct bench *b)
{
	enum status status = gpu_close(&b->gpu);

	if (status == OK)
		gpu_screens_close(&b->screens, &b->memory.pool);
	return status;
}

void bench_expect(struct bench *b, enum status status, enum status expected)
{
	/* An honest device's ring is broken only for who reads elements before they are there. */
	if (!b->model.lies.used && !b->model.lies.answered && !b->model.lies.reply &&
		host_logged("broke the used ring"))
		model_break(&b->model,
			model_is_packed(&b->model) ? RULE_PACKED_USED_BARRIER : RULE_USED_BARRIER,
			"read as 0x%x", MODEL_UNSEEN);
	model_check(&b->model);
	if (status != expected)
		fail_msg("%s, expected %s\n%s", status_name(status), status_name(expected),
			host_log());
}

void bench_expect_clean(struct bench *b)
{
	model_audit(&b->model);
	model_check(&b->model);
	assert_int_equal(b->model.status, 0);
	assert_int_equal(b->memory.pool.used, 0);
	assert_int_equal(b->memory.pool.free.count, MODEL_RANGES);
}

void bench_expect_shown(struct bench *b, const struct gpu_show *show)
{
	bench_find(b);
	assert_non_null(b->dev);
	bench_expect(b, gpu_open(&b->gpu, 0, b->dev, &gpu_setup_full), OK);
	bench_expect(b, gpu_show(&b->gpu, show, &b->screens), OK);
}

void bench_end(struct bench *b)
{
	bench_expect(b, bench_stop(b), OK);
	bench_expect_clean(b);
	bench_close(b);
}

void bench_end_session(struct bench *b, struct gpu_session *s)
{
	bench_expect(b, gpu_session_close(s), OK);
	bench_expect_clean(b);
	bench_close(b);
}

void bench_expect_picture(struct bench *b, unsigned index, uint32_t width, uint32_t height)
{
	const struct model_display *d = &b->model.gpu->displays[index];

	assert_int_equal(d->shown_width, width);
	assert_int_equal(d->shown_height, height);
	for (uint32_t y = 0; y < height; y++)
		for (uint32_t x = 0; x < width; x++) {
			struct colour c = picture_colour(&bars.picture, x, y, width, height);
			uint32_t pixel = (uint32_t)c.red << 16 | (uint32_t)c.green << 8 | c.blue;

			if ((d->screen[y * width + x] & 0xffffff) != pixel)
				fail_msg("pixel %u,%u is 0x%06x, expected 0x%06x", x, y,
					d->screen[y * width + x], pixel);
		}
}

void bench_begin(struct bench *b)
{
	b->started_us = clock_us();
}

void bench_expect_within(struct bench *b, uint64_t limit_us)
{
	uint64_t took = clock_us() - b->started_us;

	if (took > limit_us)
		fail_msg("it took %lu us, at most %lu are allowed\n%s", (unsigned long)took,
			(unsigned long)limit_us, host_log());
}

void bench_expect_line(const char *text)
{
	host_expect_line(text);
}
