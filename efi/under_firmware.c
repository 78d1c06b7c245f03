/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a run that firmware outlives. Out: the log closed, everything given back, a result. */
#include "efi/under_firmware.h"

#include "efi/console.h"
#include "efi/dma_pages.h"
#include "efi/finish.h"
#include "efi/list.h"
#include "efi/log_file.h"
#include "mem/tap.h"

/* A run that ends under firmware. What is then printed on its console stands behind the log. */
static EFI_STATUS end(struct program *p, EFI_STATUS status, enum verdict verdict)
{
	char said[TEXT_FILE_SAID_SIZE];

	finish_report(verdict, "returned to firmware");
	if (!log_file_write(&p->firmware, said))
		console_line(&p->firmware, said);
	log_detach(&p->serial.sink);
	dma_pages_free(&p->dma, &p->firmware);
	firmware_close(&p->firmware);
	return status;
}

/* What went wrong is also for the person at the console. */
EFI_STATUS under_firmware_fail(struct program *p, EFI_STATUS status)
{
	status = end(p, status, VERDICT_FAIL);
	console_errors(&p->firmware);
	return status;
}

static void help_line(void *context, const char *text)
{
	console_line(context, text);
}

EFI_STATUS under_firmware_help(struct program *p)
{
	EFI_STATUS status = end(p, EFI_SUCCESS, VERDICT_PASS);

	options_help(help_line, &p->firmware);
	return status;
}

EFI_STATUS under_firmware_faults(struct program *p)
{
	EFI_STATUS status = end(p, EFI_SUCCESS, VERDICT_PASS);

	options_fault_help(help_line, &p->firmware);
	return status;
}

EFI_STATUS under_firmware_list(struct program *p)
{
	EFI_STATUS status;

	list_look(&p->firmware, &p->machine, &p->pci, &p->devices);
	if (p->devices.count) {
		tap_ok("virtio", "%u devices listed", p->devices.count);
		status = end(p, EFI_SUCCESS, VERDICT_PASS);
	} else {
		tap_skip("virtio", "devices", "there are none");
		status = end(p, EFI_NOT_FOUND, VERDICT_SKIP);
	}
	list_print(&p->firmware, &p->devices);
	return status;
}
