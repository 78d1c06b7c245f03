/* SPDX-License-Identifier: BSD-2-Clause */
/* In: commands in words. Out: their bytes, and the history of them. */
#include "host_story.h"

#include "gpu/protocol_3d.h"

#include <string.h>

#include "host.h"

struct story the_story;

static uint8_t memory[STORY_SIZE];

void story_begin(void)
{
	memset(&the_story, 0, sizeof(the_story));
	assert_int_equal(
		dma_pool_add(&the_story.pool, paddr_of(STORY_BASE), memory, sizeof(memory)), OK);
}

void story_send(void *request, uint32_t type, uint32_t flags, uint32_t size)
{
	struct virtio_gpu_ctrl_hdr *h = request;
	struct story *s = &the_story;

	h->type = le32_of(type);
	h->flags = le32_of(flags);
	s->number = gpu_history_sent(
		&s->history, request, s->cut ? s->cut : size, s->room ? s->room : 2048, &s->pool);
	s->cut = s->room = 0;
	story_answer(VIRTIO_GPU_RESP_OK_NODATA, sizeof(*h));
}

void story_header(uint32_t type)
{
	struct virtio_gpu_ctrl_hdr h = {0};

	story_send(&h, type, 0, sizeof(h));
}

void story_edid(uint32_t scanout)
{
	struct virtio_gpu_get_edid r = {.scanout = le32_of(scanout)};

	story_send(&r, VIRTIO_GPU_CMD_GET_EDID, 0, sizeof(r));
}

void story_create(uint32_t resource, uint32_t format, uint32_t width, uint32_t height)
{
	struct virtio_gpu_resource_create_2d r = {
		.resource_id = le32_of(resource),
		.format = le32_of(format),
		.width = le32_of(width),
		.height = le32_of(height),
	};

	story_send(&r, VIRTIO_GPU_CMD_RESOURCE_CREATE_2D, 0, sizeof(r));
}

/* UNREF and DETACH_BACKING look like GET_EDID: a header, a number and padding. */
static void send_number(uint32_t type, uint32_t number)
{
	struct virtio_gpu_get_edid r = {.scanout = le32_of(number)};

	story_send(&r, type, 0, sizeof(r));
}

void story_unref(uint32_t resource)
{
	send_number(VIRTIO_GPU_CMD_RESOURCE_UNREF, resource);
}

void story_detach(uint32_t resource)
{
	send_number(VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING, resource);
}

void story_attach(uint32_t resource, uint64_t address, uint32_t length, uint32_t entries)
{
	le64 buffer[4 + 2 * 64] = {0};
	struct virtio_gpu_resource_attach_backing *r = (void *)buffer;
	uint32_t held = (uint32_t)min_u64(entries, 64);

	r->resource_id = le32_of(resource);
	r->nr_entries = le32_of(entries);
	for (uint32_t i = 0; i < held; i++) {
		r->entries[i].addr = le64_of(address + (uint64_t)i * length);
		r->entries[i].length = le32_of(length);
	}
	story_send(r, VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING, 0,
		(uint32_t)(sizeof(*r) + held * sizeof(r->entries[0])));
}

static struct virtio_gpu_rect wire(struct rectangle r)
{
	return (struct virtio_gpu_rect){
		le32_of(r.x), le32_of(r.y), le32_of(r.width), le32_of(r.height)};
}

void story_scanout(uint32_t scanout, uint32_t resource, struct rectangle area)
{
	struct virtio_gpu_set_scanout r = {
		.r = wire(area), .scanout_id = le32_of(scanout), .resource_id = le32_of(resource)};

	story_send(&r, VIRTIO_GPU_CMD_SET_SCANOUT, 0, sizeof(r));
}

void story_blob(uint32_t resource, uint64_t address, uint32_t length)
{
	le64 buffer[9] = {0};
	struct virtio_gpu_resource_create_blob *r = (void *)buffer;

	r->resource_id = le32_of(resource);
	r->blob_mem = le32_of(VIRTIO_GPU_BLOB_MEM_GUEST);
	r->nr_entries = le32_of(1);
	r->size = le64_of(length);
	r->entries[0].addr = le64_of(address);
	r->entries[0].length = le32_of(length);
	story_send(r, VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB, 0, sizeof(buffer));
}

void story_scanout_blob(uint32_t scanout, uint32_t resource, uint32_t format, struct rectangle area)
{
	struct virtio_gpu_set_scanout_blob r = {.r = wire(area),
		.scanout_id = le32_of(scanout),
		.resource_id = le32_of(resource),
		.width = le32_of(area.width),
		.height = le32_of(area.height),
		.format = le32_of(format)};

	story_send(&r, VIRTIO_GPU_CMD_SET_SCANOUT_BLOB, 0, sizeof(r));
}

void story_transfer(uint32_t resource, struct rectangle area, uint64_t offset)
{
	struct virtio_gpu_transfer_to_host_2d r = {
		.r = wire(area), .offset = le64_of(offset), .resource_id = le32_of(resource)};

	story_send(&r, VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D, 0, sizeof(r));
}

void story_flush(uint32_t resource, struct rectangle area, uint32_t flags)
{
	struct virtio_gpu_resource_flush r = {.r = wire(area), .resource_id = le32_of(resource)};

	story_send(&r, VIRTIO_GPU_CMD_RESOURCE_FLUSH, flags, sizeof(r));
}

void story_answer(uint32_t type, uint32_t length)
{
	struct virtio_gpu_ctrl_hdr h = {.type = le32_of(type)};

	gpu_history_answered(&the_story.history, the_story.number, &h, length);
}
