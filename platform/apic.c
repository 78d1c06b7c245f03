/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In: the local APIC of this processor and the I/O APICs (Intel SDM volume 3, chapter 11; 82093AA).
 * Out: the same as a controller of interrupts.
 *
 * Lines and messages each get a vector of their own; an interrupt is known by its number, which for
 * a message is MESSAGE_BASE and its vector.
 */
#include "mem/log.h"
#include "platform/irq_chip.h"
#include "platform/irq_cpu.h"

#define LOCAL_SIZE   0x400u
#define IO_APIC_SIZE 0x20u

/* Model specific registers. */
#define IA32_APIC_BASE 0x1bu
#define APIC_ENABLED   (1u << 11)
#define APIC_X2APIC    (1u << 10)
#define X2APIC_BASE    0x800u /* register / 16 is added */

/* Local APIC, SDM table 11-1. */
#define LOCAL_ID        0x020u
#define LOCAL_VERSION   0x030u
#define LOCAL_TPR       0x080u
#define LOCAL_EOI       0x0b0u
#define LOCAL_SVR       0x0f0u
#define LOCAL_ISR       0x100u
#define LVT_CMCI        0x2f0u
#define LVT_TIMER       0x320u
#define LVT_THERMAL     0x330u
#define LVT_PERFORMANCE 0x340u
#define LVT_LINT0       0x350u
#define LVT_LINT1       0x360u
#define LVT_ERROR       0x370u
#define LVT_MASKED      0x10000u
#define SVR_ENABLE      0x100u
#define VERSION_LVTS(v) (((v) >> 16 & 0xff) + 1)

/* I/O APIC: a register is selected, then read or written. */
#define IO_SELECT          0x00u
#define IO_WINDOW          0x10u
#define IO_VERSION         0x01u
#define IO_REDIRECTION     0x10u
#define IO_VERSION_LAST(v) ((v) >> 16 & 0xff)
#define REDIRECTION_MASKED (1u << 16)
#define REDIRECTION_LEVEL  (1u << 15)
#define REDIRECTION_LOW    (1u << 13)

/* 8259 interrupt masks. */
#define PIC_MASTER_MASK 0x21u
#define PIC_SLAVE_MASK  0xa1u

#define FIRST_VECTOR    32u
#define FIRST_GIVEN     0x40u /* above what firmware and 8259s use */
#define LAST_GIVEN      0xefu
#define SPURIOUS_VECTOR 0xffu
#define MESSAGE_BASE    0x10000u /* no line has such a number */
#define MESSAGE_ADDRESS 0xfee00000u /* SDM volume 3, 11.11.1 */
#define MAX_SHORT_ID    0xffu

static const char subject[] = "irq";

static uint32_t local_read(struct apic *a, uint32_t offset)
{
	if (a->x2apic)
		return (uint32_t)irq_cpu_read(X2APIC_BASE + offset / 16);
	return (uint32_t)region_read(&a->local, offset, 4, "local APIC");
}

static void local_write(struct apic *a, uint32_t offset, uint32_t value)
{
	if (a->x2apic)
		irq_cpu_write(X2APIC_BASE + offset / 16, value);
	else
		region_write(&a->local, offset, 4, value, "local APIC");
}

static uint32_t io_apic_read(const struct region *io, uint32_t index)
{
	region_write(io, IO_SELECT, 4, index, "IOREGSEL");
	return (uint32_t)region_read(io, IO_WINDOW, 4, "IOWIN");
}

static void io_apic_write(const struct region *io, uint32_t index, uint32_t value)
{
	region_write(io, IO_SELECT, 4, index, "IOREGSEL");
	region_write(io, IO_WINDOW, 4, value, "IOWIN");
}

static void set_input(const struct region *io, uint32_t input, uint32_t low, uint32_t high)
{
	/* Masked while it changes. */
	io_apic_write(io, IO_REDIRECTION + 2 * input, REDIRECTION_MASKED);
	io_apic_write(io, IO_REDIRECTION + 2 * input + 1, high);
	io_apic_write(io, IO_REDIRECTION + 2 * input, low);
}

static void mask_pics(void)
{
	struct region port;

	if (region_init(&port, subject, IO_PORT, PIC_MASTER_MASK, 1, 1, NULL) == OK)
		region_write(&port, 0, 1, 0xff, "8259 mask");
	if (region_init(&port, subject, IO_PORT, PIC_SLAVE_MASK, 1, 1, NULL) == OK)
		region_write(&port, 0, 1, 0xff, "8259 mask");
}

/* Local sources that this APIC may not have are not touched: a write would fault in x2APIC mode. */
static void mask_local(struct apic *a)
{
	static const uint32_t sources[] = {
		LVT_TIMER, LVT_LINT0, LVT_LINT1, LVT_ERROR, LVT_PERFORMANCE, LVT_THERMAL, LVT_CMCI};
	uint32_t count =
		(uint32_t)min_u64(VERSION_LVTS(local_read(a, LOCAL_VERSION)), ARRAY_SIZE(sources));

	for (uint32_t i = 0; i < count; i++)
		local_write(a, sources[i], local_read(a, sources[i]) | LVT_MASKED);
}

static void mask_all(struct irq_chip *chip)
{
	struct apic *a = &chip->apic;

	if (chip->tables->apic.pics)
		mask_pics();
	for (unsigned i = 0; i < chip->tables->apic.io_count; i++)
		for (uint32_t input = 0; input < a->inputs[i]; input++)
			set_input(&a->io[i], input, REDIRECTION_MASKED, 0);
	mask_local(a);
}

static enum status open_local(struct irq_chip *chip)
{
	struct apic *a = &chip->apic;
	uint64_t base = irq_cpu_read(IA32_APIC_BASE);
	enum status status;

	if (!(base & APIC_ENABLED)) {
		log_error(subject, "local APIC: off (IA32_APIC_BASE 0x%lx)", base);
		return ERR_UNSUPPORTED;
	}
	a->x2apic = base & APIC_X2APIC;
	status = region_init(&a->local, subject, IO_MMIO, chip->tables->apic.local, LOCAL_SIZE,
		LOCAL_SIZE, NULL);
	if (status != OK)
		return status;
	a->id = local_read(a, LOCAL_ID);
	if (!a->x2apic)
		a->id >>= 24;
	if (a->id > MAX_SHORT_ID) {
		log_error(subject, "local APIC: its id 0x%x needs interrupt remapping", a->id);
		return ERR_UNSUPPORTED;
	}
	return OK;
}

static enum status open_io(struct irq_chip *chip)
{
	struct apic *a = &chip->apic;
	enum status status = OK;

	for (unsigned i = 0; i < chip->tables->apic.io_count && status == OK; i++) {
		status = region_init(&a->io[i], subject, IO_MMIO, chip->tables->apic.io[i].base,
			IO_APIC_SIZE, IO_APIC_SIZE, NULL);
		if (status == OK)
			a->inputs[i] = IO_VERSION_LAST(io_apic_read(&a->io[i], IO_VERSION)) + 1;
	}
	return status;
}

/* Ends what firmware may have left in service: nothing would come through below it. */
static void end_leftovers(struct apic *a)
{
	for (unsigned i = 0; i < 256; i++) {
		bool busy = false;

		for (unsigned word = 0; word < 8; word++)
			busy |= local_read(a, LOCAL_ISR + 16 * word) != 0;
		if (!busy)
			return;
		local_write(a, LOCAL_EOI, 0);
	}
}

static enum status open(struct irq_chip *chip)
{
	struct apic *a = &chip->apic;
	enum status status;

	if (!chip->tables->apic.local)
		return ERR_NOT_FOUND;
	status = open_local(chip);
	if (status == OK)
		status = open_io(chip);
	if (status != OK)
		return status;
	mask_all(chip);
	end_leftovers(a);
	local_write(a, LOCAL_TPR, 0);
	local_write(a, LOCAL_SVR, SVR_ENABLE | SPURIOUS_VECTOR);
	log_info(subject, "local APIC: %s, id %u, %u I/O APICs", a->x2apic ? "x2APIC" : "xAPIC",
		a->id, chip->tables->apic.io_count);
	return OK;
}

static void close(struct irq_chip *chip)
{
	mask_all(chip);
}

/* A vector of its own for an interrupt; one that it has already again. */
static enum status give_vector(struct apic *a, uint32_t number, uint32_t *vector)
{
	for (uint32_t v = FIRST_GIVEN; v < FIRST_GIVEN + a->used; v++) {
		*vector = v;
		if (a->numbers[v - FIRST_VECTOR] == number)
			return OK;
	}
	if (FIRST_GIVEN + a->used > LAST_GIVEN) {
		log_error(subject, "APIC: all %u vectors are given out", a->used);
		return ERR_NO_MEMORY;
	}
	*vector = FIRST_GIVEN + a->used++;
	a->numbers[*vector - FIRST_VECTOR] = number;
	return OK;
}

/* Which I/O APIC a line ends at, and at which of its inputs. */
static bool find_input(
	struct irq_chip *chip, uint32_t number, const struct region **io, uint32_t *input)
{
	for (unsigned i = 0; i < chip->tables->apic.io_count; i++) {
		*input = number - chip->tables->apic.io[i].first;
		*io = &chip->apic.io[i];
		if (number >= chip->tables->apic.io[i].first && *input < chip->apic.inputs[i])
			return true;
	}
	return false;
}

static enum status unmask(struct irq_chip *chip, const struct irq_line *line)
{
	struct apic *a = &chip->apic;
	const struct region *io;
	uint32_t input, vector;
	enum status status;

	if (!find_input(chip, line->number, &io, &input)) {
		log_error(subject, "interrupt %u: no I/O APIC has it", line->number);
		return ERR_RANGE;
	}
	status = give_vector(a, line->number, &vector);
	if (status == OK)
		set_input(io, input,
			vector | (line->edge ? 0 : REDIRECTION_LEVEL) |
				(line->low ? REDIRECTION_LOW : 0),
			a->id << 24);
	return status;
}

/* A message is masked where it is sent from. */
static void mask(struct irq_chip *chip, uint32_t number)
{
	const struct region *io;
	uint32_t input;

	if (find_input(chip, number, &io, &input))
		set_input(io, input, REDIRECTION_MASKED, 0);
}

static bool in_service(struct apic *a, uint32_t vector)
{
	return local_read(a, LOCAL_ISR + vector / 32 * 16) & 1u << vector % 32;
}

/* A vector that is not in service must not be ended: it is the spurious one, or an 8259's. */
static bool acknowledge(struct irq_chip *chip, uint32_t vector, uint32_t *number)
{
	struct apic *a = &chip->apic;

	if (vector < FIRST_VECTOR || vector == SPURIOUS_VECTOR || !in_service(a, vector))
		return false;
	*number = a->numbers[vector - FIRST_VECTOR];
	return true;
}

static void end(struct irq_chip *chip, uint32_t number)
{
	(void)number;
	local_write(&chip->apic, LOCAL_EOI, 0);
}

static enum status message(struct irq_chip *chip, const struct irq_sender *sender,
	struct irq_line *line, struct irq_message *message)
{
	struct apic *a = &chip->apic;
	uint32_t vector;
	enum status status;

	(void)sender;
	line->number = MESSAGE_BASE + a->used;
	status = give_vector(a, line->number, &vector);
	if (status == OK)
		*message = (struct irq_message){MESSAGE_ADDRESS | a->id << 12, vector};
	return status;
}

const struct irq_controller apic_controller = {
	.name = "APIC",
	.open = open,
	.close = close,
	.unmask = unmask,
	.mask = mask,
	.acknowledge = acknowledge,
	.end = end,
	.message = message,
};
