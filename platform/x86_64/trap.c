/* SPDX-License-Identifier: BSD-2-Clause */
/* In: what an exception stub saved. Out: the cause in words (Intel SDM volume 3, chapter 6). */
#include "platform/trap_report.h"

#include "mem/format.h"
#include "platform/end.h"

#define VECTORS    256u
#define EXCEPTIONS 32u /* vectors below this one; above, interrupts, that return */
#define STUB_SIZE  8u /* in vectors.S */
#define STACK_SIZE 16384u

/* Selectors: offsets into the GDT below. */
#define CODE_SELECTOR 0x08u
#define DATA_SELECTOR 0x10u
#define TASK_SELECTOR 0x18u

/* SDM volume 3, 3.4.5 and 5.8: present, ring 0, flat. */
#define CODE_DESCRIPTOR 0x00af9a000000ffffull /* 64-bit, execute and read */
#define DATA_DESCRIPTOR 0x00cf92000000ffffull /* read and write */
#define TASK_TYPE       0x89ull /* present, available 64-bit TSS */
#define GATE_TYPE       0x8e /* present, 64-bit interrupt gate */

#define VECTOR_UD 6u
#define VECTOR_TS 10u
#define VECTOR_GP 13u
#define VECTOR_PF 14u

/* Page fault error code (SDM volume 3, figure 4-12). */
#define PF_PRESENT  (1u << 0)
#define PF_WRITE    (1u << 1)
#define PF_RESERVED (1u << 3)
#define PF_FETCH    (1u << 4)

/* Not canonical with four or with five levels of page tables, so that it is never mapped. */
#define UNMAPPED_ADDRESS 0xdead000000000000ul

/* Saved by vectors.S, and from `error` on by the processor. */
struct trap_frame {
	uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp;
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
	uint64_t vector;
	uint64_t error;
	uint64_t rip, cs, rflags, rsp, ss;
};

/* SDM volume 3, 7.7: the 64-bit task state segment. */
struct task_state {
	uint32_t reserved0;
	uint64_t rsp[3];
	uint64_t reserved1;
	uint64_t ist[7];
	uint64_t reserved2;
	uint16_t reserved3;
	uint16_t io_map_base;
} __attribute__((packed));
_Static_assert(sizeof(struct task_state) == 104, "the 64-bit TSS");

/* SDM volume 3, 6.14.1 */
struct gate {
	uint16_t offset_low;
	uint16_t selector;
	uint8_t ist;
	uint8_t type;
	uint16_t offset_middle;
	uint32_t offset_high;
	uint32_t reserved;
};
_Static_assert(sizeof(struct gate) == 16, "a 64-bit gate");

_Static_assert(offsetof(struct trap_frame, vector) == 120, "vectors.S loads the vector from there");

/* What lgdt and lidt take. */
struct table_register {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));

/* The processor refers to these for as long as it runs. */
static uint64_t gdt[5]; /* null, code, data, task (two entries wide) */
static struct gate idt[VECTORS];
static struct task_state task;
static uint8_t stack[STACK_SIZE] __attribute__((aligned(16)));

/* In platform/x86_64/vectors.S. */
extern const char trap_stubs[] __attribute__((visibility("hidden")));
void trap_load_tables(const struct table_register *gdtr, const struct table_register *idtr,
	uint64_t code, uint64_t data, uint64_t task);
NORETURN void trap_entry(const struct trap_frame *frame);

static const char *const vector_names[32] = {
	[0] = "#DE divide error",
	[1] = "#DB debug exception",
	[2] = "NMI",
	[3] = "#BP breakpoint",
	[4] = "#OF overflow",
	[5] = "#BR bound range exceeded",
	[VECTOR_UD] = "#UD undefined instruction",
	[7] = "#NM floating-point or SIMD instruction while these are off (CR0.TS, CR0.EM)",
	[8] = "#DF double fault",
	[VECTOR_TS] = "#TS invalid TSS",
	[11] = "#NP segment not present",
	[12] = "#SS stack-segment fault",
	[VECTOR_GP] = "#GP general protection fault",
	[VECTOR_PF] = "#PF page fault",
	[16] = "#MF floating-point error",
	[17] = "#AC alignment check",
	[18] = "#MC machine check",
	[19] = "#XM SIMD floating-point exception",
	[20] = "#VE virtualization exception",
	[21] = "#CP control protection exception",
	[28] = "#HV hypervisor injection",
	[29] = "#VC VMM communication exception",
	[30] = "#SX security exception",
};

/* `: write to 0x10, page not present` */
static void describe_page_fault(char *out, size_t size, uint64_t error, uint64_t cr2)
{
	const char *access = "read of";

	if (error & PF_FETCH)
		access = "fetch from";
	else if (error & PF_WRITE)
		access = "write to";
	format_append(out, size, ": %s 0x%lx, %s%s (error code 0x%lx)", access, cr2,
		error & PF_PRESENT ? "not permitted by its page" : "page not present",
		error & PF_RESERVED ? ", reserved bit set in a page table" : "", error);
}

/* The error code of #TS, #NP, #SS and #GP (SDM volume 3, 6.13). */
static void describe_selector(char *out, size_t size, uint64_t error)
{
	static const char *const tables[4] = {"GDT", "IDT", "LDT", "IDT"};

	if (error)
		format_append(out, size, ": entry %lu of the %s (error code 0x%lx)",
			error >> 3 & 0x1fff, tables[error >> 1 & 3], error);
	else
		format_append(out, size, ": no selector, as for an address that is not canonical");
}

static void describe(char *out, size_t size, const struct trap_frame *frame, uint64_t cr2)
{
	const char *words =
		frame->vector < ARRAY_SIZE(vector_names) ? vector_names[frame->vector] : NULL;

	if (words)
		format(out, size, "%s", words);
	else
		format(out, size, "unexpected interrupt %lu", frame->vector);
	if (frame->vector == VECTOR_PF)
		describe_page_fault(out, size, frame->error, cr2);
	else if (frame->vector >= VECTOR_TS && frame->vector <= VECTOR_GP)
		describe_selector(out, size, frame->error);
}

static struct trap_fault decode(const struct trap_frame *f, uint64_t cr2)
{
	struct trap_fault fault = {
		.arch = "x86_64",
		.pc = f->rip,
		.sp = f->rsp,
		.fp = f->rbp,
		.return_at_sp = true,
		.has_address = f->vector == VECTOR_PF,
		.address = cr2,
	};

	describe(fault.cause, sizeof(fault.cause), f, cr2);
	return fault;
}

void trap_entry(const struct trap_frame *f)
{
	uint64_t cr0, cr2, cr3, cr4;
	struct trap_fault fault;

	__asm__ volatile("movq %%cr2, %0" : "=r"(cr2));
	__asm__ volatile("movq %%cr0, %0" : "=r"(cr0));
	__asm__ volatile("movq %%cr3, %0" : "=r"(cr3));
	__asm__ volatile("movq %%cr4, %0" : "=r"(cr4));
	const struct trap_register registers[] = {
		{"rax", f->rax},
		{"rbx", f->rbx},
		{"rcx", f->rcx},
		{"rdx", f->rdx},
		{"rsi", f->rsi},
		{"rdi", f->rdi},
		{"rbp", f->rbp},
		{"rsp", f->rsp},
		{"r8", f->r8},
		{"r9", f->r9},
		{"r10", f->r10},
		{"r11", f->r11},
		{"r12", f->r12},
		{"r13", f->r13},
		{"r14", f->r14},
		{"r15", f->r15},
		{"rip", f->rip},
		{"rflags", f->rflags},
		{"cs", f->cs},
		{"ss", f->ss},
		{"cr0", cr0},
		{"cr2", cr2},
		{"cr3", cr3},
		{"cr4", cr4},
		{"vector", f->vector},
		{"error", f->error},
	};
	fault = decode(f, cr2);
	fault.registers = registers;
	fault.register_count = ARRAY_SIZE(registers);
	trap_report(&fault);
	end_halt();
}

static void fill_gdt(void)
{
	uint64_t base = (uint64_t)&task;
	uint64_t limit = sizeof(task) - 1;

	task.ist[0] = (uint64_t)(stack + sizeof(stack));
	task.io_map_base = sizeof(task); /* none */
	gdt[CODE_SELECTOR / 8] = CODE_DESCRIPTOR;
	gdt[DATA_SELECTOR / 8] = DATA_DESCRIPTOR;
	gdt[TASK_SELECTOR / 8] =
		limit | (base & 0xffffff) << 16 | TASK_TYPE << 40 | (base >> 24 & 0xff) << 56;
	gdt[TASK_SELECTOR / 8 + 1] = base >> 32;
}

/* At run time, since a gate holds its address in three parts, which no relocation fits. */
static void fill_idt(void)
{
	for (unsigned i = 0; i < VECTORS; i++) {
		uint64_t stub = (uint64_t)(trap_stubs + i * STUB_SIZE);

		idt[i] = (struct gate){
			.offset_low = (uint16_t)stub,
			.selector = CODE_SELECTOR,
			.ist = i < EXCEPTIONS, /* counted from 1: task.ist[0]; 0: as it is */
			.type = GATE_TYPE,
			.offset_middle = (uint16_t)(stub >> 16),
			.offset_high = (uint32_t)(stub >> 32),
		};
	}
}

void trap_install(const struct trap_context *context)
{
	const struct table_register gdtr = {sizeof(gdt) - 1, (uint64_t)gdt};
	const struct table_register idtr = {sizeof(idt) - 1, (uint64_t)idt};

	/* No handler wants an interrupt: they stay pending. */
	__asm__ volatile("cli");
	trap_set_context(context);
	fill_gdt();
	fill_idt();
	trap_load_tables(&gdtr, &idtr, CODE_SELECTOR, DATA_SELECTOR, TASK_SELECTOR);
}

void trap_provoke(enum trap_test test)
{
	static uint64_t data;
	volatile uint64_t *unmapped = (volatile uint64_t *)UNMAPPED_ADDRESS;

	switch (test) {
	case TRAP_TEST_NONE:
	case TRAP_TEST_COUNT: break;
	case TRAP_TEST_UNDEFINED: __asm__ volatile("ud2"); break;
	case TRAP_TEST_READ: (void)*unmapped; break;
	case TRAP_TEST_WRITE: *unmapped = 0; break;
	case TRAP_TEST_EXECUTE: ((void (*)(void))UNMAPPED_ADDRESS)(); break;
	case TRAP_TEST_NULL: __asm__ volatile("testq %%rax, (%0)" ::"r"(8ul) : "memory"); break;
	case TRAP_TEST_STACK: __asm__ volatile("1: pushq $0\n\tjmp 1b" ::: "memory"); break;
	case TRAP_TEST_CODE: *(volatile uint64_t *)(uint64_t)trap_stubs = 0; break;
	case TRAP_TEST_DATA: ((void (*)(void)) & data)(); break;
	}
}
