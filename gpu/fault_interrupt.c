/* SPDX-License-Identifier: BSD-2-Clause */
/* In: an interrupt by a line. Out: its status, treated as it must not be (virtio 1.3 §4.1.4.5). */
#include "gpu/fault_operations.h"

#define STATUS_QUEUE 1u

static const struct virtio_transport *real_of(struct virtio_device *dev)
{
	return fault_state_of(dev)->real;
}

/* Once to know whose interrupt it is, and once more for what it is about: that is gone by then. */
static uint8_t read_twice(struct virtio_device *dev)
{
	(void)real_of(dev)->read_interrupt_status(dev);
	return real_of(dev)->read_interrupt_status(dev);
}

const struct fault_operations fault_isr_read_twice = {
	.registers = REGISTERS(.read_interrupt_status = read_twice)};

/* On PCI reading acknowledges: such a driver takes for granted whose interrupt it is. */
static uint8_t take_for_granted(struct virtio_device *dev)
{
	return dev->pci ? STATUS_QUEUE : real_of(dev)->read_interrupt_status(dev);
}

static void do_not_acknowledge(struct virtio_device *dev, uint8_t status)
{
	(void)dev;
	(void)status;
}

const struct fault_operations fault_not_acknowledged = {
	.registers = REGISTERS(.read_interrupt_status = take_for_granted,
		.acknowledge_interrupt = do_not_acknowledge)};
