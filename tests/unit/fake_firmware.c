/* SPDX-License-Identifier: BSD-2-Clause */
/* In: calls of boot services. Out: what a firmware with the test's memory map answers. */
#include "fake_firmware.h"

#include <stdlib.h>
#include <string.h>

#include "host.h"

struct fake_firmware fake_firmware;

static EFI_STATUS EFIAPI get_memory_map(UINTN *size, EFI_MEMORY_DESCRIPTOR *map, UINTN *key,
	UINTN *descriptor_size, UINT32 *version)
{
	struct fake_firmware *f = &fake_firmware;
	UINTN needed = f->map_count * f->descriptor_size;

	assert_false(f->left);
	*descriptor_size = f->descriptor_size;
	*version = 1;
	if (*size < needed) {
		*size = needed;
		return EFI_BUFFER_TOO_SMALL;
	}
	*size = needed;
	*key = f->key;
	for (unsigned i = 0; i < f->map_count; i++)
		memcpy((uint8_t *)map + i * f->descriptor_size, &f->map[i], sizeof(f->map[i]));
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI allocate_pool(EFI_MEMORY_TYPE type, UINTN size, void **out)
{
	(void)type;
	assert_false(fake_firmware.left);
	/* Nothing may be allocated between a first ExitBootServices and its success. */
	assert_int_equal(fake_firmware.exits, 0);
	fake_firmware.pools++;
	fake_firmware.key++;
	*out = malloc(size);
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI free_pool(void *block)
{
	assert_false(fake_firmware.left);
	fake_firmware.pools--;
	free(block);
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI allocate_pages(
	EFI_ALLOCATE_TYPE how, EFI_MEMORY_TYPE type, UINTN pages, EFI_PHYSICAL_ADDRESS *address)
{
	(void)type;
	assert_false(fake_firmware.left);
	assert_int_equal(how, AllocateAddress);
	if (fake_firmware.refuses)
		return EFI_NOT_FOUND;
	for (unsigned i = 0; i < fake_firmware.map_count; i++) {
		const EFI_MEMORY_DESCRIPTOR *d = &fake_firmware.map[i];

		if (d->Type == EfiConventionalMemory && *address >= d->PhysicalStart &&
			range_inside(*address - d->PhysicalStart, pages * PAGE_SIZE,
				d->NumberOfPages * PAGE_SIZE)) {
			fake_firmware.pages += pages;
			return EFI_SUCCESS;
		}
	}
	return EFI_NOT_FOUND;
}

static EFI_STATUS EFIAPI free_pages(EFI_PHYSICAL_ADDRESS address, UINTN pages)
{
	(void)address;
	assert_false(fake_firmware.left);
	fake_firmware.pages -= pages;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_watchdog(UINTN timeout, UINT64 code, UINTN size, CHAR16 *data)
{
	(void)code;
	(void)size;
	(void)data;
	assert_false(fake_firmware.left);
	fake_firmware.watchdog_timeout = timeout;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI exit_boot_services(EFI_HANDLE image, UINTN key)
{
	struct fake_firmware *f = &fake_firmware;

	(void)image;
	assert_false(f->left);
	f->exits++;
	if (f->stale) {
		/* An event handler has just allocated: the map changes under the caller. */
		f->stale--;
		f->key++;
	}
	if (key != f->key)
		return EFI_INVALID_PARAMETER;
	f->left = true;
	return EFI_SUCCESS;
}

void fake_firmware_init(struct firmware *fw)
{
	struct fake_firmware *f = &fake_firmware;

	memset(f, 0, sizeof(*f));
	f->descriptor_size = sizeof(EFI_MEMORY_DESCRIPTOR) + 8; /* as EDK2's 0x30 */
	f->watchdog_timeout = 300;
	f->services.GetMemoryMap = get_memory_map;
	f->services.AllocatePool = allocate_pool;
	f->services.FreePool = free_pool;
	f->services.AllocatePages = allocate_pages;
	f->services.FreePages = free_pages;
	f->services.SetWatchdogTimer = set_watchdog;
	f->services.ExitBootServices = exit_boot_services;
	f->system.BootServices = &f->services;
	*fw = (struct firmware){.system = &f->system};
}

void fake_firmware_add(uint32_t type, uint64_t start, uint64_t pages, uint64_t attributes)
{
	assert_true(fake_firmware.map_count < FAKE_MAX_RANGES);
	fake_firmware.map[fake_firmware.map_count++] = (EFI_MEMORY_DESCRIPTOR){
		.Type = type,
		.PhysicalStart = start,
		.NumberOfPages = pages,
		.Attribute = attributes,
	};
}
