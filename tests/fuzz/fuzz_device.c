/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In: a device as tests/fuzz/device.h takes it from a stream. Out: the driver, from looking for
 * devices to a picture, and through what comes when that fails: it ends, and its memory is safe.
 */
#include <string.h>

#include "gpu/animate.h"
#include "gpu/blob.h"
#include "gpu/check_3d.h"
#include "gpu/fault.h"
#include "gpu/isolate.h"
#include "gpu/readback.h"
#include "gpu/session.h"
#include "gpu/watch.h"
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
#define WATCHED_US  60000u
#define FRAMES      5u /* of a moving picture */

/* Of the first byte: what is done with a GPU. */
#define DEED_SESSION 0x08u /* a session, which recovers, and has the picture given back */
#define DEED_ISOLATE 0x40u
#define DEED_FAULT   (DEED_SESSION | DEED_ISOLATE) /* a session with one of the mistakes */

/* Of `show`: what is shown. */
#define SHOW_LAYOUT    0x03u
#define SHOW_FORMAT    0x1cu
#define SHOW_FORMAT_AT 2u
#define SHOW_ALL       0x20u
#define SHOW_SCATTERED 0x40u
#define SHOW_PLACE     0x80u /* the cursor is at a place that is given */

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
 * become somebody else's; one that was reset must have given everything back, unless an earlier
 * reset failed: what it had then stays lost.
 */
static void check_memory(const struct device *d, uint8_t deed)
{
	bool lost = deed & DEED_FAULT && d->reset_refused;

	if (d->knows_memory && !d->lied_of_queue) {
		for (unsigned i = 0; i < DEVICE_QUEUES; i++)
			fuzz_check(!d->known_rings[i] ||
				   !device_memory_is_free(d, d->known_rings[i], 16));
		fuzz_check(
			d->scribbled || !device_memory_is_free(d, d->response, d->response_size));
	}
	fuzz_check(lost || !d->pool->used || d->reset_asked || d->knows_memory);
}

static struct gpu_setup setup_for(const struct device *d)
{
	struct gpu_setup setup = gpu_setup_full;

	if (d->packed)
		setup.features |= FEATURE(VIRTIO_F_RING_PACKED);
	if (d->beyond & BEYOND_SHOW_BLOB)
		setup.features |= GPU_BLOB_FEATURES;
	if (d->beyond & BEYOND_CHECK_3D)
		setup.features |= GPU_3D_FEATURES;
	setup.cursor = d->cursor;
	return setup;
}

static struct gpu_show show_for(const struct device *d, const char *label)
{
	struct gpu_show what = {
		.picture = {.pattern = PICTURE_GRID},
		.layout = d->show & SHOW_LAYOUT,
		.choice = {.all = d->show & SHOW_ALL},
		.format = (d->show & SHOW_FORMAT) >> SHOW_FORMAT_AT,
		.scattered = d->show & SHOW_SCATTERED,
		.blob = d->beyond & BEYOND_SHOW_BLOB,
		.check_3d = d->beyond & BEYOND_CHECK_3D,
		.label = label,
	};

	if (d->show & SHOW_PLACE)
		what.cursor = (struct gpu_cursor_place){true, 1000, 3};
	return what;
}

/* The device may say what it likes the second time. */
static void show_again(struct gpu *gpu, const struct gpu_show *what, struct gpu_screens *screens)
{
	unsigned changes;

	fuzz_check(screens->count && screens->count <= VIRTIO_GPU_MAX_SCANOUTS);
	if (gpu_screens_update(gpu, what, screens, &changes) == OK &&
		gpu_screens_take_down(gpu, screens) == OK)
		fuzz_check(!screens->count);
}

static bool show(const struct device *d, struct virtio_device *dev)
{
	struct gpu_setup setup = setup_for(d);
	struct gpu_show what = show_for(d, "fuzz");
	static struct gpu_screens screens;
	struct gpu gpu;

	if (gpu_open(&gpu, 0, dev, &setup) != OK)
		return !dev->pool->used;
	if (gpu_show(&gpu, &what, &screens) == OK && d->more & DEVICE_WATCH)
		show_again(&gpu, &what, &screens);
	if (gpu_close(&gpu) != OK)
		return false;
	gpu_screens_close(&screens, dev->pool);
	return true;
}

/* False when the session has ended. */
static bool animate(struct gpu_session *s)
{
	static struct gpu_animation a;

	a = (struct gpu_animation){.session = s};
	gpu_animate_run(&a, 1, FRAMES);
	fuzz_check(a.pace.shown + a.pace.dropped <= FRAMES);
	fuzz_check(a.status != OK || (s->open && pace_is_over(&a.pace)));
	for (unsigned i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++)
		fuzz_check(a.status != OK || !s->screens.screens[i].back.surface.width);
	return s->open;
}

/* False when the session has ended. */
static bool work(const struct device *d, struct gpu_session *s)
{
	struct gpu_watch watch = {.session = s};
	enum status status;

	if (d->moves && !animate(s))
		return false;
	if (d->more & DEVICE_WATCH) {
		gpu_watch_run(&watch, 1, WATCHED_US);
		return s->open;
	}
	for (unsigned i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++) {
		if (!s->screens.screens[i].frame.view_count)
			continue;
		status = gpu_flush(
			&s->gpu, s->screens.screens[i].resource, (struct rectangle){0, 0, 1, 1});
		return status == OK || gpu_session_recover(s, status) == OK;
	}
	return true;
}

static bool run_session(const struct device *d, struct virtio_device *dev)
{
	static struct gpu_session s;
	struct gpu_show what = show_for(d, "fuzz");
	struct gpu_setup setup = setup_for(d);

	what.readback = true;
	setup.features |= GPU_READBACK_FEATURES;
	if (gpu_session_open(&s, 0, dev, &setup, &what) != OK)
		return !dev->pool->used;
	fuzz_check(s.open && s.screens.count);
	if (!work(d, &s))
		return !dev->pool->used;
	return gpu_session_close(&s) == OK;
}

static bool isolate(const struct device *d, struct virtio_device *dev)
{
	static struct gpu_session s;
	struct gpu_show what = show_for(d, NULL);

	s = (struct gpu_session){.dev = dev, .setup = setup_for(d), .show = &what};
	gpu_isolate(&s, NULL);
	return !dev->pool->used;
}

/* The driver errs on purpose: what the device finds in memory says nothing of it any more. */
static bool err(struct device *d, struct virtio_device *dev)
{
	const struct virtio_transport *real = dev->transport;
	static struct fault_state state;
	const struct fault *fault = faults;
	unsigned which = d->more & DEVICE_MISTAKE ? d->mistake : stream_byte(&d->stream);
	bool again;

	for (unsigned i = which; i && fault[1].name; i--)
		fault++;
	d->scribbled = d->lied_of_queue = true;
	if (fault_install(&state, fault, 0, dev) != OK)
		return false;
	again = run_session(d, dev);
	dev->transport = real;
	return again;
}

/* True when the device can be brought up again: it gave its memory back. */
static bool drive(struct device *d, struct virtio_device *dev, uint8_t deed)
{
	uint64_t beside = d->packed ? FEATURE(VIRTIO_F_RING_PACKED) : 0;

	if (dev->device_id != VIRTIO_ID_GPU)
		return entropy_prove(dev, FEATURES_OF_QUEUES | beside) == OK || !dev->pool->used;
	switch (deed & DEED_FAULT) {
	case DEED_SESSION: return run_session(d, dev);
	case DEED_ISOLATE: return isolate(d, dev);
	case DEED_FAULT: return err(d, dev);
	default: return show(d, dev);
	}
}

/* As efi/main.c. */
static void connect(const struct device *d, struct virtio_device *dev,
	const struct machine *machine, struct pci_tree *tree)
{
	enum interrupt_mode mode = !dev->pci               ? INTERRUPT_MMIO
				   : d->more & DEVICE_MSIX ? INTERRUPT_MSIX
							   : INTERRUPT_INTX;

	if (irq_open(&machine->irq, dev->pool) != OK)
		fuzz_check(fuzz_lines());
	virtio_interrupt_open(dev, mode, &machine->irq, tree);
}

static void disconnect(const struct device *d, struct virtio_device *dev)
{
	virtio_interrupt_report(dev);
	virtio_interrupt_close(dev);
	fuzz_check(!device_irq_enabled(d));
	irq_close();
}

static void run(struct device *d, struct virtio_device *dev, uint8_t deed,
	const struct machine *machine, struct pci_tree *tree)
{
	if (d->more & DEVICE_IRQ)
		connect(d, dev, machine, tree);
	for (unsigned round = 0; round < ROUNDS && drive(d, dev, deed); round++)
		check_memory(d, deed);
	disconnect(d, dev);
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
		run(&d, &found.devices[i], kind, &machine, &tree);
	check_memory(&d, kind);
	fuzz_lines();
	return 0;
}
