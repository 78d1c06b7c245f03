/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In: a device as tests/fuzz/device.h takes it from a stream. Out: the driver, from looking for
 * devices to a picture, on it: it ends, and its memory is safe.
 */
#include <string.h>

#include "gpu/screen.h"
#include "tests/fuzz/device.h"
#include "virtio/entropy.h"
#include "virtio/find.h"

#define TIMEOUT_US 8000u
#define ROUNDS     2u /* a device that was let go is brought up again */

#define RAM_LOW  0x40000000u
#define RAM_HIGH 0x120000000000u /* above what a legacy device's page numbers reach */

#define SMALL_POOL  (6 * PAGE_SIZE)
#define PIECE       (2 * PAGE_SIZE)
#define PIECES      40u
#define PIECE_STEP  (3 * PAGE_SIZE)
#define INPUT_TRACE 0x80u

enum pool_kind { POOL_LARGE, POOL_SMALL, POOL_PIECES, POOL_HIGH };

static uint8_t ram[DEVICE_RAM_SIZE] __attribute__((aligned(PAGE_SIZE)));

static void add_range(struct device *d, uint64_t offset, size_t size)
{
	fuzz_check(dma_pool_add(d->pool, paddr_of(d->ram_base + offset), ram + offset, size) == OK);
}

static void make_pool(struct device *d, struct dma_pool *pool, enum pool_kind kind)
{
	*pool = (struct dma_pool){0};
	memset(ram, 0, sizeof(ram));
	d->pool = pool;
	d->ram = ram;
	d->ram_base = kind == POOL_HIGH ? RAM_HIGH : RAM_LOW;
	switch (kind) {
	case POOL_SMALL: add_range(d, 0, SMALL_POOL); break;
	case POOL_PIECES:
		for (unsigned i = 0; i < PIECES; i++)
			add_range(d, i * PIECE_STEP, PIECE);
		break;
	default: add_range(d, 0, sizeof(ram));
	}
}

static bool wanted(uint32_t device_id)
{
	return device_id == VIRTIO_ID_GPU || device_id == VIRTIO_ID_ENTROPY;
}

/*
 * After a run that ended, well or not: a device that may still write to its rings must not see them
 * become somebody else's; one that was reset must have given everything back.
 */
static void check_memory(const struct device *d)
{
	if (d->knows_memory && !d->lied_of_queue) {
		fuzz_check(!d->known_ring || !device_memory_is_free(d, d->known_ring, 16));
		fuzz_check(
			d->scribbled || !device_memory_is_free(d, d->response, d->response_size));
	}
	fuzz_check(!d->pool->used || d->reset_asked || d->knows_memory);
}

static bool show(struct virtio_device *dev)
{
	static const struct gpu_show what = {.picture = {.pattern = PICTURE_GRID}, .label = "fuzz"};
	static struct gpu_screens screens;
	struct gpu gpu;

	if (gpu_open(&gpu, 0, dev, &gpu_setup_full) != OK)
		return !dev->pool->used;
	screens.count = 0;
	if (gpu_show(&gpu, &what, &screens) == OK)
		fuzz_check(screens.count && screens.count <= VIRTIO_GPU_MAX_SCANOUTS);
	if (gpu_close(&gpu) != OK)
		return false;
	gpu_screens_close(&screens, dev->pool);
	return true;
}

/* True when the device can be brought up again: it gave its memory back. */
static bool drive(struct virtio_device *dev)
{
	if (dev->device_id == VIRTIO_ID_GPU)
		return show(dev);
	return entropy_prove(dev) == OK || !dev->pool->used;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct virtio_devices found;
	static struct machine machine;
	static struct pci_tree tree;
	static struct device d;
	uint8_t kind = size ? data[0] : 0;
	struct dma_pool pool;
	struct fuzz_bus bus;

	device_init(&d, data, size);
	make_pool(&d, &pool, kind >> 4 & 3);
	device_describe(&d, &machine);
	bus = device_bus(&d);
	fuzz_begin(kind & INPUT_TRACE ? LOG_TRACE : LOG_ERROR, &bus);
	tree = (struct pci_tree){0};
	if (machine.pci_host_count && pci_scan(&tree, &machine.pci_hosts[0]) != OK)
		fuzz_check(fuzz_lines());
	virtio_find(&found, &machine, &tree, wanted, &pool, TIMEOUT_US);
	fuzz_check(!pool.used);
	for (unsigned i = 0; i < found.count; i++)
		for (unsigned round = 0; round < ROUNDS && drive(&found.devices[i]); round++)
			check_memory(&d);
	check_memory(&d);
	fuzz_lines();
	return 0;
}
