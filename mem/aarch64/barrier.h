/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ordering of the processor's accesses to memory that a device shares (virtio 1.3 §2.7.13).
 * Outer shareable, so that a device on the interconnect is covered and not only processors.
 */
#ifndef BARRIER_H
#define BARRIER_H

/* Stores before it are seen before stores after it. */
static inline void dma_wmb(void)
{
	__asm__ volatile("dmb oshst" ::: "memory");
}

/* Loads before it are made before loads after it. */
static inline void dma_rmb(void)
{
	__asm__ volatile("dmb oshld" ::: "memory");
}

/* Any access before it comes before any access after it, device registers included. */
static inline void dma_mb(void)
{
	__asm__ volatile("dmb osh" ::: "memory");
}

#endif
