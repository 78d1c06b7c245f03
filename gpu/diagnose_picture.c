/* SPDX-License-Identifier: BSD-2-Clause */
/* In: commands that were all answered with OK. Out: why their picture is not on the screen. */
#include "gpu/diagnose.h"
#include "gpu/shape.h"
#include "gpu/surface.h"

/* A resource's commands, since it was created. */
struct trial {
	const struct gpu_history *history;
	const struct gpu_intent *intent;
	uint32_t created; /* the age of its CREATE */
	struct diagnosis *d;
};

static bool is_of_resource(const struct gpu_record *r, uint32_t resource)
{
	/* One that was cut off before its number may be any resource's. */
	return r->resource == resource || (!r->resource && gpu_record_truncated(r));
}

/* Whether the record is a command of this type for the resource that the device carried out. */
static bool is_done(const struct trial *t, const struct gpu_record *r, uint32_t type)
{
	return r->type == type && r->resource == t->intent->resource && gpu_record_carried_out(r);
}

static bool find_created(struct trial *t)
{
	const struct gpu_record *r;

	for (t->created = 0; (r = gpu_history_at(t->history, t->created)); t->created++)
		if ((r->type == VIRTIO_GPU_CMD_RESOURCE_CREATE_2D ||
			    r->type == VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB) &&
			is_of_resource(r, t->intent->resource))
			return true;
	return false;
}

/* Whatever was to be done by a truncated command was not done. */
static bool judge_truncated(const struct trial *t)
{
	bool any = false;

	for (uint32_t age = 0; age <= t->created; age++) {
		const struct gpu_record *r = gpu_history_at(t->history, age);

		if (!gpu_record_truncated(r) || !is_of_resource(r, t->intent->resource))
			continue;
		any = true;
		diagnosis_add(t->d, CERTAIN, MISTAKE_TRUNCATED_PAYLOAD,
			"%s was sent with %u bytes, it has %lu", gpu_command_name(r->type),
			r->request_length, gpu_record_needed(r));
	}
	return any;
}

/* Whether it is the memory itself: nothing of it is transferred, and the scanout says its format.
 */
static bool is_blob(const struct trial *t)
{
	return gpu_history_at(t->history, t->created)->type == VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB;
}

/* What was last set on the scanout, since the resource was created; NULL: nothing was. */
static const struct gpu_record *last_scanout(const struct trial *t)
{
	for (uint32_t age = 0; age < t->created; age++) {
		const struct gpu_record *r = gpu_history_at(t->history, age);

		if ((r->type == VIRTIO_GPU_CMD_SET_SCANOUT ||
			    r->type == VIRTIO_GPU_CMD_SET_SCANOUT_BLOB) &&
			r->scanout == t->intent->scanout && gpu_record_carried_out(r))
			return r;
	}
	return NULL;
}

static void judge_format(const struct trial *t)
{
	const struct gpu_record *says =
		is_blob(t) ? last_scanout(t) : gpu_history_at(t->history, t->created);

	if (says && says->format != t->intent->format)
		diagnosis_add(t->d, CERTAIN, MISTAKE_PIXEL_ORDER,
			"the resource was %s with format %u, drawn was format %u",
			is_blob(t) ? "shown" : "created", says->format, t->intent->format);
}

static void judge_backing(const struct trial *t)
{
	uint64_t needed = (uint64_t)t->intent->stride_bytes * t->intent->height;
	uint64_t length = gpu_history_at(t->history, t->created)->backing_length;

	for (uint32_t age = 0; age < t->created && !length; age++) {
		const struct gpu_record *r = gpu_history_at(t->history, age);

		if (is_done(t, r, VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING))
			length = r->backing_length;
	}
	if (length < needed)
		diagnosis_add(t->d, CERTAIN, MISTAKE_SHORT_BACKING,
			"the backing has %lu bytes, the picture %lu", length, needed);
}

/* What was last set on the scanout must be the resource. */
static void judge_scanout(const struct trial *t)
{
	const struct gpu_intent *i = t->intent;
	const struct gpu_record *r = last_scanout(t);

	if (!r)
		diagnosis_add(t->d, CERTAIN, MISTAKE_NO_SCANOUT,
			"no SET_SCANOUT of resource %u on scanout %u since it was created",
			i->resource, i->scanout);
	else if (r->resource != i->resource)
		diagnosis_add(t->d, CERTAIN, MISTAKE_NO_SCANOUT,
			"the last SET_SCANOUT of scanout %u names resource %u, not %u", i->scanout,
			r->resource, i->resource);
	else if (i->shown.width && !same_rectangle(&r->area, &i->shown))
		diagnosis_add(t->d, CERTAIN, MISTAKE_NO_SCANOUT,
			"scanout %u was set to %ux%u+%u+%u of resource %u, not to %ux%u+%u+%u",
			i->scanout, r->area.width, r->area.height, r->area.x, r->area.y,
			i->resource, i->shown.width, i->shown.height, i->shown.x, i->shown.y);
}

/*
 * Whether the commands of this type younger than `age` cover the area. They are taken not to
 * overlap: tiles, or one that covers all.
 */
static bool covered(
	const struct trial *t, uint32_t age, uint32_t type, const struct rectangle *area)
{
	uint64_t left = rectangle_pixels(area);

	while (age--) {
		const struct gpu_record *r = gpu_history_at(t->history, age);
		struct rectangle part = rectangle_common(&r->area, area);

		if (is_done(t, r, type))
			left -= min_u64(left, rectangle_pixels(&part));
	}
	return !left;
}

/* All of the picture must be transferred, and what is transferred be flushed after that. */
static void judge_presented(const struct trial *t)
{
	const struct rectangle whole = {0, 0, t->intent->width, t->intent->height};

	if (is_blob(t)) {
		if (!covered(t, t->created, VIRTIO_GPU_CMD_RESOURCE_FLUSH, &whole))
			diagnosis_add(t->d, CERTAIN, MISTAKE_NOT_PRESENTED,
				"no RESOURCE_FLUSH of all %ux%u pixels", whole.width, whole.height);
		return;
	}
	if (!covered(t, t->created, VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D, &whole))
		diagnosis_add(t->d, CERTAIN, MISTAKE_NOT_PRESENTED,
			"no TRANSFER_TO_HOST_2D of all %ux%u pixels", whole.width, whole.height);
	for (uint32_t age = t->created; age--;) {
		const struct gpu_record *r = gpu_history_at(t->history, age);

		if (is_done(t, r, VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D) &&
			!covered(t, age, VIRTIO_GPU_CMD_RESOURCE_FLUSH, &r->area))
			diagnosis_add(t->d, CERTAIN, MISTAKE_NOT_PRESENTED,
				"no RESOURCE_FLUSH of %ux%u+%u+%u after its TRANSFER_TO_HOST_2D",
				r->area.width, r->area.height, r->area.x, r->area.y);
	}
}

static void judge_offset(const struct trial *t, const struct gpu_record *r)
{
	uint64_t expected =
		(uint64_t)r->area.y * t->intent->stride_bytes + (uint64_t)r->area.x * PIXEL_SIZE;

	if (r->offset != expected)
		diagnosis_add(t->d, CERTAIN, MISTAKE_TRANSFER_OFFSET,
			"%ux%u+%u+%u was transferred from offset 0x%lx, it begins at 0x%lx",
			r->area.width, r->area.height, r->area.x, r->area.y, r->offset, expected);
}

static void judge_each(const struct trial *t)
{
	for (uint32_t age = t->created; age--;) {
		const struct gpu_record *r = gpu_history_at(t->history, age);

		if (is_done(t, r, VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D))
			judge_offset(t, r);
		if (is_done(t, r, VIRTIO_GPU_CMD_RESOURCE_FLUSH) &&
			!(r->flags & VIRTIO_GPU_FLAG_FENCE))
			diagnosis_add(t->d, LIKELY, MISTAKE_NO_FENCE,
				"RESOURCE_FLUSH of resource %u has flags 0x%x", r->resource,
				r->flags);
	}
}

void gpu_diagnose_picture(
	const struct gpu_history *history, const struct gpu_intent *intent, struct diagnosis *d)
{
	struct trial t = {.history = history, .intent = intent, .d = d};

	if (!find_created(&t) || judge_truncated(&t))
		return;
	judge_format(&t);
	judge_backing(&t);
	judge_scanout(&t);
	judge_presented(&t);
	judge_each(&t);
}
