/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How configuration space is reached, for the other pci_*.c files.
 */
#ifndef PLATFORM_PCI_CONFIG_H
#define PLATFORM_PCI_CONFIG_H

#include "platform/pci.h"

/*
 * Whether a host's configuration space can be reached as its tables say. Nothing is touched.
 * ERR_RANGE, logged, for an ECAM window that is misaligned or wraps, for no buses at all, or for
 * ports with a segment; ERR_UNSUPPORTED, logged, for ports where the processor has none.
 */
MUST_CHECK enum status pci_config_check(const struct pci_host *host);

#endif
