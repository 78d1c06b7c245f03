/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The entropy device (virtio 1.3 §5.4): the simplest device there is, used to prove transport,
 * queue and DMA memory before a GPU depends on them.
 */
#ifndef VIRTIO_ENTROPY_H
#define VIRTIO_ENTROPY_H

#include "virtio/device.h"

/*
 * Brings the device up with those of the `wanted` features that it offers, asks twice for bytes,
 * checks that they came, are not all the same and differ between the two, and resets it again. Each
 * step is a test point under the device's name. Errors are those of the step that failed;
 * ERR_PROTOCOL for bytes that are no entropy.
 */
MUST_CHECK enum status entropy_prove(struct virtio_device *dev, uint64_t wanted);

#endif
