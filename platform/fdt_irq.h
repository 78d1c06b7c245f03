/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a device tree says of interrupts (Devicetree Specification 0.4 §2.4, and the bindings of the
 * GIC and of PCI host bridges). For platform/fdt_machine.c: each looks at the walk's current node.
 */
#ifndef PLATFORM_FDT_IRQ_H
#define PLATFORM_FDT_IRQ_H

#include "platform/fdt.h"

/* `arm,gic-v3` with its redistributors, and `arm,gic-400` and kin with their processor interface.
 */
MUST_CHECK enum status fdt_read_gic_v3(
	const struct fdt *fdt, const struct fdt_walk *walk, struct irq_tables *t);
MUST_CHECK enum status fdt_read_gic_v2(
	const struct fdt *fdt, const struct fdt_walk *walk, struct irq_tables *t);

/* `arm,gic-v3-its` and `arm,gic-v2m-frame`. */
MUST_CHECK enum status fdt_read_its(
	const struct fdt *fdt, const struct fdt_walk *walk, struct irq_tables *t);
MUST_CHECK enum status fdt_read_frame(
	const struct fdt *fdt, const struct fdt_walk *walk, struct irq_tables *t);

/*
 * The first of the node's `interrupts`: three cells are a GIC's, one is the number itself. False
 * when there is none.
 */
MUST_CHECK bool fdt_read_line(
	const struct fdt *fdt, const struct fdt_node *node, struct irq_line *line);

/* A PCI host bridge's interrupt-map and msi-map. */
MUST_CHECK enum status fdt_read_routes(const struct fdt *fdt, const struct fdt_node *node,
	const struct pci_host *host, struct irq_tables *t);

#endif
