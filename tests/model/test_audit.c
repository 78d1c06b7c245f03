/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a driver whose commands are changed in the ring before the device sees them. Out: whether the
 * commands as they went out name the mistake, and name none when nothing was changed. */
#include "bench.h"

#include <string.h>

#define LABEL "a label"

static struct bench bench;
static struct bench *const b = &bench;

static const struct gpu_show labelled = {.picture = {.pattern = PICTURE_BARS}, .label = LABEL};

/* ---- a transport between the driver and the device, which changes a request on its way ---- */

static const struct virtio_transport *real;
static struct virtio_transport between;
static uint32_t spoilt_type; /* the command that is changed */
static void (*spoil)(uint8_t *request, struct virtq_desc *table);

static void notify(struct virtio_device *dev, const struct queue *q)
{
	unsigned count = b->gpu.requests.count;

	for (unsigned i = 0; i < count; i++) {
		struct virtio_gpu_ctrl_hdr *h = b->gpu.requests.request[i].header;
		uint16_t head = queue_published(q, count - 1 - i).head;
		struct virtq_desc *tables = q->tables.data;

		if (le32_value(h->type) == spoilt_type)
			spoil((uint8_t *)h, &tables[head * QUEUE_MAX_BUFFERS]);
	}
	real->notify_queue(dev, q);
}

/* A display with room for a label: a partial update. */
static void start(enum model_transport transport)
{
	host_reset(NULL);
	bench_open(b, transport, &model_type_gpu);
	b->model.gpu->displays[0].width = 320;
	b->model.gpu->displays[0].height = 200;
	bench_find(b);
	assert_non_null(b->dev);
}

static void open(uint32_t type, void (*how)(uint8_t *request, struct virtq_desc *table))
{
	start(MODEL_MMIO);
	spoilt_type = type;
	spoil = how;
	real = b->dev->transport;
	between = *real;
	between.notify_queue = notify;
	b->dev->transport = &between;
}

static enum status run(void)
{
	enum status status;

	bench_expect(b, gpu_open(&b->gpu, 0, b->dev, &gpu_setup_full), OK);
	status = gpu_show(&b->gpu, &labelled, &b->screens);
	if (bench_stop(b) != OK)
		fail_msg("%s", host_log());
	return status;
}

static void expect_failure(enum status status, const char *point, const char *cause)
{
	enum status got = run();

	if (got != status)
		fail_msg("%s\n%s", status_name(got), host_log());
	bench_expect_line(point);
	bench_expect_line(cause);
	bench_expect_line("next: ");
	bench_close(b);
}

/* ---- nothing is changed ---- */

static void test_healthy(void **state)
{
	static const enum model_transport transports[] = {
		MODEL_MMIO_LEGACY, MODEL_MMIO, MODEL_PCI, MODEL_PCI_LEGACY};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(transports); i++) {
		start(transports[i]);
		bench_expect(b, run(), OK);
		bench_expect_line("picture on screen");
		bench_expect_line("label: rectangle");
		assert_false(host_logged("cause:"));
		assert_false(host_logged("command 1:"));
		bench_expect_clean(b);
		bench_close(b);
	}
}

/* ---- every answer is OK ---- */

static void shift_offset(uint8_t *request, struct virtq_desc *table)
{
	struct virtio_gpu_transfer_to_host_2d *r = (void *)request;

	(void)table;
	r->offset = le64_of(le64_value(r->offset) + 4);
}

static void shift_partial_offset(uint8_t *request, struct virtq_desc *table)
{
	if (le64_value(((struct virtio_gpu_transfer_to_host_2d *)(void *)request)->offset))
		shift_offset(request, table);
}

static void shorten_backing(uint8_t *request, struct virtq_desc *table)
{
	struct virtio_gpu_resource_attach_backing *r = (void *)request;

	(void)table;
	r->entries[0].length = le32_of(le32_value(r->entries[0].length) - 256);
}

static void become_flush(uint8_t *request, struct virtq_desc *table)
{
	struct virtio_gpu_resource_flush *r = (void *)request;

	r->hdr.type = le32_of(VIRTIO_GPU_CMD_RESOURCE_FLUSH);
	r->resource_id = le32_of(1);
	table[0].len = le32_of(sizeof(*r));
}

static void become_transfer(uint8_t *request, struct virtq_desc *table)
{
	struct virtio_gpu_transfer_to_host_2d *r = (void *)request;

	r->hdr.type = le32_of(VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D);
	r->offset = le64_of(0);
	r->resource_id = le32_of(1);
	table[0].len = le32_of(sizeof(*r));
}

static void change_format(uint8_t *request, struct virtq_desc *table)
{
	(void)table;
	((struct virtio_gpu_resource_create_2d *)(void *)request)->format =
		le32_of(VIRTIO_GPU_FORMAT_R8G8B8X8_UNORM);
}

static void drop_fence(uint8_t *request, struct virtq_desc *table)
{
	(void)table;
	((struct virtio_gpu_ctrl_hdr *)(void *)request)->flags = le32_of(0);
}

static void test_pictures(void **state)
{
	static const struct {
		uint32_t type;
		void (*spoil)(uint8_t *request, struct virtq_desc *table);
		const char *cause;
	} cases[] = {
		{0x105, shift_offset, "cause: mistake 34: "},
		{0x105, shift_partial_offset, "cause: mistake 34: "},
		{0x106, shorten_backing, "cause: mistake 35: "},
		{0x105, become_flush, "cause: mistake 36: "},
		{0x104, become_transfer, "cause: mistake 36: "},
		{0x103, become_flush, "cause: mistake 37: "},
		{0x101, change_format, "cause: mistake 39: "},
		{0x104, drop_fence, "cause: mistake 47: "},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		open(cases[i].type, cases[i].spoil);
		expect_failure(ERR_PROTOCOL, "not ok", cases[i].cause);
		assert_true(host_logged("gpu0: picture # "));
		/* The commands stand on the log. */
		assert_true(host_logged("gpu0: error: command 1: 0x100 GET_DISPLAY_INFO"));
	}
}

/* ---- a command is refused ---- */

static void other_scanout(uint8_t *request, struct virtq_desc *table)
{
	(void)table;
	((struct virtio_gpu_set_scanout *)(void *)request)->scanout_id = le32_of(7);
}

static void other_resource(uint8_t *request, struct virtq_desc *table)
{
	(void)table;
	((struct virtio_gpu_transfer_to_host_2d *)(void *)request)->resource_id = le32_of(9);
}

static void widen(uint8_t *request, struct virtq_desc *table)
{
	(void)table;
	((struct virtio_gpu_resource_flush *)(void *)request)->r.width = le32_of(1000);
}

static void many_entries(uint8_t *request, struct virtq_desc *table)
{
	(void)table;
	((struct virtio_gpu_resource_attach_backing *)(void *)request)->nr_entries = le32_of(16385);
}

static void truncate(uint8_t *request, struct virtq_desc *table)
{
	(void)request;
	table[0].len = le32_of(le32_value(table[0].len) - 4);
}

static void little_room(uint8_t *request, struct virtq_desc *table)
{
	(void)request;
	table[1].len = le32_of(100);
}

static void no_command(uint8_t *request, struct virtq_desc *table)
{
	(void)table;
	((struct virtio_gpu_ctrl_hdr *)(void *)request)->type = le32_of(0x150);
}

static void test_refusals(void **state)
{
	static const struct {
		uint32_t type;
		void (*spoil)(uint8_t *request, struct virtq_desc *table);
		const char *point;
		const char *cause;
	} cases[] = {
		{0x101, truncate, "gpu0: RESOURCE_CREATE_2D # ", "cause: mistake 26: "},
		{0x100, little_room, "gpu0: GET_DISPLAY_INFO # ", "cause: mistake 27: "},
		{0x101, no_command, "gpu0: RESOURCE_CREATE_2D # ", "cause: mistake 28: "},
		{0x105, other_resource, "gpu0: TRANSFER_TO_HOST_2D # ", "cause: mistake 29: "},
		{0x106, many_entries, "gpu0: RESOURCE_ATTACH_BACKING # ", "cause: mistake 31: "},
		{0x103, other_scanout, "gpu0: SET_SCANOUT # ", "cause: mistake 32: "},
		{0x104, widen, "gpu0: RESOURCE_FLUSH # ", "cause: mistake 33: "},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		open(cases[i].type, cases[i].spoil);
		expect_failure(ERR_REFUSED, cases[i].point, cases[i].cause);
	}
}

/* What was sent before an answer stayed away is shown. */
static void test_timeout(void **state)
{
	(void)state;
	start(MODEL_MMIO);
	b->model.lies.silent_at = 3;
	bench_expect(b, run(), ERR_TIMEOUT);
	bench_expect_line("command 2: 0x10a GET_EDID, flags 0x0, 32 bytes, room for 4096, scanout "
			  "0: 0x1104 VIRTIO_GPU_RESP_OK_EDID (1056 bytes)");
	bench_expect_line("format 2: no answer");
	bench_close(b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_healthy),
		cmocka_unit_test(test_pictures),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_timeout),
	};

	return cmocka_run_group_tests_name("audit", tests, NULL, bench_teardown);
}
