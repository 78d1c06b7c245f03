/* SPDX-License-Identifier: BSD-2-Clause */
/* In: accesses of an MSI-X table, of 32 bits each. Out: its words, and the order of those of one
 * entry. */
#include "fake_msix.h"

#include <string.h>

#include "mem/format.h"

#define TABLE 0x10001000u

static uint64_t table_read(void *context, uint64_t offset, unsigned width)
{
	struct fake_msix *msix = context;

	assert_int_equal(width, 4);
	return msix->words[offset / 4];
}

static void table_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
	struct fake_msix *msix = context;

	assert_int_equal(width, 4);
	msix->words[offset / 4] = (uint32_t)value;
	if (offset / 16 == 1)
		format_append(msix->order, sizeof(msix->order), "%lx=%lx ", offset % 16, value);
}

void fake_msix_init(struct fake_msix *msix)
{
	memset(msix, 0, sizeof(*msix));
	host_add_window(&(struct host_window){
		IO_MMIO, TABLE, FAKE_MSIX_SIZE, table_read, table_write, msix});
}

struct fake_function *fake_msix_add(
	struct fake_pci *m, struct fake_function *bridge, unsigned device, unsigned entries)
{
	struct fake_function *f = fake_pci_add(m, bridge, device, 0, 0x1af4, 0x1050);

	fake_pci_add_bar(f, 1, 0, FAKE_MSIX_SIZE, bridge ? 0 : TABLE);
	fake_pci_put(f, PCI_INTERRUPT_PIN, 1, 1);
	if (!entries)
		return f;
	fake_pci_add_capability(f, FAKE_MSIX_CAP, PCI_CAP_ID_MSIX, 0);
	fake_pci_put(f, FAKE_MSIX_CONTROL, 2, entries - 1);
	f->writable[FAKE_MSIX_CONTROL] = 0;
	f->writable[FAKE_MSIX_CONTROL + 1] = 0xc0;
	fake_pci_put(f, FAKE_MSIX_CAP + 4, 4, 1);
	fake_pci_put(f, FAKE_MSIX_CAP + 8, 4, FAKE_MSIX_PENDING | 1);
	return f;
}
