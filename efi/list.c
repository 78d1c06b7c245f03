/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a machine still run by firmware. Out: a list of its virtio devices on the console. */
#include "efi/list.h"

#include "efi/console.h"
#include "mem/format.h"
#include "mem/log.h"

#define LINE_SIZE 240u

/* The command registers of a tree, put aside. */
struct saved_commands {
	uint16_t command[PCI_MAX_DEVICES];
};

static bool any_device(uint32_t device_id)
{
	(void)device_id;
	return true;
}

static void save_commands(struct saved_commands *saved, struct pci_tree *tree)
{
	for (unsigned i = 0; i < tree->count; i++)
		saved->command[i] = (uint16_t)pci_config_read(&tree->devices[i], PCI_COMMAND, 2);
}

static void restore_commands(const struct saved_commands *saved, struct pci_tree *tree)
{
	for (unsigned i = 0; i < tree->count; i++)
		if (pci_config_read(&tree->devices[i], PCI_COMMAND, 2) != saved->command[i])
			pci_config_write(&tree->devices[i], PCI_COMMAND, 2, saved->command[i]);
}

/* Everything that touches hardware, undisturbed by firmware's drivers. */
static void look(const struct machine *machine, struct pci_tree *tree, struct virtio_devices *found)
{
	struct saved_commands saved;

	tree->passive = true;
	for (unsigned i = 0; i < machine->pci_host_count; i++)
		if (pci_scan(tree, &machine->pci_hosts[i]) != OK)
			log_info("efi", "list: PCI segment %u bus %u: not all of it was read",
				machine->pci_hosts[i].segment, machine->pci_hosts[i].bus_first);
	save_commands(&saved, tree);
	virtio_find(found, machine, tree, any_device, NULL, 0);
	for (unsigned i = 0; i < found->count; i++) {
		struct virtio_device *dev = &found->devices[i];

		dev->offered = dev->transport->read_features(dev);
		log_info(dev->name, "features offered: 0x%lx", dev->offered);
	}
	restore_commands(&saved, tree);
}

void list_look(struct firmware *fw, const struct machine *machine, struct pci_tree *tree,
	struct virtio_devices *found)
{
	EFI_BOOT_SERVICES *bs = fw->system->BootServices;
	EFI_TPL tpl = bs->RaiseTPL(TPL_HIGH_LEVEL);

	look(machine, tree, found);
	bs->RestoreTPL(tpl);
}

static void print(struct firmware *fw, const struct virtio_device *dev)
{
	char line[LINE_SIZE], names[FEATURES_TEXT_SIZE];

	features_describe(dev->offered, dev->device_id, names);
	format(line, sizeof(line), "%s: %s (%u), %s", dev->name, virtio_id_name(dev->device_id),
		dev->device_id, dev->transport->name);
	console_line(fw, line);
	format(line, sizeof(line), "  features 0x%lx: %s", dev->offered, names);
	console_line(fw, line);
}

void list_print(struct firmware *fw, const struct virtio_devices *found)
{
	char line[LINE_SIZE];

	for (unsigned i = 0; i < found->count; i++)
		print(fw, &found->devices[i]);
	format(line, sizeof(line), "%u virtio devices in %u mmio windows and %u PCI functions%s",
		found->count, found->windows, found->functions,
		found->refused ? "; some could not be read, see the log" : "");
	console_line(fw, line);
}
