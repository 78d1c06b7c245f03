/* SPDX-License-Identifier: BSD-2-Clause */
/* In: requests, whole and cut off anywhere. Out: whether each field is noted that is there, and
 * none that is not. */
#include "host.h"
#include "host_story.h"

#include <stdlib.h>
#include <string.h>

#include "gpu/shape.h"

static const struct rectangle tile = {3, 5, 7, 9};

static const struct gpu_record *newest(void)
{
	return gpu_history_at(&the_story.history, 0);
}

static void expect_tile(const struct gpu_record *r)
{
	assert_memory_equal(&r->area, &tile, sizeof(tile));
}

static int begin(void **state)
{
	host_reset(state);
	story_begin();
	return 0;
}

static void test_fields(void **state)
{
	(void)state;
	story_create(1, 2, 64, 48);
	assert_int_equal(newest()->type, VIRTIO_GPU_CMD_RESOURCE_CREATE_2D);
	assert_int_equal(newest()->resource, 1);
	assert_int_equal(newest()->format, 2);
	assert_int_equal(newest()->area.width, 64);
	assert_int_equal(newest()->area.height, 48);
	assert_int_equal(newest()->request_length, 40);
	assert_int_equal(newest()->response_room, 2048);
	story_scanout(4, 6, tile);
	assert_int_equal(newest()->scanout, 4);
	assert_int_equal(newest()->resource, 6);
	expect_tile(newest());
	story_transfer(7, tile, 0x123456789);
	assert_int_equal(newest()->resource, 7);
	assert_int_equal(newest()->offset, 0x123456789);
	expect_tile(newest());
	story_flush(8, tile, VIRTIO_GPU_FLAG_FENCE);
	assert_int_equal(newest()->resource, 8);
	assert_int_equal(newest()->flags, VIRTIO_GPU_FLAG_FENCE);
	expect_tile(newest());
	story_edid(9);
	assert_int_equal(newest()->scanout, 9);
	story_unref(10);
	assert_int_equal(newest()->resource, 10);
	story_detach(11);
	assert_int_equal(newest()->resource, 11);
	story_header(0x777);
	assert_int_equal(newest()->type, 0x777);
}

static void test_backing(void **state)
{
	(void)state;
	story_attach(1, STORY_BASE, 0x1000, 3);
	assert_int_equal(newest()->entries, 3);
	assert_int_equal(newest()->backing_length, 0x3000);
	assert_false(newest()->backing_outside);
	/* The whole of each entry must be memory; the first that is not is noted. */
	story_attach(1, STORY_BASE + STORY_SIZE - 0x1000, 0x1000, 3);
	assert_true(newest()->backing_outside);
	assert_int_equal(newest()->outside, STORY_BASE + STORY_SIZE);
	story_attach(1, STORY_BASE + STORY_SIZE - 0x1000, 0x1001, 1);
	assert_true(newest()->backing_outside);
	/* Entries that are stated and not there are not counted, and end the walk. */
	story_attach(1, STORY_BASE, 0x100, 0xffffffff);
	assert_int_equal(newest()->entries, 0xffffffff);
	assert_int_equal(newest()->backing_length, 64 * 0x100);
	the_story.cut = 32 + 16 + 12;
	story_attach(1, STORY_BASE, 0x1000, 3);
	assert_int_equal(newest()->backing_length, 0x1000);
}

/* Cut off at every byte: under the sanitizer no byte behind the end is read. */
static void test_cut_off(void **state)
{
	(void)state;
	for (uint32_t type = 0x100; type <= 0x10a; type++)
		for (uint32_t length = 0; length < 72; length++) {
			uint8_t *request = malloc(length ? length : 1);
			struct gpu_record r;

			memset(request, 1, length);
			if (length)
				request[0] = (uint8_t)type;
			for (uint32_t i = 2; i < 4 && i < length; i++)
				request[i] = 0;
			gpu_history_sent(&the_story.history, request, length, 24, &the_story.pool);
			free(request);
			r = *newest();
			assert_int_equal(r.request_length, length);
			assert_int_equal(r.type, length < 4 ? 0 : type);
			assert_int_equal(r.flags, length < 8 ? 0 : 0x01010101);
		}
	/* The fields behind the cut are 0, those before it are not. */
	the_story.cut = 47;
	story_scanout(4, 6, tile);
	assert_int_equal(newest()->scanout, 4);
	assert_int_equal(newest()->resource, 0);
	the_story.cut = 38;
	story_scanout(4, 6, tile);
	assert_int_equal(newest()->area.width, 7);
	assert_int_equal(newest()->area.height, 0);
	assert_int_equal(newest()->scanout, 0);
}

/* A bare header, not answered yet. */
static uint32_t story_plain(const struct virtio_gpu_ctrl_hdr *h)
{
	return gpu_history_sent(&the_story.history, h, sizeof(*h), 24, &the_story.pool);
}

static void test_answers(void **state)
{
	struct virtio_gpu_ctrl_hdr h = {.type = le32_of(0x1203), .flags = le32_of(1)};
	struct gpu_history empty = {0};

	(void)state;
	gpu_history_answered(&empty, 0, &h, sizeof(h));
	assert_int_equal(empty.record[GPU_HISTORY_SIZE - 1].answered, false);
	assert_int_equal(story_plain(&h), 1);
	assert_false(newest()->answered);
	gpu_history_answered(&the_story.history, 1, &h, sizeof(h));
	assert_true(newest()->answered);
	assert_int_equal(newest()->response, 0x1203);
	assert_int_equal(newest()->response_flags, 1);
	assert_int_equal(newest()->response_length, 24);
	assert_int_equal(story_plain(&h), 2);
	gpu_history_answered(&the_story.history, 2, &h, 23);
	assert_int_equal(newest()->response, 0);
	assert_int_equal(newest()->response_length, 23);
}

/* Answers come in an order of their own, also to requests that are kept no longer. */
static void test_answers_by_number(void **state)
{
	struct virtio_gpu_ctrl_hdr h = {.type = le32_of(0x1100)};

	(void)state;
	for (uint32_t i = 1; i <= GPU_HISTORY_SIZE + 1; i++)
		assert_int_equal(story_plain(&h), i);
	gpu_history_answered(&the_story.history, 1, &h, 24);
	assert_false(newest()->answered);
	gpu_history_answered(&the_story.history, GPU_HISTORY_SIZE + 2, &h, 24);
	gpu_history_answered(&the_story.history, 2, &h, 24);
	assert_true(gpu_history_at(&the_story.history, GPU_HISTORY_SIZE - 1)->answered);
	for (uint32_t age = 0; age < GPU_HISTORY_SIZE - 1; age++)
		assert_false(gpu_history_at(&the_story.history, age)->answered);
}

static void test_ring(void **state)
{
	(void)state;
	assert_null(gpu_history_at(&the_story.history, 0));
	for (uint32_t i = 1; i <= GPU_HISTORY_SIZE + 5; i++) {
		story_unref(i);
		for (uint32_t age = 0; age < i && age < GPU_HISTORY_SIZE; age++)
			assert_int_equal(
				gpu_history_at(&the_story.history, age)->resource, i - age);
		assert_null(
			gpu_history_at(&the_story.history, (uint32_t)min_u64(i, GPU_HISTORY_SIZE)));
	}
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(gpu_command_name(0x100), "GET_DISPLAY_INFO");
	assert_string_equal(gpu_command_name(0x104), "RESOURCE_FLUSH");
	assert_string_equal(gpu_command_name(0x10a), "GET_EDID");
	assert_string_equal(gpu_command_name(0x10e), "unknown command");
	assert_string_equal(gpu_command_name(0xff), "unknown command");
	assert_string_equal(gpu_command_name(0), "unknown command");
}

static void test_log(void **state)
{
	(void)state;
	gpu_history_log(&the_story.history, the_story.history.count, 8, "gpu7");
	assert_string_equal(host_log(), "");
	story_create(1, 2, 64, 48);
	story_attach(1, STORY_BASE, 0x1000, 3);
	story_scanout(0, 1, tile);
	story_transfer(1, tile, 0x50c);
	story_answer(0x1205, 24);
	gpu_history_sent(&the_story.history, "12", 2, 24, &the_story.pool);
	gpu_history_log(&the_story.history, the_story.history.count, 4, "gpu7");
	assert_false(host_logged("RESOURCE_CREATE_2D"));
	host_expect_line(
		"gpu7: error: command 2: 0x106 RESOURCE_ATTACH_BACKING, flags 0x0, 80 bytes, "
		"room for 2048, resource 1, 3 entries of 0x3000 bytes: 0x1100 "
		"VIRTIO_GPU_RESP_OK_NODATA (24 bytes)\n");
	host_expect_line(
		"command 3: 0x103 SET_SCANOUT, flags 0x0, 48 bytes, room for 2048, resource 1, "
		"7x9+3+5, scanout 0: 0x1100");
	host_expect_line("resource 1, 7x9+3+5, offset 0x50c: 0x1205 "
			 "VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER (24 bytes)\n");
	host_expect_line(
		"command 5: 0x0 unknown command, flags 0x0, 2 bytes, room for 24: no answer\n");
	assert_true(strstr(host_log(), "command 2") < strstr(host_log(), "command 5"));
	gpu_history_log(&the_story.history, the_story.history.count, 99, "gpu7");
	host_expect_line("resource 1, 64x48+0+0, format 2: ");
}

/* Entries in a buffer of their own count as if they stood behind the request. */
static void test_entries_apart(void **state)
{
	const struct virtio_gpu_resource_attach_backing attach = {
		.hdr.type = le32_of(VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING),
		.resource_id = le32_of(3),
		.nr_entries = le32_of(2)};
	const struct virtio_gpu_mem_entry entries[2] = {
		{.addr = le64_of(STORY_BASE), .length = le32_of(0x100)},
		{.addr = le64_of(STORY_BASE + STORY_SIZE), .length = le32_of(0x20)}};

	(void)state;
	gpu_history_sent(&the_story.history, &attach, sizeof(attach), 24, &the_story.pool);
	assert_true(gpu_record_truncated(newest()));
	gpu_history_entries(&the_story.history, entries, sizeof(entries), &the_story.pool);
	assert_int_equal(newest()->request_length, 32 + 2 * 16);
	assert_int_equal(newest()->backing_length, 0x120);
	assert_true(newest()->backing_outside);
	assert_int_equal(newest()->outside, STORY_BASE + STORY_SIZE);
	assert_false(gpu_record_truncated(newest()));
	gpu_history_sent(&the_story.history, &attach, sizeof(attach), 24, &the_story.pool);
	gpu_history_entries(&the_story.history, entries, 31, &the_story.pool);
	assert_int_equal(newest()->backing_length, 0x100);
	assert_true(gpu_record_truncated(newest()));
}

/* What a request has to have, and whether it was carried out. */
static void test_shapes(void **state)
{
	static const uint32_t sizes[] = {24, 40, 32, 48, 48, 56, 32, 32, 32, 32, 32, 32, 56, 96};

	(void)state;
	for (uint32_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		const struct gpu_shape *shape = gpu_shape_of(0x100 + i);

		assert_non_null(shape);
		assert_int_equal(shape->type, 0x100 + i);
		assert_int_equal(shape->request, sizes[i]);
	}
	assert_int_equal(gpu_shape_of(0x100)->response_size, 408);
	assert_int_equal(gpu_shape_of(0x10a)->response_size, 1056);
	assert_null(gpu_shape_of(0xff));
	assert_int_equal(gpu_shape_of(0x10b)->response_size, 40);
	assert_null(gpu_shape_of(0x10e));
	assert_int_equal(gpu_shape_of(0x209)->request, 32);
	assert_null(gpu_shape_of(0x20a));
	story_attach(1, STORY_BASE, 0x1000, 3);
	assert_int_equal(gpu_record_needed(newest()), 32 + 3 * 16);
	assert_true(gpu_record_carried_out(newest()));
	story_answer(0x1200, 24);
	assert_false(gpu_record_carried_out(newest()));
	the_story.cut = 79;
	story_attach(1, STORY_BASE, 0x1000, 3);
	assert_true(gpu_record_truncated(newest()));
	assert_false(gpu_record_carried_out(newest()));
	assert_true(gpu_response_is_error(0x1200) && gpu_response_is_error(0x1205));
	assert_false(gpu_response_is_error(0x11ff) || gpu_response_is_error(0x1206));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_fields, begin),
		cmocka_unit_test_setup(test_backing, begin),
		cmocka_unit_test_setup(test_cut_off, begin),
		cmocka_unit_test_setup(test_answers, begin),
		cmocka_unit_test_setup(test_answers_by_number, begin),
		cmocka_unit_test_setup(test_ring, begin),
		cmocka_unit_test_setup(test_names, begin),
		cmocka_unit_test_setup(test_log, begin),
		cmocka_unit_test_setup(test_entries_apart, begin),
		cmocka_unit_test_setup(test_shapes, begin),
	};

	return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
