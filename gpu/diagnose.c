/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a command whose answer is bad, and those before it. Out: the mistake that explains it. */
#include "gpu/diagnose.h"

#include "gpu/pixel.h"
#include "gpu/request.h"
#include "gpu/shape.h"

#define HEADER_SIZE ((uint32_t)sizeof(struct virtio_gpu_ctrl_hdr))

/* What QEMU shows at least. */
#define SCANOUT_MIN_SIDE 16u

/* A command, and what is known to judge it by. */
struct trial {
	const struct gpu_history *history;
	const struct gpu_intent *intent;
	const struct gpu_record *judged;
	uint32_t age; /* of it */
	struct diagnosis *d;
};

/* Whether all commands that were ever sent are still there. */
static bool complete(const struct gpu_history *h)
{
	return h->count <= GPU_HISTORY_SIZE;
}

/* The earlier command of this type that made the resource what it is; NULL when none is known. */
static const struct gpu_record *done(const struct trial *t, uint32_t type)
{
	const struct gpu_record *r;

	for (uint32_t age = t->age + 1; (r = gpu_history_at(t->history, age)); age++) {
		if (r->resource != t->judged->resource || !gpu_record_carried_out(r))
			continue;
		if (r->type == type)
			return r;
		/* What is older belongs to another resource, or to another backing. */
		if (r->type == VIRTIO_GPU_CMD_RESOURCE_UNREF ||
			r->type == VIRTIO_GPU_CMD_RESOURCE_CREATE_2D ||
			r->type == VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB ||
			(r->type == VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING &&
				type == VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING))
			return NULL;
	}
	return NULL;
}

/* ---- the shapes of request and response ---- */

static void judge_response_room(const struct trial *t, const struct gpu_shape *shape)
{
	const struct gpu_record *r = t->judged;
	uint32_t size = shape ? shape->response_size : HEADER_SIZE;
	/* Any other response is a header. */
	uint32_t due = shape && r->response == shape->response ? size : HEADER_SIZE;

	if (r->response_room < size)
		diagnosis_add(t->d, CERTAIN, MISTAKE_RESPONSE_ROOM,
			"%s: the response needs %u bytes, the chain has room for %u",
			gpu_command_name(r->type), size, r->response_room);
	else if (r->response_length < due)
		diagnosis_add(t->d, LIKELY, MISTAKE_RESPONSE_ROOM,
			"%s: the response has %u bytes, %u are needed; there was room for %u",
			gpu_command_name(r->type), r->response_length, due, r->response_room);
}

static void add_truncated(const struct trial *t, const struct gpu_record *r)
{
	diagnosis_add(t->d, CERTAIN, MISTAKE_TRUNCATED_PAYLOAD,
		"%s of resource %u was sent with %u bytes, it has %lu", gpu_command_name(r->type),
		r->resource, r->request_length, gpu_record_needed(r));
}

/* A truncated CREATE or ATTACH_BACKING may be answered with OK; what it did not do is missed now.
 */
static bool judge_earlier_truncated(const struct trial *t)
{
	const struct gpu_record *r;

	for (uint32_t age = t->age + 1; (r = gpu_history_at(t->history, age)); age++) {
		if (r->type != VIRTIO_GPU_CMD_RESOURCE_CREATE_2D &&
			r->type != VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING)
			continue;
		/* One that is too short even for the number may be this resource's. */
		if (r->resource && r->resource != t->judged->resource)
			continue;
		if (gpu_record_truncated(r) && r->response == VIRTIO_GPU_RESP_OK_NODATA &&
			!done(t, r->type)) {
			add_truncated(t, r);
			return true;
		}
	}
	return false;
}

/* Whether the request's length alone explains its answer. */
static bool judge_lengths(const struct trial *t)
{
	const struct gpu_record *r = t->judged;

	if (r->request_length < HEADER_SIZE) {
		diagnosis_add(t->d, CERTAIN, MISTAKE_SHORT_REQUEST,
			"the request has %u bytes, a header %u", r->request_length, HEADER_SIZE);
		return true;
	}
	if (gpu_record_truncated(r) && r->entries <= GPU_MAX_ENTRIES) {
		add_truncated(t, r);
		return true;
	}
	return r->resource && judge_earlier_truncated(t);
}

/* An earlier command that was given up: nothing in a history is older than the last reset. */
static void judge_given_up(const struct trial *t)
{
	const struct gpu_record *r;

	for (uint32_t age = t->age + 1; (r = gpu_history_at(t->history, age)); age++)
		if (!r->answered)
			diagnosis_add(t->d, CERTAIN, MISTAKE_EARLY_FREE,
				"%s before it was not answered, and there was no reset: 0x%x may "
				"be "
				"its answer",
				gpu_command_name(r->type), t->judged->response);
}

/* ---- what each command asks for ---- */

static bool judge_resource(const struct trial *t)
{
	const struct gpu_record *r = t->judged;
	const char *name = gpu_command_name(r->type);

	if (!r->resource) {
		diagnosis_add(t->d, CERTAIN, MISTAKE_RESOURCE_ID, "%s of resource 0", name);
		return false;
	}
	if (done(t, VIRTIO_GPU_CMD_RESOURCE_CREATE_2D) ||
		done(t, VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB))
		return true;
	if (complete(t->history))
		diagnosis_add(t->d, CERTAIN, MISTAKE_RESOURCE_ID,
			"%s of resource %u, and no RESOURCE_CREATE_2D of it among all %u commands",
			name, r->resource, t->history->count);
	else if (r->response == VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID)
		diagnosis_add(t->d, LIKELY, MISTAKE_RESOURCE_ID,
			"%s of resource %u, and no RESOURCE_CREATE_2D of it in the last %u "
			"commands",
			name, r->resource, GPU_HISTORY_SIZE);
	return false;
}

static void judge_create(const struct trial *t)
{
	const struct gpu_record *r = t->judged;
	const struct gpu_record *first = done(t, r->type);

	if (!r->area.width || !r->area.height)
		diagnosis_add(t->d, CERTAIN, MISTAKE_ZERO_MODE, "RESOURCE_CREATE_2D of %ux%u",
			r->area.width, r->area.height);
	if (!r->resource)
		diagnosis_add(
			t->d, CERTAIN, MISTAKE_RESOURCE_ID, "RESOURCE_CREATE_2D of resource 0");
	else if (first)
		diagnosis_add(t->d, CERTAIN, MISTAKE_RESOURCE_ID,
			"resource %u was created before, as %ux%u", r->resource, first->area.width,
			first->area.height);
	if (!pixel_number_known(r->format))
		diagnosis_add(t->d, CERTAIN, MISTAKE_FORMAT_OR_SIZE,
			"format %u is none of the specification", r->format);
	else if (r->response == VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY && r->area.width &&
		 r->area.height)
		diagnosis_add(t->d, CERTAIN, MISTAKE_FORMAT_OR_SIZE, "%ux%u is %lu bytes",
			r->area.width, r->area.height,
			(uint64_t)r->area.width * r->area.height * PIXEL_SIZE);
}

static void judge_attach(const struct trial *t)
{
	const struct gpu_record *r = t->judged;

	if (r->entries > GPU_MAX_ENTRIES)
		diagnosis_add(t->d, CERTAIN, MISTAKE_BACKING, "%u entries, at most %u are taken",
			r->entries, GPU_MAX_ENTRIES);
	if (r->backing_outside)
		diagnosis_add(t->d, CERTAIN, MISTAKE_BACKING,
			"the entry at 0x%lx is not memory of the driver's", r->outside);
	if (judge_resource(t) && done(t, r->type))
		diagnosis_add(t->d, CERTAIN, MISTAKE_BACKING, "resource %u has a backing already",
			r->resource);
}

/* The rectangle must lie in the resource, whose size its CREATE says. */
static void judge_area(const struct trial *t, enum mistake mistake)
{
	const struct gpu_record *create = done(t, VIRTIO_GPU_CMD_RESOURCE_CREATE_2D);
	const struct rectangle *a = &t->judged->area;

	if (!create || (range_inside(a->x, a->width, create->area.width) &&
			       range_inside(a->y, a->height, create->area.height)))
		return;
	/* Some devices create it, and refuse what comes after. */
	if (!create->area.width || !create->area.height)
		mistake = MISTAKE_ZERO_MODE;
	diagnosis_add(t->d, CERTAIN, mistake, "%s of %ux%u+%u+%u, resource %u is %ux%u",
		gpu_command_name(t->judged->type), a->width, a->height, a->x, a->y,
		t->judged->resource, create->area.width, create->area.height);
}

/* Without its CREATE in sight, an ATTACH_BACKING may be out of sight too. */
static void judge_backing(const struct trial *t, enum mistake mistake)
{
	if (!done(t, VIRTIO_GPU_CMD_RESOURCE_CREATE_2D) ||
		done(t, VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING))
		return;
	diagnosis_add(t->d, CERTAIN, mistake, "%s, and resource %u has no backing",
		gpu_command_name(t->judged->type), t->judged->resource);
}

static void judge_scanout_number(const struct trial *t)
{
	if (t->judged->scanout >= t->intent->num_scanouts)
		diagnosis_add(t->d, CERTAIN, MISTAKE_SCANOUT, "scanout %u, the device has %u",
			t->judged->scanout, t->intent->num_scanouts);
}

static void judge_set_scanout(const struct trial *t)
{
	const struct rectangle *a = &t->judged->area;

	judge_scanout_number(t);
	/* Resource 0 switches a scanout off. */
	if (!t->judged->resource || !judge_resource(t))
		return;
	judge_area(t, MISTAKE_SCANOUT);
	if (a->width < SCANOUT_MIN_SIDE || a->height < SCANOUT_MIN_SIDE)
		diagnosis_add(t->d, CERTAIN, MISTAKE_SCANOUT, "%ux%u is below %u pixels a side",
			a->width, a->height, SCANOUT_MIN_SIDE);
	judge_backing(t, MISTAKE_SCANOUT);
}

static void judge_command(const struct trial *t)
{
	switch (t->judged->type) {
	case VIRTIO_GPU_CMD_RESOURCE_CREATE_2D: judge_create(t); break;
	case VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING: judge_attach(t); break;
	case VIRTIO_GPU_CMD_SET_SCANOUT: judge_set_scanout(t); break;
	case VIRTIO_GPU_CMD_GET_EDID: judge_scanout_number(t); break;
	case VIRTIO_GPU_CMD_RESOURCE_UNREF:
	case VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING: (void)judge_resource(t); break;
	case VIRTIO_GPU_CMD_RESOURCE_FLUSH:
		if (judge_resource(t))
			judge_area(t, MISTAKE_BOUNDS);
		break;
	case VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D:
		if (!judge_resource(t))
			break;
		judge_area(t, MISTAKE_BOUNDS);
		judge_backing(t, MISTAKE_BOUNDS);
		break;
	default: break;
	}
}

/* An answer that no rule explains: the device's own reason, or no answer of a GPU at all. */
static void judge_rest(const struct trial *t)
{
	const struct gpu_record *r = t->judged;

	if (gpu_response_is_error(r->response)) {
		diagnosis_add(t->d, LIKELY, CAUSE_DEVICE_LIMIT, "%s is answered with 0x%x (%s)",
			gpu_command_name(r->type), r->response, gpu_response_name(r->response));
		return;
	}
	if (!r->response)
		diagnosis_add(t->d, LIKELY, MISTAKE_BUFFER_ADDRESS,
			"the device wrote %u bytes, and where the response should be all are 0",
			r->response_length);
	diagnosis_add(t->d, LIKELY, CAUSE_UNKNOWN_RESPONSE,
		"%s is answered with type 0x%x, flags 0x%x", gpu_command_name(r->type), r->response,
		r->response_flags);
}

void gpu_diagnose_answer(const struct gpu_history *history, uint32_t number,
	const struct gpu_intent *intent, struct diagnosis *d)
{
	uint32_t age = history->count - number;
	struct trial t = {history, intent, gpu_history_at(history, age), age, d};
	const struct gpu_shape *shape;

	if (!t.judged)
		return;
	shape = gpu_shape_of(t.judged->type);
	/* The device did not see the request that was meant: nothing else says anything. */
	if (t.judged->request_outside) {
		diagnosis_add(d, CERTAIN, MISTAKE_BUFFER_ADDRESS,
			"the request's descriptor says 0x%lx", t.judged->request_address);
		return;
	}
	judge_given_up(&t);
	judge_response_room(&t, shape);
	if (!judge_lengths(&t) && gpu_response_is_error(t.judged->response)) {
		if (!shape)
			diagnosis_add(
				d, CERTAIN, MISTAKE_UNKNOWN_COMMAND, "type 0x%x", t.judged->type);
		judge_command(&t);
	}
	if (!d->count)
		judge_rest(&t);
}
