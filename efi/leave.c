/* SPDX-License-Identifier: BSD-2-Clause */
/* In: firmware in charge. Out: this program in charge. */
#include "efi/leave.h"

#include "mem/log.h"

/* An event handler may change the map between the two calls; it cannot do so for ever. */
#define ATTEMPTS 8u

enum status boot_services_leave(struct firmware *fw)
{
	EFI_BOOT_SERVICES *bs = fw->system->BootServices;
	EFI_STATUS status = bs->SetWatchdogTimer(0, 0, 0, NULL);
	unsigned attempt;

	/* Not every firmware has one (EFI_UNSUPPORTED). */
	log_info("efi", "watchdog: %s", EFI_ERROR(status) ? "there is none" : "off");
	for (attempt = 1; attempt <= ATTEMPTS; attempt++) {
		status = memory_map_read(&fw->map, bs);
		if (EFI_ERROR(status)) {
			log_error("efi", "GetMemoryMap: status 0x%lx", (uint64_t)status);
			return ERR_REFUSED;
		}
		status = bs->ExitBootServices(fw->image, fw->map.key);
		if (!EFI_ERROR(status))
			break;
		log_info("efi", "ExitBootServices: attempt %u: the memory map is stale", attempt);
	}
	if (EFI_ERROR(status)) {
		log_error("efi", "ExitBootServices: status 0x%lx after %u attempts",
			(uint64_t)status, ATTEMPTS);
		return ERR_REFUSED;
	}
	log_info("efi", "ExitBootServices: done, attempt %u", attempt);
	return OK;
}
