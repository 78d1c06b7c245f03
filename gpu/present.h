/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Brings what was drawn on a surface to the screen that shows it.
 */
#ifndef GPU_PRESENT_H
#define GPU_PRESENT_H

#include "gpu/command.h"
#include "gpu/damage.h"

/*
 * Transfers and flushes each rectangle of the damage, all in one batch (gpu/request.h). Where there
 * is none, nothing is sent; of a blob (gpu/blob.h) nothing is transferred. `report` is told how
 * each command went; may be NULL. Errors are the command's.
 */
MUST_CHECK enum status gpu_present(struct gpu *gpu, uint32_t resource,
	const struct surface *surface, const struct damage *damage, gpu_request_report *report);

/* The same, added to the batch that the caller has begun. Errors are those of adding. */
MUST_CHECK enum status gpu_present_too(struct gpu *gpu, uint32_t resource,
	const struct surface *surface, const struct damage *damage);

/* Its transfers alone, none of a blob, added in the same way. */
MUST_CHECK enum status gpu_transfer_damage(struct gpu *gpu, uint32_t resource,
	const struct surface *surface, const struct damage *damage);

#endif
