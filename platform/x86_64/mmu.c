/* SPDX-License-Identifier: BSD-2-Clause */
/* In: page tables. Out: translation by them, in long mode (Intel SDM volume 3, 4.5, 12.12). */
#include "platform/mmu.h"

#include <cpuid.h>

#define CR0_WP    (1ull << 16) /* read-only also holds for ring 0 */
#define CR4_PGE   (1ull << 7)
#define CR4_LA57  (1ull << 12)
#define CR4_PCIDE (1ull << 17)
#define CR3_LOW   0xfffull /* a PCID, or cache policy of the root */

#define MSR_PAT  0x277u
#define MSR_EFER 0xc0000080u
#define EFER_NXE (1ull << 11)

#define CPUID_EXTENDED   0x80000001u
#define CPUID_NX         (1u << 20) /* EDX */
#define CPUID_GIB        (1u << 26)
#define CPUID_ADDRESSES  0x80000008u
#define ADDRESS_BITS_MIN 36u

/* What reset leaves in IA32_PAT (SDM volume 3, 12.12.4): entry 0 is WB, entry 3 UC. */
#define PAT_RESET   0x0007040600070406ull
#define PAT_OF_OURS 0x00000000ff0000ffull

/* struct mmu_state */
enum { CR0_AT, CR3_AT, CR4_AT, EFER_AT, PAT_AT };

static uint64_t read_msr(uint32_t number)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(number));
	return (uint64_t)high << 32 | low;
}

static void write_msr(uint32_t number, uint64_t value)
{
	__asm__ volatile("wrmsr" ::"c"(number), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
			 : "memory");
}

static void write_cr0(uint64_t value)
{
	__asm__ volatile("movq %0, %%cr0" ::"r"(value) : "memory");
}

static void write_cr3(uint64_t value)
{
	__asm__ volatile("movq %0, %%cr3" ::"r"(value) : "memory");
}

static void write_cr4(uint64_t value)
{
	__asm__ volatile("movq %0, %%cr4" ::"r"(value) : "memory");
}

static uint64_t read_cr4(void)
{
	uint64_t value;

	__asm__ volatile("movq %%cr4, %0" : "=r"(value));
	return value;
}

static uint32_t extended_features(void)
{
	uint32_t eax, ebx, ecx, edx;

	return __get_cpuid(CPUID_EXTENDED, &eax, &ebx, &ecx, &edx) ? edx : 0;
}

static unsigned address_bits(void)
{
	uint32_t eax, ebx, ecx, edx;

	if (!__get_cpuid(CPUID_ADDRESSES, &eax, &ebx, &ecx, &edx))
		return ADDRESS_BITS_MIN;
	return eax & 0xff;
}

struct page_format mmu_format(void)
{
	const struct x86_paging paging = {
		.levels = read_cr4() & CR4_LA57 ? 5 : 4,
		.address_bits = address_bits(),
		.no_execute = extended_features() & CPUID_NX,
		.gib_blocks = extended_features() & CPUID_GIB,
	};

	return page_format_x86_64(&paging);
}

const char *mmu_mode(void)
{
	return "long mode";
}

static void read_state(struct mmu_state *state)
{
	uint64_t *r = state->registers;

	__asm__ volatile("movq %%cr0, %0" : "=r"(r[CR0_AT]));
	__asm__ volatile("movq %%cr3, %0" : "=r"(r[CR3_AT]));
	r[CR4_AT] = read_cr4();
	r[EFER_AT] = read_msr(MSR_EFER);
	r[PAT_AT] = read_msr(MSR_PAT);
}

/*
 * Lines that were cached by another policy are written back on both sides (SDM volume 3, 12.12.4);
 * the translations that remember the old policy are forgotten by load_tables, which follows.
 */
static void set_pat(uint64_t value)
{
	if (read_msr(MSR_PAT) == value)
		return;
	__asm__ volatile("wbinvd" ::: "memory");
	write_msr(MSR_PAT, value);
	__asm__ volatile("wbinvd" ::: "memory");
}

/*
 * Without global pages and PCIDs, which nobody here uses, loading CR3 forgets every translation;
 * CR4 loses them before, with the old tables in force.
 */
static void load_tables(uint64_t cr3, uint64_t cr4)
{
	write_cr4(cr4 & ~(CR4_PGE | CR4_PCIDE));
	write_cr3(cr3 & ~CR3_LOW);
}

void mmu_enable(const struct paging *paging, struct mmu_state *before)
{
	const uint64_t *r = before->registers;

	read_state(before);
	if (extended_features() & CPUID_NX)
		write_msr(MSR_EFER, r[EFER_AT] | EFER_NXE);
	if ((r[PAT_AT] ^ PAT_RESET) & PAT_OF_OURS)
		set_pat(PAT_RESET);
	load_tables((uint64_t)paging->pages, r[CR4_AT]);
	write_cr0(r[CR0_AT] | CR0_WP);
}

/* EFER.NXE and what CR3 says of caching the root make no difference to the old tables. */
void mmu_restore(const struct mmu_state *before)
{
	const uint64_t *r = before->registers;

	set_pat(r[PAT_AT]);
	load_tables(r[CR3_AT], r[CR4_AT]);
	write_cr4(r[CR4_AT] & ~CR4_PCIDE);
	write_cr0(r[CR0_AT]);
}

/* An entry that was not present is not cached (SDM volume 3, 4.10.2.3). */
void mmu_publish(void)
{
	__asm__ volatile("" ::: "memory");
}

void mmu_clean(uint64_t base, uint64_t size)
{
	(void)base;
	(void)size;
	__asm__ volatile("wbinvd" ::: "memory");
}

bool mmu_devices_are_coherent(void)
{
	return true;
}

NORETURN void mmu_run_on_stack(void *top, void (*run)(void))
{
	__asm__ volatile("movq %0, %%rsp\n\t"
			 "xorl %%ebp, %%ebp\n\t"
			 "pushq $0\n\t"
			 "jmp *%1" ::"r"(top),
			 "r"(run)
			 : "memory");
	__builtin_unreachable();
}
