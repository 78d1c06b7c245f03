/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tables said the machine has: plain data, collected before boot services are left.
 *
 * Several sources (ACPI, FDT, EFI, options) add what they know. What is found twice is one
 * thing; each machine_add_* logs its choice or its refusal and where the fact came from.
 */
#ifndef PLATFORM_MACHINE_H
#define PLATFORM_MACHINE_H

#include "mem/io.h"
#include "mem/status.h"
#include "platform/coherence.h"
#include "platform/framebuffer.h"
#include "platform/irq_tables.h"

#define MACHINE_MAX_UARTS       8u
#define MACHINE_MAX_VIRTIO_MMIO 256u
#define MACHINE_MAX_PCI_HOSTS   16u
#define PCI_MAX_APERTURES       8u
#define SOURCE_SIZE             48u

enum uart_type { UART_PL011, UART_16550 };

/* A UART that could carry the log. */
struct uart_location {
	enum uart_type type;
	enum io_space space;
	uint64_t base;
	uint8_t register_shift; /* log2 of the distance between registers (16550) */
	uint8_t register_width; /* bytes an access: 1, 2 or 4 */
	uint32_t baud; /* 0: leave the line as firmware set it */
	uint32_t clock_hz; /* input clock, needed only to set a baud; 0: unknown */
	bool console; /* a table names it as the console (SPCR, stdout-path, earlycon) */
	bool debug_port; /* DBG2 names it */
	char source[SOURCE_SIZE];
};

/* A register window that may hold a virtio-mmio device (an empty slot has device id 0). */
struct virtio_mmio_location {
	uint64_t base;
	uint64_t size;
	uint32_t interrupt; /* as the controller numbers it (struct irq_line); 0: not stated */
	bool interrupt_edge; /* level otherwise */
	enum coherence coherence;
	char source[SOURCE_SIZE];
};

enum pci_access {
	PCI_ACCESS_ECAM, /* PCI Express enhanced configuration access mechanism */
	PCI_ACCESS_PORTS, /* x86 I/O ports 0xcf8 and 0xcfc */
};

enum pci_space { PCI_SPACE_IO, PCI_SPACE_MEMORY };

/* A range of bus addresses that a host bridge forwards to its bus. */
struct pci_aperture {
	enum pci_space space;
	bool prefetchable;
	uint64_t bus_base; /* as BARs see it */
	uint64_t cpu_base; /* as the processor sees it; for I/O: memory-mapped when io_is_mmio */
	uint64_t size;
	bool io_is_mmio; /* I/O space reached through memory at cpu_base (no ports) */
};

struct pci_host {
	enum pci_access access;
	uint16_t segment;
	uint8_t bus_first;
	uint8_t bus_last;
	uint64_t ecam_base; /* of bus_first's registers, i.e. bus b is at ecam_base + (b -
			       bus_first) MiB */
	struct pci_aperture apertures[PCI_MAX_APERTURES];
	unsigned aperture_count;
	enum coherence coherence; /* of the functions behind it */
	char source[SOURCE_SIZE];
};

/* What a table that knows segments, and not bridges, says. */
struct pci_segment {
	uint16_t segment;
	enum coherence coherence;
};

enum psci_conduit { PSCI_NONE, PSCI_SMC, PSCI_HVC };

struct machine {
	struct uart_location uarts[MACHINE_MAX_UARTS];
	unsigned uart_count;
	struct virtio_mmio_location virtio_mmio[MACHINE_MAX_VIRTIO_MMIO];
	unsigned virtio_mmio_count;
	struct pci_host pci_hosts[MACHINE_MAX_PCI_HOSTS];
	unsigned pci_host_count;
	struct pci_segment pci_segments[MACHINE_MAX_PCI_HOSTS];
	unsigned pci_segment_count;
	unsigned cpu_count; /* enabled processors in MADT or /cpus; 0: not stated */
	unsigned gic_version; /* 0: none or not stated */
	enum psci_conduit psci;
	struct irq_tables irq;
	struct framebuffer framebuffer; /* that firmware shows; checked */
};

/*
 * Adds a UART. A second mention of the same base only adds what was unknown before (console,
 * debug_port, baud, register layout from the better source: the first mention wins). ERR_NO_MEMORY,
 * logged, when the table is full; ERR_RANGE, logged, for a base of 0 or a width or shift that no
 * 16550 has.
 */
MUST_CHECK enum status machine_add_uart(struct machine *m, const struct uart_location *uart);

/*
 * Adds a virtio-mmio window. The same base again is one device. ERR_RANGE, logged with both
 * sources, when it is smaller than 0x100 bytes (virtio 1.3 §4.2.2: configuration begins at
 * 0x100), misaligned to 4, wraps, or overlaps another window without being it.
 */
MUST_CHECK enum status machine_add_virtio_mmio(
	struct machine *m, const struct virtio_mmio_location *window);

/*
 * Adds a PCI host bridge. The same segment with overlapping buses again is one bridge: it keeps
 * its access method (ECAM wins over ports) and takes over apertures where it had none. ERR_RANGE,
 * logged, when the buses are in the wrong order, ports are to reach another segment than 0, or the
 * ECAM is at 0, not on a bus boundary (1 MiB), wraps, or overlaps that of other buses;
 * ERR_NO_MEMORY, logged, when the table is full.
 */
MUST_CHECK enum status machine_add_pci_host(struct machine *m, const struct pci_host *host);

/*
 * Notes what `source` says of all bridges of a segment, which may not be known yet. ERR_NO_MEMORY,
 * logged, when the table is full.
 */
MUST_CHECK enum status machine_add_pci_segment(
	struct machine *m, uint16_t segment, enum coherence coherence, const char *source);

/* Gives the bridges what is noted of their segments and not stated of themselves. */
void machine_settle_pci_segments(struct machine *m);

/*
 * Says that the buses first to last of a segment are a host bridge of their own. A bridge already
 * known that holds those buses and more (MCFG lists segments, not bridges) is split, so that each
 * part is walked from its own first bus. ERR_NO_MEMORY, logged, when the table is full.
 */
MUST_CHECK enum status machine_split_pci_host(
	struct machine *m, uint16_t segment, uint8_t first, uint8_t last, const char *source);

/* The bridge that holds a bus; NULL when there is none. Borrowed from the machine. */
struct pci_host *machine_find_pci_host(struct machine *m, uint16_t segment, uint8_t bus);

/*
 * Adds an aperture to a host bridge. One that overlaps an aperture of the same space already there
 * is the same fact again: kept once, a line at debug. ERR_RANGE, logged, when it is empty or wraps;
 * ERR_NO_MEMORY when full.
 */
MUST_CHECK enum status pci_host_add_aperture(
	struct pci_host *host, const struct pci_aperture *aperture);

/*
 * The UART for the log: the console by table, else the debug port, else the first one. NULL when
 * there is none. Logs the choice and the ones passed over.
 */
const struct uart_location *machine_choose_uart(const struct machine *m);

/* Takes a UART that turned out not to be usable out of the choice. */
void machine_drop_uart(struct machine *m, const struct uart_location *uart);

/* Logs the whole machine at level info, a line a thing; a row of virtio-mmio slots is one. */
void machine_log(const struct machine *m);

#endif
