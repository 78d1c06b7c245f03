/* SPDX-License-Identifier: BSD-2-Clause */
/* In: memory with an SMBIOS entry point at its start, or a structure table. Out: OEM strings. */
#include "platform/smbios.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/image.h"

struct seen {
	size_t size; /* of the input */
	unsigned strings;
};

static void found(void *context, const char *text)
{
	struct seen *seen = context;

	seen->strings++;
	fuzz_check(text[0]);
	fuzz_check(strlen(text) < seen->size);
}

static enum status read_all(const uint8_t *data, size_t size, bool mend)
{
	struct image image = {.data = data, .size = size, .mend = mend};
	struct table_source source = image_source(&image);
	struct seen seen = {.size = size};
	enum status status;

	fuzz_begin(LOG_ERROR, NULL);
	status = smbios_each_oem_string(&source, IMAGE_BASE, found, &seen);
	fuzz_check(status == OK || (status == ERR_MALFORMED && fuzz_lines()));
	image_close(&image);
	return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen seen = {.size = size};
	enum status status = read_all(data, size, false);

	fuzz_check(read_all(data, size, true) == OK || status != OK);
	fuzz_begin(LOG_ERROR, NULL);
	status = smbios_each_oem_string_in(bytes_of(data, size), found, &seen);
	fuzz_check(status == OK || (status == ERR_MALFORMED && fuzz_lines()));
	fuzz_check(seen.strings <= size);
	return 0;
}
