/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a device. Out: it is proven, or one of its queues is. */
#include "gpu/protocol.h"
#include "mem/log.h"
#include "tests/qtest/bench.h"
#include "tests/qtest/traffic.h"
#include "virtio/entropy.h"

enum status device_entropy(struct bench *b, const struct words *w)
{
	struct virtio_device *dev = bench_find_device(b, w, 1);

	return dev ? entropy_prove(dev, FEATURES_OF_QUEUES | b->wanted) : ERR_NOT_FOUND;
}

static const struct traffic_kind *kind_of(const struct virtio_device *dev, uint16_t queue)
{
	if (dev->device_id == VIRTIO_ID_ENTROPY)
		return &traffic_entropy;
	return queue == VIRTIO_GPU_CONTROLQ ? &traffic_display_info : &traffic_cursor;
}

/* Up to DRIVER_OK, with this one queue. */
static enum status start(struct bench *b, struct virtio_device *dev, struct queue *queue,
	uint16_t index, uint16_t size)
{
	enum status status = virtio_reset(dev);

	if (status == OK)
		status = virtio_negotiate(dev, FEATURES_OF_QUEUES | b->wanted);
	if (status == OK)
		status = queue_open(queue, dev, index, size);
	return status == OK ? virtio_start(dev) : status;
}

enum status device_ring(struct bench *b, const struct words *w)
{
	struct virtio_device *dev = bench_find_device(b, w, 1);
	uint16_t index = (uint16_t)words_number(w, 2);
	struct queue queue = {0};
	struct traffic traffic = {.queue = &queue};
	enum status status;

	if (!dev)
		return ERR_NOT_FOUND;
	status = start(b, dev, &queue, index, (uint16_t)words_number(w, 3));
	if (status == OK && queue.size != words_number(w, 4)) {
		log_error(dev->name, "queue %u: has %u entries, %s are due", index, queue.size,
			w->word[4]);
		status = ERR_PROTOCOL;
	}
	if (status == OK)
		status = traffic_open(&traffic, &queue, kind_of(dev, index));
	if (status == OK)
		status = traffic_run(&traffic, words_number(w, 5));
	if (virtio_stop(dev) != OK)
		return ERR_TIMEOUT;
	if (queue.dev) {
		traffic_close(&traffic);
		queue_close(&queue);
	}
	if (status == OK && b->dma.used) {
		log_error("qtest", "dma: %lu bytes are still allocated", b->dma.used);
		status = ERR_PROTOCOL;
	}
	return status;
}

enum status device_want(struct bench *b, const struct words *w)
{
	b->wanted = words_number(w, 1);
	return OK;
}
