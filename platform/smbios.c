/* SPDX-License-Identifier: BSD-2-Clause */
/* In: SMBIOS tables. Out: their OEM strings. */
#include "platform/smbios.h"

#include "mem/log.h"
#include "mem/string.h"

/* DSP0134 3.7 §5.2: the entry points' sizes. */
#define ENTRY_POINT_32_SIZE 31u
#define ENTRY_POINT_64_SIZE 24u

/* §6.1.2: type, length, handle. §7.12: OEM strings; §7.45: end of table. */
#define HEADER_SIZE       4u
#define TYPE_OEM_STRINGS  11u
#define TYPE_END_OF_TABLE 127u

/* A table of this size is a mistake, not a machine. */
#define TABLE_MAX_SIZE (1u << 20)

static bool sum_is_zero(const uint8_t *bytes, size_t size)
{
	uint8_t sum = 0;

	while (size--)
		sum = (uint8_t)(sum + bytes[size]);
	return !sum;
}

/* Passes over the strings behind a structure (§6.1.3), reporting them when asked to. */
static void read_strings(
	struct bytes *b, void (*found)(void *context, const char *text), void *context)
{
	const char *text;
	bool any = false;

	for (;;) {
		text = bytes_string(b);
		if (!text)
			return;
		if (*text) {
			any = true;
			if (found)
				found(context, text);
			continue;
		}
		/* No strings at all is two NULs, strings end with one more. */
		if (!any)
			bytes_take(b, 1);
		return;
	}
}

enum status smbios_each_oem_string_in(
	struct bytes b, void (*found)(void *context, const char *text), void *context)
{
	size_t at;

	while (bytes_left(&b)) {
		uint8_t type, length;

		at = b.pos;
		type = bytes_u8(&b);
		length = bytes_u8(&b);
		if (length < HEADER_SIZE || !bytes_take(&b, length - 2u)) {
			log_error("smbios", "structure at 0x%zx: length %u is not usable", at,
				length);
			return ERR_MALFORMED;
		}
		read_strings(&b, type == TYPE_OEM_STRINGS ? found : NULL, context);
		if (b.overrun) {
			log_error("smbios", "structure at 0x%zx: its strings run over the end", at);
			return ERR_MALFORMED;
		}
		if (type == TYPE_END_OF_TABLE)
			break;
	}
	return OK;
}

/* The address and size of the structure table, from either kind of entry point. */
static enum status read_entry(
	const struct table_source *source, uint64_t entry, uint64_t *address, uint32_t *size)
{
	const uint8_t *p = source->map(source->context, entry, ENTRY_POINT_64_SIZE);
	struct bytes b;

	if (p && !memcmp(p, "_SM3_", 5) && sum_is_zero(p, ENTRY_POINT_64_SIZE)) {
		b = bytes_of(p, ENTRY_POINT_64_SIZE);
		bytes_seek(&b, 12);
		*size = bytes_le32(&b);
		*address = bytes_le64(&b);
		return OK;
	}
	p = source->map(source->context, entry, ENTRY_POINT_32_SIZE);
	if (p && !memcmp(p, "_SM_", 4) && sum_is_zero(p, ENTRY_POINT_32_SIZE)) {
		b = bytes_of(p, ENTRY_POINT_32_SIZE);
		bytes_seek(&b, 22);
		*size = bytes_le16(&b);
		*address = bytes_le32(&b);
		return OK;
	}
	log_error("smbios", "entry point at 0x%lx: anchor or checksum is wrong", entry);
	return ERR_MALFORMED;
}

enum status smbios_each_oem_string(const struct table_source *source, uint64_t entry,
	void (*found)(void *context, const char *text), void *context)
{
	uint64_t address;
	uint32_t size;
	const void *table;
	enum status status = read_entry(source, entry, &address, &size);

	if (status != OK)
		return status;
	table = size <= TABLE_MAX_SIZE ? source->map(source->context, address, size) : NULL;
	if (!table) {
		log_error("smbios", "table: %u bytes at 0x%lx are not memory", size, address);
		return ERR_MALFORMED;
	}
	return smbios_each_oem_string_in(bytes_of(table, size), found, context);
}
