/* SPDX-License-Identifier: BSD-2-Clause */
/* In: platform/aml_route.c over blocks made here. Out: whether pins come to the right interrupts.
 */
#include "host.h"

#include "aml_builder.h"
#include "platform/aml.h"

#define MAX_ROUTES 16u

static struct aml aml;
static struct aml_route routes[MAX_ROUTES];
static unsigned count;
static enum status routed;

static int setup(void **state)
{
	aml.size = 0;
	count = 0;
	routed = ERR_NOT_FOUND;
	return host_reset(state);
}

static void note(void *context, const struct aml_route *route)
{
	(void)context;
	if (count < MAX_ROUTES)
		routes[count] = *route;
	count++;
}

static void found(void *context, const struct aml_device *device)
{
	(void)context;
	if (!strcmp(device->hid, "PNP0A08"))
		routed = aml_each_route(device, note, NULL);
}

/* In memory of just their size, so that the sanitizer sees a read outside. */
static void read_all(void)
{
	uint8_t *copy = test_malloc(aml.size);
	struct bytes block = bytes_of(copy, aml.size);

	memcpy(copy, aml.data, aml.size);
	assert_int_equal(aml_each_device(&block, 1, NULL, found, NULL), OK);
	test_free(copy);
}

/* \_SB.LNKA: level, low, interrupt `number`. */
static void link_device(const char *name, uint8_t flags, uint8_t number)
{
	size_t device = aml_device(&aml, name);

	aml_name_string(&aml, "_HID", "PNP0C0F");
	aml_name(&aml, "_CRS");
	AML(&aml, 0x11, 0x0e, 0x0a, 0x0b, 0x89, 6, 0, flags, 1, number, 0, 0, 0, 0x79, 0);
	aml_close(&aml, device);
}

/* Package (4) { device << 16 | 0xffff, pin, link, 0 }; without a link, interrupt `wired`. */
static void entry(uint8_t device, uint8_t pin, const char *link, uint8_t wired)
{
	size_t package;

	AML(&aml, 0x12);
	package = aml_open(&aml);
	AML(&aml, 4, 0x0c, 0xff, 0xff, device, 0, 0x0a, pin);
	if (link)
		aml_text(&aml, link);
	else
		AML(&aml, 0);
	AML(&aml, 0x0a, wired);
	aml_close(&aml, package);
}

static size_t package(uint8_t elements)
{
	size_t start;

	AML(&aml, 0x12);
	start = aml_open(&aml);
	AML(&aml, elements);
	return start;
}

static size_t bridge(void)
{
	size_t device = aml_device(&aml, "PCI0");

	aml_name_string(&aml, "_HID", "PNP0A08");
	return device;
}

static void test_wired_and_linked(void **state)
{
	size_t device, list;

	(void)state;
	link_device("LNKA", 0x05, 33); /* level, low */
	link_device("LNKB", 0x03, 34); /* edge, high */
	device = bridge();
	aml_name(&aml, "_PRT");
	list = package(3);
	entry(3, 0, "LNKA", 0);
	entry(3, 1, "LNKB", 0);
	entry(31, 3, NULL, 20);
	aml_close(&aml, list);
	aml_close(&aml, device);
	read_all();
	assert_int_equal(routed, OK);
	assert_int_equal(count, 3);
	assert_true(routes[0].device == 3 && routes[0].pin == 0 && routes[0].number == 33);
	assert_true(!routes[0].edge && routes[0].low);
	assert_true(routes[1].pin == 1 && routes[1].number == 34);
	assert_true(routes[1].edge && !routes[1].low);
	assert_true(routes[2].device == 31 && routes[2].pin == 3 && routes[2].number == 20);
	assert_true(!routes[2].edge && routes[2].low);
}

/* More links than are remembered, some named again; LNKA of the bridge hides \LNKA. */
static void test_many_links(void **state)
{
	char name[] = "LNKA";
	size_t device, list;

	(void)state;
	for (uint8_t i = 0; i < 10; i++) {
		name[3] = (char)('A' + i);
		link_device(name, i % 2 ? 0x03 : 0x05, 40 + i);
	}
	device = bridge();
	link_device("LNKA", 0x05, 77);
	aml_name(&aml, "_PRT");
	list = package(MAX_ROUTES);
	for (uint8_t i = 0; i < MAX_ROUTES; i++) {
		name[3] = (char)('A' + i % 10);
		entry(i, 0, i == 1 ? "\\LNKA" : name, 0);
	}
	aml_close(&aml, list);
	aml_close(&aml, device);
	read_all();
	assert_int_equal(routed, OK);
	assert_int_equal(count, MAX_ROUTES);
	for (unsigned i = 0; i < MAX_ROUTES; i++) {
		unsigned link = i == 1 ? 0 : i % 10;

		assert_int_equal(routes[i].device, i);
		assert_int_equal(routes[i].number, i % 10 ? 40 + link : 77);
		assert_true(routes[i].edge == (link % 2 == 1) && routes[i].low != routes[i].edge);
	}
}

/* What cannot be read is told once for all entries that name it, and none of them is a route. */
static void test_link_is_told_once(void **state)
{
	static const char line[] = "the interrupt of link \\NONE has to be computed";
	size_t device, list;
	const char *first;

	(void)state;
	device = bridge();
	aml_name(&aml, "_PRT");
	list = package(3);
	for (uint8_t i = 0; i < 3; i++)
		entry(i, 0, "NONE", 0);
	aml_close(&aml, list);
	aml_close(&aml, device);
	read_all();
	assert_int_equal(routed, ERR_UNSUPPORTED);
	assert_int_equal(count, 0);
	first = strstr(host_log(), line);
	assert_non_null(first);
	assert_null(strstr(first + 1, line));
}

/*
 * \_PIC has this body. KEEP stores its argument in PICF behind If and Else, HAND hands it on to
 * KEEP; PRTP and PRTA have one entry each: interrupt 5 and 16.
 */
static void model_and_tables(const void *pic, size_t size)
{
	size_t method, list;

	aml_name(&aml, "PICF");
	AML(&aml, 0);
	aml_name(&aml, "OTHR");
	AML(&aml, 0);
	method = aml_method(&aml, "KEEP");
	AML(&aml, 0xa0, 2, 0x68, 0xa1, 1, 0x70, 0x68);
	aml_text(&aml, "PICF");
	aml_close(&aml, method);
	method = aml_method(&aml, "HAND");
	aml_text(&aml, "KEEP");
	AML(&aml, 0x68);
	aml_close(&aml, method);
	method = aml_method(&aml, "_PIC");
	aml_raw(&aml, pic, size);
	aml_close(&aml, method);
	aml_name(&aml, "PRTP");
	list = package(1);
	entry(1, 0, NULL, 5);
	aml_close(&aml, list);
	aml_name(&aml, "PRTA");
	list = package(1);
	entry(1, 0, NULL, 16);
	aml_close(&aml, list);
}

/* If (condition) { Return (first) } Else { Return (second) }, or just the second Return behind. */
static void decide(
	const void *condition, size_t size, const char *first, const char *second, bool with_else)
{
	size_t device = bridge(), method = aml_method(&aml, "_PRT"), branch;

	AML(&aml, 0xa0);
	branch = aml_open(&aml);
	aml_raw(&aml, condition, size);
	AML(&aml, 0xa4);
	aml_text(&aml, first);
	aml_close(&aml, branch);
	if (with_else) {
		AML(&aml, 0xa1);
		branch = aml_open(&aml);
	}
	AML(&aml, 0xa4);
	aml_text(&aml, second);
	if (with_else)
		aml_close(&aml, branch);
	aml_close(&aml, method);
	aml_close(&aml, device);
	read_all();
}

static void test_decided_by_the_model(void **state)
{
	static const struct {
		const char *condition;
		size_t size;
		const char *first, *second;
	} cases[] = {
		{"\x93PICF\x00", 6, "PRTP", "PRTA"}, /* PICF == 0 */
		{"\x93\x01PICF", 6, "PRTA", "PRTP"}, /* 1 == PICF */
		{"PICF", 4, "PRTA", "PRTP"}, {"\x92PICF", 5, "PRTP", "PRTA"}, /* !PICF */
		{"\x92\x93PICF\x00", 7, "PRTA", "PRTP"}, /* PICF != 0 */
	};

	for (unsigned i = 0; i < 2 * ARRAY_SIZE(cases); i++) {
		assert_int_equal(setup(state), 0);
		model_and_tables("\x70\x68PICF", 6);
		decide(cases[i / 2].condition, cases[i / 2].size, cases[i / 2].first,
			cases[i / 2].second, i % 2);
		assert_int_equal(routed, OK);
		assert_int_equal(count, 1);
		assert_int_equal(routes[0].number, 16);
	}
}

/* As Intel's boards keep the model, and AMD's; and what could be anything is not followed. */
static void test_model_is_kept_otherwise(void **state)
{
	static const struct {
		const char *pic;
		size_t size;
		bool kept;
	} cases[] = {
		{"\x70\x68OTHR\x70\x68PICF", 12, true},
		{"\xa0\x02\x68KEEP\x68", 8, true},
		{"NONE\x68OTHR\x68KEEP\x68", 15, true},
		{"HAND\x68", 5, false}, /* one call is followed, not two */
		{"KEEP\x69", 5, false}, /* Arg1 */
		{"\xa0\x08\x68\x70\x68PICF", 9, false}, /* not always */
		{"\xa0\x42KEEP\x68", 7, false}, /* the If runs over the end */
		{"KEEP", 4, false},
	};

	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(setup(state), 0);
		model_and_tables(cases[i].pic, cases[i].size);
		decide("PICF", 4, "PRTA", "PRTP", false);
		assert_int_equal(routed, cases[i].kept ? OK : ERR_UNSUPPORTED);
		assert_int_equal(count, cases[i].kept);
	}
}

/* By another name, by what is computed, or cut short: nothing is guessed. */
static void test_decided_by_something_else(void **state)
{
	static const struct {
		const char *condition;
		size_t size;
	} cases[] = {
		{"OTHR", 4},
		{"NONE", 4},
		{"\x93OTHR\x00", 6},
		{"\x93PICF\x60", 6}, /* Local0 */
		{"\x7bPICF\x01\x00", 7}, /* PICF & 1 */
		{"\x92\x92\x92\x92\x92\x92\x92\x92\x92", 9},
		{"\x93", 1},
		{"", 0},
	};

	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(setup(state), 0);
		model_and_tables("\x70\x68PICF", 6);
		decide(cases[i].condition, cases[i].size, "PRTP", "PRTA", true);
		assert_int_equal(routed, ERR_UNSUPPORTED);
		assert_int_equal(count, 0);
		assert_true(host_logged("PCI0: its _PRT has to be computed"));
	}
}

/*
 * `_PIC` that is not there, no method, or no `Store (Arg0, PICF)`; one that stores into another
 * name than the one that decides.
 */
static void test_model_is_not_kept(void **state)
{
	static const struct {
		const char *body; /* NULL: there is no _PIC */
		size_t size;
		bool name; /* it is one, and no method */
	} cases[] = {{NULL, 0, false}, {"\x00", 1, true}, {"\x68\x68PICF", 6, false},
		{"\x70\x69PICF", 6, false}, {"\x70\x68", 2, false}, {"\x70\x68OTHR", 6, false},
		{"\x70\x68NONE", 6, false}};

	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t method, list;

		assert_int_equal(setup(state), 0);
		aml_name(&aml, "PICF");
		AML(&aml, 0);
		aml_name(&aml, "OTHR");
		AML(&aml, 0);
		if (cases[i].name) {
			aml_name(&aml, "_PIC");
			aml_raw(&aml, cases[i].body, cases[i].size);
		} else if (cases[i].body) {
			method = aml_method(&aml, "_PIC");
			aml_raw(&aml, cases[i].body, cases[i].size);
			aml_close(&aml, method);
		}
		aml_name(&aml, "PRTP");
		list = package(1);
		entry(1, 0, NULL, 5);
		aml_close(&aml, list);
		decide("PICF", 4, "PRTP", "PRTP", true);
		assert_int_equal(routed, ERR_UNSUPPORTED);
		assert_int_equal(count, 0);
		assert_true(host_logged("PCI0: its _PRT has to be computed"));
	}
}

/* A method that returns nothing, a package that is elsewhere, or something else than a package. */
static void returning(const void *body, size_t size, enum status due, unsigned routes_due)
{
	size_t device, method;

	assert_int_equal(setup(NULL), 0);
	model_and_tables("\x70\x68PICF", 6);
	device = bridge();
	method = aml_method(&aml, "_PRT");
	aml_raw(&aml, body, size);
	aml_close(&aml, method);
	aml_close(&aml, device);
	read_all();
	assert_int_equal(routed, due);
	assert_int_equal(count, routes_due);
}

static void test_returned(void **state)
{
	(void)state;
	returning("\xa4PRTA", 5, OK, 1);
	assert_int_equal(routes[0].number, 16);
	returning("", 0, ERR_UNSUPPORTED, 0);
	returning("\xa4", 1, ERR_UNSUPPORTED, 0);
	returning("\xa4NONE", 5, ERR_UNSUPPORTED, 0);
	returning("\xa4OTHR", 5, ERR_UNSUPPORTED, 0);
	returning("\xa4\x0a\x05", 3, ERR_UNSUPPORTED, 0);
	returning("\xa3\xa4PRTA", 6, ERR_UNSUPPORTED, 0); /* Noop first: not understood */
	/* Else without If is passed over; If without Return decides nothing. */
	returning("\xa1\x06\xa4PRTP\xa4PRTA", 12, OK, 1);
	assert_int_equal(routes[0].number, 16);
	returning("\xa0\x06PICF\xa3\xa4PRTA", 12, OK, 1);
	assert_int_equal(routes[0].number, 16);
	/* A branch whose length runs over the end. */
	returning("\xa0\x3fPICF\xa4PRTA", 11, ERR_UNSUPPORTED, 0);
}

static void test_link_is_computed(void **state)
{
	size_t device = aml_device(&aml, "LNKA"), method, list;

	(void)state;
	aml_name_string(&aml, "_HID", "PNP0C0F");
	method = aml_method(&aml, "_CRS");
	AML(&aml, 0xa4, 0x60); /* Return (Local0) */
	aml_close(&aml, method);
	aml_close(&aml, device);
	device = bridge();
	aml_name(&aml, "_PRT");
	list = package(3);
	entry(1, 0, "LNKA", 0);
	entry(2, 0, "NONE", 0);
	entry(3, 0, NULL, 9);
	aml_close(&aml, list);
	aml_close(&aml, device);
	read_all();
	assert_int_equal(routed, ERR_UNSUPPORTED);
	assert_int_equal(count, 1);
	assert_int_equal(routes[0].number, 9);
	assert_true(host_logged("the interrupt of link \\LNKA has to be computed"));
	assert_true(host_logged("the interrupt of link \\NONE has to be computed"));
}

/* A pin or device that is none, one function only, a package of numbers, entries that are cut. */
static void test_malformed_entries(void **state)
{
	size_t device, list, one;

	(void)state;
	device = bridge();
	aml_name(&aml, "_PRT");
	list = package(6);
	entry(1, 4, NULL, 9);
	entry(32, 0, NULL, 9);
	AML(&aml, 0x12);
	one = aml_open(&aml);
	AML(&aml, 4, 0x0c, 1, 0, 2, 0, 0, 0, 0x0a, 9); /* function 1 */
	aml_close(&aml, one);
	AML(&aml, 0x01);
	AML(&aml, 0x12);
	one = aml_open(&aml);
	AML(&aml, 4, 0x0c, 0xff, 0xff, 2, 0, 0);
	aml_close(&aml, one);
	entry(5, 2, NULL, 7);
	aml_close(&aml, list);
	aml_close(&aml, device);
	read_all();
	assert_int_equal(routed, ERR_MALFORMED);
	assert_int_equal(count, 1);
	assert_true(routes[0].device == 5 && routes[0].pin == 2 && routes[0].number == 7);
	assert_true(host_logged("_PRT: not every entry can be read"));
}

/* Routes that the root is said to hold: around it there is no scope to look for their links in. */
static void test_root_holds_nothing(void **state)
{
	size_t device = bridge(), routes_of_root;

	(void)state;
	aml_name(&aml, "_PRT");
	AML(&aml, '\\', 0x00);
	AML(&aml, 0x08, '\\', 0x00);
	routes_of_root = package(1);
	entry(1, 0, "LNKA", 0);
	aml_close(&aml, routes_of_root);
	aml_close(&aml, device);
	read_all();
	assert_int_equal(routed, ERR_UNSUPPORTED);
	assert_true(host_logged("its _PRT has to be computed"));
}

static void test_none(void **state)
{
	(void)state;
	aml_close(&aml, bridge());
	read_all();
	assert_int_equal(routed, ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_wired_and_linked, setup),
		cmocka_unit_test_setup(test_many_links, setup),
		cmocka_unit_test_setup(test_link_is_told_once, setup),
		cmocka_unit_test_setup(test_decided_by_the_model, setup),
		cmocka_unit_test_setup(test_model_is_kept_otherwise, setup),
		cmocka_unit_test_setup(test_decided_by_something_else, setup),
		cmocka_unit_test_setup(test_model_is_not_kept, setup),
		cmocka_unit_test_setup(test_returned, setup),
		cmocka_unit_test_setup(test_link_is_computed, setup),
		cmocka_unit_test_setup(test_malformed_entries, setup),
		cmocka_unit_test_setup(test_root_holds_nothing, setup),
		cmocka_unit_test_setup(test_none, setup),
	};

	return cmocka_run_group_tests_name("aml_route", tests, NULL, NULL);
}
