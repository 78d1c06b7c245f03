/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In: firmware with four levels of page tables. Out: firstlight.efi of the same volume, started
 * with five, as it finds a machine whose firmware uses them. Returns what went wrong otherwise.
 */
#include <cpuid.h>
#include <efi.h>

#define CPUID_LA57 (1u << 16) /* leaf 7, ECX */
#define BELOW_4GIB 0xffffffffull
#define PAGE       4096u

#define TABLE   0x3ull /* present, writable */
#define ADDRESS 0x000ffffffffff000ull

static const CHAR16 NAME[] = u"\\firstlight.efi";

/* A device's path with that of a file behind it. */
#define PATH_MAX 512u

struct __attribute__((packed)) file_node {
	EFI_DEVICE_PATH_PROTOCOL head;
	CHAR16 name[sizeof(NAME) / sizeof(NAME[0])];
	EFI_DEVICE_PATH_PROTOCOL end;
};

/* In switch.S. */
void switch_to_5_levels(uint32_t root);

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system);

static BOOLEAN has_5_levels(void)
{
	uint32_t eax, ebx, ecx, edx;

	return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && ecx & CPUID_LA57;
}

static uint64_t read_cr3(void)
{
	uint64_t value;

	__asm__ volatile("movq %%cr3, %0" : "=r"(value));
	return value;
}

/* Firmware's own tables, one level down: every address leads where it led before. */
static EFI_STATUS use_5_levels(EFI_BOOT_SERVICES *bs)
{
	EFI_PHYSICAL_ADDRESS root = BELOW_4GIB;
	EFI_STATUS status;

	if (!has_5_levels() || (uint64_t)&root > BELOW_4GIB ||
		(uint64_t)switch_to_5_levels > BELOW_4GIB)
		return EFI_UNSUPPORTED;
	status = bs->AllocatePages(AllocateMaxAddress, EfiBootServicesData, 1, &root);
	if (EFI_ERROR(status))
		return status;
	bs->SetMem((void *)root, PAGE, 0);
	*(uint64_t *)root = (read_cr3() & ADDRESS) | TABLE;
	switch_to_5_levels((uint32_t)root);
	return EFI_SUCCESS;
}

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

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	EFI_HANDLE loaded;
	EFI_STATUS status = use_5_levels(system->BootServices);

	if (!EFI_ERROR(status))
		status = load(image, system->BootServices, &loaded);
	if (!EFI_ERROR(status))
		status = system->BootServices->StartImage(loaded, NULL, NULL);
	if (EFI_ERROR(status))
		system->ConOut->OutputString(system->ConOut, (CHAR16 *)u"la57: failed\r\n");
	return status;
}
