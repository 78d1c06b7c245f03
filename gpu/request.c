/* SPDX-License-Identifier: BSD-2-Clause */
/* In: requests to the GPU. Out: their answers, checked, however many were sent at a time. */
#include "gpu/request.h"

#include "gpu/diagnose.h"
#include "gpu/gpu.h"
#include "gpu/shape.h"
#include "mem/clock.h"
#include "mem/log.h"
#include "mem/string.h"
#include "mem/tap.h"

/* How many commands are shown when one fails. */
#define SHOWN_COMMANDS 8u

/* Of a request: its bytes, what goes on elsewhere, its response. Each is a descriptor, unless they
 * stand in an indirect table. */
#define MAX_BUFFERS 3u

_Static_assert(GPU_MAX_BATCH <= GPU_HISTORY_SIZE, "a batch's requests are in the history");

static const char *const error_names[] = {
	"VIRTIO_GPU_RESP_ERR_UNSPEC",
	"VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY",
	"VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID",
	"VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID",
	"VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID",
	"VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER",
};

static const char *const ok_names[] = {
	"VIRTIO_GPU_RESP_OK_NODATA",
	"VIRTIO_GPU_RESP_OK_DISPLAY_INFO",
	"VIRTIO_GPU_RESP_OK_CAPSET_INFO",
	"VIRTIO_GPU_RESP_OK_CAPSET",
	"VIRTIO_GPU_RESP_OK_EDID",
	"VIRTIO_GPU_RESP_OK_RESOURCE_UUID",
	"VIRTIO_GPU_RESP_OK_MAP_INFO",
};

const char *gpu_response_name(uint32_t type)
{
	uint32_t error = type - VIRTIO_GPU_RESP_ERR_UNSPEC;
	uint32_t ok = type - VIRTIO_GPU_RESP_OK_NODATA;

	if (error < ARRAY_SIZE(error_names))
		return error_names[error];
	if (ok < ARRAY_SIZE(ok_names))
		return ok_names[ok];
	return "unknown response type";
}

enum status gpu_requests_open(struct gpu *gpu)
{
	gpu->requests = (struct gpu_requests){0};
	return dma_alloc(gpu->dev->pool, GPU_REQUESTS_SIZE, PAGE_SIZE, &gpu->requests.memory);
}

void gpu_requests_close(struct gpu *gpu)
{
	dma_free(gpu->dev->pool, &gpu->requests.memory);
}

/* The request that was begun last. */
static struct gpu_request *newest(struct gpu *gpu)
{
	return &gpu->requests.request[gpu->requests.count - 1];
}

static struct virtio_gpu_ctrl_hdr *response_of(const struct gpu_request *r)
{
	return (void *)((uint8_t *)r->header + r->room);
}

/* The long room comes first, then the short ones. */
static void place(struct gpu_requests *rs, struct gpu_request *r, bool is_long)
{
	unsigned at = (unsigned)(r - rs->request);
	size_t offset = is_long ? 0 : 2 * (GPU_LONG_SIZE + at * GPU_SHORT_SIZE);

	r->room = is_long ? GPU_LONG_SIZE : GPU_SHORT_SIZE;
	r->header = (void *)((uint8_t *)rs->memory.data + offset);
	r->address = paddr_add(rs->memory.address, offset);
}

static enum status check_fence(struct gpu *gpu, const char *name, const struct gpu_request *r)
{
	const struct virtio_gpu_ctrl_hdr *asked = r->header, *got = response_of(r);
	uint64_t fence = le64_value(asked->fence_id);

	if (!(le32_value(asked->flags) & VIRTIO_GPU_FLAG_FENCE))
		return OK;
	if (le32_load(&got->flags) & VIRTIO_GPU_FLAG_FENCE && le64_load(&got->fence_id) == fence)
		return OK;
	log_error(gpu->name, "%s: the response carries fence %lu flags 0x%x, asked was %lu", name,
		le64_load(&got->fence_id), le32_load(&got->flags), fence);
	return ERR_PROTOCOL;
}

/* Judges a response against what the request's type is to be answered with. */
static enum status check_response(struct gpu *gpu, const struct gpu_request *r)
{
	const struct virtio_gpu_ctrl_hdr *hdr = response_of(r);
	const struct gpu_shape *shape = r->shape;

	if (r->length < sizeof(*hdr)) {
		log_error(gpu->name, "%s: the response has %u bytes, less than a header",
			shape->name, r->length);
		return ERR_PROTOCOL;
	}
	gpu->last_response = le32_load(&hdr->type);
	if (gpu->last_response != shape->response) {
		log_error(gpu->name, "%s: response 0x%x (%s), expected 0x%x", shape->name,
			gpu->last_response, gpu_response_name(gpu->last_response), shape->response);
		return gpu_response_is_error(gpu->last_response) ? ERR_REFUSED : ERR_PROTOCOL;
	}
	if (r->length < shape->response_size) {
		log_error(gpu->name, "%s: the response has %u bytes, %u are needed", shape->name,
			r->length, shape->response_size);
		return ERR_PROTOCOL;
	}
	return check_fence(gpu, shape->name, r);
}

/* Notes what the device finds in the ring and in the requests' memory. */
static void note_sent(struct gpu *gpu)
{
	struct gpu_requests *rs = &gpu->requests;

	for (unsigned i = 0; i < rs->count; i++) {
		struct gpu_request *r = &rs->request[i];
		struct queue_request sent = queue_published(&gpu->control, rs->count - 1 - i);

		r->number = gpu_history_sent(&gpu->history, r->header,
			(uint32_t)min_u64(sent.readable, r->more ? r->size : r->room),
			sent.writable, gpu->dev->pool);
		if (r->more && sent.readable > r->size)
			gpu_history_entries(&gpu->history, r->more->data,
				(uint32_t)min_u64(sent.readable - r->size, r->more->size),
				gpu->dev->pool);
		if (sent.outside)
			gpu_history_outside(&gpu->history, sent.address);
	}
}

/* Says why a request's answer is not the expected one. */
static void explain(struct gpu *gpu, const struct gpu_request *r)
{
	const struct gpu_intent intent = {.num_scanouts = gpu->num_scanouts};
	struct diagnosis d = {0};

	gpu_history_log(&gpu->history, r->number, SHOWN_COMMANDS, gpu->name);
	gpu_diagnose_answer(&gpu->history, r->number, &intent, &d);
	diagnosis_log(&d, gpu->name);
}

/* Waits for all answers, in whatever order they come. */
static enum status collect(struct gpu *gpu)
{
	for (unsigned left = gpu->requests.count; left; left--) {
		struct queue_used used;
		enum status status = queue_wait(&gpu->control, &used);
		struct gpu_request *r = used.token;

		if (status != OK) {
			gpu_history_log(
				&gpu->history, gpu->history.count, SHOWN_COMMANDS, gpu->name);
			return status;
		}
		r->answered = true;
		r->length = used.length;
		gpu_history_answered(&gpu->history, r->number, response_of(r), used.length);
	}
	return OK;
}

/* The outcome of a request, when as many answers as came have come; `missing` if its did not. */
static enum status outcome(struct gpu *gpu, const struct gpu_request *r, enum status missing)
{
	enum status status = r->answered ? check_response(gpu, r) : missing;

	if (r->answered && status != OK)
		explain(gpu, r);
	return status;
}

/*
 * Sends what is in the queue, waits for the answers, and judges them in their order up to the first
 * that is bad, whose status is returned.
 */
static enum status run(struct gpu *gpu)
{
	struct gpu_requests *rs = &gpu->requests;
	enum status status = OK, missing;

	gpu->last_response = 0;
	gpu->sent_us = clock_us();
	queue_notify(&gpu->control);
	note_sent(gpu);
	missing = collect(gpu);
	for (unsigned i = 0; status == OK && i < rs->count; i++) {
		status = outcome(gpu, &rs->request[i], missing);
		rs->good += status == OK && rs->failed == OK;
		if (rs->batching && rs->report && rs->failed == OK)
			status = rs->report(gpu, rs->request[i].shape->name, status);
	}
	if (rs->failed == OK)
		rs->failed = status;
	rs->last = newest(gpu);
	rs->count = 0;
	return status;
}

void *gpu_request(struct gpu *gpu, enum virtio_gpu_ctrl_type type, uint32_t more)
{
	struct gpu_requests *rs = &gpu->requests;
	const struct gpu_shape *shape = gpu_shape_of(type);
	uint32_t size = shape->request + more;
	bool is_long = size > GPU_SHORT_SIZE || shape->response_size > GPU_SHORT_SIZE ||
		       shape->long_response;
	struct gpu_request *r;

	r = &rs->request[rs->count++];
	*r = (struct gpu_request){.shape = shape, .size = size};
	place(rs, r, is_long);
	memset(r->header, 0, size);
	r->header->type = le32_of(type);
	return r->header;
}

void gpu_request_more(struct gpu *gpu, const struct dma_block *more)
{
	newest(gpu)->more = more;
}

void gpu_fence(struct gpu *gpu)
{
	struct virtio_gpu_ctrl_hdr *hdr = newest(gpu)->header;

	hdr->flags = le32_of(VIRTIO_GPU_FLAG_FENCE);
	hdr->fence_id = le64_of(++gpu->last_fence);
}

/* Whether there is room for any other request beside those that were begun. */
static bool has_room(const struct gpu *gpu)
{
	return gpu->requests.count < GPU_MAX_BATCH &&
	       gpu->control.free_count >= (gpu->control.indirect ? 1 : MAX_BUFFERS);
}

/* Whether a request is not left for others to be sent with: there is one long room. */
static bool is_awaited(const struct gpu *gpu, const struct gpu_request *r)
{
	return !gpu->requests.batching || !has_room(gpu) || r->room == GPU_LONG_SIZE ||
	       r->shape->response != VIRTIO_GPU_RESP_OK_NODATA;
}

enum status gpu_send(struct gpu *gpu)
{
	struct gpu_requests *rs = &gpu->requests;
	struct gpu_request *r = newest(gpu);
	struct queue_buffer buffers[MAX_BUFFERS] = {{r->address, r->size}};
	unsigned readable = 1;
	enum status status;

	if (r->more)
		buffers[readable++] =
			(struct queue_buffer){r->more->address, (uint32_t)r->more->size};
	buffers[readable] = (struct queue_buffer){paddr_add(r->address, r->room), r->room};

	memset(response_of(r), 0, r->shape->response_size);
	log_debug(gpu->name, "%s: %u bytes", r->shape->name, r->size);
	status = queue_add(&gpu->control, buffers, readable, 1, r);
	if (status != OK) {
		rs->count--;
		return status;
	}
	return is_awaited(gpu, r) ? run(gpu) : OK;
}

const void *gpu_response(const struct gpu *gpu, uint32_t *length)
{
	const struct gpu_request *r = gpu->requests.last;

	if (length)
		*length = r->length;
	return response_of(r);
}

enum status gpu_report(struct gpu *gpu, const char *name, enum status status)
{
	if (status == OK)
		tap_ok(gpu->name, "%s", name);
	else if (status == ERR_TIMEOUT)
		tap_fail(gpu->name, name, "no answer in %u ms", gpu->dev->timeout_us / 1000);
	else if (status == ERR_REFUSED)
		tap_fail(gpu->name, name, "%s (0x%x)", gpu_response_name(gpu->last_response),
			gpu->last_response);
	else
		tap_fail(gpu->name, name, "%s", status_name(status));
	return status;
}

void gpu_batch_begin(struct gpu *gpu, gpu_request_report *report)
{
	gpu->requests.batching = true;
	gpu->requests.report = report;
	gpu->requests.failed = OK;
	gpu->requests.good = 0;
}

enum status gpu_batch_end(struct gpu *gpu, enum status added)
{
	struct gpu_requests *rs = &gpu->requests;

	if (rs->count)
		(void)run(gpu);
	rs->batching = false;
	return rs->failed == OK ? added : rs->failed;
}
