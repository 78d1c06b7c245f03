/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In: the kernel's headers. Out: nothing that runs. Its assembly carries a line for each value of
 * uapi_list.h, from which the Makefile writes uapi_values.h (uapi.h says why).
 */
#include "uapi.h"

#include <linux/pci_regs.h>
#include <linux/virtio_config.h>
#include <linux/virtio_gpu.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_mmio.h>
#include <linux/virtio_pci.h>
#include <linux/virtio_ring.h>

#define EMIT(what, value)                              \
	__asm__ volatile("/* UAPI " what "_%c0 %c1 */" \
			 :                             \
			 : "i"(__LINE__), "i"((unsigned long)(value)));

#define VALUE(ours, kernel)    EMIT("VALUE", kernel)
#define SIZE(type, kernel)     EMIT("VALUE", sizeof(kernel))
#define REGISTER(t, f, kernel) EMIT("VALUE", kernel)
#define FIELD(t, f, kernel, kernel_field)              \
	EMIT("OFFSET", offsetof(kernel, kernel_field)) \
	EMIT("SIZE", sizeof(((kernel *)0)->kernel_field))

void uapi_values(void);

void uapi_values(void)
{
#include "uapi_list.h"
}
