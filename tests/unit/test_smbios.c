/* SPDX-License-Identifier: BSD-2-Clause */
/* In: SMBIOS tables made by hand, whole and broken. Out: their OEM strings, and no other. */
#include "host.h"

#include <stdlib.h>
#include <string.h>

#include "host_hostile.h"
#include "platform/smbios.h"

#define ENTRY 0xf0000ul
#define TABLE 0x7f000000ul

/* A BIOS structure with strings, OEM strings twice, one structure without strings, the end. */
static const uint8_t table[] = {
	/* type 0, BIOS information, cut to its header and one byte */
	0, 5, 0, 0, 1, 'v', 'e', 'n', 'd', 'o', 'r', 0, '1', '.', '0', 0, 0,
	/* type 11, two strings */
	11, 5, 1, 0, 2, 'f', 'i', 'r', 's', 't', 'l', 'i', 'g', 'h', 't', ':', 'a', '=', '1', 0,
	'o', 't', 'h', 'e', 'r', 0, 0,
	/* type 32, no strings */
	32, 11, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	/* type 11, one string */
	11, 5, 3, 0, 1, 'b', 0, 0,
	/* type 127 */
	127, 4, 4, 0, 0, 0,
	/* behind the end: not looked at */
	11, 5, 5, 0, 1, 'c', 0, 0};

static char found[512];
static unsigned count;

static void add(void *context, const char *text)
{
	assert_ptr_equal(context, found);
	count++;
	strncat(found, text, sizeof(found) - strlen(found) - 1);
	strncat(found, "|", sizeof(found) - strlen(found) - 1);
}

static int setup(void **state)
{
	found[0] = '\0';
	count = 0;
	return host_reset(state);
}

static enum status read_table(const uint8_t *data, size_t size)
{
	found[0] = '\0';
	count = 0;
	return smbios_each_oem_string_in(bytes_of(data, size), add, found);
}

static void test_strings(void **state)
{
	(void)state;
	assert_int_equal(read_table(table, sizeof(table)), OK);
	assert_string_equal(found, "firstlight:a=1|other|b|");
}

static void test_empty_table(void **state)
{
	(void)state;
	assert_int_equal(read_table(table, 0), OK);
	assert_int_equal(count, 0);
}

/* A table that ends between two structures is whole, whatever it lacks. */
static void test_truncated_at_each_byte(void **state)
{
	static const size_t whole[] = {0, 17, 44, 57, 65, 71};

	(void)state;
	for (size_t size = 0; size < sizeof(table); size++) {
		uint8_t *copy = malloc(size + !size);
		bool between = size > 71; /* the end is there */

		for (unsigned i = 0; i < ARRAY_SIZE(whole); i++)
			between |= size == whole[i];
		memcpy(copy, table, size);
		host_reset(NULL);
		assert_int_equal(read_table(copy, size), between ? OK : ERR_MALFORMED);
		assert_int_equal(host_logged("smbios: error: structure at 0x"), !between);
		free(copy);
	}
}

static void test_lengths_below_a_header(void **state)
{
	uint8_t copy[sizeof(table)];

	(void)state;
	for (uint8_t length = 0; length < 4; length++) {
		memcpy(copy, table, sizeof(table));
		copy[18] = length;
		assert_int_equal(read_table(copy, sizeof(copy)), ERR_MALFORMED);
		assert_int_equal(count, 0);
	}
	assert_true(host_logged("structure at 0x11: length 3 is not usable"));
}

static void parse_table(uint8_t *data, size_t size)
{
	(void)!read_table(data, size);
}

static void test_mutations(void **state)
{
	(void)state;
	the_log.level = LOG_ERROR;
	hostile_truncate(table, sizeof(table), 1, parse_table);
	hostile_mutate(table, sizeof(table), 20000, parse_table);
}

/* ---- entry points ---- */

struct memory {
	uint8_t entry[31];
	size_t entry_size;
	const uint8_t *table;
	size_t table_size;
};

static struct memory memory;

static const void *map(void *context, uint64_t address, size_t size)
{
	struct memory *m = context;

	if (address == ENTRY && size <= m->entry_size)
		return m->entry;
	if (address == TABLE && size <= m->table_size)
		return m->table;
	return NULL;
}

static const struct table_source source = {.map = map, .context = &memory};

/* Makes the bytes of an entry point add up to 0, at its checksum's place. */
static void seal(unsigned at)
{
	uint8_t sum = 0;

	memory.entry[at] = 0;
	for (size_t i = 0; i < memory.entry_size; i++)
		sum = (uint8_t)(sum + memory.entry[i]);
	memory.entry[at] = (uint8_t)-sum;
}

static void put(unsigned at, unsigned width, uint64_t value)
{
	for (unsigned i = 0; i < width; i++)
		memory.entry[at + i] = (uint8_t)(value >> 8 * i);
}

static void make_entry_64(void)
{
	memory = (struct memory){.entry_size = 24, .table = table, .table_size = sizeof(table)};
	memcpy(memory.entry, "_SM3_", 5);
	memory.entry[6] = 24;
	put(12, 4, sizeof(table));
	put(16, 8, TABLE);
	seal(5);
}

static void make_entry_32(void)
{
	memory = (struct memory){.entry_size = 31, .table = table, .table_size = sizeof(table)};
	memcpy(memory.entry, "_SM_", 4);
	memory.entry[5] = 31;
	memcpy(memory.entry + 16, "_DMI_", 5);
	put(22, 2, sizeof(table));
	put(24, 4, TABLE);
	seal(4);
}

static void test_entry_64(void **state)
{
	(void)state;
	make_entry_64();
	assert_int_equal(smbios_each_oem_string(&source, ENTRY, add, found), OK);
	assert_int_equal(count, 3);
}

static void test_entry_32(void **state)
{
	(void)state;
	make_entry_32();
	assert_int_equal(smbios_each_oem_string(&source, ENTRY, add, found), OK);
	assert_int_equal(count, 3);
}

/* Each byte of an entry point changed alone breaks its checksum or its anchor. */
static void test_entries_broken(void **state)
{
	(void)state;
	for (unsigned wide = 0; wide < 2; wide++)
		for (unsigned i = 0; i < (wide ? 24u : 31u); i++) {
			if (wide)
				make_entry_64();
			else
				make_entry_32();
			memory.entry[i] ^= 0x10;
			assert_int_equal(
				smbios_each_oem_string(&source, ENTRY, add, found), ERR_MALFORMED);
			assert_int_equal(count, 0);
		}
	assert_true(host_logged("entry point at 0xf0000: anchor or checksum is wrong"));
}

static void test_entry_not_memory(void **state)
{
	(void)state;
	make_entry_64();
	memory.entry_size = 0;
	assert_int_equal(smbios_each_oem_string(&source, ENTRY, add, found), ERR_MALFORMED);
}

static void test_table_not_memory(void **state)
{
	static const uint32_t sizes[] = {sizeof(table) + 1, 1u << 20, (1u << 20) + 1, 0xffffffff};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
		make_entry_64();
		put(12, 4, sizes[i]);
		seal(5);
		assert_int_equal(smbios_each_oem_string(&source, ENTRY, add, found), ERR_MALFORMED);
		assert_int_equal(count, 0);
	}
	assert_true(host_logged("are not memory"));
}

/* A mebibyte is the most that is believed, also where there is memory for more. */
static void test_largest_table(void **state)
{
	size_t limit = 1u << 20;
	uint8_t *large = calloc(1, limit + 1);

	(void)state;
	memcpy(large, table, sizeof(table));
	for (unsigned more = 0; more < 2; more++) {
		make_entry_64();
		memory.table = large;
		memory.table_size = limit + 1;
		put(12, 4, limit + more);
		seal(5);
		assert_int_equal(smbios_each_oem_string(&source, ENTRY, add, found),
			more ? ERR_MALFORMED : OK);
	}
	free(large);
	assert_int_equal(count, 3);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_strings, setup),
		cmocka_unit_test_setup(test_empty_table, setup),
		cmocka_unit_test_setup(test_truncated_at_each_byte, setup),
		cmocka_unit_test_setup(test_lengths_below_a_header, setup),
		cmocka_unit_test_setup(test_mutations, setup),
		cmocka_unit_test_setup(test_entry_64, setup),
		cmocka_unit_test_setup(test_entry_32, setup),
		cmocka_unit_test_setup(test_entries_broken, setup),
		cmocka_unit_test_setup(test_entry_not_memory, setup),
		cmocka_unit_test_setup(test_table_not_memory, setup),
		cmocka_unit_test_setup(test_largest_table, setup),
	};

	return cmocka_run_group_tests_name("smbios", tests, NULL, NULL);
}
