/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In: the IORT (Arm DEN 0049). Out: how the functions of a PCI segment are named to an ITS, and
 * whether they are coherent. What it says of an SMMU's caches is about the SMMU's own tables.
 */
#include "mem/log.h"
#include "platform/acpi_parts.h"

#define IORT_NODE_OFFSET 40u

/* Offsets in a node, and in one of its id mappings. */
#define NODE_HEADER   16u
#define NODE_MAPPINGS 8u
#define NODE_COHERENT 16u /* of a root complex: the cache coherent attribute, 1 or 0 */
#define NODE_SEGMENT  28u /* of a root complex */
#define NODE_ITS      20u /* of an ITS group: the first of them, as the MADT numbers it */

#define MAPPING_SINGLE 1u /* flag: there is one id, and no range */

enum node_type {
	NODE_ITS_GROUP = 0,
	NODE_ROOT_COMPLEX = 2,
	NODE_SMMU = 3, /* versions 1 and 2 */
	NODE_SMMU_V3 = 4,
	NODE_NONE = 0x100, /* no node at all */
};

static const char subject[] = "acpi";
static const char source[] = "ACPI IORT";

static enum status malformed(const char *what, size_t at)
{
	log_error(subject, "IORT: %s at 0x%lx: not all of it is read", what, at);
	return ERR_MALFORMED;
}

/* Ids from `first` to `first + last` leave the node as those from `output` on, to another one. */
struct mapping {
	uint32_t first;
	uint32_t last;
	uint32_t output;
	uint32_t reference;
	uint32_t flags;
};

static bool take_mapping(struct bytes *b, struct mapping *mapping)
{
	mapping->first = bytes_le32(b);
	mapping->last = bytes_le32(b);
	mapping->output = bytes_le32(b);
	mapping->reference = bytes_le32(b);
	mapping->flags = bytes_le32(b);
	return !b->overrun;
}

/* The node at an offset of the table, at its mappings; its type, or NODE_NONE. */
static enum node_type open_node(
	const struct bytes *table, uint32_t at, struct bytes *node, uint32_t *count)
{
	struct bytes head = bytes_slice(table, at, NODE_HEADER);
	uint8_t type = bytes_u8(&head);
	uint16_t length = bytes_le16(&head);
	uint32_t offset;

	bytes_seek(&head, NODE_MAPPINGS);
	*count = bytes_le32(&head);
	offset = bytes_le32(&head);
	*node = bytes_slice(table, at, length);
	if (*count)
		bytes_seek(node, offset);
	return head.overrun || node->overrun ? NODE_NONE : type;
}

/* Adds a map that leads to an ITS group. Which of several takes a message is all the same. */
static enum status add_map(struct bytes group, struct irq_map map, struct machine *m)
{
	bytes_seek(&group, NODE_ITS);
	map.its = bytes_le32(&group);
	return irq_add_map(&m->irq, &map, source);
}

/* What becomes of the ids that a root complex gives to an SMMU: the part of each mapping. */
static enum status follow_smmu(const struct bytes *table, struct bytes smmu, uint32_t count,
	const struct irq_map *ids, struct machine *m)
{
	enum status status = OK;
	struct mapping mapping;

	while (count-- && status == OK) {
		uint64_t low, end;
		struct bytes next;
		uint32_t unused;

		if (!take_mapping(&smmu, &mapping))
			return malformed(
				"id mappings of an SMMU", (size_t)(smmu.data - table->data));
		low = max_u64(ids->device, mapping.first);
		end = min_u64((uint64_t)ids->device + ids->count,
			(uint64_t)mapping.first + mapping.last + 1);
		/* A single one is of the SMMU's own interrupts. */
		if (mapping.flags & MAPPING_SINGLE || low >= end ||
			open_node(table, mapping.reference, &next, &unused) != NODE_ITS_GROUP)
			continue;
		status = add_map(next,
			(struct irq_map){
				.segment = ids->segment,
				.first = ids->first + (uint32_t)(low - ids->device),
				.count = (uint32_t)(end - low),
				.device = mapping.output + (uint32_t)(low - mapping.first),
			},
			m);
	}
	return status;
}

/* One range of requester ids, to an ITS group or to an SMMU in front of one. */
static enum status read_mapping(const struct bytes *table, const struct mapping *mapping,
	uint16_t segment, struct machine *m)
{
	struct irq_map map = {segment, mapping->first, UINT16_MAX + 1, mapping->output, 0};
	struct bytes target;
	uint32_t count;

	if (mapping->last < UINT16_MAX)
		map.count = mapping->last + 1;
	switch (open_node(table, mapping->reference, &target, &count)) {
	case NODE_NONE: return malformed("a reference", mapping->reference);
	case NODE_ITS_GROUP: return add_map(target, map, m);
	case NODE_SMMU:
	case NODE_SMMU_V3: return follow_smmu(table, target, count, &map, m);
	default: break;
	}
	log_info(subject,
		"IORT: requesters from 0x%x of segment %04x go through another node than an ITS or "
		"an SMMU: not followed",
		map.first, segment);
	return OK;
}

static enum status read_root_complex(
	const struct bytes *table, struct bytes node, struct machine *m)
{
	uint32_t count, offset, coherent, segment;
	struct mapping mapping;
	enum status status;

	bytes_seek(&node, NODE_MAPPINGS);
	count = bytes_le32(&node);
	offset = bytes_le32(&node);
	bytes_seek(&node, NODE_COHERENT);
	coherent = bytes_le32(&node);
	bytes_seek(&node, NODE_SEGMENT);
	segment = bytes_le32(&node);
	if (node.overrun || segment > UINT16_MAX)
		return malformed("a root complex", (size_t)(node.data - table->data));
	status = machine_add_pci_segment(
		m, (uint16_t)segment, coherent ? COHERENCE_YES : COHERENCE_NO, source);
	bytes_seek(&node, offset);
	while (count-- && status == OK) {
		if (!take_mapping(&node, &mapping))
			return malformed("id mappings", (size_t)(node.data - table->data));
		status = read_mapping(table, &mapping, (uint16_t)segment, m);
	}
	return status;
}

enum status acpi_read_iort(struct bytes table, struct machine *m)
{
	enum status status, result = OK;

	bytes_seek(&table, IORT_NODE_OFFSET);
	bytes_seek(&table, bytes_le32(&table));
	while (bytes_left(&table)) {
		size_t at = table.pos;
		struct bytes head = bytes_slice(&table, at, NODE_HEADER), node;
		uint8_t type = bytes_u8(&head);
		uint16_t length = bytes_le16(&head);

		node = bytes_slice(&table, at, length);
		if (head.overrun || node.overrun || length < NODE_HEADER)
			return malformed("a node", at);
		status = type == NODE_ROOT_COMPLEX ? read_root_complex(&table, node, m) : OK;
		if (status != OK)
			result = status;
		bytes_seek(&table, at + length);
	}
	return table.overrun ? malformed("the first node", table.size) : result;
}
