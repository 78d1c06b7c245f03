/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The inside of tests/fuzz/device.h: where the device's registers are, and what its parts call of
 * each other.
 */
#ifndef TESTS_FUZZ_DEVICE_PARTS_H
#define TESTS_FUZZ_DEVICE_PARTS_H

#include "gpu/protocol_3d.h"
#include "tests/fuzz/device.h"

#define MMIO_BASE 0xa003e00u
#define MMIO_SIZE 0x200u
#define ECAM_BASE 0xb0000000u
#define DEVFN     8u

/* The BARs: I/O for the legacy interface, memory for the modern one. */
#define IO_BAR      0u
#define IO_BASE     0x1040u
#define IO_SIZE     0x40u
#define MEMORY_BAR  4u
#define MEMORY_BASE 0x10000000u
#define MEMORY_SIZE 0x4000u
#define NOTIFY_AT   0x3000u
#define MSIX_AT     0x3800u /* the table; the pending bits are the last PBA_SIZE bytes */
#define MSIX_CAP    0x84u /* the capability, of modern functions */
#define PBA_SIZE    8u

#define QUEUE_MAX   64u
#define DEVICE_LINE 47u /* its interrupt */

#define DEVICE_WIDTH  64u
#define DEVICE_HEIGHT 48u

#define DEVICE_CAPSETS     2u
#define DEVICE_CAPSET_SIZE 16u

#define DEVICE_ANSWER_SIZE 1056u
#define DEVICE_MAX_PIECES  16u /* of a chain; a longer one is a loop */

/* A piece of a chain. */
struct device_piece {
	uint64_t address;
	uint32_t size;
	bool writable;
};

struct device_chain {
	struct device_piece pieces[DEVICE_MAX_PIECES];
	unsigned count;
};

static inline bool device_is_pci(const struct device *d)
{
	return d->transport >= DEVICE_PCI_MODERN;
}

/* 16 or 4. */
static inline uint32_t device_id(const struct device *d)
{
	return d->is_gpu ? 16 : 4;
}

/* The right response to a request, into `out`, which has room for the longest; at most `size`. */
uint32_t device_answer(
	struct device *d, const struct device_chain *request, uint8_t *out, uint32_t size);

/* A read answered truly, or as the stream says. */
uint64_t device_say(struct device *d, uint64_t truth);

/* The tables of its interrupt controller, a GICv2 with a frame for messages. */
void device_describe_irq(const struct device *d, struct machine *machine);

/* Whether an address is the controller's, and what a read of it says and a write does. */
bool device_irq_owns(uint64_t address);
uint64_t device_irq_read(struct device *d, uint64_t address);
void device_irq_write(struct device *d, uint64_t address, uint32_t value);

/* Interrupts are let in: as many come as the stream says. */
void device_let_in(struct device *d);

#endif
