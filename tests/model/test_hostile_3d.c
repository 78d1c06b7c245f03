/* SPDX-License-Identifier: BSD-2-Clause */
/* In: GPUs whose UUIDs, capability sets and blobs are not what they say. Out: whether that is
 * named, and nothing else is broken by it. */
#include "bench_3d.h"

#include <string.h>

#include "gpu/protocol_3d.h"

static struct bench bench;
static struct bench *const b = &bench;

static uint32_t spoiled_command;
static unsigned spoiled_from; /* the nth of them */
static unsigned seen;
static void (*spoil_data)(struct model_reply *reply);

static void spoil(struct model *m, struct model_reply *reply)
{
	const struct virtio_gpu_ctrl_hdr *h = (const void *)reply->request;

	(void)m;
	if (le32_value(h->type) == spoiled_command && ++seen >= spoiled_from)
		spoil_data(reply);
}

static void lie(uint32_t command, unsigned from, void (*data)(struct model_reply *reply))
{
	spoiled_command = command;
	spoiled_from = from;
	spoil_data = data;
	seen = 0;
	b->model.lies.reply = spoil;
}

/* ---- UUIDs: the picture needs none ---- */

static uint8_t *uuid_of(struct model_reply *reply)
{
	return ((struct virtio_gpu_resp_resource_uuid *)reply->data)->uuid;
}

static void zero_uuid(struct model_reply *reply)
{
	memset(uuid_of(reply), 0, 16);
}

static void ones_uuid(struct model_reply *reply)
{
	memset(uuid_of(reply), 0xff, 16);
}

static void no_version(struct model_reply *reply)
{
	uuid_of(reply)[6] &= 0x0f;
}

static void late_version(struct model_reply *reply)
{
	uuid_of(reply)[6] |= 0xf0;
}

static void another_uuid(struct model_reply *reply)
{
	uuid_of(reply)[0] ^= 1;
}

static void test_bad_uuids(void **state)
{
	static const struct {
		void (*data)(struct model_reply *reply);
		unsigned from;
		const char *line;
	} cases[] = {
		{zero_uuid, 1, "UUID 00000000-0000-0000-0000-000000000000: all its bytes are 0"},
		{ones_uuid, 1, "ffffffffffff: its variant is not that of RFC 9562"},
		{no_version, 1, "11111101: RFC 9562 has no such version"},
		{late_version, 1, "-f111-9111-111111111101: RFC 9562 has no such version"},
		{another_uuid, 2, "asked again 10111111-1111-4111-9111-111111111101"},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		bench_3d_open(b, MODEL_PCI, UUID);
		lie(VIRTIO_GPU_CMD_RESOURCE_ASSIGN_UUID, cases[i].from, cases[i].data);
		bench_expect(b, bench_3d_show(b, false, false), OK);
		bench_expect_line(cases[i].line);
		bench_expect_line("RESOURCE_ASSIGN_UUID # SKIP the resource's UUID is not usable");
		bench_expect_picture(b, 0, 64, 48);
		bench_end(b);
	}
}

static void refuse(uint32_t command)
{
	b->model.gpu->refuse_command = command;
	b->model.gpu->refuse_with = VIRTIO_GPU_RESP_ERR_UNSPEC;
}

static void test_refused_uuid(void **state)
{
	(void)state;
	bench_3d_open(b, MODEL_PCI, UUID);
	refuse(VIRTIO_GPU_CMD_RESOURCE_ASSIGN_UUID);
	bench_expect(b, bench_3d_show(b, false, false), OK);
	bench_expect_line("RESOURCE_ASSIGN_UUID # SKIP the device refuses it");
	bench_expect_picture(b, 0, 64, 48);
	bench_end(b);
}

static void cut(struct model_reply *reply)
{
	reply->length = 39;
}

static void test_short_uuid(void **state)
{
	(void)state;
	bench_3d_open(b, MODEL_PCI, UUID);
	lie(VIRTIO_GPU_CMD_RESOURCE_ASSIGN_UUID, 1, cut);
	bench_expect(b, bench_3d_show(b, false, false), ERR_PROTOCOL);
	bench_expect_line("RESOURCE_ASSIGN_UUID: the response has 39 bytes, 40 are needed");
	bench_end(b);
}

/* ---- capability sets ---- */

static void longer(struct model_reply *reply)
{
	reply->length += 1;
}

static void shorter(struct model_reply *reply)
{
	reply->length -= 1;
}

static void header_alone(struct model_reply *reply)
{
	reply->length = 24;
}

static void test_capset_lengths(void **state)
{
	static const struct {
		void (*data)(struct model_reply *reply);
		const char *line;
	} cases[] = {
		{longer, "GET_CAPSET of virgl2: the response has 1401 bytes, 1400 are due"},
		{shorter, "GET_CAPSET of virgl2: the response has 1399 bytes, 1400 are due"},
		{header_alone, "GET_CAPSET of virgl2: the response has 24 bytes, 1400 are due"},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		bench_3d_open(b, MODEL_PCI, VIRGL);
		lie(VIRTIO_GPU_CMD_GET_CAPSET, 2, cases[i].data);
		bench_expect(b, bench_3d_show(b, true, false), ERR_PROTOCOL);
		bench_expect_line(cases[i].line);
		bench_expect_line(
			"gpu0: check=3d # capability sets: protocol violation by the device");
		bench_end(b);
	}
}

static void test_absurd_capsets(void **state)
{
	static const struct {
		struct model_capset capset;
		const char *line;
	} cases[] = {
		{{0, 1, 308}, "capability set 0: id 0 with 308 bytes is none"},
		{{1, 1, 0}, "capability set 0: id 1 with 0 bytes is none"},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		bench_3d_open(b, MODEL_PCI, VIRGL);
		b->model.gpu->capsets[0] = cases[i].capset;
		bench_expect(b, bench_3d_show(b, true, false), ERR_PROTOCOL);
		bench_expect_line(cases[i].line);
		bench_end(b);
	}
}

static void test_huge_capset(void **state)
{
	(void)state;
	bench_3d_open(b, MODEL_PCI, VIRGL);
	b->model.gpu->capsets[0].size = 0xffffffff;
	bench_expect(b, bench_3d_show(b, true, false), OK);
	bench_expect_line("capability set 0: not read: there is room for 4072 bytes");
	bench_end(b);
}

static void test_too_many_capsets(void **state)
{
	(void)state;
	bench_3d_open(b, MODEL_PCI, VIRGL);
	b->model.config[15] = 0x80;
	bench_expect(b, bench_3d_show(b, true, false), ERR_PROTOCOL);
	bench_expect_line("num_capsets is 2147483650, at most 64 are looked at");
	bench_end(b);
}

/* ---- what is not answered ---- */

/* A picture as a blob and everything that check=3d looks at; what a test makes the device do. */
static void open_all(void)
{
	bench_3d_open(b, MODEL_PCI, UUID | VIRGL | INIT | BLOB | ALIGN);
	bench_3d_add_region(b);
	b->model.config[17] = 0x10; /* blobs in units of 4096 */
}

static enum status show_all(uint64_t silent_at, uint64_t vanish_at)
{
	enum status status;

	open_all();
	b->model.answers_awaited = false;
	the_log.level = LOG_INFO;
	b->model.lies.silent_at = silent_at;
	b->model.lies.vanish_at = vanish_at;
	bench_begin(b);
	status = bench_3d_show(b, true, true);
	bench_expect_within(b, 2 * BENCH_TIMEOUT_US);
	return status;
}

/* Any of the requests. */
static void test_never_answered(void **state)
{
	uint64_t requests;

	(void)state;
	bench_expect(b, show_all(0, 0), OK);
	requests = b->model.requests;
	assert_true(requests > 12);
	bench_end(b);
	for (uint64_t at = 1; at <= requests; at++) {
		bench_expect(b, show_all(at, 0), ERR_TIMEOUT);
		assert_false(tap_passed());
		bench_end(b);
	}
}

/* It leaves the bus while its configuration is read, or later. */
static void test_vanishes(void **state)
{
	uint64_t first, last;

	(void)state;
	bench_expect(b, show_all(0, 0), OK);
	last = b->model.accesses;
	bench_end(b);
	open_all();
	bench_find(b);
	first = b->model.accesses + 1;
	bench_close(b);
	for (uint64_t at = first; at <= last; at++) {
		bench_expect(b, show_all(0, at), ERR_GONE);
		assert_false(tap_passed());
		bench_close(b);
	}
}

/* ---- what is refused ---- */

static void test_refused_context(void **state)
{
	static const struct {
		uint32_t command;
		const char *line;
	} cases[] = {
		{VIRTIO_GPU_CMD_CTX_CREATE, "check=3d # CTX_CREATE: refused by the device"},
		{VIRTIO_GPU_CMD_CTX_ATTACH_RESOURCE, "# CTX_ATTACH_RESOURCE: refused"},
		{VIRTIO_GPU_CMD_TRANSFER_TO_HOST_3D, "# TRANSFER_TO_HOST_3D: refused"},
		{VIRTIO_GPU_CMD_SUBMIT_3D, "# SUBMIT_3D: refused"},
		{VIRTIO_GPU_CMD_CTX_DETACH_RESOURCE, "# CTX_DETACH_RESOURCE: refused"},
		{VIRTIO_GPU_CMD_CTX_DESTROY, "# CTX_DESTROY: refused"},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		bench_3d_open(b, MODEL_PCI, VIRGL);
		refuse(cases[i].command);
		bench_expect(b, bench_3d_show(b, true, false), ERR_REFUSED);
		bench_expect_line(cases[i].line);
		bench_end(b);
	}
}

static void test_refused_blob(void **state)
{
	static const uint32_t commands[] = {VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB,
		VIRTIO_GPU_CMD_SET_SCANOUT_BLOB, VIRTIO_GPU_CMD_RESOURCE_FLUSH};
	static const char *const lines[] = {
		"RESOURCE_CREATE_BLOB # VIRTIO_GPU_RESP_ERR_UNSPEC",
		"SET_SCANOUT_BLOB # VIRTIO_GPU_RESP_ERR_UNSPEC",
		"RESOURCE_FLUSH # VIRTIO_GPU_RESP_ERR_UNSPEC",
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(commands); i++) {
		bench_3d_open(b, MODEL_PCI, BLOB);
		refuse(commands[i]);
		bench_expect(b, bench_3d_show(b, false, true), ERR_REFUSED);
		bench_expect_line(lines[i]);
		/* A blob that was created is one, also for who looks for mistakes. */
		assert_false(host_logged("no RESOURCE_CREATE_2D of it"));
		bench_end(b);
	}
}

static void test_bad_alignments(void **state)
{
	static const uint32_t alignments[] = {0, 3, 4097, 4u << 20, 0xffffffff};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(alignments); i++) {
		bench_3d_open(b, MODEL_PCI, BLOB | ALIGN);
		memcpy(b->model.config + 16, &alignments[i], sizeof(alignments[i]));
		bench_expect(b, bench_3d_show(b, false, true), ERR_PROTOCOL);
		bench_expect_line(", a power of two up to 0x200000 is followed");
		bench_end(b);
	}
}

/* ---- mappings ---- */

static uint32_t map_info;

static void set_map_info(struct model_reply *reply)
{
	((struct virtio_gpu_resp_map_info *)reply->data)->map_info = le32_of(map_info);
}

static void test_map_info(void **state)
{
	static const uint32_t values[] = {4, 0x0f, 0x11, 0xffffffff};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(values); i++) {
		bench_3d_open(b, MODEL_PCI, VIRGL | INIT | BLOB);
		b->model.gpu->capsets[0].id = VIRTIO_GPU_CAPSET_VENUS;
		bench_3d_add_region(b);
		map_info = values[i];
		lie(VIRTIO_GPU_CMD_RESOURCE_MAP_BLOB, 1, set_map_info);
		bench_expect(b, bench_3d_show(b, true, true), ERR_PROTOCOL);
		bench_expect_line(" is no kind of caching");
		bench_expect_line("check=3d # RESOURCE_MAP_BLOB: protocol violation by the device");
		bench_end(b);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_uuids),
		cmocka_unit_test(test_refused_uuid),
		cmocka_unit_test(test_short_uuid),
		cmocka_unit_test(test_capset_lengths),
		cmocka_unit_test(test_absurd_capsets),
		cmocka_unit_test(test_huge_capset),
		cmocka_unit_test(test_too_many_capsets),
		cmocka_unit_test(test_never_answered),
		cmocka_unit_test(test_vanishes),
		cmocka_unit_test(test_refused_context),
		cmocka_unit_test(test_refused_blob),
		cmocka_unit_test(test_bad_alignments),
		cmocka_unit_test(test_map_info),
	};

	return cmocka_run_group_tests_name("hostile_3d", tests, NULL, NULL);
}
