/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the driver's register accesses, on any transport. Out: what the device, or the stream, says.
 */
#include <string.h>

#include "platform/pci.h"
#include "tests/fuzz/device_parts.h"
#include "virtio/features.h"
#include "virtio/interrupt.h"

#define VENDOR_QEMU  0x554d4551u
#define EVERY_OFFSET 0xffffu

#define HIGH(number)             ((uint32_t)((number) >> 32))
#define SET_LOW(number, value)   ((number) = ((number) & ~0xffffffffull) | (uint32_t)(value))
#define SET_HIGH(number, value)  ((number) = (uint32_t)(number) | (uint64_t)(uint32_t)(value) << 32)
#define SET_HALF(number, sel, v) ((sel) ? SET_HIGH(number, v) : SET_LOW(number, v))

enum device_register {
	NONE,
	MAGIC,
	VERSION,
	DEVICE_ID,
	VENDOR_ID,
	DEVICE_FEATURES,
	DEVICE_FEATURES_LOW, /* legacy PCI: no selector */
	DEVICE_FEATURES_SEL,
	DRIVER_FEATURES,
	DRIVER_FEATURES_LOW,
	DRIVER_FEATURES_SEL,
	QUEUE_SEL,
	QUEUE_SIZE_MAX,
	QUEUE_SIZE,
	QUEUE_READY,
	QUEUE_PFN,
	QUEUE_NOTIFY,
	QUEUE_NOTIFY_OFF,
	NUM_QUEUES,
	INTERRUPT_STATUS,
	STATUS,
	GENERATION,
	DESC_LOW,
	DESC_HIGH,
	AVAIL_LOW,
	AVAIL_HIGH,
	USED_LOW,
	USED_HIGH,
	CONFIG_0,
	CONFIG_1,
	CONFIG_2,
	CONFIG_3,
	CONFIG_4,
	INTERRUPT_ACK,
	CONFIG_VECTOR,
	QUEUE_VECTOR,
};

struct place {
	uint16_t offset;
	uint16_t is;
};

/* virtio 1.3 §4.2.2, both versions */
static const struct place mmio_places[] = {
	{0x000, MAGIC},
	{0x004, VERSION},
	{0x008, DEVICE_ID},
	{0x00c, VENDOR_ID},
	{0x010, DEVICE_FEATURES},
	{0x014, DEVICE_FEATURES_SEL},
	{0x020, DRIVER_FEATURES},
	{0x024, DRIVER_FEATURES_SEL},
	{0x030, QUEUE_SEL},
	{0x034, QUEUE_SIZE_MAX},
	{0x038, QUEUE_SIZE},
	{0x040, QUEUE_PFN},
	{0x044, QUEUE_READY},
	{0x050, QUEUE_NOTIFY},
	{0x060, INTERRUPT_STATUS},
	{0x064, INTERRUPT_ACK},
	{0x070, STATUS},
	{0x080, DESC_LOW},
	{0x084, DESC_HIGH},
	{0x090, AVAIL_LOW},
	{0x094, AVAIL_HIGH},
	{0x0a0, USED_LOW},
	{0x0a4, USED_HIGH},
	{0x0fc, GENERATION},
	{0x100, CONFIG_0},
	{0x104, CONFIG_1},
	{0x108, CONFIG_2},
	{0x10c, CONFIG_3},
	{0x110, CONFIG_4},
	{EVERY_OFFSET, NONE},
};

/* §4.1.4.3, §4.1.4.4, §4.1.4.5, §4.1.4.6, as the capabilities of device_init place them */
static const struct place modern_places[] = {
	{0x00, DEVICE_FEATURES_SEL},
	{0x04, DEVICE_FEATURES},
	{0x08, DRIVER_FEATURES_SEL},
	{0x0c, DRIVER_FEATURES},
	{0x10, CONFIG_VECTOR},
	{0x12, NUM_QUEUES},
	{0x14, STATUS},
	{0x15, GENERATION},
	{0x16, QUEUE_SEL},
	{0x18, QUEUE_SIZE},
	{0x1a, QUEUE_VECTOR},
	{0x1c, QUEUE_READY},
	{0x1e, QUEUE_NOTIFY_OFF},
	{0x20, DESC_LOW},
	{0x24, DESC_HIGH},
	{0x28, AVAIL_LOW},
	{0x2c, AVAIL_HIGH},
	{0x30, USED_LOW},
	{0x34, USED_HIGH},
	{0x1000, INTERRUPT_STATUS},
	{0x2000, CONFIG_0},
	{0x2004, CONFIG_1},
	{0x2008, CONFIG_2},
	{0x200c, CONFIG_3},
	{0x2010, CONFIG_4},
	{NOTIFY_AT, QUEUE_NOTIFY},
	{EVERY_OFFSET, NONE},
};

/* §4.1.4.10 */
static const struct place legacy_places[] = {
	{0x00, DEVICE_FEATURES_LOW},
	{0x04, DRIVER_FEATURES_LOW},
	{0x08, QUEUE_PFN},
	{0x0c, QUEUE_SIZE},
	{0x0e, QUEUE_SEL},
	{0x10, QUEUE_NOTIFY},
	{0x12, STATUS},
	{0x13, INTERRUPT_STATUS},
	{0x14, CONFIG_0},
	{0x18, CONFIG_1},
	{0x1c, CONFIG_2},
	{0x20, CONFIG_3},
	{0x24, CONFIG_4},
	{EVERY_OFFSET, NONE},
};

static uint64_t features_beyond(const struct device *d)
{
	static const struct {
		uint8_t bit;
		uint8_t feature;
	} offers[] = {
		{BEYOND_UUID, VIRTIO_GPU_F_RESOURCE_UUID},
		{BEYOND_BLOB, VIRTIO_GPU_F_RESOURCE_BLOB},
		{BEYOND_ALIGNMENT, VIRTIO_GPU_F_BLOB_ALIGNMENT},
		{BEYOND_VIRGL, VIRTIO_GPU_F_VIRGL},
		{BEYOND_CONTEXT, VIRTIO_GPU_F_CONTEXT_INIT},
	};
	uint64_t all = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(offers); i++)
		if (d->beyond & offers[i].bit)
			all |= FEATURE(offers[i].feature);
	return all;
}

static uint64_t features(const struct device *d)
{
	uint64_t all = FEATURE(VIRTIO_F_INDIRECT_DESC) | FEATURE(VIRTIO_F_EVENT_IDX);

	if (d->transport == DEVICE_MMIO_MODERN || d->transport == DEVICE_PCI_MODERN)
		all |= FEATURE(VIRTIO_F_VERSION_1) | FEATURE(VIRTIO_F_RING_PACKED);
	if (d->is_gpu)
		all |= FEATURE(VIRTIO_GPU_F_EDID) | features_beyond(d);
	return all;
}

/* The queue that registers are of; one that is not there has none. */
static struct device_queue *selected(struct device *d)
{
	return d->queue_sel < device_queues(d) ? &d->queues[d->queue_sel] : NULL;
}

static uint64_t read_register(struct device *d, enum device_register is)
{
	static const struct device_queue none;
	const struct device_queue *q = selected(d) ? selected(d) : &none;

	switch (is) {
	case MAGIC: return 0x74726976;
	case VERSION: return d->transport == DEVICE_MMIO_MODERN ? 2 : 1;
	case DEVICE_ID: return device_id(d);
	case VENDOR_ID: return VENDOR_QEMU;
	case DEVICE_FEATURES:
		return d->device_features_sel ? HIGH(features(d)) : (uint32_t)features(d);
	case DEVICE_FEATURES_LOW: return (uint32_t)features(d);
	case QUEUE_SIZE_MAX: return q == &none ? 0 : QUEUE_MAX;
	case QUEUE_SIZE: return q->size;
	case QUEUE_READY: return q->ready;
	case QUEUE_PFN: return q->pfn;
	case NUM_QUEUES: return device_queues(d);
	case INTERRUPT_STATUS: return d->interrupt;
	case CONFIG_VECTOR: return d->config_vector;
	case QUEUE_VECTOR: return d->queue_vector;
	case STATUS: return d->status;
	case GENERATION: return d->generation;
	case DESC_LOW: return (uint32_t)q->desc;
	case DESC_HIGH: return HIGH(q->desc);
	case AVAIL_LOW: return (uint32_t)q->avail;
	case AVAIL_HIGH: return HIGH(q->avail);
	case USED_LOW: return (uint32_t)q->used;
	case USED_HIGH: return HIGH(q->used);
	case CONFIG_0:
	case CONFIG_1:
	case CONFIG_2:
	case CONFIG_3:
	case CONFIG_4: return d->config[is - CONFIG_0];
	default: return 0;
	}
}

uint64_t device_say(struct device *d, uint64_t truth)
{
	if (!d->honest)
		return stream_answer(&d->stream, truth);
	d->honest--;
	return truth;
}

static uint64_t answer(struct device *d, enum device_register is)
{
	uint64_t truth = read_register(d, is), value = device_say(d, truth);

	if (value != truth && (is == QUEUE_SIZE || is == QUEUE_SIZE_MAX))
		d->lied_of_queue = true;
	if (is == STATUS && (uint8_t)value && d->reset_asked)
		d->reset_refused = true;
	if (is == INTERRUPT_STATUS && device_is_pci(d))
		d->interrupt = 0; /* §4.1.4.5 */
	/* The driver has it from the device that it is reset (§4.1.4.3.2, §4.2.3.1.1). */
	if (is == STATUS && !(uint8_t)value && d->reset_asked) {
		d->reset_asked = false;
		d->knows_memory = false;
		memset(d->known_rings, 0, sizeof(d->known_rings));
		d->response_size = 0;
	}
	return value;
}

static void write_status(struct device *d, uint8_t value)
{
	if (!value)
		device_reset(d);
	d->reset_asked = !value;
	d->status = value;
}

static void write_queue(struct device *d, enum device_register is, uint32_t value)
{
	struct device_queue *q = selected(d);

	if (!q)
		return;
	switch (is) {
	case QUEUE_SIZE: q->size = value; return;
	case QUEUE_READY: q->ready = value; return;
	case QUEUE_PFN: q->pfn = value; break;
	case DESC_LOW: SET_LOW(q->desc, value); break;
	case DESC_HIGH: SET_HIGH(q->desc, value); break;
	case AVAIL_LOW: SET_LOW(q->avail, value); break;
	case AVAIL_HIGH: SET_HIGH(q->avail, value); break;
	case USED_LOW: SET_LOW(q->used, value); break;
	default: SET_HIGH(q->used, value); break;
	}
	d->knows_memory |= value != 0;
	d->known_rings[d->queue_sel] = q->pfn ? (uint64_t)q->pfn * PAGE_SIZE : q->desc;
}

static void write_register(struct device *d, enum device_register is, uint32_t value)
{
	switch (is) {
	case DEVICE_FEATURES_SEL: d->device_features_sel = value; break;
	case DRIVER_FEATURES_SEL: d->driver_features_sel = value; break;
	case DRIVER_FEATURES: SET_HALF(d->driver_features, d->driver_features_sel, value); break;
	case DRIVER_FEATURES_LOW: SET_LOW(d->driver_features, value); break;
	case QUEUE_SEL: d->queue_sel = value; break;
	case STATUS: write_status(d, (uint8_t)value); break;
	case INTERRUPT_ACK: d->interrupt &= ~value; break;
	case CONFIG_VECTOR: d->config_vector = (uint16_t)value; break;
	case QUEUE_VECTOR: d->queue_vector = (uint16_t)value; break;
	case CONFIG_1: d->config[0] &= ~value; break; /* events_clear */
	case QUEUE_SIZE:
	case QUEUE_READY:
	case QUEUE_PFN:
	case DESC_LOW:
	case DESC_HIGH:
	case AVAIL_LOW:
	case AVAIL_HIGH:
	case USED_LOW:
	case USED_HIGH: write_queue(d, is, value); break;
	default: break;
	}
}

static enum device_register find(const struct place *places, uint64_t offset)
{
	while (places->offset != EVERY_OFFSET && places->offset != offset)
		places++;
	return places->is;
}

static uint64_t bar_base(const struct device *d, unsigned index)
{
	uint32_t low, high = 0;

	memcpy(&low, d->pci_config + PCI_BAR0 + 4 * index, sizeof(low));
	if (index == MEMORY_BAR)
		memcpy(&high, d->pci_config + PCI_BAR0 + 4 * index + 4, sizeof(high));
	return ((uint64_t)high << 32 | low) & ~(index == MEMORY_BAR ? 15ull : 3ull);
}

/* Which register an access outside configuration space arrives at. */
static enum device_register route(const struct device *d, enum io_space space, uint64_t address)
{
	unsigned bar = space == IO_PORT ? IO_BAR : MEMORY_BAR;
	uint64_t base = device_is_pci(d) ? bar_base(d, bar) : MMIO_BASE;

	if (!device_is_pci(d))
		return space == IO_MMIO && address - base < MMIO_SIZE
			       ? find(mmio_places, address - base)
			       : NONE;
	if (space == IO_PORT)
		return address - base < IO_SIZE ? find(legacy_places, address - base) : NONE;
	return address - base < MEMORY_SIZE ? find(modern_places, address - base) : NONE;
}

/* The offset in the configuration space of the one function; false for other accesses. */
static bool is_config(const struct device *d, enum io_space space, uint64_t address, unsigned width,
	unsigned *offset)
{
	uint64_t at = address - ECAM_BASE - (DEVFN << 12);

	*offset = (unsigned)at;
	return device_is_pci(d) && space == IO_MMIO && at + width <= DEVICE_CONFIG_SIZE &&
	       at < at + width;
}

/* Where in the MSI-X table an access is, or its pending bits. */
static uint8_t *find_msix(struct device *d, enum io_space space, uint64_t address, unsigned width)
{
	uint64_t at = address - bar_base(d, MEMORY_BAR) - MSIX_AT;

	if (d->transport != DEVICE_PCI_MODERN || space != IO_MMIO)
		return NULL;
	return range_inside(at, width, sizeof(d->msix)) ? d->msix + at : NULL;
}

static uint64_t read(void *context, enum io_space space, uint64_t address, unsigned width)
{
	struct device *d = context;
	enum device_register is;
	uint64_t value = 0;
	unsigned offset;

	if (is_config(d, space, address, width, &offset)) {
		memcpy(&value, d->pci_config + offset, width);
		return device_say(d, value);
	}
	if (space == IO_MMIO && device_irq_owns(address))
		return device_irq_read(d, address);
	if (find_msix(d, space, address, width)) {
		memcpy(&value, find_msix(d, space, address, width), width);
		return device_say(d, value);
	}
	is = route(d, space, address);
	return is == NONE ? UINT64_MAX : answer(d, is);
}

static void write(
	void *context, enum io_space space, uint64_t address, unsigned width, uint64_t value)
{
	struct device *d = context;
	unsigned offset;

	if (space == IO_MMIO && device_irq_owns(address)) {
		device_irq_write(d, address, (uint32_t)value);
		return;
	}
	if (find_msix(d, space, address, width)) {
		memcpy(find_msix(d, space, address, width), &value, width);
		return;
	}
	if (!is_config(d, space, address, width, &offset)) {
		write_register(d, route(d, space, address), (uint32_t)value);
		return;
	}
	for (unsigned i = offset; i < offset + width; i++, value >>= 8)
		d->pci_config[i] = (uint8_t)((d->pci_config[i] & ~d->pci_writable[i]) |
					     (value & d->pci_writable[i]));
}

static void relax(void *context)
{
	device_act(context);
}

static void let_in(void *context)
{
	device_let_in(context);
}

struct fuzz_bus device_bus(struct device *d)
{
	return (struct fuzz_bus){
		.read = read, .write = write, .relax = relax, .let_in = let_in, .context = d};
}

void device_reset(struct device *d)
{
	d->status = 0;
	d->driver_features = 0;
	for (unsigned i = 0; i < DEVICE_QUEUES; i++)
		d->queues[i] = (struct device_queue){
			.size = QUEUE_MAX, .next_avail = {0, true}, .next_used = {0, true}};
	d->busy = 0;
	d->interrupt = 0;
	d->config_vector = d->queue_vector = VIRTIO_MSI_NO_VECTOR;
}
