/* SPDX-License-Identifier: BSD-2-Clause */
/* In: commands that a device took without a word. Out: why no cursor is to be seen. */
#include "gpu/cursor.h"
#include "gpu/diagnose.h"
#include "gpu/shape.h"

static void judge_image(const struct gpu_record *r, struct diagnosis *d)
{
	if (r->area.width != CURSOR_SIDE || r->area.height != CURSOR_SIDE)
		diagnosis_add(d, CERTAIN, MISTAKE_CURSOR,
			"the cursor's resource was created with %ux%u pixels", r->area.width,
			r->area.height);
}

static void judge_command(const struct gpu_record *r, struct diagnosis *d)
{
	if (r->response_room)
		diagnosis_add(d, CERTAIN, MISTAKE_CURSOR,
			"%s was sent with %u bytes for a response: none comes",
			gpu_command_name(r->type), r->response_room);
	if (gpu_record_truncated(r))
		diagnosis_add(d, CERTAIN, MISTAKE_TRUNCATED_PAYLOAD,
			"%s was sent with %u bytes, it has %lu", gpu_command_name(r->type),
			r->request_length, gpu_record_needed(r));
}

void gpu_diagnose_cursor(const struct gpu_history *history, uint32_t resource, struct diagnosis *d)
{
	const struct gpu_record *r;

	for (uint32_t age = 0; (r = gpu_history_at(history, age)); age++) {
		if (r->type == VIRTIO_GPU_CMD_RESOURCE_CREATE_2D && r->resource == resource)
			judge_image(r, d);
		if (r->type == VIRTIO_GPU_CMD_UPDATE_CURSOR ||
			r->type == VIRTIO_GPU_CMD_MOVE_CURSOR)
			judge_command(r, d);
	}
}
