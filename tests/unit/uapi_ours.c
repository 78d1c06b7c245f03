/* SPDX-License-Identifier: BSD-2-Clause */
/* In: our headers alone. Out: our column of the list. */
#include "uapi.h"

#include "gpu/protocol.h"
#include "platform/pci.h"
#include "virtio/device.h"
#include "virtio/features.h"
#include "virtio/mmio.h"
#include "virtio/pci_regs.h"
#include "virtio/split_ring.h"

#define VALUE(ours, kernel) {#ours, (ours)},
#define SIZE(type, kernel)  {"sizeof " #type, sizeof(type)},
#define FIELD(type, field, kernel, kernel_field)   \
	{#type "." #field, offsetof(type, field)}, \
		{"sizeof " #type "." #field, FIELD_SIZE(type, field)},
#define REGISTER(type, field, kernel) {#type "." #field, offsetof(type, field)},

const struct uapi_value uapi_ours[] = {
#include "uapi_list.h"
};

const size_t uapi_ours_count = ARRAY_SIZE(uapi_ours);
