/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware that started this image, and what the other files of efi/ ask of it.
 */
#ifndef EFI_FIRMWARE_H
#define EFI_FIRMWARE_H

#include <efi.h>

#include "mem/status.h"
#include "platform/acpi.h"

/* A copy of the UEFI memory map (UEFI 2.10 §7.2.3). */
struct memory_map {
	uint8_t *descriptors;
	UINTN capacity; /* bytes allocated */
	UINTN size; /* bytes filled */
	UINTN descriptor_size; /* larger than the struct on some firmware: step by it */
	UINTN key;
};

struct firmware {
	EFI_HANDLE image;
	EFI_SYSTEM_TABLE *system;
	EFI_LOADED_IMAGE_PROTOCOL *loaded;
	struct memory_map map; /* as it was at firmware_open */
};

/*
 * Finds this image's LoadedImage protocol and takes a copy of the memory map. Writes the log's
 * first line: version, architecture, firmware, LoadOptions.
 */
MUST_CHECK enum status firmware_open(
	struct firmware *fw, EFI_HANDLE image, EFI_SYSTEM_TABLE *system);

/* Gives the memory map's copy back; before returning to firmware. */
void firmware_close(struct firmware *fw);

/*
 * `size` bytes of whole pages, all 0, which firmware keeps out of everybody's way; NULL, logged,
 * when it has none. Of `fw`, `system` alone is needed, so that it may be had before firmware_open.
 */
void *firmware_take_pages(const struct firmware *fw, uint64_t size);
void firmware_free_pages(const struct firmware *fw, void *pages, uint64_t size);

/* The address of a configuration table (UEFI 2.10 §4.6), 0 when firmware has none with that GUID.
 */
uint64_t firmware_table(const struct firmware *fw, const EFI_GUID *guid);

/* The root of the volume that this image was started from, to be closed; NULL when it has none. */
EFI_FILE_PROTOCOL *firmware_open_volume(const struct firmware *fw);

/* How the table parsers reach memory: only what the memory map calls memory. */
struct table_source firmware_table_source(struct firmware *fw);

/*
 * Fills `map` anew; allocates its buffer when it has none, with room for the map to grow. No
 * allocation happens when it has one.
 */
MUST_CHECK EFI_STATUS memory_map_read(struct memory_map *map, EFI_BOOT_SERVICES *bs);

static inline UINTN memory_map_count(const struct memory_map *map)
{
	return map->descriptor_size ? map->size / map->descriptor_size : 0;
}

static inline const EFI_MEMORY_DESCRIPTOR *memory_map_at(const struct memory_map *map, UINTN i)
{
	return (const EFI_MEMORY_DESCRIPTOR *)(map->descriptors + i * map->descriptor_size);
}

#endif
