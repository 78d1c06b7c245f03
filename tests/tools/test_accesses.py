# SPDX-License-Identifier: BSD-2-Clause
"""
The instructions by which registers and rings are accessed, in the images as they were built.

A hypervisor that emulates a device gets a description of the access (Arm ARM, ESR_ELx.ISV) only for
a load or store of one general register without write-back; x86 emulators know plain moves best, and
some of AMD's processors reach configuration space by al, ax and eax alone.
"""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# `12dfc:	ldrh	w0, [x1]`, without the comment that objdump adds
INSTRUCTION = re.compile(r"^\s*[0-9a-f]+:\t(?P<text>[^#\n]*?)\s*(?:(?://|#).*)?$", re.M)

# Of the frame and of constants: no device.
OWN_STACK = {
    "aarch64": re.compile(r"\[sp\b|\[x29\b"),
    "x86_64": re.compile(r"\(%r[sb]p\)"),
}
MEMORY = {"aarch64": re.compile(r"\[|^(?:ldr|dc|ic|at|sys)\b"), "x86_64": re.compile(r"\(|^(?:rep|movs|stos|lods|ins|outs|xchg|lock)")}  # fmt: skip
# What clang makes of a switch: the place to go on at, from a table indexed by the width.
JUMP_TABLE = re.compile(r"ldrsw x\d+, \[x\d+, x\d+, lsl|movslq \(%r\w+,%r\w+,4\),%r\w+")
PORT = re.compile(r"^(?:in|out)\b")

# One register, one address without offset or write-back, each width once.
EXPECTED = {
    ("aarch64", "io_read"): [r"ldrb w\d+", r"ldrh w\d+", r"ldr w\d+", r"ldr x\d+"],
    ("aarch64", "io_write"): [r"strb w\d+", r"strh w\d+", r"str w\d+", r"str x\d+"],
    ("x86_64", "io_read"): ["mov A,%al", "mov A,%ax", "mov A,%eax", "mov A,%rax"],
    ("x86_64", "io_write"): ["mov %al,A", "mov %ax,A", "mov %eax,A", "mov %rax,A"],
}  # fmt: skip
PORTS = {
    "io_read": ["in (%dx),%al", "in (%dx),%ax", "in (%dx),%eax"],
    "io_write": ["out %al,(%dx)", "out %ax,(%dx)", "out %eax,(%dx)"],
}


def disassemble(arch, path, function):
    text = subprocess.run(
        [f"{arch}-linux-gnu-objdump", "-d", "--no-show-raw-insn", f"--disassemble={function}", path],
        check=True, capture_output=True, text=True, timeout=60,
    ).stdout  # fmt: skip
    assert f"<{function}>:" in text, f"no {function} in {path}"
    return [" ".join(match["text"].split()) for match in INSTRUCTION.finditer(text)]


def accesses(arch, instructions):
    """What goes to memory other than the own stack; jumps have their target in angle brackets."""
    return [
        i for i in instructions
        if MEMORY[arch].search(i) and "<" not in i and not PORT.match(i)
        and not i.startswith(("nop", "cs nop", "data16", "lea")) and not OWN_STACK[arch].search(i)
        and not JUMP_TABLE.fullmatch(i)
    ]  # fmt: skip


def problems(arch, found, expected):
    """What is not one plain access for each width."""
    address = r"\[x\d+\]" if arch == "aarch64" else r"\(%r\w+\)"
    patterns = [e + ", " + address if arch == "aarch64" else e.replace("A", address) for e in expected]
    bad = [i for i in found if not any(re.fullmatch(p, i) for p in patterns)]
    for pattern in patterns:
        count = sum(bool(re.fullmatch(pattern, i)) for i in found)
        if count != 1:
            bad.append(f"{count} of {pattern}")
    return bad


@pytest.mark.parametrize("folder", ("", "clang/"), ids=("gcc", "clang"))
@pytest.mark.parametrize("arch, function", EXPECTED, ids=map("-".join, EXPECTED))
def test_registers(arch, function, folder):
    instructions = disassemble(arch, ROOT / f"build/{folder}{arch}/firstlight.elf", function)
    assert problems(arch, accesses(arch, instructions), EXPECTED[arch, function]) == []
    ports = sorted(i for i in instructions if PORT.match(i))
    assert ports == (sorted(PORTS[function]) if arch == "x86_64" else [])


@pytest.mark.parametrize(
    "arch, bad",
    (
        ("aarch64", "ldr x0, [x1], #8"),
        ("aarch64", "ldr x0, [x1, #8]!"),
        ("aarch64", "ldp x0, x2, [x1]"),
        ("aarch64", "ldr q0, [x1]"),
        ("aarch64", "ldxr x0, [x1]"),
        ("aarch64", "dc zva, x1"),
        ("aarch64", "ldr x0, [x1]"),
        ("x86_64", "rep stos %al,%es:(%rdi)"),
        ("x86_64", "or %al,(%rsi)"),
        ("x86_64", "movups (%rsi),%xmm0"),
        ("x86_64", "mov (%rsi),%rax"),
    ),
)
def test_the_rule_can_fail(arch, bad):
    """An access of another form, or one more of the right form."""
    good = {
        "aarch64": ["ldrb w0, [x1]", "ldrh w0, [x1]", "ldr w0, [x1]", "ldr x0, [x1]"],
        "x86_64": ["mov (%rsi),%al", "mov (%rsi),%ax", "mov (%rsi),%eax", "mov (%rsi),%rax"],
    }[arch]
    expected = EXPECTED[arch, "io_read"]
    frame = ["stp x29, x30, [sp, #-16]!", "b.eq 12e40 <io_read+0x70>"] if arch == "aarch64" else []
    assert problems(arch, accesses(arch, frame + good), expected) == []
    assert problems(arch, accesses(arch, good + [bad]), expected) != []


# Neighbours that a compiler likes to merge, values that it likes to load twice or not at all.
RING = """
#include "mem/le.h"
struct entry { le64 addr; le32 len; le16 flags; le16 next; };
void store_all(struct entry *e)
{
	le64_store(&e->addr, 0);
	le32_store(&e->len, 0);
	le16_store(&e->flags, 0);
	le16_store(&e->next, 0);
}
uint64_t load_all(const struct entry *e)
{
	return le64_load(&e->addr) + le32_load(&e->len) + le16_load(&e->flags) + le16_load(&e->next);
}
void load_unused(const struct entry *e) { (void)le16_load(&e->flags); (void)le16_load(&e->flags); }
void copy(struct entry *to, const struct entry *from)
{
	for (int i = 0; i < 1; i++) {
		le16_store(&to[i].flags, le16_load(&from[i].flags));
		le16_store(&to[i].next, le16_load(&from[i].next));
	}
}
void bytes(uint8_t *p) { u8_store(p, 1); u8_store(p + 1, 1); u8_store(p + 1, 1); }
"""

# How many accesses of 1, 2, 4 and 8 bytes each of them makes.
WIDTHS = {
    "store_all": (0, 2, 1, 1),
    "load_all": (0, 2, 1, 1),
    "load_unused": (0, 2, 0, 0),
    "copy": (0, 4, 0, 0),
    "bytes": (3, 0, 0, 0),
}
X86_BYTES = {"b": 1, "w": 2, "l": 4, "q": 8}


def width_of(arch, instruction):
    """The bytes that one load or store of a general register moves."""
    name, _, operands = instruction.partition(" ")
    if arch == "aarch64":
        match = re.fullmatch(r"(?:ldr|str)(s?[bh]?)", name)
        assert match, instruction
        last = match[1][-1:]
        return {"b": 1, "h": 2}.get(last, 8 if operands[0] == "x" else 4)
    if match := re.fullmatch(r"movz([bw])[wlq]", name):
        return X86_BYTES[match[1]]
    if match := re.fullmatch(r"(?:mov|add)([bwlq])", name):
        return X86_BYTES[match[1]]
    register = re.search(r"%(\w+)(?=$|,)", re.sub(r"\([^)]*\)", "", operands))
    assert name in ("mov", "add") and register, instruction
    name = register[1]
    if name.endswith(("d", "w", "b")) and name[1].isdigit():
        return X86_BYTES[{"d": "l"}.get(name[-1], name[-1])]
    return {"r": 8, "e": 4}.get(name[0], 1 if name.endswith("l") else 2)


@pytest.mark.parametrize("level", ("as built", "-O1", "-O2", "-O3", "-Os"))
@pytest.mark.parametrize("arch", ("aarch64", "x86_64"))
def test_rings(arch, level, tmp_path):
    """The accessors of wire fields are one access each, whatever gcc makes of their surroundings."""
    (tmp_path / "t.c").write_text(RING)
    flags = (ROOT / f"build/{arch}/flags").read_text().split()
    machine = [f for f in flags if f.startswith("-m")]
    level = next(f for f in flags if f.startswith("-O")) if level == "as built" else level
    subprocess.run(
        [f"{arch}-linux-gnu-gcc", f"-I{ROOT}", level, "-ffreestanding", *machine,
         "-c", "-o", tmp_path / "t.o", tmp_path / "t.c"],
        check=True, timeout=60,
    )  # fmt: skip
    for function, expected in WIDTHS.items():
        found = [
            width_of(arch, i)
            for i in accesses(arch, disassemble(arch, tmp_path / "t.o", function))
        ]
        assert tuple(found.count(width) for width in (1, 2, 4, 8)) == expected, (function, found)
