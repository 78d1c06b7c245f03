/* SPDX-License-Identifier: BSD-2-Clause */
/* In: commands that were all answered with OK. Out: what keeps their picture from the screen. */
#include "host.h"
#include "host_story.h"

#include <string.h>

#include "gpu/diagnose.h"

#define STRIDE (64u * 4)

static const struct rectangle whole = {0, 0, 64, 48}, upper = {0, 0, 64, 20},
			      lower = {0, 20, 64, 28}, label = {8, 6, 20, 10};
static const struct gpu_intent intent = {.num_scanouts = 2,
	.scanout = 1,
	.resource = 5,
	.width = 64,
	.height = 48,
	.stride_bytes = STRIDE,
	.format = 2};
static struct diagnosis d;

static int begin(void **state)
{
	host_reset(state);
	story_begin();
	return 0;
}

static void transfer(struct rectangle r)
{
	story_transfer(5, r, (uint64_t)r.y * STRIDE + r.x * 4);
}

static void flush(struct rectangle r)
{
	story_flush(5, r, VIRTIO_GPU_FLAG_FENCE);
}

/* The first commands of a healthy story, up to the one that a test replaces. */
enum step { CREATE, ATTACH, SCANOUT, TRANSFER, FLUSH, ALL };

static void tell_from(enum step first, enum step end)
{
	if (first <= CREATE && CREATE < end)
		story_create(5, 2, 64, 48);
	if (first <= ATTACH && ATTACH < end)
		story_attach(5, STORY_BASE, STRIDE * 16, 3);
	if (first <= SCANOUT && SCANOUT < end)
		story_scanout(1, 5, whole);
	if (first <= TRANSFER && TRANSFER < end)
		transfer(whole);
	if (first <= FLUSH && FLUSH < end)
		flush(whole);
}

static void judge(void)
{
	memset(&d, 0, sizeof(d));
	gpu_diagnose_picture(&the_story.history, &intent, &d);
}

static void expect_healthy(void)
{
	judge();
	if (d.count)
		fail_msg("%d: %s", d.causes[0].mistake, d.causes[0].evidence);
}

/* Resources of other scanouts, one that shows a part, and what was taken down before. */
static void test_part_of_a_resource(void **state)
{
	struct gpu_intent part = intent;

	(void)state;
	part.shown = lower;
	story_create(5, 2, 32, 16);
	story_scanout(1, 0, (struct rectangle){0});
	tell_from(CREATE, SCANOUT);
	story_scanout(0, 5, upper);
	story_scanout(1, 5, lower);
	tell_from(TRANSFER, ALL);
	story_scanout(0, 0, (struct rectangle){0});
	memset(&d, 0, sizeof(d));
	gpu_diagnose_picture(&the_story.history, &part, &d);
	assert_int_equal(d.count, 0);
	part.shown = upper;
	gpu_diagnose_picture(&the_story.history, &part, &d);
	assert_int_equal(d.count, 1);
	assert_int_equal(d.causes[0].mistake, MISTAKE_NO_SCANOUT);
	assert_non_null(strstr(d.causes[0].evidence,
		"scanout 1 was set to 64x28+0+20 of resource 5, not to 64x20+0+0"));
}

/* This cause alone, with that in its evidence. */
static void expect(enum certainty certainty, enum mistake mistake, const char *evidence)
{
	judge();
	assert_int_equal(d.count, 1);
	if (d.causes[0].mistake != mistake || d.causes[0].certainty != certainty ||
		!strstr(d.causes[0].evidence, evidence))
		fail_msg("%d (certainty %d): '%s'; expected %d (%d): '%s'", d.causes[0].mistake,
			d.causes[0].certainty, d.causes[0].evidence, mistake, certainty, evidence);
}

static void test_healthy(void **state)
{
	(void)state;
	story_header(0x100);
	story_edid(0);
	tell_from(CREATE, ALL);
	expect_healthy();
	transfer(label);
	flush(label);
	expect_healthy();
	/* Other resources, and what they lack, are not this one's. */
	story_create(6, 1, 64, 48);
	story_scanout(0, 6, whole);
	story_transfer(6, label, 1);
	expect_healthy();
	/* By tiles, whichever way; the last flush brings all of them. */
	story_begin();
	tell_from(CREATE, TRANSFER);
	transfer(upper);
	flush(upper);
	transfer(lower);
	flush(lower);
	expect_healthy();
	transfer(upper);
	transfer(lower);
	flush(whole);
	expect_healthy();
	transfer(whole);
	flush(lower);
	flush(upper);
	expect_healthy();
}

/* Without its beginning a story proves nothing. */
static void test_unknown_beginning(void **state)
{
	(void)state;
	expect_healthy();
	tell_from(ATTACH, FLUSH);
	expect_healthy();
}

static void test_forgotten_beginning(void **state)
{
	(void)state;
	story_create(5, 1, 64, 48);
	tell_from(ATTACH, ALL);
	for (unsigned i = 0; i < GPU_HISTORY_SIZE - 5; i++)
		flush(whole);
	expect(CERTAIN, MISTAKE_PIXEL_ORDER, "");
	flush(whole);
	expect_healthy();
}

static void test_truncated(void **state)
{
	static const struct {
		uint32_t cut;
		const char *name;
	} cases[] = {{36, "RESOURCE_CREATE_2D"}, {79, "RESOURCE_ATTACH_BACKING"},
		{24, "SET_SCANOUT"}, {24, "TRANSFER_TO_HOST_2D"}, {40, "RESOURCE_FLUSH"}};

	(void)state;
	for (enum step s = CREATE; s < ALL; s++) {
		story_begin();
		tell_from(CREATE, s);
		the_story.cut = cases[s].cut;
		tell_from(s, ALL);
		expect(CERTAIN, MISTAKE_TRUNCATED_PAYLOAD, cases[s].name);
	}
}

static void test_no_scanout(void **state)
{
	(void)state;
	tell_from(CREATE, SCANOUT);
	tell_from(TRANSFER, ALL);
	expect(CERTAIN, MISTAKE_NO_SCANOUT, "no SET_SCANOUT of resource 5 on scanout 1");
	story_scanout(0, 5, whole);
	expect(CERTAIN, MISTAKE_NO_SCANOUT, "no SET_SCANOUT of resource 5 on scanout 1");
	story_scanout(1, 5, whole);
	expect_healthy();
	story_scanout(1, 0, whole);
	expect(CERTAIN, MISTAKE_NO_SCANOUT, "the last SET_SCANOUT of scanout 1 names resource 0");
}

static void test_not_presented(void **state)
{
	(void)state;
	tell_from(CREATE, TRANSFER);
	expect(CERTAIN, MISTAKE_NOT_PRESENTED, "no TRANSFER_TO_HOST_2D of all 64x48");
	transfer(lower);
	flush(whole);
	expect(CERTAIN, MISTAKE_NOT_PRESENTED, "no TRANSFER_TO_HOST_2D of all 64x48");
	transfer(upper);
	expect(CERTAIN, MISTAKE_NOT_PRESENTED, "no RESOURCE_FLUSH of 64x20+0+0");
	flush(upper);
	expect_healthy();
	transfer(label);
	flush(lower);
	expect(CERTAIN, MISTAKE_NOT_PRESENTED, "no RESOURCE_FLUSH of 20x10+8+6");
	/* A command that was refused does not count. */
	flush(whole);
	story_answer(0x1205, 24);
	expect(CERTAIN, MISTAKE_NOT_PRESENTED, "no RESOURCE_FLUSH of 20x10+8+6");
}

static void test_offset(void **state)
{
	(void)state;
	tell_from(CREATE, ALL);
	story_transfer(5, label, 6 * STRIDE);
	flush(label);
	expect(CERTAIN, MISTAKE_TRANSFER_OFFSET,
		"20x10+8+6 was transferred from offset 0x600, it begins at 0x620");
	story_begin();
	tell_from(CREATE, TRANSFER);
	story_transfer(5, whole, 4);
	flush(whole);
	expect(CERTAIN, MISTAKE_TRANSFER_OFFSET, "offset 0x4, it begins at 0x0");
}

static void test_short_backing(void **state)
{
	(void)state;
	tell_from(CREATE, ATTACH);
	story_attach(5, STORY_BASE, STRIDE * 47, 1);
	tell_from(SCANOUT, ALL);
	expect(CERTAIN, MISTAKE_SHORT_BACKING, "the backing has 12032 bytes, the picture 12288");
	story_begin();
	tell_from(CREATE, ATTACH);
	tell_from(SCANOUT, ALL);
	expect(CERTAIN, MISTAKE_SHORT_BACKING, "the backing has 0 bytes");
}

static void test_format(void **state)
{
	(void)state;
	story_create(5, 134, 64, 48);
	tell_from(ATTACH, ALL);
	expect(CERTAIN, MISTAKE_PIXEL_ORDER, "created with format 134, drawn was format 2");
}

static void test_fence(void **state)
{
	(void)state;
	tell_from(CREATE, FLUSH);
	story_flush(5, whole, 0);
	expect(LIKELY, MISTAKE_NO_FENCE, "RESOURCE_FLUSH of resource 5 has flags 0x0");
}

/* A blob is not transferred; all else is judged as of a resource of the host's. */
static void test_blob(void **state)
{
	(void)state;
	story_blob(5, STORY_BASE, STRIDE * 48);
	story_scanout_blob(1, 5, 2, whole);
	flush(whole);
	expect_healthy();
	story_flush(5, label, 0);
	expect(LIKELY, MISTAKE_NO_FENCE, "RESOURCE_FLUSH of resource 5 has flags 0x0");
	story_begin();
	story_blob(5, STORY_BASE, STRIDE * 48);
	story_scanout_blob(1, 5, 2, whole);
	flush(upper);
	expect(CERTAIN, MISTAKE_NOT_PRESENTED, "no RESOURCE_FLUSH of all 64x48 pixels");
	story_begin();
	story_blob(5, STORY_BASE, STRIDE * 48);
	story_scanout_blob(1, 5, 67, whole);
	flush(whole);
	expect(CERTAIN, MISTAKE_PIXEL_ORDER, "shown with format 67, drawn was format 2");
	story_begin();
	story_blob(5, STORY_BASE, STRIDE * 47);
	story_scanout_blob(1, 5, 2, whole);
	flush(whole);
	expect(CERTAIN, MISTAKE_SHORT_BACKING, "the backing has 12032 bytes, the picture 12288");
	story_begin();
	story_blob(5, STORY_BASE, STRIDE * 48);
	flush(whole);
	expect(CERTAIN, MISTAKE_NO_SCANOUT, "no SET_SCANOUT of resource 5");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_part_of_a_resource, begin),
		cmocka_unit_test_setup(test_healthy, begin),
		cmocka_unit_test_setup(test_unknown_beginning, begin),
		cmocka_unit_test_setup(test_forgotten_beginning, begin),
		cmocka_unit_test_setup(test_truncated, begin),
		cmocka_unit_test_setup(test_no_scanout, begin),
		cmocka_unit_test_setup(test_not_presented, begin),
		cmocka_unit_test_setup(test_offset, begin),
		cmocka_unit_test_setup(test_short_backing, begin),
		cmocka_unit_test_setup(test_format, begin),
		cmocka_unit_test_setup(test_fence, begin),
		cmocka_unit_test_setup(test_blob, begin),
	};

	return cmocka_run_group_tests_name("diagnose_picture", tests, NULL, NULL);
}
