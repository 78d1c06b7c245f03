/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the name of a fault. Out: a device that is driven with it. */
#include "mem/log.h"
#include "tests/qtest/bench.h"

static const char *const transport_words[] = {"mmio-legacy", "mmio", "pci"};

enum status fault_list(struct bench *b, const struct words *w)
{
	(void)b;
	(void)w;
	for (const struct fault *f = faults; f->name; f++)
		for (unsigned i = 0; i < ARRAY_SIZE(transport_words); i++)
			if (f->transports & 1u << i)
				log_info("qtest", "fault %s %u %s", f->name, f->mistake,
					transport_words[i]);
	return OK;
}

enum status fault_on(struct bench *b, const struct words *w)
{
	struct virtio_device *dev = bench_find_device(b, w, 1);
	const struct fault *fault = fault_find(w->word[2]);

	if (!dev || !fault || b->fault.fault) {
		log_error("qtest", "no such device or fault, or there is one on already");
		return ERR_NOT_FOUND;
	}
	return fault_install(&b->fault, fault, (uint32_t)words_number(w, 3), dev);
}
