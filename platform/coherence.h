/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether a device sees what stands in the processor's caches, and the processor what the device
 * wrote: dma-coherent (Devicetree Specification 0.4 §2.3.10), _CCA (ACPI 6.5 §6.2.17), the cache
 * coherent attribute of a root complex in the IORT (Arm DEN 0049).
 */
#ifndef PLATFORM_COHERENCE_H
#define PLATFORM_COHERENCE_H

#include "mem/types.h"

enum coherence {
	COHERENCE_NOT_STATED, /* no table says; taken as coherent */
	COHERENCE_YES,
	COHERENCE_NO,
};

/* For the end of a line on a device: ", coherent", ", not coherent", or nothing. */
const char *coherence_suffix(enum coherence coherence);

/*
 * Adds what `source` says of a device: the first mention stands, and another that contradicts it is
 * a line under `name`.
 */
void coherence_add(
	enum coherence *known, enum coherence said, const char *name, const char *source);

#endif
