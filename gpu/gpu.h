/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A virtio GPU (virtio 1.3 §5.7), from a device that was found to one that takes commands.
 */
#ifndef GPU_GPU_H
#define GPU_GPU_H

#include "gpu/history.h"
#include "gpu/request.h"
#include "virtio/queue.h"

#define GPU_NAME_SIZE 8u

/* How a device is to be brought up. */
struct gpu_setup {
	uint64_t features; /* wanted, of those that the driver knows */
	uint16_t queue_size; /* entries of the control queue, a power of two */
	bool cursor; /* open the cursor queue too */
	uint32_t queue_align; /* legacy mmio: QueueAlign, a power of two; 4096 is right */
};

/* Everything that this driver can use. */
extern const struct gpu_setup gpu_setup_full;

struct gpu {
	char name[GPU_NAME_SIZE]; /* "gpu0", the log's subject for commands */
	struct virtio_device *dev; /* borrowed */
	struct queue control;
	struct gpu_requests requests;
	bool has_cursor; /* the two below are there */
	struct queue cursor;
	struct dma_block cursor_request; /* GPU_SHORT_SIZE bytes for the one in flight */
	uint64_t last_fence;
	uint32_t last_response; /* the type that the last response had; 0: none came */
	uint32_t num_scanouts;
	uint64_t sent_us; /* when commands were last sent; 0: none was */
	struct gpu_history history; /* of the commands since gpu_open */
};

/*
 * Initialises the device up to DRIVER_OK with a control queue, and reads its configuration. Each
 * step is a test point. On an error the device is reset again, and nothing stays allocated unless
 * the device refuses to be reset.
 */
MUST_CHECK enum status gpu_open(
	struct gpu *gpu, unsigned number, struct virtio_device *dev, const struct gpu_setup *setup);

/*
 * Resets the device and gives its memory back. When it does not let itself be reset, its memory is
 * lost on purpose, and so must be the surfaces that back its resources: ERR_TIMEOUT or ERR_GONE.
 */
MUST_CHECK enum status gpu_close(struct gpu *gpu);

#endif
