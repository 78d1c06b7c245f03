/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a device type and a transport. Out: a device in the host's windows; barriers and time. */
#include "model_device.h"

#include <string.h>

#include "barrier.h"

#define MAX_MODELS 4u

static struct model *models[MAX_MODELS];

static void each(void (*call)(struct model *m))
{
	for (unsigned i = 0; i < MAX_MODELS; i++)
		if (models[i])
			call(models[i]);
}

void dma_wmb(void)
{
	each(model_at_write_barrier);
}

void dma_rmb(void)
{
	each(model_at_read_barrier);
}

void dma_mb(void)
{
	each(model_at_full_barrier);
}

static void at_turn(void *context)
{
	(void)context;
	host_advance_us(MODEL_TURN_US);
	each(model_at_wait);
}

void model_open(struct model *m, enum model_transport transport, const struct model_type *type,
	struct model_memory *memory, struct machine *machine)
{
	unsigned at = 0;

	*m = (struct model){
		.transport = transport,
		.type = type,
		.memory = memory,
		.legacy = transport == MODEL_MMIO_LEGACY || transport == MODEL_PCI_LEGACY,
		.reset_polls = 2,
		.answers_awaited = true,
		.status = MODEL_ACKNOWLEDGE | MODEL_DRIVER, /* as some firmware left it */
	};
	for (unsigned i = 0; i < MODEL_QUEUES; i++) {
		m->queues[i].index = (uint16_t)i;
		m->queues[i].size_max = i < type->queue_count ? 64 : 0;
	}
	if (type->open)
		type->open(m);
	if (transport == MODEL_MMIO || transport == MODEL_MMIO_LEGACY)
		model_open_mmio(m, machine);
	else
		model_open_pci(m, machine);
	while (models[at])
		at++;
	assert_true(at < MAX_MODELS);
	models[at] = m;
	host_on_relax(at_turn, NULL);
}

void model_close(struct model *m)
{
	for (unsigned i = 0; i < MAX_MODELS; i++)
		if (models[i] == m)
			models[i] = NULL;
	if (m->type->close)
		m->type->close(m);
	if (m->pci)
		model_close_pci(m);
}
