/* SPDX-License-Identifier: BSD-2-Clause */
/* In: requests of a GPU driver. Out: responses, resources and screens, and what was wrong. */
#include "model_gpu.h"

#include <stdlib.h>
#include <string.h>

#include "gpu/protocol_3d.h"
#include "mem/le.h"

#define F_VIRGL 0u
#define F_EDID  1u
#define F_UUID  2u
#define F_BLOB  3u

/* A resource as large as this would be refused by hosts (QEMU's max_hostmem). */
#define MAX_PIXELS (64ull << 20)

static uint32_t display_info(struct model *m, const void *request, uint32_t size, void *response)
{
	struct virtio_gpu_resp_display_info *info = response;

	(void)request;
	(void)size;
	m->gpu->displays_asked = true;
	memset(info->pmodes, 0, sizeof(info->pmodes));
	for (unsigned i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++) {
		info->pmodes[i].enabled = le32_of(m->gpu->displays[i].enabled);
		info->pmodes[i].r.x = le32_of(m->gpu->displays[i].x);
		info->pmodes[i].r.y = le32_of(m->gpu->displays[i].y);
		info->pmodes[i].r.width = le32_of(m->gpu->displays[i].width);
		info->pmodes[i].r.height = le32_of(m->gpu->displays[i].height);
	}
	return VIRTIO_GPU_RESP_OK_DISPLAY_INFO;
}

void model_raise_display_event(struct model *m)
{
	m->config[0] |= 1;
	m->generation++;
	m->interrupt_status |= 2;
}

static uint32_t edid(struct model *m, const void *request, uint32_t size, void *response)
{
	const struct virtio_gpu_get_edid *r = request;
	struct virtio_gpu_resp_edid *out = response;

	(void)size;
	if (le32_value(r->scanout) >= model_num_scanouts(m))
		model_break(m, RULE_GPU_SCANOUTS, "GET_EDID of %u", le32_value(r->scanout));
	out->size = le32_of(m->gpu->edid_size);
	memcpy(out->edid, m->gpu->edid, sizeof(out->edid));
	return VIRTIO_GPU_RESP_OK_EDID;
}

static uint32_t create(struct model *m, const void *request, uint32_t size, void *response)
{
	const struct virtio_gpu_resource_create_2d *q = request;
	uint64_t width = le32_value(q->width), height = le32_value(q->height);
	const char *bytes = model_format(le32_value(q->format));
	struct model_resource *r =
		model_new_resource(m, le32_value(q->resource_id), "RESOURCE_CREATE_2D");

	(void)size;
	(void)response;
	if (!r)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (!bytes || !width || !height) {
		model_break(m, RULE_GPU_FORMAT, "format %u, %lux%lu", le32_value(q->format),
			(unsigned long)width, (unsigned long)height);
		model_drop_resource(m, r);
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	}
	if (width * height > MAX_PIXELS) {
		model_drop_resource(m, r);
		return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
	}
	r->width = (uint32_t)width;
	r->height = (uint32_t)height;
	r->stride = 4 * r->width;
	r->bytes = bytes;
	r->pixels = calloc(width * height, 4);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

static uint32_t attach(struct model *m, const void *request, uint32_t size, void *response)
{
	const struct virtio_gpu_resource_attach_backing *q = request;
	struct model_resource *r =
		model_known_resource(m, le32_value(q->resource_id), "RESOURCE_ATTACH_BACKING");
	uint64_t bytes = 0;

	(void)response;
	if (!r)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (r->backing_count) {
		model_break(m, RULE_GPU_ORDER, "resource %u has a backing already", r->id);
		return VIRTIO_GPU_RESP_ERR_UNSPEC;
	}
	if (!model_take_backing(m, r, q, size, sizeof(*q), le32_value(q->nr_entries)))
		return VIRTIO_GPU_RESP_ERR_UNSPEC;
	for (unsigned i = 0; i < r->backing_count; i++)
		bytes += r->backing[i].length;
	if (bytes < 4ull * r->width * r->height)
		model_break(m, RULE_GPU_BACKING, "%lu bytes for %ux%u", (unsigned long)bytes,
			r->width, r->height);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

static uint32_t detach(struct model *m, const void *request, uint32_t size, void *response)
{
	const struct virtio_gpu_resource_detach_backing *q = request;
	struct model_resource *r =
		model_known_resource(m, le32_value(q->resource_id), "RESOURCE_DETACH_BACKING");

	(void)size;
	(void)response;
	if (!r)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (!r->backing_count || r->blob)
		model_break(m, RULE_GPU_ORDER, "resource %u has no backing to detach", r->id);
	r->backing_count = 0;
	return VIRTIO_GPU_RESP_OK_NODATA;
}

/* A driver that knows what it does takes a resource off the screen, and its memory, before. */
static uint32_t unref(struct model *m, const void *request, uint32_t size, void *response)
{
	const struct virtio_gpu_resource_unref *q = request;
	struct model_resource *r =
		model_known_resource(m, le32_value(q->resource_id), "RESOURCE_UNREF");

	(void)size;
	(void)response;
	if (!r)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (r->mapped)
		model_break(m, RULE_GPU_MAP, "RESOURCE_UNREF of %u, which is mapped", r->id);
	if (r->backing_count && !r->blob)
		model_break(m, RULE_GPU_ORDER, "RESOURCE_UNREF of %u with its backing", r->id);
	for (unsigned i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++)
		if (m->gpu->displays[i].resource == r->id)
			model_break(
				m, RULE_GPU_ORDER, "RESOURCE_UNREF of %u, on scanout %u", r->id, i);
	model_drop_resource(m, r);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

/* SET_SCANOUT of resource 0. */
static uint32_t switch_off(struct model_display *d)
{
	free(d->screen);
	d->screen = NULL;
	d->resource = d->shown_width = d->shown_height = 0;
	return VIRTIO_GPU_RESP_OK_NODATA;
}

static uint32_t scanout(struct model *m, const void *request, uint32_t size, void *response)
{
	const struct virtio_gpu_set_scanout *q = request;
	uint32_t id = le32_value(q->scanout_id);
	struct virtio_gpu_rect rect = model_rect(q->r);
	struct model_resource *r;

	(void)size;
	(void)response;
	if (id >= model_num_scanouts(m)) {
		model_break(m, RULE_GPU_SCANOUTS, "SET_SCANOUT of %u", id);
		return VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID;
	}
	if (!le32_value(q->resource_id))
		return switch_off(&m->gpu->displays[id]);
	r = model_known_resource(m, le32_value(q->resource_id), "SET_SCANOUT");
	if (!r)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (!r->backing_count) {
		model_break(m, RULE_GPU_ORDER, "SET_SCANOUT of %u, which has no backing", r->id);
		return VIRTIO_GPU_RESP_ERR_UNSPEC;
	}
	if (!model_covered(&rect, r->width, r->height)) {
		model_break(m, RULE_GPU_COVERED, "SET_SCANOUT %ux%u of %ux%u", rect.width.raw,
			rect.height.raw, r->width, r->height);
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	}
	model_show(m, id, r, &rect);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

static uint32_t flush(struct model *m, const void *request, uint32_t size, void *response)
{
	const struct virtio_gpu_resource_flush *q = request;
	struct model_resource *r =
		model_known_resource(m, le32_value(q->resource_id), "RESOURCE_FLUSH");
	struct virtio_gpu_rect rect = model_rect(q->r);
	bool shown = false;

	(void)size;
	(void)response;
	if (!r)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	for (unsigned i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++)
		shown |= m->gpu->displays[i].resource == r->id;
	if (!(r->transferred || r->blob) || !shown)
		model_break(m, RULE_GPU_ORDER, "RESOURCE_FLUSH of %u, which was not %s", r->id,
			shown ? "transferred" : "set as a scanout");
	if (!model_covered(&rect, r->width, r->height)) {
		model_break(m, RULE_GPU_COVERED, "RESOURCE_FLUSH %ux%u+%u+%u", rect.width.raw,
			rect.height.raw, rect.x.raw, rect.y.raw);
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	}
	if (r->blob)
		model_transfer(m, r, &rect,
			r->offset + (uint64_t)rect.y.raw * r->stride + 4ull * rect.x.raw);
	model_flush(m, r, &rect);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

static uint32_t transfer(struct model *m, const void *request, uint32_t size, void *response)
{
	const struct virtio_gpu_transfer_to_host_2d *q = request;
	struct model_resource *r =
		model_known_resource(m, le32_value(q->resource_id), "TRANSFER_TO_HOST_2D");
	struct virtio_gpu_rect rect = model_rect(q->r);
	uint64_t offset = le64_value(q->offset), expected;

	(void)size;
	(void)response;
	if (!r)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (!r->backing_count || r->blob) {
		model_break(m, RULE_GPU_ORDER, "TRANSFER_TO_HOST_2D %s",
			r->blob ? "of a blob" : "without backing");
		return VIRTIO_GPU_RESP_ERR_UNSPEC;
	}
	if (!model_covered(&rect, r->width, r->height)) {
		model_break(m, RULE_GPU_COVERED, "TRANSFER_TO_HOST_2D %ux%u+%u+%u", rect.width.raw,
			rect.height.raw, rect.x.raw, rect.y.raw);
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	}
	expected = ((uint64_t)rect.y.raw * r->width + rect.x.raw) * 4;
	if (offset != expected)
		model_break(m, RULE_GPU_OFFSET, "0x%lx, the rectangle begins at 0x%lx",
			(unsigned long)offset, (unsigned long)expected);
	model_transfer(m, r, &rect, offset);
	r->fenced = le32_value(q->hdr.flags) & VIRTIO_GPU_FLAG_FENCE;
	return VIRTIO_GPU_RESP_OK_NODATA;
}

#define VIRGL (1u << F_VIRGL)
#define BLOB  (1u << F_BLOB)

/* §5.7.6.8: the commands that this device knows. */
static const struct {
	uint32_t type;
	uint32_t size;
	uint32_t response_size;
	uint64_t feature; /* that it needs */
	model_command *carry_out;
	bool longer; /* more may stand behind its struct */
	bool in_context; /* the header names one */
} commands[] = {
	{0x100, 24, 24 + 16 * 24, 0, display_info, false, false},
	{0x101, 40, 24, 0, create, false, false},
	{0x102, 32, 24, 0, unref, false, false},
	{0x103, 48, 24, 0, scanout, false, false},
	{0x104, 48, 24, 0, flush, false, false},
	{0x105, 56, 24, 0, transfer, false, false},
	{0x106, 32, 24, 0, attach, true, false},
	{0x107, 32, 24, 0, detach, false, false},
	{0x108, 32, 40, VIRGL, model_capset_info, false, false},
	{0x109, 32, 24, VIRGL, model_capset, false, false},
	{0x10a, 32, 24 + 8 + 1024, 1u << F_EDID, edid, false, false},
	{0x10b, 32, 40, 1u << F_UUID, model_assign_uuid, false, false},
	{0x10c, 56, 24, BLOB, model_create_blob, true, false},
	{0x10d, 96, 24, BLOB, model_set_scanout_blob, false, false},
	{0x200, 96, 24, VIRGL, model_ctx_create, false, true},
	{0x201, 24, 24, VIRGL, model_ctx_destroy, false, true},
	{0x202, 32, 24, VIRGL, model_ctx_attach, false, true},
	{0x203, 32, 24, VIRGL, model_ctx_detach, false, true},
	{0x205, 72, 24, VIRGL, model_transfer_3d, false, true},
	{0x206, 72, 24, VIRGL, model_transfer_3d_back, false, false},
	{0x207, 32, 24, VIRGL, model_submit, true, true},
	{0x208, 40, 32, BLOB, model_map_blob, false, false},
	{0x209, 32, 24, BLOB, model_unmap_blob, false, false},
};

static bool names_context(uint32_t type)
{
	for (unsigned i = 0; i < ARRAY_SIZE(commands); i++)
		if (commands[i].type == type)
			return commands[i].in_context;
	return false;
}

/* A blob of the host's is one of a context. */
static bool is_of_context(const struct virtio_gpu_ctrl_hdr *h, uint32_t size)
{
	const struct virtio_gpu_resource_create_blob *q = (const void *)h;

	if (le32_value(h->type) == VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB && size >= sizeof(*q))
		return le32_value(q->blob_mem) == VIRTIO_GPU_BLOB_MEM_HOST3D;
	return names_context(le32_value(h->type));
}

static void check_header(struct model *m, const struct virtio_gpu_ctrl_hdr *h, uint32_t size)
{
	uint32_t flags = le32_value(h->flags);
	uint64_t fence = le64_value(h->fence_id);

	if (flags & ~VIRTIO_GPU_FLAG_FENCE || (h->ctx_id.raw != 0) != is_of_context(h, size) ||
		h->ring_idx || h->padding[0] || h->padding[1] || h->padding[2])
		model_break(
			m, RULE_GPU_HEADER, "flags 0x%x, context %u", flags, le32_value(h->ctx_id));
	if (!(flags & VIRTIO_GPU_FLAG_FENCE))
		return;
	if (fence <= m->gpu->last_fence)
		model_break(m, RULE_GPU_FENCE, "%lu after %lu", (unsigned long)fence,
			(unsigned long)m->gpu->last_fence);
	m->gpu->last_fence = fence;
}

/*
 * Whoever sent it together with the next has kept the order: what follows finds things as if it had
 * been carried out.
 */
static uint32_t refuse(struct model *m, struct model_reply *reply)
{
	const struct virtio_gpu_transfer_to_host_2d *q = (const void *)reply->request;
	struct model_resource *r = NULL;

	switch (m->gpu->refuse_command) {
	case VIRTIO_GPU_CMD_RESOURCE_CREATE_2D:
		m->gpu->refused_resource =
			le32_value(((const struct virtio_gpu_resource_create_2d *)reply->request)
					   ->resource_id);
		break;
	case VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D:
		r = model_find_resource(m, le32_value(q->resource_id));
		break;
	case VIRTIO_GPU_CMD_SET_SCANOUT:
		(void)scanout(m, reply->request, reply->request_size, NULL);
		break;
	case VIRTIO_GPU_CMD_SET_SCANOUT_BLOB:
		(void)model_set_scanout_blob(m, reply->request, reply->request_size, NULL);
		break;
	default: break;
	}
	if (r)
		r->transferred = true;
	return m->gpu->refuse_with;
}

static uint32_t carry_out(struct model *m, struct model_reply *reply)
{
	const struct virtio_gpu_ctrl_hdr *h = (const void *)reply->request;
	uint32_t type = le32_value(h->type);

	m->gpu->edid_asked |= type == VIRTIO_GPU_CMD_GET_EDID;
	if (type == m->gpu->refuse_command)
		return refuse(m, reply);
	for (unsigned i = 0; i < ARRAY_SIZE(commands); i++) {
		uint32_t response = commands[i].response_size;

		if (commands[i].type != type)
			continue;
		if (type == VIRTIO_GPU_CMD_GET_CAPSET && reply->request_size == 32)
			response += model_capset_size(m, reply->request);
		if (reply->request_size < commands[i].size ||
			(reply->request_size > commands[i].size && !commands[i].longer) ||
			(m->accepted & commands[i].feature) != commands[i].feature ||
			reply->room < response) {
			model_break(m, RULE_GPU_COMMAND, "0x%x of %u bytes, %u for the response",
				type, reply->request_size, reply->room);
			return VIRTIO_GPU_RESP_ERR_UNSPEC;
		}
		reply->length = response;
		return commands[i].carry_out(m, reply->request, reply->request_size, reply->data);
	}
	model_break(m, RULE_GPU_COMMAND, "0x%x", type);
	return VIRTIO_GPU_RESP_ERR_UNSPEC;
}

/* §5.7.6.6: what a cursor may be. 0 is none. */
static void check_cursor_image(struct model *m, uint32_t id)
{
	const struct model_resource *r = id ? model_known_resource(m, id, "a cursor") : NULL;

	if (r && (r->width != 64 || r->height != 64 || !r->transferred || !r->fenced))
		model_break(m, RULE_GPU_CURSOR, "resource %u of %ux%u, %s", id, r->width, r->height,
			r->transferred ? r->fenced ? "filled" : "filled without a fence"
				       : "not filled");
}

static void show_cursor(struct model *m, const struct virtio_gpu_update_cursor *q)
{
	uint32_t scanout = le32_value(q->pos.scanout_id), id = le32_value(q->resource_id);
	struct model_display *d = &m->gpu->displays[scanout % VIRTIO_GPU_MAX_SCANOUTS];

	if (scanout >= model_num_scanouts(m))
		model_break(m, RULE_GPU_SCANOUTS, "a cursor on %u", scanout);
	check_cursor_image(m, id);
	d->cursor = id;
	d->cursor_x = le32_value(q->pos.x);
	d->cursor_y = le32_value(q->pos.y);
	if (le32_value(q->hdr.type) == VIRTIO_GPU_CMD_MOVE_CURSOR) {
		m->gpu->cursor_moves++;
		return;
	}
	m->gpu->cursor_updates++;
	d->hot_x = le32_value(q->hot_x);
	d->hot_y = le32_value(q->hot_y);
}

/* §5.7.6.10. The request is given back, and nothing is said. */
static void answer_cursor(struct model *m, struct model_reply *reply)
{
	const struct virtio_gpu_update_cursor *q = (const void *)reply->request;
	uint32_t type = reply->request_size < sizeof(*q) ? 0 : le32_value(q->hdr.type);

	reply->length = 0;
	if (reply->room)
		model_break(m, RULE_GPU_CURSOR, "%u bytes for a response", reply->room);
	if (reply->request_size != sizeof(*q) ||
		(type != VIRTIO_GPU_CMD_UPDATE_CURSOR && type != VIRTIO_GPU_CMD_MOVE_CURSOR)) {
		model_break(m, RULE_GPU_COMMAND, "0x%x of %u bytes on the cursor queue", type,
			reply->request_size);
		return;
	}
	check_header(m, &q->hdr, reply->request_size);
	if (q->padding.raw || q->pos.padding.raw)
		model_break(m, RULE_GPU_HEADER, "padding of a cursor command");
	show_cursor(m, q);
}

static void answer(struct model *m, struct model_reply *reply)
{
	const struct virtio_gpu_ctrl_hdr *asked = (const void *)reply->request;
	struct virtio_gpu_ctrl_hdr *h = (void *)reply->data;
	uint32_t type;

	if (reply->queue == VIRTIO_GPU_CURSORQ) {
		answer_cursor(m, reply);
		return;
	}
	if (reply->request_size < sizeof(*asked) || reply->room < sizeof(*h)) {
		model_break(m, RULE_GPU_HEADER, "%u bytes, %u for the response",
			reply->request_size, reply->room);
		return;
	}
	check_header(m, asked, reply->request_size);
	reply->length = sizeof(*h);
	type = carry_out(m, reply);
	if (type >= VIRTIO_GPU_RESP_ERR_UNSPEC)
		reply->length = sizeof(*h);
	*h = (struct virtio_gpu_ctrl_hdr){.type = le32_of(type)};
	h->flags = le32_of(le32_value(asked->flags) & VIRTIO_GPU_FLAG_FENCE);
	if (h->flags.raw)
		h->fence_id = asked->fence_id;
}

static void reset(struct model *m)
{
	for (unsigned i = 0; i < MODEL_RESOURCES; i++)
		model_drop_resource(m, &m->gpu->resources[i]);
	for (unsigned i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++)
		m->gpu->displays[i].resource = m->gpu->displays[i].cursor = 0;
	m->gpu->displays_asked = m->gpu->edid_asked = false;
	m->gpu->last_fence = 0;
	memset(m->gpu->contexts, 0, sizeof(m->gpu->contexts));
}

/* One display of 64×48, and an EDID from QEMU. */
static void open(struct model *m)
{
	size_t size;
	void *sample = host_read_file("tests/samples/edid/qemu-1280x800.bin", &size);

	m->gpu = calloc(1, sizeof(*m->gpu));
	m->config[8] = 1;
	m->gpu->displays[0] = (struct model_display){.enabled = true, .width = 64, .height = 48};
	m->gpu->edid_size = (uint32_t)min_u64(size, sizeof(m->gpu->edid));
	memcpy(m->gpu->edid, sample, m->gpu->edid_size);
	free(sample);
}

static void close(struct model *m)
{
	reset(m);
	for (unsigned i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++)
		free(m->gpu->displays[i].screen);
	free(m->gpu);
}

static bool knows(const struct model *m, uint64_t address, uint64_t length)
{
	for (unsigned i = 0; i < MODEL_RESOURCES; i++) {
		const struct model_resource *r = &m->gpu->resources[i];

		for (unsigned b = 0; b < r->backing_count; b++)
			if (ranges_overlap(
				    r->backing[b].address, r->backing[b].length, address, length))
				return true;
	}
	return false;
}

const struct model_type model_type_gpu = {
	.device_id = 16,
	.features = 0x3f,
	.config_size = MODEL_CONFIG_SIZE,
	.queue_count = 2,
	.open = open,
	.close = close,
	.reset = reset,
	.answer = answer,
	.knows = knows,
};
