/* SPDX-License-Identifier: BSD-2-Clause */
/* In: what tables say of a device and the caches. Out: one answer. */
#include "platform/coherence.h"

#include "mem/log.h"

const char *coherence_suffix(enum coherence coherence)
{
	static const char *const suffixes[] = {"", ", coherent", ", not coherent"};

	return suffixes[coherence];
}

void coherence_add(enum coherence *known, enum coherence said, const char *name, const char *source)
{
	if (*known == COHERENCE_NOT_STATED)
		*known = said;
	else if (said != COHERENCE_NOT_STATED && said != *known)
		log_info("machine", "%s: %s says otherwise than before%s: what was before stands",
			name, source, coherence_suffix(*known));
}
