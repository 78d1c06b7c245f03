/* SPDX-License-Identifier: BSD-2-Clause */
/* In: boot services. Out: the times of firmware's Blt on a virtio GPU, as figures on the log. */
#include "efi/gop_bench.h"

#include "gpu/bench.h"
#include "gpu/samples.h"
#include "mem/clock.h"
#include "mem/format.h"
#include "mem/log.h"
#include "mem/tap.h"

#define SUBJECT   "gop"
#define NAME_SIZE 32u

#define USUAL_WIDTH  1280u
#define USUAL_HEIGHT 800u

/*
 * EDK2's own protocol of a virtio device, seen in OvmfPkg/Include/Protocol/VirtioDevice.h of
 * 2022.11 and 2025.02. Only its beginning is used.
 */
static const EFI_GUID virtio_device_protocol = {
	0xfa920010, 0x6785, 0x4941, {0xb6, 0xec, 0x49, 0x8c, 0x57, 0x9f, 0x16, 0x0a}};

struct edk2_virtio_device {
	UINT32 revision;
	INT32 device_id; /* virtio device type */
};

struct gop_bench {
	EFI_BOOT_SERVICES *bs;
	EFI_GRAPHICS_OUTPUT_PROTOCOL *gop;
	EFI_GRAPHICS_OUTPUT_BLT_PIXEL *pixels; /* a full screen of them */
	UINTN size; /* bytes of them */
};

/* Whether what stands below this GOP's device is a virtio GPU. */
static bool is_virtio_gpu(EFI_BOOT_SERVICES *bs, EFI_HANDLE handle)
{
	EFI_GUID path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID, guid = virtio_device_protocol;
	const struct edk2_virtio_device *device;
	EFI_DEVICE_PATH *path;
	EFI_HANDLE parent;

	return !EFI_ERROR(bs->HandleProtocol(handle, &path_guid, (void **)&path)) &&
	       !EFI_ERROR(bs->LocateDevicePath(&guid, &path, &parent)) &&
	       !EFI_ERROR(bs->HandleProtocol(parent, &guid, (void **)&device)) &&
	       device->device_id == VIRTIO_ID_GPU;
}

static EFI_GRAPHICS_OUTPUT_PROTOCOL *find(EFI_BOOT_SERVICES *bs)
{
	EFI_GUID guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
	EFI_GRAPHICS_OUTPUT_PROTOCOL *gop = NULL;
	EFI_HANDLE *handles;
	UINTN count;

	if (EFI_ERROR(bs->LocateHandleBuffer(ByProtocol, &guid, NULL, &count, &handles)))
		return NULL;
	for (UINTN i = 0; !gop && i < count; i++)
		if (is_virtio_gpu(bs, handles[i]) &&
			EFI_ERROR(bs->HandleProtocol(handles[i], &guid, (void **)&gop)))
			gop = NULL;
	bs->FreePool(handles);
	return gop;
}

/* The mode of that size; MaxMode when there is none. */
static UINT32 find_mode(EFI_GRAPHICS_OUTPUT_PROTOCOL *gop, UINT32 width, UINT32 height)
{
	EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info;
	UINTN size;

	for (UINT32 mode = 0; mode < gop->Mode->MaxMode; mode++) {
		if (EFI_ERROR(gop->QueryMode(gop, mode, &size, &info)))
			continue;
		if (info->HorizontalResolution == width && info->VerticalResolution == height)
			return mode;
	}
	return gop->Mode->MaxMode;
}

/* Times the Blt of a rectangle at the screen's corner. The two lines around it bound it in traces.
 */
static void time_blt(struct gop_bench *b, const char *name, UINT32 width, UINT32 height)
{
	struct samples samples = {0};
	EFI_STATUS status = EFI_SUCCESS;

	log_info(SUBJECT, "%s: begin", name);
	log_drain();
	for (unsigned i = 0; !EFI_ERROR(status) && i < BENCH_FRAMES; i++) {
		uint64_t start = clock_ns();

		status = b->gop->Blt(
			b->gop, b->pixels, EfiBltBufferToVideo, 0, 0, 0, 0, width, height, 0);
		samples_add(&samples, clock_ns() - start);
	}
	log_info(SUBJECT, "%s: end", name);
	log_drain();
	if (EFI_ERROR(status)) {
		tap_skip(SUBJECT, name, "Blt returns 0x%lx", (uint64_t)status);
		return;
	}
	samples_metrics(&samples, SUBJECT, name);
	tap_ok(SUBJECT, "bench: %s: %lu us", name, samples_percentile(&samples, 50) / 1000);
}

/* The whole screen in the mode that is set. */
static void time_screen(struct gop_bench *b)
{
	const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info = b->gop->Mode->Info;
	UINT32 width = info->HorizontalResolution, height = info->VerticalResolution;
	char name[NAME_SIZE];

	format(name, sizeof(name), "blt-%ux%u", width, height);
	b->size = (UINTN)width * height * sizeof(*b->pixels);
	if (EFI_ERROR(b->bs->AllocatePool(EfiLoaderData, b->size, (void **)&b->pixels))) {
		tap_skip(SUBJECT, name, "no memory for 0x%lx bytes of pixels", (uint64_t)b->size);
		return;
	}
	for (UINTN i = 0; i < b->size / sizeof(*b->pixels); i++)
		b->pixels[i] = (EFI_GRAPHICS_OUTPUT_BLT_PIXEL){
			.Red = (UINT8)i, .Green = (UINT8)(i / width)};
	time_blt(b, name, width, height);
	if (width >= BENCH_TILE && height >= BENCH_TILE)
		time_blt(b, "blt-tile", BENCH_TILE, BENCH_TILE);
	b->bs->FreePool(b->pixels);
}

static bool is_usual(const EFI_GRAPHICS_OUTPUT_PROTOCOL *gop)
{
	return gop->Mode->Info->HorizontalResolution == USUAL_WIDTH &&
	       gop->Mode->Info->VerticalResolution == USUAL_HEIGHT;
}

void gop_bench(struct firmware *fw)
{
	struct gop_bench b = {.bs = fw->system->BootServices};
	UINT32 before, usual;

	b.gop = find(b.bs);
	if (!b.gop) {
		tap_skip(SUBJECT, "bench", "no GOP of the firmware is on a virtio GPU");
		return;
	}
	time_screen(&b);
	if (is_usual(b.gop))
		return;
	before = b.gop->Mode->Mode;
	usual = find_mode(b.gop, USUAL_WIDTH, USUAL_HEIGHT);
	if (usual == b.gop->Mode->MaxMode || EFI_ERROR(b.gop->SetMode(b.gop, usual))) {
		tap_skip(SUBJECT, "blt-1280x800", "there is no such mode");
		return;
	}
	time_screen(&b);
	if (EFI_ERROR(b.gop->SetMode(b.gop, before)))
		log_info(SUBJECT, "mode %u is not set again", before);
}
