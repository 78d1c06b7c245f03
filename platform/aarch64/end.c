/* SPDX-License-Identifier: BSD-2-Clause */
/* In: an exit code. Out: a processor that sleeps, or the host's semihosting exit. */
#include "platform/end.h"

#define SYS_EXIT_EXTENDED           0x20u
#define ADP_Stopped_ApplicationExit 0x20026u

void end_halt(void)
{
	__asm__ volatile("msr daifset, #0xf");
	for (;;)
		__asm__ volatile("wfi");
}

bool end_semihosting(uint8_t code)
{
	const uint64_t block[2] = {ADP_Stopped_ApplicationExit, code};
	register uint64_t operation __asm__("x0") = SYS_EXIT_EXTENDED;
	register const uint64_t *parameter __asm__("x1") = block;

	__asm__ volatile("hlt #0xf000" : "+r"(operation) : "r"(parameter) : "memory");
	return false;
}
