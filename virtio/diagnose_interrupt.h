/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Judges a line's interrupt that did not come, by what the driver did about those before: a mistake
 * with the interrupt status (virtio 1.3 §4.1.4.5, §4.2.2) keeps the next one away.
 */
#ifndef VIRTIO_DIAGNOSE_INTERRUPT_H
#define VIRTIO_DIAGNOSE_INTERRUPT_H

#include "mem/region.h"
#include "virtio/diagnosis.h"
#include "virtio/interrupt.h"

/* Adds the causes that are certain; none when everything was right. Pure. */
void diagnose_line(const struct virtio_interrupt *interrupt, const struct io_journal *journal,
	struct diagnosis *d);

#endif
