/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ordering of the processor's accesses to memory that a device shares (virtio 1.3 §2.7.13).
 * x86 keeps loads in order and stores in order by itself; only a store before a load needs help.
 */
#ifndef BARRIER_H
#define BARRIER_H

/* Stores before it are seen before stores after it. */
static inline void dma_wmb(void)
{
	__asm__ volatile("" ::: "memory");
}

/* Loads before it are made before loads after it. */
static inline void dma_rmb(void)
{
	__asm__ volatile("" ::: "memory");
}

/* Any access before it comes before any access after it, device registers included. */
static inline void dma_mb(void)
{
	__asm__ volatile("mfence" ::: "memory");
}

#endif
