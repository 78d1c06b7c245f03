/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In: the devices of the DSDT and the SSDTs. Out: virtio-mmio windows, UARTs and PCI host bridges
 * with their apertures.
 */
#include "mem/format.h"
#include "mem/log.h"
#include "mem/string.h"
#include "platform/acpi_parts.h"
#include "platform/aml.h"

#define FIRST_MEGABYTE  0x100000u
#define PCI_DEVICE_MASK 0x1fu
#define LEAST_WINDOW    4u /* no BAR is smaller (PCI Local Bus 3.0 §6.2.5.1) */

static const char subject[] = "acpi";

/* The first resource of each kind that a device uses itself. */
struct resources {
	bool have[AML_INTERRUPT + 1];
	struct aml_resource first[AML_INTERRUPT + 1];
};

static void note_resource(void *context, const struct aml_resource *resource)
{
	struct resources *resources = context;

	if (resources->have[resource->type])
		return;
	resources->have[resource->type] = true;
	resources->first[resource->type] = *resource;
}

static bool read_resources(const struct aml_device *device, struct resources *resources)
{
	memset(resources, 0, sizeof(*resources));
	if (device->crs.size)
		return aml_each_resource(device->crs, note_resource, resources) == OK;
	log_info(subject, "%s (%s): its _CRS %s", device->path, device->hid,
		device->crs_computed ? "has to be computed" : "is absent");
	return false;
}

static void name_source(char source[SOURCE_SIZE], const struct aml_device *device)
{
	format(source, SOURCE_SIZE, "ACPI %s", device->path);
}

static enum coherence coherence_of(const struct aml_device *device)
{
	uint64_t cca;

	if (!aml_find_coherence(device, &cca))
		return COHERENCE_NOT_STATED;
	return cca ? COHERENCE_YES : COHERENCE_NO;
}

static enum status add_virtio_mmio(struct machine *m, const struct aml_device *device)
{
	struct virtio_mmio_location window = {0};
	struct resources resources;

	if (!read_resources(device, &resources))
		return ERR_MALFORMED;
	if (!resources.have[AML_MEMORY]) {
		log_info(subject, "%s (%s): no memory range: passed over", device->path,
			device->hid);
		return ERR_NOT_FOUND;
	}
	window.base = resources.first[AML_MEMORY].base;
	window.size = resources.first[AML_MEMORY].length;
	window.interrupt = (uint32_t)resources.first[AML_INTERRUPT].base;
	window.interrupt_edge = resources.first[AML_INTERRUPT].edge;
	window.coherence = coherence_of(device);
	name_source(window.source, device);
	return machine_add_virtio_mmio(m, &window);
}

static enum status add_pl011(struct machine *m, const struct aml_device *device)
{
	struct uart_location uart = {.type = UART_PL011, .register_width = 4, .register_shift = 2};
	struct resources resources;

	if (!read_resources(device, &resources))
		return ERR_MALFORMED;
	uart.base = resources.first[AML_MEMORY].base;
	name_source(uart.source, device);
	return machine_add_uart(m, &uart);
}

/* In memory, how far the registers are apart is not said here: SPCR and DBG2 were read before. */
static enum status add_16550(struct machine *m, const struct aml_device *device)
{
	struct uart_location uart = {.type = UART_16550, .register_width = 1};
	struct resources resources;

	if (!read_resources(device, &resources))
		return ERR_MALFORMED;
	if (resources.have[AML_IO]) {
		uart.space = IO_PORT;
		uart.base = resources.first[AML_IO].base;
	} else {
		uart.space = IO_MMIO;
		uart.base = resources.first[AML_MEMORY].base;
	}
	name_source(uart.source, device);
	return machine_add_uart(m, &uart);
}

struct bridge {
	struct pci_host host;
	bool buses_known;
	bool buses_wrong;
	bool tiny; /* a window has a few bytes, but not none */
};

static void note_buses(struct bridge *bridge, const struct aml_resource *r)
{
	if (bridge->buses_known || r->base > 0xff || !r->length || r->length > 0x100 - r->base) {
		bridge->buses_wrong = !bridge->buses_known;
		return;
	}
	bridge->buses_known = true;
	bridge->host.bus_first = (uint8_t)r->base;
	bridge->host.bus_last = (uint8_t)(r->base + r->length - 1);
}

static void note_aperture(void *context, const struct aml_resource *r)
{
	struct bridge *bridge = context;
	struct pci_aperture aperture = {0};

	if (!r->producer || r->type == AML_INTERRUPT)
		return;
	if (r->type == AML_BUS) {
		note_buses(bridge, r);
		return;
	}
	bridge->tiny |= r->length && r->length < LEAST_WINDOW;
	if (r->io_is_sparse || r->length < LEAST_WINDOW ||
		(r->type == AML_MEMORY && r->base < FIRST_MEGABYTE)) {
		/* Below 1 MiB is the VGA window: no place for a BAR. */
		log_debug(subject, "%s: %s range 0x%lx (0x%lx bytes): passed over",
			bridge->host.source, r->type == AML_IO ? "I/O" : "memory", r->base,
			r->length);
		return;
	}
	aperture.space = r->type == AML_IO ? PCI_SPACE_IO : PCI_SPACE_MEMORY;
	aperture.prefetchable = r->prefetchable;
	aperture.bus_base = r->base;
	aperture.cpu_base = r->base + r->translation;
	aperture.size = r->length;
	/* QEMU 7.2's tables for Arm leave _TTP out and only translate. */
	aperture.io_is_mmio =
		r->type == AML_IO && (r->io_is_mmio || r->translation || !io_has_ports());
	if (pci_host_add_aperture(&bridge->host, &aperture) != OK)
		log_debug(subject, "%s: range 0x%lx is left out", bridge->host.source, r->base);
}

/* Gives the apertures to the bridge that MCFG named, or adds one that is reached by ports. */
static enum status place_bridge(struct machine *m, struct bridge *bridge)
{
	struct pci_host *host = &bridge->host, *known;
	enum status status = OK;

	if (bridge->buses_known)
		status = machine_split_pci_host(
			m, host->segment, host->bus_first, host->bus_last, host->source);
	known = machine_find_pci_host(m, host->segment, host->bus_first);
	if (!known && (host->segment || !io_has_ports())) {
		log_info(subject, "%s: no table says how to reach segment %04x bus %02x",
			host->source, host->segment, host->bus_first);
		return ERR_NOT_FOUND;
	}
	if (!known)
		return machine_add_pci_host(m, host);
	log_debug(subject, "%s: is the bridge of bus %02x from %s", host->source, host->bus_first,
		known->source);
	coherence_add(&known->coherence, host->coherence, known->source, host->source);
	for (unsigned i = 0; i < host->aperture_count; i++)
		if (pci_host_add_aperture(known, &host->apertures[i]) != OK)
			status = ERR_NO_MEMORY;
	return status;
}

/* Working state while a bridge's _PRT is read. */
struct routing {
	struct machine *m;
	const struct pci_host *host;
	unsigned count;
	enum status status;
};

static void note_route(void *context, const struct aml_route *r)
{
	struct routing *routing = context;
	struct irq_route route = {
		.segment = routing->host->segment,
		.bus = routing->host->bus_first,
		.device = r->device,
		.device_mask = PCI_DEVICE_MASK,
		.pin = (uint8_t)(r->pin + 1),
		.line = {r->number, r->edge, r->low},
	};
	enum status status = irq_add_route(&routing->m->irq, &route, routing->host->source);

	routing->count++;
	if (status != OK)
		routing->status = status;
}

/* Where the pins of the devices behind the bridge go. */
static enum status read_routes(
	struct machine *m, const struct aml_device *device, const struct pci_host *host)
{
	struct routing routing = {.m = m, .host = host};
	enum status status = aml_each_route(device, note_route, &routing);

	log_debug(subject, "%s: _PRT: %u pins are routed (%s)", device->path, routing.count,
		status_name(status));
	return status == OK || status == ERR_NOT_FOUND ? routing.status : status;
}

/*
 * Boards for several processors have bridges in their tables that firmware fills in where they are
 * there (ASUS Pro WS C422-ACE, BIOS 1403: _STA looks at memory): until then each has bus 0 alone,
 * and windows of one byte.
 */
static enum status read_template(const struct aml_device *device, struct bridge *bridge)
{
	if (!device->crs.size) {
		log_info(subject, "%s: its _CRS %s: no apertures from here", device->path,
			device->crs_computed ? "has to be computed" : "is absent");
		return OK;
	}
	if (aml_each_resource(device->crs, note_aperture, bridge) != OK || bridge->buses_wrong)
		return ERR_MALFORMED;
	if (!bridge->tiny || !bridge->buses_known || bridge->host.bus_last)
		return OK;
	log_info(subject, "%s: its _CRS is not filled in: bus 00 alone, and windows of a byte",
		device->path);
	return ERR_NOT_FOUND;
}

static enum status add_bridge(struct machine *m, const struct aml_device *device)
{
	struct bridge bridge = {.host = {.access = PCI_ACCESS_PORTS, .bus_last = 0xff}};
	enum status status, routed;

	name_source(bridge.host.source, device);
	if (device->segment > 0xffff || device->bus > 0xff) {
		log_error(subject, "%s: segment 0x%lx, bus 0x%lx: passed over", device->path,
			device->segment, device->bus);
		return ERR_MALFORMED;
	}
	bridge.host.segment = (uint16_t)device->segment;
	bridge.host.bus_first = (uint8_t)device->bus;
	bridge.host.coherence = coherence_of(device);
	status = read_template(device, &bridge);
	if (status != OK)
		return status;
	status = place_bridge(m, &bridge);
	routed = read_routes(m, device, &bridge.host);
	return status == OK ? routed : status;
}

static const struct {
	const char *id;
	enum status (*add)(struct machine *m, const struct aml_device *device);
} drivers[] = {
	{"LNRO0005", add_virtio_mmio}, {"ARMH0011", add_pl011}, /* PL011 */
	{"ARMHB000", add_pl011}, /* SBSA generic UART */
	{"PNP0501", add_16550}, {"PNP0500", add_16550}, {"PNP0A08", add_bridge}, /* PCI Express */
	{"PNP0A03", add_bridge}, /* PCI */
};

static bool has_id(const struct aml_device *device, const char *id)
{
	return !strcmp(device->hid, id) || !strcmp(device->cid, id);
}

/* Of a workstation's thousand devices the places of few are looked for. */
static bool is_driven(const char *id)
{
	for (unsigned i = 0; i < ARRAY_SIZE(drivers); i++)
		if (!strcmp(id, drivers[i].id))
			return true;
	return false;
}

static void found_device(void *context, const struct aml_device *device)
{
	for (unsigned i = 0; i < ARRAY_SIZE(drivers); i++) {
		if (!has_id(device, drivers[i].id))
			continue;
		if (!device->present)
			log_info(subject, "%s (%s): not present (_STA): passed over", device->path,
				device->hid);
		else if (drivers[i].add(context, device) != OK)
			log_debug(subject, "%s (%s): not used in full", device->path, device->hid);
		return;
	}
}

enum status acpi_read_devices(const struct bytes *blocks, unsigned count, struct machine *m)
{
	return aml_each_device(blocks, count, is_driven, found_device, m);
}
