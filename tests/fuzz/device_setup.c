/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the first bytes of an input. Out: the device that they describe, and where it is found. */
#include <string.h>

#include "platform/pci.h"
#include "tests/fuzz/device_parts.h"

#define LAST_CAP    0x70u /* of those that every modern function has */
#define SHARED_CAP  0x94u
#define SHARED_SIZE 0x100000u

/* Of the third byte. */
#define THIRD_PATCHES 0x0fu /* so many bytes of the configuration space are other ones */
#define THIRD_PACKED  0x10u
#define THIRD_CURSOR  0x20u
#define THIRD_MORE    0x40u /* two bytes follow: `show` and `more` */
#define THIRD_MOVES   0x80u

static void put(struct device *d, unsigned offset, unsigned width, uint64_t value)
{
	memcpy(d->pci_config + offset, &value, width);
}

static void let_write(struct device *d, unsigned offset, unsigned width, uint64_t mask)
{
	memcpy(d->pci_writable + offset, &mask, width);
}

/* struct virtio_pci_cap (§4.1.4) */
static void add_capability(
	struct device *d, unsigned at, uint8_t next, uint8_t type, uint32_t offset, uint32_t length)
{
	put(d, at, 4, PCI_CAP_ID_VNDR | (uint32_t)next << 8 | 20u << 16 | (uint32_t)type << 24);
	put(d, at + 4, 4, MEMORY_BAR);
	put(d, at + 8, 4, offset);
	put(d, at + 12, 4, length);
}

/* struct virtio_pci_cap64 (§4.1.4.7), behind all others. */
static void add_shared_memory(struct device *d)
{
	put(d, (d->more & DEVICE_MSIX ? MSIX_CAP : LAST_CAP) + 1, 1, SHARED_CAP);
	put(d, SHARED_CAP, 4, PCI_CAP_ID_VNDR | 24u << 16 | 8u << 24);
	put(d, SHARED_CAP + 4, 4, MEMORY_BAR | VIRTIO_GPU_SHM_ID_HOST_VISIBLE << 8);
	put(d, SHARED_CAP + 12, 4, SHARED_SIZE);
}

/* PCI Local Bus 3.0 §6.8.2, behind the others. */
static void add_msix(struct device *d)
{
	put(d, LAST_CAP + 1, 1, MSIX_CAP);
	put(d, MSIX_CAP, 4, PCI_CAP_ID_MSIX | 1u << 16);
	put(d, MSIX_CAP + 4, 4, MSIX_AT | MEMORY_BAR);
	put(d, MSIX_CAP + 8, 4, (MSIX_AT + DEVICE_MSIX_SIZE - PBA_SIZE) | MEMORY_BAR);
	let_write(d, MSIX_CAP + 2, 2, 0xc000);
}

static void make_function(struct device *d)
{
	bool modern = d->transport == DEVICE_PCI_MODERN;

	put(d, PCI_VENDOR_ID, 2, 0x1af4);
	put(d, PCI_DEVICE_ID, 2, modern ? 0x1040 + device_id(d) : 0x1005);
	put(d, PCI_SUBSYSTEM_ID, 2, device_id(d));
	put(d, PCI_INTERRUPT_PIN, 1, 1);
	let_write(d, PCI_COMMAND, 2, 0x0547);
	if (!modern) {
		put(d, PCI_BAR0 + 4 * IO_BAR, 4, IO_BASE | 1);
		let_write(d, PCI_BAR0 + 4 * IO_BAR, 4, ~(IO_SIZE - 1));
		return;
	}
	put(d, PCI_BAR0 + 4 * MEMORY_BAR, 4, MEMORY_BASE | 4);
	let_write(d, PCI_BAR0 + 4 * MEMORY_BAR, 8, ~(MEMORY_SIZE - 1ull));
	put(d, PCI_STATUS, 2, PCI_STATUS_CAP_LIST);
	put(d, PCI_CAPABILITY_LIST, 1, 0x40);
	add_capability(d, 0x40, 0x50, 1, 0, 0x38);
	add_capability(d, 0x50, 0x60, 3, 0x1000, 1);
	add_capability(d, 0x60, LAST_CAP, 4, 0x2000, sizeof(d->config));
	add_capability(d, LAST_CAP, 0, 2, NOTIFY_AT, 4);
	put(d, 0x80, 4, 4); /* notify_off_multiplier */
	if (d->more & DEVICE_MSIX)
		add_msix(d);
	if (d->beyond & BEYOND_SHARED)
		add_shared_memory(d);
}

/* What a GPU's configuration says with it. */
static void take_beyond(struct device *d)
{
	d->beyond = stream_byte(&d->stream);
	d->config[3] = d->beyond & BEYOND_VIRGL ? DEVICE_CAPSETS : 0;
	d->config[4] = d->beyond & BEYOND_ALIGNMENT ? 2 * PAGE_SIZE : 0;
}

/* The first bytes: what the device is, and what is asked of the driver. */
static unsigned take_kind(struct device *d)
{
	struct stream *s = &d->stream;
	unsigned kind = stream_byte(s), third;

	d->transport = kind & 3;
	d->is_gpu = kind & 4;
	d->honest = stream_byte(s);
	third = stream_byte(s);
	d->packed = third & THIRD_PACKED;
	d->cursor = third & THIRD_CURSOR;
	d->moves = third & THIRD_MOVES;
	d->config[2] = 1; /* num_scanouts */
	d->displays = 1;
	if (third & THIRD_MORE) {
		d->show = stream_byte(s);
		d->more = stream_byte(s);
		d->config[2] = DEVICE_SCANOUTS;
		d->displays = d->more >> DEVICE_DISPLAYS & 7;
		if (d->more & DEVICE_MISTAKE)
			d->mistake = stream_byte(s);
		if (d->more & DEVICE_BEYOND)
			take_beyond(d);
	}
	return third & THIRD_PATCHES;
}

void device_init(struct device *d, const uint8_t *data, size_t size)
{
	unsigned patches;

	*d = (struct device){.stream = stream_of(data, size), .width = DEVICE_WIDTH};
	patches = take_kind(d);
	if (device_is_pci(d))
		make_function(d);
	/* Another configuration space than a good one, which it keeps. */
	for (; patches; patches--) {
		uint8_t at = stream_byte(&d->stream);

		d->pci_config[at] = stream_byte(&d->stream);
	}
	stream_begin_circle(&d->stream);
	device_reset(d);
}

void device_describe(const struct device *d, struct machine *machine)
{
	*machine = (struct machine){0};
	device_describe_irq(d, machine);
	if (!device_is_pci(d)) {
		machine->virtio_mmio[0] = (struct virtio_mmio_location){.base = MMIO_BASE,
			.size = MMIO_SIZE,
			.interrupt = DEVICE_LINE,
			.source = "fuzz"};
		machine->virtio_mmio_count = 1;
		return;
	}
	machine->pci_hosts[0] = (struct pci_host){
		.access = PCI_ACCESS_ECAM,
		.ecam_base = ECAM_BASE,
		.apertures =
			{
				{PCI_SPACE_MEMORY, false, MEMORY_BASE, MEMORY_BASE, 0x1000000,
					false},
				{PCI_SPACE_IO, false, 0x1000, 0x1000, 0xe000, false},
			},
		.aperture_count = 2,
		.source = "fuzz",
	};
	machine->pci_host_count = 1;
}
