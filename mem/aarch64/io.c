/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In: an address and a width. Out: one load or store of that width.
 *
 * Each form is a plain register-addressed instruction: those are the ones that trap to a
 * hypervisor with a valid syndrome (Arm ARM, ESR_ELx.ISV), so that a VMM can emulate them.
 */
#include "../io.h"

uint64_t io_read(enum io_space space, uint64_t address, unsigned width)
{
	uint64_t value = 0;

	if (space == IO_PORT)
		return UINT64_MAX;
	switch (width) {
	case 1: __asm__ volatile("ldrb %w0, [%1]" : "=r"(value) : "r"(address) : "memory"); break;
	case 2: __asm__ volatile("ldrh %w0, [%1]" : "=r"(value) : "r"(address) : "memory"); break;
	case 4: __asm__ volatile("ldr %w0, [%1]" : "=r"(value) : "r"(address) : "memory"); break;
	case 8: __asm__ volatile("ldr %0, [%1]" : "=r"(value) : "r"(address) : "memory"); break;
	}
	return value;
}

void io_write(enum io_space space, uint64_t address, unsigned width, uint64_t value)
{
	if (space == IO_PORT)
		return;
	switch (width) {
	case 1: __asm__ volatile("strb %w0, [%1]" ::"r"(value), "r"(address) : "memory"); break;
	case 2: __asm__ volatile("strh %w0, [%1]" ::"r"(value), "r"(address) : "memory"); break;
	case 4: __asm__ volatile("str %w0, [%1]" ::"r"(value), "r"(address) : "memory"); break;
	case 8: __asm__ volatile("str %0, [%1]" ::"r"(value), "r"(address) : "memory"); break;
	}
}

bool io_has_ports(void)
{
	return false;
}
