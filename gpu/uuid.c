/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a resource. Out: the UUID that the device has for it, checked, on the log. */
#include "gpu/uuid.h"

#include "gpu/protocol_3d.h"
#include "mem/format.h"
#include "mem/log.h"
#include "mem/string.h"
#include "mem/tap.h"

#define COMMAND   "RESOURCE_ASSIGN_UUID"
#define TEXT_SIZE 40u /* 36 characters */

/* RFC 9562 §4: where variant and version are, and those that there are. */
#define VERSION_AT   6u
#define VERSION_LAST 8u
#define VARIANT_AT   8u
#define VARIANT      2u

enum status gpu_assign_uuid(struct gpu *gpu, uint32_t resource, uint8_t uuid[GPU_UUID_SIZE])
{
	struct virtio_gpu_resource_assign_uuid *r =
		gpu_request(gpu, VIRTIO_GPU_CMD_RESOURCE_ASSIGN_UUID, 0);
	const struct virtio_gpu_resp_resource_uuid *got;
	enum status status;

	r->resource_id = le32_of(resource);
	status = gpu_send(gpu);
	if (status != OK)
		return status;
	got = gpu_response(gpu, NULL);
	memcpy(uuid, got->uuid, GPU_UUID_SIZE);
	return OK;
}

const char *gpu_uuid_wrong(const uint8_t uuid[GPU_UUID_SIZE])
{
	static const uint8_t none[GPU_UUID_SIZE];
	unsigned version = uuid[VERSION_AT] >> 4;

	if (!memcmp(uuid, none, GPU_UUID_SIZE))
		return "all its bytes are 0";
	if (uuid[VARIANT_AT] >> 6 != VARIANT)
		return "its variant is not that of RFC 9562";
	if (!version || version > VERSION_LAST)
		return "RFC 9562 has no such version";
	return NULL;
}

static void describe(const uint8_t uuid[GPU_UUID_SIZE], char text[TEXT_SIZE])
{
	text[0] = '\0';
	for (unsigned i = 0; i < GPU_UUID_SIZE; i++)
		format_append(text, TEXT_SIZE, "%s%02x",
			i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", uuid[i]);
}

/* Whether both answers are the same UUID. */
static bool judge(struct gpu *gpu, uint32_t resource, const uint8_t first[GPU_UUID_SIZE],
	const uint8_t second[GPU_UUID_SIZE])
{
	const char *wrong = gpu_uuid_wrong(first);
	char text[TEXT_SIZE], again[TEXT_SIZE];

	describe(first, text);
	describe(second, again);
	if (wrong)
		log_error(gpu->name, "resource %u: UUID %s: %s", resource, text, wrong);
	else if (memcmp(first, second, GPU_UUID_SIZE))
		log_error(gpu->name, "resource %u: UUID %s, and asked again %s", resource, text,
			again);
	else
		log_info(gpu->name, "resource %u: UUID %s", resource, text);
	return !wrong && !memcmp(first, second, GPU_UUID_SIZE);
}

enum status gpu_uuid_ask(struct gpu *gpu, uint32_t resource)
{
	uint8_t first[GPU_UUID_SIZE], second[GPU_UUID_SIZE];
	enum status status;

	if (!(gpu->dev->features & FEATURE(VIRTIO_GPU_F_RESOURCE_UUID)))
		return OK;
	status = gpu_assign_uuid(gpu, resource, first);
	if (status == OK)
		status = gpu_assign_uuid(gpu, resource, second);
	if (status == ERR_REFUSED)
		tap_skip(gpu->name, COMMAND, "the device refuses it");
	else if (status != OK)
		tap_fail(gpu->name, COMMAND, "%s", status_name(status));
	else if (judge(gpu, resource, first, second))
		tap_ok(gpu->name, "%s", COMMAND);
	else
		tap_skip(gpu->name, COMMAND, "the resource's UUID is not usable");
	return status == ERR_REFUSED ? OK : status;
}
