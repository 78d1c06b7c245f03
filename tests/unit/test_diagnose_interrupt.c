/* SPDX-License-Identifier: BSD-2-Clause */
/* In: journals of register accesses around interrupts. Out: mistakes 22 and 45, or no cause. */
#include "virtio/diagnose_interrupt.h"

#include "host.h"

#include <string.h>

static struct io_journal journal;
static struct virtio_interrupt interrupt;
static struct diagnosis found;

static int setup(void **state)
{
	memset(&journal, 0, sizeof(journal));
	memset(&interrupt, 0, sizeof(interrupt));
	return host_reset(state);
}

static void note(const char *name, uint64_t value, bool write)
{
	journal.access[journal.next++ % IO_JOURNAL_SIZE] =
		(struct io_access){name, 0, value, 0, 4, write};
}

static void taken(void)
{
	interrupt.taken_at = journal.next;
	interrupt.queue++;
}

static void expect(unsigned count, enum mistake mistake)
{
	memset(&found, 0, sizeof(found));
	diagnose_line(&interrupt, &journal, &found);
	assert_int_equal(found.count, count);
	if (!count)
		return;
	assert_int_equal(found.causes[0].mistake, mistake);
	assert_int_equal(found.causes[0].certainty, CERTAIN);
}

static void test_right(void **state)
{
	(void)state;
	expect(0, 0);
	note("InterruptStatus", 1, false);
	note("InterruptACK", 1, true);
	taken();
	note("QueueNotify", 0, true);
	note("InterruptStatus", 1, false);
	expect(0, 0);
	note("ISR", 1, false);
	taken();
	note("ISR", 0, false);
	note("ISR", 0xff, false);
	expect(0, 0);
	note("isr_status", 1, false);
	taken();
	expect(0, 0);
}

static void test_read_by_others(void **state)
{
	(void)state;
	note("ISR", 1, false);
	taken();
	note("notify", 0, true);
	note("ISR", 1, false);
	note("ISR", 0, false);
	interrupt.spurious = 3;
	expect(1, MISTAKE_ISR_TWICE);
	assert_non_null(strstr(found.causes[0].evidence, "as 0x1"));
	assert_non_null(strstr(found.causes[0].evidence, "called 3 times for nothing"));
}

static void test_not_acknowledged(void **state)
{
	(void)state;
	note("InterruptStatus", 1, false);
	taken();
	note("QueueNotify", 0, true);
	expect(1, MISTAKE_NO_INTERRUPT_ACK);
	assert_non_null(strstr(found.causes[0].evidence, "InterruptStatus -> 0x1"));
}

/* What the journal has lost is no evidence. */
static void test_long_ago(void **state)
{
	(void)state;
	note("InterruptStatus", 1, false);
	taken();
	for (unsigned i = 0; i < IO_JOURNAL_SIZE - 1; i++)
		note("notify", i, true);
	expect(1, MISTAKE_NO_INTERRUPT_ACK);
	note("notify", 0, true);
	expect(0, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_right, setup),
		cmocka_unit_test_setup(test_read_by_others, setup),
		cmocka_unit_test_setup(test_not_acknowledged, setup),
		cmocka_unit_test_setup(test_long_ago, setup),
	};

	return cmocka_run_group_tests_name("diagnose_interrupt", tests, NULL, NULL);
}
