/* SPDX-License-Identifier: BSD-2-Clause */
/* In: rectangles of a surface. Out: their pixels on the screen. */
#include "gpu/present.h"

#include "gpu/blob.h"

enum status gpu_transfer_damage(struct gpu *gpu, uint32_t resource, const struct surface *surface,
	const struct damage *damage)
{
	enum status status = OK;

	for (unsigned i = 0; !gpu_uses_blobs(gpu) && status == OK && i < damage->count; i++)
		status = gpu_transfer(gpu, resource, surface, damage->area[i]);
	return status;
}

enum status gpu_present_too(struct gpu *gpu, uint32_t resource, const struct surface *surface,
	const struct damage *damage)
{
	enum status status = gpu_transfer_damage(gpu, resource, surface, damage);

	for (unsigned i = 0; status == OK && i < damage->count; i++)
		status = gpu_flush(gpu, resource, damage->area[i]);
	return status;
}

enum status gpu_present(struct gpu *gpu, uint32_t resource, const struct surface *surface,
	const struct damage *damage, gpu_request_report *report)
{
	gpu_batch_begin(gpu, report);
	return gpu_batch_end(gpu, gpu_present_too(gpu, resource, surface, damage));
}
