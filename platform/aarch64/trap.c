/* SPDX-License-Identifier: BSD-2-Clause */
/* In: what an exception vector saved. Out: the cause in words (Arm ARM D17.2.37, ESR_ELx). */
#include "platform/trap_report.h"

#include "mem/format.h"
#include "platform/end.h"

#define CURRENT_EL_2 (2u << 2)

/* ESR_ELx.EC */
#define EC_UNKNOWN    0x00u
#define EC_INST_ABORT 0x21u
#define EC_PC_ALIGN   0x22u
#define EC_DATA_ABORT 0x25u
#define EC_BRK        0x3cu

/* ESR_ELx.ISS of the aborts */
#define ISS_FSC           0x3fu /* fault status code */
#define ISS_WNR           (1u << 6) /* write, not read */
#define ISS_S1PTW         (1u << 7)
#define ISS_CM            (1u << 8) /* cache maintenance or address translation instruction */
#define ISS_FNV           (1u << 10) /* FAR not valid */
#define FSC_SYNC_EXTERNAL 0x10u

#define HLT_SEMIHOSTING 0xd45e0000u /* hlt #0xf000 */

/*
 * An address that no translation regime here maps: its bits 55 to 48 are above any input size,
 * and the top byte, which could be ignored, is 0.
 */
#define UNMAPPED_ADDRESS 0x00dead0000000000ul

/* Saved by vectors.S, which counts on these offsets. */
struct trap_frame {
	uint64_t x[31];
	uint64_t sp;
	uint64_t elr;
	uint64_t esr;
	uint64_t far;
	uint64_t spsr;
	uint64_t vector;
};

_Static_assert(offsetof(struct trap_frame, sp) == 248, "vectors.S stores x30 and sp at 240");
_Static_assert(offsetof(struct trap_frame, elr) == 256, "vectors.S stores elr and esr at 256");
_Static_assert(offsetof(struct trap_frame, far) == 272, "vectors.S stores far and spsr at 272");
_Static_assert(offsetof(struct trap_frame, vector) == 288, "vectors.S stores the vector at 288");

static const char *const exception_classes[64] = {
	[EC_UNKNOWN] = "undefined instruction",
	[0x01] = "trapped WFI or WFE",
	[0x07] = "floating-point or SIMD instruction while these are off (FPEN)",
	[0x0d] = "branch target exception",
	[0x0e] = "illegal execution state",
	[0x15] = "SVC instruction",
	[0x16] = "HVC instruction",
	[0x17] = "SMC instruction",
	[0x18] = "trapped access to a system register",
	[0x19] = "SVE instruction while SVE is off",
	[0x1c] = "pointer authentication failure",
	[0x20] = "instruction abort from a lower level",
	[EC_INST_ABORT] = "instruction abort",
	[EC_PC_ALIGN] = "misaligned program counter",
	[0x24] = "data abort from a lower level",
	[EC_DATA_ABORT] = "data abort",
	[0x26] = "misaligned stack pointer",
	[0x2c] = "floating-point exception",
	[0x2f] = "SError interrupt",
	[0x30] = "breakpoint from a lower level",
	[0x31] = "breakpoint",
	[0x32] = "software step from a lower level",
	[0x33] = "software step",
	[0x34] = "watchpoint from a lower level",
	[0x35] = "watchpoint",
	[EC_BRK] = "BRK instruction",
};

/* The fault status codes that carry no level, and those whose low two bits are the level. */
static const char *const fault_kinds[64] = {
	[FSC_SYNC_EXTERNAL] = "synchronous external abort",
	[0x11] = "synchronous tag check fault",
	[0x18] = "synchronous parity or ECC error",
	[0x21] = "alignment fault",
	[0x30] = "TLB conflict",
	[0x31] = "unsupported atomic hardware update",
	[0x34] = "implementation defined fault (lockdown)",
	[0x35] = "unsupported exclusive or atomic access",
};

static const char *const level_fault_kinds[16] = {
	[0x00 >> 2] = "address size fault",
	[0x04 >> 2] = "translation fault",
	[0x08 >> 2] = "access flag fault",
	[0x0c >> 2] = "permission fault",
	[0x14 >> 2] = "synchronous external abort on a translation table walk",
	[0x1c >> 2] = "synchronous parity or ECC error on a translation table walk",
};

static const char *const vector_kinds[4] = {
	"synchronous exception",
	"IRQ",
	"FIQ",
	"SError interrupt",
};

/* In platform/aarch64/vectors.S. */
extern const char trap_vectors[] __attribute__((visibility("hidden")));
NORETURN void trap_entry(const struct trap_frame *frame);

static void describe_fault_status(char *out, size_t size, unsigned fsc)
{
	if (fault_kinds[fsc])
		format_append(out, size, "%s", fault_kinds[fsc]);
	else if (level_fault_kinds[fsc >> 2])
		format_append(out, size, "%s, level %u", level_fault_kinds[fsc >> 2], fsc & 3);
	else
		format_append(out, size, "fault status 0x%x", fsc);
}

/* `data abort: write to 0x10: translation fault, level 1` */
static void describe_abort(char *out, size_t size, const struct trap_frame *frame, bool fetch)
{
	const char *access = "read of";

	if (fetch)
		access = "fetch from";
	else if (frame->esr & ISS_CM)
		access = "cache maintenance of";
	else if (frame->esr & ISS_WNR)
		access = "write to";
	format_append(out, size, ": %s ", access);
	if ((frame->esr & ISS_FSC) == FSC_SYNC_EXTERNAL && frame->esr & ISS_FNV)
		format_append(out, size, "an address that was not recorded: ");
	else
		format_append(out, size, "0x%lx: ", frame->far);
	describe_fault_status(out, size, frame->esr & ISS_FSC);
	if (frame->esr & ISS_S1PTW)
		format_append(out, size, " (stage 2, of a translation table)");
}

static void describe_undefined(char *out, size_t size, uint64_t pc)
{
	uint32_t instruction;

	if (pc % sizeof(instruction) || !trap_in_image(pc, sizeof(instruction)))
		return;
	instruction = *(const uint32_t *)pc;
	format_append(out, size, " 0x%08x%s", instruction,
		instruction == HLT_SEMIHOSTING ? " (a semihosting call, and no host listens)" : "");
}

/* Whether FAR holds an address that an access of this level failed at. */
static bool is_abort(const struct trap_frame *frame)
{
	unsigned ec = frame->esr >> 26 & 0x3f;

	return !(frame->vector % 4) && (ec == EC_INST_ABORT || ec == EC_DATA_ABORT) &&
	       ((frame->esr & ISS_FSC) != FSC_SYNC_EXTERNAL || !(frame->esr & ISS_FNV));
}

static void describe(char *out, size_t size, const struct trap_frame *frame)
{
	unsigned ec = frame->esr >> 26 & 0x3f;
	const char *words = exception_classes[ec];

	out[0] = '\0';
	if (frame->vector / 4 >= 2)
		format_append(out, size, "from a lower level: ");
	if (frame->vector % 4) {
		format_append(out, size, "unexpected %s", vector_kinds[frame->vector % 4]);
		return;
	}
	format_append(out, size, "%s", words ? words : "exception of an unknown class");
	if (ec == EC_INST_ABORT || ec == EC_DATA_ABORT)
		describe_abort(out, size, frame, ec == EC_INST_ABORT);
	else if (ec == EC_UNKNOWN)
		describe_undefined(out, size, frame->elr);
	else if (ec == EC_PC_ALIGN)
		format_append(out, size, " 0x%lx", frame->far);
	else if (ec == EC_BRK)
		format_append(out, size, " #0x%lx", frame->esr & 0xffff);
	else if (!words)
		format_append(out, size, " 0x%02x", ec);
}

void trap_entry(const struct trap_frame *frame)
{
	static const char *const names[] = {"x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8",
		"x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20",
		"x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29/fp", "x30/lr", "sp",
		"elr", "esr", "far", "spsr"};
	struct trap_register registers[ARRAY_SIZE(names)];
	struct trap_fault fault = {
		.arch = "aarch64",
		.pc = frame->elr,
		.sp = frame->sp,
		.fp = frame->x[29],
		.link = frame->x[30],
		.registers = registers,
		.register_count = ARRAY_SIZE(names),
	};
	const uint64_t *values = (const uint64_t *)frame;

	for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
		registers[i] = (struct trap_register){names[i], values[i]};
	describe(fault.cause, sizeof(fault.cause), frame);
	fault.has_address = is_abort(frame);
	fault.address = frame->far;
	trap_report(&fault);
	end_halt();
}

void trap_install(const struct trap_context *context)
{
	uint64_t level;

	trap_set_context(context);
	/* No handler wants an interrupt: they stay pending. */
	__asm__ volatile("msr daifset, #3");
	__asm__ volatile("mrs %0, CurrentEL" : "=r"(level));
	if (level == CURRENT_EL_2)
		__asm__ volatile("msr vbar_el2, %0\n\tisb" ::"r"(trap_vectors) : "memory");
	else
		__asm__ volatile("msr vbar_el1, %0\n\tisb" ::"r"(trap_vectors) : "memory");
	/* An asynchronous bus error is a fault to report, not to sleep through. */
	__asm__ volatile("msr daifclr, #4");
}

void trap_provoke(enum trap_test test)
{
	static uint64_t data;
	volatile uint64_t *unmapped = (volatile uint64_t *)UNMAPPED_ADDRESS;

	switch (test) {
	case TRAP_TEST_NONE:
	case TRAP_TEST_COUNT: break;
	case TRAP_TEST_UNDEFINED: __asm__ volatile("udf #0"); break;
	case TRAP_TEST_READ: (void)*unmapped; break;
	case TRAP_TEST_WRITE: *unmapped = 0; break;
	case TRAP_TEST_EXECUTE: ((void (*)(void))UNMAPPED_ADDRESS)(); break;
	case TRAP_TEST_NULL: __asm__ volatile("ldr xzr, [%0]" ::"r"(8ul) : "memory"); break;
	case TRAP_TEST_STACK:
		__asm__ volatile("1: stp xzr, xzr, [sp, #-16]!\n\tb 1b" ::: "memory");
		break;
	case TRAP_TEST_CODE: *(volatile uint64_t *)(uint64_t)trap_vectors = 0; break;
	case TRAP_TEST_DATA: ((void (*)(void)) & data)(); break;
	}
}
