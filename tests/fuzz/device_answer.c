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

static void check_backing(struct device *d, const struct device_chain *request)
{
	struct virtio_gpu_resource_attach_backing r;
	struct virtio_gpu_mem_entry entry;

	if (!take(d, request, 0, &r, sizeof(r)))
		return;
	for (uint32_t i = 0; !d->scribbled && !d->lied_of_queue && i < le32_value(r.nr_entries);
		i++) {
		fuzz_check(take(d, request, sizeof(r) + i * sizeof(entry), &entry, sizeof(entry)));
		device_memory(d, le64_value(entry.addr), le32_value(entry.length));
	}
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

/* The right response to a GPU command; its length. */
static uint32_t answer_gpu(struct device *d, const struct device_chain *request, uint8_t *out)
{
	struct virtio_gpu_resp_display_info *info = (void *)out;
	struct virtio_gpu_resp_edid *edid = (void *)out;
	struct virtio_gpu_ctrl_hdr hdr = {0};
	uint32_t length = sizeof(hdr);

	if (!take(d, request, 0, &hdr, sizeof(hdr)))
		hdr = (struct virtio_gpu_ctrl_hdr){0};
	switch (le32_value(hdr.type)) {
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
	default: hdr.type = le32_of(VIRTIO_GPU_RESP_OK_NODATA);
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
