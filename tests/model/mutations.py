# SPDX-License-Identifier: BSD-2-Clause
"""
Small mistakes for a driver to make, at least one for each rule of model_rules.h: with each, the
model must name that rule. An edit is a text that stands in the file once, and what replaces it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutation:
    name: str
    rule: str
    file: str
    edits: tuple


def mutation(name, rule, file, *edits):
    return Mutation(name, rule, file, edits)


DEVICE = "virtio/device.c"
QUEUE = "virtio/queue.c"
INTERRUPT = "virtio/interrupt.c"
SPLIT = "virtio/queue_split.c"
PACKED = "virtio/queue_packed.c"
MMIO = "virtio/mmio.c"
MODERN = "virtio/pci_modern.c"
LEGACY = "virtio/pci_legacy.c"
GPU = "gpu/gpu.c"
COMMAND = "gpu/command.c"
REQUEST = "gpu/request.c"
SCREEN = "gpu/screen.c"
CONNECT = "gpu/connect.c"
CURSOR = "gpu/cursor.c"
DISPLAY = "gpu/display.c"
LAYOUT = "gpu/layout.c"
BLOB = "gpu/blob.c"
CAPSET = "gpu/capset.c"
CONTEXT = "gpu/context.c"
CHECK_3D = "gpu/check_3d.c"

ALWAYS_ACCEPTED = "wanted |= FEATURE(VIRTIO_F_VERSION_1) |"
MODERN_SIZE = "common_write(dev, queue_size, q->size);"
MMIO_NOTIFY = "mmio_write(dev, QueueNotify, queue_notification(q));"
MMIO_SIZE = "mmio_write(dev, QueueSize, q->size); /* step 5 */\n\tmmio_write(dev, QueueDescLow"
MMIO_READY = "mmio_write(dev, QueueReady, 1); /* step 7 */"
TELL = "if (q->event_idx || q->dev->interrupt.mode != INTERRUPT_POLL)\n\t\ttell_interrupts(q);"
WISH = "return wants_notification(q, q->published_idx);"
PACKED_WISH = "return packed_need_event(&event, old, r->published, r->size);"
VERDICT = 'const char *verdict = "noted";'

MUTATIONS = (
    # ---- status and the order of steps ----
    mutation("status-clears-bits", "status-kept", DEVICE, ("dev->status |= bits;", "dev->status = bits;")),
    mutation(
        "failed-goes-on", "failed-then-reset", DEVICE,
        ("add_status(dev, VIRTIO_STATUS_FAILED);",
         "add_status(dev, VIRTIO_STATUS_FAILED);\n\tadd_status(dev, VIRTIO_STATUS_DRIVER_OK);"),
    ),
    mutation("gives-up-silently", "gave-up-failed", GPU, ("virtio_fail(gpu->dev);", "")),
    mutation(
        "reset-not-awaited", "reset-awaited", DEVICE,
        ("dev->transport->write_status(dev, 0);",
         "dev->transport->write_status(dev, 0);\n\tif (start + 1)\n\t\treturn OK;"),
    ),
    mutation(
        "no-acknowledge", "init-sequence", DEVICE,
        ("add_status(dev, VIRTIO_STATUS_ACKNOWLEDGE);", ""),
    ),
    mutation(
        "no-driver-bit", "init-sequence", DEVICE, ("add_status(dev, VIRTIO_STATUS_DRIVER);", "")
    ),
    mutation(
        "no-reset", "init-sequence", DEVICE,
        ("status = report_reset(dev, reset_and_poll(dev));", "status = OK;"),
    ),
    mutation(
        "suspended-at-start", "suspend-unset", DEVICE,
        ("add_status(dev, VIRTIO_STATUS_DRIVER_OK);",
         "add_status(dev, VIRTIO_STATUS_DRIVER_OK | 16);"),
    ),
    mutation(
        "legacy-features-ok", "legacy-steps", DEVICE,
        ('if (dev->transport->legacy) {\n\t\ttap_skip(dev->name, "FEATURES_OK"',
         'if (false) {\n\t\ttap_skip(dev->name, "FEATURES_OK"'),
    ),
    mutation(
        "notified-before-start", "notify-early", GPU,
        ("status = virtio_start(dev);",
         "{\n\t\tdev->transport->notify_queue(dev, &gpu->control);\n"
         "\t\tstatus = virtio_start(dev);\n\t}"),
    ),
    # ---- features ----
    mutation(
        "accepts-what-is-not-offered", "features-offered", DEVICE,
        ("dev->features = dev->offered & wanted;", "dev->features = wanted;"),
    ),
    mutation(
        "accepts-all-that-is-offered", "features-known", DEVICE,
        ("dev->features = dev->offered & wanted;", "dev->features = dev->offered;"),
    ),
    mutation(
        "accepts-virgl", "features-understood", GPU,
        (".features = FEATURE(VIRTIO_GPU_F_EDID) |", ".features = FEATURE(VIRTIO_GPU_F_EDID) | FEATURE(0) |"),
    ),
    mutation(
        "features-after-features-ok", "features-frozen", DEVICE,
        ("add_status(dev, VIRTIO_STATUS_FEATURES_OK);",
         "add_status(dev, VIRTIO_STATUS_FEATURES_OK);\n"
         "\tdev->transport->write_features(dev, dev->features);"),
    ),
    mutation(
        "features-ok-not-read", "features-ok-read", DEVICE,
        ("status = read_status(dev);\n\tif (status & VIRTIO_STATUS_FEATURES_OK",
         "status = VIRTIO_STATUS_FEATURES_OK;\n\tif (status & VIRTIO_STATUS_FEATURES_OK"),
    ),
    mutation("no-version-1", "version-1", DEVICE, (ALWAYS_ACCEPTED, "wanted |= 0 |")),
    mutation(
        "no-access-platform", "access-platform", DEVICE,
        ("FEATURE(VIRTIO_F_ACCESS_PLATFORM)", "0"),
    ),
    mutation(
        "no-order-platform", "order-platform", DEVICE, ("FEATURE(VIRTIO_F_ORDER_PLATFORM)", "0")
    ),
    mutation("no-any-layout", "any-layout", DEVICE, ("FEATURE(VIRTIO_F_ANY_LAYOUT)", "0")),
    mutation(
        "accepts-bit-30", "unused-bit", DEVICE,
        (ALWAYS_ACCEPTED, ALWAYS_ACCEPTED + " FEATURE(30) |"),
    ),
    # ---- configuration ----
    mutation(
        "generation-not-compared", "config-settled", DEVICE,
        ("return dev->transport->read_config_generation(dev) == before;", "return true;"),
    ),
    mutation(
        "generation-ignored", "config-settled", DEVICE,
        ("return dev->transport->read_config_generation(dev) == before;",
         "return dev->transport->read_config_generation(dev) + before + 1;"),
    ),
    mutation(
        "legacy-read-once", "config-twice", DEVICE,
        ("if (same_words(words, last, count))", "if (true)"),
    ),
    mutation(
        "reads-blob-alignment", "config-field", GPU,
        ("offsetof(struct virtio_gpu_config, num_scanouts)", "16"),
    ),
    mutation(
        "configuration-by-halves", "config-width", DEVICE,
        ('offset, 4, "config"', 'offset, 2, "config"'),
    ),
    mutation(
        "writes-events-read", "config-written", GPU,
        ("gpu->num_scanouts = scanouts;",
         "gpu->num_scanouts = scanouts;\n"
         '\tregion_write(&gpu->dev->config, 0, 4, 1, "events_read");'),
    ),
    # ---- the ring ----
    mutation(
        "odd-queue-size", "queue-size", QUEUE, ("wanted /= 2;", "wanted = (uint16_t)max;")
    ),
    mutation(
        "used-ring-aligned-to-2", "ring-aligned", SPLIT,
        ("#define USED_ALIGN_MODERN 4u", "#define USED_ALIGN_MODERN 2u"),
    ),
    mutation(
        "legacy-ring-cut-short", "ring-legacy", "virtio/split_ring.c",
        ("align_up(sizeof(le16) * 3 + sizeof(struct virtq_used_elem) * size, used_align);",
         "sizeof(le16) * 3 + sizeof(struct virtq_used_elem) * size;"),
    ),
    mutation("writable-first", "chain-order", QUEUE, ("(i >= readable ?", "(i < readable ?")),
    mutation(
        "next-outside", "chain-ends", SPLIT,
        ("VIRTQ_DESC_F_NEXT ? next : 0", "VIRTQ_DESC_F_NEXT ? 0x7fff : 0"),
    ),
    mutation(
        "chain-loops", "chain-ends", SPLIT,
        ("flags[i], q->slots[at].next);", "flags[i] | VIRTQ_DESC_F_NEXT, head);"),
    ),
    mutation(
        "table-with-half-a-descriptor", "indirect-table", QUEUE,
        (".length = (uint32_t)(count * sizeof(struct virtq_desc)),",
         ".length = (uint32_t)(count * sizeof(struct virtq_desc) + 8),"),
    ),
    mutation(
        "indirect-always", "indirect-accepted", QUEUE,
        (".indirect = virtio_has(dev, VIRTIO_F_INDIRECT_DESC),", ".indirect = true,"),
    ),
    mutation(
        "table-in-table", "indirect-nested", SPLIT,
        ("flags[i], (uint16_t)(i + 1));",
         "flags[i] | VIRTQ_DESC_F_INDIRECT, (uint16_t)(i + 1));"),
    ),
    mutation(
        "indirect-and-next", "indirect-next", QUEUE,
        ("whole = VIRTQ_DESC_F_INDIRECT;", "whole = VIRTQ_DESC_F_INDIRECT | VIRTQ_DESC_F_NEXT;"),
    ),
    mutation(
        "chain-longer-than-ring", "chain-length", QUEUE, (" && count <= q->size;", ";")
    ),
    mutation(
        "idx-goes-back", "avail-forward", SPLIT,
        ("le16_store(&q->ring.avail->idx, q->avail_idx);",
         "le16_store(&q->ring.avail->idx, (uint16_t)(q->avail_idx - 2));"),
    ),
    mutation(
        "flags-with-event-idx", "avail-flags", SPLIT,
        ("\telse\n\t\tle16_store(&q->ring.avail->flags", "\tle16_store(&q->ring.avail->flags"),
    ),
    mutation(
        "waits-without-asking", "interrupt-asked", SPLIT,
        ("wanted ? 0 : VIRTQ_AVAIL_F_NO_INTERRUPT", "VIRTQ_AVAIL_F_NO_INTERRUPT"),
    ),
    mutation(
        "asks-for-the-last", "interrupt-asked", SPLIT,
        ("(uint16_t)(q->used_idx - !wanted)", "(uint16_t)(q->used_idx - 1)"),
    ),
    mutation(
        "asks-behind-the-barrier", "interrupt-asked", SPLIT,
        ("dma_mb();\n\treturn le16_load(&q->ring.used->idx)",
         "return le16_load(&q->ring.used->idx)"),
    ),
    mutation(
        "asks-and-does-not-look", "interrupt-asked", SPLIT,
        ("return le16_load(&q->ring.used->idx) != q->used_idx;", "return false;"),
    ),
    mutation("asks-once", "interrupt-asked", QUEUE, (TELL, "")),
    mutation(
        "forgets-the-batch", "interrupt-asked", QUEUE,
        ("q->dev->interrupt.came |= q->batch.left != 0;", ""),
    ),
    mutation(
        "packed-waits-without-asking", "interrupt-asked", PACKED,
        ("uint32_t flags = !wanted ", "uint32_t flags = true "),
    ),
    mutation(
        "packed-asks-for-the-turn-before", "interrupt-asked", PACKED,
        ("packed_place_bits(r->next_used) : 0", "packed_place_bits(r->next_used) ^ 0x8000 : 0"),
    ),
    mutation(
        "packed-asks-behind-the-barrier", "interrupt-asked", PACKED,
        ("dma_mb();\n\treturn packed_is_used(", "return packed_is_used("),
    ),
    mutation(
        "packed-asks-and-does-not-look", "interrupt-asked", PACKED,
        ("return packed_is_used(le16_load(&r->desc[r->next_used.offset].flags), r->next_used.wrap);",
         "return false;"),
    ),
    mutation("memory-not-zeroed", "ring-zeroed", "mem/dma.c", ("memset(out->data, 0, size);", "")),
    mutation("never-notifies", "notify-sent", SPLIT, (WISH, "return false;")),
    mutation("always-notifies", "notify-spared", SPLIT, (WISH, "return true;")),
    mutation(
        "flags-instead-of-event", "notify-sent", SPLIT,
        ("if (q->event_idx)\n\t\treturn split_ring_need_event(",
         "if (false)\n\t\treturn split_ring_need_event("),
    ),
    mutation(
        "event-instead-of-flags", "notify-sent", SPLIT,
        ("if (q->event_idx)\n\t\treturn split_ring_need_event(",
         "if (true)\n\t\treturn split_ring_need_event("),
    ),
    mutation("no-barrier-before-idx", "idx-barrier", SPLIT, ("\tdma_wmb();", "")),
    mutation(
        "barrier-behind-idx", "idx-barrier", SPLIT,
        ("\tdma_wmb();", ""),
        ("le16_store(&q->ring.avail->idx, q->avail_idx);",
         "le16_store(&q->ring.avail->idx, q->avail_idx);\n\tdma_wmb();"),
    ),
    mutation(
        "no-barrier-behind-idx", "flags-barrier", SPLIT, ("\tdma_mb();\n\t" + WISH, "\t" + WISH)
    ),
    mutation(
        "wish-read-before-barrier", "flags-barrier", SPLIT,
        ("\tdma_mb();\n\t" + WISH,
         "\tbool wanted = wants_notification(q, q->published_idx);\n\n\tdma_mb();\n"
         "\treturn wanted;"),
    ),
    mutation("no-barrier-before-element", "used-barrier", SPLIT, ("\tdma_rmb();", "")),
    mutation(
        "element-before-barrier", "used-barrier", SPLIT,
        ("\tdma_rmb();\n\tout->id = le32_load(&element->id);\n"
         "\tout->length = le32_load(&element->len);",
         "\tout->id = le32_load(&element->id);\n\tout->length = le32_load(&element->len);\n"
         "\tdma_rmb();"),
    ),
    mutation(
        "request-changed-meanwhile", "exposed-unaltered", REQUEST,
        ("queue_notify(&gpu->control);",
         "queue_notify(&gpu->control);\n\tmemset(newest(gpu)->header, 1, 8);"),
    ),
    mutation(
        "freed-before-reset", "memory-until-reset", GPU,
        ("enum status status = virtio_stop(gpu->dev);",
         "enum status status;\n\n\tgpu_requests_close(gpu);\n"
         "\tqueue_close(&gpu->control);\n\tstatus = virtio_stop(gpu->dev);"),
    ),
    mutation(
        "request-by-pointer", "physical", REQUEST,
        ("{{r->address, r->size}};", "{{paddr_of((uint64_t)(uintptr_t)r->header), r->size}};"),
    ),
    mutation(
        "ring-by-pointer", "physical", SPLIT,
        ("q->desc_area = q->memory.address;",
         "q->desc_area = paddr_of((uint64_t)(uintptr_t)q->memory.data);"),
    ),
    mutation(
        "slots-last-in-first-out", "in-order", QUEUE,
        ("if (q->free_count)\n\t\tq->slots[q->free_tail].next = head;\n\telse\n"
         "\t\tq->free_head = head;\n\tq->free_tail = last;",
         "q->slots[last].next = q->free_head;\n\tq->free_head = head;"),
    ),
    mutation(
        "used-instead-of-next", "notify-place", QUEUE,
        ("(uint32_t)q->format->next(q) << 16", "(uint32_t)q->used_idx << 16"),
    ),
    # ---- the packed ring ----
    mutation(
        "one-turn-for-a-list", "packed-flags", PACKED,
        ("packed_avail_flags(r->next_avail.wrap)", "packed_avail_flags(slot->place.wrap)"),
    ),
    mutation(
        "reserved-event", "packed-event", PACKED,
        ("? RING_EVENT_FLAGS_DISABLE", "? RING_EVENT_FLAGS_RESERVED"),
    ),
    mutation(
        "event-by-descriptor-always", "packed-event", PACKED,
        ("? RING_EVENT_FLAGS_DISABLE", "? RING_EVENT_FLAGS_DESC"),
    ),
    mutation(
        "driver-area-aligned-to-2", "packed-aligned", PACKED,
        ("paddr_add(q->memory.address, layout.driver)",
         "paddr_add(q->memory.address, layout.driver + 2)"),
    ),
    mutation(
        "packed-ring-not-zeroed", "packed-zeroed", PACKED,
        ("q->desc_area = q->memory.address;",
         "q->desc_area = q->memory.address;\n\tq->packed.desc[1].len = le32_of(1);"),
    ),
    mutation(
        "changed-when-available", "packed-kept", PACKED,
        ("\tdma_mb();\n\tevent =",
         "\tdma_mb();\n\tle32_store(&r->desc[old.offset].len, 1);\n\tevent ="),
    ),
    mutation("writable-first-in-a-list", "packed-list", QUEUE, ("(i >= readable ?", "(i < readable ?")),
    mutation(
        "list-longer-than-ring", "packed-list", QUEUE, (" && count <= q->size;", ";")
    ),
    mutation(
        "next-in-a-packed-table", "packed-indirect", PACKED,
        ("flags[i] & VIRTQ_DESC_F_WRITE);", "flags[i]);"),
    ),
    mutation(
        "packed-indirect-always", "packed-indirect", QUEUE,
        (".indirect = virtio_has(dev, VIRTIO_F_INDIRECT_DESC),", ".indirect = true,"),
    ),
    mutation("one-id-for-all", "packed-id", PACKED, ("le16_store(&d->id, head);", "le16_store(&d->id, 0);")),
    mutation("no-barrier-before-flags", "packed-barrier", PACKED, ("\tdma_wmb();", "")),
    mutation(
        "available-at-once", "packed-barrier", PACKED,
        ("if (i)\n\t\t\tle16_store(&d->flags, all);\n\t\telse\n\t\t\tslot->flags = all;",
         "le16_store(&d->flags, all);\n\t\tif (!i)\n\t\t\tslot->flags = all;"),
    ),
    mutation(
        "no-barrier-behind-flags", "packed-notify-barrier", PACKED,
        ("\tdma_mb();\n\tevent =", "\tevent ="),
    ),
    mutation(
        "event-read-before-barrier", "packed-notify-barrier", PACKED,
        ("\tdma_mb();\n\tevent = packed_event_read(r->device);",
         "\tevent = packed_event_read(r->device);\n\tdma_mb();"),
    ),
    mutation("no-barrier-behind-used-flags", "packed-used-barrier", PACKED, ("\tdma_rmb();", "")),
    mutation("never-notifies-packed", "notify-sent", PACKED, (PACKED_WISH, "return false;")),
    mutation("always-notifies-packed", "notify-spared", PACKED, (PACKED_WISH, "return true;")),
    mutation(
        "event-of-another-turn", "notify-sent", "virtio/packed_ring.c",
        ("place.wrap == old.wrap ? 0 : size;", "place.wrap == old.wrap ? size : 0;"),
    ),
    # ---- virtio-mmio ----
    mutation(
        "version-2-registers-on-version-1", "mmio-register", MMIO,
        ("case VERSION_LEGACY: dev->transport = &legacy;",
         "case VERSION_LEGACY: dev->transport = &modern;"),
    ),
    mutation(
        "version-1-registers-on-version-2", "mmio-register", MMIO,
        ("case VERSION_MODERN: dev->transport = &modern;",
         "case VERSION_MODERN: dev->transport = &legacy;"),
    ),
    mutation(
        "reads-queue-size", "mmio-direction", MMIO,
        (MMIO_SIZE, "(void)mmio_read(dev, QueueSize);\n\t" + MMIO_SIZE),
    ),
    mutation(
        "notifies-with-16-bits", "mmio-width", MMIO,
        (MMIO_NOTIFY, 'region_write(&dev->common, 0x50, 2, q->index, "QueueNotify");'),
    ),
    mutation(
        "features-not-selected", "mmio-select", MMIO,
        ("mmio_write(dev, DriverFeaturesSel, 1);", ""),
    ),
    mutation(
        "queue-larger-than-allowed", "mmio-size", QUEUE, ("while (wanted > max)", "while (false)")
    ),
    mutation(
        "size-of-a-ready-queue", "mmio-frozen", MMIO,
        (MMIO_READY, MMIO_READY + "\n\tmmio_write(dev, QueueSize, q->size);"),
    ),
    mutation(
        "does-not-acknowledge", "mmio-acknowledged", INTERRUPT,
        ("if (t->acknowledge_interrupt)", "if (false)"),
    ),
    mutation(
        "acknowledges-everything", "mmio-ack", MMIO,
        (MMIO_NOTIFY, MMIO_NOTIFY + "\n\tmmio_write(dev, InterruptACK, 0xff);"),
    ),
    mutation(
        "version-before-magic", "mmio-probe", MMIO,
        ("uint32_t magic = mmio_read(dev, MagicValue), version;",
         "uint32_t version = mmio_read(dev, Version), magic = mmio_read(dev, MagicValue);"),
    ),
    mutation(
        "touches-an-empty-slot", "mmio-empty", MMIO,
        ("if (!dev->device_id) {", "if (!dev->device_id && mmio_read(dev, Status) < 256) {"),
    ),
    mutation(
        "selects-shared-memory", "mmio-shm", MMIO,
        (MMIO_READY, MMIO_READY + '\n\tregion_write(&dev->common, 0xac, 4, 1, "SHMSel");'),
    ),
    mutation(
        "half-an-address", "mmio-queue-order", MMIO,
        ("mmio_write(dev, QueueDeviceHigh, q->device_area.value >> 32);", ""),
    ),
    mutation(
        "notifies-another-queue", "mmio-notify", MMIO,
        (MMIO_NOTIFY, "mmio_write(dev, QueueNotify, q->index + 1u);"),
    ),
    mutation(
        "no-guest-page-size", "mmio-legacy-page", MMIO,
        ("mmio_write(dev, GuestPageSize, LEGACY_PAGE_SIZE);", ""),
    ),
    mutation(
        "no-queue-align", "mmio-legacy-queue", MMIO,
        ("mmio_write(dev, QueueAlign, dev->queue_align); /* step 6 */", ""),
    ),
    mutation(
        "size-max-of-a-queue-in-use", "mmio-legacy-max", MMIO,
        ("mmio_write(dev, QueuePFN, pfn); /* step 7 */",
         "mmio_write(dev, QueuePFN, pfn);\n\t(void)mmio_read(dev, QueueSizeMax);"),
    ),
    # ---- virtio-pci ----
    mutation(
        "generation-with-16-bits", "pci-width", MODERN,
        ("return common_read(dev, config_generation);",
         'return (uint32_t)region_read(&dev->common, 0x14, 2, "config_generation") >> 8;'),
    ),
    mutation(
        "last-capability", "pci-first", MODERN,
        ("for (unsigned i = 0; status != OK && i < layout->count; i++) {",
         "for (unsigned i = 0; i < layout->count; i++) {"),
    ),
    mutation(
        "reserved-bar", "pci-first", MODERN,
        ("else if (cap.bar >= PCI_MAX_BARS)", "else if (false)"),
        ("open_bar(dev, tree, cap->bar, &layout->bars[cap->bar]);",
         "open_bar(dev, tree, 4, &layout->bars[4]);"),
        ("return region_sub(out, &layout->bars[cap->bar],",
         "return region_sub(out, &layout->bars[4],"),
    ),
    mutation(
        "writes-capabilities", "pci-caps-kept", MODERN,
        (VERDICT, 'const char *verdict = (pci_config_write(pci, at + CAP_BAR, 1, 0), "noted");'),
    ),
    mutation(
        "writes-vendor-data", "pci-vendor-data", MODERN,
        (VERDICT,
         "const char *verdict = (type == 9 ? pci_config_write(pci, at + 16, 4, 1)\n"
         '\t\t\t\t\t : (void)0, "noted");'),
    ),
    mutation(
        "uses-the-window", "pci-cfg-window", MODERN,
        (VERDICT,
         "const char *verdict = (type == 5 ? (void)pci_config_read(pci, at + 16, 4)\n"
         '\t\t\t\t\t : (void)0, "noted");'),
    ),
    mutation(
        "writes-num-queues", "pci-read-only", MODERN,
        (MODERN_SIZE, "common_write(dev, num_queues, 1);\n\t" + MODERN_SIZE),
    ),
    mutation(
        "enabled-too-early", "pci-queue-order", MODERN,
        (MODERN_SIZE, "common_write(dev, queue_enable, 1);\n\t" + MODERN_SIZE),
    ),
    mutation(
        "enables-with-0", "pci-enable", MODERN,
        ("common_write(dev, queue_enable, 1);", "common_write(dev, queue_enable, 0);"),
    ),
    mutation(
        "queue-reset-not-awaited", "queue-reset", QUEUE,
        ("while (!q->dev->transport->queue_is_reset(q->dev)) {", "while (false) {"),
    ),
    mutation(
        "resets-another-queue", "queue-reset", MODERN,
        ("common_write(dev, queue_select, index);\n\tregion_write",
         "common_write(dev, queue_select, index ^ 1);\n\tregion_write"),
    ),
    mutation(
        "maps-a-vector", "pci-vector", MODERN,
        (MODERN_SIZE, "common_write(dev, queue_msix_vector, 0);\n\t" + MODERN_SIZE),
    ),
    mutation(
        "doorbell-by-index", "pci-notify", MODERN,
        ("region_write(&dev->notify, (uint64_t)q->notify_offset * dev->notify_multiplier,",
         "region_write(&dev->notify, (uint64_t)q->index * dev->notify_multiplier,"),
    ),
    mutation(
        "doorbell-with-32-bits", "pci-notify", MODERN,
        ("doorbell_width(dev), queue_notification(q)", "4, queue_notification(q)"),
    ),
    mutation(
        "no-bus-master", "pci-master", "platform/pci_open.c",
        ("enable(device, PCI_COMMAND_MASTER | decode_bit(bar));",
         "enable(device, decode_bit(bar));"),
    ),
    mutation(
        "isr-with-msix-on", "pci-isr", LEGACY,
        ("pci_msix_disable(dev->pci);", ""),
        ("legacy_write(dev, queue_notify, q->index);",
         "legacy_write(dev, queue_notify, q->index);\n\t(void)legacy_read(dev, isr_status);"),
    ),
    mutation(
        "writes-a-legacy-size", "pci-legacy-layout", LEGACY,
        ("legacy_write(dev, queue_address, pfn);",
         "legacy_write(dev, queue_size, 16);\n\tlegacy_write(dev, queue_address, pfn);"),
    ),
    mutation(
        "legacy-address-twice", "pci-legacy-queue", LEGACY,
        ("legacy_write(dev, queue_address, pfn);",
         "legacy_write(dev, queue_address, pfn);\n\tlegacy_write(dev, queue_address, pfn);"),
    ),
    # ---- entropy and GPU ----
    mutation(
        "readable-entropy", "entropy-readable", "virtio/entropy.c",
        ("queue_add(q, &buffer, 0, 1, NULL);", "queue_add(q, &buffer, 1, 0, NULL);"),
    ),
    mutation(
        "all-sixteen-scanouts", "gpu-scanouts", DISPLAY,
        (".lit = i < gpu->num_scanouts && chosen", ".lit = chosen"),
    ),
    mutation(
        "no-edid", "gpu-query", DISPLAY,
        ("if (!(gpu->dev->features & FEATURE(VIRTIO_GPU_F_EDID))) {", "if (true) {"),
    ),
    mutation(
        "edid-not-negotiated", "gpu-command", DISPLAY,
        ("if (!(gpu->dev->features & FEATURE(VIRTIO_GPU_F_EDID))) {", "if (false) {"),
    ),
    mutation(
        "flushed-without-transfer", "gpu-order", "gpu/present.c",
        ("gpu_transfer(gpu, resource, surface, damage->area[i])", "surface ? OK : ERR_RANGE"),
    ),
    mutation(
        "scanout-before-backing", "gpu-order", CONNECT,
        ("gpu_attach_backing(gpu, s->resource, &s->surface)",
         "gpu_set_scanout(gpu, s->frame.views[0].scanout, s->resource, s->frame.views[0].area)"),
    ),
    mutation(
        "context-in-2d", "gpu-header", REQUEST,
        ("r->header->type = le32_of(type);",
         "r->header->type = le32_of(type);\n\tr->header->ctx_id = le32_of(1);"),
    ),
    mutation(
        "request-without-header", "gpu-header", "gpu/shape.c",
        ('"GET_DISPLAY_INFO", HEADER_SIZE,', '"GET_DISPLAY_INFO", 20,'),
    ),
    mutation(
        "fence-used-again", "gpu-fence", REQUEST,
        ("le64_of(++gpu->last_fence);", "le64_of(1 + 0 * ++gpu->last_fence);"),
    ),
    mutation(
        "request-cut-short", "gpu-command", "gpu/shape.c",
        ("sizeof(struct virtio_gpu_resource_create_2d), NODATA",
         "sizeof(struct virtio_gpu_resource_create_2d) - 4, NODATA"),
    ),
    mutation("resource-0", "gpu-resource", SCREEN, ("frame->views[0].scanout + 1", "frame->views[0].scanout")),
    mutation(
        "no-format", "gpu-format", COMMAND,
        ("le32_of(pixel_layouts[surface->format].number);", "le32_of(0);"),
    ),
    mutation(
        "scanout-outside", "gpu-covered", LAYOUT,
        ("{{scanout, {0, 0, area->width, area->height}}}",
         "{{scanout, {1, 0, area->width, area->height}}}"),
    ),
    mutation(
        "resource-gone-while-shown", "gpu-order", CONNECT,
        ("if (s->set & 1u << i)", "if (false)"),
    ),
    mutation(
        "resource-gone-with-backing", "gpu-order", CONNECT,
        ("attached ? gpu_detach_backing(gpu, resource) : OK;", "OK;\n\n\t(void)attached;"),
    ),
    mutation(
        "memory-given-back-while-backing", "memory-until-reset", SCREEN,
        ("status = gpu_disconnect(gpu, s);", "status = OK;"),
    ),
    mutation(
        "backing-by-pointer", "gpu-backing", COMMAND,
        ("&r->entries[i], band->block.address,",
         "&r->entries[i], paddr_of((uint64_t)(uintptr_t)band->block.data),"),
    ),
    mutation(
        "backing-too-short", "gpu-backing", COMMAND,
        ("le32_of(rows * surface->stride_bytes);",
         "le32_of((rows - 1) * surface->stride_bytes);"),
    ),
    mutation(
        "cursor-not-fenced", "gpu-cursor", CURSOR,
        ("gpu_transfer_fenced(gpu, CURSOR_RESOURCE,", "gpu_transfer(gpu, CURSOR_RESOURCE,"),
    ),
    mutation(
        "cursor-too-large", "gpu-cursor", CURSOR,
        ("PIXEL_B8G8R8A8, CURSOR_SIDE, CURSOR_SIDE", "PIXEL_B8G8R8A8, CURSOR_SIDE, CURSOR_SIDE + 1"),
    ),
    mutation(
        "cursor-wants-response", "gpu-cursor", CURSOR,
        ("queue_add(&gpu->cursor, &buffer, 1, 0, NULL)",
         "queue_add(&gpu->cursor, (struct queue_buffer[]){buffer, buffer}, 1, 1, NULL)"),
    ),
    mutation(
        "offset-without-x", "gpu-offset", COMMAND,
        ("+ (uint64_t)area.x * PIXEL_SIZE);", ");"),
    ),
    # ---- UUIDs, blobs, capability sets, contexts ----
    mutation(
        "requirements-not-looked-at", "features-depend", DEVICE,
        ("dev->features = features_with_requirements(dev->features, dev->device_id);", ""),
    ),
    mutation(
        "uuid-of-another", "gpu-resource", "gpu/uuid.c",
        ("r->resource_id = le32_of(resource);", "r->resource_id = le32_of(resource + 1);"),
    ),
    mutation(
        "uuid-not-negotiated", "gpu-command", "gpu/uuid.c",
        ("if (!(gpu->dev->features & FEATURE(VIRTIO_GPU_F_RESOURCE_UUID)))", "if (false)"),
    ),
    mutation(
        "capset-behind-the-last", "gpu-capset", CAPSET,
        ("status == OK && i < count; i++", "status == OK && i <= count; i++"),
    ),
    mutation(
        "capset-by-index", "gpu-capset", CAPSET,
        ("r->capset_id = le32_of(capset->id);", "r->capset_id = le32_of(capset->id - 1);"),
    ),
    mutation(
        "capset-of-a-later-version", "gpu-capset", CAPSET,
        ("le32_of(capset->version);", "le32_of(capset->version + 1);"),
    ),
    mutation(
        "capset-in-a-short-response", "gpu-command", "gpu/shape.c",
        ("VIRTIO_GPU_RESP_OK_CAPSET, sizeof(struct virtio_gpu_resp_capset), true}",
         "VIRTIO_GPU_RESP_OK_CAPSET, sizeof(struct virtio_gpu_resp_capset), false}"),
    ),
    mutation(
        "context-0", "gpu-header", CHECK_3D, ("#define CONTEXT      1u", "#define CONTEXT      0u")
    ),
    mutation(
        "context-not-created", "gpu-context", CHECK_3D,
        ("gpu_create_context(gpu, CONTEXT, capset, CONTEXT_NAME)", "capset ? OK : ERR_RANGE"),
    ),
    mutation(
        "context-init-not-negotiated", "gpu-context", CONTEXT,
        ("if (gpu->dev->features & FEATURE(VIRTIO_GPU_F_CONTEXT_INIT))", "if (true)"),
    ),
    mutation(
        "context-name-too-long", "gpu-context", CONTEXT,
        ("r->nlen = le32_of((uint32_t)length);", "r->nlen = le32_of((uint32_t)length + 1);"),
    ),
    mutation(
        "not-attached", "gpu-context", CHECK_3D,
        ("status = gpu_attach_resource(gpu, CONTEXT, resource);", "status = OK;"),
    ),
    mutation(
        "submit-cut-short", "gpu-command", CONTEXT,
        ("r->size = le32_of(size);", "r->size = le32_of(size + 4);"),
    ),
    mutation(
        "box-too-high", "gpu-covered", CONTEXT,
        ("r->box.h = le32_of(surface->height);", "r->box.h = le32_of(surface->height + 1);"),
    ),
    mutation(
        "blob-not-negotiated", "gpu-command", BLOB,
        ("return gpu->dev->features & FEATURE(VIRTIO_GPU_F_RESOURCE_BLOB);", "return true;"),
    ),
    mutation(
        "blob-of-the-host", "gpu-blob", BLOB,
        ("le32_of(VIRTIO_GPU_BLOB_MEM_GUEST);", "le32_of(VIRTIO_GPU_BLOB_MEM_HOST3D);"),
    ),
    mutation(
        "blob-larger-than-its-entries", "gpu-blob", BLOB,
        ("r->size = le64_of(block->size);", "r->size = le64_of(block->size + 1);"),
    ),
    mutation(
        "blob-rows-too-close", "gpu-blob", BLOB,
        ("r->strides[0] = le32_of(surface->stride_bytes);",
         "r->strides[0] = le32_of(surface->stride_bytes - 4);"),
    ),
    mutation(
        "blob-not-aligned", "gpu-blob-aligned", BLOB,
        ("*unit = (uint32_t)max_u64(value, GPU_BLOB_UNIT);", "*unit = GPU_BLOB_UNIT;"),
    ),
    mutation(
        "blob-transferred", "gpu-order", "gpu/present.c", ("!gpu_uses_blobs(gpu) && ", ""),
    ),
    mutation(
        "blob-by-pointer", "gpu-backing", BLOB,
        ("le64_of(block->address.value);", "le64_of((uint64_t)(uintptr_t)block->data);"),
    ),
    mutation(
        "blob-scanout-outside", "gpu-covered", BLOB,
        ("r->strides[0] =", "r->r.x = le32_of(1);\n\tr->strides[0] ="),
    ),
    mutation(
        "blob-without-format", "gpu-format", BLOB,
        ("le32_of(pixel_layouts[surface->format].number);", "le32_of(0);"),
    ),
    mutation(
        "mapped-twice", "gpu-map", CHECK_3D,
        ("status = gpu_map_blob(gpu, resource, 0, &cache);",
         "status = gpu_map_blob(gpu, resource, 0, &cache);\n"
         "\t\tstatus = gpu_map_blob(gpu, resource, 0, &cache);"),
    ),
    mutation(
        "mapped-askew", "gpu-map", CHECK_3D,
        ("gpu_map_blob(gpu, resource, 0, &cache)",
         "gpu_map_blob(gpu, resource, gpu->dev->shared_size, &cache)"),
    ),
    mutation(
        "mapped-and-given-back", "gpu-map", CHECK_3D,
        ("status = gpu_unmap_blob(gpu, resource);", "status = OK;"),
    ),
    mutation(
        "blob-of-no-context", "gpu-header", BLOB, ("r->hdr.ctx_id = le32_of(context);", "")
    ),
    mutation(
        "blob-detached", "gpu-order", CONNECT,
        ("s->created = status == OK;\n\treturn status;",
         "s->created = s->attached = status == OK;\n\treturn status;"),
    ),
    mutation(
        "blob-on-scanout-99", "gpu-scanouts", BLOB,
        ("r->scanout_id = le32_of(scanout);", "r->scanout_id = le32_of(scanout + 99);"),
    ),
)
