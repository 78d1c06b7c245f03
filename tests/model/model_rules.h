/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rules that the specification puts on a driver and that the model watches in every run. The
 * names are those of docs/conformance.md; a test keeps both lists the same.
 */
#ifndef TESTS_MODEL_MODEL_RULES_H
#define TESTS_MODEL_MODEL_RULES_H

/* clang-format off */
/* RULE(constant, name, clause of virtio 1.3 (3.4, 5.7.6.8.1, 5.7.6.9.1: 1.4), what is asked of the driver) */
#define MODEL_RULES(RULE) \
	RULE(STATUS_KEPT, "status-kept", "§2.1.1", "no status bit is cleared") \
	RULE(FAILED_RESET, "failed-then-reset", "§2.1.1", "after FAILED comes a reset") \
	RULE(FEATURES_OFFERED, "features-offered", "§2.2.1", "only offered features are accepted") \
	RULE(FEATURES_DEPEND, "features-depend", "§2.2.1", "a feature is accepted with what it requires") \
	RULE(FEATURES_KNOWN, "features-known", "§2.2.1", "no reserved, unknown or misplaced feature is accepted") \
	RULE(RESET_AWAITED, "reset-awaited", "§2.4.2, §4.1.4.3.2", "after a reset nothing but status is touched until it reads 0") \
	RULE(CONFIG_SETTLED, "config-settled", "§2.5.1", "several fields are read between two equal generations") \
	RULE(CONFIG_FIELD, "config-field", "§2.5.1, §4.2.2.2", "only fields that the device type has are read") \
	RULE(CONFIG_WIDTH, "config-width", "§4.1.3.1, §4.2.2.2", "a field is accessed in its own width, aligned") \
	RULE(CONFIG_TWICE, "config-twice", "§2.5.4", "several fields of a legacy device are read until two readings agree") \
	RULE(QUEUE_RESET, "queue-reset", "§2.6.1.1.2, §4.1.4.3.2", "queue_reset is written 1 where it is negotiated, and the queue left alone until it reads 0") \
	RULE(QUEUE_SIZE, "queue-size", "§2.7, §4.1.4.3.2", "the queue size is a power of two, at most 32768") \
	RULE(RING_ALIGNED, "ring-aligned", "§2.7.1", "the parts of a ring are aligned to 16, 2 and 4") \
	RULE(RING_LEGACY, "ring-legacy", "§2.7.2", "a legacy ring has room for all three parts in contiguous pages") \
	RULE(CHAIN_ORDER, "chain-order", "§2.7.4.2", "writable descriptors come after readable ones") \
	RULE(CHAIN_ENDS, "chain-ends", "§2.7.5.2", "a chain stays in the table, has no loop and at most 2^32 bytes") \
	RULE(INDIRECT_TABLE, "indirect-table", "§2.7.5.3", "an indirect table has a whole number of descriptors") \
	RULE(INDIRECT_ACCEPTED, "indirect-accepted", "§2.7.5.3.1", "INDIRECT is set only when it was negotiated") \
	RULE(INDIRECT_NESTED, "indirect-nested", "§2.7.5.3.1", "no INDIRECT inside an indirect table") \
	RULE(INDIRECT_NEXT, "indirect-next", "§2.7.5.3.1", "never INDIRECT and NEXT together") \
	RULE(CHAIN_LENGTH, "chain-length", "§2.7.5.3.1", "no chain is longer than the queue size") \
	RULE(AVAIL_FORWARD, "avail-forward", "§2.7.6.1", "the available idx never goes back or past what fits") \
	RULE(AVAIL_FLAGS, "avail-flags", "§2.7.7.1", "the available flags are 0 or 1, and 0 with EVENT_IDX") \
	RULE(INTERRUPT_ASKED, "interrupt-asked", "§2.7.7.1, §2.8.10", "a driver that waits for an interrupt has asked for it") \
	RULE(RING_ZEROED, "ring-zeroed", "§2.7.10.1", "a ring is zeroed before the device knows it") \
	RULE(NOTIFY_SENT, "notify-sent", "§2.7.10.1", "a notification that the device asks for is sent") \
	RULE(NOTIFY_SPARED, "notify-spared", "§2.7.10.1", "a notification that the device does not want is not sent") \
	RULE(IDX_BARRIER, "idx-barrier", "§2.7.13.3.1", "descriptors and ring entries are visible before idx") \
	RULE(FLAGS_BARRIER, "flags-barrier", "§2.7.13.4.1", "idx is visible before flags or avail_event are read") \
	RULE(USED_BARRIER, "used-barrier", "§2.7.14", "a used element is read after the idx that announced it") \
	RULE(IN_ORDER, "in-order", "§2.7.5, §2.7.5.2", "with IN_ORDER descriptors are used in the order of their table") \
	RULE(PACKED_FLAGS, "packed-flags", "§2.8.1, §2.8.6", "AVAIL and USED of each descriptor of a list match the wrap counter") \
	RULE(PACKED_EVENT, "packed-event", "§2.8.10", "the driver's event suppression has a value that is negotiated and not reserved") \
	RULE(PACKED_ALIGNED, "packed-aligned", "§2.8.11", "the parts of a packed ring are aligned to 16, 4 and 4") \
	RULE(PACKED_ZEROED, "packed-zeroed", "§2.8.13", "a packed ring is zeroed before the device knows it") \
	RULE(PACKED_KEPT, "packed-kept", "§2.8.16", "a descriptor is not changed from available until it is used") \
	RULE(NOTIFY_PLACE, "notify-place", "§2.8.16, §2.9", "with NOTIFICATION_DATA a notification says where the next request goes") \
	RULE(PACKED_LIST, "packed-list", "§2.8.17", "a list fits into the ring, and writable elements come last") \
	RULE(PACKED_INDIRECT, "packed-indirect", "§2.8.19", "INDIRECT is negotiated and alone, its table has no flag but WRITE") \
	RULE(PACKED_ID, "packed-id", "§2.8.21.1", "a buffer id is free, and stands in the last descriptor of a list") \
	RULE(PACKED_BARRIER, "packed-barrier", "§2.8.21.1.1", "a list is visible before the flags of its first descriptor") \
	RULE(PACKED_NOTIFY_BARRIER, "packed-notify-barrier", "§2.8.21.3.1", "flags are visible before the event suppression is read") \
	RULE(PACKED_USED_BARRIER, "packed-used-barrier", "§2.8.22", "a used descriptor is read after its flags") \
	RULE(SEQUENCE, "init-sequence", "§3.1.1", "the eight steps of initialisation come in their order") \
	RULE(UNDERSTOOD, "features-understood", "§3.1.1", "only features that the driver implements are accepted") \
	RULE(FEATURES_FROZEN, "features-frozen", "§3.1.1", "no feature is accepted after FEATURES_OK") \
	RULE(FEATURES_OK_READ, "features-ok-read", "§3.1.1", "FEATURES_OK is read back before the driver goes on") \
	RULE(CONFIG_WRITTEN, "config-written", "§3.1.1, §5.7.4.1", "the configuration is not written, but for events_clear of a running GPU") \
	RULE(GAVE_UP, "gave-up-failed", "§3.1.1", "a driver that gives up sets FAILED") \
	RULE(NOTIFY_EARLY, "notify-early", "§3.1.1", "no notification before DRIVER_OK") \
	RULE(LEGACY_STEPS, "legacy-steps", "§3.1.2", "a legacy device is initialised without FEATURES_OK") \
	RULE(EXPOSED, "exposed-unaltered", "§3.3.1", "what the device was given is not changed until it gives it back") \
	RULE(MEMORY, "memory-until-reset", "§3.3.1", "memory that the device knows is not given back before a reset") \
	RULE(SUSPEND, "suspend-unset", "§3.4.1", "SUSPEND is not set without its feature") \
	RULE(PCI_WIDTH, "pci-width", "§4.1.3.1", "a register is accessed in its own width, aligned") \
	RULE(PCI_FIRST, "pci-first", "§4.1.4.1", "the first capability of a type that is not reserved is the one used") \
	RULE(PCI_CAPS_KEPT, "pci-caps-kept", "§4.1.4.1", "capabilities are not written") \
	RULE(PCI_READ_ONLY, "pci-read-only", "§4.1.4.3.2", "read-only registers are not written") \
	RULE(PCI_QUEUE_ORDER, "pci-queue-order", "§4.1.4.3.2", "a queue is configured before it is enabled, and only then") \
	RULE(PCI_ENABLE, "pci-enable", "§4.1.4.3.2", "queue_enable is never written 0") \
	RULE(PCI_ISR, "pci-isr", "§4.1.4.5.2", "ISR status is not read while MSI-X is on") \
	RULE(PCI_VENDOR, "pci-vendor-data", "§4.1.4.8.2", "vendor data is left alone") \
	RULE(PCI_CFG, "pci-cfg-window", "§4.1.4.9.2", "pci_cfg_data is left alone") \
	RULE(PCI_LEGACY, "pci-legacy-layout", "§4.1.4.10", "the legacy structure is used as it is laid out") \
	RULE(PCI_VECTOR, "pci-vector", "§4.1.5.1.2.2", "no event is mapped to a vector outside the table") \
	RULE(PCI_LEGACY_QUEUE, "pci-legacy-queue", "§4.1.5.1.3.1", "a legacy queue is given as a page number, once") \
	RULE(PCI_NOTIFY, "pci-notify", "§4.1.5.2.1", "a doorbell is 16 bits with the queue's index, where the device said") \
	RULE(PCI_MASTER, "pci-master", "§4.1.5", "the device is allowed to reach memory before it runs") \
	RULE(MMIO_REGISTER, "mmio-register", "§4.2.2.2", "only registers of this version are accessed") \
	RULE(MMIO_DIRECTION, "mmio-direction", "§4.2.2.2", "read-only registers are not written, write-only ones not read") \
	RULE(MMIO_WIDTH, "mmio-width", "§4.2.2.2", "registers are accessed 32 bits wide and aligned") \
	RULE(MMIO_SELECT, "mmio-select", "§4.2.2.2", "a feature word is selected before it is accessed") \
	RULE(MMIO_SIZE, "mmio-size", "§4.2.2.2", "QueueSize is at most QueueSizeMax") \
	RULE(MMIO_FROZEN, "mmio-frozen", "§4.2.2.2", "the registers of a ready queue are not accessed") \
	RULE(MMIO_ACK, "mmio-ack", "§4.2.2.2", "InterruptACK has no undefined bits") \
	RULE(MMIO_ACKED, "mmio-acknowledged", "§4.2.3.4.1", "what InterruptStatus says is acknowledged") \
	RULE(MMIO_PROBE, "mmio-probe", "§4.2.3.1.1", "magic value, version, device id are read first, in this order") \
	RULE(MMIO_EMPTY, "mmio-empty", "§4.2.3.1.1", "an empty slot or another device is not touched again") \
	RULE(MMIO_SHM, "mmio-shm", "§4.2.3.1.1", "the shared memory registers are left alone") \
	RULE(MMIO_QUEUE_ORDER, "mmio-queue-order", "§4.2.3.2", "a queue has size and addresses before it is ready") \
	RULE(MMIO_NOTIFY, "mmio-notify", "§4.2.3.3", "QueueNotify is written the index of a queue in use") \
	RULE(LEGACY_PAGE, "mmio-legacy-page", "§4.2.4", "GuestPageSize is set, a power of two, before any queue") \
	RULE(LEGACY_QUEUE, "mmio-legacy-queue", "§4.2.4", "QueueSize and QueueAlign come before QueuePFN, which is free") \
	RULE(LEGACY_MAX, "mmio-legacy-max", "§4.2.4", "QueueSizeMax is read only while the queue is not in use") \
	RULE(ENTROPY_READABLE, "entropy-readable", "§5.4.6.1", "no device-readable buffer is placed in the queue") \
	RULE(GPU_SCANOUTS, "gpu-scanouts", "§5.7.4.1", "only the scanouts that the device has are used") \
	RULE(GPU_QUERY, "gpu-query", "§5.7.5", "displays and EDIDs are asked for before anything is shown") \
	RULE(GPU_ORDER, "gpu-order", "§5.7.6.1, §5.7.6.2", "create, attach, scanout; then transfer before flush") \
	RULE(GPU_HEADER, "gpu-header", "§5.7.6.7", "a request begins with a whole header, unused fields 0") \
	RULE(GPU_FENCE, "gpu-fence", "§5.7.6.7", "a fence id is used once") \
	RULE(GPU_COMMAND, "gpu-command", "§5.7.6.8", "a command is known, negotiated, and has its own size") \
	RULE(GPU_RESOURCE, "gpu-resource", "§5.7.6.8", "a resource id is not 0, new when created, known afterwards") \
	RULE(GPU_FORMAT, "gpu-format", "§5.7.6.8", "the format is one of the list, the size not 0") \
	RULE(GPU_COVERED, "gpu-covered", "§5.7.6.8", "rectangles lie inside the resource") \
	RULE(GPU_BACKING, "gpu-backing", "§5.7.6.8", "the backing is memory, and as large as the resource") \
	RULE(GPU_OFFSET, "gpu-offset", "§5.7.6.8", "a transfer's offset is that of its rectangle") \
	RULE(GPU_CURSOR, "gpu-cursor", "§5.7.6.6, §5.7.6.10", "a cursor is a 64×64 resource, filled and fenced; its requests have no response") \
	RULE(GPU_CAPSET, "gpu-capset", "§5.7.6.8", "only capability sets that the device has are asked for") \
	RULE(GPU_BLOB, "gpu-blob", "§5.7.6.8", "a blob is as large as its entries, and what is shown lies in it") \
	RULE(GPU_CONTEXT, "gpu-context", "§5.7.6.8", "a context is new when created, known and its resources attached when used") \
	RULE(GPU_BLOB_ALIGNED, "gpu-blob-aligned", "§5.7.6.8.1", "the size of a blob is a multiple of blob_alignment") \
	RULE(GPU_MAP, "gpu-map", "§5.7.6.9.1", "a blob is mapped once, aligned and inside the region, and then unmapped") \
	RULE(VERSION_1, "version-1", "§6.1", "VERSION_1 is accepted where it is offered") \
	RULE(ACCESS_PLATFORM, "access-platform", "§6.1", "ACCESS_PLATFORM is accepted where it is offered") \
	RULE(ORDER_PLATFORM, "order-platform", "§6.1", "ORDER_PLATFORM is accepted where it is offered") \
	RULE(PHYSICAL, "physical", "§6.1", "addresses are physical, and of memory the driver owns") \
	RULE(ANY_LAYOUT, "any-layout", "§6.3", "a legacy device's ANY_LAYOUT is accepted where it is offered") \
	RULE(UNUSED_BIT, "unused-bit", "§6.3", "the unused bit 30 is not accepted")
/* clang-format on */

enum model_rule {
#define RULE(constant, name, clause, text) RULE_##constant,
	MODEL_RULES(RULE)
#undef RULE
		RULE_COUNT
};

struct model;

/*
 * Notes that the driver broke a rule, and prints `broken: NAME CLAUSE: …` at once, so that it is
 * seen whatever becomes of the test.
 */
void model_break(struct model *m, enum model_rule rule, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Fails the test, naming them, when rules were broken. */
void model_check(const struct model *m);

#endif
