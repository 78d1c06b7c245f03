/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A virtio device in this process: registers are windows of tests/unit/host.h, its DMA memory is
 * an arena with invented physical addresses. It keeps to the specification, watches that the
 * driver does (model_rules.h), and lies where a test tells it to.
 *
 * Time is the model's alone: each register access takes MODEL_ACCESS_US and each turn of a waiting
 * loop MODEL_TURN_US, so that deadlines pass without waiting, and as soon on a machine that is
 * busy.
 */
#ifndef TESTS_MODEL_MODEL_DEVICE_H
#define TESTS_MODEL_MODEL_DEVICE_H

#include "gpu/protocol.h"
#include "host.h"
#include "mem/dma.h"
#include "model_rules.h"
#include "platform/machine.h"
#include "virtio/interrupt.h"
#include "virtio/packed_ring.h"
#include "virtio/split_ring.h"

#define MODEL_ACCESS_US 100u
#define MODEL_TURN_US   1000u

#define MODEL_QUEUES      2u
#define MODEL_CHAINS      64u
#define MODEL_SEGMENTS    8u
#define MODEL_CONFIG_SIZE 20u
#define MODEL_RANGES      3u
#define MODEL_WATCHED     8u /* entries of the available ring that a barrier looks at */

#define MODEL_MMIO_BASE    0x0a003e00ul
#define MODEL_ECAM_BASE    0x4010000000ul
#define MODEL_PCI_APERTURE 0x10000000ul
#define MODEL_PCI_SIZE     0x100000ul
#define MODEL_IO_APERTURE  0xc000ul
#define MODEL_IO_SIZE      0x1000ul

enum model_transport { MODEL_MMIO, MODEL_MMIO_LEGACY, MODEL_PCI, MODEL_PCI_LEGACY };

enum model_status {
	MODEL_ACKNOWLEDGE = 1,
	MODEL_DRIVER = 2,
	MODEL_DRIVER_OK = 4,
	MODEL_FEATURES_OK = 8,
	MODEL_SUSPEND = 16,
	MODEL_NEEDS_RESET = 64,
	MODEL_FAILED = 128,
};

/* What one side writes and the other does not see, where nobody cleans or invalidates caches. */
enum model_stale {
	MODEL_STALE_AVAIL = 1, /* the device has an old copy of the available ring */
	MODEL_STALE_USED = 2, /* the driver has an old copy of the used ring … */
	MODEL_STALE_RESPONSE = 4, /* … of the response */
};

/* Memory of the machine: what the driver's pool hands out, and the device may reach. */
struct model_memory {
	struct dma_pool pool;
	struct dma_block ranges[MODEL_RANGES];
};

struct model_segment {
	uint64_t address;
	uint32_t length;
};

/* A request as the device took it. */
struct model_chain {
	uint16_t head; /* packed: the buffer id */
	uint16_t count; /* descriptors in the ring */
	struct packed_place place; /* packed: of the first of them */
	bool answered; /* its used element is written */
	uint64_t hash; /* of all that the driver must not change */
	uint64_t ring_hash; /* packed: of its descriptors in the ring */
	uint64_t due_us; /* when it is answered */
	unsigned readable_count;
	unsigned writable_count;
	struct model_segment readable[MODEL_SEGMENTS];
	struct model_segment writable[MODEL_SEGMENTS];
};

#define MODEL_UNSEEN 0xffffffffu

/* A used element that the driver sees only behind its read barrier. */
struct model_unseen {
	uint16_t slot;
	uint16_t head;
	uint32_t id;
	uint32_t length;
};

struct model_queue {
	uint16_t index;
	uint32_t size_max;
	uint32_t size;
	bool enabled;
	bool size_written;
	unsigned addresses_written; /* a bit for each half of the three addresses */
	uint64_t desc;
	uint64_t avail;
	uint64_t used;
	uint32_t align; /* legacy mmio */
	uint32_t pfn; /* legacy */
	bool resetting; /* by queue_reset, until that was read as 0 */
	bool renewed; /* … which it was */
	unsigned polls_left;

	uint16_t published; /* the available idx at the last full barrier */
	uint16_t taken; /* up to which the device took entries */
	uint16_t used_idx;
	bool wanted; /* the device asks for notifications */
	bool owed; /* the driver must notify before it waits */
	uint32_t asked; /* what the driver says of interrupts, as of the last full barrier */
	bool ordered; /* there was a write barrier since the last full one */
	uint64_t hashes[MODEL_WATCHED]; /* of the next entries at that write barrier */
	uint64_t exposed[MODEL_CHAINS]; /* of entries published and not taken, by idx */

	uint16_t flags[MODEL_WATCHED]; /* packed: of the next descriptors at that write barrier */
	struct packed_place next; /* packed: up to which requests were published, … */
	struct packed_place taken_at; /* … taken … */
	struct packed_place used_at; /* … and used */
	unsigned room; /* packed: descriptors that are published and not used */
	uint16_t in_order; /* the head that is due with IN_ORDER */

	struct model_chain chains[MODEL_CHAINS];
	unsigned chain_count;
	struct model_unseen unseen[MODEL_CHAINS];
	unsigned unseen_count;
};

/* An answer on its way to the driver. */
struct model_used {
	uint32_t id;
	uint32_t length;
	uint16_t step; /* by which the used idx moves */
};

/* A response before it goes into the driver's buffers. */
struct model_reply {
	uint16_t queue;
	const uint8_t *request;
	uint32_t request_size;
	uint8_t *data;
	uint32_t room;
	uint32_t length; /* bytes written */
};

/* What makes a device late, hostile or broken. All 0: it behaves. */
struct model_lies {
	uint8_t status_dropped; /* bits that never stick */
	uint8_t status_added; /* bits that appear with DRIVER_OK */
	bool gives_up_early; /* as soon as a queue is enabled */
	bool reset_never_ends;
	bool queue_reset_never_ends;
	uint64_t vanish_at; /* the register access from which on all reads are ones; 0: none */
	uint64_t silent_at; /* the request that is never answered, counted from 1; 0: none */
	bool config_never_settles;
	bool mute; /* never interrupts for what it used */
	bool events_stay; /* whatever is written to a GPU's events_clear */
	bool ready_dropped; /* QueueReady, queue_enable, page frame numbers are not kept */
	bool ready_before; /* they are set when the driver comes */
	void (*reply)(struct model *m, struct model_reply *reply);
	void (*used)(struct model *m, struct model_queue *q, struct model_used *used);
	void (*answered)(struct model *m, struct model_queue *q); /* behind each used element */
};

struct model_type;
struct model_gpu;
struct model_pci;

struct model {
	enum model_transport transport;
	const struct model_type *type;
	struct model_memory *memory; /* borrowed */
	bool legacy;

	/* How it presents itself; a test may change these before the driver comes. */
	uint64_t offered;
	uint64_t understood; /* features that the driver under test implements */
	uint8_t config[MODEL_CONFIG_SIZE];
	unsigned config_changes; /* readings under which the configuration changes */
	unsigned reset_polls; /* readings of status until a reset ends */
	uint64_t delay_us; /* from a request to its answer; 0: inside the notification */
	const enum interrupt_mode *mode; /* the driver's, on this device; NULL: it polls */
	bool polls; /* looks at its queues by itself and wants no notifications */
	bool late_wish; /* decides to want notifications only at the driver's barrier */
	bool answers_last_first; /* not with IN_ORDER */
	bool batches; /* with IN_ORDER: one used element for all that are due */
	bool answers_awaited; /* the driver reads each answer before it resets the device */
	uint64_t required; /* features without which it does not keep FEATURES_OK (§2.2.2) */
	bool never_needs_reset; /* it does not say so when it gave up, as many do not */
	bool ready_while_idle; /* QueueReady reads 0 once the device runs, as libkrun's does */
	unsigned stale; /* of enum model_stale: the caches of the machine are not coherent */
	struct model_lies lies;

	uint64_t accesses;
	uint64_t requests;
	bool gone;
	bool deaf; /* it found a ring that it cannot follow; until it is reset */

	uint8_t status;
	bool was_reset; /* by this driver */
	unsigned polls_left;
	bool resetting; /* until status was read as 0 */
	bool features_read[2];
	bool features_written[2];
	bool features_ok_unread;
	uint64_t accepted;
	uint8_t generation;
	bool generation_read;
	uint8_t generation_before;
	uint32_t config_fields; /* a bit for each that was read since anything else was done */
	bool config_pending; /* fields were read, and the generation not since */
	bool config_stale; /* the generation had changed by then, and they were not read again */
	uint32_t config_last[MODEL_CONFIG_SIZE / 4];
	unsigned config_agree[MODEL_CONFIG_SIZE / 4];
	uint8_t interrupt_status;
	uint8_t interrupt_owed; /* bits that were read of it, and are not acknowledged */
	uint64_t notifications;
	uint16_t queue_select;
	struct model_queue queues[MODEL_QUEUES];

	/* Of the transports. */
	uint32_t features_select[2]; /* of the device's, the driver's */
	bool features_selected[2];
	unsigned probe_step;
	uint32_t mmio_version;
	uint32_t mmio_magic;
	uint32_t page_size;
	struct model_pci *pci;
	struct model_gpu *gpu;

	unsigned broken[RULE_COUNT];
	char report[4096];
};

/* What a device type adds. */
struct model_type {
	uint32_t device_id;
	uint64_t features; /* bits 0 to 23 that exist */
	uint32_t config_size; /* 0: there is none */
	unsigned queue_count;
	void (*open)(struct model *m);
	void (*close)(struct model *m);
	void (*reset)(struct model *m);
	void (*answer)(struct model *m, struct model_reply *reply);
	/* Whether the device knows memory that overlaps [address, address + length). */
	bool (*knows)(const struct model *m, uint64_t address, uint64_t length);
	void (*check_chain)(struct model *m, const struct model_chain *chain);
};

extern const struct model_type model_type_entropy;
extern const struct model_type model_type_gpu;

/*
 * The arena: three ranges apart from each other, of which the middle one is `size` bytes, all of
 * them higher by `above`.
 */
void model_memory_open(struct model_memory *memory, size_t size, uint64_t above);
void model_memory_close(struct model_memory *memory);

/* The bytes of [address, address + length), or NULL when not all of them are memory. */
void *model_map(struct model_memory *memory, uint64_t address, uint64_t length);

/* True when all of it is memory that the driver's pool has handed out. */
bool model_owned(struct model_memory *memory, uint64_t address, uint64_t length);

/* Looks whether the driver gave back memory that the device still knows. */
void model_audit(struct model *m);

/* Adds the device to the host's windows and to the machine description. Needs host_reset first. */
void model_open(struct model *m, enum model_transport transport, const struct model_type *type,
	struct model_memory *memory, struct machine *machine);
void model_close(struct model *m);

/* ---- between the parts of the model ---- */

/* The start of each register access: time, deferred answers. False when the device is gone. */
bool model_access(struct model *m);

/* An access that is neither of status nor of the configuration. */
void model_touch(struct model *m, const char *what);

uint8_t model_read_status(struct model *m);
void model_write_status(struct model *m, uint64_t value);
uint32_t model_read_features(struct model *m, uint32_t select);
void model_write_features(struct model *m, uint32_t select, uint64_t value);
uint64_t model_read_config(struct model *m, uint64_t offset, unsigned width);
void model_write_config(struct model *m, uint64_t offset, unsigned width, uint64_t value);
uint32_t model_read_generation(struct model *m);

/* queue_reset: written, and read. */
void model_reset_queue(struct model *m, struct model_queue *q, uint64_t value);
bool model_queue_resetting(struct model *m, struct model_queue *q);

/* The queue that is selected; NULL when there is none. */
struct model_queue *model_selected(struct model *m);
/* One half of an address: part 0 descriptors, 1 available, 2 used. */
void model_write_address(struct model *m, unsigned part, unsigned half, uint64_t value);
/* The three parts of a legacy queue, from its first page. */
void model_place_legacy(struct model_queue *q, uint64_t address, uint64_t align);
/* The device is told to use the queue: its size and parts are checked. */
void model_enable_queue(struct model *m, struct model_queue *q);
void model_notified(struct model *m, uint64_t index);

/* The device's side of its rings, when time or the driver gives it a chance. */
void model_run(struct model *m);

/* The barriers of the driver. */
void model_at_write_barrier(struct model *m);
void model_at_read_barrier(struct model *m);
void model_at_full_barrier(struct model *m);
/* The driver waits: what it owes the device is due. */
void model_at_wait(struct model *m);

/* What QEMU does with a ring that it cannot follow. */
void model_give_up(struct model *m);

/* Walks a chain. With `check`, breaches are noted. False when it cannot be followed. */
bool model_walk(struct model *m, struct model_queue *q, uint16_t head, struct model_chain *chain,
	bool check);
/* A hash of a chain: descriptors, tables, and what the device may read. */
uint64_t model_hash_chain(struct model *m, struct model_queue *q, uint16_t head);

void model_open_mmio(struct model *m, struct machine *machine);
void model_open_pci(struct model *m, struct machine *machine);
void model_close_pci(struct model *m);
/* The registers of the legacy interface, in the I/O BAR. */
uint64_t model_pci_legacy_read(struct model *m, uint64_t offset, unsigned width);
void model_pci_legacy_write(struct model *m, uint64_t offset, unsigned width, uint64_t value);
bool model_pci_msix_on(const struct model *m);
/* Whether the bus lets the device reach memory. */
bool model_reaches_memory(const struct model *m);

#endif
