/* SPDX-License-Identifier: BSD-2-Clause */
/* In: times. Out: their order, and lines of figures. */
#include "gpu/samples.h"

#include "mem/log.h"

#define NS_A_SECOND 1000000000ull

void samples_add(struct samples *samples, uint64_t ns)
{
	if (samples->count < SAMPLES_MAX)
		samples->ns[samples->count++] = ns;
}

/* By insertion: they are few, and nobody waits. */
static void sort(struct samples *s)
{
	for (unsigned i = 1; i < s->count; i++) {
		uint64_t ns = s->ns[i];
		unsigned at = i;

		for (; at && s->ns[at - 1] > ns; at--)
			s->ns[at] = s->ns[at - 1];
		s->ns[at] = ns;
	}
}

uint64_t samples_percentile(struct samples *samples, unsigned percent)
{
	unsigned rank = (samples->count * percent + 99) / 100;

	if (!samples->count)
		return 0;
	sort(samples);
	return samples->ns[rank - 1];
}

uint64_t samples_rate(uint64_t amount, uint64_t ns)
{
	if (!ns)
		return 0;
	/* 18 GB in one time do not overflow the product. */
	return amount * NS_A_SECOND / ns;
}

void metric(
	const char *subject, const char *name, const char *kind, uint64_t value, const char *unit)
{
	log_line("# metric %s.%s.%s %lu %s", subject, name, kind, value, unit);
}

void samples_metrics(struct samples *samples, const char *subject, const char *name)
{
	metric(subject, name, "median", samples_percentile(samples, 50), "ns");
	metric(subject, name, "p99", samples_percentile(samples, 99), "ns");
	metric(subject, name, "count", samples->count, "times");
}
