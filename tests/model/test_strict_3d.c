/* SPDX-License-Identifier: BSD-2-Clause */
/* In: GPUs with UUIDs, blobs, capability sets and contexts. Out: whether each is used by the rules.
 */
#include "bench_3d.h"

#include <string.h>

#include "gpu/capset.h"
#include "gpu/session.h"

static struct bench bench;
static struct bench *const b = &bench;

static void put_alignment(uint32_t value)
{
	memcpy(b->model.config + 16, &value, sizeof(value));
}

static void display(unsigned index, uint32_t width, uint32_t height)
{
	b->model.gpu->displays[index] =
		(struct model_display){.enabled = true, .width = width, .height = height};
}

static void test_uuid(void **state)
{
	(void)state;
	for (enum model_transport t = MODEL_MMIO; t <= MODEL_PCI; t++) {
		bench_3d_open(b, t, UUID);
		bench_expect(b, bench_3d_show(b, false, false), OK);
		bench_expect_line("resource 1: UUID 11111111-1111-4111-9111-111111111101");
		bench_expect_line("- gpu0: RESOURCE_ASSIGN_UUID\n");
		bench_expect_picture(b, 0, 64, 48);
		bench_end(b);
	}
}

static void test_nothing_offered(void **state)
{
	(void)state;
	bench_3d_open(b, MODEL_PCI, 0);
	bench_expect(b, bench_3d_show(b, true, true), OK);
	bench_expect_line("gpu0: resource=blob # SKIP RESOURCE_BLOB is not offered: 2D is used");
	bench_expect_line("gpu0: check=3d # SKIP the device has no renderer");
	assert_false(host_logged("ASSIGN_UUID"));
	bench_expect_picture(b, 0, 64, 48);
	bench_end(b);
}

/* Offered, and not asked for. */
static void test_nothing_wanted(void **state)
{
	(void)state;
	bench_3d_open(b, MODEL_PCI, VIRGL | INIT | BLOB | ALIGN);
	bench_expect(b, bench_3d_show(b, false, false), OK);
	assert_int_equal(b->model.accepted & (GPU_3D_FEATURES | GPU_BLOB_FEATURES), 0);
	assert_false(host_logged("blob") || host_logged("check="));
	bench_end(b);
}

/* ---- blobs ---- */

/* Whole pages, in one piece: a host shares no others. */
static void expect_blob(uint32_t width, uint32_t height)
{
	const struct model_resource *r = &b->model.gpu->resources[0];

	assert_int_equal(r->backing_count, 1);
	assert_int_equal(r->backing[0].address % PAGE_SIZE, 0);
	assert_int_equal(r->backing[0].length % PAGE_SIZE, 0);
	bench_expect_line("- gpu0: RESOURCE_CREATE_BLOB");
	bench_expect_line("- gpu0: SET_SCANOUT_BLOB");
	assert_false(host_logged("TRANSFER_TO_HOST_2D") || host_logged("CREATE_2D"));
	assert_false(host_logged("cause:"));
	bench_expect_picture(b, 0, width, height);
}

static void test_blob(void **state)
{
	static const uint32_t sizes[][2] = {{64, 48}, {16, 16}, {17, 19}, {640, 480}, {1366, 33}};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
		bench_3d_open(b, i % 2 ? MODEL_MMIO : MODEL_PCI, BLOB | UUID);
		display(0, sizes[i][0], sizes[i][1]);
		bench_expect(b, bench_3d_show(b, false, true), OK);
		expect_blob(sizes[i][0], sizes[i][1]);
		bench_end(b);
	}
}

static void test_blob_alignment(void **state)
{
	static const uint32_t alignments[] = {1, 64, 4096, 16384, 65536};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(alignments); i++) {
		bench_3d_open(b, MODEL_PCI, BLOB | ALIGN);
		put_alignment(alignments[i]);
		bench_expect(b, bench_3d_show(b, false, true), OK);
		expect_blob(64, 48);
		assert_int_equal(
			b->model.gpu->resources[0].blob, max_u64(alignments[i], 3 * PAGE_SIZE));
		bench_end(b);
	}
}

/* What is drawn later is shown by a flush alone. */
static void test_blob_is_the_memory(void **state)
{
	struct screen_pixel {
		uint32_t x, y;
	} at = {7, 5};

	(void)state;
	bench_3d_open(b, MODEL_PCI, BLOB);
	bench_expect(b, bench_3d_show(b, false, true), OK);
	surface_row(&b->screens.screens[0].surface, at.y)[at.x] = le32_of(0x123456);
	bench_expect(b, gpu_flush(&b->gpu, 1, (struct rectangle){at.x, at.y, 1, 1}), OK);
	assert_int_equal(b->model.gpu->displays[0].screen[at.y * 64 + at.x], 0x123456);
	bench_end(b);
}

/* Memory for the picture, but not in one piece: only a resource of the host's takes that. */
static void test_memory_in_pieces(void **state)
{
	(void)state;
	for (unsigned blob = 0; blob < 2; blob++) {
		struct dma_block most;

		bench_3d_open(b, MODEL_MMIO, BLOB);
		/* The middle range becomes too small for the picture. */
		assert_int_equal(
			dma_alloc(&b->memory.pool, BENCH_MEMORY - 65536, PAGE_SIZE, &most), OK);
		display(0, 160, 120);
		bench_expect(b, bench_3d_show(b, false, blob), blob ? ERR_NO_MEMORY : OK);
		if (blob)
			bench_expect_line("- gpu0: surface # 160x120: out of memory");
		else
			assert_in_range(b->model.gpu->resources[0].backing_count, 2, MODEL_RANGES);
		bench_expect(b, bench_stop(b), OK);
		dma_free(&b->memory.pool, &most);
		bench_expect_clean(b);
		bench_close(b);
	}
}

/* ---- blobs on many displays, lost and brought back ---- */

/* The scanout shows 64×48 pixels of the picture, which is so wide and begins at x there. */
static void expect_part(
	const struct gpu_show *what, unsigned scanout, uint32_t first_x, uint32_t width)
{
	const struct model_display *d = &b->model.gpu->displays[scanout];

	assert_int_equal(d->shown_width, 64);
	assert_int_equal(d->shown_height, 48);
	for (uint32_t y = 0; y < 48; y++)
		for (uint32_t x = 0; x < 64; x++) {
			struct colour c = picture_colour(&what->picture, first_x + x, y, width, 48);

			assert_int_equal(d->screen[y * 64 + x] & 0xffffff,
				(uint32_t)c.red << 16 | (uint32_t)c.green << 8 | c.blue);
		}
}

static void expect_both(const struct gpu_show *what)
{
	bool wide = what->layout == GPU_EXTEND || what->layout == GPU_SPAN;

	expect_part(what, 0, 0, wide ? 128 : 64);
	expect_part(what, 1, wide ? 64 : 0, wide ? 128 : 64);
	assert_false(host_logged("TRANSFER_TO_HOST_2D") || host_logged("CREATE_2D"));
	assert_false(host_logged("DETACH_BACKING") || host_logged("cause:"));
}

static void darken(unsigned scanout)
{
	struct model_display *d = &b->model.gpu->displays[scanout];

	memset(d->screen, 0, (size_t)4 * d->shown_width * d->shown_height);
}

static void show_both(const struct gpu_show *what, struct gpu_session *session)
{
	struct gpu_setup setup = gpu_setup_full;

	setup.features |= GPU_BLOB_FEATURES;
	bench_3d_open(b, MODEL_PCI, BLOB);
	b->model.config[8] = 2;
	display(0, 64, 48);
	display(1, 64, 48);
	b->model.gpu->displays[1].x = 64;
	bench_find(b);
	assert_non_null(b->dev);
	bench_expect(b, gpu_session_open(session, 0, b->dev, &setup, what), OK);
}

/* Each scanout shows its part, in each format; the model looks at how the blobs go. */
static void test_blob_layouts(void **state)
{
	static struct gpu_session session;
	struct gpu_show what = {
		.picture = {.pattern = PICTURE_GRADIENT}, .scattered = true, .blob = true};
	unsigned changes;

	(void)state;
	for (unsigned i = 0; i < PIXEL_FORMATS; i++) {
		what.format = (enum pixel_format)i;
		what.layout = (enum gpu_layout)(i % (GPU_SPAN + 1));
		show_both(&what, &session);
		bench_expect_line("backing=scattered # SKIP a blob is shared in whole pages");
		expect_both(&what);
		darken(0);
		darken(1);
		bench_expect(b, gpu_session_recover(&session, ERR_TIMEOUT), OK);
		expect_both(&what);
		b->model.gpu->displays[1].enabled = false;
		bench_expect(b, gpu_session_update(&session, &changes), OK);
		assert_int_not_equal(changes, 0);
		expect_part(&what, 0, 0, 64);
		assert_int_equal(b->model.gpu->resource_count, 1);
		bench_end_session(b, &session);
	}
}

/* §5.7.3: an alignment of blobs that there are not. */
static void test_alignment_alone(void **state)
{
	(void)state;
	bench_3d_open(b, MODEL_PCI, ALIGN | INIT);
	put_alignment(3);
	bench_expect(b, bench_3d_show(b, true, true), OK);
	assert_int_equal(b->model.accepted & (ALIGN | INIT), 0);
	bench_end(b);
}

/* ---- capability sets and contexts ---- */

static void test_3d(void **state)
{
	(void)state;
	for (enum model_transport t = MODEL_MMIO; t <= MODEL_PCI; t++)
		for (unsigned with = 0; with < 2; with++) {
			bench_3d_open(b, t, VIRGL | (with ? INIT : 0));
			bench_expect(b, bench_3d_show(b, true, false), OK);
			bench_expect_line(
				"gpu0: capability set 0: virgl (1), version 1, 308 bytes");
			bench_expect_line(
				"gpu0: capability set 1: virgl2 (2), version 2, 1376 bytes");
			bench_expect_line("- gpu0: check=3d: 2 capability sets read");
			bench_expect_line(with ? "check=3d: a context of virgl\n"
					       : "a context of virgl, as the device chooses");
			bench_expect_line("check=readback: the device has all 64x48 pixels");
			assert_int_equal(b->model.gpu->context_init, with);
			assert_int_equal(b->model.gpu->submits, 1);
			assert_int_equal(b->model.gpu->contexts[0], 0);
			assert_int_equal(b->model.gpu->resources[0].context, 0);
			bench_expect_picture(b, 0, 64, 48);
			bench_end(b);
		}
}

/* A blob is attached, and has no copy to be transferred or read back. */
static void test_3d_with_a_blob(void **state)
{
	(void)state;
	bench_3d_open(b, MODEL_PCI, VIRGL | INIT | BLOB | UUID);
	bench_expect(b, bench_3d_show(b, true, true), OK);
	expect_blob(64, 48);
	bench_expect_line("check=3d: a context of virgl\n");
	bench_expect_line("check=readback # SKIP a blob has no copy that could be given back");
	bench_end(b);
}

static void test_no_capset(void **state)
{
	(void)state;
	bench_3d_open(b, MODEL_PCI, VIRGL);
	b->model.config[12] = 0;
	bench_expect(b, bench_3d_show(b, true, false), OK);
	bench_expect_line("check=3d # SKIP the device has no capability set");
	bench_end(b);
}

/* The longest that is read, and one more byte. */
static void test_long_capsets(void **state)
{
	(void)state;
	bench_3d_open(b, MODEL_PCI, VIRGL | INIT);
	b->model.gpu->capsets[0] =
		(struct model_capset){VIRTIO_GPU_CAPSET_VENUS, 0, GPU_MAX_CAPSET_SIZE};
	b->model.gpu->capsets[1] = (struct model_capset){99, 7, GPU_MAX_CAPSET_SIZE + 1};
	bench_expect(b, bench_3d_show(b, true, false), OK);
	bench_expect_line("capability set 0: venus (4), version 0, 4072 bytes");
	bench_expect_line("capability set 1: unknown (99), version 7, 4073 bytes");
	bench_expect_line("capability set 1: not read: there is room for 4072 bytes");
	bench_expect_line("check=3d: 1 capability sets read");
	assert_int_equal(b->model.gpu->context_init, VIRTIO_GPU_CAPSET_VENUS);
	bench_end(b);
}

/* A context of venus, and room to map its memory into. */
static void open_venus(uint64_t more)
{
	bench_3d_open(b, MODEL_PCI, VIRGL | INIT | BLOB | more);
	b->model.gpu->capsets[0].id = VIRTIO_GPU_CAPSET_VENUS;
	bench_3d_add_region(b);
}

static void test_map(void **state)
{
	(void)state;
	open_venus(0);
	display(1, 32, 32);
	b->model.config[8] = 2;
	bench_expect(b, bench_3d_show(b, true, true), OK);
	bench_expect_line("resource 257: a blob of the host's, mapped with caching 1");
	bench_expect_line("check=3d: a context of venus\n");
	assert_int_equal(b->model.gpu->maps, 2);
	assert_int_equal(b->model.gpu->resource_count, 2);
	bench_end(b);
	/* Blobs as large as they must be do not fit. */
	open_venus(ALIGN);
	put_alignment(2 * MODEL_HOST_VISIBLE);
	bench_expect(b, bench_3d_show(b, true, true), OK);
	assert_int_equal(b->model.gpu->maps, 0);
	bench_end(b);
	/* Another kind of context has no such memory. */
	open_venus(ALIGN);
	put_alignment(MODEL_HOST_VISIBLE);
	b->model.gpu->capsets[0].id = VIRTIO_GPU_CAPSET_VIRGL;
	bench_expect(b, bench_3d_show(b, true, true), OK);
	assert_int_equal(b->model.gpu->maps, 0);
	bench_end(b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_uuid),
		cmocka_unit_test(test_nothing_offered),
		cmocka_unit_test(test_nothing_wanted),
		cmocka_unit_test(test_blob),
		cmocka_unit_test(test_blob_alignment),
		cmocka_unit_test(test_blob_is_the_memory),
		cmocka_unit_test(test_memory_in_pieces),
		cmocka_unit_test(test_blob_layouts),
		cmocka_unit_test(test_alignment_alone),
		cmocka_unit_test(test_3d),
		cmocka_unit_test(test_3d_with_a_blob),
		cmocka_unit_test(test_no_capset),
		cmocka_unit_test(test_long_capsets),
		cmocka_unit_test(test_map),
	};

	return cmocka_run_group_tests_name("strict_3d", tests, NULL, NULL);
}
