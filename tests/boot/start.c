/* SPDX-License-Identifier: BSD-2-Clause */
/* In: an image's handle. Out: firstlight.efi of the same volume, started. */
#include "tests/boot/start.h"

static const CHAR16 NAME[] = u"\\firstlight.efi";

/* A device's path with that of a file behind it. */
#define PATH_MAX 512u

struct __attribute__((packed)) file_node {
	EFI_DEVICE_PATH_PROTOCOL head;
	CHAR16 name[sizeof(NAME) / sizeof(NAME[0])];
	EFI_DEVICE_PATH_PROTOCOL end;
};

/* Bytes of a path without the node that ends it. */
static UINTN path_length(EFI_DEVICE_PATH_PROTOCOL *path)
{
	EFI_DEVICE_PATH_PROTOCOL *node = path;

	while (!IsDevicePathEndType(node))
		node = NextDevicePathNode(node);
	return (UINTN)((UINT8 *)node - (UINT8 *)path);
}

static EFI_STATUS load(EFI_HANDLE image, EFI_BOOT_SERVICES *bs, EFI_HANDLE *loaded)
{
	EFI_GUID loaded_image = LOADED_IMAGE_PROTOCOL, device_path = DEVICE_PATH_PROTOCOL;
	struct file_node file = {.head = {MEDIA_DEVICE_PATH, MEDIA_FILEPATH_DP}};
	EFI_DEVICE_PATH_PROTOCOL *device;
	EFI_LOADED_IMAGE_PROTOCOL *self;
	UINT8 path[PATH_MAX];
	EFI_STATUS status;
	UINTN length;

	status = bs->HandleProtocol(image, &loaded_image, (void **)&self);
	if (EFI_ERROR(status))
		return status;
	status = bs->HandleProtocol(self->DeviceHandle, &device_path, (void **)&device);
	if (EFI_ERROR(status))
		return status;
	length = path_length(device);
	if (length > sizeof(path) - sizeof(file))
		return EFI_BUFFER_TOO_SMALL;
	SetDevicePathNodeLength(&file.head, sizeof(file) - sizeof(file.end));
	SetDevicePathEndNode(&file.end);
	bs->CopyMem(file.name, (void *)NAME, sizeof(NAME));
	bs->CopyMem(path, device, length);
	bs->CopyMem(path + length, &file, sizeof(file));
	return bs->LoadImage(FALSE, image, (EFI_DEVICE_PATH_PROTOCOL *)path, NULL, 0, loaded);
}

EFI_STATUS start_firstlight(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	EFI_HANDLE loaded;
	EFI_STATUS status = load(image, system->BootServices, &loaded);

	return EFI_ERROR(status) ? status : system->BootServices->StartImage(loaded, NULL, NULL);
}
