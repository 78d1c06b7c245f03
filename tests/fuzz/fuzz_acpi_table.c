/* SPDX-License-Identifier: BSD-2-Clause */
/* In: an ACPI table. Out: what the readers of single tables make of it, checked. */
#include <stdlib.h>
#include <string.h>

#include "platform/acpi.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/image.h"
#include "tests/fuzz/machine_check.h"

#define HEADER_SIZE 36u
#define SUM         9u

static enum status read_table(
	const uint8_t *data, size_t size, enum log_level level, struct machine *m)
{
	enum status status;

	memset(m, 0, sizeof(*m));
	fuzz_begin(level, NULL);
	status = acpi_read_table(bytes_of(data, size), m);
	machine_check(m);
	fuzz_check(fuzz_lines() || status == OK || status == ERR_UNSUPPORTED);
	return status;
}

static void run(const uint8_t *data, size_t size)
{
	static struct machine loud, quiet;

	fuzz_check(read_table(data, size, LOG_TRACE, &loud) ==
		   read_table(data, size, LOG_ERROR, &quiet));
	machine_check_same(&loud, &quiet);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes table = bytes_of(data, size);
	uint32_t length;
	uint8_t *mended;

	bytes_seek(&table, 4);
	length = bytes_le32(&table);
	run(data, size);
	if (length < HEADER_SIZE || length > size)
		return 0;
	mended = malloc(length);
	memcpy(mended, data, length);
	image_mend_sum(mended, length, SUM);
	run(mended, length);
	free(mended);
	return 0;
}
