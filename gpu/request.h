/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests to a GPU: filled in, put into the control queue, sent, and answered; many of them by one
 * notification where they stand in a batch. What the functions of gpu/command.h are made of:
 *
 *	struct virtio_gpu_resource_flush *r = gpu_request(gpu, VIRTIO_GPU_CMD_RESOURCE_FLUSH, 0);
 *	r->resource_id = le32_of(resource);
 *	return gpu_send(gpu);
 */
#ifndef GPU_REQUEST_H
#define GPU_REQUEST_H

#include "gpu/protocol.h"
#include "mem/dma.h"

struct gpu;
struct gpu_shape;

/* Requests sent by one notification; fewer where the queue has no room for so many. */
#define GPU_MAX_BATCH 32u

/* The room of a request, and of its response: of most, and of the one that needs more. */
#define GPU_SHORT_SIZE 128u
#define GPU_LONG_SIZE  4096u

/* The memory of all of them. */
#define GPU_REQUESTS_SIZE (2 * (GPU_LONG_SIZE + GPU_MAX_BATCH * GPU_SHORT_SIZE))

/* A request on its way. */
struct gpu_request {
	const struct gpu_shape *shape; /* what it is answered with */
	struct virtio_gpu_ctrl_hdr *header; /* in device memory; behind its room the response's */
	paddr address; /* of the header */
	uint32_t room; /* bytes for the request, and for the response */
	uint32_t size; /* bytes of the request */
	const struct dma_block *more; /* behind them, borrowed; NULL: nothing */
	uint32_t number; /* in the history */
	bool answered;
	uint32_t length; /* bytes of the response, as the device says */
};

/* Told how each request of a batch went, in their order, up to the first that failed. */
typedef enum status gpu_request_report(struct gpu *gpu, const char *name, enum status status);

struct gpu_requests {
	struct dma_block memory;
	struct gpu_request request[GPU_MAX_BATCH];
	unsigned count; /* begun and not answered yet; the last may not be in the queue yet */
	const struct gpu_request *last; /* of those that are done */
	bool batching;
	gpu_request_report *report; /* of the batch; may be NULL */
	enum status failed; /* of the requests of the batch that are done: the first failure */
	unsigned good; /* how many of the batch went well up to there */
};

/*
 * Allocates the requests' memory, for a control queue that is open. ERR_NO_MEMORY, logged.
 */
MUST_CHECK enum status gpu_requests_open(struct gpu *gpu);

/* Gives it back. Only when the device is reset. */
void gpu_requests_close(struct gpu *gpu);

/*
 * Begins a request of a type that gpu/shape.h knows: its bytes, zeroed but for the header's type,
 * to be filled in; then follows gpu_send. `more` bytes stand behind what every request of that type
 * has (entries of a backing); both together are at most GPU_LONG_SIZE.
 */
void *gpu_request(struct gpu *gpu, enum virtio_gpu_ctrl_type type, uint32_t more);

/*
 * Lets the request that was begun go on in memory of the caller's, of any length, as another
 * descriptor: the device may read it until the request is answered, or the device is reset.
 */
void gpu_request_more(struct gpu *gpu, const struct dma_block *more);

/* Asks that the response comes when the command has been carried out (§5.7.6.7, fence_id). */
void gpu_fence(struct gpu *gpu);

/*
 * Sends the request that was begun, waits for its response up to the device's timeout, and checks
 * type, length and fence. In a batch, a short request that is answered with a bare header is only
 * put into the queue while there is room for more, and OK says no more than that. Errors are those
 * of gpu/command.h.
 */
MUST_CHECK enum status gpu_send(struct gpu *gpu);

/*
 * The response to the request that gpu_send returned OK for, of the size that its type has, until
 * the next gpu_request. `length` is what the device says that it wrote; may be NULL.
 */
const void *gpu_response(const struct gpu *gpu, uint32_t *length);

/* Makes a command's outcome a test point, and returns it: a gpu_request_report. */
enum status gpu_report(struct gpu *gpu, const char *name, enum status status);

/*
 * From here to gpu_batch_end requests are sent together, as many as fit at a time; their answers
 * may come in any order. After an error none may be begun: those that are not answered may still be
 * read by the device, where another would be put. `report` may be NULL.
 */
void gpu_batch_begin(struct gpu *gpu, gpu_request_report *report);

/*
 * Sends what is left and waits for all. The status of the first of the batch that failed; when none
 * did, `added`: what putting them together came to.
 */
MUST_CHECK enum status gpu_batch_end(struct gpu *gpu, enum status added);

/* "VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY"; "unknown response type" outside the list. */
const char *gpu_response_name(uint32_t type);

#endif
