/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a feature word. Out: its bits by name. */
#include "virtio/features.h"

#include "mem/format.h"
#include "virtio/device.h"

static const char *const transport_names[64] = {
	[VIRTIO_F_NOTIFY_ON_EMPTY] = "NOTIFY_ON_EMPTY",
	[VIRTIO_F_ANY_LAYOUT] = "ANY_LAYOUT",
	[VIRTIO_F_INDIRECT_DESC] = "INDIRECT_DESC",
	[VIRTIO_F_EVENT_IDX] = "EVENT_IDX",
	[VIRTIO_F_VERSION_1] = "VERSION_1",
	[VIRTIO_F_ACCESS_PLATFORM] = "ACCESS_PLATFORM",
	[VIRTIO_F_RING_PACKED] = "RING_PACKED",
	[VIRTIO_F_IN_ORDER] = "IN_ORDER",
	[VIRTIO_F_ORDER_PLATFORM] = "ORDER_PLATFORM",
	[VIRTIO_F_SR_IOV] = "SR_IOV",
	[VIRTIO_F_NOTIFICATION_DATA] = "NOTIFICATION_DATA",
	[VIRTIO_F_NOTIF_CONFIG_DATA] = "NOTIF_CONFIG_DATA",
	[VIRTIO_F_RING_RESET] = "RING_RESET",
	[VIRTIO_F_ADMIN_VQ] = "ADMIN_VQ",
	[VIRTIO_F_SUSPEND] = "SUSPEND",
};

/* virtio 1.3 §5.7.3; the last one: 1.4 */
static const char *const gpu_names[] = {
	"VIRGL",
	"EDID",
	"RESOURCE_UUID",
	"RESOURCE_BLOB",
	"CONTEXT_INIT",
	"BLOB_ALIGNMENT",
};

static const struct {
	uint32_t device_id;
	unsigned bit;
	unsigned needs;
} requirements[] = {
	{VIRTIO_ID_GPU, 4, 0}, /* CONTEXT_INIT: VIRGL */
	{VIRTIO_ID_GPU, 5, 3}, /* BLOB_ALIGNMENT: RESOURCE_BLOB */
};

static const char *name_of(unsigned bit, uint32_t device_id)
{
	if (device_id == VIRTIO_ID_GPU && bit < ARRAY_SIZE(gpu_names))
		return gpu_names[bit];
	return transport_names[bit];
}

void features_describe(uint64_t features, uint32_t device_id, char text[FEATURES_TEXT_SIZE])
{
	const char *separator = "";

	text[0] = '\0';
	for (unsigned bit = 0; bit < 64; bit++) {
		const char *name = name_of(bit, device_id);

		if (!(features & FEATURE(bit)))
			continue;
		if (name)
			format_append(text, FEATURES_TEXT_SIZE, "%s%s", separator, name);
		else
			format_append(text, FEATURES_TEXT_SIZE, "%s%u", separator, bit);
		separator = " ";
	}
	if (!features)
		format(text, FEATURES_TEXT_SIZE, "none");
}

uint64_t features_with_requirements(uint64_t features, uint32_t device_id)
{
	for (unsigned i = 0; i < ARRAY_SIZE(requirements); i++)
		if (device_id == requirements[i].device_id &&
			!(features & FEATURE(requirements[i].needs)))
			features &= ~FEATURE(requirements[i].bit);
	return features;
}
