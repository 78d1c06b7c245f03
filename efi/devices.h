/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The devices that are driven, before anything is shown: found, reachable, connected, and proven
 * where something simple can prove them. Each function is a step of the run, with its line.
 */
#ifndef EFI_DEVICES_H
#define EFI_DEVICES_H

#include "efi/program.h"

/* Walks PCI and the virtio-mmio slots. */
void devices_find(struct program *p);

/*
 * Opens the DMA memory, cached unless dma= or a device that does not look into caches wants it
 * otherwise; with console=on the log is then on the firmware's framebuffer.
 */
void devices_open_dma(struct program *p);

/* irq=: opens a controller of interrupts, and connects every device to it; else they are polled. */
void devices_connect_interrupts(struct program *p);

/* Everything is masked and disconnected again, and each device has its account. */
void devices_disconnect_interrupts(struct program *p);

/* The entropy device; NULL: there is none. */
struct virtio_device *devices_find_entropy(struct program *p);

/*
 * Where there is an entropy device, its bytes prove transport and queue before a GPU is touched.
 */
void devices_prove_queues(struct program *p);

#endif
