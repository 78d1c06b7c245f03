/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In: firmware with four levels of page tables. Out: firstlight.efi of the same volume, started
 * with five, as it finds a machine whose firmware uses them. Returns what went wrong otherwise.
 */
#include <cpuid.h>

#include "tests/boot/start.h"

#define CPUID_LA57 (1u << 16) /* leaf 7, ECX */
#define BELOW_4GIB 0xffffffffull
#define PAGE       4096u

#define TABLE   0x3ull /* present, writable */
#define ADDRESS 0x000ffffffffff000ull

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

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	EFI_STATUS status = use_5_levels(system->BootServices);

	if (!EFI_ERROR(status))
		status = start_firstlight(image, system);
	if (EFI_ERROR(status))
		system->ConOut->OutputString(system->ConOut, (CHAR16 *)u"la57: failed\r\n");
	return status;
}
