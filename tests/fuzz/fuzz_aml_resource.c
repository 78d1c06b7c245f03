/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a resource template. Out: its descriptors, checked. */
#include "platform/aml.h"
#include "tests/fuzz/fuzz.h"

static void found(void *context, const struct aml_resource *r)
{
	unsigned *count = context;

	++*count;
	fuzz_check(r->type <= AML_INTERRUPT);
	fuzz_check(r->type == AML_MEMORY || !r->prefetchable);
	fuzz_check(r->type == AML_IO || (!r->io_is_mmio && !r->io_is_sparse));
	fuzz_check(r->type != AML_INTERRUPT || r->length == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned count = 0;
	enum status status;

	fuzz_begin(LOG_ERROR, NULL);
	status = aml_each_resource(bytes_of(data, size), found, &count);
	fuzz_check(status == OK || (status == ERR_MALFORMED && fuzz_lines()));
	/* The shortest descriptor that counts, an IRQ, has three bytes. */
	fuzz_check(count <= size / 3);
	return 0;
}
