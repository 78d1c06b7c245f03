/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a device and the kind of interrupts it is to use. Out: interrupts, or the reason why not. */
#include "virtio/interrupt.h"

#include "mem/clock.h"
#include "mem/format.h"
#include "mem/log.h"
#include "mem/tap.h"
#include "virtio/device.h"
#include "virtio/diagnose_interrupt.h"

/* ISR status and InterruptStatus (§4.1.4.5, §4.2.2). */
#define STATUS_QUEUE    1u
#define STATUS_CONFIG   2u
#define STATUS_ALL_ONES 0xffu

const char *interrupt_mode_name(enum interrupt_mode mode)
{
	static const char *const names[] = {"poll", "intx", "msix", "mmio"};

	return names[mode];
}

/* The device is polled from here on. */
static void fall_back(struct virtio_device *dev, bool failed, const char *fmt, ...) PRINTF(3, 4);
static void fall_back(struct virtio_device *dev, bool failed, const char *fmt, ...)
{
	struct virtio_interrupt *i = &dev->interrupt;
	va_list args;

	va_start(args, fmt);
	format_args(i->cause, sizeof(i->cause), fmt, args);
	va_end(args);
	i->failed = failed;
	if (failed)
		log_error(dev->name, "interrupt: %s: polled from here on", i->cause);
	else
		log_info(dev->name, "interrupt: %s: polled", i->cause);
	virtio_interrupt_close(dev);
}

/* The one place that reads it: on PCI that acknowledges. True when it was this device's. */
static bool take_status(struct virtio_device *dev)
{
	const struct virtio_transport *t = dev->transport;
	struct virtio_interrupt *i = &dev->interrupt;
	uint8_t status = t->read_interrupt_status(dev);

	if (status == STATUS_ALL_ONES || !(status & (STATUS_QUEUE | STATUS_CONFIG))) {
		i->spurious++;
		return false;
	}
	if (t->acknowledge_interrupt)
		t->acknowledge_interrupt(dev, status & (STATUS_QUEUE | STATUS_CONFIG));
	i->status = status;
	i->taken_at = dev->journal.next;
	i->queue += status & STATUS_QUEUE;
	i->config += (status & STATUS_CONFIG) != 0;
	i->came |= status & STATUS_QUEUE;
	return true;
}

static bool on_line(void *context)
{
	return take_status(context);
}

static bool on_queue_vector(void *context)
{
	struct virtio_device *dev = context;

	dev->interrupt.queue++;
	dev->interrupt.came = true;
	return true;
}

static bool on_config_vector(void *context)
{
	struct virtio_device *dev = context;

	dev->interrupt.config++;
	return true;
}

static enum status connect_line(struct virtio_device *dev, const struct irq_line *line)
{
	dev->interrupt.queue_irq =
		(struct irq){.name = dev->name, .handler = on_line, .context = dev};
	return irq_connect(&dev->interrupt.queue_irq, line);
}

static void open_mmio(struct virtio_device *dev)
{
	const struct irq_line *line = &dev->interrupt.line;
	enum status status;

	if (!line->number) {
		fall_back(dev, false, "no table names its line");
		return;
	}
	status = connect_line(dev, line);
	if (status != OK)
		fall_back(dev, false, "its line %u: %s", line->number, status_name(status));
}

static void open_pin(struct virtio_device *dev, const struct irq_tables *tables)
{
	struct virtio_interrupt *i = &dev->interrupt;
	enum status status = pci_find_line(tables, dev->pci, &i->line);

	if (status == OK)
		status = connect_line(dev, &i->line);
	if (status != OK) {
		fall_back(dev, false, "its pin is not routed: %s", status_name(status));
		return;
	}
	pci_msix_disable(dev->pci);
	pci_allow_pin(dev->pci, true);
}

/* One entry of the table, connected. */
static enum status add_vector(
	struct virtio_device *dev, uint16_t entry, struct irq *irq, bool (*handler)(void *context))
{
	struct irq_sender sender = pci_sender(dev->pci);
	struct irq_message message;
	enum status status;

	*irq = (struct irq){.name = dev->name, .handler = handler, .context = dev};
	status = irq_connect_message(irq, &sender, &message);
	if (status == OK)
		pci_msix_set(&dev->interrupt.msix, entry, &message);
	return status;
}

/* Vector 0 is for the configuration where there are two; with one, it is for the queue. */
static enum status add_vectors(struct virtio_device *dev)
{
	struct virtio_interrupt *i = &dev->interrupt;
	enum status status = OK;

	i->config_vector = i->msix.count > 1 ? 0 : VIRTIO_MSI_NO_VECTOR;
	i->queue_vector = i->msix.count > 1 ? 1 : 0;
	if (i->config_vector != VIRTIO_MSI_NO_VECTOR)
		status = add_vector(dev, i->config_vector, &i->config_irq, on_config_vector);
	else
		log_info(dev->name, "MSI-X: one entry: changes of the configuration have none");
	if (status == OK)
		status = add_vector(dev, i->queue_vector, &i->queue_irq, on_queue_vector);
	return status;
}

static void open_vectors(struct virtio_device *dev, struct pci_tree *tree)
{
	struct virtio_interrupt *i = &dev->interrupt;
	enum status status;

	if (!dev->transport->set_vectors) {
		/* The vector registers of the legacy header are not driven: they move the rest. */
		fall_back(dev, false, "MSI-X is not used over %s", dev->transport->name);
		return;
	}
	status = pci_msix_open(tree, dev->pci, dev->name, &i->msix);
	if (status == ERR_NOT_FOUND) {
		fall_back(dev, false, "the device has no MSI-X");
		return;
	}
	if (status == OK)
		status = add_vectors(dev);
	if (status == OK)
		status = pci_msix_enable(dev->pci, &i->msix);
	if (status != OK)
		fall_back(dev, false, "MSI-X: %s", status_name(status));
}

void virtio_interrupt_open(struct virtio_device *dev, enum interrupt_mode mode,
	const struct irq_tables *tables, struct pci_tree *tree)
{
	struct virtio_interrupt *i = &dev->interrupt;

	i->asked = mode;
	i->mode = mode;
	if (mode == INTERRUPT_POLL)
		return;
	if ((mode == INTERRUPT_MMIO) == (dev->pci != NULL))
		fall_back(dev, false, "irq=%s is not for %s", interrupt_mode_name(mode),
			dev->transport->name);
	else if (!irq_is_open())
		fall_back(dev, false, "there is no interrupt controller");
	else if (mode == INTERRUPT_MMIO)
		open_mmio(dev);
	else if (mode == INTERRUPT_INTX)
		open_pin(dev, tables);
	else
		open_vectors(dev, tree);
}

void virtio_interrupt_close(struct virtio_device *dev)
{
	struct virtio_interrupt *i = &dev->interrupt;

	if (i->msix.capability)
		pci_msix_mask(dev->pci, &i->msix);
	if (i->mode == INTERRUPT_INTX)
		pci_allow_pin(dev->pci, false);
	irq_disconnect(&i->queue_irq);
	irq_disconnect(&i->config_irq);
	i->mode = i->paused = INTERRUPT_POLL;
}

bool virtio_interrupt_pause(struct virtio_device *dev, bool on)
{
	struct virtio_interrupt *i = &dev->interrupt;

	if (on)
		i->paused = i->mode;
	i->mode = on ? INTERRUPT_POLL : i->paused;
	return i->paused != INTERRUPT_POLL;
}

void virtio_interrupt_assign(struct virtio_device *dev, uint16_t index)
{
	struct virtio_interrupt *i = &dev->interrupt;
	const char *refused;

	if (i->mode != INTERRUPT_MSIX)
		return;
	refused = dev->transport->set_vectors(dev, i->config_vector, i->queue_vector);
	if (refused)
		fall_back(dev, true,
			"queue %u: %s reads VIRTIO_MSI_NO_VECTOR: the device has no "
			"resources for it (virtio 1.3, 4.1.5.1.2)",
			index, refused);
}

bool virtio_interrupt_look(struct virtio_device *dev, uint64_t waited_us)
{
	struct virtio_interrupt *i = &dev->interrupt;

	if (i->mode == INTERRUPT_POLL)
		return true;
	irq_let_in();
	i->looking = i->came;
	i->came = false;
	return i->looking || waited_us > INTERRUPT_MISSED_US;
}

/* What can be seen of an interrupt that did not come. */
static void explain_vector(struct virtio_device *dev)
{
	struct virtio_interrupt *i = &dev->interrupt;

	if (pci_msix_is_pending(&i->msix, i->queue_vector))
		fall_back(dev, true, "MSI-X entry %u is pending: it is masked", i->queue_vector);
	else
		fall_back(dev, true,
			"no message of MSI-X entry %u arrived (interrupt %u): the device sent "
			"none, or it is not routed",
			i->queue_vector, i->queue_irq.number);
}

static void explain_line(struct virtio_device *dev)
{
	struct virtio_interrupt *i = &dev->interrupt;
	uint32_t number = i->queue_irq.number;
	struct diagnosis d = {0};

	/* Before the status is taken here, which leaves its traces too. */
	diagnose_line(i, &dev->journal, &d);
	diagnosis_log(&d, dev->name);
	if (d.count)
		fall_back(dev, true, "%s", mistake_text(diagnosis_first(&d)));
	else if (take_status(dev))
		fall_back(dev, true,
			"the device's interrupt status is 0x%x, and interrupt %u did not come: it "
			"is routed elsewhere, or masked",
			i->status, number);
	else
		fall_back(dev, true,
			"the device's interrupt status is 0: it raised none "
			"(interrupt %u)",
			number);
}

void virtio_interrupt_answered(struct virtio_device *dev)
{
	struct virtio_interrupt *i = &dev->interrupt;
	uint64_t start = clock_us();

	if (i->mode == INTERRUPT_POLL || i->looking)
		return;
	while (!i->came && clock_us() - start < INTERRUPT_GRACE_US) {
		irq_let_in();
		cpu_relax();
	}
	if (i->came)
		i->came = false;
	else if (i->mode == INTERRUPT_MSIX)
		explain_vector(dev);
	else
		explain_line(dev);
}

bool virtio_interrupt_is_alarm(struct virtio_device *dev)
{
	struct virtio_interrupt *i = &dev->interrupt;
	bool alarm = i->config != i->judged;

	i->judged = i->config;
	return alarm;
}

bool virtio_interrupt_tells_changes(const struct virtio_device *dev)
{
	const struct virtio_interrupt *i = &dev->interrupt;

	if (i->mode == INTERRUPT_MSIX)
		return i->config_vector != VIRTIO_MSI_NO_VECTOR;
	return i->mode != INTERRUPT_POLL;
}

bool virtio_interrupt_changed(struct virtio_device *dev)
{
	struct virtio_interrupt *i = &dev->interrupt;
	bool changed;

	if (i->mode != INTERRUPT_POLL)
		irq_let_in();
	changed = i->config != i->noticed;
	i->noticed = i->config;
	return changed;
}

void virtio_interrupt_change_seen(struct virtio_device *dev)
{
	uint64_t start = clock_us();

	while (virtio_interrupt_tells_changes(dev)) {
		if (virtio_interrupt_changed(dev))
			return;
		if (clock_us() - start > INTERRUPT_GRACE_US)
			fall_back(dev, true,
				"the configuration changed, and no interrupt told of it");
		cpu_relax();
	}
}

uint8_t virtio_interrupt_status(struct virtio_device *dev)
{
	if (dev->interrupt.mode == INTERRUPT_INTX)
		return dev->interrupt.status;
	return dev->transport->read_interrupt_status(dev);
}

void virtio_interrupt_report(const struct virtio_device *dev)
{
	const struct virtio_interrupt *i = &dev->interrupt;

	if (i->asked == INTERRUPT_POLL)
		return;
	if (i->cause[0] && i->failed)
		tap_fail(dev->name, "interrupt", "%s", i->cause);
	else if (i->cause[0])
		tap_skip(dev->name, "interrupt", "%s: polled", i->cause);
	else
		tap_ok(dev->name, "interrupts by %s: queue %lu, config %lu, spurious %lu",
			interrupt_mode_name(i->mode), i->queue, i->config, i->spurious);
}
