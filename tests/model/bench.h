/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A machine with one model device, and the driver on its way through it as efi/main.c goes.
 */
#ifndef TESTS_MODEL_BENCH_H
#define TESTS_MODEL_BENCH_H

#include "fake_gic.h"
#include "gpu/session.h"
#include "model_gpu.h"
#include "virtio/entropy.h"
#include "virtio/find.h"

#define BENCH_TIMEOUT_US 1000000u
#define BENCH_MEMORY     (4u << 20)

struct bench {
	bool open;
	struct model_memory memory;
	struct machine machine;
	struct pci_tree tree;
	struct virtio_devices found;
	struct model model;
	struct virtio_device *dev; /* once it was found */
	struct fake_gic gic;
	struct gpu gpu;
	struct gpu_screens screens;
	uint64_t started_us;
};

/*
 * A machine with the device, which nobody has looked at yet. One that is still open, as a failed
 * test leaves it, is closed first.
 */
void bench_open(struct bench *b, enum model_transport transport, const struct model_type *type);
/* The same, with all memory that devices may be given higher by `above`. */
void bench_open_above(struct bench *b, enum model_transport transport,
	const struct model_type *type, uint64_t above);
void bench_close(struct bench *b);

/* For the end of a group of tests: closes what a failed one left open. */
int bench_teardown(void **state);

/* Looks for devices as the application does. `b->dev` is NULL when there is no usable one. */
void bench_find(struct bench *b);

/* Behind bench_find: the device interrupts by its line, the pin of a PCI function. */
#define BENCH_LINE 48u
void bench_interrupt(struct bench *b);

/* gpu_open and gpu_show of the bars; then the device and all memory as they were left. */
enum status bench_show(struct bench *b);

/* gpu_close, and the surfaces with it when it succeeds. */
enum status bench_stop(struct bench *b);

/* bench_find, gpu_open and gpu_show: fails the test when one of them does. */
void bench_expect_shown(struct bench *b, const struct gpu_show *show);

/* Fails the test when the driver broke a rule, then when `status` is not the expected one. */
void bench_expect(struct bench *b, enum status status, enum status expected);

/* Fails the test when not every byte of memory was given back, or the device is not reset. */
void bench_expect_clean(struct bench *b);

/* The end of a test in which all went well: stops, expects it clean, and closes the bench. */
void bench_end(struct bench *b);
void bench_end_session(struct bench *b, struct gpu_session *s);

/* Fails the test when display `index` does not show the picture, of that size. */
void bench_expect_picture(struct bench *b, unsigned index, uint32_t width, uint32_t height);

/* Measures, in the model's time, from bench_begin on: fails when more than `limit_us` passed. */
void bench_begin(struct bench *b);
void bench_expect_within(struct bench *b, uint64_t limit_us);

/* Fails the test, with the log, when no line contains `text`. */
void bench_expect_line(const char *text);

#endif
