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
#define MAPPING_SIZE  20u

enum node_type { NODE_ITS_GROUP = 0, NODE_ROOT_COMPLEX = 2 };

static const char subject[] = "acpi";
static const char source[] = "ACPI IORT";

static enum status malformed(const char *what, size_t at)
{
	log_error(subject, "IORT: %s at 0x%lx: not all of it is read", what, at);
	return ERR_MALFORMED;
}

/* One range of requester ids. Through anything but an ITS group it is not followed. */
static enum status read_mapping(
	const struct bytes *table, struct bytes *b, uint16_t segment, struct machine *m)
{
	struct irq_map map = {.segment = segment, .first = bytes_le32(b)};
	uint32_t last = bytes_le32(b), output = bytes_le32(b), reference = bytes_le32(b);
	struct bytes target = bytes_slice(table, reference, 1);

	map.device = output;
	map.count = last < UINT16_MAX ? last + 1 : UINT16_MAX + 1;
	if (target.overrun)
		return malformed("a reference", reference);
	if (bytes_u8(&target) == NODE_ITS_GROUP)
		return irq_add_map(&m->irq, &map, source);
	log_info(subject,
		"IORT: requesters from 0x%x of segment %04x go through another node than an ITS: "
		"not followed",
		map.first, segment);
	return OK;
}

static enum status read_root_complex(
	const struct bytes *table, struct bytes node, struct machine *m)
{
	uint32_t count, offset, coherent, segment;
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
		if (bytes_left(&node) < MAPPING_SIZE)
			return malformed("id mappings", (size_t)(node.data - table->data));
		status = read_mapping(table, &node, (uint16_t)segment, m);
		bytes_le32(&node); /* flags */
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
