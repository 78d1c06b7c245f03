/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The gallery of mistakes: each fault makes the driver commit one known mistake on purpose, on the
 * device at hand, so that its symptom and the diagnosis can be seen (docs/diagnosis.md).
 *
 * A fault stands between the driver and the device as another operations table of the transport;
 * nothing else in the driver knows of it.
 */
#ifndef GPU_FAULT_H
#define GPU_FAULT_H

#include "virtio/device.h"
#include "virtio/mistake.h"

/* On which transports a mistake can be made. */
enum fault_transport {
	FAULT_MMIO_LEGACY = 1 << 0,
	FAULT_MMIO = 1 << 1,
	FAULT_PCI = 1 << 2, /* modern */
	FAULT_MODERN = FAULT_MMIO | FAULT_PCI,
	FAULT_ALL = FAULT_MMIO_LEGACY | FAULT_MODERN,
};

struct fault;
struct fault_operations;

struct fault {
	const char *name; /* as in fault=NAME */
	const char *line; /* what it does, for fault=help */
	enum mistake mistake;
	unsigned transports; /* of enum fault_transport */
	const struct fault_operations *operations; /* gpu/fault_operations.h */
};

/* All faults, ending with one whose name is NULL. */
extern const struct fault faults[];

/* A fault at work on one device. */
struct fault_state {
	const struct fault *fault; /* NULL: none */
	const struct virtio_transport *real;
	struct virtio_transport transport; /* what the driver sees */
	uint32_t at; /* the one that is spoilt, counted from 1; 0: each that can be */
	uint32_t requests; /* that it applies to, so far */
	const struct queue *unheard; /* a queue with a notification that is held back */
};

/* The fault with this name; NULL when there is none. */
const struct fault *fault_find(const char *name);

/*
 * Makes `fault` happen on a device that was found and not yet reset. A fault of requests spoils the
 * `at`th of those that it applies to, counted from 1 since it was installed, and no other; 0: each,
 * again and again. `state` is borrowed as long as the device is used. ERR_UNSUPPORTED, logged, when
 * the mistake cannot be made on this transport.
 */
MUST_CHECK enum status fault_install(struct fault_state *state, const struct fault *fault,
	uint32_t at, struct virtio_device *dev);

#endif
