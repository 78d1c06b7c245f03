/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a screen's surfaces. Out: the device knows them, and its scanouts show the front; or not. */
#include "gpu/connect.h"

#include "gpu/blob.h"
#include "gpu/present.h"
#include "gpu/uuid.h"

/* A resource of the host's, with the surface as its backing. */
static enum status create_2d(struct gpu *gpu, struct gpu_screen *s)
{
	enum status status;

	gpu_batch_begin(gpu, gpu_report);
	status = gpu_resource_create(gpu, s->resource, &s->surface);
	if (status == OK)
		status = gpu_attach_backing(gpu, s->resource, &s->surface);
	status = gpu_batch_end(gpu, status);
	s->created = gpu->requests.good;
	s->attached = status == OK;
	return status;
}

/* A resource that is the surface: nothing is attached to it, and it goes as a whole. */
static enum status create_blob(struct gpu *gpu, struct gpu_screen *s)
{
	enum status status = gpu_report(
		gpu, "RESOURCE_CREATE_BLOB", gpu_create_blob(gpu, s->resource, &s->surface));

	s->created = status == OK;
	return status;
}

static enum status create(struct gpu *gpu, struct gpu_screen *s)
{
	return gpu_uses_blobs(gpu) ? create_blob(gpu, s) : create_2d(gpu, s);
}

void gpu_swap_buffers(struct gpu_screen *s)
{
	const struct gpu_back front = {s->resource, s->created, s->attached, s->surface};

	s->resource = s->back.resource;
	s->created = s->back.created;
	s->attached = s->back.attached;
	s->surface = s->back.surface;
	s->back = front;
}

enum status gpu_connect_back(struct gpu *gpu, struct gpu_screen *s)
{
	enum status status;

	gpu_swap_buffers(s);
	status = create(gpu, s);
	gpu_swap_buffers(s);
	return status;
}

enum status gpu_set_view(struct gpu *gpu, const struct gpu_screen *s, const struct gpu_view *view)
{
	if (gpu_uses_blobs(gpu))
		return gpu_set_scanout_blob(
			gpu, view->scanout, s->resource, &s->surface, view->area);
	return gpu_set_scanout(gpu, view->scanout, s->resource, view->area);
}

enum status gpu_light_up(struct gpu *gpu, struct gpu_screen *s)
{
	struct damage all = {0};
	enum status status = OK;

	damage_add(&all, surface_whole(&s->surface));
	gpu_batch_begin(gpu, gpu_report);
	for (unsigned i = 0; status == OK && i < s->frame.view_count; i++) {
		s->set |= 1u << s->frame.views[i].scanout;
		status = gpu_set_view(gpu, s, &s->frame.views[i]);
	}
	if (status == OK)
		status = gpu_present_too(gpu, s->resource, &s->surface, &all);
	return gpu_batch_end(gpu, status);
}

enum status gpu_connect(struct gpu *gpu, struct gpu_screen *s)
{
	enum status status = create(gpu, s);

	if (status == OK)
		status = gpu_uuid_ask(gpu, s->resource);
	if (status == OK && gpu_has_back(s))
		status = gpu_connect_back(gpu, s);
	return status == OK ? gpu_light_up(gpu, s) : status;
}

/* In a batch. */
static enum status drop(struct gpu *gpu, uint32_t resource, bool attached, bool created)
{
	enum status status = attached ? gpu_detach_backing(gpu, resource) : OK;

	return status == OK && created ? gpu_resource_unref(gpu, resource) : status;
}

enum status gpu_disconnect(struct gpu *gpu, struct gpu_screen *s)
{
	enum status status = OK;

	gpu_batch_begin(gpu, gpu_report);
	for (uint32_t i = 0; status == OK && i < VIRTIO_GPU_MAX_SCANOUTS; i++)
		if (s->set & 1u << i)
			status = gpu_set_scanout(gpu, i, 0, (struct rectangle){0});
	if (status == OK)
		status = drop(gpu, s->resource, s->attached, s->created);
	if (status == OK)
		status = drop(gpu, s->back.resource, s->back.attached, s->back.created);
	return gpu_batch_end(gpu, status);
}

enum status gpu_disconnect_back(struct gpu *gpu, struct gpu_screen *s)
{
	enum status status;

	gpu_batch_begin(gpu, gpu_report);
	status = drop(gpu, s->back.resource, s->back.attached, s->back.created);
	return gpu_batch_end(gpu, status);
}
