/* SPDX-License-Identifier: BSD-2-Clause */
/* In: an entropy device. Out: the proof that its queue works. */
#include "virtio/entropy.h"

#include "mem/log.h"
#include "mem/string.h"
#include "mem/tap.h"
#include "virtio/queue.h"

/* virtio 1.3 §5.4.2 */
#define REQUESTQ 0u

#define REQUESTQ_SIZE 16u
#define DRAW_SIZE     32u /* bytes */
#define DRAWS         2u

/* Fewer bytes than these may well be equal by chance. */
#define TELLING_SIZE 8u

/* One request for DRAW_SIZE bytes at `at`. The device may give fewer, but not none (§5.4.6.2). */
static enum status draw(struct queue *q, paddr at, uint32_t *length)
{
	struct queue_buffer buffer = {at, DRAW_SIZE};
	struct queue_used used;
	enum status status = queue_add(q, &buffer, 0, 1, NULL);

	if (status != OK)
		return status;
	queue_notify(q);
	status = queue_wait(q, &used);
	if (status == OK)
		*length = used.length;
	return status;
}

static bool all_the_same(const uint8_t *bytes, uint32_t length)
{
	return length >= TELLING_SIZE && !memcmp(bytes, bytes + 1, length - 1);
}

static enum status check(
	struct virtio_device *dev, const uint8_t *bytes, const uint32_t lengths[DRAWS])
{
	uint32_t length = (uint32_t)min_u64(lengths[0], lengths[1]);

	if (!length)
		tap_fail(dev->name, "entropy",
			"a buffer came back without a byte (virtio 1.3, 5.4.6.2)");
	else if (all_the_same(bytes, lengths[0]) || all_the_same(bytes + DRAW_SIZE, lengths[1]))
		tap_fail(dev->name, "entropy",
			"all bytes of a buffer are the same: the device "
			"did not write it, or not where the driver reads");
	else if (length >= TELLING_SIZE && !memcmp(bytes, bytes + DRAW_SIZE, length))
		tap_fail(dev->name, "entropy", "two buffers hold the same bytes");
	else {
		tap_ok(dev->name, "%u + %u bytes, all different", lengths[0], lengths[1]);
		return OK;
	}
	return ERR_PROTOCOL;
}

static enum status draw_and_check(struct virtio_device *dev, struct queue *q)
{
	struct dma_block memory = {0};
	uint32_t lengths[DRAWS];
	enum status status = dma_alloc(dev->pool, DRAWS * DRAW_SIZE, DRAW_SIZE, &memory);
	enum status stopped;

	for (unsigned i = 0; status == OK && i < DRAWS; i++) {
		status = draw(q, paddr_add(memory.address, i * DRAW_SIZE), &lengths[i]);
		if (status != OK)
			tap_fail(dev->name, "entropy", "request %u: %s", i, status_name(status));
	}
	if (status == OK)
		status = check(dev, memory.data, lengths);
	/* The device is reset before the memory is anybody else's. */
	stopped = virtio_stop(dev);
	if (stopped != OK)
		return status == OK ? stopped : status;
	dma_free(dev->pool, &memory);
	queue_close(q);
	return status;
}

enum status entropy_prove(struct virtio_device *dev, uint64_t wanted)
{
	struct queue queue = {0};
	enum status status = virtio_reset(dev);

	if (status == OK)
		status = virtio_negotiate(dev, wanted);
	if (status == OK)
		status = queue_open(&queue, dev, REQUESTQ, REQUESTQ_SIZE);
	if (status == OK)
		status = virtio_start(dev);
	if (status == OK)
		return draw_and_check(dev, &queue);
	virtio_fail(dev);
	if (virtio_stop(dev) == OK)
		queue_close(&queue);
	return status;
}
