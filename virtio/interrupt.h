/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts of a virtio device, beside polling: by the pin of a PCI function with its ISR status
 * (virtio 1.3 §4.1.4.5), by MSI-X vectors (§4.1.5.1.2), or by the line of a virtio-mmio window with
 * InterruptStatus and InterruptACK (§4.2.2).
 *
 * A handler counts and acknowledges, no more. queue_wait looks at the ring when an interrupt came.
 * Whatever is wrong with interrupts has its cause in words, and the device is polled from then on.
 */
#ifndef VIRTIO_INTERRUPT_H
#define VIRTIO_INTERRUPT_H

#include "platform/irq.h"
#include "platform/pci_interrupt.h"

/* How long an answer may be in the ring before its interrupt is missed. */
#define INTERRUPT_MISSED_US 100000u
/*
 * And how long the interrupt may take behind what was seen then. QEMU 10.0's vhost-user-gpu, whose
 * interrupts go through another process, needed more than 20 ms on a busy host.
 */
#define INTERRUPT_GRACE_US 200000u

#define INTERRUPT_CAUSE_SIZE 192u

struct virtio_device;

enum interrupt_mode { INTERRUPT_POLL, INTERRUPT_INTX, INTERRUPT_MSIX, INTERRUPT_MMIO };

struct virtio_interrupt {
	enum interrupt_mode asked; /* by virtio_interrupt_open */
	enum interrupt_mode mode; /* in use now */
	enum interrupt_mode paused; /* … and what was before interrupt_pause */
	struct irq_line line; /* mmio: as a table names it; number 0: not stated */
	struct irq queue_irq; /* also the only one, for a line */
	struct irq config_irq;
	struct pci_msix msix;
	uint16_t config_vector; /* entries of the MSI-X table, or VIRTIO_MSI_NO_VECTOR */
	uint16_t queue_vector;
	uint8_t status; /* as it was last acknowledged */
	uint32_t taken_at; /* the end of the device's journal then; 0: none since the reset */
	bool came; /* a queue interrupt, since interrupt_look last said so */
	bool looking; /* … which it did just now */
	uint64_t queue; /* interrupts for used buffers … */
	uint64_t config; /* … for changes of the configuration … */
	uint64_t judged; /* … of those, the ones after which the status was looked at … */
	uint64_t noticed; /* … and the ones that interrupt_changed told of … */
	uint64_t spurious; /* … and calls for neither, as on a shared line */
	char cause[INTERRUPT_CAUSE_SIZE]; /* why `asked` is not in use; "" while it is */
	bool failed; /* … which is a failure: interrupts were in use, and did not come */
};

/* §4.1.5.1.2 */
#define VIRTIO_MSI_NO_VECTOR 0xffffu

/* "poll", "intx", "msix", "mmio" */
const char *interrupt_mode_name(enum interrupt_mode mode);

/*
 * Connects the device's interrupts in the mode that was asked for, before virtio_reset. Where it
 * does not have that kind, or there is no controller (irq_is_open) or route for it, the device is
 * polled, and virtio_interrupt_report will say why. All arguments are borrowed as long as the
 * device is.
 */
void virtio_interrupt_open(struct virtio_device *dev, enum interrupt_mode mode,
	const struct irq_tables *tables, struct pci_tree *tree);

/* Disconnects them, and has the device send no more. Ignored when it is polled. */
void virtio_interrupt_close(struct virtio_device *dev);

/*
 * Polls the device, without disconnecting anything, and has it use interrupts again: between two of
 * its lives, before queue_open. Returns whether there are any to use.
 */
bool virtio_interrupt_pause(struct virtio_device *dev, bool on);

/*
 * With MSI-X: tells the device its vectors, reading both back (§4.1.5.1.2); queue `index` is
 * selected. When it has none the device is polled from here on, which is a failure.
 */
void virtio_interrupt_assign(struct virtio_device *dev, uint16_t index);

/*
 * For a waiting loop: lets interrupts in, and says whether the ring is to be looked at: always when
 * the device is polled, else when a queue interrupt came, or when `waited_us` is so long that it
 * must be asked whether one was missed.
 */
bool virtio_interrupt_look(struct virtio_device *dev, uint64_t waited_us);

/*
 * After interrupt_look, when the ring had an answer: if no interrupt came for it, not even now, the
 * cause is logged, and the device is polled from here on.
 */
void virtio_interrupt_answered(struct virtio_device *dev);

/*
 * DEVICE_NEEDS_RESET is a change of the configuration (§2.1.2): whether one came since this last
 * said so, after which the status is worth a look. False when the device is polled.
 */
bool virtio_interrupt_is_alarm(struct virtio_device *dev);

/* True when changes of the configuration are told by interrupts. */
bool virtio_interrupt_tells_changes(const struct virtio_device *dev);

/* Lets interrupts in, and says whether such a change came since this last said so. */
bool virtio_interrupt_changed(struct virtio_device *dev);

/*
 * The configuration has changed, and interrupt_changed did not tell: if the interrupt does not come
 * even now, the cause is logged, and the device is polled from here on.
 */
void virtio_interrupt_change_seen(struct virtio_device *dev);

/* The device's interrupt status for a post-mortem; it is read nowhere else. */
uint8_t virtio_interrupt_status(struct virtio_device *dev);

/*
 * The test point of a device that was asked for interrupts: how many came of each kind, or why they
 * are not used (a skipped one), or what was wrong with them (a failed one).
 */
void virtio_interrupt_report(const struct virtio_device *dev);

#endif
