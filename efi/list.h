/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mode=list: every virtio device with its transport and features, with boot services still there.
 */
#ifndef EFI_LIST_H
#define EFI_LIST_H

#include "efi/firmware.h"
#include "platform/machine.h"
#include "virtio/find.h"

/*
 * Lists the devices on the console and on the log. They stay firmware's: their registers are read
 * with firmware's timers held off, features are only read, and PCI command registers are put back
 * as they were. Returns the number of devices.
 */
unsigned devices_list(struct firmware *fw, const struct machine *machine, struct pci_tree *tree,
	struct virtio_devices *found);

#endif
