/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All that a run of the program knows, in one place: efi/main.c owns the only one, and its steps
 * hand it on. Nothing else has globals, except what the log, the clock and the traps need to work
 * without arguments.
 */
#ifndef EFI_PROGRAM_H
#define EFI_PROGRAM_H

#include "efi/firmware.h"
#include "efi/options.h"
#include "efi/own_memory.h"
#include "gpu/animate.h"
#include "gpu/console.h"
#include "gpu/fault.h"
#include "gpu/linear.h"
#include "gpu/session.h"
#include "gpu/watch.h"
#include "platform/machine.h"
#include "platform/uart.h"
#include "virtio/find.h"

#define PROGRAM_MAX_GPUS   8u
#define PROGRAM_LABEL_SIZE 256u

/* A GPU and what it shows. */
struct light {
	struct gpu_session session;
	struct fault_state fault;
	struct gpu_show show;
	char label[PROGRAM_LABEL_SIZE];
	bool lit;
};

/* In pages from the firmware: it is larger than the 1 MiB in which all of the image has to be. */
struct program {
	struct firmware firmware;
	struct options options;
	struct uart serial;
	struct linear_screen framebuffer;
	bool framebuffer_shows; /* the picture */
	struct console console; /* on the framebuffer */
	bool dma_is_open; /* own_memory_open_dma */
	struct dma_pool dma;
	unsigned found; /* GPUs; the first so many of `lights` are theirs */
	unsigned lit; /* GPUs that show their picture; of mode=bench: that were measured */
	unsigned served; /* changes of displays that were followed */
	uint64_t frames; /* that were shown, */
	uint64_t dropped; /* and those that were not */
	struct gpu_watch watches[PROGRAM_MAX_GPUS]; /* mode=watch: of the lit ones */
	struct machine machine;
	struct pci_tree pci;
	struct virtio_devices devices;
	struct light lights[PROGRAM_MAX_GPUS];
	struct gpu_animation animations[PROGRAM_MAX_GPUS]; /* mode=animate: of the lit ones */
	struct own_pages own __attribute__((aligned(PAGE_SIZE)));
};

#endif
