/* SPDX-License-Identifier: BSD-2-Clause */
/* In: rectangles of a surface. Out: their pixels on the screen. */
#include "gpu/present.h"

#include "gpu/blob.h"

enum status gpu_present(struct gpu *gpu, uint32_t resource, const struct surface *surface,
	const struct damage *damage, gpu_request_report *report)
{
	enum status status = OK, done;

	gpu_batch_begin(gpu, report);
	for (unsigned i = 0; !gpu_uses_blobs(gpu) && status == OK && i < damage->count; i++)
		status = gpu_transfer(gpu, resource, surface, damage->area[i]);
	for (unsigned i = 0; status == OK && i < damage->count; i++)
		status = gpu_flush(gpu, resource, damage->area[i]);
	done = gpu_batch_end(gpu);
	return done == OK ? status : done;
}
