/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a GPU that shows its picture. Out: whether it goes on in the memory that it has. */
#include "bench.h"

#include "gpu/present.h"

#define ROUNDS 250u
#define WIDTH  64u
#define HEIGHT 48u

static struct bench bench;
static struct bench *const b = &bench;

/* Two commands and two requests of the cursor's; a part of the picture by one notification. */
static void round_trip(unsigned i)
{
	const struct rectangle part = {i % WIDTH, i % HEIGHT, 1, 1};
	struct gpu_display displays[VIRTIO_GPU_MAX_SCANOUTS];
	struct gpu_screen *s = &b->screens.screens[0];
	struct damage damage = {0};

	damage_add(&damage, part);
	bench_expect(b, gpu_present(&b->gpu, s->resource, &s->surface, &damage, NULL), OK);
	bench_expect(b, gpu_get_display_info(&b->gpu, displays), OK);
	bench_expect(b, gpu_move_cursor(&b->gpu, CURSOR_RESOURCE, 0, i % WIDTH, i % HEIGHT), OK);
}

/* From the first picture on the pool has nothing left to give, and nobody asks, for 1000 requests.
 */
static void test_nothing_is_allocated_per_command(void **state)
{
	static const struct gpu_show bars = {.picture = {.pattern = PICTURE_BARS}};
	static const enum model_transport transports[] = {MODEL_MMIO, MODEL_MMIO_LEGACY, MODEL_PCI};
	struct gpu_setup setup = gpu_setup_full;

	(void)state;
	setup.cursor = true;
	for (unsigned t = 0; t < ARRAY_SIZE(transports); t++) {
		struct dma_pool *pool = &b->memory.pool, before;

		host_reset(NULL);
		bench_open(b, transports[t], &model_type_gpu);
		bench_find(b);
		bench_expect(b, gpu_open(&b->gpu, 0, b->dev, &setup), OK);
		bench_expect(b, gpu_show(&b->gpu, &bars, &b->screens), OK);
		before = *pool;
		pool->free.count = 0;
		for (unsigned i = 0; i < ROUNDS; i++)
			round_trip(i);
		assert_int_equal(pool->used, before.used);
		assert_int_equal(pool->free.count, 0);
		pool->free = before.free;
		bench_end(b);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_allocated_per_command),
	};

	return cmocka_run_group_tests_name("strict_memory", tests, NULL, bench_teardown);
}
