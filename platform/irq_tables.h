/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tables say of interrupts: controllers, where messages go, and which line a PCI pin is
 * wired to. Plain data, a part of struct machine; nothing here is assumed, all of it is read.
 */
#ifndef PLATFORM_IRQ_TABLES_H
#define PLATFORM_IRQ_TABLES_H

#include "mem/status.h"

/*
 * Servers have many: some name a window of redistributors for each processor (HiSilicon D05: 64),
 * and each socket has four I/O APICs or more.
 */
#define IRQ_MAX_REDISTRIBUTORS 512u
#define IRQ_MAX_ITS            32u
#define IRQ_MAX_FRAMES         4u
#define IRQ_MAX_IO_APICS       64u
#define IRQ_MAX_OVERRIDES      16u
#define IRQ_MAX_ROUTES         512u
#define IRQ_MAX_MAPS           64u

/* The GIC's numbers (Arm GIC architecture, IHI 0069 §2.2). */
#define GIC_PPI_BASE 16u
#define GIC_SPI_BASE 32u

/*
 * An interrupt line. Its number is what the controller calls it: the INTID of a GIC, the global
 * system interrupt of x86 (ACPI 6.5 §5.2.13).
 */
struct irq_line {
	uint32_t number;
	bool edge; /* level otherwise */
	bool low; /* active low */
};

struct irq_window {
	uint64_t base;
	uint64_t size; /* 0: not stated */
};

/* A frame of a GICv2m: writing an SPI's number there raises it (Arm SBSA, appendix E). */
struct irq_frame {
	uint64_t base;
	uint32_t spi_base; /* INTID; with spi_count 0 the frame's own MSI_TYPER counts */
	uint32_t spi_count;
};

/* An ITS, and the number that maps name it by: its GIC ITS ID (ACPI), its phandle (a tree). */
struct irq_its {
	uint64_t base;
	uint32_t id;
};

struct irq_gic {
	uint64_t distributor; /* 0: there is none */
	uint64_t cpu_interface; /* GICv2 */
	struct irq_window redistributors[IRQ_MAX_REDISTRIBUTORS]; /* GICv3 */
	unsigned redistributor_count;
	struct irq_its its[IRQ_MAX_ITS];
	unsigned its_count;
	struct irq_frame frames[IRQ_MAX_FRAMES];
	unsigned frame_count;
};

struct irq_io_apic {
	uint64_t base;
	uint32_t first; /* global system interrupt of its first input */
};

struct irq_override {
	uint8_t source; /* ISA interrupt */
	struct irq_line line;
};

struct irq_apic {
	uint64_t local; /* 0: there is none */
	bool pics; /* a pair of 8259 is there, to be masked */
	struct irq_io_apic io[IRQ_MAX_IO_APICS];
	unsigned io_count;
	struct irq_override overrides[IRQ_MAX_OVERRIDES];
	unsigned override_count;
};

/* Pin `pin` of the devices on a root bus whose number, masked, is `device`. */
struct irq_route {
	uint16_t segment;
	uint8_t bus;
	uint8_t device;
	uint8_t device_mask;
	uint8_t pin; /* 1 to 4: INTA to INTD */
	struct irq_line line;
};

/* How an ITS numbers the functions of a segment: requester ids from `first` on. */
struct irq_map {
	uint16_t segment;
	uint32_t first;
	uint32_t count;
	uint32_t device; /* the ITS's device id of `first` */
	uint32_t its; /* which one, by its id */
};

/* A function as an ITS sees it. */
struct irq_device {
	uint64_t its; /* address of the ITS; 0: no table names one */
	uint32_t id;
	bool assumed; /* no table maps the segment: the requester id, and the first ITS */
};

struct irq_tables {
	struct irq_gic gic;
	struct irq_apic apic;
	struct irq_route routes[IRQ_MAX_ROUTES];
	unsigned route_count;
	struct irq_map maps[IRQ_MAX_MAPS];
	unsigned map_count;
};

/*
 * Each adds one thing. The same thing again is one; ERR_NO_MEMORY, logged, when there is no room;
 * ERR_RANGE, logged, for an address of 0 or one that is misaligned, or a pin that is none.
 */
MUST_CHECK enum status irq_add_redistributors(
	struct irq_tables *t, uint64_t base, uint64_t size, const char *source);
MUST_CHECK enum status irq_add_its(
	struct irq_tables *t, const struct irq_its *its, const char *source);
MUST_CHECK enum status irq_add_frame(
	struct irq_tables *t, const struct irq_frame *frame, const char *source);
MUST_CHECK enum status irq_add_io_apic(
	struct irq_tables *t, const struct irq_io_apic *io, const char *source);
MUST_CHECK enum status irq_add_override(
	struct irq_tables *t, const struct irq_override *override, const char *source);
MUST_CHECK enum status irq_add_route(
	struct irq_tables *t, const struct irq_route *route, const char *source);
MUST_CHECK enum status irq_add_map(
	struct irq_tables *t, const struct irq_map *map, const char *source);

/* The line of a pin on a root bus. ERR_NOT_FOUND when no table names it. */
MUST_CHECK enum status irq_find_route(const struct irq_tables *t, uint16_t segment, uint8_t bus,
	uint8_t device, uint8_t pin, struct irq_line *line);

/* Where an override says that an ISA interrupt goes; false when there is none for it. */
MUST_CHECK bool irq_find_isa_line(
	const struct irq_tables *t, uint8_t source, struct irq_line *line);

/*
 * The device that an ITS sees for a requester id, and which ITS: the first where the table names
 * one that is not known. ERR_NOT_FOUND when a table maps the segment, but not this requester.
 */
MUST_CHECK enum status irq_find_device(const struct irq_tables *t, uint16_t segment,
	uint16_t requester, struct irq_device *device);

/* A line a thing, at info; routes are counted. */
void irq_tables_log(const struct irq_tables *t);

#endif
