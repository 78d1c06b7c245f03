/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A window of device registers: the only way in which drivers touch a device.
 *
 * Each access is checked against the window, counted (an access is a VM exit) and, at log level
 * trace, logged by name; devices also keep a journal of the last ones. The width comes from the
 * type of the field in a layout struct:
 *
 *	uint32_t magic = reg_read(&dev->regs, struct virtio_mmio_regs, MagicValue);
 *	reg_write(&dev->regs, struct virtio_mmio_regs, QueueSel, index);
 *
 * Whether a window is large enough for a layout is decided when it is opened (region_init and
 * region_sub return ERR_RANGE). An access outside it afterwards, one whose address is no multiple
 *of its width (a bus may split it, or fault), or of a width that no register has, is a mistake of
 * ours: it is not made, reads as all ones, and is logged as an error.
 */
#ifndef MEM_REGION_H
#define MEM_REGION_H

#include "io.h"
#include "status.h"

#define IO_JOURNAL_SIZE 96u

/* One access, or several equal ones in a row. */
struct io_access {
	const char *name; /* as given to region_read or region_write; borrowed */
	uint64_t offset; /* in its region */
	uint64_t value;
	uint32_t repeats; /* of the access, beyond the first */
	uint8_t width; /* bytes */
	bool write;
};

/*
 * The last accesses to a device, oldest first from `next - IO_JOURNAL_SIZE` on: what a driver
 * really told it, for a post-mortem. Entry i is at access[i % IO_JOURNAL_SIZE].
 */
struct io_journal {
	struct io_access access[IO_JOURNAL_SIZE];
	uint32_t next; /* entries ever begun */
};

/* Register accesses made, shared by all regions of one device. */
struct io_count {
	uint64_t reads;
	uint64_t writes;
	struct io_journal *journal; /* borrowed; may be NULL */
};

struct region {
	const char *subject; /* whose registers, for the log; borrowed */
	enum io_space space;
	uint64_t base; /* physical address or port number */
	uint64_t size;
	struct io_count *count; /* borrowed; may be NULL */
};

/*
 * Describes the window [base, base + size). ERR_RANGE when it is empty, smaller than `needed`,
 * wraps around, or, for ports, does not lie below 0x10000; otherwise as map_device (mem/map.h), by
 * which a window of memory is made reachable. No register is touched.
 */
MUST_CHECK enum status region_init(struct region *region, const char *subject, enum io_space space,
	uint64_t base, uint64_t size, uint64_t needed, struct io_count *count);

/* The part [offset, offset + size) of a region, as a region. ERR_RANGE when it is not inside. */
MUST_CHECK enum status region_sub(
	struct region *out, const struct region *region, uint64_t offset, uint64_t size);

uint64_t region_read(
	const struct region *region, uint64_t offset, unsigned width, const char *name);
void region_write(const struct region *region, uint64_t offset, unsigned width, uint64_t value,
	const char *name);

#define reg_read(region, layout, field)                 \
	((__typeof__(((layout *)0)->field))region_read( \
		(region), offsetof(layout, field), FIELD_SIZE(layout, field), #field))

#define reg_write(region, layout, field, value) \
	region_write((region), offsetof(layout, field), FIELD_SIZE(layout, field), (value), #field)

#endif
