/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a device tree. Out: the virtio-mmio windows, PCI host bridges and UARTs that it names. */
#include "mem/format.h"
#include "mem/log.h"
#include "mem/string.h"
#include "platform/fdt_irq.h"

/* IEEE 1275 PCI binding 2.2.1.1: the first cell of an address, phys.hi */
#define PCI_HIGH_SPACE        0x03000000u
#define PCI_HIGH_IO           0x01000000u
#define PCI_HIGH_MEMORY32     0x02000000u
#define PCI_HIGH_MEMORY64     0x03000000u
#define PCI_HIGH_PREFETCHABLE 0x40000000u

#define ECAM_BUS_SIZE 0x100000u

struct reader {
	struct fdt fdt;
	struct fdt_walk walk;
	struct machine *m;
	struct bytes console; /* the path of the console's node; empty when none is named */
	uint32_t console_baud;
	uint16_t next_segment; /* for bridges without linux,pci-domain */
};

static const char subject[] = "fdt";

static const struct fdt_node *current(const struct reader *r)
{
	return &r->walk.nodes[r->walk.depth - 1];
}

static const struct fdt_node *parent(const struct reader *r)
{
	return &r->walk.nodes[r->walk.depth - 2];
}

static bool get(const struct reader *r, const char *name, struct bytes *value)
{
	return fdt_property(&r->fdt, current(r), name, value);
}

static uint32_t get_u32(const struct reader *r, const char *name, uint32_t otherwise)
{
	return fdt_property_u32(&r->fdt, current(r), name, otherwise);
}

static void name_source(const struct reader *r, char source[SOURCE_SIZE])
{
	format(source, SOURCE_SIZE, "FDT %s", current(r)->name);
}

/* The first register window of the node, as the processor addresses it. */
static bool get_window(const struct reader *r, uint64_t *base, uint64_t *size)
{
	const struct fdt_node *bus = parent(r);
	struct bytes reg;

	if (!get(r, "reg", &reg) || !bus->address_cells ||
		!fdt_take_cells(&reg, bus->address_cells, base) ||
		!fdt_take_cells(&reg, bus->size_cells, size)) {
		log_info(subject, "%s: reg: absent, cut, or of %u and %u cells: passed over",
			current(r)->name, bus->address_cells, bus->size_cells);
		return false;
	}
	if (!fdt_translate(&r->walk, r->walk.depth - 2, base, *size)) {
		log_info(subject, "%s: ranges: 0x%lx is not reachable from here: passed over",
			current(r)->name, *base);
		return false;
	}
	return true;
}

/*
 * Devicetree Specification 0.4 §2.3.10: of the node, or inherited from the nearest one above it
 * that says. Where none does, the architecture decides: with trees there is Arm alone here, where a
 * device is not coherent unless it is said to be.
 */
static enum coherence get_coherence(const struct reader *r)
{
	struct bytes value;

	for (unsigned level = r->walk.depth; level-- > 0;) {
		const struct fdt_node *node = &r->walk.nodes[level];

		if (fdt_property(&r->fdt, node, "dma-coherent", &value))
			return COHERENCE_YES;
		if (fdt_property(&r->fdt, node, "dma-noncoherent", &value))
			return COHERENCE_NO;
	}
	return COHERENCE_NO;
}

static enum status add_virtio_mmio(struct reader *r, unsigned unused)
{
	struct virtio_mmio_location window = {0};
	struct irq_line line;

	(void)unused;
	if (!get_window(r, &window.base, &window.size))
		return ERR_RANGE;
	if (fdt_read_line(&r->fdt, current(r), &line)) {
		window.interrupt = line.number;
		window.interrupt_edge = line.edge;
	}
	window.coherence = get_coherence(r);
	name_source(r, window.source);
	return machine_add_virtio_mmio(r->m, &window);
}

static void add_console_facts(const struct reader *r, struct uart_location *uart)
{
	uart->clock_hz = get_u32(r, "clock-frequency", 0);
	uart->baud = get_u32(r, "current-speed", 0);
	uart->console = fdt_path_matches(&r->walk, r->console);
	if (uart->console && r->console_baud)
		uart->baud = r->console_baud;
	name_source(r, uart->source);
}

static enum status add_pl011(struct reader *r, unsigned unused)
{
	struct uart_location uart = {.type = UART_PL011, .register_width = 4, .register_shift = 2};
	uint64_t size;

	(void)unused;
	if (!get_window(r, &uart.base, &size))
		return ERR_RANGE;
	add_console_facts(r, &uart);
	return machine_add_uart(r->m, &uart);
}

static enum status add_16550(struct reader *r, unsigned unused)
{
	struct uart_location uart = {.type = UART_16550};
	uint32_t width = get_u32(r, "reg-io-width", 1), shift = get_u32(r, "reg-shift", 0);
	uint64_t size;

	(void)unused;
	if (!get_window(r, &uart.base, &size))
		return ERR_RANGE;
	uart.base += get_u32(r, "reg-offset", 0);
	/* What does not fit in a byte is out of range there as well. */
	uart.register_width = (uint8_t)min_u64(width, UINT8_MAX);
	uart.register_shift = (uint8_t)min_u64(shift, UINT8_MAX);
	add_console_facts(r, &uart);
	return machine_add_uart(r->m, &uart);
}

/* One entry of a bridge's ranges: PCI address, the parent bus's address, size. */
static bool take_aperture(struct reader *r, struct bytes *ranges, struct pci_aperture *aperture)
{
	uint32_t high = bytes_be32(ranges), space = high & PCI_HIGH_SPACE;

	*aperture = (struct pci_aperture){.bus_base = bytes_be64(ranges)};
	if (!fdt_take_cells(ranges, parent(r)->address_cells, &aperture->cpu_base) ||
		!fdt_take_cells(ranges, current(r)->size_cells, &aperture->size))
		return false;
	aperture->space = space == PCI_HIGH_IO ? PCI_SPACE_IO : PCI_SPACE_MEMORY;
	aperture->io_is_mmio = space == PCI_HIGH_IO;
	aperture->prefetchable = high & PCI_HIGH_PREFETCHABLE;
	return true;
}

static void add_apertures(struct reader *r, struct pci_host *host)
{
	struct bytes ranges;

	if (!get(r, "ranges", &ranges)) {
		log_info(subject, "%s: ranges: absent: no apertures", current(r)->name);
		return;
	}
	while (bytes_left(&ranges)) {
		struct pci_aperture a;

		if (!take_aperture(r, &ranges, &a)) {
			log_error(subject, "%s: ranges: an entry is cut: the rest is passed over",
				current(r)->name);
			return;
		}
		if (!fdt_translate(&r->walk, r->walk.depth - 2, &a.cpu_base, a.size) ||
			pci_host_add_aperture(host, &a) != OK)
			log_info(subject, "%s: ranges: 0x%lx at 0x%lx is left out",
				current(r)->name, a.bus_base, a.cpu_base);
	}
}

/* bus-range, or as many buses as the window has room for. */
static bool set_buses(const struct reader *r, struct pci_host *host, uint64_t size)
{
	uint64_t room = min_u64(size / ECAM_BUS_SIZE, 0x100), first = 0, last = room - 1;
	struct bytes range;

	if (!room)
		return false;
	if (get(r, "bus-range", &range)) {
		first = bytes_be32(&range);
		last = bytes_be32(&range);
		if (range.overrun || first > last || last > 0xff)
			return false;
	}
	if (last - first >= room) {
		log_info(subject, "%s: reg: has room for %lu buses of %lu", current(r)->name, room,
			last - first + 1);
		last = first + room - 1;
	}
	host->bus_first = (uint8_t)first;
	host->bus_last = (uint8_t)last;
	return true;
}

static enum status add_pci_host(struct reader *r, unsigned unused)
{
	struct pci_host host = {.access = PCI_ACCESS_ECAM};
	enum status status, routed;
	uint64_t size;

	(void)unused;
	name_source(r, host.source);
	if (!get_window(r, &host.ecam_base, &size))
		return ERR_RANGE;
	if (!set_buses(r, &host, size) || current(r)->address_cells != 3) {
		log_error(subject,
			"%s: bus-range, reg (0x%lx bytes) or #address-cells (%u) is wrong",
			current(r)->name, size, current(r)->address_cells);
		return ERR_MALFORMED;
	}
	host.segment = (uint16_t)get_u32(r, "linux,pci-domain", r->next_segment++);
	host.coherence = get_coherence(r);
	add_apertures(r, &host);
	status = machine_add_pci_host(r->m, &host);
	routed = fdt_read_routes(&r->fdt, current(r), &host, &r->m->irq);
	return status == OK ? routed : status;
}

static enum status refuse_cam(struct reader *r, unsigned unused)
{
	(void)unused;
	log_info(subject, "%s: pci-host-cam-generic (256 bytes a function) is not driven",
		current(r)->name);
	return ERR_UNSUPPORTED;
}

static enum status set_gic(struct reader *r, unsigned version)
{
	r->m->gic_version = version;
	return version == 3 ? fdt_read_gic_v3(&r->fdt, &r->walk, &r->m->irq)
			    : fdt_read_gic_v2(&r->fdt, &r->walk, &r->m->irq);
}

static enum status add_its(struct reader *r, unsigned unused)
{
	(void)unused;
	return fdt_read_its(&r->fdt, &r->walk, &r->m->irq);
}

static enum status add_frame(struct reader *r, unsigned unused)
{
	(void)unused;
	return fdt_read_frame(&r->fdt, &r->walk, &r->m->irq);
}

static enum status set_psci(struct reader *r, unsigned unused)
{
	struct bytes value;
	const char *method = NULL;

	(void)unused;
	if (get(r, "method", &value))
		method = bytes_string(&value);
	if (method && !strcmp(method, "hvc"))
		r->m->psci = PSCI_HVC;
	else if (method && !strcmp(method, "smc"))
		r->m->psci = PSCI_SMC;
	else
		return ERR_MALFORMED;
	return OK;
}

static const struct binding {
	const char *compatible;
	enum status (*add)(struct reader *r, unsigned argument);
	unsigned argument;
} bindings[] = {
	{"virtio,mmio", add_virtio_mmio, 0},
	{"pci-host-ecam-generic", add_pci_host, 0},
	{"pci-host-cam-generic", refuse_cam, 0},
	{"arm,pl011", add_pl011, 0},
	{"arm,sbsa-uart", add_pl011, 0},
	{"ns16550", add_16550, 0},
	{"ns16550a", add_16550, 0},
	{"snps,dw-apb-uart", add_16550, 0},
	{"arm,gic-v3", set_gic, 3},
	{"arm,gic-400", set_gic, 2},
	{"arm,cortex-a7-gic", set_gic, 2},
	{"arm,cortex-a15-gic", set_gic, 2},
	{"arm,gic-v3-its", add_its, 0},
	{"arm,gic-v2m-frame", add_frame, 0},
	{"arm,psci-1.0", set_psci, 0},
	{"arm,psci-0.2", set_psci, 0},
	{"arm,psci", set_psci, 0},
};

/* §2.3.1: the first of the node's compatible strings that is known here. */
static const struct binding *find_binding(const struct reader *r)
{
	struct bytes list;
	const char *name;

	if (!get(r, "compatible", &list))
		return NULL;
	while ((name = bytes_string(&list)))
		for (unsigned i = 0; i < ARRAY_SIZE(bindings); i++)
			if (!strcmp(name, bindings[i].compatible))
				return &bindings[i];
	return NULL;
}

/* §3.8: /cpus/cpu@… */
static bool is_cpu(const struct reader *r)
{
	return r->walk.depth == 3 && !strcmp(parent(r)->name, "cpus") &&
	       !strncmp(current(r)->name, "cpu@", 4);
}

static void read_node(struct reader *r, unsigned *cpus)
{
	const struct fdt_node *node = current(r);
	const struct binding *binding = find_binding(r);

	if (is_cpu(r) && node->okay)
		++*cpus;
	/* The root describes the board: its compatible names no device. */
	if (!binding || r->walk.depth < 2)
		return;
	if (!node->okay)
		log_info(subject, "%s: status: not okay: passed over", node->name);
	else if (binding->add(r, binding->argument) != OK)
		log_debug(subject, "%s (%s): not used in full", node->name, binding->compatible);
}

enum status fdt_read_machine(struct bytes blob, struct machine *m)
{
	struct reader r = {.m = m};
	enum status status = fdt_open(blob, &r.fdt);
	unsigned cpus = 0;

	if (status != OK)
		return status;
	if (fdt_find_console(&r.fdt, &r.console, &r.console_baud))
		log_debug(subject, "stdout-path: %.*s", (int)r.console.size,
			(const char *)r.console.data);
	fdt_walk_begin(&r.walk, &r.fdt);
	while (fdt_walk_next(&r.walk))
		read_node(&r, &cpus);
	if (cpus)
		m->cpu_count = cpus;
	return r.walk.status;
}
