/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A virtio device and its life (virtio 1.3 §3.1): found, reset, negotiated, running, reset again.
 *
 * How its registers are reached is the transport's business, behind one operations table. The
 * order of calls:
 *
 *	virtio_reset            steps 1 to 3: reset, ACKNOWLEDGE, DRIVER
 *	virtio_negotiate        steps 4 to 6: features, FEATURES_OK, read back
 *	queue_open (queue.h)    step 7
 *	virtio_start            step 8: DRIVER_OK
 *	virtio_stop             reset, polled until the device says it is done
 *
 * Each step is a test point under the device's name.
 */
#ifndef VIRTIO_DEVICE_H
#define VIRTIO_DEVICE_H

#include "mem/dma.h"
#include "mem/le.h"
#include "mem/region.h"
#include "platform/pci.h"
#include "virtio/features.h"
#include "virtio/interrupt.h"

/* virtio 1.3 §2.1 */
enum virtio_status {
	VIRTIO_STATUS_ACKNOWLEDGE = 1,
	VIRTIO_STATUS_DRIVER = 2,
	VIRTIO_STATUS_DRIVER_OK = 4,
	VIRTIO_STATUS_FEATURES_OK = 8,
	VIRTIO_STATUS_DEVICE_NEEDS_RESET = 64,
	VIRTIO_STATUS_FAILED = 128,
};

/* Device types, virtio 1.3 §5; those that this program drives. */
enum virtio_id {
	VIRTIO_ID_ENTROPY = 4,
	VIRTIO_ID_GPU = 16,
};

#define VIRTIO_NAME_SIZE 32u

/* QueueAlign of a legacy device, and what legacy PCI has without a register (§2.7.2). */
#define VIRTIO_LEGACY_ALIGN 4096u

struct queue;
struct queue_registers;
struct virtio_device;

/*
 * What a transport can do. All register access happens here; nothing waits. `index` is a queue's
 * number.
 */
struct virtio_transport {
	const char *name; /* "virtio-mmio version 1 (legacy)" */
	bool legacy; /* the interface of virtio 0.9.5: no FEATURES_OK, one address a queue */

	uint8_t (*read_status)(struct virtio_device *dev);
	void (*write_status)(struct virtio_device *dev, uint8_t status);
	uint64_t (*read_features)(struct virtio_device *dev);
	void (*write_features)(struct virtio_device *dev, uint64_t features);

	/* The largest ring the device allows; 0 when there is no such queue. */
	uint32_t (*read_queue_size_max)(struct virtio_device *dev, uint16_t index);
	/* True where the driver may choose a smaller ring. */
	bool queue_size_is_free;
	/* Tells the device the ring's size and addresses, reads back, enables it. Logs. */
	enum status (*setup_queue)(struct virtio_device *dev, struct queue *queue);
	void (*notify_queue)(struct virtio_device *dev, const struct queue *queue);
	/*
	 * Asks for the reset of one queue, and selects it (§2.6.1.1); whether the selected queue is
	 * reset by now. NULL where queue resets are not driven; only with RING_RESET negotiated.
	 */
	void (*reset_queue)(struct virtio_device *dev, uint16_t index);
	bool (*queue_is_reset)(struct virtio_device *dev);
	/* What the device says of a queue, for the diagnosis. */
	void (*read_queue)(struct virtio_device *dev, uint16_t index, struct queue_registers *out);

	/* The features as the device has them accepted; NULL where it cannot be asked. */
	uint64_t (*read_accepted)(struct virtio_device *dev);
	/* The device type as it reads now, 0 for an empty slot; NULL on PCI. */
	uint32_t (*read_device_id)(struct virtio_device *dev);

	/* Reading it acknowledges the interrupt on PCI: only one place may (§4.1.4.5.1). */
	uint8_t (*read_interrupt_status)(struct virtio_device *dev);
	/* Acknowledges these bits of it (§4.2.2); NULL where reading does. */
	void (*acknowledge_interrupt)(struct virtio_device *dev, uint8_t status);
	/*
	 * MSI-X entries for the configuration and the selected queue, read back: NULL, or the name
	 * of the register that reads VIRTIO_MSI_NO_VECTOR instead. NULL where MSI-X is not driven.
	 */
	const char *(*set_vectors)(struct virtio_device *dev, uint16_t config, uint16_t queue);
	/* A le32 field of the device-specific configuration. */
	uint32_t (*read_config)(struct virtio_device *dev, uint32_t offset);
	/* Changes when the configuration does; always 0 where there is none (legacy). */
	uint32_t (*read_config_generation)(struct virtio_device *dev);
};

struct virtio_device {
	char name[VIRTIO_NAME_SIZE]; /* "virtio-mmio@a003e00", "virtio-pci@0000:00:02.0" */
	uint32_t device_id; /* virtio device type */
	const struct virtio_transport *transport;
	struct dma_pool *pool; /* borrowed */
	enum coherence coherence; /* as the tables have it */
	uint32_t timeout_us; /* the deadline of each wait */
	uint32_t queue_align; /* legacy: of used rings; VIRTIO_LEGACY_ALIGN */
	struct io_count count; /* register accesses, PCI configuration not included */
	struct io_journal journal; /* of the last ones, from a reset on */

	uint8_t status; /* as it was last read or written */
	uint64_t offered; /* features the device offered at the last negotiation */
	uint64_t features; /* features in use */
	const struct queue
		*opened; /* the queue that was opened last since the reset; may be NULL */

	struct region common; /* mmio registers, pci common configuration, legacy I/O BAR */
	struct region notify; /* pci modern: the doorbells */
	struct region isr; /* pci modern */
	struct region config; /* device-specific configuration; size 0: there is none */
	uint32_t notify_multiplier; /* pci modern: notify_off_multiplier */
	bool has_queue_reset; /* pci modern: COMMON_CFG is long enough for the register */
	uint64_t shared_size; /* pci modern: bytes of shared memory region 1; 0: there is none */
	struct pci_device *pci; /* NULL for mmio; borrowed */
	struct virtio_interrupt interrupt;
};

/* "GPU device", "entropy device", …: virtio 1.3 §5; "unknown device type" outside the list. */
const char *virtio_id_name(uint32_t device_id);

/* Steps 1 to 3. ERR_TIMEOUT when the reset does not end, ERR_GONE when status reads all ones. */
MUST_CHECK enum status virtio_reset(struct virtio_device *dev);

/*
 * Steps 4 to 6: accepts those of `wanted` that are offered, and what the specification asks every
 * driver to accept: VERSION_1, ACCESS_PLATFORM (addresses are physical and the firmware left any
 * IOMMU in bypass) and ORDER_PLATFORM where the transport is not legacy, ANY_LAYOUT where it is.
 * RING_RESET is declined where the device has no register for it. Says which are wanted and not
 * offered, and which are offered and declined. RING_PACKED is wanted by whoever insists on it.
 * ERR_UNSUPPORTED when a modern device does not offer VERSION_1, or any does not RING_PACKED,
 * ERR_REFUSED when it does not keep FEATURES_OK.
 */
MUST_CHECK enum status virtio_negotiate(struct virtio_device *dev, uint64_t wanted);

/* Step 8. ERR_NEEDS_RESET, ERR_GONE or ERR_REFUSED when the status read back says so. */
MUST_CHECK enum status virtio_start(struct virtio_device *dev);

/*
 * Resets the device and waits until it says so: after that, and only then, it does not touch the
 * memory it was given. ERR_TIMEOUT when it does not; then the memory must not be used again.
 */
MUST_CHECK enum status virtio_stop(struct virtio_device *dev);

/*
 * Reads the status, once: ERR_GONE when it is all ones, ERR_NEEDS_RESET when the device says so
 * (§2.1.2), else OK. Logs nothing.
 */
MUST_CHECK enum status virtio_judge(struct virtio_device *dev);

/* Tells the device that the driver gave up: status FAILED (§2.1.1). It needs a reset then. */
void virtio_fail(struct virtio_device *dev);

static inline bool virtio_has(const struct virtio_device *dev, enum virtio_feature bit)
{
	return dev->features & FEATURE(bit);
}

/*
 * One le32 field of the device-specific configuration, with one register read: what one field says
 * needs no generation (§2.5.1). A transport's read_config; all ones for a field outside.
 */
uint32_t virtio_config_field(struct virtio_device *dev, uint32_t offset);

/*
 * Reads `count` consecutive le32 fields of the device-specific configuration at `offset`. One is a
 * single register read, which is atomic; more are all of the same generation (§2.5.1), and a legacy
 * device, which has none, is read until two readings agree (§2.5.4).
 * ERR_RANGE when they lie outside the configuration, ERR_TIMEOUT when it never settles, ERR_GONE
 * when they and the status are all ones.
 */
MUST_CHECK enum status virtio_read_config(
	struct virtio_device *dev, uint32_t offset, uint32_t *words, unsigned count);

/* A status byte in words, "ACKNOWLEDGE DRIVER". */
#define VIRTIO_STATUS_TEXT_SIZE 96u
void virtio_describe_status(uint8_t status, char text[VIRTIO_STATUS_TEXT_SIZE]);

#endif
