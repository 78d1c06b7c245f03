/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the bytes of a GPU command that is published. Out: the same command with one mistake. */
#include "gpu/cursor.h"
#include "gpu/fault_operations.h"

#define MISSING_RESOURCE 0x7777u
#define MISSING_SCANOUT  99u
#define UNKNOWN_COMMAND  0x01ffu
#define UNKNOWN_FORMAT   0x99u
#define TOO_LARGE        16384u /* a side: 1 GiB */

_Static_assert(
	sizeof(struct virtio_gpu_set_scanout) == sizeof(struct virtio_gpu_resource_attach_backing) +
							 sizeof(struct virtio_gpu_mem_entry),
	"a SET_SCANOUT has room for an ATTACH_BACKING of one entry");

static void *bytes_of_request(const struct fault_request *r)
{
	return r->header;
}

static void add_to(le32 *field, uint32_t value)
{
	le32_store(field, le32_load(field) + value);
}

static struct virtio_gpu_rect one_pixel(void)
{
	return (struct virtio_gpu_rect){.width = le32_of(1), .height = le32_of(1)};
}

/* Makes the request a RESOURCE_FLUSH of that part of the resource, which is answered alike. */
static void turn_into_flush(
	const struct fault_request *r, uint32_t resource, struct virtio_gpu_rect area)
{
	struct virtio_gpu_resource_flush *flush = bytes_of_request(r);

	le32_store(&flush->hdr.type, VIRTIO_GPU_CMD_RESOURCE_FLUSH);
	flush->r = area;
	le32_store(&flush->resource_id, resource);
	le32_store(&flush->padding, 0);
	le32_store(&r->first->len, sizeof(*flush));
}

/* ---- RESOURCE_CREATE_2D */

static void truncated_create(struct fault_request *r)
{
	le32_store(&r->first->len, sizeof(struct virtio_gpu_ctrl_hdr) + sizeof(le32));
}

const struct fault_operations fault_truncated_create = {
	.spoil = truncated_create, .command = VIRTIO_GPU_CMD_RESOURCE_CREATE_2D};

static void resource_zero(struct fault_request *r)
{
	struct virtio_gpu_resource_create_2d *create = bytes_of_request(r);

	le32_store(&create->resource_id, 0);
}

const struct fault_operations fault_resource_zero = {
	.spoil = resource_zero, .command = VIRTIO_GPU_CMD_RESOURCE_CREATE_2D};

static void set_format(struct fault_request *r, uint32_t format)
{
	struct virtio_gpu_resource_create_2d *create = bytes_of_request(r);

	le32_store(&create->format, format);
}

static void bad_format(struct fault_request *r)
{
	set_format(r, UNKNOWN_FORMAT);
}

const struct fault_operations fault_bad_format = {
	.spoil = bad_format, .command = VIRTIO_GPU_CMD_RESOURCE_CREATE_2D};

static void pixel_order(struct fault_request *r)
{
	struct virtio_gpu_resource_create_2d *create = bytes_of_request(r);
	bool rgb = le32_load(&create->format) == VIRTIO_GPU_FORMAT_R8G8B8X8_UNORM;

	set_format(r, rgb ? VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM : VIRTIO_GPU_FORMAT_R8G8B8X8_UNORM);
}

const struct fault_operations fault_pixel_order = {
	.spoil = pixel_order, .command = VIRTIO_GPU_CMD_RESOURCE_CREATE_2D};

static void set_size(struct fault_request *r, uint32_t side)
{
	struct virtio_gpu_resource_create_2d *create = bytes_of_request(r);

	le32_store(&create->width, side);
	le32_store(&create->height, side);
}

static void too_large(struct fault_request *r)
{
	set_size(r, TOO_LARGE);
}

const struct fault_operations fault_too_large = {
	.spoil = too_large, .command = VIRTIO_GPU_CMD_RESOURCE_CREATE_2D};

static void zero_mode(struct fault_request *r)
{
	set_size(r, 0);
}

const struct fault_operations fault_zero_mode = {
	.spoil = zero_mode, .command = VIRTIO_GPU_CMD_RESOURCE_CREATE_2D};

/* ---- RESOURCE_ATTACH_BACKING */

/* In its place the resource is created again. */
static void resource_twice(struct fault_request *r)
{
	struct virtio_gpu_resource_create_2d *create = bytes_of_request(r);

	le32_store(&create->hdr.type, VIRTIO_GPU_CMD_RESOURCE_CREATE_2D);
	le32_store(&create->format, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM);
	set_size(r, 64);
	le32_store(&r->first->len, sizeof(*create));
}

const struct fault_operations fault_resource_twice = {
	.spoil = resource_twice, .command = VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING};

/* Behind the request, or in a buffer of their own. */
static struct virtio_gpu_mem_entry *entries_of(const struct fault_request *r)
{
	struct virtio_gpu_resource_attach_backing *attach = bytes_of_request(r);

	if (le32_load(&r->first->len) > sizeof(*attach))
		return attach->entries;
	return dma_at(r->dev->pool, paddr_of(le64_load(&r->last->addr)), le32_load(&r->last->len));
}

static void backing_not_memory(struct fault_request *r)
{
	le64 *address = &entries_of(r)[0].addr;

	le64_store(address, le64_load(address) | FAULT_NO_MEMORY);
}

const struct fault_operations fault_backing_not_memory = {
	.spoil = backing_not_memory, .command = VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING};

static void short_backing(struct fault_request *r)
{
	struct virtio_gpu_resource_attach_backing *attach = bytes_of_request(r);
	le32 *length = &entries_of(r)[le32_load(&attach->nr_entries) - 1].length;

	le32_store(length, le32_load(length) / 2);
}

const struct fault_operations fault_short_backing = {
	.spoil = short_backing, .command = VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING};

static void drop_backing(struct fault_request *r)
{
	struct virtio_gpu_resource_attach_backing *attach = bytes_of_request(r);

	turn_into_flush(r, le32_load(&attach->resource_id), one_pixel());
}

const struct fault_operations fault_scanout_without_backing = {
	.spoil = drop_backing, .command = VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING};

/* ---- SET_SCANOUT */

static void drop_scanout(struct fault_request *r)
{
	struct virtio_gpu_set_scanout *scanout = bytes_of_request(r);

	turn_into_flush(r, le32_load(&scanout->resource_id), scanout->r);
}

const struct fault_operations fault_no_scanout = {
	.spoil = drop_scanout, .command = VIRTIO_GPU_CMD_SET_SCANOUT};

/* In its place the backing is attached again: a page that is memory, the request's own. */
static void backing_twice(struct fault_request *r)
{
	struct virtio_gpu_set_scanout *scanout = bytes_of_request(r);
	struct virtio_gpu_resource_attach_backing *attach = bytes_of_request(r);
	uint32_t resource = le32_load(&scanout->resource_id);

	le32_store(&attach->hdr.type, VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING);
	le32_store(&attach->resource_id, resource);
	le32_store(&attach->nr_entries, 1);
	le64_store(&attach->entries[0].addr, le64_load(&r->first->addr));
	le32_store(&attach->entries[0].length, PAGE_SIZE);
	le32_store(&attach->entries[0].padding, 0);
}

const struct fault_operations fault_backing_twice = {
	.spoil = backing_twice, .command = VIRTIO_GPU_CMD_SET_SCANOUT};

static void scanout_rectangle(struct fault_request *r)
{
	struct virtio_gpu_set_scanout *scanout = bytes_of_request(r);

	add_to(&scanout->r.width, 1);
}

const struct fault_operations fault_scanout_rectangle = {
	.spoil = scanout_rectangle, .command = VIRTIO_GPU_CMD_SET_SCANOUT};

static void scanout_number(struct fault_request *r)
{
	struct virtio_gpu_set_scanout *scanout = bytes_of_request(r);

	le32_store(&scanout->scanout_id, MISSING_SCANOUT);
}

const struct fault_operations fault_scanout_number = {
	.spoil = scanout_number, .command = VIRTIO_GPU_CMD_SET_SCANOUT};

/* A scanout cannot be set without backing either: both commands are left out. */
static bool is_backing_or_scanout(const struct fault_request *r)
{
	uint32_t type = le32_load(&r->header->type);

	return type == VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING || type == VIRTIO_GPU_CMD_SET_SCANOUT;
}

static void drop_backing_and_scanout(struct fault_request *r)
{
	if (le32_load(&r->header->type) == VIRTIO_GPU_CMD_SET_SCANOUT)
		drop_scanout(r);
	else
		drop_backing(r);
}

const struct fault_operations fault_transfer_without_backing = {
	.spoil = drop_backing_and_scanout, .applies = is_backing_or_scanout};

/* ---- TRANSFER_TO_HOST_2D */

static void resource_unknown(struct fault_request *r)
{
	struct virtio_gpu_transfer_to_host_2d *transfer = bytes_of_request(r);

	le32_store(&transfer->resource_id, MISSING_RESOURCE);
}

const struct fault_operations fault_resource_unknown = {
	.spoil = resource_unknown, .command = VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D};

static void transfer_outside(struct fault_request *r)
{
	struct virtio_gpu_transfer_to_host_2d *transfer = bytes_of_request(r);

	add_to(&transfer->r.y, 1);
}

const struct fault_operations fault_transfer_outside = {
	.spoil = transfer_outside, .command = VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D};

/* Only where the right offset is not 0. */
static bool is_partial(const struct fault_request *r)
{
	const struct virtio_gpu_transfer_to_host_2d *transfer = bytes_of_request(r);

	return le32_load(&r->header->type) == VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D &&
	       le64_load(&transfer->offset);
}

static void transfer_offset(struct fault_request *r)
{
	struct virtio_gpu_transfer_to_host_2d *transfer = bytes_of_request(r);

	le64_store(&transfer->offset, 0);
}

const struct fault_operations fault_transfer_offset = {
	.spoil = transfer_offset, .applies = is_partial};

static void no_transfer(struct fault_request *r)
{
	struct virtio_gpu_transfer_to_host_2d *transfer = bytes_of_request(r);

	turn_into_flush(r, le32_load(&transfer->resource_id), transfer->r);
}

const struct fault_operations fault_no_transfer = {
	.spoil = no_transfer, .command = VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D};

/* ---- RESOURCE_FLUSH */

static void flush_outside(struct fault_request *r)
{
	struct virtio_gpu_resource_flush *flush = bytes_of_request(r);

	add_to(&flush->r.y, 1);
}

const struct fault_operations fault_flush_outside = {
	.spoil = flush_outside, .command = VIRTIO_GPU_CMD_RESOURCE_FLUSH};

/* In its place the first pixel is transferred again; the buffer is longer than any request. */
static void no_flush(struct fault_request *r)
{
	struct virtio_gpu_transfer_to_host_2d *transfer = bytes_of_request(r);
	struct virtio_gpu_resource_flush *flush = bytes_of_request(r);
	uint32_t resource = le32_load(&flush->resource_id);

	le32_store(&transfer->hdr.type, VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D);
	transfer->r = one_pixel();
	le64_store(&transfer->offset, 0);
	le32_store(&transfer->resource_id, resource);
	le32_store(&transfer->padding, 0);
	le32_store(&r->first->len, sizeof(*transfer));
}

const struct fault_operations fault_no_flush = {
	.spoil = no_flush, .command = VIRTIO_GPU_CMD_RESOURCE_FLUSH};

static void no_fence(struct fault_request *r)
{
	le32_store(&r->header->flags, le32_load(&r->header->flags) & ~VIRTIO_GPU_FLAG_FENCE);
}

const struct fault_operations fault_no_fence = {
	.spoil = no_fence, .command = VIRTIO_GPU_CMD_RESOURCE_FLUSH};

/* ---- any command */

static void unknown_command(struct fault_request *r)
{
	le32_store(&r->header->type, UNKNOWN_COMMAND);
}

const struct fault_operations fault_unknown_command = {.spoil = unknown_command};

/* ---- the cursor */

static bool is_cursor_image(const struct fault_request *r)
{
	struct virtio_gpu_resource_create_2d *create = (void *)r->header;

	return le32_load(&create->resource_id) == CURSOR_RESOURCE;
}

/*
 * Higher, not wider: QEMU 7.2 ends by an assertion when the rows of a partial transfer lie behind
 * the end of the backing.
 */
static void cursor_size(struct fault_request *r)
{
	struct virtio_gpu_resource_create_2d *create = bytes_of_request(r);

	le32_store(&create->height, 2 * CURSOR_SIDE);
}

const struct fault_operations fault_cursor_size = {.spoil = cursor_size,
	.command = VIRTIO_GPU_CMD_RESOURCE_CREATE_2D,
	.applies = is_cursor_image};

static bool is_cursor_command(const struct fault_request *r)
{
	uint32_t type = le32_load(&r->header->type);

	return type == VIRTIO_GPU_CMD_UPDATE_CURSOR || type == VIRTIO_GPU_CMD_MOVE_CURSOR;
}

/* Room for a response behind the request, by a descriptor that is free. */
static void cursor_response(struct fault_request *r)
{
	struct virtq_desc *room = &r->descriptors[r->queue->free_head];

	le64_store(&room->addr, le64_load(&r->first->addr) + GPU_SHORT_SIZE / 2);
	le32_store(&room->len, sizeof(struct virtio_gpu_ctrl_hdr));
	le16_store(&room->flags, VIRTQ_DESC_F_WRITE);
	le16_store(&r->first->next, r->queue->free_head);
	le16_store(&r->first->flags, VIRTQ_DESC_F_NEXT);
}

const struct fault_operations fault_cursor_response = {
	.spoil = cursor_response, .applies = is_cursor_command, .in_ring = true};
