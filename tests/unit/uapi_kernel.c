/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the kernel's headers alone. Out: its column of the list, and its split ring. */
#include "uapi.h"

#include <linux/pci_regs.h>
#include <linux/virtio_config.h>
#include <linux/virtio_gpu.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_mmio.h>
#include <linux/virtio_pci.h>
#include <linux/virtio_ring.h>

#define VALUE(ours, kernel) {#ours, (kernel)},
#define SIZE(type, kernel)  {"sizeof " #type, sizeof(kernel)},
#define FIELD(type, field, kernel, kernel_field)            \
	{#type "." #field, offsetof(kernel, kernel_field)}, \
		{"sizeof " #type "." #field, sizeof(((kernel *)0)->kernel_field)},
#define REGISTER(type, field, kernel) {#type "." #field, (kernel)},

const struct uapi_value uapi_kernel[] = {
#include "uapi_list.h"
};

const size_t uapi_kernel_count = sizeof(uapi_kernel) / sizeof(uapi_kernel[0]);

void uapi_kernel_layout(
	unsigned size, unsigned long align, size_t *avail, size_t *used, size_t *total)
{
	static char memory[2 << 20] __attribute__((aligned(65536)));
	struct vring ring;

	vring_init(&ring, size, memory, align);
	*avail = (size_t)((char *)ring.avail - memory);
	*used = (size_t)((char *)ring.used - memory);
	*total = vring_size(size, align);
}

int uapi_kernel_need_event(uint16_t event, uint16_t new, uint16_t old)
{
	return vring_need_event(event, new, old);
}
