/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts: a controller, and handlers connected to its lines and messages.
 *
 * They are let in at one place only, irq_let_in, where nothing of the program is half done: a
 * handler may do what any function may. Everything is masked when the controller is opened, only
 * what is connected is unmasked, and irq_close masks everything again.
 *
 * One program, one controller: an exception vector is entered without an argument.
 */
#ifndef PLATFORM_IRQ_H
#define PLATFORM_IRQ_H

#include "mem/dma.h"
#include "platform/irq_tables.h"

/* Interrupts taken in one irq_let_in: the next one is a storm, and its source is masked. */
#define IRQ_MOST_AT_ONCE 64u

/*
 * A handler connected to an interrupt; the memory is the caller's until irq_disconnect. Several may
 * share a line.
 */
struct irq {
	const char *name; /* for the log; borrowed */
	/* True when the interrupt was its device's, which no longer asserts it then. */
	bool (*handler)(void *context);
	void *context;
	uint32_t number; /* of the line, as the controller numbers it */
	struct irq *next; /* all that are connected */
};

/* What a device writes, and where, to raise an interrupt of its own (MSI, MSI-X). */
struct irq_message {
	uint64_t address;
	uint32_t data;
};

/* A PCI function as the sender of a message. */
struct irq_sender {
	uint16_t segment;
	uint16_t requester; /* bus << 8 | device << 3 | function */
};

struct irq_counts {
	uint64_t taken;
	uint64_t spurious; /* the controller knew of none after all */
	uint64_t unclaimed; /* no handler said it was its own */
};

/*
 * Opens the controller that this processor has and the tables describe (GICv2, GICv3, local APIC
 * with I/O APICs), everything masked. ERR_NOT_FOUND when no table describes one; ERR_TIMEOUT,
 * ERR_REFUSED or ERR_UNSUPPORTED when it does not do what it must; logged. `tables` and `pool` are
 * borrowed until irq_close.
 */
MUST_CHECK enum status irq_open(const struct irq_tables *tables, struct dma_pool *pool);

/* Masks and disconnects everything. Ignored when nothing is open. */
void irq_close(void);

bool irq_is_open(void);

/*
 * Connects `irq`, of which name, handler and context are set, to a line and unmasks it. ERR_RANGE,
 * logged, for a line that the controller does not have.
 */
MUST_CHECK enum status irq_connect(struct irq *irq, const struct irq_line *line);

/*
 * Connects `irq` to a message of its own. ERR_UNSUPPORTED, logged, when the controller takes no
 * messages; ERR_NO_MEMORY, logged, when all are given out; otherwise as the ITS's commands go:
 * ERR_TIMEOUT, ERR_NOT_FOUND.
 */
MUST_CHECK enum status irq_connect_message(
	struct irq *irq, const struct irq_sender *sender, struct irq_message *message);

/* Masks the interrupt unless another handler shares it. Ignored for one that is not connected. */
void irq_disconnect(struct irq *irq);

/* Takes what is pending, in no more than IRQ_MOST_AT_ONCE; a waiting loop's cpu_relax. */
void irq_let_in(void);

/* Since irq_open. */
struct irq_counts irq_counts(void);

/*
 * From the exception vectors: `vector` is the processor's (x86), else 0. False when no controller
 * is open: then it is an unexpected exception.
 */
bool irq_dispatch(uint32_t vector);

#endif
