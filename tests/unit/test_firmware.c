/* SPDX-License-Identifier: BSD-2-Clause */
/* What is opened first; the memory map's two uses: what tables may point to, what DMA memory is of.
 */
#include "efi/dma_pages.h"
#include "efi/log_file.h"
#include "fake_firmware.h"
#include "host.h"

#include <string.h>

#define MIB(n)     ((uint64_t)(n) << 20)
#define PAGES(mib) (MIB(mib) / PAGE_SIZE)

static struct firmware fw;
static struct dma_pool pool;

static int setup(void **state)
{
	fake_firmware_init(&fw);
	pool = (struct dma_pool){0};
	return host_reset(state);
}

static int teardown(void **state)
{
	(void)state;
	firmware_close(&fw);
	return fake_firmware.pools ? -1 : 0;
}

static void read_map(void)
{
	assert_int_equal(memory_map_read(&fw.map, &fake_firmware.services), EFI_SUCCESS);
}

static void test_tables_lie_in_memory(void **state)
{
	struct table_source source = firmware_table_source(&fw);

	(void)state;
	fake_firmware_add(EfiConventionalMemory, 0, 16, EFI_MEMORY_WB);
	fake_firmware_add(EfiACPIReclaimMemory, 0x100000, 2, EFI_MEMORY_WB);
	fake_firmware_add(EfiBootServicesData, 0x102000, 1, EFI_MEMORY_WB);
	fake_firmware_add(EfiMemoryMappedIO, 0x103000, 16, EFI_MEMORY_UC);
	read_map();
	assert_ptr_equal(source.map(source.context, 0x100010, 36), (void *)0x100010);
	/* Over the seam of two ranges, and up to the last byte. */
	assert_non_null(source.map(source.context, 0x101ff0, 0x100));
	assert_non_null(source.map(source.context, 0x100000, 0x3000));
	assert_null(source.map(source.context, 0x100000, 0x3001));
	assert_null(source.map(source.context, 0x103000, 4));
	assert_null(source.map(source.context, 0x500000, 4));
	assert_null(source.map(source.context, 0, 4));
	assert_null(source.map(source.context, UINT64_MAX - 2, 4));
}

/* The log of a run that could not even begin still has a place to go, or a reason why not. */
static void test_no_loaded_image(void **state)
{
	char said[TEXT_FILE_SAID_SIZE];

	(void)state;
	fake_firmware.not_loaded = true;
	assert_int_equal(firmware_open(&fw, &fake_firmware, &fake_firmware.system), ERR_NOT_FOUND);
	assert_true(host_logged("error: LoadedImage protocol: status"));
	assert_false(log_file_write(&fw, said));
	assert_non_null(strstr(said, "this image's volume has no file system"));
}

/* The first line of the log is one line, whatever was handed over. */
static void test_first_line(void **state)
{
	CHAR16 load_options[] = {'a', '\n', 'o', 'k', 0x1b, 0x4e2d, 'z', 0, 'b'};
	CHAR16 vendor[] = {'V', 0};

	(void)state;
	fake_firmware_add(EfiConventionalMemory, MIB(16), PAGES(64), EFI_MEMORY_WB);
	fake_firmware.system.FirmwareVendor = vendor;
	fake_firmware.loaded.LoadOptions = load_options;
	fake_firmware.loaded.LoadOptionsSize = sizeof(load_options) - 1;
	assert_int_equal(firmware_open(&fw, &fake_firmware, &fake_firmware.system), OK);
	assert_non_null(strstr(host_log(), "LoadOptions: a?ok??z\n"));
	firmware_close(&fw);
	fake_firmware.system.FirmwareVendor = NULL;
	fake_firmware.loaded.LoadOptions = NULL;
	assert_int_equal(firmware_open(&fw, &fake_firmware, &fake_firmware.system), OK);
	assert_non_null(strstr(host_log(), "LoadOptions: none\n"));
}

static void test_half_of_what_is_free(void **state)
{
	(void)state;
	fake_firmware_add(EfiConventionalMemory, 0x1000, 100, EFI_MEMORY_WB); /* low memory */
	fake_firmware_add(EfiConventionalMemory, MIB(16), PAGES(64), EFI_MEMORY_WB);
	fake_firmware_add(EfiLoaderData, MIB(80), PAGES(64), EFI_MEMORY_WB);
	fake_firmware_add(EfiConventionalMemory, MIB(144), PAGES(64), EFI_MEMORY_WB);
	read_map();
	assert_int_equal(dma_pages_allocate(&pool, &fw), OK);
	/* No range gives more than three quarters of itself, so it takes two of the same size. */
	assert_int_equal(pool.total, MIB(64) - 4 * PAGE_SIZE);
	assert_int_equal(pool.free.count, 2);
	/* Each piece has a page of its own at both ends that is never mapped. */
	assert_int_equal(fake_firmware.pages * PAGE_SIZE, MIB(64));
	assert_int_equal(pool.free.range[0].address.value, MIB(16) + PAGE_SIZE);
	dma_pages_free(&pool, &fw);
	assert_int_equal(fake_firmware.pages, 0);
	assert_int_equal(pool.total, 0);
}

static void test_several_pieces_and_the_limit(void **state)
{
	(void)state;
	fake_firmware_add(EfiConventionalMemory, MIB(1024), PAGES(512), EFI_MEMORY_WB);
	fake_firmware_add(EfiConventionalMemory, MIB(4096), PAGES(8192), EFI_MEMORY_WB);
	read_map();
	assert_int_equal(dma_pages_allocate(&pool, &fw), OK);
	assert_int_equal(pool.total, MIB(1024) - 2 * PAGE_SIZE);
	assert_int_equal(pool.free.count, 1);
	dma_pages_free(&pool, &fw);
	fake_firmware.map[1].NumberOfPages = PAGES(768);
	read_map();
	assert_int_equal(dma_pages_allocate(&pool, &fw), OK);
	assert_int_equal(pool.free.count, 2);
	assert_int_equal(pool.total, MIB(640) - 4 * PAGE_SIZE);
	dma_pages_free(&pool, &fw);
}

static void test_nothing_usable(void **state)
{
	(void)state;
	fake_firmware_add(EfiConventionalMemory, MIB(16), PAGES(64), EFI_MEMORY_UC);
	fake_firmware_add(
		EfiConventionalMemory, MIB(96), PAGES(64), EFI_MEMORY_WB | EFI_MEMORY_RUNTIME);
	read_map();
	assert_int_equal(dma_pages_allocate(&pool, &fw), ERR_NO_MEMORY);
	assert_true(host_logged("error: dma: only 0x0 bytes of memory could be had"));
}

static void test_taken_meanwhile(void **state)
{
	(void)state;
	fake_firmware_add(EfiConventionalMemory, MIB(16), PAGES(64), EFI_MEMORY_WB);
	read_map();
	fake_firmware.refuses = true;
	assert_int_equal(dma_pages_allocate(&pool, &fw), ERR_NO_MEMORY);
	assert_true(host_logged("are taken by now"));
}

static void test_pages_of_its_own(void **state)
{
	const uint64_t size = 2 * PAGE_SIZE + 1;
	uint8_t *pages = firmware_take_pages(&fw, size);

	(void)state;
	assert_non_null(pages);
	assert_int_equal(fake_firmware.pages, 3);
	for (uint64_t i = 0; i < size; i++)
		assert_int_equal(pages[i], 0);
	firmware_free_pages(&fw, pages, size);
	assert_int_equal(fake_firmware.pages, 0);
	fake_firmware.refuses = true;
	assert_null(firmware_take_pages(&fw, size));
	assert_true(host_logged("error: AllocatePages: 0x2001 bytes: status 0x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_tables_lie_in_memory, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_loaded_image, setup, teardown),
		cmocka_unit_test_setup_teardown(test_first_line, setup, teardown),
		cmocka_unit_test_setup_teardown(test_half_of_what_is_free, setup, teardown),
		cmocka_unit_test_setup_teardown(test_several_pieces_and_the_limit, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nothing_usable, setup, teardown),
		cmocka_unit_test_setup_teardown(test_taken_meanwhile, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pages_of_its_own, setup, teardown),
	};

	return cmocka_run_group_tests_name("firmware", tests, NULL, NULL);
}
