/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a device that may have something to say. Out: interrupts, that come, do not, or come for
 * nothing, by a GICv2 whose registers read as the stream says. */
#include <string.h>

#include "platform/gic_regs.h"
#include "platform/irq.h"
#include "platform/pci.h"
#include "tests/fuzz/device_parts.h"

#define GICD_BASE 0x8000000u
#define GICC_BASE 0x8010000u
#define V2M_BASE  0x8020000u
#define GIC_SIZE  0x30000u

#define NONE     1023u
#define MESSAGES 64u /* SPIs from here on */
#define LINES    2u /* GICD_TYPER: 96 of them */

#define MSIX_ENTRY 16u
#define MSIX_DATA  8u
#define MSIX_ON    0x80u /* in the upper byte of the control word */
#define MSIX_COUNT 2u

void device_describe_irq(const struct device *d, struct machine *machine)
{
	struct irq_tables *t = &machine->irq;

	t->gic.distributor = GICD_BASE;
	t->gic.cpu_interface = GICC_BASE;
	t->gic.frames[0] = (struct irq_frame){.base = V2M_BASE};
	t->gic.frame_count = 1;
	t->routes[0] = (struct irq_route){
		.device = DEVFN >> 3, .device_mask = 31, .pin = 1, .line = {.number = DEVICE_LINE}};
	t->route_count = device_is_pci(d);
}

bool device_irq_owns(uint64_t address)
{
	return address - GICD_BASE < GIC_SIZE;
}

/* The message of the table's entry `vector`; NONE when it is masked or not there. */
static uint32_t message(const struct device *d, uint16_t vector)
{
	uint32_t entry[MSIX_ENTRY / 4];

	if (vector >= MSIX_COUNT)
		return NONE;
	memcpy(entry, d->msix + MSIX_ENTRY * vector, sizeof(entry));
	return entry[3] & 1 ? NONE : entry[MSIX_DATA / 4];
}

/* The interrupt that is raised. A message is sent once; a line stands until it is acknowledged. */
static uint32_t raised(struct device *d)
{
	uint8_t why = (uint8_t)d->interrupt & 3;

	if (!why)
		return NONE;
	if (!(d->pci_config[MSIX_CAP + 3] & MSIX_ON))
		return DEVICE_LINE;
	d->interrupt &= why & 1 ? ~1u : ~2u;
	return message(d, why & 1 ? d->queue_vector : d->config_vector);
}

uint64_t device_irq_read(struct device *d, uint64_t address)
{
	uint64_t value = 0;

	switch (address) {
	case GICD_BASE + GICD_TYPER: value = LINES; break;
	case GICD_BASE + GICD_ITARGETSR: value = 1; break;
	case GICC_BASE + GICC_IAR: value = raised(d); break;
	case V2M_BASE + V2M_TYPER: value = MESSAGES << 16 | 4; break;
	default: break;
	}
	return device_say(d, value);
}

void device_irq_write(struct device *d, uint64_t address, uint32_t value)
{
	uint64_t set = address - GICD_BASE - GICD_ISENABLER;
	uint64_t clear = address - GICD_BASE - GICD_ICENABLER;

	if (set < sizeof(d->lines))
		d->lines[set / 4] |= value;
	else if (clear < sizeof(d->lines))
		d->lines[clear / 4] &= ~value;
}

bool device_irq_enabled(const struct device *d)
{
	uint32_t any = 0;

	for (unsigned i = 0; i < DEVICE_LINE_WORDS; i++)
		any |= d->lines[i];
	return any;
}

void device_let_in(struct device *d)
{
	unsigned count = (d->interrupt & 3) != 0;

	switch (stream_byte(&d->stream) & 15) {
	case 13: count = 0; break;
	case 14: count = 1; break;
	case 15: count = stream_byte(&d->stream); break;
	default: break;
	}
	while (count--)
		if (!irq_dispatch(0))
			return;
}
