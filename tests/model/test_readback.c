/* SPDX-License-Identifier: BSD-2-Clause */
/* In: devices that give pictures back, right and wrong ones. Out: whether the check tells them
 * apart. */
#include "bench.h"

#include "gpu/readback.h"

#include <string.h>

static struct bench bench;
static struct bench *const b = &bench;

static struct gpu_show show = {.picture = {.pattern = PICTURE_GRID}, .readback = true};

static void start(enum model_transport transport, bool offered)
{
	host_reset(NULL);
	bench_open(b, transport, &model_type_gpu);
	b->model.understood |= GPU_READBACK_FEATURES;
	if (offered)
		b->model.offered |= GPU_READBACK_FEATURES;
	bench_find(b);
	assert_non_null(b->dev);
}

static enum status run(void)
{
	struct gpu_setup setup = gpu_setup_full;
	enum status status;

	setup.features |= GPU_READBACK_FEATURES;
	status = gpu_open(&b->gpu, 0, b->dev, &setup);
	if (status == OK)
		status = gpu_show(&b->gpu, &show, &b->screens);
	bench_expect(b, bench_stop(b), OK);
	bench_expect_clean(b);
	return status;
}

static void test_right(void **state)
{
	(void)state;
	for (enum model_transport t = MODEL_MMIO; t <= MODEL_PCI; t++) {
		start(t, true);
		bench_expect(b, run(), OK);
		bench_expect_line("- gpu0: check=readback: the device has all 64x48 pixels");
		bench_close(b);
	}
}

/* The device keeps one pixel wrong. */
static void spoil(struct model *m, struct model_reply *reply)
{
	const struct virtio_gpu_ctrl_hdr *h = (const void *)reply->request;

	if (le32_value(h->type) == VIRTIO_GPU_CMD_RESOURCE_FLUSH)
		model_find_resource(m, 1)->pixels[5 * 64 + 7] ^= 0x100;
}

static void test_wrong_pixel(void **state)
{
	(void)state;
	start(MODEL_PCI, true);
	b->model.lies.reply = spoil;
	bench_expect(b, run(), ERR_PROTOCOL);
	bench_expect_line("gpu0: error: readback: pixel 7,5 is 00000100, 00000000 is due");
	bench_expect_line("gpu0: check=readback # 1 of 3072 pixels differ");
	bench_close(b);
}

/* Every byte that a format uses is compared, alpha too, and no other. */
static void lose_top_byte(struct model *m, struct model_reply *reply)
{
	const struct virtio_gpu_ctrl_hdr *h = (const void *)reply->request;

	if (le32_value(h->type) == VIRTIO_GPU_CMD_RESOURCE_FLUSH)
		model_find_resource(m, 1)->pixels[5 * 64 + 7] ^= 0x80000000;
}

static void test_formats(void **state)
{
	(void)state;
	for (unsigned f = 0; f < PIXEL_FORMATS; f++) {
		bool alpha = strchr(pixel_format_names[f], 'a');

		start(MODEL_MMIO, true);
		b->model.lies.reply = lose_top_byte;
		show.format = f;
		bench_expect(b, run(), alpha ? ERR_PROTOCOL : OK);
		bench_expect_line(
			alpha ? "readback # 1 of 3072 pixels differ" : "the device has all");
		bench_close(b);
	}
	show.format = PIXEL_B8G8R8X8;
}

/* It says OK and gives nothing back: what was there before must not pass for the picture. */
static void withhold(struct model *m, struct model_reply *reply)
{
	const struct virtio_gpu_ctrl_hdr *h = (const void *)reply->request;

	if (le32_value(h->type) == VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D)
		model_find_resource(m, 1)->backing[0].length = 4 * 64 * 40;
}

static void test_short_backing(void **state)
{
	(void)state;
	start(MODEL_MMIO, true);
	b->model.lies.reply = withhold;
	bench_expect(b, run(), ERR_PROTOCOL);
	bench_expect_line("gpu0: error: readback: pixel 0,40 is 005a5a5a, 00ff0000 is due");
	bench_expect_line("gpu0: check=readback # 512 of 3072 pixels differ");
	bench_close(b);
}

static void test_refused(void **state)
{
	(void)state;
	start(MODEL_MMIO, true);
	b->model.gpu->refuse_command = VIRTIO_GPU_CMD_TRANSFER_FROM_HOST_3D;
	b->model.gpu->refuse_with = VIRTIO_GPU_RESP_ERR_UNSPEC;
	bench_expect(b, run(), ERR_REFUSED);
	bench_expect_line("gpu0: check=readback # refused by the device");
	bench_close(b);
}

static void test_not_offered(void **state)
{
	(void)state;
	start(MODEL_MMIO_LEGACY, false);
	bench_expect(b, run(), OK);
	bench_expect_line("gpu0: check=readback # SKIP the device lets nobody read its resources");
	bench_close(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_right),
		cmocka_unit_test(test_wrong_pixel),
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_short_backing),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_not_offered),
	};

	return cmocka_run_group_tests_name("readback", tests, NULL, NULL);
}
