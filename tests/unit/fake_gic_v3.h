/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A GICv3 with an ITS for tests: registers that are memory but for the bits that are fixed, two
 * redistributors of which the second is this processor's, and an ITS that carries each command out
 * at once.
 */
#ifndef TESTS_UNIT_FAKE_GIC_V3_H
#define TESTS_UNIT_FAKE_GIC_V3_H

#include "host.h"
#include "platform/gic_regs.h"
#include "platform/irq.h"

#define FAKE_GIC_V3_ITS         0x8080000u
#define FAKE_GIC_V3_MEMORY      0x40000000u /* of the pool */
#define FAKE_GIC_V3_MEMORY_SIZE (4u << 20)
#define FAKE_GIC_V3_MINE        (2 * GICR_FRAMES) /* behind one with virtual LPIs */

struct fake_gic_v3 {
	struct irq_tables tables; /* that describe it */
	struct dma_pool pool;
	uint8_t *memory;
	uint8_t *seen; /* what of it the GIC sees; NULL: all at once */
	uint32_t distributor[0x10000 / 4];
	uint32_t redistributor[2 * GICR_FRAMES / 4 * 2];
	uint64_t its[GITS_SIZE / 8];
	uint64_t icc[32]; /* by enum irq_cpu_register */
	uint64_t commands[64][4]; /* as the ITS read them */
	unsigned command_count;
	uint32_t pending; /* what is taken next */
	bool stuck; /* the ITS carries nothing out */
	bool busy; /* … and is never quiescent */
	bool not_shared; /* its tables are not in the caches */
	bool flat; /* it knows no tables of pages */
	bool any_page; /* its tables are of pages of any size; else of 4 KiB */
	bool lpis_stay; /* GICR_CTLR is what it is */
	bool no_registers; /* ICC_SRE stays 0 */
};

extern struct fake_gic_v3 fake_v3;

/* From now on the GIC sees of memory what was written before the last barrier. */
void fake_gic_v3_watch_barriers(void);
void fake_gic_v3_barrier(void);

/* host_reset and a new one; then irq_close, and its memory is gone. For a test's two ends. */
int fake_gic_v3_setup(void **state);
int fake_gic_v3_teardown(void **state);

#endif
