/* SPDX-License-Identifier: BSD-2-Clause */
/* In: responses, displays and EDIDs that are wrong. Out: a named status and the line that says what
 * was wrong, or the picture all the same. */
#include "bench.h"

#include <string.h>

#include "mem/format.h"

static struct bench bench;
static struct bench *const b = &bench;

static const struct {
	uint32_t type;
	uint32_t response_size;
	const char *name;
} commands[] = {
	{0x100, 408, "GET_DISPLAY_INFO"},
	{0x10a, 1056, "GET_EDID"},
	{0x101, 24, "RESOURCE_CREATE_2D"},
	{0x106, 24, "RESOURCE_ATTACH_BACKING"},
	{0x103, 24, "SET_SCANOUT"},
	{0x105, 24, "TRANSFER_TO_HOST_2D"},
	{0x104, 24, "RESOURCE_FLUSH"},
};

static void start(void)
{
	host_reset(NULL);
	bench_open(b, MODEL_MMIO, &model_type_gpu);
}

/* Brings the GPU up; then the device is reset and everything given back, whatever happened. */
static enum status run(void)
{
	enum status status;

	bench_find(b);
	assert_non_null(b->dev);
	bench_begin(b);
	status = bench_show(b);
	bench_expect_within(b, BENCH_TIMEOUT_US);
	model_check(&b->model);
	bench_expect(b, bench_stop(b), OK);
	bench_expect_clean(b);
	return status;
}

/* The command ends in `expected`, as a failed test point of that name. */
static void expect_failure(unsigned command, enum status expected, const char *line)
{
	char point[64];

	bench_expect(b, run(), expected);
	format(point, sizeof(point), "gpu0: %s # ", commands[command].name);
	bench_expect_line(point);
	bench_expect_line("not ok");
	bench_expect_line(line);
	bench_close(b);
}

static void test_error_responses(void **state)
{
	(void)state;
	for (unsigned c = 0; c < ARRAY_SIZE(commands); c++)
		for (uint32_t error = 0x1200; error <= 0x1205; error++) {
			start();
			b->model.gpu->refuse_command = commands[c].type;
			b->model.gpu->refuse_with = error;
			if (c != 1) {
				/* Nothing is wrong with the request: it is the device. */
				bool full = c == 2 && error == VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;

				expect_failure(c, ERR_REFUSED,
					full ? "cause: mistake 30: "
					     : "cause: the device cannot do it, although");
				assert_true(host_logged(gpu_response_name(error)));
				continue;
			}
			/* A display without an EDID is no reason to show nothing. */
			bench_expect(b, run(), OK);
			bench_expect_line("GET_EDID # SKIP");
			bench_close(b);
		}
}

static void test_unknown_error_responses(void **state)
{
	static const uint32_t types[] = {0x1206, 0x12ff, 0x1300, 0xffffffff};

	(void)state;
	for (unsigned c = 0; c < ARRAY_SIZE(commands); c++)
		for (unsigned i = 0; i < ARRAY_SIZE(types); i++) {
			start();
			b->model.gpu->refuse_command = commands[c].type;
			b->model.gpu->refuse_with = types[i];
			expect_failure(c, ERR_PROTOCOL, "unknown response type");
			assert_true(host_logged("cause: the response is none that"));
		}
}

/* ---- responses that the device spoils on their way ---- */

static uint32_t spoiled_command;
static uint32_t spoiled_value;

static bool is_spoiled(const struct model_reply *reply)
{
	return le32_value(((const struct virtio_gpu_ctrl_hdr *)reply->request)->type) ==
	       spoiled_command;
}

static void shorten(struct model *m, struct model_reply *reply)
{
	(void)m;
	if (is_spoiled(reply))
		reply->length = spoiled_value;
}

static void test_short_responses(void **state)
{
	(void)state;
	for (unsigned c = 0; c < ARRAY_SIZE(commands); c++) {
		const uint32_t lengths[] = {0, 1, 8, 23, commands[c].response_size - 1};

		for (unsigned i = 0; i < ARRAY_SIZE(lengths); i++) {
			start();
			spoiled_command = commands[c].type;
			spoiled_value = lengths[i];
			b->model.lies.reply = shorten;
			expect_failure(c, ERR_PROTOCOL, "the response has");
		}
	}
}

static void retype(struct model *m, struct model_reply *reply)
{
	(void)m;
	if (is_spoiled(reply))
		((struct virtio_gpu_ctrl_hdr *)reply->data)->type = le32_of(spoiled_value);
}

static void test_wrong_response_types(void **state)
{
	static const uint32_t types[] = {0, 0x100, 0x10a, 0x1101, 0x1102, 0x1100, 0x1104, 0x11ff};

	(void)state;
	for (unsigned c = 0; c < ARRAY_SIZE(commands); c++)
		for (unsigned i = 0; i < ARRAY_SIZE(types); i++) {
			uint32_t right = c == 0 ? 0x1101 : c == 1 ? 0x1104 : 0x1100;

			if (types[i] == right)
				continue;
			start();
			spoiled_command = commands[c].type;
			spoiled_value = types[i];
			b->model.lies.reply = retype;
			expect_failure(c, ERR_PROTOCOL, ", expected 0x1");
		}
}

static void spoil_fence(struct model *m, struct model_reply *reply)
{
	struct virtio_gpu_ctrl_hdr *h = (struct virtio_gpu_ctrl_hdr *)reply->data;

	(void)m;
	if (!is_spoiled(reply))
		return;
	if (spoiled_value)
		h->fence_id = le64_of(le64_value(h->fence_id) + spoiled_value);
	else
		h->flags = le32_of(0);
}

static void test_wrong_fences(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		start();
		spoiled_command = 0x104;
		spoiled_value = i == 2 ? 0xffffffff : i;
		b->model.lies.reply = spoil_fence;
		expect_failure(6, ERR_PROTOCOL, "the response carries fence");
	}
}

/* ---- displays ---- */

static void test_display_sizes(void **state)
{
	static const uint32_t sizes[][2] = {{0, 0}, {0xffffffff, 0xffffffff}, {1, 1}, {15, 600},
		{8193, 600}, {600, 8193}, {0, 600}, {0x80000000, 2}};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
		start();
		b->model.gpu->displays[0].width = sizes[i][0];
		b->model.gpu->displays[0].height = sizes[i][1];
		bench_find(b);
		bench_expect(b, bench_show(b), OK);
		bench_expect_picture(b, 0, 1280, 800);
		bench_end(b);
	}
}

/* A size that is allowed, and larger than memory: not this one, then. */
static void test_display_larger_than_memory(void **state)
{
	(void)state;
	start();
	b->model.gpu->displays[0].width = 8192;
	b->model.gpu->displays[0].height = 8192;
	bench_expect(b, run(), OK);
	bench_expect_line("scanout 0: size 1280x800: EDID preferred timing (the display is "
			  "enabled, 8192x8192)");
	bench_close(b);
}

static void test_displays_larger_than_memory_together(void **state)
{
	(void)state;
	start();
	b->model.config[8] = 2;
	for (unsigned i = 0; i < 2; i++)
		b->model.gpu->displays[i] =
			(struct model_display){.enabled = true, .width = 900, .height = 900};
	bench_expect(b, run(), ERR_NO_MEMORY);
	bench_expect_line("surface # 900x900: ");
	bench_close(b);
}

/* ---- EDIDs: none of them stops the picture ---- */

static void expect_shown(const char *line)
{
	bench_find(b);
	bench_expect(b, bench_show(b), OK);
	bench_expect_picture(b, 0, 64, 48);
	bench_expect(b, bench_stop(b), OK);
	bench_expect_line(line);
	bench_expect_clean(b);
	bench_close(b);
}

static void test_edid_checksum(void **state)
{
	(void)state;
	start();
	b->model.gpu->edid[127]++;
	expect_shown("the checksum of the base block is wrong");
}

static void test_edid_header(void **state)
{
	(void)state;
	start();
	b->model.gpu->edid[0] = 1;
	b->model.gpu->edid[127]--;
	expect_shown("EDID: the header is wrong");
}

static void test_edid_lengths(void **state)
{
	static const uint32_t sizes[] = {0, 1, 127};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
		start();
		b->model.gpu->edid_size = sizes[i];
		expect_shown("are less than a block");
	}
}

static void test_edid_longer_than_the_response(void **state)
{
	static const uint32_t sizes[] = {1025, 4096, 0x80000000, 0xffffffff};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
		start();
		b->model.gpu->edid_size = sizes[i];
		expect_failure(1, ERR_PROTOCOL, "GET_EDID: size is");
	}
}

static void test_edid_extensions(void **state)
{
	uint8_t *edid;

	(void)state;
	start();
	edid = b->model.gpu->edid;
	b->model.gpu->edid_size = 1024;
	edid[127] = (uint8_t)(edid[127] + edid[126] - 255);
	edid[126] = 255;
	memset(edid + 128, 0x3d, 1024 - 128);
	expect_shown("255 extension blocks are stated, 7 are there");
	bench_expect_line("the checksum of extension block 1 is wrong");
}

/* ---- anything ---- */

static uint32_t random_state;

static uint32_t random_below(uint32_t limit)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 8) % limit;
}

/* Some bytes of a response, and sometimes its length, by chance. */
static void spoil_some(struct model *m, struct model_reply *reply)
{
	(void)m;
	if (random_below(4))
		return;
	for (unsigned n = random_below(4); n; n--)
		reply->data[random_below(min_u64(reply->room, 1100))] = (uint8_t)random_below(256);
	if (!random_below(4))
		reply->length = random_below(reply->room + 8);
}

static void test_random_responses(void **state)
{
	unsigned shown = 0, failed = 0;

	(void)state;
	for (unsigned seed = 0; seed < 300; seed++) {
		enum status status;

		start();
		random_state = seed;
		b->model.lies.reply = spoil_some;
		bench_find(b);
		bench_begin(b);
		status = bench_show(b);
		bench_expect_within(b, BENCH_TIMEOUT_US);
		bench_expect(b, bench_stop(b), OK);
		assert_true(status == OK || host_logged("not ok"));
		shown += status == OK;
		failed += status != OK;
		bench_expect_clean(b);
		bench_close(b);
	}
	assert_true(shown && failed);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_error_responses),
		cmocka_unit_test(test_unknown_error_responses),
		cmocka_unit_test(test_short_responses),
		cmocka_unit_test(test_wrong_response_types),
		cmocka_unit_test(test_wrong_fences),
		cmocka_unit_test(test_display_sizes),
		cmocka_unit_test(test_display_larger_than_memory),
		cmocka_unit_test(test_displays_larger_than_memory_together),
		cmocka_unit_test(test_edid_checksum),
		cmocka_unit_test(test_edid_header),
		cmocka_unit_test(test_edid_lengths),
		cmocka_unit_test(test_edid_longer_than_the_response),
		cmocka_unit_test(test_edid_extensions),
		cmocka_unit_test(test_random_responses),
	};

	return cmocka_run_group_tests_name("hostile_gpu", tests, NULL, bench_teardown);
}
