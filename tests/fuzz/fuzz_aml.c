/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In: a 16-bit length, a definition block of that length (or of what there is), and another one.
 * Out: the devices of both, with their resources, checked.
 */
#include "platform/aml.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#define BLOCKS 2u

struct seen {
	const struct bytes *blocks;
	unsigned devices;
	unsigned resources;
	unsigned routes;
};

static void found_resource(void *context, const struct aml_resource *r)
{
	struct seen *seen = context;

	seen->resources++;
	fuzz_check(r->type <= AML_INTERRUPT);
	fuzz_check(r->type == AML_MEMORY || !r->prefetchable);
	fuzz_check(r->type == AML_IO || (!r->io_is_mmio && !r->io_is_sparse));
}

static void found_route(void *context, const struct aml_route *r)
{
	struct seen *seen = context;

	seen->routes++;
	fuzz_check(r->device < 32 && r->pin < 4);
}

static bool is_inside(const struct bytes *block, struct bytes part)
{
	return part.data >= block->data &&
	       range_inside((size_t)(part.data - block->data), part.size, block->size);
}

static void found_device(void *context, const struct aml_device *device)
{
	struct seen *seen = context;
	enum status routed;

	seen->devices++;
	fuzz_check_text(device->path, sizeof(device->path));
	fuzz_check_text(device->hid, sizeof(device->hid));
	fuzz_check_text(device->cid, sizeof(device->cid));
	fuzz_check(device->path[0] == '\\');
	fuzz_check(!device->crs_computed || !device->crs.size);
	routed = aml_each_route(device, found_route, seen);
	fuzz_check(routed == OK || routed == ERR_NOT_FOUND || routed == ERR_UNSUPPORTED ||
		   routed == ERR_MALFORMED);
	if (!device->crs.size)
		return;
	fuzz_check(is_inside(&seen->blocks[0], device->crs) ||
		   is_inside(&seen->blocks[1], device->crs));
	if (aml_each_resource(device->crs, found_resource, seen) != OK)
		fuzz_check(fuzz_lines());
}

static enum status walk(const struct bytes *blocks, enum log_level level, struct seen *seen)
{
	enum status status;

	*seen = (struct seen){.blocks = blocks};
	fuzz_begin(level, NULL);
	status = aml_each_device(blocks, BLOCKS, NULL, found_device, seen);
	fuzz_check(status == OK || status == ERR_MALFORMED);
	fuzz_check(fuzz_lines() || status == OK);
	return status;
}

/* In memory of its own, so that the sanitizer sees where it ends. */
static struct bytes copy(const uint8_t *data, size_t size)
{
	uint8_t *own = malloc(size);

	memcpy(own, data, size);
	return bytes_of(own, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = bytes_of(data, size);
	size_t asked = bytes_le16(&in), length = min_u64(asked, bytes_left(&in));
	struct bytes blocks[BLOCKS] = {
		copy(data + in.pos, length),
		copy(data + in.pos + length, bytes_left(&in) - length),
	};
	struct seen loud, quiet;

	fuzz_check(walk(blocks, LOG_TRACE, &loud) == walk(blocks, LOG_ERROR, &quiet));
	fuzz_check(loud.devices == quiet.devices && loud.resources == quiet.resources);
	fuzz_check(loud.routes == quiet.routes);
	free((void *)blocks[0].data);
	free((void *)blocks[1].data);
	return 0;
}
