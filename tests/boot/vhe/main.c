/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In: firmware at EL2 with HCR_EL2.E2H clear. Out: firstlight.efi of the same volume, which from
 * the end of boot services on finds EL2 as a host's (E2H and TGE set), in which registers have
 * another layout and page tables another meaning, as on a processor that knows nothing else.
 *
 * Not before: firmware's timer is another one then, and its tables let EL0 write to its code.
 */
#include "tests/boot/start.h"

#define CURRENT_EL_2  (2u << 2)
#define MMFR1_VH(v)   ((v) >> 8 & 0xf)
#define MMFR0_PA(v)   ((v)&0xf)
#define PARANGE_MAX   5u
#define HCR_TGE       (1ull << 27)
#define HCR_E2H       (1ull << 34)
#define TCR_IPS_SHIFT 32u

/* Attribute 0: Normal, write-back; attribute 1: Device-nGnRE. */
#define MAIR 0x04ffull

/* T0SZ and T1SZ for 48 bits, walks write-back and inner shareable, EPD1, 4 KiB granules. */
#define TCR (16ull | 1ull << 8 | 1ull << 10 | 3ull << 12 | 16ull << 16 | 1ull << 23 | 2ull << 30)

#define ENTRIES 512u
#define TABLE   0x3ull
#define BLOCK   0x701ull /* valid, accessed, inner shareable */
#define DEVICE  (1ull << 2 | 3ull << 53) /* attribute 1, never executed */
#define GIB     30u

/* In switch.S. */
void switch_to_host(uint64_t hcr, uint64_t mair, uint64_t tcr, uint64_t root);

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system);

static uint64_t root[ENTRIES] __attribute__((aligned(4096)));
static uint64_t gibs[ENTRIES] __attribute__((aligned(4096)));
static EFI_EXIT_BOOT_SERVICES firmware_exit;

#define READ(name)                                                \
	({                                                        \
		uint64_t value_;                                  \
		__asm__ volatile("mrs %0, " name : "=r"(value_)); \
		value_;                                           \
	})

static BOOLEAN can_be_host(void)
{
	return READ("CurrentEL") == CURRENT_EL_2 && MMFR1_VH(READ("id_aa64mmfr1_el1"));
}

/* QEMU's virt: registers and flash in the first GiB, memory above; every address as it is. */
static void fill_tables(void)
{
	root[0] = (uint64_t)gibs | TABLE;
	for (uint64_t i = 0; i < ENTRIES; i++)
		gibs[i] = i << GIB | BLOCK | (i ? 0 : DEVICE);
}

static uint64_t tcr(void)
{
	uint64_t size = MMFR0_PA(READ("id_aa64mmfr0_el1"));

	return TCR | (size < PARANGE_MAX ? size : PARANGE_MAX) << TCR_IPS_SHIFT;
}

static EFI_STATUS EFIAPI exit_and_switch(EFI_HANDLE image, UINTN key)
{
	EFI_STATUS status = firmware_exit(image, key);

	if (!EFI_ERROR(status))
		switch_to_host(READ("hcr_el2") | HCR_E2H | HCR_TGE, MAIR, tcr(), (uint64_t)root);
	return status;
}

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	EFI_STATUS status = EFI_UNSUPPORTED;

	if (can_be_host()) {
		fill_tables();
		firmware_exit = system->BootServices->ExitBootServices;
		system->BootServices->ExitBootServices = exit_and_switch;
		status = start_firstlight(image, system);
	}
	if (EFI_ERROR(status))
		system->ConOut->OutputString(system->ConOut, (CHAR16 *)u"vhe: failed\r\n");
	return status;
}
