/* SPDX-License-Identifier: BSD-2-Clause */
/* In: requests of a GPU driver. Out: responses, resources and screens, and what was wrong. */
#include "model_gpu.h"

#include <stdlib.h>
#include <string.h>

#include "gpu/protocol_3d.h"
#include "mem/le.h"

#define F_VIRGL 0u
#define F_EDID  1u

/* A resource as large as this would be refused by hosts (QEMU's max_hostmem). */
#define MAX_PIXELS (64ull << 20)

static struct virtio_gpu_rect rect_of(struct virtio_gpu_rect wire)
{
	return (struct virtio_gpu_rect){{le32_value(wire.x)}, {le32_value(wire.y)},
		{le32_value(wire.width)}, {le32_value(wire.height)}};
}

/* Whether the rectangle lies inside width × height and is not empty. */
static bool covered(const struct virtio_gpu_rect *r, uint32_t width, uint32_t height)
{
	return r->width.raw && r->height.raw && range_inside(r->x.raw, r->width.raw, width) &&
	       range_inside(r->y.raw, r->height.raw, height);
}

static struct model_resource *known(struct model *m, uint32_t id, const char *command)
{
	struct model_resource *r = model_find_resource(m, id);

	if (!r)
		model_break(m, RULE_GPU_RESOURCE, "%s of %u", command, id);
	return r;
}

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
	const struct virtio_gpu_resource_create_2d *r = request;
	uint32_t id = le32_value(r->resource_id);
	uint64_t width = le32_value(r->width), height = le32_value(r->height);
	const char *bytes = model_format(le32_value(r->format));
	unsigned at = 0;

	(void)size;
	(void)response;
	if (!m->gpu->displays_asked || (m->accepted & 1u << F_EDID && !m->gpu->edid_asked))
		model_break(m, RULE_GPU_QUERY, "%s", m->gpu->displays_asked ? "EDID" : "displays");
	if (!id || model_find_resource(m, id)) {
		model_break(m, RULE_GPU_RESOURCE, "RESOURCE_CREATE_2D of %u", id);
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	}
	if (!bytes || !width || !height) {
		model_break(m, RULE_GPU_FORMAT, "format %u, %lux%lu", le32_value(r->format),
			(unsigned long)width, (unsigned long)height);
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	}
	while (at < MODEL_RESOURCES && m->gpu->resources[at].id)
		at++;
	if (at == MODEL_RESOURCES || width * height > MAX_PIXELS)
		return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
	m->gpu->resources[at] = (struct model_resource){.id = id,
		.width = (uint32_t)width,
		.height = (uint32_t)height,
		.bytes = bytes,
		.pixels = calloc(width * height, 4)};
	if (++m->gpu->resource_count > m->gpu->resource_peak)
		m->gpu->resource_peak = m->gpu->resource_count;
	return VIRTIO_GPU_RESP_OK_NODATA;
}

static uint32_t attach(struct model *m, const void *request, uint32_t size, void *response)
{
	const struct virtio_gpu_resource_attach_backing *q = request;
	struct model_resource *r = known(m, le32_value(q->resource_id), "RESOURCE_ATTACH_BACKING");
	uint32_t count = le32_value(q->nr_entries);
	uint64_t bytes = 0;

	(void)response;
	if (!r)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (!count || count > MODEL_BACKING || size != sizeof(*q) + count * sizeof(q->entries[0])) {
		model_break(m, RULE_GPU_COMMAND, "%u entries in %u bytes", count, size);
		return VIRTIO_GPU_RESP_ERR_UNSPEC;
	}
	if (r->backing_count) {
		model_break(m, RULE_GPU_ORDER, "resource %u has a backing already", r->id);
		return VIRTIO_GPU_RESP_ERR_UNSPEC;
	}
	for (uint32_t i = 0; i < count; i++) {
		struct model_segment s = {
			le64_value(q->entries[i].addr), le32_value(q->entries[i].length)};

		if (!model_owned(m->memory, s.address, s.length)) {
			model_break(m, RULE_GPU_BACKING, "%u bytes at 0x%lx are not memory",
				s.length, (unsigned long)s.address);
			return VIRTIO_GPU_RESP_ERR_UNSPEC;
		}
		r->backing[i] = s;
		bytes += s.length;
	}
	r->backing_count = count;
	if (bytes < 4ull * r->width * r->height)
		model_break(m, RULE_GPU_BACKING, "%lu bytes for %ux%u", (unsigned long)bytes,
			r->width, r->height);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

static uint32_t detach(struct model *m, const void *request, uint32_t size, void *response)
{
	const struct virtio_gpu_resource_detach_backing *q = request;
	struct model_resource *r = known(m, le32_value(q->resource_id), "RESOURCE_DETACH_BACKING");

	(void)size;
	(void)response;
	if (!r)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (!r->backing_count)
		model_break(m, RULE_GPU_ORDER, "resource %u has no backing to detach", r->id);
	r->backing_count = 0;
	return VIRTIO_GPU_RESP_OK_NODATA;
}

/* A driver that knows what it does takes a resource off the screen, and its memory, before. */
static uint32_t unref(struct model *m, const void *request, uint32_t size, void *response)
{
	const struct virtio_gpu_resource_unref *q = request;
	struct model_resource *r = known(m, le32_value(q->resource_id), "RESOURCE_UNREF");

	(void)size;
	(void)response;
	if (!r)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (r->backing_count)
		model_break(m, RULE_GPU_ORDER, "RESOURCE_UNREF of %u with its backing", r->id);
	for (unsigned i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++)
		if (m->gpu->displays[i].resource == r->id)
			model_break(
				m, RULE_GPU_ORDER, "RESOURCE_UNREF of %u, on scanout %u", r->id, i);
	model_drop_resource(r);
	m->gpu->resource_count--;
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
	struct virtio_gpu_rect rect = rect_of(q->r);
	struct model_resource *r;
	struct model_display *d;

	(void)size;
	(void)response;
	if (id >= model_num_scanouts(m)) {
		model_break(m, RULE_GPU_SCANOUTS, "SET_SCANOUT of %u", id);
		return VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID;
	}
	d = &m->gpu->displays[id];
	if (!le32_value(q->resource_id))
		return switch_off(d);
	r = known(m, le32_value(q->resource_id), "SET_SCANOUT");
	if (!r)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (!r->backing_count) {
		model_break(m, RULE_GPU_ORDER, "SET_SCANOUT of %u, which has no backing", r->id);
		return VIRTIO_GPU_RESP_ERR_UNSPEC;
	}
	if (!covered(&rect, r->width, r->height)) {
		model_break(m, RULE_GPU_COVERED, "SET_SCANOUT %ux%u of %ux%u", rect.width.raw,
			rect.height.raw, r->width, r->height);
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	}
	free(d->screen);
	d->resource = r->id;
	d->shown_x = rect.x.raw;
	d->shown_y = rect.y.raw;
	d->shown_width = rect.width.raw;
	d->shown_height = rect.height.raw;
	d->screen = calloc((uint64_t)d->shown_width * d->shown_height, 4);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

static uint32_t flush(struct model *m, const void *request, uint32_t size, void *response)
{
	const struct virtio_gpu_resource_flush *q = request;
	struct model_resource *r = known(m, le32_value(q->resource_id), "RESOURCE_FLUSH");
	struct virtio_gpu_rect rect = rect_of(q->r);
	bool shown = false;

	(void)size;
	(void)response;
	if (!r)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	for (unsigned i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++)
		shown |= m->gpu->displays[i].resource == r->id;
	if (!r->transferred || !shown)
		model_break(m, RULE_GPU_ORDER, "RESOURCE_FLUSH of %u, which was not %s", r->id,
			shown ? "transferred" : "set as a scanout");
	if (!covered(&rect, r->width, r->height)) {
		model_break(m, RULE_GPU_COVERED, "RESOURCE_FLUSH %ux%u+%u+%u", rect.width.raw,
			rect.height.raw, rect.x.raw, rect.y.raw);
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	}
	model_flush(m, r, &rect);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

static uint32_t transfer(struct model *m, const void *request, uint32_t size, void *response)
{
	const struct virtio_gpu_transfer_to_host_2d *q = request;
	struct model_resource *r = known(m, le32_value(q->resource_id), "TRANSFER_TO_HOST_2D");
	struct virtio_gpu_rect rect = rect_of(q->r);
	uint64_t offset = le64_value(q->offset), expected;

	(void)size;
	(void)response;
	if (!r)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (!r->backing_count) {
		model_break(m, RULE_GPU_ORDER, "TRANSFER_TO_HOST_2D without backing");
		return VIRTIO_GPU_RESP_ERR_UNSPEC;
	}
	if (!covered(&rect, r->width, r->height)) {
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

/* Of the 3D mode, the one command that gives a picture back: the whole of it. */
static uint32_t transfer_back(struct model *m, const void *request, uint32_t size, void *response)
{
	const struct virtio_gpu_transfer_host_3d *q = request;
	struct model_resource *r = known(m, le32_value(q->resource_id), "TRANSFER_FROM_HOST_3D");

	(void)size;
	(void)response;
	if (!r)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (!r->backing_count || !r->transferred)
		model_break(m, RULE_GPU_ORDER, "TRANSFER_FROM_HOST_3D of %u", r->id);
	if (q->box.x.raw || q->box.y.raw || q->box.z.raw || q->box.d.raw != 1 ||
		q->box.w.raw != r->width || q->box.h.raw != r->height || q->offset.raw ||
		q->level.raw || q->stride.raw != 4 * r->width) {
		model_break(m, RULE_GPU_COVERED, "TRANSFER_FROM_HOST_3D %ux%ux%u, stride %u",
			q->box.w.raw, q->box.h.raw, q->box.d.raw, q->stride.raw);
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	}
	model_transfer_back(m, r, q->stride.raw);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

/* §5.7.6.8: the commands of the 2D mode that this device knows. */
static const struct {
	uint32_t type;
	uint32_t size;
	uint32_t response_size;
	uint64_t feature; /* that it needs */
	uint32_t (*carry_out)(struct model *m, const void *request, uint32_t size, void *response);
} commands[] = {
	{0x100, 24, 24 + 16 * 24, 0, display_info},
	{0x101, 40, 24, 0, create},
	{0x102, 32, 24, 0, unref},
	{0x103, 48, 24, 0, scanout},
	{0x104, 48, 24, 0, flush},
	{0x105, 56, 24, 0, transfer},
	{0x106, 32, 24, 0, attach}, /* and its entries */
	{0x107, 32, 24, 0, detach},
	{0x10a, 32, 24 + 8 + 1024, 1u << F_EDID, edid},
	{0x206, 72, 24, 1u << F_VIRGL, transfer_back},
};

static void check_header(struct model *m, const struct virtio_gpu_ctrl_hdr *h)
{
	uint32_t flags = le32_value(h->flags);
	uint64_t fence = le64_value(h->fence_id);

	if (flags & ~VIRTIO_GPU_FLAG_FENCE || h->ctx_id.raw || h->ring_idx || h->padding[0] ||
		h->padding[1] || h->padding[2])
		model_break(
			m, RULE_GPU_HEADER, "flags 0x%x, context %u", flags, le32_value(h->ctx_id));
	if (!(flags & VIRTIO_GPU_FLAG_FENCE))
		return;
	if (fence <= m->gpu->last_fence)
		model_break(m, RULE_GPU_FENCE, "%lu after %lu", (unsigned long)fence,
			(unsigned long)m->gpu->last_fence);
	m->gpu->last_fence = fence;
}

/* Whoever sent it together with the next has kept the order, although it is not carried out. */
static uint32_t refuse(struct model *m, struct model_reply *reply)
{
	const struct virtio_gpu_transfer_to_host_2d *q = (const void *)reply->request;
	struct model_resource *r = NULL;

	if (m->gpu->refuse_command == VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D)
		r = model_find_resource(m, le32_value(q->resource_id));
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
		bool has_entries = type == VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING;

		if (commands[i].type != type)
			continue;
		if (reply->request_size < commands[i].size ||
			(reply->request_size > commands[i].size && !has_entries) ||
			(m->accepted & commands[i].feature) != commands[i].feature ||
			reply->room < commands[i].response_size) {
			model_break(m, RULE_GPU_COMMAND, "0x%x of %u bytes, %u for the response",
				type, reply->request_size, reply->room);
			return VIRTIO_GPU_RESP_ERR_UNSPEC;
		}
		reply->length = commands[i].response_size;
		return commands[i].carry_out(m, reply->request, reply->request_size, reply->data);
	}
	model_break(m, RULE_GPU_COMMAND, "0x%x", type);
	return VIRTIO_GPU_RESP_ERR_UNSPEC;
}

/* §5.7.6.6: what a cursor may be. 0 is none. */
static void check_cursor_image(struct model *m, uint32_t id)
{
	const struct model_resource *r = id ? known(m, id, "a cursor") : NULL;

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
	check_header(m, &q->hdr);
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
	check_header(m, asked);
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
		model_drop_resource(&m->gpu->resources[i]);
	m->gpu->resource_count = 0;
	for (unsigned i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++)
		m->gpu->displays[i].resource = m->gpu->displays[i].cursor = 0;
	m->gpu->displays_asked = m->gpu->edid_asked = false;
	m->gpu->last_fence = 0;
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
