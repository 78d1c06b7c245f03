/* SPDX-License-Identifier: BSD-2-Clause */
/* Surfaces: every row where it must be, however the memory is scattered, and all of it back. */
#include "gpu/surface.h"

#include "host.h"
#include "host_surface.h"

#include <stdlib.h>
#include <string.h>

/* Bands follow each other without a gap, page-aligned, and surface_row finds each row in its own.
 */
static void check_bands(const struct host_surface *hs)
{
	const struct surface *s = &hs->surface;
	uint32_t y = 0;

	for (unsigned i = 0; i < s->band_count; i++) {
		const struct surface_band *band = &s->bands[i];
		const uint8_t *data = band->block.data;

		assert_int_equal(band->first_row, y);
		assert_true(band->rows > 0);
		assert_int_equal(band->block.size, (size_t)band->rows * s->stride_bytes);
		assert_int_equal(band->block.address.value % PAGE_SIZE, 0);
		for (uint32_t row = 0; row < band->rows; row++, y++)
			assert_ptr_equal(surface_row(s, y), data + (size_t)row * s->stride_bytes);
	}
	assert_int_equal(y, s->height);
}

static void test_one_block(void **state)
{
	struct host_surface hs;

	(void)state;
	host_surface_open(&hs, 640, 480, 480);
	assert_int_equal(hs.surface.width, 640);
	assert_int_equal(hs.surface.height, 480);
	assert_int_equal(hs.surface.stride_bytes, 2560);
	assert_int_equal(hs.surface.band_count, 1);
	check_bands(&hs);
	host_surface_close(&hs);
	assert_int_equal(hs.surface.band_count, 0);
}

static void test_scattered(void **state)
{
	static const struct {
		uint32_t width, height, rows_a_piece, bands;
	} cases[] = {
		{640, 480, 100, 5},
		{1024, 64, 1, 64},
		{17, 19, 7, 1}, /* a page holds more than the 7 rows of 68 bytes */
		{1366, 768, 13, 60},
		{8192, 16, 3, 6},
		{16, 8192, 1024, 8},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct host_surface hs;

		host_surface_open(&hs, cases[i].width, cases[i].height, cases[i].rows_a_piece);
		assert_int_equal(hs.surface.band_count, cases[i].bands);
		check_bands(&hs);
		host_surface_close(&hs);
	}
}

/* Every byte of every row can be written without touching another row. */
static void test_rows_are_apart(void **state)
{
	struct host_surface hs;

	(void)state;
	host_surface_open(&hs, 333, 77, 9);
	for (uint32_t y = 0; y < 77; y++)
		for (uint32_t x = 0; x < 333; x++)
			assert_int_equal(host_surface_pixel(&hs, x, y), 0);
	for (uint32_t y = 0; y < 77; y++)
		memset(surface_row(&hs.surface, y), (int)y + 1, 333 * 4);
	for (uint32_t y = 0; y < 77; y++)
		for (uint32_t x = 0; x < 333; x++)
			assert_int_equal(host_surface_pixel(&hs, x, y), (y + 1) * 0x01010101u);
	host_surface_close(&hs);
}

/* Scattered: the rows of each band last first, each apart from the others. */
static void test_scatter(void **state)
{
	struct host_surface hs;

	(void)state;
	host_surface_open(&hs, 1024, 60, 7);
	/* The last piece has room for the entries behind its four rows. */
	assert_int_equal(hs.surface.band_count, 9);
	assert_int_equal(surface_scatter(&hs.surface, &hs.pool), OK);
	assert_int_equal(hs.surface.entries.size, 60 * SURFACE_ENTRY_SIZE);
	for (uint32_t y = 0; y < 60; y++)
		memset(surface_row(&hs.surface, y), (int)y + 1, 1024 * 4);
	for (unsigned i = 0; i < 9; i++) {
		const struct surface_band *band = &hs.surface.bands[i];
		const uint8_t *data = band->block.data;

		for (uint32_t row = 0; row < band->rows; row++)
			assert_int_equal(data[row * 4096], band->first_row + band->rows - row);
	}
	for (uint32_t y = 0; y < 60; y++)
		for (uint32_t x = 0; x < 1024; x++)
			assert_int_equal(host_surface_pixel(&hs, x, y), (y + 1) * 0x01010101u);
	host_surface_close(&hs);
}

static void test_black_again(void **state)
{
	struct host_surface hs;

	(void)state;
	host_surface_open(&hs, 64, 64, 8);
	for (uint32_t y = 0; y < 64; y++)
		memset(surface_row(&hs.surface, y), 0xff, 256);
	surface_close(&hs.surface, &hs.pool);
	assert_int_equal(surface_open(&hs.surface, &hs.pool, PIXEL_B8G8R8X8, 64, 64), OK);
	for (uint32_t y = 0; y < 64; y++)
		for (uint32_t x = 0; x < 64; x++)
			assert_int_equal(host_surface_pixel(&hs, x, y), 0);
	host_surface_close(&hs);
}

static void test_pixel_bytes(void **state)
{
	struct host_surface hs;

	(void)state;
	host_surface_open(&hs, 16, 16, 16);
	surface_row(&hs.surface, 3)[5] =
		surface_pixel(&hs.surface, (struct colour){0x11, 0x22, 0x33});
	assert_int_equal(host_surface_pixel(&hs, 5, 3), 0x00112233);
	host_surface_close(&hs);
}

static void test_sides(void **state)
{
	static const uint32_t bad[][2] = {
		{0, 0}, {15, 16}, {16, 15}, {8193, 16}, {16, 8193}, {UINT32_MAX, UINT32_MAX}};
	static uint8_t memory[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
	struct surface surface = {.width = 7};
	struct dma_pool pool = {0};

	(void)state;
	assert_int_equal(dma_pool_add(&pool, paddr_of(0x10000), memory, sizeof(memory)), OK);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(
			surface_open(&surface, &pool, PIXEL_B8G8R8X8, bad[i][0], bad[i][1]),
			ERR_RANGE);
	assert_true(host_logged("surface: error: 15x16: sides must be 16 to 8192 pixels"));
	assert_int_equal(surface.width, 7);
	assert_int_equal(pool.used, 0);
	assert_int_equal(surface_open(&surface, &pool, PIXEL_B8G8R8X8, 16, 16), OK);
	surface_close(&surface, &pool);
}

static void test_no_memory(void **state)
{
	struct host_surface hs;
	struct surface other = {.width = 7};

	(void)state;
	host_surface_open(&hs, 1024, 16, 4);
	surface_close(&hs.surface, &hs.pool);
	assert_int_equal(surface_open(&other, &hs.pool, PIXEL_B8G8R8X8, 1024, 17), ERR_NO_MEMORY);
	assert_int_equal(other.width, 7);
	assert_int_equal(hs.pool.used, 0);
	assert_true(host_logged("surface: error: 1024x17: no memory for rows 16 to 16"));
	/* Wider than any piece: not even the first row fits. */
	assert_int_equal(surface_open(&other, &hs.pool, PIXEL_B8G8R8X8, 8192, 16), ERR_NO_MEMORY);
	assert_true(host_logged("8192x16: no memory for rows 0 to 15"));
	assert_int_equal(surface_open(&hs.surface, &hs.pool, PIXEL_B8G8R8X8, 1024, 16), OK);
	host_surface_close(&hs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_one_block, host_reset),
		cmocka_unit_test_setup(test_scattered, host_reset),
		cmocka_unit_test_setup(test_rows_are_apart, host_reset),
		cmocka_unit_test_setup(test_scatter, host_reset),
		cmocka_unit_test_setup(test_black_again, host_reset),
		cmocka_unit_test_setup(test_pixel_bytes, host_reset),
		cmocka_unit_test_setup(test_sides, host_reset),
		cmocka_unit_test_setup(test_no_memory, host_reset),
	};

	return cmocka_run_group_tests_name("surface", tests, NULL, NULL);
}
