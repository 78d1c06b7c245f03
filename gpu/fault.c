/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the name of a mistake and a device. Out: the device, driven with that mistake. */
#include "gpu/fault.h"

#include <barrier.h>

#include "gpu/fault_operations.h"
#include "mem/log.h"
#include "mem/string.h"

#define FAULT(name_, row, where, operations_, line_)                      \
	{                                                                 \
		.name = (name_), .mistake = (row), .transports = (where), \
		.operations = &fault_##operations_, .line = (line_)       \
	}

/* clang-format off */
const struct fault faults[] = {
	FAULT("v2-registers-on-v1", MISTAKE_V2_REGISTERS_ON_V1, FAULT_MMIO_LEGACY,
		v2_registers_on_v1, "sets the queue up by the registers of version 2"),
	FAULT("v1-registers-on-v2", MISTAKE_V1_REGISTERS_ON_V2, FAULT_MMIO,
		v1_registers_on_v2, "sets the queue up by the registers of version 1"),
	FAULT("no-guest-page-size", MISTAKE_PAGE_SIZE, FAULT_MMIO_LEGACY,
		no_guest_page_size, "never writes GuestPageSize"),
	FAULT("pfn-is-address", MISTAKE_PAGE_SIZE, FAULT_MMIO_LEGACY,
		pfn_is_address, "writes an address to QueuePFN"),
	FAULT("wrong-queue-align", MISTAKE_USED_OFFSET, FAULT_MMIO_LEGACY,
		wrong_queue_align, "writes 64 to QueueAlign, with the used ring at 4096"),
	FAULT("no-queue-size", MISTAKE_QUEUE_SIZE, FAULT_MMIO_LEGACY,
		no_queue_size, "never writes QueueSize, and uses 32 entries"),
	FAULT("wrong-queue-size", MISTAKE_QUEUE_SIZE, FAULT_PCI,
		wrong_queue_size, "tells the device half of the queue's size"),
	FAULT("pfn-zero", MISTAKE_PFN_ZERO, FAULT_MMIO_LEGACY,
		pfn_zero, "writes 0 to another queue's QueuePFN"),
	FAULT("pfn-truncated", MISTAKE_PFN_TRUNCATED, FAULT_MMIO_LEGACY,
		pfn_truncated, "writes QueuePFN without a look at whether it fits"),
	FAULT("ring-address-virtual", MISTAKE_RING_ADDRESS, FAULT_ALL,
		ring_address_virtual, "gives ring addresses that are not memory"),
	FAULT("buffer-address-virtual", MISTAKE_BUFFER_ADDRESS, FAULT_ALL,
		buffer_address_virtual, "gives a buffer's address that is not memory"),
	FAULT("zero-length", MISTAKE_ZERO_LENGTH, FAULT_ALL,
		zero_length, "gives a descriptor of 0 bytes"),
	FAULT("readable-after-writable", MISTAKE_READABLE_AFTER_WRITABLE, FAULT_ALL,
		readable_after_writable, "puts the response's descriptor before the request's"),
	FAULT("chain-loop", MISTAKE_CHAIN, FAULT_ALL,
		chain_loop, "links a chain without an end"),
	FAULT("next-outside", MISTAKE_CHAIN, FAULT_ALL,
		next_outside, "writes a next beyond the descriptor table"),
	FAULT("head-outside", MISTAKE_CHAIN, FAULT_ALL,
		head_outside, "writes an available element beyond the descriptor table"),
	FAULT("avail-jump", MISTAKE_CHAIN, FAULT_ALL,
		avail_jump, "moves the available index by more than the ring has entries"),
	FAULT("too-many-in-flight", MISTAKE_TOO_MANY, FAULT_ALL,
		too_many_in_flight, "has more requests in flight than the ring has entries"),
	FAULT("indirect-table-size", MISTAKE_INDIRECT_TABLE, FAULT_ALL,
		indirect_table_size, "gives an indirect table of one descriptor and a half"),
	FAULT("no-access-platform", MISTAKE_ACCESS_PLATFORM, FAULT_MODERN,
		no_access_platform, "does not accept ACCESS_PLATFORM"),
	FAULT("no-version-1", MISTAKE_VERSION_1, FAULT_MODERN,
		no_version_1, "does not accept VERSION_1"),
	FAULT("late-features", MISTAKE_LATE_FEATURES, FAULT_MODERN,
		late_features, "writes most features after FEATURES_OK"),
	FAULT("no-bus-master", MISTAKE_BUS_MASTER, FAULT_PCI,
		no_bus_master, "turns bus mastering off before a request"),
	FAULT("no-memory-decode", MISTAKE_DECODE, FAULT_PCI,
		no_memory_decode, "leaves memory decoding off"),
	FAULT("no-bar-address", MISTAKE_DECODE, FAULT_PCI,
		no_bar_address, "leaves the BARs without addresses"),
	FAULT("wrong-doorbell", MISTAKE_DOORBELL, FAULT_ALL,
		wrong_doorbell, "notifies the next queue"),
	FAULT("queue-not-enabled", MISTAKE_NOT_ENABLED, FAULT_MODERN,
		queue_not_enabled, "neither sets the queue up nor enables it"),
	FAULT("isr-read-twice", MISTAKE_ISR_TWICE, FAULT_PCI,
		isr_read_twice, "reads the ISR status in two places (irq=intx)"),
	FAULT("empty-slot", MISTAKE_EMPTY_SLOT, FAULT_MMIO_LEGACY | FAULT_MMIO,
		empty_slot, "drives an empty slot below the device"),
	FAULT("narrow-access", MISTAKE_ACCESS_WIDTH, FAULT_MMIO_LEGACY | FAULT_MMIO,
		narrow_access, "reads and writes Status as a byte"),
	FAULT("short-request", MISTAKE_SHORT_REQUEST, FAULT_ALL,
		short_request, "sends a request shorter than a header"),
	FAULT("truncated-create", MISTAKE_TRUNCATED_PAYLOAD, FAULT_ALL,
		truncated_create, "sends RESOURCE_CREATE_2D without its last fields"),
	FAULT("no-response", MISTAKE_RESPONSE_ROOM, FAULT_ALL,
		no_response, "leaves no room for a response"),
	FAULT("short-response", MISTAKE_RESPONSE_ROOM, FAULT_ALL,
		short_response, "leaves less room for a response than a header takes"),
	FAULT("unknown-command", MISTAKE_UNKNOWN_COMMAND, FAULT_ALL,
		unknown_command, "sends a command that does not exist"),
	FAULT("resource-zero", MISTAKE_RESOURCE_ID, FAULT_ALL,
		resource_zero, "creates resource 0"),
	FAULT("resource-twice", MISTAKE_RESOURCE_ID, FAULT_ALL,
		resource_twice, "creates the resource again"),
	FAULT("resource-unknown", MISTAKE_RESOURCE_ID, FAULT_ALL,
		resource_unknown, "transfers to a resource that was not created"),
	FAULT("bad-format", MISTAKE_FORMAT_OR_SIZE, FAULT_ALL,
		bad_format, "asks for a pixel format that does not exist"),
	FAULT("too-large", MISTAKE_FORMAT_OR_SIZE, FAULT_ALL,
		too_large, "creates a resource of 1 GiB"),
	FAULT("backing-not-memory", MISTAKE_BACKING, FAULT_ALL,
		backing_not_memory, "attaches a backing that is not memory"),
	FAULT("backing-twice", MISTAKE_BACKING, FAULT_ALL,
		backing_twice, "attaches another backing to the resource"),
	FAULT("scanout-without-backing", MISTAKE_SCANOUT, FAULT_ALL,
		scanout_without_backing, "never attaches the backing"),
	FAULT("scanout-rectangle", MISTAKE_SCANOUT, FAULT_ALL,
		scanout_rectangle, "shows a rectangle larger than the resource"),
	FAULT("scanout-number", MISTAKE_SCANOUT, FAULT_ALL,
		scanout_number, "shows on a scanout that does not exist"),
	FAULT("transfer-outside", MISTAKE_BOUNDS, FAULT_ALL,
		transfer_outside, "transfers a rectangle outside the resource"),
	FAULT("flush-outside", MISTAKE_BOUNDS, FAULT_ALL,
		flush_outside, "flushes a rectangle outside the resource"),
	FAULT("transfer-without-backing", MISTAKE_BOUNDS, FAULT_ALL,
		transfer_without_backing, "neither attaches the backing nor sets the scanout"),
	FAULT("transfer-offset", MISTAKE_TRANSFER_OFFSET, FAULT_ALL,
		transfer_offset, "transfers a part of the picture from offset 0"),
	FAULT("short-backing", MISTAKE_SHORT_BACKING, FAULT_ALL,
		short_backing, "attaches half of the last piece of memory"),
	FAULT("no-transfer", MISTAKE_NOT_PRESENTED, FAULT_ALL,
		no_transfer, "flushes instead of transferring"),
	FAULT("no-flush", MISTAKE_NOT_PRESENTED, FAULT_ALL,
		no_flush, "transfers instead of flushing"),
	FAULT("no-scanout", MISTAKE_NO_SCANOUT, FAULT_ALL,
		no_scanout, "never sets the scanout"),
	FAULT("second-owner", MISTAKE_SECOND_OWNER, FAULT_ALL,
		second_owner, "resets the device as another driver would, at the third request"),
	FAULT("pixel-order", MISTAKE_PIXEL_ORDER, FAULT_ALL,
		pixel_order, "creates the resource with red and blue swapped"),
	FAULT("zero-mode", MISTAKE_ZERO_MODE, FAULT_ALL,
		zero_mode, "creates a resource of 0x0 pixels"),
	FAULT("late-answer", MISTAKE_DEADLINE, FAULT_ALL,
		late_answer, "does not wait until the answer comes"),
	FAULT("missed-notification", MISTAKE_MISSED_NOTIFICATION, FAULT_ALL,
		missed_notification, "notifies the device of the first request only"),
	FAULT("not-acknowledged", MISTAKE_NO_INTERRUPT_ACK, FAULT_ALL,
		not_acknowledged, "does not acknowledge interrupts (irq=mmio, irq=intx)"),
	FAULT("cursor-size", MISTAKE_CURSOR, FAULT_ALL,
		cursor_size, "makes the cursor's image 64x128 (where cursor=on)"),
	FAULT("cursor-response", MISTAKE_CURSOR, FAULT_ALL,
		cursor_response, "expects responses to cursor commands (where cursor=on)"),
	FAULT("no-fence", MISTAKE_NO_FENCE, FAULT_ALL,
		no_fence, "flushes without a fence"),
	FAULT("events-ignored", MISTAKE_EVENTS_IGNORED, FAULT_ALL,
		events_ignored, "does not look at events_read (mode=watch)"),
	{.name = NULL},
};
/* clang-format on */

struct fault_state *fault_state_of(struct virtio_device *dev)
{
	return (struct fault_state *)((uint8_t *)(uintptr_t)dev->transport -
				      offsetof(struct fault_state, transport));
}

const struct fault *fault_find(const char *name)
{
	for (const struct fault *f = faults; f->name; f++)
		if (!strcmp(f->name, name))
			return f;
	return NULL;
}

static uint64_t read_features(struct virtio_device *dev)
{
	return fault_state_of(dev)->real->read_features(dev) & ~FEATURE(VIRTIO_F_INDIRECT_DESC);
}

/*
 * Takes the request `back` before the newest apart. False when it is not one of the driver's usual
 * two buffers.
 */
static bool take_request(
	struct virtio_device *dev, const struct queue *q, unsigned back, struct fault_request *r)
{
	const struct split_ring *ring = &q->ring;
	uint16_t slot = (uint16_t)((q->published_idx - 1 - back) & (ring->size - 1));
	uint16_t head = le16_load(&ring->avail->ring[slot]), at = head;

	*r = (struct fault_request){
		.dev = dev,
		.queue = (struct queue *)(uintptr_t)q, /* the driver's own, which it may change */
		.slot = slot,
		.head = head,
		.descriptors = ring->desc,
	};
	if (le16_load(&ring->desc[head].flags) & VIRTQ_DESC_F_INDIRECT) {
		r->descriptors = dma_at(dev->pool, paddr_of(le64_load(&ring->desc[head].addr)),
			2 * sizeof(struct virtq_desc));
		at = 0;
	}
	if (!r->descriptors)
		return false;
	r->first = r->last = &r->descriptors[at];
	if (le16_load(&r->first->flags) & VIRTQ_DESC_F_NEXT)
		r->last = &r->descriptors[le16_load(&r->first->next)];
	r->header = dma_at(dev->pool, paddr_of(le64_load(&r->first->addr)), sizeof(*r->header));
	return r->header;
}

/* Whether this is a request that the fault spoils. */
static bool is_due(struct fault_state *state, const struct fault_request *r)
{
	const struct fault_operations *o = state->fault->operations;

	if (o->command && le32_load(&r->header->type) != o->command)
		return false;
	if (o->applies && !o->applies(r))
		return false;
	state->requests++;
	return state->at ? state->requests == state->at : state->requests >= o->from;
}

static void notify_queue(struct virtio_device *dev, const struct queue *q)
{
	struct fault_state *state = fault_state_of(dev);
	const struct fault_operations *o = state->fault->operations;
	struct fault_request request;
	bool any_due = false;

	/* The driver waits for all before it sends others: those in flight are what is new. */
	for (unsigned back = q->in_flight; back--;) {
		bool due = take_request(dev, q, back, &request) && is_due(state, &request);

		if (due && o->spoil)
			o->spoil(&request);
		any_due |= due;
	}
	dma_mb(); /* before the doorbell, as in queue_notify */
	if (any_due && o->notify)
		o->notify(dev, q);
	else
		state->real->notify_queue(dev, q);
}

static void replace(struct virtio_transport *t, const struct fault_registers *r)
{
	if (r->read_status)
		t->read_status = r->read_status;
	if (r->write_status)
		t->write_status = r->write_status;
	if (r->write_features)
		t->write_features = r->write_features;
	if (r->read_queue_size_max)
		t->read_queue_size_max = r->read_queue_size_max;
	if (r->setup_queue)
		t->setup_queue = r->setup_queue;
	if (r->read_interrupt_status)
		t->read_interrupt_status = r->read_interrupt_status;
	if (r->acknowledge_interrupt)
		t->acknowledge_interrupt = r->acknowledge_interrupt;
	if (r->read_config)
		t->read_config = r->read_config;
}

/* The driver's view of the transport: the real one, with what the fault replaces. */
static void decorate(struct virtio_transport *t, const struct fault_operations *o)
{
	if (o->registers)
		replace(t, o->registers);
	if (o->in_ring)
		t->read_features = read_features;
	if (o->spoil || o->notify)
		t->notify_queue = notify_queue;
}

static unsigned transport_of(const struct virtio_device *dev)
{
	if (dev->pci)
		return dev->transport->legacy ? 0 : FAULT_PCI;
	return dev->transport->legacy ? FAULT_MMIO_LEGACY : FAULT_MMIO;
}

enum status fault_install(struct fault_state *state, const struct fault *fault, uint32_t at,
	struct virtio_device *dev)
{
	enum status status = OK;

	if (!(fault->transports & transport_of(dev))) {
		log_error(dev->name, "fault: %s cannot be made on %s", fault->name,
			dev->transport->name);
		return ERR_UNSUPPORTED;
	}
	if (fault->operations->install)
		status = fault->operations->install(dev);
	if (status != OK)
		return status;
	*state = (struct fault_state){
		.fault = fault,
		.real = dev->transport,
		.transport = *dev->transport,
		.at = at,
	};
	decorate(&state->transport, fault->operations);
	dev->transport = &state->transport;
	log_info(dev->name, "fault: %s is on: the driver %s", fault->name, fault->line);
	return OK;
}
