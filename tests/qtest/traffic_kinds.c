/* SPDX-License-Identifier: BSD-2-Clause */
/* In: an empty request. Out: one of a kind, and whether its answer is right. */
#include "gpu/protocol.h"
#include "mem/string.h"
#include "tests/qtest/traffic.h"

#define MOVE_CURSOR 0x0301u /* virtio 1.3 §5.7.6.7 */
#define FLUSH_SIDE  8u

/* virtio 1.3 §5.7.6.10 */
struct cursor_request {
	struct virtio_gpu_ctrl_hdr hdr;
	le32 scanout;
	le32 x;
	le32 y;
	le32 padding;
	le32 resource;
	le32 hot_x;
	le32 hot_y;
	le32 padding2;
};

_Static_assert(sizeof(struct cursor_request) == 56, "virtio 1.3 §5.7.6.10");

/*
 * The device may give fewer bytes than asked for, but not none (§5.4.6.2), and writes nothing
 * behind those that it gave: there the buffer is still zero, as it is left here.
 */
static bool check_entropy(
	struct traffic *t, const void *request, const void *answer, uint32_t length)
{
	uint8_t *bytes = (uint8_t *)answer;

	(void)request;
	for (uint32_t i = 0; i < 16; i++) {
		if (i >= length && bytes[i])
			return false;
		if (i < length) {
			t->seen |= bytes[i];
			t->unseen |= (uint8_t)~bytes[i];
		}
		bytes[i] = 0;
	}
	/* After this many bytes, each bit has been both. */
	return length && (t->answered < 64 || (t->seen == 0xff && t->unseen == 0xff));
}

const struct traffic_kind traffic_entropy = {
	.name = "16 bytes of entropy",
	.writable = 2,
	.lengths = {8, 8},
	.check = check_entropy,
};

static void prepare_display_info(struct traffic *t, void *request)
{
	struct virtio_gpu_ctrl_hdr *hdr = request;

	(void)t;
	hdr->type = le32_of(VIRTIO_GPU_CMD_GET_DISPLAY_INFO);
}

/* The answer is made wrong when it is done with, so that the next one has to be written. */
static bool check_display_info(
	struct traffic *t, const void *request, const void *answer, uint32_t length)
{
	struct virtio_gpu_resp_display_info *info = (void *)(uintptr_t)answer;
	bool good = length == sizeof(*info) &&
		    le32_value(info->hdr.type) == VIRTIO_GPU_RESP_OK_DISPLAY_INFO &&
		    le32_value(info->pmodes[0].enabled) == 1;

	(void)t;
	(void)request;
	memset(info, 0xee, sizeof(*info));
	return good;
}

const struct traffic_kind traffic_display_info = {
	.name = "GET_DISPLAY_INFO",
	.readable = 1,
	.writable = 1,
	.lengths = {sizeof(struct virtio_gpu_ctrl_hdr),
		sizeof(struct virtio_gpu_resp_display_info)},
	.prepare = prepare_display_info,
	.check = check_display_info,
};

static void prepare_flush(struct traffic *t, void *request)
{
	struct virtio_gpu_resource_flush *flush = request;

	*flush = (struct virtio_gpu_resource_flush){
		.hdr.type = le32_of(VIRTIO_GPU_CMD_RESOURCE_FLUSH),
		.hdr.flags = le32_of(VIRTIO_GPU_FLAG_FENCE),
		.hdr.fence_id = le64_of(t->prepared),
		.r.width = le32_of(FLUSH_SIDE),
		.r.height = le32_of(FLUSH_SIDE),
		.resource_id = le32_of(1),
	};
}

/* The fence says that the answer is that of this very request. */
static bool check_flush(struct traffic *t, const void *request, const void *answer, uint32_t length)
{
	const struct virtio_gpu_ctrl_hdr *asked = request, *got = answer;

	(void)t;
	return length == sizeof(*got) && le32_value(got->type) == VIRTIO_GPU_RESP_OK_NODATA &&
	       le32_value(got->flags) == VIRTIO_GPU_FLAG_FENCE &&
	       le64_value(got->fence_id) == le64_value(asked->fence_id);
}

const struct traffic_kind traffic_flush = {
	.name = "RESOURCE_FLUSH",
	.readable = 1,
	.writable = 1,
	.lengths = {sizeof(struct virtio_gpu_resource_flush), sizeof(struct virtio_gpu_ctrl_hdr)},
	.prepare = prepare_flush,
	.check = check_flush,
};

static void prepare_cursor(struct traffic *t, void *request)
{
	*(struct cursor_request *)request = (struct cursor_request){
		.hdr.type = le32_of(MOVE_CURSOR),
		.x = le32_of((uint32_t)(t->prepared % 1000)),
		.y = le32_of((uint32_t)(t->prepared % 700)),
	};
}

/* The device answers a cursor command with nothing at all. */
static bool check_cursor(
	struct traffic *t, const void *request, const void *answer, uint32_t length)
{
	(void)t;
	(void)request;
	(void)answer;
	return length == 0;
}

const struct traffic_kind traffic_cursor = {
	.name = "MOVE_CURSOR",
	.readable = 1,
	.lengths = {sizeof(struct cursor_request)},
	.prepare = prepare_cursor,
	.check = check_cursor,
};
