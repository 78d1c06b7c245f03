/* SPDX-License-Identifier: BSD-2-Clause */
/* In: entropy that is none, or little. Out: whether it is told from entropy. */
#include "bench.h"

#include <string.h>

static struct bench bench;
static struct bench *const b = &bench;

static void start(void)
{
	host_reset(NULL);
	bench_open(b, MODEL_PCI_LEGACY, &model_type_entropy);
}

static void nothing(struct model *m, struct model_reply *reply)
{
	(void)m;
	reply->length = 0;
}

static void zeros(struct model *m, struct model_reply *reply)
{
	(void)m;
	memset(reply->data, 0, reply->room);
}

static void the_same(struct model *m, struct model_reply *reply)
{
	(void)m;
	for (uint32_t i = 0; i < reply->room; i++)
		reply->data[i] = (uint8_t)i;
}

static void test_bad_entropy(void **state)
{
	static const struct {
		void (*reply)(struct model *m, struct model_reply *reply);
		const char *line;
	} cases[] = {
		{nothing, "a buffer came back without a byte"},
		{zeros, "all bytes of a buffer are the same"},
		{the_same, "two buffers hold the same bytes"},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		start();
		b->model.lies.reply = cases[i].reply;
		bench_find(b);
		bench_expect(b, entropy_prove(b->dev, FEATURES_OF_QUEUES), ERR_PROTOCOL);
		bench_expect_line(cases[i].line);
		bench_expect_clean(b);
		bench_close(b);
	}
}

static void one_byte(struct model *m, struct model_reply *reply)
{
	(void)m;
	reply->length = 1;
	reply->data[0] = 7;
}

/* §5.4.6.2: a device may give as little as one byte, which may be the same twice. */
static void test_little_entropy(void **state)
{
	(void)state;
	start();
	b->model.lies.reply = one_byte;
	bench_find(b);
	bench_expect(b, entropy_prove(b->dev, FEATURES_OF_QUEUES), OK);
	bench_expect_line("1 + 1 bytes");
	bench_expect_clean(b);
	bench_close(b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_entropy),
		cmocka_unit_test(test_little_entropy),
	};

	return cmocka_run_group_tests_name("hostile_entropy", tests, NULL, bench_teardown);
}
