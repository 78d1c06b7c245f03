/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A reader for flattened device trees (Devicetree Specification 0.4 §5), and what a tree says of
 * the machine: `virtio,mmio` windows, `pci-host-ecam-generic` bridges with their ranges,
 * whether they are dma-coherent, UARTs (`arm,pl011`, `ns16550a` and kin, reg-shift, reg-io-width),
 * /chosen stdout-path, /cpus, GIC and PSCI.
 *
 * The blob is untrusted: every offset is checked, nesting is limited to 16 levels, and
 * #address-cells, #size-cells and ranges are honoured on the way up to the root.
 */
#ifndef PLATFORM_FDT_H
#define PLATFORM_FDT_H

#include "mem/bytes.h"
#include "platform/machine.h"

/*
 * The size in bytes that a blob's header states (totalsize), from its first 40 bytes;
 * 0 when that is not an FDT of version 16 or later.
 */
size_t fdt_size(struct bytes header);

/*
 * Adds what the tree names to the machine; a node with `status` other than "okay" or "ok" is
 * passed over with a line. ERR_MALFORMED, logged with the offset, when the structure is broken;
 * what was read before that is kept.
 */
MUST_CHECK enum status fdt_read_machine(struct bytes blob, struct machine *m);

/* The reader. */

#define FDT_MAX_DEPTH 16u

/* A tree whose header was found right; borrows the blob. */
struct fdt {
	struct bytes structure;
	struct bytes strings;
};

struct fdt_node {
	const char *name; /* with its unit address; "" for the root */
	struct bytes properties;
	bool okay; /* neither it nor a node above it is disabled */
	uint32_t address_cells; /* of its children */
	uint32_t size_cells;
	bool has_ranges;
	struct bytes ranges; /* empty: its children's addresses are its parent's too */
};

/* A walk over all nodes, parents before children; nodes[depth - 1] is the current one. */
struct fdt_walk {
	const struct fdt *fdt;
	struct bytes cursor;
	struct fdt_node nodes[FDT_MAX_DEPTH]; /* from the root down */
	unsigned depth;
	bool begun; /* the root was met */
	enum status status; /* ERR_MALFORMED, logged, once the structure is broken */
};

/* Checks the header. ERR_MALFORMED, logged. */
MUST_CHECK enum status fdt_open(struct bytes blob, struct fdt *fdt);

void fdt_walk_begin(struct fdt_walk *walk, const struct fdt *fdt);

/* Moves to the next node; false at the end, or where the structure is broken. */
MUST_CHECK bool fdt_walk_next(struct fdt_walk *walk);

/* The value of a node's property; false when it has none of that name. */
MUST_CHECK bool fdt_property(
	const struct fdt *fdt, const struct fdt_node *node, const char *name, struct bytes *value);

/* The first 32-bit cell of a property; `otherwise` when there is none. */
uint32_t fdt_property_u32(
	const struct fdt *fdt, const struct fdt_node *node, const char *name, uint32_t otherwise);

/* A number of `cells` cells, 0 to 2; false for more, or when they are not all there. */
MUST_CHECK bool fdt_take_cells(struct bytes *b, uint32_t cells, uint64_t *value);

/*
 * Translates an address as the children of nodes[level] use it into the processor's, by the ranges
 * of that node and of those above it (§2.3.8). False when [*address, *address + size) does not come
 * through.
 */
MUST_CHECK bool fdt_translate(
	const struct fdt_walk *walk, unsigned level, uint64_t *address, uint64_t size);

/*
 * The console by /chosen stdout-path (§3.6): its full path, an alias resolved, borrowed from the
 * blob, and the line speed behind a `:`, 0 when there is none. False when none is named.
 */
MUST_CHECK bool fdt_find_console(const struct fdt *fdt, struct bytes *path, uint32_t *baud);

/* Whether the walk stands at the node that a full path names. */
bool fdt_path_matches(const struct fdt_walk *walk, struct bytes path);

#endif
