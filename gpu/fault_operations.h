/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The inside of the gallery of mistakes: what a fault does in place of the driver.
 */
#ifndef GPU_FAULT_OPERATIONS_H
#define GPU_FAULT_OPERATIONS_H

#include "gpu/fault.h"
#include "gpu/protocol.h"
#include "virtio/queue.h"

/* A request that stands published in the ring, before the device hears of it. */
struct fault_request {
	struct virtio_device *dev;
	struct queue *queue;
	uint16_t slot; /* of the available ring: that of the newest entry */
	uint16_t head;
	struct virtq_desc *descriptors; /* of its chain: the ring's, or an indirect table */
	struct virtq_desc *first; /* what the device reads */
	struct virtq_desc *last; /* what it writes: the one behind the first; else the first */
	struct virtio_gpu_ctrl_hdr *header; /* of the first's bytes */
};

/* What a fault does instead of the transport; NULL: nothing. */
struct fault_registers {
	uint8_t (*read_status)(struct virtio_device *dev);
	void (*write_status)(struct virtio_device *dev, uint8_t status);
	void (*write_features)(struct virtio_device *dev, uint64_t features);
	uint32_t (*read_queue_size_max)(struct virtio_device *dev, uint16_t index);
	enum status (*setup_queue)(struct virtio_device *dev, struct queue *queue);
	uint8_t (*read_interrupt_status)(struct virtio_device *dev);
	void (*acknowledge_interrupt)(struct virtio_device *dev, uint8_t status);
	uint32_t (*read_config)(struct virtio_device *dev, uint32_t offset);
};

#define REGISTERS(...) (&(const struct fault_registers){__VA_ARGS__})

/* What a fault does; NULL or 0: nothing. */
struct fault_operations {
	/* Done to the device, or to what the driver knows of it, when the fault is installed. */
	enum status (*install)(struct virtio_device *dev);

	const struct fault_registers *registers; /* by REGISTERS */

	/*
	 * Done to each request that is of `command` (0: of any), from the `from`th of them on (0
	 * and 1: the first).
	 */
	void (*spoil)(struct fault_request *request);
	bool (*applies)(const struct fault_request *request); /* NULL: it does */
	/* Instead of the notification of such a request. */
	void (*notify)(struct virtio_device *dev, const struct queue *queue);
	uint16_t command; /* enum virtio_gpu_ctrl_type */
	uint8_t from;
	bool in_ring; /* VIRTIO_F_INDIRECT_DESC is hidden: chains stand in the ring itself */
};

/* The fault at work on a device whose transport is a fault's. */
struct fault_state *fault_state_of(struct virtio_device *dev);

/* An address as a program has them that forgot to translate it: nothing answers there. */
#define FAULT_NO_MEMORY 0xffff000000000000u

/* Registers: gpu/fault_transport.c. */
extern const struct fault_operations fault_v2_registers_on_v1;
extern const struct fault_operations fault_v1_registers_on_v2;
extern const struct fault_operations fault_no_guest_page_size;
extern const struct fault_operations fault_pfn_is_address;
extern const struct fault_operations fault_pfn_truncated;
extern const struct fault_operations fault_wrong_queue_align;
extern const struct fault_operations fault_no_queue_size;
extern const struct fault_operations fault_wrong_queue_size;
extern const struct fault_operations fault_ring_address_virtual;
extern const struct fault_operations fault_queue_not_enabled;

/* The device as a whole: gpu/fault_device.c. */
extern const struct fault_operations fault_pfn_zero;
extern const struct fault_operations fault_no_access_platform;
extern const struct fault_operations fault_no_version_1;
extern const struct fault_operations fault_late_features;
extern const struct fault_operations fault_no_bus_master;
extern const struct fault_operations fault_no_memory_decode;
extern const struct fault_operations fault_no_bar_address;
extern const struct fault_operations fault_wrong_doorbell;
extern const struct fault_operations fault_empty_slot;
extern const struct fault_operations fault_narrow_access;
extern const struct fault_operations fault_second_owner;
extern const struct fault_operations fault_late_answer;
extern const struct fault_operations fault_missed_notification;
extern const struct fault_operations fault_events_ignored;

/* Interrupts: gpu/fault_interrupt.c. */
extern const struct fault_operations fault_isr_read_twice;
extern const struct fault_operations fault_not_acknowledged;

/* The ring: gpu/fault_ring.c. */
extern const struct fault_operations fault_buffer_address_virtual;
extern const struct fault_operations fault_zero_length;
extern const struct fault_operations fault_readable_after_writable;
extern const struct fault_operations fault_chain_loop;
extern const struct fault_operations fault_next_outside;
extern const struct fault_operations fault_head_outside;
extern const struct fault_operations fault_avail_jump;
extern const struct fault_operations fault_too_many_in_flight;
extern const struct fault_operations fault_indirect_table_size;
extern const struct fault_operations fault_short_request;
extern const struct fault_operations fault_no_response;
extern const struct fault_operations fault_short_response;

/* The bytes of GPU commands: gpu/fault_command.c. */
extern const struct fault_operations fault_truncated_create;
extern const struct fault_operations fault_unknown_command;
extern const struct fault_operations fault_resource_zero;
extern const struct fault_operations fault_resource_twice;
extern const struct fault_operations fault_resource_unknown;
extern const struct fault_operations fault_bad_format;
extern const struct fault_operations fault_too_large;
extern const struct fault_operations fault_backing_not_memory;
extern const struct fault_operations fault_backing_twice;
extern const struct fault_operations fault_scanout_without_backing;
extern const struct fault_operations fault_scanout_rectangle;
extern const struct fault_operations fault_scanout_number;
extern const struct fault_operations fault_transfer_outside;
extern const struct fault_operations fault_flush_outside;
extern const struct fault_operations fault_transfer_without_backing;
extern const struct fault_operations fault_transfer_offset;
extern const struct fault_operations fault_short_backing;
extern const struct fault_operations fault_no_transfer;
extern const struct fault_operations fault_no_flush;
extern const struct fault_operations fault_no_scanout;
extern const struct fault_operations fault_pixel_order;
extern const struct fault_operations fault_zero_mode;
extern const struct fault_operations fault_no_fence;
extern const struct fault_operations fault_cursor_size;
extern const struct fault_operations fault_cursor_response;

#endif
