/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What firmware's own driver of a virtio GPU costs, by the protocol that it gives to applications:
 * GOP (UEFI 2.10 §12.9).
 */
#ifndef EFI_GOP_BENCH_H
#define EFI_GOP_BENCH_H

#include "efi/firmware.h"

/*
 * Times Blt (EfiBltBufferToVideo) of full screens, of 1280×800 and of the mode that is set, and of
 * a small square, as gpu/bench.h does: a test point each, with its figures under `gop`. Before
 * ExitBootServices. On the first GOP whose device EDK2 drives as a virtio GPU; where there is none,
 * the step is skipped, by the name of what is missing. The mode is what it was afterwards.
 */
void gop_bench(struct firmware *fw);

#endif
