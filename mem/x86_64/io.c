/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In: an address or a port and a width. Out: one access of that width.
 *
 * Memory, too, by al, ax, eax and rax alone: some AMD processors (family 10h) reach configuration
 * space of their own by no others (BKDG 31116, "MMIO Configuration Coding Requirements").
 */
#include "../io.h"

static uint64_t port_read(uint16_t port, unsigned width)
{
	uint32_t value = 0;

	switch (width) {
	case 1: __asm__ volatile("inb %w1, %b0" : "+a"(value) : "Nd"(port) : "memory"); break;
	case 2: __asm__ volatile("inw %w1, %w0" : "+a"(value) : "Nd"(port) : "memory"); break;
	case 4: __asm__ volatile("inl %w1, %0" : "=a"(value) : "Nd"(port) : "memory"); break;
	}
	return value;
}

static void port_write(uint16_t port, unsigned width, uint32_t value)
{
	switch (width) {
	case 1: __asm__ volatile("outb %b0, %w1" ::"a"(value), "Nd"(port) : "memory"); break;
	case 2: __asm__ volatile("outw %w0, %w1" ::"a"(value), "Nd"(port) : "memory"); break;
	case 4: __asm__ volatile("outl %0, %w1" ::"a"(value), "Nd"(port) : "memory"); break;
	}
}

uint64_t io_read(enum io_space space, uint64_t address, unsigned width)
{
	uint64_t value = 0;

	if (space == IO_PORT)
		return port_read((uint16_t)address, width);
	switch (width) {
	case 1: __asm__ volatile("movb (%1), %b0" : "+a"(value) : "r"(address) : "memory"); break;
	case 2: __asm__ volatile("movw (%1), %w0" : "+a"(value) : "r"(address) : "memory"); break;
	case 4: __asm__ volatile("movl (%1), %k0" : "=a"(value) : "r"(address) : "memory"); break;
	case 8: __asm__ volatile("movq (%1), %0" : "=a"(value) : "r"(address) : "memory"); break;
	}
	return value;
}

void io_write(enum io_space space, uint64_t address, unsigned width, uint64_t value)
{
	if (space == IO_PORT) {
		port_write((uint16_t)address, width, (uint32_t)value);
		return;
	}
	switch (width) {
	case 1: __asm__ volatile("movb %b0, (%1)" ::"a"(value), "r"(address) : "memory"); break;
	case 2: __asm__ volatile("movw %w0, (%1)" ::"a"(value), "r"(address) : "memory"); break;
	case 4: __asm__ volatile("movl %k0, (%1)" ::"a"(value), "r"(address) : "memory"); break;
	case 8: __asm__ volatile("movq %0, (%1)" ::"a"(value), "r"(address) : "memory"); break;
	}
}

bool io_has_ports(void)
{
	return true;
}
