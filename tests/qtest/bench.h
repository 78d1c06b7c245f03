/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine under test as the commands of this program have described it, and what stands on it:
 * its virtio devices, and the GPUs that show something.
 */
#ifndef TESTS_QTEST_BENCH_H
#define TESTS_QTEST_BENCH_H

#include "gpu/fault.h"
#include "gpu/watch.h"
#include "platform/machine.h"
#include "platform/pci.h"
#include "virtio/find.h"

#define LIGHT_LABEL_SIZE 64u

/* A device of type GPU, while it shows a picture. */
struct light {
	bool lit;
	struct gpu_session session;
	struct gpu_setup setup;
	struct gpu_show show;
	char label[LIGHT_LABEL_SIZE];
};

struct bench {
	uint8_t *memory; /* the guest's, mapped here */
	size_t memory_size;
	struct machine machine;
	struct dma_pool dma;
	struct pci_tree pci;
	struct virtio_devices found;
	struct light lights[VIRTIO_MAX_DEVICES]; /* of found.devices[i] */
	uint64_t wanted; /* features that are accepted beside the usual ones */
	struct fault_state fault; /* on one of them; zeroed: on none */
};

#define COMMAND_MAX_WORDS 12u

/* A command: its name in word 0, its arguments behind that; the rest is empty. */
struct words {
	unsigned count;
	const char *word[COMMAND_MAX_WORDS];
};

/* Word `index` as a number, decimal or with 0x; 0 when it is not there or no number. */
uint64_t words_number(const struct words *w, unsigned index);

/* The device that word `index` names; NULL, logged, when there is none. */
struct virtio_device *bench_find_device(struct bench *b, const struct words *w, unsigned index);

/* The GPU that word 1 names, if it shows something; else NULL, logged. */
struct light *bench_find_lit(struct bench *b, const struct words *w);

/*
 * The commands. tests/qtest/main.c says what each is for and what its words are. Each is a test
 * point of its own with the steps of the code under test below it.
 */
MUST_CHECK enum status machine_mmio(struct bench *b, const struct words *w);
MUST_CHECK enum status machine_pci(struct bench *b, const struct words *w);
MUST_CHECK enum status machine_aperture(struct bench *b, const struct words *w);
MUST_CHECK enum status machine_memory(struct bench *b, const struct words *w);
MUST_CHECK enum status machine_timeout(struct bench *b, const struct words *w);
MUST_CHECK enum status machine_unplug(struct bench *b, const struct words *w);
MUST_CHECK enum status machine_find(struct bench *b, const struct words *w);

MUST_CHECK enum status fault_list(struct bench *b, const struct words *w);
MUST_CHECK enum status fault_on(struct bench *b, const struct words *w);

MUST_CHECK enum status light_show(struct bench *b, const struct words *w);
MUST_CHECK enum status light_rounds(struct bench *b, const struct words *w);
MUST_CHECK enum status light_watch(struct bench *b, const struct words *w);
MUST_CHECK enum status light_animate(struct bench *b, const struct words *w);
MUST_CHECK enum status light_patch(struct bench *b, const struct words *w);
MUST_CHECK enum status light_repaint(struct bench *b, const struct words *w);
MUST_CHECK enum status light_flush(struct bench *b, const struct words *w);
MUST_CHECK enum status light_frames(struct bench *b, const struct words *w);
MUST_CHECK enum status light_break(struct bench *b, const struct words *w);
MUST_CHECK enum status light_stall(struct bench *b, const struct words *w);
MUST_CHECK enum status light_close(struct bench *b, const struct words *w);

MUST_CHECK enum status device_entropy(struct bench *b, const struct words *w);
MUST_CHECK enum status device_want(struct bench *b, const struct words *w);
MUST_CHECK enum status device_ring(struct bench *b, const struct words *w);

#endif
