/* SPDX-License-Identifier: BSD-2-Clause */
/* In: empty buffers. Out: bytes that look random and are the same in each run. */
#include "model_device.h"

static void answer(struct model *m, struct model_reply *reply)
{
	uint64_t state = 0x9e3779b97f4a7c15 * (m->requests + 1);

	for (uint32_t i = 0; i < reply->room; i++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		reply->data[i] = (uint8_t)(state >> 32);
	}
	reply->length = reply->room;
}

static void check_chain(struct model *m, const struct model_chain *chain)
{
	if (chain->readable_count)
		model_break(m, RULE_ENTROPY_READABLE, "%u buffers", chain->readable_count);
}

const struct model_type model_type_entropy = {
	.device_id = 4,
	.queue_count = 1,
	.answer = answer,
	.check_chain = check_chain,
};
