/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a resource template. Out: its memory, I/O, bus and interrupt descriptors. */
#include "mem/log.h"
#include "platform/aml.h"

/* ACPI 6.5 §6.4.2 and §6.4.3: small items by their name bits, large ones by their tag byte. */
enum item {
	ITEM_IRQ = 0x4,
	ITEM_IO = 0x8,
	ITEM_FIXED_IO = 0x9,
	ITEM_END = 0xf,
	ITEM_MEMORY24 = 0x81,
	ITEM_MEMORY32 = 0x85,
	ITEM_MEMORY32_FIXED = 0x86,
	ITEM_DWORD_SPACE = 0x87,
	ITEM_WORD_SPACE = 0x88,
	ITEM_INTERRUPT = 0x89,
	ITEM_QWORD_SPACE = 0x8a,
	ITEM_EXTENDED_SPACE = 0x8b,
};

#define LARGE 0x80u

/* §6.4.3.5: address space descriptors. */
enum space_type { SPACE_MEMORY, SPACE_IO, SPACE_BUS };

#define GENERAL_CONSUMER    0x01u
#define INTERRUPT_EDGE      0x02u
#define INTERRUPT_LOW       0x04u
#define IRQ_EDGE            0x01u
#define IRQ_LOW             0x08u
#define MEMORY_ATTRIBUTES   0x06u
#define MEMORY_PREFETCHABLE 0x06u
#define IO_TRANSLATION      0x10u /* _TTP */
#define IO_SPARSE           0x20u /* _TRS */

static const char subject[] = "aml";

static uint64_t take_field(struct bytes *b, unsigned width)
{
	switch (width) {
	case 2: return bytes_le16(b);
	case 4: return bytes_le32(b);
	default: return bytes_le64(b);
	}
}

/* §6.4.3.5.1-4; `width` is that of each of the five numbers. */
static bool take_space(struct bytes *b, uint8_t item, unsigned width, struct aml_resource *r)
{
	uint8_t type = bytes_u8(b), general = bytes_u8(b), specific = bytes_u8(b);

	if (item == ITEM_EXTENDED_SPACE)
		bytes_le16(b); /* revision, reserved */
	take_field(b, width); /* granularity */
	r->base = take_field(b, width);
	take_field(b, width); /* the last address: base and length say it */
	r->translation = take_field(b, width);
	r->length = take_field(b, width);
	r->producer = !(general & GENERAL_CONSUMER);
	switch (type) {
	case SPACE_MEMORY:
		r->type = AML_MEMORY;
		r->prefetchable = (specific & MEMORY_ATTRIBUTES) == MEMORY_PREFETCHABLE;
		return true;
	case SPACE_IO:
		r->type = AML_IO;
		r->io_is_mmio = specific & IO_TRANSLATION;
		r->io_is_sparse = specific & IO_SPARSE;
		return true;
	case SPACE_BUS: r->type = AML_BUS; return true;
	default: return false;
	}
}

/* §6.4.2.5, §6.4.2.6 */
static bool take_io(struct bytes *b, uint8_t item, struct aml_resource *r)
{
	if (item == ITEM_IO)
		bytes_u8(b); /* how many address lines are decoded */
	r->type = AML_IO;
	r->base = bytes_le16(b);
	if (item == ITEM_IO)
		bytes_take(b, 3); /* the last base, alignment */
	r->length = bytes_u8(b);
	return true;
}

/* §6.4.2.1: the lowest interrupt of the mask; without the third byte it is edge and high. */
static bool take_irq(struct bytes *b, struct aml_resource *r)
{
	unsigned mask = bytes_le16(b);
	uint8_t flags = bytes_left(b) ? bytes_u8(b) : IRQ_EDGE;

	if (!mask)
		return false;
	r->type = AML_INTERRUPT;
	r->base = (unsigned)__builtin_ctz(mask);
	r->length = 1;
	r->edge = flags & IRQ_EDGE;
	r->low = flags & IRQ_LOW;
	return true;
}

/* §6.4.3.6: the first interrupt of the list. */
static bool take_interrupt(struct bytes *b, struct aml_resource *r)
{
	uint8_t flags = bytes_u8(b), count = bytes_u8(b);

	if (!count)
		return false;
	r->type = AML_INTERRUPT;
	r->base = bytes_le32(b);
	r->length = 1;
	r->producer = !(flags & GENERAL_CONSUMER);
	r->edge = flags & INTERRUPT_EDGE;
	r->low = flags & INTERRUPT_LOW;
	return true;
}

/* §6.4.3.1, §6.4.3.3, §6.4.3.4 */
static bool take_memory(struct bytes *b, uint8_t item, struct aml_resource *r)
{
	bytes_u8(b); /* writable or not */
	r->type = AML_MEMORY;
	if (item == ITEM_MEMORY24) {
		r->base = (uint64_t)bytes_le16(b) << 8;
		bytes_take(b, 4); /* the last base, alignment */
		r->length = (uint64_t)bytes_le16(b) << 8;
		return true;
	}
	r->base = bytes_le32(b);
	if (item == ITEM_MEMORY32)
		bytes_take(b, 8); /* the last base, alignment */
	r->length = bytes_le32(b);
	return true;
}

/* False for an item that says nothing of interest here. */
static bool take_item(struct bytes *b, uint8_t item, struct aml_resource *r)
{
	*r = (struct aml_resource){0};
	switch (item) {
	case ITEM_IRQ: return take_irq(b, r);
	case ITEM_IO:
	case ITEM_FIXED_IO: return take_io(b, item, r);
	case ITEM_MEMORY24:
	case ITEM_MEMORY32:
	case ITEM_MEMORY32_FIXED: return take_memory(b, item, r);
	case ITEM_WORD_SPACE: return take_space(b, item, 2, r);
	case ITEM_DWORD_SPACE: return take_space(b, item, 4, r);
	case ITEM_QWORD_SPACE:
	case ITEM_EXTENDED_SPACE: return take_space(b, item, 8, r);
	case ITEM_INTERRUPT: return take_interrupt(b, r);
	default: return false;
	}
}

static enum status malformed(const struct bytes *crs, const char *what)
{
	log_error(subject, "resources: %s (at 0x%lx of 0x%lx bytes)", what, crs->pos, crs->size);
	return ERR_MALFORMED;
}

enum status aml_each_resource(struct bytes crs,
	void (*found)(void *context, const struct aml_resource *resource), void *context)
{
	while (bytes_left(&crs)) {
		uint8_t tag = bytes_u8(&crs);
		uint8_t item = tag & LARGE ? tag : tag >> 3;
		size_t length = tag & LARGE ? bytes_le16(&crs) : tag & 7u;
		struct bytes body = bytes_slice(&crs, crs.pos, length);
		struct aml_resource resource;
		bool taken;

		if (item == ITEM_END)
			return OK;
		if (crs.overrun || body.overrun)
			return malformed(&crs, "a descriptor runs over the end");
		taken = take_item(&body, item, &resource);
		if (body.overrun)
			return malformed(&crs, "a descriptor is too short");
		if (taken)
			found(context, &resource);
		bytes_seek(&crs, crs.pos + length);
	}
	return malformed(&crs, "the end tag is missing");
}
