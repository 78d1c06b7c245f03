/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DMA memory: whole pages from the firmware, taken before boot services are left. Firmware keeps
 * them out of everybody's way from then on; physical and virtual addresses are the same (UEFI 2.10
 * §2.3: memory is identity mapped).
 */
#ifndef EFI_DMA_PAGES_H
#define EFI_DMA_PAGES_H

#include "efi/firmware.h"
#include "mem/dma.h"

/*
 * Fills the pool with up to half of the free memory, at most 1 GiB, in as few pieces as the memory
 * map allows: room for displays of any size, which nobody knows yet. The pages before and behind
 * each piece are taken too, and not in the pool: nobody may touch them (efi/own_memory.h).
 * ERR_NO_MEMORY, logged, when not even 1 MiB could be had.
 */
MUST_CHECK enum status dma_pages_allocate(struct dma_pool *pool, struct firmware *fw);

/* Gives the pages back; for a run that returns to firmware. The pool is empty afterwards. */
void dma_pages_free(struct dma_pool *pool, struct firmware *fw);

#endif
