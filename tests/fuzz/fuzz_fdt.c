/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a device tree blob. Out: what the reader makes of it, checked. */
#include "platform/fdt.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/machine_check.h"

static void check_inside(struct bytes blob, const void *part, size_t size)
{
	const uint8_t *p = part;

	fuzz_check(p >= blob.data && range_inside((size_t)(p - blob.data), size, blob.size));
}

static void check_node(struct bytes blob, const struct fdt_walk *walk)
{
	const struct fdt_node *node = &walk->nodes[walk->depth - 1];
	uint64_t address = 0x1000, same = address;
	struct bytes value;

	check_inside(blob, node->name, strlen(node->name) + 1);
	check_inside(blob, node->properties.data, node->properties.size);
	if (node->has_ranges)
		check_inside(blob, node->ranges.data, node->ranges.size);
	if (fdt_property(walk->fdt, node, "reg", &value))
		check_inside(blob, value.data, value.size);
	if (!fdt_translate(walk, walk->depth - 1, &address, 0x100))
		fuzz_check(address == same);
}

static void check_nodes(struct bytes blob)
{
	struct fdt_walk walk;
	struct bytes console;
	struct fdt fdt;
	uint32_t baud;
	unsigned matches = 0;
	bool have_console;

	fuzz_begin(LOG_ERROR, NULL);
	if (fdt_open(blob, &fdt) != OK) {
		fuzz_check(fuzz_lines());
		return;
	}
	fuzz_check(fdt_size(blob) && fdt_size(blob) <= blob.size);
	have_console = fdt_find_console(&fdt, &console, &baud);
	if (have_console)
		check_inside(blob, console.data, console.size);
	fdt_walk_begin(&walk, &fdt);
	while (fdt_walk_next(&walk)) {
		fuzz_check(walk.depth && walk.depth <= FDT_MAX_DEPTH);
		check_node(blob, &walk);
		matches += have_console && fdt_path_matches(&walk, console);
	}
	fuzz_check(walk.status == OK || fuzz_lines());
	fuzz_check(have_console || !matches);
}

static enum status read_machine(struct bytes blob, enum log_level level, struct machine *m)
{
	enum status status;

	memset(m, 0, sizeof(*m));
	fuzz_begin(level, NULL);
	status = fdt_read_machine(blob, m);
	fuzz_check(status == OK || status == ERR_MALFORMED);
	machine_check(m);
	fuzz_check(fuzz_lines() || status == OK);
	return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct machine loud, quiet;
	struct bytes blob = bytes_of(data, size);

	fuzz_check(read_machine(blob, LOG_TRACE, &loud) == read_machine(blob, LOG_ERROR, &quiet));
	machine_check_same(&loud, &quiet);
	check_nodes(blob);
	return 0;
}
