/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory of an ITS and of the redistributor's LPIs (Arm IHI 0069 §5).
 *
 * A sender's message is looked up by its device id (the device table) and its data (the event, in
 * the device's own table), which give an LPI and a collection (the collection table), and that the
 * redistributor. All of these tables are memory that only the ITS writes, by commands
 * (platform/gic_its.c), which stand in a ring.
 */
#ifndef PLATFORM_GIC_ITS_H
#define PLATFORM_GIC_ITS_H

#include "platform/gic_regs.h"
#include "platform/irq_chip.h"

#define GIC_ITS_COMMANDS_SIZE 4096u /* bytes of the ring: one page */
#define GIC_ITS_EVENT_BITS    5u
#define GIC_ITS_EVENTS        (1u << GIC_ITS_EVENT_BITS) /* of a device */
#define GIC_LPI_ID_BITS       14u /* INTIDs below 16384 */
#define GIC_LPI_COUNT         ((1u << GIC_LPI_ID_BITS) - GIC_LPI_BASE)

#define its_read(its, offset)         region_read(&(its)->registers, offset, 8, #offset)
#define its_write(its, offset, value) region_write(&(its)->registers, offset, 8, value, #offset)

/*
 * Gives an ITS that is off its tables and the ring of its commands, and the redistributor the
 * tables of its LPIs, all of them masked; then the LPIs are on. `registers`, `entry_size` and
 * `device_bits` of the ITS are set. ERR_NO_MEMORY; ERR_UNSUPPORTED, logged, when the GIC does not
 * take part in the caches, or firmware's LPIs cannot be turned off. What was allocated stays, for
 * gic_its_free_tables.
 */
MUST_CHECK enum status gic_its_open_tables(struct irq_chip *chip);

/*
 * The memory that a device (below 1 << device_bits) needs in a slot: its own table of events, and
 * the page of the device table where that is missing. ERR_NO_MEMORY.
 */
MUST_CHECK enum status gic_its_add_device(struct irq_chip *chip, uint32_t device, unsigned slot);

/* Unmasks or masks an LPI, counted from GIC_LPI_BASE. */
void gic_its_set_lpi(struct gic_its *its, uint32_t index, bool on);

/* Gives everything back. Only when neither the ITS nor the redistributor uses it any more. */
void gic_its_free_tables(struct irq_chip *chip);

#endif
