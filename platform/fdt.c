/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a device tree blob. Out: its nodes in order, their properties, addresses translated. */
#include "platform/fdt.h"

#include "mem/log.h"
#include "mem/string.h"

/* Devicetree Specification 0.4 §5.2 */
#define FDT_MAGIC       0xd00dfeedu
#define FDT_VERSION     17u /* the one that has the size of the structure block */
#define FDT_COMPATIBLE  16u
#define FDT_HEADER_SIZE 40u

/* §5.4.1 */
enum fdt_token {
	FDT_BEGIN_NODE = 1,
	FDT_END_NODE = 2,
	FDT_PROP = 3,
	FDT_NOP = 4,
	FDT_END = 9,
};

struct header {
	uint32_t magic, totalsize, off_dt_struct, off_dt_strings, off_mem_rsvmap;
	uint32_t version, last_comp_version, boot_cpuid_phys;
	uint32_t size_dt_strings, size_dt_struct;
};

static const char subject[] = "fdt";

static bool read_header(struct bytes blob, struct header *h)
{
	h->magic = bytes_be32(&blob);
	h->totalsize = bytes_be32(&blob);
	h->off_dt_struct = bytes_be32(&blob);
	h->off_dt_strings = bytes_be32(&blob);
	h->off_mem_rsvmap = bytes_be32(&blob);
	h->version = bytes_be32(&blob);
	h->last_comp_version = bytes_be32(&blob);
	h->boot_cpuid_phys = bytes_be32(&blob);
	h->size_dt_strings = bytes_be32(&blob);
	h->size_dt_struct = bytes_be32(&blob);
	/* Version 16 has no size for the structure block: it ends where the blob does. */
	if (h->version < FDT_VERSION)
		h->size_dt_struct = h->totalsize - h->off_dt_struct;
	return !blob.overrun && h->magic == FDT_MAGIC && h->version >= FDT_COMPATIBLE &&
	       h->last_comp_version <= FDT_VERSION && h->totalsize >= FDT_HEADER_SIZE;
}

size_t fdt_size(struct bytes header)
{
	struct header h;

	return read_header(header, &h) ? h.totalsize : 0;
}

enum status fdt_open(struct bytes blob, struct fdt *fdt)
{
	struct header h;

	if (!read_header(blob, &h)) {
		log_error(subject,
			"header: magic 0x%08x, version %u, compatible with %u: not usable", h.magic,
			h.version, h.last_comp_version);
		return ERR_MALFORMED;
	}
	if (h.totalsize > blob.size) {
		log_error(subject, "header: totalsize 0x%x, but 0x%lx bytes are there", h.totalsize,
			blob.size);
		return ERR_MALFORMED;
	}
	blob.size = h.totalsize;
	fdt->structure = bytes_slice(&blob, h.off_dt_struct, h.size_dt_struct);
	fdt->strings = bytes_slice(&blob, h.off_dt_strings, h.size_dt_strings);
	if (fdt->structure.overrun || fdt->strings.overrun || h.off_dt_struct % 4) {
		log_error(subject,
			"header: structure 0x%x+0x%x, strings 0x%x+0x%x do not fit in 0x%x",
			h.off_dt_struct, h.size_dt_struct, h.off_dt_strings, h.size_dt_strings,
			h.totalsize);
		return ERR_MALFORMED;
	}
	return OK;
}

/* Moves to the next multiple of 4, where tokens stand; the padding may be missing at the end. */
static void align(struct bytes *b)
{
	bytes_seek(b, min_u64(align_up(b->pos, 4), b->size));
}

struct property {
	uint32_t name; /* its offset in the strings */
	struct bytes value;
};

/* A property behind its token. */
static void take_property(struct bytes *b, struct property *p)
{
	uint32_t length = bytes_be32(b);

	p->name = bytes_be32(b);
	p->value = bytes_slice(b, b->pos, length);
	bytes_take(b, length);
	align(b);
}

static bool has_name(const struct fdt *fdt, const struct property *p, const char *name)
{
	size_t size = strlen(name) + 1;

	return range_inside(p->name, size, fdt->strings.size) &&
	       !memcmp(fdt->strings.data + p->name, name, size);
}

bool fdt_property(
	const struct fdt *fdt, const struct fdt_node *node, const char *name, struct bytes *value)
{
	struct bytes b = node->properties;
	struct property p;

	while (bytes_left(&b)) {
		if (bytes_be32(&b) != FDT_PROP)
			continue;
		take_property(&b, &p);
		if (!has_name(fdt, &p, name))
			continue;
		*value = p.value;
		return true;
	}
	return false;
}

uint32_t fdt_property_u32(
	const struct fdt *fdt, const struct fdt_node *node, const char *name, uint32_t otherwise)
{
	struct bytes value;

	if (!fdt_property(fdt, node, name, &value) || value.size < 4)
		return otherwise;
	return bytes_be32(&value);
}

bool fdt_take_cells(struct bytes *b, uint32_t cells, uint64_t *value)
{
	if (cells > 2)
		return false;
	*value = cells == 2 ? bytes_be64(b) : cells ? bytes_be32(b) : 0;
	return !b->overrun;
}

/* Ends the walk. */
static bool broken(struct fdt_walk *walk, size_t at, const char *what)
{
	log_error(subject, "structure: %s (at 0x%lx of 0x%lx)", what, at, walk->cursor.size);
	walk->status = ERR_MALFORMED;
	walk->depth = 0;
	return false;
}

/* The extent of the properties at the cursor, which moves to the token behind them. */
static bool take_properties(struct bytes *b, struct bytes *properties)
{
	size_t start = b->pos, end;
	struct property p;
	uint32_t token;

	do {
		end = b->pos;
		token = bytes_be32(b);
		if (token == FDT_PROP)
			take_property(b, &p);
	} while (!b->overrun && (token == FDT_PROP || token == FDT_NOP));
	if (b->overrun)
		return false;
	bytes_seek(b, end);
	*properties = bytes_slice(b, start, end - start);
	return true;
}

static bool status_okay(const struct fdt *fdt, const struct fdt_node *node)
{
	struct bytes value;
	const char *status;

	if (!fdt_property(fdt, node, "status", &value))
		return true;
	status = bytes_string(&value);
	return status && (!strcmp(status, "okay") || !strcmp(status, "ok"));
}

/* A node behind its token, with what translation needs of it. */
static bool enter_node(struct fdt_walk *walk, size_t at)
{
	const struct fdt_node *parent = walk->depth ? &walk->nodes[walk->depth - 1] : NULL;
	struct fdt_node *node = &walk->nodes[walk->depth];

	if (!parent && walk->begun)
		return broken(walk, at, "a second root");
	if (walk->depth == FDT_MAX_DEPTH)
		return broken(walk, at, "nested deeper than 16");
	node->name = bytes_string(&walk->cursor);
	align(&walk->cursor);
	if (!node->name || !take_properties(&walk->cursor, &node->properties))
		return broken(walk, at, "a node runs over the end");
	node->okay = status_okay(walk->fdt, node) && (!parent || parent->okay);
	/* §2.3.5: these are not inherited; without them, 2 and 1. */
	node->address_cells = fdt_property_u32(walk->fdt, node, "#address-cells", 2);
	node->size_cells = fdt_property_u32(walk->fdt, node, "#size-cells", 1);
	node->has_ranges = fdt_property(walk->fdt, node, "ranges", &node->ranges);
	walk->depth++;
	walk->begun = true;
	return true;
}

void fdt_walk_begin(struct fdt_walk *walk, const struct fdt *fdt)
{
	walk->fdt = fdt;
	walk->cursor = fdt->structure;
	walk->depth = 0;
	walk->begun = false;
	walk->status = OK;
}

bool fdt_walk_next(struct fdt_walk *walk)
{
	struct property ignored;

	while (walk->status == OK) {
		size_t at = walk->cursor.pos;
		uint32_t token = bytes_be32(&walk->cursor);

		if (walk->cursor.overrun)
			return broken(walk, at, "the end token is missing");
		switch (token) {
		case FDT_NOP: break;
		case FDT_BEGIN_NODE: return enter_node(walk, at);
		case FDT_END_NODE:
			if (!walk->depth)
				return broken(walk, at, "a node ends that did not begin");
			walk->depth--;
			break;
		case FDT_PROP: /* §5.4.2 puts properties first; one behind a child is not read */
			take_property(&walk->cursor, &ignored);
			if (walk->cursor.overrun)
				return broken(walk, at, "a property runs over the end");
			break;
		case FDT_END:
			if (walk->depth)
				return broken(walk, at, "the end inside a node");
			bytes_seek(&walk->cursor, at);
			return false;
		default: return broken(walk, at, "an unknown token");
		}
	}
	return false;
}

/* One level of translation: by the ranges of `bus`, whose parent counts addresses in other cells.
 */
static bool translate_level(
	const struct fdt_node *bus, uint32_t parent_cells, uint64_t *address, uint64_t size)
{
	struct bytes ranges = bus->ranges;
	uint64_t child, parent, length;

	if (!bus->has_ranges)
		return false;
	if (!ranges.size)
		return true;
	while (bytes_left(&ranges)) {
		if (!fdt_take_cells(&ranges, bus->address_cells, &child) ||
			!fdt_take_cells(&ranges, parent_cells, &parent) ||
			!fdt_take_cells(&ranges, bus->size_cells, &length))
			return false;
		if (*address >= child && range_inside(*address - child, size, length)) {
			*address = parent + (*address - child);
			return true;
		}
		if (ranges.pos == 0)
			return false; /* entries of no cells at all */
	}
	return false;
}

bool fdt_translate(const struct fdt_walk *walk, unsigned level, uint64_t *address, uint64_t size)
{
	uint64_t translated = *address;

	for (; level; level--)
		if (!translate_level(&walk->nodes[level], walk->nodes[level - 1].address_cells,
			    &translated, size))
			return false;
	*address = translated;
	return true;
}
