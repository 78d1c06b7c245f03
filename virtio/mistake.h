/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The mistakes of a virtio GPU driver that are known, numbered as in docs/diagnosis.md, each with
 * what it is and what to do about it.
 */
#ifndef VIRTIO_MISTAKE_H
#define VIRTIO_MISTAKE_H

enum mistake {
	/* Legacy and modern virtio-mmio */
	MISTAKE_V2_REGISTERS_ON_V1 = 1,
	MISTAKE_V1_REGISTERS_ON_V2 = 2,
	MISTAKE_PAGE_SIZE = 3, /* GuestPageSize unset, or QueuePFN given an address */
	MISTAKE_USED_OFFSET = 4, /* legacy: used ring not where QueueAlign puts it */
	MISTAKE_QUEUE_SIZE = 5, /* unset, or another than the driver's */
	MISTAKE_PFN_ZERO = 6, /* QueuePFN = 0 to disable one queue resets the device */
	MISTAKE_PFN_TRUNCATED = 7, /* the legacy queue lies above 2^44 */
	/* The ring */
	MISTAKE_RING_ADDRESS = 8,
	MISTAKE_BUFFER_ADDRESS = 9,
	MISTAKE_ZERO_LENGTH = 10,
	MISTAKE_READABLE_AFTER_WRITABLE = 11,
	MISTAKE_CHAIN = 12, /* it loops, or next, head or avail.idx are out of range */
	MISTAKE_TOO_MANY = 13, /* more in flight than the ring has entries */
	MISTAKE_INDIRECT_TABLE = 14,
	/* Negotiation and life */
	MISTAKE_ACCESS_PLATFORM = 15,
	MISTAKE_VERSION_1 = 16,
	MISTAKE_LATE_FEATURES = 17, /* written after FEATURES_OK */
	MISTAKE_BUS_MASTER = 18,
	MISTAKE_DECODE = 19, /* PCI memory decoding off, or a BAR without an address */
	MISTAKE_DOORBELL = 20, /* another queue was notified */
	MISTAKE_NOT_ENABLED = 21,
	MISTAKE_ISR_TWICE = 22,
	MISTAKE_EMPTY_SLOT = 23,
	MISTAKE_ACCESS_WIDTH = 24,
	/* GPU commands */
	MISTAKE_SHORT_REQUEST = 25, /* shorter than a header */
	MISTAKE_TRUNCATED_PAYLOAD = 26,
	MISTAKE_RESPONSE_ROOM = 27,
	MISTAKE_UNKNOWN_COMMAND = 28,
	MISTAKE_RESOURCE_ID = 29,
	MISTAKE_FORMAT_OR_SIZE = 30,
	MISTAKE_BACKING = 31,
	MISTAKE_SCANOUT = 32,
	MISTAKE_BOUNDS = 33,
	/* Every answer is OK, the picture is wrong */
	MISTAKE_TRANSFER_OFFSET = 34,
	MISTAKE_SHORT_BACKING = 35,
	MISTAKE_NOT_PRESENTED = 36, /* no TRANSFER, or no FLUSH */
	MISTAKE_NO_SCANOUT = 37,
	/* The rest */
	MISTAKE_SECOND_OWNER = 38,
	MISTAKE_PIXEL_ORDER = 39,
	MISTAKE_ZERO_MODE = 40,
	MISTAKE_DEADLINE = 41, /* the answer came after the wait had ended */
	MISTAKE_EARLY_FREE = 42,
	MISTAKE_CACHES = 43,
	MISTAKE_MISSED_NOTIFICATION = 44,
	MISTAKE_NO_INTERRUPT_ACK = 45,
	MISTAKE_CURSOR = 46,
	MISTAKE_NO_FENCE = 47,
	MISTAKE_EVENTS_IGNORED = 48,
	MISTAKE_LAST = MISTAKE_EVENTS_IGNORED,
	/* Causes that are no mistake of a driver, or not a known one; they are named without a
	 * number. */
	CAUSE_GONE, /* the device left the bus */
	CAUSE_RING_MALFORMED, /* DEVICE_NEEDS_RESET, and nothing wrong can be seen */
	CAUSE_FEATURES_REFUSED, /* FEATURES_OK does not stick, for no known reason */
	CAUSE_NOT_RUNNING, /* DRIVER_OK is missing, for no known reason */
	CAUSE_NOT_PUBLISHED, /* nothing is in flight, or the available index does not say so */
	CAUSE_RESET_UNENDING, /* status does not become 0 */
	CAUSE_DEVICE_BROKE_RING, /* the device wrote a used ring that breaks the rules */
	CAUSE_DEVICE_LIMIT, /* an error response for a request that looks right */
	CAUSE_UNKNOWN_RESPONSE, /* no response type of the specification */
	CAUSE_IOMMU, /* ACCESS_PLATFORM is accepted, and nothing was ever answered */
	CAUSE_SLOW, /* everything looks right: perhaps the device needs longer */
	CAUSE_COUNT
};

/* What a mistake or cause is, as the sentence of a `cause:` line, and what to do about it. */
const char *mistake_text(enum mistake mistake);
const char *mistake_remedy(enum mistake mistake);

#endif
