/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a request. Out: the response of a device that behaves. */
#include <string.h>

#include "tests/fuzz/device_parts.h"

_Static_assert(DEVICE_ANSWER_SIZE >= sizeof(struct virtio_gpu_resp_edid), "the longest");

/* Bytes of the request, wherever its pieces are; false when it is not so long. */
static bool take(
	struct device *d, const struct device_chain *request, uint64_t at, void *out, uint32_t size)
{
	uint8_t *to = out;

	for (unsigned i = 0; size && i < request->count && !request->pieces[i].writable; i++) {
		const struct device_piece *piece = &request->pieces[i];
		uint32_t part = (uint32_t)min_u64(size, piece->size - min_u64(at, piece->size));
		const uint8_t *p = device_memory(d, piece->address, piece->size);

		if (!p)
			return false;
		memcpy(to, p + min_u64(at, piece->size), part);
		at -= min_u64(at, piece->size);
		to += part;
		size -= part;
	}
	return !size;
}

/* Entries of memory, behind the first `at` bytes; the sum of their lengths. */
static uint64_t check_entries(
	struct device *d, const struct device_chain *request, uint64_t at, uint32_t count)
{
	struct virtio_gpu_mem_entry entry;
	uint64_t sum = 0;

	for (; !d->scribbled && !d->lied_of_queue && count; count--, at += sizeof(entry)) {
		fuzz_check(take(d, request, at, &entry, sizeof(entry)));
		device_memory(d, le64_value(entry.addr), le32_value(entry.length));
		sum += le32_value(entry.length);
	}
	return sum;
}

static void check_backing(struct device *d, const struct device_chain *request)
{
	struct virtio_gpu_resource_attach_backing r;

	if (take(d, request, 0, &r, sizeof(r)))
		check_entries(d, request, sizeof(r), le32_value(r.nr_entries));
}

/* A blob of the guest's memory is all that its entries have, and no more. */
static void check_blob(struct device *d, const struct device_chain *request)
{
	struct virtio_gpu_resource_create_blob r;
	uint64_t sum;

	if (!take(d, request, 0, &r, sizeof(r)))
		return;
	sum = check_entries(d, request, sizeof(r), le32_value(r.nr_entries));
	if (!d->scribbled && !d->lied_of_queue && le32_value(r.nr_entries))
		fuzz_check(sum == le64_value(r.size));
}

/* A good EDID of a small display (E-EDID A2 §3): header, maker, one timing, checksum. */
static void write_edid(uint8_t *edid)
{
	static const uint8_t start[] = {0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0x49, 0x14};
	static const uint8_t timing[] = {0x10, 0x27, 64, 16, 0, 48, 8, 0};
	uint8_t sum = 0;

	memcpy(edid, start, sizeof(start));
	memcpy(edid + 54, timing, sizeof(timing));
	for (unsigned i = 0; i < 127; i++)
		sum = (uint8_t)(sum + edid[i]);
	edid[127] = (uint8_t)-sum;
}

/* They stand side by side. */
static void list_displays(const struct device *d, struct virtio_gpu_resp_display_info *info)
{
	for (unsigned i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++) {
		if (!(d->displays & 1u << i))
			continue;
		info->pmodes[i].r.x = le32_of(i * d->width);
		info->pmodes[i].r.width = le32_of(d->width);
		info->pmodes[i].r.height = le32_of(DEVICE_HEIGHT);
		info->pmodes[i].enabled = le32_of(1);
	}
}

/* One of RFC 9562's version 4, the same for the same resource. */
static void write_uuid(struct device *d, const struct device_chain *request, uint8_t *uuid)
{
	struct virtio_gpu_resource_assign_uuid r = {0};

	if (take(d, request, 0, &r, sizeof(r)))
		uuid[0] = (uint8_t)le32_value(r.resource_id);
	uuid[6] = 0x40;
	uuid[8] = 0x80;
}

/* One that has memory to map, and another one. */
static void write_capset_info(struct device *d, const struct device_chain *request,
	struct virtio_gpu_resp_capset_info *info)
{
	struct virtio_gpu_get_capset_info r = {0};
	bool first = take(d, request, 0, &r, sizeof(r)) && !le32_value(r.capset_index);

	info->capset_id = le32_of(first ? VIRTIO_GPU_CAPSET_VENUS : VIRTIO_GPU_CAPSET_VIRGL2);
	info->capset_max_version = le32_of(1);
	info->capset_max_size = le32_of(DEVICE_CAPSET_SIZE);
}

/* The type of the right response to a command beyond 2D, whose length is another one then. */
static uint32_t answer_beyond(struct device *d, const struct device_chain *request, uint32_t type,
	uint8_t *out, uint32_t *length)
{
	switch (type) {
	case VIRTIO_GPU_CMD_RESOURCE_ASSIGN_UUID:
		write_uuid(d, request, ((struct virtio_gpu_resp_resource_uuid *)out)->uuid);
		*length = sizeof(struct virtio_gpu_resp_resource_uuid);
		return VIRTIO_GPU_RESP_OK_RESOURCE_UUID;
	case VIRTIO_GPU_CMD_GET_CAPSET_INFO:
		write_capset_info(d, request, (void *)out);
		*length = sizeof(struct virtio_gpu_resp_capset_info);
		return VIRTIO_GPU_RESP_OK_CAPSET_INFO;
	case VIRTIO_GPU_CMD_GET_CAPSET:
		*length = sizeof(struct virtio_gpu_resp_capset) + DEVICE_CAPSET_SIZE;
		return VIRTIO_GPU_RESP_OK_CAPSET;
	case VIRTIO_GPU_CMD_RESOURCE_MAP_BLOB:
		((struct virtio_gpu_resp_map_info *)out)->map_info =
			le32_of(VIRTIO_GPU_MAP_CACHE_CACHED);
		*length = sizeof(struct virtio_gpu_resp_map_info);
		return VIRTIO_GPU_RESP_OK_MAP_INFO;
	case VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB: check_blob(d, request); break;
	default: break;
	}
	return VIRTIO_GPU_RESP_OK_NODATA;
}

/* The right response to a GPU command; its length. */
static uint32_t answer_gpu(struct device *d, const struct device_chain *request, uint8_t *out)
{
	struct virtio_gpu_resp_display_info *info = (void *)out;
	struct virtio_gpu_resp_edid *edid = (void *)out;
	struct virtio_gpu_ctrl_hdr hdr = {0};
	uint32_t length = sizeof(hdr), type;

	if (!take(d, request, 0, &hdr, sizeof(hdr)))
		hdr = (struct virtio_gpu_ctrl_hdr){0};
	type = le32_value(hdr.type);
	switch (type) {
	case VIRTIO_GPU_CMD_GET_DISPLAY_INFO:
		hdr.type = le32_of(VIRTIO_GPU_RESP_OK_DISPLAY_INFO);
		list_displays(d, info);
		length = sizeof(*info);
		break;
	case VIRTIO_GPU_CMD_GET_EDID:
		hdr.type = le32_of(VIRTIO_GPU_RESP_OK_EDID);
		edid->size = le32_of(128);
		write_edid(edid->edid);
		length = sizeof(*edid);
		break;
	case VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING:
		check_backing(d, request);
		hdr.type = le32_of(VIRTIO_GPU_RESP_OK_NODATA);
		break;
	default: hdr.type = le32_of(answer_beyond(d, request, type, out, &length));
	}
	memcpy(out, &hdr, sizeof(hdr));
	return length;
}

static uint32_t answer_entropy(struct device *d, uint8_t *out, uint32_t size)
{
	for (uint32_t i = 0; i < size; i++)
		out[i] = (uint8_t)(d->drawn++ * 167 + 13);
	return size;
}

uint32_t device_answer(
	struct device *d, const struct device_chain *request, uint8_t *out, uint32_t size)
{
	if (!d->is_gpu)
		return answer_entropy(d, out, size);
	return (uint32_t)min_u64(answer_gpu(d, request, out), size);
}
