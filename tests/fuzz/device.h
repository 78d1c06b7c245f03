/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The device's side: a virtio device on any of the four transports that knows how to behave, and
 * does what the stream says instead wherever the stream says something: registers that read
 * otherwise, rings and responses overwritten, answers late, wrong, or never.
 *
 * It watches the driver meanwhile: whatever was done to it, the driver may give it memory only that
 * is its own, and must not use memory again that the device may still write to.
 */
#ifndef TESTS_FUZZ_DEVICE_H
#define TESTS_FUZZ_DEVICE_H

#include "mem/dma.h"
#include "platform/machine.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/stream.h"
#include "virtio/packed_ring.h"

#define DEVICE_RAM_SIZE    (1u << 20)
#define DEVICE_CONFIG_SIZE 256u
#define DEVICE_QUEUES      2u /* of a GPU; an entropy device has one */
#define DEVICE_MSIX_SIZE   0x40u
#define DEVICE_LINE_WORDS  32u
#define DEVICE_SCANOUTS    3u /* of a GPU that is asked for more than one picture */

/* What an input asks of the driver, `more`. */
#define DEVICE_WATCH    0x01u /* the device may change its displays; a session follows them */
#define DEVICE_IRQ      0x02u /* interrupts, by the line … */
#define DEVICE_MSIX     0x04u /* … or by messages, where there are such */
#define DEVICE_BEYOND   0x08u /* what a GPU has beyond pictures of its own, `beyond` */
#define DEVICE_MISTAKE  0x80u /* which one, else the device says */
#define DEVICE_DISPLAYS 4u /* bits to the left: the enabled ones */

/* What a GPU offers and has, `beyond`, and what the driver is to do with it. */
#define BEYOND_UUID      0x01u
#define BEYOND_BLOB      0x02u
#define BEYOND_ALIGNMENT 0x04u
#define BEYOND_VIRGL     0x08u /* with two capability sets */
#define BEYOND_CONTEXT   0x10u
#define BEYOND_SHARED    0x20u /* memory to map blobs into, of modern functions */
#define BEYOND_SHOW_BLOB 0x40u
#define BEYOND_CHECK_3D  0x80u

enum device_transport {
	DEVICE_MMIO_LEGACY,
	DEVICE_MMIO_MODERN,
	DEVICE_PCI_MODERN,
	DEVICE_PCI_LEGACY,
};

/* What a driver writes to find, set up and drive a queue, on whichever transport. */
struct device_queue {
	uint32_t size;
	uint32_t ready;
	uint32_t pfn; /* legacy: the ring in one piece, at this page */
	uint64_t desc;
	uint64_t avail;
	uint64_t used;

	uint16_t avail_seen;
	struct packed_place next_avail; /* of a packed ring */
	struct packed_place next_used;
	uint16_t used_idx;
};

struct device {
	struct stream stream;
	unsigned honest; /* so many reads are answered truly before the stream has a say */
	enum device_transport transport;
	bool is_gpu; /* else an entropy device */
	bool packed; /* the driver is to use packed rings, if it can, */
	bool cursor; /* and a cursor, */
	bool moves; /* and, in a session, a picture that moves, */
	uint8_t show; /* what to show, as tests/fuzz/fuzz_device.c takes it, */
	uint8_t more; /* and DEVICE_WATCH and so on, */
	uint8_t mistake; /* and with DEVICE_MISTAKE, by its number, */
	uint8_t beyond; /* and with DEVICE_BEYOND, BEYOND_UUID and so on */
	struct dma_pool *pool; /* the driver's memory, all of it in `ram` */
	uint8_t *ram;
	uint64_t ram_base;

	uint8_t pci_config[DEVICE_CONFIG_SIZE];
	uint8_t pci_writable[DEVICE_CONFIG_SIZE];

	uint8_t status;
	uint32_t device_features_sel;
	uint32_t driver_features_sel;
	uint64_t driver_features;
	uint32_t queue_sel;
	uint32_t interrupt;
	uint32_t generation;
	uint32_t config[5]; /* struct virtio_gpu_config */
	uint32_t lines[DEVICE_LINE_WORDS]; /* of its interrupt controller: those that are enabled */
	uint32_t displays; /* a bit for each that is enabled */
	uint32_t width; /* of each */
	uint16_t config_vector;
	uint16_t queue_vector; /* of each queue */
	uint8_t msix[DEVICE_MSIX_SIZE]; /* table and pending bits */
	struct device_queue queues[DEVICE_QUEUES];
	unsigned busy; /* the queue that was answered on last */
	uint32_t drawn; /* bytes of entropy given */
	uint64_t response; /* the last chain's writable part */
	uint32_t response_size;

	bool reset_asked; /* 0 was written to status, and 0 not read back yet */
	bool reset_refused; /* ever, at least for a while */
	bool knows_memory; /* addresses were given to it since it was last reset */
	uint64_t known_rings[DEVICE_QUEUES]; /* first bytes, as long as it knows memory; 0: none */
	bool lied_of_queue; /* the driver may think of another ring than the device */
	bool scribbled; /* memory was overwritten: what stands there says nothing of the driver */
};

/* Takes what the device is from the stream; `pool` and its memory are borrowed. */
void device_init(struct device *d, const uint8_t *data, size_t size);

/* How many queues it has. */
static inline unsigned device_queues(const struct device *d)
{
	return d->is_gpu ? DEVICE_QUEUES : 1;
}

/* Where it is found. */
void device_describe(const struct device *d, struct machine *machine);

/* Its registers, configuration space and interrupt controller; `relax` lets it act. */
struct fuzz_bus device_bus(struct device *d);

/* Whether any line of its interrupt controller is enabled. */
bool device_irq_enabled(const struct device *d);

/* What it does when the driver waits: answers, or something else. */
void device_act(struct device *d);

/* Resets its state, as 0 in its status does. */
void device_reset(struct device *d);

/*
 * The bytes at an address of the driver's memory. NULL when they are not there, which is a finding
 * unless memory was overwritten.
 */
uint8_t *device_memory(struct device *d, uint64_t address, uint64_t size);

/* Whether a byte of [address, address + size) is free in the pool. */
bool device_memory_is_free(const struct device *d, uint64_t address, uint64_t size);

#endif
