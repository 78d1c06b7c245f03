/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Both sides of a device that does not do what it was asked: what the driver told it, what it reads
 * back, what stands in the ring. Plain data: any driver can fill one in and have it judged
 * (virtio/diagnose.h). What a transport cannot tell is 0, with a flag that says so where 0 is a
 * value.
 */
#ifndef VIRTIO_SNAPSHOT_H
#define VIRTIO_SNAPSHOT_H

#include "mem/region.h"
#include "platform/pci.h"
#include "virtio/packed_ring.h"
#include "virtio/split_ring.h"

struct queue;
struct virtio_device;

#define SNAPSHOT_CHAIN    8u /* descriptors of the oldest pending request */
#define SNAPSHOT_REQUEST  48u /* bytes of it */
#define SNAPSHOT_RESPONSE 32u

/* What the device says of a queue when asked by its registers. */
struct queue_registers {
	uint32_t size_max;
	uint32_t size; /* pci */
	bool ready; /* QueueReady or queue_enable; legacy: an address is set */
	uint64_t desc; /* pci modern */
	uint64_t avail;
	uint64_t used;
	uint32_t pfn; /* legacy */
	uint16_t notify_off; /* pci modern: queue_notify_off */
};

/* A register that the driver may have written, since the last reset. */
struct written {
	bool done;
	uint64_t value; /* the last one */
};

/* What the driver told the device, by the journal of its register accesses. */
struct virtio_programmed {
	bool complete; /* the journal reaches back to the reset: what is not done was not done */
	/* Of the queue. */
	struct written size; /* QueueSize, queue_size */
	struct written align; /* QueueAlign */
	struct written pfn; /* QueuePFN, queue_address */
	struct written enable; /* QueueReady, queue_enable */
	struct written desc; /* the 64-bit address */
	struct written avail;
	struct written used;
	/* Of the device. */
	struct written status; /* Status, device_status */
	struct written page_size; /* GuestPageSize */
	struct written
		features; /* the 64-bit word, as of FEATURES_OK, or the last one without it */
	struct written late_features; /* one that was written behind FEATURES_OK */
	struct written pfn_zero; /* QueuePFN = 0 for the queue of that number */
	struct written doorbell; /* the value of the last notification … */
	uint64_t doorbell_offset; /* … and where it went: in the notify region, or in the window */
	/* mmio: an access that was not 32 bits wide, to a register below 0x100. */
	const char *narrow_name; /* NULL: there was none */
	uint8_t narrow_width;
};

/* One descriptor as it stands in memory. */
struct snapshot_descriptor {
	uint16_t index;
	uint64_t addr;
	uint32_t len;
	uint16_t flags;
	uint16_t next; /* packed: the buffer id */
	bool in_memory; /* [addr, addr + len) is memory that devices may be given */
	bool in_table; /* of an indirect table */
};

/* How the walk along a chain ended. */
enum chain_end {
	CHAIN_NONE, /* nothing is pending */
	CHAIN_WHOLE,
	CHAIN_LOOPS, /* longer than the ring, or than SNAPSHOT_CHAIN and back at a descriptor */
	CHAIN_HEAD_OUTSIDE, /* the available ring names a head ≥ the queue's size */
	CHAIN_NEXT_OUTSIDE,
	CHAIN_TABLE_BAD, /* an indirect table whose length is no multiple of 16, or 0 */
	CHAIN_TABLE_OUTSIDE, /* an indirect table that is not in memory */
	CHAIN_OVERWRITTEN, /* packed: the device has written in its place */
};

/* What stands in a packed ring beside the oldest request. */
struct snapshot_packed {
	struct packed_place next_avail;
	struct packed_place next_used;
	uint16_t used_flags; /* of the descriptor at next_used … */
	uint16_t used_id;
	uint32_t used_length;
	struct packed_event driver; /* event suppression, as the two sides have it */
	struct packed_event device;
};

struct virtio_snapshot {
	/* What happened. */
	const char *step; /* "request", "FEATURES_OK", …: where it stopped; borrowed */
	enum status failure; /* what the driver saw */
	uint32_t timeout_us;

	/* The device. */
	const char *transport; /* borrowed */
	bool legacy;
	bool is_pci;
	bool is_mmio;
	uint32_t device_id; /* as the driver takes it */
	uint32_t device_id_now; /* as it reads now; pci: the PCI device id's type */
	uint8_t status;
	uint8_t interrupt_status; /* read once, for this; on PCI that clears it */
	uint32_t config_generation;
	uint64_t offered;
	uint64_t accepted; /* as the driver takes it */
	uint64_t accepted_now; /* pci: as the device has it; mmio cannot be asked */
	bool has_accepted_now;
	uint16_t pci_vendor; /* pci */
	uint16_t pci_command;
	uint32_t pci_bars[PCI_MAX_BARS]; /* as the registers read */
	uint32_t notify_multiplier; /* pci modern */
	struct virtio_programmed programmed;
	enum coherence coherence; /* as the tables have it */
	bool uncached; /* the driver's memory is mapped not cached */

	/* The queue, where one is concerned. */
	bool has_queue;
	uint16_t index;
	struct queue_registers device;
	uint16_t size; /* the driver's */
	uint64_t desc; /* where the driver has the ring: physical addresses */
	uint64_t avail;
	uint64_t used;
	bool ring_in_memory; /* all three are memory that devices may be given */
	uint32_t used_align; /* of the driver's used ring */
	uint16_t avail_flags; /* of a split ring, as the five that follow */
	uint16_t avail_idx; /* as published in memory; packed: as the driver counts requests */
	uint16_t used_event; /* EVENT_IDX */
	uint16_t used_flags;
	uint16_t used_idx; /* in memory; packed: one more than taken when the next is used */
	uint16_t avail_event; /* EVENT_IDX */
	uint16_t used_idx_seen; /* as far as the driver has taken elements */
	bool packed;
	struct snapshot_packed at; /* of a packed ring */
	uint16_t in_flight; /* requests, as the driver counts them */
	uint64_t notifications; /* as the driver counts them */
	bool notified; /* a register was written since the last request was published */

	/* The oldest request that is pending. */
	enum chain_end chain_end;
	uint16_t head;
	unsigned chain_count;
	struct snapshot_descriptor chain[SNAPSHOT_CHAIN];
	uint32_t request_length; /* readable bytes */
	uint32_t request_least; /* the shortest that this device type answers; 0: any */
	uint32_t response_room; /* writable bytes */
	unsigned request_count; /* bytes below */
	uint8_t request[SNAPSHOT_REQUEST];
	unsigned response_count;
	uint8_t response[SNAPSHOT_RESPONSE];
	bool response_written; /* a byte of the response is not as the driver left it: not 0 */

	/* A used ring with this request's element, at another place than the driver's; 0: none. */
	uint64_t used_elsewhere;
};

/* Works out what the driver told the device and its queue `index` from a journal. Pure. */
struct virtio_programmed virtio_programmed_of(const struct io_journal *journal, uint16_t index);

/*
 * Takes a snapshot of a device, and of a queue of it (NULL: none is concerned). The journal and the
 * ring are read before any register is, used.idx once more at the end. Of a device that has not
 * ended its reset, or is gone, only the status is read. `step` and `failure` are copied in.
 */
void virtio_snapshot_take(struct virtio_snapshot *s, struct virtio_device *dev,
	const struct queue *queue, const char *step, enum status failure);

/* Logs all of it as errors under `subject`, both sides next to each other. */
void virtio_snapshot_log(const struct virtio_snapshot *s, const char *subject);

/*
 * The post-mortem of a step that failed: takes a snapshot, logs it with the last register accesses,
 * judges it, logs the causes. Returns the status that describes it best: ERR_GONE or
 * ERR_NEEDS_RESET when the device says so, else `failure`.
 */
enum status virtio_post_mortem(struct virtio_device *dev, const struct queue *queue,
	const char *step, enum status failure);

#endif
