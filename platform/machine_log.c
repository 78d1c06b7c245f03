/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a machine. Out: its lines in the log. */
#include "mem/log.h"
#include "platform/machine.h"

static const char subject[] = "machine";

static void log_uart(const struct uart_location *uart)
{
	log_info(subject, "uart: %s at %s 0x%lx, width %u, shift %u%s%s (%s)",
		uart->type == UART_PL011 ? "pl011" : "16550",
		uart->space == IO_PORT ? "port" : "mmio", uart->base, uart->register_width,
		uart->register_shift, uart->console ? ", console" : "",
		uart->debug_port ? ", debug port" : "", uart->source);
}

static void log_aperture(const struct pci_host *host, const struct pci_aperture *aperture)
{
	log_info(subject, "pci %04x:%02x: %s%s 0x%lx-0x%lx at %s 0x%lx", host->segment,
		host->bus_first, aperture->space == PCI_SPACE_IO ? "I/O" : "memory",
		aperture->prefetchable ? " (prefetchable)" : "", aperture->bus_base,
		aperture->bus_base + (aperture->size - 1),
		aperture->space == PCI_SPACE_IO && !aperture->io_is_mmio ? "port" : "address",
		aperture->cpu_base);
}

static void log_pci_host(const struct pci_host *host)
{
	if (host->access == PCI_ACCESS_ECAM)
		log_info(subject, "pci %04x:%02x-%02x: ECAM 0x%lx%s (%s)", host->segment,
			host->bus_first, host->bus_last, host->ecam_base,
			coherence_suffix(host->coherence), host->source);
	else
		log_info(subject, "pci %04x:%02x-%02x: ports 0xcf8 and 0xcfc%s (%s)", host->segment,
			host->bus_first, host->bus_last, coherence_suffix(host->coherence),
			host->source);
	for (unsigned i = 0; i < host->aperture_count; i++)
		log_aperture(host, &host->apertures[i]);
}

/* Whether b is the slot right behind a: base, size, interrupt and caches go on. */
static bool follows(const struct virtio_mmio_location *a, const struct virtio_mmio_location *b)
{
	return b->base == a->base + a->size && b->size == a->size &&
	       b->interrupt == a->interrupt + 1 && b->coherence == a->coherence;
}

/* The window at `first` and those that follow it, in one line. Returns how many. */
static unsigned log_windows(const struct machine *m, unsigned first)
{
	const struct virtio_mmio_location *w = &m->virtio_mmio[first];
	unsigned count = 1;

	while (first + count < m->virtio_mmio_count && follows(&w[count - 1], &w[count]))
		count++;
	if (count == 1)
		log_info(subject, "virtio-mmio@%lx: 0x%lx bytes, interrupt %u%s (%s)", w->base,
			w->size, w->interrupt, coherence_suffix(w->coherence), w->source);
	else
		log_info(subject,
			"virtio-mmio@%lx to virtio-mmio@%lx: %u windows of 0x%lx bytes, interrupts "
			"%u to %u%s (%s and on)",
			w->base, w[count - 1].base, count, w->size, w->interrupt,
			w[count - 1].interrupt, coherence_suffix(w->coherence), w->source);
	return count;
}

void machine_log(const struct machine *m)
{
	static const char *const conduit[] = {"none", "smc", "hvc"};

	log_info(subject, "processors: %u, GIC version: %u, PSCI: %s (0: not stated)", m->cpu_count,
		m->gic_version, conduit[m->psci]);
	for (unsigned i = 0; i < m->uart_count; i++)
		log_uart(&m->uarts[i]);
	for (unsigned i = 0; i < m->pci_host_count; i++)
		log_pci_host(&m->pci_hosts[i]);
	for (unsigned i = 0; i < m->virtio_mmio_count;)
		i += log_windows(m, i);
	irq_tables_log(&m->irq);
	if (m->framebuffer.base)
		log_info(subject, "framebuffer: %ux%u at 0x%lx, 0x%lx bytes", m->framebuffer.width,
			m->framebuffer.height, m->framebuffer.base, m->framebuffer.size);
	if (!m->uart_count && !m->pci_host_count && !m->virtio_mmio_count)
		log_info(subject,
			"no table names a UART, a PCI host bridge or a virtio-mmio window");
}
