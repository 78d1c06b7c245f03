/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the kernel's headers alone. Out: its split ring, for test_uapi.c. */
#include "uapi.h"

#include <linux/virtio_ring.h>

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
