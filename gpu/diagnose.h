/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why a GPU's answer is not the expected one, and why a picture is not on the screen although every
 * answer is OK: pure judgements of a history of commands (gpu/history.h).
 */
#ifndef GPU_DIAGNOSE_H
#define GPU_DIAGNOSE_H

#include "gpu/history.h"
#include "virtio/diagnosis.h"

/* What somebody wants to be on a screen; what the history must lead to. */
struct gpu_intent {
	uint32_t num_scanouts;
	uint32_t scanout;
	uint32_t resource;
	uint32_t width; /* pixels */
	uint32_t height;
	struct rectangle shown; /* by the scanout, of the resource; empty: whatever */
	uint32_t stride_bytes; /* of the backing */
	uint32_t format; /* of the pixels that were drawn, enum virtio_gpu_formats */
};

/*
 * Judges the command with this number, whose answer is an error response, too short, or not what
 * the command is answered with; the commands before it say what the device knows. Adds at least one
 * cause, unless the command is not kept.
 */
void gpu_diagnose_answer(const struct gpu_history *history, uint32_t number,
	const struct gpu_intent *intent, struct diagnosis *d);

/*
 * Judges a picture that should now be on the screen: whether the commands since the resource was
 * created bring all of it there. Adds nothing when they do, or when the history no longer reaches
 * back that far.
 */
void gpu_diagnose_picture(
	const struct gpu_history *history, const struct gpu_intent *intent, struct diagnosis *d);

/*
 * Judges the commands that should have shown a cursor whose image is `resource`: no answer says
 * whether they did. Adds nothing when they can.
 */
void gpu_diagnose_cursor(const struct gpu_history *history, uint32_t resource, struct diagnosis *d);

#endif
