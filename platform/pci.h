/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PCI without firmware (PCI Local Bus 3.0 §6, PCI Express 6.0 §7): configuration access, the walk
 * over buses and bridges, capabilities, BARs.
 *
 * Everything a device answers is untrusted: lists have loop limits, sizes and addresses are
 * checked, an absent function (vendor 0xffff) costs one read.
 */
#ifndef PLATFORM_PCI_H
#define PLATFORM_PCI_H

#include "mem/region.h"
#include "platform/machine.h"

#define PCI_MAX_BARS 6u

/* Standard configuration registers: offsets, PCI Local Bus 3.0 §6.1. */
enum pci_register {
	PCI_VENDOR_ID = 0x00,
	PCI_DEVICE_ID = 0x02,
	PCI_COMMAND = 0x04,
	PCI_STATUS = 0x06,
	PCI_REVISION_ID = 0x08,
	PCI_CLASS = 0x09, /* prog-if, subclass, base class */
	PCI_HEADER_TYPE = 0x0e,
	PCI_BAR0 = 0x10,
	PCI_PRIMARY_BUS = 0x18,
	PCI_SECONDARY_BUS = 0x19,
	PCI_SUBORDINATE_BUS = 0x1a,
	PCI_IO_BASE = 0x1c,
	PCI_IO_LIMIT = 0x1d,
	PCI_MEMORY_BASE = 0x20,
	PCI_MEMORY_LIMIT = 0x22,
	PCI_PREFETCH_BASE = 0x24,
	PCI_PREFETCH_LIMIT = 0x26,
	PCI_PREFETCH_BASE_UPPER = 0x28,
	PCI_PREFETCH_LIMIT_UPPER = 0x2c,
	PCI_SUBSYSTEM_VENDOR_ID = 0x2c,
	PCI_SUBSYSTEM_ID = 0x2e,
	PCI_IO_BASE_UPPER = 0x30,
	PCI_IO_LIMIT_UPPER = 0x32,
	PCI_CAPABILITY_LIST = 0x34,
	PCI_INTERRUPT_LINE = 0x3c,
	PCI_INTERRUPT_PIN = 0x3d,
};

enum pci_command {
	PCI_COMMAND_IO = 1 << 0,
	PCI_COMMAND_MEMORY = 1 << 1,
	PCI_COMMAND_MASTER = 1 << 2,
	PCI_COMMAND_INTX_DISABLE = 1 << 10,
};

#define PCI_STATUS_CAP_LIST 0x10u
#define PCI_CAP_ID_VNDR     0x09u
#define PCI_CAP_ID_EXP      0x10u
#define PCI_CAP_ID_MSIX     0x11u

/* Header types, without the multi-function bit. */
#define PCI_HEADER_DEVICE 0x00u
#define PCI_HEADER_BRIDGE 0x01u

struct pci_address {
	uint16_t segment;
	uint8_t bus;
	uint8_t device;
	uint8_t function;
};

/* One base address register, sized. */
struct pci_bar {
	enum pci_space space;
	bool is_64bit;
	bool prefetchable;
	bool assigned; /* it holds an address, be it a usable one or not */
	uint64_t bus_base; /* as the BAR says */
	uint64_t size; /* 0: not implemented */
};

/* What a PCI-to-PCI bridge can forward (PCI-to-PCI Bridge 1.2 §3.2.5). */
enum pci_window_kind {
	PCI_WINDOW_IO,
	PCI_WINDOW_MEMORY,
	PCI_WINDOW_PREFETCH,
	PCI_WINDOW_COUNT,
};

struct pci_window {
	uint64_t base; /* bus address */
	uint64_t size; /* 0: closed */
	bool wide; /* the bridge decodes 64 address bits (I/O: 32) */
	bool stray; /* the registers hold a window that nothing above forwards: taken as closed */
	bool refused; /* the bridge does not keep what is written */
};

struct pci_device {
	const struct pci_host *host;
	struct pci_device *bridge; /* the bridge it is behind; NULL on a root bus. Valid during the
				      walk and as long as the pci_tree lives */
	struct pci_address address;
	char name[24]; /* "0000:00:02.0" */
	uint16_t vendor_id;
	uint16_t device_id;
	uint8_t revision;
	uint8_t header_type; /* without the multi-function bit */
	uint32_t class_code; /* base class << 16 | subclass << 8 | prog-if */
	uint8_t secondary_bus; /* bridges; 0: it has no bus numbers */
	uint8_t subordinate_bus; /* bridges */
	bool refused; /* bridges: its bus numbers break the rules, it was not entered */
	struct pci_window windows[PCI_WINDOW_COUNT]; /* bridges */
	bool bars_read; /* pci_read_bars was here, and `bars_status` is what it found */
	enum status bars_status;
	struct pci_bar bars[PCI_MAX_BARS];
	struct io_count count; /* of configuration accesses */
};

#define PCI_MAX_DEVICES 256u

/* All functions of the machine; owned by the caller (80 KiB), filled by pci_scan. */
struct pci_tree {
	/*
	 * Someone else owns the hardware (boot services): pci_scan only reads, and reports bridges
	 * without bus numbers instead of numbering them; pci_open_bar moves nothing, and refuses
	 * (ERR_UNSUPPORTED, logged) a BAR that would need an address. It still sizes BARs and turns
	 * decoding on, closing the stray windows of a bridge that comes to life: the caller keeps
	 * others from using the device meanwhile, and puts the command registers back.
	 */
	bool passive;
	struct pci_device devices[PCI_MAX_DEVICES]; /* a bridge stands before what is behind it */
	unsigned count;
};

/*
 * Walks every bus of a host, bridges included, and appends each function to the tree. A bridge that
 * firmware left without bus numbers is given the next free ones. Each function has its line at
 * debug. A bus is entered at most once, also when several hosts of a segment share the tree.
 *
 * ERR_PROTOCOL, logged, for a bridge that names a bus outside what its parent forwards or one that
 * another bridge names, or does not keep its numbers (the walk goes on). ERR_NO_MEMORY, logged,
 * when the tree is full or no bus number is left. ERR_RANGE or ERR_UNSUPPORTED, logged, when the
 * host's configuration space cannot be reached at all.
 */
MUST_CHECK enum status pci_scan(struct pci_tree *tree, const struct pci_host *host);

/*
 * Configuration space, `width` 1, 2 or 4, naturally aligned. Reads past the space the access method
 * reaches (256 bytes by ports, 4096 by ECAM) are all ones, writes are not made.
 */
uint32_t pci_config_read(struct pci_device *device, unsigned offset, unsigned width);
void pci_config_write(struct pci_device *device, unsigned offset, unsigned width, uint32_t value);

/*
 * The next capability with this id behind `after` (0: from the start; else an offset that an
 * earlier call returned). Returns its offset, or 0 when there is none. A list that loops or points
 * into the header ends the search, with a line at error.
 */
unsigned pci_find_capability(struct pci_device *device, uint8_t id, unsigned after);

/*
 * Whether the `size` bytes of the capability at `at` end before configuration space's first 256
 * bytes do, where capabilities are (PCI Local Bus 3.0 §6.7). A line at error when they do not.
 */
MUST_CHECK bool pci_capability_fits(const struct pci_device *device, unsigned at, unsigned size);

/*
 * Fills bars[PCI_MAX_BARS] (bridges have two; the upper half of a 64-bit BAR is not implemented:
 * size 0). The first call sizes all BARs with decoding off and restores them; later calls repeat
 * what is known, with the addresses that were given since. ERR_MALFORMED, logged, for a BAR that
 * claims reserved bits or a size that is no power of two. ERR_GONE, logged, when the function no
 * longer answers.
 */
MUST_CHECK enum status pci_read_bars(struct pci_device *device, struct pci_bar *bars);

/*
 * Makes the function's BAR usable and describes it as a region: gives it an address from the
 * host bridge's apertures when it has none that reaches it (bridge windows on the way are opened or
 * widened), then enables decoding and bus mastering on the device and on every bridge above it.
 * Since decoding is enabled for all BARs of a function together, its other BARs are given addresses
 * too. `needed` is the least size in bytes. `subject` and `count` are the region's, borrowed.
 *
 * A host bridge whose apertures are not known (aperture_count 0) is trusted to forward what
 * firmware assigned, bus addresses being the processor's.
 *
 * ERR_NOT_FOUND when the BAR is not implemented, ERR_NO_MEMORY when no aperture has room, ERR_RANGE
 * when it is too small or where the processor cannot reach it, ERR_REFUSED when the device does not
 * keep its address, otherwise as pci_read_bars and pci_enable. All logged.
 */
MUST_CHECK enum status pci_open_bar(struct pci_tree *tree, struct pci_device *device,
	unsigned index, const char *subject, uint64_t needed, struct io_count *count,
	struct region *out);

/*
 * Enables bus mastering on the function, and memory and I/O decoding where its BARs of that kind
 * have addresses; and all three on every bridge above it. Interrupt Disable is left as it is.
 * Registers are written only where bits are missing, and read back: ERR_REFUSED, logged, when bus
 * mastering does not stay on; ERR_GONE, logged, when the function no longer answers; otherwise as
 * pci_read_bars.
 */
MUST_CHECK enum status pci_enable(struct pci_device *device);

#endif
