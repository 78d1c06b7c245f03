/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In: what single tables say. Out: one description of the machine, in which a thing that several
 * tables name stands once.
 */
#include "platform/machine.h"

#include "mem/log.h"

#define ECAM_BUS_SIZE       0x100000u /* PCI Express 6.0 §7.2.2: 4 KiB for each of 256 functions */
#define VIRTIO_MMIO_LEAST   0x100u /* virtio 1.3 §4.2.2 */
#define UART_16550_MAX_STEP 4u /* as a shift; the widest register distance seen is 16 bytes */

static const char subject[] = "machine";

static const char *space_name(enum io_space space)
{
	return space == IO_PORT ? "port" : "mmio";
}

static const char *uart_type_name(enum uart_type type)
{
	return type == UART_PL011 ? "pl011" : "16550";
}

static bool uart_layout_valid(const struct uart_location *uart)
{
	if (uart->type == UART_PL011)
		return uart->space == IO_MMIO;
	return is_power_of_two(uart->register_width) && uart->register_width <= 4 &&
	       uart->register_shift <= UART_16550_MAX_STEP &&
	       uart->register_width <= 1u << uart->register_shift;
}

static struct uart_location *find_uart(struct machine *m, enum io_space space, uint64_t base)
{
	for (unsigned i = 0; i < m->uart_count; i++)
		if (m->uarts[i].space == space && m->uarts[i].base == base)
			return &m->uarts[i];
	return NULL;
}

static void merge_uart(struct uart_location *known, const struct uart_location *uart)
{
	known->console |= uart->console;
	known->debug_port |= uart->debug_port;
	if (!known->baud)
		known->baud = uart->baud;
	if (!known->clock_hz)
		known->clock_hz = uart->clock_hz;
	if (known->type != uart->type)
		log_info(subject, "uart 0x%lx: %s from %s stands, not %s from %s", known->base,
			uart_type_name(known->type), known->source, uart_type_name(uart->type),
			uart->source);
	else
		log_debug(subject, "uart 0x%lx: named by %s and by %s", known->base, known->source,
			uart->source);
}

enum status machine_add_uart(struct machine *m, const struct uart_location *uart)
{
	struct uart_location *known;

	if (!uart->base || !uart_layout_valid(uart)) {
		log_error(subject, "uart 0x%lx from %s: refused (%s %s, width %u, shift %u)",
			uart->base, uart->source, uart_type_name(uart->type),
			space_name(uart->space), uart->register_width, uart->register_shift);
		return ERR_RANGE;
	}
	known = find_uart(m, uart->space, uart->base);
	if (known) {
		merge_uart(known, uart);
		return OK;
	}
	if (m->uart_count == MACHINE_MAX_UARTS) {
		log_error(subject, "uart 0x%lx from %s: no room (%u are known)", uart->base,
			uart->source, m->uart_count);
		return ERR_NO_MEMORY;
	}
	m->uarts[m->uart_count++] = *uart;
	log_debug(subject, "uart 0x%lx: %s %s from %s", uart->base, uart_type_name(uart->type),
		space_name(uart->space), uart->source);
	return OK;
}

static enum status check_virtio_mmio(const struct virtio_mmio_location *window)
{
	const char *wrong = NULL;

	if (window->size < VIRTIO_MMIO_LEAST)
		wrong = "smaller than 0x100";
	else if (window->base % 4)
		wrong = "not a multiple of 4";
	else if (window->base + (window->size - 1) < window->base)
		wrong = "wraps around";
	if (!wrong)
		return OK;
	log_error(subject, "virtio-mmio@%lx from %s: refused (0x%lx bytes: %s)", window->base,
		window->source, window->size, wrong);
	return ERR_RANGE;
}

enum status machine_add_virtio_mmio(struct machine *m, const struct virtio_mmio_location *window)
{
	enum status status = check_virtio_mmio(window);

	if (status != OK)
		return status;
	for (unsigned i = 0; i < m->virtio_mmio_count; i++) {
		struct virtio_mmio_location *known = &m->virtio_mmio[i];

		if (!ranges_overlap(known->base, known->size, window->base, window->size))
			continue;
		if (known->base != window->base) {
			log_error(subject,
				"virtio-mmio@%lx from %s: refused (overlaps virtio-mmio@%lx from "
				"%s)",
				window->base, window->source, known->base, known->source);
			return ERR_RANGE;
		}
		if (!known->interrupt) {
			known->interrupt = window->interrupt;
			known->interrupt_edge = window->interrupt_edge;
		}
		log_debug(subject, "virtio-mmio@%lx: named by %s and by %s", known->base,
			known->source, window->source);
		coherence_add(&known->coherence, window->coherence, known->source, window->source);
		return OK;
	}
	if (m->virtio_mmio_count == MACHINE_MAX_VIRTIO_MMIO) {
		log_error(subject, "virtio-mmio@%lx from %s: no room (%u are known)", window->base,
			window->source, m->virtio_mmio_count);
		return ERR_NO_MEMORY;
	}
	m->virtio_mmio[m->virtio_mmio_count++] = *window;
	log_debug(subject, "virtio-mmio@%lx: 0x%lx bytes, interrupt %u, from %s", window->base,
		window->size, window->interrupt, window->source);
	return OK;
}

enum status pci_host_add_aperture(struct pci_host *host, const struct pci_aperture *aperture)
{
	uint64_t last = aperture->size - 1;
	const char *kind = aperture->space == PCI_SPACE_IO ? "I/O" : "memory";

	if (!aperture->size || aperture->bus_base + last < aperture->bus_base ||
		aperture->cpu_base + last < aperture->cpu_base) {
		log_error(subject,
			"pci %04x:%02x: %s aperture 0x%lx refused (0x%lx bytes at 0x%lx)",
			host->segment, host->bus_first, kind, aperture->bus_base, aperture->size,
			aperture->cpu_base);
		return ERR_RANGE;
	}
	for (unsigned i = 0; i < host->aperture_count; i++) {
		const struct pci_aperture *known = &host->apertures[i];

		if (known->space != aperture->space || !ranges_overlap(known->bus_base, known->size,
							       aperture->bus_base, aperture->size))
			continue;
		log_debug(subject, "pci %04x:%02x: %s aperture 0x%lx is in 0x%lx (0x%lx bytes)",
			host->segment, host->bus_first, kind, aperture->bus_base, known->bus_base,
			known->size);
		return OK;
	}
	if (host->aperture_count == PCI_MAX_APERTURES) {
		log_error(subject, "pci %04x:%02x: no room for %s aperture 0x%lx (%u are known)",
			host->segment, host->bus_first, kind, aperture->bus_base,
			host->aperture_count);
		return ERR_NO_MEMORY;
	}
	host->apertures[host->aperture_count++] = *aperture;
	return OK;
}

static uint64_t ecam_size(const struct pci_host *host)
{
	return (uint64_t)ECAM_BUS_SIZE * (1u + host->bus_last - host->bus_first);
}

static enum status check_pci_host(const struct pci_host *host)
{
	const char *wrong = NULL;

	if (host->bus_first > host->bus_last)
		wrong = "the last bus comes before the first";
	else if (host->access == PCI_ACCESS_PORTS)
		wrong = host->segment ? "ports reach segment 0 only" : NULL;
	else if (!host->ecam_base || host->ecam_base % ECAM_BUS_SIZE)
		wrong = "the ECAM is not on a bus boundary";
	else if (host->ecam_base + (ecam_size(host) - 1) < host->ecam_base)
		wrong = "the ECAM wraps around";
	if (!wrong)
		return OK;
	log_error(subject, "pci %04x:%02x-%02x from %s: refused (%s, ECAM 0x%lx)", host->segment,
		host->bus_first, host->bus_last, host->source, wrong, host->ecam_base);
	return ERR_RANGE;
}

static bool is_one_bridge(const struct pci_host *a, const struct pci_host *b)
{
	return a->segment == b->segment && a->bus_first <= b->bus_last &&
	       b->bus_first <= a->bus_last;
}

/* Other buses in the same window: each function there would be two. */
static enum status check_ecam(const struct machine *m, const struct pci_host *host)
{
	for (unsigned i = 0; i < m->pci_host_count; i++) {
		const struct pci_host *known = &m->pci_hosts[i];

		if (is_one_bridge(known, host) || known->access != PCI_ACCESS_ECAM ||
			host->access != PCI_ACCESS_ECAM ||
			!ranges_overlap(known->ecam_base, ecam_size(known), host->ecam_base,
				ecam_size(host)))
			continue;
		log_error(subject,
			"pci %04x:%02x-%02x from %s: refused (ECAM 0x%lx is that of "
			"%04x:%02x-%02x)",
			host->segment, host->bus_first, host->bus_last, host->source,
			host->ecam_base, known->segment, known->bus_first, known->bus_last);
		return ERR_RANGE;
	}
	return OK;
}

/* Reaches the known bridge's buses by the ECAM of `host` from now on, if that has them all. */
static void take_over_ecam(
	const struct machine *m, struct pci_host *known, const struct pci_host *host)
{
	struct pci_host part = *known;

	if (known->bus_first < host->bus_first || known->bus_last > host->bus_last)
		return;
	part.access = PCI_ACCESS_ECAM;
	part.ecam_base = host->ecam_base +
			 (uint64_t)ECAM_BUS_SIZE * (unsigned)(known->bus_first - host->bus_first);
	if (check_ecam(m, &part) != OK)
		return;
	*known = part;
	log_info(subject, "pci %04x:%02x-%02x: ECAM 0x%lx from %s instead of ports from %s",
		known->segment, known->bus_first, known->bus_last, known->ecam_base, host->source,
		known->source);
}

static void merge_pci_host(
	const struct machine *m, struct pci_host *known, const struct pci_host *host)
{
	log_debug(subject, "pci %04x:%02x-%02x: named by %s and by %s", known->segment,
		known->bus_first, known->bus_last, known->source, host->source);
	if (known->access == PCI_ACCESS_PORTS && host->access == PCI_ACCESS_ECAM)
		take_over_ecam(m, known, host);
	coherence_add(&known->coherence, host->coherence, known->source, host->source);
	for (unsigned i = 0; i < host->aperture_count; i++)
		if (pci_host_add_aperture(known, &host->apertures[i]) != OK)
			log_debug(subject, "pci %04x:%02x: aperture %u from %s is left out",
				known->segment, known->bus_first, i, host->source);
}

static enum status append_pci_host(struct machine *m, const struct pci_host *host)
{
	if (m->pci_host_count == MACHINE_MAX_PCI_HOSTS) {
		log_error(subject, "pci %04x:%02x-%02x from %s: no room (%u are known)",
			host->segment, host->bus_first, host->bus_last, host->source,
			m->pci_host_count);
		return ERR_NO_MEMORY;
	}
	m->pci_hosts[m->pci_host_count++] = *host;
	return OK;
}

enum status machine_add_pci_host(struct machine *m, const struct pci_host *host)
{
	enum status status = check_pci_host(host);
	bool found = false;

	if (status == OK)
		status = check_ecam(m, host);
	if (status != OK)
		return status;
	for (unsigned i = 0; i < m->pci_host_count; i++) {
		if (!is_one_bridge(&m->pci_hosts[i], host))
			continue;
		merge_pci_host(m, &m->pci_hosts[i], host);
		found = true;
	}
	if (found)
		return OK;
	status = append_pci_host(m, host);
	if (status == OK)
		log_debug(subject, "pci %04x:%02x-%02x: by %s, from %s", host->segment,
			host->bus_first, host->bus_last,
			host->access == PCI_ACCESS_ECAM ? "ECAM" : "ports", host->source);
	return status;
}

struct pci_host *machine_find_pci_host(struct machine *m, uint16_t segment, uint8_t bus)
{
	for (unsigned i = 0; i < m->pci_host_count; i++) {
		struct pci_host *host = &m->pci_hosts[i];

		if (host->segment == segment && host->bus_first <= bus && bus <= host->bus_last)
			return host;
	}
	return NULL;
}

enum status machine_add_pci_segment(
	struct machine *m, uint16_t segment, enum coherence coherence, const char *source)
{
	for (unsigned i = 0; i < m->pci_segment_count; i++) {
		if (m->pci_segments[i].segment != segment)
			continue;
		coherence_add(&m->pci_segments[i].coherence, coherence, "pci", source);
		return OK;
	}
	if (m->pci_segment_count == MACHINE_MAX_PCI_HOSTS) {
		log_error(subject, "pci segment %04x from %s: no room (%u are known)", segment,
			source, m->pci_segment_count);
		return ERR_NO_MEMORY;
	}
	m->pci_segments[m->pci_segment_count++] = (struct pci_segment){segment, coherence};
	return OK;
}

void machine_settle_pci_segments(struct machine *m)
{
	for (unsigned i = 0; i < m->pci_host_count; i++) {
		struct pci_host *host = &m->pci_hosts[i];

		for (unsigned k = 0; k < m->pci_segment_count; k++)
			if (m->pci_segments[k].segment == host->segment)
				coherence_add(&host->coherence, m->pci_segments[k].coherence,
					host->source, "the IORT");
	}
}

/* Cuts a bridge in front of `bus`, which becomes the first bus of another. */
static enum status cut_pci_host(
	struct machine *m, struct pci_host *host, uint8_t bus, const char *source)
{
	struct pci_host rest = *host;
	enum status status;

	rest.bus_first = bus;
	rest.aperture_count = 0;
	if (rest.access == PCI_ACCESS_ECAM)
		rest.ecam_base += (uint64_t)ECAM_BUS_SIZE * (bus - host->bus_first);
	status = append_pci_host(m, &rest);
	if (status != OK)
		return status;
	log_debug(subject, "pci %04x:%02x-%02x: split before bus %02x, as %s says", host->segment,
		host->bus_first, host->bus_last, bus, source);
	host->bus_last = (uint8_t)(bus - 1);
	return OK;
}

enum status machine_split_pci_host(
	struct machine *m, uint16_t segment, uint8_t first, uint8_t last, const char *source)
{
	struct pci_host *host = machine_find_pci_host(m, segment, first);
	enum status status = OK;

	if (!host || host->bus_last < last || first > last)
		return OK;
	if (host->bus_first < first) {
		status = cut_pci_host(m, host, first, source);
		host = machine_find_pci_host(m, segment, first);
	}
	if (status == OK && last < host->bus_last)
		status = cut_pci_host(m, host, (uint8_t)(last + 1), source);
	return status;
}

static unsigned uart_rank(const struct uart_location *uart)
{
	return uart->console ? 2 : uart->debug_port ? 1 : 0;
}

const struct uart_location *machine_choose_uart(const struct machine *m)
{
	static const char *const reason[] = {"the first found", "the debug port", "the console"};
	const struct uart_location *best = NULL;

	for (unsigned i = 0; i < m->uart_count; i++)
		if (!best || uart_rank(&m->uarts[i]) > uart_rank(best))
			best = &m->uarts[i];
	if (!best) {
		log_info(subject, "uart: no table names one");
		return NULL;
	}
	log_info(subject, "uart: %s %s 0x%lx from %s is chosen (%s)", uart_type_name(best->type),
		space_name(best->space), best->base, best->source, reason[uart_rank(best)]);
	for (unsigned i = 0; i < m->uart_count; i++)
		if (&m->uarts[i] != best)
			log_info(subject, "uart: %s %s 0x%lx from %s is passed over",
				uart_type_name(m->uarts[i].type), space_name(m->uarts[i].space),
				m->uarts[i].base, m->uarts[i].source);
	return best;
}

void machine_drop_uart(struct machine *m, const struct uart_location *uart)
{
	log_info(subject, "uart: %s 0x%lx from %s is not usable", space_name(uart->space),
		uart->base, uart->source);
	m->uart_count--;
	for (unsigned i = (unsigned)(uart - m->uarts); i < m->uart_count; i++)
		m->uarts[i] = m->uarts[i + 1];
}
