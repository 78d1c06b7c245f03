/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a command whose answer is bad, and what went before it. Out: the cause that is named. */
#include "host.h"
#include "host_story.h"

#include <string.h>

#include "gpu/diagnose.h"

static const struct rectangle whole = {0, 0, 64, 48};
static struct diagnosis d;

static int begin(void **state)
{
	host_reset(state);
	story_begin();
	return 0;
}

/* The newest command was answered so, and that is judged. */
static void judge(uint32_t response, uint32_t length)
{
	const struct gpu_intent intent = {.num_scanouts = 2};

	story_answer(response, length);
	memset(&d, 0, sizeof(d));
	gpu_diagnose_answer(&the_story.history, the_story.number, &intent, &d);
}

/* The first cause is this one, with that in its evidence. */
static void expect(enum certainty certainty, enum mistake mistake, const char *evidence)
{
	assert_in_range(d.count, 1, DIAGNOSIS_MAX_CAUSES);
	if (d.causes[0].mistake != mistake || d.causes[0].certainty != certainty ||
		!strstr(d.causes[0].evidence, evidence))
		fail_msg("%d (certainty %d): '%s'; expected %d (%d): '%s'", d.causes[0].mistake,
			d.causes[0].certainty, d.causes[0].evidence, mistake, certainty, evidence);
}

static void expect_only(enum certainty certainty, enum mistake mistake, const char *evidence)
{
	expect(certainty, mistake, evidence);
	assert_int_equal(d.count, 1);
}

/* A resource of 64×48 pixels, with its backing. */
static void connect(uint32_t resource)
{
	story_create(resource, 2, 64, 48);
	story_attach(resource, STORY_BASE, 64 * 48 * 4, 1);
}

/* Of two commands sent together the earlier is judged, by what stands before it alone. */
static void test_earlier(void **state)
{
	const struct gpu_intent intent = {.num_scanouts = 2};
	uint32_t number;

	(void)state;
	story_flush(1, (struct rectangle){0, 0, 64, 48}, 0);
	number = the_story.number;
	story_answer(VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID, 24);
	connect(1);
	memset(&d, 0, sizeof(d));
	gpu_diagnose_answer(&the_story.history, number, &intent, &d);
	expect_only(CERTAIN, MISTAKE_RESOURCE_ID, "among all 3 commands");
}

static void test_no_command(void **state)
{
	(void)state;
	memset(&d, 0, sizeof(d));
	gpu_diagnose_answer(&the_story.history, 0, &(struct gpu_intent){0}, &d);
	assert_int_equal(d.count, 0);
}

/* An answer that stayed away, and no reset: whatever comes next may be it. */
static void test_given_up(void **state)
{
	(void)state;
	story_begin();
	story_header(VIRTIO_GPU_CMD_GET_DISPLAY_INFO);
	the_story.history.record[0].answered = false;
	story_edid(0);
	judge(VIRTIO_GPU_RESP_OK_DISPLAY_INFO, 408);
	expect(CERTAIN, MISTAKE_EARLY_FREE, "GET_DISPLAY_INFO before it was not answered");
	/* It was answered. */
	the_story.history.record[0].answered = true;
	judge(VIRTIO_GPU_RESP_OK_DISPLAY_INFO, 408);
	expect(LIKELY, CAUSE_UNKNOWN_RESPONSE, "GET_EDID is answered with type 0x1101");
}

static void test_response_room(void **state)
{
	(void)state;
	the_story.room = 23;
	story_create(1, 2, 64, 48);
	judge(0, 0);
	expect_only(CERTAIN, MISTAKE_RESPONSE_ROOM, "needs 24 bytes, the chain has room for 23");
	the_story.room = 1055;
	story_edid(0);
	judge(0x1104, 1055);
	expect_only(CERTAIN, MISTAKE_RESPONSE_ROOM, "needs 1056 bytes");
	the_story.room = 24;
	story_header(0x100);
	judge(0x1101, 24);
	expect_only(CERTAIN, MISTAKE_RESPONSE_ROOM, "needs 408 bytes");
	/* A device may say so by an error response, which is a header. */
	the_story.room = 24;
	story_edid(0);
	judge(0x1200, 24);
	expect_only(CERTAIN, MISTAKE_RESPONSE_ROOM, "needs 1056 bytes");
	story_edid(0);
	judge(0x1200, 24);
	expect_only(LIKELY, CAUSE_DEVICE_LIMIT, "GET_EDID is answered with 0x1200");
	/* There was room: perhaps it was not the driver. */
	story_edid(0);
	judge(0x1104, 100);
	expect_only(LIKELY, MISTAKE_RESPONSE_ROOM, "has 100 bytes, 1056 are needed");
}

static void test_truncated(void **state)
{
	(void)state;
	the_story.cut = 23;
	story_create(1, 2, 64, 48);
	judge(0x1200, 24);
	expect_only(CERTAIN, MISTAKE_SHORT_REQUEST, "23 bytes");
	the_story.cut = 24;
	story_create(1, 2, 64, 48);
	judge(0x1203, 24);
	expect_only(CERTAIN, MISTAKE_TRUNCATED_PAYLOAD, "sent with 24 bytes, it has 40");
	the_story.cut = 47;
	story_attach(1, STORY_BASE, 4096, 1);
	judge(0x1200, 24);
	expect_only(CERTAIN, MISTAKE_TRUNCATED_PAYLOAD, "sent with 47 bytes, it has 48");
}

/* A truncated CREATE is answered with OK, and what comes next fails for it. */
static void test_earlier_truncated(void **state)
{
	(void)state;
	for (uint32_t cut = 24; cut < 40; cut += 4) {
		story_begin();
		the_story.cut = cut;
		story_create(1, 2, 64, 48);
		story_attach(1, STORY_BASE, 4096, 1);
		judge(0x1203, 24);
		expect_only(CERTAIN, MISTAKE_TRUNCATED_PAYLOAD, "RESOURCE_CREATE_2D of resource");
	}
	story_begin();
	story_create(1, 2, 64, 48);
	the_story.cut = 32;
	story_attach(1, STORY_BASE, 4096, 1);
	story_transfer(1, whole, 0);
	judge(0x1200, 24);
	expect_only(CERTAIN, MISTAKE_TRUNCATED_PAYLOAD, "RESOURCE_ATTACH_BACKING of resource 1");
	/* Neither that of another resource, nor one that was sent again, explains anything. */
	story_begin();
	the_story.cut = 32;
	story_create(2, 2, 64, 48);
	story_attach(1, STORY_BASE, 4096, 1);
	judge(0x1203, 24);
	expect_only(CERTAIN, MISTAKE_RESOURCE_ID, "no RESOURCE_CREATE_2D of it");
	story_begin();
	the_story.cut = 32;
	story_create(1, 2, 64, 48);
	connect(1);
	judge(0x1201, 24);
	expect_only(LIKELY, CAUSE_DEVICE_LIMIT, "0x1201");
}

/* The device read something else than the request: nothing that it says of it counts. */
static void test_request_outside(void **state)
{
	(void)state;
	story_create(0, 77, 0, 0);
	gpu_history_outside(&the_story.history, 0xffff000012345678);
	judge(0x1205, 24);
	expect_only(CERTAIN, MISTAKE_BUFFER_ADDRESS, "0xffff000012345678");
}

static void test_unknown_command(void **state)
{
	(void)state;
	story_header(0x10e);
	judge(0x1200, 24);
	expect_only(CERTAIN, MISTAKE_UNKNOWN_COMMAND, "type 0x10e");
	story_header(0x00010000);
	judge(0x1200, 24);
	expect_only(CERTAIN, MISTAKE_UNKNOWN_COMMAND, "type 0x10000");
	/* GET_DISPLAY_INFO is known, and has nothing to be wrong. */
	story_header(0x100);
	judge(0x1200, 24);
	expect_only(LIKELY, CAUSE_DEVICE_LIMIT, "GET_DISPLAY_INFO");
}

static void test_resource_id(void **state)
{
	(void)state;
	story_create(0, 2, 64, 48);
	judge(0x1203, 24);
	expect_only(CERTAIN, MISTAKE_RESOURCE_ID, "RESOURCE_CREATE_2D of resource 0");
	connect(1);
	story_create(1, 2, 32, 32);
	judge(0x1203, 24);
	expect_only(CERTAIN, MISTAKE_RESOURCE_ID, "resource 1 was created before, as 64x48");
	story_flush(7, whole, 1);
	judge(0x1203, 24);
	expect_only(CERTAIN, MISTAKE_RESOURCE_ID, "RESOURCE_FLUSH of resource 7, and no");
	story_transfer(0, whole, 0);
	judge(0x1203, 24);
	expect_only(CERTAIN, MISTAKE_RESOURCE_ID, "TRANSFER_TO_HOST_2D of resource 0");
	story_scanout(0, 7, whole);
	judge(0x1203, 24);
	expect_only(CERTAIN, MISTAKE_RESOURCE_ID, "SET_SCANOUT of resource 7");
	story_attach(7, STORY_BASE, 4096, 1);
	judge(0x1203, 24);
	expect_only(CERTAIN, MISTAKE_RESOURCE_ID, "RESOURCE_ATTACH_BACKING of resource 7");
	story_detach(7);
	judge(0x1203, 24);
	expect_only(CERTAIN, MISTAKE_RESOURCE_ID, "RESOURCE_DETACH_BACKING of resource 7");
	/* One that is given back is no longer known, and may be created again. */
	story_unref(1);
	story_flush(1, whole, 1);
	judge(0x1203, 24);
	expect_only(CERTAIN, MISTAKE_RESOURCE_ID, "RESOURCE_FLUSH of resource 1");
	story_create(1, 2, 64, 48);
	judge(0x1203, 24);
	expect_only(LIKELY, CAUSE_DEVICE_LIMIT, "0x1203");
}

/* What is no longer kept may have created it. */
static void test_forgotten(void **state)
{
	(void)state;
	connect(1);
	for (unsigned i = 0; i < GPU_HISTORY_SIZE; i++)
		story_flush(1, whole, 1);
	judge(0x1205, 24);
	expect_only(LIKELY, CAUSE_DEVICE_LIMIT, "0x1205");
	judge(0x1203, 24);
	expect_only(LIKELY, MISTAKE_RESOURCE_ID, "in the last 32 commands");
	story_transfer(1, whole, 0);
	judge(0x1200, 24);
	expect_only(LIKELY, CAUSE_DEVICE_LIMIT, "0x1200");
}

static void test_create(void **state)
{
	static const uint32_t known[] = {1, 2, 3, 4, 67, 68, 121, 134};

	(void)state;
	story_create(1, 2, 0, 48);
	judge(0x1201, 24);
	expect_only(CERTAIN, MISTAKE_ZERO_MODE, "0x48");
	story_create(1, 2, 64, 0);
	judge(0x1205, 24);
	expect_only(CERTAIN, MISTAKE_ZERO_MODE, "64x0");
	story_create(1, 5, 64, 48);
	judge(0x1205, 24);
	expect_only(CERTAIN, MISTAKE_FORMAT_OR_SIZE, "format 5");
	for (unsigned i = 0; i < ARRAY_SIZE(known); i++) {
		story_create(1, known[i], 64, 48);
		judge(0x1205, 24);
		expect_only(LIKELY, CAUSE_DEVICE_LIMIT, "0x1205");
	}
	story_create(1, 2, 65536, 65536);
	judge(0x1201, 24);
	expect_only(CERTAIN, MISTAKE_FORMAT_OR_SIZE, "65536x65536 is 17179869184 bytes");
}

static void test_attach(void **state)
{
	(void)state;
	story_create(1, 2, 64, 48);
	story_attach(1, 0x7fff0000, 4096, 2);
	judge(0x1200, 24);
	expect_only(CERTAIN, MISTAKE_BACKING, "the entry at 0x7fff0000 is not memory");
	story_attach(1, STORY_BASE, 16, 16385);
	judge(0x1200, 24);
	expect_only(CERTAIN, MISTAKE_BACKING, "16385 entries");
	story_attach(1, STORY_BASE, 4096, 3);
	judge(0x1200, 24);
	expect_only(LIKELY, CAUSE_DEVICE_LIMIT, "0x1200");
	story_attach(1, STORY_BASE, 4096, 3);
	story_attach(1, STORY_BASE, 4096, 3);
	judge(0x1200, 24);
	expect_only(CERTAIN, MISTAKE_BACKING, "resource 1 has a backing already");
	story_detach(1);
	story_attach(1, STORY_BASE, 4096, 3);
	judge(0x1200, 24);
	expect_only(LIKELY, CAUSE_DEVICE_LIMIT, "0x1200");
}

static void test_scanout(void **state)
{
	static const struct rectangle outside[] = {
		{0, 0, 65, 48}, {0, 0, 64, 49}, {48, 0, 17, 48}, {0, 0xffffffff, 16, 16}};

	(void)state;
	connect(1);
	story_scanout(2, 1, whole);
	judge(0x1202, 24);
	expect_only(CERTAIN, MISTAKE_SCANOUT, "scanout 2, the device has 2");
	for (unsigned i = 0; i < ARRAY_SIZE(outside); i++) {
		story_scanout(0, 1, outside[i]);
		judge(0x1205, 24);
		expect_only(CERTAIN, MISTAKE_SCANOUT, "resource 1 is 64x48");
	}
	story_scanout(0, 1, (struct rectangle){0, 0, 15, 48});
	judge(0x1205, 24);
	expect_only(CERTAIN, MISTAKE_SCANOUT, "15x48 is below 16 pixels a side");
	story_scanout(0, 1, (struct rectangle){0, 0, 64, 15});
	judge(0x1205, 24);
	expect_only(CERTAIN, MISTAKE_SCANOUT, "64x15");
	story_scanout(1, 1, (struct rectangle){48, 32, 16, 16});
	judge(0x1205, 24);
	expect_only(LIKELY, CAUSE_DEVICE_LIMIT, "0x1205");
	story_scanout(1, 0, (struct rectangle){0});
	judge(0x1200, 24);
	expect_only(LIKELY, CAUSE_DEVICE_LIMIT, "0x1200");
	story_create(2, 2, 64, 48);
	story_scanout(0, 2, whole);
	judge(0x1200, 24);
	expect_only(CERTAIN, MISTAKE_SCANOUT, "resource 2 has no backing");
	story_edid(2);
	judge(0x1205, 24);
	expect_only(CERTAIN, MISTAKE_SCANOUT, "scanout 2, the device has 2");
}

/* A device that created a resource of no size refuses what comes after. */
static void test_no_size(void **state)
{
	(void)state;
	story_create(1, 2, 0, 0);
	story_attach(1, STORY_BASE, 4096, 1);
	story_scanout(0, 1, (struct rectangle){0, 0, 64, 48});
	judge(VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER, 24);
	expect(CERTAIN, MISTAKE_ZERO_MODE, "resource 1 is 0x0");
}

static void test_bounds(void **state)
{
	(void)state;
	connect(1);
	story_transfer(1, (struct rectangle){1, 0, 64, 48}, 4);
	judge(0x1205, 24);
	expect_only(
		CERTAIN, MISTAKE_BOUNDS, "TRANSFER_TO_HOST_2D of 64x48+1+0, resource 1 is 64x48");
	story_flush(1, (struct rectangle){0, 1, 64, 48}, 1);
	judge(0x1205, 24);
	expect_only(CERTAIN, MISTAKE_BOUNDS, "RESOURCE_FLUSH of 64x48+0+1");
	story_flush(1, whole, 1);
	judge(0x1205, 24);
	expect_only(LIKELY, CAUSE_DEVICE_LIMIT, "0x1205");
	story_create(2, 2, 64, 48);
	story_transfer(2, whole, 0);
	judge(0x1200, 24);
	expect_only(CERTAIN, MISTAKE_BOUNDS, "resource 2 has no backing");
	/* A flush needs none. */
	story_flush(2, whole, 1);
	judge(0x1200, 24);
	expect_only(LIKELY, CAUSE_DEVICE_LIMIT, "0x1200");
}

static void test_no_response(void **state)
{
	(void)state;
	story_create(1, 2, 64, 48);
	judge(0x1206, 24);
	expect_only(LIKELY, CAUSE_UNKNOWN_RESPONSE, "answered with type 0x1206");
	judge(0x1101, 24);
	expect_only(LIKELY, CAUSE_UNKNOWN_RESPONSE, "answered with type 0x1101");
	judge(0x1100, 24);
	expect_only(LIKELY, CAUSE_UNKNOWN_RESPONSE, "flags 0x0");
	/* Nothing arrived where the response is looked for. */
	judge(0, 24);
	expect(LIKELY, MISTAKE_BUFFER_ADDRESS, "the device wrote 24 bytes");
	assert_int_equal(d.causes[1].mistake, CAUSE_UNKNOWN_RESPONSE);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_earlier, begin),
		cmocka_unit_test_setup(test_no_command, begin),
		cmocka_unit_test_setup(test_given_up, begin),
		cmocka_unit_test_setup(test_response_room, begin),
		cmocka_unit_test_setup(test_truncated, begin),
		cmocka_unit_test_setup(test_earlier_truncated, begin),
		cmocka_unit_test_setup(test_request_outside, begin),
		cmocka_unit_test_setup(test_unknown_command, begin),
		cmocka_unit_test_setup(test_resource_id, begin),
		cmocka_unit_test_setup(test_forgotten, begin),
		cmocka_unit_test_setup(test_create, begin),
		cmocka_unit_test_setup(test_attach, begin),
		cmocka_unit_test_setup(test_scanout, begin),
		cmocka_unit_test_setup(test_no_size, begin),
		cmocka_unit_test_setup(test_bounds, begin),
		cmocka_unit_test_setup(test_no_response, begin),
	};

	return cmocka_run_group_tests_name("gpu_diagnose", tests, NULL, NULL);
}
