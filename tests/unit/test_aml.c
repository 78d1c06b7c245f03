/* SPDX-License-Identifier: BSD-2-Clause */
/* In: platform/aml.c over blocks made here. Out: whether devices and their constants are found. */
#include "host.h"

#include <stdio.h>

#include "aml_builder.h"
#include "platform/aml.h"
#include "platform/aml_namespace.h"

#define MAX_FOUND 64u

static struct {
	struct aml_device devices[MAX_FOUND];
	unsigned count;
} found;

static struct aml aml, second;

static int setup(void **state)
{
	memset(&found, 0, sizeof(found));
	aml.size = 0;
	second.size = 0;
	return host_reset(state);
}

static void note(void *context, const struct aml_device *device)
{
	assert_ptr_equal(context, &found);
	if (found.count < MAX_FOUND)
		found.devices[found.count++] = *device;
}

/* The blocks are copied to memory of just their size, so that the sanitizer sees a read outside. */
static enum status read_blocks(unsigned count)
{
	struct bytes blocks[2] = {aml_bytes(&aml), aml_bytes(&second)};
	enum status status;

	for (unsigned i = 0; i < 2; i++) {
		uint8_t *copy = test_malloc(blocks[i].size + 1);

		memcpy(copy + 1, blocks[i].data, blocks[i].size);
		blocks[i].data = copy + 1;
	}
	status = aml_each_device(blocks, count, NULL, note, &found);
	/* What is borrowed from the blocks is pointed to the builders, which live on. */
	for (unsigned i = 0; i < found.count; i++) {
		struct bytes *crs = &found.devices[i].crs;

		if (crs->size)
			crs->data = (crs->data >= blocks[0].data &&
					    crs->data < blocks[0].data + blocks[0].size)
					    ? aml.data + (crs->data - blocks[0].data)
					    : second.data + (crs->data - blocks[1].data);
	}
	for (unsigned i = 0; i < 2; i++)
		test_free((void *)(uintptr_t)(blocks[i].data - 1));
	return status;
}

static enum status read_one(void)
{
	return read_blocks(1);
}

static void test_device(void **state)
{
	size_t scope = aml_scope(&aml, "\\_SB_"), device = aml_device(&aml, "VR00");
	static const uint8_t template[] = {0x79, 0x00};

	(void)state;
	aml_name_string(&aml, "_HID", "LNRO0005");
	aml_name(&aml, "_CID");
	aml_dword(&aml, 0x080ad041); /* PNP0A08 */
	aml_name(&aml, "_UID");
	AML(&aml, 0x0a, 0x17);
	aml_name(&aml, "_SEG");
	AML(&aml, 0x0b, 0x34, 0x12);
	aml_name(&aml, "_BBN");
	AML(&aml, 0x01);
	aml_name(&aml, "_CRS");
	aml_buffer(&aml, template, sizeof(template));
	aml_close(&aml, device);
	aml_close(&aml, scope);
	assert_int_equal(read_one(), OK);
	assert_int_equal(found.count, 1);
	assert_string_equal(found.devices[0].path, "\\_SB.VR00");
	assert_string_equal(found.devices[0].hid, "LNRO0005");
	assert_string_equal(found.devices[0].cid, "PNP0A08");
	assert_int_equal(found.devices[0].uid, 0x17);
	assert_int_equal(found.devices[0].segment, 0x1234);
	assert_int_equal(found.devices[0].bus, 1);
	assert_true(found.devices[0].present);
	assert_false(found.devices[0].crs_computed);
	assert_int_equal(found.devices[0].crs.size, 2);
	assert_int_equal(found.devices[0].crs.data[0], 0x79);
}

/* A device `\DEV0` with a _HID, left open. */
static size_t open_device(void)
{
	size_t device = aml_device(&aml, "\\DEV0");

	aml_name_string(&aml, "_HID", "TEST0001");
	return device;
}

static const struct aml_device *close_device(size_t device)
{
	aml_close(&aml, device);
	assert_int_equal(read_one(), OK);
	assert_int_equal(found.count, 1);
	return &found.devices[0];
}

static void test_no_hid(void **state)
{
	size_t outer = aml_device(&aml, "OUT0"), device = open_device();

	(void)state;
	aml_close(&aml, device);
	aml_name(&aml, "_ADR");
	AML(&aml, 0x00);
	aml_close(&aml, outer);
	assert_int_equal(read_one(), OK);
	assert_int_equal(found.count, 1);
	assert_string_equal(found.devices[0].path, "\\DEV0");
}

static void test_nested_devices(void **state)
{
	size_t outer = open_device(), inner = aml_device(&aml, "DEV1");

	(void)state;
	aml_name_string(&aml, "_HID", "TEST0002");
	aml_close(&aml, inner);
	aml_name(&aml, "_UID");
	AML(&aml, 0x0a, 7);
	aml_close(&aml, outer);
	assert_int_equal(read_one(), OK);
	assert_int_equal(found.count, 2);
	assert_string_equal(found.devices[0].hid, "TEST0001");
	assert_int_equal(found.devices[0].uid, 7);
	assert_string_equal(found.devices[1].path, "\\DEV0.DEV1");
	assert_int_equal(found.devices[1].uid, 0);
}

static void test_sta(void **state)
{
	static const struct {
		uint8_t value;
		bool present;
	} cases[] = {{0x00, false}, {0x01, true}, {0x0f, true}, {0x0e, false}};

	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t device;

		setup(state);
		device = open_device();
		aml_name(&aml, "_STA");
		AML(&aml, 0x0a, cases[i].value);
		assert_int_equal(close_device(device)->present, cases[i].present);
	}
}

static void test_method_returns_constant(void **state)
{
	size_t device = open_device(), method = aml_method(&aml, "_STA");

	(void)state;
	AML(&aml, 0xa4, 0x00);
	aml_close(&aml, method);
	method = aml_method(&aml, "_UID");
	AML(&aml, 0xa4, 0x0e, 1, 2, 3, 4, 5, 6, 7, 8);
	aml_close(&aml, method);
	assert_false(close_device(device)->present);
	assert_true(found.devices[0].uid == 0x0807060504030201);
}

/* Method (_CRS) { Name (RBUF, Buffer) Return (RBUF) }, as EDK2's platforms write it. */
static void test_method_returns_local_name(void **state)
{
	size_t device = open_device(), method = aml_method(&aml, "_CRS");

	(void)state;
	aml_name(&aml, "RBUF");
	aml_buffer(&aml, "\x79", 2);
	AML(&aml, 0xa4);
	aml_text(&aml, "RBUF");
	aml_close(&aml, method);
	assert_int_equal(close_device(device)->crs.size, 2);
}

/* Name (\SHAR, Buffer), found from inside a device by the search of outer scopes. */
static void test_name_in_outer_scope(void **state)
{
	size_t device, method;

	(void)state;
	aml_name(&aml, "\\SHAR");
	aml_buffer(&aml, "\x79\0\0", 3);
	device = open_device();
	method = aml_method(&aml, "_CRS");
	AML(&aml, 0xa4);
	aml_text(&aml, "SHAR");
	aml_close(&aml, method);
	assert_int_equal(close_device(device)->crs.size, 3);
}

static void test_computed_is_not_a_constant(void **state)
{
	static const uint8_t bodies[][16] = {
		/* If (One) { Return (One) } Return (Zero) */
		{0xa0, 0x04, 0x01, 0xa4, 0x01, 0xa4, 0x00},
		/* Store (One, Local0) Return (Zero) */
		{0x70, 0x01, 0x60, 0xa4, 0x00},
		/* Return (Add (One, One, )) */
		{0xa4, 0x72, 0x01, 0x01, 0x00},
		/* Return (NOPE): a name that is nowhere */
		{0xa4, 'N', 'O', 'P', 'E'},
		/* Return ( and nothing */
		{0xa4},
		/* no Return at all */
		{0xa3},
	};

	for (unsigned i = 0; i < ARRAY_SIZE(bodies); i++) {
		static const uint8_t sizes[] = {7, 5, 5, 5, 1, 1};
		size_t device, method;

		setup(state);
		device = open_device();
		method = aml_method(&aml, "_CRS");
		aml_raw(&aml, bodies[i], sizes[i]);
		aml_close(&aml, method);
		method = aml_method(&aml, "_STA");
		aml_raw(&aml, bodies[i], sizes[i]);
		aml_close(&aml, method);
		assert_true(close_device(device)->crs_computed);
		assert_true(found.devices[0].present);
		assert_int_equal(found.devices[0].crs.size, 0);
	}
}

static void test_names_in_a_circle(void **state)
{
	size_t device = open_device();

	(void)state;
	aml_name(&aml, "_CRS");
	aml_text(&aml, "ONE_");
	aml_name(&aml, "ONE_");
	aml_text(&aml, "TWO_");
	aml_name(&aml, "TWO_");
	aml_text(&aml, "ONE_");
	assert_true(close_device(device)->crs_computed);
}

static unsigned steps_left;

static bool is_second(const char *id)
{
	return !strcmp(id, "TEST0002");
}

static void note_steps(void *context, const struct aml_device *device)
{
	steps_left = device->ns->steps;
	note(context, device);
}

static void add_device(const char *hid, const char *cid)
{
	static unsigned number;
	char name[5];
	size_t device;

	snprintf(name, sizeof(name), "D%03X", number++ & 0xfff);
	device = aml_device(&aml, name);
	if (hid)
		aml_name_string(&aml, "_HID", hid);
	if (cid)
		aml_name_string(&aml, "_CID", cid);
	aml_close(&aml, device);
}

/* A workstation's tables have a thousand devices: each that nobody wants costs its own body. */
static void test_wanted(void **state)
{
	struct bytes block;

	(void)state;
	for (unsigned i = 0; i < 1000; i++)
		add_device("TEST0001", NULL);
	add_device("TEST0002", NULL);
	add_device("TEST0001", "TEST0002");
	add_device("TEST0001", "TEST0003");
	add_device(NULL, "TEST0002");
	block = aml_bytes(&aml);
	assert_int_equal(aml_each_device(&block, 1, is_second, note_steps, &found), OK);
	assert_int_equal(found.count, 2);
	assert_string_equal(found.devices[0].hid, "TEST0002");
	assert_string_equal(found.devices[1].cid, "TEST0002");
	assert_true(AML_MAX_STEPS - steps_left < 20000);
}

/* The root is there already: neither Name (\, …) nor Method (\, …) declares it, in no scope around.
 */
static void test_root_is_not_declared(void **state)
{
	size_t device = open_device(), method;

	(void)state;
	aml_name(&aml, "_CRS");
	AML(&aml, '\\', 0x00);
	AML(&aml, 0x14);
	method = aml_open(&aml);
	AML(&aml, '\\', 0x00, 0x00, 0xa4); /* no arguments; Return */
	aml_buffer(&aml, "\x79\x00", 2);
	aml_close(&aml, method);
	AML(&aml, 0x08, '\\', 0x00);
	aml_buffer(&aml, "\x79\x00", 2);
	assert_true(close_device(device)->crs_computed);
}

/* As QEMU's q35: the _CRS stands in another scope, behind the device. */
static void test_property_in_another_scope(void **state)
{
	size_t device = open_device(), scope;

	(void)state;
	aml_close(&aml, device);
	scope = aml_scope(&aml, "\\DEV0");
	aml_name(&aml, "_CRS");
	aml_buffer(&aml, "\x79", 2);
	aml_close(&aml, scope);
	assert_int_equal(read_one(), OK);
	assert_int_equal(found.devices[0].crs.size, 2);
}

static void test_property_in_another_table(void **state)
{
	size_t device = open_device(), scope;

	(void)state;
	aml_close(&aml, device);
	scope = aml_scope(&second, "\\DEV0");
	aml_name(&second, "_UID");
	AML(&second, 0x0a, 5);
	aml_name(&second, "_CRS");
	aml_buffer(&second, "\x79", 2);
	aml_close(&second, scope);
	assert_int_equal(read_blocks(2), OK);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.devices[0].uid, 5);
	assert_int_equal(found.devices[0].crs.size, 2);
	assert_int_equal(found.devices[0].crs.data[0], 0x79);
}

static void test_name_prefixes(void **state)
{
	size_t outer = aml_scope(&aml, "\\"), scope, device;

	(void)state;
	/* Scope (\) has no segment: its name is a null name behind the prefix. */
	AML(&aml, 0x00);
	scope = aml_scope(&aml, "\\\x2e_SB_PCI0"); /* dual */
	device = aml_device(&aml, "^DEV1");
	aml_name_string(&aml, "_HID", "TEST0001");
	aml_close(&aml, device);
	device = aml_device(&aml, "\x2f\x03"
				  "AAA_BBB_CCC_"); /* multi */
	aml_name_string(&aml, "_HID", "TEST0002");
	aml_close(&aml, device);
	device = aml_device(&aml, "^^^DEV2"); /* above the root */
	aml_name_string(&aml, "_HID", "TEST0003");
	aml_close(&aml, device);
	aml_close(&aml, scope);
	device = aml_device(&aml, "DEV3");
	aml_name_string(&aml, "_HID", "TEST0004");
	aml_close(&aml, device);
	aml_close(&aml, outer);
	assert_int_equal(read_one(), OK);
	assert_int_equal(found.count, 3);
	assert_string_equal(found.devices[0].path, "\\_SB.DEV1");
	assert_string_equal(found.devices[1].path, "\\_SB.PCI0.AAA.BBB.CCC");
	assert_string_equal(found.devices[2].path, "\\DEV3");
	assert_true(host_logged("its name cannot be read"));
}

static void test_long_path_is_cut(void **state)
{
	size_t scopes[20], device;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(scopes); i++)
		scopes[i] = aml_scope(&aml, "ABCD");
	device = aml_device(&aml, "DEV0");
	aml_name_string(&aml, "_HID", "TEST0001");
	aml_close(&aml, device);
	for (unsigned i = ARRAY_SIZE(scopes); i-- > 0;)
		aml_close(&aml, scopes[i]);
	assert_int_equal(read_one(), OK);
	assert_int_equal(strlen(found.devices[0].path), AML_PATH_SIZE - 1);
}

static void test_ids(void **state)
{
	size_t device = aml_device(&aml, "DEV0");

	(void)state;
	aml_name(&aml, "_HID");
	aml_dword(&aml, 0x0105d041);
	aml_name_string(&aml, "_CID", "TOOLONG01");
	assert_string_equal(close_device(device)->hid, "PNP0501");
	assert_string_equal(found.devices[0].cid, "");
}

/* Everything that can stand in a scope, each behind the one before; the device comes last. */
static void test_every_declaration_is_skipped(void **state)
{
	size_t start, device;

	(void)state;
	AML(&aml, 0x06, 'A', 'A', 'A', 'A', 'B', 'B', 'B', 'B'); /* Alias */
	AML(&aml, 0x15, '\\', 'E', 'X', 'T', 'N', 8, 1); /* External */
	AML(&aml, 0x5b, 0x01, 'M', 'U', 'T', 'X', 0); /* Mutex */
	AML(&aml, 0x5b, 0x02, 'E', 'V', 'N', 'T'); /* Event */
	/* OperationRegion (REGN, SystemIO, Add (BASE, DerefOf (Index (Package, One, ))), 4) */
	AML(&aml, 0x5b, 0x80, 'R', 'E', 'G', 'N', 1, 0x72, 'B', 'A', 'S', 'E', 0x83, 0x88, 0x12,
		0x03, 0x01, 0x01, 0x01, 0x00, 0x00, 0x0a, 4);
	AML(&aml, 0x5b, 0x81, 0x0b, 'R', 'E', 'G', 'N', 1, 'F', 'L', 'D', '0', 0x08); /* Field */
	AML(&aml, 0x5b, 0x86, 0x03, 0xff, 0xff); /* IndexField */
	AML(&aml, 0x5b, 0x87, 0x03, 0xff, 0xff); /* BankField */
	AML(&aml, 0x5b, 0x88, 'D', 'R', 'G', 'N', 0x0d, 'a', 0, 0x0d, 'b', 0, 0x0d,
		0); /* DataRegion */
	AML(&aml, 0x5b, 0x83, 0x0b, 'C', 'P', 'U', '0', 0, 0, 0, 0, 0, 0); /* Processor */
	AML(&aml, 0x5b, 0x84, 0x08, 'P', 'W', 'R', '0', 0, 0, 0); /* PowerResource */
	AML(&aml, 0x5b, 0x85, 0x05, 'T', 'H', 'R', 'M'); /* ThermalZone */
	AML(&aml, 0x8a, 'B', 'U', 'F', 'R', 0x0a, 4, 'F', 'L', 'D', '1'); /* CreateDWordField */
	AML(&aml, 0x8b, 'B', 'U', 'F', 'R', 0x01, 'F', 'L', 'D', '2');
	AML(&aml, 0x8c, 'B', 'U', 'F', 'R', 0x01, 'F', 'L', 'D', '3');
	AML(&aml, 0x8d, 'B', 'U', 'F', 'R', 0x01, 'F', 'L', 'D', '4');
	AML(&aml, 0x8f, 'B', 'U', 'F', 'R', 0x01, 'F', 'L', 'D', '5');
	AML(&aml, 0x5b, 0x13, 'B', 'U', 'F', 'R', 0x01, 0x01, 'F', 'L', 'D', '6'); /* CreateField */
	AML(&aml, 0xa0, 0x03, 0x01, 0xff, 0xa1, 0x02, 0xff, 0xa2, 0x03, 0x01, 0xff, 0xa3);
	aml_name(&aml, "STR0");
	aml_string(&aml, "text");
	aml_name(&aml, "PKG0");
	AML(&aml, 0x12, 0x04, 0x02, 0x00, 0x01);
	aml_name(&aml, "VPKG");
	AML(&aml, 0x13, 0x03, 0x01, 0x01);
	aml_name(&aml, "REV0");
	AML(&aml, 0x5b, 0x30);
	aml_name(&aml, "ONES");
	AML(&aml, 0xff);
	start = aml_method(&aml, "METH");
	AML(&aml, 0xfe, 0xfe); /* whatever a method does */
	aml_close(&aml, start);
	device = open_device();
	close_device(device);
	assert_false(host_logged("is not known"));
}

static void test_unknown_opcode_ends_its_scope_only(void **state)
{
	size_t scope = aml_scope(&aml, "BAD_"), device;

	(void)state;
	AML(&aml, 0x70, 0x01, 0x60); /* Store */
	device = open_device();
	aml_close(&aml, device);
	aml_close(&aml, scope);
	device = aml_device(&aml, "DEV1");
	aml_name_string(&aml, "_HID", "TEST0002");
	aml_close(&aml, device);
	assert_int_equal(read_one(), OK);
	assert_int_equal(found.count, 1);
	assert_string_equal(found.devices[0].path, "\\DEV1");
	assert_true(host_logged("opcode: 0x70 at 0x9 is not known: the other 0x1"));
}

/* A package longer than what it stands in. */
static void test_length_runs_over(void **state)
{
	size_t scope = aml_scope(&aml, "OUT0");

	(void)state;
	AML(&aml, 0x5b, 0x82, 0x3f, 'D', 'E', 'V', '0'); /* 63 bytes are said */
	aml_close(&aml, scope);
	assert_int_equal(read_one(), ERR_MALFORMED);
	assert_true(host_logged("error: length: opcode 0x5b82"));
	assert_int_equal(found.count, 0);
}

static void test_lengths_that_lie(void **state)
{
	static const uint8_t lies[][8] = {
		{0x10, 0x00}, /* shorter than itself */
		{0x10, 0x40, 0x00},
		{0x10, 0xc1, 0x00, 0x00, 0x00}, /* 1: shorter than its own encoding */
		{0x10, 0xcf, 0xff, 0xff, 0xff},
		{0x10, 0x80, 0x00}, /* the length itself is cut */
		{0x11, 0xff},
		{0x5b},
		{0x08, 'A', 'B'},
		{0x08, 'A', 'B', 'C', 'D', 0x0c, 0x00},
		{0x08, 'A', 'B', 'C', 'D', 0x0d, 'x'},
	};
	static const uint8_t sizes[] = {2, 3, 5, 5, 3, 2, 1, 3, 7, 7};

	for (unsigned i = 0; i < ARRAY_SIZE(lies); i++) {
		setup(state);
		aml_raw(&aml, lies[i], sizes[i]);
		if (i == 5) /* no declaration: unknown where it stands */
			assert_int_equal(read_one(), OK);
		else
			assert_int_equal(read_one(), ERR_MALFORMED);
		assert_int_equal(found.count, 0);
	}
}

/* The block itself, 30 scopes and the device are the 32 levels that there are. */
static void test_nested_deep(void **state)
{
	size_t scopes[30], device;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(scopes); i++)
		scopes[i] = aml_scope(&aml, "\\ABCD");
	device = open_device();
	aml_close(&aml, device);
	for (unsigned i = ARRAY_SIZE(scopes); i-- > 0;)
		aml_close(&aml, scopes[i]);
	assert_int_equal(read_one(), OK);
	assert_int_equal(found.count, 1);
}

static void test_nested_too_deep(void **state)
{
	static size_t scopes[1000];
	size_t device;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(scopes); i++)
		scopes[i] = aml_scope(&aml, "ABCD");
	for (unsigned i = ARRAY_SIZE(scopes); i-- > 0;)
		aml_close(&aml, scopes[i]);
	device = open_device();
	aml_close(&aml, device);
	assert_int_equal(read_one(), ERR_MALFORMED);
	assert_true(host_logged("nested deeper than 32"));
	assert_int_equal(found.count, 1); /* what stands beside it */
}

static void test_path_too_long(void **state)
{
	size_t scope = aml_scope(&aml, "\x2f\x20"), device;

	(void)state;
	for (unsigned i = 0; i < 32; i++)
		aml_text(&aml, "ABCD");
	device = aml_device(&aml, "DEV0"); /* the 33rd segment */
	aml_name_string(&aml, "_HID", "TEST0001");
	aml_close(&aml, device);
	aml_close(&aml, scope);
	scope = aml_scope(&aml, "\x2f\xff"); /* 255 segments, cut */
	aml_close(&aml, scope);
	device = aml_device(&aml, "\x2f\x20");
	for (unsigned i = 0; i < 32; i++)
		aml_text(&aml, "ABCD");
	aml_name_string(&aml, "_HID", "TEST0001"); /* nor is there room for its _HID */
	aml_close(&aml, device);
	assert_int_equal(read_one(), OK);
	assert_int_equal(found.count, 0);
}

/* Devices that each make the whole block be looked at: bounded work. */
static void test_too_many_objects(void **state)
{
	(void)state;
	while (aml.size + 16 < sizeof(aml.data)) {
		size_t device = aml_device(&aml, "DEV0");

		aml_name(&aml, "_HID");
		AML(&aml, 0x01);
		aml_close(&aml, device);
	}
	assert_int_equal(read_one(), ERR_MALFORMED);
	assert_true(host_logged("error: size: 20000000 objects were looked at"));
}

static void test_buffer_shapes(void **state)
{
	static const struct {
		uint8_t code[12];
		uint8_t size;
		size_t length; /* of the _CRS */
		bool computed;
	} cases[] = {
		{{0x11, 0x05, 0x0a, 0x02, 0x79, 0x00}, 6, 2, false},
		{{0x11, 0x05, 0x0a, 0xff, 0x79, 0x00}, 6, 2, false}, /* more is said than given */
		{{0x11, 0x05, 0x01, 0x79, 0x00, 0x00}, 6, 1, false}, /* less */
		{{0x11, 0x06, 'S', 'I', 'Z', 'E', 0x00}, 7, 0, true},
		{{0x11, 0x01}, 2, 0, true},
		{{0x11, 0x02, 0x0c}, 3, 0, true},
		{{0x12, 0x03, 0x01, 0x01}, 4, 0, true},
		{{0x01}, 1, 0, true},
	};

	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t device;

		setup(state);
		device = open_device();
		aml_name(&aml, "_CRS");
		aml_raw(&aml, cases[i].code, cases[i].size);
		assert_int_equal(close_device(device)->crs.size, cases[i].length);
		assert_int_equal(found.devices[0].crs_computed, cases[i].computed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_device, setup),
		cmocka_unit_test_setup(test_no_hid, setup),
		cmocka_unit_test_setup(test_nested_devices, setup),
		cmocka_unit_test_setup(test_sta, setup),
		cmocka_unit_test_setup(test_method_returns_constant, setup),
		cmocka_unit_test_setup(test_method_returns_local_name, setup),
		cmocka_unit_test_setup(test_name_in_outer_scope, setup),
		cmocka_unit_test_setup(test_computed_is_not_a_constant, setup),
		cmocka_unit_test_setup(test_names_in_a_circle, setup),
		cmocka_unit_test_setup(test_wanted, setup),
		cmocka_unit_test_setup(test_root_is_not_declared, setup),
		cmocka_unit_test_setup(test_property_in_another_scope, setup),
		cmocka_unit_test_setup(test_property_in_another_table, setup),
		cmocka_unit_test_setup(test_name_prefixes, setup),
		cmocka_unit_test_setup(test_long_path_is_cut, setup),
		cmocka_unit_test_setup(test_ids, setup),
		cmocka_unit_test_setup(test_every_declaration_is_skipped, setup),
		cmocka_unit_test_setup(test_unknown_opcode_ends_its_scope_only, setup),
		cmocka_unit_test_setup(test_length_runs_over, setup),
		cmocka_unit_test_setup(test_lengths_that_lie, setup),
		cmocka_unit_test_setup(test_nested_deep, setup),
		cmocka_unit_test_setup(test_nested_too_deep, setup),
		cmocka_unit_test_setup(test_path_too_long, setup),
		cmocka_unit_test_setup(test_too_many_objects, setup),
		cmocka_unit_test_setup(test_buffer_shapes, setup),
	};

	return cmocka_run_group_tests_name("aml", tests, NULL, NULL);
}
