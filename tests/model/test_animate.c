/* SPDX-License-Identifier: BSD-2-Clause */
/* In: displays with a moving picture. Out: each screen a whole frame, nothing that is shown ever
 * written to, a doorbell a frame; also when the device is slow, or fails. */
#include "bench.h"
#include "gpu/animate.h"
#include "gpu/blob.h"
#include "gpu/connect.h"
#include "gpu/motion.h"
#include "mem/clock.h"

#include <string.h>

static struct bench bench;
static struct bench *const b = &bench;
static struct gpu_session session;
static struct gpu_animation animation;
static struct gpu_show show;
static struct rectangle text; /* where each display has it; width 0: nowhere */

/* What the device has seen since the last start. */
static struct {
	bool begun; /* the animation */
	unsigned flips;
	unsigned flushes;
	uint64_t fence;
	unsigned torn; /* transfers to what was shown, or writes to its memory */
	uint32_t shown[VIRTIO_GPU_MAX_SCANOUTS]; /* resources */
	uint64_t sums[VIRTIO_GPU_MAX_SCANOUTS]; /* of their memory */
} seen;

static const enum model_transport with_gpu[] = {MODEL_MMIO, MODEL_MMIO_LEGACY, MODEL_PCI};

/* The screen that a display shows, and its part of it. */
static const struct gpu_view *find_view(unsigned display, unsigned *screen)
{
	for (unsigned i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++) {
		const struct gpu_frame *f = &session.screens.screens[i].frame;

		*screen = i;
		for (unsigned v = 0; v < f->view_count; v++)
			if (f->views[v].scanout == display)
				return &f->views[v];
	}
	return NULL;
}

static uint32_t due_pixel(const struct picture_place *place, uint64_t frame, uint32_t x, uint32_t y)
{
	struct colour c = picture_colour(
		&show.picture, place->x + x, place->y + y, place->width, place->height);

	for (unsigned i = 0; i < MOTION_SQUARES; i++) {
		struct motion_square s = motion_square(i, frame, place->width, place->height);

		if (place->x + x - s.area.x < s.area.width &&
			place->y + y - s.area.y < s.area.height)
			c = s.colour;
	}
	return (uint32_t)c.red << 16 | (uint32_t)c.green << 8 | c.blue;
}

/* All of a frame is on the display, but for the text. */
static void expect_frame(unsigned display, uint64_t frame)
{
	const struct model_display *d = &b->model.gpu->displays[display];
	unsigned screen;
	const struct gpu_view *v = find_view(display, &screen);
	const struct picture_place *place = &session.screens.screens[screen].frame.place;

	assert_int_equal(d->shown_width, v->area.width);
	for (uint32_t y = 0; y < d->shown_height; y++)
		for (uint32_t x = 0; x < d->shown_width; x++) {
			uint32_t got = d->screen[y * d->shown_width + x] & 0xffffff;
			uint32_t due = due_pixel(place, frame, v->area.x + x, v->area.y + y);

			if (got != due && (x - text.x >= text.width || y - text.y >= text.height))
				fail_msg("display %u: frame %lu: pixel %u,%u is 0x%06x, due 0x%06x",
					display, (unsigned long)frame, x, y, got, due);
		}
}

static uint64_t sum_of(const struct model_resource *r)
{
	uint64_t sum = 14695981039346656037u;

	for (unsigned i = 0; i < r->backing_count; i++) {
		const uint8_t *bytes =
			model_map(b->model.memory, r->backing[i].address, r->backing[i].length);

		for (uint32_t k = 0; k < r->backing[i].length; k++)
			sum = (sum ^ bytes[k]) * 1099511628211u;
	}
	return sum;
}

/* The memory of what is shown is as it was when it was shown. */
static void check_memory(struct model *m)
{
	for (unsigned i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++) {
		uint32_t now = m->gpu->displays[i].resource;
		struct model_resource *r = model_find_resource(m, now);
		uint64_t sum = r ? sum_of(r) : 0;

		seen.torn += r && seen.shown[i] == now && seen.sums[i] != sum;
		seen.shown[i] = now;
		seen.sums[i] = sum;
	}
}

static bool is_shown(const struct model *m, uint32_t resource)
{
	for (unsigned i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++)
		if (m->gpu->displays[i].resource == resource)
			return true;
	return false;
}

static void check_flush(struct model *m, const struct virtio_gpu_resource_flush *flush)
{
	uint64_t fence = le64_value(flush->hdr.fence_id);

	assert_true(le32_value(flush->hdr.flags) & VIRTIO_GPU_FLAG_FENCE);
	/* A device that was reset has its numbers anew. */
	assert_true(fence > seen.fence || session.recoveries);
	seen.fence = fence;
	seen.flushes++;
	for (unsigned i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++) {
		unsigned screen;

		if (m->gpu->displays[i].resource != le32_value(flush->resource_id))
			continue;
		find_view(i, &screen);
		if (!session.recoveries)
			expect_frame(i, animation.front[screen].frame);
	}
}

/* Each request, as it was carried out. */
static void watch(struct model *m, struct model_reply *reply)
{
	const struct virtio_gpu_ctrl_hdr *h = (const void *)reply->request;
	const struct virtio_gpu_transfer_to_host_2d *transfer = (const void *)reply->request;
	uint32_t type = le32_value(h->type);

	if (!seen.begun)
		return;
	seen.torn += type == VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D &&
		     is_shown(m, le32_value(transfer->resource_id));
	seen.flips += type == VIRTIO_GPU_CMD_SET_SCANOUT || type == VIRTIO_GPU_CMD_SET_SCANOUT_BLOB;
	check_memory(m);
	if (type == VIRTIO_GPU_CMD_RESOURCE_FLUSH)
		check_flush(m, (const void *)reply->request);
}

/* A device that is not brought up yet; `show` is the gradient. */
static void make(enum model_transport transport, unsigned scanouts)
{
	host_reset(NULL);
	memset(&seen, 0, sizeof(seen));
	text = (struct rectangle){0};
	show = (struct gpu_show){.picture = {.pattern = PICTURE_GRADIENT}};
	bench_open(b, transport, &model_type_gpu);
	b->model.config[8] = (uint8_t)scanouts;
	for (unsigned i = 0; i < scanouts; i++)
		b->model.gpu->displays[i] = (struct model_display){.enabled = true,
			.width = 64 + 16 * i,
			.height = 48,
			.x = i ? 48 + 16 * i : 0};
	b->model.lies.reply = watch;
}

static void show_on(uint64_t features)
{
	struct gpu_setup setup = gpu_setup_full;

	setup.features |= features;
	bench_find(b);
	assert_non_null(b->dev);
	bench_expect(b, gpu_session_open(&session, 0, b->dev, &setup, &show), OK);
	animation = (struct gpu_animation){.session = &session};
}

/* Runs; then the last frame is on all displays. */
static void animate(uint64_t frames, unsigned scanouts)
{
	uint64_t notifications;

	seen.begun = true;
	notifications = b->model.notifications;
	gpu_animate_run(&animation, 1, frames);
	bench_expect(b, animation.status, OK);
	assert_int_equal(animation.pace.shown + animation.pace.dropped, frames);
	for (unsigned i = 0; i < scanouts; i++)
		expect_frame(i, frames - 1);
	/* One for the second buffer, and one for it to go. */
	if (!session.recoveries && scanouts == 1)
		assert_int_equal(b->model.notifications - notifications - animation.pace.shown, 2);
}

static void finish(void)
{
	assert_true(tap_passed());
	assert_false(host_logged("not ok"));
	bench_end_session(b, &session);
}

/* Each frame by a doorbell, not before its time, whatever the transport. */
static void test_frames(void **state)
{
	(void)state;
	for (unsigned t = 0; t < ARRAY_SIZE(with_gpu); t++) {
		make(with_gpu[t], 1);
		show_on(0);
		bench_begin(b);
		animate(130, 1);
		assert_true(clock_us() - b->started_us >= 129 * 1000000 / 60);
		bench_expect_within(b, 130 * 1000000 / 60);
		assert_int_equal(animation.pace.shown, 130);
		assert_int_equal(animation.notifications, 130);
		assert_int_equal(animation.accesses, 0);
		assert_int_equal(seen.flushes, 130);
		assert_int_equal(seen.flips, 130);
		assert_int_equal(seen.torn, 0);
		bench_expect_line("animate: 1 GPUs, 130 frames, 60 a second");
		bench_expect_line("gpu0: scanout 0: two buffers, resources 1 and 18");
		bench_expect_line("gpu0: animate: ");
		bench_expect_line("- gpu0: animated: ");
		bench_expect_line(" notifications, 0 other register accesses");
		assert_int_equal(b->model.gpu->resource_count, 1);
		assert_int_equal(b->model.gpu->resource_peak, 2);
		finish();
	}
}

/* Again, from whichever buffer the first time left. */
static void test_again(void **state)
{
	(void)state;
	make(MODEL_PCI, 1);
	show_on(0);
	for (unsigned frames = 1; frames < 6; frames++) {
		animation = (struct gpu_animation){.session = &session};
		seen.begun = false;
		animate(frames, 1);
	}
	finish();
}

/* A device that takes longer than a frame: some are dropped, the last one is not. */
static void test_dropped(void **state)
{
	(void)state;
	for (unsigned t = 0; t < ARRAY_SIZE(with_gpu); t++) {
		make(with_gpu[t], 1);
		b->model.delay_us = 40000;
		show_on(0);
		animate(100, 1);
		assert_in_range(animation.pace.shown, 2, 45);
		assert_int_equal(animation.notifications, animation.pace.shown);
		assert_int_equal(seen.torn, 0);
		finish();
	}
}

/* Each display in each layout has its part, by one doorbell for all of them. */
static void test_layouts(void **state)
{
	(void)state;
	for (enum gpu_layout layout = GPU_SEPARATE; layout <= GPU_SPAN; layout++)
		for (unsigned t = 0; t < ARRAY_SIZE(with_gpu); t++) {
			make(with_gpu[t], 2);
			show.layout = layout;
			show_on(0);
			animate(40, 2);
			assert_int_equal(animation.notifications, animation.pace.shown);
			assert_int_equal(seen.torn, 0);
			finish();
		}
}

/* More displays than commands fit into a batch. */
static void test_many_displays(void **state)
{
	(void)state;
	make(MODEL_PCI, 16);
	show_on(0);
	animate(20, 16);
	assert_in_range(
		animation.notifications, 2 * animation.pace.shown, 3 * animation.pace.shown);
	assert_int_equal(seen.torn, 0);
	finish();
}

/* What is shown is what is in memory, with the text. */
static void expect_what_is_in_memory(void)
{
	const struct model_display *d = &b->model.gpu->displays[0];
	const struct surface *s = &session.screens.screens[0].surface;

	for (uint32_t y = 0; y < d->shown_height; y++)
		for (uint32_t x = 0; x < d->shown_width; x++)
			assert_int_equal(d->screen[y * d->shown_width + x],
				le32_value(surface_row(s, y)[x]));
}

/* The rectangle that the log names has the text; nothing else is changed by it. */
static void test_text(void **state)
{
	const char *line;

	(void)state;
	make(MODEL_PCI, 1);
	b->model.gpu->displays[0].width = 640;
	b->model.gpu->displays[0].height = 240;
	show.label = "label";
	show_on(0);
	text = (struct rectangle){72, 28, 176, 64};
	animate(10, 1);
	expect_what_is_in_memory();
	line = strstr(host_log(), "animate: text: ");
	assert_non_null(line);
	assert_memory_equal(line, "animate: text: rectangle 176x64+72+28 on scanout 0\n", 51);
	assert_null(strstr(line + 1, "animate: text: "));
	assert_int_equal(b->model.gpu->displays[0].screen[28 * 640 + 72] & 0xffffff, 0);
	finish();
}

/* Each display that shows another part has its own text; what all of them show has one. */
static void test_text_on_each_view(void **state)
{
	static const enum gpu_layout layouts[] = {GPU_MIRROR, GPU_SPAN};
	static const unsigned texts[] = {1, 2};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(layouts); i++) {
		unsigned count = 0;

		make(MODEL_PCI, 2);
		for (unsigned d = 0; d < 2; d++)
			b->model.gpu->displays[d] = (struct model_display){
				.enabled = true, .width = 320, .height = 240, .x = 320 * d};
		show.layout = layouts[i];
		show.label = "label";
		show_on(0);
		seen.begun = false;
		gpu_animate_run(&animation, 1, 5);
		for (const char *at = host_log(); (at = strstr(at, "animate: text: ")); at++)
			count++;
		assert_int_equal(count, texts[i]);
		bench_expect_line(i ? " on scanout 1\n" : " on scanout 0\n");
		finish();
	}
}

static void test_packed(void **state)
{
	(void)state;
	make(MODEL_MMIO, 1);
	b->model.understood |= FEATURE(VIRTIO_F_RING_PACKED);
	b->model.offered |= FEATURE(VIRTIO_F_RING_PACKED);
	show_on(FEATURE(VIRTIO_F_RING_PACKED));
	animate(30, 1);
	assert_int_equal(animation.notifications, animation.pace.shown);
	assert_int_equal(seen.torn, 0);
	finish();
}

/* The memory itself is shown: nothing is transferred, and the other memory is drawn on. */
static void test_blob(void **state)
{
	(void)state;
	make(MODEL_PCI, 2);
	b->model.understood |= FEATURE(VIRTIO_GPU_F_RESOURCE_BLOB);
	b->model.offered |= FEATURE(VIRTIO_GPU_F_RESOURCE_BLOB);
	show.blob = true;
	show_on(GPU_BLOB_FEATURES);
	animate(30, 2);
	assert_false(host_logged("TRANSFER_TO_HOST_2D"));
	assert_int_equal(seen.torn, 0);
	finish();
}

static void test_scattered(void **state)
{
	(void)state;
	/* What one frame leaves is the second buffer. */
	for (unsigned frames = 1; frames <= 30; frames += 29) {
		const struct gpu_screen *s = &session.screens.screens[0];

		make(MODEL_MMIO, 1);
		show.scattered = true;
		show_on(0);
		animate(frames, 1);
		assert_int_equal(seen.torn, 0);
		assert_int_equal(model_find_resource(&b->model, s->resource)->backing_count,
			s->surface.height);
		finish();
	}
}

/* A request that is not answered, any of them, once: by a reset of the device or of the queue
 * alone. Both buffers are the device's again, and the last frame is there. */
static void test_recovery(void **state)
{
	(void)state;
	for (unsigned request = 1; request < 26; request++)
		for (unsigned t = 0; t < 2; t++) {
			make(t ? MODEL_PCI : MODEL_MMIO, 1);
			b->model.answers_awaited = false;
			if (t)
				b->model.offered |= FEATURE(VIRTIO_F_RING_RESET);
			show_on(0);
			b->model.lies.silent_at = b->model.requests + request;
			animate(150, 1);
			assert_int_equal(session.recoveries, 1);
			/* The first two make the second buffer. */
			bench_expect_line(
				t && request > 2 ? "recovered by a queue reset: " : "recovered: ");
			if (request > 2)
				bench_expect_line("error: animate: frame ");
			/* What recovery itself presents; nothing behind it. */
			assert_in_range(seen.torn, 0, 1);
			assert_int_equal(b->model.gpu->resource_count, 1);
			finish();
		}
}

/* Not even the last one is answered: it is shown all the same. */
static void test_recovery_of_the_last(void **state)
{
	(void)state;
	make(MODEL_PCI, 1);
	b->model.answers_awaited = false;
	show_on(0);
	b->model.lies.silent_at = b->model.requests + 3;
	animate(1, 1);
	assert_int_equal(session.recoveries, 1);
	assert_int_equal(animation.notifications, 2);
	finish();
}

/* Twice in a second: the end, by its name. */
static void refuse(struct model *m, struct model_reply *reply)
{
	const struct virtio_gpu_ctrl_hdr *h = (const void *)reply->request;

	(void)m;
	if (seen.begun && le32_value(h->type) == VIRTIO_GPU_CMD_SET_SCANOUT)
		((struct virtio_gpu_ctrl_hdr *)reply->data)->type =
			le32_of(VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID);
}

static void test_refused(void **state)
{
	(void)state;
	make(MODEL_PCI, 1);
	b->model.answers_awaited = false;
	show_on(0);
	b->model.lies.reply = refuse;
	seen.begun = true;
	gpu_animate_run(&animation, 1, 10);
	assert_int_not_equal(animation.status, OK);
	assert_false(tap_passed());
	bench_expect_line("VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID");
	bench_expect_line("gpu0: error: animate: ended: ");
	assert_false(session.open);
	bench_expect_clean(b);
	bench_close(b);
}

/* The host has no room for a second buffer, or for what it has to know of its memory: a step says
 * so, and the picture that there is stays, alone. */
static void test_second_buffer_refused(void **state)
{
	static const uint32_t commands[] = {
		VIRTIO_GPU_CMD_RESOURCE_CREATE_2D, VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(commands); i++) {
		uint64_t used;

		make(MODEL_PCI, 1);
		show_on(0);
		used = b->memory.pool.used;
		b->model.gpu->refuse_command = commands[i];
		b->model.gpu->refuse_with = VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
		gpu_animate_run(&animation, 1, 10);
		assert_int_equal(animation.status, ERR_REFUSED);
		assert_int_equal(session.recoveries, 0);
		assert_true(session.open);
		assert_false(tap_passed());
		bench_expect_line("- gpu0: second buffer # 64x48: refused");
		assert_false(gpu_has_back(&session.screens.screens[0]));
		assert_int_equal(b->model.gpu->resource_count, 1);
		assert_int_equal(b->memory.pool.used, used);
		expect_what_is_in_memory();
		bench_end_session(b, &session);
	}
}

/* A second buffer that the device does not let go of is no reason to fail: it is reset. */
static void test_recovery_of_the_end(void **state)
{
	(void)state;
	for (unsigned request = 1; request < 3; request++) {
		make(MODEL_PCI, 1);
		b->model.answers_awaited = false;
		show_on(0);
		/* Two make the second buffer, three a frame. */
		b->model.lies.silent_at = b->model.requests + 5 + request;
		animate(1, 1);
		assert_int_equal(session.recoveries, 1);
		bench_expect_line("- gpu0: recovered: timeout");
		bench_expect_line("- gpu0: animated: 1 frames");
		assert_false(gpu_has_back(&session.screens.screens[0]));
		assert_int_equal(b->model.gpu->resource_count, 1);
		finish();
	}
}

/* No room for two more pictures, or for one: a step says so, and the one that there is stays. */
static void test_no_memory(void **state)
{
	/* Room for so many pages: pictures of 64x48 have 3 each, and of 80x48 4. */
	static const struct {
		unsigned pages;
		const char *step;
	} cases[] = {{0, "- gpu0: background # 64x48: out of"},
		{3, "- gpu0: second buffer # 64x48: out of"},
		{6, "- gpu0: background # 80x48: out of"},
		{10, "- gpu0: second buffer # 80x48: out of"}};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		struct dma_block most[MODEL_RANGES], room = {0};
		unsigned count = 0;

		make(MODEL_PCI, 2);
		show_on(0);
		assert_int_equal(dma_alloc(&b->memory.pool, (cases[i].pages + 1) * PAGE_SIZE,
					 PAGE_SIZE, &room),
			OK);
		while (count < MODEL_RANGES && dma_alloc_most(&b->memory.pool, PAGE_SIZE,
						       BENCH_MEMORY, PAGE_SIZE, &most[count]) == OK)
			count++;
		dma_free(&b->memory.pool, &room);
		assert_int_equal(dma_alloc(&b->memory.pool, PAGE_SIZE, PAGE_SIZE, &room), OK);
		gpu_animate_run(&animation, 1, 10);
		assert_int_equal(animation.status, ERR_NO_MEMORY);
		assert_false(tap_passed());
		bench_expect_line(cases[i].step);
		dma_free(&b->memory.pool, &room);
		while (count)
			dma_free(&b->memory.pool, &most[--count]);
		bench_end_session(b, &session);
	}
}

/* Interrupts tell of the answers; the doorbells stay one a frame. */
static void test_interrupts(void **state)
{
	(void)state;
	make(MODEL_MMIO, 1);
	bench_find(b);
	bench_interrupt(b);
	bench_expect(b, gpu_session_open(&session, 0, b->dev, &gpu_setup_full, &show), OK);
	animation = (struct gpu_animation){.session = &session};
	animate(30, 1);
	assert_int_equal(animation.notifications, animation.pace.shown);
	assert_int_equal(b->dev->interrupt.mode, INTERRUPT_MMIO);
	finish();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_dropped),
		cmocka_unit_test(test_layouts),
		cmocka_unit_test(test_many_displays),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_text_on_each_view),
		cmocka_unit_test(test_packed),
		cmocka_unit_test(test_blob),
		cmocka_unit_test(test_scattered),
		cmocka_unit_test(test_recovery),
		cmocka_unit_test(test_recovery_of_the_last),
		cmocka_unit_test(test_recovery_of_the_end),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_second_buffer_refused),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_interrupts),
	};

	return cmocka_run_group_tests_name("animate", tests, NULL, bench_teardown);
}
