/* SPDX-License-Identifier: BSD-2-Clause */
/* In: what the machine has, in words instead of tables. Out: its virtio devices. */
#include <stdio.h>
#include <string.h>

#include "mem/log.h"
#include "mem/tap.h"
#include "tests/qtest/bench.h"
#include "tests/qtest/qtest.h"

#define TIMEOUT_US 5000000u

enum status machine_mmio(struct bench *b, const struct words *w)
{
	struct virtio_mmio_location l = {
		.base = words_number(w, 1), .size = words_number(w, 2), .source = "qtest"};
	enum status status = OK;

	for (uint64_t i = 0; status == OK && i < words_number(w, 3); i++, l.base += l.size)
		status = machine_add_virtio_mmio(&b->machine, &l);
	return status;
}

enum status machine_pci(struct bench *b, const struct words *w)
{
	struct pci_host host = {
		.access = words_number(w, 1) ? PCI_ACCESS_ECAM : PCI_ACCESS_PORTS,
		.bus_first = (uint8_t)words_number(w, 2),
		.bus_last = (uint8_t)words_number(w, 3),
		.ecam_base = words_number(w, 1),
		.source = "qtest",
	};

	return machine_add_pci_host(&b->machine, &host);
}

enum status machine_aperture(struct bench *b, const struct words *w)
{
	bool io = !strncmp(w->word[1], "io", 2);
	struct pci_aperture a = {
		.space = io ? PCI_SPACE_IO : PCI_SPACE_MEMORY,
		.prefetchable = !strcmp(w->word[1], "prefetch"),
		.bus_base = words_number(w, 2),
		.cpu_base = words_number(w, 3),
		.size = words_number(w, 4),
		.io_is_mmio = !strcmp(w->word[1], "io-mmio"),
	};

	if (!b->machine.pci_host_count)
		return ERR_NOT_FOUND;
	return pci_host_add_aperture(&b->machine.pci_hosts[b->machine.pci_host_count - 1], &a);
}

/* Whether the guest has at `address` what is mapped at `data`. */
static bool is_mapping_of(uint64_t address, const void *data)
{
	volatile uint64_t *word = (volatile uint64_t *)data;

	*word = ~address;
	return io_read(IO_MMIO, address, sizeof(*word)) == ~address;
}

enum status machine_memory(struct bench *b, const struct words *w)
{
	uint64_t address = words_number(w, 1), offset = words_number(w, 2);
	uint64_t size = words_number(w, 3);
	uint8_t *data = b->memory + offset;

	if (size < 8 || !range_inside(offset, size, b->memory_size))
		return ERR_RANGE;
	if (!is_mapping_of(address, data) || !is_mapping_of(address + size - 8, data + size - 8)) {
		log_error("qtest", "memory: 0x%lx is not at offset 0x%lx", address, offset);
		return ERR_NOT_FOUND;
	}
	return dma_pool_add(&b->dma, paddr_of(address), data, size);
}

enum status machine_timeout(struct bench *b, const struct words *w)
{
	struct virtio_device *dev = bench_find_device(b, w, 1);

	if (dev)
		dev->timeout_us = (uint32_t)words_number(w, 2) * 1000;
	return dev ? OK : ERR_NOT_FOUND;
}

/* QEMU does not let a GPU be pulled out; its BARs can be taken off the bus, which reads the same.
 */
enum status machine_unplug(struct bench *b, const struct words *w)
{
	struct virtio_device *dev = bench_find_device(b, w, 1);

	if (!dev || !dev->pci)
		return ERR_NOT_FOUND;
	pci_config_write(dev->pci, PCI_COMMAND, 2, 0);
	return OK;
}

static bool is_driven(uint32_t device_id)
{
	return device_id == VIRTIO_ID_ENTROPY || device_id == VIRTIO_ID_GPU;
}

static uint64_t reads_of_functions(const struct bench *b)
{
	uint64_t reads = 0;

	for (unsigned i = 0; i < b->pci.count; i++)
		reads += b->pci.devices[i].count.reads;
	return reads;
}

static uint64_t reads_of_devices(const struct bench *b)
{
	uint64_t reads = 0;

	for (unsigned i = 0; i < b->found.count; i++)
		reads += b->found.devices[i].count.reads;
	return reads;
}

enum status machine_find(struct bench *b, const struct words *w)
{
	enum status status = OK;
	uint64_t scanned;

	(void)w;
	qtest_count = (struct qtest_count){0};
	for (unsigned i = 0; status == OK && i < b->machine.pci_host_count; i++)
		status = pci_scan(&b->pci, &b->machine.pci_hosts[i]);
	if (status != OK)
		return status;
	log_info("qtest", "scan: %u functions, %lu reads, %lu where none is", b->pci.count,
		qtest_count.reads, qtest_count.reads - reads_of_functions(b));
	scanned = reads_of_functions(b);
	qtest_count = (struct qtest_count){0};
	virtio_find(&b->found, &b->machine, &b->pci, is_driven, &b->dma, TIMEOUT_US);
	log_info("qtest", "probe: %u windows, %u devices, %lu reads, %lu in empty windows",
		b->found.windows, b->found.count, qtest_count.reads,
		qtest_count.reads - reads_of_devices(b) - (reads_of_functions(b) - scanned));
	return b->found.refused ? ERR_REFUSED : OK;
}
