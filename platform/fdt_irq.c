/* SPDX-License-Identifier: BSD-2-Clause */
/* In: nodes of interrupt controllers and PCI host bridges. Out: controllers, lines, routes. */
#include "platform/fdt_irq.h"

#include "mem/log.h"

/* The GIC's specifier: type, number, flags. */
#define GIC_CELLS  3u
#define GIC_SPI    0u
#define GIC_PPI    1u
#define FLAGS_EDGE 0x3u /* rising 1, falling 2 */
#define FLAGS_LOW  0xau /* falling 2, low level 8 */
#define CELL       4u

/* Of a PCI address's first cell, phys.hi (IEEE 1275 PCI binding 2.2.1.1). */
#define PCI_BUS(hi)    ((uint8_t)((hi) >> 16))
#define PCI_DEVICE(hi) ((uint8_t)((hi) >> 11 & 0x1f))

static const char subject[] = "fdt";

static const struct fdt_node *current(const struct fdt_walk *walk)
{
	return &walk->nodes[walk->depth - 1];
}

/* Register window `index` of the node, as the processor addresses it. */
static enum status get_window(const struct fdt *fdt, const struct fdt_walk *walk, unsigned index,
	struct irq_window *window)
{
	const struct fdt_node *bus = &walk->nodes[walk->depth - 2];
	struct bytes reg;

	if (!bus->address_cells || !fdt_property(fdt, current(walk), "reg", &reg))
		return ERR_NOT_FOUND;
	for (unsigned i = 0; i <= index; i++)
		if (!fdt_take_cells(&reg, bus->address_cells, &window->base) ||
			!fdt_take_cells(&reg, bus->size_cells, &window->size))
			return ERR_NOT_FOUND;
	if (fdt_translate(walk, walk->depth - 2, &window->base, window->size))
		return OK;
	log_info(subject, "%s: ranges: 0x%lx is not reachable from here", current(walk)->name,
		window->base);
	return ERR_RANGE;
}

enum status fdt_read_gic_v3(
	const struct fdt *fdt, const struct fdt_walk *walk, struct irq_tables *t)
{
	uint32_t regions = fdt_property_u32(fdt, current(walk), "#redistributor-regions", 1);
	struct irq_window window;
	enum status status = get_window(fdt, walk, 0, &window);

	if (status != OK)
		return status;
	t->gic.distributor = window.base;
	for (unsigned i = 0; i < min_u64(regions, IRQ_MAX_REDISTRIBUTORS) && status == OK; i++) {
		status = get_window(fdt, walk, 1 + i, &window);
		if (status == OK)
			status = irq_add_redistributors(
				t, window.base, window.size, current(walk)->name);
	}
	return status;
}

enum status fdt_read_gic_v2(
	const struct fdt *fdt, const struct fdt_walk *walk, struct irq_tables *t)
{
	struct irq_window distributor, interface;
	enum status status = get_window(fdt, walk, 0, &distributor);

	if (status == OK)
		status = get_window(fdt, walk, 1, &interface);
	if (status != OK)
		return status;
	t->gic.distributor = distributor.base;
	t->gic.cpu_interface = interface.base;
	return OK;
}

enum status fdt_read_its(const struct fdt *fdt, const struct fdt_walk *walk, struct irq_tables *t)
{
	struct irq_window window;
	enum status status = get_window(fdt, walk, 0, &window);

	if (status != OK)
		return status;
	return irq_add_its(t,
		&(struct irq_its){window.base, fdt_property_u32(fdt, current(walk), "phandle", 0)},
		current(walk)->name);
}

enum status fdt_read_frame(const struct fdt *fdt, const struct fdt_walk *walk, struct irq_tables *t)
{
	struct irq_frame frame = {
		.spi_base = fdt_property_u32(fdt, current(walk), "arm,msi-base-spi", 0),
		.spi_count = fdt_property_u32(fdt, current(walk), "arm,msi-num-spis", 0),
	};
	struct irq_window window;
	enum status status = get_window(fdt, walk, 0, &window);

	if (status != OK)
		return status;
	frame.base = window.base;
	return irq_add_frame(t, &frame, current(walk)->name);
}

/* An interrupt specifier; false for one of another kind than a GIC's or a plain number. */
static bool take_line(struct bytes *b, uint32_t cells, struct irq_line *line)
{
	uint32_t type, number, flags;

	*line = (struct irq_line){0};
	if (cells == 1) {
		line->number = bytes_be32(b);
		return !b->overrun;
	}
	type = bytes_be32(b);
	number = bytes_be32(b);
	flags = bytes_be32(b);
	if (cells < GIC_CELLS || type > GIC_PPI || number > UINT16_MAX)
		return false;
	bytes_take(b, (cells - GIC_CELLS) * (size_t)CELL);
	line->number = number + (type == GIC_SPI ? GIC_SPI_BASE : GIC_PPI_BASE);
	line->edge = flags & FLAGS_EDGE;
	line->low = flags & FLAGS_LOW;
	return !b->overrun;
}

bool fdt_read_line(const struct fdt *fdt, const struct fdt_node *node, struct irq_line *line)
{
	struct bytes interrupts;

	return fdt_property(fdt, node, "interrupts", &interrupts) &&
	       take_line(&interrupts, interrupts.size >= GIC_CELLS * CELL ? GIC_CELLS : 1, line);
}

/* How long a parent's part of an entry is: its address, then its specifier. */
struct parent {
	uint32_t phandle;
	uint32_t address_cells;
	uint32_t interrupt_cells; /* 0: not known */
};

static void find_parent(const struct fdt *fdt, uint32_t phandle, struct parent *parent)
{
	struct fdt_walk walk;

	*parent = (struct parent){.phandle = phandle};
	fdt_walk_begin(&walk, fdt);
	while (fdt_walk_next(&walk)) {
		const struct fdt_node *node = current(&walk);

		if (fdt_property_u32(fdt, node, "phandle", 0) != phandle)
			continue;
		parent->address_cells = fdt_property_u32(fdt, node, "#address-cells", 0);
		parent->interrupt_cells = fdt_property_u32(fdt, node, "#interrupt-cells", 0);
		return;
	}
}

/* One entry of interrupt-map (§2.4.3): child address and pin, parent, its address and specifier. */
static bool take_entry(const struct fdt *fdt, struct bytes *map, struct parent *parent,
	uint32_t *high, uint32_t *pin, struct irq_line *line)
{
	uint32_t phandle;

	*high = bytes_be32(map);
	bytes_be64(map);
	*pin = bytes_be32(map);
	phandle = bytes_be32(map);
	if (map->overrun)
		return false;
	if (parent->phandle != phandle || !parent->interrupt_cells)
		find_parent(fdt, phandle, parent);
	if (!parent->interrupt_cells || parent->address_cells > 3 || parent->interrupt_cells > 8)
		return false;
	bytes_take(map, parent->address_cells * (size_t)CELL);
	return take_line(map, parent->interrupt_cells, line);
}

static enum status read_pins(const struct fdt *fdt, const struct fdt_node *node,
	const struct pci_host *host, struct irq_tables *t)
{
	struct irq_route route = {.segment = host->segment, .bus = host->bus_first};
	struct parent parent = {0};
	uint32_t mask = UINT32_MAX, high, pin;
	enum status status = OK;
	struct bytes map, masks;

	if (!fdt_property(fdt, node, "interrupt-map", &map))
		return OK;
	if (fdt_property(fdt, node, "interrupt-map-mask", &masks))
		mask = bytes_be32(&masks);
	route.device_mask = PCI_DEVICE(mask);
	while (bytes_left(&map) && status == OK) {
		if (!take_entry(fdt, &map, &parent, &high, &pin, &route.line)) {
			log_error(subject,
				"%s: interrupt-map: an entry cannot be read: the rest "
				"is passed over",
				node->name);
			return ERR_MALFORMED;
		}
		if (PCI_BUS(high & mask) != (route.bus & PCI_BUS(mask)))
			continue;
		route.device = PCI_DEVICE(high & mask);
		route.pin = (uint8_t)min_u64(pin, UINT8_MAX);
		status = irq_add_route(t, &route, node->name);
	}
	return status;
}

/* msi-map: first requester id, controller, its id for that, how many. */
static enum status read_senders(const struct fdt *fdt, const struct fdt_node *node,
	const struct pci_host *host, struct irq_tables *t)
{
	enum status status = OK;
	struct bytes senders;

	if (!fdt_property(fdt, node, "msi-map", &senders))
		return OK;
	while (bytes_left(&senders) && status == OK) {
		struct irq_map map = {.segment = host->segment, .first = bytes_be32(&senders)};

		map.its = bytes_be32(&senders);
		map.device = bytes_be32(&senders);
		map.count = bytes_be32(&senders);
		if (senders.overrun) {
			log_error(subject, "%s: msi-map: an entry is cut", node->name);
			return ERR_MALFORMED;
		}
		status = irq_add_map(t, &map, node->name);
	}
	return status;
}

enum status fdt_read_routes(const struct fdt *fdt, const struct fdt_node *node,
	const struct pci_host *host, struct irq_tables *t)
{
	enum status pins = read_pins(fdt, node, host, t);
	enum status senders = read_senders(fdt, node, host, t);

	return pins == OK ? senders : pins;
}
