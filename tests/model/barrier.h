/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The barriers of virtio/queue.c when it is compiled for the model: calls instead of instructions.
 * The model is the memory system: between two barriers, what the other side sees is its choice.
 */
#ifndef BARRIER_H
#define BARRIER_H

void dma_wmb(void);
void dma_rmb(void);
void dma_mb(void);

#endif
