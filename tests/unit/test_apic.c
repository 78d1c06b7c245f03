/* SPDX-License-Identifier: BSD-2-Clause */
/* In: platform/apic.c over fake registers. Out: whether lines and messages end at their vectors. */
#include "host.h"

#include <string.h>

#include "platform/irq.h"

#define LOCAL  0xfee00000u
#define IO     0xfec00000u
#define INPUTS 24u

static struct irq_tables tables;
static struct dma_pool pool;
static uint32_t local[0x400 / 4];
static uint32_t redirections[2 * INPUTS];
static uint32_t selected;
static uint64_t apic_base;
static unsigned ends, calls, foreign;
static uint8_t pic_masks[2];

/* The local APIC: ending takes the highest vector out of service. */
static void local_set(uint32_t offset, uint32_t value)
{
	if (offset != 0xb0) {
		local[offset / 4] = value;
		return;
	}
	ends++;
	for (int word = 7; word >= 0; word--) {
		uint32_t *isr = &local[(0x100 + 16 * (unsigned)word) / 4];

		if (!*isr)
			continue;
		*isr &= ~(1u << (31 - __builtin_clz(*isr)));
		return;
	}
}

static uint64_t local_read(void *context, uint64_t offset, unsigned width)
{
	(void)context;
	assert_int_equal(width, 4);
	foreign += (apic_base & 0x400) != 0;
	return local[offset / 4];
}

static void local_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
	(void)context;
	assert_int_equal(width, 4);
	foreign += (apic_base & 0x400) != 0;
	local_set((uint32_t)offset, (uint32_t)value);
}

static uint64_t msr_read(void *context, uint32_t which)
{
	(void)context;
	if (which == 0x1b)
		return apic_base;
	assert_true(apic_base & 0x400 && which >= 0x800 && which < 0x840);
	return local[(which - 0x800) * 4];
}

static void msr_write(void *context, uint32_t which, uint64_t value)
{
	(void)context;
	assert_true(apic_base & 0x400 && which >= 0x800 && which < 0x840);
	local_set((which - 0x800) * 16, (uint32_t)value);
}

static uint64_t io_apic_read(void *context, uint64_t offset, unsigned width)
{
	(void)context;
	assert_true(offset == 0x10 && width == 4);
	return selected == 1 ? (INPUTS - 1) << 16 : redirections[selected - 0x10];
}

static void io_apic_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
	(void)context;
	assert_int_equal(width, 4);
	if (!offset)
		selected = (uint32_t)value;
	else if (selected >= 0x10)
		redirections[selected - 0x10] = (uint32_t)value;
}

static uint64_t no_read(void *context, uint64_t offset, unsigned width)
{
	(void)context;
	(void)offset;
	(void)width;
	return 0xff;
}

static void pic_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
	(void)offset;
	(void)width;
	*(uint8_t *)context = (uint8_t)value;
}

/* Connected until the end of a test. */
static struct irq irq, first, second;

static void take(uint32_t vector)
{
	local[(0x100 + vector / 32 * 16) / 4] |= 1u << vector % 32;
	assert_true(irq_dispatch(vector));
}

static bool handler(void *context)
{
	++*(unsigned *)context;
	return true;
}

static int setup(void **state)
{
	if (host_reset(state))
		return -1;
	memset(local, 0, sizeof(local));
	memset(redirections, 0, sizeof(redirections));
	memset(pic_masks, 0, sizeof(pic_masks));
	local[0x20 / 4] = 3 << 24;
	local[0x30 / 4] = 0x50014; /* six local sources */
	apic_base = LOCAL | 0x800;
	ends = calls = foreign = 0;
	irq = (struct irq){.name = "device", .handler = handler, .context = &calls};
	first = (struct irq){.name = "first", .handler = handler, .context = &foreign};
	second = irq;
	tables = (struct irq_tables){.apic = {.local = LOCAL, .pics = true}};
	tables.apic.io[tables.apic.io_count++] = (struct irq_io_apic){IO, 16};
	host_set_irq_cpu(
		&(struct host_irq_cpu){.kind = IRQ_CPU_APIC, .read = msr_read, .write = msr_write});
	host_add_window(
		&(struct host_window){IO_MMIO, LOCAL, 0x400, local_read, local_write, NULL});
	host_add_window(
		&(struct host_window){IO_MMIO, IO, 0x20, io_apic_read, io_apic_write, NULL});
	host_add_window(&(struct host_window){IO_PORT, 0x21, 1, no_read, pic_write, pic_masks});
	host_add_window(&(struct host_window){IO_PORT, 0xa1, 1, no_read, pic_write, pic_masks + 1});
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	irq_close();
	return 0;
}

/* 8259s, inputs and local sources; what was in service is ended. */
static void test_everything_is_masked_first(void **state)
{
	(void)state;
	local[(0x100 + 16) / 4] = 0x80000001;
	assert_int_equal(irq_open(&tables, &pool), OK);
	assert_true(pic_masks[0] == 0xff && pic_masks[1] == 0xff);
	for (unsigned i = 0; i < INPUTS; i++)
		assert_int_equal(redirections[2 * i], 0x10000);
	assert_int_equal(local[0x320 / 4], 0x10000);
	assert_int_equal(local[0x350 / 4], 0x10000);
	assert_int_equal(local[0x2f0 / 4], 0); /* the seventh source, which it does not have */
	assert_int_equal(local[0xf0 / 4], 0x1ff);
	assert_int_equal(ends, 2);
}

static void test_line(void **state)
{
	(void)state;
	assert_int_equal(irq_open(&tables, &pool), OK);
	assert_int_equal(irq_connect(&irq, &(struct irq_line){.number = 21, .low = true}), OK);
	assert_int_equal(redirections[2 * 5], 0x40 | 1u << 15 | 1u << 13);
	assert_int_equal(redirections[2 * 5 + 1], 3u << 24);
	take(0x40);
	assert_int_equal(calls, 1);
	assert_int_equal(ends, 1);
	irq_disconnect(&irq);
	assert_int_equal(redirections[2 * 5], 0x10000);
	assert_int_equal(irq_connect(&irq, &(struct irq_line){.number = 15}), ERR_RANGE);
	assert_int_equal(irq_connect(&irq, &(struct irq_line){.number = 40}), ERR_RANGE);
	assert_true(host_logged("interrupt 40: no I/O APIC has it"));
}

/* Two devices on a line have one vector, and keep it until both are gone. */
static void test_shared_line(void **state)
{
	const struct irq_line line = {.number = 21, .low = true};

	(void)state;
	assert_int_equal(irq_open(&tables, &pool), OK);
	assert_int_equal(irq_connect(&first, &line), OK);
	assert_int_equal(irq_connect(&irq, &line), OK);
	assert_int_equal(redirections[2 * 5], 0x40 | 1u << 15 | 1u << 13);
	take(0x40);
	assert_true(foreign == 1 && calls == 1);
	irq_disconnect(&first);
	assert_int_equal(redirections[2 * 5], 0x40 | 1u << 15 | 1u << 13);
	irq_disconnect(&irq);
	assert_int_equal(redirections[2 * 5], 0x10000);
}

static void test_message(void **state)
{
	struct irq_sender sender = {0};
	struct irq_message message;

	(void)state;
	assert_int_equal(irq_open(&tables, &pool), OK);
	assert_int_equal(irq_connect_message(&first, &sender, &message), OK);
	assert_int_equal(irq_connect_message(&second, &sender, &message), OK);
	assert_true(message.address == 0xfee03000 && message.data == 0x41);
	take(0x41);
	assert_int_equal(calls, 1);
}

/* From 0x40 to 0xef: no vector is anybody's twice. */
static void test_vectors_are_used_up(void **state)
{
	static struct irq many[0xef - 0x40 + 1];
	struct irq_sender sender = {0};
	struct irq_message message;

	(void)state;
	assert_int_equal(irq_open(&tables, &pool), OK);
	for (unsigned i = 0; i < ARRAY_SIZE(many); i++) {
		many[i] = irq;
		assert_int_equal(irq_connect_message(&many[i], &sender, &message), OK);
		assert_int_equal(message.data, 0x40 + i);
	}
	assert_int_equal(irq_connect_message(&second, &sender, &message), ERR_NO_MEMORY);
	assert_int_equal(irq_connect(&irq, &(struct irq_line){.number = 16}), ERR_NO_MEMORY);
	assert_true(host_logged("APIC: all 176 vectors are given out"));
}

/* The spurious vector and one that is not in service are not ended. */
static void test_spurious(void **state)
{
	(void)state;
	assert_int_equal(irq_open(&tables, &pool), OK);
	assert_true(irq_dispatch(0xff));
	assert_true(irq_dispatch(0x27));
	assert_int_equal(irq_counts().spurious, 2);
	assert_int_equal(ends, 0);
}

static void test_x2apic(void **state)
{
	(void)state;
	apic_base |= 0x400;
	local[0x20 / 4] = 5;
	assert_int_equal(irq_open(&tables, &pool), OK);
	assert_true(host_logged("x2APIC, id 5"));
	assert_int_equal(irq_connect(&irq, &(struct irq_line){.number = 16, .edge = true}), OK);
	assert_int_equal(redirections[0], 0x40);
	assert_int_equal(redirections[1], 5u << 24);
	take(0x40);
	assert_int_equal(calls, 1);
	assert_int_equal(foreign, 0);
}

static void test_unusable(void **state)
{
	(void)state;
	apic_base |= 0x400;
	local[0x20 / 4] = 0x100;
	assert_int_equal(irq_open(&tables, &pool), ERR_UNSUPPORTED);
	apic_base = LOCAL;
	assert_int_equal(irq_open(&tables, &pool), ERR_UNSUPPORTED);
	tables.apic.local = 0;
	assert_int_equal(irq_open(&tables, &pool), ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_everything_is_masked_first, setup, teardown),
		cmocka_unit_test_setup_teardown(test_line, setup, teardown),
		cmocka_unit_test_setup_teardown(test_shared_line, setup, teardown),
		cmocka_unit_test_setup_teardown(test_vectors_are_used_up, setup, teardown),
		cmocka_unit_test_setup_teardown(test_message, setup, teardown),
		cmocka_unit_test_setup_teardown(test_spurious, setup, teardown),
		cmocka_unit_test_setup_teardown(test_x2apic, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unusable, setup, teardown),
	};

	return cmocka_run_group_tests_name("apic", tests, NULL, NULL);
}
