/* SPDX-License-Identifier: BSD-2-Clause */
/* In: our headers, and the kernel's values as numbers. Out: an error where they differ (uapi.h). */
#include "uapi.h"

#include "gpu/protocol_3d.h"
#include "platform/pci.h"
#include "uapi_values.h"
#include "virtio/device.h"
#include "virtio/features.h"
#include "virtio/mmio.h"
#include "virtio/pci_regs.h"
#include "virtio/split_ring.h"

#define PASTE(what, line)  UAPI_##what##_##line
#define KERNEL(what, line) PASTE(what, line)

#define SAYS(what, ours, name) \
	_Static_assert((ours) == KERNEL(what, __LINE__), name ": the kernel's headers differ");

#define VALUE(ours, kernel)           SAYS(VALUE, ours, #ours)
#define SIZE(type, kernel)            SAYS(VALUE, sizeof(type), "sizeof " #type)
#define REGISTER(type, field, kernel) SAYS(VALUE, offsetof(type, field), #type "." #field)
#define FIELD(type, field, kernel, kernel_field)                          \
	SAYS(OFFSET, offsetof(type, field), #type "." #field " (offset)") \
	SAYS(SIZE, FIELD_SIZE(type, field), #type "." #field " (size)")

#include "uapi_list.h"
