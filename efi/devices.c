/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a machine without firmware. Out: its devices found, and ready to be driven. */
#include "efi/devices.h"

#include "efi/firmware_screen.h"
#include "efi/own_memory.h"
#include "mem/tap.h"
#include "platform/mmu.h"
#include "virtio/entropy.h"

static bool is_driven(uint32_t device_id)
{
	return device_id == VIRTIO_ID_ENTROPY || device_id == VIRTIO_ID_GPU;
}

void devices_find(struct program *p)
{
	for (unsigned i = 0; i < p->machine.pci_host_count; i++) {
		const struct pci_host *host = &p->machine.pci_hosts[i];
		enum status status = pci_scan(&p->pci, host);

		if (status == OK)
			tap_ok("pci", "segment %u buses %u-%u scanned", host->segment,
				host->bus_first, host->bus_last);
		else
			tap_fail("pci", "scan", "segment %u buses %u-%u: %s", host->segment,
				host->bus_first, host->bus_last, status_name(status));
	}
	virtio_find(&p->devices, &p->machine, &p->pci, is_driven, &p->dma,
		p->options.timeout_ms * 1000);
	if (p->devices.refused)
		tap_fail("virtio", "devices", "%u could not be used", p->devices.refused);
	else
		tap_ok("virtio", "%u devices to drive", p->devices.count);
}

/* dma=auto: cached, unless a device that is driven does not look into caches. */
static bool choose_cached(const struct program *p, const char **why)
{
	const struct virtio_device *dev = virtio_find_not_coherent(&p->devices);

	*why = "dma=";
	if (p->options.dma != DMA_AUTO)
		return p->options.dma == DMA_CACHED;
	*why = dev ? dev->name : "no device is not coherent";
	if (dev && mmu_devices_are_coherent())
		*why = "every device of this architecture is coherent";
	return !dev || mmu_devices_are_coherent();
}

void devices_open_dma(struct program *p)
{
	const char *why;
	bool cached = choose_cached(p, &why);
	enum status status = own_memory_open_dma(&p->dma, cached);

	p->dma_is_open = status == OK;
	if (p->dma_is_open)
		tap_ok("platform", "DMA memory mapped %s (%s)", cached ? "cached" : "not cached",
			why);
	else
		tap_fail("platform", "DMA memory mapped", "%s (%s)", status_name(status), why);
	if (p->options.console == CONSOLE_ON)
		firmware_screen_open_console(p);
}

void devices_connect_interrupts(struct program *p)
{
	enum status status;

	if (p->options.irq == INTERRUPT_POLL)
		return;
	status = irq_open(&p->machine.irq, &p->dma);
	if (status == OK)
		tap_ok("platform", "interrupt controller open");
	else
		tap_fail("platform", "interrupt controller", "%s", status_name(status));
	for (unsigned i = 0; i < p->devices.count; i++)
		virtio_interrupt_open(
			&p->devices.devices[i], p->options.irq, &p->machine.irq, &p->pci);
}

void devices_disconnect_interrupts(struct program *p)
{
	for (unsigned i = 0; i < p->devices.count; i++) {
		virtio_interrupt_report(&p->devices.devices[i]);
		virtio_interrupt_close(&p->devices.devices[i]);
	}
	irq_close();
}

void devices_prove_queues(struct program *p)
{
	unsigned proven = 0;

	for (unsigned i = 0; i < p->devices.count; i++) {
		struct virtio_device *dev = &p->devices.devices[i];

		if (dev->device_id != VIRTIO_ID_ENTROPY)
			continue;
		tap_open(dev->name);
		tap_close(dev->name,
			entropy_prove(
				dev, options_features(&p->options, false, FEATURES_OF_QUEUES)),
			"entropy device");
		proven++;
	}
	if (!proven)
		tap_skip("virtio", "entropy", "there is no entropy device");
}

struct virtio_device *devices_find_entropy(struct program *p)
{
	for (unsigned i = 0; i < p->devices.count; i++)
		if (p->devices.devices[i].device_id == VIRTIO_ID_ENTROPY)
			return &p->devices.devices[i];
	return NULL;
}
