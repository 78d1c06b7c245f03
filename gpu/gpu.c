/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a virtio device of type GPU. Out: one that takes commands. */
#include "gpu/gpu.h"

#include "mem/format.h"
#include "mem/log.h"
#include "mem/tap.h"

const struct gpu_setup gpu_setup_full = {
	.features = FEATURE(VIRTIO_GPU_F_EDID) | FEATURE(VIRTIO_GPU_F_RESOURCE_UUID) |
		    FEATURE(VIRTIO_F_RING_RESET) | FEATURES_OF_QUEUES,
	.queue_size = 64,
	.queue_align = VIRTIO_LEGACY_ALIGN,
};

/* Tells the device that the driver gave up, and takes back what it was given. */
static enum status give_up(struct gpu *gpu, enum status status)
{
	virtio_fail(gpu->dev);
	if (gpu_close(gpu) != OK)
		log_error(gpu->name, "close: the device was not reset");
	return status;
}

/* The device's cursor queue has 16 entries with QEMU, and one request is in flight at a time. */
#define CURSOR_QUEUE_SIZE 16u

static enum status open_cursor(struct gpu *gpu)
{
	enum status status =
		queue_open(&gpu->cursor, gpu->dev, VIRTIO_GPU_CURSORQ, CURSOR_QUEUE_SIZE);

	if (status == OK)
		status = dma_alloc(gpu->dev->pool, GPU_SHORT_SIZE, PAGE_SIZE, &gpu->cursor_request);
	gpu->has_cursor = status == OK;
	return status;
}

static enum status read_config(struct gpu *gpu)
{
	uint32_t scanouts;
	enum status status = virtio_read_config(
		gpu->dev, offsetof(struct virtio_gpu_config, num_scanouts), &scanouts, 1);

	if (status != OK) {
		tap_fail(gpu->name, "configuration", "%s", status_name(status));
		return status;
	}
	if (!scanouts || scanouts > VIRTIO_GPU_MAX_SCANOUTS) {
		tap_fail(gpu->name, "configuration",
			"num_scanouts is %u, 1 to %u is allowed "
			"(virtio 1.3, 5.7.4)",
			scanouts, VIRTIO_GPU_MAX_SCANOUTS);
		return ERR_PROTOCOL;
	}
	gpu->num_scanouts = scanouts;
	tap_ok(gpu->name, "configuration: %u scanouts", scanouts);
	return OK;
}

enum status gpu_open(
	struct gpu *gpu, unsigned number, struct virtio_device *dev, const struct gpu_setup *setup)
{
	enum status status;

	*gpu = (struct gpu){.dev = dev};
	format(gpu->name, sizeof(gpu->name), "gpu%u", number);
	dev->queue_align = setup->queue_align;
	status = virtio_reset(dev);
	if (status == OK)
		status = virtio_negotiate(dev, setup->features);
	if (status == OK)
		status = queue_open(&gpu->control, dev, VIRTIO_GPU_CONTROLQ, setup->queue_size);
	gpu->control.request_least = sizeof(struct virtio_gpu_ctrl_hdr);
	if (status == OK)
		status = gpu_requests_open(gpu);
	if (status == OK && setup->cursor)
		status = open_cursor(gpu);
	if (status == OK)
		status = read_config(gpu);
	if (status == OK)
		status = virtio_start(dev);
	return status == OK ? OK : give_up(gpu, status);
}

enum status gpu_close(struct gpu *gpu)
{
	enum status status = virtio_stop(gpu->dev);

	if (status != OK)
		return status;
	dma_free(gpu->dev->pool, &gpu->cursor_request);
	queue_close(&gpu->cursor);
	gpu_requests_close(gpu);
	queue_close(&gpu->control);
	return OK;
}
