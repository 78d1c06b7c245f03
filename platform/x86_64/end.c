/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the wish to stop. Out: a processor that sleeps; x86 has no semihosting. */
#include "platform/end.h"

void end_halt(void)
{
	__asm__ volatile("cli");
	for (;;)
		__asm__ volatile("hlt");
}

bool end_semihosting(uint8_t code)
{
	(void)code;
	return false;
}
