/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a mistake by number. Out: what it is, and what to do about it. */
#include "virtio/mistake.h"

#include "mem/types.h"

struct entry {
	const char *text;
	const char *remedy;
};

/* Each text is a cause in a sentence that needs no context, each remedy what to try first. */
static const struct entry entries[CAUSE_COUNT] = {
	[MISTAKE_V2_REGISTERS_ON_V1] = {"version 2 queue registers were written to a version 1 "
					"(legacy) device",
		"read Version (0x004): for 1 set GuestPageSize, QueueAlign and QueuePFN; or start "
		"QEMU with -global virtio-mmio.force-legacy=false"},
	[MISTAKE_V1_REGISTERS_ON_V2] = {"QueuePFN, a version 1 register, was written to a version "
					"2 device",
		"read Version (0x004): for 2 set QueueDesc, QueueDriver and QueueDevice, then "
		"QueueReady"},
	[MISTAKE_PAGE_SIZE] = {"GuestPageSize and QueuePFN do not give the ring's address",
		"write GuestPageSize (4096) before QueuePFN, and to QueuePFN the address divided "
		"by "
		"it"},
	[MISTAKE_USED_OFFSET] = {"the device writes its used ring where the driver does not look",
		"a legacy used ring is at the end of the available one, rounded up to QueueAlign "
		"(virtio 1.3, 2.7.2)"},
	[MISTAKE_QUEUE_SIZE] = {"the driver and the device do not have the same queue size",
		"write QueueSize with the driver's size before the addresses; the default is not "
		"QueueSizeMax"},
	[MISTAKE_PFN_ZERO] =
		{"QueuePFN was written with 0: a legacy device resets itself as a whole",
			"leave the queues alone; to stop a legacy device write 0 to Status"},
	[MISTAKE_PFN_TRUNCATED] =
		{"the ring lies higher than QueuePFN can say: its number was cut to 32 bits",
			"allocate legacy rings below 2^44 (4096-byte pages)"},
	[MISTAKE_RING_ADDRESS] =
		{"the device was given a ring address that is not the ring's, or not memory",
			"give the device physical addresses: translate the driver's pointers"},
	[MISTAKE_BUFFER_ADDRESS] = {"a descriptor holds an address that is not memory",
		"give the device physical addresses of buffers: translate the driver's pointers"},
	[MISTAKE_ZERO_LENGTH] = {"a descriptor has length 0",
		"leave empty buffers out of the chain"},
	[MISTAKE_READABLE_AFTER_WRITABLE] =
		{"a device-readable descriptor comes behind a writable one",
			"put the request before the response (virtio 1.3, 2.7.4.2)"},
	[MISTAKE_CHAIN] = {"the descriptor chain or the available ring is broken",
		"check next, the head in the available ring, and that its index counts requests"},
	[MISTAKE_TOO_MANY] = {"more requests are in flight than the ring has entries",
		"wait for used elements before descriptors are used again"},
	[MISTAKE_INDIRECT_TABLE] = {"an indirect table has a length that is no multiple of 16",
		"set len to 16 times the number of descriptors in the table"},
	[MISTAKE_ACCESS_PLATFORM] = {"ACCESS_PLATFORM is offered and was not accepted",
		"accept feature bit 33; or start QEMU without iommu_platform=on"},
	[MISTAKE_VERSION_1] = {"VERSION_1 was not accepted on a modern interface",
		"accept feature bit 32: it is in the second word of the features"},
	[MISTAKE_LATE_FEATURES] = {"features were written after FEATURES_OK and are not in force",
		"write all accepted features before status FEATURES_OK (virtio 1.3, 3.1.1)"},
	[MISTAKE_BUS_MASTER] = {"PCI bus mastering is off: the device cannot reach memory",
		"set bit 2 of the PCI command register before DRIVER_OK"},
	[MISTAKE_DECODE] =
		{"the device's registers are not decoded: memory decoding is off, or a BAR has no "
		 "address",
			"give every BAR an address, then set bit 1 of the PCI command register"},
	[MISTAKE_DOORBELL] = {"the notification went to another queue, or to no doorbell",
		"mmio: write the queue's number to QueueNotify; pci: at queue_notify_off x "
		"notify_off_multiplier"},
	[MISTAKE_NOT_ENABLED] = {"the queue was not enabled",
		"write 1 to queue_enable (mmio: QueueReady) after its addresses"},
	[MISTAKE_ISR_TWICE] = {"the ISR status is read in two places, and each reading clears it",
		"read it in one place and hand the bits on"},
	[MISTAKE_EMPTY_SLOT] = {"there is no device in this virtio-mmio slot",
		"skip slots whose DeviceID (0x008) reads 0"},
	[MISTAKE_ACCESS_WIDTH] = {"a register was accessed with a width that it does not have",
		"access virtio-mmio registers with 32 bits only"},
	[MISTAKE_SHORT_REQUEST] =
		{"the request is shorter than its header: the device refuses it, or never answers",
			"send at least 24 bytes, struct virtio_gpu_ctrl_hdr, in the readable part"},
	[MISTAKE_TRUNCATED_PAYLOAD] =
		{"a request was shorter than its command: the device may say OK and do nothing",
			"set the descriptor's len to the size of the command's struct"},
	[MISTAKE_RESPONSE_ROOM] = {"the chain has no room, or too little, for the response",
		"add a writable descriptor of the response's size behind the request"},
	[MISTAKE_UNKNOWN_COMMAND] = {"the device does not know the command",
		"check the header's type and its byte order"},
	[MISTAKE_RESOURCE_ID] = {"the resource id is 0, in use already, or unknown to the device",
		"create each resource once, under an id that is not 0, before it is used"},
	[MISTAKE_FORMAT_OR_SIZE] =
		{"the format is unknown, or the picture larger than the device allows",
			"use B8G8R8X8 (2); QEMU: raise the device's max_hostmem"},
	[MISTAKE_BACKING] =
		{"the backing is not memory, has too many entries, or was attached before",
			"give physical addresses, at most 16384 entries, and attach once"},
	[MISTAKE_SCANOUT] = {"the scanout's number or rectangle is not possible, or its resource "
			     "has no backing",
		"use a scanout below num_scanouts and a rectangle inside the resource, of 16 "
		"pixels "
		"a side or more"},
	[MISTAKE_BOUNDS] =
		{"the rectangle lies outside the resource, or the resource has no backing",
			"keep x + width and y + height within the resource's size"},
	[MISTAKE_TRANSFER_OFFSET] = {"a partial transfer's offset is not that of its rectangle",
		"set offset to y x stride + x x 4"},
	[MISTAKE_SHORT_BACKING] =
		{"the backing is shorter than the picture: its lower part is never transferred",
			"attach stride x height bytes"},
	[MISTAKE_NOT_PRESENTED] = {"the picture was not transferred, or not flushed",
		"send TRANSFER_TO_HOST_2D, then RESOURCE_FLUSH, for what was drawn"},
	[MISTAKE_NO_SCANOUT] = {"no scanout shows the resource",
		"send SET_SCANOUT with the resource's id"},
	[MISTAKE_SECOND_OWNER] = {"the device was reset behind the driver's back: a second owner "
				  "or a second probe",
		"probe each device once, and let firmware's driver go first (ExitBootServices)"},
	[MISTAKE_PIXEL_ORDER] = {"the resource's format is not the order of the bytes that were "
				 "drawn",
		"draw blue, green, red, unused for B8G8R8X8, or create the format that is drawn"},
	[MISTAKE_ZERO_MODE] =
		{"the picture has no size: a display that is off, or a mode of 0x0, was taken",
			"look at enabled, and fall back to a size of the driver's own"},
	[MISTAKE_DEADLINE] = {"the answer came after the wait had ended",
		"count the deadline in time, not in turns of a loop; raise timeout="},
	[MISTAKE_EARLY_FREE] = {"memory that the device still knew was used for something else",
		"reset the device, and wait for status 0, before its memory is freed"},
	[MISTAKE_CACHES] = {"the device's writes do not reach the processor: the memory's "
			    "cacheability differs",
		"map what is shared cached if tables say coherent (dma-coherent, _CCA), else not "
		"cached, and cleaned before; dma=cached and dma=uncached try it"},
	[MISTAKE_MISSED_NOTIFICATION] = {"the device asked to be notified, and was not",
		"read what the device asks for (an event index, or flags) behind a full barrier, "
		"and keep the driver's own"},
	[MISTAKE_NO_INTERRUPT_ACK] = {"the interrupt was not acknowledged",
		"write InterruptStatus back to InterruptACK (pci: read the ISR)"},
	[MISTAKE_CURSOR] =
		{"the cursor is not 64x64 pixels, or a response was expected on its queue",
			"create a 64x64 resource; the cursor queue gives no responses"},
	[MISTAKE_NO_FENCE] = {"the flush was not fenced: its answer does not say that it is done",
		"set VIRTIO_GPU_FLAG_FENCE and a fence_id in the header"},
	[MISTAKE_EVENTS_IGNORED] = {"a change of the displays was not looked at",
		"when events_read has bit 0, ask GET_DISPLAY_INFO again and write events_clear"},
	[CAUSE_GONE] = {"the device left the bus",
		"see whether it was unplugged, or lost its power"},
	[CAUSE_RING_MALFORMED] = {"the device found the ring malformed and gave up",
		"start QEMU with -d guest_errors: it names what it found"},
	[CAUSE_FEATURES_REFUSED] = {"the device does not accept this set of features",
		"accept fewer of them: VERSION_1 alone first"},
	[CAUSE_NOT_RUNNING] = {"the device does not run",
		"write status DRIVER_OK and read it back"},
	[CAUSE_NOT_PUBLISHED] = {"the request was never published to the device",
		"store what makes it available last, behind a write barrier"},
	[CAUSE_RESET_UNENDING] = {"the device does not end its reset",
		"power the device off and on"},
	[CAUSE_DEVICE_BROKE_RING] = {"the device broke the rules of the used ring",
		"report it to whoever makes the device; try fewer features (isolate=on)"},
	[CAUSE_DEVICE_LIMIT] = {"the device cannot do it, although the request looks right",
		"look at the host: its memory, QEMU's max_hostmem, its log"},
	[CAUSE_UNKNOWN_RESPONSE] = {"the response is none that the specification knows",
		"check that the response's buffer is where the chain says"},
	[CAUSE_IOMMU] = {"an IOMMU may keep the device from the memory that it was given",
		"have the IOMMU pass the device's addresses on as they are, or translate them; "
		"QEMU: virtio-iommu's boot-bypass=on, or iommu_platform=off"},
	[CAUSE_SLOW] = {"the device may need longer than the deadline",
		"raise timeout=; QEMU: look with -trace 'virtio*' whether it sees the request"},
};

const char *mistake_text(enum mistake mistake)
{
	return entries[mistake].text;
}

const char *mistake_remedy(enum mistake mistake)
{
	return entries[mistake].remedy;
}
