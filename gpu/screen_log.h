/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The log over the picture of a GPU's screens.
 */
#ifndef GPU_SCREEN_LOG_H
#define GPU_SCREEN_LOG_H

#include "gpu/screen.h"

/*
 * Writes the last lines of the log, and `last` behind them, over the lower half of each scanout's
 * part of the picture. Each command is a test point; errors are the command's. Scanouts too small
 * for a character stay as they are. ERR_TIMEOUT, and nothing is sent, where a command before was
 * not answered.
 */
MUST_CHECK enum status gpu_screens_show_log(
	struct gpu *gpu, const struct gpu_screens *screens, const char *last);

#endif
