/* SPDX-License-Identifier: BSD-2-Clause */
/* In: memory with an RSDP at its start. Out: what the tables say of the machine, checked. */
#include <string.h>

#include "platform/acpi.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/image.h"
#include "tests/fuzz/machine_check.h"

static enum status read_machine(
	const uint8_t *data, size_t size, bool mend, enum log_level level, struct machine *m)
{
	struct image image = {.data = data, .size = size, .mend = mend};
	struct table_source source = image_source(&image);
	enum status status;

	memset(m, 0, sizeof(*m));
	fuzz_begin(level, NULL);
	status = acpi_read_machine(&source, IMAGE_BASE, m);
	fuzz_check(status == OK || status == ERR_MALFORMED);
	machine_check(m);
	fuzz_check(fuzz_lines() || status == OK);
	image_close(&image);
	return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct machine as_it_is, mended;
	enum status status = read_machine(data, size, false, LOG_ERROR, &as_it_is);

	/* A right checksum makes nothing worse. */
	fuzz_check(read_machine(data, size, true, LOG_TRACE, &mended) == OK || status != OK);
	return 0;
}
