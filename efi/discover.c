/* SPDX-License-Identifier: BSD-2-Clause */
/* In: configuration tables, device handles and options. Out: the machine as plain data. */
#include "efi/discover.h"

#include <efipciio.h>

#include "efi/gop.h"
#include "mem/format.h"
#include "mem/log.h"
#include "mem/string.h"
#include "platform/aml.h"
#include "platform/fdt.h"

#define FDT_HEADER_SIZE 40u

/* The end tag of a resource template (ACPI 6.5 §6.4.2.9), and a sane limit for finding it. */
#define RESOURCE_END_TAG  0x79u
#define RESOURCE_QWORD    0x8au
#define RESOURCE_MAX_SIZE 4096u

static void read_acpi(struct machine *machine, struct firmware *fw)
{
	EFI_GUID acpi20 = ACPI_20_TABLE_GUID, acpi10 = ACPI_TABLE_GUID;
	struct table_source source = firmware_table_source(fw);
	uint64_t rsdp = firmware_table(fw, &acpi20);

	if (!rsdp)
		rsdp = firmware_table(fw, &acpi10);
	if (!rsdp) {
		log_info("efi", "tables: no ACPI");
		return;
	}
	log_info("efi", "tables: ACPI, RSDP at 0x%lx", rsdp);
	if (acpi_read_machine(&source, rsdp, machine) != OK)
		log_info("efi", "tables: ACPI is not usable");
}

static void read_fdt(struct machine *machine, struct firmware *fw)
{
	EFI_GUID guid = EFI_DTB_TABLE_GUID;
	struct table_source source = firmware_table_source(fw);
	uint64_t address = firmware_table(fw, &guid);
	const void *blob;
	size_t size;

	if (!address) {
		log_info("efi", "tables: no FDT");
		return;
	}
	blob = source.map(source.context, address, FDT_HEADER_SIZE);
	size = blob ? fdt_size(bytes_of(blob, FDT_HEADER_SIZE)) : 0;
	blob = size ? source.map(source.context, address, size) : NULL;
	log_info("efi", "tables: FDT at 0x%lx, %zu bytes", address, size);
	if (!blob || fdt_read_machine(bytes_of(blob, size), machine) != OK)
		log_info("efi", "tables: the FDT is not usable, or not all of it");
}

/* EDK2 gives each virtio-mmio window of its device tree a handle with this vendor path. */
static const EFI_GUID virtio_mmio_transport = {
	0x837dca9e, 0xe874, 0x4d82, {0xb2, 0x9a, 0x23, 0xfe, 0x0e, 0x23, 0xd1, 0xe2}};

#define VENDOR_NODE_SIZE    20u /* node header and GUID, UEFI 2.10 §10.3.2.3 */
#define EDK2_MMIO_SLOT_SIZE 0x200u

static void read_virtio_handle(struct machine *machine, const EFI_DEVICE_PATH_PROTOCOL *path)
{
	struct bytes node = bytes_of(path, path->Length[0] | (size_t)path->Length[1] << 8);
	struct virtio_mmio_location location = {
		.size = EDK2_MMIO_SLOT_SIZE,
		.source = "EFI device path",
	};

	if (path->Type != HARDWARE_DEVICE_PATH || path->SubType != HW_VENDOR_DP ||
		node.size < VENDOR_NODE_SIZE + sizeof(uint64_t) ||
		memcmp(node.data + 4, &virtio_mmio_transport, sizeof(virtio_mmio_transport)))
		return;
	bytes_seek(&node, VENDOR_NODE_SIZE);
	location.base = bytes_le64(&node);
	if (machine_add_virtio_mmio(machine, &location) != OK)
		log_info("efi", "handles: virtio-mmio at 0x%lx is passed over", location.base);
}

/* Calls `use` with each handle that has the protocol. */
static void each_handle(struct machine *machine, struct firmware *fw, EFI_GUID *protocol,
	void (*use)(struct machine *machine, void *interface))
{
	EFI_BOOT_SERVICES *bs = fw->system->BootServices;
	EFI_HANDLE *handles;
	UINTN count;
	void *interface;

	if (EFI_ERROR(bs->LocateHandleBuffer(ByProtocol, protocol, NULL, &count, &handles)))
		return;
	for (UINTN i = 0; i < count; i++)
		if (!EFI_ERROR(bs->HandleProtocol(handles[i], protocol, &interface)))
			use(machine, interface);
	bs->FreePool(handles);
}

static void use_device_path(struct machine *machine, void *interface)
{
	read_virtio_handle(machine, interface);
}

/* The resource template that firmware returns, whose length nobody states. */
static struct bytes template_of(const uint8_t *p)
{
	size_t at = 0;

	while (at < RESOURCE_MAX_SIZE && p[at] == RESOURCE_QWORD)
		at += 3 + (p[at + 1] | (size_t)p[at + 2] << 8);
	return at < RESOURCE_MAX_SIZE && p[at] == RESOURCE_END_TAG ? bytes_of(p, at + 2)
								   : bytes_of(p, 0);
}

/* Working state while the resources of one root bridge are read. */
struct root_bridge {
	struct pci_host host;
	unsigned buses;
};

static void use_resource(void *context, const struct aml_resource *r)
{
	struct root_bridge *bridge = context;
	/* UEFI 2.10 §14.2: ranges are the processor's; bus address = that + translation. */
	struct pci_aperture aperture = {
		.space = r->type == AML_IO ? PCI_SPACE_IO : PCI_SPACE_MEMORY,
		.prefetchable = r->prefetchable,
		.cpu_base = r->base,
		.bus_base = r->base + r->translation,
		.size = r->length,
		.io_is_mmio = r->type == AML_IO && !io_has_ports(),
	};

	if (r->type == AML_BUS) {
		bridge->host.bus_first = (uint8_t)r->base;
		bridge->host.bus_last = (uint8_t)(r->base + r->length - 1);
		bridge->buses++;
		return;
	}
	if (r->type == AML_INTERRUPT || !r->length)
		return;
	if (pci_host_add_aperture(&bridge->host, &aperture) != OK)
		log_info("efi", "root bridge: aperture at 0x%lx is passed over", r->base);
}

/* Apertures for a bridge that tables named, or the bridge itself where they named none. */
static void add_root_bridge(struct machine *machine, const struct pci_host *bridge)
{
	struct pci_host *known = machine_find_pci_host(machine, bridge->segment, bridge->bus_first);
	bool added = true;

	for (unsigned i = 0; known && i < bridge->aperture_count; i++)
		added &= pci_host_add_aperture(known, &bridge->apertures[i]) == OK;
	if (!known && io_has_ports())
		added = machine_add_pci_host(machine, bridge) == OK;
	else if (!known)
		log_info("efi",
			"root bridge: segment %u bus %u: no table says how its configuration "
			"space is reached",
			bridge->segment, bridge->bus_first);
	if (!added)
		log_info("efi", "root bridge: segment %u bus %u: not all of it is used",
			bridge->segment, bridge->bus_first);
}

static void use_root_bridge(struct machine *machine, void *interface)
{
	EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *io = interface;
	struct root_bridge bridge = {
		.host = {.access = PCI_ACCESS_PORTS, .source = "EFI root bridge"},
	};
	void *resources = NULL;

	bridge.host.segment = (uint16_t)io->SegmentNumber;
	if (EFI_ERROR(io->Configuration(io, &resources)) || !resources)
		return;
	if (aml_each_resource(template_of(resources), use_resource, &bridge) != OK ||
		bridge.buses != 1) {
		log_error("efi", "root bridge: its resources are not usable");
		return;
	}
	add_root_bridge(machine, &bridge.host);
}

/* The first one that can be drawn on; most machines have one. */
static void use_gop(struct machine *machine, void *interface)
{
	if (!machine->framebuffer.base && gop_read(interface, &machine->framebuffer) != OK)
		log_info("efi", "GOP: one is passed over");
}

static void read_framebuffer(struct machine *machine, struct firmware *fw)
{
	EFI_GUID gop = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
	struct table_source memory = firmware_table_source(fw);
	struct framebuffer *fb = &machine->framebuffer;

	each_handle(machine, fw, &gop, use_gop);
	fb->is_memory = fb->base && memory.map(memory.context, fb->base, fb->size);
}

static enum status add_by_hand(struct machine *machine, const struct options *options)
{
	enum status status = OK;

	if (options->have_earlycon)
		status = machine_add_uart(machine, &options->earlycon);
	for (unsigned i = 0; status == OK && i < options->virtio_mmio_count; i++)
		status = machine_add_virtio_mmio(machine, &options->virtio_mmio[i]);
	return status;
}

enum status machine_discover(
	struct machine *machine, struct firmware *fw, const struct options *options)
{
	EFI_GUID device_path = EFI_DEVICE_PATH_PROTOCOL_GUID;
	EFI_GUID root_bridge = EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_GUID;
	enum status status;

	*machine = (struct machine){0};
	/* By hand first: where two sources disagree, the first mention wins. */
	status = add_by_hand(machine, options);
	read_acpi(machine, fw);
	read_fdt(machine, fw);
	each_handle(machine, fw, &device_path, use_device_path);
	each_handle(machine, fw, &root_bridge, use_root_bridge);
	read_framebuffer(machine, fw);
	machine_log(machine);
	return status;
}
