/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a run that is over. Out: its verdict, and the machine left as after= says. */
#include "efi/report.h"

#include "efi/devices.h"
#include "efi/finish.h"
#include "efi/lights.h"
#include "efi/persist.h"
#include "mem/format.h"
#include "mem/tap.h"

#define RESULT_SIZE 160u

static enum verdict judge(const struct program *p)
{
	if (!tap_passed())
		return VERDICT_FAIL;
	if (!p->found)
		return p->framebuffer_shows ? VERDICT_PASS : VERDICT_SKIP;
	return p->lit == p->found ? VERDICT_PASS : VERDICT_FAIL;
}

NORETURN void report_and_end(struct program *p)
{
	enum verdict verdict;
	char text[RESULT_SIZE], last[RESULT_SIZE + sizeof("# RESULT: PASS ")];

	format(text, sizeof(text), "GPUs %s: %u of %u",
		p->options.mode == MODE_BENCH ? "measured" : "that show the picture", p->lit,
		p->found);
	if (p->options.mode == MODE_WATCH)
		format_append(text, sizeof(text), "; changes of displays served: %u", p->served);
	if (p->options.mode == MODE_ANIMATE)
		format_append(text, sizeof(text), "; frames shown: %lu, dropped: %lu", p->frames,
			p->dropped);
	if (!p->found)
		format(text, sizeof(text), "no virtio GPU%s",
			p->framebuffer_shows ? ": picture on the firmware's framebuffer"
					     : " was found");
	devices_disconnect_interrupts(p);
	log_info("dma", "peak: 0x%lx of 0x%lx bytes", p->dma.peak, p->dma.total);
	verdict = judge(p);
	format(last, sizeof(last), "# RESULT: %s %s\n", finish_word(verdict), text);
	if (p->options.persist)
		persist_write(&p->firmware, last);
	lights_show_log(p, verdict, last);
	verdict = finish_report(verdict, text);
	finish_end(&p->firmware, p->options.after, verdict);
}
