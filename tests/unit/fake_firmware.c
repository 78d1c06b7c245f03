/* SPDX-License-Identifier: BSD-2-Clause */
/* In: calls of boot services. Out: what a firmware with the test's memory map answers. */
#include "fake_firmware.h"

#include <efishell.h>
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
	if (fake_firmware.refuses)
		return EFI_NOT_FOUND;
	if (how == AllocateAnyPages) {
		assert_null(fake_firmware.anywhere);
		fake_firmware.anywhere = aligned_alloc(PAGE_SIZE, pages * PAGE_SIZE);
		memset(fake_firmware.anywhere, 0xa5, pages * PAGE_SIZE);
		*address = (uint64_t)fake_firmware.anywhere;
		fake_firmware.pages += pages;
		return EFI_SUCCESS;
	}
	assert_int_equal(how, AllocateAddress);
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
	assert_false(fake_firmware.left);
	if (address == (uint64_t)fake_firmware.anywhere) {
		free(fake_firmware.anywhere);
		fake_firmware.anywhere = NULL;
	}
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

static EFI_STATUS EFIAPI close_file(EFI_FILE_PROTOCOL *file)
{
	(void)file;
	assert_false(fake_firmware.left);
	fake_firmware.file.handles--;
	return EFI_SUCCESS;
}

/* The handle is closed whatever becomes of the file (UEFI 2.10 §13.5). */
static EFI_STATUS EFIAPI delete_file(EFI_FILE_PROTOCOL *file)
{
	struct fake_file *f = &fake_firmware.file;

	close_file(file);
	if (f->removal != EFI_SUCCESS)
		return f->removal;
	f->exists = false;
	f->length = 0;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI write_file(EFI_FILE_PROTOCOL *file, UINTN *size, void *data)
{
	struct fake_file *f = &fake_firmware.file;
	UINTN fits = *size < f->room - f->length ? *size : f->room - f->length;

	(void)file;
	assert_false(fake_firmware.left);
	memcpy(f->text + f->length, data, fits);
	f->length += fits;
	if (fits == *size)
		return EFI_SUCCESS;
	*size = fits;
	return EFI_VOLUME_FULL;
}

static EFI_STATUS EFIAPI read_file(EFI_FILE_PROTOCOL *file, UINTN *size, void *data)
{
	struct fake_file *f = &fake_firmware.file;

	(void)file;
	assert_false(fake_firmware.left);
	if (f->read != EFI_SUCCESS)
		return f->read;
	if (*size > f->length)
		*size = f->length;
	memcpy(data, f->text, *size);
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI flush_file(EFI_FILE_PROTOCOL *file)
{
	(void)file;
	return fake_firmware.file.flush;
}

static EFI_STATUS EFIAPI open_file(EFI_FILE_PROTOCOL *root, EFI_FILE_PROTOCOL **out, CHAR16 *name,
	UINT64 mode, UINT64 attributes)
{
	static EFI_FILE_PROTOCOL file = {.Close = close_file,
		.Delete = delete_file,
		.Read = read_file,
		.Write = write_file,
		.Flush = flush_file};
	struct fake_file *f = &fake_firmware.file;
	unsigned i = 0;

	(void)root;
	(void)attributes;
	assert_false(fake_firmware.left);
	if (f->open != EFI_SUCCESS)
		return f->open;
	if (!f->exists && !(mode & EFI_FILE_MODE_CREATE))
		return EFI_NOT_FOUND;
	for (; name[i]; i++)
		f->name[i] = (char)name[i];
	f->name[i] = '\0';
	f->exists = true;
	f->handles++;
	*out = &file;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI open_volume(
	EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *volume, EFI_FILE_PROTOCOL **root)
{
	static EFI_FILE_PROTOCOL file = {.Close = close_file, .Open = open_file};

	(void)volume;
	assert_false(fake_firmware.left);
	fake_firmware.file.handles++;
	*root = &file;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI handle_protocol(EFI_HANDLE handle, EFI_GUID *protocol, void **out)
{
	static const EFI_GUID file_system = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
	static const EFI_GUID loaded_image = EFI_LOADED_IMAGE_PROTOCOL_GUID;
	static const EFI_GUID shell = EFI_SHELL_PARAMETERS_PROTOCOL_GUID;
	static EFI_SIMPLE_FILE_SYSTEM_PROTOCOL volume = {.OpenVolume = open_volume};
	struct fake_firmware *f = &fake_firmware;

	assert_false(f->left);
	assert_ptr_equal(handle, f);
	*out = NULL;
	if (!memcmp(protocol, &file_system, sizeof(file_system)) && !f->file.no_volume)
		*out = &volume;
	if (!memcmp(protocol, &loaded_image, sizeof(loaded_image)) && !f->not_loaded)
		*out = &f->loaded;
	if (!memcmp(protocol, &shell, sizeof(shell)))
		*out = f->shell;
	return *out ? EFI_SUCCESS : EFI_UNSUPPORTED;
}

static EFI_STATUS EFIAPI get_variable(
	CHAR16 *name, EFI_GUID *vendor, UINT32 *attributes, UINTN *size, void *data)
{
	struct fake_variable *v = &fake_firmware.variable;
	UINTN room = *size;

	(void)name;
	(void)vendor;
	(void)attributes;
	if (!v->exists)
		return EFI_NOT_FOUND;
	*size = v->size;
	if (v->size > room)
		return EFI_BUFFER_TOO_SMALL;
	memcpy(data, v->value, v->size);
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_variable(
	CHAR16 *name, EFI_GUID *vendor, UINT32 attributes, UINTN size, void *data)
{
	struct fake_variable *v = &fake_firmware.variable;

	(void)name;
	(void)vendor;
	assert_int_equal(attributes, EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS |
					     EFI_VARIABLE_RUNTIME_ACCESS);
	v->writes++;
	if (v->answer != EFI_SUCCESS)
		return v->answer;
	v->exists = size;
	v->size = size;
	if (size)
		memcpy(v->value, data, size);
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
	f->services.HandleProtocol = handle_protocol;
	f->runtime.GetVariable = get_variable;
	f->runtime.SetVariable = set_variable;
	f->system.BootServices = &f->services;
	f->system.RuntimeServices = &f->runtime;
	f->loaded.DeviceHandle = f;
	f->file.room = FAKE_FILE_SIZE;
	*fw = (struct firmware){.image = f, .system = &f->system, .loaded = &f->loaded};
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
