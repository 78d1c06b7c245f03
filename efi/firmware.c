/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the system table. Out: the image's own data, configuration tables, the memory map. */
#include "efi/firmware.h"

#include "mem/log.h"
#include "mem/string.h"

/* Room for what allocations and freeing add to the map between two readings. */
#define MAP_SLACK 4096u

#define NARROW_SIZE 160u

/* At most `limit` characters of UTF-16 as ASCII, cut to what `out` holds. */
static void narrow(char out[NARROW_SIZE], const CHAR16 *wide, size_t limit)
{
	size_t length = 0;

	for (; wide && length < limit && length + 1 < NARROW_SIZE && wide[length]; length++)
		out[length] = wide[length] < 0x80 ? (char)wide[length] : '?';
	out[length] = '\0';
}

EFI_STATUS memory_map_read(struct memory_map *map, EFI_BOOT_SERVICES *bs)
{
	UINT32 version;
	UINTN needed = 0;
	EFI_STATUS status;

	if (!map->descriptors) {
		status =
			bs->GetMemoryMap(&needed, NULL, &map->key, &map->descriptor_size, &version);
		if (status != EFI_BUFFER_TOO_SMALL)
			return EFI_ERROR(status) ? status : EFI_DEVICE_ERROR;
		map->capacity = needed + MAP_SLACK;
		status = bs->AllocatePool(EfiLoaderData, map->capacity, (void **)&map->descriptors);
		if (EFI_ERROR(status))
			return status;
	}
	map->size = map->capacity;
	status = bs->GetMemoryMap(&map->size, (EFI_MEMORY_DESCRIPTOR *)map->descriptors, &map->key,
		&map->descriptor_size, &version);
	if (!EFI_ERROR(status) && map->descriptor_size < sizeof(EFI_MEMORY_DESCRIPTOR))
		return EFI_INCOMPATIBLE_VERSION;
	return status;
}

/* The log's first line: what runs, on what, asked to do what. */
static void log_run(const struct firmware *fw)
{
	const EFI_SYSTEM_TABLE *system = fw->system;
	UINT32 uefi = system->Hdr.Revision;
	char vendor[NARROW_SIZE], options[NARROW_SIZE];

	narrow(vendor, system->FirmwareVendor, NARROW_SIZE);
	narrow(options, fw->loaded->LoadOptions, fw->loaded->LoadOptionsSize / sizeof(CHAR16));
	log_line("# firstlight %s %s, firmware %s 0x%x (UEFI %u.%u), LoadOptions: %s",
		FIRSTLIGHT_VERSION, FIRSTLIGHT_ARCH, vendor, system->FirmwareRevision, uefi >> 16,
		(uefi & 0xffff) / 10, *options ? options : "none");
	log_info("efi", "image: base 0x%lx, 0x%lx bytes", (uint64_t)fw->loaded->ImageBase,
		(uint64_t)fw->loaded->ImageSize);
}

enum status firmware_open(struct firmware *fw, EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	EFI_GUID loaded_image = EFI_LOADED_IMAGE_PROTOCOL_GUID;
	EFI_STATUS status;

	*fw = (struct firmware){.image = image, .system = system};
	status = system->BootServices->HandleProtocol(image, &loaded_image, (void **)&fw->loaded);
	if (EFI_ERROR(status)) {
		log_error("efi", "LoadedImage protocol: status 0x%lx", (uint64_t)status);
		return ERR_NOT_FOUND;
	}
	log_run(fw);
	status = memory_map_read(&fw->map, system->BootServices);
	if (EFI_ERROR(status)) {
		log_error("efi", "GetMemoryMap: status 0x%lx", (uint64_t)status);
		return ERR_NOT_FOUND;
	}
	return OK;
}

void firmware_close(struct firmware *fw)
{
	if (fw->map.descriptors)
		fw->system->BootServices->FreePool(fw->map.descriptors);
	fw->map = (struct memory_map){0};
}

void *firmware_take_pages(const struct firmware *fw, uint64_t size)
{
	EFI_PHYSICAL_ADDRESS address = 0;
	EFI_STATUS status = fw->system->BootServices->AllocatePages(
		AllocateAnyPages, EfiLoaderData, EFI_SIZE_TO_PAGES(size), &address);

	if (EFI_ERROR(status)) {
		log_error(
			"efi", "AllocatePages: 0x%lx bytes: status 0x%lx", size, (uint64_t)status);
		return NULL;
	}
	return memset((void *)address, 0, size);
}

void firmware_free_pages(const struct firmware *fw, void *pages, uint64_t size)
{
	fw->system->BootServices->FreePages((uint64_t)pages, EFI_SIZE_TO_PAGES(size));
}

uint64_t firmware_table(const struct firmware *fw, const EFI_GUID *guid)
{
	const EFI_SYSTEM_TABLE *system = fw->system;

	for (UINTN i = 0; i < system->NumberOfTableEntries; i++)
		if (!memcmp(&system->ConfigurationTable[i].VendorGuid, guid, sizeof(*guid)))
			return (uint64_t)system->ConfigurationTable[i].VendorTable;
	return 0;
}

EFI_FILE_PROTOCOL *firmware_open_volume(const struct firmware *fw)
{
	EFI_GUID file_system = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
	EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *volume;
	EFI_FILE_PROTOCOL *root;
	EFI_STATUS status;

	/* Without a LoadedImage protocol firmware_open has failed, and that is still to be said. */
	if (!fw->loaded || !fw->loaded->DeviceHandle)
		return NULL;
	status = fw->system->BootServices->HandleProtocol(
		fw->loaded->DeviceHandle, &file_system, (void **)&volume);
	if (EFI_ERROR(status) || EFI_ERROR(volume->OpenVolume(volume, &root)))
		return NULL;
	return root;
}

static bool holds_memory(const EFI_MEMORY_DESCRIPTOR *d)
{
	return d->Type != EfiMemoryMappedIO && d->Type != EfiMemoryMappedIOPortSpace &&
	       d->Type != EfiUnusableMemory;
}

/* The end of the memory that begins in the descriptor which holds `address`; 0: none does. */
static uint64_t end_of_memory_at(const struct memory_map *map, uint64_t address)
{
	for (UINTN i = 0; i < memory_map_count(map); i++) {
		const EFI_MEMORY_DESCRIPTOR *d = memory_map_at(map, i);
		uint64_t size = d->NumberOfPages * PAGE_SIZE;

		if (holds_memory(d) && address >= d->PhysicalStart &&
			address - d->PhysicalStart < size)
			return d->PhysicalStart + size;
	}
	return 0;
}

/* Page 0 holds nothing that a table may name, and is not mapped by some firmware. */
static const void *map_table(void *context, uint64_t address, size_t size)
{
	const struct firmware *fw = context;
	uint64_t at = address;

	if (address < PAGE_SIZE || !range_inside(address, size, UINT64_MAX))
		return NULL;
	while (at < address + size) {
		at = end_of_memory_at(&fw->map, at);
		if (!at)
			return NULL;
	}
	return (const void *)address;
}

struct table_source firmware_table_source(struct firmware *fw)
{
	return (struct table_source){.map = map_table, .context = fw};
}
