/* SPDX-License-Identifier: BSD-2-Clause */
/* In: platform/aml_resource.c. Out: whether each descriptor is read, and a broken one refused. */
#include "host.h"

#include <string.h>

#include "host_hostile.h"
#include "platform/aml.h"

static struct {
	struct aml_resource resources[16];
	unsigned count;
} found;

static int setup(void **state)
{
	memset(&found, 0, sizeof(found));
	return host_reset(state);
}

static void note(void *context, const struct aml_resource *resource)
{
	assert_ptr_equal(context, &found);
	if (found.count < ARRAY_SIZE(found.resources))
		found.resources[found.count++] = *resource;
}

#define READ(...)                                                                                 \
	aml_each_resource(                                                                        \
		bytes_of((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})), \
		note, &found)

/* The one resource that was found. */
static const struct aml_resource *only(enum aml_resource_type type)
{
	assert_int_equal(found.count, 1);
	assert_int_equal(found.resources[0].type, type);
	return &found.resources[0];
}

static void test_memory32_fixed(void **state)
{
	const struct aml_resource *r;

	(void)state;
	assert_int_equal(
		READ(0x86, 9, 0, 1, 0x00, 0x02, 0x00, 0x0a, 0x00, 0x02, 0, 0, 0x79, 0), OK);
	r = only(AML_MEMORY);
	assert_true(r->base == 0xa000200 && r->length == 0x200);
	assert_false(r->producer);
}

static void test_memory32(void **state)
{
	(void)state;
	assert_int_equal(READ(0x85, 17, 0, 1, 0, 0, 0, 0xfe, 0xff, 0xff, 0, 0xfe, 0, 0x10, 0, 0, 0,
				 0x20, 0, 0, 0x79, 0),
		OK);
	assert_true(only(AML_MEMORY)->base == 0xfe000000);
	assert_true(found.resources[0].length == 0x2000);
}

static void test_memory24(void **state)
{
	(void)state;
	assert_int_equal(READ(0x81, 9, 0, 1, 0x00, 0x0c, 0x00, 0x0d, 0, 0, 0x10, 0, 0x79, 0), OK);
	assert_true(only(AML_MEMORY)->base == 0xc0000);
	assert_true(found.resources[0].length == 0x1000);
}

static void test_io(void **state)
{
	(void)state;
	assert_int_equal(READ(0x47, 1, 0xf8, 3, 0xf8, 3, 0, 8, 0x79, 0), OK);
	assert_true(only(AML_IO)->base == 0x3f8 && found.resources[0].length == 8);
	setup(NULL);
	assert_int_equal(READ(0x4b, 0xf8, 2, 8, 0x79, 0), OK);
	assert_true(only(AML_IO)->base == 0x2f8 && found.resources[0].length == 8);
}

static void test_interrupts(void **state)
{
	(void)state;
	assert_int_equal(READ(0x22, 0x10, 0, 0x79, 0), OK);
	assert_true(only(AML_INTERRUPT)->base == 4);
	setup(NULL);
	assert_int_equal(READ(0x23, 0, 0x80, 1, 0x79, 0), OK);
	assert_true(only(AML_INTERRUPT)->base == 15);
	setup(NULL);
	assert_int_equal(READ(0x89, 10, 0, 1, 2, 0x30, 1, 0, 0, 0x31, 0, 0, 0, 0x79, 0), OK);
	assert_true(only(AML_INTERRUPT)->base == 0x130);
	setup(NULL);
	assert_int_equal(READ(0x22, 0, 0, 0x89, 2, 0, 1, 0, 0x79, 0), OK); /* none named */
	assert_int_equal(found.count, 0);
}

static void test_word_bus(void **state)
{
	(void)state;
	assert_int_equal(
		READ(0x88, 13, 0, 2, 0x0c, 0, 0, 0, 0x20, 0, 0x3f, 0, 0, 0, 0x20, 0, 0x79, 0), OK);
	assert_true(only(AML_BUS)->base == 0x20 && found.resources[0].length == 0x20);
	assert_true(found.resources[0].producer);
}

/* As the I/O window of QEMU's Arm machine, and with _TTP and _TRS set. */
static void test_dword_io(void **state)
{
	(void)state;
	assert_int_equal(READ(0x87, 23, 0, 1, 0x0c, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0,
				 0, 0xff, 0x3e, 0, 0, 1, 0, 0x79, 0),
		OK);
	assert_true(only(AML_IO)->base == 0 && found.resources[0].length == 0x10000);
	assert_true(found.resources[0].translation == 0x3eff0000);
	assert_false(found.resources[0].io_is_mmio || found.resources[0].io_is_sparse);
	setup(NULL);
	assert_int_equal(READ(0x87, 23, 0, 1, 0x0d, 0x33, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0,
				 0, 0, 0xff, 0x3e, 0, 0, 1, 0, 0x79, 0),
		OK);
	assert_true(only(AML_IO)->io_is_mmio && found.resources[0].io_is_sparse);
	assert_false(found.resources[0].producer);
}

static void test_qword_memory(void **state)
{
	(void)state;
	assert_int_equal(READ(0x8a, 43, 0, 0, 0x0c, 0x07, 0, 0, 0, 0, 0, 0, 0, 0, /* granularity */
				 0, 0, 0, 0, 0x80, 0, 0, 0, /* first */
				 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, /* last */
				 0, 0, 0, 0, 0, 0, 0, 0xff, /* translation */
				 0, 0, 0, 0, 0x80, 0, 0, 0, /* length */
				 0x79, 0),
		OK);
	assert_true(only(AML_MEMORY)->base == 0x8000000000);
	assert_true(found.resources[0].length == 0x8000000000);
	assert_true(found.resources[0].translation == 0xff00000000000000);
	assert_true(found.resources[0].prefetchable && found.resources[0].producer);
}

static void test_extended_memory(void **state)
{
	(void)state;
	assert_int_equal(READ(0x8b, 53, 0, 0, 0x0d, 0x01, 1, 0, /* revision, reserved */
				 0, 0, 0, 0, 0, 0, 0, 0, /* granularity */
				 0, 0, 0, 0, 1, 0, 0, 0, /* first */
				 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, /* last */
				 0, 0, 0, 0, 0, 0, 0, 0, /* translation */
				 0, 0, 0, 0, 1, 0, 0, 0, /* length */
				 0, 0, 0, 0, 0, 0, 0, 0, /* attributes */
				 0x79, 0),
		OK);
	assert_true(only(AML_MEMORY)->base == 0x100000000);
	assert_true(found.resources[0].length == 0x100000000);
	assert_false(found.resources[0].prefetchable || found.resources[0].producer);
}

static void test_unknown_items_are_skipped(void **state)
{
	(void)state;
	assert_int_equal(
		READ(0x30, 0x38, /* dependent functions */
			0x2a, 0x02, 0x00, /* DMA */
			0x84, 2, 0, 1, 2, /* vendor defined */
			0x88, 13, 0, 0xc0, 0x0c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* vendor space */
			0x22, 0x02, 0x00, 0x79, 0),
		OK);
	assert_true(only(AML_INTERRUPT)->base == 1);
}

static void test_broken(void **state)
{
	(void)state;
	assert_int_equal(aml_each_resource(bytes_of(NULL, 0), note, &found), ERR_MALFORMED);
	assert_true(host_logged("the end tag is missing"));
	assert_int_equal(READ(0x22, 0x02, 0x00), ERR_MALFORMED);
	setup(NULL);
	assert_int_equal(READ(0x86, 0xff, 0xff, 1), ERR_MALFORMED);
	assert_int_equal(READ(0x86, 0x09), ERR_MALFORMED);
	assert_int_equal(READ(0x86), ERR_MALFORMED);
	assert_int_equal(READ(0x22, 0x02), ERR_MALFORMED);
	assert_true(host_logged("a descriptor runs over the end"));
	assert_int_equal(found.count, 0);
	/* Long enough for the template, but not for what it is. */
	assert_int_equal(READ(0x86, 2, 0, 1, 0, 0x79, 0), ERR_MALFORMED);
	assert_int_equal(READ(0x8a, 3, 0, 0, 0, 0, 0x79, 0), ERR_MALFORMED);
	assert_int_equal(READ(0x89, 2, 0, 1, 1, 0x79, 0), ERR_MALFORMED);
	assert_int_equal(READ(0x41, 1, 0x79, 0), ERR_MALFORMED);
	assert_true(host_logged("a descriptor is too short"));
	/* Too short for the number that says whether there is anything. */
	assert_int_equal(READ(0x21, 1, 0x79, 0), ERR_MALFORMED);
	assert_int_equal(READ(0x89, 1, 0, 1, 0x79, 0), ERR_MALFORMED);
	assert_int_equal(found.count, 0);
}

static void test_end_tag_without_checksum(void **state)
{
	(void)state;
	assert_int_equal(READ(0x78), OK);
	assert_int_equal(READ(0x79), OK);
}

static void parse(uint8_t *data, size_t size)
{
	enum status status = aml_each_resource(bytes_of(data, size), note, &found);

	assert_true(status == OK || status == ERR_MALFORMED);
}

static void test_hostile(void **state)
{
	static const uint8_t template[] = {0x86, 9, 0, 1, 0, 2, 0, 0xa, 0, 2, 0, 0, 0x89, 6, 0, 1,
		1, 0x30, 0, 0, 0, 0x47, 1, 0xf8, 3, 0xf8, 3, 0, 8, 0x22, 0x10, 0, 0x88, 13, 0, 2,
		0x0c, 0, 0, 0, 0x20, 0, 0x3f, 0, 0, 0, 0x20, 0, 0x79, 0};

	(void)state;
	the_log.level = LOG_ERROR;
	hostile_truncate(template, sizeof(template), 1, parse);
	hostile_mutate(template, sizeof(template), 5000, parse);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_memory32_fixed, setup),
		cmocka_unit_test_setup(test_memory32, setup),
		cmocka_unit_test_setup(test_memory24, setup),
		cmocka_unit_test_setup(test_io, setup),
		cmocka_unit_test_setup(test_interrupts, setup),
		cmocka_unit_test_setup(test_word_bus, setup),
		cmocka_unit_test_setup(test_dword_io, setup),
		cmocka_unit_test_setup(test_qword_memory, setup),
		cmocka_unit_test_setup(test_extended_memory, setup),
		cmocka_unit_test_setup(test_unknown_items_are_skipped, setup),
		cmocka_unit_test_setup(test_broken, setup),
		cmocka_unit_test_setup(test_end_tag_without_checksum, setup),
		cmocka_unit_test_setup(test_hostile, setup),
	};

	return cmocka_run_group_tests_name("aml_resource", tests, NULL, NULL);
}
