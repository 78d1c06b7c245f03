/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a screen, and what was drawn out of sight. Out: that on the screen, at once. */
#include "gpu/flip.h"

#include "gpu/connect.h"
#include "gpu/present.h"
#include "mem/tap.h"

/* Earlier flips may have left the screen with either of its two numbers. */
static uint32_t free_number(const struct gpu_screen *s)
{
	uint32_t scanout = s->frame.views[0].scanout, back = GPU_BACK_RESOURCE + scanout;

	return s->resource == back ? scanout + 1 : back;
}

enum status gpu_flip_open(struct gpu *gpu, struct gpu_screen *s)
{
	struct dma_pool *pool = gpu->dev->pool;
	const struct surface *front = &s->surface;
	struct surface surface = {0};
	enum status status = surface_open_like(&surface, pool, front);

	if (status == OK && front->entries.size)
		status = surface_scatter(&surface, pool);
	if (status != OK) {
		surface_close(&surface, pool);
		return status;
	}
	s->back = (struct gpu_back){.resource = free_number(s), .surface = surface};
	status = gpu_connect_back(gpu, s);
	if (status == OK)
		tap_ok(gpu->name, "scanout %u: two buffers, resources %u and %u",
			s->frame.views[0].scanout, s->resource, s->back.resource);
	return status;
}

enum status gpu_flip(struct gpu *gpu, struct gpu_screen *s, const struct damage *damage)
{
	enum status status;

	gpu_swap_buffers(s);
	status = gpu_transfer_damage(gpu, s->resource, &s->surface, damage);
	for (unsigned i = 0; status == OK && i < s->frame.view_count; i++)
		status = gpu_set_view(gpu, s, &s->frame.views[i]);
	if (status == OK)
		status = gpu_flush(gpu, s->resource, surface_whole(&s->surface));
	return status;
}

enum status gpu_flip_close(struct gpu *gpu, struct gpu_screen *s)
{
	enum status status = gpu_disconnect_back(gpu, s);

	if (status != OK)
		return status;
	surface_close(&s->back.surface, gpu->dev->pool);
	s->back = (struct gpu_back){0};
	return OK;
}
