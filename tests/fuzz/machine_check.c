/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a machine that a parser filled. Out: the properties that its users count on. */
#include "tests/fuzz/machine_check.h"

#include "tests/fuzz/fuzz.h"

#define ECAM_BUS_SIZE 0x100000u

static void check_uarts(const struct machine *m)
{
	fuzz_check(m->uart_count <= MACHINE_MAX_UARTS);
	for (unsigned i = 0; i < m->uart_count; i++) {
		const struct uart_location *uart = &m->uarts[i];

		fuzz_check(uart->base);
		fuzz_check(uart->type == UART_PL011 || uart->type == UART_16550);
		fuzz_check(is_power_of_two(uart->register_width) && uart->register_width <= 4);
		fuzz_check(uart->register_shift <= 4);
		fuzz_check_text(uart->source, SOURCE_SIZE);
		for (unsigned k = 0; k < i; k++)
			fuzz_check(
				m->uarts[k].base != uart->base || m->uarts[k].space != uart->space);
	}
}

static void check_virtio_mmio(const struct machine *m)
{
	fuzz_check(m->virtio_mmio_count <= MACHINE_MAX_VIRTIO_MMIO);
	for (unsigned i = 0; i < m->virtio_mmio_count; i++) {
		const struct virtio_mmio_location *window = &m->virtio_mmio[i];

		fuzz_check(window->size >= 0x100 && window->base % 4 == 0);
		fuzz_check(window->base + (window->size - 1) >= window->base);
		fuzz_check(window->coherence <= COHERENCE_NO);
		fuzz_check_text(window->source, SOURCE_SIZE);
		for (unsigned k = 0; k < i; k++)
			fuzz_check(!ranges_overlap(window->base, window->size,
				m->virtio_mmio[k].base, m->virtio_mmio[k].size));
	}
}

static void check_apertures(const struct pci_host *host)
{
	fuzz_check(host->aperture_count <= PCI_MAX_APERTURES);
	for (unsigned i = 0; i < host->aperture_count; i++) {
		const struct pci_aperture *a = &host->apertures[i];

		fuzz_check(a->size);
		fuzz_check(a->bus_base + (a->size - 1) >= a->bus_base);
		fuzz_check(a->cpu_base + (a->size - 1) >= a->cpu_base);
		for (unsigned k = 0; k < i; k++)
			fuzz_check(host->apertures[k].space != a->space ||
				   !ranges_overlap(a->bus_base, a->size,
					   host->apertures[k].bus_base, host->apertures[k].size));
	}
}

static uint64_t ecam_size(const struct pci_host *host)
{
	return (1u + host->bus_last - host->bus_first) * (uint64_t)ECAM_BUS_SIZE;
}

/* A window is of one bridge. */
static void check_ecam(const struct machine *m, unsigned number)
{
	const struct pci_host *host = &m->pci_hosts[number];

	for (unsigned k = 0; host->access == PCI_ACCESS_ECAM && k < number; k++) {
		const struct pci_host *other = &m->pci_hosts[k];

		fuzz_check(other->access != PCI_ACCESS_ECAM ||
			   !ranges_overlap(host->ecam_base, ecam_size(host), other->ecam_base,
				   ecam_size(other)));
	}
}

static void check_pci_hosts(const struct machine *m)
{
	fuzz_check(m->pci_host_count <= MACHINE_MAX_PCI_HOSTS);
	for (unsigned i = 0; i < m->pci_host_count; i++) {
		const struct pci_host *host = &m->pci_hosts[i];

		fuzz_check(host->bus_first <= host->bus_last);
		fuzz_check(host->coherence <= COHERENCE_NO);
		if (host->access == PCI_ACCESS_ECAM) {
			fuzz_check(host->ecam_base && host->ecam_base % ECAM_BUS_SIZE == 0);
			fuzz_check(host->ecam_base + (ecam_size(host) - 1) >= host->ecam_base);
		} else {
			fuzz_check(!host->segment);
		}
		check_apertures(host);
		check_ecam(m, i);
		fuzz_check_text(host->source, SOURCE_SIZE);
		for (unsigned k = 0; k < i; k++)
			fuzz_check(m->pci_hosts[k].segment != host->segment ||
				   m->pci_hosts[k].bus_first > host->bus_last ||
				   m->pci_hosts[k].bus_last < host->bus_first);
	}
}

static void check_irq(const struct irq_tables *t)
{
	fuzz_check(t->gic.redistributor_count <= IRQ_MAX_REDISTRIBUTORS);
	fuzz_check(t->gic.its_count <= IRQ_MAX_ITS && t->gic.frame_count <= IRQ_MAX_FRAMES);
	fuzz_check(t->apic.io_count <= IRQ_MAX_IO_APICS);
	fuzz_check(t->apic.override_count <= IRQ_MAX_OVERRIDES);
	fuzz_check(t->route_count <= IRQ_MAX_ROUTES && t->map_count <= IRQ_MAX_MAPS);
	for (unsigned i = 0; i < t->route_count; i++) {
		const struct irq_route *r = &t->routes[i];

		fuzz_check(r->pin >= 1 && r->pin <= 4 && r->device < 32);
	}
	for (unsigned i = 0; i < t->map_count; i++)
		fuzz_check(t->maps[i].count &&
			   t->maps[i].device + t->maps[i].count >= t->maps[i].device);
}

void machine_check(const struct machine *m)
{
	const struct uart_location *uart = machine_choose_uart(m);

	check_uarts(m);
	check_virtio_mmio(m);
	check_pci_hosts(m);
	check_irq(&m->irq);
	fuzz_check(m->pci_segment_count <= MACHINE_MAX_PCI_HOSTS);
	fuzz_check(m->psci <= PSCI_HVC);
	fuzz_check(uart ? uart >= m->uarts && uart < m->uarts + m->uart_count : !m->uart_count);
	machine_log(m);
}

void machine_check_same(const struct machine *a, const struct machine *b)
{
	fuzz_check(a->uart_count == b->uart_count);
	fuzz_check(a->virtio_mmio_count == b->virtio_mmio_count);
	fuzz_check(a->pci_host_count == b->pci_host_count);
	fuzz_check(a->cpu_count == b->cpu_count);
	fuzz_check(a->gic_version == b->gic_version);
	fuzz_check(a->psci == b->psci);
	fuzz_check(a->pci_segment_count == b->pci_segment_count);
	fuzz_check(a->irq.route_count == b->irq.route_count);
	fuzz_check(a->irq.map_count == b->irq.map_count);
}
