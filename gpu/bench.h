/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a GPU that shows a picture costs: times, and register accesses, of presenting, of commands,
 * and of drawing. Needs a clock and nothing of the firmware.
 */
#ifndef GPU_BENCH_H
#define GPU_BENCH_H

#include "gpu/damage.h"
#include "gpu/screen.h"

/* How often a picture is presented, as often as efi/gop_bench.h has firmware do it. */
#define BENCH_FRAMES 50u

/* The side of the square of a small update. */
#define BENCH_TILE 64u

/* … and how many of them are presented together. */
#define BENCH_TILES DAMAGE_MAX

/*
 * Measures on a screen that is shown, and shows again what it showed. Each measurement is a test
 * point with its figures (gpu/samples.h) below the GPU's name:
 *
 * - present-full, present-tile: the surface as it is to the screen; a square of BENCH_TILE pixels.
 * - present-tiles: BENCH_TILES such squares, presented together.
 * - copy-full, copy-tile: the same, copied from other memory before, as firmware's Blt does.
 * - scroll: all rows moved up by a line of text, and all brought there.
 * - text: a line of text, drawn and brought there.
 * - command: GET_DISPLAY_INFO and its answer.
 * - in-flight-N: N transfers of a pixel by one notification: 1, 2, 8, 32; `rate` of commands.
 * - draw, fill: the picture's pattern; memory set to a byte; `rate` of bytes.
 *
 * Beside median and p99 each has `notifications`, `reads` and `writes`: of registers, doorbells
 * included, in the round that had most. `picture` is what draw draws. Errors are the command's;
 * ERR_NO_MEMORY when there is no room for a second picture.
 */
MUST_CHECK enum status gpu_bench_run(
	struct gpu *gpu, const struct gpu_screen *screen, const struct picture *picture);

#endif
