/* SPDX-License-Identifier: BSD-2-Clause */
/* In: screens that show their picture, and the log. Out: its last lines over it. */
#include "gpu/screen_log.h"

#include "gpu/console.h"
#include "gpu/present.h"
#include "mem/string.h"

static enum status show_on_view(
	struct gpu *gpu, const struct gpu_screen *s, const struct gpu_view *view, const char *last)
{
	struct damage damage = {0};
	struct console console = {0};

	if (console_open(&console, &s->surface, console_half(view->area)) != OK)
		return OK;
	log_replay(&console.sink);
	console_write(&console, last, strlen(last));
	damage_add(&damage, console.area);
	return gpu_present(gpu, s->resource, &s->surface, &damage, gpu_report);
}

enum status gpu_screens_show_log(
	struct gpu *gpu, const struct gpu_screens *screens, const char *last)
{
	/* What is not answered may still be read, where the next request would be put. */
	enum status status = gpu->control.in_flight ? ERR_TIMEOUT : OK;

	for (unsigned i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++) {
		const struct gpu_screen *s = &screens->screens[i];

		for (unsigned v = 0; status == OK && v < s->frame.view_count; v++)
			status = show_on_view(gpu, s, &s->frame.views[v], last);
	}
	return status;
}
