/* SPDX-License-Identifier: BSD-2-Clause */
/* In: requests as they went out, and their answers. Out: a record of each, kept and on the log. */
#include "gpu/history.h"

#include "gpu/protocol_3d.h"
#include "gpu/request.h"
#include "gpu/shape.h"
#include "mem/bytes.h"
#include "mem/format.h"
#include "mem/log.h"

#define LINE_SIZE 256u

static struct gpu_record *newest(struct gpu_history *h)
{
	return &h->record[(h->count - 1) % GPU_HISTORY_SIZE];
}

const struct gpu_record *gpu_history_at(const struct gpu_history *h, uint32_t age)
{
	if (age >= min_u64(h->count, GPU_HISTORY_SIZE))
		return NULL;
	return &h->record[(h->count - 1 - age) % GPU_HISTORY_SIZE];
}

/* What lies behind the request's end reads as 0 (mem/bytes.h). */
static struct rectangle take_rectangle(struct bytes *b)
{
	struct rectangle r;

	r.x = bytes_le32(b);
	r.y = bytes_le32(b);
	r.width = bytes_le32(b);
	r.height = bytes_le32(b);
	return r;
}

static void take_entries(struct gpu_record *r, struct bytes *b, const struct dma_pool *pool)
{
	for (uint32_t i = 0; i < r->entries; i++) {
		struct bytes entry = bytes_slice(b, b->pos, sizeof(struct virtio_gpu_mem_entry));
		uint64_t address = bytes_le64(&entry);
		uint32_t length = bytes_le32(&entry);

		if (entry.overrun)
			return;
		b->pos += entry.size;
		r->backing_length += length;
		if (r->backing_outside || dma_at(pool, paddr_of(address), length))
			continue;
		r->backing_outside = true;
		r->outside = address;
	}
}

static void take_blob(struct gpu_record *r, struct bytes *b, const struct dma_pool *pool)
{
	r->resource = bytes_le32(b);
	bytes_seek(b, offsetof(struct virtio_gpu_resource_create_blob, nr_entries));
	r->entries = bytes_le32(b);
	bytes_seek(b, sizeof(struct virtio_gpu_resource_create_blob));
	take_entries(r, b, pool);
}

/* §5.7.6.8: what stands behind the header. */
static void take_fields(struct gpu_record *r, struct bytes *b, const struct dma_pool *pool)
{
	switch (r->type) {
	case VIRTIO_GPU_CMD_GET_EDID: r->scanout = bytes_le32(b); break;
	case VIRTIO_GPU_CMD_RESOURCE_CREATE_2D:
		r->resource = bytes_le32(b);
		r->format = bytes_le32(b);
		r->area.width = bytes_le32(b);
		r->area.height = bytes_le32(b);
		break;
	case VIRTIO_GPU_CMD_RESOURCE_UNREF:
	case VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING: r->resource = bytes_le32(b); break;
	case VIRTIO_GPU_CMD_SET_SCANOUT:
		r->area = take_rectangle(b);
		r->scanout = bytes_le32(b);
		r->resource = bytes_le32(b);
		break;
	case VIRTIO_GPU_CMD_RESOURCE_FLUSH:
		r->area = take_rectangle(b);
		r->resource = bytes_le32(b);
		break;
	case VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D:
		r->area = take_rectangle(b);
		r->offset = bytes_le64(b);
		r->resource = bytes_le32(b);
		break;
	case VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING:
		r->resource = bytes_le32(b);
		r->entries = bytes_le32(b);
		take_entries(r, b, pool);
		break;
	case VIRTIO_GPU_CMD_UPDATE_CURSOR:
	case VIRTIO_GPU_CMD_MOVE_CURSOR:
		r->scanout = bytes_le32(b);
		r->area.x = bytes_le32(b);
		r->area.y = bytes_le32(b);
		(void)bytes_le32(b); /* padding */
		r->resource = bytes_le32(b);
		break;
	case VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB: take_blob(r, b, pool); break;
	case VIRTIO_GPU_CMD_SET_SCANOUT_BLOB:
		r->area = take_rectangle(b);
		r->scanout = bytes_le32(b);
		r->resource = bytes_le32(b);
		bytes_seek(b, offsetof(struct virtio_gpu_set_scanout_blob, format));
		r->format = bytes_le32(b);
		break;
	case VIRTIO_GPU_CMD_RESOURCE_ASSIGN_UUID:
	case VIRTIO_GPU_CMD_CTX_ATTACH_RESOURCE:
	case VIRTIO_GPU_CMD_CTX_DETACH_RESOURCE: r->resource = bytes_le32(b); break;
	default: break;
	}
}

uint32_t gpu_history_sent(struct gpu_history *h, const void *request, uint32_t length,
	uint32_t response_room, const struct dma_pool *pool)
{
	struct bytes b = bytes_of(request, length);
	struct gpu_record *r;

	h->count++;
	r = newest(h);
	*r = (struct gpu_record){.request_length = length, .response_room = response_room};
	r->type = bytes_le32(&b);
	r->flags = bytes_le32(&b);
	bytes_seek(&b, sizeof(struct virtio_gpu_ctrl_hdr));
	take_fields(r, &b, pool);
	return h->count;
}

void gpu_history_entries(
	struct gpu_history *h, const void *entries, uint32_t length, const struct dma_pool *pool)
{
	struct bytes b = bytes_of(entries, length);

	newest(h)->request_length += length;
	take_entries(newest(h), &b, pool);
}

void gpu_history_outside(struct gpu_history *h, uint64_t address)
{
	newest(h)->request_outside = true;
	newest(h)->request_address = address;
}

void gpu_history_answered(struct gpu_history *h, uint32_t number,
	const struct virtio_gpu_ctrl_hdr *response, uint32_t length)
{
	struct gpu_record *r = &h->record[(number - 1) % GPU_HISTORY_SIZE];

	if (h->count - number >= min_u64(h->count, GPU_HISTORY_SIZE))
		return;
	r->answered = true;
	r->response_length = length;
	if (length < sizeof(*response))
		return;
	r->response = le32_load(&response->type);
	r->response_flags = le32_load(&response->flags);
}

static bool is_cursor(const struct gpu_record *r)
{
	return r->type == VIRTIO_GPU_CMD_UPDATE_CURSOR || r->type == VIRTIO_GPU_CMD_MOVE_CURSOR;
}

/* The fields that this type of command has. */
static void append_fields(char *line, const struct gpu_record *r)
{
	if (is_cursor(r)) {
		format_append(line, LINE_SIZE, ", scanout %u, at %u,%u", r->scanout, r->area.x,
			r->area.y);
		return;
	}
	if (r->area.width || r->area.height || r->area.x || r->area.y)
		format_append(line, LINE_SIZE, ", %ux%u+%u+%u", r->area.width, r->area.height,
			r->area.x, r->area.y);
	switch (r->type) {
	case VIRTIO_GPU_CMD_RESOURCE_CREATE_2D:
		format_append(line, LINE_SIZE, ", format %u", r->format);
		break;
	case VIRTIO_GPU_CMD_SET_SCANOUT:
	case VIRTIO_GPU_CMD_SET_SCANOUT_BLOB:
	case VIRTIO_GPU_CMD_GET_EDID:
		format_append(line, LINE_SIZE, ", scanout %u", r->scanout);
		break;
	case VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D:
		format_append(line, LINE_SIZE, ", offset 0x%lx", r->offset);
		break;
	case VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING:
	case VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB:
		format_append(line, LINE_SIZE, ", %u entries of 0x%lx bytes", r->entries,
			r->backing_length);
		break;
	default: break;
	}
}

static void log_record(const struct gpu_record *r, uint32_t number, const char *subject)
{
	char line[LINE_SIZE];

	format(line, sizeof(line), "command %u: 0x%x %s, flags 0x%x, %u bytes, room for %u", number,
		r->type, gpu_command_name(r->type), r->flags, r->request_length, r->response_room);
	if (r->resource)
		format_append(line, sizeof(line), ", resource %u", r->resource);
	append_fields(line, r);
	if (r->answered && is_cursor(r))
		log_error(subject, "%s: given back", line);
	else if (r->answered)
		log_error(subject, "%s: 0x%x %s (%u bytes)", line, r->response,
			gpu_response_name(r->response), r->response_length);
	else
		log_error(subject, "%s: no answer", line);
}

void gpu_history_log(
	const struct gpu_history *h, uint32_t number, unsigned count, const char *subject)
{
	uint32_t newest_age = h->count - number;
	uint32_t kept = (uint32_t)min_u64(h->count, GPU_HISTORY_SIZE);
	uint32_t age = (uint32_t)min_u64(newest_age + (uint64_t)count, kept);

	while (age-- > newest_age)
		log_record(gpu_history_at(h, age), h->count - age, subject);
}
