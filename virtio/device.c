/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a device behind a transport. Out: the same device negotiated, running, or safely reset. */
#include "virtio/device.h"

#include "mem/clock.h"
#include "mem/format.h"
#include "mem/log.h"
#include "mem/tap.h"
#include "virtio/snapshot.h"

#define STATUS_ALL_ONES  0xffu
#define CONFIG_MAX_WORDS 16u

static const char *const id_names[] = {
	[1] = "network device",
	[2] = "block device",
	[3] = "console device",
	[VIRTIO_ID_ENTROPY] = "entropy device",
	[5] = "memory balloon device (traditional)",
	[6] = "ioMemory device",
	[7] = "rpmsg device",
	[8] = "SCSI host device",
	[9] = "9P transport device",
	[10] = "mac80211 wlan device",
	[11] = "rproc serial device",
	[12] = "CAIF device",
	[13] = "memory balloon device",
	[VIRTIO_ID_GPU] = "GPU device",
	[17] = "timer/clock device",
	[18] = "input device",
	[19] = "socket device",
	[20] = "crypto device",
	[21] = "signal distribution device",
	[22] = "pstore device",
	[23] = "IOMMU device",
	[24] = "memory device",
	[25] = "sound device",
	[26] = "file system device",
	[27] = "PMEM device",
	[28] = "RPMB device",
	[30] = "video encoder device",
	[31] = "video decoder device",
	[32] = "SCMI device",
	[34] = "I2C adapter device",
	[36] = "CAN device",
	[38] = "parameter server device",
	[39] = "audio policy device",
	[40] = "Bluetooth device",
	[41] = "GPIO device",
	[42] = "RDMA device",
};

const char *virtio_id_name(uint32_t device_id)
{
	if (device_id < ARRAY_SIZE(id_names) && id_names[device_id])
		return id_names[device_id];
	return "unknown device type";
}

void virtio_describe_status(uint8_t status, char text[VIRTIO_STATUS_TEXT_SIZE])
{
	static const char *const names[8] = {"ACKNOWLEDGE", "DRIVER", "DRIVER_OK", "FEATURES_OK",
		"bit 4", "bit 5", "DEVICE_NEEDS_RESET", "FAILED"};
	const char *separator = "";

	text[0] = '\0';
	for (unsigned bit = 0; bit < 8; bit++) {
		if (!(status & 1u << bit))
			continue;
		format_append(text, VIRTIO_STATUS_TEXT_SIZE, "%s%s", separator, names[bit]);
		separator = " ";
	}
	if (!status)
		format(text, VIRTIO_STATUS_TEXT_SIZE, "reset");
}

/* What the device says that its status is; bits that are added later are added to that. */
static uint8_t read_status(struct virtio_device *dev)
{
	dev->status = dev->transport->read_status(dev);
	return dev->status;
}

/* §2.1.1: the driver must not clear a status bit. */
static void add_status(struct virtio_device *dev, uint8_t bits)
{
	dev->status |= bits;
	dev->transport->write_status(dev, dev->status);
}

/*
 * Writes 0 and polls until status reads 0: §2.4.2, and §4.1.4.3.2 for pci. Legacy devices are reset
 * when the write returns, and answer the first read with 0.
 */
static enum status reset_and_poll(struct virtio_device *dev)
{
	uint64_t start = clock_us();
	uint8_t status;

	dev->transport->write_status(dev, 0);
	for (;;) {
		status = read_status(dev);
		if (!status)
			return OK;
		if (status == STATUS_ALL_ONES)
			return ERR_GONE;
		if (clock_us() - start > dev->timeout_us)
			return ERR_TIMEOUT;
		log_poll();
		cpu_relax();
	}
}

static enum status report_reset(struct virtio_device *dev, enum status status)
{
	switch (status) {
	case OK: tap_ok(dev->name, "reset (step 1)"); break;
	case ERR_GONE:
		tap_fail(dev->name, "reset",
			"status reads 0xff: the device left the bus, or its "
			"registers are not decoded");
		break;
	default:
		tap_fail(dev->name, "reset", "status is still 0x%02x after %u ms",
			dev->transport->read_status(dev), dev->timeout_us / 1000);
	}
	return status;
}

enum status virtio_reset(struct virtio_device *dev)
{
	enum status status;

	dev->features = 0;
	dev->opened = NULL;
	dev->journal.next = 0;
	dev->interrupt.taken_at = 0;
	/* virtio 1.3 §3.1.1 step 1 */
	status = report_reset(dev, reset_and_poll(dev));
	if (status != OK)
		return virtio_post_mortem(dev, NULL, "reset", status);
	add_status(dev, VIRTIO_STATUS_ACKNOWLEDGE);
	tap_ok(dev->name, "ACKNOWLEDGE (step 2)");
	add_status(dev, VIRTIO_STATUS_DRIVER);
	tap_ok(dev->name, "DRIVER (step 3)");
	return OK;
}

static void log_features(struct virtio_device *dev, const char *what, uint64_t features)
{
	char text[FEATURES_TEXT_SIZE];

	features_describe(features, dev->device_id, text);
	log_info(dev->name, "features %s: 0x%lx (%s)", what, features, text);
}

/* Steps 5 and 6; a legacy device has neither. */
static enum status confirm_features(struct virtio_device *dev)
{
	uint8_t status;

	if (dev->transport->legacy) {
		tap_skip(dev->name, "FEATURES_OK", "a legacy device has none");
		return OK;
	}
	add_status(dev, VIRTIO_STATUS_FEATURES_OK);
	status = read_status(dev);
	if (status & VIRTIO_STATUS_FEATURES_OK && status != STATUS_ALL_ONES) {
		tap_ok(dev->name, "FEATURES_OK kept (steps 5 and 6)");
		return OK;
	}
	tap_fail(dev->name, "FEATURES_OK",
		"the device did not keep it: status is 0x%02x; features 0x%lx of 0x%lx accepted",
		status, dev->features, dev->offered);
	return virtio_post_mortem(
		dev, NULL, "FEATURES_OK", status == STATUS_ALL_ONES ? ERR_GONE : ERR_REFUSED);
}

enum status virtio_negotiate(struct virtio_device *dev, uint64_t wanted)
{
	/* virtio 1.3 §3.1.1 step 4 */
	dev->offered = dev->transport->read_features(dev);
	log_features(dev, "offered", dev->offered);
	/* §6.1: QEMU's virtio-mmio offers it, and has no register for it. */
	if (!dev->has_queue_reset)
		wanted &= ~FEATURE(VIRTIO_F_RING_RESET);
	if (wanted & ~dev->offered)
		log_features(dev, "wanted and not offered", wanted & ~dev->offered);
	if (wanted & ~dev->offered & FEATURE(VIRTIO_F_RING_PACKED)) {
		tap_fail(dev->name, "features", "packed rings are asked for, %s",
			dev->transport->legacy ? "a legacy device has split ones only"
					       : "RING_PACKED is not offered");
		return ERR_UNSUPPORTED;
	}
	if (dev->transport->legacy) {
		wanted |= FEATURE(VIRTIO_F_ANY_LAYOUT); /* §6.3 */
	} else {
		/* The barriers are those for hardware (barrier.h): ORDER_PLATFORM (§6.1). */
		wanted |= FEATURE(VIRTIO_F_VERSION_1) | FEATURE(VIRTIO_F_ACCESS_PLATFORM) |
			  FEATURE(VIRTIO_F_ORDER_PLATFORM);
		if (!(dev->offered & FEATURE(VIRTIO_F_VERSION_1))) {
			tap_fail(dev->name, "features",
				"a modern device that does not offer VERSION_1 (virtio 1.3, 6.1)");
			return virtio_post_mortem(dev, NULL, "features", ERR_UNSUPPORTED);
		}
	}
	dev->features = dev->offered & wanted;
	if (dev->offered & ~wanted)
		log_features(dev, "declined", dev->offered & ~wanted);
	dev->features = features_with_requirements(dev->features, dev->device_id);
	dev->transport->write_features(dev, dev->features);
	log_features(dev, "accepted", dev->features);
	tap_ok(dev->name, "features accepted (step 4)");
	return confirm_features(dev);
}

/* What the status says after DRIVER_OK was written; a failed test point unless it is OK. */
static enum status judge_running(struct virtio_device *dev, uint8_t status, const char *text)
{
	if (status == STATUS_ALL_ONES) {
		tap_fail(dev->name, "DRIVER_OK", "status reads 0xff: the device left the bus");
		return ERR_GONE;
	}
	if (status & VIRTIO_STATUS_DEVICE_NEEDS_RESET) {
		tap_fail(dev->name, "DRIVER_OK", "status 0x%02x (%s)", status, text);
		return ERR_NEEDS_RESET;
	}
	if (!(status & VIRTIO_STATUS_DRIVER_OK)) {
		tap_fail(dev->name, "DRIVER_OK", "the device did not keep it: status 0x%02x (%s)",
			status, text);
		return ERR_REFUSED;
	}
	return OK;
}

enum status virtio_start(struct virtio_device *dev)
{
	char text[VIRTIO_STATUS_TEXT_SIZE];
	enum status running;
	uint8_t status;

	/* virtio 1.3 §3.1.1 step 8. What the device has set meanwhile is kept (§2.1.1). */
	if (!dev->transport->legacy)
		dev->status |= dev->transport->read_status(dev);
	add_status(dev, VIRTIO_STATUS_DRIVER_OK);
	status = read_status(dev);
	virtio_describe_status(status, text);
	running = judge_running(dev, status, text);
	/* It may be the queue that it does not run with. */
	if (running != OK)
		return virtio_post_mortem(dev, dev->opened, "DRIVER_OK", running);
	log_info(dev->name, "status: 0x%02x (%s)", status, text);
	tap_ok(dev->name, "DRIVER_OK (step 8)");
	return OK;
}

enum status virtio_stop(struct virtio_device *dev)
{
	enum status status = reset_and_poll(dev);

	dev->features = 0;
	if (status == OK)
		log_info(dev->name, "stopped: the device is reset");
	else
		log_error(dev->name, "stop: %s: its memory is not used again", status_name(status));
	return status;
}

enum status virtio_judge(struct virtio_device *dev)
{
	uint8_t status = dev->transport->read_status(dev);

	if (status == STATUS_ALL_ONES)
		return ERR_GONE;
	return status & VIRTIO_STATUS_DEVICE_NEEDS_RESET ? ERR_NEEDS_RESET : OK;
}

void virtio_fail(struct virtio_device *dev)
{
	(void)read_status(dev);
	add_status(dev, VIRTIO_STATUS_FAILED);
	log_info(dev->name, "status: FAILED set");
}

uint32_t virtio_config_field(struct virtio_device *dev, uint32_t offset)
{
	return (uint32_t)region_read(&dev->config, offset, 4, "config");
}

static void read_words(struct virtio_device *dev, uint32_t offset, uint32_t *words, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		words[i] = dev->transport->read_config(dev, offset + 4 * i);
}

static bool same_words(const uint32_t *a, const uint32_t *b, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

/* True when `words` were read without a change in between. `last` is the reading before. */
static bool read_settled(
	struct virtio_device *dev, uint32_t offset, uint32_t *words, unsigned count, uint32_t *last)
{
	uint32_t before = dev->transport->read_config_generation(dev);

	read_words(dev, offset, words, count);
	if (!dev->transport->legacy)
		return dev->transport->read_config_generation(dev) == before;
	if (same_words(words, last, count))
		return true;
	for (unsigned i = 0; i < count; i++)
		last[i] = words[i];
	return false;
}

/* Reads several fields until they belong together. */
static enum status settle(
	struct virtio_device *dev, uint32_t offset, uint32_t *words, unsigned count)
{
	uint32_t last[CONFIG_MAX_WORDS];
	uint64_t start = clock_us();

	if (dev->transport->legacy)
		read_words(dev, offset, last, count);
	while (!read_settled(dev, offset, words, count, last)) {
		if (clock_us() - start > dev->timeout_us) {
			log_error(dev->name, "config: it changes with each reading, for %u ms",
				dev->timeout_us / 1000);
			return ERR_TIMEOUT;
		}
		log_poll();
	}
	return OK;
}

/* Nobody answers with ones, too. */
static enum status check_there(struct virtio_device *dev, const uint32_t *words, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (words[i] != UINT32_MAX)
			return OK;
	if (virtio_judge(dev) != ERR_GONE)
		return OK;
	return virtio_post_mortem(dev, NULL, "configuration", ERR_GONE);
}

enum status virtio_read_config(
	struct virtio_device *dev, uint32_t offset, uint32_t *words, unsigned count)
{
	uint32_t now[CONFIG_MAX_WORDS];
	enum status status = OK;

	if (count > CONFIG_MAX_WORDS ||
		!range_inside(offset, 4 * (uint64_t)count, dev->config.size)) {
		log_error(dev->name, "config: fields at 0x%x to 0x%x lie outside its 0x%lx bytes",
			offset, offset + 4 * count, dev->config.size);
		return ERR_RANGE;
	}
	if (count == 1)
		read_words(dev, offset, now, 1);
	else
		status = settle(dev, offset, now, count);
	if (status == OK)
		status = check_there(dev, now, count);
	for (unsigned i = 0; status == OK && i < count; i++)
		words[i] = now[i];
	return status;
}
