/* SPDX-License-Identifier: BSD-2-Clause */
/* In: what commands say of resources. Out: the resources, and what is wrong with the commands. */
#include <stdlib.h>

#include "mem/le.h"
#include "model_gpu.h"

#define F_EDID 1u

struct virtio_gpu_rect model_rect(struct virtio_gpu_rect wire)
{
	return (struct virtio_gpu_rect){{le32_value(wire.x)}, {le32_value(wire.y)},
		{le32_value(wire.width)}, {le32_value(wire.height)}};
}

/* Whether the rectangle lies inside width × height and is not empty. */
bool model_covered(const struct virtio_gpu_rect *r, uint32_t width, uint32_t height)
{
	return r->width.raw && r->height.raw && range_inside(r->x.raw, r->width.raw, width) &&
	       range_inside(r->y.raw, r->height.raw, height);
}

struct model_resource *model_known_resource(struct model *m, uint32_t id, const char *command)
{
	struct model_resource *r = model_find_resource(m, id);

	if (!r && (!id || id != m->gpu->refused_resource))
		model_break(m, RULE_GPU_RESOURCE, "%s of %u", command, id);
	return r;
}

struct model_resource *model_new_resource(struct model *m, uint32_t id, const char *command)
{
	if (!m->gpu->displays_asked || (m->accepted & 1u << F_EDID && !m->gpu->edid_asked))
		model_break(m, RULE_GPU_QUERY, "%s", m->gpu->displays_asked ? "EDID" : "displays");
	if (!id || model_find_resource(m, id)) {
		model_break(m, RULE_GPU_RESOURCE, "%s of %u", command, id);
		return NULL;
	}
	for (unsigned at = 0; at < MODEL_RESOURCES; at++) {
		struct model_resource *r = &m->gpu->resources[at];

		if (r->id)
			continue;
		*r = (struct model_resource){.id = id};
		if (++m->gpu->resource_count > m->gpu->resource_peak)
			m->gpu->resource_peak = m->gpu->resource_count;
		return r;
	}
	return NULL;
}

bool model_take_backing(struct model *m, struct model_resource *r, const void *request,
	uint32_t size, uint32_t at, uint32_t count)
{
	const struct virtio_gpu_mem_entry *entries = (const void *)((const uint8_t *)request + at);

	if (!count || count > MODEL_BACKING || size != at + count * sizeof(*entries)) {
		model_break(m, RULE_GPU_COMMAND, "%u entries in %u bytes", count, size);
		return false;
	}
	for (uint32_t i = 0; i < count; i++) {
		struct model_segment s = {
			le64_value(entries[i].addr), le32_value(entries[i].length)};

		if (!model_owned(m->memory, s.address, s.length)) {
			model_break(m, RULE_GPU_BACKING, "%u bytes at 0x%lx are not memory",
				s.length, (unsigned long)s.address);
			return false;
		}
		r->backing[i] = s;
	}
	r->backing_count = count;
	return true;
}

void model_show(struct model *m, uint32_t scanout, const struct model_resource *r,
	const struct virtio_gpu_rect *rect)
{
	struct model_display *d = &m->gpu->displays[scanout];

	free(d->screen);
	d->resource = r->id;
	d->shown_x = rect->x.raw;
	d->shown_y = rect->y.raw;
	d->shown_width = rect->width.raw;
	d->shown_height = rect->height.raw;
	d->screen = calloc((uint64_t)d->shown_width * d->shown_height, 4);
}
