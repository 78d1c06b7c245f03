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
 * Finds the devices and reads what features they offer, with lines on the log. They stay
 * firmware's: their registers are read with firmware's timers held off, nothing is moved, and PCI
 * command registers are put back as they were.
 */
void list_look(struct firmware *fw, const struct machine *machine, struct pci_tree *tree,
	struct virtio_devices *found);

/* Prints what list_look found on the console. */
void list_print(struct firmware *fw, const struct virtio_devices *found);

#endif
