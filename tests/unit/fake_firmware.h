/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Boot services for unit tests: a memory map of a test's making, pages that are handed out of it,
 * and an ExitBootServices that can be made to find its key stale. Each test fails when a service
 * is used after boot services were left.
 */
#ifndef TESTS_UNIT_FAKE_FIRMWARE_H
#define TESTS_UNIT_FAKE_FIRMWARE_H

#include "efi/firmware.h"

#define FAKE_MAX_RANGES 32u

#define FAKE_FILE_SIZE (128u * 1024)

/* A volume with room for one file. */
struct fake_file {
	bool no_volume; /* the image's device has no file system */
	EFI_STATUS open; /* what Open returns otherwise than EFI_SUCCESS */
	EFI_STATUS removal; /* what Delete returns otherwise */
	EFI_STATUS flush; /* what Flush returns otherwise */
	EFI_STATUS read; /* what Read returns otherwise */
	UINTN room; /* bytes that the volume takes */
	bool exists;
	char name[32];
	char text[FAKE_FILE_SIZE];
	UINTN length;
	unsigned handles; /* open now */
};

/* The one variable. */
struct fake_variable {
	bool exists;
	UINTN size;
	char value[8192];
	unsigned writes;
	EFI_STATUS answer; /* of SetVariable otherwise than EFI_SUCCESS */
};

struct fake_firmware {
	EFI_SYSTEM_TABLE system;
	EFI_BOOT_SERVICES services;
	EFI_MEMORY_DESCRIPTOR map[FAKE_MAX_RANGES];
	unsigned map_count;
	UINTN descriptor_size; /* as firmware states it */
	UINTN key;
	unsigned stale; /* how many times more ExitBootServices finds its key stale */
	bool refuses; /* AllocatePages gives nothing */
	bool left; /* ExitBootServices succeeded */
	unsigned exits; /* calls of ExitBootServices */
	unsigned pools; /* allocations of pool memory not freed */
	UINTN pages; /* pages handed out and not freed */
	void *anywhere; /* those of AllocateAnyPages */
	UINTN watchdog_timeout;
	EFI_LOADED_IMAGE_PROTOCOL loaded;
	bool not_loaded; /* there is no LoadedImage protocol */
	void *shell; /* the shell's EFI_SHELL_PARAMETERS_PROTOCOL; NULL: it did not start the image
		      */
	EFI_RUNTIME_SERVICES runtime;
	struct fake_variable variable;
	struct fake_file file; /* the one on the volume */
};

/* The one instance: boot services have no argument to find another by. */
extern struct fake_firmware fake_firmware;

/* An empty memory map, and `fw` over it as firmware_open would leave it. */
void fake_firmware_init(struct firmware *fw);

/* Adds a range to the map. */
void fake_firmware_add(uint32_t type, uint64_t start, uint64_t pages, uint64_t attributes);

#endif
