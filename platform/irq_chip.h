/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The inside of platform/irq.c: what a kind of controller can do, and its state.
 */
#ifndef PLATFORM_IRQ_CHIP_H
#define PLATFORM_IRQ_CHIP_H

#include "mem/region.h"
#include "platform/irq.h"

/* How long a controller may take for what it is told. */
#define IRQ_TIMEOUT_US 100000u

struct irq_chip;

struct irq_controller {
	const char *name;
	/* Finds it in the tables and opens it with everything masked; as irq_open. */
	enum status (*open)(struct irq_chip *chip);
	void (*close)(struct irq_chip *chip);
	enum status (*unmask)(struct irq_chip *chip, const struct irq_line *line);
	void (*mask)(struct irq_chip *chip, uint32_t number);
	/* The interrupt that is taken; false for a spurious one, which is not ended. */
	bool (*acknowledge)(struct irq_chip *chip, uint32_t vector, uint32_t *number);
	void (*end)(struct irq_chip *chip, uint32_t number);
	/* A line for messages of this sender, unmasked by itself. */
	enum status (*message)(struct irq_chip *chip, const struct irq_sender *sender,
		struct irq_line *line, struct irq_message *message);
};

/* The tables of LPIs and of one ITS (IHI 0069 §5). */
struct gic_its {
	bool open;
	struct region registers;
	paddr base; /* of the ITS, for its doorbell */
	struct dma_block commands;
	struct dma_block properties;
	struct dma_block pending;
	struct dma_block tables[8]; /* one a GITS_BASER */
	unsigned devices_table; /* of these, where it is a table of pages … */
	uint32_t page_size; /* … of so many bytes each; 0: it is not … */
	uint32_t devices_a_page;
	struct dma_block pages[32]; /* … each of which came with the device of that slot */
	uint64_t target; /* the redistributor, as commands name it */
	uint32_t entry_size; /* bytes an interrupt translation entry */
	uint32_t device_bits;
	uint32_t devices[32]; /* those that are mapped … */
	uint32_t events[32]; /* … and how many of their events are */
	struct dma_block entries[32]; /* their interrupt translation tables */
	unsigned device_count;
	uint32_t lpis; /* given out */
};

struct gic {
	struct region distributor;
	struct region interface; /* GICv2 */
	struct region redistributor; /* GICv3: both frames */
	uint32_t lines; /* INTIDs below this number are there */
	uint64_t affinity;
	uint32_t frame_used; /* GICv2m: SPIs given out */
	struct gic_its its;
};

#define APIC_VECTORS 224u /* 32 to 255 */

struct apic {
	bool x2apic;
	struct region local;
	struct region io[IRQ_MAX_IO_APICS];
	uint32_t inputs[IRQ_MAX_IO_APICS];
	uint32_t id;
	uint32_t numbers[APIC_VECTORS]; /* what each vector was given to; 0: nothing */
	unsigned used;
};

struct irq_chip {
	const struct irq_controller *controller; /* NULL: closed */
	const struct irq_tables *tables;
	struct dma_pool *pool;
	struct irq *connected;
	struct irq_counts counts;
	unsigned at_once; /* taken since irq_let_in */
	bool stormed; /* the line `storm` was masked for it */
	uint32_t storm;
	struct gic gic;
	struct apic apic;
};

extern const struct irq_controller gic_v2, gic_v3, apic_controller;

/* Parts of the GICs: the distributor, which both have. */
MUST_CHECK enum status gic_open_distributor(struct irq_chip *chip, uint64_t size);
void gic_mask_all(struct gic *gic);
MUST_CHECK enum status gic_configure(struct gic *gic, const struct irq_line *line);
void gic_mask_line(struct gic *gic, uint32_t number);

/* The ITS. gic_its_open is done when the first message is asked for. */
MUST_CHECK enum status gic_its_message(struct irq_chip *chip, const struct irq_sender *sender,
	struct irq_line *line, struct irq_message *message);
void gic_its_mask(struct irq_chip *chip, uint32_t number);
void gic_its_close(struct irq_chip *chip);

/* Waits until the bits of a register read as `wanted`. ERR_TIMEOUT, logged. */
MUST_CHECK enum status irq_wait_bits(const struct region *region, uint64_t offset, uint32_t bits,
	uint32_t wanted, const char *name);

#endif
