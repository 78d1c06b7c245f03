/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Feature bits (virtio 1.3 §2.2, §6) and their names.
 */
#ifndef VIRTIO_FEATURES_H
#define VIRTIO_FEATURES_H

#include "mem/types.h"

enum virtio_feature {
	VIRTIO_F_NOTIFY_ON_EMPTY = 24, /* legacy, §6.3 */
	VIRTIO_F_ANY_LAYOUT = 27, /* legacy, §6.3 */
	VIRTIO_F_INDIRECT_DESC = 28,
	VIRTIO_F_EVENT_IDX = 29,
	VIRTIO_F_VERSION_1 = 32,
	VIRTIO_F_ACCESS_PLATFORM = 33,
	VIRTIO_F_RING_PACKED = 34,
	VIRTIO_F_IN_ORDER = 35,
	VIRTIO_F_ORDER_PLATFORM = 36,
	VIRTIO_F_SR_IOV = 37,
	VIRTIO_F_NOTIFICATION_DATA = 38,
	VIRTIO_F_NOTIF_CONFIG_DATA = 39,
	VIRTIO_F_RING_RESET = 40,
	VIRTIO_F_ADMIN_VQ = 41,
	VIRTIO_F_SUSPEND = 43,
};

#define FEATURE(bit) (1ull << (bit))

/* What queues use unless something else is asked for. */
#define FEATURES_OF_QUEUES (FEATURE(VIRTIO_F_INDIRECT_DESC) | FEATURE(VIRTIO_F_EVENT_IDX))

/* Enough for the names of every bit of a feature word. */
#define FEATURES_TEXT_SIZE 384u

/*
 * Writes the names of the bits set in `features` to `text`, separated by spaces ("EVENT_IDX
 * VERSION_1"); a bit without a name is its number; no bit at all is "none". `device_id` chooses
 * the names of the bits 0 to 23, which belong to the device type.
 */
void features_describe(uint64_t features, uint32_t device_id, char text[FEATURES_TEXT_SIZE]);

/*
 * Those of `features` whose requirements are among them too (§2.2.1): of a GPU, CONTEXT_INIT needs
 * VIRGL and BLOB_ALIGNMENT needs RESOURCE_BLOB (virtio 1.4 §5.7.3).
 */
uint64_t features_with_requirements(uint64_t features, uint32_t device_id);

#endif
