/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a request that is published. Out: a ring that breaks one rule of virtio 1.3 §2.7. */
#include "gpu/fault_operations.h"

static void buffer_address_virtual(struct fault_request *r)
{
	le64_store(&r->first->addr, le64_load(&r->first->addr) | FAULT_NO_MEMORY);
}

const struct fault_operations fault_buffer_address_virtual = {
	.spoil = buffer_address_virtual, .in_ring = true};

static void zero_length(struct fault_request *r)
{
	le32_store(&r->first->len, 0);
}

const struct fault_operations fault_zero_length = {.spoil = zero_length, .in_ring = true};

static void readable_after_writable(struct fault_request *r)
{
	le16_store(&r->first->flags, VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_WRITE);
	le16_store(&r->last->flags, 0);
}

const struct fault_operations fault_readable_after_writable = {
	.spoil = readable_after_writable, .in_ring = true};

/* The last descriptor goes on with itself. */
static void chain_loop(struct fault_request *r)
{
	le16_store(&r->last->flags, VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_WRITE);
	le16_store(&r->last->next, (uint16_t)(r->last - r->descriptors));
}

const struct fault_operations fault_chain_loop = {.spoil = chain_loop, .in_ring = true};

static void next_outside(struct fault_request *r)
{
	le16_store(&r->first->next, r->queue->size);
}

const struct fault_operations fault_next_outside = {.spoil = next_outside, .in_ring = true};

static void head_outside(struct fault_request *r)
{
	le16_store(&r->queue->ring.avail->ring[r->slot], r->queue->size);
}

const struct fault_operations fault_head_outside = {.spoil = head_outside, .in_ring = true};

static void move_index(const struct queue *q, unsigned by)
{
	le16_store(&q->ring.avail->idx, (uint16_t)(le16_load(&q->ring.avail->idx) + by));
}

static void avail_jump(struct fault_request *r)
{
	move_index(r->queue, r->queue->size + 1u);
}

const struct fault_operations fault_avail_jump = {.spoil = avail_jump, .in_ring = true};

/* As if the driver had added this request as often as that, and kept no count of free entries. */
static void too_many_in_flight(struct fault_request *r)
{
	unsigned more = r->queue->size + 1u;

	move_index(r->queue, more);
	r->queue->in_flight = (uint16_t)(r->queue->in_flight + more);
}

const struct fault_operations fault_too_many_in_flight = {
	.spoil = too_many_in_flight, .in_ring = true};

static bool is_indirect(const struct fault_request *r)
{
	return le16_load(&r->queue->ring.desc[r->head].flags) & VIRTQ_DESC_F_INDIRECT;
}

/* No multiple of a descriptor's size. */
static void indirect_table_size(struct fault_request *r)
{
	struct virtq_desc *d = &r->queue->ring.desc[r->head];

	le32_store(&d->len, le32_load(&d->len) - 8);
}

const struct fault_operations fault_indirect_table_size = {
	.spoil = indirect_table_size, .applies = is_indirect};

/* Less than the header of every command. */
static void short_request(struct fault_request *r)
{
	le32_store(&r->first->len, sizeof(struct virtio_gpu_ctrl_hdr) - 8);
}

const struct fault_operations fault_short_request = {.spoil = short_request};

static void no_response(struct fault_request *r)
{
	le16_store(&r->first->flags, 0);
}

const struct fault_operations fault_no_response = {.spoil = no_response, .in_ring = true};

static void short_response(struct fault_request *r)
{
	le32_store(&r->last->len, sizeof(struct virtio_gpu_ctrl_hdr) - 8);
}

const struct fault_operations fault_short_response = {.spoil = short_response};
