/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the value of features=. Out: features that are accepted beside the usual ones, or not. */
#include "efi/options_table.h"

#include "gpu/protocol.h"
#include "mem/string.h"
#include "virtio/features.h"

#define TYPE_FEATURES 0xffffffull /* bits 0 to 23 belong to the device type (§2.2) */

/* Those that this driver can be with or without. RING_PACKED is ring=. */
static const char *const feature_names[] = {
	"edid", "indirect_desc", "event_idx", "in_order", "notification_data", "ring_reset", NULL};
static const uint64_t feature_bits[] = {
	FEATURE(VIRTIO_GPU_F_EDID),
	FEATURE(VIRTIO_F_INDIRECT_DESC),
	FEATURE(VIRTIO_F_EVENT_IDX),
	FEATURE(VIRTIO_F_IN_ORDER),
	FEATURE(VIRTIO_F_NOTIFICATION_DATA),
	FEATURE(VIRTIO_F_RING_RESET),
};

_Static_assert(ARRAY_SIZE(feature_bits) + 1 == ARRAY_SIZE(feature_names), "a name each");

/* One `+name` or `-name` off the front of `*at`, and the comma behind it. */
static enum status take_feature(
	const struct option_word *word, const char **at, uint64_t *on, uint64_t *off)
{
	char sign = **at;
	const char *name = *at + 1;
	size_t length = 0;
	unsigned choice;
	enum status status;

	if (sign != '+' && sign != '-')
		return option_refuse(word, "+NAME or -NAME is expected at `%s`", *at);
	while (name[length] && name[length] != ',')
		length++;
	status = option_choose(word, "feature", name, length, feature_names, &choice);
	if (status != OK)
		return status;
	*(sign == '+' ? on : off) |= feature_bits[choice];
	*(sign == '+' ? off : on) &= ~feature_bits[choice];
	*at = name + length;
	if (!**at)
		return OK;
	(*at)++;
	return **at ? OK : option_refuse(word, "a feature is missing behind the last comma");
}

enum status option_set_features(
	struct options *options, const struct option_word *word, const struct option *option)
{
	const char *at = word->value;
	uint64_t on = 0, off = 0;
	enum status status = OK;

	if (!strcmp(word->value, option->names[0]))
		at = "";
	while (status == OK && *at)
		status = take_feature(word, &at, &on, &off);
	if (status != OK)
		return status;
	options->features_on = on;
	options->features_off = off;
	return OK;
}

uint64_t options_features(const struct options *options, bool gpu, uint64_t usual)
{
	uint64_t wanted = (usual | options->features_on) & ~options->features_off;

	if (options->packed)
		wanted |= FEATURE(VIRTIO_F_RING_PACKED);
	return gpu ? wanted : wanted & ~TYPE_FEATURES;
}
