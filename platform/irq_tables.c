/* SPDX-License-Identifier: BSD-2-Clause */
/* In: what tables say of interrupts. Out: the same as plain data, each thing once, to be asked. */
#include "platform/irq_tables.h"

#include "mem/log.h"

#define FRAME_SIZE 0x1000u
#define GIC_ALIGN  0x10000u /* of redistributors and ITS frames (IHI 0069 §12.10, §12.18) */

static const char subject[] = "irq";

static enum status refuse(const char *what, uint64_t value, const char *source)
{
	log_error(subject, "%s: 0x%lx from %s is refused", what, value, source);
	return ERR_RANGE;
}

static enum status full(const char *what, unsigned count, const char *source)
{
	log_error(subject, "%s from %s: no room (%u are known)", what, source, count);
	return ERR_NO_MEMORY;
}

static bool is_base(uint64_t base, uint64_t align)
{
	return base && !(base % align) && base <= UINT64_MAX - 2 * (uint64_t)GIC_ALIGN;
}

enum status irq_add_redistributors(
	struct irq_tables *t, uint64_t base, uint64_t size, const char *source)
{
	struct irq_gic *gic = &t->gic;

	if (!is_base(base, GIC_ALIGN) || !range_inside(base, size, UINT64_MAX))
		return refuse("GIC redistributors", base, source);
	for (unsigned i = 0; i < gic->redistributor_count; i++)
		if (ranges_overlap(
			    gic->redistributors[i].base, gic->redistributors[i].size, base, size))
			return OK;
	if (gic->redistributor_count == IRQ_MAX_REDISTRIBUTORS)
		return full("GIC redistributors", gic->redistributor_count, source);
	gic->redistributors[gic->redistributor_count++] = (struct irq_window){base, size};
	return OK;
}

enum status irq_add_its(struct irq_tables *t, const struct irq_its *its, const char *source)
{
	struct irq_gic *gic = &t->gic;

	if (!is_base(its->base, GIC_ALIGN))
		return refuse("GIC ITS", its->base, source);
	for (unsigned i = 0; i < gic->its_count; i++)
		if (gic->its[i].base == its->base)
			return OK;
	if (gic->its_count == IRQ_MAX_ITS)
		return full("GIC ITS", gic->its_count, source);
	gic->its[gic->its_count++] = *its;
	return OK;
}

enum status irq_add_frame(struct irq_tables *t, const struct irq_frame *frame, const char *source)
{
	struct irq_gic *gic = &t->gic;

	if (!is_base(frame->base, FRAME_SIZE))
		return refuse("GIC MSI frame", frame->base, source);
	for (unsigned i = 0; i < gic->frame_count; i++)
		if (gic->frames[i].base == frame->base)
			return OK;
	if (gic->frame_count == IRQ_MAX_FRAMES)
		return full("GIC MSI frame", gic->frame_count, source);
	gic->frames[gic->frame_count++] = *frame;
	return OK;
}

enum status irq_add_io_apic(struct irq_tables *t, const struct irq_io_apic *io, const char *source)
{
	struct irq_apic *apic = &t->apic;

	if (!io->base || io->base % 16 || io->base > UINT32_MAX)
		return refuse("I/O APIC", io->base, source);
	for (unsigned i = 0; i < apic->io_count; i++)
		if (apic->io[i].base == io->base)
			return OK;
	if (apic->io_count == IRQ_MAX_IO_APICS)
		return full("I/O APIC", apic->io_count, source);
	apic->io[apic->io_count++] = *io;
	return OK;
}

enum status irq_add_override(
	struct irq_tables *t, const struct irq_override *override, const char *source)
{
	struct irq_apic *apic = &t->apic;

	if (override->source >= IRQ_MAX_OVERRIDES)
		return refuse("ISA interrupt", override->source, source);
	for (unsigned i = 0; i < apic->override_count; i++)
		if (apic->overrides[i].source == override->source)
			return OK;
	/* There is room: as many as there are ISA interrupts. */
	apic->overrides[apic->override_count++] = *override;
	return OK;
}

static bool same_pin(const struct irq_route *a, const struct irq_route *b)
{
	return a->segment == b->segment && a->bus == b->bus && a->pin == b->pin &&
	       a->device == b->device && a->device_mask == b->device_mask;
}

enum status irq_add_route(struct irq_tables *t, const struct irq_route *route, const char *source)
{
	if (route->pin < 1 || route->pin > 4)
		return refuse("PCI interrupt pin", route->pin, source);
	for (unsigned i = 0; i < t->route_count; i++)
		if (same_pin(&t->routes[i], route))
			return OK;
	if (t->route_count == IRQ_MAX_ROUTES)
		return full("PCI interrupt route", t->route_count, source);
	t->routes[t->route_count++] = *route;
	return OK;
}

enum status irq_add_map(struct irq_tables *t, const struct irq_map *map, const char *source)
{
	if (!map->count || map->first > UINT16_MAX || map->count > UINT32_MAX - map->device)
		return refuse("MSI map", map->first, source);
	for (unsigned i = 0; i < t->map_count; i++)
		if (t->maps[i].segment == map->segment && t->maps[i].first == map->first)
			return OK;
	if (t->map_count == IRQ_MAX_MAPS)
		return full("MSI map", t->map_count, source);
	t->maps[t->map_count++] = *map;
	return OK;
}

enum status irq_find_route(const struct irq_tables *t, uint16_t segment, uint8_t bus,
	uint8_t device, uint8_t pin, struct irq_line *line)
{
	for (unsigned i = 0; i < t->route_count; i++) {
		const struct irq_route *r = &t->routes[i];

		if (r->segment != segment || r->bus != bus || r->pin != pin ||
			(device & r->device_mask) != r->device)
			continue;
		*line = r->line;
		return OK;
	}
	return ERR_NOT_FOUND;
}

bool irq_find_isa_line(const struct irq_tables *t, uint8_t source, struct irq_line *line)
{
	for (unsigned i = 0; i < t->apic.override_count; i++) {
		if (t->apic.overrides[i].source != source)
			continue;
		*line = t->apic.overrides[i].line;
		return true;
	}
	return false;
}

static uint64_t find_its(const struct irq_gic *gic, uint32_t id)
{
	for (unsigned i = 0; i < gic->its_count; i++)
		if (gic->its[i].id == id)
			return gic->its[i].base;
	return gic->its[0].base;
}

enum status irq_find_device(
	const struct irq_tables *t, uint16_t segment, uint16_t requester, struct irq_device *device)
{
	bool mapped = false;

	for (unsigned i = 0; i < t->map_count; i++) {
		const struct irq_map *map = &t->maps[i];

		mapped |= map->segment == segment;
		if (map->segment != segment || requester < map->first ||
			requester - map->first >= map->count)
			continue;
		*device = (struct irq_device){
			.its = find_its(&t->gic, map->its),
			.id = map->device + (requester - map->first),
		};
		return OK;
	}
	if (mapped)
		return ERR_NOT_FOUND;
	*device = (struct irq_device){t->gic.its[0].base, requester, true};
	return OK;
}

/* How many windows from the first on are of one size, and as far apart as the first two. */
static unsigned row_length(const struct irq_window *first, unsigned count)
{
	unsigned length = 1;

	while (length < count && first[length].size == first->size &&
		first[length].base - first[length - 1].base == first[1].base - first->base)
		length++;
	return length;
}

static void log_redistributors(const struct irq_window *first, unsigned count)
{
	if (count == 1)
		log_info(subject, "GIC: redistributors at 0x%lx, 0x%lx bytes", first->base,
			first->size);
	else
		log_info(subject,
			"GIC: redistributors at 0x%lx to 0x%lx: %u windows of 0x%lx bytes",
			first->base, first[count - 1].base, count, first->size);
}

static void log_gic(const struct irq_gic *gic)
{
	const struct irq_window *windows = gic->redistributors;

	log_info(subject, "GIC: distributor 0x%lx, processor interface 0x%lx (0: none)",
		gic->distributor, gic->cpu_interface);
	for (unsigned i = 0, row; i < gic->redistributor_count; i += row) {
		row = row_length(windows + i, gic->redistributor_count - i);
		log_redistributors(windows + i, row);
	}
	for (unsigned i = 0; i < gic->its_count; i++)
		log_info(subject, "GIC: ITS at 0x%lx", gic->its[i].base);
	for (unsigned i = 0; i < gic->frame_count; i++)
		log_info(subject, "GIC: MSI frame at 0x%lx, %u SPIs from %u", gic->frames[i].base,
			gic->frames[i].spi_count, gic->frames[i].spi_base);
}

static void log_apic(const struct irq_apic *apic)
{
	log_info(subject, "local APIC: 0x%lx, 8259: %s, ISA overrides: %u", apic->local,
		apic->pics ? "yes" : "no", apic->override_count);
	for (unsigned i = 0; i < apic->io_count; i++)
		log_info(subject, "I/O APIC: 0x%lx, from interrupt %u on", apic->io[i].base,
			apic->io[i].first);
}

void irq_tables_log(const struct irq_tables *t)
{
	if (t->gic.distributor)
		log_gic(&t->gic);
	if (t->apic.local)
		log_apic(&t->apic);
	log_info(subject, "PCI: %u interrupt routes, %u maps of MSI senders", t->route_count,
		t->map_count);
}
